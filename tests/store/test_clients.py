"""Registered apps: what is stored, what a process may remember of it, and for how long."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import event

from idp.protocol.client_metadata import ClientMetadata
from idp.store import client_secrets, clients
from idp.store.base import db, fingerprint, new_id, new_secret, unit_of_work
from idp.store.client_secrets import StoredSecret
from idp.store.clients import Client, KnownClients

NOW = 1_800_000_000
CACHE_FOR = 5
METADATA = ClientMetadata.register(
    {
        "client_name": "Photo Box",
        "client_name#de": "Fotokiste",
        "redirect_uris": ["https://photobox.example/in"],
        "scope": "openid email",
    }
)
SHOP = Client("shop", METADATA, source="file")


def register(client: Client = SHOP, now: int = NOW) -> None:
    with unit_of_work():
        assert clients.added(client, now)


def give_secret(client_id: str = "shop", now: int = NOW, expires_at: int | None = None) -> tuple[str, str]:
    value, secret_id = new_secret(), new_id()
    with unit_of_work():
        assert client_secrets.added(StoredSecret(secret_id, client_id, fingerprint(value), now, expires_at))
    return value, secret_id


def secrets_of(client_id: str, now: int = NOW) -> tuple[str, ...]:
    client = clients.find(client_id, now)
    assert client is not None
    return client.secrets


@pytest.fixture
def known(store: Flask) -> KnownClients:
    return KnownClients(CACHE_FOR)


@pytest.fixture
def reads(store: Flask) -> list[str]:
    """Every statement that reaches the database through the hot engine."""
    seen: list[str] = []
    event.listen(db.engines["hot"], "before_cursor_execute", lambda _c, _u, sql, *_rest: seen.append(sql))
    return seen


def test_what_was_registered_is_found(store: Flask) -> None:
    register()
    assert clients.find("shop", NOW) == SHOP
    assert clients.find("Shop", NOW) is None


def test_a_client_id_is_taken_once(store: Flask) -> None:
    register()
    with unit_of_work():
        assert not clients.added(Client("shop", ClientMetadata()), NOW + 1)
    assert clients.find("shop", NOW) == SHOP


def test_a_change_replaces_metadata_source_and_state(store: Flask) -> None:
    register()
    mended = replace(SHOP, metadata=replace(METADATA, client_name="Photo Bin"), source="cli")
    with unit_of_work():
        assert clients.changed(mended, NOW + 1)
        assert not clients.changed(replace(mended, client_id="nobody"), NOW + 1)
    assert clients.find("shop", NOW) == mended


def test_a_suspended_app_is_not_found_by_doors_and_still_listed(store: Flask) -> None:
    register()
    suspended = replace(SHOP, state="suspended")
    with unit_of_work():
        clients.changed(suspended, NOW)
    assert clients.find("shop", NOW) is None
    assert clients.stored("shop", NOW) == suspended
    assert clients.every(NOW) == (suspended,)


def test_a_removed_app_takes_its_secrets_with_it(store: Flask) -> None:
    register()
    give_secret()
    with unit_of_work():
        assert clients.removed("shop")
        assert not clients.removed("shop")
        assert clients.every(NOW) == ()
        assert client_secrets.live(NOW) == ()


def test_every_app_comes_with_its_own_secrets(store: Flask) -> None:
    register(replace(SHOP, client_id="b"))
    register(replace(SHOP, client_id="a"))
    register(replace(SHOP, client_id="c"))
    (first, _), (second, _), (other, _) = give_secret("b", NOW), give_secret("b", NOW + 1), give_secret("c", NOW)
    listed = {client.client_id: client.secrets for client in clients.every(NOW)}
    assert listed == {"a": (), "b": (fingerprint(first), fingerprint(second)), "c": (fingerprint(other),)}
    assert list(listed) == ["a", "b", "c"]


def test_a_secret_is_stored_as_a_fingerprint_only(store: Flask) -> None:
    register()
    value, _ = give_secret()
    with db.engine.connect() as connection:
        for table in ("clients", "client_secrets"):
            rows = connection.exec_driver_sql(f"SELECT * FROM {table}").all()  # noqa: S608 (two fixed names)
            assert value not in str(rows)
    assert fingerprint(value) not in repr(clients.find("shop", NOW))


def test_two_secrets_live_at_once_and_no_third(store: Flask) -> None:
    register()
    (first, first_id), (second, _) = give_secret(), give_secret()
    third = StoredSecret(new_id(), "shop", fingerprint("third"), NOW)
    with unit_of_work():
        assert not client_secrets.added(third)
    assert set(secrets_of("shop")) == {fingerprint(first), fingerprint(second)}
    with unit_of_work():
        assert client_secrets.revoked("shop", first_id, NOW)
        assert client_secrets.added(third)


def test_a_secret_of_an_unknown_app_is_refused(store: Flask) -> None:
    with unit_of_work():
        assert not client_secrets.added(StoredSecret(new_id(), "nobody", fingerprint("x"), NOW))


def test_only_the_app_itself_loses_a_revoked_secret(store: Flask) -> None:
    register()
    register(replace(SHOP, client_id="other"))
    _, secret_id = give_secret("shop")
    with unit_of_work():
        assert not client_secrets.revoked("other", secret_id, NOW)
        assert client_secrets.revoked("shop", secret_id, NOW)
        assert not client_secrets.revoked("shop", secret_id, NOW)
        assert client_secrets.live_of("shop", NOW) == ()
    assert secrets_of("shop") == ()


def test_a_secret_is_refused_from_the_second_it_expires(store: Flask) -> None:
    register()
    give_secret(expires_at=NOW + 60)
    assert [len(secrets_of("shop", at)) for at in (NOW + 59, NOW + 60)] == [1, 0]
    assert [len(client_secrets.live_of("shop", at)) for at in (NOW + 59, NOW + 60)] == [1, 0]
    assert [len(client_secrets.live(at)) for at in (NOW + 59, NOW + 60)] == [1, 0]


def test_an_expired_secret_makes_room_for_another(store: Flask) -> None:
    register()
    give_secret(expires_at=NOW + 60)
    give_secret()
    give_secret(now=NOW + 60)


@pytest.mark.parametrize("asked", ["", "ä", "'; DROP TABLE clients; --", "x" * 8000])
def test_any_text_may_be_asked_for(known: KnownClients, asked: str) -> None:
    assert known.find(asked, NOW) is None
    assert known.find_by_secret(asked, "x", NOW) is None


@pytest.mark.parametrize("presented", ["", "\x00", "ä", "\udcff", "x" * 8000])
def test_any_text_may_be_presented_as_a_secret(known: KnownClients, presented: str) -> None:
    register()
    give_secret()
    assert known.find_by_secret("shop", presented, NOW) is None


def test_both_secrets_are_accepted_and_only_of_that_app(known: KnownClients) -> None:
    register()
    register(replace(SHOP, client_id="other"))
    (first, _), (second, _), (other, _) = give_secret(), give_secret(), give_secret("other")
    found = [known.find_by_secret("shop", value, NOW) is not None for value in (first, second, other)]
    assert found == [True, True, False]


def test_what_is_known_is_read_once_in_a_while(known: KnownClients, reads: list[str]) -> None:
    register()
    assert [known.find("shop", NOW + passed) for passed in range(CACHE_FOR)] == [SHOP] * CACHE_FOR
    assert len(reads) == 1
    known.find("shop", NOW + CACHE_FOR)
    assert len(reads) == 2


def test_a_change_is_felt_when_the_cache_ends_and_not_later(known: KnownClients) -> None:
    register()
    known.find("shop", NOW)
    with unit_of_work():
        clients.changed(replace(SHOP, state="suspended"), NOW)
    assert known.find("shop", NOW + CACHE_FOR - 1) == SHOP
    assert known.find("shop", NOW + CACHE_FOR) is None
    assert known.find("shop", NOW + CACHE_FOR - 1) is None  # forgotten, also by a clock that was set back


def test_a_clock_set_back_does_not_prolong_what_is_known(known: KnownClients) -> None:
    register()
    known.find("shop", NOW)
    with unit_of_work():
        clients.removed("shop")
    assert known.find("shop", NOW - 3600) is None


def test_a_revoked_secret_is_refused_when_the_cache_ends(known: KnownClients) -> None:
    register()
    value, secret_id = give_secret()
    assert known.find_by_secret("shop", value, NOW) is not None
    with unit_of_work():
        client_secrets.revoked("shop", secret_id, NOW)
    assert known.find_by_secret("shop", value, NOW + CACHE_FOR) is None


def test_an_expired_secret_is_refused_while_the_app_is_cached(known: KnownClients) -> None:
    register()
    value, _ = give_secret(expires_at=NOW + 2)
    with_secret = replace(SHOP, secrets=(fingerprint(value),))
    found = [known.find_by_secret("shop", value, NOW + passed) for passed in range(3)]
    assert found == [with_secret, with_secret, None]


def test_a_new_secret_is_accepted_at_once(known: KnownClients) -> None:
    register()
    known.find("shop", NOW)
    value, _ = give_secret()
    assert known.find_by_secret("shop", value, NOW) == replace(SHOP, secrets=(fingerprint(value),))


def test_a_new_app_is_known_at_once(known: KnownClients) -> None:
    assert known.find("shop", NOW) is None
    register()
    assert known.find("shop", NOW) == SHOP


def test_unknown_app_and_wrong_secret_take_the_same_way(known: KnownClients, reads: list[str]) -> None:
    register()
    value, _ = give_secret()
    known.find("shop", NOW)
    reads.clear()
    assert known.find_by_secret("shop", value, NOW) is not None
    assert reads == []
    for client_id in ("shop", "nobody"):
        reads.clear()
        assert known.find_by_secret(client_id, "wrong", NOW) is None
        assert len(reads) == 1


def test_the_cache_keeps_to_its_room(store: Flask, reads: list[str]) -> None:
    known = KnownClients(CACHE_FOR, room_for=2)
    for name in "abc":
        register(replace(SHOP, client_id=name))
        known.find(name, NOW)
    reads.clear()
    known.find("c", NOW)
    known.find("b", NOW)
    assert reads == []
    known.find("a", NOW)
    assert len(reads) == 1


def test_without_a_cache_every_question_is_read(store: Flask, reads: list[str]) -> None:
    register()
    known = KnownClients(0)
    known.find("shop", NOW)
    known.find("shop", NOW)
    assert len(reads) == 2
