"""Refuse to sign or to send by rules that were changed in a way which this version can't read."""

from __future__ import annotations

from countersign.application.ports.vault import Vault, VaultTransaction
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger.unread_rules import is_unread


def require_rules_read(vault: Vault, change: VaultTransaction) -> None:
    """Refuse where a newer version changed the rules: by those there may be more to ask for than this one knows of.

    Args:
        vault: The unlocked vault.
        change: The transaction in which something is signed or sent.

    Raises:
        UserFacingError: ``rules.newer_version``.
    """
    about = vault.events_of(vault.identity.workspace)
    if any(is_unread(event, change.rules) for event in about):
        raise UserFacingError("rules.newer_version")
