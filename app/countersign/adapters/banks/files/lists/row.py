"""One row of a list, read as a payment; what is wrong with it stands beside it, and nothing in it is ever evaluated."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeAlias

from countersign.adapters.banks.files.lists.columns import Columns
from countersign.application.ports.bank_files import FilePayment
from countersign.domain.accounts import AccountFault, Bic, read_bic
from countersign.domain.amount_input import Choice, DecimalMark, Exact, Offer, read_amount
from countersign.domain.currencies import EXPONENTS
from countersign.domain.money import Money, MoneyError
from countersign.domain.national_accounts import ReadAccount, rails_for, read_account
from countersign.domain.payment import AccountScheme, PaymentFields, PaymentProduct
from countersign.domain.unicode_safety import TextFault, clean_text

_TEXT_LIMITS: Final[Mapping[str, int]] = {"name": 140, "remittance": 140, "end_to_end": 35}
_CALLED: Final[Mapping[str, str]] = {
    "name": "creditor_name",
    "remittance": "remittance",
    "end_to_end": "end_to_end_id",
}
# What a spreadsheet takes for a formula when it opens the list (OWASP, "CSV Injection").
_FORMULA: Final = re.compile(r"""\s*(?:[=@]|\+(?![0-9 ()-]+$)|-(?![0-9., ]+$)(?=[^\s-]))""")
_ROUNDED: Final = re.compile(r"[0-9](?:[.,][0-9]+)?E\+?[0-9]{1,2}", re.IGNORECASE)  # a spreadsheet has eaten digits
_PLAIN_AMOUNT: Final = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,4})?")
_MOST_KNOWN: Final = 20_000
_DATES: Final = (
    re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})"),
    re.compile(r"(?P<y>[0-9]{4})/(?P<m>[0-9]{1,2})/(?P<d>[0-9]{1,2})"),
    re.compile(r"(?P<y>[0-9]{4})年(?P<m>[0-9]{1,2})月(?P<d>[0-9]{1,2})日"),
    re.compile(r"(?P<d>[0-9]{1,2})\.(?P<m>[0-9]{1,2})\.(?P<y>[0-9]{4})"),
    re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"),
)


@dataclass(slots=True)
class _Row:
    cells: Sequence[str]
    columns: Columns
    faults: list[tuple[str, str]] = field(default_factory=list)

    def cell(self, name: str) -> str:
        """Return a cell without blanks around it; empty where the row or the list has none."""
        place = self.columns.places.get(name, len(self.cells))
        return self.cells[place].strip() if place < len(self.cells) else ""

    def text(self, name: str) -> str:
        """Return a text as it may be shown and sent; what is wrong with it becomes a fault."""
        written = self.cell(name)
        if _FORMULA.match(written):
            self.faults.append((_CALLED[name], "formula"))
        cleaned = clean_text(written, _TEXT_LIMITS[name])
        if isinstance(cleaned, TextFault):
            self.faults.append((_CALLED[name], cleaned.code))
            return written[: _TEXT_LIMITS[name]]
        return cleaned.text


AccountsRead: TypeAlias = dict[tuple[str, str, str], "ReadAccount | AccountFault"]
"""Accounts that a list has already shown, by what is written for account, bank and country."""


def read_row(cells: Sequence[str], columns: Columns, mark: DecimalMark, line: int, known: AccountsRead) -> FilePayment:
    """Read one row.

    Args:
        cells: Untrusted.
        columns: Where each field stands.
        mark: What stands before the decimals in this list.
        known: Accounts read before; more are put in, up to a limit.
        line: Of the file, from 1.

    Returns:
        ``faults`` are (field of ``PaymentFields`` or ``row``, code): ``missing``; ``formula``; for the account the
        codes of ``read_account`` and ``rounded``; for the amount those of ``read_amount``, ``ambiguous`` and
        ``currency``; for a text those of ``clean_text``; for a date ``form``; for a row ``columns`` and ``encoding``.
        ``payment`` is None where there is no amount.
    """
    row = _Row(cells, columns)
    if len(cells) > columns.width and any(cell.strip() for cell in cells[columns.width :]):
        row.faults.append(("row", "columns"))
    if any("\ufffd" in cell for cell in cells):
        row.faults.append(("row", "encoding"))
    name, remittance, reference = row.text("name"), row.text("remittance"), row.text("end_to_end")
    if not name:
        row.faults.append(("creditor_name", "missing"))
    account = _account(row, known)
    day = _date(row)
    agent = _agent(row)
    amount = _amount(row, mark)
    payment = None
    if amount is not None:
        payment = PaymentFields(
            instructed_amount=amount,
            debtor_account="".join(row.cell("debtor").split()),
            creditor_name=name,
            creditor_account=account.account if isinstance(account, ReadAccount) else account,
            creditor_agent=agent or (account.agent if isinstance(account, ReadAccount) else ""),
            end_to_end_id=reference,
            remittance=remittance,
            requested_execution_date=day,
            product=rails_for(account, amount.currency)[0]
            if isinstance(account, ReadAccount)
            else PaymentProduct.CROSS_BORDER,
            creditor_account_scheme=account.scheme
            if isinstance(account, ReadAccount)
            else (AccountScheme.IBAN if account[:2].isalpha() else AccountScheme.BBAN),
            creditor_agent_member=account.agent_member if isinstance(account, ReadAccount) else "",
        )
    return FilePayment(line, "", "", payment, tuple(row.faults))


def _account(row: _Row, known: AccountsRead) -> ReadAccount | str:
    """Read the account with its bank's code; where it can't be, return it as written."""
    written, bank = row.cell("account").removeprefix("'"), row.cell("bank").removeprefix("'")
    if not written:
        row.faults.append(("creditor_account", "missing"))
        return ""
    if written.startswith("="):
        row.faults.append(("creditor_account", "formula"))
        return ""
    if _ROUNDED.fullmatch(written):
        row.faults.append(("creditor_account", "rounded"))
        return written
    key = (written, bank, row.cell("country").upper()[:2])
    found = known.get(key)
    if found is None:
        found = _read(*key)
        if len(known) < _MOST_KNOWN:
            known[key] = found
    if isinstance(found, AccountFault):
        row.faults.append(("creditor_account", found.code))
        return "".join(written.split())[:34]
    return found


def _read(written: str, bank: str, country: str) -> ReadAccount | AccountFault:
    found = read_account(written, country)
    if bank and not (isinstance(found, ReadAccount) and found.scheme is AccountScheme.IBAN):
        return _with_bank(bank, written) or found
    return found


def _with_bank(bank: str, account: str) -> ReadAccount | AccountFault | None:
    """Read a bank's code and an account from two columns, by the length that the code has."""
    digits = "".join(char for char in bank if char.isdigit())
    country = {6: "GB", 9: "US", 12: "CN", 3: "TW", 7: "TW"}.get(len(digits))
    label = {"GB": "sort code", "US": "routing number", "CN": "cnaps", "TW": "銀行代碼"}
    return read_account(f"{label[country]} {digits} account {account}", country) if country else None


def _agent(row: _Row) -> str:
    written = row.cell("bic")
    found = read_bic(written) if written else None
    if isinstance(found, AccountFault):
        row.faults.append(("creditor_agent", found.code))
    return found.value if isinstance(found, Bic) else ""


def _amount(row: _Row, mark: DecimalMark) -> Money | None:
    written = row.cell("amount")
    currency = row.cell("currency").upper() or row.columns.currency
    if currency in {"RMB", "人民币", "人民幣"}:
        currency = "CNY"
    if not written:
        row.faults.append(("instructed_amount", "missing"))
        return None
    if written.startswith("="):
        row.faults.append(("instructed_amount", "formula"))
        return None
    if currency not in EXPONENTS:
        row.faults.append(("instructed_amount", "currency"))
        return None
    if mark == "." and _PLAIN_AMOUNT.fullmatch(written):
        try:
            money = Money.from_plain(written, currency)
            if money.is_positive:
                return money
        except MoneyError:
            pass  # said below, in the words for what people type
    reading = read_amount(written, currency, mark)
    if isinstance(reading, Exact | Offer):
        return reading.money
    row.faults.append(("instructed_amount", "ambiguous" if isinstance(reading, Choice) else reading.code))
    return None


def _date(row: _Row) -> str:
    written = row.cell("date")
    if not written:
        return ""
    for shape in _DATES:
        found = shape.fullmatch(written)
        if found:
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"])).isoformat()
            except ValueError:
                break
    row.faults.append(("requested_execution_date", "form"))
    return ""
