"""Apps that registered themselves: which go by themselves when nobody uses them, and what a use costs."""

from flask import Flask

from idp.protocol.client_metadata import ClientMetadata
from idp.settings.registration import Registration
from idp.store import clients, registrations
from idp.store.base import unit_of_work
from idp.store.clients import Client, Source, State

NOW = 1_800_000_000
LIMITS = Registration(unused_for=7 * 86400, idle_for=180 * 86400)
SHOP = ClientMetadata.register({"redirect_uris": ["https://shop.example/cb"]})


def known(client_id: str, source: Source = "registration", state: State = "active", used: int = 0) -> None:
    with unit_of_work():
        assert clients.added(Client(client_id, SHOP, source, state), NOW)
    if used:
        clients.used(client_id, used)


def left() -> set[str]:
    with unit_of_work():
        return {client.client_id for client in clients.every(NOW)}


def cleared(now: int, limit: int = 100) -> int:
    with unit_of_work():
        return registrations.delete_unused(LIMITS, now, limit)


def test_what_nobody_used_goes(store: Flask) -> None:
    known("never")
    known("once", used=NOW + 86400)
    known("by hand", "cli")
    known("on hold", state="suspended")
    assert cleared(NOW + LIMITS.unused_for - 1) == 0
    assert cleared(NOW + LIMITS.unused_for) == 1
    assert left() == {"once", "by hand", "on hold"}
    assert cleared(NOW + LIMITS.idle_for + 86400) == 1
    assert left() == {"by hand", "on hold"}


def test_a_few_at_a_time(store: Flask) -> None:
    for name in "abc":
        known(name)
    assert [cleared(NOW + LIMITS.unused_for, 2) for _ in range(3)] == [2, 1, 0]


def test_a_use_is_written_once_a_day(store: Flask) -> None:
    known("shop", used=NOW)
    for moment, seen in ((NOW + 86399, NOW), (NOW + 86400, NOW + 86400)):
        clients.used("shop", moment)
        found = clients.find("shop", NOW)
        assert found is not None
        assert found.used_at == seen
