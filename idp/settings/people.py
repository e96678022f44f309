"""What the operator sets about people: how surely they sign in, what they agree to, what their account lets them do."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import Field

from idp.settings.sections import Positive, Seconds, Section

DATED = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?(?!\d)", re.ASCII)


def comes_into_force_at(version: str) -> int | None:
    """The midnight (UTC) that a version's name begins with: 2026-11-25, or 2026-11 for the first; None without one."""
    found = DATED.match(version)
    try:
        year, month, day = (int(part or 1) for part in found.groups()) if found else (0, 0, 0)
        return int(datetime(year, month, day, tzinfo=UTC).timestamp())
    except ValueError:
        return None


class SignIn(Section):
    """`mailed_code` lets people sign in by a mail instead of a password; `two_pages` asks for the address first."""

    mailed_code: bool = False
    two_pages: bool = False


class SecondFactor(Section):
    """`required` asks every person for one; without it each person chooses, and each app may ask (acr_values)."""

    required: bool = False
    authenticator: bool = True
    trust_device_for: Positive = 30 * 86400


class Passkeys(Section):
    enabled: bool = True
    rp_id: str = ""
    user_verification: Literal["required", "preferred"] = "required"


class Account(Section):
    sensitive_within: Positive = 900
    delete_after: Seconds = 14 * 86400
    activity_for: Positive = 90 * 86400
    inline_export: Positive = 1024 * 1024
    largest_picture: Annotated[int, Field(gt=0, le=20 * 1024 * 1024)] = 5 * 1024 * 1024


class Agreements(Section):
    """`directory` holds terms/VERSION/LOCALE.md and privacy/VERSION/LOCALE.md, and what changed in SUMMARY-LOCALE.md
    beside them; empty uses brand.terms_url and so on.
    """

    directory: str = ""
    grace_for: Seconds = 0


class Geoip(Section):
    database: str = ""
