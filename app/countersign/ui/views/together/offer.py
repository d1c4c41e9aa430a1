"""The card on another page that leads to where several payments are signed by one code."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from countersign.presentation.messages import _
from countersign.presentation.together import TogetherOffer
from countersign.ui.widgets import Card, PlainLabel, QuietButton


class TogetherCard(Card):
    """Say what can be signed together; hidden where nothing can."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the card; ``attach`` gives it its presenter."""
        super().__init__(_("Sign together"), parent, icon="shield-check")
        self.text = PlainLabel("")
        self.text.setObjectName("together.offer")
        self.add(self.text)
        self.go = QuietButton(_("Sign together…"))
        self.go.setObjectName("together.go")
        self.body.addWidget(self.go, 0, Qt.AlignmentFlag.AlignLeading)
        self.hide()

    def attach(self, presenter: TogetherOffer, order: str = "") -> None:
        """Take the presenter and show what it says."""
        self.go.activated.connect(presenter.open)
        self.destroyed.connect(presenter.close)
        presenter.start(order)

    def show_offer(self, text: str) -> None:
        """Say what can be signed together."""
        self.text.setText(text)
        self.setVisible(bool(text))
