"""Records that something is done upon: what the fold leaves out would be none (LEDGER 16)."""

from __future__ import annotations

from countersign.application.ports.vault import Vault, VaultTransaction
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.order_record import OrderRecord


def take(change: VaultTransaction, draft: EventDraft) -> None:
    """Append what is relied on.

    Raises:
        SecurityError: The order doesn't stand where this may be said, or somebody else may say it; the transaction is
            rolled back, with all that came before in it.
    """
    event = change.append(draft)
    fault = dict(known_in(change, draft.subject).faults).get(event.id, "")
    if fault:
        raise SecurityError(fault)


def known_in(found_in: Vault | VaultTransaction, order: str) -> OrderRecord:
    """Read an order; raises ``UserFacingError`` with ``order.unknown``."""
    record = found_in.order(order)
    if record is None:
        raise UserFacingError("order.unknown")
    return record
