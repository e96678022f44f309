"""Two spellings of one address are one address; what cannot get mail is no address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.accounts.identifiers import BadEmail, Reason, normalise_email


@pytest.mark.parametrize(
    "typed",
    [
        "  Jane.Doe@Example.ORG ",
        "jane.doe@example.org\n",
        "JANE.DOE@EXAMPLE.ORG",
        "\u200bjane.doe@example.org\ufeff",
        "ｊａｎｅ.doe@example.org",
    ],
)
def test_spaces_around_capitals_and_invisible_characters_do_not_matter(typed: str) -> None:
    assert normalise_email(typed).lookup == "jane.doe@example.org"


def test_the_address_is_kept_as_its_person_writes_it() -> None:
    assert normalise_email(" Jane.Doe@Example.ORG ").display == "Jane.Doe@example.org"


def test_an_international_domain_has_one_lookup_form() -> None:
    assert normalise_email("jane@BÜCHER.example").lookup == normalise_email("jane@xn--bcher-kva.example").lookup


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", Reason.EMPTY),
        (" \u200b ", Reason.EMPTY),
        ("jane doe@example.org", Reason.SPACE),
        ("jane@exam ple.org", Reason.SPACE),
        ("jane", Reason.FORMAT),
        ("jane@", Reason.FORMAT),
        ("jane@localhost", Reason.FORMAT),
        ("jane@[127.0.0.1]", Reason.FORMAT),
        ("jane@example..org", Reason.FORMAT),
        ("jane\x00@example.org", Reason.FORMAT),
        ("jane\u202e@example.org", Reason.FORMAT),
        ("Jane<jane@example.org>", Reason.FORMAT),
        ("jane@" + "x" * 250 + ".org", Reason.FORMAT),
    ],
)
def test_what_cannot_get_mail_is_refused_with_its_reason(typed: str, reason: Reason) -> None:
    with pytest.raises(BadEmail) as refused:
        normalise_email(typed)
    assert refused.value.reason is reason


@pytest.mark.incident("CVE-2026-40574")
@pytest.mark.parametrize(
    "typed", ["jane@example.org@evil.example", "jane@evil.example,jane@example.org", '"a@b"@example.org']
)
def test_an_address_with_several_at_signs_is_refused(typed: str) -> None:
    with pytest.raises(BadEmail):
        normalise_email(typed)


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_a_reason(typed: str) -> None:
    try:
        email = normalise_email(typed)
    except BadEmail:
        return
    assert normalise_email(email.display) == email
    assert email.lookup.count("@") == 1
