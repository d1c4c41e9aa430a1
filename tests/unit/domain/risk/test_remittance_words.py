"""Words of known scripts are found in several languages, and not inside other words."""

from __future__ import annotations

import pytest

from countersign.domain.risk.remittance_words import script_topic


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Move to Safe Account 12", "safe_account"),
        ("".join(chr(ord(char) + 0xFEE0) for char in "SAFE") + "\u3000account", "safe_account"),
        ("auf ein sicheres Konto", "safe_account"),
        ("compte sécurisé", "safe_account"),
        ("转到安全账户", "safe_account"),
        ("轉到安全帳戶", "safe_account"),
        ("our NEW IBAN", "new_details"),
        ("neue Bankverbindung", "new_details"),
        ("Bitcoin", "investment"),
        ("虛擬貨幣", "investment"),
        ("customs fee parcel", "fee_in_advance"),
        ("", ""),
        ("Invoice 4711", ""),
        ("购房首付款", ""),
        ("cryptography course", ""),
        ("unsafe accounts", ""),
    ],
)
def test_topics(text: str, topic: str) -> None:
    assert script_topic(text) == topic
