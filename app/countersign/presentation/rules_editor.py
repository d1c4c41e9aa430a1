"""The approval rules as sentences: write them, try them out on last month, and propose them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from countersign.application.flows.script import Script, on_read, on_vault
from countersign.application.ports.clock import new_identifier
from countersign.application.ports.vault import AccountRow
from countersign.application.session import Session
from countersign.application.use_cases.change_governance import next_state, propose_change
from countersign.domain.approval.rule import ApprovalRule, Delegation, SignatoryLimit
from countersign.domain.ledger.governance import Governance
from countersign.domain.policy import Policy
from countersign.presentation.messages import _
from countersign.presentation.rule_words import delegation_sentence, limit_sentence, one_device_warning, rule_sentence
from countersign.presentation.rules_editor_forms import (
    account_options,
    approver_options,
    count_options,
    currency_options,
    delegation_of,
    form_of,
    group_options,
    kind_options,
    limit_of,
    payee_options,
    rule_of,
)
from countersign.presentation.rules_editor_state import (
    DelegationForm,
    LimitForm,
    RuleForm,
    RuleLine,
    RulesState,
    RulesView,
)
from countersign.presentation.rules_simulation import simulate_last_month
from countersign.presentation.team_changes import change_sentences
from countersign.presentation.team_desk import Picture, Work, effect_text, may_not_change, picture_of
from countersign.presentation.team_state import TeamNavigate
from countersign.presentation.team_words import day_iso, name_of
from countersign.presentation.transfer_desk import Fault

T = TypeVar("T")


class RulesPresenter:
    """Keeps the rules as they are written, until they are proposed."""

    def __init__(self, session: Session, view: RulesView, go: TeamNavigate) -> None:
        self._session, self._view, self._go = session, view, go
        self._work = Work(session, self._render)
        self._picture: Picture | None = None
        self._policy: Policy | None = None
        self._accounts: Sequence[AccountRow] = ()
        self._rule_form: RuleForm | None = None
        self._limit_form: LimitForm | None = None
        self._delegation_form: DelegationForm | None = None
        self._faults: tuple[Fault, ...] = ()
        self._simulated: tuple[str, ...] = ()
        self._asked: Governance | None = None

    def start(self) -> None:
        """Show the page."""
        self._render()
        self._work.run(self._reading(), "", self._known)

    def close(self) -> None:
        """Show nothing any more."""
        self._work.closed = True

    def _reading(self) -> Script[tuple[Picture, Sequence[AccountRow]]]:
        picture = yield from on_vault(partial(picture_of, self._session))
        return picture, (yield from on_read(self._session.reader.accounts))

    def _known(self, found: tuple[Picture, Sequence[AccountRow]]) -> None:
        self._picture, self._accounts = found
        self._policy = self._picture.governance.policy

    # — writing —

    def choose_approvals(self, count: str) -> None:
        """Say how many people approve a payment to which no rule applies."""
        policy, picture = self._policy, self._picture
        if policy is None or picture is None:
            return
        number = int(count)
        # With one approver only, that person's own approval counts; with two needed, nobody's does.
        own = policy.requester_may_approve and number == 1
        self._put(replace(policy, approvals=number, requester_may_approve=own))

    def write_rule(self, rule: str = "") -> None:
        """Write a new rule, or change one."""
        policy = self._policy
        known = next((item for item in policy.rules if item.rule == rule), None) if policy else None
        self._leave_forms()
        # Where a rule applies, the policy's own count holds no more: a new one begins with no less.
        self._rule_form = form_of(known) if known else RuleForm(count=str(policy.approvals) if policy else "2")
        self._render()

    def edit_rule(self, form: RuleForm) -> None:
        """Take the rule as it is written, and say it as a sentence."""
        self._rule_form = form
        self._render()

    def keep_rule(self, form: RuleForm) -> None:
        """Take the rule in; nothing is in force before it is proposed and signed."""
        policy, picture = self._policy, self._picture
        if policy is None or picture is None:
            return
        self._rule_form = form
        known = next((item for item in policy.rules if item.rule == form.rule), None)
        name = form.rule or new_identifier(self._session.entropy)
        found = rule_of(form, name, picture.governance)
        if not isinstance(found, ApprovalRule):
            self._faults = found
            self._render()
            return
        rules = tuple(found if item.rule == name else item for item in policy.rules)
        self._leave_forms()
        self._put(replace(policy, rules=rules if known else (*rules, found)))

    def write_limit(self) -> None:
        """Write a limit of one approver."""
        self._leave_forms()
        people = approver_options(self._picture.governance) if self._picture else ()
        self._limit_form = LimitForm(member=people[0][0] if people else "")
        self._render()

    def keep_limit(self, form: LimitForm) -> None:
        """Take the limit in; it replaces the one that this approver has in this currency."""
        policy = self._policy
        if policy is None:
            return
        found = limit_of(form)
        if not isinstance(found, SignatoryLimit):
            self._faults = found
            self._render()
            return
        kept = tuple(item for item in policy.limits if _limit_key(item) != _limit_key(found))
        self._leave_forms()
        self._put(replace(policy, limits=(*kept, found)))

    def write_delegation(self) -> None:
        """Write a delegation."""
        self._leave_forms()
        now = self._session.clock.now_ms()
        people = approver_options(self._picture.governance) if self._picture else ()
        names = [value for value, _name in people]
        self._delegation_form = DelegationForm(
            giver=names[0] if names else "",
            taker=names[1] if len(names) > 1 else "",
            start=day_iso(now, self._session.zone),
            end=day_iso(now, self._session.zone),
        )
        self._render()

    def keep_delegation(self, form: DelegationForm) -> None:
        """Take the delegation in."""
        policy = self._policy
        if policy is None:
            return
        found = delegation_of(form, self._session.zone, self._session.clock.now_ms())
        if not isinstance(found, Delegation):
            self._faults = found
            self._render()
            return
        self._leave_forms()
        self._put(replace(policy, delegations=(*policy.delegations, found)))

    def leave_form(self) -> None:
        """Leave what is being written."""
        self._leave_forms()
        self._render()

    def drop(self, kind: str, key: str) -> None:
        """Drop a rule, a limit or a delegation; or keep it after all."""
        policy, picture = self._policy, self._picture
        if policy is None or picture is None:
            return
        before = picture.governance.policy
        if kind == "rule":
            dropped = tuple(item for item in policy.rules if item.rule != key)
            back = tuple(item for item in before.rules if item.rule == key)
            self._put(replace(policy, rules=dropped if len(dropped) < len(policy.rules) else (*dropped, *back)))
        elif kind == "limit":
            left = tuple(item for item in policy.limits if _limit_key(item) != key)
            again = tuple(item for item in before.limits if _limit_key(item) == key)
            self._put(replace(policy, limits=left if len(left) < len(policy.limits) else (*left, *again)))
        else:
            rest = tuple(item for item in policy.delegations if _delegation_key(item) != key)
            given = tuple(item for item in before.delegations if _delegation_key(item) == key)
            keep = rest if len(rest) < len(policy.delegations) else (*rest, *given)
            self._put(replace(policy, delegations=keep))

    def _put(self, policy: Policy) -> None:
        self._policy, self._simulated, self._faults = policy, (), ()
        self._render()

    def _leave_forms(self) -> None:
        self._rule_form, self._limit_form, self._delegation_form, self._faults = None, None, None, ()

    # — trying them out, and proposing them —

    def simulate(self) -> None:
        """Say what the rules as written would have asked for last month."""
        policy, picture = self._policy, self._picture
        if policy is None or picture is None:
            return

        def done(lines: tuple[str, ...]) -> None:
            self._simulated = lines

        self._work.run(
            on_read(partial(simulate_last_month, self._session, picture.governance, policy)),
            _("Looking at last month"),
            done,
        )

    def save(self) -> None:
        """Read the change back before it is signed."""
        picture, policy = self._picture, self._policy
        if picture is not None and policy is not None:
            self._leave_forms()
            self._asked = next_state(picture.rules, policy=policy)
            self._render()

    def withdraw(self) -> None:
        """Go on writing."""
        self._asked = None
        self._render()

    def propose(self) -> None:
        """Sign the rules and propose them."""
        asked, session = self._asked, self._session
        if asked is None:
            return

        def script() -> Script[None]:
            yield from on_vault(partial(propose_change, session.sharing.vault, session.sharing.verify, asked))
            session.sharing.tell_others()

        def done(_none: None) -> None:
            self._go.open_team()

        self._work.run(script(), _("Signing the change"), done)

    def leave(self) -> None:
        """Go back to the team."""
        self._go.open_team()

    # — showing —

    def _render(self) -> None:
        picture, policy, work = self._picture, self._policy, self._work
        heading = _("Approval rules")
        lead = _("Who must approve which payment. A change is signed by others before it holds.")
        if picture is None or policy is None:
            self._view.show_state(RulesState(heading, lead, busy=work.busy, problem=work.problem))
            return
        state, before, session = picture.governance, picture.governance.policy, self._session
        blocked = may_not_change(session, state)
        name = partial(name_of, state)
        asked = self._asked
        self._view.show_state(
            RulesState(
                heading=heading,
                lead=" ".join(filter(None, (lead, blocked))),
                approvals=str(policy.approvals),
                approvals_options=count_options(policy.approvals)[1:],
                own_request=_own_request(policy),
                rules=_lines(before.rules, policy.rules, lambda item: (item.rule, rule_sentence(item))),
                limits=_lines(
                    before.limits, policy.limits, lambda item: (_limit_key(item), limit_sentence(item, name))
                ),
                delegations=_lines(
                    before.delegations,
                    policy.delegations,
                    lambda item: (_delegation_key(item), delegation_sentence(item, name, session.zone)),
                ),
                rule_form=self._rule_form,
                limit_form=self._limit_form,
                delegation_form=self._delegation_form,
                currencies=currency_options(),
                payees=payee_options(),
                kinds=kind_options(),
                accounts=account_options(self._accounts, policy),
                counts=count_options(policy.approvals),
                groups=group_options(state),
                people=approver_options(state),
                preview=self._preview(state),
                warning="" if asked else self._warning(state),
                simulated=self._simulated,
                blocked=blocked,
                unchanged=_("Nothing differs from the rules that hold now.") if policy == before else "",
                asked=_("Propose these rules?") if asked else "",
                asked_lines=change_sentences(state, asked, session.zone) if asked else (),
                effect=effect_text(session, picture, asked) if asked else "",
                faults=self._faults,
                busy=work.busy,
                problem=work.problem,
            )
        )

    def _preview(self, state: Governance) -> str:
        if self._rule_form is None:
            return ""
        found = rule_of(self._rule_form, "preview", state)
        return rule_sentence(found) if isinstance(found, ApprovalRule) else ""

    def _warning(self, state: Governance) -> str:
        """Warn of all rules as they are written, the one in the form among them; the question says it once more."""
        written = rule_of(self._rule_form, "preview", state) if self._rule_form else ()
        rules = self._policy.rules if self._policy else ()
        return one_device_warning((*rules, *((written,) if isinstance(written, ApprovalRule) else ())), state)


def _lines(before: Sequence[T], after: Sequence[T], words: Callable[[T], tuple[str, str]]) -> tuple[RuleLine, ...]:
    """List what holds and what is written; what is new or drops out says so."""
    found = []
    for item in after:
        key, text = words(item)
        chip = "" if item in before else _("New")
        found.append(RuleLine(key, text, chip))
    kept = {line.key for line in found}
    for item in before:
        key, text = words(item)
        if key not in kept:
            found.append(RuleLine(key, text, _("Drops out"), "warn", dropped=True))
    return tuple(found)


def _limit_key(limit: SignatoryLimit) -> str:
    return f"{limit.member}.{limit.currency}"


def _delegation_key(delegation: Delegation) -> str:
    return f"{delegation.from_member}.{delegation.to_member}.{delegation.starts_at}.{delegation.ends_at}"


def _own_request(policy: Policy) -> str:
    if policy.requester_may_approve:
        return _("There is one approver, whose own requests count as approved by signing them.")
    return _("Nobody approves their own request, whatever device or name they use.")
