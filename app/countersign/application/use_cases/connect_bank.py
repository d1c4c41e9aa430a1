"""Keep a bank connection: its credential in the vault's working state, the fact of it in the ledger."""

from __future__ import annotations

from countersign.application.ports.bank import BankProfile
from countersign.application.ports.clock import Entropy, new_identifier
from countersign.application.ports.vault import LocalSpace, Vault
from countersign.domain.canonical import Json, JsonObject
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft


def connect_bank(vault: Vault, entropy: Entropy, bank: str, credential: JsonObject, profile: BankProfile) -> None:
    """Record a connection. ``bank`` is the name under which the vault knows it."""
    body: dict[str, Json] = {
        "bank": bank,
        "name": profile.name,
        "bic": profile.bic,
        "practice": profile.practice,
    }
    with vault.transaction() as change:
        change.put(LocalSpace.CREDENTIAL, bank, {"credential": credential, "consent_id": ""})
        change.append(EventDraft(kinds.BANK_CONNECTED, new_identifier(entropy), body))


def keep_consent(vault: Vault, bank: str, consent_id: str) -> None:
    """Keep the permission to read accounts beside the connection's credential."""
    with vault.transaction() as change:
        kept = change.get(LocalSpace.CREDENTIAL, bank)
        if kept is not None:
            change.put(LocalSpace.CREDENTIAL, bank, {**kept, "consent_id": consent_id})
