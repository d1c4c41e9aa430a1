"""Who has signed an order, what is missing, who can give it, and why this person can't: in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from countersign.application.ports.vault import Identity
from countersign.application.use_cases.hand_in_order import signed_here_alone
from countersign.domain.approval.progress import (
    ApprovalProgress,
    ApprovalStep,
    ConfirmationStep,
    confirmation_obstacle,
    obstacle,
    progress,
)
from countersign.domain.ledger.governance import Governance
from countersign.domain.ledger.order_record import Approval, Confirmation, OrderRecord, standing_approvals
from countersign.domain.ledger.rules import OrderKey, Rules
from countersign.presentation.error_texts import sentence
from countersign.presentation.inbox_words import either, together
from countersign.presentation.messages import _, ngettext
from countersign.presentation.rule_words import requirement_sentences

LATEST: Final[OrderKey] = (1 << 53, "", "", 0)
"""A place behind everything that is known."""


@dataclass(frozen=True, slots=True)
class Approvals:
    """How far an order's approval has come.

    Attributes:
        given: Persons who have signed.
        needed: Persons who have to, in all.
        signed: Their approvals.
        askable: Names of those who can give what is missing.
        rules: The rules that it meets, in sentences.
        missing: What is missing and who can give it, in sentences.
        blocked: Why this person can't sign, and who must; empty where they can.
        confirmed: What another device of the requester's signed, where a rule asks for that.
        may_confirm: Whether this device is such a one, and its confirmation is missing.
    """

    given: int
    needed: int
    signed: tuple[Approval, ...]
    askable: tuple[str, ...]
    rules: tuple[str, ...]
    missing: tuple[str, ...]
    blocked: str
    confirmed: tuple[Confirmation, ...] = ()
    may_confirm: bool = False

    @property
    def count(self) -> str:
        """How many of how many."""
        return _("{given} of {needed} approvals").format(given=self.given, needed=self.needed)


def is_shared(record: OrderRecord, rules: Rules) -> bool:
    """Tell whether an order is for others, or another device, to sign, and was handed in to them."""
    return bool(record.assessment_event) and not signed_here_alone(record, rules.governance)


def waits_here(record: OrderRecord, rules: Rules) -> bool:
    """Tell whether an order is listed where approvals are: one for others, or one of a list, also a lone payer's.

    Who pays alone reads a single order back and signs it where it was written; nobody does so with thousands.
    """
    return is_shared(record, rules) or bool(record.content.batch and record.assessment_event)


def name_of(governance: Governance, member: str) -> str:
    """Return a member's name."""
    return next((item.name for item in governance.members if item.member == member), _("somebody unknown"))


def approvals_of(record: OrderRecord, rules: Rules, me: Identity, at: int) -> Approvals:
    """Say how far an order's approval has come, and what can be done about it on this person's device."""
    member = me.member
    governance = rules.governance
    signed = standing_approvals(record, rules, LATEST, at)
    come = progress(record, rules, LATEST, at)
    given = len({item.member for item in signed})
    askable = tuple(name_of(governance, item) for item in come.may_sign if item != member)
    code = obstacle(record, governance, member, at)
    return Approvals(
        given=given,
        needed=given + _persons_missing(come),
        signed=signed,
        askable=askable,
        rules=requirement_sentences(record.requirement(governance)),
        missing=(*_missing(come, governance), *_unconfirmed(come, governance, me)),
        blocked=_blocked(code, askable) if code else "",
        confirmed=come.confirmation.given if come.confirmation else (),
        may_confirm=not confirmation_obstacle(record, governance, me.device, at),
    )


def signs_here(record: OrderRecord, governance: Governance, me: Identity, at: int) -> bool:
    """Tell whether an order waits for this person's approval, or for this device's confirmation."""
    approves = not obstacle(record, governance, me.member, at)
    return approves or not confirmation_obstacle(record, governance, me.device, at)


def _unconfirmed(come: ApprovalProgress, governance: Governance, me: Identity) -> tuple[str, ...]:
    step = come.confirmation
    return () if step is None or not step.wanted else (_confirmation_text(step, governance, me),)


def _confirmation_text(step: ConfirmationStep, governance: Governance, me: Identity) -> str:
    if me.device in step.devices:
        return _("A confirmation on another device: yours, on this one.")
    if step.member == me.member:
        if step.devices:
            return _("A confirmation on another device: yours. Open Approvals there.")
        return _(
            "A confirmation on another device: yours, and you have none that neither made it nor sends it. Add one on "
            "Team, on your own page."
        )
    name = name_of(governance, step.member)
    if step.devices:
        return _("A confirmation on another device: by {name}, who asked for it.").format(name=name)
    return _("A confirmation on another device: by {name}, who has none.").format(name=name)


def _persons_missing(come: ApprovalProgress) -> int:
    """Return how many more must sign: one signature may serve several rules, but only one need of each."""
    by_rule: dict[str, int] = {}
    for step in come.steps:
        by_rule[step.rule.rule] = by_rule.get(step.rule.rule, 0) + step.missing
    return max(by_rule.values(), default=0)


def _missing(come: ApprovalProgress, governance: Governance) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_step_text(step, governance) for step in come.steps if step.missing))


def _step_text(step: ApprovalStep, governance: Governance) -> str:
    names = [name_of(governance, item) for item in step.may_sign]
    who = ngettext("{count} more signature", "{count} more signatures", step.missing).format(count=step.missing)
    if step.need.group:
        who = ngettext("{count} more signature of {group}", "{count} more signatures of {group}", step.missing).format(
            count=step.missing, group=step.need.group
        )
    if step.missing > len(names):
        return _("{what}: nobody is left who can give it. Change the rules, or return it.").format(what=who)
    joined = together(names) if step.missing == len(names) else either(names)
    if step.waits:
        return _("{what}, once the others have signed: {names}.").format(what=who, names=joined)
    return _("{what}: {names}.").format(what=who, names=joined)


def _blocked(code: str, askable: Sequence[str]) -> str:
    names = either(askable)
    if code == "approval.own_request":
        return _("You requested this; ask {names}.").format(names=names)
    if code == "approval.twice":
        return _("You signed this already; it waits for {names}.").format(names=names)
    if askable and code in {"approval.no_authority", "approval.out_of_order", "approval.not_needed"}:
        return _("{reason} Ask {names}.").format(reason=sentence(code), names=names)
    return sentence(code)
