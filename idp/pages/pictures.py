"""People's pictures, for apps and their pages: whoever has the address may look, and nobody can guess one."""

from flask import Blueprint, Response

from idp.accounts.pictures import MEDIA_TYPE
from idp.store import pictures
from idp.web import faces, problems
from idp.web.door import Door

routes = Blueprint("pictures", __name__)
KEPT_FOR = "public, max-age=86400, immutable"
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


@routes.get(f"/{faces.PICTURES}/<picture_id>")
def picture(picture_id: str) -> Response:
    """An address always shows the same picture; caches let go of one that its person removed after a day."""
    body = pictures.body(picture_id)
    if body is None:
        raise problems.not_found()
    response = Response(body, mimetype=MEDIA_TYPE)
    response.headers["Cache-Control"] = KEPT_FOR
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # apps show it on pages of their own
    return response


door = Door(routes)
