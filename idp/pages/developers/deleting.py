"""The end of an app: its name is typed, so that nobody does this by a slip of the finger."""

from idp.pages.developers import saving
from idp.pages.developers.fields import NAME
from idp.store import clients
from idp.web import developer_page, own_clients
from idp.web.answers import Response, see_other
from idp.web.forms import Form
from idp.web.locale import gettext
from idp.web.own_clients import Owned
from idp.web.page import to


def page(owned: Owned, form: Form) -> Response:
    """With it go its secrets, its tokens, and what people agreed to share with it."""
    if form.sent and not form.stale and form[NAME.name].strip() != name_of(owned):
        form.fail(NAME.name, gettext("Type the name of the app, exactly as it stands above."))
    if own_clients.may_save(form, owned):
        if clients.removed(owned.client_id):
            saving.record("app_deleted", owned)
        return see_other(to("developers.apps", done="deleted"))
    address = to("developers.delete", client_id=owned.client_id)
    return developer_page.show(
        "developers/delete.html", owned, "developers.delete", form, typed_name=name_of(owned), address=address
    )


def name_of(owned: Owned) -> str:
    return owned.app.metadata.client_name or owned.client_id
