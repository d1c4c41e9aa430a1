"""A page's work comes in turns of the event loop, and layouts come between."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtWidgets import QWidget

from countersign.ui.widgets.turns import in_turns

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class Witness(QObject):
    """Writes down when an event reaches it."""

    def __init__(self, told: list[str]) -> None:
        super().__init__()
        self._told = told

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.User:
            self._told.append("between")
            return True
        return super().event(event)


def test_what_a_call_asks_for_comes_before_the_next_call(qtbot: QtBot) -> None:
    told: list[str] = []
    owner, witness = QWidget(), Witness(told)
    qtbot.addWidget(owner)

    def call(name: str) -> None:
        told.append(name)
        QCoreApplication.postEvent(witness, QEvent(QEvent.Type.User))

    in_turns(owner, [partial(call, name) for name in ("first", "second", "third")])
    assert told == []
    qtbot.waitUntil(lambda: len(told) == 6)
    assert told == ["first", "between", "second", "between", "third", "between"]


def test_one_sweep_of_the_event_loop_does_one_call(qtbot: QtBot) -> None:
    told: list[str] = []
    owner = QWidget()
    qtbot.addWidget(owner)
    in_turns(owner, [partial(told.append, name) for name in ("first", "second")])
    QCoreApplication.sendPostedEvents()
    assert told == ["first"]
    qtbot.waitUntil(lambda: told == ["first", "second"])


def test_nothing_is_called_for_a_page_that_is_gone(qtbot: QtBot) -> None:
    told: list[str] = []
    owner, after = QWidget(), QWidget()
    qtbot.addWidget(after)
    in_turns(owner, [partial(told.append, "first"), owner.deleteLater, partial(told.append, "never")])
    in_turns(after, [lambda: None] * 6 + [partial(told.append, "end")])
    qtbot.waitUntil(lambda: "end" in told)
    assert told == ["first", "end"]
