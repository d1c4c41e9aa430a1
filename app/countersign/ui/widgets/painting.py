"""Share the few strokes every painted widget needs, and follow the look."""

from __future__ import annotations

import html
from collections.abc import Callable
from functools import partial
from typing import Final
from weakref import WeakKeyDictionary

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from countersign.ui.theme.look import board

FOCUS_WIDTH: Final = 2


_followers: Final[WeakKeyDictionary[QWidget, list[Callable[[QWidget], None]]]] = WeakKeyDictionary()


def follow_look(restyle: Callable[[], None]) -> None:
    """Call ``restyle`` now and at every change of look.

    A page has a hundred followers: a signal's connection for each would take a tenth of the time to build it.

    Args:
        restyle: a bound method of a widget; it is called no more when the widget is gone.
    """
    widget = getattr(restyle, "__self__", None)
    if not isinstance(widget, QWidget):
        raise TypeError(restyle)
    own = getattr(restyle, "__func__", None)
    _followers.setdefault(widget, []).append(own or partial(_call, restyle.__name__))
    restyle()


def _call(name: str, widget: QWidget) -> None:
    """Call a method of Qt's own: it has no function of its own to keep."""
    getattr(widget, name)()


def _look_changed() -> None:
    for widget, restyles in list(_followers.items()):
        for restyle in restyles:
            if isValid(widget):
                restyle(widget)


board().changed.connect(_look_changed)


def rounded(
    painter: QPainter, box: QRectF, radius: int, fill: str | None, line: str | None, width: float = 1.0
) -> None:
    """Paint a rounded rectangle whose border lies wholly inside ``box``."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    half = width / 2 if line else 0.0
    painter.setPen(QPen(QColor(line), width) if line else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(fill) if fill else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.adjusted(half, half, -half, -half), radius - half, radius - half)


def is_mirrored(widget: QWidget) -> bool:
    """Tell whether a widget is read from right to left."""
    return widget.layoutDirection() == Qt.LayoutDirection.RightToLeft


def leading(widget: QWidget) -> int:
    """Return text flags for the leading edge of a widget's line of reading.

    Absolute, because a painter would turn the side round once more by itself.
    """
    side = Qt.AlignmentFlag.AlignRight if is_mirrored(widget) else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)


def mirrored_rect(widget: QWidget, box: QRectF) -> QRectF:
    """Return ``box`` turned round inside the widget where it reads right to left."""
    if not is_mirrored(widget):
        return box
    return QRectF(widget.width() - box.right(), box.y(), box.width(), box.height())


def plain_tool_tip(text: str) -> str:
    """Return tool tip text that Qt can't take for mark-up, whatever it holds."""
    return f"<p style='white-space:pre-wrap'>{html.escape(text)}</p>" if text else ""
