"""Export a receipt: what it rests on, and the private record that it left the vault."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from countersign.application.ports.clock import Entropy, new_identifier
from countersign.application.ports.vault import Vault
from countersign.application.use_cases.gather_evidence import gather_evidence
from countersign.application.use_cases.relied_on import known_in
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain, EventDraft
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.proof import Evidence


@dataclass(frozen=True, slots=True)
class ReceiptGround:
    """What a receipt is made from, all of it as of one moment."""

    record: OrderRecord
    evidence: Evidence
    content: bytes  # the evidence as canonical bytes: what is attached


def receipt_ground(vault: Vault, order: str) -> ReceiptGround:
    """Gather an order and its evidence. VAULT lane.

    Raises:
        UserFacingError: ``order.unknown``.
    """
    record = known_in(vault, order)
    evidence = gather_evidence(vault, order)
    return ReceiptGround(record, evidence, evidence.content())


def record_export(vault: Vault, entropy: Entropy, order: str, evidence: bytes) -> None:
    """Record that a receipt was written. VAULT lane; nothing where this vault may not sign."""
    if not vault.may_sign:
        return
    body = {"order": order, "evidence_sha256": hashlib.sha256(evidence).hexdigest()}
    with vault.transaction() as change:
        change.append(EventDraft(kinds.RECEIPT_EXPORTED, new_identifier(entropy), body, chain=Chain.PRIVATE))
