"""Words that press: hurry, secrecy, changed details, a safe account. In messages that ask for money.

Data only: case folded, after NFKC. Scripts of known scams are in `remittance_words`; these are what surrounds them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_TOPICS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        "safe_account",
        (
            *("move your money", "move the money to keep it safe", "keep your money safe", "to protect your money"),
            *("your account is at risk", "your account has been compromised", "in sicherheit bringen"),
            *("ihr konto ist gefährdet", "资金转移到", "转入安全", "账户存在风险"),
            *("帳戶有風險", "帳戶存在風險", "保护资金"),
        ),
    ),
    (
        "secrecy",
        (
            *("tell no one", "tell nobody", "don't tell anyone", "do not tell anyone", "don't tell the bank"),
            *("do not tell the bank", "do not tell your bank", "don't tell your bank", "keep this confidential"),
            *("keep this strictly confidential", "keep it between us", "keep this between us"),
            *("do not discuss", "secret deal", "if the bank asks", "if your bank asks", "streng vertraulich behandeln"),
            *("niemandem erzählen", "sagen sie niemandem", "sagen sie der bank nicht", "不要告诉", "不要告訴"),
            *("不得告诉", "不得告訴", "请保密", "請保密", "务必保密", "務必保密"),
        ),
    ),
    (
        "changed_details",
        (
            *("our bank details have changed", "our account has changed", "bank details have changed"),
            *("changed our bank", "changed our account", "change of bank details", "new bank account", "under audit"),
            *("use the following account instead", "use this account instead", "do not use the old account"),
            *("no longer use", "account is being audited", "bankverbindung hat sich geändert", "neues konto"),
            *("new bank details", "new account details", "new payment details", "our usual account", "our old account"),
            *("because of an audit", "due to an audit", "account below from now on", "unser bisheriges konto"),
            *("neue iban", "geänderte bankverbindung", "changement de coordonnées bancaires", "nouveau compte"),
            *("账户已变更", "账号已变更", "账户有变", "账号有变", "帳號已變更", "帳戶已變更"),
            *(
                "请汇到以下新",
                "請匯到以下新",
                "更换账户",
                "更换账号",
                "更換帳戶",
                "更換帳號",
                "旧账户停用",
                "舊帳戶停用",
            ),
        ),
    ),
    (
        "urgency",
        (
            *("urgent", "urgently", "immediately", "right away", "asap", "as soon as possible", "within the hour"),
            *("before noon", "by the end of today", "by end of day", "today at the latest", "final notice"),
            *("last warning", "without delay", "act now", "pay now", "or the deal is off", "will be cancelled"),
            *("needed today", "must be paid today", "has to be paid today", "pay today", "paid by today"),
            *("dringend", "sofort", "unverzüglich", "noch heute", "letzte mahnung", "umgehend", "immédiatement"),
            *("urgence", "urgente", "马上", "立即", "立刻", "尽快", "儘快", "紧急", "緊急", "今天之内"),
            *("今日内", "今日內", "逾期作废", "逾期作廢", "最后通知", "最後通知"),
        ),
    ),
)


def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    # As in remittance_words: whole words, except where a script has no blanks between them.
    whole = (rf"(?<!\w){re.escape(word)}(?!\w)" if word[0] < "\u2e80" else re.escape(word) for word in words)
    return re.compile("|".join(whole))


_PATTERNS: Final = tuple((topic, _pattern(words)) for topic, words in _TOPICS)


def pressure_words(line: str) -> tuple[tuple[str, str], ...]:
    """Return the topics that a line presses by, each with the words that say so; () for none."""
    plain = " ".join(unicodedata.normalize("NFKC", line).casefold().replace("\u2019", "'").split())
    found = ((topic, pattern.search(plain)) for topic, pattern in _PATTERNS)
    return tuple((topic, match[0]) for topic, match in found if match)
