"""Nodes of one install as real processes that all act at the same moments."""

import multiprocessing
from collections.abc import Sequence
from multiprocessing.synchronize import Barrier
from pathlib import Path

from idp.signing.by_hand import bring_forward, replace_at_once
from idp.signing.rotation import Move, Policy
from idp.signing.tick import rotate
from idp.signing.wrapping import KeyFolder
from tests.databases import store_app

DAY = 86400
START = 1_780_000_000
POLICY = Policy(("ES256", "EdDSA"), sign_for=6 * DAY, publish_ahead=2 * DAY, keep_for=DAY)
Deed = tuple[int, str]  # when, and "tick", "hurry" or "emergency"
Made = list[tuple[int, Move]]


def act(url: str, directory: Path, deeds: Sequence[Deed], together: Barrier) -> Made:
    """One node's life: at each moment all nodes start at once. What this one made."""
    made: Made = []
    with store_app(url):
        folder = KeyFolder.create_first(directory)
        for now, deed in deeds:
            together.wait(60)
            if deed == "emergency":
                replace_at_once(now, POLICY.algorithms, folder)
            moves = bring_forward(now, POLICY, folder) if deed == "hurry" else rotate(now, POLICY, folder)
            made += [(now, move) for move in moves]
    return made


def all_act(url: str, directory: Path, lives: Sequence[Sequence[Deed]]) -> list[Made]:
    context = multiprocessing.get_context("forkserver")  # all that is imported is imported once
    context.set_forkserver_preload([__name__])
    with context.Manager() as manager, context.Pool(len(lives)) as pool:
        together = manager.Barrier(len(lives))
        return pool.starmap(act, [(url, directory, deeds, together) for deeds in lives])
