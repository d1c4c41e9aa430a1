"""The card on another page that leads to where several payments are signed by one code."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from countersign.presentation.messages import _
from countersign.presentation.together import TogetherOffer
from countersign.ui.theme.tokens import Space
from countersign.ui.widgets import Card, PlainLabel, QuietButton


class TogetherCard(Card):
    """Say what can be signed together; hidden where nothing can."""

    def __init__(self, parent: QWidget | None = None, *, slim: bool = False) -> None:
        """Make the card; ``attach`` gives it its presenter. ``slim``: one line, without a title."""
        title, padding = ("", Space.M) if slim else (_("Sign together"), Space.XL)
        super().__init__(title, parent, padding=padding, icon=None if slim else "shield-check")
        self._presenter: TogetherOffer | None = None
        self.text = PlainLabel("")
        self.text.setObjectName("together.offer")
        self.go = QuietButton(_("Sign together…"))
        self.go.setObjectName("together.go")
        self.go.activated.connect(self._go)
        if slim:
            line = QHBoxLayout()
            line.addWidget(self.text, 1)
            line.addWidget(self.go)
            self.body.addLayout(line)
        else:
            self.add(self.text)
            self.body.addWidget(self.go, 0, Qt.AlignmentFlag.AlignLeading)
        self.hide()

    def attach(self, presenter: TogetherOffer, order: str = "") -> None:
        """Take the presenter and show what it says."""
        self._presenter = presenter
        self.destroyed.connect(presenter.close)
        presenter.start(order)

    def show_offer(self, text: str) -> None:
        """Say what can be signed together."""
        self.text.setText(text)
        self.setVisible(bool(text))

    def _go(self) -> None:
        if self._presenter is not None:
            self._presenter.open()
