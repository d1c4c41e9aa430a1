"""The rails that could carry money to an account."""

from __future__ import annotations

import pytest

from countersign.domain.national_accounts import ReadAccount, rails_for, read_account
from countersign.domain.payment import PaymentProduct as Rail


@pytest.mark.parametrize(
    ("typed", "currency", "rails"),
    [
        ("DE89370400440532013000", "", (Rail.SEPA, Rail.SEPA_INSTANT)),
        ("DE89370400440532013000", "EUR", (Rail.SEPA, Rail.SEPA_INSTANT)),
        ("DE89370400440532013000", "USD", (Rail.CROSS_BORDER,)),
        ("GB29NWBK60161331926819", "GBP", (Rail.UK_FASTER, Rail.UK_CHAPS)),
        ("GB29NWBK60161331926819", "EUR", (Rail.SEPA, Rail.SEPA_INSTANT)),
        ("GB29NWBK60161331926819", "", (Rail.UK_FASTER, Rail.UK_CHAPS, Rail.SEPA, Rail.SEPA_INSTANT)),
        ("CH9300762011623852957", "", (Rail.SWISS, Rail.SEPA, Rail.SEPA_INSTANT)),
        ("CH9300762011623852957", "CHF", (Rail.SWISS,)),
        ("TR330006100519786457841326", "EUR", (Rail.CROSS_BORDER,)),
        ("20-04-15 55779911", "", (Rail.UK_FASTER, Rail.UK_CHAPS)),
        ("20-04-15 55779911", "EUR", (Rail.CROSS_BORDER,)),
        ("021000021 123456789", "", (Rail.US_ACH, Rail.US_WIRE)),
        ("6228480402564890018", "CNY", (Rail.CN_DOMESTIC,)),
        ("822-123456789012", "", (Rail.TW_DOMESTIC,)),
    ],
)
def test_rails(typed: str, currency: str, rails: tuple[Rail, ...]) -> None:
    account = read_account(typed)
    assert isinstance(account, ReadAccount)
    assert rails_for(account, currency) == rails
