"""GitHub: the number is who, the primary proved address is where, everything else is a name."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from idp.upstream.provider import Failure, Identity, NotIdentified, Wish
from tests.emulators.github import SECRET, GitHub, entry, github

CALLBACK = "http://127.0.0.1:8000/login/github/callback"
NOW = 1_790_000_000


@pytest.fixture(name="there")
def running() -> Iterator[GitHub]:
    with github() as emulated:
        yield emulated


def signs_in(there: GitHub, **settings: object) -> Identity:
    upstream = there.upstream(**settings)
    away = upstream.start(CALLBACK, "the-state")
    return upstream.identify(CALLBACK, there.sends_back(away.url), away.secrets, NOW)


def failure(there: GitHub) -> NotIdentified:
    with pytest.raises(NotIdentified) as refused:
        signs_in(there)
    return refused.value


def test_what_is_asked(there: GitHub) -> None:
    away = there.upstream().start(CALLBACK, "the-state", Wish(login_hint="octocat"))
    asked = dict(parse_qsl(urlsplit(away.url).query))
    assert away.url.startswith(f"{there.url}/login/oauth/authorize?")
    assert (asked["scope"], asked["state"], asked["login"]) == ("read:user user:email", "the-state", "octocat")
    assert asked["code_challenge_method"] == "S256"
    assert SECRET not in away.url


def test_who_comes_back(there: GitHub) -> None:
    who = signs_in(there)
    assert (who.provider, who.app_id, who.subject) == (there.url, "Iv1.8a61f9b3a7aba766", "583231")
    assert (who.email, who.email_verified, dict(who.claims)) == ("mona@example.org", False, {"name": "Mona"})


@pytest.mark.incident("CVE-2025-65431")
def test_a_login_is_a_name_and_not_who_somebody_is(there: GitHub) -> None:
    """Whoever gives theirs up, another may take."""
    first = signs_in(there)
    there.user |= {"id": 99, "name": None}
    second = signs_in(there)
    assert first.subject != second.subject
    assert second.claims == {"name": "octocat"}


@pytest.mark.parametrize(
    ("emails", "trusted", "address", "counts"),
    [
        ([entry("a@example.org")], True, "a@example.org", True),
        ([entry("a@example.org")], False, "a@example.org", False),
        ([entry("a@example.org", verified=False)], True, "a@example.org", False),
        ([entry("a@example.org", verified="true")], True, "a@example.org", False),
        ([entry("b@example.org", primary=False), entry("a@example.org")], True, "a@example.org", True),
        ([entry("b@example.org", primary=False)], True, "", False),
        ([entry("b@example.org", primary="yes")], True, "", False),
        ([], True, "", False),
        ({"message": "?"}, True, "", False),
        (["a@example.org", {"primary": True, "verified": True}], True, "", False),
    ],
)
def test_the_address_is_the_primary_one_and_proved(
    there: GitHub, emails: Any, trusted: bool, address: str, counts: bool
) -> None:
    there.user["email"] = "typed-into-the-profile@example.org"
    there.emails = emails
    who = signs_in(there, trust_email=trusted)
    assert (who.email, who.email_verified) == (address, counts)


@pytest.mark.parametrize("odd", [None, "583231", True, 0, -1, 1.5, 2**63, [1]])
def test_who_has_no_number_is_nobody(there: GitHub, odd: object) -> None:
    there.user["id"] = odd
    assert failure(there).failure is Failure.BROKEN


def test_a_code_of_another_sign_in_is_worth_nothing(there: GitHub) -> None:
    upstream = there.upstream()
    stolen = there.sends_back(upstream.start(CALLBACK, "s").url)
    with pytest.raises(NotIdentified) as refused:
        upstream.identify(CALLBACK, stolen, upstream.start(CALLBACK, "s").secrets, NOW)
    assert refused.value.failure is Failure.EXPIRED


@pytest.mark.parametrize("path", ["/login/oauth/access_token", "/api/v3/user", "/api/v3/user/emails"])
@pytest.mark.parametrize(
    ("status", "kind"),
    [(503, Failure.DOWN), (429, Failure.THROTTLED), (404, Failure.BROKEN), (302, Failure.BROKEN)],
)
def test_each_way_to_fail_is_told_apart(there: GitHub, path: str, status: int, kind: Failure) -> None:
    there.status = {path: status}
    told = failure(there)
    assert told.failure is kind
    assert SECRET not in told.detail


def test_somebody_changes_their_mind(there: GitHub) -> None:
    with pytest.raises(NotIdentified) as refused:
        there.upstream().identify(CALLBACK, {"error": "access_denied"}, {"verifier": "x"}, NOW)
    assert refused.value.failure is Failure.DENIED
    assert there.heard == []


def test_an_old_sign_in_there_proves_nothing_new(there: GitHub) -> None:
    """GitHub has no way to ask for a new one."""
    with pytest.raises(NotIdentified) as refused:
        there.upstream().start(CALLBACK, "s", Wish(again=True))
    assert refused.value.failure is Failure.NOT_ANEW
