"""The source tree as the architecture tests see it: modules, what each imports, and on which line."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath


@dataclass(frozen=True)
class Import:
    """One imported name: `target` is the longest dotted name that was asked for."""

    target: str
    line: int


@dataclass(frozen=True)
class Module:
    """One Python file; `path` is relative to the repository."""

    path: PurePosixPath
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @property
    def name(self) -> str:
        parts = self.path.with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def room(self) -> str:
        """The word after `idp`: `web` for idp/web/page.py, `app` for idp/app.py, "" for idp/__init__.py."""
        return room_of(self.name)

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"

    @property
    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        return (n for n in ast.walk(self.tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """Every import of the file, wherever it stands, TYPE_CHECKING blocks included."""
        return tuple(found for node in ast.walk(self.tree) for found in self._imports_of(node))

    def _imports_of(self, node: ast.AST) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno)
        if isinstance(node, ast.ImportFrom):
            base = self._absolute(node)
            for alias in node.names:
                yield Import(f"{base}.{alias.name}" if base else alias.name, node.lineno)

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.name.split(".") if self.is_package else self.name.split(".")[:-1]
        kept = package[: len(package) - node.level + 1]
        return ".".join([*kept, *([node.module] if node.module else [])])


@dataclass(frozen=True)
class House:
    """All modules below one package, by dotted name."""

    modules: Mapping[str, Module]

    @classmethod
    def read(cls, root: Path, *folders: str) -> "House":
        files = sorted(file for folder in folders for file in (root / folder).rglob("*.py"))
        return cls.of({file.relative_to(root).as_posix(): file.read_text("utf-8") for file in files})

    @classmethod
    def of(cls, sources: Mapping[str, str]) -> "House":
        modules = (Module(PurePosixPath(path), source) for path, source in sources.items())
        return cls({module.name: module for module in modules})

    def __iter__(self) -> Iterator[Module]:
        return iter(self.modules.values())

    def resolve(self, target: str) -> str | None:
        """The module that holds an imported name, or None when it is not of this house."""
        while target:
            if target in self.modules:
                return target
            target = target.rpartition(".")[0]
        return None

    def arrows(self) -> Iterator[tuple[Module, Module, int]]:
        """Who imports whom, inside the house."""
        for module in self:
            for found in module.imports:
                name = self.resolve(found.target)
                if name is not None and name != module.name:
                    yield module, self.modules[name], found.line


def room_of(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""
