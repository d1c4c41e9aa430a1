"""Watches the window's thread: how long it was at one thing at a stretch, and at what, when it was too long.

A heartbeat is posted into the event loop from another thread; until it is answered, the loop is inside one handler.
Three times are taken of such a stretch: by the clock; the processor time of the window's thread; and, where the system
tells (Linux), how long the thread was ready and another one had its processor. The last is the machine's doing and is
taken off, so that a loaded machine isn't blamed on the program. What is left counts, be it work or a blocking call.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot

LIMIT_MS: Final = 50
_PERIOD: Final = 0.002
_SWITCH: Final = 0.001  # seconds after which a busy thread lets the watcher in; Python's own are five times as many
_DEPTH: Final = 12
_NANOSECONDS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Stall:
    """One stretch in which the window did not answer.

    Attributes:
        wall_ms: How long, by the clock.
        busy_ms: Processor time of the window's thread within it.
        own_ms: What the program is to blame for: the clock's time without what the machine took.
        where: The stack that was seen inside it, innermost last.
    """

    wall_ms: float
    busy_ms: float
    own_ms: float
    where: str


@dataclass(slots=True)
class _Stretch:
    """A heartbeat that waits for its answer."""

    number: int
    asked: float
    busy_ms: float
    waited_ms: float
    where: str = ""
    others_ms: float = 0.0


class _Heart(QObject):
    """Answers on the window's thread."""

    beat = Signal(int)

    def __init__(self, watch: StallWatch) -> None:
        super().__init__()
        self._watch = watch
        self.beat.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    @Slot(int)
    def _answer(self, number: int) -> None:
        self._watch.answered(number)


class StallWatch:
    """Watches while its ``with`` block runs, and while the event loop turns.

    Attributes:
        stalls: Every stretch above the limit.
        beats: The length of every stretch, in milliseconds.
    """

    def __init__(self, application: QCoreApplication, limit_ms: int = LIMIT_MS, *, turning: bool = True) -> None:
        """Watch the thread that this is called on, which must be the window's.

        Args:
            application: Owns what answers.
            limit_ms: What is too long.
            turning: Whether the loop turns from the first answer on, until the end. Otherwise ``loop`` says when.
        """
        self._limit_ms = limit_ms
        self._thread, self._native = threading.get_ident(), threading.get_native_id()
        self._heart = _Heart(self)
        self._heart.setParent(application)
        self._stop, self._turning, self._answered = threading.Event(), threading.Event(), threading.Event()
        if turning:
            self._turning.set()
        self._begun = not turning  # else: once the first beat was answered
        self._stretch: _Stretch | None = None
        self._switch = _SWITCH
        self._lock = threading.Lock()
        self._watcher = threading.Thread(target=self._watch, name="stall-watch", daemon=True)
        self.stalls: list[Stall] = []
        self.beats: list[float] = []

    def __enter__(self) -> Self:
        """Begin."""
        self._switch = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH)
        self._watcher.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End; the loop need not run any more."""
        self._stop.set()
        self._turning.set()
        self._answered.set()
        self._watcher.join()
        sys.setswitchinterval(self._switch)

    @contextmanager
    def loop(self) -> Iterator[None]:
        """Say that the loop turns within this block: for tests, whose own code is no handler."""
        if self._turning.is_set():  # a loop inside a loop
            yield
            return
        self._turning.set()
        try:
            yield
        finally:
            with self._lock:
                self._turning.clear()
                stretch = self._stretch
            if stretch is not None:
                self.answered(stretch.number)

    @contextmanager
    def looking_away(self) -> Iterator[None]:
        """Leave out what is done in this block: the watcher's own pictures, say. On the window's thread."""
        with self._lock:
            self._turning.clear()
            self._stretch = None
        self._answered.set()
        try:
            yield
        finally:
            self._turning.set()

    @property
    def longest_ms(self) -> int:
        """The longest stretch, in whole milliseconds, rounded up."""
        return -int(-max(self.beats, default=0.0) // 1)

    @property
    def p99_ms(self) -> float:
        """The 99th percentile of all stretches."""
        ordered = sorted(self.beats)
        return ordered[len(ordered) * 99 // 100] if ordered else 0.0

    def answered(self, number: int) -> None:
        """End the stretch under way, if this is its beat. On the window's thread."""
        with self._lock:
            stretch = self._stretch
            if stretch is None or stretch.number != number:
                return  # a beat that the loop left behind
            self._stretch = None
        if self._begun:
            self._judge(stretch)
        self._begun = True
        self._answered.set()

    def _judge(self, stretch: _Stretch) -> None:
        wall_ms = (time.monotonic() - stretch.asked) * 1000
        busy_ms = min(self._busy_ms() - stretch.busy_ms, wall_ms)
        taken_ms = _waited_ms(self._native) - stretch.waited_ms
        if stretch.where:  # it got long: others of our threads may have been kept from letting go of the interpreter
            taken_ms += max(0.0, _others_waited_ms(self._native) - stretch.others_ms)
        own_ms = max(busy_ms, wall_ms - taken_ms, 0.0)
        self.beats.append(own_ms)
        if own_ms > self._limit_ms:
            self.stalls.append(Stall(wall_ms, busy_ms, own_ms, stretch.where))

    def _watch(self) -> None:
        number = 0
        while not self._stop.wait(_PERIOD):
            self._turning.wait()
            number += 1
            if not self._ask(number):
                continue
            while not self._answered.wait(self._limit_ms / 2000) and not self._stop.is_set():
                stretch = self._stretch
                if stretch is not None and not stretch.where:
                    stretch.others_ms = _others_waited_ms(self._native)
                    stretch.where = self._stack()

    def _ask(self, number: int) -> bool:
        """Post a heartbeat; false where the loop has just stopped turning."""
        with self._lock:
            if self._stop.is_set() or not self._turning.is_set():
                return False
            self._answered.clear()
            self._stretch = _Stretch(number, time.monotonic(), self._busy_ms(), _waited_ms(self._native))
        self._heart.beat.emit(number)
        return True

    def _busy_ms(self) -> float:
        """Return the processor time of the window's thread; asked from any thread where the system allows it."""
        if sys.platform == "win32":
            return 0.0
        return time.clock_gettime(time.pthread_getcpuclockid(self._thread)) * 1000

    def _stack(self) -> str:
        frame = sys._current_frames().get(self._thread)  # noqa: SLF001 - the documented way
        return "".join(traceback.format_stack(frame)[-_DEPTH:]) if frame else "?"


def _waited_ms(native: int) -> float:
    """Return how long a thread was ready while another had its processor (Linux); 0 where nobody says."""
    try:
        with Path(f"/proc/self/task/{native}/schedstat").open("rb") as told:
            return int(told.read().split()[1]) / _NANOSECONDS
    except (OSError, IndexError, ValueError):
        return 0.0


def _others_waited_ms(native: int) -> float:
    try:
        others = [int(task.name) for task in Path("/proc/self/task").iterdir()]
    except OSError:
        return 0.0
    return sum(_waited_ms(other) for other in others if other != native)
