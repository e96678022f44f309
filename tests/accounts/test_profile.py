"""What people may say about themselves (OpenID Connect Core §5.1): each claim by its own rule, and nothing else."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.accounts import profile
from idp.accounts.profile import Flaw, changes, read, spelled
from idp.protocol.claims import PERSONAL_CLAIMS

TODAY = date(2026, 11, 25)
FIELDS = (*profile.LONGEST, "picture", "email", "groups", "sub")
NOTHING = dict.fromkeys(profile.RULES)


def said(**typed: str) -> dict[str, object]:
    """What is said by a form with these fields, without what was left empty."""
    claims, wrong = read(typed, TODAY)
    assert wrong == {}
    return {name: value for name, value in claims.items() if value is not None}


def flaws(**typed: str) -> dict[str, Flaw]:
    return read(typed, TODAY)[1]


def test_everything_may_be_left_empty() -> None:
    assert read({}, TODAY) == (NOTHING, {})
    assert read(dict.fromkeys(profile.LONGEST, "   "), TODAY) == (NOTHING, {})


def test_a_form_makes_no_claim_but_the_persons_own() -> None:
    typed = {"sub": "x", "email_verified": "true", "phone_number_verified": "true", "groups": "admins", "roles": "root"}
    assert said(**typed, name="Jane") == {"name": "Jane"}
    assert profile.RULES.keys() == PERSONAL_CLAIMS - {"picture"}


@pytest.mark.parametrize("field", profile.NAMES)
def test_a_name_is_one_line_without_what_cannot_be_seen(field: str) -> None:
    assert said(**{field: "  Jane\u200b   Van\u00adDoe "}) == {field: "Jane VanDoe"}
    assert said(**{field: "Ame\u0301lie"}) == {field: "Amélie"}
    assert said(**{field: "علی\u200cرضا"}) == {field: "علی\u200cرضا"}, "letters of Persian are parted by it"
    assert flaws(**{field: "\u200d\u200d"}) == {field: Flaw.UNSEEN}


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ("https://Jane.Example.org/me", "https://jane.example.org/me"),
        ("jane.example.org", "https://jane.example.org"),
        ("http://jane.example.org:8080/?q=1#top", "http://jane.example.org:8080/?q=1#top"),
        ("https://jane.example.org:443/", "https://jane.example.org/"),
        ("https://müller.example/über uns", "https://xn--mller-kva.example/%C3%BCber%20uns"),
    ],
)
@pytest.mark.parametrize("field", profile.PAGES)
def test_a_page_of_ones_own_is_an_address_of_the_web(field: str, typed: str, page: str) -> None:
    assert said(**{field: typed}) == {field: page}


@pytest.mark.incident("CVE-2023-6717")
@pytest.mark.parametrize(
    "typed",
    [
        *("javascript:alert(1)", "JavaScript://jane.example.org/%0aalert(1)", "data:text/html,x", "vbscript:x"),
        *("file:///etc/passwd", "ftp://jane.example.org/", "mailto:jane@example.org", "https:jane.example.org"),
        *(
            "https://",
            "https://localhost/",
            "//jane.example.org",
            "https://jane@evil.example/",
            "https://a\\@b.example/",
        ),
        *(
            "https://jane.example.org\\@evil.example",
            "https://jane.example.org/%0d%0a",
            "https://" + "a" * 300 + ".org",
        ),
        *("https://" + "ü" * 60 + ".example", "https://[::1]/", "https://jane.example.org:99999/", "100%.example"),
    ],
)
def test_what_is_no_address_of_the_web_is_refused(typed: str) -> None:
    assert flaws(website=typed) == {"website": Flaw.NO_PAGE}


@pytest.mark.section("OpenID Connect Core §5.1")
@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+33 6 12 34 56 78", "+33612345678"),
        ("0033 (0)6.12.34.56.78", "+33612345678"),
        ("+1 (604) 555\u20111234", "+16045551234"),
        ("+٣٣ ٦١٢٣٤٥٦٧٨", "+33612345678"),
        ("+683 4002", "+6834002"),
    ],
)
def test_a_phone_number_is_kept_as_e164_recommends(typed: str, number: str) -> None:
    assert said(phone_number=typed) == {"phone_number": number}


@pytest.mark.parametrize(
    ("typed", "flaw"),
    [
        ("06 12 34 56 78", Flaw.NO_COUNTRY),
        ("555-1234", Flaw.NO_COUNTRY),
        ("+0 12 34 56 78", Flaw.NO_PHONE),
        ("+33", Flaw.NO_PHONE),
        ("+1234567890123456", Flaw.NO_PHONE),
        ("call me", Flaw.NO_PHONE),
        ("+33 6 12 34 56 78 or 79", Flaw.NO_PHONE),
    ],
)
def test_what_is_no_phone_number_is_refused(typed: str, flaw: Flaw) -> None:
    assert flaws(phone_number=typed) == {"phone_number": flaw}


@pytest.mark.section("OpenID Connect Core §5.1")
@pytest.mark.parametrize(
    ("day", "month", "year", "birthdate"),
    [
        ("3", "10", "1990", "1990-10-03"),
        ("03", "10", "1990", "1990-10-03"),
        ("29", "2", "", "0000-02-29"),
        ("", "", "1990", "1990"),
        ("٣", "١٠", "١٩٩٠", "1990-10-03"),
        ("26", "11", "2026", "2026-11-26"),
    ],
)
def test_a_birthday_with_its_year_without_it_or_the_year_alone(day: str, month: str, year: str, birthdate: str) -> None:
    assert said(birth_day=day, birth_month=month, birth_year=year) == {"birthdate": birthdate}


@pytest.mark.parametrize(
    ("day", "month", "year", "wrong"),
    [
        ("3", "", "1990", {"birth_month": Flaw.HALF_A_DAY}),
        ("", "10", "", {"birth_day": Flaw.HALF_A_DAY}),
        ("30", "2", "1990", {"birth_day": Flaw.NO_DAY}),
        ("29", "2", "1990", {"birth_day": Flaw.NO_DAY}),
        ("31", "4", "", {"birth_day": Flaw.NO_DAY}),
        ("0", "4", "", {"birth_day": Flaw.NO_DAY}),
        ("x", "4", "", {"birth_day": Flaw.NO_DAY}),
        ("1", "13", "", {"birth_day": Flaw.NO_DAY}),
        ("1", "-1", "", {"birth_day": Flaw.NO_DAY}),
        ("1", "1", "90", {"birth_year": Flaw.NO_YEAR}),
        ("1", "1", "1066", {"birth_year": Flaw.NO_YEAR}),
        ("1", "1", "2999", {"birth_year": Flaw.NO_YEAR}),
        ("27", "11", "2026", {"birth_year": Flaw.NO_YEAR}),
        ("", "", "²⁰", {"birth_year": Flaw.NO_YEAR}),
    ],
)
def test_what_is_no_birthday_is_refused(day: str, month: str, year: str, wrong: dict[str, Flaw]) -> None:
    assert flaws(birth_day=day, birth_month=month, birth_year=year) == wrong


def test_a_word_of_ones_own_for_ones_gender() -> None:
    assert said(gender="female") == {"gender": "female"}
    assert said(gender="male", own_gender="typed before") == {"gender": "male"}
    assert said(gender="own", own_gender=" non-binary ") == {"gender": "non-binary"}
    assert said(gender="own") == {}


def test_a_time_zone_is_one_there_is() -> None:
    assert said(zoneinfo="Europe/Paris") == {"zoneinfo": "Europe/Paris"}
    assert said(zoneinfo="Asia/Calcutta") == {"zoneinfo": "Asia/Calcutta"}
    for name in ("Europe/Atlantis", "../../etc/passwd", "/usr/share/zoneinfo/UTC", "utc"):
        assert flaws(zoneinfo=name) == {"zoneinfo": Flaw.NO_ZONE}
    assert {"Europe/Paris", "America/Argentina/Buenos_Aires", "UTC"} <= set(profile.zones())
    assert not [name for name in profile.zones() if name.startswith(("Etc/", "posix", "US/"))]


@pytest.mark.section("OpenID Connect Core §5.1.1")
def test_a_postal_address_is_an_object_of_the_parts_that_were_given() -> None:
    typed = {"street_address": " 1 Rue\r\n\r\nBât. B ", "postal_code": "69001", "locality": "Lyon", "country": ""}
    assert said(**typed) == {"address": {"street_address": "1 Rue\nBât. B", "postal_code": "69001", "locality": "Lyon"}}


def test_what_was_said_fills_the_form_again() -> None:
    claims = said(
        name="Jane Doe",
        website="jane.example.org",
        gender="own",
        own_gender="agender",
        birth_day="3",
        birth_month="4",
        zoneinfo="Europe/Paris",
        phone_number="+33612345678",
        street_address="1 Rue\nBât. B",
        country="France",
    )
    assert read(spelled(claims), TODAY) == ({**NOTHING, **claims}, {})


def test_only_what_changed_is_written() -> None:
    before = {"name": "Jane", "nickname": "Jay", "groups": ["staff"], "birthdate": "--04-03"}
    now, _ = read({**spelled(before), "nickname": "", "website": "jane.example.org"}, TODAY)
    assert changes(before, now) == {"nickname": None, "website": "https://jane.example.org"}


def test_what_only_the_operator_can_set_stays_until_its_person_says_otherwise() -> None:
    before = {"address": {"formatted": "1 Rue\nLyon", "locality": "Lyon"}}
    unchanged, _ = read(spelled(before), TODAY)
    assert changes(before, unchanged) == {}
    moved, _ = read({"locality": "Paris"}, TODAY)
    assert changes(before, moved) == {"address": {"locality": "Paris"}}


def test_a_value_that_no_rule_knows_can_be_taken_away() -> None:
    before = {"birthdate": "1066-10-14", "website": "gopher://jane.example.org"}
    empty, _ = read({}, TODAY)
    assert {"birthdate", "website"} <= changes(before, empty).keys()


ANY = st.text(max_size=60) | st.text("+0123456789 ().-", max_size=30) | st.sampled_from(["own", "female", "1990", "12"])


@given(typed=st.dictionaries(st.sampled_from(FIELDS), ANY), today=st.dates(date(2020, 1, 1), date(2100, 1, 1)))
def test_whatever_is_typed_is_a_value_or_a_sentence(typed: dict[str, str], today: date) -> None:
    claims, wrong = read(typed, today)
    assert claims.keys() <= profile.RULES.keys()
    assert wrong.keys() <= profile.LONGEST.keys()
    for value in filter(None, claims.values()):
        assert isinstance(value, str | dict)
        text = value if isinstance(value, str) else "\n".join(value.values())
        assert text == text.strip()
        assert json.loads(json.dumps(value)) == value
    assert not str(claims.get("website") or "https://").startswith(("javascript", "data"))


@given(typed=st.dictionaries(st.sampled_from(FIELDS), ANY))
def test_whatever_was_said_is_said_again_by_the_form_it_fills(typed: dict[str, str]) -> None:
    claims, _ = read(typed, TODAY)
    again, wrong = read(spelled(claims), TODAY)
    assert wrong == {}
    assert changes(claims, again) == {}
    assert {name: value for name, value in again.items() if value} == {n: v for n, v in claims.items() if v}
