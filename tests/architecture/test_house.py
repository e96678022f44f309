"""The plan of the house holds: floors, doors, rooms, budgets (test_rules.py shows that the rules bite)."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.architecture import rules, world
from tests.architecture.house import House

ROOT = Path(__file__).parents[2]
Rule = Callable[[House], Iterator[str]]

RULES: tuple[Rule, ...] = (
    rules.every_room_has_a_floor,
    rules.no_arrow_points_up,
    rules.the_ground_stands_alone,
    rules.doors_never_import_doors,
    rules.libraries_stay_in_their_room,
    rules.no_circle,
    rules.packages_say_what_they_hold,
    world.only_the_clock_asks_the_time,
    world.only_settings_and_cli_read_the_environment,
    world.no_object_of_the_world_at_module_level,
    world.no_state_of_a_process,
)
BUDGETS: tuple[Rule, ...] = (
    rules.files_fit_their_budget,
    rules.functions_fit_their_budget,
    rules.imports_stand_at_the_top,
)


@pytest.fixture(scope="module")
def provider() -> House:
    return House.read(ROOT, "idp")


@pytest.fixture(scope="module")
def everything() -> House:
    return House.read(ROOT, "idp", "tests", "clients", "bench", "scripts")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_provider_follows_the_plan(provider: House, rule: Rule) -> None:
    assert list(rule(provider)) == []


@pytest.mark.parametrize("rule", BUDGETS, ids=lambda rule: rule.__name__)
def test_every_file_stays_on_one_screen(everything: House, rule: Rule) -> None:
    assert list(rule(everything)) == []


def test_the_plan_was_read_at_all(provider: House) -> None:
    assert {"idp.settings.load", "idp.clock", "idp.protocol.errors"} <= set(provider.modules)
