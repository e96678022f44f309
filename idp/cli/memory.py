"""A worker stays small: what glibc's allocator would keep for itself is shared among threads, and given back.

With glibc's defaults each of the server's threads gets an arena of its own (measured: 115 MB under load instead of
99), and the 19 MiB of a password hash stay for ever. On other systems none of this happens, and nothing is done.
"""

import ctypes
import threading

M_ARENA_MAX = -8  # malloc.h
GIVE_BACK_EVERY = 60.0  # seconds: often enough to be at rest soon, too rare to be felt


def stay_small() -> None:
    """To be called in a worker before it starts threads."""
    try:
        libc = ctypes.CDLL(None)
        libc.mallopt(M_ARENA_MAX, 1)
        trim = libc.malloc_trim
    except (OSError, AttributeError):
        return

    def give_back() -> None:
        while not never.wait(GIVE_BACK_EVERY):
            trim(0)

    never = threading.Event()
    threading.Thread(target=give_back, name="give-back-memory", daemon=True).start()
