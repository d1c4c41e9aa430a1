"""All of a batch is gathered and signed in pieces: one digest, what is flagged listed apart, and stopped on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

from countersign.application.ports.tasks import Lane
from countersign.application.use_cases.approve_batch import ShownOrder
from countersign.application.use_cases.approve_whole import Signed, approve_whole
from countersign.application.use_cases.look_at_order import look_at_list, looks_at
from countersign.application.use_cases.reject_order import reject_order
from countersign.application.use_cases.request_batch import request_batch
from countersign.domain.batch_digest import batch_digest
from countersign.domain.canonical import Json
from countersign.domain.errors import CountersignError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain
from countersign.domain.order_state import OrderState
from countersign.presentation.inbox import InboxPresenter
from countersign.presentation.inbox_facts import BATCH, SCANNED
from countersign.presentation.inbox_state import Batch, Filter, Stage
from countersign.testing import fakes
from countersign.testing.fake_door import PASSPHRASE, FakeDoor
from countersign.testing.fake_team import ANNA, HARTWELL, RAVI, Team, busy_team
from tests.signed_orders import approved_order
from tests.unit.application.test_batches import checked, many
from tests.unit.application.test_batches import run as run_here
from tests.unit.presentation.recorded import Went
from tests.unit.presentation.test_inbox import WORDS, Opened, Page, landlord, opened

T = TypeVar("T")

LIST = "b" * 32
COUNT = 60
NEW = ("Hotel Adler GmbH", "DE89370400440532013000")


class CountedTasks(fakes.InlineTasks):
    """Does all at once, counts what was done in each lane, and calls ``between`` before each task of the VAULT lane."""

    def __init__(self) -> None:
        super().__init__()
        self.done: dict[Lane, int] = {}
        self.between: Callable[[], None] = lambda: None

    def run(
        self, lane: Lane, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> None:
        self.done[lane] = self.done.get(lane, 0) + 1
        if lane is Lane.VAULT:
            self.between()
        super().run(lane, work, done, failed)


def with_batch(flagged: int = 1) -> tuple[Team, CountedTasks]:
    tasks = CountedTasks()
    team = busy_team(tasks)
    known = landlord(team)
    team.batch = LIST
    for number in range(COUNT):
        team.request(RAVI, known, 120_000 + number, f"Flat {number}")
    for number in range(flagged):
        team.request(RAVI, team.payee(*NEW), 120_000, f"New {number}")
    team.batch = ""
    return team, tasks


def approved(team: Team) -> list[dict[str, Json]]:
    events = team.world.vault.events(Chain.SHARED, 0, 100_000)
    said = [dict(event.says()) for event in events if event.kind == kinds.ORDER_APPROVED]
    return [body for body in said if "batch" in body]


def gathered(inbox: Opened) -> Batch:
    inbox.presenter.choose(BATCH + LIST)
    assert inbox.page.now.whole == "Approve all of this batch…"
    inbox.presenter.approve_whole()
    assert inbox.page.now.stage is Stage.BATCH
    assert inbox.page.now.batch is not None
    return inbox.page.now.batch


def test_all_of_a_batch_is_one_sheet_with_what_is_flagged_apart() -> None:
    team, tasks = with_batch()
    inbox = opened(team, Filter.ALL)
    before = tasks.done[Lane.READ]
    batch = gathered(inbox)
    assert tasks.done[Lane.READ] - before > COUNT // SCANNED, "in pieces"
    assert batch.heading == "Approve 60 payments"
    assert batch.excluded == "1 of 61 needs opening first."
    assert [item.payee for item in batch.flagged] == [NEW[0]]
    assert len(batch.items) == len({item.order for item in batch.items}) == COUNT
    assert batch.totals[0].text == f"EUR {sum(120_000 + n for n in range(COUNT)) / 100:,.2f}"
    records = [team.vault.order(item.order) for item in batch.items]
    assert batch.digest == batch_digest(record.digest for record in records if record)
    assert len(batch.phrase) == 6
    assert batch.charts
    assert batch.liquidity
    inbox.presenter.choose(batch.items[COUNT - 1].order)
    assert inbox.page.detail.payee == batch.items[COUNT - 1].payee, "each can be opened"
    inbox.presenter.choose(BATCH + LIST)
    assert inbox.page.now.whole == "Back to all of this batch"
    inbox.presenter.approve_whole()
    assert inbox.page.now.batch is batch, "and nothing is gathered again"


def test_that_a_list_was_shown_is_on_record_with_who_else_was_shown_it() -> None:
    team, _tasks = with_batch()
    inbox = opened(team)
    with team.vault.by(ANNA):
        look_at_list(team.vault, LIST, "ab" * 32, ["cd" * 16])
    batch = gathered(inbox)
    assert [fact.label for fact in batch.looked] == ["Anna Weiss"]
    assert "2026" in batch.looked[0].text
    mine = team.vault.events_of(looks_at(LIST))[-1]
    assert dict(mine.says()) == {"digest": batch.digest, "count": COUNT, "batch": LIST}
    events = team.world.vault.events(Chain.SHARED, 0, 100_000)
    assert not any(event.kind == kinds.ORDER_OPENED for event in events), "none of its orders was opened"
    inbox.presenter.approve_batch(batch, PASSPHRASE)
    order = batch.items[0].order
    inbox.presenter.set_filter(Filter.ALL)
    inbox.presenter.choose(order)
    assert inbox.page.detail.signed[0].text.endswith(", from a list")


def test_one_passphrase_signs_each_with_one_digest_over_all() -> None:
    team, tasks = with_batch()
    inbox = opened(team)
    batch = gathered(inbox)
    inbox.presenter.approve_batch(batch, "")
    assert inbox.page.now.faults.passphrase
    inbox.presenter.approve_batch(batch, "not it")
    assert inbox.page.now.faults.passphrase
    assert approved(team) == []
    before = tasks.done[Lane.VAULT]
    inbox.presenter.approve_batch(batch, PASSPHRASE)
    assert tasks.done[Lane.VAULT] - before > 2, "in several transactions"
    assert inbox.page.said == ["You approved 60 payments."]
    assert {str(body["batch"]) for body in approved(team)} == {batch.digest}
    assert len(approved(team)) == COUNT
    assert inbox.page.now.stage is Stage.DETAIL
    again = gathered(inbox)
    assert again.items == ()
    assert again.blocked


def test_gathering_can_be_stopped() -> None:
    team, _tasks = with_batch(0)
    inbox = opened(team)
    inbox.presenter.choose(BATCH + LIST)
    busy: list[tuple[str, bool]] = []
    plain = inbox.page.show_state

    def stop(state: object) -> None:
        plain(state)  # type: ignore[arg-type]
        if inbox.page.now.busy:
            busy.append((inbox.page.now.busy, inbox.page.now.stoppable))
            inbox.presenter.whole.stop()

    inbox.page.show_state = stop  # type: ignore[method-assign]
    inbox.presenter.approve_whole()
    assert busy[0] == ("Gathering all payments of this batch", True)
    assert inbox.page.now.stage is Stage.DETAIL
    assert inbox.page.now.busy == ""
    assert inbox.presenter.whole.batch is None


def test_signing_can_be_stopped_and_what_was_signed_stands() -> None:
    team, tasks = with_batch(0)
    inbox = opened(team)
    batch = gathered(inbox)
    left = iter(range(100))

    def stop_soon() -> None:
        if next(left) == 3:
            inbox.presenter.whole.stop()

    tasks.between = stop_soon
    inbox.presenter.approve_batch(batch, PASSPHRASE)
    tasks.between = lambda: None
    signed = len(approved(team))
    assert 0 < signed < COUNT
    assert inbox.page.said == [f"You approved {signed} payments. {COUNT - signed} still wait."]
    rest = gathered(inbox)
    assert len(rest.items) == COUNT - signed
    inbox.presenter.approve_batch(rest, PASSPHRASE)
    assert len(approved(team)) == COUNT
    assert {str(body["digest"]) for body in approved(team)} == {
        record.digest for item in batch.items if (record := team.vault.order(item.order))
    }


def test_what_was_stopped_meanwhile_is_passed_over_and_said() -> None:
    team, _tasks = with_batch(0)
    inbox = opened(team)
    batch = gathered(inbox)
    record = team.vault.order(batch.items[7].order)
    assert record is not None
    with team.vault.by(RAVI):
        reject_order(team.vault, batch.items[7].order, record.digest, "rejected.not_expected", "Not yet")
    inbox.presenter.approve_batch(batch, PASSPHRASE)
    assert inbox.page.said == [f"You approved {COUNT - 1} payments. 1 is not open any more."]


def test_other_orders_than_those_on_screen_are_not_signed() -> None:
    team, _tasks = with_batch(0)
    inbox = opened(team)
    batch = gathered(inbox)
    orders = [
        ShownOrder(record.content.order, record.content.payment, record.digest)
        for item in batch.items
        if (record := team.vault.order(item.order))
    ]
    session = team.world.session
    for some, digest, code in (
        (orders[1:], batch.digest, "binding.screen"),
        ([], batch.digest, "batch.empty"),
        ([ShownOrder(orders[0].order, orders[1].shown, orders[0].shown_digest), *orders[1:]], batch.digest, "binding"),
    ):
        with pytest.raises(CountersignError) as refused:
            run_here(team.world, approve_whole(session, some, digest))
        assert refused.value.code.startswith(code)
    assert approved(team) == []
    told: list[Signed] = []
    run_here(team.world, approve_whole(session, orders, batch.digest, told.append))
    assert told[-1] == Signed(COUNT, 0)


def test_where_no_batch_is_chosen_there_is_no_such_button() -> None:
    team, _tasks = with_batch(0)
    inbox = opened(team)
    assert inbox.page.now.whole == ""
    inbox.choose(HARTWELL)
    assert inbox.page.now.whole == ""


def test_who_pays_alone_signs_a_whole_list_and_finds_single_orders_where_they_were_written() -> None:
    world = fakes.make_world()
    single = approved_order(world)
    head, _lines = checked(world, many(30))
    run_here(world, request_batch(world.session, head.batch))
    page = Page()
    presenter = InboxPresenter(world.session, page, Went(), WORDS, FakeDoor(world))
    presenter.start()
    (row,) = page.rows
    assert row.order == BATCH + head.batch
    presenter.choose(row.order)
    presenter.approve_whole()
    batch = page.now.batch
    assert batch is not None
    assert (len(batch.items), batch.flagged) == (30, ())
    presenter.approve_batch(batch, PASSPHRASE)
    assert page.said == ["You approved 30 payments."]
    records = [world.vault.order(item.order) for item in batch.items]
    assert {record.state for record in records if record} == {OrderState.APPROVED}
    assert page.rows == []
    assert single not in {item.order for item in batch.items}
