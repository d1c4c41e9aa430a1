"""A file that somebody made to deceive: it moves no order that it is not about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.flows.submission import Phase
from countersign.application.ports.bank import Reach
from countersign.application.ports.bank_files import (
    EntryDetail,
    FileHead,
    FileKind,
    Party,
    StatementBalance,
    StatementEnd,
    StatementEntry,
    StatementHead,
)
from countersign.application.ports.vault import AccountRow
from countersign.application.use_cases.add_account import NewAccount, add_account
from countersign.application.use_cases.approve_order import approve_order
from countersign.application.use_cases.differences import SAME, close_difference, open_differences
from countersign.application.use_cases.import_bank_file import ImportReport
from countersign.application.use_cases.own_account import account_of
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain
from countersign.domain.money import Money
from countersign.domain.order import last_digits
from countersign.domain.order_state import OrderState
from countersign.domain.payment import AccountScheme
from countersign.domain.settlement import Code, Rule
from countersign.testing import fakes
from tests.unit.application.orders import draft_of, freeze
from tests.unit.application.test_by_hand import DAY, ByHand

OTHERS = "DE89370400440532013000"
HEAD = StatementHead("S1", fakes.MAIN, "IBAN", "EUR", "", "", "1", "", "", "")
FILE = FileHead(FileKind.CAMT_053, "camt.053.001.08", "M1", "")


@pytest.fixture
def hand() -> ByHand:
    """Give an order that was laid out."""
    desk = ByHand()
    desk.laid_out()
    return desk


def row_of(desk: ByHand, iban: str = fakes.MAIN) -> AccountRow:
    return next(row for row in desk.world.reader.accounts() if row.iban == iban)


def second_order(desk: ByHand) -> str:
    """Lay out another payment that looks the same."""
    draft, _ = draft_of(desk.world)
    content = freeze(desk.world, replace(draft, draft="bb" * 16)).content
    digits = last_digits(content.payment.creditor_account)
    approve_order(desk.world.vault, content.order, content.payment, content.digest, digits)
    submission = desk.world.session.submission(content.order)
    submission.begin()
    assert submission.progress.phase is Phase.CARRYING
    return content.order


# — one entry, one payment —


def test_an_entry_that_settled_one_order_settles_no_other_when_it_is_brought_in_again(hand: ByHand) -> None:
    unnamed = hand.entry(details=(EntryDetail(None, Party("Landlord", hand.payment.creditor_account)),))
    hand.submission.handed_over("")
    hand.bring(unnamed)
    assert (hand.state, hand.record.settled_rule) == (OrderState.SETTLED, Rule.ACCOUNT_AMOUNT_DATE.value)
    other = second_order(hand)
    hand.world.session.submission(other).handed_over("")
    again = hand.bring(unnamed)
    assert (again.orders, again.differences) == ((), ())
    assert hand.world.session.read_order(other).state is OrderState.INITIATED
    third = replace(unnamed, references=(("AcctSvcrRef", "REF2"),))
    assert [news.order for news in hand.bring(third).orders] == [other]


def test_an_entry_that_a_person_gave_to_one_order_settles_no_other(hand: ByHand) -> None:
    other = second_order(hand)
    unnamed = hand.entry(details=(EntryDetail(None, Party("Landlord", hand.payment.creditor_account)),))
    (found,) = hand.bring(unnamed).differences
    assert found.code is Code.PERHAPS_OURS
    close_difference(hand.world.vault, hand.world.entropy, found.key, SAME)
    states = {hand.state, hand.world.session.read_order(other).state}
    assert states == {OrderState.SETTLED, OrderState.INITIATED}
    assert hand.bring(unnamed).orders == ()
    assert states == {hand.state, hand.world.session.read_order(other).state}


def test_a_difference_that_was_answered_does_not_come_back_with_the_same_file(hand: ByHand) -> None:
    (found,) = hand.bring(hand.entry(minor=-1)).differences
    close_difference(hand.world.vault, hand.world.entropy, found.key, "fee")
    again = hand.bring(hand.entry(minor=-1))
    assert (again.differences, open_differences(hand.world.vault)) == ((), ())


def test_a_contradiction_is_recorded_once_however_often_the_file_is_brought_in(hand: ByHand) -> None:
    hand.submission.not_handed_over()
    for _ in range(3):
        assert [item.code for item in hand.bring(hand.entry()).differences] == [Code.CONTRADICTION]
    assert len(hand.record.contradictions) == 1
    assert hand.kinds().count("status_changed") == 1
    hand.bring(replace(hand.entry(), references=(("AcctSvcrRef", "REF2"),)))
    assert len(hand.record.contradictions) == 2, "a second payment is another fact"


def test_a_return_without_a_reason_is_recorded_once(hand: ByHand) -> None:
    back = replace(hand.entry(minor=hand.payment.instructed_amount.minor), text="paid back")
    assert [news.status for news in hand.bring(hand.entry(), back).orders] == ["ACSC", "RETURNED"]
    assert hand.bring(back).orders == ()
    assert hand.kinds().count("returned") == 1
    assert (hand.record.returned, hand.record.returned_at > 0) == ("", True)


# — what is said of an order —


def test_money_that_went_to_another_account_is_a_difference_that_a_person_may_settle(hand: ByHand) -> None:
    detail = EntryDetail(None, Party("Landlord", OTHERS), hand.payment.end_to_end_id)
    (found,) = hand.bring(hand.entry(details=(detail,))).differences
    assert (found.code, hand.state) == (Code.PAYEE_DIFFERS, OrderState.INITIATED)
    close_difference(hand.world.vault, hand.world.entropy, found.key, SAME)
    assert (hand.state, hand.record.settled_rule) == (OrderState.SETTLED, Rule.PERSON.value)


@pytest.mark.parametrize(
    "claimed", [Money(600_000, "EUR"), Money(600_000, "GBP")], ids=["more than was booked", "another currency"]
)
def test_a_small_entry_can_not_contain_a_large_payment(hand: ByHand, claimed: Money) -> None:
    assert hand.payment.instructed_amount == Money(600_000, "EUR")
    mine = EntryDetail(claimed, Party("L", hand.payment.creditor_account), hand.payment.end_to_end_id)
    other = EntryDetail(Money(1, "EUR"), Party("Other"), "OTHER-1")
    report = hand.bring(hand.entry(minor=-2, details=(other, mine)))
    assert (report.orders, report.accounts[0].new, hand.state) == ((), 1, OrderState.INITIATED)


def test_somebody_elses_identification_moves_nothing(hand: ByHand) -> None:
    detail = EntryDetail(None, Party("Landlord", hand.payment.creditor_account), "CS" + "0" * 24)
    report = hand.bring(hand.entry(details=(detail,)))
    assert (report.orders, report.differences, hand.state) == ((), (), OrderState.INITIATED)


def test_our_identification_on_another_own_account_moves_nothing(hand: ByHand) -> None:
    report = hand.bring(hand.entry(), account=fakes.SAVINGS)
    assert (report.orders, report.differences, hand.state) == ((), (), OrderState.INITIATED)
    assert report.accounts[0].new == 1


def test_one_file_can_not_fill_the_ledger_with_statuses(hand: ByHand) -> None:
    report = hand.report(*[hand.status(code) for code in ("ACTC", "ACSP") * 60])
    assert (len(report.orders), report.skipped) == (50, 70)
    assert hand.kinds().count("status_changed") == 2, "what says nothing new is not recorded again"


def test_the_same_line_a_thousand_times_is_no_thousand_payments(hand: ByHand) -> None:
    before = len(hand.world.vault.events_of(hand.order))
    report = hand.bring(*[hand.entry()] * 1000)
    assert [news.status for news in report.orders] == ["ACSC"]
    assert [item.code for item in report.differences] == [Code.PAID_TWICE] * 9
    assert report.accounts[0].new == 10
    assert len(hand.world.vault.events_of(hand.order)) == before + 1


# — whose account —


def test_an_entry_or_balance_in_another_currency_is_left_out(hand: ByHand) -> None:
    before = row_of(hand)
    francs = replace(hand.entry(), amount=Money(-600_000, "CHF"))
    balance = StatementBalance("CLBD", Money(9_999_999, "CHF"), DAY)
    report = hand.read(FILE, replace(HEAD, currency=""), balance, francs, StatementEnd("S1", 1, ("sum",)))
    (account,) = report.accounts
    assert (account.entries, account.new, account.differences) == (0, 0, ("currency", "sum"))
    assert (row_of(hand).balance, hand.state) == (before.balance, OrderState.INITIATED)


def test_a_statement_in_another_currency_is_of_another_account(hand: ByHand) -> None:
    report = hand.read(FILE, replace(HEAD, currency="CHF"), hand.entry(), StatementEnd("S1", 1))
    assert (report.accounts, report.unknown_accounts) == ((), (fakes.MAIN,))


@pytest.mark.parametrize("far", ["2999-12-31", "2026-12-31"])
def test_a_balance_of_a_day_that_lies_ahead_is_not_believed(hand: ByHand, far: str) -> None:
    before = row_of(hand)
    hand.read(FILE, HEAD, StatementBalance("CLBD", Money(1, "EUR"), far), StatementEnd("S1", 0))
    assert (row_of(hand).balance, row_of(hand).as_of) == (before.balance, before.as_of)
    hand.bring(closing=77)
    assert row_of(hand).balance == Money(77, "EUR")


def test_of_several_statements_in_a_file_the_newest_balance_stands_in_any_order(hand: ByHand) -> None:
    newest = (HEAD, StatementBalance("CLBD", Money(2, "EUR"), DAY), StatementEnd("S1", 0))
    older = (HEAD, StatementBalance("CLBD", Money(1, "EUR"), "2026-11-22"), StatementEnd("S1", 0))
    hand.read(FILE, *newest, *older)
    assert row_of(hand).balance == Money(2, "EUR")


def _bring_domestic(desk: ByHand, servicer: str, number: str = "12345678") -> ImportReport:
    head = StatementHead("S", number, "BBAN", "GBP", "", servicer, "", "", "", "")
    entry = StatementEntry("R1", "BOOK", Money(-5, "GBP"), False, DAY, DAY, "", "fee")
    return desk.read(FILE, head, entry, StatementEnd("S", 1))


def test_a_number_that_two_banks_share_is_told_apart_by_the_banks_code(hand: ByHand) -> None:
    one = NewAccount(
        "12345678", AccountScheme.BBAN, "", "GBDSC:200415", "Old savings", "GBP", Reach.MANUAL, "One bank", {}
    )
    world = hand.world
    add_account(world.vault, world.entropy, one)
    assert _bring_domestic(hand, "GBDSC:400500").unknown_accounts == ("12345678",)
    assert _bring_domestic(hand, "GBDSC:200415").accounts[0].new == 1
    add_account(world.vault, world.entropy, replace(one, agent_member="GBDSC:400500", name="Newer savings"))
    assert _bring_domestic(hand, "GBDSC:400500").accounts[0].new == 1
    assert _bring_domestic(hand, "").unknown_accounts == ("12345678",), "it may be of either"
    said = [event.says() for event in world.vault.events(Chain.SHARED) if event.kind == kinds.STATEMENT_IMPORTED]
    own = {body["account"] for body in said if body["iban"] == "12345678"}
    assert own == {"own:GBDSC:200415:12345678", "own:GBDSC:400500:12345678"}


def test_an_account_is_held_to_scheme_currency_and_bank() -> None:
    nothing = Money(0, "GBP")
    row = AccountRow("own", "b", "12345678", "Old", nothing, nothing, 0, AccountScheme.BBAN, "BARCGB22", "GBDSC:200415")
    head = StatementHead("S", "12345678", "BBAN", "GBP", "", "", "", "", "", "")
    for servicer in ("", "GBDSC:200415", "200415", "20 04 15", "BARCGB22XXX", "Some Bank PLC"):
        assert account_of((row,), replace(head, servicer=servicer)) is row
    for servicer in ("GBDSC:200416", "200416", "USABA:200415", "HBUKGB4B"):
        assert account_of((row,), replace(head, servicer=servicer)) is None
    bare = replace(row, agent="", agent_member="")
    for servicer in ("GBDSC:200416", "HBUKGB4B"):
        assert account_of((bare,), replace(head, servicer=servicer)) is bare, "nothing is known that could depart"
    for changes in ({"scheme": "IBAN"}, {"currency": "EUR"}, {"account": "87654321"}):
        assert account_of((row,), replace(head, **changes)) is None
    euro = replace(row, account="own2", balance=Money(0, "EUR"))
    assert account_of((row, euro), head) is row
    assert account_of((row, euro), replace(head, currency="")) is None, "it may be either"
    assert account_of((row, replace(row, agent_member="GBDSC:400500")), head) is None, "it may be either bank's"


def test_an_account_that_was_added_before_its_bank_listed_it_is_one_account() -> None:
    nothing = Money(0, "EUR")
    listed = AccountRow("resource-1", "b", fakes.MAIN, "Main", nothing, nothing, 0)
    added = replace(listed, account=f"own::{fakes.MAIN}", agent_member="DEBLZ:10040000", reach=Reach.FILES.value)
    for rows in ((listed, added), (added, listed)):
        assert account_of(rows, HEAD) is added
    assert account_of((listed,), HEAD) is listed
