"""A page comes in turns of the event loop: until it is there nothing can be pressed, and whoever goes on isn't held."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from countersign.presentation.history import HistoryPresenter
from countersign.ui.views.history.page import HistoryPage
from tests.gui.pages.stage import Look, Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Put the program on stage, unlocked and at home."""
    made = Stage(Look()).opened()
    yield made
    made.close()


def test_it_is_made_in_one_turn_and_shown_in_another(stage: Stage) -> None:
    shell = stage.program.shell
    home = shell.stack.currentWidget()
    stage.program.presenter.open_history()
    assert shell.arriving
    assert shell.stack.currentWidget() is home
    assert isinstance(shell.page, HistoryPage)
    assert not stage.window.shows("home.page")
    stage.settle()
    assert stage.window.shows("history.page")
    assert not stage.window.shows("home.page")


def test_who_goes_on_meanwhile_gets_the_second_one_only(stage: Stage) -> None:
    shell = stage.program.shell
    stage.program.presenter.open_history()
    first = shell.page
    assert first is not None
    gone = list[bool]()
    first.destroyed.connect(lambda: gone.append(True))
    del first
    stage.program.presenter.open_settings()
    stage.settle()
    assert stage.window.shows("settings.page")
    assert gone == [True]
    assert shell.stack.count() == 1


@pytest.mark.parametrize("turns", range(6))
def test_locking_meanwhile_leaves_nothing_of_it(stage: Stage, turns: int) -> None:
    shell = stage.program.shell
    stage.program.presenter.open_history()
    for _turn in range(turns):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.MetaCall)
    stage.program.presenter.lock()
    assert not shell.arriving
    assert not stage.window.shows("history.page")
    stage.settle()
    assert stage.window.shows("unlock.page")
    assert not shell.findChildren(HistoryPage)


def test_one_that_fails_leaves_the_page_before_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_page: HistoryPage, _presenter: HistoryPresenter) -> None:
        raise RuntimeError("no such luck")

    monkeypatch.setattr(HistoryPage, "attach", fail)
    with pytest.raises(RuntimeError, match="no such luck"):
        stage.press("shell.history")
    stage.settle()
    assert stage.window.shows("home.page")
    stage.press("shell.settings")
    assert stage.window.shows("settings.page")


def test_a_press_between_two_pages_is_meant_for_neither(stage: Stage, qtbot: QtBot) -> None:
    shell, presenter = stage.program.shell, stage.program.presenter
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    button = shell.navigation.button("settings")
    where = button.mapTo(shell, button.rect().center())
    window = shell.windowHandle()
    presenter.open_history()
    QTest.mouseClick(window, Qt.MouseButton.LeftButton, pos=where)
    stage.settle()
    assert stage.window.shows("history.page")
    QTest.mouseClick(window, Qt.MouseButton.LeftButton, pos=where)
    stage.settle()
    assert stage.window.shows("settings.page")
