"""How many apps strangers may register, and how much those may ask for (RFC 7591 §5)."""

import pytest

from idp.settings.load import Settings
from tests.clocks import Clock
from tests.endpoints.registration.conftest import Opens, refusal

pytestmark = pytest.mark.section("RFC 7591 §3")


def test_strangers_of_one_network_register_so_many_in_an_hour(opens: Opens, clock: Clock) -> None:
    machine = opens(mode="open", per_network=2)
    assert [machine.registers().status_code for _ in range(2)] == [201, 201]
    response = machine.registers()
    assert refusal(response, 429)[0] == "temporarily_unavailable"
    assert int(response.headers["Retry-After"]) == 3600
    assert machine.registers(machine.given_token()).status_code == 201
    clock.moves(3600)
    assert machine.registers().status_code == 201


def test_there_are_so_many_in_all(opens: Opens) -> None:
    machine = opens(mode="open", most=1)
    told = machine.registered()
    token = machine.given_token()
    assert refusal(machine.registers(token), 503)[0] == "temporarily_unavailable"
    assert machine.removes(told).status_code == 204
    assert machine.registers(token).status_code == 201


def test_strangers_fill_no_table(opens: Opens, clock: Clock) -> None:
    """What nobody used within an hour makes room; what somebody uses stays, and what an operator invited."""
    machine = opens(mode="open", most=3)
    used, invited = machine.registered(), machine.registered(machine.given_token())
    machine.as_app(used).posts("/revoke", {"token": "none"})
    first = machine.registered()
    clock.moves(3599)
    assert machine.registers().status_code == 503
    clock.moves(1)
    second = machine.registered()
    assert [machine.reads(told).status_code for told in (used, invited, first, second)] == [200, 200, 401, 200]
    assert machine.registers().status_code == 503


@pytest.mark.section("RFC 9126 §2.1")
def test_what_it_pushes_is_counted_by_network_though_it_proves_itself(opens: Opens, settings: Settings) -> None:
    """Anybody may register an app with a secret, and each request leaves a row."""
    limits = settings.throttle.model_copy(update={"network_tries": 1})
    machine = opens(mode="open", of_settings={"throttle": limits})
    app = machine.as_app(machine.registered())
    statuses = [app.posts("/par", app.asks("openid").parameters).status_code for _ in range(11)]
    assert statuses == [201] * 10 + [429]
