"""The page of a device that waits to be admitted: its request, the words to compare, and the answer."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from countersign.presentation.join import WaitingPresenter
from countersign.presentation.join_state import WaitingState
from countersign.presentation.messages import _
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import Card, Field, PlainLabel, PrimaryButton, QuietButton, SecretField, Variant
from countersign.ui.widgets.parcel_cards import ParcelIn, ParcelOut
from countersign.ui.widgets.work_page import WorkPage, button_row, reason_label


class WaitingPage(WorkPage):
    """Show what is still to be done before this device belongs to the workspace."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        super().__init__("join", parent)
        self._presenter: WaitingPresenter | None = None
        self.out = ParcelOut("join.request", _("1. Hand over your request"))
        self.relay_note = PlainLabel("", Variant.MUTED)
        self.relay_note.setObjectName("join.by_relay")
        self.out.body.insertWidget(1, self.relay_note)
        self.password_card = self._make_password()
        self.compare = Card(_("2. Compare these words by voice"), icon="call-back")
        self.compare.body.setSpacing(Space.M)
        self.phrase_lead = PlainLabel("")
        self.compare.add(self.phrase_lead)
        phrase = Card(tone=Tone.INFO)
        self.phrase = PlainLabel("", Variant.TITLE, selectable=True, ltr=True)
        self.phrase.setObjectName("join.phrase")
        phrase.add(self.phrase)
        self.compare.add(phrase)
        self.status_card = Card(_("3. Wait to be admitted"), icon="clock")
        self.status = PlainLabel("")
        self.status.setObjectName("join.status")
        self.status_card.add(self.status)
        self.check = QuietButton(_("Look again"), icon="refresh")
        self.check.setObjectName("join.check")
        self.check.activated.connect(self._check)
        reason = reason_label()
        self.check.show_reason_in(reason)
        self.status_card.add(reason)
        self.status_card.add(button_row((self.check,)))
        self.answer = ParcelIn(
            "join.answer", _("The welcome"), _("Where it comes by hand: a .countersign file, or a picture of a code.")
        )
        for card in (self.password_card, self.out, self.compare):
            self.add(card)
        for card in (self.status_card, self.answer):
            self.add_aside(card)

    def attach(self, presenter: WaitingPresenter) -> None:
        """Take the presenter and show its first state."""
        self._presenter = presenter
        self.out.attach(presenter)
        self.answer.attach(presenter)
        self.destroyed.connect(presenter.close)
        presenter.start()

    def _make_password(self) -> Card:
        card = Card(_("The server's password"), icon="key")
        card.body.setSpacing(Space.M)
        self.password_for = PlainLabel("", Variant.MUTED)
        card.add(self.password_for)
        self.password = SecretField(_("Password"))
        self.password.setObjectName("join.password")
        card.add(Field(_("Password"), self.password))
        keep = PrimaryButton(_("Keep it in my vault"))
        keep.setObjectName("join.keep_password")
        keep.activated.connect(self._keep_password)
        card.body.addWidget(keep, 0, Qt.AlignmentFlag.AlignLeading)
        return card

    def show_state(self, state: WaitingState) -> None:
        """Show the state."""
        self.set_heading(state.heading, state.lead)
        self.show_work(state.busy, state.problem)
        self.out.set_frames(state.frames, saved=state.saved)
        self.relay_note.setText(state.by_relay)
        self.relay_note.setVisible(bool(state.by_relay))
        self.password_for.setText(state.password_for)
        self.password_card.setVisible(bool(state.password_for))
        self.phrase_lead.setText(state.phrase_lead)
        self.phrase.setText(state.phrase)
        self.status.setText(state.status)
        self.check.set_blocked(state.check_blocked)
        self.answer.set_reading(state.reading)

    def _check(self) -> None:
        if self._presenter is not None:
            self._presenter.look_again()

    def _keep_password(self) -> None:
        if self._presenter is not None:
            self._presenter.keep_password(self.password.take())
