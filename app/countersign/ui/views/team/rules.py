"""The page of the approval rules: sentences, what changes them, and what they would have asked for last month."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from countersign.presentation.messages import _
from countersign.presentation.rules_editor import RulesPresenter
from countersign.presentation.rules_editor_state import RuleLine, RulesState
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.views.team.proposal import ProposalCard
from countersign.ui.views.team.rule_forms import DelegationCard, LimitCard, RuleCard
from countersign.ui.widgets import (
    Banner,
    Card,
    Divider,
    ErrorSummary,
    Field,
    LinkButton,
    PlainLabel,
    PrimaryButton,
    QuietButton,
    SafeButton,
    SelectField,
    Variant,
)
from countersign.ui.widgets.refill import empty
from countersign.ui.widgets.work_page import WorkPage, button_row, column, reason_label, titled


class RulesPage(WorkPage):
    """Show the rules as they are, and as they are written."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        super().__init__("rules", parent)
        self._presenter: RulesPresenter | None = None
        self._shown: RulesState | None = None
        self._rule_card: RuleCard | None = None
        self._limit_card: LimitCard | None = None
        self._delegation_card: DelegationCard | None = None
        self.errors = ErrorSummary(_("Look at these again"))
        self.errors.setObjectName("rules.errors")
        self.add(self.errors)
        self.warning = Banner(Tone.WARN, _("Somebody could send nothing"))
        self.warning.setObjectName("rules.warning")
        self.add(self.warning)
        self.proposal = ProposalCard("rules", self._confirm, self._withdraw)
        self.add(self.proposal)
        self._forms, self._forms_body = column(Space.L)
        self.add(self._forms)
        self.general = self._make_general()
        self.rules_card, self._rules, self.add_rule = self._make_list(
            _("Rules by amount and payee"), "shield-check", _("Write a rule"), "rules.add_rule"
        )
        self.limits_card, self._limits, self.add_limit = self._make_list(
            _("Limits of approvers"), "wallet", _("Set a limit"), "rules.add_limit"
        )
        self.delegations_card, self._delegations, self.add_delegation = self._make_list(
            _("Delegations"), "people", _("Hand over for a time"), "rules.add_delegation"
        )
        self.add_rule.activated.connect(self._write_rule)
        self.add_limit.activated.connect(self._write_limit)
        self.add_delegation.activated.connect(self._write_delegation)
        for card in (self.rules_card, self.general):
            self.add(card)
        self.simulation = self._make_simulation()
        for card in (self.limits_card, self.delegations_card, self.simulation):
            self.add_aside(card)
        self.back = SafeButton(_("Back to the team"))
        self.back.setObjectName("rules.back")
        self.back.activated.connect(self._leave)
        self.save = PrimaryButton(_("Propose these rules"))
        self.save.setObjectName("rules.save")
        self.save.activated.connect(self._save)
        self.set_actions(self.back, self.save)

    def attach(self, presenter: RulesPresenter) -> None:
        """Take the presenter and show its first state."""
        self._presenter = presenter
        self.destroyed.connect(presenter.close)
        presenter.start()

    # — parts —

    def _make_general(self) -> Card:
        card = Card(_("Where no rule applies"), icon="send")
        card.body.setSpacing(Space.M)
        self.approvals = SelectField(_("Approvals by different people"))
        self.approvals.setObjectName("rules.approvals")
        self.approvals.chosen.connect(self._choose_approvals)
        self._approvals_field = Field(_("Approvals by different people"), self.approvals)
        card.add(self._approvals_field)
        self.fixed = PlainLabel("")
        self.fixed.setObjectName("rules.approvals.fixed")
        card.add(self.fixed)
        self.own = PlainLabel("", Variant.MUTED)
        card.add(self.own)
        return card

    @staticmethod
    def _make_list(title: str, icon: str, add: str, name: str) -> tuple[Card, QVBoxLayout, QuietButton]:
        card = Card(title, icon=icon)
        holder, body = column()
        card.add(holder)
        button = QuietButton(add, icon="plus")
        button.setObjectName(name)
        reason = reason_label()
        button.show_reason_in(reason)
        card.add(reason)
        card.body.addWidget(button, 0, Qt.AlignmentFlag.AlignLeading)
        return card, body, button

    def _make_simulation(self) -> Card:
        card = Card(_("Try them out"), icon="history")
        card.add(PlainLabel(_("What would these rules have asked for last month? Nothing is changed."), Variant.MUTED))
        self.simulate = QuietButton(_("Simulate on last month"), icon="refresh")
        self.simulate.setObjectName("rules.simulate")
        self.simulate.activated.connect(self._simulate)
        card.body.addWidget(self.simulate, 0, Qt.AlignmentFlag.AlignLeading)
        holder, self._simulated = column()
        card.add(holder)
        return card

    # — showing —

    def show_state(self, state: RulesState) -> None:
        """Show the state."""
        before, self._shown = self._shown, state
        self.set_heading(state.heading, state.lead)
        self.show_work(state.busy, state.problem)
        asked = bool(state.asked)
        if before is None or before.warning != state.warning:
            self.warning.set_text(_("Somebody could send nothing"), state.warning)
            self.warning.setVisible(bool(state.warning))
        self.proposal.show_proposal(state.asked, state.asked_lines, state.effect)
        cards = (self.general, self.rules_card, self.limits_card, self.delegations_card, self.simulation)
        for card in cards:
            card.setVisible(not asked)
        writing = state.rule_form or state.limit_form or state.delegation_form
        self._forms.setVisible(not asked and writing is not None)
        self.approvals.set_options(state.approvals_options)
        self.approvals.set_value(state.approvals)
        words = _("{label}: {value}")
        fixed = words.format(label=self.approvals.accessibleName(), value=self.approvals.currentText())
        self.fixed.setText(fixed)
        self._approvals_field.setVisible(not state.blocked)  # who may change nothing reads it, and why in the lead
        self.fixed.setVisible(bool(state.blocked))
        self.own.setText(state.own_request)
        for button in (self.add_rule, self.add_limit, self.add_delegation):
            button.set_blocked(state.blocked)
        self.save.set_blocked(state.blocked or state.unchanged)
        self.save.setVisible(not asked)
        self._show_lines(state, before)
        self._show_forms(state, before)
        if before is None or before.simulated != state.simulated:
            empty(self._simulated)
            for place, line in enumerate(state.simulated):
                label = PlainLabel(line)
                label.setObjectName(f"rules.simulated.{place}")
                self._simulated.addWidget(label)
        if before is None or before.faults != state.faults:
            fields = self._fields()
            self.errors.show_errors([(fields[item.field], item.text) for item in state.faults if item.field in fields])
        if before is not None and bool(before.asked) != asked:
            self.focus_heading()

    def _show_lines(self, state: RulesState, before: RulesState | None) -> None:
        def show(body: QVBoxLayout, lines: Sequence[RuleLine], kind: str, nothing: str) -> None:
            empty(body)
            for place, line in enumerate(lines):
                if place:
                    body.addWidget(Divider())
                self._add_line(body, place, line, kind, fixed=bool(state.blocked))
            if not lines:
                body.addWidget(PlainLabel(nothing, Variant.MUTED))

        blocked = None if before is None else before.blocked
        if before is None or (before.rules, blocked) != (state.rules, state.blocked):
            show(self._rules, state.rules, "rule", _("No rule yet: what stands below holds for every payment."))
        if before is None or (before.limits, blocked) != (state.limits, state.blocked):
            show(self._limits, state.limits, "limit", _("Approvers have no limits."))
        if before is None or (before.delegations, blocked) != (state.delegations, state.blocked):
            show(self._delegations, state.delegations, "delegation", _("Nobody has handed over."))

    def _add_line(self, body: QVBoxLayout, place: int, line: RuleLine, kind: str, *, fixed: bool) -> None:
        label = PlainLabel(line.sentence)
        label.setObjectName(f"rules.{kind}.{place}")
        body.addLayout(titled(label, line.chip, line.tone))
        if fixed:
            return
        links = []
        if kind == "rule" and not line.dropped:
            change = LinkButton(_("Change"), name=_("Change: {rule}").format(rule=line.sentence))
            change.setObjectName(f"rules.{kind}.{place}.change")
            change.activated.connect(partial(self._change_rule, line.key))
            links.append(change)
        words = _("Keep it") if line.dropped else _("Drop it")
        drop = LinkButton(words, name=_("{action}: {rule}").format(action=words, rule=line.sentence))
        drop.setObjectName(f"rules.{kind}.{place}.drop")
        drop.activated.connect(partial(self._drop, kind, line.key))
        links.append(drop)
        body.addWidget(button_row(links))

    def _show_forms(self, state: RulesState, before: RulesState | None) -> None:
        if state.rule_form is not None:
            if self._rule_card is None:
                self._rule_card = RuleCard(self._leave_form, self._keep_rule, self._edit_rule)
                self._forms_body.addWidget(self._rule_card)
            anew = before is None or before.rule_form is None or before.rule_form.rule != state.rule_form.rule
            self._rule_card.fill(state.rule_form, state, anew=anew)
        if state.limit_form is not None:
            if self._limit_card is None:
                self._limit_card = LimitCard(self._leave_form, self._keep_limit)
                self._forms_body.addWidget(self._limit_card)
            self._limit_card.fill(state.limit_form, state, anew=before is None or before.limit_form is None)
        if state.delegation_form is not None:
            if self._delegation_card is None:
                card = DelegationCard(state.delegation_form.start, self._leave_form, self._keep_delegation)
                self._delegation_card = card
                self._forms_body.addWidget(card)
            new = before is None or before.delegation_form is None
            self._delegation_card.fill(state.delegation_form, state, anew=new)
        shown: tuple[tuple[Card | None, object], ...] = (
            (self._rule_card, state.rule_form),
            (self._limit_card, state.limit_form),
            (self._delegation_card, state.delegation_form),
        )
        for holder, form in shown:
            if holder is not None:
                opened = holder.isHidden() and form is not None
                holder.setVisible(form is not None)
                if opened:
                    self.scroll_to(holder)

    def _fields(self) -> dict[str, Field]:
        found: dict[str, Field] = {}
        for card in (self._rule_card, self._limit_card, self._delegation_card):
            if card is not None and not card.isHidden():
                found |= card.fields
        return found

    # — what the person does —

    def _choose_approvals(self, value: str) -> None:
        if self._presenter is not None:
            self._presenter.choose_approvals(value)

    def _write_rule(self) -> None:
        if self._presenter is not None:
            self._presenter.write_rule()

    def _write_limit(self) -> None:
        if self._presenter is not None:
            self._presenter.write_limit()

    def _write_delegation(self) -> None:
        if self._presenter is not None:
            self._presenter.write_delegation()

    def _change_rule(self, rule: str) -> None:
        if self._presenter is not None:
            self._presenter.write_rule(rule)

    def _drop(self, kind: str, key: str) -> None:
        if self._presenter is not None:
            self._presenter.drop(kind, key)

    def _edit_rule(self) -> None:
        state = self._shown
        if self._presenter is not None and self._rule_card is not None and state and state.rule_form:
            self._presenter.edit_rule(self._rule_card.form(state.rule_form.rule))

    def _keep_rule(self) -> None:
        state = self._shown
        if self._presenter is not None and self._rule_card is not None and state and state.rule_form:
            self._presenter.keep_rule(self._rule_card.form(state.rule_form.rule))

    def _keep_limit(self) -> None:
        if self._presenter is not None and self._limit_card is not None:
            self._presenter.keep_limit(self._limit_card.form())

    def _keep_delegation(self) -> None:
        if self._presenter is not None and self._delegation_card is not None:
            self._presenter.keep_delegation(self._delegation_card.form())

    def _leave_form(self) -> None:
        if self._presenter is not None:
            self._presenter.leave_form()

    def _simulate(self) -> None:
        if self._presenter is not None:
            self._presenter.simulate()

    def _save(self) -> None:
        if self._presenter is not None:
            self._presenter.save()

    def _confirm(self) -> None:
        if self._presenter is not None:
            self._presenter.propose()

    def _withdraw(self) -> None:
        if self._presenter is not None:
            self._presenter.withdraw()

    def _leave(self) -> None:
        if self._presenter is not None:
            self._presenter.leave()
