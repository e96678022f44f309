"""`idp check`: what is wrong with this installation, one line each, and how to mend it.

Exit code 78 when the settings cannot be used (the command line reports those), 1 when something else is wrong.
"""

import argparse
import os
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import NamedTuple

from idp import clock
from idp.accounts import passkeys
from idp.accounts.documents import DOCUMENTS
from idp.cli import client_files, client_plan
from idp.cli.opened import opened, say, settings_for
from idp.mail.smtp import Undelivered, carrier
from idp.outside.geoip import Atlas, UnusableDatabase
from idp.settings.load import Settings
from idp.settings.sections import LOOPBACK
from idp.settings.upstreams import Facebook
from idp.signing import tls
from idp.signing.keys import UnusableKey, unwrapped
from idp.signing.wrapping import BadWrapping, KeyFolder
from idp.store import clients, logout_notices, outbox, revision, signing_keys
from idp.store.base import unit_of_work
from idp.upstream import facebook_versions
from idp.upstream.openid import Openid
from idp.upstream.provider import NotIdentified
from idp.web.house import House, house

STUCK_AFTER = 600  # seconds
LEAST_ARGON2 = 7168 * 5  # KiB times passes: the least of OWASP's equal choices
LATE = 86400


class Finding(NamedTuple):
    """`is_wrong` False: worth knowing, but nothing fails by it."""

    sentence: str
    is_wrong: bool = True


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--online", action="store_true", help="ask the providers of [upstream.…] as well")


def run(arguments: argparse.Namespace) -> int:
    settings = settings_for(arguments)
    with opened(settings):
        wrong = _reported("settings", of_settings(settings))
        if trouble := revision.trouble(verbatim=True):
            wrong += _reported("database", iter([Finding(f"{trouble}: {_remedy(trouble)}")]))
        else:
            wrong += _reported("database", iter(()))
            for area, check in (*AREAS, *(ONLINE if arguments.online else ())):
                wrong += _reported(area, check(house(), clock.now()))
    say("Nothing is wrong." if not wrong else f"{wrong} wrong.")
    return 1 if wrong else 0


def _reported(area: str, findings: Iterator[Finding]) -> int:
    """Print what was found there; how much of it is wrong."""
    found = list(findings)
    for finding in found:
        say(f"{'WRONG' if finding.is_wrong else 'note ':<6} {area:<9} {finding.sentence}")
    if not any(finding.is_wrong for finding in found):
        say(f"{'ok':<6} {area}")
    return sum(finding.is_wrong for finding in found)


def _remedy(trouble: str) -> str:
    return "'idp init' mends it" if trouble.startswith("the database is") else "see database.url, and whether it runs"


def of_settings(settings: Settings) -> Iterator[Finding]:
    """What is allowed and still unwise."""
    server = settings.server
    for network in server.trusted_proxies:
        if ip_network(network).prefixlen == 0:
            yield Finding(f"server.trusted_proxies: {network} believes everyone's X-Forwarded-For; name your proxies")
    if server.is_https and not server.trusted_proxies:
        yield Finding(
            "server.trusted_proxies is empty: behind a proxy all people share its address, and its limits",
            is_wrong=False,
        )
    if "-" in server.client_certificate_header:
        like = server.client_certificate_header.replace("-", "_")
        yield Finding(
            f"server.client_certificate_header: whoever writes {like} forges it, where the proxy lets names "
            "with underscores pass: let it drop those, or take a name without hyphens",
            is_wrong=False,
        )
    if server.development:
        yield Finding(
            f"server.development shows every mail at /dev/mail, to everyone who reaches {server.bind}",
            is_wrong=server.address[0] not in LOOPBACK,
        )
    if settings.password.argon2_memory_kib * settings.password.argon2_time_cost < LEAST_ARGON2:
        yield Finding(
            "password.argon2_memory_kib and argon2_time_cost are below OWASP's least: 19456 and 2, or as hard",
            is_wrong=False,
        )
    if settings.developers.who == "everyone" and not settings.developers.review:
        yield Finding(
            "developers: everyone may register apps, and none carries a warning; set review = true, or name who may",
            is_wrong=False,
        )
    if settings.passkeys.enabled and (problem := passkeys.problem_of(settings)):
        yield Finding(f"no passkeys are offered: {problem}", is_wrong=bool(settings.passkeys.rp_id))


def of_keys(home: House, now: int) -> Iterator[Finding]:
    keys = signing_keys.published()
    policy = home.settings.keys
    signing = {key.alg: key for key in keys if key.state == "current"}
    for alg in policy.algorithms:
        if alg not in signing:
            yield Finding(f"no key signs {alg}: 'idp init' makes the first ones, 'idp tick' the others")
    for key in keys:
        try:
            if key.state != "retiring":
                unwrapped(key, home.folder)
        except (BadWrapping, UnusableKey) as error:
            yield Finding(f"{key.alg} key {key.kid}: {error}; bring that key back, or 'idp keys rotate --now'")
    for key in signing.values():
        if now > (key.signs_at or now) + policy.sign_for + LATE:
            yield Finding(
                f"{key.alg} key {key.kid} should have been replaced: 'idp serve' or 'idp tick' must be running"
            )
    yield from _waiting_keys(home.folder)


def _waiting_keys(folder: KeyFolder) -> Iterator[Finding]:
    for key in folder.all_keys:
        if not key.seals:
            yield Finding(f"{key.number:04}.next waits to be put into use: 'idp keys reseal'", is_wrong=False)


def of_certificates(home: House, now: int) -> Iterator[Finding]:
    """The files of the listener that asks apps for theirs."""
    settings = home.settings
    if settings.mtls.bind:
        for trouble in tls.troubles(settings.mtls, now):
            yield Finding(trouble.sentence, is_wrong=trouble.is_acute)


def of_clients(home: House, now: int) -> Iterator[Finding]:
    with unit_of_work():
        stored = clients.every(now)
    active = [client for client in stored if client.state == "active"]
    if not active:
        yield Finding("no app is registered: 'idp clients add' or 'idp clients apply'", is_wrong=False)
    for client in active:
        if client.metadata.has_secret and not client.working_secrets:
            yield Finding(f"{client.client_id} has no live secret: 'idp clients secret add {client.client_id}'")
    if not home.settings.clients.directory.is_dir():
        return
    declared = client_files.read(home.settings.clients.directory, os.environ)
    for problem in declared.problems:
        yield Finding(problem)
    steps = [step for step in client_plan.plan(declared.apps, stored) if step.kind != "keep"]
    if steps and not declared.problems:
        yield Finding(f"{len(steps)} declared apps differ from the database: see 'idp clients plan'", is_wrong=False)


def of_upstreams(home: House, now: int) -> Iterator[Finding]:
    yield from of_facebook(home.settings, now)


def of_facebook(settings: Settings, now: int) -> Iterator[Finding]:
    for trouble in facebook_versions.troubles(settings, now):
        yield Finding(trouble.sentence, is_wrong=trouble.is_acute)
    for name, upstream in settings.upstream.items():
        if isinstance(upstream, Facebook) and not upstream.client_id.isdecimal():
            yield Finding(f"upstream.{name}.client_id is no App ID: those are digits alone")


def of_mail(home: House, now: int) -> Iterator[Finding]:
    settings = home.settings.mail
    if settings.transport == "smtp" and settings.sender.endswith("@localhost"):
        yield Finding(f"mail.sender is {settings.sender}: nobody can be answered there, and many servers refuse it")
    carrying = carrier(home.settings)
    try:
        carrying.greet()
    except Undelivered as error:
        yield Finding(f"{settings.host}:{settings.port} takes no mail ({error.reason}): see the section [mail]")
    finally:
        carrying.close()
    if stuck := outbox.waiting(now - STUCK_AFTER):
        yield Finding(
            f"{stuck} mails wait for more than {STUCK_AFTER // 60} minutes: is 'idp serve' or 'idp tick' running?"
        )


def of_places(home: House, _now: int) -> Iterator[Finding]:
    try:
        Atlas.opened(home.settings.geoip.database)
    except UnusableDatabase as problem:
        yield Finding(f"geoip.database: {problem}; people read no places")


def of_notices(_home: House, now: int) -> Iterator[Finding]:
    if stuck := logout_notices.waiting(now - STUCK_AFTER):
        yield Finding(
            f"{stuck} logout notices wait for more than {STUCK_AFTER // 60} minutes: the log names the apps",
            is_wrong=False,
        )


def of_agreements(home: House, _now: int) -> Iterator[Finding]:
    """That the versions in force are there at all is asked of the settings already (accounts.documents)."""
    for document in DOCUMENTS:
        there = home.documents.locales(document)
        if there and (missing := sorted(set(home.settings.locale.offered) - there)):
            yield Finding(f"{document} cannot be read in {', '.join(missing)}: people read another one", is_wrong=False)


def of_providers(home: House, now: int) -> Iterator[Finding]:
    """Whether each OpenID provider says about itself what a sign-in needs to know."""
    for registered in home.upstreams:
        try:
            if isinstance(registered.provider, Openid):
                registered.provider.reach(now)
        except NotIdentified as failed:
            yield Finding(f"upstream.{registered.name}: {failed}; people cannot sign in by it")


AREAS: tuple[tuple[str, Callable[[House, int], Iterator[Finding]]], ...] = (
    ("keys", of_keys),
    ("tls", of_certificates),
    ("clients", of_clients),
    ("upstreams", of_upstreams),
    ("terms", of_agreements),
    ("mail", of_mail),
    ("places", of_places),
    ("logouts", of_notices),
)
ONLINE = (("providers", of_providers),)
