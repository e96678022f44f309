"""Identity → account, by rules alone: no app, no database."""

import json
from dataclasses import replace

import pytest

from idp.signing.sealing import Sealer
from idp.signing.wrapping import KeyFolder
from idp.store.identities import Link
from idp.store.users import Account
from idp.upstream import linking
from idp.upstream.linking import Came, Next
from idp.upstream.provider import Failure, Identity, NotIdentified
from tests import databases

NOW = 1_800_000_000
ALICE = Account("a" * 22, "active", "en", "{}", NOW, "alice@example.org", "alice@example.org", None, None)
CLAIMED = Identity("https://other.example", "app", "1", "alice@example.org", claims={"name": "Alice"})
PROVED = replace(CLAIMED, email_verified=True)


@pytest.mark.parametrize(
    ("identity", "account", "takes_new", "may_join", "follows"),
    [
        (CLAIMED, None, True, True, Next.WELCOME),
        (PROVED, None, True, True, Next.WELCOME),
        (CLAIMED, None, True, False, Next.NOBODY),
        (CLAIMED, ALICE, True, True, Next.CONNECT),
        (CLAIMED, ALICE, True, False, Next.CONNECT),
        (PROVED, ALICE, True, True, Next.LINK),
        (PROVED, ALICE, True, False, Next.LINK),
        (CLAIMED, None, False, True, Next.NOBODY),
        (CLAIMED, ALICE, False, True, Next.NOBODY),
        (PROVED, ALICE, False, True, Next.NOBODY),
    ],
)
def test_what_follows(
    identity: Identity, account: Account | None, takes_new: bool, may_join: bool, follows: Next
) -> None:
    assert linking.what_follows(identity, account, takes_new=takes_new, may_join=may_join) is follows


def test_what_fits_stays_as_it_is() -> None:
    whole = replace(PROVED, amr="fed otp", acr="x", sid="s")
    assert linking.checked(whole) == whole


@pytest.mark.parametrize(
    "changes",
    [{"subject": ""}, {"subject": "x" * 256}, {"subject": "a\x00"}, {"provider": ""}, {"app_id": "x" * 256}],
    ids=str,
)
def test_a_key_that_does_not_fit_is_nobodys(changes: dict[str, str]) -> None:
    with pytest.raises(NotIdentified) as refused:
        linking.checked(replace(CLAIMED, **changes))  # type: ignore[arg-type]
    assert refused.value.failure is Failure.BROKEN


@pytest.mark.parametrize("email", ["x" * 321, "a\x00@example.org", "\ud800@example.org", ""])
def test_an_address_that_does_not_fit_is_none_and_proves_nothing(email: str) -> None:
    fit = linking.checked(replace(PROVED, email=email))
    assert (fit.email, fit.email_verified) == ("", False)


def test_a_proof_holds_for_the_letters_that_were_proved() -> None:
    fit = linking.checked(replace(PROVED, email="ａlice@example.org"))
    assert (fit.email, fit.email_verified) == ("ａlice@example.org", False)


def test_what_is_said_beside_the_key_is_left_out_where_it_does_not_fit() -> None:
    claims = {"name": "x" * 129, "given_name": "Al\x07", "nickname": "Al", "picture": "https://x.example", "sub": "2"}
    fit = linking.checked(replace(CLAIMED, claims=claims, amr="x" * 65, sid="s" * 256))
    assert (dict(fit.claims), fit.amr, fit.sid) == ({"nickname": "Al"}, "", "")


def test_who_waits_is_sealed_and_whole_again() -> None:
    sealer = Sealer(KeyFolder.open(databases.key_folder()))
    longest = dict.fromkeys(linking.KEPT_CLAIMS, "😀" * linking.LONGEST_CLAIM)
    long = replace(PROVED, subject="\U0001f600" * 255, email="a" * 320, claims=longest, sid="s" * 255)
    for identity in (CLAIMED, PROVED, long):
        came = Came("other", linking.checked(identity))
        sealed = linking.sealed(came, sealer, NOW)
        assert "Alice" not in sealed
        assert linking.unsealed(sealed, sealer) == came
    assert linking.unsealed(sealer.seal("another purpose", json.dumps({}).encode(), NOW), sealer) is None
    assert linking.unsealed("", sealer) is None
    assert linking.unsealed(None, sealer) is None


@pytest.mark.parametrize(
    ("amr", "acr", "proves"),
    [
        ("", "", ("fed", "urn:portico:acr:1")),
        ("fed otp mfa", "urn:portico:acr:2", ("fed otp mfa", "urn:portico:acr:2")),
        ("", "https://other.example/gold", ("fed", "urn:portico:acr:1")),
    ],
)
def test_what_coming_by_a_link_proves(amr: str, acr: str, proves: tuple[str, str]) -> None:
    link = Link("l" * 22, "a" * 22, "other", *CLAIMED.key, "Alice", NOW, NOW)
    proof = linking.proof_by(link, replace(CLAIMED, amr=amr, acr=acr, sid="theirs"))
    assert (proof.amr, proof.acr, proof.identity_id, proof.upstream_sid) == (*proves, link.id, "theirs")
