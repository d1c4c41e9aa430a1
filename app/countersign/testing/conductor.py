"""Drives the real windows from a script, on the program's own event loop: for the tour and for tests.

A script is a generator. It yields conditions; the conductor looks at each every few milliseconds and resumes the script
once it holds. Nothing sleeps, no loop is nested, and a condition that never holds ends the script with its name.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeAlias

from PySide6.QtCore import QElapsedTimer, QObject, QTimer

_LOOK_MS = 5
_SETTLED_LOOKS = 3


@dataclass(frozen=True, slots=True)
class Until:
    """A condition, what it is called, and how long it may take."""

    holds: Callable[[], bool]
    what: str
    seconds: int = 60


Play: TypeAlias = Generator[Until, None, None]


class StuckError(AssertionError):
    """A condition did not come to hold in its time."""


class Conductor(QObject):
    """Plays one script and says how it ended: with nothing, or with the exception."""

    def __init__(self, play: Play, ended: Callable[[Exception | None], None]) -> None:
        """Take a script; ``start`` begins."""
        super().__init__()
        self._play, self._ended = play, ended
        self._wanted: Until | None = None
        self._held = 0
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        """Begin."""
        self._timer.start()
        self._resume()

    def _look(self) -> None:
        wanted = self._wanted
        if wanted is None:
            return
        if self._clock.hasExpired(wanted.seconds * 1000):
            self._end(StuckError(wanted.what))
            return
        try:
            holds = wanted.holds()
        except Exception as error:  # noqa: BLE001 - whatever goes wrong ends the script
            self._end(error)
            return
        self._held = self._held + 1 if holds else 0
        if self._held >= _SETTLED_LOOKS:  # layouts and deletions that were queued have had their turn
            self._resume()

    def _resume(self) -> None:
        self._wanted, self._held = None, 0
        try:
            self._wanted = next(self._play)
        except StopIteration:
            self._end(None)
            return
        except Exception as error:  # noqa: BLE001 - whatever goes wrong ends the script
            self._end(error)
            return
        self._clock.restart()

    def _end(self, error: Exception | None) -> None:
        self._timer.stop()
        self._wanted = None
        self._play.close()
        self._ended(error)
