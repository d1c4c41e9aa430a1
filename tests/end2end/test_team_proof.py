"""What the team chapter calls wrong: every way in which bank and vaults can disagree is named, and fails it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.tour_proof import VaultSays, disagreements

GOOD = VaultSays("settled", "ACSC", 2, "projection", "digest", 3, sound=True)
SENT = {"amount_minor": "25000000", "currency": "EUR", "payment_id": "p", "end_to_end_id": "e", "digest": "digest"}
EXECUTED = {"amount_minor": 25_000_000, "currency": "EUR", "payment_id": "p", "end_to_end_id": "e"}


def test_nothing_is_wrong_where_all_say_the_same() -> None:
    assert disagreements([EXECUTED], [GOOD] * 3, SENT, 2) == []


@pytest.mark.parametrize(
    ("bank", "wrong"),
    [
        ([], "the bank executed 0 payments"),
        ([EXECUTED, EXECUTED], "the bank executed 2 payments"),
        ([{**EXECUTED, "amount_minor": 1}], "the bank executed something else"),
    ],
)
def test_the_bank_executed_it_once(bank: list[dict[str, object]], wrong: str) -> None:
    assert wrong in disagreements(bank, [GOOD] * 3, SENT, 2)


@pytest.mark.parametrize(
    ("vault", "wrong"),
    [
        (replace(GOOD, status="ACSP"), "the payment is not settled"),
        (replace(GOOD, signatures=1), "approvals are missing"),
        (replace(GOOD, signatures=3), "approvals are missing"),
        (replace(GOOD, projection="another"), "the vaults differ about the order"),
        (replace(GOOD, state="accepted"), "the vaults differ about the order"),
        (replace(GOOD, digest="another"), "the vaults know different orders"),
        (replace(GOOD, epoch=2), "the vaults have different rules"),
        (replace(GOOD, sound=False), "a vault is not sound"),
    ],
)
def test_one_vault_that_says_otherwise_is_enough(vault: VaultSays, wrong: str) -> None:
    assert disagreements([EXECUTED], [GOOD, vault, GOOD], SENT, 2) == [wrong]
