"""The practice mailbox beside the form: a list of letters, and the one that is open."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from countersign.presentation.messages import _
from countersign.presentation.transfer_payee_state import LetterLine, OpenLetter, PayeeState
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import Card, Chip, Divider, LinkButton, PlainLabel, QuietButton, Variant
from countersign.ui.widgets.refill import empty


class MailboxCard(QWidget):
    """Show letters; opening one fills the form."""

    def __init__(self, opened: Callable[[str], None], closed: Callable[[], None]) -> None:
        """Make the card; ``opened`` gets the letter's identifier."""
        super().__init__()
        self._opened = opened
        self._lines: tuple[LetterLine, ...] = ()
        self._letter: OpenLetter | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(Space.L)
        self.letters = Card(_("Practice mailbox"), icon="mail")
        lead = _("Letters that ask you for money. One of them is not what it seems.")
        self.letters.add(PlainLabel(lead, Variant.MUTED))
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self.letters.body.addLayout(self._list)
        outer.addWidget(self.letters)
        self.letter = Card(_("Letter"), tone=Tone.WARN, icon="mail")
        self._from = PlainLabel("", Variant.STRONG)
        self._address = PlainLabel("", Variant.CAPTION, ltr=True)
        self._text = PlainLabel("", Variant.BODY, selectable=True)
        self._asks = PlainLabel("", Variant.BODY)
        self._warning = PlainLabel("", Variant.CAPTION)
        for label in (self._from, self._address, self._text, Divider(), self._asks, self._warning):
            self.letter.add(label)
        self.close_letter = LinkButton(_("Put the letter away"))
        self.close_letter.setObjectName("transfer.payee.letter.close")
        self.close_letter.activated.connect(closed)
        self.letter.body.addWidget(self.close_letter, 0, Qt.AlignmentFlag.AlignLeading)
        self.letter.hide()
        outer.addWidget(self.letter)

    def show_letters(self, state: PayeeState) -> None:
        """Show the state."""
        self.letters.setVisible(bool(state.letters))
        if state.letters != self._lines:
            self._lines = state.letters
            self._fill(state.letters)
        if state.letter != self._letter:
            self._letter = state.letter
            self._show_letter(state.letter)

    def _show_letter(self, letter: OpenLetter | None) -> None:
        self.letter.setVisible(letter is not None)
        if letter is None:
            return
        if self.letter.title_label is not None:
            self.letter.title_label.setText(letter.subject)
        self._from.setText(letter.sender)
        self._address.setText(letter.address)
        self._text.setText(letter.text)
        self._asks.setText(letter.asks)
        self._asks.setVisible(bool(letter.asks))
        self._warning.setText(letter.warning)

    def _fill(self, lines: tuple[LetterLine, ...]) -> None:
        empty(self._list)
        for place, line in enumerate(lines):
            if place:
                self._list.addWidget(Divider())
            self._list.addWidget(self._row(line))

    def _row(self, line: LetterLine) -> QWidget:
        row = QWidget()
        outer = QHBoxLayout(row)
        outer.setContentsMargins(0, Space.S, 0, Space.S)
        outer.setSpacing(Space.M)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(PlainLabel(line.subject, Variant.STRONG))
        words.addWidget(PlainLabel(f"{line.sender} · {line.date}", Variant.CAPTION))
        outer.addLayout(words, 1)
        if line.opened:
            outer.addWidget(Chip(_("Open now"), Tone.INFO, icon="mail"), 0, Qt.AlignmentFlag.AlignVCenter)
            return row
        read = QuietButton(_("Read"), name=_("Read the letter {subject}").format(subject=line.subject))
        read.setObjectName(f"transfer.payee.letter.{line.letter}")
        read.activated.connect(partial(self._opened, line.letter))
        outer.addWidget(read, 0, Qt.AlignmentFlag.AlignVCenter)
        return row
