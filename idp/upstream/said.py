"""What a provider says about a person, as far as configuration believes it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from idp.protocol import acr
from idp.settings.upstreams import AnyOpenid

PROFILE: Final = ("name", "given_name", "middle_name", "family_name", "nickname")
STRENGTHS: Final = {"two_factors": acr.TWO_FACTORS, "phishing_resistant": acr.PHISHING_RESISTANT}
LONGEST_SID: Final = 255

Claims = Mapping[str, Any]


def profile(claims: Claims, settings: AnyOpenid) -> dict[str, str]:
    """Standard claims to begin a profile with, found where configuration says they are."""
    found = {name: claims.get(_place(name, settings)) for name in PROFILE}
    return {name: value.strip() for name, value in found.items() if isinstance(value, str) and value.strip()}


def address(claims: Claims, settings: AnyOpenid) -> str:
    """The person's address there, "" for none; whether it counts is another question."""
    found = claims.get(_place("email", settings))
    return found.strip() if isinstance(found, str) and "@" in found else ""


def is_verified(claims: Claims, settings: AnyOpenid, name: str = "email_verified") -> bool:
    """Only where the operator trusts this provider, and only by a plain yes: `true`, or the "true" of Apple and some
    others. Whatever else a program might take for one is none.
    """
    value = claims.get(_place(name, settings))
    return settings.trust_email and (value is True or value == "true")


def strength(claims: Claims, settings: AnyOpenid) -> tuple[str, str]:
    """(amr, acr) as they count here, ("", "") unless configuration says what a value of theirs stands for."""
    used = claims.get("amr")
    amr = [value for value in used if isinstance(value, str)] if isinstance(used, list) else []
    meant = [*_meant(amr, settings.amr), *_meant([str(claims.get("acr"))], settings.acr)]
    if not meant:
        return "", ""
    known = [value for value in amr if value in acr.ORDER or value == acr.SEVERAL]
    return acr.together(acr.FEDERATED, acr.SEVERAL, *known), acr.strongest(meant)


def session(claims: Claims) -> str:
    """The provider's name for its session, "" where it has none that we could keep."""
    sid = claims.get("sid")
    return sid if isinstance(sid, str) and len(sid) <= LONGEST_SID else ""


def _meant(values: Iterable[str], meaning: Mapping[str, str]) -> list[str]:
    return [STRENGTHS[meaning[value]] for value in values if value in meaning]


def _place(name: str, settings: AnyOpenid) -> str:
    """Which of their claims is ours of this name."""
    places: Mapping[str, str] = {str(ours): theirs for ours, theirs in settings.claims.items()}
    return places.get(name, name)
