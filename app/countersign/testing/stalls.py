"""Watches the window's thread: how long it was at one thing at a stretch, and at what, when it was too long.

A heartbeat is posted into the event loop from another thread; until it is answered, the loop is inside one handler.
Three times are taken of such a stretch: by the clock; the processor time of the window's thread; and, where the system
tells (Linux), how long the thread was ready and another one had its processor. The last is the machine's doing and is
taken off, so that a loaded machine isn't blamed on the program. What is left counts, be it work or a blocking call.

The watcher needs the interpreter as the window does. Woken too late, it was kept from it by whoever would have kept the
window from it, too: the stretch then counts from when it should have woken. And only for as long as it was itself kept
waiting can the window have waited for a thread of ours that held the interpreter while the machine was at something
else.
"""

from __future__ import annotations

import faulthandler
import linecache
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType, TracebackType
from typing import Final, Self

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot

LIMIT_MS: Final = 50
_PERIOD: Final = 0.002
_LOOK: Final = 0.005  # between looks at a stretch that does not end
_LATE_MS: Final = 5  # waking this late is no chance: somebody had the interpreter
_SWITCH: Final = 0.001  # seconds after which a busy thread lets the watcher in; Python's own are five times as many
_UNDISTURBED: Final = 0.005  # seconds for which who walks the frames keeps the interpreter: far more than that takes
_DEPTH: Final = 12
_FEW: Final = 4
_NANOSECONDS: Final = 1_000_000

_Place = tuple[str, int, str]  # file, line, function
_Stack = list[_Place]
_THREAD: Final = re.compile(r"^(?:Current thread|Thread) 0x([0-9a-f]+)")
_PLACE: Final = re.compile(r'^  File "(.*)", line (\d+) in (.*)$')


@dataclass(frozen=True, slots=True)
class Stall:
    """One stretch in which the window did not answer.

    Attributes:
        wall_ms: How long, by the clock.
        busy_ms: Processor time of the window's thread within it.
        own_ms: What the program is to blame for: the clock's time without what the machine took.
        where: The stack that was seen inside it, innermost last; then, where the interpreter was held for long, what
            the other threads were at when it was let go.
    """

    wall_ms: float
    busy_ms: float
    own_ms: float
    where: str


@dataclass(slots=True)
class _Stretch:
    """A heartbeat that waits for its answer, and what the clocks said when it began."""

    number: int
    asked: float
    busy_ms: float
    waited_ms: float
    others_ms: dict[int, float]
    due: float  # when the watcher would look next if nothing ever kept it from looking
    mine_ms: float  # how long the watcher itself had waited for a processor by the first of these
    stall: Stall | None = None
    stack: _Stack = field(default_factory=list)
    others: dict[str, _Stack] = field(default_factory=dict)


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
        self._turns = 0  # grows whenever the loop begins or ends to turn
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
        sys.setswitchinterval(min(self._switch, _SWITCH))  # the program may have chosen less, and runs as it would
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
        self._turns += 1
        self._turning.set()
        try:
            yield
        finally:
            with self._lock:
                self._turns += 1
                self._turning.clear()
                stretch = self._stretch
            if stretch is not None:
                self.answered(stretch.number)

    @contextmanager
    def looking_away(self) -> Iterator[None]:
        """Leave out what is done in this block: the watcher's own pictures, say. On the window's thread."""
        with self._lock:
            self._turns += 1
            self._turning.clear()
            self._stretch = None
        self._answered.set()
        try:
            yield
        finally:
            self._turns += 1
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
        if wall_ms > self._limit_ms:
            kept_ms = min(self._late_ms(stretch), _grown_ms(stretch.others_ms, self._others_waited()))
            taken_ms = max(taken_ms, kept_ms)  # at the same time, for the most part: no sum
        own_ms = max(busy_ms, wall_ms - taken_ms, 0.0)
        self.beats.append(own_ms)
        if own_ms > self._limit_ms:
            stretch.stall = Stall(wall_ms, busy_ms, own_ms, _told(stretch))
            self.stalls.append(stretch.stall)

    # — the watcher —

    def _watch(self) -> None:
        number = 0
        while not self._stop.is_set():
            self._turning.wait()
            number += 1
            turns = self._turns  # first: what is looked away from while this begins is none of it
            stretch = self._begin(number)
            self._stop.wait(_PERIOD)
            late_ms = self._late_ms(stretch)
            if late_ms > _LATE_MS and turns == self._turns:  # it began before it could be asked
                stretch.asked = time.monotonic() - late_ms / 1000
                stretch.others = _stacks_of_others(self._thread)
            else:
                stretch.asked = stretch.due = time.monotonic()
                stretch.busy_ms, stretch.waited_ms = self._busy_ms(), _waited_ms(self._native)
                stretch.mine_ms = _waited_ms(threading.get_native_id())
            if self._ask(stretch):
                self._look_on(stretch)

    def _begin(self, number: int) -> _Stretch:
        now = time.monotonic()
        mine_ms = _waited_ms(threading.get_native_id())
        return _Stretch(
            number, now, self._busy_ms(), _waited_ms(self._native), self._others_waited(), now + _PERIOD, mine_ms
        )

    def _ask(self, stretch: _Stretch) -> bool:
        """Post a heartbeat; false where the loop has just stopped turning."""
        with self._lock:
            if self._stop.is_set() or not self._turning.is_set():
                return False
            self._answered.clear()
            self._stretch = stretch
        self._heart.beat.emit(stretch.number)
        return True

    def _look_on(self, stretch: _Stretch) -> None:
        """Look at a stretch until it has ended."""
        ended, late_ms = False, 0.0
        while True:
            before_ms, late_ms = late_ms, self._late_ms(stretch)
            if late_ms - before_ms > _LATE_MS:
                stretch.others = _stacks_of_others(self._thread)
            if ended:
                break
            if not stretch.stack and (time.monotonic() - stretch.asked) * 1000 > self._limit_ms / 2:
                stretch.stack = _stack_of(self._thread)
            stretch.due += _LOOK
            ended = self._answered.wait(_LOOK) or self._stop.is_set()
        stall = stretch.stall
        if stall is not None and stall in self.stalls:  # what was seen last
            self.stalls[self.stalls.index(stall)] = replace(stall, where=_told(stretch))

    def _late_ms(self, stretch: _Stretch) -> float:
        """Return how long the watcher was kept from looking, all in all, without what the machine took from it."""
        late_ms = (time.monotonic() - stretch.due) * 1000
        if late_ms <= 0 or self._watcher.native_id is None:
            return 0.0
        return max(0.0, late_ms - (_waited_ms(self._watcher.native_id) - stretch.mine_ms))

    def _others_waited(self) -> dict[int, float]:
        """Return how long each of the other threads that may hold the interpreter was ready and didn't run."""
        others = [one for one in threading.enumerate() if one.name != self._watcher.name]  # none holds it for long
        natives = {one.native_id for one in others} - {None, self._native}
        return {native: _waited_ms(native) for native in natives if native is not None}

    def _busy_ms(self) -> float:
        """Return the processor time of the window's thread; asked from any thread where the system allows it."""
        if sys.platform == "win32":
            return 0.0
        return time.clock_gettime(time.pthread_getcpuclockid(self._thread)) * 1000


def _stacks() -> dict[int, _Stack]:
    """Return where each thread is, innermost last.

    Without keeping a frame: whoever holds one while the window goes on keeps its variables, and a painter among them
    would go on painting.
    """
    # From 3.13 on faulthandler can read a frame that is ending just now, and takes the program along (gh-131580).
    return _walked() if sys.version_info >= (3, 13) else _dumped()


def _walked() -> dict[int, _Stack]:
    """Walk the frames while nobody else runs, and let go of them before anybody does."""
    found: dict[int, _Stack] = {}
    before = sys.getswitchinterval()
    sys.setswitchinterval(_UNDISTURBED)
    try:
        threading.Event().wait(_LOOK / 10)  # who waits for the interpreter by the interval of before has had it now
        threads: list[tuple[int, FrameType | None]] = [*sys._current_frames().items()]  # noqa: SLF001 - no other way
        while threads:
            thread, place = threads.pop()
            stack = found.setdefault(thread, [])
            while place is not None and len(stack) < _DEPTH:
                stack.insert(0, (place.f_code.co_filename, place.f_lineno or 0, place.f_code.co_name))
                place = place.f_back
            place = None
    finally:
        sys.setswitchinterval(before)
    return found


def _dumped() -> dict[int, _Stack]:
    """Have them written down without their frames."""
    with tempfile.TemporaryFile() as told:
        faulthandler.dump_traceback(told, all_threads=True)
        told.seek(0)
        lines = told.read().decode("utf-8", "replace").splitlines()
    found: dict[int, _Stack] = {}
    stack: _Stack = []
    for line in lines:
        if begun := _THREAD.search(line):
            stack = found.setdefault(int(begun[1], 16), [])
        elif (place := _PLACE.search(line)) and len(stack) < _DEPTH:
            stack.insert(0, (place[1], int(place[2]), place[3]))
    return found


def _stack_of(thread: int) -> _Stack:
    return _stacks().get(thread, [])


def _stacks_of_others(window: int) -> dict[str, _Stack]:
    here = threading.get_ident()
    named = {one.ident: one.name for one in threading.enumerate() if one.ident not in {None, here, window}}
    stacks = {named[thread]: stack[-_FEW:] for thread, stack in _stacks().items() if thread in named}
    return {name: stack for name, stack in stacks.items() if stack and stack[-1][2] != "_worker"}  # not idle


def _told(stretch: _Stretch) -> str:
    lines = [_line(place) for place in stretch.stack] or ["?"]
    for name, stack in stretch.others.items():
        lines += [f"  {name}:", *(f"  {_line(place)}" for place in stack)]
    return "\n".join(lines)


def _line(place: _Place) -> str:
    file, number, function = place
    words = linecache.getline(file, number).strip()
    return f'File "{file}", line {number}, in {function}: {words}'


def _waited_ms(native: int) -> float:
    """Return how long a thread was ready while another had its processor (Linux); 0 where nobody says."""
    try:
        with Path(f"/proc/self/task/{native}/schedstat").open("rb") as told:
            return int(told.read().split()[1]) / _NANOSECONDS
    except (OSError, IndexError, ValueError):
        return 0.0


def _grown_ms(before: Mapping[int, float], now: Mapping[int, float]) -> float:
    return sum(max(0.0, now[one] - before.get(one, 0.0)) for one in now)
