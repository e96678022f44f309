"""What every door may reach: the settings and the few long-lived objects of this process."""

import logging
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, g

from idp import clock
from idp.accounts.documents import Documents
from idp.accounts.hashing import PasswordHasher
from idp.accounts.pictures import Darkroom
from idp.issuance import apis
from idp.issuance.issue import Mint
from idp.outside import addresses, fetch
from idp.outside.fetch import Fetcher
from idp.outside.geoip import Atlas, UnusableDatabase
from idp.outside.key_sets import KeySets
from idp.outside.places import Places
from idp.outside.reader import Reader
from idp.settings.load import Settings
from idp.signing.ring import KeyRing
from idp.signing.sealing import Sealer
from idp.signing.wrapping import KeyFolder
from idp.store import signing_keys
from idp.upstream.registry import Registry
from idp.web.known_apps import KnownApps

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class House:
    settings: Settings
    folder: KeyFolder
    sealer: Sealer
    ring: KeyRing
    hasher: PasswordHasher
    darkroom: Darkroom
    mint: Mint
    clients: KnownApps
    atlas: Atlas
    upstreams: Registry
    key_sets: KeySets
    reader: Reader
    operators_key_sets: KeySets
    documents: Documents


def prepare(app: Flask, settings: Settings) -> None:
    folder = KeyFolder.open(settings.keys.directory)
    sealer = Sealer(folder)
    ring = KeyRing(signing_keys.published, folder, settings.keys.ring_cache)
    outward, places = outward_of(settings), Places()
    reader, key_sets = Reader(outward, places), KeySets(outward, places)
    app.extensions["portico"] = House(
        settings=settings,
        folder=folder,
        sealer=sealer,
        ring=ring,
        hasher=PasswordHasher(settings.password),
        darkroom=Darkroom(),
        mint=Mint(settings.server.issuer, settings.tokens, sealer, ring, apis.of(settings.resources), key_sets),
        clients=KnownApps(settings, reader),
        atlas=_atlas(settings.geoip.database),
        upstreams=Registry.of(settings),
        key_sets=key_sets,
        reader=reader,
        operators_key_sets=KeySets(fetch.trusting(), Places()),
        documents=Documents.of(settings),
    )


def outward_of(settings: Settings) -> Fetcher:
    """What apps registered may lead into our own network only where nobody else reaches us."""
    return fetch.guarded(addresses.THIS_MACHINE if settings.server.is_loopback else addresses.PUBLIC)


def _atlas(path: str) -> Atlas:
    """Places are a comfort: without them everything else works, and `idp check` says what is wrong."""
    try:
        return Atlas.opened(path)
    except UnusableDatabase as problem:
        log.warning("geoip.database: %s; no places are shown", problem)
        return Atlas()


def house() -> House:
    return cast("House", current_app.extensions["portico"])


def now() -> int:
    """The time of this request, in seconds: asked once, so that one request happens at one moment."""
    try:
        return cast("int", g.now)
    except AttributeError:
        g.now = clock.now()
        return cast("int", g.now)
