"""What can still be got back of an order that has left, for its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import Final

from countersign.application.ports.rails import RailBook
from countersign.application.ports.vault import LedgerEntry
from countersign.domain.ledger import kinds
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order_state import OrderState
from countersign.presentation.recovery_words import RecoveryState, recovery_state

_GONE: Final = frozenset(
    {OrderState.ACCEPTED, OrderState.SETTLED, OrderState.CANCELLING, OrderState.ANSWERING, OrderState.UNKNOWN}
)


def order_recovery(
    book: RailBook, record: OrderRecord, entries: Sequence[LedgerEntry], now_ms: int, zone: tzinfo
) -> RecoveryState | None:
    """Say what can still be got back; None where the money has not left, or came back.

    Args:
        book: What is known of rails.
        record: The order.
        entries: What happened to it.
        now_ms: The time: what has ended by then is left out.
        zone: The person's own.
    """
    if record.returned_at or (record.state not in _GONE and not record.handed_over_at):
        return None
    answered = [entry.at for entry in entries if entry.kind == kinds.ORDER_ANSWER_INTENDED]
    answered = answered or [entry.at for entry in entries if entry.kind == kinds.ORDER_START_INTENDED][:1]
    sent = answered[-1] if answered else record.handed_over_at or now_ms
    found = recovery_state(book, record.content.payment, sent, zone)
    settled = record.state is OrderState.SETTLED
    return replace(found, lines=tuple(line for line in found.lines if line.stands(now_ms, settled=settled)))
