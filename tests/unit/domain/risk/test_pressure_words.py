"""Words that press are found in three languages, and only as whole words."""

from __future__ import annotations

import pytest

from countersign.domain.risk.pressure_words import pressure_words
from countersign.domain.risk.remittance_words import script_words


@pytest.mark.parametrize(
    ("line", "topics"),
    [
        ("This is URGENT, don\u2019t tell anyone", ["secrecy", "urgency"]),
        ("Our bank details have changed", ["changed_details"]),
        ("Bitte überweisen Sie noch heute", ["urgency"]),
        ("请马上转账，账号已变更，请保密", ["secrecy", "changed_details", "urgency"]),
        ("move your money to keep it safe", ["safe_account"]),
        ("an insurgent urgently\u3000needed", ["urgency"]),
        ("Because of an audit our usual account can't receive money", ["changed_details"]),
        ("use the account below from now on; payment is needed today", ["changed_details", "urgency"]),
        ("pay to the account below within thirty days", []),
        ("insurgents", []),
        ("see you on Tuesday", []),
    ],
)
def test_topics(line: str, topics: list[str]) -> None:
    assert [topic for topic, _words in pressure_words(line)] == topics


def test_the_words_themselves_are_told() -> None:
    assert pressure_words("Pay  NOW or else") == (("urgency", "pay now"),)
    assert script_words("a gift card for your SAFE  account") == (
        ("safe_account", "safe account"),
        ("fee_in_advance", "gift card"),
    )
    assert script_words("rent") == ()
