"""The vault's cryptography: one suite, named in the header, from one library.

Argon2id (RFC 9106), HKDF-SHA256 (RFC 5869), AES-256-GCM (NIST SP 800-38D), HMAC-SHA256 (RFC 2104), Ed25519 (RFC 8032),
X25519 (RFC 7748).
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from countersign.application.ports.clock import Clock, Entropy
from countersign.domain.errors import SecurityError
from countersign.domain.secret import SecretText

SUITE: Final = "argon2id+hkdf-sha256+aes-256-gcm+hmac-sha256+ed25519+x25519/1"
KEY_BYTES: Final = 32
SALT_BYTES: Final = 16
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
DEVICE_SECRET_BYTES: Final = 16

_TARGET_MS: Final = 1000
_KIB_PER_STEP: Final = 8 * 1024


@dataclass(frozen=True, slots=True)
class Argon2Cost:
    """What deriving a key costs.

    Attributes:
        memory_kib: Memory in KiB.
        iterations: Passes over it.
        lanes: Parallel lanes.
    """

    memory_kib: int
    iterations: int
    lanes: int

    @property
    def allowed(self) -> bool:
        """Whether it lies between the floor and the ceiling: neither guessable nor a trap that eats the memory."""
        return (
            FLOOR.memory_kib <= self.memory_kib <= CEILING.memory_kib
            and FLOOR.iterations <= self.iterations <= CEILING.iterations
            and FLOOR.lanes <= self.lanes <= CEILING.lanes
        )


FLOOR: Final = Argon2Cost(memory_kib=64 * 1024, iterations=3, lanes=4)  # RFC 9106 §4, second recommendation
CEILING: Final = Argon2Cost(memory_kib=1024 * 1024, iterations=12, lanes=16)

Stretch: TypeAlias = Callable[[bytes, bytes, Argon2Cost], bytes]
"""``stretch(passphrase, salt, cost)``: 32 bytes. Tests put a remembering one in its place, to derive once."""


def argon2id(passphrase: bytes, salt: bytes, cost: Argon2Cost) -> bytes:
    """Stretch a passphrase to 32 bytes (RFC 9106).

    Raises:
        SecurityError: ``vault.damaged``: the cost lies outside the floor and the ceiling.
    """
    if not cost.allowed:
        raise SecurityError("vault.damaged", part="header")
    derivation = Argon2id(
        salt=salt, length=KEY_BYTES, iterations=cost.iterations, lanes=cost.lanes, memory_cost=cost.memory_kib
    )
    return derivation.derive(passphrase)


def calibrated(clock: Clock, stretch: Stretch = argon2id) -> Argon2Cost:
    """Return the cost that takes about a second on this computer, never below the floor nor above the ceiling."""
    started = clock.monotonic_ms()
    stretch(b"calibration", bytes(SALT_BYTES), FLOOR)
    taken = max(1, clock.monotonic_ms() - started)
    memory = FLOOR.memory_kib * _TARGET_MS // taken // _KIB_PER_STEP * _KIB_PER_STEP
    return Argon2Cost(min(CEILING.memory_kib, max(FLOOR.memory_kib, memory)), FLOOR.iterations, FLOOR.lanes)


def passphrase_bytes(passphrase: SecretText) -> bytes:
    """Return the bytes that stand for a passphrase, however its characters were typed (NFKC, UAX 15)."""
    return unicodedata.normalize("NFKC", passphrase.reveal()).encode("utf-8", "surrogatepass")


def hkdf(secret: bytes, *, salt: bytes, purpose: bytes) -> bytes:
    """Derive 32 bytes for one purpose (RFC 5869, HKDF-SHA256)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=b"countersign/" + purpose).derive(secret)


def seal(key: bytes, nonce: bytes, content: bytes, bound: bytes) -> bytes:
    """Encrypt and authenticate with AES-256-GCM; ``bound`` is authenticated only."""
    return AESGCM(key).encrypt(nonce, content, bound)


def unseal(key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytearray | None:
    """Decrypt; None where key, content or ``bound`` is not what was sealed."""
    try:
        return bytearray(AESGCM(key).decrypt(nonce, sealed, bound))
    except InvalidTag:
        return None


def mac(key: bytes | bytearray, content: bytes) -> bytes:
    """Return HMAC-SHA256."""
    return hmac.new(key, content, hashlib.sha256).digest()


def mac_agrees(key: bytes | bytearray, content: bytes, claimed: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(mac(key, content), claimed)


def verify_ed25519(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Check a signature (RFC 8032 §5.1.7). Malformed keys and signatures are no signatures."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def ed25519_public(seed: bytes | bytearray) -> bytes:
    """Return the raw public key of a signing seed."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def x25519_public(key: bytes | bytearray) -> bytes:
    """Return the raw public key of an exchange key."""
    return X25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()


class VaultKeys:
    """The unwrapped keys, while the vault is open. Never written, never shown, wiped on locking.

    The signing seed and the exchange key are empty where the vault was opened with the recovery kit (LEDGER 17).
    """

    __slots__ = ("database", "exchange", "header", "signing")

    def __init__(self, database: bytearray, header: bytearray, signing: bytearray, exchange: bytearray) -> None:
        self.database = database
        self.header = header
        self.signing = signing
        self.exchange = exchange

    @classmethod
    def new(cls, entropy: Entropy) -> VaultKeys:
        """Draw new keys."""
        return cls(*(bytearray(entropy.token_bytes(KEY_BYTES)) for _ in range(4)))

    @classmethod
    def unpack(cls, content: bytearray) -> VaultKeys:
        """Take the keys out of a slot's content, and wipe that.

        Raises:
            SecurityError: ``vault.damaged``.
        """
        if len(content) not in {2 * KEY_BYTES, 4 * KEY_BYTES}:
            raise SecurityError("vault.damaged", part="slot")
        parts = [content[at : at + KEY_BYTES] for at in range(0, 4 * KEY_BYTES, KEY_BYTES)]
        wipe(content)
        return cls(*parts)

    def pack(self, *, data_only: bool) -> bytearray:
        """Return a slot's content; ``data_only`` leaves the signing seed and the exchange key out."""
        data = self.database + self.header
        return data if data_only else data + self.signing + self.exchange

    @property
    def may_sign(self) -> bool:
        """Whether the signing seed is here."""
        return bool(self.signing)

    def sign(self, message: bytes) -> bytes:
        """Sign with the device's key (Ed25519)."""
        return Ed25519PrivateKey.from_private_bytes(self.signing).sign(message)

    def anchor_key(self) -> bytes:
        """Return the key that authenticates the anchor outside the vault."""
        return hkdf(bytes(self.header), salt=b"", purpose=b"anchor/1")

    def wipe(self) -> None:
        """Overwrite the keys. Copies that the interpreter or a library made are beyond reach."""
        for key in (self.database, self.header, self.signing, self.exchange):
            wipe(key)

    def __repr__(self) -> str:
        """Show nothing."""
        return "VaultKeys(<redacted>)"


def wipe(secret: bytearray) -> None:
    """Overwrite with zeros, in place."""
    secret[:] = bytes(len(secret))
