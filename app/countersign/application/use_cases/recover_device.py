"""Close an own device, or add one, with the recovery kit: the member's recovery key signs that alone (LEDGER 17).

It needs no administrator and no second person. It works from a device of the same member that still signs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from countersign.application.ports.workspace import WorkspaceVault
from countersign.application.use_cases.change_governance import closed
from countersign.application.use_cases.invite_member import Stage, keep_asking, kept_asking
from countersign.domain.canonical import Json
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chains import Verify
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.governance import Device, recovery_message

KitSigner = Callable[[Sequence[str], bytes], bytes]
"""Signs 32 bytes with the key that the words of a kit hold, see ``VaultDoor.kit_signature``."""


def close_with_kit(vault: WorkspaceVault, verify: Verify, sign: KitSigner, words: Sequence[str], device: str) -> None:
    """Close another device of one's own: nothing that it signed after its last event known here will count.

    Args:
        vault: The unlocked vault.
        verify: Checks an Ed25519 signature.
        sign: Signs with the kit.
        words: The twelve words.
        device: Which.

    Raises:
        UserFacingError: ``recovery.not_yours``, ``recovery.other_kit``, ``vault.kit_wrong``.
    """
    known = vault.rules.governance.device(device)
    if known is None or known.closed or device == vault.identity.device or known.member != vault.identity.member:
        raise UserFacingError("recovery.not_yours")
    _record(vault, verify, sign, words, (kinds.DEVICE_CLOSED, closed(vault, known)))


def add_with_kit(
    vault: WorkspaceVault, verify: Verify, sign: KitSigner, words: Sequence[str], invitation: str, shown_digest: str
) -> None:
    """Add the device that answered one's own invitation, once both screens have shown the same words.

    Args:
        vault: The unlocked vault.
        verify: Checks an Ed25519 signature.
        sign: Signs with the kit.
        words: The twelve words.
        invitation: Its name.
        shown_digest: What the phrase on screen was made from.

    Raises:
        UserFacingError: ``joining.not_open``, ``recovery.not_yours``, ``recovery.other_kit``, ``vault.kit_wrong``.
        SecurityError: ``joining.phrase``: the screen showed the phrase of another request.
    """
    with vault.transaction() as change:
        asking = kept_asking(change, invitation)
    if asking is None or asking.request is None or asking.stage is not Stage.ASKED:
        raise UserFacingError("joining.not_open")
    if shown_digest != asking.phrase_digest:
        raise SecurityError("joining.phrase")
    if asking.request.member != vault.identity.member:
        raise UserFacingError("recovery.not_yours")
    _record(vault, verify, sign, words, (kinds.DEVICE_ADDED, asking.request.device))
    with vault.transaction() as change:
        keep_asking(change, replace(asking, stage=Stage.PROPOSED))


def _record(
    vault: WorkspaceVault, verify: Verify, sign: KitSigner, words: Sequence[str], what: tuple[str, Device]
) -> None:
    kind, device = what
    member = vault.rules.governance.member(vault.identity.member)
    message = recovery_message(vault.identity.workspace, device)
    signature = sign(words, message)
    if member is None or not verify(bytes.fromhex(member.recovery_public_key), signature, message):
        raise UserFacingError("recovery.other_kit")
    body: dict[str, Json] = {"device": device.canonical(), "recovery_signature": signature.hex()}
    with vault.transaction() as change:
        change.append(EventDraft(kind, vault.identity.workspace, body))
