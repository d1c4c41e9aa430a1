"""The watch over the window's thread sees what it should, and blames nobody for a test's own code."""

from __future__ import annotations

import sys
import threading
import time
import weakref
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QTimer

from countersign.testing import stalls
from countersign.testing.stalls import LIMIT_MS, StallWatch

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

PLANTED_MS = 60


def compute(milliseconds: int) -> None:
    """Keep the processor busy."""
    ends = time.thread_time() + milliseconds / 1000
    while time.thread_time() < ends:
        pass


def block(milliseconds: int) -> None:
    """Do nothing, and let nobody else do anything."""
    threading.Event().wait(milliseconds / 1000)


def hold(milliseconds: int) -> None:
    """Keep the interpreter from every other thread: one call into C that doesn't let go of it."""
    started, size = time.thread_time(), 1_000_000
    sum(range(size))
    sum(range(int(size * milliseconds / 1000 / (time.thread_time() - started))))


def turn(qtbot: QtBot, watch: StallWatch, *acts: Callable[[], None]) -> None:
    """Run acts in the event loop, one after the other, and leave it with the last."""
    waiting = list(acts)

    def following() -> None:
        waiting.pop(0)()
        if waiting:
            QTimer.singleShot(20, following)

    QTimer.singleShot(20, following)
    with watch.loop():
        qtbot.waitUntil(lambda: not waiting)


@pytest.mark.parametrize("plant", [compute, block])
def test_a_planted_stall_is_caught(qapp: QApplication, qtbot: QtBot, plant: Callable[[int], None]) -> None:
    with StallWatch(qapp, turning=False) as watch:
        turn(qtbot, watch, lambda: compute(1), lambda: plant(PLANTED_MS + 30), lambda: compute(1))
    planted = [stall for stall in watch.stalls if plant.__name__ in stall.where]
    assert planted
    assert max(stall.own_ms for stall in planted) >= LIMIT_MS
    assert watch.longest_ms >= LIMIT_MS


def test_sixty_milliseconds_of_work_are_caught(qapp: QApplication, qtbot: QtBot) -> None:
    acts = [partial(compute, milliseconds) for milliseconds in (1, PLANTED_MS) * 5]
    with StallWatch(qapp, turning=False) as watch:
        turn(qtbot, watch, *acts)
    # A busy machine may let the watcher in late, and so cut the beginning off one of them.
    assert any(stall.busy_ms > LIMIT_MS for stall in watch.stalls)
    assert watch.longest_ms > LIMIT_MS


def test_a_stall_in_the_last_act_before_the_loop_is_left_is_caught(qapp: QApplication, qtbot: QtBot) -> None:
    with StallWatch(qapp, turning=False) as watch:
        turn(qtbot, watch, partial(compute, 1), partial(compute, 2 * PLANTED_MS))
    assert any(stall.busy_ms > LIMIT_MS for stall in watch.stalls)


class SlowToBegin(StallWatch):
    """Is kept from its first look, once the test waits for it, until a picture was taken."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application, turning=False)
        self.wanted, self.begun, self.taken = threading.Event(), threading.Event(), threading.Event()

    def _begin(self, number: int) -> stalls._Stretch:
        stretch = super()._begin(number)
        if self.wanted.is_set() and not self.taken.is_set():
            self.begun.set()
            self.taken.wait(10)
        return stretch

    def picture(self) -> None:
        """Take one while a look begins."""
        assert self.begun.is_set()
        with self.looking_away():
            block(2 * PLANTED_MS)
        self.taken.set()


def test_a_picture_taken_while_a_look_begins_is_no_stall(qapp: QApplication, qtbot: QtBot) -> None:
    with SlowToBegin(qapp) as watch:
        turn(
            qtbot, watch, partial(compute, 1), watch.wanted.set, partial(compute, 1), watch.picture, partial(compute, 1)
        )
    assert watch.taken.is_set()
    assert watch.beats
    assert watch.longest_ms < 2 * PLANTED_MS


def test_what_a_test_does_outside_the_loop_is_no_stall(qapp: QApplication, qtbot: QtBot) -> None:
    with StallWatch(qapp, turning=False) as watch:
        turn(qtbot, watch, lambda: compute(1))
        compute(PLANTED_MS)
        turn(qtbot, watch, lambda: compute(1))
    assert not [stall for stall in watch.stalls if "test_what_a_test_does" in stall.where]
    assert watch.beats
    assert watch.p99_ms <= watch.longest_ms


def test_a_loop_that_turns_all_along_is_watched_from_its_first_answer(qapp: QApplication, qtbot: QtBot) -> None:
    with StallWatch(qapp) as watch:
        compute(2 * PLANTED_MS)  # before the loop turns
        turn(qtbot, watch, partial(compute, 1), partial(compute, 1))
        assert not [stall for stall in watch.stalls if "in test_a_loop_that_turns" in stall.where.splitlines()[-2]]
        turn(qtbot, watch, partial(compute, 1), partial(compute, 2 * PLANTED_MS), partial(compute, 1))
    assert any(stall.busy_ms > LIMIT_MS for stall in watch.stalls)


def test_an_interpreter_held_by_a_worker_is_caught_and_the_worker_named(qapp: QApplication, qtbot: QtBot) -> None:
    ended = threading.Event()

    def work() -> None:
        while not ended.is_set():  # a busy machine may let the watcher in late, and hide some of them
            hold(2 * PLANTED_MS)
            block(20)

    def held() -> list[float]:
        return [stall.own_ms for stall in watch.stalls if "hog" in stall.where]

    worker = threading.Thread(target=work, name="hog")
    with StallWatch(qapp, turning=False) as watch, watch.loop():
        worker.start()
        try:
            qtbot.waitUntil(lambda: bool(held()), timeout=30_000)
        finally:
            ended.set()
    worker.join()
    assert max(held()) > LIMIT_MS


@pytest.mark.parametrize("way", [stalls._stacks, stalls._walked])  # noqa: SLF001 - what it leaves behind is the point
def test_looking_at_a_thread_keeps_nothing_of_it(way: Callable[[], dict[int, list[object]]]) -> None:
    """A painter that a watcher's look keeps goes on painting when Qt thinks it is done, and takes the program along."""
    window, stop = threading.get_ident(), threading.Event()
    seen: list[int] = []

    def look() -> None:
        while not stop.is_set():
            seen.append(len(way().get(window, [])))

    class Painter:
        """Lives as long as the frame that made it."""

    def handler() -> weakref.ref[Painter]:
        painter = Painter()
        return weakref.ref(painter)

    before = sys.getswitchinterval()
    sys.setswitchinterval(0.000_001)
    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        for _ in range(1_000_000):
            assert handler()() is None
    finally:
        stop.set()
        watcher.join()
        sys.setswitchinterval(before)
    assert max(seen) > 1
