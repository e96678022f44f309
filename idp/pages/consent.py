"""Consent: the person sees what an app would get, with the real values, and decides (OpenID Connect Core §3.1.2.4)."""

from typing import NamedTuple

from flask import Blueprint, Response

from idp.issuance import claims as person_claims
from idp.protocol.scope import Scope
from idp.store import audit, consents, pending_authorizations
from idp.store.browser_sessions import Session
from idp.store.clients import Client
from idp.store.consents import Agreed
from idp.store.grants import Person
from idp.store.pending_authorizations import Pending
from idp.web import flow, locale, visitor
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.forms import Field, Form
from idp.web.house import now
from idp.web.locale import gettext
from idp.web.page import render

routes = Blueprint("consent", __name__)
FIELDS = (Field("decision", 8), Field("scope", 64, many=True))


class Wish(NamedTuple):
    """One row of the page: what the app would be able to do, in a sentence, and the value it would get."""

    scope: str
    icon: str
    sentence: str
    value: str
    is_new: bool


@routes.route("/consent", methods=["GET", "POST"])
def consent() -> Response:
    pending, session = flow.pending(), visitor.session()
    if pending is None or session is None:
        return see_other(flow.onward(pending))
    client = flow.client_of(pending)
    form = Form.read(*FIELDS)
    if form.ready and form["decision"] in ("allow", "deny"):
        return _decide(pending, session, client, form)
    return _show(pending, session, client, form)


def _decide(pending: Pending, session: Session, client: Client, form: Form) -> Response:
    """Allow stores what was allowed; Don't allow stores nothing but the answer to this one request."""
    if form["decision"] == "deny":
        pending_authorizations.denied(pending.id, now())
        return see_other(flow.onward(pending))
    asked = pending.request.asked_scope
    optional = Scope(client.metadata.optional_scopes)
    allowed = asked - (optional - Scope(form.lists["scope"]))
    before = consents.remembered(session.user_id, client.client_id)
    after = Agreed((before.scope - asked) | allowed, before.asked | asked)
    consents.remember(session.user_id, client.client_id, after, locale.current(), now())
    pending_authorizations.consented(pending.id, session.user_id, allowed)
    audit.record(
        "consent_given",
        now(),
        user_id=session.user_id,
        client_id=client.client_id,
        session_id=session.id,
        scope=str(allowed),
    )
    return see_other(flow.onward(pending))


def _show(pending: Pending, session: Session, client: Client, form: Form) -> Response:
    before = consents.remembered(session.user_id, client.client_id)
    wishes = _wishes(pending.request.asked_scope, before, session)
    optional = client.metadata.optional_scopes
    return render(
        "consent.html",
        pending=pending,
        client=client.metadata,
        form=form,
        account=session.email,
        required=[wish for wish in wishes if wish.scope not in optional],
        optional=[wish for wish in wishes if wish.scope in optional],
    )


def _wishes(asked: Scope, before: Agreed, session: Session) -> list[Wish]:
    """`openid` says nothing a person needs to read, unless it is all there is (ux §9)."""
    shown = asked - Scope(("openid",)) or asked
    facts = person_claims.of_person(_person(session))
    return [_wish(scope, facts, scope not in before.asked and bool(before.asked)) for scope in shown]


def _wish(scope: str, facts: dict[str, object], is_new: bool) -> Wish:
    icon, sentence, value = {
        "openid": ("person", gettext("Know it’s you, with an ID made for this app"), ""),
        "profile": ("person", gettext("See your name and picture"), str(facts.get("name") or _not_set())),
        "email": ("mail", gettext("See your email address"), str(facts.get("email") or _not_set())),
        "phone": ("phone", gettext("See your phone number"), _phone(facts) or _not_set()),
        "address": ("home", gettext("See your postal address"), _place(facts) or _not_set()),
        "groups": ("people", gettext("See which groups you belong to"), _not_set()),
        "offline_access": (
            "clock",
            gettext("Keep access while you’re away"),
            gettext("Until you disconnect it, or 90 days without use"),
        ),
    }.get(scope, ("key", scope, ""))
    return Wish(scope, icon, sentence, value, is_new)


def _not_set() -> str:
    return gettext("Not set – nothing is shared")


def _phone(facts: dict[str, object]) -> str:
    """The last two digits tell the person which number it is, and nobody who looks over their shoulder."""
    number = str(facts.get("phone_number") or "")
    return f"•••• {number[-2:]}" if number else ""


def _place(facts: dict[str, object]) -> str:
    address = facts.get("address")
    parts = address if isinstance(address, dict) else {}
    return ", ".join(str(parts[name]) for name in ("locality", "country") if parts.get(name))


def _person(session: Session) -> Person:
    return Person(session.user_id, session.profile, session.locale, 0, session.email)


door = Door(routes)
