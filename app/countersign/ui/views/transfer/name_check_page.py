"""Step 2 on screen: the typed name and the bank's, letter by letter, and what follows from the answer."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from countersign.presentation.messages import _
from countersign.presentation.transfer import TransferPresenter, TransferState
from countersign.presentation.transfer_name_check import NameCheckState
from countersign.ui.theme.tokens import Tone
from countersign.ui.views.transfer.name_pieces import NamePieces
from countersign.ui.views.transfer.step_page import StepPage, quietly
from countersign.ui.widgets import (
    Card,
    CheckField,
    Chip,
    Divider,
    Field,
    KitButton,
    PlainLabel,
    PrimaryButton,
    QuietButton,
    SafeButton,
    Variant,
)
from countersign.ui.widgets.refill import empty

_TONES = {
    "MTCH": Tone.OK,
    "CMTC": Tone.WARN,
    "NMTC": Tone.DANGER,
    "NOAP": Tone.NEUTRAL,
    "none": Tone.NEUTRAL,
    "": Tone.NEUTRAL,
}


class NameCheckPage(StepPage):
    """Show the bank's answer."""

    def __init__(self, presenter: TransferPresenter) -> None:
        """Make the page."""
        super().__init__("name_check")
        self._presenter = presenter
        step = presenter.name_check
        self._actions = ""
        self._primary: KitButton | None = None
        self.answer = Card()
        top = QHBoxLayout()
        self.title = PlainLabel(_("What the payee's bank says"), Variant.MUTED)
        top.addWidget(self.title, 1)
        self.chip = Chip("", Tone.NEUTRAL)
        self.chip.setObjectName("transfer.name_check.outcome")
        top.addWidget(self.chip)
        self.answer.body.addLayout(top)
        self.sentence = PlainLabel("", Variant.LEAD)
        self.answer.add(self.sentence)
        self.answer.add(Divider())
        self.typed = NamePieces(_("You typed"))
        self.returned = NamePieces(_("The bank has"))
        self.answer.add(self.typed)
        self.answer.add(self.returned)
        self.account = PlainLabel("", Variant.LEAD, ltr=True, selectable=True)
        self.answer.add(PlainLabel(_("Account"), Variant.MUTED))
        self.answer.add(self.account)
        self.asked_at = PlainLabel("", Variant.CAPTION)
        self.answer.add(self.asked_at)
        self.add(self.answer)
        self.call_back = CheckField(_("I called them on a number I had before, and they read me this account number."))
        self.call_back.setObjectName("transfer.name_check.call_back")
        self.call_back.toggled.connect(lambda on: step.tick_call_back(called=on))
        self.call_back_field = Field(_("Before you go on"), self.call_back)
        self.add(self.call_back_field)
        self.ask_again = QuietButton(_("Ask the bank again"), icon="refresh")
        self.ask_again.setObjectName("transfer.name_check.ask")
        self.ask_again.activated.connect(step.ask)
        self.add(self.ask_again)
        self.advice = _AdviceCard()
        self.add_aside(self.advice)

    def show_step(self, state: TransferState, page: NameCheckState) -> None:
        """Show the state."""
        self.show_frame(state)
        tone = _TONES[page.outcome]
        self.chip.set_state(page.chip, tone)
        self.sentence.setText(page.sentence)
        self.lead.hide()  # the card says it
        self.typed.set_pieces(page.typed)
        self.returned.set_pieces(page.returned)
        self.returned.setVisible(bool(page.returned))
        self.account.setText(page.account)
        self.asked_at.setText(_("Asked {moment}").format(moment=page.asked_at) if page.asked_at else "")
        self.asked_at.setVisible(bool(page.asked_at))
        self.answer.set_tone(tone if page.outcome in {"NMTC", "CMTC"} else None)
        self.advice.show_points(page.advice, danger=page.outcome == "NMTC")
        self.call_back_field.setVisible(page.needs_call_back)
        quietly(self.call_back, lambda: self.call_back.setChecked(page.call_back))
        self.show_faults(page.faults, {"call_back": self.call_back_field})
        self.ask_again.setVisible(not page.outcome and not state.busy)
        self._show_actions(page)
        if self._primary is not None:
            self._primary.set_blocked(None if page.outcome else _("The bank has not answered about this name yet."))

    def _show_actions(self, page: NameCheckState) -> None:
        wanted = page.outcome if page.outcome in {"CMTC", "NMTC"} else "on"
        wanted = "leave" if page.told_to_call and page.outcome else wanted
        if wanted == self._actions:
            return
        self._actions = wanted
        step = self._presenter.name_check
        safe: KitButton
        primary: KitButton
        if wanted == "leave":
            safe, primary = SafeButton(_("Change the details")), PrimaryButton(_("Leave it for now"))
            safe.activated.connect(step.change_details)
            primary.activated.connect(self._presenter.go_home)
            names = ("change", "leave")
        elif wanted == "NMTC":
            safe, primary = SafeButton(_("Change the details")), PrimaryButton(_("Stop and call"), icon="call-back")
            safe.activated.connect(step.change_details)
            primary.activated.connect(step.stop_and_call)
            names = ("change", "stop")
        elif wanted == "CMTC":
            safe, primary = SafeButton(_("Ask the payee")), PrimaryButton(page.use_name)
            safe.activated.connect(step.stop_and_call)
            primary.activated.connect(step.use_bank_name)
            names = ("ask_payee", "use_name")
        else:
            safe, primary = SafeButton(_("Back")), PrimaryButton(_("Continue"))
            safe.activated.connect(self._presenter.back)
            primary.activated.connect(step.go_on)
            names = ("back", "continue")
        safe.setObjectName(f"transfer.name_check.{names[0]}")
        primary.setObjectName(f"transfer.name_check.{names[1]}")
        self._primary = primary
        self.set_step_actions(safe, primary)


class _AdviceCard(QWidget):
    """List what to do."""

    def __init__(self) -> None:
        super().__init__()
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._points: tuple[str, ...] = ()

    def show_points(self, points: tuple[str, ...], *, danger: bool) -> None:
        """Show the points as a card; none where there are none."""
        if points == self._points:
            return
        self._points = points
        empty(self._body)
        if points:
            card = Card(_("What to do now") if danger else _("Good to know"), icon="call-back")
            card.add_points(points)
            self._body.addWidget(card)
