"""Watches the window's thread: how long it was busy at a stretch, and what it was doing when it was too long.

A heartbeat is asked for from another thread through the event loop; while an answer is outstanding, the loop is inside
one handler. Beside the time on the wall, the processor time of the window's thread is taken, so that a loaded machine
is not blamed on the program: a stall is a stretch in which the thread itself was busy, or blocked in a call.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Final, Self

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot

LIMIT_MS: Final = 50
_PERIOD: Final = 0.005
_DEPTH: Final = 12


@dataclass(frozen=True, slots=True)
class Stall:
    """One stretch in which the window did not answer.

    Attributes:
        wall_ms: How long, by the clock.
        busy_ms: Processor time of the window's thread within it.
        where: The stack that was seen inside it, innermost last.
    """

    wall_ms: float
    busy_ms: float
    where: str


class _Heart(QObject):
    """Answers on the window's thread."""

    beat = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.answered = threading.Event()
        self.busy_at = 0.0
        self.beat.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    @Slot()
    def _answer(self) -> None:
        self.busy_at = time.thread_time()
        self.answered.set()


class StallWatch:
    """Watches while its ``with`` block runs.

    Attributes:
        stalls: Every stretch above the limit.
        beats: The length of every stretch, in milliseconds.
    """

    def __init__(self, application: QCoreApplication, limit_ms: int = LIMIT_MS) -> None:
        """Watch the thread that this is called on, which must be the window's."""
        self._limit_ms = limit_ms
        self._thread = threading.get_ident()
        self._heart = _Heart()
        self._heart.setParent(application)
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="stall-watch", daemon=True)
        self._away = self._looked_away = False
        self.stalls: list[Stall] = []
        self.beats: list[float] = []

    def __enter__(self) -> Self:
        """Begin."""
        self._heart.busy_at = time.thread_time()
        self._watcher.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End; the loop need not run any more."""
        self._stop.set()
        self._heart.answered.set()
        self._watcher.join()

    @contextmanager
    def looking_away(self) -> Iterator[None]:
        """Leave out what is done in this block on the window's thread: the watcher's own pictures, say."""
        self._away = True
        try:
            yield
        finally:
            self._looked_away = True
            self._away = False

    @property
    def longest_ms(self) -> int:
        """The longest stretch in which the thread itself was busy, in whole milliseconds, rounded up."""
        return max((-int(-stall.busy_ms // 1) for stall in self.stalls), default=-int(-max(self.beats, default=0) // 1))

    @property
    def p99_ms(self) -> float:
        """The 99th percentile of all stretches."""
        ordered = sorted(self.beats)
        return ordered[len(ordered) * 99 // 100] if ordered else 0.0

    def _watch(self) -> None:
        while not self._stop.wait(_PERIOD):
            heart = self._heart
            heart.answered.clear()
            busy_before, asked, where = heart.busy_at, time.monotonic(), ""
            heart.beat.emit()
            while not heart.answered.wait(self._limit_ms / 2000):
                where = where or self._stack()
            if self._stop.is_set():
                return
            wall_ms = (time.monotonic() - asked) * 1000
            busy_ms = (heart.busy_at - busy_before) * 1000
            if self._away or self._looked_away:
                self._looked_away = False
                continue
            self.beats.append(min(wall_ms, busy_ms))
            if min(wall_ms, busy_ms) > self._limit_ms:
                self.stalls.append(Stall(wall_ms, min(wall_ms, busy_ms), where))

    def _stack(self) -> str:
        frame: FrameType | None = sys._current_frames().get(self._thread)  # noqa: SLF001 - the documented way
        if frame is None:
            return ""
        return "".join(traceback.format_stack(frame)[-_DEPTH:])
