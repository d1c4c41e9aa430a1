"""The page for lists of payments: what it asks, stopping and going on, lines in sight, and requesting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from countersign.adapters.banks.files.bank_files import LocalBankFiles
from countersign.application.flows.script import run_script
from countersign.application.ports.bank_files import FileHead, FileKind, FilePayment
from countersign.application.ports.tasks import Lane
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain
from countersign.presentation.batch import BatchPresenter
from countersign.presentation.batch_setup import BatchSetup, look_at_file
from countersign.presentation.batch_state import BatchState, LineDetail, LineRow, Report, Setup, Stage
from countersign.testing import fakes
from countersign.testing.fake_files import ListedFiles
from countersign.testing.fake_team import busy_team
from tests.unit.application.test_batches import NEW_ACCOUNT, PATH, SUPPLIER, SUPPLIER_ACCOUNT, listed, many, pay
from tests.unit.presentation.recorded import Went

T = TypeVar("T")

OF_A_LIST = {kinds.BATCH_RESTRICTED, kinds.BATCH_PREPARED, kinds.ORDER_FROZEN}

PAIN_001 = (
    b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.%s"><CstmrCdtTrfInitn><GrpHdr><MsgId>1</MsgId>'
)


class Between(fakes.InlineTasks):
    """Does all at once; calls ``hook`` before each task, with how many were done before it in its lane."""

    def __init__(self) -> None:
        super().__init__()
        self.count: dict[Lane, int] = {}
        self.hook: Callable[[Lane, int], None] = lambda _lane, _count: None

    def run(
        self, lane: Lane, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> None:
        self.count[lane] = self.count.get(lane, 0) + 1
        self.hook(lane, self.count[lane])
        super().run(lane, work, done, failed)


class Page:
    """A view that keeps what it is shown, and asks for each line as a table does."""

    def __init__(self) -> None:
        self.states: list[BatchState] = []
        self.count = 0
        self.changed: list[tuple[int, int]] = []
        self.said: list[str] = []

    def show_state(self, state: BatchState) -> None:
        self.states.append(state)
        if state.said:
            self.said.append(state.said)

    def show_count(self, count: int) -> None:
        self.count = count

    def show_changed(self, first: int, last: int) -> None:
        self.changed.append((first, last))

    @property
    def now(self) -> BatchState:
        return self.states[-1]

    def stage(self) -> Stage:
        return self.now.stage

    def faults(self) -> list[str]:
        return [field for field, _words in self.setup.faults]

    @property
    def report(self) -> Report:
        assert self.now.report is not None
        return self.now.report

    @property
    def setup(self) -> Setup:
        assert self.now.setup is not None
        return self.now.setup

    @property
    def detail(self) -> LineDetail:
        assert self.now.detail is not None
        return self.now.detail


class Hands:
    """A dialog in which the person chooses one file."""

    def __init__(self) -> None:
        self.path = PATH

    def choose_file(self, _kinds: str, then: Callable[[Path], None]) -> None:
        then(self.path)

    def choose_folder(self, _start: Path | None, _then: Callable[[Path], None]) -> None:
        raise AssertionError

    def save_file(self, _name: str, _kinds: str, _then: Callable[[Path], None]) -> None:
        raise AssertionError

    def open_folder(self, _folder: Path) -> None:
        raise AssertionError

    def home_folder(self) -> Path:
        raise AssertionError


class Desk:
    """A world with a page open in it."""

    def __init__(self) -> None:
        self.tasks = Between()
        self.world = fakes.make_world(tasks=self.tasks)
        self.page, self.went, self.hands = Page(), Went(), Hands()
        self.presenter = self.again()

    def again(self, path: str = "") -> BatchPresenter:
        presenter = BatchPresenter(self.world.session, self.page, self.went, self.hands)
        presenter.start(path)
        return presenter

    def open_list(self) -> None:
        self.presenter.choose_file()
        self.presenter.choose_account("acc-1")
        self.presenter.choose_source("contract")

    def check(self) -> None:
        self.open_list()
        self.presenter.check()
        assert self.page.stage() is Stage.CHECKED, self.page.now.problem

    def rows(self) -> list[LineRow]:
        found = [self.presenter.row(place) for place in range(self.page.count)]
        return [row for row in found if row is not None]

    def frozen(self) -> int:
        events = self.world.vault.events(Chain.SHARED, 0, 100_000)
        return sum(event.kind == kinds.ORDER_FROZEN for event in events)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def totals(page: Page) -> list[str]:
    return [fact.text for fact in page.report.facts if fact.text.startswith("EUR")]


def test_what_is_missing_is_said_before_anything_is_checked(desk: Desk) -> None:
    listed(desk.world, many(3))
    desk.presenter.choose_file()
    assert desk.page.stage() is Stage.SETUP
    assert desk.page.faults() == []
    assert desk.page.now.primary == "Check the list"
    desk.presenter.check()
    assert desk.page.faults() == ["account", "source"]
    desk.presenter.choose_account("acc-1")
    desk.presenter.choose_source("contract")
    assert desk.page.faults() == []
    desk.presenter.check()
    assert desk.page.stage() is Stage.CHECKED
    assert desk.page.said == ["Checked: 3 payments."]
    assert totals(desk.page) == ["EUR 300.39"]
    assert desk.page.now.primary == "Request 3 payments"
    assert [row.state for row in desk.rows()] == ["Goes along"] * 3
    assert desk.page.report.charts


def test_whose_pay_a_list_is_others_are_not_told(desk: Desk) -> None:
    listed(desk.world, many(3))
    desk.open_list()
    assert not desk.page.setup.asks_payroll  # nobody else is here
    desk.presenter.choose_payroll(True)
    assert desk.page.setup.payroll
    desk.presenter.check()
    later = desk.again()  # what was answered is kept with the list
    later.go_on(desk.page.now.kept[0].batch)
    later.request()
    batch = [event for event in desk.world.vault.events(Chain.SHARED, 0, 100_000) if event.kind in OF_A_LIST]
    assert [event.kind for event in batch] == [kinds.BATCH_RESTRICTED, *[kinds.ORDER_FROZEN] * 3, kinds.BATCH_PREPARED]
    assert batch[0].header.subject == batch[-1].header.subject


def test_a_list_that_calls_its_payments_pay_is_kept_to_those_who_need_it(desk: Desk) -> None:
    """The person ticked nothing: the category purpose of one payment is enough, and the page says so."""
    listed(desk.world, many(3))
    files = desk.world.session.files
    assert isinstance(files, ListedFiles)
    head, first, *rest = files.files[PATH.name]
    assert isinstance(first, FilePayment)
    files.files[PATH.name] = [head, replace(first, category="SALA"), *rest]
    desk.check()
    told = next(fact.text for fact in desk.page.report.facts if fact.label == "Confidential")
    assert told.startswith("Salaries, pensions or the like, by what the file says: 1 payment. Approvers,")
    later = desk.again()
    later.go_on(desk.page.now.kept[0].batch)  # what the file said is kept with the list
    later.request()
    events = [event for event in desk.world.vault.events(Chain.SHARED, 0, 100_000) if event.kind in OF_A_LIST]
    said = [event.kind for event in events]
    assert said == [kinds.BATCH_RESTRICTED, *[kinds.ORDER_FROZEN] * 3, kinds.BATCH_PREPARED]
    assert dict(events[0].says()) == {"why": "payroll", "pay_lines": 1}


def test_where_others_are_it_is_asked_whether_a_list_is_a_payroll(tmp_path: Path) -> None:
    session = busy_team().world.session
    setups: list[BatchSetup] = []
    path = tmp_path / "list.csv"
    path.write_text("Name;IBAN;Amount\n", "utf-8")
    run_script(session.tasks, look_at_file(session, path), setups.append, _never)
    assert setups[0].state().asks_payroll


def _never(error: Exception) -> None:
    raise error


def test_what_is_flagged_comes_first_and_is_decided_line_by_line(desk: Desk) -> None:
    twice = pay(SUPPLIER, SUPPLIER_ACCOUNT, 77_700, "INV 8")
    listed(desk.world, [*many(2), twice, twice, None])
    desk.check()
    assert [row.state for row in desk.rows()] == ["Stays out", "Needs a look"]
    desk.presenter.select(1)
    assert desk.page.detail.take
    assert desk.page.detail.noticed[0][1] == "warn"
    before = totals(desk.page)
    desk.presenter.decide(desk.page.detail.number, "in")
    assert totals(desk.page) != before
    assert desk.page.now.primary == "Request 4 payments"
    assert desk.page.detail.taken == "out"
    desk.presenter.make_own(desk.page.detail.number)
    assert desk.went.to[-1][0] == "transfer"
    desk.presenter.set_filter("all")
    assert desk.page.count == 5
    assert desk.page.now.detail is None
    desk.presenter.set_filter("goes")
    assert desk.page.count == 4
    desk.presenter.select(0)
    desk.presenter.decide(desk.page.detail.number, "out")
    assert desk.page.now.primary == "Request 3 payments"
    desk.presenter.select(-1)
    assert desk.page.now.detail is None


def test_lines_that_are_out_of_sight_are_read_when_they_come_into_it(desk: Desk) -> None:
    listed(desk.world, many(350))
    desk.check()
    assert desk.page.count == 350
    desk.page.changed.clear()
    assert desk.presenter.row(340) is None
    assert desk.page.changed == [(0, 349)]
    row = desk.presenter.row(340)
    assert row is not None
    assert row.reference == "Invoice 340"


def test_checking_is_stopped_and_goes_on_where_it_ended(desk: Desk) -> None:
    listed(desk.world, many(350))
    desk.open_list()
    first = desk.tasks.count.get(Lane.VAULT, 0)

    def stop(lane: Lane, count: int) -> None:
        if lane is Lane.VAULT and count == first + 4:
            desk.presenter.tick()
            desk.presenter.cancel()

    desk.tasks.hook = stop
    desk.presenter.check()
    desk.tasks.hook = lambda _lane, _count: None
    moved = [state for state in desk.page.states if state.busy and state.total]
    assert moved[-1].done < moved[-1].total == 351
    assert desk.page.stage() is Stage.CHOOSE
    assert desk.page.now.problem
    (kept,) = desk.page.now.kept
    assert kept.text == "200 payments checked so far"
    desk.presenter.go_on("0" * 32)
    assert desk.page.stage() is Stage.CHOOSE
    desk.presenter.go_on(kept.batch)
    assert desk.page.stage() is Stage.CHECKED
    assert desk.page.now.primary == "Request 350 payments"
    assert desk.page.count == 350


def test_requesting_is_paused_and_makes_no_order_twice(desk: Desk) -> None:
    listed(desk.world, many(120))
    desk.check()
    first = desk.tasks.count[Lane.VAULT]

    def stop(lane: Lane, count: int) -> None:
        if lane is Lane.VAULT and count == first + 3:
            desk.presenter.cancel()

    desk.tasks.hook = stop
    desk.presenter.request()
    desk.tasks.hook = lambda _lane, _count: None
    assert 0 < desk.frozen() < 120
    assert desk.page.stage() is Stage.CHECKED
    desk.presenter.leave()
    (kept,) = desk.page.now.kept
    assert "being requested" in kept.text
    desk.presenter.go_on(kept.batch)
    assert desk.page.stage() is Stage.REQUESTED
    assert desk.frozen() == 120
    assert desk.page.said[-1] == "Requested: 120 payments."
    assert desk.page.now.primary == "See approvals"
    desk.presenter.open_inbox()
    assert desk.went.to[-1][0] == "inbox"
    desk.presenter.request()
    assert desk.frozen() == 120, "nothing is requested twice"
    desk.presenter.leave()
    desk.presenter.go_on(desk.page.now.kept[0].batch)
    assert desk.page.stage() is Stage.REQUESTED


def test_a_list_is_put_away_and_what_was_requested_stays(desk: Desk) -> None:
    listed(desk.world, many(3))
    desk.check()
    desk.presenter.request()
    desk.presenter.leave()
    desk.presenter.put_away(desk.page.now.kept[0].batch)
    assert desk.page.now.kept == ()
    assert desk.page.count == 0
    assert desk.frozen() == 3
    desk.presenter.leave()
    assert desk.went.to[-1][0] == "home"


def test_a_file_that_contradicts_itself_is_not_requested_and_the_page_says_why(desk: Desk) -> None:
    listed(desk.world, many(3))
    files = desk.world.session.files
    assert isinstance(files, ListedFiles)
    files.files[PATH.name] = [FileHead(FileKind.PAIN_001, "pain.001.001.09", "M", "", 4), *files.files[PATH.name][1:]]
    desk.check()
    assert desk.page.report.about
    assert "does not agree with itself" in desk.page.now.blocked
    desk.presenter.request()
    assert desk.frozen() == 0


def test_nothing_that_goes_is_nothing_to_request(desk: Desk) -> None:
    listed(desk.world, [None])
    desk.check()
    assert desk.page.now.blocked == "Nothing of this list goes along."
    desk.presenter.request()
    assert desk.page.stage() is Stage.CHECKED


def test_another_file_is_said_to_be_no_list_and_another_can_be_chosen(desk: Desk) -> None:
    files = desk.world.session.files
    assert isinstance(files, ListedFiles)
    files.files[PATH.name] = [FileHead(FileKind.CAMT_053, "camt.053.001.08", "", "")]
    desk.open_list()
    desk.presenter.check()
    assert desk.page.stage() is Stage.CHOOSE
    assert desk.page.now.problem
    assert desk.page.now.kept == ()  # going on with it would come to the same
    listed(desk.world, many(1))
    desk.check()
    assert desk.page.now.problem == ""


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("list.csv", b"", "There is no table of payments in this file"),
        ("list.xlsx", b"PK\x03\x04", "There is no table of payments in this file"),
        ("list.xml", PAIN_001 % b"09", "it is not well-formed XML there. Make the file anew"),
        ("list.xml", PAIN_001 % b"99", "another version of pain.001"),
        ("list.xml", b"<!DOCTYPE a []><a/>", "which no list of payments does"),
    ],
)
def test_what_can_not_be_read_is_asked_for_where_it_came_from(
    desk: Desk, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    desk.world.session.files = LocalBankFiles()
    desk.hands.path = tmp_path / name
    desk.hands.path.write_bytes(content)
    desk.presenter.choose_file()
    if desk.page.stage() is Stage.SETUP:  # nothing is read of XML before it is checked
        desk.presenter.choose_account("acc-1")
        desk.presenter.choose_source("contract")
        desk.presenter.check()
    assert said in desk.page.now.problem
    assert "bank" not in desk.page.now.problem.lower()
    assert desk.page.now.kept == ()


def test_a_line_that_can_not_be_read_is_named_by_its_number(desk: Desk) -> None:
    listed(desk.world, [None])
    desk.check()
    row = desk.presenter.row(0)
    assert row is not None
    assert (row.payee, row.spoken.count(row.payee)) == ("Line 2", 1)
    desk.presenter.select(0)
    assert desk.page.detail.title == "Line 2"


def test_columns_are_chosen_and_remembered_for_the_next_list(desk: Desk, tmp_path: Path) -> None:
    desk.world.session.files = LocalBankFiles()
    desk.hands.path = tmp_path / "list.csv"
    desk.hands.path.write_text(
        f"Who;Where;How much;For\nHotel;{NEW_ACCOUNT};5,00;A\nHotel;{NEW_ACCOUNT};6,00;B\n", "utf-8"
    )
    desk.open_list()
    setup = desk.page.setup
    assert (setup.head, setup.rows[0][0]) == (("Who", "Where", "How much", "For"), "Hotel")
    desk.presenter.check()
    assert desk.page.faults() == ["columns"]
    for place, field in enumerate(("name", "account", "amount", "name")):
        desk.presenter.choose_column(field, str(place % 3))
    desk.presenter.check()
    assert desk.page.faults() == ["currency"]
    desk.presenter.choose_currency("EUR")
    desk.presenter.check()
    assert desk.page.stage() is Stage.CHECKED
    assert desk.page.count == 2
    later = desk.again(str(desk.hands.path))
    chosen = {column.field: column.chosen for column in desk.page.setup.columns if column.chosen}
    assert chosen == {"name": "0", "account": "1", "amount": "2"}
    assert desk.page.setup.currency == "EUR"
    later.close()
    shown = len(desk.page.states)
    later.choose_currency("USD")
    later.tick()
    assert len(desk.page.states) == shown, "who has left is shown nothing"
