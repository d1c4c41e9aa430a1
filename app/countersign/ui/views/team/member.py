"""The page of one member: roles, identity, access, devices; each change is read back before it is proposed."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from countersign.presentation.messages import _
from countersign.presentation.team_member import MemberPresenter
from countersign.presentation.team_state import MemberState
from countersign.presentation.team_words import DeviceLine
from countersign.ui.theme.tokens import Space
from countersign.ui.views.team.kit_card import KitCard
from countersign.ui.views.team.proposal import ProposalCard
from countersign.ui.widgets import (
    Card,
    CheckField,
    DangerButton,
    DateField,
    Divider,
    ErrorSummary,
    Field,
    KitButton,
    PlainLabel,
    QuietButton,
    SafeButton,
    SelectField,
    TextField,
    Variant,
)
from countersign.ui.widgets.refill import empty
from countersign.ui.widgets.work_page import WorkPage, button_row, column, reason_label, titled


class MemberPage(WorkPage):
    """Show a member, or the change that is about to be proposed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        super().__init__("member", parent)
        self._presenter: MemberPresenter | None = None
        self._shown: MemberState | None = None
        self.errors = ErrorSummary(_("Look at these again"))
        self.errors.setObjectName("member.errors")
        self.add(self.errors)
        self.proposal = ProposalCard("member", self._confirm, self._withdraw)
        self.add(self.proposal)
        text = _(
            "It is closed at once, by your recovery key alone: no administrator and no second person has to sign. What "
            "it signed after the last of its messages known here won't count."
        )
        closing = DangerButton(_("Close this device"))
        self.kit_card = KitCard("member", text, closing, self._close_with_kit, self._leave_kit)
        self.add(self.kit_card)
        self._fields: dict[str, Field] = {}
        self._blockable: list[KitButton] = []
        self.roles_card = self._make_roles()
        self.identity_card = self._make_identity()
        self.access_card = self._make_access()
        self.devices_card = Card(_("Devices"), icon="mobile")
        self._devices, self._devices_body = column()
        self.devices_card.add(self._devices)
        self.add_device = self._quiet(self.devices_card, _("Add another device"), "member.add_device", "plus")
        self._blockable.remove(self.add_device)
        self.add_device.activated.connect(self._add_another)
        self.leave_card = self._make_leave()
        for card in (self.roles_card, self.devices_card, self.leave_card):
            self.add(card)
        for card in (self.identity_card, self.access_card):
            self.add_aside(card)
        back = SafeButton(_("Back to the team"))
        back.setObjectName("member.back")
        back.activated.connect(self._leave)
        self.set_actions(back, None)

    def attach(self, presenter: MemberPresenter, member: str) -> None:
        """Take the presenter and show its first state."""
        self._presenter = presenter
        self.destroyed.connect(presenter.close)
        presenter.start(member)

    # — parts —

    def _make_roles(self) -> Card:
        card = Card(_("Roles and groups"), icon="people")
        card.body.setSpacing(Space.M)
        self._roles_holder, self._roles_body = column(Space.XS)
        self.roles: dict[str, CheckField] = {}
        self.groups = TextField(_("Groups"))
        self.groups.setObjectName("member.groups")
        self._fields["groups"] = Field(_("Groups"), self.groups)
        self.roles_said = PlainLabel("")
        self.roles_said.setObjectName("member.roles_said")
        card.add(self.roles_said)
        self._role_field = Field(_("What this member may do"), self._roles_holder)
        self._fields["roles"] = self._role_field
        card.add(self._role_field)
        card.add(self._fields["groups"])
        self.save_roles = self._quiet(card, _("Change roles and groups"), "member.save_roles", "edit")
        self.save_roles.activated.connect(self._change_roles)
        return card

    def _make_identity(self) -> Card:
        card = Card(_("Identity"), icon="user")
        card.body.setSpacing(Space.M)
        self.evidence = PlainLabel("")
        self.evidence.setObjectName("member.evidence")
        card.add(self.evidence)
        self.checked = SelectField(_("What was checked"))
        self.checked.setObjectName("member.checked")
        self._checked_field = Field(_("What was checked"), self.checked)
        card.add(self._checked_field)
        self.check_note = TextField(_("Details"))
        self.check_note.setObjectName("member.check_note")
        self._fields["check_note"] = Field(
            _("Details"), self.check_note, hint=_("Where and how; no numbers of documents.")
        )
        card.add(self._fields["check_note"])
        self._until_holder, self._until_body = column()
        card.add(self._until_holder)
        self.check_until: DateField | None = None
        self.save_evidence = self._quiet(card, _("Write down this check"), "member.save_evidence", "check")
        self.save_evidence.activated.connect(self._record_evidence)
        return card

    def _make_access(self) -> Card:
        card = Card(_("Access"), icon="clock")
        self.access = PlainLabel("")
        self.access.setObjectName("member.access")
        card.add(self.access)
        card.add(PlainLabel(_("Access is confirmed anew each quarter. What nobody confirms lapses."), Variant.MUTED))
        self.confirm_access = self._quiet(card, "", "member.confirm_access", "check")
        self.confirm_access.activated.connect(self._confirm_access)
        return card

    def _make_leave(self) -> Card:
        card = Card(_("Leaving"), icon="stop")
        text = _(
            "A member who leaves keeps what was received until then; nothing new reaches them. "
            "Their devices are closed, and what they signed before stays on record."
        )
        card.add(PlainLabel(text, Variant.MUTED))
        self.remove = DangerButton(_("Remove this member"))
        self.remove.setObjectName("member.remove")
        self.remove.enter_presses = False
        self.remove.activated.connect(self._remove)
        reason = reason_label()
        self.remove.show_reason_in(reason)
        card.add(reason)
        card.body.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignLeading)
        return card

    def _quiet(self, card: Card, text: str, name: str, icon: str) -> QuietButton:
        button = QuietButton(text, icon=icon)
        button.setObjectName(name)
        reason = reason_label()
        button.show_reason_in(reason)
        card.add(reason)
        card.body.addWidget(button, 0, Qt.AlignmentFlag.AlignLeading)
        self._blockable.append(button)
        return button

    # — showing —

    def show_state(self, state: MemberState) -> None:
        """Show the state."""
        before, self._shown = self._shown, state
        self.set_heading(state.heading, state.lead)
        self.show_work(state.busy, state.problem)
        asked = bool(state.asked)
        self.proposal.show_proposal(state.asked, state.asked_lines, state.effect)
        self.kit_card.ask(state.kit_title)
        asked = asked or bool(state.kit_title)
        ready = bool(state.roles) and not asked
        for card in (self.roles_card, self.identity_card, self.access_card, self.devices_card, self.leave_card):
            card.setVisible(ready)
        if not state.roles:
            return
        self._show_roles(state, before)
        self._fields["groups"].set_hint(state.known_groups)
        self.evidence.setText(state.evidence)
        self.checked.set_options(state.checks)
        if self.check_until is None and state.check_until:
            self.check_until = DateField(state.check_until, _("Check again by"))
            self.check_until.setObjectName("member.check_until")
            self._until_body.addWidget(Field(_("Check again by"), self.check_until))
            QWidget.setTabOrder(self.check_note, self.check_until)
            QWidget.setTabOrder(self.check_until, self.save_evidence)
        self.access.setText(state.access)
        self.confirm_access.setText(state.access_offer)
        self._show_what_can_change(state)
        shown = (before.devices, before.blocked, before.renewal) if before else None
        if shown != (state.devices, state.blocked, state.renewal):
            empty(self._devices_body)
            for place, device in enumerate(state.devices):
                if place:
                    self._devices_body.addWidget(Divider())
                self._show_device(place, device, state)
        if before is None or before.faults != state.faults:
            self.errors.show_errors([(self._fields[fault.field], fault.text) for fault in state.faults])
        if before is not None and bool(before.asked or before.kit_title) != asked:
            self.focus_heading()

    def _show_what_can_change(self, state: MemberState) -> None:
        """Offer what this person can change; what they can't is read, not filled in, and the buttons say why."""
        for button in self._blockable:
            button.set_blocked(state.blocked)
        self.roles_said.setText(state.lead)
        self.roles_said.setVisible(bool(state.blocked))
        for part in (self._role_field, self._fields["groups"], self._checked_field, self._fields["check_note"]):
            part.setVisible(not state.blocked)
        self._until_holder.setVisible(not state.blocked)
        self.confirm_access.set_blocked(state.blocked or state.access_blocked)
        self.add_device.set_blocked(state.adding_blocked)
        self.remove.set_blocked(state.blocked or state.remove_blocked)

    def _show_roles(self, state: MemberState, before: MemberState | None) -> None:
        if not self.roles:
            for value, title, text in state.roles:
                box = CheckField(_("{role}: {text}").format(role=title, text=text))
                box.setObjectName(f"member.role.{value}")
                self.roles[value] = box
                self._roles_body.addWidget(box)
        if before is None or (before.chosen, before.groups) != (state.chosen, state.groups) or not before.roles:
            for value, box in self.roles.items():
                box.setChecked(value in state.chosen)
            self.groups.setText(state.groups)

    def _show_device(self, place: int, device: DeviceLine, state: MemberState) -> None:
        self._devices_body.addLayout(titled(PlainLabel(device.title, Variant.STRONG), device.chip, device.tone))
        self._devices_body.addWidget(PlainLabel(device.text, Variant.MUTED))
        if not device.open:
            return
        close = QuietButton(_("Close this device"), icon="lock", name=_("Close {device}").format(device=device.title))
        close.setObjectName(f"member.device.{place}.close")
        close.set_blocked(state.blocked or device.blocked)
        close.activated.connect(partial(self._close_device, device.device))
        renew = QuietButton(
            state.renewal,
            icon="clock",
            name=_("{action}: {name}").format(action=state.renewal, name=device.title),
        )
        renew.setObjectName(f"member.device.{place}.renew")
        renew.set_blocked(state.blocked)
        renew.activated.connect(partial(self._renew_device, device.device))
        reason = reason_label()
        for button in (renew, close):
            button.enter_presses = False
            button.show_reason_in(reason)
        self._devices_body.addWidget(reason)
        buttons: list[KitButton] = [renew, close]
        if state.kit_offered and not device.blocked:
            buttons.append(self._kit_button(place, device))
        self._devices_body.addWidget(button_row(buttons))

    def _kit_button(self, place: int, device: DeviceLine) -> QuietButton:
        words = _("Close it with the recovery kit")
        button = QuietButton(words, icon="key", name=_("{action}: {name}").format(action=words, name=device.title))
        button.setObjectName(f"member.device.{place}.kit")
        button.enter_presses = False
        button.activated.connect(partial(self._open_kit, device.device))
        return button

    # — what the person does —

    def _change_roles(self) -> None:
        if self._presenter is not None:
            chosen = [value for value, box in self.roles.items() if box.isChecked()]
            self._presenter.change_roles(chosen, self.groups.text())

    def _record_evidence(self) -> None:
        if self._presenter is not None and self.check_until is not None:
            self._presenter.record_evidence(self.checked.value(), self.check_note.text(), self.check_until.iso())

    def _confirm_access(self) -> None:
        if self._presenter is not None:
            self._presenter.confirm_access()

    def _close_device(self, device: str) -> None:
        if self._presenter is not None:
            self._presenter.close_device(device)

    def _renew_device(self, device: str) -> None:
        if self._presenter is not None:
            self._presenter.renew_device(device)

    def _add_another(self) -> None:
        if self._presenter is not None:
            self._presenter.add_device()

    def _open_kit(self, device: str) -> None:
        if self._presenter is not None:
            self._presenter.open_kit(device)

    def _leave_kit(self) -> None:
        self._open_kit("")

    def _close_with_kit(self, typed: str) -> None:
        if self._presenter is not None:
            self._presenter.close_with_kit(typed)

    def _remove(self) -> None:
        if self._presenter is not None:
            self._presenter.remove()

    def _confirm(self) -> None:
        if self._presenter is not None:
            self._presenter.propose()

    def _withdraw(self) -> None:
        if self._presenter is not None:
            self._presenter.withdraw()

    def _leave(self) -> None:
        if self._presenter is not None:
            self._presenter.leave()
