"""People's pictures and the logos of apps: whoever has the address may look, and nobody can guess one."""

from flask import Blueprint, Response

from idp.accounts.pictures import MEDIA_TYPE
from idp.store import app_logos, pictures
from idp.web import faces, logos, problems
from idp.web.door import Door

routes = Blueprint("pictures", __name__)
KEPT_FOR = "public, max-age=86400, immutable"
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


@routes.get(f"/{faces.PICTURES}/<picture_id>")
def picture(picture_id: str) -> Response:
    """An address always shows the same picture; caches let go of one that its person removed after a day."""
    return _shown(pictures.body(picture_id))


@routes.get(f"/{logos.LOGOS}/<logo_id>")
def logo(logo_id: str) -> Response:
    """The same for the logo of an app, which people see before they are signed in."""
    return _shown(app_logos.body(logo_id))


def _shown(body: bytes | None) -> Response:
    if body is None:
        raise problems.not_found()
    response = Response(body, mimetype=MEDIA_TYPE)
    response.headers["Cache-Control"] = KEPT_FOR
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # apps show it on pages of their own
    return response


door = Door(routes)
