"""Further signatures that the bank wants of a payment it holds (NextGenPSD2 1.3, multilevel SCA).

They begin nothing: a device that isn't the sender can do no more than authorise what the sender initiated. When one is
recorded, the bank's newest word must be PATC (``signing_obstacle``). Folding is milder, and asks only whether the bank
ever said it: what another device heard meanwhile may stand in front of a signature in the folding order, and must not
undo that it was given (LEDGER rules 7 and 13).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from countersign.domain.canonical import JsonObject
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.authors import acting_member
from countersign.domain.ledger.bank_signing import BankSigning, SigningState
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.members import Role
from countersign.domain.ledger.order_fields import flag_of, require_same_digest, text_of
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import Rules
from countersign.domain.order_state import IllegalMoveError

OUTCOMES: Final[Mapping[str, SigningState]] = {
    "signed": SigningState.SIGNED,
    "refused": SigningState.OPEN,  # this code did not count, another may
    "failed": SigningState.FAILED,
    "unknown": SigningState.UNKNOWN,
}
"""What can become of an answer, as the ledger words it."""


def signing_obstacle(record: OrderRecord, rules: Rules, device: str, at: int) -> str:
    """Return why this device can't begin a further signature now, or send its code; empty where it can.

    Args:
        record: The order.
        rules: Governance and stops, as known.
        device: Who wants to sign.
        at: Milliseconds since the epoch.

    Returns:
        ``signing.not_awaited``, ``intent.frozen``, ``intent.stopped_meanwhile``, ``signing.under_way``,
        ``order.may_not_sign``, ``author.*`` or nothing.
    """
    if not record.awaits_signature or record.by_hand or not record.payment_id:
        return "signing.not_awaited"
    if rules.frozen:
        return "intent.frozen"
    if record.sent_before_known:  # the intent stands (LEDGER 13); nobody need sign it further
        return "intent.stopped_meanwhile"
    own = record.signing_of(device)
    if own is not None and own.under_way:
        return "signing.under_way"
    try:
        member = acting_member(rules.governance, device, at)
    except SecurityError as error:
        return error.code
    return "" if Role.APPROVER in member.roles else "order.may_not_sign"


def _start_intended(record: OrderRecord, event: Event, body: JsonObject) -> OrderRecord:
    require_same_digest(record, body)
    own = record.signing_of(event.header.device)
    if not record.partly_signed or (own is not None and own.under_way):
        raise IllegalMoveError("order.illegal_move", state=record.state.value, move="sign")
    intended = BankSigning(event.header.device, "", event.header.at, SigningState.SENT)
    return replace(record, signings=(*record.signings, intended))


def _started(record: OrderRecord, event: Event, body: JsonObject) -> OrderRecord:
    require_same_digest(record, body)
    authorisation, device = text_of(body, "authorisation_id"), event.header.device
    own = record.signing_of(device)
    if not authorisation:
        raise SecurityError("order.event_form")
    asked = "asked" in body and flag_of(body, "asked")  # the bank's own app asks, or has decided
    if own is not None and own.starting:
        begun = replace(own, authorisation=authorisation, state=SigningState.SENT if asked else SigningState.OPEN)
        return _with(record, own, replace(begun, attempts=int(asked)))
    if not record.partly_signed or (own is not None and own.under_way):
        raise IllegalMoveError("order.illegal_move", state=record.state.value, move="sign")
    started = BankSigning(device, authorisation, event.header.at)  # older versions kept nothing before
    return replace(record, signings=(*record.signings, started))


def _intended(record: OrderRecord, event: Event, body: JsonObject) -> OrderRecord:
    require_same_digest(record, body)
    own = _own(record, event, body)
    if own.state is not SigningState.OPEN:
        raise IllegalMoveError("order.illegal_move", state=own.state.value, move="answer")
    return _with(record, own, replace(own, state=SigningState.SENT, attempts=own.attempts + 1))


def _ended(record: OrderRecord, event: Event, body: JsonObject) -> OrderRecord:
    own, outcome = _own(record, event, body), text_of(body, "outcome")
    if outcome not in OUTCOMES or (own.starting and outcome not in {"failed", "unknown"}):
        raise SecurityError("order.event_form")
    if own.state in {SigningState.SIGNED, SigningState.FAILED}:
        raise IllegalMoveError("order.illegal_move", state=own.state.value, move=outcome)
    if own.starting and outcome == "failed":  # none was begun, or the bank knows of none
        return replace(record, signings=tuple(item for item in record.signings if item is not own))
    return _with(record, own, replace(own, state=OUTCOMES[outcome], reason=text_of(body, "reason")))


def _own(record: OrderRecord, event: Event, body: JsonObject) -> BankSigning:
    own = record.signing_of(event.header.device)
    if own is None or text_of(body, "authorisation_id") != own.authorisation:
        raise SecurityError("order.other_authorisation")
    return own


def _with(record: OrderRecord, own: BankSigning, now: BankSigning) -> OrderRecord:
    return replace(record, signings=tuple(now if item is own else item for item in record.signings))


SIGNING_STEPS: Final[Mapping[str, Callable[[OrderRecord, Event, JsonObject], OrderRecord]]] = {
    kinds.ORDER_SIGNING_START_INTENDED: _start_intended,
    kinds.ORDER_SIGNING_STARTED: _started,
    kinds.ORDER_SIGNING_INTENDED: _intended,
    kinds.ORDER_SIGNING_ENDED: _ended,
}
