"""Save, list and drop drafts of transfers: working state that survives a crash at every step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from countersign.application.flows.transfer import TransferDraft
from countersign.application.ports.vault import LocalSpace, Vault
from countersign.domain.errors import SecurityError


def save_draft(vault: Vault, draft: TransferDraft) -> TransferDraft:
    """Save a draft durably and return it with the time."""
    with vault.transaction() as change:
        saved = replace(draft, saved_at=change.now_ms)
        change.put(LocalSpace.DRAFT, saved.draft, saved.canonical())
    return saved


def drop_draft(vault: Vault, draft: str) -> None:
    """Forget a draft."""
    with vault.transaction() as change:
        change.drop(LocalSpace.DRAFT, draft)


def saved_drafts(vault: Vault) -> Sequence[TransferDraft]:
    """List saved drafts, newest first. One that can't be read any more is left out, and stays where it is."""
    found = []
    for value in vault.local(LocalSpace.DRAFT).values():
        try:
            found.append(TransferDraft.read(value))
        except (SecurityError, ValueError):
            continue
    return sorted(found, key=lambda draft: draft.saved_at, reverse=True)
