"""A list of payments becomes a checked batch, and a checked batch becomes orders: each line once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from countersign.application.batch_state import BatchHead, BatchLine, BatchStage
from countersign.application.flows.script import Script, run_script
from countersign.application.ports.bank_files import FileHead, FileKind, FilePart, FilePayment, Reading
from countersign.application.use_cases.check_batch import (
    CancelledBatchError,
    begin_batch,
    check_batch,
    decide_line,
    drop_batch,
    kept_batches,
    read_slice,
)
from countersign.application.use_cases.keep_payee import keep_payee
from countersign.application.use_cases.request_batch import make_some, request_batch
from countersign.domain.batch_digest import batch_digest
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain
from countersign.domain.money import Money
from countersign.domain.payee import DetailsSource, PayeeDetails, PayeeKind
from countersign.domain.payment import PaymentFields, PaymentProduct
from countersign.domain.vetting import Level
from countersign.testing import fakes
from countersign.testing.fake_files import ListedFiles

T = TypeVar("T")
PATH = Path("/files/list.csv")
LANDLORD, LANDLORD_ACCOUNT, _ = fakes.LANDLORD
SUPPLIER, SUPPLIER_ACCOUNT, _ = fakes.SUPPLIER
NEW, NEW_ACCOUNT = "Hotel Adler GmbH", "DE89370400440532013000"


def run(world: fakes.World, script: Script[T]) -> T:
    found: list[T] = []
    failed: list[Exception] = []
    run_script(world.session.tasks, script, found.append, failed.append)
    if failed:
        raise failed[0]
    return found[0]


def pay(name: str, account: str, minor: int, reference: str, currency: str = "EUR") -> PaymentFields:
    return PaymentFields(
        instructed_amount=Money(minor, currency),
        debtor_account="",
        creditor_name=name,
        creditor_account=account,
        creditor_agent="",
        end_to_end_id="",
        remittance=reference,
        requested_execution_date="",
        product=PaymentProduct.SEPA,
    )


def listed(world: fakes.World, payments: Sequence[PaymentFields | None]) -> None:
    parts: list[FilePart] = [FileHead(FileKind.CSV, "CSV", "", "")]
    faults = (("instructed_amount", "missing"),)
    parts += [
        FilePayment(number + 2, "", "", payment, () if payment else faults) for number, payment in enumerate(payments)
    ]
    files = world.session.files
    assert isinstance(files, ListedFiles)
    files.files[PATH.name] = parts


def checked(
    world: fakes.World, payments: Sequence[PaymentFields | None], source: DetailsSource = DetailsSource.CONTRACT
) -> tuple[BatchHead, list[BatchLine]]:
    listed(world, payments)
    head = run(world, begin_batch(world.session, PATH, None, (fakes.MAIN, ""), source))
    head = run(world, check_batch(world.session, head, None, lambda: False))
    return head, lines_of(world, head)


def lines_of(world: fakes.World, head: BatchHead) -> list[BatchLine]:
    return [line for place in range(head.slices) for line in read_slice(world.vault, head.batch, place)]


def rules_of(line: BatchLine) -> set[str]:
    return {finding.rule for finding in line.found}


def many(count: int) -> list[PaymentFields | None]:
    return [pay(LANDLORD, LANDLORD_ACCOUNT, 10_000 + 13 * number, f"Invoice {number}") for number in range(count)]


@pytest.fixture
def world() -> fakes.World:
    return fakes.make_world()


def test_each_line_is_checked_and_counted(world: fakes.World) -> None:
    head, lines = checked(world, [*many(3), None, pay(NEW, NEW_ACCOUNT, 50_000, "Congress")])
    assert head.stage is BatchStage.CHECKED
    assert (head.tally.lines, head.tally.stops, head.tally.goes) == (5, 1, 4)
    assert head.totals == (Money(3 * 10_000 + 13 * 3 + 50_000, "EUR"),)
    assert lines[3].stays_out
    assert "batch.first_payment" in rules_of(lines[4])
    assert [BatchLine.read(line.canonical()) for line in lines] == lines
    assert BatchHead.read(head.canonical()) == head
    assert kept_batches(world.vault) == (head,)


def test_a_line_is_held_where_history_speaks_against_it(world: fakes.World) -> None:
    other_name, changed, look_alike, not_form = (
        pay("Somebody Else", LANDLORD_ACCOUNT, 10_000, "A"),
        pay(LANDLORD, NEW_ACCOUNT, 10_000, "B"),
        pay(SUPPLIER.replace("e", "\u0435", 1), "DE02120300000000202051", 10_000, "C"),
        pay("X" * 80, "DE02120300000000202051", 10_000, "D"),
    )
    _head, lines = checked(world, [other_name, changed, look_alike, not_form])
    assert "batch.other_name" in rules_of(lines[0])
    assert "batch.account_changed" in rules_of(lines[1])
    assert {"batch.look_alike", "name.mixed_scripts"} & rules_of(lines[2])
    assert "batch.form" in rules_of(lines[3])
    assert all(line.stays_out for line in lines)


def test_what_was_requested_before_needs_a_look_and_can_be_taken_in(world: fakes.World) -> None:
    first, _lines = checked(world, [pay(SUPPLIER, SUPPLIER_ACCOUNT, 77_700, "INV 7")])
    run(world, request_batch(world.session, first.batch))
    head, lines = checked(world, [pay(SUPPLIER, SUPPLIER_ACCOUNT, 77_700, "INV 7")])
    assert "batch.paid_before" in rules_of(lines[0])
    assert not lines[0].goes
    assert lines[0].level is Level.LOOK
    taken = decide_line(world.vault, head.batch, 0, "in")
    assert taken is not None
    assert (taken[0].tally.goes, taken[0].totals) == (1, (Money(77_700, "EUR"),))
    left = decide_line(world.vault, head.batch, 0, "out")
    assert left is not None
    assert left[0].tally.goes == 0


def test_the_same_twice_within_a_list_needs_a_look(world: fakes.World) -> None:
    twice = pay(SUPPLIER, SUPPLIER_ACCOUNT, 77_700, "INV 8")
    _head, lines = checked(world, [twice, twice])
    assert lines[0].goes
    assert "payments.duplicate" in rules_of(lines[1])
    assert not lines[1].goes


def test_an_account_of_nobody_here_pays_nothing(world: fakes.World) -> None:
    foreign = replace(pay(SUPPLIER, SUPPLIER_ACCOUNT, 1_000, "A"), debtor_account="LU280019400644750000")
    _head, lines = checked(world, [foreign])
    assert "batch.not_yours" in rules_of(lines[0])


def test_details_that_came_by_email_are_asked_about_one_by_one(world: fakes.World) -> None:
    _head, lines = checked(world, [pay(NEW, NEW_ACCOUNT, 1_000, "A")], DetailsSource.EMAIL)
    assert "batch.question" in rules_of(lines[0])
    assert lines[0].stays_out


def test_the_bank_is_asked_about_new_names_only_and_a_no_holds_the_line(world: fakes.World) -> None:
    head, lines = checked(world, [*many(2), pay("Stranger Ltd", fakes.STRANGER_ACCOUNT, 1_000, "A")])
    assert head.asked == 1
    assert "batch.name_no_match" in rules_of(lines[2])


def test_orders_are_made_once_and_named_by_the_batch(world: fakes.World) -> None:
    head, lines = checked(
        world, [*many(250), None, pay(NEW, NEW_ACCOUNT, 5_000, "A"), pay(NEW, NEW_ACCOUNT, 6_000, "B")]
    )
    done = run(world, request_batch(world.session, head.batch))
    assert done.stage is BatchStage.REQUESTED
    events = world.vault.events(Chain.SHARED, 0, 100_000)
    frozen = [event for event in events if event.kind == kinds.ORDER_FROZEN]
    assert len(frozen) == 252
    assert len({event.header.subject for event in frozen}) == 252
    prepared = [event for event in events if event.kind == kinds.BATCH_PREPARED]
    assert len(prepared) == 1
    body = prepared[0].says()
    assert body["count"] == 252
    assert body["orders"] == [event.header.subject for event in frozen]
    records = [world.vault.order(event.header.subject) for event in frozen[-2:]]
    assert all(record is not None and record.content.batch == head.batch for record in records)
    assert len({record.content.payee for record in records if record}) == 1, "one new payee, not two"
    digests = [str(event.says()["digest"]) for event in frozen]
    assert body["digest"] == batch_digest(digests)
    assert lines[250].stays_out


def test_a_request_goes_on_where_it_was_cut_off(world: fakes.World) -> None:
    head, _lines = checked(world, many(120))

    class CutError(Exception):
        pass

    counted = iter(range(100))

    def cut() -> None:
        if next(counted) == 4:
            raise CutError

    world.vault.before_commit = cut
    with pytest.raises(CutError):
        run(world, request_batch(world.session, head.batch))
    world.vault.before_commit = lambda: None
    done = run(world, request_batch(world.session, head.batch))
    assert done.stage is BatchStage.REQUESTED
    subjects = [
        event.header.subject
        for event in world.vault.events(Chain.SHARED, 0, 100_000)
        if event.kind == kinds.ORDER_FROZEN
    ]
    assert len(subjects) == len(set(subjects)) == 120
    events = len(world.vault.events(Chain.SHARED, 0, 100_000))
    run(world, request_batch(world.session, head.batch))
    assert len(world.vault.events(Chain.SHARED, 0, 100_000)) == events


def test_a_payee_that_changed_meanwhile_stays_out(world: fakes.World) -> None:
    head, lines = checked(world, many(2))
    details = PayeeDetails(LANDLORD, NEW_ACCOUNT, "", PayeeKind.COMPANY, DetailsSource.EMAIL)
    keep_payee(world.vault, world.entropy, details, lines[0].payee, None)
    with pytest.raises(UserFacingError) as refused:
        run(world, request_batch(world.session, head.batch))
    assert refused.value.code == "batch.empty"
    assert all("batch.payee_changed" in rules_of(line) for line in lines_of(world, head))


def test_a_check_goes_on_where_it_was_stopped(world: fakes.World) -> None:
    listed(world, many(350))
    head = run(world, begin_batch(world.session, PATH, None, (fakes.MAIN, ""), DetailsSource.CONTRACT))
    told: list[int] = []
    with pytest.raises(CancelledBatchError):
        run(
            world,
            check_batch(world.session, head, None, lambda: len(told) > 1, lambda _h, lines: told.append(len(lines))),
        )
    (kept,) = kept_batches(world.vault)
    assert (kept.stage, kept.tally.lines) == (BatchStage.READING, 200)
    done = run(world, check_batch(world.session, kept, None, lambda: False))
    assert (done.tally.lines, done.tally.goes) == (350, 350)
    assert [line.number for line in lines_of(world, done)] == list(range(350))


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([FileHead(FileKind.CAMT_053, "camt.053.001.08", "", "")], "batch.not_payments"),
        ([FileHead(FileKind.CSV, "CSV", "", "")], "batch.no_payments"),
        ([], "batch.not_payments"),
    ],
)
def test_other_files_are_no_list(world: fakes.World, parts: list[FilePart], code: str) -> None:
    files = world.session.files
    assert isinstance(files, ListedFiles)
    files.files[PATH.name] = parts
    head = run(world, begin_batch(world.session, PATH, None, (fakes.MAIN, ""), DetailsSource.CONTRACT))
    with pytest.raises(UserFacingError) as refused:
        run(world, check_batch(world.session, head, None, lambda: False))
    assert refused.value.code == code


def test_a_file_that_contradicts_its_own_count_is_not_requested(world: fakes.World) -> None:
    listed(world, many(3))
    files = world.session.files
    assert isinstance(files, ListedFiles)
    files.files[PATH.name] = [FileHead(FileKind.PAIN_001, "pain.001.001.09", "M", "", 4), *files.files[PATH.name][1:]]
    head = run(world, begin_batch(world.session, PATH, None, (fakes.MAIN, ""), DetailsSource.CONTRACT))
    head = run(world, check_batch(world.session, head, None, lambda: False))
    assert head.held
    with pytest.raises(UserFacingError) as refused:
        run(world, request_batch(world.session, head.batch))
    assert refused.value.code == "batch.held"


def test_a_list_is_put_away_in_pieces(world: fakes.World) -> None:
    head, _lines = checked(world, many(250))
    assert drop_batch(world.vault, head.batch, 2)
    assert not drop_batch(world.vault, head.batch, 2)
    assert kept_batches(world.vault) == ()
    with pytest.raises(UserFacingError):
        make_some(world.vault, head.batch, 1)
    assert decide_line(world.vault, head.batch, 0, "in") is None


def test_a_file_is_let_go_of_when_reading_is_stopped(world: fakes.World) -> None:
    listed(world, many(350))
    files = world.session.files
    plain, left = files.read, []

    def read(path: Path, progress: Reading | None = None) -> Iterator[FilePart]:
        try:
            yield from plain(path, progress)
        finally:
            left.append(path)

    class Watched(ListedFiles):
        def read(self, path: Path, progress: Reading | None = None) -> Iterator[FilePart]:
            return read(path, progress)

    world.session.files = Watched()
    head = run(world, begin_batch(world.session, PATH, None, (fakes.MAIN, ""), DetailsSource.CONTRACT))
    told: list[int] = []
    with pytest.raises(CancelledBatchError) as cancelled:
        run(
            world,
            check_batch(world.session, head, None, lambda: len(told) > 1, lambda _h, some: told.append(len(some))),
        )
    assert left == [PATH]
    assert cancelled.value.code == "file.cancelled"
