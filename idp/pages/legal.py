"""GET /terms, /privacy: the documents people agree to, from files of ours, or where the brand has them elsewhere."""

from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from idp.accounts.documents import Text
from idp.store.agreements import PRIVACY, TERMS
from idp.web import agreements, locale, markdown, problems
from idp.web.door import Door
from idp.web.house import house
from idp.web.locale import gettext
from idp.web.page import render

routes = Blueprint("legal", __name__)


@routes.get("/terms")
def terms() -> AnyResponse:
    elsewhere = house().settings.brand.terms_url
    return redirect(elsewhere, 303) if elsewhere else _in_force(TERMS)


@routes.get("/privacy")
def privacy() -> AnyResponse:
    elsewhere = house().settings.brand.privacy_url
    return redirect(elsewhere, 303) if elsewhere else _in_force(PRIVACY)


@routes.get("/terms/<version>")
def older_terms(version: str) -> Response:
    return _older(TERMS, version)


@routes.get("/privacy/<version>")
def older_privacy(version: str) -> Response:
    return _older(PRIVACY, version)


def _in_force(document: str) -> Response:
    """The built-in page stands in where the brand has no document at all."""
    settings = house().settings
    if text := house().documents.text(document, locale.current()):
        return _show(document, text)
    return render(
        f"legal/{document}.html",
        host=settings.server.issuer.partition("://")[2],
        remember_days=settings.session.remember_for // 86400,
    )


def _older(document: str, version: str) -> Response:
    """What was in force once stays readable; the one in force has one address alone."""
    text = house().documents.text(document, locale.current(), version)
    if text is None or version not in house().documents.older(document):
        raise problems.not_found()
    return _show(document, text)


def _show(document: str, text: Text) -> Response:
    is_in_force = text.version == agreements.in_force()[document]
    summary = house().documents.summary(document, locale.current()) if is_in_force else None
    return render(
        "legal/document.html",
        document=document,
        name=gettext("Terms of Service") if document == TERMS else gettext("Privacy Policy"),
        text=text,
        body=markdown.rendered(text.words),
        summary=summary,
        what_changed=markdown.rendered(summary.words) if summary else None,
        is_in_force=is_in_force,
        older=[version for version in house().documents.older(document) if version != text.version],
    )


door = Door(routes)
