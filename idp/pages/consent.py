"""Consent: the person sees what an app would get, with the real values, and decides (OpenID Connect Core §3.1.2.4)."""

from flask import Blueprint, Response, url_for

from idp.issuance import claims as person_claims
from idp.mail import alerts, outbox
from idp.mail.wording import Reader
from idp.protocol.scope import OFFLINE_ACCESS, Scope
from idp.store import audit, consents, pending_authorizations
from idp.store.browser_sessions import Session
from idp.store.clients import Client
from idp.store.consents import NEVER_ASKED, Agreed
from idp.store.grants import Person
from idp.store.pending_authorizations import Pending
from idp.web import details, elsewhere, flow, locale, scopes, visitor
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.page import AppIdentity, render

routes = Blueprint("consent", __name__)
FIELDS = (Field("decision", 8), Field("scope", 64, many=True), Field("person", 22))


@routes.route("/consent", methods=["GET", "POST"])
def consent() -> Response:
    pending, session = flow.pending(), visitor.session()
    if pending is None or session is None:
        return see_other(flow.onward(pending))
    client = flow.client_of(pending)
    form = Form.read(*FIELDS)
    if form.ready and _is_decided(form, session):
        return _decide(pending, session, client, form)
    return _show(pending, session, client, form)


def _is_decided(form: Form, session: Session) -> bool:
    """One of the two buttons, pressed by the person the page was shown to: in another tab somebody else may sign in."""
    return form["decision"] in ("allow", "deny") and form["person"] == session.user_id


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
    if OFFLINE_ACCESS in allowed - before.scope:
        _tell_owner(session, client, after.scope)
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
    wishes = _wishes(pending.request.asked_scope, before, session, client)
    optional = client.metadata.optional_scopes
    folded = [wish for wish in wishes if _folds(wish) and wish.scope not in optional and _is_news(wishes)]
    return render(
        "consent.html",
        pending=pending,
        client=client.metadata,
        form=form,
        email=session.email,
        person=session.user_id,
        required=[wish for wish in wishes if wish.scope not in optional and wish not in folded],
        optional=[wish for wish in wishes if wish.scope in optional],
        details=details.rows(pending.request.details, house().mint.apis),
        elsewhere=elsewhere.of(pending),
        already=[scopes.short_of(wish) for wish in folded],
    )


def _tell_owner(session: Session, client: Client, scope: Scope) -> None:
    """M12: from now on the app may come back while they are away."""
    wishes = _wishes(scope, NEVER_ASKED, session, client)
    letter = alerts.keeps_access(
        house().settings,
        Reader(session.email or "", session.locale),
        app=AppIdentity.of(client.metadata).name,
        sees=tuple(wish.sentence for wish in wishes),
        link=url_for("apps.app", client_id=client.client_id),
    )
    outbox.post(letter, house().sealer, now())


def _is_news(wishes: tuple[scopes.Row, ...]) -> bool:
    """Something is asked for the first time: what was allowed before then needs one line only."""
    return any(wish.is_new for wish in wishes)


def _folds(wish: scopes.Row) -> bool:
    """Access while nobody is there is spelled out each time."""
    return wish.is_allowed and wish.scope != OFFLINE_ACCESS


def _wishes(asked: Scope, before: Agreed, session: Session, client: Client) -> tuple[scopes.Row, ...]:
    facts = person_claims.of_person(_person(session))
    own = client.metadata.sentences(locale.current())
    return scopes.rows(asked, before, facts, house().settings.tokens.refresh_idle_for, own)


def _person(session: Session) -> Person:
    return Person(session.user_id, session.profile, session.locale, 0, session.email)


door = Door(routes)
