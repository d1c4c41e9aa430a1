"""Work off the window's thread: how it comes back, and on which thread what it held is let go of."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Final

import pytest
from pytestqt.qtbot import QtBot

from countersign.application.ports.tasks import Lane
from countersign.ui.task_runner import TaskRunner

CALLS: Final = 400


@pytest.fixture
def tasks(qtbot: QtBot) -> Iterator[TaskRunner]:
    runner = TaskRunner()
    yield runner
    runner.close()


class Held:
    """Stands for a page that only a call still holds: it notes which thread takes it apart."""

    def __init__(self, ends: list[str]) -> None:
        self._ends = ends

    def __del__(self) -> None:
        self._ends.append(threading.current_thread().name)

    def work(self) -> int:
        return 1

    def fail(self) -> int:
        raise LookupError

    def take(self, _result: object) -> None:
        """Let the result be."""


def run_one(tasks: TaskRunner, lane: Lane, held: Held) -> None:
    tasks.run(lane, held.work, held.take, held.take)
    tasks.run(lane, held.fail, held.take, held.take)


@pytest.mark.parametrize("lane", list(Lane))
def test_what_a_call_holds_is_let_go_of_on_the_windows_thread(qtbot: QtBot, tasks: TaskRunner, lane: Lane) -> None:
    ends: list[str] = []
    for _ in range(CALLS):
        run_one(tasks, lane, Held(ends))
    qtbot.waitUntil(lambda: len(ends) == CALLS, timeout=30_000)
    assert set(ends) == {threading.main_thread().name}


def test_each_call_ends_once_and_says_how(qtbot: QtBot, tasks: TaskRunner) -> None:
    told: list[object] = []
    tasks.run(Lane.READ, lambda: threading.current_thread().name, told.append, told.append)
    tasks.run(Lane.READ, lambda: int("x"), told.append, told.append)
    assert not tasks.idle
    qtbot.waitUntil(lambda: tasks.idle, timeout=30_000)
    name, error = told
    assert str(name).startswith("countersign-read")
    assert isinstance(error, ValueError)


def test_to_wait_for_news_is_no_work(qtbot: QtBot, tasks: TaskRunner) -> None:
    heard: list[object] = []
    idle: list[bool] = []
    news, answer = threading.Event(), threading.Event()
    tasks.run(Lane.NEWS, news.wait, heard.append, heard.append)
    idle.append(tasks.idle)
    tasks.run(Lane.NETWORK, answer.wait, heard.append, heard.append)
    idle.append(tasks.idle)
    answer.set()
    qtbot.waitUntil(lambda: len(heard) == 1, timeout=30_000)
    idle.append(tasks.idle)
    news.set()
    qtbot.waitUntil(lambda: len(heard) == 2, timeout=30_000)
    assert idle == [True, False, True]


def test_nothing_is_begun_after_the_end(tasks: TaskRunner) -> None:
    told: list[object] = []
    tasks.close()
    tasks.run(Lane.READ, lambda: 1, told.append, told.append)
    assert tasks.idle
    assert told == []
