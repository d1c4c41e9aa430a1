"""Chinese accounts: cards of 16 to 19 digits, other accounts, and the CNAPS codes that name a bank's branch.

Sources: ISO/IEC 7812-1 (cards; UnionPay's begin with 62); the structure of CNAPS codes as the People's Bank of China
has it: three digits for the bank, four for the city, four for the branch, one to check. The check digit is ISO 7064
MOD 11,10: no public text says so, but all of 33 codes that banks publish keep to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from countersign.domain.accounts import AccountFault
from countersign.domain.national_accounts.account import ReadAccount, in_groups, luhn_holds
from countersign.domain.payment import AccountScheme

CNAPS_LENGTH: Final = 12
CARD_LENGTHS: Final = range(16, 20)
ACCOUNT_LENGTHS: Final = range(8, 33)
_CARD_GROUPS: Final = (4, 4, 4, 4)
_CNAPS_GROUPS: Final = (3, 4, 4)

BANKS: Final[Mapping[str, str]] = {
    "001": "中国人民银行",
    "102": "中国工商银行",
    "103": "中国农业银行",
    "104": "中国银行",
    "105": "中国建设银行",
    "201": "国家开发银行",
    "202": "中国进出口银行",
    "203": "中国农业发展银行",
    "301": "交通银行",
    "302": "中信银行",
    "303": "中国光大银行",
    "304": "华夏银行",
    "305": "中国民生银行",
    "306": "广发银行",
    "307": "平安银行",
    "308": "招商银行",
    "309": "兴业银行",
    "310": "上海浦东发展银行",
    "315": "恒丰银行",
    "316": "浙商银行",
    "318": "渤海银行",
    "403": "中国邮政储蓄银行",
}
"""Banks by the first three digits of a CNAPS code. Many small banks share 313, 314, 320 and 402: no name for those."""

# How cards begin, whose they are, and how long they are.
_ISSUERS: Final[Mapping[str, tuple[str, int]]] = {
    **dict.fromkeys(("621226", "622202", "622208"), ("102", 19)),
    **dict.fromkeys(("622845", "622848"), ("103", 19)),
    **dict.fromkeys(("621660", "621661", "621785"), ("104", 19)),
    **dict.fromkeys(("621700", "622700"), ("105", 19)),
    **dict.fromkeys(("622260", "622262"), ("301", 19)),
    **dict.fromkeys(("622188",), ("403", 19)),
    **dict.fromkeys(("622690",), ("302", 16)),
    **dict.fromkeys(("622660",), ("303", 16)),
    **dict.fromkeys(("622622",), ("305", 16)),
    **dict.fromkeys(("622588", "622609"), ("308", 16)),
    **dict.fromkeys(("622908", "622909"), ("309", 18)),
    **dict.fromkeys(("622521", "622522"), ("310", 16)),
}


def cn_card(number: str) -> ReadAccount | AccountFault:
    """Check the digits of a card.

    Returns:
        A fault is ``length`` (of any card, or of this issuer's) or ``check_digits``.
    """
    bank, length = _ISSUERS.get(number[:6], ("", 0))
    if len(number) not in CARD_LENGTHS or (length and len(number) != length):
        expected = length or max(CARD_LENGTHS)
        return AccountFault("length", {"expected": expected, "found": len(number), "country": "CN"})
    if not luhn_holds(number):
        return AccountFault("check_digits", {"country": "CN"})
    return ReadAccount(
        AccountScheme.BBAN,
        number,
        "CN",
        bank_name=BANKS.get(bank, ""),
        shown=in_groups(number, _CARD_GROUPS),
        checks=("cn.luhn", "cn.issuer" if bank else "cn.issuer.not_known"),
    )


def cnaps_fault(code: str) -> AccountFault | None:
    """Say what is wrong with a CNAPS code, None where nothing is: ``length`` or ``check_digits``."""
    if len(code) != CNAPS_LENGTH:
        return AccountFault("length", {"expected": CNAPS_LENGTH, "found": len(code), "country": "CN"})
    product = 10
    for digit in code[:-1]:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return None if (product + int(code[-1])) % 10 == 1 else AccountFault("check_digits", {"country": "CN"})


def cnaps_shown(code: str) -> str:
    """Write a CNAPS code as 3-4-4-1."""
    return in_groups(code, _CNAPS_GROUPS)


def cn_account(code: str, account: str) -> ReadAccount | AccountFault:
    """Check a CNAPS code, and an account there: a card, or a number of the bank's own that nothing can be told from."""
    fault = cnaps_fault(code)
    if fault is not None:
        return fault
    card, checks = cn_card(account), ("cn.luhn",)
    if isinstance(card, AccountFault):
        if account.startswith("62") and len(account) in CARD_LENGTHS:
            return card
        if len(account) not in ACCOUNT_LENGTHS:
            return AccountFault("length", {"expected": max(CARD_LENGTHS), "found": len(account), "country": "CN"})
        shown, checks = in_groups(account, _CARD_GROUPS), ("cn.account.not_checkable",)
    else:
        shown = card.shown
    return ReadAccount(
        AccountScheme.BBAN,
        account,
        "CN",
        agent_member=f"CNAPS:{code}",
        bank_name=BANKS.get(code[:3], ""),
        shown=f"{cnaps_shown(code)} · {shown}",
        checks=("cn.cnaps.check_digit", *checks),
    )
