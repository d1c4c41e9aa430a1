"""*Check these details now*, through the real page: reached in one press, a verdict at once, and nothing kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from countersign.testing.window import Window
from countersign.ui.file_dialogs import FileDialogs
from countersign.ui.start import Running
from countersign.ui.views.check import CheckPage
from countersign.ui.widgets import PlainLabel, TextArea, TextField
from tests.gui.drag import drag_enter
from tests.gui.pages.check_scenes import SAMPLE_LIST, SUSPICIOUS
from tests.gui.pages.stage import Look, Stage

IBAN = "DE89 3704 0044 0532 0130 00"


def opened(*, exists: bool = False) -> Stage:
    """Start without a vault, or with a locked one, and press the one button."""
    stage = Stage(Look(), exists=exists, populated=False, ready=False)
    stage.press("unlock.check" if exists else "new_vault.check")
    return stage


def page_of(stage: Stage) -> CheckPage:
    return stage.window.find_as("check.page", CheckPage)


def verdict(stage: Stage) -> str:
    return stage.window.text("check.verdict") if stage.window.shows("check.verdict") else ""


def type_live(stage: Stage, name: str, text: str) -> None:
    """Type without leaving the field."""
    field = stage.window.find_as(name, TextField)
    field.setText(text)
    field.textEdited.emit(text)
    stage.settle()


# — reached at once —


def test_a_newcomer_gets_a_verdict_with_the_real_program(program: Running, window: Window, qtbot: QtBot) -> None:
    """From the program's start without any vault: one press, two fields, one verdict; real workers, no vault made."""
    qtbot.waitUntil(lambda: window.shows("new_vault.check"))
    window.press("new_vault.check")
    qtbot.waitUntil(lambda: window.shows("check.page"))
    window.type("check.account_field", IBAN)
    window.type("check.name", "Hartwell & Stone")
    qtbot.waitUntil(lambda: window.shows("check.verdict") and program.tasks.idle)
    assert window.text("check.verdict") == "Nothing found that speaks against it"
    assert window.text("check.account").strip("\u2066\u2069") == IBAN
    window.press("check.back")
    qtbot.waitUntil(lambda: window.shows("new_vault.name"))


@pytest.mark.parametrize("exists", [False, True])
def test_it_leads_back_to_where_one_came_from(qapp: QApplication, *, exists: bool) -> None:
    stage = opened(exists=exists)
    stage.press("check.back")
    assert stage.window.shows("unlock.passphrase" if exists else "new_vault.name")
    stage.close()


def test_it_is_in_the_side_bar_of_an_open_vault(qapp: QApplication) -> None:
    stage = Stage(Look()).opened()
    stage.press("shell.check")
    assert stage.window.shows("check.page")
    assert not stage.window.shows("check.back")
    stage.press("shell.home")
    assert stage.window.shows("home.page")
    stage.close()


def test_the_keyboard_is_enough(qtbot: QtBot) -> None:
    stage = Stage(Look(), exists=False, populated=False, ready=False)
    button = stage.window.find("new_vault.check")
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    stage.settle()
    field = stage.window.find("check.account_field")
    field.setFocus()
    QTest.keyClicks(field, IBAN)
    QTest.keyClick(field, Qt.Key.Key_Return)
    stage.settle()
    assert verdict(stage) == "Nothing found that speaks against it"
    stage.close()


# — what is typed —


def test_what_is_still_being_typed_is_no_mistake(qapp: QApplication) -> None:
    stage = opened()
    for typed in ("D", "DE89", "DE89 3704 0044 0532"):
        type_live(stage, "check.account_field", typed)
        assert verdict(stage) == ""
    type_live(stage, "check.account_field", IBAN)
    assert verdict(stage) == "Nothing found that speaks against it"
    type_live(stage, "check.account_field", IBAN[:-1] + "1")
    assert verdict(stage) == "Stop: do not pay yet"
    stage.type("check.account_field", "DE89 3704 0044")  # and the field is left
    assert verdict(stage) == "Stop: do not pay yet"
    stage.type("check.account_field", "12345678")
    assert verdict(stage) == "This can't be checked"
    assert "Choose the country" in stage.window.text("check.reason")
    stage.choose("check.country", "GB")
    assert "bank's own number is missing" in stage.window.text("check.reason")
    stage.close()


def test_in_one_column_the_verdict_stands_under_what_was_typed(qapp: QApplication) -> None:
    stage = Stage(Look(percent=200), exists=False, populated=False, ready=False)
    stage.press("new_vault.check")
    stage.type("check.message", SUSPICIOUS)
    assert stage.window.text("check.near.message") == "Stop: do not pay yet"
    assert not stage.window.shows("check.near.details")
    stage.type("check.account_field", IBAN)
    assert stage.window.text("check.near.details") == "Nothing found that speaks against it"
    stage.close()
    wide = opened()
    wide.type("check.account_field", IBAN)
    assert not wide.window.shows("check.near.details")
    wide.close()


def test_only_the_newest_is_shown(qapp: QApplication) -> None:
    stage = opened()
    stage.hold = True
    stage.type("check.account_field", IBAN)
    stage.type("check.account_field", IBAN[:-1] + "1")
    stage.type("check.message", SUSPICIOUS)
    stage.let_go()
    assert verdict(stage) == "Stop: do not pay yet"
    shown = [label.text() for label in page_of(stage).findChildren(PlainLabel)]
    assert "A message" in shown
    stage.close()


def test_a_hostile_text_is_shown_harmless(qapp: QApplication) -> None:
    stage = opened()
    stage.type("check.message", f"Payee: <b>Me\u202ei</b>\n{IBAN}")
    assert verdict(stage) == "Stop: do not pay yet"
    shown = [label.text() for label in page_of(stage).findChildren(PlainLabel)]
    assert "<b>Me[U+202E]i</b>" in shown
    assert not any("\u202e" in text for text in shown)
    stage.close()


# — a file —


def dropped(page: CheckPage, data: QMimeData) -> None:
    """Drop something onto the page, as a hand would."""
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = drag_enter(data)
    QApplication.sendEvent(page, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(page, QDropEvent(QPointF(10, 10), copy, data, left, none))


def test_a_file_can_be_dropped(qapp: QApplication) -> None:
    stage = opened()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(SAMPLE_LIST))])
    dropped(page_of(stage), data)
    stage.settle()
    assert verdict(stage) == "Stop: do not pay yet"
    stage.close()


def test_text_can_be_dropped(qapp: QApplication) -> None:
    stage = opened()
    data = QMimeData()
    data.setText(SUSPICIOUS)
    dropped(page_of(stage), data)
    stage.settle()
    assert stage.window.find_as("check.message", TextArea).toPlainText() == SUSPICIOUS
    assert verdict(stage) == "Stop: do not pay yet"
    stage.close()


def test_the_button_asks_for_a_file(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def choose(_hands: FileDialogs, kinds: str, then: Callable[[Path], None]) -> None:
        asked.append(kinds)
        then(SAMPLE_LIST)

    monkeypatch.setattr(FileDialogs, "choose_file", choose)  # instead of the system's dialog
    stage = opened()
    stage.press("check.open")
    assert asked
    assert "*.csv" in asked[0]
    assert verdict(stage) == "Stop: do not pay yet"
    stage.close()


def test_a_reading_can_be_stopped(qapp: QApplication) -> None:
    stage = opened()
    stage.hold = True
    page = page_of(stage)
    page.open_file(SAMPLE_LIST)
    stage.settle()
    assert stage.window.shows("check.progress")
    page.progress.cancel_pressed.emit()
    assert not stage.window.shows("check.progress")
    stage.let_go()
    assert verdict(stage) == ""
    stage.close()


def test_the_progress_of_a_reading_is_shown(qapp: QApplication, tmp_path: Path, qtbot: QtBot) -> None:
    """A worker tells how far it is; the page asks now and then."""
    stage = opened()
    stage.hold = True
    page = page_of(stage)
    page.open_file(SAMPLE_LIST)
    presenter = page._presenter  # noqa: SLF001 - the worker's end of it
    assert presenter is not None
    reading = presenter._reading  # noqa: SLF001
    assert reading is not None
    reading.tell(512 * 1024, 1024 * 1024)
    qtbot.waitUntil(lambda: page.progress._bar.value() == 512)  # noqa: SLF001
    stage.close()


# — nothing is kept —


def test_leaving_empties_the_fields(qapp: QApplication) -> None:
    stage = opened()
    stage.type("check.account_field", IBAN)
    stage.type("check.name", "Hartwell")
    stage.type("check.message", SUSPICIOUS)
    page = page_of(stage)
    presenter = page._presenter  # noqa: SLF001 - what it still knows
    page.hide()
    assert (page.account.text(), page.name.text(), page.message.toPlainText()) == ("", "", "")
    assert presenter is not None
    assert (presenter._check, presenter._typed, presenter._newest) == (None, "", None)  # noqa: SLF001
    stage.close()


def test_clearing_empties_the_fields(qapp: QApplication) -> None:
    stage = opened()
    stage.type("check.account_field", IBAN)
    assert verdict(stage)
    stage.press("check.clear")
    assert verdict(stage) == ""
    assert page_of(stage).account.text() == ""
    stage.close()


def test_locking_takes_it_off_the_screen(qapp: QApplication) -> None:
    stage = Stage(Look()).opened()
    stage.press("shell.check")
    stage.type("check.account_field", IBAN)
    stage.press("shell.lock")
    assert not stage.window.shows("check.page")
    assert stage.window.shows("unlock.passphrase")
    stage.close()
