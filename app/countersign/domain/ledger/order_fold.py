"""What the ledger says of one order: a fold over its events (LEDGER rules 10 to 15).

The same judgement serves twice: before an intent is recorded, and whenever the ledger is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from countersign.domain.canonical import Fields, JsonObject, NotCanonicalError
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.order_record import Approval, OrderRecord, counts_under, judge_intent, standing_approvals
from countersign.domain.ledger.rules import Rules
from countersign.domain.order import OrderContent
from countersign.domain.order_state import (
    DUPLICATES,
    FINAL,
    IllegalMoveError,
    Move,
    OrderState,
    TransactionStatus,
    after,
    move_for,
)


def fold_order(events: Iterable[Event], rules: Rules) -> OrderRecord | None:
    """Fold the events of one order, in any order of arrival. None where no content was ever frozen.

    Every earlier event counts as known to a later one: so it is where one device writes the workspace's shared chain.
    For several devices see ``several_devices``.
    """
    found = sorted((event for event in events if event.body is not None), key=lambda each: each.order_key)
    for at, event in enumerate(found):
        record = begin_order(event, rules)
        if record is not None:
            for later in found[at + 1 :]:
                record = fold_event(record, later, rules)
            return record
    return None


def begin_order(event: Event, rules: Rules) -> OrderRecord | None:
    """Return the record that a frozen content begins; None where the event is no such thing.

    The content's requester must be the person behind the device that froze it: approvals are told apart by it.
    """
    if event.kind != kinds.ORDER_FROZEN:
        return None
    try:
        fields = Fields(event.says(), event.kind)
        content = OrderContent.read(fields.mapping("content"))
        digest = fields.text("digest")
        fields.end()
    except SecurityError:
        return None
    if (content.order, content.workspace, content.digest) != (event.header.subject, event.header.workspace, digest):
        return None
    author = rules.governance_before(event.order_key).member_of(event.header.device)
    if author is None or author.member != content.requester:
        return None
    at = event.header.at
    return OrderRecord(content, event.id, OrderState.PREPARED, event.order_key, created_at=at, changed_at=at)


def fold_event(record: OrderRecord, event: Event, rules: Rules) -> OrderRecord:
    """Return the record after one more event. An event that breaks a rule is left out and named in ``faults``."""
    step = _STEPS.get(event.kind)
    if step is None:
        return record
    try:
        _check_author(record, event, rules)
        following = step(record, event, event.says(), rules)
    except SecurityError as error:
        return replace(record, last_key=event.order_key, faults=(*record.faults, (event.id, error.code)))
    return replace(following, last_key=event.order_key, changed_at=event.header.at)


def _check_author(record: OrderRecord, event: Event, rules: Rules) -> None:
    """Only the sender speaks of what it sent, unless it was closed; what a bank says anybody may bring (LEDGER 12)."""
    sender = record.content.sender_device
    if event.kind in _SENDER_KINDS and event.header.device != sender:
        device = rules.governance_before(event.order_key).device(sender)
        if device is None or not device.closed:
            raise SecurityError("order.not_the_sender")


def _text(body: JsonObject, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise NotCanonicalError("canonical.field_type", field=name)
    return value


def _number(body: JsonObject, name: str) -> int:
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise NotCanonicalError("canonical.field_type", field=name)
    return value


def _flag(body: JsonObject, name: str) -> bool:
    value = body.get(name)
    if not isinstance(value, bool):
        raise NotCanonicalError("canonical.field_type", field=name)
    return value


def _same_digest(record: OrderRecord, body: JsonObject) -> None:
    if _text(body, "digest") != record.digest:
        raise SecurityError("order.other_digest")


def _same_authorisation(record: OrderRecord, body: JsonObject) -> None:
    if not record.authorisation_id or _text(body, "authorisation_id") != record.authorisation_id:
        raise SecurityError("order.other_authorisation")


def _assessed(record: OrderRecord, event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    _same_digest(record, body)
    if record.state is not OrderState.PREPARED:
        raise IllegalMoveError("order.illegal_move")
    assessment = body.get("assessment")
    if not isinstance(assessment, dict):
        raise NotCanonicalError("canonical.field_type", field="assessment")
    # A new assessment voids what was approved under the old one.
    approvals = tuple(replace(item, fault=item.fault or "approval.other_assessment") for item in record.approvals)
    return replace(record, assessment_event=event.id, assessment=assessment, approvals=approvals)


def _intervened(record: OrderRecord, _event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    _same_digest(record, body)
    answer = (_text(body, "intervention"), _text(body, "answer"), _text(body, "path"))
    return replace(record, interventions=(*record.interventions, answer))


def _approved(record: OrderRecord, event: Event, body: JsonObject, rules: Rules) -> OrderRecord:
    governance = rules.governance_before(event.order_key)
    approver = governance.member_of(event.header.device)
    device = governance.device(event.header.device)
    member = approver.member if approver else ""
    own = member == record.content.requester
    approval = Approval(
        event.id,
        member,
        _text(body, "digest"),
        _number(body, "epoch"),
        _text(body, "assessment"),
        _number(body, "expires_at"),
    )
    standing = standing_approvals(record, rules, event.order_key, event.header.at)
    met = len(standing) >= governance.policy.approvals
    faults = {
        "approval.unknown_device": device is None or device.closed,
        "approval.no_authority": not governance.may_approve(member),
        "approval.other_digest": approval.digest != record.digest,
        "approval.other_assessment": approval.assessment != record.assessment_event or not approval.assessment,
        "approval.other_epoch": not counts_under(approval, rules, governance),
        "approval.own_request": own and not governance.policy.requester_may_approve,
        "approval.twice": any(item.member == member for item in standing),
        "approval.expired": approval.expires_at <= event.header.at,
        "approval.too_late": met or record.state not in {OrderState.PREPARED, OrderState.APPROVED},
        "approval.hard_stop": bool(record.assessment and record.assessment.get("stops")),
    }
    fault = next((code for code, found in faults.items() if found), "")
    if fault:
        return replace(record, approvals=(*record.approvals, replace(approval, fault=fault)))
    # What no longer counts (its time is over, or the rule is another) makes room for this one.
    earlier = tuple(i if i.fault or i in standing else replace(i, fault="approval.lapsed") for i in record.approvals)
    following = replace(record, approvals=(*earlier, approval))
    if record.state is OrderState.PREPARED and len(standing) + 1 >= governance.policy.approvals:
        return replace(following, state=after(record.state, Move.MEET_RULE))
    return following


def _stopped(record: OrderRecord, _event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    return replace(record, state=after(record.state, Move.STOP), reason=_text(body, "reason"))


def _intended(record: OrderRecord, event: Event, body: JsonObject, rules: Rules) -> OrderRecord:
    _same_digest(record, body)
    faults = judge_intent(record, rules, event.header.device, event.order_key, event.header.at)
    if faults:
        raise SecurityError(faults[0])
    good = {item.event for item in standing_approvals(record, rules, event.order_key, event.header.at)}
    refs, void = set(event.header.refs), {item.event for item in record.approvals} - good
    if not {record.frozen_event, record.assessment_event, *good} <= refs or refs & void:
        raise SecurityError("intent.refs")
    if body.get("approvals") != sorted(good):
        raise SecurityError("intent.approvals")
    if _number(body, "epoch") != rules.governance_before(event.order_key).epoch:
        raise SecurityError("intent.epoch")
    if _text(body, "end_to_end_id") != record.content.payment.end_to_end_id:
        raise SecurityError("intent.end_to_end_id")
    return replace(
        record,
        state=after(record.state, Move.INTEND),
        intent_event=event.id,
        bank=_text(body, "bank"),
        request_id=_text(body, "request_id"),
        never_executes_unauthorised=_flag(body, "never_executes_unauthorised"),
        by_hand="by_hand" in body and _flag(body, "by_hand"),
    )


def _initiated(record: OrderRecord, _event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    fee, file = body.get("fee"), body.get("file")
    return replace(
        record,
        state=after(record.state, Move.INITIATE),
        payment_id=_text(body, "payment_id"),
        fee=fee if isinstance(fee, dict) else None,
        file=_text(file, "sha256") if isinstance(file, dict) else "",
    )


def _authorisation_started(record: OrderRecord, _event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    purpose, authorisation = _text(body, "purpose"), _text(body, "authorisation_id")
    if purpose not in {"payment", "cancellation"} or not authorisation:
        raise SecurityError("order.event_form")
    state = record.state if purpose == "cancellation" else after(record.state, Move.AUTHORISE)
    if purpose == "cancellation" and state is not OrderState.CANCELLING:
        raise IllegalMoveError("order.illegal_move", state=state.value, move="authorise_cancellation")
    return replace(record, state=state, authorisation_id=authorisation, purpose=purpose, attempts=0)


def _answer_intended(record: OrderRecord, _event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    _same_digest(record, body)
    _same_authorisation(record, body)
    if record.state is OrderState.CANCELLING:
        return replace(record, attempts=record.attempts + 1)
    return replace(record, state=after(record.state, Move.ANSWER), attempts=record.attempts + 1, answered=True)


def _authorised(record: OrderRecord, event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    _same_authorisation(record, body)
    if record.state in FINAL:
        return _after_the_end(record, event, Move.ACCEPT)
    return replace(record, state=after(record.state, Move.ACCEPT))


def _answer_refused(record: OrderRecord, _event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    if not record.authorisation_id:  # a lost initiation: there was no answer that could have been refused
        raise SecurityError("order.other_authorisation")
    state = record.state if record.state is OrderState.CANCELLING else after(record.state, Move.REFUSE_ANSWER)
    return replace(record, state=state, reason=_text(body, "reason"))


def _status_changed(record: OrderRecord, event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    code, payment_id, reason = _text(body, "transaction_status"), _text(body, "payment_id"), _text(body, "reason")
    if code not in TransactionStatus._value2member_map_:
        raise SecurityError("order.unknown_status")
    if record.state in {OrderState.PREPARED, OrderState.APPROVED}:
        raise IllegalMoveError("order.illegal_move", state=record.state.value, move="report")
    if record.payment_id and payment_id not in {record.payment_id, ""}:
        raise SecurityError("order.other_payment")
    status = TransactionStatus(code)
    if status is TransactionStatus.RJCT and reason in DUPLICATES and body.get("source") == "pain.002":
        return replace(record, status=record.status or TransactionStatus.RCVD)  # of a copy: it has the first
    move = move_for(status, authorised=_flag(body, "authorised") or record.state in _AUTHORISED)
    following = replace(record, status=status, payment_id=record.payment_id or payment_id)
    if status in _PAID and "entry" in body and not record.settled_by:
        following = replace(following, settled_by=_text(body, "entry"), settled_rule=_text(body, "rule"))
    if record.state in FINAL:
        ended = _after_the_end(record, event, move)
        return following if ended is record and move in _AGREES.get(record.state, ()) else ended
    return following if move is None else replace(following, state=after(record.state, move), reason=reason)


def _after_the_end(record: OrderRecord, event: Event, move: Move | None) -> OrderRecord:
    """Facts never reopen an order: a disagreement becomes a task, and the money is presumed gone (LEDGER 14)."""
    if move is None or move in _AGREES.get(record.state, ()) or (move, record.state) == _LATE_NEWS:
        return record
    return replace(record, contradictions=(*record.contradictions, event.id))


def _lost(record: OrderRecord, _event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    reason = _text(body, "reason")
    if record.state in {OrderState.CANCELLING, OrderState.UNKNOWN}:
        return replace(record, reason=reason)
    return replace(record, state=after(record.state, Move.LOSE), reason=reason)


def _reply_refused(record: OrderRecord, _event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    return replace(record, reason=f"reply.{_text(body, 'field')}")


def _abandoned(record: OrderRecord, _event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    carried = record.by_hand and (record.handed_over_at > 0 or record.status is not None)
    if record.answered or carried or (record.state is OrderState.UNKNOWN and not record.abandonable):
        raise IllegalMoveError("order.may_be_executed", state=record.state.value)
    return replace(record, state=after(record.state, Move.ABANDON), reason=_text(body, "reason"))


def _cancellation_intended(record: OrderRecord, _event: Event, _body: JsonObject, _rules: Rules) -> OrderRecord:
    state = after(record.state, Move.INTEND_CANCELLATION)
    return replace(record, state=state, purpose="cancellation", authorisation_id="", attempts=0)


def _cancellation_refused(record: OrderRecord, _event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    return replace(record, state=after(record.state, Move.REFUSE_CANCELLATION), reason=_text(body, "reason"))


def _handed_over(record: OrderRecord, event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    if not record.carried_by_hand:
        raise IllegalMoveError("order.illegal_move", state=record.state.value, move="hand_over")
    return replace(record, handed_over_at=event.header.at, bank_reference=_text(body, "reference"))


def _proof_added(record: OrderRecord, _event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    if not record.by_hand or not record.payment_id:
        raise IllegalMoveError("order.illegal_move", state=record.state.value, move="prove")
    proof = (_text(body, "name"), _text(body, "sha256"), _number(body, "size"))
    return replace(record, proofs=(*record.proofs, proof))


def _recall_written(record: OrderRecord, event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    """Note that a request to call it off was written: it moves nothing, since the bank may never see it."""
    file = body.get("file")
    if not record.recallable or not isinstance(file, dict):
        raise IllegalMoveError("order.illegal_move", state=record.state.value, move="recall")
    reason, name, _sha256 = _text(body, "reason"), _text(file, "name"), _text(file, "sha256")
    return replace(record, recall_reason=reason, recall_file=name, recalled_at=event.header.at)


def _returned(record: OrderRecord, event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    """Note that settled money came back. The order stays settled: it was paid, and its return is a fact of its own."""
    if record.state is not OrderState.SETTLED:
        raise IllegalMoveError("order.illegal_move", state=record.state.value, move="return")
    return replace(record, returned=_text(body, "reason"), returned_at=event.header.at)


def _frozen_again(_record: OrderRecord, _event: Event, _body: JsonObject, _rules: Rules) -> OrderRecord:
    raise SecurityError("order.frozen_twice")


_PAID = frozenset({TransactionStatus.ACSC, TransactionStatus.ACCC})
_AUTHORISED = frozenset({OrderState.ACCEPTED, OrderState.CANCELLING, OrderState.SETTLED})
_LATE_NEWS = (Move.ACCEPT, OrderState.SETTLED)
_AGREES = {
    OrderState.SETTLED: {Move.SETTLE},
    OrderState.REJECTED: {Move.REJECT},
    OrderState.CANCELLED: {Move.CANCEL},
    OrderState.ABANDONED: {Move.REJECT, Move.CANCEL},  # the bank gave it up too
}
_SENDER_KINDS = frozenset(
    {
        kinds.ORDER_INITIATED,
        kinds.ORDER_AUTHORISATION_STARTED,
        kinds.ORDER_ANSWER_INTENDED,
        kinds.ORDER_ANSWER_REFUSED,
        kinds.ORDER_ABANDONED,
        kinds.ORDER_CANCELLATION_INTENDED,
        kinds.ORDER_CANCELLATION_REFUSED,
        kinds.ORDER_HANDED_OVER,
        kinds.ORDER_RECALL_WRITTEN,
    }
)
_STEPS = {
    kinds.ORDER_FROZEN: _frozen_again,
    kinds.ORDER_ASSESSED: _assessed,
    kinds.ORDER_INTERVENTION_ANSWERED: _intervened,
    kinds.ORDER_APPROVED: _approved,
    kinds.ORDER_STOPPED: _stopped,
    kinds.ORDER_SUBMISSION_INTENDED: _intended,
    kinds.ORDER_INITIATED: _initiated,
    kinds.ORDER_AUTHORISATION_STARTED: _authorisation_started,
    kinds.ORDER_ANSWER_INTENDED: _answer_intended,
    kinds.ORDER_ANSWER_REFUSED: _answer_refused,
    kinds.ORDER_AUTHORISED: _authorised,
    kinds.ORDER_STATUS_CHANGED: _status_changed,
    kinds.ORDER_OUTCOME_UNKNOWN: _lost,
    kinds.ORDER_REPLY_REFUSED: _reply_refused,
    kinds.ORDER_ABANDONED: _abandoned,
    kinds.ORDER_CANCELLATION_INTENDED: _cancellation_intended,
    kinds.ORDER_CANCELLATION_REFUSED: _cancellation_refused,
    kinds.ORDER_HANDED_OVER: _handed_over,
    kinds.ORDER_PROOF_ADDED: _proof_added,
    kinds.ORDER_RECALL_WRITTEN: _recall_written,
    kinds.ORDER_RETURNED: _returned,
}
