"""Whatever is sent to /register: never a 5xx, never a trace, and what is taken can be read back and sent again."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.protocol.errors import ERROR_CODES
from idp.protocol.machine_registration import MAY_SAY
from tests.endpoints.registration.conftest import WEB, Machine, Opens, answer_of
from tests.endpoints.registration.conftest import opens as opens
from tests.fuzz.corpus import OCTETS, VALUES

UNHURRIED = settings(
    deadline=None,
    max_examples=80,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), VALUES),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(VALUES, inner, max_size=3)),
    max_leaves=6,
)
NAMES = st.one_of(
    st.sampled_from(sorted(MAY_SAY)), st.sampled_from(["client_name#de", "software_statement", "client_id"])
)


@pytest.fixture
def machine(opens: Opens) -> Machine:
    return opens(mode="open", per_network=10_000, most=10_000)


def is_fair(machine: Machine, body: bytes) -> None:
    response = machine.sends("POST", "/register", body)
    assert response.status_code in (201, 400), response.data
    if response.status_code == 400:
        assert answer_of(response)["error"] in ERROR_CODES
        return
    told = answer_of(response)
    assert machine.reads(told).status_code == 200
    again = machine.updates(told)
    assert again.status_code == 200, again.data
    after = answer_of(again)
    ours = ("registration_access_token", "client_secret")
    assert {name: after[name] for name in after if name not in ours} == {
        name: told[name] for name in told if name not in ours
    }


@UNHURRIED
@given(changed=st.dictionaries(NAMES, ANYTHING, min_size=1, max_size=4))
def test_any_members(machine: Machine, changed: dict[str, Any]) -> None:
    is_fair(machine, json.dumps({**WEB, **changed}).encode())


@UNHURRIED
@given(octets=OCTETS)
def test_any_octets(machine: Machine, octets: bytes) -> None:
    is_fair(machine, octets)
    assert machine.sends("PUT", "/register/x", octets, "made-up").status_code == 401
