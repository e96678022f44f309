"""Time in tests: it stands still until a story moves it."""

import time_machine

from idp import clock


class Clock:
    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller

    def now(self) -> int:
        return clock.now()

    def moves(self, seconds: int) -> None:
        """Into the future, or with a negative number into the past."""
        self._traveller.shift(seconds)
