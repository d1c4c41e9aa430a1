"""Attach documents to a draft, and take them off it again: the bytes are kept in the vault, with the draft."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from countersign.application.flows.transfer import TransferDraft
from countersign.application.ports.documents import DocumentFiles
from countersign.application.ports.vault import LocalSpace, Vault, VaultTransaction
from countersign.domain.documents import attachment_of, require_room
from countersign.domain.errors import UserFacingError
from countersign.domain.order import Attachment, OrderContent


def read_document(files: DocumentFiles, path: Path, stopped: Callable[[], bool]) -> tuple[Attachment, bytes]:
    """Read a file, and say how an order would name it. Any lane but VAULT.

    Raises:
        UserFacingError: ``document.*``: what it is, or how large, or that it can't be read.
    """
    data = files.read(path, stopped)
    return attachment_of(path.name, data), data


def with_document(draft: TransferDraft, added: Attachment) -> TransferDraft:
    """Return the draft with one more document; raises as ``require_room`` does."""
    require_room(draft.documents, added)
    return replace(draft, documents=(*draft.documents, added))


def without_document(draft: TransferDraft, sha256: str) -> TransferDraft:
    """Return the draft without one of its documents."""
    return replace(draft, documents=tuple(item for item in draft.documents if item.sha256 != sha256))


def keep_document(vault: Vault, draft: TransferDraft, data: bytes) -> None:
    """Keep a document's bytes and the draft that names it, in one transaction. VAULT lane.

    Raises:
        UserFacingError: ``vault.disk_full``: neither is kept.
    """
    with vault.transaction() as change:
        change.keep_for_draft(draft.draft, data)
        change.put(LocalSpace.DRAFT, draft.draft, replace(draft, saved_at=change.now_ms).canonical())


def erase_document(vault: Vault, draft: TransferDraft, sha256: str) -> None:
    """Erase a document's bytes and save the draft that names it no more. VAULT lane.

    What an order names stays: it is evidence of what was signed.
    """
    with vault.transaction() as change:
        change.drop_of_draft(draft.draft, sha256)
        change.put(LocalSpace.DRAFT, draft.draft, replace(draft, saved_at=change.now_ms).canonical())


def hand_on_documents(change: VaultTransaction, draft: TransferDraft) -> None:
    """Keep a draft's documents for good: an order is about to name them.

    Raises:
        UserFacingError: ``document.gone`` (``name``): one is not here any more.
    """
    for item in draft.documents:
        if not change.hand_on_document(draft.draft, item.sha256):
            raise UserFacingError("document.gone", name=item.name)


def require_documents(change: VaultTransaction, content: OrderContent) -> None:
    """Refuse what may only be done by who can open all that is attached to an order.

    Raises:
        UserFacingError: ``document.not_here``.
    """
    names = tuple(item.sha256 for item in content.attachments)
    if names and len(change.documents_here(names)) < len(set(names)):
        raise UserFacingError("document.not_here")
