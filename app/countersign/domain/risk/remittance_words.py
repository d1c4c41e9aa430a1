"""Words that belong to scripts of known scams, where a reference or purpose is expected.

People write what the caller tells them to write. Data only: case folded, after NFKC; the first
topic that is found counts.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_TOPICS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        "safe_account",
        (
            *("safe account", "secure account", "protected account", "safety account", "holding account"),
            *("police investigation", "under investigation", "fraud department", "account verification"),
            *("sicheres konto", "sicherheitskonto", "compte sécurisé", "compte de sécurité", "cuenta segura"),
            *("安全账户", "安全帐户", "安全账号", "安全帳戶", "安全帳號", "监管账户验证", "資金清查", "资金清查"),
            *("资金核查", "資金監管", "公证账户", "涉案资金", "保证金解冻", "解冻", "解凍"),
        ),
    ),
    (
        "new_details",
        (
            *("new bank details", "new account details", "changed bank details", "updated bank details"),
            *("new iban", "neue bankverbindung", "neue kontoverbindung", "nouveau rib", "nouvel iban"),
            *("nueva cuenta", "nuovo iban", "新账户", "新账号", "新帳戶", "新帳號", "账户变更", "帳戶變更"),
        ),
    ),
    (
        "investment",
        (
            *("crypto", "bitcoin", "usdt", "tether", "guaranteed return", "trading account", "forex"),
            *("investment platform", "kryptowährung", "cryptomonnaie", "criptomoneda"),
            *(
                "虚拟货币",
                "虛擬貨幣",
                "比特币",
                "比特幣",
                "泰达币",
                "泰達幣",
                "内部股票",
                "高收益",
                "投资平台",
                "投資平台",
            ),
        ),
    ),
    (
        "fee_in_advance",
        (
            *("customs fee", "release fee", "unlock fee", "processing fee", "lottery", "inheritance", "gift card"),
            *(
                "clearance fee",
                "freigabegebühr",
                "frais de déblocage",
                "刷单",
                "刷單",
                "做任务",
                "中奖",
                "中獎",
                "手续费解锁",
            ),
        ),
    ),
)


def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    # Chinese has no blanks between words; elsewhere only whole words count ("cryptography" doesn't).
    whole = (rf"(?<!\w){re.escape(word)}(?!\w)" if word[0] < "\u2e80" else re.escape(word) for word in words)
    return re.compile("|".join(whole))


_PATTERNS: Final = tuple((topic, _pattern(words)) for topic, words in _TOPICS)
_ALL_WORDS: Final = tuple(word for _topic, words in _TOPICS for word in words)


def script_topic(remittance: str) -> str:
    """Return the topic of the scam script a remittance text sounds like, "" for none."""
    return next((topic for topic, _words in script_words(remittance)), "")


def script_words(text: str) -> tuple[tuple[str, str], ...]:
    """Return every topic of a scam script that a text touches, each with the words that do; () for none."""
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return _found(plain)


@lru_cache(maxsize=512)  # of a list, each is asked for twice within some hundred lines
def _found(plain: str) -> tuple[tuple[str, str], ...]:
    for word in _ALL_WORDS:
        if word in plain:
            break
    else:  # most texts; patterns that look around take five times as long
        return ()
    found = ((topic, pattern.search(plain)) for topic, pattern in _PATTERNS)
    return tuple((topic, match[0]) for topic, match in found if match)
