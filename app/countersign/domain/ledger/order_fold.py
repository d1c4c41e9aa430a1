"""What the ledger says of one order: a fold over its events (LEDGER rules 10 to 15).

The same judgement serves twice: before an intent is recorded, and whenever the ledger is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

from countersign.domain.approval.confirmation import Confirmation
from countersign.domain.approval.judgement import judge_approval, judge_confirmation
from countersign.domain.approval.limits import Spent, nothing_spent
from countersign.domain.approval.requirement import standing_for
from countersign.domain.approval.signature import Approval, is_met
from countersign.domain.canonical import Fields, JsonObject, NotCanonicalError
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.authors import acting_member
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import Governance, Role
from countersign.domain.ledger.order_authors import require_author, require_may_stop
from countersign.domain.ledger.order_bank_steps import BANK_STEPS
from countersign.domain.ledger.order_fields import flag_of, number_of, require_same_digest, text_of
from countersign.domain.ledger.order_record import (
    OrderRecord,
    is_confirmed,
    judge_intent,
    standing_confirmations,
    standing_under,
)
from countersign.domain.ledger.rules import Rules
from countersign.domain.order import OrderContent
from countersign.domain.order_state import IllegalMoveError, Move, OrderState, after
from countersign.domain.payee import PayeeRecord

PayeeOf: TypeAlias = Callable[[str], PayeeRecord | None]
"""The payee by its identifier, from what is known."""


def fold_order(
    events: Iterable[Event], rules: Rules, payee_of: PayeeOf = lambda _payee: None, spent: Spent = nothing_spent
) -> OrderRecord | None:
    """Fold the events of one order, in any order of arrival. None where no content was ever frozen.

    Every earlier event counts as known to a later one: so it is where one device writes the workspace's shared chain.
    For several devices see ``several_devices``.

    Args:
        events: The order's.
        rules: Governance and stops.
        payee_of: Who is paid: some rules ask how long the details have stood. A payee that isn't known is new.
        spent: What members approved before: some signatures carry so much a day.
    """
    found = sorted((event for event in events if event.body is not None), key=lambda each: each.order_key)
    for at, event in enumerate(found):
        record = begin_order(event, rules)
        if record is not None:
            record = begin_order(event, rules, payee_of(record.content.payee)) or record
            for later in found[at + 1 :]:
                record = fold_event(record, later, rules, spent)
            return record
    return None


def begin_order(event: Event, rules: Rules, payee: PayeeRecord | None = None) -> OrderRecord | None:
    """Return the record that a frozen content begins; None where the event is no such thing.

    The content's requester must be the person behind the device that froze it, with the role of one: approvals are told
    apart by it.

    Args:
        event: The event that froze the content.
        rules: Governance and stops.
        payee: Who is paid, with the version that the content names; None where it isn't known.
    """
    if event.kind != kinds.ORDER_FROZEN:
        return None
    header = event.header
    try:
        fields = Fields(event.says(), event.kind)
        content = OrderContent.read(fields.mapping("content"))
        digest = fields.text("digest")
        fields.end()
        author = acting_member(rules.governance_before(event.order_key), header.device, header.at)
    except SecurityError:
        return None
    if (content.order, content.workspace, content.digest) != (header.subject, header.workspace, digest):
        return None
    if author.member != content.requester or Role.REQUESTER not in author.roles:
        return None
    return OrderRecord(
        content,
        event.id,
        OrderState.PREPARED,
        event.order_key,
        created_at=header.at,
        changed_at=header.at,
        standing=standing_for(payee, content, header.at),
        frozen_device=header.device,
    )


def fold_event(record: OrderRecord, event: Event, rules: Rules, spent: Spent = nothing_spent) -> OrderRecord:
    """Return the record after one more event. An event that breaks a rule is left out and named in ``faults``."""
    if event.kind not in _STEPS and event.kind not in BANK_STEPS and event.kind != kinds.ORDER_APPROVED:
        return record
    try:
        require_author(record, event, rules)
        following = _step(record, event, rules, spent)
    except SecurityError as error:
        return replace(record, last_key=event.order_key, faults=(*record.faults, (event.id, error.code)))
    changed_at = record.changed_at if event.kind == kinds.ORDER_OPENED else event.header.at
    return replace(following, last_key=event.order_key, changed_at=changed_at)


def _step(record: OrderRecord, event: Event, rules: Rules, spent: Spent) -> OrderRecord:
    body = event.says()
    if event.kind == kinds.ORDER_APPROVED:
        return _approved(record, event, body, rules, spent)
    if event.kind in BANK_STEPS:
        return BANK_STEPS[event.kind](record, event, body)
    return _STEPS[event.kind](record, event, body, rules)


def _assessed(record: OrderRecord, event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    require_same_digest(record, body)
    if record.state is not OrderState.PREPARED:
        raise IllegalMoveError("order.illegal_move")
    assessment = body.get("assessment")
    if not isinstance(assessment, dict):
        raise NotCanonicalError("canonical.field_type", field="assessment")
    # A new assessment voids what was approved under the old one.
    approvals = tuple(replace(item, fault=item.fault or "approval.other_assessment") for item in record.approvals)
    said = tuple(replace(item, fault=item.fault or "confirmation.other_assessment") for item in record.confirmations)
    return replace(record, assessment_event=event.id, assessment=assessment, approvals=approvals, confirmations=said)


def _intervened(record: OrderRecord, _event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    require_same_digest(record, body)
    answer = (text_of(body, "intervention"), text_of(body, "answer"), text_of(body, "path"))
    return replace(record, interventions=(*record.interventions, answer))


def _approved(record: OrderRecord, event: Event, body: JsonObject, rules: Rules, spent: Spent) -> OrderRecord:
    governance = rules.governance_before(event.order_key)
    member = governance.member_of(event.header.device)
    known = {item.event for item in record.approvals}
    claimed = Approval(
        event=event.id,
        member=member.member if member else "",
        digest=text_of(body, "digest"),
        epoch=number_of(body, "epoch"),
        assessment=text_of(body, "assessment"),
        expires_at=number_of(body, "expires_at"),
        device=event.header.device,
        at=event.header.at,
        names=tuple(ref for ref in event.header.refs if ref in known),
    )
    at = event.header.at
    approval = judge_approval(record, claimed, governance, rules.governance_of(claimed.epoch), at, spent)
    if approval.fault:
        return replace(record, approvals=(*record.approvals, approval))
    # What no longer counts (its time is over, or the rule is another) makes room for this one.
    standing = standing_under(record, governance, at)
    earlier = tuple(i if i.fault or i in standing else replace(i, fault="approval.lapsed") for i in record.approvals)
    following = replace(record, approvals=(*earlier, approval))
    return _met(following, governance, (*standing, approval), at)


def _confirmed(record: OrderRecord, event: Event, body: JsonObject, rules: Rules) -> OrderRecord:
    governance, at = rules.governance_before(event.order_key), event.header.at
    claimed = Confirmation(
        event=event.id,
        device=event.header.device,
        digest=text_of(body, "digest"),
        epoch=number_of(body, "epoch"),
        assessment=text_of(body, "assessment"),
        expires_at=number_of(body, "expires_at"),
        at=at,
    )
    found = judge_confirmation(record, claimed, governance, rules.governance_of(claimed.epoch))
    following = replace(record, confirmations=(*record.confirmations, found))
    return following if found.fault else _met(following, governance, standing_under(record, governance, at), at)


def _met(record: OrderRecord, governance: Governance, standing: Sequence[Approval], at: int) -> OrderRecord:
    """Return the order as approved once its rules are met, and confirmed on another device where one asks for that."""
    met = record.state is OrderState.PREPARED and is_met(record.requirement(governance), standing)
    if not met or not is_confirmed(record, governance, at):
        return record
    return replace(record, state=after(record.state, Move.MEET_RULE))


def _stopped(record: OrderRecord, event: Event, body: JsonObject, rules: Rules) -> OrderRecord:
    reason = text_of(body, "reason")
    require_may_stop(record, event, reason, rules)
    return replace(record, state=after(record.state, Move.STOP), reason=reason)


def _opened(record: OrderRecord, event: Event, body: JsonObject, rules: Rules) -> OrderRecord:
    require_same_digest(record, body)
    device = rules.governance_before(event.order_key).device(event.header.device)
    seen = tuple((item.member, event.header.at) for item in (device,) if item)
    return replace(record, opened=(*record.opened, *seen))


def _sender_released(record: OrderRecord, _event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    """Hand the sending over: from here on another device may submit, and this one no longer (LEDGER rule 12).

    It counts whoever is named: a device that was closed where nobody knew of this may have sent on the strength of it.
    """
    require_same_digest(record, body)
    if record.intent_event or record.state not in {OrderState.PREPARED, OrderState.APPROVED}:
        raise IllegalMoveError("order.illegal_move", state=record.state.value, move="release")
    return replace(record, released_to=text_of(body, "to"))


def _intended(record: OrderRecord, event: Event, body: JsonObject, rules: Rules) -> OrderRecord:
    require_same_digest(record, body)
    faults = judge_intent(record, rules, event.header.device, event.order_key, event.header.at)
    if faults:
        raise SecurityError(faults[0])
    governance, at = rules.governance_before(event.order_key), event.header.at
    good = {item.event for item in standing_under(record, governance, at)}
    rests = good | {item.event for item in standing_confirmations(record, governance, at)}
    said = {item.event for item in record.approvals} | {item.event for item in record.confirmations}
    refs, void = set(event.header.refs), said - rests
    if not {record.frozen_event, record.assessment_event, *rests} <= refs or refs & void:
        raise SecurityError("intent.refs")
    if body.get("approvals") != sorted(good):
        raise SecurityError("intent.approvals")
    if number_of(body, "epoch") != governance.epoch:
        raise SecurityError("intent.epoch")
    if text_of(body, "end_to_end_id") != record.content.payment.end_to_end_id:
        raise SecurityError("intent.end_to_end_id")
    return replace(
        record,
        state=after(record.state, Move.INTEND),
        intent_event=event.id,
        bank=text_of(body, "bank"),
        request_id=text_of(body, "request_id"),
        never_executes_unauthorised=flag_of(body, "never_executes_unauthorised"),
        by_hand="by_hand" in body and flag_of(body, "by_hand"),
    )


def _frozen_again(_record: OrderRecord, _event: Event, _body: JsonObject, _rules: Rules) -> OrderRecord:
    raise SecurityError("order.frozen_twice")


_STEPS = {
    kinds.ORDER_FROZEN: _frozen_again,
    kinds.ORDER_ASSESSED: _assessed,
    kinds.ORDER_INTERVENTION_ANSWERED: _intervened,
    kinds.ORDER_CONFIRMED: _confirmed,
    kinds.ORDER_STOPPED: _stopped,
    kinds.ORDER_SUBMISSION_INTENDED: _intended,
    kinds.ORDER_OPENED: _opened,
    kinds.ORDER_SENDER_RELEASED: _sender_released,
}
