"""What is put on record of a payment that the person carries to the bank: their word, and documents of the bank's.

A person's word is kept as such. It moves no order on: nobody but the bank can say what became of a payment.
"""

from __future__ import annotations

from countersign.application.ports.vault import Vault, VaultTransaction
from countersign.application.use_cases.relied_on import known_in
from countersign.domain.canonical import Json
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft

REFERENCE_LIMIT = 70
PROOF_LIMIT = 10 * 1024 * 1024
NAME_LIMIT = 120


def record_handed_over(vault: Vault, order: str, reference: str) -> None:
    """Record that the person carried the payment to the bank.

    Args:
        vault: The unlocked vault.
        order: The order.
        reference: The bank's own reference as the person read it, or empty.

    Raises:
        UserFacingError: ``carried.reference_long``; ``carried.not_waiting``: it isn't waiting to be carried.
    """
    if len(reference) > REFERENCE_LIMIT:
        raise UserFacingError("carried.reference_long", limit=REFERENCE_LIMIT)
    with vault.transaction() as change:
        _require_waiting(change, order)
        change.append(EventDraft(kinds.ORDER_HANDED_OVER, order, {"reference": reference.strip()}))


def record_not_handed_over(vault: Vault, order: str) -> None:
    """End an order of which the person says that it was never carried to the bank.

    A statement that shows it all the same is a contradiction, and the money is presumed gone.

    Raises:
        UserFacingError: ``carried.not_waiting``.
    """
    with vault.transaction() as change:
        _require_waiting(change, order)
        change.append(EventDraft(kinds.ORDER_ABANDONED, order, {"reason": "not_handed_over"}))


def record_proof(vault: Vault, order: str, name: str, data: bytes) -> None:
    """Keep a document of the bank's with the order: encrypted in the vault, its hash in the ledger.

    Args:
        vault: The unlocked vault.
        order: The order.
        name: The document's name, as the person knows it.
        data: At most 10 MiB.

    Raises:
        UserFacingError: ``carried.proof_size``; ``order.unknown``; ``carried.not_waiting``: nothing was laid out yet.
    """
    if not 0 < len(data) <= PROOF_LIMIT:
        raise UserFacingError("carried.proof_size", megabytes=PROOF_LIMIT // 1024**2)
    with vault.transaction() as change:
        record = known_in(change, order)
        if not record.by_hand or not record.payment_id:
            raise UserFacingError("carried.not_waiting")
        body: dict[str, Json] = {"name": name[-NAME_LIMIT:], "sha256": change.keep_blob(data), "size": len(data)}
        change.append(EventDraft(kinds.ORDER_PROOF_ADDED, order, body))


def require_waiting(vault: Vault, order: str) -> None:
    """Refuse what may only be said of a payment that waits to be carried.

    Raises:
        UserFacingError: ``carried.not_waiting``.
    """
    record = vault.order(order)
    if record is None or not record.carried_by_hand:
        raise UserFacingError("carried.not_waiting")


def require_may_carry(vault: Vault) -> None:
    """Refuse to show what is to be carried where that could not be put on record, or new payments are stopped.

    Raises:
        SecurityError: ``vault.read_only``.
        UserFacingError: ``intent.frozen``.
    """
    if not vault.may_sign:
        raise SecurityError("vault.read_only")
    with vault.transaction() as change:
        if change.rules.frozen:
            raise UserFacingError("intent.frozen")


def _require_waiting(change: VaultTransaction, order: str) -> None:
    if not known_in(change, order).carried_by_hand:
        raise UserFacingError("carried.not_waiting")
