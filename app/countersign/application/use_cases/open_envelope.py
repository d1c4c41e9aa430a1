"""Open an envelope that another device sealed. VAULT lane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from countersign.application.ports.relay import EnvelopeKeys, EnvelopeSuite
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.chains import Verify
from countersign.domain.ledger.envelope import (
    Envelope,
    EnvelopeHeader,
    Purpose,
    SignedLetter,
    check_letter,
    wrapping_info,
)
from countersign.domain.ledger.event import device_identifier
from countersign.domain.ledger.letter import EnvelopeError, Letter

KeyOf: TypeAlias = Callable[[str], bytes | None]
"""A device's raw Ed25519 public key; None for a device that is not known, or no longer listened to."""
AskerKey: TypeAlias = Callable[[Letter], bytes | None]
"""The key that a request to join names as its own, read from the letter."""


@dataclass(frozen=True, slots=True)
class OpenedEnvelope:
    """What was in it. The sender is who the header says, for this device, in this workspace."""

    header: EnvelopeHeader
    letter: Letter


def open_envelope(
    vault: EnvelopeKeys,
    suite: EnvelopeSuite,
    content: bytes,
    key_of: KeyOf,
    verify: Verify,
    asker_key: AskerKey | None = None,
) -> OpenedEnvelope:
    """Open an envelope, and check everything that can be checked without the ledger.

    The signatures of the events are for ``WorkspaceVault.take_in``; opening one twice gives the same twice.

    Args:
        vault: Unwraps the content key.
        suite: Decrypts.
        content: All the bytes, untrusted.
        key_of: Knows the devices whose envelopes are read.
        verify: Checks an Ed25519 signature.
        asker_key: Given where requests to join are read: their sender is known to nobody yet. That such an envelope
            opens shows only that whoever wrote it holds the key that it names.

    Raises:
        EnvelopeError: ``envelope.not_for_us``: nothing is wrong, it is meant for others. ``envelope.unknown_sender``:
            it may open once more is known. Everything else is damage or an attempt.
    """
    envelope = Envelope.parse(content)
    us = vault.identity.device
    signed = _decrypted(vault, suite, envelope, us)
    header = signed.header
    if header.message != envelope.binding:
        raise EnvelopeError("envelope.spliced")
    if us not in header.recipients or not envelope.is_for(header.recipients):
        raise EnvelopeError("envelope.readdressed")
    if header.workspace != vault.identity.workspace:
        raise EnvelopeError("envelope.other_workspace")
    key = key_of(header.sender)
    letter: Letter | None = None
    if key is None and header.purpose is Purpose.REQUEST and asker_key is not None:
        letter = Letter.parse(signed.letter)
        key = asker_key(letter)
    if key is None:
        raise EnvelopeError("envelope.unknown_sender", device=header.sender)
    if device_identifier(key) != header.sender or not verify(key, signed.signature, header.message):
        raise EnvelopeError("envelope.signature")
    letter = letter or Letter.parse(signed.letter)
    check_letter(header, letter)
    if letter.checkpoint is not None and not letter.checkpoint.holds(key, verify):
        raise EnvelopeError("envelope.checkpoint", reason="signature")
    return OpenedEnvelope(header, letter)


def _decrypted(vault: EnvelopeKeys, suite: EnvelopeSuite, envelope: Envelope, us: str) -> SignedLetter:
    wrapped = envelope.wrapped_for(us)
    if wrapped is None:
        raise EnvelopeError("envelope.not_for_us")
    try:
        key = vault.unwrap(wrapped, wrapping_info(envelope.binding))
    except SecurityError as error:
        if error.code != "envelope.not_for_us":
            raise
        raise EnvelopeError("envelope.altered") from error  # it has our name on it, and is not ours to open
    inside = suite.decrypt(key, envelope.sealed, envelope.front)
    if inside is None:
        raise EnvelopeError("envelope.altered")
    return SignedLetter.parse(inside)
