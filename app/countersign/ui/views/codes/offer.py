"""The card that leads from an order, or from an answer to one, to its code."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QWidget

from countersign.presentation.code_offer import CodeOffer, CodeOfferState
from countersign.presentation.messages import _
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import Card, PlainLabel, QuietButton, announce
from countersign.ui.widgets.painting import follow_look
from countersign.ui.widgets.work_page import button_row

_LARGE_TEXT: Final = 150


class CodeCard(Card):
    """Offer the code and the answer; hidden where nobody could read it."""

    def __init__(self, parent: QWidget | None = None, *, slim: bool = False) -> None:
        """Make the card; ``attach`` gives it its presenter.

        ``slim``: one line, for an answer; ``tools`` are its buttons beside the heading of the page then.
        """
        title, padding = ("", Space.M) if slim else (_("Without a network"), Space.XL)
        super().__init__(title, parent, padding=padding, icon=None if slim else "qr", tone=Tone.INFO if slim else None)
        self._presenter: CodeOffer | None = None
        self._slim = self._reads = slim
        name = "code.answer" if slim else "code"
        self.text = PlainLabel("")
        self.text.setObjectName(f"{name}.text")
        self.show_code = QuietButton(_("Show as a code"), icon="qr")
        self.show_code.setObjectName(f"{name}.show")
        self.show_code.activated.connect(self._show)
        self.read = QuietButton(_("Read a code") if slim else _("Read the answer"), icon="qr" if slim else "eye")
        self.read.setObjectName("inbox.read_code" if slim else f"{name}.read")
        self.read.activated.connect(self._read)
        self.small = QuietButton(_("Show my answer"), icon="qr", name=_("Show my answer as a code"))
        self.small.setObjectName(f"{name}.small")
        self.small.activated.connect(self._show)
        if slim:
            line = QHBoxLayout()
            line.addWidget(self.text, 1)
            line.addWidget(self.show_code)
            self.body.addLayout(line)
        else:
            self.small.setParent(self)
            self.add(self.text)
            self.add(button_row((self.show_code, self.read)))
        self.small.hide()
        self.hide()
        follow_look(self._arrange)

    def _arrange(self) -> None:
        """Where letters are large, let a button beside the heading stand for the line: the list needs the room."""
        if self.parentWidget() is None or self.read.parentWidget() is None:
            return  # it would be shown as a window of its own
        tight = self._slim and look().text_percent >= _LARGE_TEXT
        offered = bool(self.text.text())
        self.setVisible(offered and not tight)
        self.small.setVisible(offered and tight)
        self.read.setVisible(self._reads and not (offered and tight))

    @property
    def tools(self) -> tuple[QuietButton, QuietButton]:
        """What reads a code, and what stands for this line where letters are large."""
        return self.read, self.small

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
        self._reads = state.reads or self._slim
        self._arrange()
        if self._slim and state.text:
            announce(self, state.text)

    def _show(self) -> None:
        if self._presenter is not None:
            self._presenter.show_code()

    def _read(self) -> None:
        if self._presenter is not None:
            self._presenter.read_code(any_code=self._slim)
