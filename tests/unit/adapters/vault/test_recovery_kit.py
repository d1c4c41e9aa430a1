"""Twelve words, and what follows from them."""

from __future__ import annotations

import pytest

from countersign.adapters.vault.cryptography_suite import ed25519_public
from countersign.adapters.vault.recovery_kit import RecoveryKit, new_words, offered_passphrase
from countersign.domain.errors import UserFacingError
from countersign.testing.fakes import FakeEntropy

# BIP-39's own test vector for 128 zero bits.
ZERO = ("abandon",) * 11 + ("about",)


def test_the_words_are_those_of_bip_39() -> None:
    assert RecoveryKit.read(ZERO).entropy == bytes(16)
    words = new_words(FakeEntropy())
    assert len(words) == 12
    assert RecoveryKit.read(words).entropy == FakeEntropy().token_bytes(16)


@pytest.mark.parametrize("words", [(), ZERO[:11], ("abandon",) * 12, (*ZERO[:11], "xyzzy"), (*ZERO, *ZERO)])
def test_other_words_are_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(UserFacingError) as refused:
        RecoveryKit.read(words)
    assert refused.value.code == "vault.kit_wrong"


def test_slot_key_and_signing_key_are_apart() -> None:
    kit = RecoveryKit.read(ZERO)
    assert kit.slot_key(b"a" * 16) != kit.slot_key(b"b" * 16)
    assert kit.public_key() == ed25519_public(kit.signing_seed())
    assert bytes(kit.signing_seed()) not in {kit.slot_key(b""), kit.entropy * 2}
    assert "redacted" in repr(kit)


def test_six_words_are_offered_and_every_word_can_come() -> None:
    offered = offered_passphrase(FakeEntropy())
    assert len(offered) == 6
    assert len({offered_passphrase(FakeEntropy(str(seed))) for seed in range(20)}) == 20
