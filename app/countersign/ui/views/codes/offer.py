"""The card that leads from an order, or from an answer to one, to its code."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QWidget

from countersign.presentation.code_offer import CodeOffer, CodeOfferState
from countersign.presentation.messages import _
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import Card, PlainLabel, QuietButton, announce
from countersign.ui.widgets.work_page import button_row


class CodeCard(Card):
    """Offer the code and the answer; hidden where nobody could read it."""

    def __init__(self, parent: QWidget | None = None, *, slim: bool = False) -> None:
        """Make the card; ``attach`` gives it its presenter. ``slim``: one line, for an answer."""
        title, padding = ("", Space.M) if slim else (_("Without a network"), Space.XL)
        super().__init__(title, parent, padding=padding, icon=None if slim else "qr", tone=Tone.INFO if slim else None)
        self._presenter: CodeOffer | None = None
        self._slim = slim
        name = "code.answer" if slim else "code"
        self.text = PlainLabel("")
        self.text.setObjectName(f"{name}.text")
        self.show_code = QuietButton(_("Show as a code"), icon="qr")
        self.show_code.setObjectName(f"{name}.show")
        self.show_code.activated.connect(self._show)
        self.read = QuietButton(_("Read the answer"), icon="eye")
        self.read.setObjectName(f"{name}.read")
        self.read.activated.connect(self._read)
        if slim:
            line = QHBoxLayout()
            line.addWidget(self.text, 1)
            line.addWidget(self.show_code)
            self.body.addLayout(line)
            self.read.setParent(self)
            self.read.hide()
        else:
            self.add(self.text)
            self.add(button_row((self.show_code, self.read)))
        self.hide()

    def attach(self, presenter: CodeOffer, order: str = "") -> None:
        """Take the presenter; show what it says of an order, if one is named."""
        self._presenter = presenter
        self.destroyed.connect(presenter.close)
        if order:
            presenter.start(order)

    def answered(self) -> None:
        """Look whether an answer was signed that should be shown."""
        if self._presenter is not None:
            self._presenter.answered()

    def show_offer(self, state: CodeOfferState) -> None:
        """Show what is offered."""
        self.text.setText(state.text)
        self.show_code.setText(state.show or _("Show as a code"))
        self.read.setVisible(state.reads and not self._slim)
        self.setVisible(bool(state.text))
        if self._slim and state.text:
            announce(self, state.text)

    def _show(self) -> None:
        if self._presenter is not None:
            self._presenter.show_code()

    def _read(self) -> None:
        if self._presenter is not None:
            self._presenter.read_code()


def read_button(act: Callable[[], None]) -> QuietButton:
    """Make the button that leads to reading a code."""
    button = QuietButton(_("Read a code"), icon="qr")
    button.setObjectName("inbox.read_code")
    button.activated.connect(act)
    return button
