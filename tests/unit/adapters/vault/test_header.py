"""The header: canonical, bound, authenticated as a whole, and held to its limits before anything is derived."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.adapters.vault import cryptography_suite as suite
from countersign.adapters.vault.cryptography_suite import CEILING, FLOOR, Argon2Cost, VaultKeys
from countersign.adapters.vault.header import (
    PASSPHRASE_SLOT,
    RECOVERY_SLOT,
    Slot,
    VaultHeader,
    open_slot,
    passphrase_slot_key,
    seal_slot,
)
from countersign.domain.canonical import canonical_bytes
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.governance import World
from countersign.testing.fakes import FakeEntropy

VAULT = "ab" * 16
KEY, KIT_KEY = bytes([1]) * 32, bytes([2]) * 32


def made() -> VaultHeader:
    """Return a header with two slots, under two fixed keys."""
    keys = VaultKeys.new(FakeEntropy())
    by_passphrase, by_kit = (
        seal_slot(
            Slot(name, b"s" * 16, b"n" * 12, b"", cost), key, keys.pack(data_only=data), VAULT, device_secret=True
        )
        for name, cost, key, data in ((PASSPHRASE_SLOT, FLOOR, KEY, False), (RECOVERY_SLOT, None, KIT_KEY, True))
    )
    return VaultHeader(VAULT, "cd" * 32, "Mei", World.PRACTICE, True, False, by_passphrase, by_kit).signed(keys)


HEADER = made()


def test_each_slot_opens_with_its_own_key_only() -> None:
    header = VaultHeader.parse(HEADER.content())
    assert header == HEADER
    by_passphrase, by_kit = open_slot(header, header.passphrase, KEY), open_slot(header, header.recovery, KIT_KEY)
    assert by_passphrase is not None
    assert by_kit is not None
    assert by_passphrase.database == by_kit.database
    assert by_passphrase.may_sign
    assert not by_kit.may_sign
    assert open_slot(header, header.passphrase, KIT_KEY) is None
    assert open_slot(header, header.recovery, KEY) is None


def test_a_slot_cannot_stand_in_for_the_other_nor_in_another_vault() -> None:
    swapped = replace(HEADER, recovery=replace(HEADER.passphrase, name=RECOVERY_SLOT, cost=None))
    assert open_slot(swapped, swapped.recovery, KEY) is None
    moved = replace(HEADER, vault="00" * 16)
    assert open_slot(moved, moved.passphrase, KEY) is None
    downgraded = replace(HEADER, device_secret=False)
    assert open_slot(downgraded, downgraded.passphrase, KEY) is None
    cheaper = replace(HEADER.passphrase, cost=replace(FLOOR, iterations=4))
    assert open_slot(HEADER, cheaper, KEY) is None


@given(st.data())
def test_every_changed_byte_is_refused_by_both_slots(data: st.DataObject) -> None:
    content = bytearray(HEADER.content())
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    for pick, key in (("passphrase", KEY), ("recovery", KIT_KEY)):
        try:
            header = VaultHeader.parse(bytes(content))
            assert open_slot(header, getattr(header, pick), key) is None
        except SecurityError as error:
            assert error.code in {"vault.damaged", "vault.format"}  # noqa: PT017 - either way is a refusal


@given(st.integers(0, len(HEADER.content()) - 1))
def test_every_truncation_is_refused(length: int) -> None:
    with pytest.raises(SecurityError):
        VaultHeader.parse(HEADER.content()[:length])


@pytest.mark.parametrize(
    "cost",
    [
        replace(FLOOR, memory_kib=FLOOR.memory_kib - 1),
        replace(FLOOR, iterations=FLOOR.iterations - 1),
        replace(FLOOR, lanes=FLOOR.lanes - 1),
        replace(CEILING, memory_kib=CEILING.memory_kib + 1),
        replace(CEILING, iterations=CEILING.iterations + 1),
        replace(CEILING, lanes=CEILING.lanes + 1),
    ],
)
def test_a_cost_outside_its_limits_is_refused_before_anything_is_derived(cost: Argon2Cost) -> None:
    value = orjson.loads(HEADER.content())
    slot = value["slots"]["passphrase"]
    slot |= {"memory_kib": cost.memory_kib, "iterations": cost.iterations, "lanes": cost.lanes}
    with pytest.raises(SecurityError, match="damaged"):
        VaultHeader.parse(canonical_bytes(value))
    with pytest.raises(SecurityError):
        suite.argon2id(b"p", b"s" * 16, cost)


@pytest.mark.parametrize("older", [0, -1])
def test_an_older_format_than_was_written_is_damage(older: int) -> None:
    value = orjson.loads(HEADER.content()) | {"format": older}
    with pytest.raises(SecurityError, match="damaged"):
        VaultHeader.parse(canonical_bytes(value))


def test_a_newer_format_is_told_apart_from_damage() -> None:
    value = orjson.loads(HEADER.content()) | {"format": 2}
    with pytest.raises(SecurityError) as refused:
        VaultHeader.parse(canonical_bytes(value))
    assert refused.value.code == "vault.format"


def test_passphrase_and_device_secret_both_make_the_key() -> None:
    keys = {
        passphrase_slot_key(stretched, secret, VAULT)
        for stretched in (b"a" * 32, b"b" * 32)
        for secret in (b"", b"x" * 16, b"y" * 16)
    }
    assert len(keys) == 6
    assert passphrase_slot_key(b"a" * 32, b"", VAULT) != passphrase_slot_key(b"a" * 32, b"", "00" * 16)
