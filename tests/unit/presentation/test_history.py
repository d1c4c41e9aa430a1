"""History: search, filters, months, pages; of several questions the latest is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from countersign.application.ports.vault import AccountRow, HistoryPage, HistoryQuery
from countersign.application.use_cases.refresh_accounts import fetch_statements, import_statements
from countersign.domain.errors import UserFacingError
from countersign.presentation.history import PAGE, HistoryPresenter, HistoryState, Line
from countersign.testing import fakes
from tests.signed_orders import settled_order
from tests.unit.presentation.recorded import Seen, Went


class SeenRows(Seen[HistoryState]):
    """A view of the page that keeps the rows too."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []
        self.more = False
        self.answers = 0

    def show_rows(self, lines: Sequence[Line], *, more: bool) -> None:
        self.lines, self.more, self.answers = list(lines), more, self.answers + 1

    def add_rows(self, lines: Sequence[Line], *, more: bool) -> None:
        self.lines += lines
        self.more = more


@pytest.fixture
def world() -> fakes.World:
    return fakes.make_world()


def shown(world: fakes.World) -> tuple[HistoryPresenter, SeenRows, Went]:
    view, went = SeenRows(), Went()
    presenter = HistoryPresenter(world.session, view, went)
    presenter.start()
    return presenter, view, went


def with_entries(world: fakes.World, count: int) -> None:
    """Have the bank report many entries, each two hours before the last."""
    like = world.bank.own_entries["acc-1"][0]
    world.bank.own_entries["acc-1"] += [
        replace(like, entry=f"many-{number}", booked_at=fakes.START_MS - number * 7_200_000) for number in range(count)
    ]
    import_statements(world.vault, world.entropy, "practice", fetch_statements(world.bank, 0))


def test_rows_are_newest_first_with_sign_and_state(world: fakes.World) -> None:
    _, view, _ = shown(world)
    first = view.lines[0]
    assert (first.counterparty, first.amount, first.state) == (
        fakes.LANDLORD[0],
        "\N{MINUS SIGN}EUR 5,679.19",
        "Booked",
    )
    assert view.now.summary == "24 results"


@pytest.mark.parametrize("text", ["groß", "GROSS"[:3], "DE2899970020", "Invoice 1001", "  Verhoeven "])
def test_search_finds_names_accounts_and_references(world: fakes.World, text: str) -> None:
    presenter, view, _ = shown(world)
    presenter.search(text)
    assert 0 < len(view.lines) < 24
    assert view.now.filtered
    presenter.clear_filters()
    assert len(view.lines) == 24
    assert view.now.text == ""


def test_the_same_search_is_not_asked_twice(world: fakes.World) -> None:
    presenter, view, _ = shown(world)
    presenter.search("groß")
    answers = view.answers
    presenter.search(" groß ")
    assert view.answers == answers


def test_a_month_narrows_and_pressed_again_widens(world: fakes.World) -> None:
    presenter, view, _ = shown(world)
    assert [month.key for month in view.now.months][-1] == "2026-11"
    august = next(month for month in view.now.months if month.key == "2026-08")
    assert august.name == "August 2026: EUR 5,837.57 paid out"
    presenter.toggle_month("2026-08")
    assert [line.reference for line in view.lines] == ["Invoice 1003"]
    assert view.now.period == "2026-08"
    assert ("2026-08", "August 2026") in view.now.periods
    assert [month.key for month in view.now.months if month.chosen] == ["2026-08"]
    presenter.toggle_month("2026-08")
    assert len(view.lines) == 24


def test_months_begin_in_the_persons_own_time_zone(world: fakes.World) -> None:
    """31 August 23:30 UTC is September in Luxembourg: in the bar, in the filter and in the row alike."""
    like = world.bank.own_entries["acc-1"][0]
    at = 1_788_219_000_000
    world.bank.own_entries["acc-1"].append(replace(like, entry="edge", booked_at=at, remittance="edge"))
    import_statements(world.vault, world.entropy, "practice", fetch_statements(world.bank, 0))
    presenter, view, _ = shown(world)
    presenter.toggle_month("2026-09")
    edge = [line for line in view.lines if line.reference == "edge"]
    assert [line.day for line in edge] == ["1 Sept 2026"]
    presenter.toggle_month("2026-08")
    assert "edge" not in [line.reference for line in view.lines]


def test_periods_accounts_and_states_narrow(world: fakes.World) -> None:
    presenter, view, _ = shown(world)
    presenter.choose_period("90")
    assert len(view.lines) == 3
    presenter.choose_period("")
    presenter.choose_account("acc-3")
    assert view.lines == []
    assert view.now.months_title == ""
    assert view.now.empty_title == "Nothing found"
    presenter.choose_account("acc-1")
    assert len(view.lines) == 24
    presenter.choose_state("settled")
    assert view.lines == []


def test_an_order_opens_its_page_and_an_entry_its_detail(world: fakes.World) -> None:
    order = settled_order(world)
    presenter, view, went = shown(world)
    presenter.open_row(0)
    assert went.to == [("order", order)]
    assert view.lines[0].state == "Settled"
    presenter.open_row(1)
    detail = view.now.detail
    assert detail is not None
    assert ("Account", "DE28 9997 0020 0532 0130 00", True) in detail.rows
    presenter.close_detail()
    assert view.now.detail is None
    presenter.open_row(99)
    assert view.now.detail is None


def test_pages_follow_each_other_without_gap_or_repeat(world: fakes.World) -> None:
    with_entries(world, 230)
    presenter, view, _ = shown(world)
    assert len(view.lines) == PAGE
    assert view.now.summary == "100+ results"
    while view.more:
        presenter.fetch_more()
    assert len({line.row for line in view.lines}) == len(view.lines) == 254
    assert view.now.summary == "254 results"
    presenter.fetch_more()
    assert len(view.lines) == 254


def test_of_two_searches_the_latest_is_answered() -> None:
    tasks = fakes.ManualTasks()
    world = fakes.make_world(tasks=tasks)
    presenter, view, _ = shown(world)
    presenter.search("groß")
    presenter.search("verhoeven")
    assert view.now.searching
    tasks.finish()
    assert {line.counterparty for line in view.lines} == {fakes.SUPPLIER[0]}
    assert view.answers == 1
    assert not view.now.searching


def test_an_older_question_is_stopped_and_what_it_took_along_is_asked_again() -> None:
    tasks = fakes.ManualTasks()
    world = fakes.make_world(tasks=tasks)

    class Interruptible(fakes.MemoryProjections):
        """A reader whose questions end when a newer one comes."""

        interrupted = False
        stopped = 0

        def interrupt(self) -> None:
            self.interrupted = True

        def _stop(self) -> None:
            if self.interrupted:
                self.interrupted, self.stopped = False, self.stopped + 1
                raise UserFacingError("vault.interrupted")

        def accounts(self) -> Sequence[AccountRow]:
            self._stop()
            return super().accounts()

        def history(self, query: HistoryQuery) -> HistoryPage:
            self._stop()
            return super().history(query)

    reader = Interruptible(world.vault)
    world.session.reader = reader
    presenter, view, _ = shown(world)
    presenter.search("verhoeven")
    tasks.finish()
    assert reader.stopped == 1
    assert view.now.months
    assert view.lines
    assert view.now.error == ""


def test_a_search_that_fails_says_so(world: fakes.World, monkeypatch: pytest.MonkeyPatch) -> None:
    presenter, view, _ = shown(world)

    def locked(_query: HistoryQuery) -> HistoryPage:
        raise UserFacingError("vault.locked")

    monkeypatch.setattr(world.reader, "history", locked)
    presenter.search("x")
    assert view.now.error
    assert not view.now.searching


def test_nothing_is_shown_after_the_page_is_gone() -> None:
    tasks = fakes.ManualTasks()
    world = fakes.make_world(tasks=tasks)
    presenter, view, _ = shown(world)
    count = len(view.states)
    presenter.close()
    tasks.finish()
    assert (len(view.states), view.answers) == (count, 0)
