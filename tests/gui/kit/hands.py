"""Press keys and buttons, with types that are checked."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

_PLAIN = Qt.KeyboardModifier.NoModifier


def click(widget: QWidget, where: QPoint | None = None) -> None:
    """Click with the left button, in the middle unless told where."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, _PLAIN, where or widget.rect().center())


def double_click(widget: QWidget, where: QPoint) -> None:
    """Click twice with the left button."""
    QTest.mouseDClick(widget, Qt.MouseButton.LeftButton, _PLAIN, where)


def press(widget: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier = _PLAIN) -> None:
    """Press one key."""
    QTest.keyClick(widget, key, modifiers)


def type_text(widget: QWidget, text: str) -> None:
    """Type a text, key by key."""
    QTest.keyClicks(widget, text)
