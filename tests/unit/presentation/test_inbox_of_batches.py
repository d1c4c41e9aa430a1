"""A batch is one entry of the approvals inbox, and each of its payments can be reached from there."""

from __future__ import annotations

from countersign.application.use_cases.request_batch import request_batch
from countersign.presentation.inbox import InboxPresenter
from countersign.presentation.inbox_facts import BATCH
from countersign.presentation.inbox_state import Filter
from countersign.presentation.inbox_watch import InboxWatch
from countersign.testing.fake_door import FakeDoor
from countersign.testing.fake_team import Team, busy_team
from tests.unit.application.test_batches import checked, many
from tests.unit.application.test_batches import run as run_here
from tests.unit.presentation.recorded import Went
from tests.unit.presentation.test_inbox import WORDS, Opened, Page, opened


def with_batch(count: int) -> tuple[Team, str]:
    team = busy_team()
    head, _lines = checked(team.world, many(count))
    run_here(team.world, request_batch(team.world.session, head.batch))
    return team, head.batch


def entry_of(inbox: Opened) -> str:
    (row,) = [row for row in inbox.page.rows if row.order.startswith(BATCH)]
    assert row.payee == "Batch of 30"
    assert "list.csv" in row.text
    assert not row.mine
    return row.order


def test_a_batch_is_one_entry_and_all_its_payments_are_behind_it() -> None:
    team, batch = with_batch(30)
    inbox = opened(team, Filter.ALL)
    assert len(inbox.page.rows) == 11, "ten that were there, and one for thirty"
    entry = entry_of(inbox)
    inbox.presenter.choose(entry)
    assert (inbox.page.now.entry, inbox.page.now.detail) == (entry, None)
    inbox.presenter.open_batch()
    assert inbox.page.now.within == batch
    assert len(inbox.page.rows) == 30
    inbox.presenter.choose(inbox.page.rows[29].order)
    assert inbox.page.detail.payee == inbox.page.rows[29].payee
    inbox.presenter.choose("")
    inbox.presenter.open_batch()
    assert inbox.page.now.within == ""
    assert len(inbox.page.rows) == 11


def test_from_a_payment_to_its_batch_and_back() -> None:
    team, batch = with_batch(30)
    inbox = opened(team, Filter.ALL)
    inbox.presenter.search("Invoice 17")
    inbox.presenter.choose(inbox.page.rows[0].order)
    assert inbox.page.detail.batch == batch
    inbox.presenter.open_batch()
    assert (inbox.page.now.within, inbox.page.now.text, len(inbox.page.rows)) == (batch, "", 30)
    inbox.presenter.choose(inbox.page.rows[0].order)
    inbox.presenter.open_batch()
    assert (inbox.page.now.within, len(inbox.page.rows)) == ("", 11)
    alone = next(row.order for row in inbox.page.rows if not row.order.startswith(BATCH))
    inbox.presenter.choose(alone)
    assert inbox.page.detail.batch == ""


def test_the_inbox_opens_at_a_batch_that_is_named() -> None:
    team, batch = with_batch(30)
    page = Page()
    InboxPresenter(team.world.session, page, Went(), WORDS, FakeDoor(team.world)).start(BATCH + batch)
    assert (page.now.within, len(page.rows)) == (batch, 30)


def test_an_own_batch_is_nobodys_to_sign_here_and_searching_finds_its_payments() -> None:
    team, _batch = with_batch(30)
    inbox = opened(team)
    assert not [row for row in inbox.page.rows if row.order.startswith(BATCH)]
    inbox.presenter.set_filter(Filter.ALL)
    assert inbox.presenter.toggle(entry_of(inbox)) == ""
    inbox.presenter.search("Invoice 17")
    assert [row.payee for row in inbox.page.rows] == [many(1)[0].creditor_name]  # type: ignore[union-attr]
    told: list[int] = []
    InboxWatch(team.world.session, lambda count, _new: told.append(count)).start()
    assert told == [9]
