"""The few static files: read and compressed once, named by their content, cached for good."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, abort, current_app, request, url_for

from idp.settings.load import Settings

FOLDER = Path(__file__).parent.parent / "static"
FOREVER = "public, max-age=31536000, immutable"
EXTENSION = "portico_assets"
ENDPOINT = "asset"


@dataclass(frozen=True)
class Asset:
    body: bytes
    compressed: bytes
    digest: str
    kind: str

    @classmethod
    def read(cls, file: Path) -> "Asset":
        body = file.read_bytes()
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return cls(body, gzip.compress(body, mtime=0), hashlib.sha256(body).hexdigest()[:12], kind)


def prepare(app: Flask, _settings: Settings) -> None:
    app.extensions[EXTENSION] = {file.name: Asset.read(file) for file in sorted(FOLDER.iterdir()) if file.is_file()}
    app.add_url_rule("/assets/<digest>/<name>", ENDPOINT, serve)


def url(name: str) -> str:
    """The address of a static file, its content in the name."""
    return url_for(ENDPOINT, digest=_assets()[name].digest, name=name)


def serve(digest: str, name: str) -> Response:
    """A name from another version (nodes are replaced one by one) gets this version's file, uncached."""
    asset = _assets().get(name)
    if asset is None:
        abort(404)
    takes_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    answer = Response(asset.compressed if takes_gzip else asset.body, mimetype=asset.kind)
    answer.headers["Cache-Control"] = FOREVER if digest == asset.digest else "no-cache"
    answer.headers["Vary"] = "Accept-Encoding"
    if takes_gzip:
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def _assets() -> dict[str, Asset]:
    assets: dict[str, Asset] = current_app.extensions[EXTENSION]
    return assets
