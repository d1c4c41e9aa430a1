"""Documents at the third step, on screen: attached by hand, by keyboard and by dropping; removed; refused in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from countersign.application.use_cases.save_draft import saved_drafts
from countersign.ui.file_dialogs import FileDialogs
from countersign.ui.views.transfer.amount_page import AmountPage
from countersign.ui.widgets import Banner, LinkButton, PlainLabel
from tests.gui.drag import drag_enter
from tests.gui.pages.documents_scenes import CONTRACT, INVOICE, PROGRAM, files_of, to_amount
from tests.gui.pages.stage import Look, Stage

COPY, LEFT, NONE = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def stage(qapp: QApplication) -> Iterator[Stage]:
    found = to_amount(Look())
    files_of(found).files |= {
        Path("/files/contract.pdf"): CONTRACT,
        Path("/files/invoice.pdf"): INVOICE,
        Path("/files/bad.pdf"): PROGRAM,
    }
    yield found
    found.close()


def page(stage: Stage) -> AmountPage:
    return stage.program.shell.findChildren(AmountPage)[-1]


def names(stage: Stage) -> list[str]:
    found = [label for label in page(stage).documents.findChildren(PlainLabel) if "document." in label.objectName()]
    return [label.text().strip("\u2066\u2069") for label in found if label.isVisibleTo(page(stage))]


def dropped(*urls: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl(url) for url in urls])
    return data


def drop(stage: Stage, *urls: str) -> None:
    data = dropped(*urls)
    page(stage).dropEvent(QDropEvent(QPointF(5, 5), COPY, data, LEFT, NONE))
    stage.settle()


def choose(stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Have the dialog, which no test opens, answered."""
    monkeypatch.setattr(FileDialogs, "choose_file", lambda _self, _kinds, then: then(Path("/files") / name))
    stage.press("transfer.amount.attach")


def test_by_hand(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    choose(stage, monkeypatch, "contract.pdf")
    choose(stage, monkeypatch, "invoice.pdf")
    assert names(stage) == ["contract.pdf", "invoice.pdf"]
    (draft,) = saved_drafts(stage.world.vault)
    assert [item.name for item in draft.documents] == ["contract.pdf", "invoice.pdf"]


def test_by_dropping_files_of_this_computer_only(stage: Stage) -> None:
    for data, taken in (
        (dropped("file:///files/contract.pdf", "file:///files/invoice.pdf"), True),
        (dropped("file:///files/contract.pdf", "https://example.org/invoice.pdf"), False),
        (QMimeData(), False),
    ):
        event = drag_enter(data)
        event.ignore()
        page(stage).dragEnterEvent(event)
        assert event.isAccepted() is taken
    drop(stage, "https://example.org/contract.pdf")
    assert names(stage) == []
    drop(stage, "file:///files/contract.pdf", "file:///files/invoice.pdf")
    assert names(stage) == ["contract.pdf", "invoice.pdf"]


def test_what_is_refused_says_why(stage: Stage) -> None:
    drop(stage, "file:///files/bad.pdf")
    banner = stage.window.find_as("transfer.amount.document_problem", Banner)
    assert "program" in " ".join(label.text() for label in banner.findChildren(PlainLabel))
    drop(stage, "file:///files/contract.pdf")
    assert not stage.window.shows("transfer.amount.document_problem")


def test_removing_by_keyboard_leaves_the_keyboard_somewhere(stage: Stage, qtbot: QtBot) -> None:
    drop(stage, "file:///files/contract.pdf", "file:///files/invoice.pdf")
    link = stage.window.find_as("transfer.amount.remove.0", LinkButton)
    assert link.accessibleName().strip("\u2066\u2069").startswith("Remove")
    assert "contract.pdf" in link.accessibleName()
    link.window().activateWindow()
    qtbot.waitUntil(link.window().isActiveWindow)
    link.setFocus()
    QTest.keyClick(link, Qt.Key.Key_Space)
    stage.settle()
    assert names(stage) == ["invoice.pdf"]
    assert page(stage).documents.attach_button.hasFocus()
    assert len(stage.world.vault.drafted) == 1


def test_going_on_waits_for_what_is_being_read(stage: Stage) -> None:
    stage.hold = True
    drop(stage, "file:///files/contract.pdf")
    stage.press("transfer.amount.continue")
    assert stage.window.shows("transfer.amount.document_problem")
    assert stage.window.shows("transfer.amount.document_progress")
    stage.let_go()
    assert not stage.window.shows("transfer.amount.document_progress")
    stage.press("transfer.amount.continue")
    order = stage.world.reader.orders_in_flight()[0].content
    assert [item.name for item in order.attachments] == ["contract.pdf"]


def test_a_draft_that_is_taken_up_again_has_its_documents(stage: Stage) -> None:
    drop(stage, "file:///files/contract.pdf")
    (draft,) = saved_drafts(stage.world.vault)
    stage.press("shell.home")
    stage.program.presenter.open_transfer(draft.draft)
    stage.settle()
    assert names(stage) == ["contract.pdf"]


def test_the_order_s_page_opens_the_very_file(stage: Stage) -> None:
    drop(stage, "file:///files/contract.pdf")
    stage.press("transfer.amount.continue")
    order = stage.world.reader.orders_in_flight()[0].content
    stage.program.presenter.open_order(order.order)
    stage.settle()
    assert stage.viewed == []
    stage.press("documents.open.0")
    (path,) = stage.viewed
    assert files_of(stage).copies[path] == CONTRACT
    cleared = files_of(stage).cleared
    stage.press("shell.lock")
    assert files_of(stage).cleared == cleared + 1
    assert files_of(stage).copies == {}


def test_an_order_without_documents_has_no_card(stage: Stage) -> None:
    stage.press("transfer.amount.continue")
    order = stage.world.reader.orders_in_flight()[0].content.order
    stage.program.presenter.open_order(order)
    stage.settle()
    assert not stage.window.shows("documents")
