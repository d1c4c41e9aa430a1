"""What can be got back, from whom and until when: one card for the review, the confirmation and the order's page."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from countersign.presentation.messages import _
from countersign.presentation.recovery_words import GetBackLine, RecoveryState
from countersign.ui.theme.tokens import Space
from countersign.ui.widgets.cards import Card
from countersign.ui.widgets.labels import PlainLabel, Variant
from countersign.ui.widgets.refill import refill


class RecoveryCard(Card):
    """Lists what can be asked for; hidden while nothing is known."""

    def __init__(self, name: str) -> None:
        """Make the card; ``name`` is its object name."""
        super().__init__(_("What can be got back"), icon="undo")
        self.setObjectName(name)
        self._shown: RecoveryState | None = None
        self._rows = QVBoxLayout()
        self._rows.setSpacing(Space.M)
        self.body.addLayout(self._rows)
        self.hide()

    def show_recovery(self, state: RecoveryState | None) -> None:
        """Show what there is."""
        if state is not None and state != self._shown:
            self._shown = state
            notes = [PlainLabel(text, Variant.CAPTION) for text in (*state.protection, state.note) if text]
            refill(self._rows, [*(_line(line) for line in state.lines), *notes])
        self.setVisible(state is not None)


def _line(line: GetBackLine) -> QWidget:
    row = QWidget()
    body = QVBoxLayout(row)
    body.setContentsMargins(0, 0, 0, 0)
    body.setSpacing(2)
    body.addWidget(PlainLabel(line.what, Variant.STRONG))
    body.addWidget(PlainLabel(line.until, Variant.BODY))
    body.addWidget(PlainLabel(line.text, Variant.MUTED))
    return row
