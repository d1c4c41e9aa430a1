"""What happens to an order once it is sent: what its sender did, and what the bank said (LEDGER 14, 19)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from countersign.domain.canonical import JsonObject
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.order_baskets import BASKET_STEPS, require_same_basket, require_untied
from countersign.domain.ledger.order_fields import (
    flag_of,
    number_of,
    require_same_authorisation,
    require_same_digest,
    text_of,
)
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.order_signing import SIGNING_STEPS
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


def _initiated(record: OrderRecord, _event: Event, body: JsonObject) -> OrderRecord:
    fee, file = body.get("fee"), body.get("file")
    return replace(
        record,
        state=after(record.state, Move.INITIATE),
        payment_id=text_of(body, "payment_id"),
        fee=fee if isinstance(fee, dict) else None,
        file=text_of(file, "sha256") if isinstance(file, dict) else "",
    )


def _start_intended(record: OrderRecord, _event: Event, body: JsonObject) -> OrderRecord:
    require_same_digest(record, body)
    purpose = _purpose_of(record, body)
    if record.starting:  # nobody knows yet what came of the one before
        raise IllegalMoveError("order.illegal_move", state=record.state.value, move=Move.START.value)
    state = record.state if purpose == "cancellation" else after(record.state, Move.START)
    return replace(record, state=state, starting=purpose, purpose=purpose)


def _authorisation_started(record: OrderRecord, _event: Event, body: JsonObject) -> OrderRecord:
    purpose, authorisation = _purpose_of(record, body), text_of(body, "authorisation_id")
    if not authorisation or record.starting not in {"", purpose}:
        raise SecurityError("order.event_form")
    move = Move.OPEN if record.starting else Move.AUTHORISE  # a bank may start one of itself, and older versions did so
    state = record.state if purpose == "cancellation" else after(record.state, move)
    begun = (*record.begun, authorisation)
    following = replace(record, state=state, purpose=purpose, starting="", begun=begun, attempts=0)
    following = replace(following, authorisation_id=authorisation)
    if purpose == "cancellation" or not ("asked" in body and flag_of(body, "asked")):
        return following
    # The bank's own app asks, or has decided: that is an answer of which only the bank can say what comes of it.
    return replace(following, state=after(state, Move.ANSWER), attempts=1, answered=True)


def _purpose_of(record: OrderRecord, body: JsonObject) -> str:
    """Return what an authorisation is for, where that can be begun now."""
    purpose = text_of(body, "purpose")
    if purpose not in {"payment", "cancellation"}:
        raise SecurityError("order.event_form")
    if purpose == "payment":
        require_same_basket(record, body)
    elif record.state is not OrderState.CANCELLING:
        raise IllegalMoveError("order.illegal_move", state=record.state.value, move="authorise_cancellation")
    return purpose


def _answer_intended(record: OrderRecord, _event: Event, body: JsonObject) -> OrderRecord:
    require_same_digest(record, body)
    require_same_authorisation(record, body)
    if record.state is OrderState.CANCELLING:
        return replace(record, attempts=record.attempts + 1)
    return replace(record, state=after(record.state, Move.ANSWER), attempts=record.attempts + 1, answered=True)


def _authorised(record: OrderRecord, event: Event, body: JsonObject) -> OrderRecord:
    require_same_authorisation(record, body)
    if record.state in FINAL:
        return _after_the_end(record, event, Move.ACCEPT)
    return replace(record, state=after(record.state, Move.ACCEPT))


def _answer_refused(record: OrderRecord, _event: Event, body: JsonObject) -> OrderRecord:
    if record.starting:
        return _not_started(record, text_of(body, "reason"))
    if not record.authorisation_id:  # a lost initiation: there was no answer that could have been refused
        raise SecurityError("order.other_authorisation")
    state = record.state if record.state is OrderState.CANCELLING else after(record.state, Move.REFUSE_ANSWER)
    return replace(record, state=state, reason=text_of(body, "reason"))


def _not_started(record: OrderRecord, reason: str) -> OrderRecord:
    """Go back to where it stood: no authorisation was started, or none is found."""
    state = record.state
    if state is not OrderState.CANCELLING:
        state = after(state, Move.REFUSE_ANSWER if record.authorisation_id else Move.REFUSE_START)
    return replace(record, state=state, starting="", reason=reason)


def _status_changed(record: OrderRecord, event: Event, body: JsonObject) -> OrderRecord:
    code, payment_id, reason = text_of(body, "transaction_status"), text_of(body, "payment_id"), text_of(body, "reason")
    if code not in TransactionStatus._value2member_map_:
        raise SecurityError("order.unknown_status")
    if record.state in {OrderState.PREPARED, OrderState.APPROVED}:
        raise IllegalMoveError("order.illegal_move", state=record.state.value, move="report")
    if record.payment_id and payment_id not in {record.payment_id, ""}:
        raise SecurityError("order.other_payment")
    status = TransactionStatus(code)
    if status is TransactionStatus.RJCT and reason in DUPLICATES and body.get("source") == "pain.002":
        return replace(record, status=record.status or TransactionStatus.RCVD)  # of a copy: it has the first
    if status is TransactionStatus.PATC and record.status in _BEYOND_SIGNATURES:
        return record  # another device heard it earlier than what is known already
    move = move_for(status, authorised=flag_of(body, "authorised") or record.state in _AUTHORISED)
    following = replace(record, status=status, payment_id=record.payment_id or payment_id)
    if status is TransactionStatus.PATC:
        following = replace(following, partly_signed=True, missing=reason)
    if status in _PAID and "entry" in body and not record.settled_by:
        following = replace(following, settled_by=text_of(body, "entry"), settled_rule=text_of(body, "rule"))
    if record.state in FINAL:
        ended = _after_the_end(record, event, move)
        return following if ended is record and move in _AGREES.get(record.state, ()) else ended
    return following if move is None else replace(following, state=after(record.state, move), reason=reason)


def _after_the_end(record: OrderRecord, event: Event, move: Move | None) -> OrderRecord:
    """Facts never reopen an order: a disagreement becomes a task, and the money is presumed gone (LEDGER 14)."""
    if move is None or move in _AGREES.get(record.state, ()) or (move, record.state) == _LATE_NEWS:
        return record
    return replace(record, contradictions=(*record.contradictions, event.id))


def _lost(record: OrderRecord, _event: Event, body: JsonObject) -> OrderRecord:
    reason = text_of(body, "reason")
    if body.get("stage") == "authorisation" and record.state in {OrderState.INITIATED, OrderState.AUTHORISING}:
        return replace(record, answered=True, reason=reason)  # a bank may ask in its own app upon any step
    if record.state in {OrderState.CANCELLING, OrderState.UNKNOWN}:
        return replace(record, reason=reason)
    lost_start = record.starting == "payment"  # a bank that says nothing of its app may ask there all the same
    answered = record.answered or lost_start
    return replace(record, state=after(record.state, Move.LOSE), answered=answered, reason=reason)


def _reply_refused(record: OrderRecord, _event: Event, body: JsonObject) -> OrderRecord:
    return replace(record, reason=f"reply.{text_of(body, 'field')}")


def _abandoned(record: OrderRecord, _event: Event, body: JsonObject) -> OrderRecord:
    require_untied(record)
    carried = record.by_hand and (record.handed_over_at > 0 or record.status is not None)
    if record.answered or carried or (record.state is OrderState.UNKNOWN and not record.abandonable):
        raise IllegalMoveError("order.may_be_executed", state=record.state.value)
    return replace(record, state=after(record.state, Move.ABANDON), reason=text_of(body, "reason"))


def _call_off_intended(record: OrderRecord, _event: Event, _body: JsonObject) -> OrderRecord:
    require_untied(record)
    if record.by_hand or not (record.payment_id and record.abandonable):
        raise IllegalMoveError("order.may_be_executed", state=record.state.value)
    after(record.state, Move.ABANDON)
    return record  # what comes of it the bank says


def _cancellation_intended(record: OrderRecord, _event: Event, _body: JsonObject) -> OrderRecord:
    state = after(record.state, Move.INTEND_CANCELLATION)
    return replace(record, state=state, purpose="cancellation", starting="", authorisation_id="", attempts=0)


def _cancellation_refused(record: OrderRecord, _event: Event, body: JsonObject) -> OrderRecord:
    return replace(record, state=after(record.state, Move.REFUSE_CANCELLATION), reason=text_of(body, "reason"))


def _handed_over(record: OrderRecord, event: Event, body: JsonObject) -> OrderRecord:
    if not record.carried_by_hand:
        raise IllegalMoveError("order.illegal_move", state=record.state.value, move="hand_over")
    return replace(record, handed_over_at=event.header.at, bank_reference=text_of(body, "reference"))


def _proof_added(record: OrderRecord, _event: Event, body: JsonObject) -> OrderRecord:
    if not record.by_hand or not record.payment_id:
        raise IllegalMoveError("order.illegal_move", state=record.state.value, move="prove")
    proof = (text_of(body, "name"), text_of(body, "sha256"), number_of(body, "size"))
    return replace(record, proofs=(*record.proofs, proof))


def _recall_written(record: OrderRecord, event: Event, body: JsonObject) -> OrderRecord:
    """Note that a request to call it off was written: it moves nothing, since the bank may never see it."""
    file = body.get("file")
    if not record.recallable or not isinstance(file, dict):
        raise IllegalMoveError("order.illegal_move", state=record.state.value, move="recall")
    reason, name, _sha256 = text_of(body, "reason"), text_of(file, "name"), text_of(file, "sha256")
    return replace(record, recall_reason=reason, recall_file=name, recalled_at=event.header.at)


def _returned(record: OrderRecord, event: Event, body: JsonObject) -> OrderRecord:
    """Note that settled money came back. The order stays settled: it was paid, and its return is a fact of its own."""
    if record.state is not OrderState.SETTLED:
        raise IllegalMoveError("order.illegal_move", state=record.state.value, move="return")
    return replace(record, returned=text_of(body, "reason"), returned_at=event.header.at)


_PAID = frozenset({TransactionStatus.ACSC, TransactionStatus.ACCC})
_BEYOND_SIGNATURES = _PAID | {TransactionStatus.ACSP, TransactionStatus.ACWP}
_AUTHORISED = frozenset({OrderState.ACCEPTED, OrderState.CANCELLING, OrderState.SETTLED})
_LATE_NEWS = (Move.ACCEPT, OrderState.SETTLED)
_AGREES = {
    OrderState.SETTLED: {Move.SETTLE},
    OrderState.REJECTED: {Move.REJECT},
    OrderState.CANCELLED: {Move.CANCEL},
    OrderState.ABANDONED: {Move.REJECT, Move.CANCEL},  # the bank gave it up too
}
BANK_STEPS: Final[Mapping[str, Callable[[OrderRecord, Event, JsonObject], OrderRecord]]] = {
    kinds.ORDER_INITIATED: _initiated,
    kinds.ORDER_START_INTENDED: _start_intended,
    kinds.ORDER_AUTHORISATION_STARTED: _authorisation_started,
    kinds.ORDER_ANSWER_INTENDED: _answer_intended,
    kinds.ORDER_AUTHORISED: _authorised,
    kinds.ORDER_ANSWER_REFUSED: _answer_refused,
    kinds.ORDER_STATUS_CHANGED: _status_changed,
    kinds.ORDER_OUTCOME_UNKNOWN: _lost,
    kinds.ORDER_REPLY_REFUSED: _reply_refused,
    kinds.ORDER_ABANDONED: _abandoned,
    kinds.ORDER_CALL_OFF_INTENDED: _call_off_intended,
    kinds.ORDER_CANCELLATION_INTENDED: _cancellation_intended,
    kinds.ORDER_CANCELLATION_REFUSED: _cancellation_refused,
    kinds.ORDER_HANDED_OVER: _handed_over,
    kinds.ORDER_PROOF_ADDED: _proof_added,
    kinds.ORDER_RECALL_WRITTEN: _recall_written,
    kinds.ORDER_RETURNED: _returned,
    **SIGNING_STEPS,
    **BASKET_STEPS,
}
