"""Turn the lines of a bank's file into entries as the ledger keeps them."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from countersign.application.ports.bank import BankEntry
from countersign.application.ports.bank_files import Party, StatementEntry
from countersign.application.ports.vault import AccountRow
from countersign.application.use_cases.settle_entries import account_entry
from countersign.domain.money import Money
from countersign.domain.settlement import AccountEntry, is_charge

_TEXT_LIMIT = 300
_SAME_REFERENCED = 9
_SAME_UNREFERENCED = 999
_SLOTS = 1024  # a power of two, as their number stays


class _Marks:
    """A set of numbers of 64 bits, other than 0, in 16 to 32 bytes each: there is one for each line of a file."""

    def __init__(self) -> None:
        self._slots, self._count = array("Q", bytes(8 * _SLOTS)), 0

    def add(self, mark: int) -> bool:
        """Add a number; tell whether it was new."""
        if not _place(self._slots, mark):
            return False
        self._count += 1
        if 2 * self._count > len(self._slots):
            wider = array("Q", bytes(2 * 8 * len(self._slots)))
            for each in filter(None, self._slots):
                _place(wider, each)
            self._slots = wider
        return True


def _place(slots: array[int], mark: int) -> bool:
    """Put a number into its slot, or the next free one (open addressing); tell whether it was in none."""
    last = len(slots) - 1
    at = mark & last
    while slots[at]:
        if slots[at] == mark:
            return False
        at = (at + 1) & last
    slots[at] = mark
    return True


class Twins:
    """Counts the lines of one statement that say the very same, so that each has a name of its own.

    With the bank's own reference there are few such: a file that repeats one line for ever is not a thousand payments.
    """

    def __init__(self) -> None:
        self._seen, self._again = _Marks(), dict[int, int]()

    def name(self, part: StatementEntry) -> str:
        """Name a line of the statement."""
        name, referenced = _name(part)
        mark = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big") or 1
        if self._seen.add(mark):
            return name
        earlier = self._again.get(mark, 1)
        self._again[mark] = min(earlier + 1, _SAME_REFERENCED if referenced else _SAME_UNREFERENCED)
        return f"{name}#{earlier + 1}"


@dataclass(frozen=True, slots=True)
class Line:
    """What a line of a file is in the ledger, and what may be said of orders.

    Attributes:
        entry: For accounts and history; None where it is part of another line, and its own amount is not known.
        named: For orders.
    """

    entry: BankEntry | None
    named: AccountEntry


def entries_of(part: StatementEntry, name: str, account: AccountRow) -> Iterator[Line]:
    """Yield an entry, or each of its transactions where the bank booked several together.

    Args:
        part: The line.
        name: From ``Twins``.
        account: The own account.
    """
    details = part.details
    if len(details) > 1 and not _adds_up(part):
        text = part.text or details[0].remittance
        yield _line(part, account, _entry(part, name, part.amount, Party(), "", text), "")
        for place, detail in enumerate(details, 1):
            if detail.end_to_end_id:
                entry = _entry(
                    part, f"{name}/{place}", part.amount, detail.other, detail.end_to_end_id, detail.remittance
                )
                line = _line(part, account, entry, detail.return_reason)
                yield Line(None, replace(line.named, together=True))
        return
    sign = -1 if part.amount.minor < 0 else 1
    for place, detail in enumerate(details, 1):
        amount = detail.amount if len(details) > 1 and detail.amount is not None else part.amount
        signed = Money(sign * abs(amount.minor), amount.currency)
        text = detail.remittance or part.text
        own = f"{name}/{place}" if len(details) > 1 else name
        yield _line(
            part, account, _entry(part, own, signed, detail.other, detail.end_to_end_id, text), detail.return_reason
        )
    if not details:
        yield _line(part, account, _entry(part, name, part.amount, Party(), "", part.text), "")


def _line(part: StatementEntry, account: AccountRow, entry: BankEntry, return_reason: str) -> Line:
    named = account_entry(
        account.iban,
        entry,
        return_reason or ("REVERSAL" if part.reversal else ""),
        reversal=part.reversal,
        agent_member=account.agent_member,
    )
    return Line(entry, replace(named, unreferenced=not _reference(part)))


def _adds_up(part: StatementEntry) -> bool:
    """Tell whether what an entry is said to consist of can be so: no more than was booked, in the same currency."""
    amounts = [detail.amount for detail in part.details]
    said = [amount.minor for amount in amounts if amount is not None and amount.currency == part.amount.currency]
    return len(said) == len(amounts) and sum(map(abs, said)) <= abs(part.amount.minor)


def _entry(part: StatementEntry, name: str, amount: Money, other: Party, end_to_end_id: str, text: str) -> BankEntry:
    day = part.booked_on or part.value_on
    return BankEntry(
        entry=name,
        booked=part.status == "BOOK",
        booked_at=moment_of(day),
        amount=amount,
        counterparty=other.name[:_TEXT_LIMIT],
        counterparty_account=other.account,
        end_to_end_id=end_to_end_id,
        remittance=text[:_TEXT_LIMIT],
    )


def _reference(part: StatementEntry) -> str:
    within = (reference for detail in part.details for name, reference in detail.references if name == "AcctSvcrRef")
    return dict(part.references).get("AcctSvcrRef", "") or next(within, "")


def _name(part: StatementEntry) -> tuple[str, bool]:
    """Name an entry by the bank's own reference, its day and amount; one without by what it says.

    A return, a charge or a second booking may carry the reference of what it belongs to, and a mere number (NtryRef)
    begins anew in each statement; where a line stands in a file is no part of what it is. The name is the same in a
    report (camt.052), a statement (camt.053) and a notification (camt.054) of one booking.
    """
    reference, day = _reference(part), (part.booked_on or part.value_on)[:10]
    if reference:
        fee = "*" if is_charge(part.code) else ""
        return f"{reference}@{day}{part.amount.minor:+d}{part.amount.currency}{fee}", True
    others = [(detail.end_to_end_id, detail.other.account) for detail in part.details]
    said = f"{day}/{part.amount.minor}/{part.amount.currency}/{part.code}/{part.text}/{others!r}"
    return "x" + hashlib.sha256(said.encode()).hexdigest()[:31], False


def moment_of(day: str) -> int:
    """Return the beginning of a day, UTC, in milliseconds; 0 where the bank gave none."""
    try:
        found = date.fromisoformat(day[:10])
    except ValueError:
        return 0
    return int(datetime(found.year, found.month, found.day, tzinfo=UTC).timestamp()) * 1000
