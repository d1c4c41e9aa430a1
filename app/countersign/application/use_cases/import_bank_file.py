"""Bring a bank's file in: statements into accounts and history, and what it says of orders onto their records.

A file is read twice: once to its end, so that nothing of a broken one is used, and once to record it, slice by slice.
Both readings may be cancelled; what was recorded before stands, and the same file brought in again changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path

from countersign.application.flows.script import Script, on_network, on_read, on_vault
from countersign.application.ports.bank import BankAccount, BankEntry
from countersign.application.ports.bank_files import (
    FileHead,
    FileKind,
    FilePart,
    GroupStatus,
    Party,
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
from countersign.application.use_cases.file_entries import entries_of, is_charge, moment_of
from countersign.application.use_cases.own_account import account_of
from countersign.application.use_cases.record_facts import Evidence, record_status
from countersign.application.use_cases.refresh_accounts import ENTRIES_PER_EVENT, Statement, import_statements
from countersign.application.use_cases.settle_entries import OrderNews, Settlement, account_entry, settle_entries
from countersign.domain.canonical import Json
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.money import Money
from countersign.domain.settlement import DAY_MS, AccountEntry

_SLICE = ENTRIES_PER_EVENT
_STATUSES_OF_ONE = 50  # a payment has some ten in its life; whatever a file adds would stay in the ledger for ever
_CLOSING = ("CLBD", "CLAV", "ITBD")
_STATEMENTS = frozenset({FileKind.CAMT_052, FileKind.CAMT_053, FileKind.CAMT_054, FileKind.MT940})
_READABLE = _STATEMENTS | {FileKind.PAIN_002, FileKind.CAMT_029}


_NOBODY = Party()


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


def import_bank_file(
    session: Session, path: Path, progress: Reading | None, cancelled: Callable[[], bool]
) -> Script[ImportReport]:
    """Bring a file in.

    Args:
        session: The session.
        path: The file.
        progress: Told how far the second reading is; called in a worker.
        cancelled: Asked now and then, in a worker.

    Raises:
        UserFacingError: ``file.*``: it can't be read, and nothing was recorded; ``file.not_from_bank``: it is another
            kind of file.
    """

    def told(done: int, total: int) -> None:
        if cancelled():
            raise CancelledReadingError
        if progress is not None:
            progress(done, total)

    try:
        head, digest = yield from on_network(partial(_read_to_the_end, session, path, told))
    except CancelledReadingError:
        return ImportReport("", "", cancelled=True)
    evidence: dict[str, Json] = {"file": {"name": path.name[-120:], "sha256": digest, "version": head.version}}
    rows = yield from on_read(session.reader.accounts)
    work = _Import(session, tuple(rows), evidence)
    parts = session.files.read(path, told)
    try:
        while batch := (yield from on_network(partial(_take, parts))):
            for part in batch:
                work.sort(part)
            yield from work.record(last=False)
    except CancelledReadingError:
        yield from work.record(last=True)
        return work.report(head, cancelled=True)
    yield from work.record(last=True)
    return work.report(head, cancelled=False)


def _read_to_the_end(session: Session, path: Path, told: Reading) -> tuple[FileHead, str]:
    head = None
    for part in session.files.read(path, told):
        if isinstance(part, FileHead) and head is None:
            head = part
            if head.kind not in _READABLE:
                raise UserFacingError("file.not_from_bank", kind=head.kind.value)
    if head is None:
        raise UserFacingError("file.unknown_kind")
    return head, session.files.fingerprint(path)


def _take(parts: Iterator[FilePart]) -> list[FilePart]:
    return list(islice(parts, _SLICE))


class _Import:
    """Sorts the parts of a file, and records them slice by slice."""

    def __init__(self, session: Session, rows: tuple[AccountRow, ...], evidence: Evidence) -> None:
        self._session, self._evidence = session, evidence
        self._rows = {row.account: row for row in rows}
        self._accounts: list[_Account] = []
        self._waiting: list[tuple[_Account, list[BankEntry], list[AccountEntry]]] = []
        self._statuses: list[PaymentStatus] = []
        self._unknown: dict[str, None] = {}
        self._found = Settlement()
        self._told = Counter[str]()
        self._skipped = 0

    def sort(self, part: FilePart) -> None:
        """Put a part where it belongs."""
        if isinstance(part, StatementHead):
            row = account_of(tuple(self._rows.values()), part)
            self._accounts.append(_Account(part, row.account if row else ""))
            if row is None:
                self._unknown[part.account] = None
        elif isinstance(part, PaymentStatus):
            self._statuses.append(part)
        elif isinstance(part, GroupStatus):
            self._statuses.extend(_of_group(part))
        elif self._accounts:
            self._sort_within(self._accounts[-1], part)

    def _sort_within(self, account: _Account, part: FilePart) -> None:
        row = self._rows.get(account.own)
        if isinstance(part, StatementEnd):
            account.differences = tuple(dict.fromkeys((*account.differences, *part.differences)))
        elif row is None or not isinstance(part, StatementBalance | StatementEntry):
            return
        elif part.amount.currency != row.balance.currency:
            account.differences = ("currency",)
        elif isinstance(part, StatementBalance):
            account.balances[part.code] = part
        else:
            entries = list(entries_of(part, account.entries))
            account.entries += 1
            booked = [
                account_entry(row.iban, entry, reason, reversal=part.reversal, agent_member=row.agent_member)
                for entry, reason in entries
                if entry.booked and not is_charge(part)
            ]
            if not self._waiting or self._waiting[-1][0] is not account:
                self._waiting.append((account, [], []))
            self._waiting[-1][1].extend(entry for entry, _ in entries)
            self._waiting[-1][2].extend(booked)

    def record(self, *, last: bool) -> Script[None]:
        """Record what was sorted. Balances come with the last slice, since a file may say them at its end."""
        waiting, self._waiting = self._waiting, []
        for account, entries, booked in waiting:
            new = yield from on_vault(partial(self._import, account, entries))
            account.new += new
            yield from self._settle(booked)
        if last:
            for account in self._accounts:
                if account.own:
                    yield from on_vault(partial(self._import, account, []))
        statuses, self._statuses = self._statuses, []
        if statuses:
            yield from on_vault(partial(self._record_statuses, statuses))

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
        in_flight = yield from on_read(self._session.reader.orders_in_flight)
        orders = [record.content.order for record in in_flight]
        settle = partial(settle_entries, self._session.vault, booked, orders, self._evidence)
        found = yield from on_vault(settle)
        self._found.news.extend(found.news)
        self._found.differences.extend(found.differences)

    def _record_statuses(self, statuses: list[PaymentStatus]) -> None:
        vault = self._session.vault
        with vault.transaction() as change:
            for said in statuses:
                known = [change.order(order) for order in vault.orders_known_as(said.end_to_end_id)]
                record = next((item for item in known if item is not None and _is_about(said, item)), None)
                if record is None or self._told[record.content.order] >= _STATUSES_OF_ONE:
                    self._skipped += 1
                elif record_status(change, record, said, self._evidence) or said.name_check or said.status:
                    self._told[record.content.order] += 1
                    payment, reason = record.content.payment, said.reasons[0].code if said.reasons else ""
                    news = OrderNews(
                        record.content.order,
                        payment.creditor_name,
                        payment.instructed_amount,
                        said.status,
                        reason,
                        "pain.002",
                    )
                    self._found.news.append(news)

    def report(self, head: FileHead, *, cancelled: bool) -> ImportReport:
        """Say what came of the file."""
        return ImportReport(
            kind=head.kind.value,
            version=head.version,
            accounts=tuple(account.imported() for account in self._accounts if account.own),
            unknown_accounts=tuple(self._unknown),
            orders=tuple(self._found.news),
            differences=tuple(self._found.differences),
            skipped=self._skipped,
            cancelled=cancelled,
        )


def _of_group(said: GroupStatus) -> Iterator[PaymentStatus]:
    """Read a refusal of a whole message as one of its payment: our files hold one, named like the message."""
    if said.status == "RJCT" and not said.payment_information:
        from_group = PaymentStatus(
            original_message=said.original_message,
            payment_information="",
            instruction_id="",
            end_to_end_id=said.original_message,
            status=said.status,
            reasons=said.reasons,
            amount=None,
            creditor=_NOBODY,
            debtor=_NOBODY,
        )
        yield from_group


def _is_about(said: PaymentStatus, record: OrderRecord) -> bool:
    """Hold a status to the order: nobody may refuse a payment by naming its identification beside another amount."""
    payment = record.content.payment
    return (
        record.bank != ""
        and (said.amount is None or said.amount == payment.instructed_amount)
        and said.creditor.account in {"", payment.creditor_account}
        and said.debtor.account in {"", payment.debtor_account}
    )
