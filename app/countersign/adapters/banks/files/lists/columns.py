"""Which column of a list is what: heads in English, German and Chinese, and the signs between columns."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from countersign.application.ports.bank_files import ListColumns
from countersign.domain.currencies import EXPONENTS
from countersign.domain.errors import UserFacingError

DELIMITERS: Final = (",", ";", "\t", "|")
SEARCHED_LINES: Final = 30  # exports put titles and dates above the table
_LEAST_NEEDED: Final = frozenset({"account", "amount"})

_WORDS: Final[Mapping[str, str]] = {
    "name": (
        "name payee payeename beneficiary beneficiaryname recipient recipientname creditor creditorname accountname "
        "accountholder accountholdername supplier suppliername vendor vendorname empfänger empfängername begünstigter "
        "zahlungsempfänger kontoinhaber auftragnehmer lieferant 收款人 收款人名称 收款人姓名 收款户名 收款方 "
        "收款方户名 户名 收款单位 收款人名稱 收款戶名 戶名 受款人 受款人名稱 姓名 名称 名稱"
    ),
    "account": (
        "iban account accountnumber accountno acctno accountiban beneficiaryaccount beneficiaryiban creditoraccount "
        "payeeaccount toaccount konto kontonummer kontonr empfängeriban empfängerkonto ibanempfänger 账号 帐号 "
        "收款账号 收款帐号 收款人账号 收款账户 银行账号 银行卡号 卡号 收款卡号 帳號 收款帳號 收款人帳號 轉入帳號 "
        "銀行帳號 收款方账号"
    ),
    "bank": (
        "sortcode bankcode bankidentifier routing routingnumber aba abanumber clearingcode blz bankleitzahl cnaps "
        "cnapscode 联行号 大额行号 行号 收款行行号 开户行行号 开户行联行号 銀行代碼 銀行代號 代碼 收款銀行代碼 行庫代碼"
    ),
    "bic": "bic swift swiftcode bicswift bicempfänger swiftbic",
    "amount": (
        "amount sum value paymentamount transferamount instructedamount betrag summe zahlbetrag 金额 转账金额 付款金额 "
        "汇款金额 金額 轉帳金額 付款金額 匯款金額"
    ),
    "currency": "currency ccy cur currencycode währung whg 币种 货币 币别 幣別 幣種",
    "remittance": (
        "reference paymentreference remittance remittanceinformation remittanceinfo description details message memo "
        "purpose invoice invoicenumber verwendungszweck zweck betreff 附言 用途 摘要 备注 備註 轉帳備註"
    ),
    "end_to_end": "endtoendid endtoend endtoendreference endtoendidentification e2eid endezuendereferenz",
    "date": (
        "date executiondate paymentdate valuedate requestedexecutiondate datum ausführungsdatum fälligkeit 日期 "
        "付款日期 转账日期 轉帳日期 執行日期"
    ),
    "country": "country countrycode land 国家 國家",
    "debtor": (
        "fromaccount debtoraccount debtoriban payeraccount auftraggeberkonto auftraggeberiban 付款账号 付款帳號"
        " 转出账号"
    ),
}
_FIELD_OF: Final[Mapping[str, str]] = MappingProxyType(
    {word: field for field, words in _WORDS.items() for word in words.split()}
)
_BRACKETED: Final = re.compile(r"[(\[（【]([^)\]）】]*)[)\]）】]")
_MARKED_CURRENCY: Final = {"元": "CNY", "人民币": "CNY", "人民幣": "CNY", "€": "EUR", "£": "GBP"}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands.

    Attributes:
        places: Field (``name``, ``account``, ``bank``, ``bic``, ``amount``, ``currency``, ``remittance``,
            ``end_to_end``, ``date``, ``country``, ``debtor``) → column from 0.
        width: Columns that the head has.
        currency: Of all amounts, where the head says so; else empty.
        line: On which the head ends, from 1.
        delimiter: Between two columns.
    """

    places: Mapping[str, int]
    width: int
    currency: str
    line: int
    delimiter: str


def find_columns(sample: str) -> Columns | None:
    """Find the head of the table in the first lines of a file, None where there is none.

    A head names an account and an amount at least.
    """
    best: Columns | None = None
    for delimiter in DELIMITERS:
        reader = csv.reader(sample.splitlines(keepends=True)[:SEARCHED_LINES], delimiter=delimiter)
        try:
            for cells in reader:
                found = columns_of(cells, reader.line_num, delimiter)
                if found is not None and (best is None or len(found.places) > len(best.places)):
                    best = found
        except csv.Error:
            continue
    return best


def count_known(sample: str) -> int:
    """Count the columns that are known in a sample: which encoding is right shows in that."""
    found = find_columns(sample)
    return len(found.places) if found else 0


def columns_of(cells: Sequence[str], line: int, delimiter: str = "") -> Columns | None:
    """Read a line as the head of a table; None where it names no account or no amount."""
    found = named_columns(cells, line, delimiter)
    return found if found.places.keys() >= _LEAST_NEEDED else None


def named_columns(cells: Sequence[str], line: int, delimiter: str = "") -> Columns:
    """Read a line as the head of a table, whatever it names."""
    places: dict[str, int] = {}
    currency = ""
    for place, cell in enumerate(cells):
        word, inside = _plain(_BRACKETED.sub("", cell)), "".join(_BRACKETED.findall(cell)).strip()
        field = _FIELD_OF.get(word, "")
        code = word[-3:].upper()
        if not field and word[:-3] and code in EXPONENTS:  # "Amount EUR", "Betrag in EUR"
            field, inside = _FIELD_OF.get(word[:-3], _FIELD_OF.get(word[:-3].removesuffix("in"), "")), code
        if field and field not in places:
            places[field] = place
        if field == "amount":
            currency = _MARKED_CURRENCY.get(inside, inside.upper() if inside.upper() in EXPONENTS else "")
    return Columns(MappingProxyType(places), len(cells), currency, line, delimiter)


def guess_head(sample: str) -> Columns | None:
    """Take the first line with several cells for the head of a table, where none names account and amount."""
    best: Columns | None = None
    for delimiter in DELIMITERS:
        reader = csv.reader(sample.splitlines(keepends=True)[:SEARCHED_LINES], delimiter=delimiter)
        try:
            head = next((named_columns(c, reader.line_num, delimiter) for c in reader if _is_full(c)), None)
        except csv.Error:
            continue
        if head is not None and (best is None or head.width > best.width):
            best = head
    return best


def _is_full(cells: Sequence[str]) -> bool:
    return sum(bool(cell.strip()) for cell in cells) > 1


def as_chosen(found: Columns, chosen: ListColumns) -> Columns:
    """Return the columns that a person has chosen for a table.

    Raises:
        UserFacingError: ``file.unknown_kind``: they name no account, no amount, or a column that isn't there.
    """
    if not chosen.places.keys() >= _LEAST_NEEDED or not all(0 <= at < found.width for at in chosen.places.values()):
        raise UserFacingError("file.unknown_kind", version="")
    return replace(found, places=MappingProxyType(dict(chosen.places)), currency=chosen.currency)


def _plain(cell: str) -> str:
    """Reduce a head to its letters and digits, small."""
    folded = unicodedata.normalize("NFKC", cell).casefold()
    return "".join(char for char in folded if char.isalnum())
