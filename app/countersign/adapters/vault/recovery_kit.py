"""The recovery kit: twelve BIP-39 words (128 bits), and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from mnemonic import Mnemonic

from countersign.adapters.vault import cryptography_suite as suite
from countersign.application.ports.clock import Entropy
from countersign.domain.errors import UserFacingError

KIT_BYTES = 16
OFFERED_WORDS = 6

_LANGUAGE = "english"
_WORD_MASK = 0x7FF  # 2 048 words: eleven bits of each pair of bytes, so that every word is equally likely


@dataclass(frozen=True, slots=True, repr=False)
class RecoveryKit:
    """What twelve words stand for."""

    entropy: bytes

    @classmethod
    def read(cls, words: Sequence[str]) -> RecoveryKit:
        """Read words as a person writes them.

        Raises:
            UserFacingError: ``vault.kit_wrong``: not twelve words of the list, or their check bits don't agree.
        """
        found = [word.strip().lower() for word in words]
        try:
            entropy = bytes(_bip39().to_entropy(found))
        except (ValueError, LookupError):
            raise UserFacingError("vault.kit_wrong") from None  # the cause names a word of the kit
        if len(entropy) != KIT_BYTES:
            raise UserFacingError("vault.kit_wrong")
        return cls(entropy)

    def slot_key(self, salt: bytes) -> bytes:
        """Return the key that opens the recovery slot."""
        return suite.hkdf(self.entropy, salt=salt, purpose=b"recovery-slot/1")

    def signing_seed(self) -> bytearray:
        """Return the member's recovery key: it signs that member's device additions and closings only (LEDGER 17)."""
        return bytearray(suite.hkdf(self.entropy, salt=b"", purpose=b"recovery-signing/1"))

    def public_key(self) -> bytes:
        """Return the public half, which the genesis names."""
        return suite.ed25519_public(self.signing_seed())

    def sign(self, message: bytes) -> bytes:
        """Sign with the member's recovery key (Ed25519, RFC 8032)."""
        seed = self.signing_seed()
        try:
            return Ed25519PrivateKey.from_private_bytes(seed).sign(message)
        finally:
            suite.wipe(seed)

    def __repr__(self) -> str:
        """Show nothing."""
        return "RecoveryKit(<redacted>)"


@cache
def _bip39() -> Mnemonic:
    """Read the list once, at the start: a kit is made while a window waits."""
    return Mnemonic(_LANGUAGE)


def new_words(entropy: Entropy) -> tuple[str, ...]:
    """Return the words of a new kit."""
    return tuple(_bip39().to_mnemonic(entropy.token_bytes(KIT_BYTES)).split())


def offered_passphrase(entropy: Entropy) -> tuple[str, ...]:
    """Return six random words: 66 bits."""
    words = _bip39().wordlist
    drawn = entropy.token_bytes(2 * OFFERED_WORDS)
    numbers = (int.from_bytes(drawn[at : at + 2], "big") & _WORD_MASK for at in range(0, len(drawn), 2))
    return tuple(words[number] for number in numbers)


def word_list() -> tuple[str, ...]:
    """Return the 2 048 words that kits and fingerprint phrases are made from (BIP-39, English)."""
    return tuple(_bip39().wordlist)
