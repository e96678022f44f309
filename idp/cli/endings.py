"""How processes of `idp serve` end: a worker hears every signal, and no child outlives the server.

Python hears a signal when its main thread wakes up. A main thread that is just about to fall asleep, or still importing
the application, can miss one for ever; a worker that missed SIGTERM would be killed in the middle of its requests.
"""

import os
import signal
import threading

LOOK_EVERY = 1.0  # seconds
ENDING = (signal.SIGTERM, signal.SIGINT)


class Waking(threading.Event):
    """An event whose waiter wakes up every second, and so hears the signals that came while it fell asleep."""

    def wait(self, timeout: float | None = None) -> bool:
        if timeout is not None:
            return super().wait(timeout)
        while not super().wait(LOOK_EVERY):
            pass
        return True


def hold_signals_for_children() -> None:
    """In the server: a worker is born with SIGTERM and SIGINT held back, until `hear_every_signal` takes them."""
    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, ENDING),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING),
    )


def hear_every_signal() -> None:
    """A thread of its own waits for SIGTERM and SIGINT from here on, and does what the handler of the moment does.

    To be called in a worker before it starts threads. While the handler is still the one inherited from the server,
    nothing is served yet: then the process just ends.
    """
    inherited = signal.getsignal(signal.SIGTERM)
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)

    def listen() -> None:
        while True:
            number = signal.sigwait(ENDING)
            handler = signal.getsignal(number)
            if handler == inherited or not callable(handler):
                os._exit(0)
            handler(number, None)

    threading.Thread(target=listen, name="signals", daemon=True).start()


def leave_with(parent: int) -> None:
    """End this process as SIGTERM would, soon after its parent is no longer `parent`."""

    def watch() -> None:
        while os.getppid() == parent:
            pause.wait(LOOK_EVERY)
        os.kill(os.getpid(), signal.SIGTERM)

    pause = threading.Event()
    threading.Thread(target=watch, name="leave-with-parent", daemon=True).start()
