"""Check a list of payments line by line, against itself, the person's own history and what the bank says of names.

The file is read once, slice by slice; each slice is kept in the vault before the next one is read, so that the work
goes on where it ended. A file that is read again after a crash must be the same one; what was kept is not checked anew.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from countersign.application.batch_state import (
    LINES_IN_SLICE,
    BatchHead,
    BatchLine,
    BatchStage,
    head_key,
    slice_key,
)
from countersign.application.flows.script import Script, on_network, on_read, on_vault
from countersign.application.ports.bank import Bank
from countersign.application.ports.bank_files import FileHead, FilePart, FilePayment, ListColumns, Reading
from countersign.application.ports.clock import new_identifier
from countersign.application.ports.vault import LocalSpace, Vault
from countersign.application.session import Session
from countersign.application.use_cases.batch_lines import LineDesk
from countersign.application.use_cases.check_payments import PaymentsDesk
from countersign.application.use_cases.need_to_know import is_pay
from countersign.domain.errors import CountersignError, SecurityError, UserFacingError
from countersign.domain.payee import DetailsSource, NameCheck
from countersign.domain.vetting import Finding, Level

MOST_LINES: Final = 200_000
NAMES_ASKED: Final = 40
"""Names that the bank is asked about for one list: of payees that were never paid, the first ones."""

_LISTS: Final = frozenset({"pain.001", "CSV", "XLSX"})
_SEED_BYTES: Final = 32


class CancelledBatchError(UserFacingError):
    """The person stopped the reading; what was checked is kept."""

    def __init__(self) -> None:
        super().__init__("file.cancelled")


def begin_batch(
    session: Session,
    path: Path,
    columns: ListColumns | None,
    paying: tuple[str, str],
    source: DetailsSource,
    *,
    payroll: bool = False,
) -> Script[BatchHead]:
    """Begin to check a list, and keep that it was begun.

    Args:
        session: The session.
        path: The file.
        columns: What each column is, in a list; None for pain.001.
        paying: The account that pays where a line doesn't say: its number, and its bank within a national clearing.
        source: Where the payees' details come from.
        payroll: Whether what each payee receives is for those who need it only.

    Raises:
        UserFacingError: ``file.absent``.
    """
    sha256 = yield from on_network(partial(session.files.fingerprint, path))
    head = BatchHead(
        batch=new_identifier(session.entropy),
        seed=session.entropy.token_bytes(_SEED_BYTES).hex(),
        name=path.name[-120:],
        path=str(path),
        sha256=sha256,
        kind="",
        created_at=session.clock.now_ms(),
        number=paying[0],
        member=paying[1],
        source=source,
        columns=columns,
        payroll=payroll,
    )
    yield from on_vault(partial(keep_head, session.vault, head))
    return head


def check_batch(
    session: Session,
    head: BatchHead,
    progress: Reading | None,
    cancelled: Callable[[], bool],
    kept: Callable[[BatchHead, tuple[BatchLine, ...]], None] = lambda _head, _lines: None,
) -> Script[BatchHead]:
    """Check what was not checked yet, to the end of the file.

    Args:
        session: The session.
        head: As it was begun, or as far as it came.
        progress: Told how far the reading is; called in a worker.
        cancelled: Asked now and then, in a worker.
        kept: Told of each slice once it is kept, on the owner's thread.

    Raises:
        CancelledBatchError: ``cancelled`` said so; what was kept stays.
        UserFacingError: ``file.*``: the file can't be read to its end, or is another one now (``file.changed``);
            ``batch.not_payments``, ``batch.no_payments``, ``batch.too_long``.
    """

    def told(done: int, total: int) -> None:
        if cancelled():
            raise CancelledBatchError
        if progress is not None:
            progress(done, total)

    path = Path(head.path)
    if (yield from on_network(partial(session.files.fingerprint, path))) != head.sha256:
        raise UserFacingError("file.changed")
    rows = yield from on_read(session.reader.accounts)
    known = yield from on_read(session.reader.payees)
    desk = LineDesk(session, head, tuple(rows), known)
    parts = (
        session.files.read(path, told) if head.columns is None else session.files.read_list(path, head.columns, told)
    )
    reading = _ReadLines(parts)
    try:
        head = yield from _check_lines(session, head, reading, desk, cancelled, kept)
    finally:
        reading.close()  # else a parser's thread stays until somebody collects what is left over
    head = replace(head, stage=BatchStage.CHECKED, about=reading.about())
    yield from on_vault(partial(keep_head, session.vault, head))
    return head


def _check_lines(
    session: Session,
    head: BatchHead,
    reading: _ReadLines,
    desk: LineDesk,
    cancelled: Callable[[], bool],
    kept: Callable[[BatchHead, tuple[BatchLine, ...]], None],
) -> Script[BatchHead]:
    """Check slice by slice to the end of the file; what was checked before is only read."""
    done = head.tally.lines
    while some := (yield from on_network(partial(reading.some, cancelled))):
        if (head.kind, head.version) != (reading.kind, reading.version):
            head = replace(head, kind=reading.kind, version=reading.version)
        if some[-1][0] < done:
            continue
        questions = max(NAMES_ASKED - head.asked, 0)
        known_of = yield from on_read(partial(desk.look_up, [part for _n, part, _found in some], questions))
        checks = yield from on_network(partial(_ask_names, session, desk, known_of.unknown))
        head = replace(head, asked=head.asked + len(checks))
        lines = yield from on_read(partial(desk.judge, some, known_of, checks))
        pay = sum(is_pay(part.category) for _n, part, _found in some)
        head = replace(head, tally=head.tally.with_all(lines), pay_lines=head.pay_lines + pay)
        yield from on_vault(partial(_keep_slice, session.vault, head, lines))
        kept(head, lines)
    return head


class _ReadLines:
    """Reads payments with what the list itself says against them."""

    def __init__(self, parts: Iterator[FilePart]) -> None:
        self._parts, self.desk = parts, PaymentsDesk()
        self.kind = self.version = ""
        self.number = 0

    def close(self) -> None:
        """Read no more. Where the program ends, a worker may still be at it: then that one ends it."""
        if isinstance(self._parts, Generator):
            with suppress(ValueError):
                self._parts.close()

    def some(self, cancelled: Callable[[], bool]) -> list[tuple[int, FilePayment, tuple[Finding, ...]]]:
        """Read the next lines: their number, what they say, what was noticed. Any worker; nothing at the end."""
        if cancelled():
            raise CancelledBatchError
        found: list[tuple[int, FilePayment, tuple[Finding, ...]]] = []
        while len(found) < LINES_IN_SLICE:
            part = next(self._parts, None)
            if part is None:
                break
            noticed = self.desk.take(part)
            if isinstance(part, FileHead):
                if part.kind.value not in _LISTS:
                    raise UserFacingError("batch.not_payments")
                self.kind, self.version = part.kind.value, part.version
            elif isinstance(part, FilePayment):
                found.append((self.number, part, noticed))
                self.number += 1
        if self.number > MOST_LINES:
            raise UserFacingError("batch.too_long", limit=MOST_LINES)
        return found

    def about(self) -> tuple[Finding, ...]:
        """Return what was noticed about the whole list, once it was read to its end."""
        if not self.number:
            raise UserFacingError("batch.no_payments" if self.kind else "batch.not_payments")
        return tuple(item for item in self.desk.result().findings if not item.line and item.level is not Level.NOTE)


def _ask_names(
    session: Session, desk: LineDesk, unknown: tuple[tuple[str, str], ...]
) -> dict[tuple[str, str], NameCheck]:
    """Ask the bank about names that nobody was ever paid under."""
    bank = _who_knows_names(session)
    if bank is None:
        return {}
    found: dict[tuple[str, str], NameCheck] = {}
    for name, account in unknown:
        try:
            check = bank.verify_payee(name, account)
        except CountersignError:  # the check is an offer: without an answer the line says that nobody was asked
            break
        if (check.asked_name, check.asked_account) == (name, account):
            found[name, account] = check
    desk.remember(found)
    return found


def _who_knows_names(session: Session) -> Bank | None:
    bank = session.bank
    try:
        return bank if bank is not None and bank.profile().checks_names else None
    except CountersignError:
        return None


# — what is kept —


def keep_head(vault: Vault, head: BatchHead) -> None:
    """Keep a head. VAULT lane."""
    with vault.transaction() as change:
        change.put(LocalSpace.BATCH, head_key(head.batch), head.canonical())


def _keep_slice(vault: Vault, head: BatchHead, lines: tuple[BatchLine, ...]) -> None:
    with vault.transaction() as change:
        place = lines[0].number // LINES_IN_SLICE
        change.put(LocalSpace.BATCH, slice_key(head.batch, place), {"lines": [line.canonical() for line in lines]})
        change.put(LocalSpace.BATCH, head_key(head.batch), head.canonical())


def read_slice(vault: Vault, batch: str, place: int) -> tuple[BatchLine, ...]:
    """Read the lines from ``place * LINES_IN_SLICE`` on. VAULT lane."""
    value = vault.local_item(LocalSpace.BATCH, slice_key(batch, place))
    lines = value["lines"] if value else []
    return tuple(BatchLine.read(item) for item in lines) if isinstance(lines, list) else ()


def kept_batches(vault: Vault) -> tuple[BatchHead, ...]:
    """List batches that were begun and not put away, newest first. VAULT lane."""
    found = []
    for batch in _batches(vault):
        value = vault.local_item(LocalSpace.BATCH, head_key(batch))
        if value is not None:
            try:
                found.append(BatchHead.read(value))
            except (SecurityError, ValueError):
                continue  # of another format: it stays where it is
    return tuple(sorted(found, key=lambda head: head.created_at, reverse=True))


def _batches(vault: Vault) -> Iterator[str]:
    """Hop from batch to batch: what is kept of one large list are thousands of pages, and none is wanted here."""
    after = ""
    while found := vault.local_keys(LocalSpace.BATCH, after=after, most=1):
        batch = found[0].partition(".")[0]
        yield batch
        after = f"{batch}.\U0010ffff"


def drop_batch(vault: Vault, batch: str, at_once: int = 40) -> bool:
    """Forget a piece of a batch's working state; tell whether more is left. VAULT lane, short.

    The head goes last, so that what is left half-way is put away the next time.
    """
    some = vault.local_keys(LocalSpace.BATCH, f"{batch}.", most=at_once + 2)  # the head may be one of them
    keys = [key for key in some if key != head_key(batch)]
    with vault.transaction() as change:
        for key in keys[:at_once]:
            change.drop(LocalSpace.BATCH, key)
        if len(keys) <= at_once:
            change.drop(LocalSpace.BATCH, head_key(batch))
    return len(keys) > at_once


def decide_line(vault: Vault, batch: str, number: int, decided: str) -> tuple[BatchHead, BatchLine] | None:
    """Take a line in, or leave it out; None where that can't be any more. VAULT lane.

    Args:
        vault: The unlocked vault.
        batch: The batch, checked and not requested yet.
        number: The line's.
        decided: ``in`` or ``out``.
    """
    place, key = number // LINES_IN_SLICE, head_key(batch)
    with vault.transaction() as change:
        value = change.get(LocalSpace.BATCH, key)
        kept = change.get(LocalSpace.BATCH, slice_key(batch, place))
        if value is None or kept is None or not isinstance(kept["lines"], list):
            return None
        head = BatchHead.read(value)
        lines = [BatchLine.read(item) for item in kept["lines"]]
        line = lines[number % LINES_IN_SLICE]
        if head.stage is not BatchStage.CHECKED or line.stays_out:
            return None
        after = replace(line, decided=decided)
        lines[number % LINES_IN_SLICE] = after
        head = head.decided(line, after)
        change.put(LocalSpace.BATCH, slice_key(batch, place), {"lines": [item.canonical() for item in lines]})
        change.put(LocalSpace.BATCH, key, head.canonical())
    return head, after
