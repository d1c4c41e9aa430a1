"""A payment made elsewhere is written down, and history calls it so."""

from __future__ import annotations

import pytest

from countersign.application.ports.vault import HistoryQuery
from countersign.presentation.elsewhere import ElsewherePresenter, ElsewhereState, Typed
from countersign.presentation.order_words import state_tone, state_word
from countersign.testing import fakes
from tests.unit.presentation.recorded import Seen, Went

RIGHT = Typed("250.00", "Garage Schmidt", "DE28 9997 0020 0532 0130 00", "Winter tyres")


class Page:
    """The page without a window."""

    def __init__(self) -> None:
        self.world, self.went, self.seen = fakes.make_world(), Went(), Seen[ElsewhereState]()
        self.presenter = ElsewherePresenter(self.world.session, self.seen, self.went)
        self.presenter.start()

    @property
    def now(self) -> ElsewhereState:
        return self.seen.now

    def rows(self) -> list[tuple[str, str, str]]:
        found = self.world.reader.history(HistoryQuery(state="elsewhere")).rows
        return [(row.counterparty, row.counterparty_account, str(row.amount.minor)) for row in found]


@pytest.fixture
def page() -> Page:
    return Page()


def test_it_is_written_down_and_history_follows(page: Page) -> None:
    page.presenter.choose_account(fakes.SAVINGS)
    page.presenter.choose_day("2026-11-20")
    page.presenter.choose_channel("branch")
    page.presenter.save(RIGHT)
    assert page.went.to == [("history", "")]
    assert page.rows() == [("Garage Schmidt", "DE28999700200532013000", "-25000")]
    assert state_word("elsewhere") == "Made elsewhere"
    assert state_tone("elsewhere") == "neutral"


def test_the_first_account_is_chosen_and_no_day_lies_ahead(page: Page) -> None:
    assert page.now.account == fakes.MAIN
    assert page.now.currency == "EUR"
    page.presenter.choose_day("2026-12-24")
    assert page.now.day == page.now.last_day == "2026-11-22"
    page.presenter.save(RIGHT)
    assert len(page.rows()) == 1
    page.presenter.choose_account(fakes.POUNDS)
    assert page.now.currency == "GBP"


@pytest.mark.parametrize(
    ("typed", "field", "word"),
    [
        (Typed("", "A", "", ""), "amount", "Type the amount"),
        (Typed("0", "A", "", ""), "amount", "zero"),
        (Typed("1.234", "A", "", ""), "amount", "EUR 1,234.00"),
        (Typed("250k", "A", "", ""), "amount", "EUR 250,000.00"),
        (Typed("5", "", "", ""), "payee", "who was paid"),
        (Typed("5", "a\u202eb", "", ""), "payee", "direction"),
        (Typed("5", "A", "DE00 0000", ""), "payee_account", "DE00"),
        (Typed("5", "A", "", "x" * 141), "reference", "140"),
    ],
)
def test_what_is_missing_is_said_at_its_field(page: Page, typed: Typed, field: str, word: str) -> None:
    page.presenter.save(typed)
    (fault,) = page.now.faults
    assert fault.field == field
    assert word in fault.text
    assert page.rows() == []


def test_a_national_number_without_its_country_is_kept_as_typed(page: Page) -> None:
    page.presenter.save(Typed("5", "A", "12 34 56 78 90", ""))
    assert page.rows() == [("A", "1234567890", "-500")]


def test_without_an_account_there_is_nothing_that_it_left() -> None:
    world, seen = fakes.make_world(populated=False), Seen[ElsewhereState]()
    presenter = ElsewherePresenter(world.session, seen, Went())
    presenter.start()
    presenter.save(RIGHT)
    assert [fault.field for fault in seen.now.faults] == ["account"]


def test_a_vault_that_cannot_record_says_so(page: Page) -> None:
    page.world.vault.may_sign = False
    page.presenter.save(RIGHT)
    assert page.now.problem
    assert page.now.busy == ""


def test_leaving_writes_nothing(page: Page) -> None:
    page.presenter.leave()
    assert page.went.to == [("history", "")]
    page.presenter.close()
    count = len(page.seen.states)
    page.presenter.choose_channel("phone")
    assert len(page.seen.states) == count
