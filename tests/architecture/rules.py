"""The plan of the house (docs/architecture.md) as rules: each yields one sentence per broken place."""

import ast
from collections.abc import Iterable, Iterator, Mapping

from tests.architecture.house import House, Module, room_of

FLOORS = (
    ("app", "cli", "__main__", "emulators"),
    ("endpoints", "pages"),
    ("web",),
    ("issuance", "sessions", "accounts", "upstream", "signing", "mail"),
    ("outside",),
    ("store",),
    ("protocol", "clock", "locales", "settings"),
)
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
DOORS = ("endpoints", "pages")
STANDS_ALONE = ("protocol", "clock", "locales", "settings")  # the ground leans on nothing of the house but itself

ONLY_IN: Mapping[str, tuple[str, ...]] = {
    "flask": ("app", "cli", "web", "views", "emulators"),
    "werkzeug": ("app", "cli", "web", "views", "emulators"),
    "sqlalchemy": ("store",),
    "flask_sqlalchemy": ("store",),
    "alembic": ("store",),
    "psycopg": ("store",),
    "sqlite3": ("store",),
    "requests_oauthlib": ("upstream",),
    "authlib.integrations": ("upstream",),
    "authlib.oauth2.client": ("upstream",),
    "smtplib": ("mail",),
    "cryptography": ("signing", "emulators"),
    "joserfc": ("signing", "emulators"),
    "webauthn": ("accounts",),
    "segno": ("web",),
    "PIL": ("accounts",),
    "maxminddb": ("outside",),
    "requests": ("outside", "upstream", "emulators"),
    "argon2": ("accounts",),
    "granian": ("cli",),
    "twisted": ("cli",),
    "OpenSSL": ("signing",),
    "importlib.import_module": ("cli",),
    "authlib.jose": (),
}
MAX_FILE, MAX_FUNCTION = 300, 40


def every_room_has_a_floor(house: House) -> Iterator[str]:
    for module in house:
        if module.room and module.room not in FLOOR_OF:
            yield f"{module.path}: no floor is drawn for {module.room}"


def no_arrow_points_up(house: House) -> Iterator[str]:
    for source, target, line in house.arrows():
        if FLOOR_OF.get(source.room, 0) > FLOOR_OF.get(target.room, len(FLOORS)):
            yield f"{source.path}:{line}: {source.room} is below {target.room} and may not import it"


def the_ground_stands_alone(house: House) -> Iterator[str]:
    for source, target, line in house.arrows():
        if source.room in STANDS_ALONE and target.room not in ("", source.room):
            yield f"{source.path}:{line}: {source.room} leans on {target.room}"


def doors_never_import_doors(house: House) -> Iterator[str]:
    for source, target, line in house.arrows():
        if source.room in DOORS and target.room in DOORS and door_of(source) != door_of(target):
            yield f"{source.path}:{line}: the door {door_of(source)} imports the door {door_of(target)}"


def door_of(module: Module) -> str:
    """`endpoints.authorize` for every file of that package; `pages` itself for its paragraph."""
    return ".".join(module.name.split(".")[1:3])


def libraries_stay_in_their_room(house: House) -> Iterator[str]:
    for module in house:
        for found in module.imports:
            for library, rooms in ONLY_IN.items():
                if f"{found.target}.".startswith(f"{library}.") and not may_use(module, rooms):
                    yield f"{module.path}:{found.line}: {library} is only for {', '.join(rooms) or 'nobody'}"


def may_use(module: Module, rooms: Iterable[str]) -> bool:
    is_view = module.room in DOORS and (module.path.name == "views.py" or len(module.path.parts) == 3)
    return module.room in rooms or ("views" in rooms and is_view)


def no_circle(house: House) -> Iterator[str]:
    arrows = [(source.name, target.name) for source, target, _ in house.arrows()]
    yield from circles(arrows)
    rooms = [(room_of(source), room_of(target)) for source, target in arrows]
    yield from circles([(source, target) for source, target in rooms if source != target and target])


def circles(arrows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Peel off whatever imports nothing or is imported by nothing; what cannot be peeled goes round."""
    left = set(arrows)
    while left:
        sources, targets = {source for source, _ in left}, {target for _, target in left}
        kept = {(source, target) for source, target in left if source in targets and target in sources}
        if kept == left:
            yield "a circle runs through " + ", ".join(sorted(sources))
            return
        left = kept


def imports_stand_at_the_top(house: House) -> Iterator[str]:
    for module in house:
        for function in module.functions:
            if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(function)):
                yield f"{module.path}:{function.lineno}: {function.name} imports"


def files_fit_their_budget(house: House) -> Iterator[str]:
    for module in house:
        lines = len(module.source.splitlines())
        if lines > MAX_FILE and not is_migration(module):
            yield f"{module.path}: {lines} lines, budget {MAX_FILE}"


def functions_fit_their_budget(house: House) -> Iterator[str]:
    for module in house:
        for function in module.functions:
            lines = (function.end_lineno or function.lineno) - function.lineno + 1
            if lines > MAX_FUNCTION and not is_migration(module):
                yield f"{module.path}:{function.lineno}: {function.name}: {lines} lines, budget {MAX_FUNCTION}"


def is_migration(module: Module) -> bool:
    """Alembic runs these by path, and what was once released is not rewritten."""
    return "migrations" in module.path.parts


def packages_say_what_they_hold(house: House) -> Iterator[str]:
    for module in house:
        folder = module.path.parent
        if ".".join(folder.parts) not in house.modules and not is_migration(module):
            yield f"{folder}: a package without __init__.py"
        if module.is_package and not is_one_paragraph(module):
            yield f"{module.path}: one docstring of one paragraph, and nothing else"


def is_one_paragraph(module: Module) -> bool:
    words = ast.get_docstring(module.tree)
    return len(module.tree.body) == 1 and bool(words) and "\n\n" not in str(words)
