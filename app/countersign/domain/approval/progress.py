"""How far an order's approval has come, who may still act, and what keeps somebody from signing: for screens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from countersign.domain.approval.confirmation import Confirmation, device_fault
from countersign.domain.approval.judgement import judge_approval, judge_confirmation
from countersign.domain.approval.limits import Spent, nothing_spent
from countersign.domain.approval.rule import ApprovalRule, Need
from countersign.domain.approval.signature import Approval, fill, is_met
from countersign.domain.ledger.governance import Governance
from countersign.domain.ledger.order_record import OrderRecord, standing_confirmations, standing_under
from countersign.domain.ledger.rules import OrderKey, Rules
from countersign.domain.order_state import OrderState

_NOT_YET: Final = "not yet assessed"


@dataclass(frozen=True, slots=True)
class ApprovalStep:
    """One need of one rule that the order must meet.

    Attributes:
        rule: The rule; named ``DEFAULT_RULE`` where the policy's own count holds.
        need: Which signatures, and how many.
        signed: The approvals that fill it, in folding order.
        missing: How many are still missing.
        may_sign: The members whose signature would fill it, or would once it is its turn.
        waits: Whether an earlier need of an ordered rule comes first.
    """

    rule: ApprovalRule
    need: Need
    signed: tuple[Approval, ...]
    missing: int
    may_sign: tuple[str, ...]
    waits: bool


@dataclass(frozen=True, slots=True)
class ConfirmationStep:
    """That whoever asked confirms it on another device of theirs.

    Attributes:
        member: Who asked.
        given: The confirmations that count.
        devices: While one is wanted: the devices of theirs that could give it.
        again: Whether one is wanted though one counts: everything is there by now, but came together at no event, as
            where an access that had lapsed was renewed. Only a signature moves an order on, and no approval is wanted.
    """

    member: str
    given: tuple[Confirmation, ...]
    devices: tuple[str, ...]
    again: bool = False

    @property
    def wanted(self) -> bool:
        """Whether another device of theirs has still to confirm it."""
        return self.again or not self.given


@dataclass(frozen=True, slots=True)
class ApprovalProgress:
    """All steps of an order's approval; ``confirmation`` is None where no rule asks for one."""

    steps: tuple[ApprovalStep, ...]
    confirmation: ConfirmationStep | None = None

    @property
    def met(self) -> bool:
        """Whether nothing is missing."""
        return not self.wants_confirmation and not any(step.missing for step in self.steps)

    @property
    def wants_confirmation(self) -> bool:
        """Whether another device of the requester's has still to confirm it."""
        return self.confirmation is not None and self.confirmation.wanted

    @property
    def may_sign(self) -> tuple[str, ...]:
        """The members who may sign now, in the order of governance."""
        return tuple(dict.fromkeys(member for step in self.steps if not step.waits for member in step.may_sign))

    @property
    def lacks_device(self) -> bool:
        """Whether another device of the requester's must confirm it, and they have none."""
        asked = self.confirmation
        return asked is not None and asked.wanted and not asked.devices

    @property
    def stuck(self) -> bool:
        """Whether more is missing somewhere than anybody is left to give."""
        return any(step.missing > len(step.may_sign) for step in self.steps)


def progress(record: OrderRecord, rules: Rules, place: OrderKey, at: int) -> ApprovalProgress:
    """Tell how far an order's approval has come at a place and a time. Daily limits are left out of it.

    Args:
        record: The order.
        rules: Governance.
        place: Where it is asked: the place of an event, or one behind all.
        at: Milliseconds since the epoch.
    """
    governance = rules.governance_before(place)
    return progress_under(record, governance, at)


def progress_under(record: OrderRecord, governance: Governance, at: int) -> ApprovalProgress:
    """Tell how far an order's approval has come in an epoch."""
    asked = replace(record, assessment_event=record.assessment_event or _NOT_YET)
    standing = standing_under(asked, governance, at)
    able = [_signature(asked, governance, item.member, at, nothing_spent) for item in governance.members]
    able = [item for item in able if item.fault in {"", "approval.out_of_order"}]
    steps: list[ApprovalStep] = []
    for rule in record.requirement(governance).rules:
        now, waits = fill(rule, standing), False
        for at_need, need in enumerate(rule.needs):
            signed = now[at_need]
            missing = need.count - len(signed)
            later = [item for item in able if item.fits(need.group)]
            would = [item for item in able if len(fill(rule, (*standing, item))[at_need]) > len(signed)]
            may_sign = tuple(item.member for item in (later if waits else would)) if missing else ()
            steps.append(ApprovalStep(rule, need, signed, missing, may_sign, waits=waits and missing > 0))
            waits = waits or (rule.ordered and missing > 0)
    return ApprovalProgress(tuple(steps), _confirmation(record, governance, at))


def _confirmation(record: OrderRecord, governance: Governance, at: int) -> ConfirmationStep | None:
    if not record.requirement(governance).second_device:
        return None
    member, given = record.content.requester, standing_confirmations(record, governance, at)
    again = bool(given) and _waits_for_nothing(record, governance, at)
    devices = tuple(
        item.device
        for item in governance.devices
        if (again or not given)
        and not item.closed
        and not device_fault(governance, item.device, member, record.used_devices, at)
    )
    return ConfirmationStep(member, given, devices, again)


def _waits_for_nothing(record: OrderRecord, governance: Governance, at: int) -> bool:
    """Tell whether all approvals are there and the order is none the less not approved."""
    met = is_met(record.requirement(governance), standing_under(record, governance, at))
    return met and record.state is OrderState.PREPARED


def confirmation_obstacle(record: OrderRecord, governance: Governance, device: str, at: int) -> str:
    """Return why a device's confirmation would not count now, or isn't wanted: a code; empty if it would.

    Args:
        record: The order.
        governance: The epoch in force.
        device: Which device asks.
        at: Milliseconds since the epoch.
    """
    if not record.assessment_event:
        return "approval.not_assessed"
    claimed = Confirmation(
        "", device, record.digest, governance.epoch, record.assessment_event, expires_at=at + 1, at=at
    )
    fault = judge_confirmation(record, claimed, governance, governance).fault
    given = not fault and bool(standing_confirmations(record, governance, at))
    return "confirmation.given" if given and not _waits_for_nothing(record, governance, at) else fault


def obstacle(record: OrderRecord, governance: Governance, member: str, at: int, spent: Spent = nothing_spent) -> str:
    """Return why a member's signature would not count now: a code, such as ``approval.own_request``; empty if it would.

    Args:
        record: The order.
        governance: The epoch in force.
        member: Who asks.
        at: Milliseconds since the epoch.
        spent: What was approved before, for daily limits; asked with an empty event: by all that is known.
    """
    if not record.assessment_event:
        return "approval.not_assessed"
    return _signature(record, governance, member, at, spent).fault


def _signature(record: OrderRecord, governance: Governance, member: str, at: int, spent: Spent) -> Approval:
    """Judge the signature that a member would give with one of their devices, knowing all that is known here."""
    device = next((item.device for item in governance.devices if item.member == member and item.holds_at(at)), "")
    claimed = Approval(
        event="",
        member=member,
        digest=record.digest,
        epoch=governance.epoch,
        assessment=record.assessment_event,
        expires_at=at + 1,
        device=device,
        names=tuple(item.event for item in standing_under(record, governance, at)),
    )
    return judge_approval(record, claimed, governance, governance, at, spent)
