"""The cryptography of envelopes, all of it from one library.

HPKE in base mode, single shot, with X25519, HKDF-SHA256 and AES-256-GCM (RFC 9180 §5.1.1, §6.1, §7) for the content
key; AES-256-GCM (NIST SP 800-38D) for the content.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from countersign.domain.errors import SecurityError
from countersign.domain.ledger.envelope import WRAPPED_BYTES

_HPKE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_NONCE: Final = bytes(12)
"""Each content key encrypts one content once, so that no nonce can meet its key a second time (SP 800-38D §8.2.1)."""


class HpkeSuite:
    """Implements ``ports.relay.EnvelopeSuite``. Holds nothing; for any thread."""

    def wrap(self, exchange_public_key: bytes, content_key: bytes, info: bytes) -> bytes:
        """Encrypt a content key to a device; ``info`` is bound.

        Raises:
            SecurityError: ``envelope.recipient_key``: that is no key one could agree on (RFC 7748 §6.1).
        """
        try:
            return _HPKE.encrypt(content_key, X25519PublicKey.from_public_bytes(exchange_public_key), info)
        except ValueError as error:
            raise SecurityError("envelope.recipient_key") from error

    def encrypt(self, content_key: bytes, content: bytes, bound: bytes) -> bytes:
        """Encrypt the one content of a fresh key; ``bound`` is authenticated only."""
        return AESGCM(content_key).encrypt(_NONCE, content, bound)

    def decrypt(self, content_key: bytes, sealed: bytes, bound: bytes) -> bytes | None:
        """Decrypt; None where key, content or ``bound`` is not what was sealed."""
        try:
            return AESGCM(content_key).decrypt(_NONCE, sealed, bound)
        except (InvalidTag, ValueError):  # ValueError: another length than a key or a sealed content can have
            return None


def unwrapped(exchange_private_key: bytes | bytearray, wrapped: bytes, info: bytes) -> bytes:
    """Open a content key that was wrapped for the device with this private key (raw X25519).

    Raises:
        SecurityError: ``envelope.not_for_us``: for another device, another envelope, or altered.
    """
    if len(wrapped) != WRAPPED_BYTES:
        raise SecurityError("envelope.not_for_us")
    private_key = X25519PrivateKey.from_private_bytes(exchange_private_key)
    try:
        return _HPKE.decrypt(wrapped, private_key, info)
    except (InvalidTag, ValueError) as error:
        raise SecurityError("envelope.not_for_us") from error
