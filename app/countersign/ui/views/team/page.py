"""The page of the team: what waits for endorsement, who wants to join, who belongs to the workspace."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from countersign.presentation.messages import _
from countersign.presentation.team import TeamPresenter
from countersign.presentation.team_state import AskingLine, ChangeCard, TeamState
from countersign.presentation.team_words import DeviceLine, MemberCard
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import (
    Banner,
    Card,
    Chip,
    Divider,
    LinkButton,
    PlainLabel,
    PrimaryButton,
    QuietButton,
    SafeButton,
    Variant,
)
from countersign.ui.widgets.refill import empty
from countersign.ui.widgets.work_page import WorkPage, button_row, column, reason_label, titled


class TeamPage(WorkPage):
    """Show the state; each part is made anew only where it changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        super().__init__("team", parent)
        self._presenter: TeamPresenter | None = None
        self._shown: TeamState | None = None
        self.invite = QuietButton(_("Invite somebody"), icon="plus")
        self.invite.setObjectName("team.invite")
        self.invite.activated.connect(self._invite)
        self.set_tools([self.invite])
        self.contested = Banner(Tone.DANGER, _("Two changes rival each other"))
        self.contested.setObjectName("team.contested")
        self.contested.hide()
        self.add(self.contested)
        self._changes, self._changes_body = column(Space.L)
        self._asking, self._asking_body = column(Space.L)
        self._members, self._members_body = column(Space.L)
        self.endless_card = self._make_endless()
        for part in (self._changes, self._asking, self.endless_card, self._members):
            self.add(part)
        self.rules_card = Card(_("Approval rules"), icon="shield-check")
        self._rules, self._rules_body = column()
        self.rules_card.add(self._rules)
        self.rules = QuietButton(_("Look at the rules"), icon="edit")
        self.rules.setObjectName("team.rules")
        self.rules.activated.connect(self._open_rules)
        self.rules_card.body.addWidget(self.rules, 0, Qt.AlignmentFlag.AlignLeading)
        self.add_aside(self.rules_card)
        self.relay_card = Card(_("How messages travel"), icon="transfer")
        self._relay, self._relay_body = column()
        self.relay_card.add(self._relay)
        self.relay = QuietButton(_("Look at the connection"), icon="settings")
        self.relay.setObjectName("team.relay")
        self.relay.activated.connect(self._open_relay)
        self.relay_card.body.addWidget(self.relay, 0, Qt.AlignmentFlag.AlignLeading)
        self.add_aside(self.relay_card)
        self.audit_card = Card(_("For an audit"), icon="document")
        self.audit_card.add(PlainLabel(_("Export the whole workspace into one file that outsiders can check.")))
        self.audit = QuietButton(_("Export for an audit"), icon="download")
        self.audit.setObjectName("team.export")
        self.audit.activated.connect(self._open_export)
        self.audit_card.body.addWidget(self.audit, 0, Qt.AlignmentFlag.AlignLeading)
        self.add_aside(self.audit_card)

    def _make_endless(self) -> Card:
        card = Card(_("Access without an end"), tone=Tone.WARN, icon="clock")
        card.setObjectName("team.endless")
        self.endless, self.endless_effect = PlainLabel(""), PlainLabel("", Variant.MUTED)
        self.endless.setObjectName("team.endless.text")
        self.settle_ends = QuietButton("", icon="check")
        self.settle_ends.setObjectName("team.endless.settle")
        self.settle_ends.enter_presses = False
        self.settle_ends.activated.connect(self._settle_ends)
        reason = reason_label()
        self.settle_ends.show_reason_in(reason)
        for part in (self.endless, self.endless_effect, reason):
            card.add(part)
        card.body.addWidget(self.settle_ends, 0, Qt.AlignmentFlag.AlignLeading)
        card.hide()
        return card

    def attach(self, presenter: TeamPresenter) -> None:
        """Take the presenter and show its first state."""
        self._presenter = presenter
        self.destroyed.connect(presenter.close)
        presenter.start()

    # — showing —

    def show_state(self, state: TeamState) -> None:
        """Show the state."""
        before, self._shown = self._shown, state
        self.set_heading(state.heading, state.lead)
        self.show_work(state.busy, state.problem, state.said)
        self.invite.set_blocked(state.may_invite)
        self.contested.set_text(_("Two changes rival each other"), state.contested)
        self.contested.setVisible(bool(state.contested))
        if before is None or before.changes != state.changes:
            empty(self._changes_body)
            for card in state.changes:
                self._changes_body.addWidget(self._change(card))
            self._changes.setVisible(bool(state.changes))
        if before is None or before.asking != state.asking:
            empty(self._asking_body)
            if state.asking:
                self._asking_body.addWidget(self._asking_card(state))
            self._asking.setVisible(bool(state.asking))
        self.endless_card.setVisible(bool(state.endless))
        self.endless.setText(state.endless)
        self.endless_effect.setText(state.endless_effect)
        self.endless_effect.setVisible(not state.may_invite)
        self.settle_ends.setText(state.endless_offer)
        self.settle_ends.set_blocked(state.may_invite)  # whoever may invite may propose this, too
        if before is None or before.members != state.members:
            empty(self._members_body)
            for place, member in enumerate(state.members):
                self._members_body.addWidget(self._member(place, member))
        if before is None or (before.rules, before.relay, before.relay_title) != (
            state.rules,
            state.relay,
            state.relay_title,
        ):
            self._show_aside(state)

    def _show_aside(self, state: TeamState) -> None:
        empty(self._rules_body)
        for place, sentence in enumerate(state.rules):
            label = PlainLabel(sentence)
            label.setObjectName(f"team.rule.{place}")
            self._rules_body.addWidget(label)
        empty(self._relay_body)
        if state.relay_title:
            self._relay_body.addWidget(
                Chip(state.relay_title, Tone(state.relay_tone)), 0, Qt.AlignmentFlag.AlignLeading
            )
        text = PlainLabel(state.relay)
        text.setObjectName("team.relay.text")
        self._relay_body.addWidget(text)

    def _change(self, change: ChangeCard) -> Card:
        card = Card(change.title, tone=Tone.INFO, icon="shield")
        card.setObjectName(f"team.change.{change.change}")
        progress = PlainLabel(change.progress, Variant.LABEL)
        progress.setObjectName("team.change.progress")
        card.add(progress)
        card.add_points(change.lines)
        if change.end:
            end = PlainLabel(change.end)
            end.setObjectName("team.change.end")
            card.add(end)
        endorse = PrimaryButton(_("Sign this change"), name=_("Sign: {change}").format(change=change.title))
        endorse.setObjectName("team.change.endorse")
        endorse.enter_presses = False
        endorse.set_blocked(change.may_endorse)
        endorse.activated.connect(partial(self._endorse, change.change))
        words = _("Take it back") if change.mine else _("Decline it")
        decline = SafeButton(words, name=_("{action}: {name}").format(action=words, name=change.title))
        decline.setObjectName("team.change.decline")
        decline.set_blocked(change.may_decline)
        decline.activated.connect(partial(self._decline, change.change))
        reason = reason_label()
        decline.show_reason_in(reason)
        primary = endorse if change.may_settle is None else self._settle_button(change)
        primary.show_reason_in(reason)
        decline.set_partner(primary)
        card.body.addSpacing(Space.XS)
        card.add(reason)
        card.add(button_row((decline, primary)))
        return card

    def _settle_button(self, change: ChangeCard) -> PrimaryButton:
        button = PrimaryButton(_("Put it in force here"), name=_("Put in force: {change}").format(change=change.title))
        button.setObjectName("team.change.settle")
        button.enter_presses = False
        button.set_blocked(change.may_settle)
        button.activated.connect(partial(self._settle, change.change))
        return button

    def _asking_card(self, state: TeamState) -> Card:
        card = Card(_("Who is about to join"), icon="people")
        for place, line in enumerate(state.asking):
            if place:
                card.add(Divider())
            card.body.addLayout(titled(PlainLabel(line.name, Variant.STRONG), line.chip, line.tone))
            card.add(PlainLabel(line.text))
            links = [self._go_on(line)]
            if line.may_withdraw:
                links.append(self._withdraw_button(line))
            card.add(button_row(links))
        return card

    def _go_on(self, line: AskingLine) -> QuietButton:
        button = QuietButton(line.action, name=_("{action}: {name}").format(action=line.action, name=line.name))
        button.setObjectName("team.asking.open")
        button.activated.connect(partial(self._open_invitation, line.invitation))
        return button

    def _withdraw_button(self, line: AskingLine) -> QuietButton:
        words = _("Take it back")
        button = QuietButton(words, name=_("{action}: {name}").format(action=words, name=line.name))
        button.setObjectName("team.asking.withdraw")
        button.enter_presses = False
        button.activated.connect(partial(self._withdraw, line.invitation))
        return button

    def _member(self, place: int, member: MemberCard) -> Card:
        card = Card()
        card.setObjectName(f"team.member.{place}")
        card.setAccessibleName(member.name)
        name = PlainLabel(member.name, Variant.TITLE)
        name.setObjectName(f"team.member.{place}.name")
        card.body.addLayout(titled(name, member.chip, member.tone))
        roles = PlainLabel(member.roles, Variant.LABEL)
        roles.setObjectName(f"team.member.{place}.roles")
        card.add(roles)
        if not member.gone:
            card.add(PlainLabel(member.evidence, Variant.MUTED))
        card.add(PlainLabel(member.access, Variant.MUTED))
        for device in member.devices:
            if device.open or not member.gone:
                card.add(Divider())
                self._add_device(card, device)
        if not member.gone:
            edit = LinkButton(_("Change"), name=_("Change {name}").format(name=member.name))
            edit.setObjectName(f"team.member.{place}.change")
            edit.activated.connect(partial(self._open_member, member.member))
            card.body.addWidget(edit, 0, Qt.AlignmentFlag.AlignLeading)
        return card

    @staticmethod
    def _add_device(card: Card, device: DeviceLine) -> None:
        title = PlainLabel(device.title, Variant.STRONG)
        card.body.addLayout(titled(title, device.chip, device.tone))
        card.add(PlainLabel(device.text, Variant.MUTED))

    # — what the person does —

    def _invite(self) -> None:
        if self._presenter is not None:
            self._presenter.invite()

    def _settle_ends(self) -> None:
        if self._presenter is not None:
            self._presenter.settle_ends()

    def _endorse(self, change: str) -> None:
        if self._presenter is not None:
            self._presenter.endorse(change)

    def _decline(self, change: str) -> None:
        if self._presenter is not None:
            self._presenter.decline(change)

    def _settle(self, change: str) -> None:
        if self._presenter is not None:
            self._presenter.settle(change)

    def _withdraw(self, invitation: str) -> None:
        if self._presenter is not None:
            self._presenter.withdraw(invitation)

    def _open_member(self, member: str) -> None:
        if self._presenter is not None:
            self._presenter.open_member(member)

    def _open_invitation(self, invitation: str) -> None:
        if self._presenter is not None:
            self._presenter.open_invitation(invitation)

    def _open_rules(self) -> None:
        if self._presenter is not None:
            self._presenter.open_rules()

    def _open_export(self) -> None:
        if self._presenter is not None:
            self._presenter.open_export()

    def _open_relay(self) -> None:
        if self._presenter is not None:
            self._presenter.open_relay()
