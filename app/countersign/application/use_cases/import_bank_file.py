"""Bring a bank's file in: statements into accounts and history, and what it says of orders onto their records.

A file is read twice: once to its end, so that nothing of a broken one is used, and once to record it, slice by slice.
Both readings may be cancelled; what was recorded before stands, and the same file brought in again changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path

import orjson

from countersign.application.flows.script import Script, on_network, on_read, on_vault
from countersign.application.ports.bank import BankAccount, BankEntry
from countersign.application.ports.bank_files import (
    FileHead,
    FileKind,
    FilePart,
    GroupStatus,
    PaymentStatus,
    Reading,
    StatementBalance,
    StatementEnd,
    StatementEntry,
    StatementHead,
)
from countersign.application.ports.vault import AccountRow
from countersign.application.session import Session
from countersign.application.use_cases.differences import Difference
from countersign.application.use_cases.file_entries import Twins, entries_of, moment_of
from countersign.application.use_cases.file_statuses import StatusReports, of_group
from countersign.application.use_cases.own_account import account_of
from countersign.application.use_cases.record_facts import Evidence
from countersign.application.use_cases.refresh_accounts import ENTRIES_PER_EVENT, Statement, import_statements
from countersign.application.use_cases.settle_entries import OrderNews, Settlement, settle_entries, settle_returns
from countersign.domain.canonical import Json
from countersign.domain.errors import UserFacingError
from countersign.domain.money import Money
from countersign.domain.settlement import DAY_MS, AccountEntry, is_charge

_SLICE = 6 * ENTRIES_PER_EVENT  # parts that are read at once
_READING, _RECORDING = 1, 2  # the shares of the first and the second reading in the whole: the second records, too
_STATUSES_AT_ONCE = 20
_CLOSING = ("CLBD", "CLAV", "ITBD")
_STATEMENTS = frozenset({FileKind.CAMT_052, FileKind.CAMT_053, FileKind.CAMT_054, FileKind.MT940})
_READABLE = _STATEMENTS | {FileKind.PAIN_002, FileKind.CAMT_029}


class CancelledReadingError(UserFacingError):
    """The person cancelled the reading."""

    def __init__(self) -> None:
        super().__init__("file.cancelled")


@dataclass(frozen=True, slots=True)
class ImportedAccount:
    """What a file said of one own account.

    Attributes:
        entries: How many it had.
        new: How many of them were not known.
        differences: What in the statement doesn't agree with itself, see ``StatementEnd``.
    """

    iban: str
    entries: int
    new: int
    opening: Money | None
    closing: Money | None
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of a file.

    Attributes:
        unknown_accounts: Accounts that were not added: nothing of them was recorded.
        orders: What became known of orders.
        differences: What needs a person.
        skipped: Payments of a status report that are no orders of this workspace.
        cancelled: Whether it was cancelled half-way.
    """

    kind: str
    version: str
    accounts: tuple[ImportedAccount, ...] = ()
    unknown_accounts: tuple[str, ...] = ()
    orders: tuple[OrderNews, ...] = ()
    differences: tuple[Difference, ...] = ()
    skipped: int = 0
    cancelled: bool = False


@dataclass(slots=True)
class _Account:
    """One account's part of the file, as far as it was read."""

    head: StatementHead
    own: str  # the own account's resource, or empty
    balances: dict[str, StatementBalance] = field(default_factory=dict)
    entries: int = 0
    new: int = 0
    differences: tuple[str, ...] = ()
    twins: Twins = field(default_factory=Twins)

    def balance(self, *codes: str) -> StatementBalance | None:
        return next((self.balances[code] for code in codes if code in self.balances), None)

    def imported(self) -> ImportedAccount:
        opening, closing = self.balance("OPBD", "PRCD"), self.balance(*_CLOSING)
        return ImportedAccount(
            self.head.account,
            self.entries,
            self.new,
            opening.amount if opening else None,
            closing.amount if closing else None,
            self.differences,
        )


@dataclass(slots=True)
class _Slice:
    """What is recorded in one task: lines are cut by what they hold, since one may hold thousands of payments."""

    account: _Account
    entries: list[BankEntry] = field(default_factory=list)
    booked: list[AccountEntry] = field(default_factory=list)

    @property
    def full(self) -> bool:
        return max(len(self.entries), len(self.booked)) >= ENTRIES_PER_EVENT


def import_bank_file(
    session: Session, path: Path, progress: Reading | None, cancelled: Callable[[], bool]
) -> Script[ImportReport]:
    """Bring a file in.

    Args:
        session: The session.
        path: The file.
        progress: Told how far the whole is, which is both readings; called in a worker.
        cancelled: Asked now and then, in a worker.

    Raises:
        UserFacingError: ``file.*``: it can't be read, and nothing was recorded; ``file.not_from_bank``: it is another
            kind of file; ``file.changed``: it is another one than when it was read first, and the rest is not recorded.
    """

    def told(before: int, share: int, done: int, total: int) -> None:
        if cancelled():
            raise CancelledReadingError
        if progress is not None:
            progress(before * total + share * done, (_READING + _RECORDING) * total)

    try:
        first = yield from on_network(partial(_read_to_the_end, session, path, partial(told, 0, _READING)))
    except CancelledReadingError:
        return ImportReport("", "", cancelled=True)
    head = first.head
    evidence: dict[str, Json] = {"file": {"name": path.name[-120:], "sha256": first.sha256, "version": head.version}}
    rows = yield from on_read(session.reader.accounts)
    work = _Import(session, tuple(rows), evidence, answers_recall=head.kind is FileKind.CAMT_029)
    parts = session.files.read(path, partial(told, _READING, _RECORDING))
    try:
        for expected in first.marks:
            yield from on_network(partial(work.take, parts, expected))
            yield from work.record(last=False)
    except CancelledReadingError:
        yield from work.record(last=True)
        return work.report(head, cancelled=True)
    yield from work.record(last=True)
    return work.report(head, cancelled=False)


@dataclass(frozen=True, slots=True)
class _FirstReading:
    """What a file was when it was read to its end: only that is recorded.

    Attributes:
        sha256: Of the file.
        marks: A hash of each slice of its parts; the last one is of none.
    """

    head: FileHead
    sha256: str
    marks: tuple[bytes, ...]


def _read_to_the_end(session: Session, path: Path, told: Reading) -> _FirstReading:
    sha256, marks, head = session.files.fingerprint(path), list[bytes](), None
    parts = session.files.read(path, told)
    while batch := _take(parts):
        for part in batch:
            if isinstance(part, FileHead) and head is None:
                head = part
                if head.kind not in _READABLE:
                    raise UserFacingError("file.not_from_bank", kind=head.kind.value)
        marks.append(_mark(batch))
    if head is None:
        raise UserFacingError("file.unknown_kind")
    if session.files.fingerprint(path) != sha256:
        raise UserFacingError("file.changed")
    return _FirstReading(head, sha256, (*marks, _mark([])))


def _take(parts: Iterator[FilePart]) -> list[FilePart]:
    return list(islice(parts, _SLICE))


def _mark(batch: list[FilePart]) -> bytes:
    return hashlib.sha256(orjson.dumps(batch)).digest()


class _Import:
    """Sorts the parts of a file, and records them slice by slice."""

    def __init__(
        self, session: Session, rows: tuple[AccountRow, ...], evidence: Evidence, *, answers_recall: bool
    ) -> None:
        self._session, self._evidence = session, evidence
        self._rows = {row.account: row for row in rows}
        self._accounts: list[_Account] = []
        self._waiting: list[_Slice] = []
        self._statuses: list[PaymentStatus] = []
        self._unknown: dict[str, None] = {}
        self._found = Settlement()
        self._reports = StatusReports(session.vault, evidence, self._found, answers_recall=answers_recall)

    def take(self, parts: Iterator[FilePart], expected: bytes) -> None:
        """Take the next slice, which must say what it said when the file was read for the first time. Any worker."""
        batch = _take(parts)
        if _mark(batch) != expected:
            raise UserFacingError("file.changed")
        for part in batch:
            self._sort(part)

    def _sort(self, part: FilePart) -> None:
        if isinstance(part, StatementHead):
            row = account_of(tuple(self._rows.values()), part)
            self._accounts.append(_Account(part, row.account if row else ""))
            if row is None:
                self._unknown[part.account] = None
        elif isinstance(part, PaymentStatus):
            self._statuses.append(part)
        elif isinstance(part, GroupStatus):
            self._statuses.extend(of_group(part))
        elif self._accounts:
            self._sort_within(self._accounts[-1], part)

    def _sort_within(self, account: _Account, part: FilePart) -> None:
        row = self._rows.get(account.own)
        if isinstance(part, StatementEnd):
            account.differences = tuple(dict.fromkeys((*account.differences, *part.differences)))
            account.twins = Twins()  # a file may hold thousands of statements
        elif row is None or not isinstance(part, StatementBalance | StatementEntry):
            return
        elif part.amount.currency != row.balance.currency:
            account.differences = ("currency",)
        elif isinstance(part, StatementBalance):
            account.balances[part.code] = part
        else:
            account.entries += 1
            settles = part.status == "BOOK" and not is_charge(part.code)
            for line in entries_of(part, account.twins.name(part), row):
                if not self._waiting or self._waiting[-1].account is not account or self._waiting[-1].full:
                    self._waiting.append(_Slice(account))
                if line.entry is not None:
                    self._waiting[-1].entries.append(line.entry)
                if settles:
                    self._waiting[-1].booked.append(line.named)

    def record(self, *, last: bool) -> Script[None]:
        """Record what was sorted. Balances come with the last slice, since a file may say them at its end."""
        waiting, self._waiting = self._waiting, []
        if not last and waiting and not waiting[-1].full:
            self._waiting.append(waiting.pop())  # the next parts may fill it
        for part in waiting:
            part.account.new += yield from on_vault(partial(self._import, part.account, part.entries))
            yield from self._settle(part.booked)
        if last:
            for account in self._accounts:
                if account.own:
                    yield from on_vault(partial(self._import, account, []))
        statuses, self._statuses = self._statuses, []
        for start in range(0, len(statuses), _STATUSES_AT_ONCE):
            some = statuses[start : start + _STATUSES_AT_ONCE]
            yield from on_vault(partial(self._reports.record, some))
        if last and self._session.vault.may_sign:
            yield from settle_returns(self._session, self._found)

    def _import(self, account: _Account, entries: list[BankEntry]) -> int:
        row, session, closing = self._rows[account.own], self._session, account.balance(*_CLOSING)
        as_of = moment_of(closing.at[:10]) if closing else 0
        # A day that lies ahead would keep every later statement from telling the balance.
        newer = closing is not None and row.as_of <= as_of <= session.clock.now_ms() + DAY_MS
        balance = closing.amount if closing and newer else row.balance
        told = BankAccount(row.account, row.iban, row.name, balance, balance if newer else row.available)
        statement = Statement(told, entries, as_of=as_of if newer else row.as_of)
        self._rows[account.own] = replace(row, balance=balance, available=told.available, as_of=statement.as_of or 0)
        return import_statements(session.vault, session.entropy, row.bank, [statement])

    def _settle(self, booked: list[AccountEntry]) -> Script[None]:
        found = yield from settle_entries(self._session, booked, self._evidence)
        self._found.news.extend(found.news)
        self._found.differences.extend(found.differences)

    def report(self, head: FileHead, *, cancelled: bool) -> ImportReport:
        """Say what came of the file."""
        return ImportReport(
            kind=head.kind.value,
            version=head.version,
            accounts=tuple(account.imported() for account in self._accounts if account.own),
            unknown_accounts=tuple(self._unknown),
            orders=tuple(self._found.news),
            differences=tuple({item.key: item for item in self._found.differences}.values()),
            skipped=self._reports.skipped,
            cancelled=cancelled,
        )
