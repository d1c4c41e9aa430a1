"""Measure whether text fits the room it was given."""

from __future__ import annotations

from typing import Final, cast

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionFrame,
    QTableView,
    QWidget,
)

from countersign.ui.widgets.buttons import KitButton
from countersign.ui.widgets.labels import Elide, PlainLabel
from countersign.ui.widgets.navigation import NavButton

SLACK: Final = 1
"""Pixels by which rounding may differ."""


def cut_text(widget: QWidget) -> str:
    """Return what is cut off of the text a widget shows, empty where nothing is."""
    if isinstance(widget, QLabel):
        return _cut_label(widget)
    if isinstance(widget, KitButton):
        return _cut_kit_button(widget)
    if isinstance(widget, QLineEdit):
        return _cut_line_edit(widget)
    if isinstance(widget, QComboBox):
        return _cut_combo(widget)
    if isinstance(widget, QTableView):
        return _cut_table(widget)
    return ""


def _cut_label(label: QLabel) -> str:
    text, metrics, room = label.text(), label.fontMetrics(), label.contentsRect()
    if not text:
        return ""
    if isinstance(label, PlainLabel) and label.elide() is not Elide.NONE:
        shown = label.shown_text()
        return "nothing left of it" if len(shown) < min(len(text), 4) else ""
    if label.wordWrap():
        need = label.heightForWidth(label.width())
        if need > label.height() + SLACK:
            return f"needs {need} px of height, has {label.height()}"
        widest = _widest_piece(metrics, text)
    else:
        widest = max(metrics.horizontalAdvance(line) for line in text.split("\n"))
        if metrics.height() > room.height() + 2 * SLACK:
            return f"line of {metrics.height()} px in {room.height()}"
    return f"needs {widest} px of width, has {room.width()}" if widest > room.width() + SLACK else ""


def _cut_kit_button(button: KitButton) -> str:
    if isinstance(button, NavButton):
        need = button.own_width()
        return f"needs {need} px of width, has {button.width()}" if need > button.width() else ""
    need = button.heightForWidth(button.width())
    if need > button.height() + SLACK:
        return f"needs {need} px of height, has {button.height()}"
    room = button.width() - button.extra_width()
    widest = _widest_piece(button.fontMetrics(), button.text())
    return f"needs {widest} px of width, has {room}" if widest > room + SLACK else ""


def _cut_line_edit(field: QLineEdit) -> str:
    option = QStyleOptionFrame()
    field.initStyleOption(option)
    room = field.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, field)
    room = room.marginsRemoved(field.textMargins()).adjusted(2, 0, -2, 0)
    metrics = field.fontMetrics()
    if metrics.height() > room.height() + 2 * SLACK:
        return f"line of {metrics.height()} px in {room.height()}"
    # What is typed may be scrolled; an example and a fixed text may not be cut.
    text = field.text() if field.isReadOnly() else "" if field.text() else field.placeholderText()
    wide = metrics.horizontalAdvance(text)
    return f"needs {wide} px of width, has {room.width()}" if wide > room.width() + SLACK else ""


def _cut_combo(combo: QComboBox) -> str:
    option = QStyleOptionComboBox()
    combo.initStyleOption(option)
    control = QStyle.ComplexControl.CC_ComboBox
    room = combo.style().subControlRect(control, option, QStyle.SubControl.SC_ComboBoxEditField, combo)
    wide = combo.fontMetrics().horizontalAdvance(combo.currentText())
    if wide > room.width() + SLACK:
        return f"needs {wide} px of width, has {room.width()}"
    high = combo.fontMetrics().height()
    return f"line of {high} px in {room.height()}" if high > room.height() + 2 * SLACK else ""


def _cut_table(table: QTableView) -> str:
    model = cast("QAbstractItemModel | None", table.model())
    if model is None:
        return ""
    header = table.horizontalHeader()
    metrics = header.fontMetrics()
    for column in range(model.columnCount()):
        if table.isColumnHidden(column):
            continue
        title = str(model.headerData(column, Qt.Orientation.Horizontal) or "")
        if not header.isHidden() and metrics.horizontalAdvance(title) > header.sectionSize(column) - 8:
            return f"header {title!r} needs {metrics.horizontalAdvance(title)} px"
        for row in range(min(model.rowCount(), 50)):
            index = model.index(row, column)
            flags = index.data(Qt.ItemDataRole.TextAlignmentRole)
            if flags is None or not int(flags) & int(Qt.AlignmentFlag.AlignRight):
                continue  # names may be shortened, figures may not
            wide = table.fontMetrics().horizontalAdvance(str(index.data() or ""))
            if wide > table.columnWidth(column) - 24 + SLACK:
                return f"figure {index.data()!r} needs {wide} px"
    return ""


def _widest_piece(metrics: QFontMetrics, text: str) -> int:
    """Return the width of the longest piece that can't be broken into lines."""
    widest = 0
    for word in text.replace("\u200b", " ").split():  # a zero width space: a line may end there
        # Chinese breaks between any two characters.
        breakable = any(character >= "\u2e80" for character in word)
        pieces = list(word) if breakable else [word]
        widest = max(widest, *(metrics.horizontalAdvance(piece) for piece in pieces))
    return widest
