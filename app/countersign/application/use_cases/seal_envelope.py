"""Seal an envelope for other devices. VAULT lane."""

from __future__ import annotations

from collections.abc import Sequence

from countersign.application.ports.clock import Entropy
from countersign.application.ports.relay import EnvelopeKeys, EnvelopeSuite
from countersign.domain.ledger.envelope import (
    CONTENT_KEY_BYTES,
    NONCE_BYTES,
    Envelope,
    EnvelopeHeader,
    Purpose,
    SignedLetter,
    WrappedKey,
    check_letter,
    hint_of,
    wrapping_info,
)
from countersign.domain.ledger.governance import Device
from countersign.domain.ledger.letter import EnvelopeError, Letter


def seal_envelope(
    vault: EnvelopeKeys,
    suite: EnvelopeSuite,
    letter: Letter,
    recipients: Sequence[Device],
    purpose: Purpose,
    entropy: Entropy,
    at: int,
) -> bytes:
    """Sign a letter, encrypt it once, and wrap the key for each device.

    Args:
        vault: Signs.
        suite: Encrypts.
        letter: What to say: shared events of this workspace, documents, this device's own checkpoint.
        recipients: Open devices, in any order, none twice.
        purpose: See ``Purpose``.
        entropy: The content key and the nonce come from here.
        at: Milliseconds since the epoch.

    Raises:
        EnvelopeError: ``envelope.closed_recipient``: a device that left is sent nothing new; ``envelope.too_large``:
            put the events into several; otherwise the letter is none that another device would take.
        SecurityError: ``vault.read_only``.
    """
    if any(device.closed for device in recipients):
        raise EnvelopeError("envelope.closed_recipient")
    ordered = sorted(recipients, key=lambda device: device.device)
    identity = vault.identity
    header = EnvelopeHeader(
        workspace=identity.workspace,
        sender=identity.device,
        recipients=tuple(device.device for device in ordered),
        purpose=purpose,
        ranges=letter.ranges,
        at=at,
        content_hash=letter.hash,
        nonce=entropy.token_bytes(NONCE_BYTES).hex(),
    )
    header.check_form()
    check_letter(header, letter)
    signed = SignedLetter(header, vault.sign(header), letter.content)
    key = entropy.token_bytes(CONTENT_KEY_BYTES)
    info = wrapping_info(header.message)
    keys = tuple(
        WrappedKey(
            hint_of(header.message, device.device), suite.wrap(bytes.fromhex(device.exchange_public_key), key, info)
        )
        for device in ordered
    )
    front = Envelope(header.message, keys, b"").front
    return Envelope(header.message, keys, suite.encrypt(key, signed.content, front)).content
