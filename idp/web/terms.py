"""The two boxes of everybody who joins, whichever way they come: the terms, and news if they like."""

from typing import Final

from idp.accounts.joining import Terms
from idp.store.agreements import PRIVACY
from idp.store.agreements import TERMS as TERMS_OF_SERVICE
from idp.web import agreements, arrival, locale
from idp.web.forms import Field, Form
from idp.web.house import house
from idp.web.locale import gettext

TERMS: Final = Field("terms", 65)
MARKETING: Final = Field("marketing", 1)


def agrees(form: Form) -> None:
    """Agreeing is to the versions that were shown; a newer one has to be read first."""
    if form[TERMS.name] != " ".join(agreements.in_force().values()):
        form.values[TERMS.name] = ""
        form.fail(TERMS.name, gettext("Tick the box to agree to the Terms of Service."))


def agreed(form: Form) -> Terms:
    """What the person agreed to in this form, and where they did."""
    brand, spoken = house().settings.brand, locale.current()
    return Terms(
        brand.terms_version,
        brand.privacy_version,
        marketing=bool(form[MARKETING.name]),
        locale=spoken,
        network=arrival.address(),
        terms_digest=house().documents.digest(TERMS_OF_SERVICE, spoken),
        privacy_digest=house().documents.digest(PRIVACY, spoken),
    )
