"""What the ledger says of one order: a fold over its events (LEDGER rules 10 to 15).

The same judgement serves twice: before an intent is recorded, and whenever the ledger is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from countersign.domain.canonical import Fields, JsonObject, NotCanonicalError
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.rules import OrderKey, Rules
from countersign.domain.order import OrderContent
from countersign.domain.order_state import (
    FINAL,
    MAY_HAVE_MOVED_MONEY,
    IllegalMoveError,
    Move,
    OrderState,
    TransactionStatus,
    after,
    move_for,
)


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's signature over the order's digest, and why it does not count where it does not."""

    event: str
    member: str
    digest: str
    epoch: int
    assessment: str
    expires_at: int
    fault: str = ""


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order as the ledger has it.

    Attributes:
        frozen_event: The event that froze the content.
        assessment_event: The newest assessment; approvals refer to it.
        intent_event: The single valid intent, or empty.
        request_id: X-Request-ID of the initiation.
        never_executes_unauthorised: What the bank declared just before the intent.
        payment_id: The bank's name for the payment; empty until the bank has answered.
        authorisation_id: The open authorisation.
        purpose: ``payment`` or ``cancellation``: what the open authorisation is for.
        attempts: How many answers were intended for the open authorisation.
        answered: Whether an answer to a payment's authorisation was ever intended: from then on only the bank can say
            that nothing was executed, and the order can't be abandoned.
        status: The newest status that the bank gave.
        reason: Code of the newest refusal, stop or loss, in the bank's or our own words.
        fee: Canonical money, or empty.
        contradictions: Facts that came after a final state and disagree with it: tasks for a person.
        faults: Events left out of the fold, with the reason.
        last_key: Place of the newest event that was folded.
    """

    content: OrderContent
    frozen_event: str
    state: OrderState
    last_key: OrderKey
    created_at: int
    changed_at: int
    assessment_event: str = ""
    assessment: JsonObject | None = None
    interventions: tuple[tuple[str, str, str], ...] = ()
    approvals: tuple[Approval, ...] = ()
    intent_event: str = ""
    bank: str = ""
    request_id: str = ""
    never_executes_unauthorised: bool = False
    payment_id: str = ""
    authorisation_id: str = ""
    purpose: str = ""
    attempts: int = 0
    answered: bool = False
    status: TransactionStatus | None = None
    reason: str = ""
    fee: JsonObject | None = None
    contradictions: tuple[str, ...] = ()
    faults: tuple[tuple[str, str], ...] = ()

    @property
    def digest(self) -> str:
        """The digest that everything refers to."""
        return self.content.digest

    @property
    def counted(self) -> tuple[Approval, ...]:
        """The approvals that count."""
        return tuple(item for item in self.approvals if not item.fault)

    @property
    def abandonable(self) -> bool:
        """Whether a lost initiation may be given up: the bank never executes what nobody authorised (LEDGER 19)."""
        return self.never_executes_unauthorised and not self.answered

    @property
    def final(self) -> bool:
        """Whether nothing more can happen."""
        return self.state in FINAL


def judge_intent(record: OrderRecord, rules: Rules, author: str, place: OrderKey, at: int) -> tuple[str, ...]:
    """Return why an intent would not be valid here; empty where it is (LEDGER rule 13).

    Args:
        record: The order, folded from what lies in the intent's past.
        rules: Governance and stops.
        author: The device that signs the intent.
        place: Where the intent stands, or would stand.
        at: The intent's time, milliseconds since the epoch.
    """
    governance = rules.governance_before(place)
    device = governance.device(author)
    good = [item for item in record.counted if item.epoch == governance.epoch and item.expires_at > at]
    faults = {
        "intent.not_the_sender": author != record.content.sender_device,
        "intent.device_closed": device is None or device.closed,
        "intent.not_the_first": bool(record.intent_event),
        "intent.frozen": rules.frozen_before(place),
        "intent.rule_not_met": len({item.member for item in good}) < governance.policy.approvals,
        "intent.not_approved": record.state is not OrderState.APPROVED,
        "intent.other_world": record.content.world is not governance.world,
    }
    return tuple(code for code, fault in faults.items() if fault)


def fold_order(events: Iterable[Event], rules: Rules) -> OrderRecord | None:
    """Fold the events of one order, in any order of arrival. None where no content was ever frozen."""
    record: OrderRecord | None = None
    for event in sorted(events, key=lambda each: each.order_key):
        if event.body is None:
            continue
        record = _begin(event) if record is None else fold_event(record, event, rules)
    return record


def _begin(event: Event) -> OrderRecord | None:
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
    at = event.header.at
    return OrderRecord(content, event.id, OrderState.PREPARED, event.order_key, created_at=at, changed_at=at)


def fold_event(record: OrderRecord, event: Event, rules: Rules) -> OrderRecord:
    """Return the record after one more event. An event that breaks a rule is left out and named in ``faults``."""
    step = _STEPS.get(event.kind)
    if step is None:
        return record
    try:
        following = step(record, event, event.says(), rules)
    except (SecurityError, KeyError, TypeError) as error:
        code = error.code if isinstance(error, SecurityError) else "order.event_form"
        return replace(record, faults=(*record.faults, (event.id, code)))
    return replace(following, last_key=event.order_key, changed_at=event.header.at)


def _text(body: JsonObject, name: str) -> str:
    value = body[name]
    if not isinstance(value, str):
        raise NotCanonicalError("canonical.field_type", field=name)
    return value


def _number(body: JsonObject, name: str) -> int:
    value = body[name]
    if not isinstance(value, int):
        raise NotCanonicalError("canonical.field_type", field=name)
    return value


def _same_digest(record: OrderRecord, body: JsonObject) -> None:
    if _text(body, "digest") != record.digest:
        raise SecurityError("order.other_digest")


def _assessed(record: OrderRecord, event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    _same_digest(record, body)
    if record.state is not OrderState.PREPARED:
        raise IllegalMoveError("order.illegal_move")
    assessment = body["assessment"]
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
    faults = {
        "approval.unknown_device": approver is None or device is None or device.closed,
        "approval.other_digest": approval.digest != record.digest,
        "approval.other_assessment": approval.assessment != record.assessment_event or not approval.assessment,
        "approval.other_epoch": approval.epoch != governance.epoch,
        "approval.own_request": own and not governance.policy.requester_may_approve,
        "approval.twice": any(item.member == member for item in record.counted),
        "approval.expired": approval.expires_at <= event.header.at,
        "approval.too_late": record.state is not OrderState.PREPARED,
        "approval.hard_stop": bool(record.assessment and record.assessment.get("stops")),
    }
    fault = next((code for code, found in faults.items() if found), "")
    following = replace(record, approvals=(*record.approvals, replace(approval, fault=fault)))
    if not fault and len(following.counted) >= governance.policy.approvals:
        return replace(following, state=after(record.state, Move.MEET_RULE))
    return following


def _stopped(record: OrderRecord, _event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    return replace(record, state=after(record.state, Move.STOP), reason=_text(body, "reason"))


def _intended(record: OrderRecord, event: Event, body: JsonObject, rules: Rules) -> OrderRecord:
    _same_digest(record, body)
    faults = judge_intent(record, rules, event.header.device, event.order_key, event.header.at)
    if faults:
        raise SecurityError(faults[0])
    if set(event.header.refs) < {record.frozen_event, *(item.event for item in record.counted)}:
        raise SecurityError("intent.refs")
    if _text(body, "end_to_end_id") != record.content.payment.end_to_end_id:
        raise SecurityError("intent.end_to_end_id")
    return replace(
        record,
        state=after(record.state, Move.INTEND),
        intent_event=event.id,
        bank=_text(body, "bank"),
        request_id=_text(body, "request_id"),
        never_executes_unauthorised=body["never_executes_unauthorised"] is True,
    )


def _initiated(record: OrderRecord, _event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    fee = body.get("fee")
    return replace(
        record,
        state=after(record.state, Move.INITIATE),
        payment_id=_text(body, "payment_id"),
        fee=fee if isinstance(fee, dict) else None,
    )


def _authorisation_started(record: OrderRecord, _event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    purpose = _text(body, "purpose")
    state = record.state if purpose == "cancellation" else after(record.state, Move.AUTHORISE)
    if purpose == "cancellation" and state is not OrderState.CANCELLING:
        raise IllegalMoveError("order.illegal_move", state=state.value, move="authorise_cancellation")
    return replace(record, state=state, authorisation_id=_text(body, "authorisation_id"), purpose=purpose, attempts=0)


def _answer_intended(record: OrderRecord, _event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    if _text(body, "authorisation_id") != record.authorisation_id:
        raise SecurityError("order.other_authorisation")
    if record.state is OrderState.CANCELLING:
        return replace(record, attempts=record.attempts + 1)
    return replace(record, state=after(record.state, Move.ANSWER), attempts=record.attempts + 1, answered=True)


def _authorised(record: OrderRecord, _event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    if _text(body, "authorisation_id") != record.authorisation_id:
        raise SecurityError("order.other_authorisation")
    return replace(record, state=after(record.state, Move.ACCEPT))


def _answer_refused(record: OrderRecord, _event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    state = record.state if record.state is OrderState.CANCELLING else after(record.state, Move.REFUSE_ANSWER)
    return replace(record, state=state, reason=_text(body, "reason"))


def _status_changed(record: OrderRecord, event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    status = TransactionStatus(_text(body, "transaction_status"))
    if record.payment_id and _text(body, "payment_id") not in {record.payment_id, ""}:
        raise SecurityError("order.other_payment")
    authorised = body["authorised"] is True
    move = move_for(status, authorised=authorised or record.state in MAY_HAVE_MOVED_MONEY)
    following = replace(record, status=status, payment_id=record.payment_id or _text(body, "payment_id"))
    if move is None:
        return following
    reason = _text(body, "reason")
    if record.state in FINAL:
        agrees = {Move.SETTLE: OrderState.SETTLED, Move.REJECT: OrderState.REJECTED, Move.CANCEL: OrderState.CANCELLED}
        if agrees.get(move) is record.state or (move is Move.ACCEPT and record.state is OrderState.SETTLED):
            return following if move is not Move.ACCEPT else record
        # Facts never reopen an order: the disagreement becomes a task, and the money is presumed gone.
        return replace(record, contradictions=(*record.contradictions, event.id))
    return replace(following, state=after(record.state, move), reason=reason)


def _lost(record: OrderRecord, _event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    reason = _text(body, "reason")
    if record.state in {OrderState.CANCELLING, OrderState.UNKNOWN}:
        return replace(record, reason=reason)
    return replace(record, state=after(record.state, Move.LOSE), reason=reason)


def _reply_refused(record: OrderRecord, _event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    return replace(record, reason=f"reply.{_text(body, 'field')}")


def _abandoned(record: OrderRecord, _event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    if record.answered:
        raise IllegalMoveError("order.may_be_executed", state=record.state.value)
    return replace(record, state=after(record.state, Move.ABANDON), reason=_text(body, "reason"))


def _cancellation_intended(record: OrderRecord, _event: Event, _body: JsonObject, _rules: Rules) -> OrderRecord:
    return replace(record, state=after(record.state, Move.INTEND_CANCELLATION), purpose="cancellation")


def _cancellation_refused(record: OrderRecord, _event: Event, body: JsonObject, _rules: Rules) -> OrderRecord:
    return replace(record, state=after(record.state, Move.REFUSE_CANCELLATION), reason=_text(body, "reason"))


_STEPS = {
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
}
