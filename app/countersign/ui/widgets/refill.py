"""Put other widgets in the place of those that a layout holds, so that the page is laid out once."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget


def empty(layout: QLayout) -> None:
    """Take everything out of a layout, and let it go."""
    while (item := layout.takeAt(0)) is not None:
        if (inner := item.layout()) is not None:
            empty(inner)
        if (old := item.widget()) is not None:
            old.hide()
            old.deleteLater()


def refill(body: QVBoxLayout, widgets: Iterable[QWidget]) -> None:
    """Replace what ``body`` holds by ``widgets``, one under the other.

    They come in a widget of their own. Added one by one to what is on screen, each would be shown in a turn of the
    event loop that nobody asked for, and have the whole page laid out anew.
    """
    empty(body)
    holder = QWidget()
    inside = QVBoxLayout(holder)
    inside.setContentsMargins(0, 0, 0, 0)
    inside.setSpacing(body.spacing())
    for widget in widgets:
        inside.addWidget(widget)
    if inside.count():
        body.addWidget(holder)
        holder.show()
