"""Turn the lines of a bank's file into entries as the ledger keeps them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

from countersign.application.ports.bank import BankEntry
from countersign.application.ports.bank_files import EntryDetail, StatementEntry
from countersign.domain.money import Money

_TEXT_LIMIT = 300
_CHARGES = frozenset({"CHRG", "FEES", "COMM", "CHG", "NCHG"})


def entries_of(part: StatementEntry, number: int) -> Iterator[tuple[BankEntry, str]]:
    """Yield an entry, or each of its transactions where the bank booked several together, with a return's reason."""
    details = part.details if _adds_up(part) else part.details[:1]
    sign = -1 if part.amount.minor < 0 else 1
    for place, detail in enumerate(details):
        amount = detail.amount if len(details) > 1 and detail.amount is not None else part.amount
        signed = Money(sign * abs(amount.minor), amount.currency)
        name = _name(part, detail, number) + (f"/{place + 1}" if len(details) > 1 else "")
        text = detail.remittance or part.text
        reason = detail.return_reason or ("REVERSAL" if part.reversal else "")
        yield _entry(part, name, signed, detail.other.name, detail.other.account, detail.end_to_end_id, text), reason
    if not details:
        name = _name(part, None, number)
        yield _entry(part, name, part.amount, "", "", "", part.text), "REVERSAL" if part.reversal else ""


def _adds_up(part: StatementEntry) -> bool:
    """Tell whether what an entry is said to consist of can be so: no more than was booked, in the same currency."""
    amounts = [detail.amount for detail in part.details]
    said = [amount.minor for amount in amounts if amount is not None and amount.currency == part.amount.currency]
    return len(said) == len(amounts) and sum(map(abs, said)) <= abs(part.amount.minor)


def _entry(
    part: StatementEntry, name: str, amount: Money, other: str, account: str, end_to_end_id: str, text: str
) -> BankEntry:
    day = part.booked_on or part.value_on
    return BankEntry(
        entry=name,
        booked=part.status == "BOOK",
        booked_at=moment_of(day),
        amount=amount,
        counterparty=other[:_TEXT_LIMIT],
        counterparty_account=account,
        end_to_end_id=end_to_end_id,
        remittance=text[:_TEXT_LIMIT],
    )


def is_charge(part: StatementEntry) -> bool:
    """Tell whether the bank calls an entry a charge (ISO 20022 bank transaction code, sub-family; SWIFT type NCHG)."""
    return bool(_CHARGES.intersection(re.split(r"[^A-Z0-9]+", part.code.upper())))


def _name(part: StatementEntry, detail: EntryDetail | None, number: int) -> str:
    """Name an entry by the bank's own reference; one without by what it says and its place in the statement.

    A return or a charge may carry the reference of what it belongs to, and a mere number (NtryRef) begins
    anew in each statement.
    """
    within = dict(detail.references).get("AcctSvcrRef", "") if detail else ""
    reference = dict(part.references).get("AcctSvcrRef", "") or within
    if reference:
        return f"{reference}{'' if part.amount.minor < 0 else '+'}{'*' if is_charge(part) else ''}"
    said = f"{number}/{part.entry}/{part.booked_on}/{part.amount.minor}/{part.amount.currency}/{part.code}/{part.text}"
    return "x" + hashlib.sha256(said.encode()).hexdigest()[:31]


def moment_of(day: str) -> int:
    """Return the beginning of a day, UTC, in milliseconds; 0 where the bank gave none."""
    try:
        found = date.fromisoformat(day[:10])
    except ValueError:
        return 0
    return int(datetime(found.year, found.month, found.day, tzinfo=UTC).timestamp()) * 1000
