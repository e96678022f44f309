"""Terms that changed: what is new, where it can be read, and one box; before anything else goes on."""

from typing import NamedTuple

from flask import Blueprint, Response, url_for
from markupsafe import Markup

from idp.accounts.agreements import Owed
from idp.accounts.documents import DOCUMENTS
from idp.store import agreements as stored
from idp.store import audit
from idp.store.agreements import TERMS as TERMS_OF_SERVICE
from idp.store.browser_sessions import Session
from idp.store.pending_authorizations import Pending
from idp.web import agreements, arrival, flow, locale, markdown, owner, visitor
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.locale import gettext
from idp.web.page import render
from idp.web.terms import TERMS, agrees

routes = Blueprint("agreements", __name__)
FIELDS = (TERMS, Field("decision", 8), Field("person", 22))


class Changed(NamedTuple):
    """One document that is newer than what the person agreed to; `summary` is what changed, in language `spoken`."""

    name: str
    page: str
    version: str
    summary: Markup
    spoken: str


@routes.route("/agreements", methods=["GET", "POST"], endpoint="agreements")
def ask() -> Response:
    """Whoever agreed already, in another tab perhaps, just goes on."""
    pending, session = flow.pending(), visitor.session()
    owes = agreements.owed(session) if session else Owed.NOTHING
    if session is None or owes is Owed.NOTHING:
        return see_other(_onward(pending))
    form = Form.read(*FIELDS)
    if form.ready and form["person"] == session.user_id and _is_decided(form, session, owes):
        return see_other(_onward(pending))
    return render(
        "agreements.html",
        pending=pending,
        client=flow.client_of(pending).metadata if pending else None,
        form=form,
        then=flow.named(owner.THEN),
        person=session.user_id,
        email=session.email,
        is_new=session.terms_version is None,
        changed=[_changed(document) for document in agreements.changed(session)],
        waits_until=agreements.waits_until(session) if owes is Owed.MAY_WAIT else None,
    )


def _is_decided(form: Form, session: Session, owes: Owed) -> bool:
    """Agreeing takes the box; "not now" is a decision as long as it may wait."""
    if form["decision"] == "later" and owes is Owed.MAY_WAIT:
        _decide(session, accepted=False)
        return True
    agrees(form)
    if form.ready:
        _decide(session, accepted=True)
    return form.ready


def _decide(session: Session, *, accepted: bool) -> None:
    """Both documents are agreed to as they read in this language; only what changed is put off."""
    for document in DOCUMENTS if accepted else agreements.changed(session):
        stored.record(
            session.user_id,
            document,
            agreements.in_force()[document],
            now(),
            accepted=accepted,
            locale=locale.current(),
            network=arrival.address(),
            digest=house().documents.digest(document, locale.current()),
        )
    event = "terms_accepted" if accepted else "terms_put_off"
    audit.record(
        event,
        now(),
        user_id=session.user_id,
        session_id=session.id,
        network=arrival.network(),
        **agreements.in_force(),
    )


def _changed(document: str) -> Changed:
    is_terms = document == TERMS_OF_SERVICE
    summary = house().documents.summary(document, locale.current())
    return Changed(
        gettext("Terms of Service") if is_terms else gettext("Privacy Policy"),
        url_for("legal.terms") if is_terms else url_for("legal.privacy"),
        agreements.in_force()[document],
        markdown.rendered(summary.words) if summary else Markup(),
        summary.locale if summary else "",
    )


def _onward(pending: Pending | None) -> str:
    asked = "" if pending else owner.destination(flow.named(owner.THEN))
    return asked or flow.onward(pending)


door = Door(routes)
