"""Pages: one `render` for all of them, and what every template may rely on."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol
from urllib.parse import quote, urlencode, urlsplit

from flask import Flask, Response, current_app, g, render_template, request, url_for

from idp.accounts import passkeys, passwords
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.redirect_uri import origin_of
from idp.settings.load import Settings
from idp.web import assets, cookies, csrf, developers, faces, headers, locale, logos, posted
from idp.web.app_address import AppAddress
from idp.web.forms import Form
from idp.web.house import house

PENDING = "for"
PAGES_OF_APPS = ("client_uri", "policy_uri", "tos_uri")
NOTHING: Mapping[str, str] = MappingProxyType({})
RULES = "minlength: {least}; maxlength: 256; required: lower; required: upper; required: digit; required: special;"
RULES_OF_LENGTH = "minlength: {least}; maxlength: 256;"


class Framed(Protocol):
    """What a page shows in a frame of its own (web.front_channel)."""

    @property
    def origin(self) -> str: ...


class Waiting(Protocol):
    """What a page needs to know of the pending request it serves (store.pending_authorizations)."""

    @property
    def id(self) -> str: ...

    @property
    def request(self) -> AuthorizationRequest: ...


@dataclass(frozen=True)
class AppIdentity:
    """Who is asking: the only words on a page that come from the app."""

    name: str
    domain: str
    home_url: str = ""
    policy_url: str = ""
    tos_url: str = ""
    reviewed: bool = True
    logo_url: str = ""
    """Where its logo is, at an address of ours; "" where its initial stands instead."""
    next_stop: str = ""
    """The host that people are sent back to, or the scheme of an app of their own machine; "" where no browser goes."""

    @property
    def initial(self) -> str:
        return self.name[:1].upper()

    @classmethod
    def of(cls, client: ClientMetadata, redirect_uri: str | None = None) -> "AppIdentity":
        """The app in the language of this request; an app without a name is called by its domain.

        What nobody looked at is no domain: people are told to go by it, and anybody may write anybody's home page.
        """
        next_stop, published = _place(redirect_uri), _host(client.published_at)
        home_page = _host(client.client_uri) if client.reviewed else ""
        first = "" if redirect_uri == "" and not client.reviewed else _place(next(iter(client.redirect_uris), None))
        domain = published or next_stop or home_page or first
        name = client.localized_name(locale.current()) or domain or locale.gettext("This app")
        home, policy, terms = (client.localized_text(page, locale.current()) for page in PAGES_OF_APPS)
        logo = client.logo_uri if logos.is_ours(client.logo_uri) else ""
        return cls(name, domain, home, policy, terms, client.reviewed, logo, next_stop)


class _CsrfToken:
    """Made when a template writes it: a page without a form sets no cookie."""

    def __html__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        self.__dict__.setdefault("made", csrf.token())
        return str(self.__dict__["made"])

    __str__ = __html__


def prepare(app: Flask, settings: Settings) -> None:
    """Cookies, languages and static files first: pages stand on them."""
    app.url_map.converters["app"] = AppAddress
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    cookies.prepare(app, settings)
    locale.prepare(app, settings)
    assets.prepare(app, settings)
    app.jinja_env.globals.update(asset=assets.url, to=to, passkey_party=passkeys.party_of(settings))
    app.jinja_env.globals.update(face=faces.of_visitor, may_develop=developers.visitor_may)
    composed, least = settings.password.policy == "composition", passwords.shortest(settings.password)
    rules = (RULES if composed else RULES_OF_LENGTH).format(least=least)
    app.jinja_env.globals.update(password_composed=composed, password_least=least, password_rules=rules)


def render(
    template: str,
    status: int | None = None,
    *,
    pending: Waiting | None = None,
    client: ClientMetadata | None = None,
    form: Form | None = None,
    address: str | None = None,
    kept: Mapping[str, str] = NOTHING,
    form_targets: Iterable[str] = (),
    frames: Collection[Framed] = (),
    **context: Any,
) -> Response:
    """The page of `template`. Its status is `status`, or what the form says (200, 400, 422 …), or 200.

    `pending` gives the app's identity (with `client`), keeps its id in every form and link, and lets forms end at
    the app. `address` shows this page by GET, for the language form; by default it is this request's own. `kept`
    (web.kept) stands in the place of its parameters. `form_targets` are more origins a form may be redirected to;
    `frames` are what the page may show in frames.
    """
    redirect_uri = pending.request.reply_to.redirect_uri if pending else None
    g.pending_shown, address = pending.id if pending else "", address or here()
    page = {
        **_surroundings(),
        "app": AppIdentity.of(client, redirect_uri) if client else None,
        "display": pending.request.display if pending else None,
        "form": form,
        "frames": frames,
        "here": address,
        "kept_parameters": tuple(_kept_parameters(pending, kept)),
        "reload": f"{address}?{urlencode(kept)}" if kept else None,
        "pending_id": pending.id if pending else pending_id(),
    }
    answer = Response(render_template(template, **{**page, **context}), status or (form.status if form else 200))
    targets = (*form_targets, origin_of(redirect_uri)) if redirect_uri else form_targets
    answer.headers["Content-Security-Policy"] = headers.page_policy(targets, (frame.origin for frame in frames))
    answer.headers["Content-Language"] = locale.current()
    answer.headers.update(form.headers if form else {})
    return answer


def _surroundings() -> dict[str, Any]:
    """What every page has, whatever it is about."""
    return {
        "brand": house().settings.brand,
        "csrf_token": _CsrfToken(),
        "locale": locale.current(),
        "offered_locales": tuple(_languages()),
        "text_direction": locale.direction(),
    }


def pending_id() -> str:
    """The id of the pending request that this request names, "" when it names none; a claim, not yet a proof."""
    named = request.args.get(PENDING) or posted.value(PENDING)
    return named if locale.PENDING_SHAPE.fullmatch(named) else ""


def to(endpoint: str, **values: Any) -> str:
    """The address of another page of ours, the pending request kept."""
    kept: Mapping[str, Any] = {PENDING: pending_id() or g.get("pending_shown") or None, **values}
    return url_for(endpoint, **{name: value for name, value in kept.items() if value is not None})


def here() -> str:
    """This request's own address, without its query, if a GET shows a page there; else the home page's."""
    shown = request.url_rule and current_app.create_url_adapter(request)
    return quote(request.script_root + request.path) if shown and shown.test(method="GET") else url_for("home.home")


def _kept_parameters(pending: Waiting | None, kept: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """What the language form sends along, so that the same page comes back."""
    for name, value in kept.items() or request.args.items(multi=True):
        if name not in {locale.PARAMETER, PENDING}:
            yield name, value
    if named := pending.id if pending else pending_id():
        yield PENDING, named


def _languages() -> Iterable[tuple[str, str, str]]:
    for tag in locale.offered():
        yield tag, locale.language_name(tag), locale.direction(tag)


def _place(redirect_uri: str | None) -> str:
    """The host behind an address; its scheme where a program on the person's own machine takes what is sent there."""
    return _host(redirect_uri) or urlsplit(redirect_uri or "").scheme


def _host(address: str | None) -> str:
    parts = urlsplit(address or "")
    return parts.hostname or "" if parts.scheme in {"http", "https"} else ""
