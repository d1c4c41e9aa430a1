"""Judging one more signature: whether it counts, and the code of what is wrong where it does not.

The fold judges every approval and confirmation by it, and ``progress`` asks it of signatures that nobody gave yet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from countersign.domain.approval.authority import authorities, basis_of
from countersign.domain.approval.confirmation import Confirmation, device_fault
from countersign.domain.approval.limits import Spent, day_of, nothing_spent
from countersign.domain.approval.requirement import Requirement
from countersign.domain.approval.signature import Approval, fill, filled, is_met
from countersign.domain.ledger.governance import Governance
from countersign.domain.ledger.order_record import OrderRecord, is_own_request, repeats, standing_under
from countersign.domain.order_state import OrderState

_OPEN = frozenset({OrderState.PREPARED, OrderState.APPROVED})


@dataclass(frozen=True, slots=True)
class _Case:
    """What a signature is judged against."""

    record: OrderRecord
    governance: Governance
    given: Governance  # the epoch that the signer names
    required: Requirement
    standing: tuple[Approval, ...]
    at: int
    spent: Spent


def judge_approval(
    record: OrderRecord,
    claimed: Approval,
    governance: Governance,
    given: Governance | None,
    at: int,
    spent: Spent = nothing_spent,
) -> Approval:
    """Return a signature with its authority and basis, and with its fault where it does not count.

    Args:
        record: The order before it.
        claimed: What the event says.
        governance: The epoch in force.
        given: The epoch that the signer names; None where there is no such one.
        at: The signature's time, milliseconds since the epoch.
        spent: What was approved before, for daily limits.
    """
    named = given or governance
    standing = standing_under(record, governance, at)
    case = _Case(record, governance, named, record.requirement(governance), standing, at, spent)
    device, signer = governance.device(claimed.device), governance.member(claimed.member)
    before = {
        "approval.unknown_device": device is None or device.closed or signer is None,
        "approval.device_expired": device is not None and device.is_expired(at),
        "approval.access_lapsed": signer is not None and not signer.has_access(at),
        "approval.no_authority": not authorities(governance, claimed.member, at),
    }
    fault = next((code for code, found in before.items() if found), "")
    if fault:
        return replace(claimed, fault=fault)
    judged = []
    for authority in authorities(governance, claimed.member, at):
        basis = basis_of(named, record.content, record.standing, authority)
        judged.append(_judged(case, replace(claimed, authority=authority, basis=basis), known=given is not None))
    return next((item for item in judged if not item.fault), judged[0])


def judge_confirmation(
    record: OrderRecord, claimed: Confirmation, governance: Governance, given: Governance | None
) -> Confirmation:
    """Return the requester's word from another device with its terms, and with its fault where it does not count.

    It is judged like an approval where both are asked the same: digest, assessment, epoch, expiry, a hard stop. No
    approval is looked at, so that neither changes what the other is worth.

    Args:
        record: The order before it.
        claimed: What the event says.
        governance: The epoch in force.
        given: The epoch that the device names; None where there is no such one.
    """
    device, at, now = governance.device(claimed.device), claimed.at, record.requirement(governance)
    terms = record.requirement(given or governance).terms
    barred = device_fault(governance, claimed.device, record.content.requester, record.used_devices, at)
    if device is None or device.closed:
        barred = "confirmation.unknown_device"
    faults = {
        "confirmation.not_asked": not now.second_device,
        "confirmation.other_digest": claimed.digest != record.digest,
        "confirmation.other_assessment": claimed.assessment != record.assessment_event or not claimed.assessment,
        "confirmation.other_epoch": given is None or claimed.epoch > governance.epoch or terms != now.terms,
        "confirmation.expired": claimed.expires_at <= at,
        "confirmation.too_late": record.state not in _OPEN,
        "confirmation.hard_stop": bool(record.assessment and record.assessment.get("stops")),
    }
    fault = barred or next((code for code, found in faults.items() if found), "")
    return replace(claimed, terms=terms, fault=fault)


def _judged(case: _Case, approval: Approval, *, known: bool) -> Approval:
    record, governance = case.record, case.governance
    now = basis_of(governance, record.content, record.standing, approval.authority)
    faults = {
        "approval.other_digest": approval.digest != record.digest,
        "approval.other_assessment": approval.assessment != record.assessment_event or not approval.assessment,
        "approval.other_epoch": not known or approval.epoch > governance.epoch or approval.basis != now,
        "approval.own_request": not governance.approves_own and is_own_request(record, governance, approval),
        "approval.over_limit": _over_limit(case, approval),
        "approval.twice": repeats(approval, case.standing, governance),
        "approval.expired": approval.expires_at <= case.at,
        "approval.too_late": is_met(case.required, case.standing) or record.state not in _OPEN,
        "approval.hard_stop": bool(record.assessment and record.assessment.get("stops")),
    }
    fault = next((code for code, found in faults.items() if found), "")
    fault = fault or _useless(case, approval) or _over_day(case, approval)
    return replace(approval, fault=fault)


def _over_limit(case: _Case, approval: Approval) -> bool:
    limit = approval.basis.limit if approval.basis else None
    return limit is not None and 0 < limit.order_minor < case.record.content.payment.instructed_amount.minor


def _over_day(case: _Case, approval: Approval) -> str:
    """Asked last: only what would count otherwise is worth summing up a day for."""
    limit = approval.basis.limit if approval.basis else None
    if limit is None or not limit.day_minor:
        return ""
    amount = case.record.content.payment.instructed_amount
    before = case.spent(approval.authority, amount.currency, day_of(case.at), approval.event)
    return "approval.over_daily_limit" if before + amount.minor > limit.day_minor else ""


def _useless(case: _Case, approval: Approval) -> str:
    """Tell why a signature fills no need: it came before its turn, or nobody needs it."""
    if filled(case.required, (*case.standing, approval)) > filled(case.required, case.standing):
        return ""
    early = any(
        sum(map(len, fill(loose, (*case.standing, approval)))) > sum(map(len, fill(loose, case.standing)))
        for loose in (replace(rule, ordered=False) for rule in case.required.rules if rule.ordered)
    )
    return "approval.out_of_order" if early else "approval.not_needed"
