"""GET /terms, /privacy: the documents people agree to, unless the brand has its own elsewhere."""

from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from idp.web.door import Door
from idp.web.house import house
from idp.web.page import render

routes = Blueprint("legal", __name__)


@routes.get("/terms")
def terms() -> AnyResponse:
    elsewhere = house().settings.brand.terms_url
    return redirect(elsewhere, 303) if elsewhere else _document("legal/terms.html")


@routes.get("/privacy")
def privacy() -> AnyResponse:
    elsewhere = house().settings.brand.privacy_url
    return redirect(elsewhere, 303) if elsewhere else _document("legal/privacy.html")


def _document(template: str) -> Response:
    settings = house().settings
    return render(
        template, host=settings.server.issuer.partition("://")[2], remember_days=settings.session.remember_for // 86400
    )


door = Door(routes)
