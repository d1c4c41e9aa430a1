"""What is put on record of a request to call off a payment that went to the bank as a file (camt.055).

The request moves no order: the person carries it, the bank decides, and only a statement shows the money back.
"""

from __future__ import annotations

from countersign.application.ports.bank import Handover
from countersign.application.ports.vault import Vault
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.order_record import OrderRecord


def require_recallable(vault: Vault, order: str) -> None:
    """Refuse where no request can be written, or none could be put on record.

    Raises:
        SecurityError: ``vault.read_only``.
        UserFacingError: ``carried.no_recall``: its bank did not take a payment file of it, or it ended.
    """
    if not vault.may_sign:
        raise SecurityError("vault.read_only")
    _require(vault.order(order))


def record_recall(vault: Vault, order: str, reason: str, written: Handover) -> None:
    """Record that a request was written.

    Args:
        vault: The unlocked vault.
        order: The order.
        reason: ISO 20022 ExternalCancellationReason1Code, as it stands in the file.
        written: The file.

    Raises:
        UserFacingError: ``carried.no_recall``: the order ended meanwhile.
    """
    with vault.transaction() as change:
        _require(change.order(order))
        file = {"name": written.name, "sha256": written.sha256}
        change.append(EventDraft(kinds.ORDER_RECALL_WRITTEN, order, {"reason": reason, "file": file}))


def _require(record: OrderRecord | None) -> None:
    if record is None or not record.recallable:
        raise UserFacingError("carried.no_recall")
