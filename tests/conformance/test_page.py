"""Every module of the four plans is driven by a test or says what it waits for, and docs/conformance.md says so."""

import ast
import tomllib

import pytest

from idp.protocol.client_metadata import ClientMetadata
from scripts import conformance
from scripts.conformance import PAGE, PLANS, WAITS, Mark, Module
from tests.conformance.suite import BYE, CALLBACK

MARKS = tuple(conformance.marks())
MARKED = {mark.module for mark in MARKS}
KNOWN = {module for modules in PLANS.values() for module in modules}


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == conformance.page(), "run: .venv/bin/python scripts/conformance.py"


@pytest.mark.parametrize("module", sorted(KNOWN), ids=" ".join)
def test_a_module_is_driven_or_says_what_it_waits_for(module: Module) -> None:
    assert (module in MARKED) != (module in WAITS)


def test_every_mark_is_a_module_of_the_plans() -> None:
    assert [mark for mark in MARKS if mark.module not in KNOWN] == []


def test_marks_are_found_on_tests_and_on_their_parameters() -> None:
    source = """
@pytest.mark.conformance("a", "form_post")
@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.conformance("b"))])
def test_it(x): ...
"""
    found = set(conformance._marks_of(ast.parse(source), "f.py"))
    assert found == {Mark(Module("a", "form_post"), "f.py::test_it"), Mark(Module("b"), "f.py::test_it")}


def test_the_registration_it_shows_is_the_one_of_the_tests() -> None:
    shown = PAGE.read_text("utf-8").partition("```toml")[2].partition("```")[0]
    client = ClientMetadata.register(tomllib.loads(shown))
    assert client.redirect_uris == (CALLBACK,)
    assert client.post_logout_redirect_uris == (BYE,)
    assert (client.require_pkce, client.id_token_claims) == (False, ())
