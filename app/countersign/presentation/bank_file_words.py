"""What a bank's file was understood as, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from countersign.application.ports.bank_files import (
    BankFiles,
    FileHead,
    FileKind,
    PaymentStatus,
    StatementBalance,
    StatementEntry,
    StatementHead,
)
from countersign.domain.accounts import grouped
from countersign.presentation.formats import isolate, money_text
from countersign.presentation.messages import _, language, ngettext

_OPENING, _CLOSING = frozenset({"OPBD", "PRCD"}), frozenset({"CLBD", "ITBD"})


def kind_name(kind: str) -> str:
    """Name a kind of file."""
    return {
        FileKind.PAIN_002.value: _("Status report"),
        FileKind.CAMT_029.value: _("Answer to a recall"),
        FileKind.CAMT_052.value: _("Account report of the day"),
        FileKind.CAMT_053.value: _("Statement"),
        FileKind.CAMT_054.value: _("Notification of debits and credits"),
        FileKind.MT940.value: _("Statement (MT940)"),
        FileKind.PAIN_001.value: _("Payment file"),
    }.get(kind, kind)


@dataclass(slots=True)
class _Account:
    number: str
    entries: int = 0
    opening: str = ""
    closing: str = ""


@dataclass(slots=True)
class _Read:
    kind: str = ""
    version: str = ""
    accounts: list[_Account] = field(default_factory=list)
    statuses: int = 0


def read_through(files: BankFiles, path: Path, number: str) -> tuple[str, ...]:
    """Read a file to its end, keep nothing of it, and say what was understood. READ lane.

    Args:
        files: The reader.
        path: The file.
        number: The account that it should be of, without spaces.

    Raises:
        UserFacingError: As ``BankFiles.read``.
    """
    read = _Read()
    for part in files.read(path):
        if isinstance(part, FileHead):
            read.kind, read.version = part.kind.value, part.version
        elif isinstance(part, StatementHead):
            read.accounts.append(_Account(part.account))
        elif isinstance(part, StatementBalance) and read.accounts:
            text = isolate(money_text(part.amount, language()))
            if part.code in _OPENING:
                read.accounts[-1].opening = read.accounts[-1].opening or text
            elif part.code in _CLOSING:
                read.accounts[-1].closing = text
        elif isinstance(part, StatementEntry) and read.accounts:
            read.accounts[-1].entries += 1
        elif isinstance(part, PaymentStatus):
            read.statuses += 1
    return tuple(_lines(read, number))


def _lines(read: _Read, number: str) -> Iterator[str]:
    yield _("Understood as: {kind}, {version}.").format(kind=kind_name(read.kind), version=isolate(read.version))
    for account in read.accounts:
        count = ngettext("{count} entry", "{count} entries", account.entries).format(count=account.entries)
        yield _("Account {number}: {entries}.").format(number=isolate(grouped(account.number)), entries=count)
        if account.opening and account.closing:
            yield _("Balance before: {opening}. Balance after: {closing}.").format(
                opening=account.opening, closing=account.closing
            )
    if read.statuses:
        yield ngettext("It tells of {count} payment.", "It tells of {count} payments.", read.statuses).format(
            count=read.statuses
        )
    if read.accounts and number not in {account.number for account in read.accounts}:
        yield _("It is of another account than the one you added. Choose a statement of that account.")
    else:
        yield _("Nothing of it was kept. Bring it in when you want it in your history.")
