"""A child of `idp serve` never outlives it, not even when that process was killed and could not say goodbye."""

import os
import signal
import threading

LOOK_EVERY = 1.0  # seconds


def leave_with(parent: int) -> threading.Event:
    """End this process as SIGTERM would, soon after its parent is no longer `parent`. Setting the event stops this."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(LOOK_EVERY):
            if os.getppid() != parent:
                os.kill(os.getpid(), signal.SIGTERM)
                return

    threading.Thread(target=watch, name="leave-with-parent", daemon=True).start()
    return done
