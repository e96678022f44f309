"""A house with pages only: the web room as `create_app` furnishes it, and doors to try it on. No database."""

from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader

from idp.pages import help as help_page
from idp.pages import home, legal
from idp.settings.load import load_settings
from idp.signing.wrapping import KeyFolder
from idp.web import errors, hardening, headers, house, page
from tests.pages import stand_ins

TEMPLATES = Path(__file__).with_name("templates")


def small_house(folder: Path, **settings: Any) -> Flask:
    """An app of pages alone, its keys in `folder`; `settings` are sections of idp.settings."""
    read = load_settings(keys={"directory": folder}, **settings)
    if not any(folder.glob("*.key")):
        KeyFolder.create_first(folder)
    app = Flask("idp", static_folder=None)
    app.jinja_loader = ChoiceLoader([FileSystemLoader(TEMPLATES), FileSystemLoader(Path(app.root_path) / "templates")])
    for prepare in (house.prepare, headers.prepare, errors.prepare, page.prepare, hardening.prepare):
        prepare(app, read)
    for routes in (home.routes, help_page.routes, legal.routes, *stand_ins.DOORS):
        app.register_blueprint(routes)
    return app
