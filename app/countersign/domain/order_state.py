"""The life of an order: one enumeration, one table. A move that is not in the table raises.

Bank statuses are ISO 20022 ExternalPaymentTransactionStatus1Code as NextGenPSD2 1.3 §14.13 uses them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from countersign.domain.errors import SecurityError


class OrderState(StrEnum):
    """Where an order stands."""

    PREPARED = "prepared"  # frozen; approvals are being gathered
    APPROVED = "approved"  # the rule is met; nothing has been sent
    STOPPED = "stopped"  # ended by a person or a hard stop, before anything was sent
    INTENDED = "intended"  # the intent is durable; the initiation may be on its way
    INITIATED = "initiated"  # the bank holds it; nothing is authorised
    AUTHORISING = "authorising"  # an authorisation is open and waits for a code
    ANSWERING = "answering"  # the commit point is durable; the answer, or the start, may be on its way
    UNKNOWN = "unknown"  # the bank may or may not have executed it; we ask and never send
    ACCEPTED = "accepted"  # the bank took it and has not settled yet
    CANCELLING = "cancelling"  # a cancellation is under way; its outcome is not known yet
    SETTLED = "settled"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    ABANDONED = "abandoned"  # given up where nothing can have been executed


class Move(StrEnum):
    """What can happen to an order."""

    MEET_RULE = "meet_rule"
    STOP = "stop"
    INTEND = "intend"
    INITIATE = "initiate"
    START = "start"
    OPEN = "open"
    REFUSE_START = "refuse_start"
    AUTHORISE = "authorise"
    ANSWER = "answer"
    REFUSE_ANSWER = "refuse_answer"
    LOSE = "lose"
    ABANDON = "abandon"
    ACCEPT = "accept"
    SETTLE = "settle"
    REJECT = "reject"
    CANCEL = "cancel"
    INTEND_CANCELLATION = "intend_cancellation"
    REFUSE_CANCELLATION = "refuse_cancellation"


class IllegalMoveError(SecurityError):
    """An order can't do this from where it stands."""


_S, _M = OrderState, Move
_AT_BANK = (_S.INTENDED, _S.INITIATED, _S.AUTHORISING, _S.ANSWERING, _S.UNKNOWN, _S.ACCEPTED, _S.CANCELLING)

TRANSITIONS: Final[Mapping[tuple[OrderState, Move], OrderState]] = MappingProxyType(
    {
        (_S.PREPARED, _M.MEET_RULE): _S.APPROVED,
        (_S.PREPARED, _M.STOP): _S.STOPPED,
        (_S.APPROVED, _M.STOP): _S.STOPPED,
        (_S.APPROVED, _M.INTEND): _S.INTENDED,
        (_S.INTENDED, _M.INITIATE): _S.INITIATED,
        # Upon the start of an authorisation the bank's own app may ask: it may be the commit point (LEDGER 19).
        (_S.INITIATED, _M.START): _S.ANSWERING,
        (_S.AUTHORISING, _M.START): _S.ANSWERING,
        (_S.ANSWERING, _M.OPEN): _S.AUTHORISING,
        (_S.UNKNOWN, _M.OPEN): _S.AUTHORISING,
        (_S.ANSWERING, _M.REFUSE_START): _S.INITIATED,
        (_S.UNKNOWN, _M.REFUSE_START): _S.INITIATED,
        (_S.INITIATED, _M.AUTHORISE): _S.AUTHORISING,
        (_S.AUTHORISING, _M.AUTHORISE): _S.AUTHORISING,
        (_S.AUTHORISING, _M.ANSWER): _S.ANSWERING,
        (_S.ANSWERING, _M.REFUSE_ANSWER): _S.AUTHORISING,
        (_S.UNKNOWN, _M.REFUSE_ANSWER): _S.AUTHORISING,
        (_S.INTENDED, _M.LOSE): _S.UNKNOWN,
        (_S.ANSWERING, _M.LOSE): _S.UNKNOWN,
        (_S.INTENDED, _M.ABANDON): _S.ABANDONED,
        (_S.INITIATED, _M.ABANDON): _S.ABANDONED,
        (_S.AUTHORISING, _M.ABANDON): _S.ABANDONED,
        (_S.UNKNOWN, _M.ABANDON): _S.ABANDONED,
        (_S.ACCEPTED, _M.INTEND_CANCELLATION): _S.CANCELLING,
        (_S.CANCELLING, _M.INTEND_CANCELLATION): _S.CANCELLING,
        (_S.CANCELLING, _M.REFUSE_CANCELLATION): _S.ACCEPTED,
        # What the bank says is believed from wherever the order stands at the bank.
        **{(state, _M.ACCEPT): _S.ACCEPTED for state in _AT_BANK if state is not _S.CANCELLING},
        (_S.CANCELLING, _M.ACCEPT): _S.CANCELLING,
        **{(state, _M.SETTLE): _S.SETTLED for state in _AT_BANK},
        **{(state, _M.REJECT): _S.REJECTED for state in _AT_BANK},
        **{(state, _M.CANCEL): _S.CANCELLED for state in _AT_BANK},
    }
)

BEGUN: Final = frozenset(_AT_BANK)
"""Sent, and not at their end: one of these has an intent."""

FINAL: Final = frozenset({_S.STOPPED, _S.SETTLED, _S.REJECTED, _S.CANCELLED, _S.ABANDONED})

MAY_HAVE_MOVED_MONEY: Final = frozenset({_S.ANSWERING, _S.UNKNOWN, _S.ACCEPTED, _S.CANCELLING, _S.SETTLED})


def after(state: OrderState, move: Move) -> OrderState:
    """Return the state that follows.

    Raises:
        IllegalMoveError: The table has no such move.
    """
    following = TRANSITIONS.get((state, move))
    if following is None:
        raise IllegalMoveError("order.illegal_move", state=state.value, move=move.value)
    return following


class TransactionStatus(StrEnum):
    """What a bank says of a payment (ISO 20022 codes)."""

    RCVD = "RCVD"
    PDNG = "PDNG"
    PATC = "PATC"
    ACTC = "ACTC"
    ACFC = "ACFC"
    ACCP = "ACCP"
    ACWC = "ACWC"
    ACWP = "ACWP"
    ACSP = "ACSP"
    ACSC = "ACSC"
    ACCC = "ACCC"
    PART = "PART"
    RJCT = "RJCT"
    CANC = "CANC"


DUPLICATES: Final = frozenset({"AM05", "DU01", "DU02", "DU03", "DU04", "DU05", "DUPL"})
"""ISO 20022 ExternalStatusReason1Code: a message or payment is refused since the bank holds one of that name."""


def move_for(status: TransactionStatus, *, authorised: bool) -> Move | None:
    """Return what a bank's status means for the order; None where it says nothing new.

    RCVD and PATC before an authorisation only mean that the bank holds the order.
    """
    if status in {TransactionStatus.ACSC, TransactionStatus.ACCC}:
        return Move.SETTLE
    if status is TransactionStatus.RJCT:
        return Move.REJECT
    if status is TransactionStatus.CANC:
        return Move.CANCEL
    if not authorised and status in {TransactionStatus.RCVD, TransactionStatus.PATC, TransactionStatus.PDNG}:
        return None
    return Move.ACCEPT
