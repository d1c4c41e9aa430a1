"""An error that nobody foresaw is told of, and the window goes on."""

from __future__ import annotations

import sys

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from countersign.presentation.shell import Page
from countersign.testing.window import Window
from countersign.ui.surprises import Surprises
from countersign.ui.widgets import Banner


class Clumsy(QWidget):
    """Fails while it paints, as long as it is told to."""

    fails = True
    painted = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:  # ended: what is caught here is kept, and the painter with it
            painter.drawLine(event.rect().topLeft(), event.rect().bottomRight())
        self.painted += 1
        if self.fails:
            raise LookupError("4 Elm Road")


def test_what_fails_while_it_paints_is_told_of_once_and_paints_again(qtbot: QtBot) -> None:
    told: list[str] = []
    with qtbot.captureExceptions() as caught:
        surprises = Surprises(told.append)
        widget = Clumsy()
        qtbot.addWidget(widget)
        widget.show()
        qtbot.waitUntil(lambda: bool(told))
        widget.update()
        qtbot.waitUntil(lambda: len(caught) > 1)
        widget.fails, before = False, widget.painted
        widget.update()
        qtbot.waitUntil(lambda: widget.painted > before)
        surprises.close()
    assert {kind for kind, _, _ in caught} == {LookupError}
    (code,) = told
    assert code.startswith("LookupError test_surprises:")
    assert "Elm Road" not in code


def test_it_is_given_back() -> None:
    before = sys.excepthook
    surprises = Surprises(lambda _code: None)
    assert sys.excepthook is not before
    surprises.close()
    assert sys.excepthook is before


def test_the_window_says_so_and_the_next_page_doesnt(qtbot: QtBot, window: Window) -> None:
    presenter = window.running.program.presenter
    presenter.surprised("LookupError somewhere:7")
    qtbot.waitUntil(lambda: _told(window) != "")
    assert "LookupError somewhere:7" in _told(window)
    presenter.open_page(Page.CHECK.value)
    qtbot.waitUntil(lambda: _told(window) == "")


def _told(window: Window) -> str:
    found = [item for item in window.shell.findChildren(Banner) if item.isVisibleTo(window.shell)]
    return " ".join(item.text_label.text() for item in found)
