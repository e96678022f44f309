"""How a person is shown beside their name: their picture, where we have it, else their initials."""

import json
from dataclasses import dataclass

from flask import g

from idp.web.house import house

PICTURES = "pictures"


@dataclass(frozen=True, slots=True)
class Face:
    """`picture` is an address of ours, "" without one."""

    initials: str
    picture: str = ""

    @classmethod
    def of(cls, profile: str, email: str) -> "Face":
        """`profile` is JSON of standard claims. A picture elsewhere is not shown: no page of ours asks other sites."""
        claims = json.loads(profile)
        picture = str(claims.get("picture") or "")
        return cls(initials(str(claims.get("name") or ""), email), picture if picture.startswith(address("")) else "")


def address(picture_id: str) -> str:
    """Where anybody who has the address finds this picture; what apps are told (Core §5.1 `picture`)."""
    return f"{house().settings.server.issuer}/{PICTURES}/{picture_id}"


def initials(name: str, email: str) -> str:
    """Of the first and the last word that begin with a letter; without any, that of the address."""
    letters = [word[0] for word in name.split() if word[0].isalpha()] or [email[:1]]
    return (letters[0] + letters[-1] if len(letters) > 1 else letters[0]).upper()


def of_visitor() -> Face | None:
    """The face of whoever is signed in, where this request has asked for that already (web.visitor)."""
    session = g.get("visitor")
    return Face.of(session.profile, session.email or "") if session else None
