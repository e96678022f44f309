"""What others typed stays harmless in a mail: no second header, no second receiver, no link but ours."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.mail import letter, messages
from idp.mail.envelope import compose, pack, route_to
from idp.settings.sections import Brand
from tests.mail.letters import ALL, BRAND, ISSUER, JANE, NOW, confirm, reset, settings

HEADERS = {
    "from",
    "to",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "auto-submitted",
    "mime-version",
    "content-type",
    "content-language",
}
LINKABLE = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+(?:[.。][a-z]{2,})+\b", re.IGNORECASE)


def travelled(of: letter.Letter, brand: Brand = BRAND) -> EmailMessage:
    """The message as a reader's program parses it."""
    octets = pack(of, settings(brand=brand), "mail-id", NOW).message
    message = message_from_bytes(octets, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize("kind", ALL)
def test_the_headers_of_every_mail(kind: str) -> None:
    message = travelled(ALL[kind]())
    assert {name.lower() for name in message.keys()} == HEADERS  # noqa: SIM118 (a message is no dict)
    assert message["From"] == "Example ID <no-reply@id.example.com>"
    assert message["To"] == "jane@example.org"
    assert message["Reply-To"] == "help@id.example.com"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == "<mail-id@id.example.com>"
    assert message["Date"].datetime.timestamp() == NOW
    assert message["Content-Language"] == "en"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_answers_go_to_nobody_when_nobody_is_named() -> None:
    assert "Reply-To" not in travelled(confirm(), Brand(name="Example ID"))
    answers = compose(confirm(), settings(reply_to="people@id.example.com"), "mail-id", NOW)
    assert answers["Reply-To"] == "people@id.example.com"


def test_a_mail_is_the_same_at_every_try_but_for_the_boundary() -> None:
    first, second = (compose(confirm(), settings(), "mail-id", NOW) for _ in range(2))
    assert first.items()[:-2] == second.items()[:-2]
    assert text_of(first) == text_of(second)


@pytest.mark.parametrize(
    "address",
    [
        "jane@example.org\r\nBcc: eve@evil.example",
        "jane@example.org\nBcc: eve@evil.example",
        "jane@example.org, eve@evil.example",
        "jane@example.org;eve@evil.example",
        "jane@example.org eve@evil.example",
        "<jane@example.org>",
        "jane@example.org>",
        "Jane <jane@example.org>",
        "jane@evil.example@example.org",
        "jane(x)@example.org",
        'jane"x"@example.org',
        "jane\x00@example.org",
        "jane\u202e@example.org",
        "jane\u2028@example.org",
        "group:jane@example.org",
        "@example.org",
        "jane@",
        "jane",
        "",
    ],
)
@pytest.mark.incident("CVE-2026-40574")
def test_a_mail_has_one_receiver(address: str) -> None:
    with pytest.raises(ValueError, match="address of one person"):
        confirm(messages.Reader(address, "en"))


@pytest.mark.parametrize("name", ["Box\r\nBcc: eve@evil.example", "Box\nX: y", "Box\rX: y", "Box\x00", "Box\u2028X: y"])
def test_no_name_begins_a_header(name: str) -> None:
    for message in (travelled(confirm(app=name)), travelled(confirm(), Brand(name=name, support_email="a@b.example"))):
        assert {key.lower() for key in message.keys()} == HEADERS  # noqa: SIM118
        assert message["To"] == "jane@example.org"
        assert "\n" not in message["Subject"]


@hypothesis.settings(deadline=None, max_examples=50)
@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=200))
def test_whatever_a_name_is_the_mail_keeps_its_shape(app: str, device: str, place: str) -> None:
    for written in (confirm(app=app), reset(origin=messages.Origin(device, place))):
        assert letter.from_json(letter.to_json(written)) == written
        message = travelled(written)
        assert {key.lower() for key in message.keys()} == HEADERS  # noqa: SIM118
        found = LINKABLE.findall(text_of(message).replace("jane@example.org", ""))
        assert all(link.startswith(f"{ISSUER}/") for link in found)


@pytest.mark.parametrize(
    "name",
    [
        "evil。example",
        "Win at http://evil.example/now",
        "evil.example",
        "www.evil.example",
        "a.b.c",
        "mail me@evil.example",
        "x:y//z",
    ],
)
@pytest.mark.incident("CVE-2024-41953")
def test_no_name_becomes_a_link(name: str) -> None:
    for written in (confirm(app=name), reset(origin=messages.Origin(name, name))):
        text = text_of(travelled(written)).replace("jane@example.org", "")
        assert {link for link in LINKABLE.findall(text) if not link.startswith(f"{ISSUER}/")} == set()


@pytest.mark.incident("CVE-2024-41953")
def test_html_in_names_stays_text() -> None:
    wild = "<img src=x onerror=alert(1)>\"'&%(link)s"
    message = travelled(confirm(app=wild), Brand(name=wild))
    body = message.get_body(("html",))
    assert body is not None
    assert "<img" not in body.get_content()
    assert "&lt;img" in body.get_content()


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/verify?token=x",
        "//evil.example/verify",
        "/\\evil.example/verify",
        "http://127.0.0.1:8000@evil.example/verify",
        "http://127.0.0.1:8000.evil.example/verify",
        "http://127.0.0.1:80001/verify",
        "https://127.0.0.1:8000/verify",
        "javascript:alert(1)",
        "verify",
        "",
        "/verify?token=x\r\nBcc: eve@evil.example",
        '/verify?token=x"onclick="alert(1)',
        "/verify?<script>",
        "/a/../../verify",
        "/..",
        "/verify?token=ü",
    ],
)
@pytest.mark.incident("CVE-2025-64101")
@pytest.mark.incident("Canaille 0.0.65")
def test_links_lead_to_the_issuer_only(link: str) -> None:
    with pytest.raises(letter.NotOurLink):
        messages.confirm_address(settings(), JANE, link=link, code="482913")


def test_an_issuer_with_a_path_keeps_it() -> None:
    issuer = "http://127.0.0.1:8000/idp"
    assert letter.link_of(issuer, "/idp/verify?token=x") == f"{issuer}/verify?token=x"
    assert letter.link_of(issuer, f"{issuer}/verify") == f"{issuer}/verify"
    for outside in ("/verify", "/idpevil/verify", "http://127.0.0.1:8000/verify"):
        with pytest.raises(letter.NotOurLink):
            letter.link_of(issuer, outside)


def test_a_domain_is_routed_in_its_ascii_form() -> None:
    assert route_to("jane@straße.example") == "jane@xn--strae-oqa.example"
    assert route_to("jane@example.org") == "jane@example.org"
    assert travelled(confirm(messages.Reader("jane@straße.example", "en")))["To"] == "jane@xn--strae-oqa.example"


def test_a_name_is_short_and_on_one_line() -> None:
    assert letter.plain("  Photo \t\n Box \u202e\u200b ") == "Photo Box"
    assert len(letter.plain("x" * 500)) == 60
    assert letter.plain("Firefox 128.0 on Linux") == "Firefox 128.0 on Linux"
