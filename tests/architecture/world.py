"""Rules about where the outside world enters: the clock, the environment, and what a process may keep."""

import ast
from collections.abc import Iterator

from tests.architecture.house import House, Module

ASKS_THE_TIME = frozenset(
    {
        "time.time",
        "time.time_ns",
        "time.gmtime",
        "time.localtime",
        "time.ctime",
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "datetime.datetime.today",
        "datetime.date.today",
    }
)
READS_THE_ENVIRONMENT = frozenset({"os.environ", "os.getenv", "os.environb"})
MAKES_AN_OBJECT_OF_THE_WORLD = frozenset(
    {
        "Flask",
        "create_app",
        "Granian",
        "Server",
        "Session",
        "OAuth",
        "OAuth2Session",
        "SMTP",
        "SMTP_SSL",
        "create_engine",
        "sessionmaker",
        "scoped_session",
        "ThreadPoolExecutor",
        "ProcessPoolExecutor",
        "Thread",
        "KeyRing",
        "Sealer",
        "PasswordHasher",
        "Settings",
        "load_settings",
    }
)
GROWS = frozenset({"defaultdict", "deque", "Counter", "Lock", "RLock"})
GROWS_WHEN_EMPTY = frozenset({"dict", "list", "set", "OrderedDict"})


def only_the_clock_asks_the_time(house: House) -> Iterator[str]:
    for module in house:
        if module.name != "idp.clock":
            for name, line in dotted_names(module):
                if name in ASKS_THE_TIME:
                    yield f"{module.path}:{line}: {name} is for idp/clock.py"


def only_settings_and_cli_read_the_environment(house: House) -> Iterator[str]:
    for module in house:
        if module.room not in ("settings", "cli"):
            for name, line in dotted_names(module):
                if name in READS_THE_ENVIRONMENT:
                    yield f"{module.path}:{line}: {name} is for idp/settings"


def dotted_names(module: Module) -> Iterator[tuple[str, int]]:
    """Every dotted name used, with import aliases undone: `d.now` after `from datetime import datetime as d`."""
    aliases = dict(_aliases(module))
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute | ast.Name):
            first, _, rest = ast.unparse(node).partition(".")
            yield f"{aliases.get(first, first)}{'.' if rest else ''}{rest}", node.lineno


def _aliases(module: Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((name.asname, name.name) for name in node.names if name.asname)
        if isinstance(node, ast.ImportFrom):
            yield from ((name.asname or name.name, f"{node.module}.{name.name}") for name in node.names)


def no_object_of_the_world_at_module_level(house: House) -> Iterator[str]:
    for module in house:
        for value in module_level_values(module):
            if called(value) in MAKES_AN_OBJECT_OF_THE_WORLD:
                yield f"{module.path}:{value.lineno}: {called(value)}(…) at module level"


def no_state_of_a_process(house: House) -> Iterator[str]:
    """Any worker on any node can serve the next request: nothing grows at module level."""
    for module in house:
        for value in module_level_values(module):
            if may_grow(value):
                yield f"{module.path}:{value.lineno}: something that can grow at module level"
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Global):
                yield f"{module.path}:{node.lineno}: global {', '.join(node.names)}"


def module_level_values(module: Module) -> Iterator[ast.expr]:
    for node in module.tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            yield node.value
        if isinstance(node, ast.Expr):
            yield node.value


def called(value: ast.expr) -> str:
    """The last word of what a call calls: `Flask` for flask.Flask("x")."""
    return ast.unparse(value.func).rpartition(".")[2] if isinstance(value, ast.Call) else ""


def may_grow(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return called(value) in GROWS or (called(value) in GROWS_WHEN_EMPTY and not value.args and not value.keywords)
    if isinstance(value, ast.Dict):
        return not value.keys
    return isinstance(value, ast.List | ast.Set) and not value.elts
