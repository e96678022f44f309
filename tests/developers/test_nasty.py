"""Every form of the console with every nasty value: an answer of ours each time, never a fault."""

from urllib.parse import quote_from_bytes, urlencode

from flask import Flask

from tests.developers.console import Developer
from tests.fuzz.corpus import NASTY

FORM = "application/x-www-form-urlencoded"
PARTS = ("new", "{}", "{}/credentials", "{}/advanced", "{}/owners", "{}/delete", "{}/check", "{}/test", "invitations")


def test_no_value_of_no_field_is_a_fault(app: Flask, dev: Developer) -> None:
    browser = dev.person.browser
    for part in PARTS:
        page = browser.open(f"/developers/{part.format(dev.client_id)}")
        for form in page.read.forms:  # type: ignore[union-attr]
            if form.method != "post" or "signout" in form.action:
                continue
            for value in NASTY:
                octets = value.encode("utf-8", "surrogatepass")
                sent: dict[str, bytes | str] = dict.fromkeys(form.names, octets)
                body = urlencode(sent | {"kind": "web", "csrf_token": form.fields["csrf_token"]})
                headers = {"Origin": browser.issuer}
                answer = browser.client.post(form.action, data=body, content_type=FORM, headers=headers)
                assert answer.status_code < 500, (form.action, ascii(value))
    assert dev.app.metadata.client_name == "Photo Box"


def test_no_client_id_is_a_fault(dev: Developer) -> None:
    for value in NASTY:
        tail = quote_from_bytes(value.encode("utf-8", "surrogatepass"))
        own = f"/developers/{dev.client_id}"
        errors = f"/developers/errors/{tail}", f"/developers/errors?reference={tail}", f"{own}/activity/{tail}"
        answers = f"{own}/test/callback?state={tail}&code={tail}", f"{own}/test/callback?error={tail}"
        apps = f"/developers/{tail}", f"/developers/{tail}/credentials", f"/logos/{tail}"
        for path in (*apps, *errors, *answers):
            assert dev.person.browser.client.get(path).status_code < 500, ascii(value)
