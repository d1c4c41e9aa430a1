"""Who may say what about an order: a person's role, access and device, and the one device that sends (LEDGER 12)."""

from __future__ import annotations

from typing import Final

from countersign.domain.approval.authority import authorities
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.authors import acting_member
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import Governance
from countersign.domain.ledger.members import Member, Role
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import Rules

REJECTED: Final = "rejected."
"""Reasons of an approver who says no begin with this; reasons to return it for repair with ``repair.``."""

_SENDER_KINDS = frozenset(
    {
        kinds.ORDER_INITIATED,
        kinds.ORDER_START_INTENDED,
        kinds.ORDER_AUTHORISATION_STARTED,
        kinds.ORDER_ANSWER_INTENDED,
        kinds.ORDER_ANSWER_REFUSED,
        kinds.ORDER_ABANDONED,
        kinds.ORDER_CALL_OFF_INTENDED,
        kinds.ORDER_CANCELLATION_INTENDED,
        kinds.ORDER_CANCELLATION_REFUSED,
        kinds.ORDER_HANDED_OVER,
        kinds.ORDER_RECALL_WRITTEN,
        kinds.ORDER_TYING_INTENDED,
        kinds.ORDER_TIED,
        kinds.ORDER_UNTIED,
    }
)
_FURTHER_SIGNATURES = frozenset(
    {kinds.ORDER_SIGNING_START_INTENDED, kinds.ORDER_SIGNING_STARTED, kinds.ORDER_SIGNING_INTENDED}
)
_JUDGED_ELSEWHERE = frozenset({kinds.ORDER_APPROVED, kinds.ORDER_CONFIRMED, kinds.ORDER_SUBMISSION_INTENDED})
_BANK_FACTS = frozenset(
    {
        kinds.ORDER_AUTHORISED,
        kinds.ORDER_STATUS_CHANGED,
        kinds.ORDER_OUTCOME_UNKNOWN,
        kinds.ORDER_REPLY_REFUSED,
        kinds.ORDER_PROOF_ADDED,
        kinds.ORDER_RETURNED,
    }
)
_OF_THE_SENDER = _SENDER_KINDS | _BANK_FACTS | {kinds.ORDER_SENDER_RELEASED}
_SENDERS_WORD = frozenset({kinds.ORDER_SENDER_RELEASED, kinds.ORDER_SUBMISSION_INTENDED})
# One signature more that counts, and an intent rests on others than it says. Confirmations likewise: see below.
_FORBIDDING = frozenset({kinds.ORDER_STOPPED, kinds.ORDER_ASSESSED, kinds.ORDER_APPROVED})


def may_forbid(record: OrderRecord, event: Event, rules: Rules) -> bool:
    """Tell whether an event whose body is absent may keep an order from being sent by what it says.

    Whoever passes an event on can keep back its body, so that nothing may be sent while that is unknown.
    """
    header = event.header
    if event.kind in _SENDERS_WORD:
        return header.device == record.sender
    try:
        member = acting_member(rules.governance_before(event.order_key), header.device, header.at)
    except SecurityError:
        return False
    if event.kind == kinds.ORDER_CONFIRMED:  # nobody else's counts, nor one of the device that wrote the order down
        return member.member == record.content.requester and header.device != record.frozen_device
    return event.kind in _FORBIDDING


def require_author(record: OrderRecord, event: Event, rules: Rules) -> None:
    """Refuse an event whose author may not say it.

    Only the sender speaks of what it sent, unless it was closed: its word counts even when its time is over, since only
    it knows. It lets go of an order whatever its member may do by now: who was handed it may have acted on that. What a
    bank says anybody with a role may bring. Looking at an order is no decision: everybody may.
    A further signature that the bank wants is for approvers; what became of it is said by the device that began it.

    Raises:
        SecurityError: ``author.*``, ``order.not_the_sender``, ``order.may_not_assess``, ``order.may_not_sign``.
    """
    governance, device = rules.governance_before(event.order_key), event.header.device
    if event.kind in _JUDGED_ELSEWHERE or (device == record.sender and event.kind in _OF_THE_SENDER):
        return
    if event.kind in {kinds.ORDER_OPENED, kinds.ORDER_SIGNING_ENDED, *_BANK_FACTS}:
        member = governance.member_of(device)
        if member is None:
            raise SecurityError("author.unknown_device")
        if event.kind in _BANK_FACTS and not member.signs:
            raise SecurityError("author.no_role")
        return
    if event.kind in _SENDER_KINDS:
        sender = governance.device(record.sender)
        if sender is None or not sender.closed:
            raise SecurityError("order.not_the_sender")
    if event.kind == kinds.ORDER_SENDER_RELEASED:
        raise SecurityError("order.not_the_sender")
    member = acting_member(governance, device, event.header.at)
    if event.kind == kinds.ORDER_ASSESSED and not _may_assess(record, member, device):
        raise SecurityError("order.may_not_assess")
    if event.kind in _FURTHER_SIGNATURES and Role.APPROVER not in member.roles:
        raise SecurityError("order.may_not_sign")


def _may_assess(record: OrderRecord, member: Member, device: str) -> bool:
    """An assessment voids what was approved: nobody beside requester, sender and approvers may do that."""
    return member.member == record.content.requester or device == record.sender or Role.APPROVER in member.roles


def require_may_stop(record: OrderRecord, event: Event, reason: str, rules: Rules) -> None:
    """Refuse a stop by somebody who has no say in this order, see ``stop_obstacle``.

    Raises:
        SecurityError: ``author.*``, ``order.may_not_stop``, ``order.may_not_reject``.
    """
    governance, header = rules.governance_before(event.order_key), event.header
    if code := stop_obstacle(record, governance, header.device, reason, header.at):
        raise SecurityError(code)


def stop_obstacle(record: OrderRecord, governance: Governance, device: str, reason: str, at: int) -> str:
    """Return why a stop would not count: a code, such as ``order.may_not_reject``; empty if it would.

    An order's requester may stop it for any reason. A rejection is for those who could approve it; otherwise its sender
    and any approver may stop it too.

    Args:
        record: The order.
        governance: The epoch in force.
        device: Whose stop it is.
        reason: Why; ``REJECTED`` begins those of an approver who says no.
        at: Milliseconds since the epoch.
    """
    try:
        member = acting_member(governance, device, at)
    except SecurityError as error:
        return error.code
    if member.member == record.content.requester:
        return ""
    acting = authorities(governance, member.member, at)
    if reason.startswith(REJECTED):
        groups = record.requirement(governance).groups
        known = (governance.member(item) for item in acting)
        has_say = any("" in groups or groups.intersection(item.groups) for item in known if item)
        return "" if has_say else "order.may_not_reject"
    return "" if acting or device == record.sender else "order.may_not_stop"
