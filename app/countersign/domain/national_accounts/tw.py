"""Taiwanese accounts: a bank's code of three digits, or seven with its branch, and an account of 10 to 16 digits.

Source: the codes that the Financial Information Service Company assigns for transfers between banks. No check digit is
common to the banks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from countersign.domain.accounts import AccountFault
from countersign.domain.national_accounts.account import ReadAccount, in_groups
from countersign.domain.payment import AccountScheme

CODE_LENGTHS: Final = (3, 7)
ACCOUNT_LENGTHS: Final = range(10, 17)

BANKS: Final[Mapping[str, str]] = {
    "004": "臺灣銀行",
    "005": "土地銀行",
    "006": "合作金庫",
    "007": "第一銀行",
    "008": "華南銀行",
    "009": "彰化銀行",
    "011": "上海商業儲蓄銀行",
    "012": "台北富邦銀行",
    "013": "國泰世華銀行",
    "016": "高雄銀行",
    "017": "兆豐銀行",
    "021": "花旗(台灣)銀行",
    "050": "臺灣企銀",
    "052": "渣打國際商銀",
    "053": "台中銀行",
    "054": "京城銀行",
    "081": "滙豐(台灣)銀行",
    "102": "華泰銀行",
    "103": "臺灣新光商銀",
    "108": "陽信銀行",
    "118": "板信銀行",
    "147": "三信銀行",
    "700": "中華郵政",
    "803": "聯邦銀行",
    "805": "遠東銀行",
    "806": "元大銀行",
    "807": "永豐銀行",
    "808": "玉山銀行",
    "809": "凱基銀行",
    "810": "星展(台灣)銀行",
    "812": "台新銀行",
    "816": "安泰銀行",
    "822": "中國信託",
    "823": "將來銀行",
    "824": "連線銀行",
    "826": "樂天銀行",
}


def tw_account(code: str, account: str) -> ReadAccount | AccountFault:
    """Check digits that were told apart as bank and account. A fault is ``length``."""
    if len(code) not in CODE_LENGTHS:
        return AccountFault("length", {"expected": CODE_LENGTHS[0], "found": len(code), "country": "TW"})
    if len(account) not in ACCOUNT_LENGTHS:
        return AccountFault("length", {"expected": max(ACCOUNT_LENGTHS), "found": len(account), "country": "TW"})
    bank = BANKS.get(code[:3], "")
    return ReadAccount(
        AccountScheme.BBAN,
        account,
        "TW",
        agent_member=f"TWNCC:{code}",
        bank_name=bank,
        shown=f"{in_groups(code, (3,), '-')} {in_groups(account, (4,) * 4)}",
        checks=("tw.bank" if bank else "tw.bank.not_known", "tw.account.not_checkable"),
    )
