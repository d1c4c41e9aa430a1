"""Copying into the bank's page: looked at again, stopped loudly where it was swapped, and taken away afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from countersign.testing import fakes
from countersign.ui.file_dialogs import FileDialogs
from countersign.ui.views.bring_in import BringInPage
from countersign.ui.widgets import InterruptionPanel
from countersign.ui.widgets.carry_panel import CarryView
from countersign.ui.widgets.clipboard_guard import ClipboardGuard
from tests.gui.drag import drag_enter
from tests.gui.pages.own_bank_scenes import to_carrying
from tests.gui.pages.stage import Look, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

ACCOUNT = fakes.LANDLORD[1]


def text() -> str:
    return QGuiApplication.clipboard().text()


@pytest.fixture
def guard(qapp: QApplication) -> Iterator[ClipboardGuard]:
    owner = QWidget()
    yield ClipboardGuard(owner, 20, 60)
    owner.deleteLater()
    QGuiApplication.clipboard().clear()


def test_what_was_copied_is_looked_at_again_and_taken_away(guard: ClipboardGuard, qtbot: QtBot) -> None:
    with qtbot.waitSignal(guard.held) as heard:
        guard.copy("account", ACCOUNT)
    assert heard.args == ["account"]
    assert text() == ACCOUNT
    qtbot.waitUntil(lambda: text() == "")


def test_what_was_swapped_is_told_and_cleared(guard: ClipboardGuard, qtbot: QtBot) -> None:
    with qtbot.waitSignal(guard.differs) as heard:
        guard.copy("account", ACCOUNT)
        QGuiApplication.clipboard().setText("LT309991000123456789")
    assert heard.args == ["account"]
    assert text() == ""


def test_what_somebody_else_copied_is_left_alone(guard: ClipboardGuard, qtbot: QtBot) -> None:
    with qtbot.waitSignal(guard.held):
        guard.copy("account", ACCOUNT)
    QGuiApplication.clipboard().setText("a shopping list")
    guard.take_away()
    assert text() == "a shopping list"


def test_only_the_newest_copy_is_watched(guard: ClipboardGuard, qtbot: QtBot) -> None:
    guard.copy("name", "Jürgen Groß")
    with qtbot.waitSignal(guard.held) as heard:
        guard.copy("account", ACCOUNT)
    assert heard.args == ["account"]


@pytest.fixture
def stage(qapp: QApplication) -> Iterator[Stage]:
    found = to_carrying(Look(), "manual")
    yield found
    if not found.closed:
        found.close()


def view_of(stage: Stage) -> CarryView:
    (view,) = stage.program.shell.findChildren(CarryView)
    return view


def test_a_swapped_account_stops_the_page_until_the_person_says_that_it_was_them(stage: Stage, qtbot: QtBot) -> None:
    for key, value in {"name": "same", "from": "same", "amount": "same", "date": "same", "warning": "none"}.items():
        stage.choose(f"carry.question.{key}", value)
    view = view_of(stage)
    with qtbot.waitSignal(view.guard.differs):
        stage.press("carry.copy.account")
        assert text() == ACCOUNT
        QGuiApplication.clipboard().setText("LT309991000123456789")
    stage.settle()
    assert stage.window.find_as("carry.tampered", InterruptionPanel).isVisible()
    assert view.handed_over.blocked_reason()
    stage.press("carry.copy_again")
    assert not stage.window.shows("carry.tampered")
    assert not view.handed_over.blocked_reason()


def test_a_copy_that_held_is_said_so_and_leaves_with_the_page(stage: Stage, qtbot: QtBot) -> None:
    view = view_of(stage)
    with qtbot.waitSignal(view.guard.held):
        stage.press("carry.copy.amount")
    assert stage.window.shows("carry.copied.amount")
    assert not stage.window.shows("carry.copied.account")
    assert text() == "6000.00"
    stage.press("shell.home")
    assert text() == ""


def test_nothing_can_be_confirmed_after_a_stopping_answer_but_the_truth_can_be_said(stage: Stage) -> None:
    view = view_of(stage)
    assert view.handed_over.blocked_reason()
    stage.choose("carry.question.name", "other")
    assert view.handed_over.blocked_reason()
    stage.press("carry.confirmed_anyway")
    assert stage.window.text("order.state") == "Handed over"


def test_one_file_of_this_computer_can_be_dropped_and_nothing_else(stage: Stage) -> None:
    stage.press("shell.home", "home.bring")
    page = stage.program.shell.page
    assert isinstance(page, BringInPage)

    def taken(*urls: str) -> bool:
        data = QMimeData()
        data.setUrls([QUrl(url) for url in urls])
        event = drag_enter(data)
        event.ignore()
        page.dragEnterEvent(event)
        return event.isAccepted()

    assert taken("file:///tmp/statement.xml")
    assert not taken("https://bank.example/statement.xml")
    assert not taken("file:///tmp/a.xml", "file:///tmp/b.xml")


def test_payment_files_go_to_the_documents_unless_another_folder_is_chosen(qapp: QApplication) -> None:
    assert FileDialogs(QWidget).home_folder().name == "Countersign"
