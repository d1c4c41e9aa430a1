"""A page comes in turns of the event loop: what is left is gone at once, and nothing of what doesn't come is kept."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from countersign.presentation.history import HistoryPresenter
from countersign.ui.shell import Shell
from countersign.ui.views.history.page import HistoryPage
from countersign.ui.widgets import EmptyState
from countersign.ui.widgets.turns import in_turns
from tests.gui.pages.stage import Look, Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Put the program on stage, unlocked and at home."""
    made = Stage(Look()).opened()
    yield made
    made.close()


def alive(kind: type[object]) -> int:
    """Count what is still held by somebody."""
    gc.collect()
    return sum(type(item) is kind for item in gc.get_objects())


def test_it_is_made_in_one_turn_and_shown_in_another(stage: Stage) -> None:
    shell = stage.program.shell
    home = shell.stack.currentWidget()
    stage.program.presenter.open_history()
    assert shell.arriving
    assert isinstance(shell.page, HistoryPage)
    assert shell.stack.currentWidget() is home
    stage.settle()
    assert stage.window.shows("history.page")
    assert not stage.window.shows("home.page")
    assert shell.page is shell.stack.currentWidget()


class Seen(QObject):
    """Notes what the window shows whenever it is painted."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.pages = list[str]()
        self._stack = shell.stack
        shell.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.UpdateRequest:
            page = self._stack.currentWidget()
            self.pages.append(page.objectName() if page is not None else "nothing")
        return False


def test_nothing_is_painted_between_two_pages(stage: Stage, qtbot: QtBot) -> None:
    shell, presenter = stage.program.shell, stage.program.presenter
    seen = Seen(shell)
    pages = {"history": presenter.open_history, "learn": presenter.open_learning, "settings": presenter.open_settings}
    for name, open_page in (*pages.items(), *pages.items()):
        in_turns(shell, [open_page])  # in the loop itself, as a hand would: there what is let go of is deleted
        qtbot.waitUntil(partial(stage.window.shows, f"{name}.page"))
        stage.settle()
    assert "nothing" not in seen.pages
    assert {"history.page", "learn.page", "settings.page"} <= set(seen.pages)


def test_who_goes_on_meanwhile_gets_the_second_one_only(stage: Stage) -> None:
    shell = stage.program.shell
    stage.program.presenter.open_history()
    stage.program.presenter.open_settings()
    stage.settle()
    assert stage.window.shows("settings.page")
    assert shell.stack.count() == 1
    assert alive(HistoryPage) == 0


@pytest.mark.parametrize("turns", range(8))
def test_locking_meanwhile_leaves_nothing_of_it(stage: Stage, turns: int) -> None:
    stage.program.presenter.open_history()
    for _turn in range(turns):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.MetaCall)
    stage.program.presenter.lock()
    assert not stage.program.shell.arriving
    stage.settle()
    assert stage.window.shows("unlock.page")
    assert (alive(HistoryPage), alive(HistoryPresenter)) == (0, 0)


def test_the_vault_can_be_locked_while_one_comes(stage: Stage, qtbot: QtBot) -> None:
    shell = stage.program.shell
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    button = shell.navigation.lock
    stage.program.presenter.open_history()
    place = button.mapTo(shell, button.rect().center())
    QTest.mouseClick(shell.windowHandle(), Qt.MouseButton.LeftButton, pos=place)  # through the window, as a hand's is
    stage.settle()
    assert stage.window.shows("unlock.page")


def test_what_is_left_takes_nobody_elsewhere_any_more(stage: Stage) -> None:
    stage.press("shell.transfer")
    stage.hold = True
    stage.window.press("transfer.payee.back")  # leads home once the draft is kept
    stage.program.presenter.open_history()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    stage.tasks.step()  # its result comes before the page does
    stage.let_go()
    assert stage.window.shows("history.page")


def test_one_that_fails_is_told_and_others_can_be_opened(
    stage: Stage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_page: HistoryPage, _presenter: HistoryPresenter) -> None:
        raise RuntimeError("no such luck")

    monkeypatch.setattr(HistoryPage, "attach", fail)
    with qtbot.captureExceptions() as told:
        stage.press("shell.history")
    assert [str(error) for _kind, error, _trace in told] == ["no such luck"]
    shown = stage.program.shell.stack.currentWidget()
    assert isinstance(shown, EmptyState)
    stage.press("shell.settings")
    assert stage.window.shows("settings.page")


def test_the_focus_waits_on_the_page_to_come(stage: Stage, qtbot: QtBot) -> None:
    shell = stage.program.shell
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    stage.window.find("home.new_transfer").setFocus()
    stage.program.presenter.open_history()
    assert shell.focusWidget() is shell.stack
    stage.settle()
    page = shell.page
    assert page is not None
    assert page.isAncestorOf(shell.focusWidget())
