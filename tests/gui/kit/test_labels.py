"""Labels show text as text, whole or with the rest within reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from countersign.ui import widgets as kit

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from tests.gui.kit.conftest import Show

MARKUP = "<b>Pay</b> <img src=x> & more"


def test_mark_up_stays_visible_as_characters(show: Show) -> None:
    label = kit.PlainLabel(MARKUP)
    show(label)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text() == label.accessibleName() == MARKUP


def test_foreign_text_in_a_tool_tip_is_escaped(show: Show) -> None:
    label = kit.PlainLabel(MARKUP * 4, elide=kit.Elide.END)
    show(label, 120, 40)
    assert label.shown_text().endswith("…")
    assert "&lt;b&gt;" in label.toolTip()
    assert "<b>" not in label.toolTip()
    interface = QAccessible.queryAccessibleInterface(label)
    assert "<p" not in interface.text(QAccessible.Text.Description)


def test_a_line_that_fits_is_not_shortened(show: Show) -> None:
    label = kit.PlainLabel("Arrives", elide=kit.Elide.MIDDLE)
    show(label, 300, 40)
    assert (label.shown_text(), label.toolTip()) == ("Arrives", "")


def test_a_buddy_label_shows_an_ampersand_once(show: Show) -> None:
    page = QWidget()
    body = QVBoxLayout(page)
    field = kit.Field("Name & address", kit.TextField())
    body.addWidget(field)
    show(page)
    assert field.label.text() == field.control.accessibleName() == "Name & address"
    assert field.label.buddy() is field.control


def test_codes_stay_left_to_right(show: Show) -> None:
    label = kit.PlainLabel("≈ 6,000", ltr=True)
    show(label)
    assert label.text() == "≈ 6,000"
    assert super(kit.PlainLabel, label).text() == "\u2066≈ 6,000\u2069"
    assert kit.isolate_ltr("") == ""


def test_words_lean_to_the_side_the_window_is_read_from(show: Show, qapp: QApplication) -> None:
    page = QWidget()
    row = QHBoxLayout(page)
    label = kit.PlainLabel("Hartwell")
    row.addWidget(label, 1)
    show(page)
    assert label.alignment() & Qt.AlignmentFlag.AlignLeft
    page.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert label.alignment() & Qt.AlignmentFlag.AlignRight
    assert label.alignment() & Qt.AlignmentFlag.AlignAbsolute


def test_a_wrapped_label_asks_for_the_height_of_its_width(show: Show) -> None:
    label = kit.PlainLabel("Use a number you already had, not one from the message.")
    assert label.sizeHint().height() < 2 * label.minimumSizeHint().height()
    assert label.heightForWidth(120) > 2 * label.minimumSizeHint().height()
