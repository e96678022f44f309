"""`idp keys`: the signing keys of this install, and the key-encryption keys they are sealed under."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from idp import clock
from idp.accounts import second_factor
from idp.cli.opened import complain, opened, say, settings_for
from idp.signing import by_hand, rotation, shared_secrets
from idp.signing.keys import UnusableKey, from_pem
from idp.signing.rotation import Policy
from idp.signing.wrapping import BadWrapping, KeyFolderError, wrapped_under
from idp.store import revision, signing_keys
from idp.store.base import unit_of_work
from idp.store.signing_keys import StoredKey
from idp.web.house import House, house

ORDER = ("current", "next", "retiring")
AT_ONCE = """\
New keys sign from now on; every former key has left /jwks.json. Running servers follow within {ring_cache} seconds.
- Tokens signed before are refused here from then on, and by apps when their copy of /jwks.json ends: at most
  {at_apps} seconds from now. Until then an app may still believe a token signed with the stolen key.
- An app that does not fetch /jwks.json again when it meets an unknown kid refuses new sign-ins for as long.
- Sessions, refresh tokens and opaque access tokens do not depend on these keys and live on."""

PREPARED = """\
{keys.directory}/{number:04}.next is there and seals nothing yet. Copy it into keys/ of every node; running servers
take it up within {keys.ring_cache} seconds. When all of them have it: idp keys reseal"""


def configure(parser: argparse.ArgumentParser) -> None:
    does = parser.add_subparsers(dest="does", metavar="ACTION", required=True)
    does.add_parser("list", help="every key that is published, and what happens to it next")
    rotates = does.add_parser("rotate", help="begin the next rotation now: published first, then signing")
    rotates.add_argument(
        "--now", action="store_true", help="emergency, for a stolen key: new keys sign and all others vanish at once"
    )
    imports = does.add_parser("import", help="take in a private key made elsewhere (PEM: RSA, P-256 or Ed25519)")
    imports.add_argument("file", type=Path, metavar="FILE")
    imports.add_argument("--passphrase-file", type=Path, metavar="FILE", help="the passphrase that locks it")
    imports.add_argument("--now", action="store_true", help="it signs at once, for apps that know it already")
    reseals = does.add_parser("reseal", help="seal every private half under the newest key of keys/")
    reseals.add_argument(
        "--prepare", action="store_true", help="only make the next key of keys/, to copy to every node"
    )


def run(arguments: argparse.Namespace) -> int:
    settings = settings_for(arguments)
    with opened(settings):
        if trouble := revision.trouble():
            complain(f"idp keys: {trouble}; see 'idp check'")
            return 1
        try:
            ACTIONS[arguments.does](arguments, house(), clock.now())
        except (UnusableKey, BadWrapping, KeyFolderError, by_hand.Refused) as problem:
            complain(f"idp keys: {problem}")
            return 1
        except OSError as problem:
            complain(f"idp keys: {problem.filename}: {problem.strerror}")
            return 1
    return 0


def _list(_arguments: argparse.Namespace, home: House, _now: int) -> None:
    keys = signing_keys.published()
    policy = Policy.of(home.settings.keys)
    for key in sorted(keys, key=lambda key: (key.alg, ORDER.index(key.state), key.published_at)):
        say(f"{key.alg:<6} {key.state:<9} {key.kid}  {outlook(key, keys, policy)}")
    if not keys:
        say("There is no key yet: 'idp init' makes the first ones.")


def outlook(key: StoredKey, keys: Sequence[StoredKey], policy: Policy) -> str:
    """What the key does, until when or from when, and the key of keys/ that its private half needs."""
    under = f", sealed under {wrapped_under(key.sealed_private):04}.key" if key.sealed_private else ""
    if leaves := rotation.leaves_at(key, policy):
        return f"leaves the published keys {moment(leaves)}"
    if key.state == "current":
        return f"signs since {moment(key.signs_at or key.published_at)}{under}"
    current = next((other for other in keys if (other.alg, other.state) == (key.alg, "current")), None)
    return f"signs from {moment(rotation.signs_from(key, current, policy))}{under}"


def moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _rotate(arguments: argparse.Namespace, home: House, now: int) -> None:
    policy = Policy.of(home.settings.keys)
    if arguments.now:
        by_hand.replace_at_once(now, policy.algorithms, home.folder)
        cached = home.settings.keys.ring_cache
        say(AT_ONCE.format(ring_cache=cached, at_apps=cached + home.settings.keys.jwks_max_age))
    else:
        by_hand.bring_forward(now, policy, home.folder)
        say("The rotation has begun; 'idp serve' or 'idp tick' completes it at these times:")
    _list(arguments, home, now)


def _import(arguments: argparse.Namespace, home: House, now: int) -> None:
    passphrase = arguments.passphrase_file and arguments.passphrase_file.read_bytes().rstrip(b"\r\n")
    key = from_pem(arguments.file.read_bytes(), passphrase)
    if key.alg not in home.settings.keys.algorithms:
        raise by_hand.Refused(f"{key.alg} is not among keys.algorithms: it would never sign")
    by_hand.admit(key, arguments.now, now, home.folder)
    say(f"{key.kid} is in. Its file is no longer needed here: destroy it, or lock it away.")
    _list(arguments, home, now)


def _reseal(arguments: argparse.Namespace, home: House, now: int) -> None:
    if arguments.prepare:
        say(PREPARED.format(number=home.folder.prepare(), keys=home.settings.keys))
        return
    waiting = [key.number for key in home.folder.all_keys if not key.seals]
    number = home.folder.promote()
    resealed = by_hand.reseal(now, home.folder)
    say(f"{resealed} private halves were sealed again; all of them are under {number:04}.key now.")
    with unit_of_work():
        apps, clients = second_factor.reseal(home.folder, now), shared_secrets.reseal(home.folder, now)
    say(f"{apps} keys of authenticator apps and {clients} secrets of apps that sign were sealed again too.")
    for name in waiting:
        say(f"Nodes with a keys/ of their own: rename {name:04}.next to {name:04}.key there too.")
    if older := ", ".join(f"{key.number:04}.key" for key in home.folder.all_keys if key.number < number):
        say(f"Keep {older}: tokens and cookies sealed under it live on. keys/README.md says for how long.")


ACTIONS: Mapping[str, Callable[[argparse.Namespace, House, int], None]] = {
    "list": _list,
    "rotate": _rotate,
    "import": _import,
    "reseal": _reseal,
}
