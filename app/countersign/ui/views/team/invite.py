"""The page that invites somebody: who and as what, the invitation, the words to compare, admitting."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from countersign.presentation.messages import _
from countersign.presentation.team_invite import InvitePresenter
from countersign.presentation.team_invite_state import InviteState, InviteStep
from countersign.presentation.team_invite_words import compare_first
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.views.team.kit_card import KitCard
from countersign.ui.widgets import (
    Card,
    CheckField,
    ErrorSummary,
    Field,
    PlainLabel,
    PrimaryButton,
    SafeButton,
    Step,
    Stepper,
    StepState,
    TextField,
    Variant,
)
from countersign.ui.widgets.parcel_cards import ParcelIn, ParcelOut
from countersign.ui.widgets.refill import empty
from countersign.ui.widgets.work_page import WorkPage, column

_PLACES = {
    InviteStep.FORM: 0,
    InviteStep.OUT: 1,
    InviteStep.COMPARE: 2,
    InviteStep.WAITING: 3,
    InviteStep.WELCOME: 3,
}


class InvitePage(WorkPage):
    """Show one step of an invitation."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        super().__init__("invite", parent)
        self._presenter: InvitePresenter | None = None
        self._shown: InviteState | None = None
        self.stepper = Stepper()
        self.set_top(self.stepper)
        self.errors = ErrorSummary(_("Look at these again"))
        self.errors.setObjectName("invite.errors")
        self.add(self.errors)
        self._fields: dict[str, Field] = {}
        self.form = self._make_form()
        self.out = ParcelOut("invite.parcel", _("Hand it over"))
        self.answer = ParcelIn("invite.answer", _("The request to join"))
        self.relay_note = PlainLabel("", Variant.MUTED)
        self.relay_note.setObjectName("invite.by_relay")
        self.compare = self._make_compare()
        self.effect_card = self._make_effect()
        text = _("Your recovery key alone adds it, at once; the kit that you have stays the one that counts.")
        adding = PrimaryButton(_("Add it with the recovery kit"))
        self.kit_card = KitCard("invite", text, adding, self._add_with_kit, None)
        self.notes = Card(_("What another device means"), icon="mobile")
        holder, self._notes = column()
        self.notes.add(holder)
        for card in (self.form, self.notes, self.out, self.relay_note, self.answer):
            self.add(card)
        for card in (self.compare, self.kit_card, self.effect_card):
            self.add(card)
        self.back = SafeButton(_("Back to the team"))
        self.back.setObjectName("invite.back")
        self.back.activated.connect(self._leave)
        self.go_on = PrimaryButton(_("Make the invitation"))
        self.go_on.setObjectName("invite.go_on")
        self.go_on.enter_presses = False
        self.go_on.activated.connect(self._go_on)
        self.set_actions(self.back, self.go_on)

    def attach(self, presenter: InvitePresenter, invitation: str = "") -> None:
        """Take the presenter and show its first state."""
        self._presenter = presenter
        self.out.attach(presenter)
        self.answer.attach(presenter)
        self.destroyed.connect(presenter.close)
        presenter.start(invitation)

    # — parts —

    def _make_form(self) -> Card:
        card = Card()
        card.body.setSpacing(Space.L)
        self.name = TextField(_("Full name"))
        self.name.setObjectName("invite.name")
        self._fields["name"] = Field(_("Full name"), self.name, hint=_("As colleagues know it."))
        self._roles_holder, self._roles_body = column(Space.XS)
        self.roles: dict[str, CheckField] = {}
        self._fields["roles"] = Field(_("What this member may do"), self._roles_holder)
        self.groups = TextField(_("Groups"))
        self.groups.setObjectName("invite.groups")
        self._fields["groups"] = Field(_("Groups"), self.groups)
        for key in ("name", "roles", "groups"):
            card.add(self._fields[key])
        return card

    def _make_compare(self) -> Card:
        card = Card(_("Compare these words"), icon="call-back")
        card.body.setSpacing(Space.M)
        self.phrase_lead = PlainLabel("")
        card.add(self.phrase_lead)
        phrase = Card(tone=Tone.INFO)
        self.phrase = PlainLabel("", Variant.TITLE, selectable=True, ltr=True)
        self.phrase.setObjectName("invite.phrase")
        phrase.add(self.phrase)
        card.add(phrase)
        self._tick_holder, self._tick_body = column()
        self.same: CheckField | None = None
        card.add(self._tick_holder)
        return card

    def _make_effect(self) -> Card:
        card = Card(_("What changes"), tone=Tone.INFO, icon="shield")
        self._lines_holder, self._lines = column()
        self._effect = PlainLabel("", Variant.LABEL)
        self._effect.setObjectName("invite.effect")
        card.add(self._lines_holder)
        card.add(self._effect)
        return card

    # — showing —

    def show_state(self, state: InviteState) -> None:
        """Show the state."""
        before, self._shown = self._shown, state
        step = state.step
        self.set_heading(state.heading, state.lead)
        self.show_work(state.busy, state.problem, state.said)
        self._show_steps(step, _("Device") if state.device else _("Who and as what"))
        self.form.setVisible(step is InviteStep.FORM and not state.notes)
        self.notes.setVisible(bool(state.notes))
        if before is None or before.notes != state.notes:
            empty(self._notes)
            for note in state.notes:
                self._notes.addWidget(PlainLabel(note))
        self.out.setVisible(step in {InviteStep.OUT, InviteStep.WELCOME} and bool(state.frames or state.as_file))
        self.answer.setVisible(step is InviteStep.OUT)
        self.relay_note.setText(state.by_relay)
        self.relay_note.setVisible(bool(state.by_relay) and step in {InviteStep.OUT, InviteStep.WELCOME})
        self.compare.setVisible(step is InviteStep.COMPARE)
        self.effect_card.setVisible(bool(state.lines))
        self.kit_card.ask(_("Or add it with your recovery kit") if state.kit else "")
        self._show_form(state)
        self.out.set_frames(state.frames, state.as_file, state.saved)
        self.answer.set_reading(state.reading)
        self.phrase_lead.setText(state.phrase_lead)
        self.phrase.setText(state.phrase)
        if self.same is None and state.tick:
            self.same = CheckField(state.tick)
            self.same.setObjectName("invite.same")
            self.same.toggled.connect(self._ticked)
            self._tick_body.addWidget(self.same)
        if before is None or before.lines != state.lines:
            empty(self._lines)
            for line in state.lines:
                self._lines.addWidget(PlainLabel(line))
        self._effect.setText(state.effect)
        self._effect.setVisible(bool(state.effect))
        self._show_buttons(state)
        if before is None or before.faults != state.faults:
            self.errors.show_errors([(self._fields[fault.field], fault.text) for fault in state.faults])
        if before is not None and before.step is not step:
            self.focus_heading()

    def _show_steps(self, step: InviteStep, first: str) -> None:
        titles = (first, _("Invitation"), _("Compare"), _("Admit"))
        now = _PLACES[step]
        states = [StepState.DONE if at < now else StepState.CURRENT if at == now else StepState.TODO for at in range(4)]
        self.stepper.set_steps([Step(title, state) for title, state in zip(titles, states, strict=True)])

    def _show_form(self, state: InviteState) -> None:
        if not self.roles:
            for value, title, text in state.roles:
                box = CheckField(_("{role}: {text}").format(role=title, text=text))
                box.setObjectName(f"invite.role.{value}")
                box.setChecked(value in state.chosen)
                self.roles[value] = box
                self._roles_body.addWidget(box)
        self._fields["groups"].set_hint(state.known_groups)

    def _show_buttons(self, state: InviteState) -> None:
        texts = {
            InviteStep.FORM: _("Make the invitation"),
            InviteStep.COMPARE: _("Sign and propose"),
            InviteStep.WELCOME: _("Back to the team"),
        }
        self.go_on.setVisible(state.step in texts)
        self.go_on.setText(texts.get(state.step, ""))
        self.go_on.set_blocked(state.blocked)
        self._ticked()
        self.back.setText(_("These words differ") if state.step is InviteStep.COMPARE else _("Back to the team"))
        self.back.setObjectName("invite.differ" if state.step is InviteStep.COMPARE else "invite.back")
        self.back.setVisible(state.step is not InviteStep.WELCOME)

    def _ticked(self, _on: bool = False) -> None:  # noqa: FBT002 - Qt's signal
        if self._shown is not None and self._shown.step is InviteStep.COMPARE:
            same = self.same is not None and self.same.isChecked()
            self.go_on.set_blocked(self._shown.admit_blocked or (None if same else compare_first()))

    # — what the person does —

    def _add_with_kit(self, typed: str) -> None:
        if self._presenter is not None:
            self._presenter.add_with_kit(typed, same=self.same is not None and self.same.isChecked())

    def _go_on(self) -> None:
        if self._presenter is None or self._shown is None:
            return
        if self._shown.step is InviteStep.FORM:
            chosen = [value for value, box in self.roles.items() if box.isChecked()]
            self._presenter.make(self.name.text(), chosen, self.groups.text())
        elif self._shown.step is InviteStep.COMPARE:
            self._presenter.admit(same=self.same is not None and self.same.isChecked())
        else:
            self._presenter.leave()

    def _leave(self) -> None:
        if self._presenter is None or self._shown is None:
            return
        if self._shown.step is InviteStep.COMPARE:
            self._presenter.differ()
        else:
            self._presenter.leave()
