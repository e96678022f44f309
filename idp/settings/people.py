"""What the operator sets about people: how surely they sign in, what they agree to, what their account lets them do."""

from typing import Annotated, Literal

from pydantic import Field

from idp.settings.sections import Positive, Seconds, Section


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
    """`directory` holds terms/VERSION/LOCALE.md and privacy/VERSION/LOCALE.md; empty uses brand.terms_url and so on."""

    directory: str = ""
    grace_for: Seconds = 0


class Geoip(Section):
    database: str = ""
