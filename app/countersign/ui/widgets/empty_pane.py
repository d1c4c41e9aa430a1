"""What stands in the place of a list in which nothing is."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from countersign.ui.widgets.cards import EmptyState
from countersign.ui.widgets.page import ScrollArea
from countersign.ui.widgets.refill import empty


class EmptyPane(QWidget):
    """Say why a list is empty, a little above the middle; the words may change, and scroll where there is no room."""

    def __init__(self, icon: str, parent: QWidget | None = None) -> None:
        """Make a pane without words; ``icon`` is a large ornament."""
        super().__init__(parent)
        self._icon = icon
        self._words = ("", "")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        area, holder = ScrollArea(), QWidget()
        self._body = QVBoxLayout(holder)
        area.show_in(holder)
        outer.addWidget(area)

    def set_words(self, title: str, text: str) -> None:
        """Show other words."""
        if self._words == (title, text):
            return
        self._words = (title, text)
        empty(self._body)
        self._body.addStretch(1)
        self._body.addWidget(EmptyState(self._icon, title, text))
        self._body.addStretch(2)
