"""Bringing in a bank's file: what became of orders, by which rule, and differences that are closed with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from countersign.application.ports.bank import Reach
from countersign.application.ports.bank_files import (
    EntryDetail,
    FileHead,
    FileKind,
    FilePart,
    Party,
    PaymentStatus,
    StatementBalance,
    StatementEnd,
    StatementEntry,
    StatementHead,
    StatusReason,
)
from countersign.application.use_cases.differences import open_differences
from countersign.domain.money import Money
from countersign.domain.order_state import OrderState
from countersign.domain.settlement import Code
from countersign.presentation.bring_in import BringInPresenter
from countersign.presentation.bring_in_state import BringInState, rule_text, status_words
from countersign.presentation.difference_words import difference_title, difference_words
from countersign.testing import fakes
from countersign.testing.fake_files import ListedFiles
from tests.unit.presentation.own_account import OWN, Dialogs, to_carrying
from tests.unit.presentation.recorded import Seen, Went

CAMT = FileHead(FileKind.CAMT_053, "camt.053.001.08", "M", "")
PAIN = FileHead(FileKind.PAIN_002, "pain.002.001.12", "M", "")
AMOUNT = Money(-600_000, "EUR")
LANDLORD = Party(name=fakes.LANDLORD[0], account=fakes.LANDLORD[1])


class Page:
    """The page without a window."""

    def __init__(self, world: fakes.World, folder: Path) -> None:
        self.world, self.went, self.hands = world, Went(), Dialogs(folder)
        self.seen = Seen[BringInState]()
        self.presenter = BringInPresenter(world.session, self.seen, self.went, self.hands)
        self.presenter.start()

    @property
    def now(self) -> BringInState:
        return self.seen.now

    def bring(self, *parts: FilePart) -> None:
        files = self.world.session.files
        assert isinstance(files, ListedFiles)
        files.files["file.xml"] = parts
        self.hands.file = self.hands.folder / "file.xml"
        self.presenter.choose()


@pytest.fixture
def world() -> fakes.World:
    return fakes.make_world()


@pytest.fixture
def page(world: fakes.World, tmp_path: Path) -> Page:
    transfer = to_carrying(world, Reach.FILES)
    transfer.presenter.carry.handed_over("")
    return Page(world, tmp_path)


def order_of(world: fakes.World) -> str:
    return world.reader.orders_in_flight()[0].content.order


def head(account: str = OWN) -> StatementHead:
    return StatementHead("S1", account, "IBAN", "EUR", "", "", "", "", "", "")


def entry(amount: Money, end_to_end: str = "", name: str = "E1", other: Party = LANDLORD) -> StatementEntry:
    detail = EntryDetail(None, other, end_to_end_id=end_to_end, remittance="Rent December")
    return StatementEntry(
        name, "BOOK", amount, reversal=False, booked_on="2026-11-22", value_on="", code="", text="",
        details=(detail,), references=(("AcctSvcrRef", name),),
    )  # fmt: skip


def statement(*entries: StatementEntry) -> Sequence[FilePart]:
    before, after = (
        StatementBalance("OPBD", Money(900_000, "EUR"), "2026-11-21"),
        StatementBalance("CLBD", Money(300_000, "EUR"), "2026-11-22"),
    )
    return (CAMT, head(), before, *entries, after, StatementEnd("S1", len(entries)))


def end_to_end(world: fakes.World, order: str) -> str:
    record = world.vault.order(order)
    assert record is not None
    return record.content.payment.end_to_end_id


def test_a_statement_settles_the_order_and_says_by_which_rule(page: Page, world: fakes.World) -> None:
    order = order_of(world)
    page.bring(*statement(entry(AMOUNT, end_to_end(world, order))))
    report = page.now.report
    assert report is not None
    assert (report.tone, report.title) == ("ok", "Statement read: \u2066camt.053.001.08\u2069")
    assert report.accounts[0].text == "1 entry; 1 of them is new."
    assert "EUR 9,000.00" in report.accounts[0].balances
    (news,) = report.news
    assert (news.order, news.chip, news.rule) == (order, "Settled", "Found by its end-to-end number.")
    record = world.vault.order(order)
    assert record is not None
    assert record.state is OrderState.SETTLED
    page.presenter.open_order(order)
    assert page.went.to == [("order", order)]


def test_a_status_report_tells_why_it_was_rejected(page: Page, world: fakes.World) -> None:
    order = order_of(world)
    world.session.submission(order).handed_over("")
    name = end_to_end(world, order)
    status = PaymentStatus(name, "P", "I", name, "RJCT", (StatusReason("AC04"),), None, Party(), Party())
    page.bring(PAIN, status, replace(status, end_to_end_id="SOMEBODY-ELSES"))
    report = page.now.report
    assert report is not None
    assert (report.news[0].chip, report.news[0].tone) == ("Rejected", "danger")
    assert "closed" in report.news[0].reason
    assert report.news[0].rule == "Your bank's status report names it."
    assert "1 payment in it is none of yours here" in report.notes[0]


def test_an_account_that_was_not_added_is_offered(page: Page) -> None:
    page.bring(CAMT, head("CH9300762011623852957"), StatementEnd("S1", 0))
    report = page.now.report
    assert report is not None
    assert report.tone == "warn"
    ((number, shown),) = report.unknown
    assert "CH93 0076" in shown
    assert "It says nothing of an open order." in report.notes
    page.presenter.add_account(number)
    assert page.went.to == [("add_account", number)]


def test_a_statement_that_does_not_agree_with_itself_is_said_so(page: Page) -> None:
    page.bring(CAMT, head(), StatementEnd("S1", 0, ("balance", "count", "odd")))
    report = page.now.report
    assert report is not None
    assert "don't add up" in report.accounts[0].warning
    assert report.accounts[0].warning.endswith("odd")
    page.bring(CAMT, head(), StatementBalance("CLBD", Money(5, "EUR"), "2026-11-22"), StatementEnd("S1", 0))
    report = page.now.report
    assert report is not None
    assert report.accounts[0].balances == "Balance: \u2066EUR 0.05\u2069."


def test_a_difference_waits_until_it_is_closed_with_a_reason(page: Page, world: fakes.World) -> None:
    order = order_of(world)
    page.bring(*statement(entry(Money(-601_000, "EUR"), end_to_end(world, order))))
    (card,) = page.now.differences
    assert card.words.title == "Another amount left than you ordered"
    assert "EUR 6,010.00" in card.words.facts[0]
    assert "EUR 6,000.00" in card.words.facts[1]
    page.presenter.close_difference(card.key, "")
    assert page.now.differences[0].fault == "Choose what it is."
    page.presenter.answer(card.key, "other")
    page.presenter.close_difference(card.key, "  ")
    assert "few words" in page.now.differences[0].fault
    page.presenter.close_difference(card.key, "They kept ten")
    assert page.now.differences == ()
    assert open_differences(world.vault) == ()


def test_an_entry_that_is_perhaps_ours_is_settled_by_saying_so(page: Page, world: fakes.World) -> None:
    order = order_of(world)
    page.bring(*statement(entry(AMOUNT, other=Party(name="Somebody"))))
    (card,) = page.now.differences
    assert card.words.tone == "info"
    page.presenter.answer(card.key, "same")
    assert page.now.differences[0].answer == "same"
    page.presenter.close_difference(card.key, "")
    record = world.vault.order(order)
    assert record is not None
    assert record.state is OrderState.SETTLED


def test_a_file_that_is_none_is_refused_in_words(page: Page, tmp_path: Path) -> None:
    page.presenter.bring(tmp_path / "holiday.jpg")
    assert page.now.problem
    assert page.now.report is None


def test_reading_shows_how_far_it_is_and_can_be_stopped(tmp_path: Path) -> None:
    tasks = fakes.ManualTasks()
    world = fakes.make_world(tasks=tasks)
    page = Page(world, tmp_path)
    tasks.finish()
    files = world.session.files
    assert isinstance(files, ListedFiles)
    files.files["file.xml"] = (CAMT, head(fakes.MAIN), StatementEnd("S1", 0))
    page.presenter.bring(tmp_path / "file.xml")
    page.presenter.bring(tmp_path / "another.xml")  # nothing is begun twice
    assert page.now.busy == "Reading \u2066file.xml\u2069"
    tasks.step()
    page.presenter.tick()
    assert (page.now.done, page.now.total) == (3, 9)
    page.presenter.cancel()
    tasks.finish()
    report = page.now.report
    assert report is not None
    assert report.title.startswith("You stopped")
    count = len(page.seen.states)
    page.presenter.tick()
    assert len(page.seen.states) == count
    page.presenter.leave()
    assert page.went.to == [("home", "")]
    page.presenter.close()
    page.presenter.cancel()


def test_both_readings_are_one_progress_and_the_second_counts_double_since_it_records(tmp_path: Path) -> None:
    tasks = fakes.ManualTasks()
    world = fakes.make_world(tasks=tasks)
    page = Page(world, tmp_path)
    tasks.finish()
    files = world.session.files
    assert isinstance(files, ListedFiles)
    lines = [entry(Money(-number, "EUR"), name=f"E{number}") for number in range(1, 1_000)]
    files.files["file.xml"] = (CAMT, head(fakes.MAIN), *lines)
    page.presenter.bring(tmp_path / "file.xml")
    shown = list[tuple[int, int]]()
    while tasks.waiting:
        tasks.step()
        page.presenter.tick()
        if page.now.busy:
            shown.append((page.now.done, page.now.total))
    assert shown == sorted(shown)
    assert {total for _, total in shown} == {3_003}
    steps = list(dict.fromkeys(done for done, _ in shown))
    assert (steps[0], steps[-1]) == (1_001, 3_003), "the first reading, then the second"
    assert len(steps) > 3, "slice by slice"
    assert page.now.report is not None


@pytest.mark.parametrize("code", list(Code))
def test_every_difference_has_words_and_answers(code: Code, page: Page, world: fakes.World) -> None:
    order = order_of(world)
    page.bring(*statement(entry(Money(-601_000, "EUR"), end_to_end(world, order))))
    (found,) = open_differences(world.vault)
    words = difference_words(replace(found, code=code), fakes.ZONE)
    assert words.title == difference_title(replace(found, code=code))
    assert words.advice
    assert words.answers[-1].value == "other"
    assert len(words.answers) >= 3


def test_rules_and_statuses_that_nobody_knows_are_shown_as_they_are() -> None:
    assert rule_text("something") == "something"
    assert status_words("ZZZZ") == ("ZZZZ", "neutral")
    assert status_words("RVNM")[1] == "danger"


def test_another_amount_is_the_payment_all_the_same_once_it_is_said_why(page: Page, world: fakes.World) -> None:
    order = order_of(world)
    page.bring(*statement(entry(Money(-601_000, "EUR"), end_to_end(world, order))))
    (card,) = page.now.differences
    assert not card.asks_words
    page.presenter.answer(card.key, "same")
    assert page.now.differences[0].asks_words
    page.presenter.close_difference(card.key, " ")
    assert "few words" in page.now.differences[0].fault
    page.presenter.close_difference(card.key, "Their fee is in it")
    assert page.now.differences == ()
    assert world.session.read_order(order).state.value == "settled"


def test_a_status_report_that_needs_a_person_is_told_as_one(page: Page, world: fakes.World) -> None:
    order = order_of(world)
    name = end_to_end(world, order)
    status = PaymentStatus(name, "P", "I", name, "RJCT", (StatusReason("AM05"),), None, Party(), Party())
    page.bring(PAIN, status)
    (card,) = page.now.differences
    assert card.words.title == "Your bank holds another payment with this name"
    assert card.words.facts[0] == "Your bank's status report: \u2066RJCT · AM05\u2069"
