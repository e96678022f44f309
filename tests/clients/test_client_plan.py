"""What a plan says, and that it is what has to happen: no database, no files."""

from dataclasses import replace
from pathlib import Path

from idp.cli.client_files import Declared
from idp.cli.client_plan import Step, plan, summary
from idp.protocol.client_metadata import ClientMetadata
from idp.store.base import fingerprint
from idp.store.clients import Client

WEB = ClientMetadata.register(
    {"client_name": "Shop", "redirect_uris": ["https://a.example/in"], "scope": "openid email"}
)
PUBLIC = replace(WEB, token_endpoint_auth_method="none")
FILE = Path("clients/shop/client.toml")
OLD, NEW = fingerprint("old"), fingerprint("new")


def shop(metadata: ClientMetadata = WEB, *secrets: str) -> Declared:
    return Declared("shop", metadata, FILE, secrets or None)


def stored(metadata: ClientMetadata = WEB, *secrets: str, source: str = "file", state: str = "active") -> Client:
    copies = ("",) * len(secrets)
    return Client("shop", metadata, source, state, secrets, copies)  # type: ignore[arg-type]


def only(steps: tuple[Step, ...]) -> Step:
    (step,) = steps
    return step


def test_a_new_app_is_added_with_a_generated_secret() -> None:
    step = only(plan([shop()], []))
    assert (step.kind, step.client, step.generates) == ("add", stored(), True)
    assert list(step.lines()) == [
        f"+ shop ({FILE})",
        "    client_name: Shop",
        "    redirect_uris: https://a.example/in",
        "    scope: openid email",
        "    client_secret: + one, generated and shown once",
    ]


def test_a_new_public_app_gets_no_secret() -> None:
    step = only(plan([shop(PUBLIC)], []))
    assert (step.kind, step.generates, step.new_secrets) == ("add", False, ())


def test_what_is_as_declared_is_kept() -> None:
    step = only(plan([shop()], [stored(WEB, OLD)]))
    assert (step.kind, step.differences) == ("keep", ())
    assert list(step.lines()) == [f"= shop ({FILE})"]


def test_an_app_that_lost_its_last_secret_gets_one() -> None:
    step = only(plan([shop()], [stored()]))
    assert (step.kind, step.generates) == ("change", True)


def test_each_difference_is_a_line() -> None:
    before = replace(
        WEB,
        client_name="Old shop",
        redirect_uris=("https://a.example/in", "https://b.example/in"),
        localized={"client_name#de": "Laden", "client_name#fr": "Boutique"},
        require_auth_time=True,
        default_max_age=60,
    )
    after = replace(
        WEB, redirect_uris=("https://a.example/in", "https://c.example/in"), localized={"client_name#de": "Kauf"}
    )
    assert only(plan([shop(after)], [stored(before, OLD)])).differences == (
        "client_name: Old shop -> Shop",
        "redirect_uris: - https://b.example/in",
        "redirect_uris: + https://c.example/in",
        "default_max_age: 60 -> none",
        "require_auth_time: true -> false",
        "client_name#de: Laden -> Kauf",
        "client_name#fr: Boutique -> none",
    )


def test_another_order_is_a_difference_too() -> None:
    before = replace(WEB, redirect_uris=("https://a.example/in", "https://b.example/in"))
    after = replace(WEB, redirect_uris=("https://b.example/in", "https://a.example/in"))
    (difference,) = only(plan([shop(after)], [stored(before, OLD)])).differences
    assert difference == "redirect_uris: in another order: https://b.example/in https://a.example/in"


def test_declared_secrets_are_exactly_those_that_live() -> None:
    step = only(plan([shop(WEB, "new")], [stored(WEB, OLD)]))
    assert (step.kind, step.new_secrets, step.ended_secrets, step.generates) == ("change", ("new",), (OLD,), False)
    assert step.differences == (
        "client_secret: + 1, from where the file says",
        "client_secret: - 1, no longer accepted",
    )
    assert "'new'" not in repr(step)


def test_while_one_secret_follows_the_other_both_live() -> None:
    step = only(plan([shop(WEB, "new", "old")], [stored(WEB, OLD)]))
    assert (step.new_secrets, step.ended_secrets) == (("new",), ())
    assert only(plan([shop(WEB, "new", "old")], [stored(WEB, OLD, NEW)])).kind == "keep"


def test_a_secret_of_which_no_copy_is_kept_gives_way_to_one_that_can_sign() -> None:
    signs = replace(WEB, token_endpoint_auth_method="client_secret_jwt")
    generated = only(plan([shop(signs)], [stored(WEB, OLD)]))
    assert (generated.generates, generated.new_secrets, generated.ended_secrets) == (True, (), (OLD,))
    handed_over = only(plan([shop(signs, "old")], [stored(WEB, OLD)]))
    assert (handed_over.generates, handed_over.new_secrets, handed_over.ended_secrets) == (False, ("old",), (OLD,))
    kept = replace(stored(signs, OLD), wrapped=("sealed",))
    assert only(plan([shop(signs, "old")], [kept])).kind == only(plan([shop(signs)], [kept])).kind == "keep"


def test_an_app_that_becomes_public_loses_its_secrets() -> None:
    step = only(plan([shop(PUBLIC)], [stored(WEB, OLD)]))
    assert (step.ended_secrets, step.generates) == ((OLD,), False)
    assert "client_secret: - 1, no longer accepted" in step.differences


def test_an_app_that_no_file_declares_any_more_is_suspended_and_comes_back_with_its_file() -> None:
    step = only(plan([], [stored(WEB, OLD)]))
    assert (step.kind, step.client.state) == ("suspend", "suspended")
    assert list(step.lines()) == ["- shop (no file declares it any more: suspended)"]
    assert only(plan([], [stored(WEB, OLD, state="suspended")])).kind == "keep"
    again = only(plan([shop()], [stored(WEB, OLD, state="suspended")]))
    assert (again.kind, again.differences) == ("change", ("state: suspended -> active",))


def test_an_app_made_by_hand_is_left_alone_until_a_file_claims_it() -> None:
    by_hand = stored(WEB, OLD, source="cli")
    assert plan([], [by_hand]) == ()
    assert only(plan([shop()], [by_hand])).differences == ("source: cli -> file",)


def test_a_plan_is_sorted_and_summed_up() -> None:
    apps = [Declared(name, WEB, FILE) for name in ("d", "a")]
    before = [Client("a", WEB, "file", "active", (OLD,)), Client("c", WEB, "file", "active")]
    steps = plan(apps, before)
    assert [(step.kind, step.client.client_id) for step in steps] == [("keep", "a"), ("suspend", "c"), ("add", "d")]
    assert summary(steps) == "1 to add, 0 to change, 1 to suspend, 1 unchanged"
