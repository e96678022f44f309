"""Each rule of the house catches what it is there for, on small made-up trees."""

from collections.abc import Callable, Iterator

import pytest

from tests.architecture import rules, world
from tests.architecture.house import House

Rule = Callable[[House], Iterator[str]]

BREAKS: tuple[tuple[Rule, dict[str, str]], ...] = (
    (rules.every_room_has_a_floor, {"idp/helpers.py": ""}),
    (rules.no_arrow_points_up, {"idp/store/users.py": "import idp.web.page", "idp/web/page.py": ""}),
    (rules.no_arrow_points_up, {"idp/web/page.py": "from ..pages import home", "idp/pages/home.py": ""}),
    (
        rules.no_arrow_points_up,
        {
            "idp/signing/ring.py": "import typing\nif typing.TYPE_CHECKING:\n    from idp.web import page",
            "idp/web/page.py": "",
        },
    ),
    (
        rules.no_arrow_points_up,
        {"idp/endpoints/health.py": "from idp.cli.main import x", "idp/cli/main.py": "x = 1"},
    ),
    (rules.the_ground_stands_alone, {"idp/protocol/pkce.py": "from idp import clock", "idp/clock.py": ""}),
    (rules.doors_never_import_doors, {"idp/pages/home.py": "from . import help", "idp/pages/help.py": ""}),
    (
        rules.doors_never_import_doors,
        {
            "idp/endpoints/token/views.py": "from idp.endpoints.userinfo import door",
            "idp/endpoints/userinfo.py": "",
        },
    ),
    (
        rules.doors_never_import_doors,
        {"idp/endpoints/token.py": "import idp.pages.home", "idp/pages/home.py": ""},
    ),
    (rules.libraries_stay_in_their_room, {"idp/accounts/proofs.py": "import flask"}),
    (rules.libraries_stay_in_their_room, {"idp/endpoints/authorize/steps.py": "from flask import request"}),
    (rules.libraries_stay_in_their_room, {"idp/web/transaction.py": "from sqlalchemy.exc import DBAPIError"}),
    (
        rules.libraries_stay_in_their_room,
        {"idp/pages/home.py": "from authlib.integrations.flask_client import OAuth"},
    ),
    (rules.libraries_stay_in_their_room, {"idp/upstream/openid.py": "from authlib import jose"}),
    (
        rules.libraries_stay_in_their_room,
        {"idp/issuance/issue.py": "from cryptography.hazmat.primitives import hashes"},
    ),
    (rules.libraries_stay_in_their_room, {"idp/accounts/proofs.py": "import smtplib as post"}),
    (rules.no_circle, {"idp/store/a.py": "import idp.store.b", "idp/store/b.py": "from idp.store import a"}),
    (
        rules.no_circle,
        {
            "idp/mail/a.py": "import idp.signing.a",
            "idp/signing/a.py": "",
            "idp/signing/b.py": "import idp.mail.b",
            "idp/mail/b.py": "",
        },
    ),
    (rules.imports_stand_at_the_top, {"idp/web/page.py": "def render():\n    import json\n"}),
    (
        rules.imports_stand_at_the_top,
        {"idp/web/page.py": "class A:\n    async def f(self):\n        from a import b\n"},
    ),
    (rules.files_fit_their_budget, {"idp/web/page.py": "x = 1\n" * 301}),
    (rules.functions_fit_their_budget, {"idp/web/page.py": "def f():\n" + "    x = 1\n" * 40}),
    (rules.packages_say_what_they_hold, {"idp/web/page.py": ""}),
    (rules.packages_say_what_they_hold, {"idp/__init__.py": '"""Here."""\nfrom idp import clock'}),
    (rules.packages_say_what_they_hold, {"idp/__init__.py": '"""Here.\n\nAnd there."""'}),
    (rules.packages_say_what_they_hold, {"idp/__init__.py": ""}),
    (world.only_the_clock_asks_the_time, {"idp/sessions.py": "import time\nx = lambda: time.time()"}),
    (world.only_the_clock_asks_the_time, {"idp/sessions.py": "from time import time as moment\nmoment()"}),
    (world.only_the_clock_asks_the_time, {"idp/sessions.py": "from datetime import datetime as d\nd.now()"}),
    (world.only_the_clock_asks_the_time, {"idp/sessions.py": "import datetime\ndatetime.datetime.utcnow()"}),
    (
        world.only_the_clock_asks_the_time,
        {"idp/sessions.py": "from datetime import date\nf(default=date.today)"},
    ),
    (world.only_settings_and_cli_read_the_environment, {"idp/mail/smtp.py": "import os\nos.environ['X']"}),
    (
        world.only_settings_and_cli_read_the_environment,
        {"idp/mail/smtp.py": "from os import getenv\ngetenv('X')"},
    ),
    (world.no_object_of_the_world_at_module_level, {"idp/app.py": "import flask\napp = flask.Flask('idp')"}),
    (world.no_object_of_the_world_at_module_level, {"idp/mail/smtp.py": "out: object = smtplib.SMTP('x')"}),
    (world.no_state_of_a_process, {"idp/web/page.py": "SEEN: set[str] = set()"}),
    (world.no_state_of_a_process, {"idp/web/page.py": "CACHE = {}"}),
    (world.no_state_of_a_process, {"idp/web/page.py": "COUNTS = collections.defaultdict(int)"}),
    (world.no_state_of_a_process, {"idp/web/page.py": "x = 1\ndef f():\n    global x\n    x = 2"}),
)

SOUND: tuple[tuple[Rule, dict[str, str]], ...] = (
    (rules.no_arrow_points_up, {"idp/web/page.py": "import idp.store.users", "idp/store/users.py": ""}),
    (
        rules.no_arrow_points_up,
        {"idp/issuance/issue.py": "from idp.signing import ring", "idp/signing/ring.py": ""},
    ),
    (rules.no_arrow_points_up, {"idp/cli/serve.py": "from idp.app import create_app", "idp/app.py": ""}),
    (
        rules.doors_never_import_doors,
        {"idp/endpoints/token/views.py": "from . import grants", "idp/endpoints/token/grants.py": ""},
    ),
    (
        rules.libraries_stay_in_their_room,
        {"idp/endpoints/token/views.py": "import flask", "idp/pages/home.py": "import flask"},
    ),
    (
        rules.libraries_stay_in_their_room,
        {"idp/protocol/client_metadata.py": "from authlib.oauth2 import rfc7591"},
    ),
    (rules.no_circle, {"idp/a.py": "import idp.b\nimport idp.c", "idp/b.py": "import idp.c", "idp/c.py": ""}),
    (rules.imports_stand_at_the_top, {"idp/web/page.py": "if True:\n    import json\ndef f(): ..."}),
    (
        rules.files_fit_their_budget,
        {"idp/web/page.py": "x = 1\n" * 300, "idp/store/migrations/v.py": "x\n" * 400},
    ),
    (rules.functions_fit_their_budget, {"idp/web/page.py": "def f():\n" + "    x = 1\n" * 39}),
    (rules.packages_say_what_they_hold, {"idp/__init__.py": '"""What lives here,\nand what may not."""\n'}),
    (
        world.only_the_clock_asks_the_time,
        {"idp/clock.py": "import time\ntime.time()", "idp/b.py": "time.monotonic()"},
    ),
    (world.no_state_of_a_process, {"idp/web/page.py": "NAMES = {'a': 1}\nWORDS = dict(zip('a', 'b'))"}),
)


def name_of(value: object) -> str:
    return getattr(value, "__name__", "") or ",".join(value if isinstance(value, dict) else ())


@pytest.mark.parametrize(("rule", "tree"), BREAKS, ids=name_of)
def test_a_broken_tree_is_named(rule: Rule, tree: dict[str, str]) -> None:
    assert list(rule(House.of(tree)))


@pytest.mark.parametrize(("rule", "tree"), SOUND, ids=name_of)
def test_a_sound_tree_passes(rule: Rule, tree: dict[str, str]) -> None:
    assert list(rule(House.of(tree))) == []


def test_the_sentence_says_where() -> None:
    house = House.of({"idp/store/users.py": "\nimport idp.web.page", "idp/web/page.py": ""})
    assert list(rules.no_arrow_points_up(house)) == [
        "idp/store/users.py:2: store is below web and may not import it",
    ]
