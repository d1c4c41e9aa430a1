"""A draft keeps what was chosen of a way to pay, and one from before is read as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.flows.transfer import TransferDraft
from countersign.domain.canonical import canonical_bytes
from countersign.domain.payment import Arrival, ChargeBearer, PaymentProduct

ADDED = ("execution_date", "charge_bearer", "purpose", "arrival")
CHOSEN = replace(
    TransferDraft("aa" * 16),
    product=PaymentProduct.CN_DOMESTIC,
    execution_date="2026-12-01",
    charge_bearer=ChargeBearer.SHARED,
    purpose="RENT",
    arrival=Arrival.NEXT_DAY,
    debtor_account="12345678",
    debtor_member="GBDSC:200415",
)


def test_what_was_chosen_comes_back() -> None:
    canonical_bytes(CHOSEN.canonical())
    assert TransferDraft.read(CHOSEN.canonical()) == CHOSEN


def test_a_draft_of_format_1_leaves_as_soon_as_possible_at_nobodys_special_cost() -> None:
    old = {**CHOSEN.canonical(), "v": 1}
    for name in ADDED:
        old.pop(name)
    found = TransferDraft.read(old)
    assert found == replace(
        CHOSEN, execution_date="", charge_bearer=ChargeBearer.NONE, purpose="", arrival=Arrival.NONE
    )


@pytest.mark.parametrize("field", ["charge_bearer", "arrival"])
def test_a_choice_that_nobody_knows_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match="someday"):
        TransferDraft.read({**CHOSEN.canonical(), field: "someday"})


def test_a_draft_from_before_own_banks_pays_from_an_iban() -> None:
    old = CHOSEN.canonical()
    old.pop("debtor_member")
    assert TransferDraft.read(old) == replace(CHOSEN, debtor_member="")
