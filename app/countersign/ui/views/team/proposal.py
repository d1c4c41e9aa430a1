"""A change that is about to be proposed: what it changes, and who must sign it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from countersign.presentation.messages import _
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import Card, PlainLabel, PrimaryButton, SafeButton, Variant
from countersign.ui.widgets.refill import empty
from countersign.ui.widgets.work_page import button_row, column


class ProposalCard(QWidget):
    """Read a change back before it is signed; hidden while there is none."""

    def __init__(
        self, name: str, confirm: Callable[[], None], withdraw: Callable[[], None], parent: QWidget | None = None
    ) -> None:
        """Make the card; ``name`` begins the names of its controls."""
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(Space.L)
        holder, self._body = column()
        self._shown: tuple[str, tuple[str, ...], str] = ("", (), "")
        outer.addWidget(holder)
        self.withdraw = SafeButton(_("Leave it as it is"))
        self.withdraw.setObjectName(f"{name}.withdraw")
        self.withdraw.activated.connect(withdraw)
        self.confirm = PrimaryButton(_("Sign and propose"), icon="check")
        self.confirm.setObjectName(f"{name}.propose")
        self.confirm.enter_presses = False
        self.confirm.activated.connect(confirm)
        self.withdraw.set_partner(self.confirm)
        outer.addWidget(button_row((self.withdraw, self.confirm)))
        self.hide()

    def show_proposal(self, title: str, lines: Sequence[str], effect: str) -> None:
        """Show a change; an empty title hides the card."""
        wanted = (title, tuple(lines), effect)
        if title and wanted != self._shown:
            empty(self._body)
            card = Card(title, tone=Tone.INFO, icon="shield")
            card.add_points(lines)
            card.body.addSpacing(Space.XS)
            card.add(PlainLabel(effect, Variant.LABEL))
            self._body.addWidget(card)
        self._shown = wanted
        self.setVisible(bool(title))
