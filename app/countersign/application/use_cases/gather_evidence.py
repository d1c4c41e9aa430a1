"""Gather the evidence of an order: what an outsider needs to check it (LEDGER rule 20)."""

from __future__ import annotations

from countersign.application.ports.vault import Vault
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain
from countersign.domain.proof import Disclosed, Evidence

_ALWAYS = kinds.GOVERNANCE_KINDS | {kinds.WORKSPACE_FROZEN, kinds.WORKSPACE_UNFROZEN}


def gather_evidence(vault: Vault, order: str) -> Evidence:
    """Disclose an order, its payee and the workspace's rules, and prove each event under a fresh signed head.

    Raises:
        UserFacingError: ``order.unknown``.
    """
    record = vault.order(order)
    genesis = vault.events(Chain.SHARED, 0, 1)
    if record is None or not genesis:
        raise UserFacingError("order.unknown")
    about = [
        *vault.events_of(vault.identity.workspace),
        *vault.events_of(record.content.payee),
        *vault.events_of(order),
    ]
    chosen = {
        event.id: event
        for event in (*genesis, *about)
        if event.header.device == vault.identity.device and (event.kind in _ALWAYS or _belongs(event.kind))
    }
    head = vault.signed_head(Chain.SHARED)
    disclosed = tuple(
        Disclosed(event, vault.inclusion_proof(event.id, head.head.size)[1])
        for event in sorted(chosen.values(), key=lambda item: item.header.seq)
    )
    return Evidence(order, head, disclosed)


def _belongs(kind: str) -> bool:
    return kind.startswith(("order.", "payee."))
