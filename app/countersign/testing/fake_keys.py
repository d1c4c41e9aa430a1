"""Keys that only look like keys, and a suite that seals with them: nothing opens without the right one.

Whoever holds no ``FakeKeys`` can't sign for them nor open what was wrapped for them: good enough for an adversary that
is a store, and fast enough for millions of steps.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from countersign.domain.errors import SecurityError
from countersign.domain.ledger.envelope import WRAPPED_BYTES
from countersign.domain.ledger.event import device_identifier
from countersign.domain.ledger.governance import Device

_SECRETS: Final[dict[bytes, bytes]] = {}
"""Public key to secret: what stands in for mathematics."""


@dataclass(frozen=True)
class FakeKeys:
    """A device's keys, which follow from its name."""

    name: str

    @property
    def _secret(self) -> bytes:
        return hashlib.sha256(b"fake secret " + self.name.encode()).digest()

    @property
    def signing(self) -> bytes:
        """The public signing key."""
        public = hashlib.sha256(b"fake signing " + self._secret).digest()
        _SECRETS[public] = self._secret
        return public

    @property
    def exchange(self) -> bytes:
        """The public exchange key."""
        public = hashlib.sha256(b"fake exchange " + self._secret).digest()
        _SECRETS[public] = self._secret
        return public

    @property
    def kit(self) -> str:
        """The public recovery key of the kit that goes with it, in hex."""
        public = hashlib.sha256(b"fake kit " + self._secret).digest()
        _SECRETS[public] = self._kit_secret
        return public.hex()

    @property
    def _kit_secret(self) -> bytes:
        return hashlib.sha256(b"fake kit secret " + self._secret).digest()

    def kit_sign(self, message: bytes) -> bytes:
        """Sign as the kit does."""
        return hashlib.sha512(self._kit_secret + message).digest()

    def sign(self, message: bytes) -> bytes:
        """Return 64 bytes that nobody makes without this object."""
        return hashlib.sha512(self._secret + message).digest()

    def device(self, member: str) -> Device:
        """Return the device as governance lists it."""
        return Device(device_identifier(self.signing), member, self.signing.hex(), self.exchange.hex())

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        """Open what ``FakeSuite`` wrapped."""
        if len(wrapped) != WRAPPED_BYTES:
            raise SecurityError("envelope.not_for_us")
        pad = hashlib.sha256(self._secret + info).digest()
        key = bytes(a ^ b for a, b in zip(wrapped[:32], pad, strict=True))
        if wrapped != _wrapped(self._secret, key, info):
            raise SecurityError("envelope.not_for_us")
        return key


def fake_verify(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether the holder of the key signed."""
    secret = _SECRETS.get(public_key)
    return secret is not None and signature == hashlib.sha512(secret + message).digest()


def _wrapped(secret: bytes, key: bytes, info: bytes) -> bytes:
    pad = hashlib.sha256(secret + info).digest()
    hidden = bytes(a ^ b for a, b in zip(key, pad, strict=True))
    check = hashlib.sha512(b"check" + secret + info + key).digest()
    return (hidden + check)[:WRAPPED_BYTES]


class FakeSuite:
    """Seals for tests; what was changed or meant for others doesn't open."""

    def wrap(self, exchange_public_key: bytes, content_key: bytes, info: bytes) -> bytes:
        """Wrap a key."""
        return _wrapped(_SECRETS[exchange_public_key], content_key, info)

    def encrypt(self, content_key: bytes, content: bytes, bound: bytes) -> bytes:
        """Put a seal before a content."""
        return hmac.new(content_key, bound + content, hashlib.sha256).digest() + content

    def decrypt(self, content_key: bytes, sealed: bytes, bound: bytes) -> bytes | None:
        """Take the seal off."""
        seal, content = sealed[:32], sealed[32:]
        return content if seal == hmac.new(content_key, bound + content, hashlib.sha256).digest() else None
