"""Approval rules, limits, delegations and what an order requires, as plain sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo

from countersign.domain.approval.progress import ApprovalProgress, ApprovalStep, ConfirmationStep
from countersign.domain.approval.requirement import Requirement
from countersign.domain.approval.rule import (
    DEFAULT_RULE,
    ApprovalRule,
    Delegation,
    Need,
    OrderKind,
    PayeeStanding,
    SignatoryLimit,
)
from countersign.domain.ledger.governance import Governance, Role
from countersign.domain.money import Money
from countersign.domain.policy import Policy
from countersign.presentation.formats import iban_text, isolate, money_text, time_text
from countersign.presentation.messages import _, language, ngettext

_TWO = 2
NameOf = Callable[[str], str]
"""A member's name, ready for a sentence, by their identifier."""


def policy_sentences(policy: Policy, name: NameOf, zone: tzinfo) -> tuple[str, ...]:
    """Say a whole policy, sentence by sentence: rules first, then whose signature carries how much, then stand-ins."""
    own = (
        _("Whoever asks for a payment may approve it: nobody else signs here.")
        if policy.requester_may_approve
        else _("Nobody approves what they asked for.")
    )
    return (
        *(rule_sentence(item) for item in policy.rules),
        default_sentence(policy),
        own,
        *(limit_sentence(item, name) for item in policy.limits),
        *(delegation_sentence(item, name, zone) for item in policy.delegations),
    )


def default_sentence(policy: Policy) -> str:
    """Say how many approve where no rule applies."""
    count = policy.approvals
    if policy.rules:
        text = ngettext(
            "Where no rule applies, {count} person must approve.",
            "Where no rule applies, {count} people must approve.",
            count,
        )
    else:
        text = ngettext(
            "For every payment, {count} person must approve.", "For every payment, {count} people must approve.", count
        )
    return text.format(count=count)


def rule_sentence(rule: ApprovalRule) -> str:
    """Say one rule: "Above EUR 50,000.00, 2 of Finance must approve, one after the other."."""
    if rule.second_device:
        text = _("{when}, {who} must approve, and whoever asks confirms on another device of theirs.")
        if rule.ordered:
            text = _(
                "{when}, {who} must approve, one after the other, and whoever asks confirms on another device of "
                "theirs."
            )
        return text.format(when=_when(rule), who=_who(rule.needs, ordered=rule.ordered))
    text = _("{when}, {who} must approve, one after the other.") if rule.ordered else _("{when}, {who} must approve.")
    return text.format(when=_when(rule), who=_who(rule.needs, ordered=rule.ordered))


def requirement_sentences(required: Requirement) -> tuple[str, ...]:
    """Say what one order requires: each rule that applies to it."""
    return tuple(_required(rule) for rule in required.rules)


def _required(rule: ApprovalRule) -> str:
    if rule.rule != DEFAULT_RULE:
        return rule_sentence(rule)
    count = sum(need.count for need in rule.needs)
    return ngettext("{count} person must approve.", "{count} people must approve.", count).format(count=count)


def limit_sentence(limit: SignatoryLimit, name: NameOf) -> str:
    """Say how much a member's signature carries."""
    who = name(limit.member)
    order, day = (_amount(limit.currency, minor) for minor in (limit.order_minor, limit.day_minor))
    if not limit.day_minor:
        return _("{name} approves single payments up to {amount}.").format(name=who, amount=order)
    if not limit.order_minor:
        return _("{name} approves up to {amount} a day (UTC).").format(name=who, amount=day)
    text = _("{name} approves single payments up to {amount}, and up to {day} a day (UTC).")
    return text.format(name=who, amount=order, day=day)


def delegation_sentence(delegation: Delegation, name: NameOf, zone: tzinfo) -> str:
    """Say who may sign with another's authority, and until when."""
    starts, ends = (isolate(time_text(at, str(zone), language())) for at in (delegation.starts_at, delegation.ends_at))
    text = _("{delegate} may sign in place of {name}, from {start} until {end}.")
    return text.format(delegate=name(delegation.to_member), name=name(delegation.from_member), start=starts, end=ends)


def progress_sentences(come: ApprovalProgress, name: NameOf) -> tuple[str, ...]:
    """Say how far an order's approval has come, need by need."""
    steps = tuple(step_sentence(step, name) for step in come.steps)
    return steps if come.confirmation is None else (*steps, confirmation_sentence(come.confirmation, name))


def confirmation_sentence(step: ConfirmationStep, name: NameOf) -> str:
    """Say whether whoever asked has confirmed it on another device of theirs."""
    who = name(step.member)
    if not step.wanted:
        return _("{name} confirmed it on another device of theirs.").format(name=who)
    if step.again and step.devices:
        text = _("{name} has to confirm it once more on another device: not all that was signed held at one time.")
        return text.format(name=who)
    if step.devices:
        return _("{name} has still to confirm it on another device of theirs.").format(name=who)
    return _("{name} must confirm it on another device of theirs, and has none.").format(name=who)


def one_device_warning(rules: Sequence[ApprovalRule], state: Governance) -> str:
    """Warn where a rule asks for another device of people who have only one; empty where nobody lacks one."""
    asking = [item for item in state.members if Role.REQUESTER in item.roles]
    open_devices = [item.member for item in state.devices if not item.closed]
    lacking = [isolate(item.name) for item in asking if open_devices.count(item.member) < _TWO]
    if not lacking or not any(rule.second_device for rule in rules):
        return ""
    return ngettext(
        "{names} has only one device: what they ask for under such a rule could not be sent. First add another one: on "
        "Team, open their page and choose “Add another device”.",
        "{names} have only one device each: what they ask for under such a rule could not be sent. First add another "
        "one for each: on Team, open their page and choose “Add another device”.",
        len(lacking),
    ).format(names=_row(lacking))


def step_sentence(step: ApprovalStep, name: NameOf) -> str:
    """Say who has signed for one need, what is missing, and who can give it."""
    who = _who((step.need,), ordered=False)
    signed = _row([name(item.member) for item in step.signed])
    if not step.missing:
        return _("{who}: signed by {names}.").format(who=who, names=signed)
    able = [name(item) for item in step.may_sign]
    given = _("{who}: {given} signed.").format(who=who, given=len(step.signed))
    if len(able) < step.missing:
        return _("{given} Nobody is left who could give what is missing.").format(given=given)
    if step.waits:
        return _("{given} Next, once it is their turn: {names}.").format(given=given, names=_choice(able))
    if len(able) == step.missing:
        return _("{given} Still to sign: {names}.").format(given=given, names=_row(able))
    return _("{given} Who can sign: {names}.").format(given=given, names=_choice(able))


def _amount(currency: str, minor: int) -> str:
    return isolate(money_text(Money(minor, currency), language()))


def _when(rule: ApprovalRule) -> str:
    found = []
    if rule.currency and rule.above_minor:
        found.append(_("Above {amount}").format(amount=_amount(rule.currency, rule.above_minor)))
    elif rule.currency:
        found.append(_("For every payment in {currency}").format(currency=isolate(rule.currency)))
    else:
        found.append(_("For every payment"))
    payees = {
        PayeeStanding.NEW: _("a new payee"),
        PayeeStanding.CHANGED: _("a payee whose details changed"),
        PayeeStanding.STANDING: _("a payee known for 30 days"),
    }
    if rule.payees:
        found.append(_("to {payees}").format(payees=_choice([payees[item] for item in rule.payees])))
    if rule.accounts:
        found.append(
            _("from {accounts}").format(accounts=_choice([isolate(iban_text(item)) for item in rule.accounts]))
        )
    if rule.kinds == (OrderKind.BATCH,):  # one for single payments holds for all
        found.append(_("made in a batch"))
    return _(", ").join(found)


def _who(needs: Sequence[Need], *, ordered: bool) -> str:
    parts = [
        _("{count} of {group}").format(count=need.count, group=isolate(need.group))
        if need.group
        else ngettext("{count} approver", "{count} approvers", need.count).format(count=need.count)
        for need in needs
    ]
    return (_(", then ") if ordered else _(" and ")).join(parts)


def _choice(names: Sequence[str]) -> str:
    return _joined(names, _("{names} or {last}"))


def _row(names: Sequence[str]) -> str:
    return _joined(names, _("{names} and {last}"))


def _joined(names: Sequence[str], pattern: str) -> str:
    several = len(names) > 1
    return pattern.format(names=_(", ").join(names[:-1]), last=names[-1]) if several else "".join(names)
