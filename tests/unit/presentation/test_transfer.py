"""The guided transfer, from the payee to the accepted order, and every way off it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.flows.submission import Phase
from countersign.application.flows.transfer import Step
from countersign.application.use_cases.save_draft import saved_drafts
from countersign.domain.errors import FailureKind
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.order_state import OrderState
from countersign.domain.payee import VopOutcome
from countersign.domain.payment import PaymentFields
from countersign.presentation.transfer_amount import AmountState
from countersign.presentation.transfer_confirm import ScaState, code_in
from countersign.presentation.transfer_name_check import NameCheckState
from countersign.presentation.transfer_payee_state import PayeeState
from countersign.presentation.transfer_review import ReviewState
from countersign.presentation.transfer_risk import RiskState
from countersign.testing import fakes
from tests.unit.presentation.transfer_pages import TransferPage


@pytest.fixture
def page() -> TransferPage:
    return TransferPage(fakes.make_world())


def test_the_whole_way_pays_once_and_ends_at_the_order(page: TransferPage) -> None:
    page.to_code()
    state = page.page(ScaState)
    assert state.phase is Phase.CODE
    assert state.bound is not None
    assert (state.bound.amount, state.bound.tail) == ("EUR 6,000.00", fakes.LANDLORD[1][-4:])
    assert state.bound.fee == "\u2066EUR 0.35\u2069"
    assert state.phone is not None
    assert state.phone[-1].code == fakes.CODE
    page.presenter.confirm.send_code(state.bound, fakes.CODE)
    order = page.sent.to[-1].removeprefix("order ")
    record = page.world.reader.order(order)
    assert record is not None
    assert record.state is OrderState.ACCEPTED
    assert len(page.world.bank.executions) == 1
    assert not saved_drafts(page.world.vault)


# — payee —


def test_known_payees_are_listed_with_when_they_were_paid_and_checked(page: TransferPage) -> None:
    page.presenter.start()
    known = page.page(PayeeState).known
    assert [item.name for item in known] == [fakes.LANDLORD[0], fakes.SUPPLIER[0]]
    assert known[0].detail == "Last paid 23 Oct 2026 · name confirmed by the bank 23 Sept 2026"
    page.presenter.payee.search("verhoe")
    assert [item.name for item in page.page(PayeeState).known] == [fakes.SUPPLIER[0]]
    page.presenter.payee.search("nobody")
    assert page.page(PayeeState).known_note == "No payee you know has “nobody” in name or account."


def test_a_known_payee_is_chosen_with_its_kept_details(page: TransferPage) -> None:
    page.presenter.start()
    page.presenter.payee.choose(page.world.payees[fakes.LANDLORD[0]])
    state = page.page(PayeeState)
    assert (state.chosen, state.source) == (fakes.LANDLORD[0], "bank_records")
    page.presenter.payee.go_on()
    assert page.page(NameCheckState).outcome == "MTCH"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("DE89 3704 0044 0532 0130 0", "\u2066DE89 3704…\u2069 has 21 characters; an IBAN of Germany has 22."),
        (
            "DE89 3704 0044 0532 0130 01",
            "The check digits of \u2066DE89 3704…\u2069 do not fit. Compare every group with your document.",
        ),
        ("", "Type the payee's account number (IBAN)."),
        ("ZZ12 3456", "An IBAN begins with the two letters of a country. \u2066ZZ12 3456…\u2069 does not."),
    ],
)
def test_a_faulty_account_is_told_in_a_sentence(page: TransferPage, typed: str, says: str) -> None:
    page.fill_payee("Jürgen Groß", typed)
    page.presenter.payee.go_on()
    state = page.page(PayeeState)
    assert [fault.text for fault in state.faults if fault.field == "account"] == [says]
    assert state.account_fault in {says, ""}


def test_nothing_is_judged_while_an_account_is_still_being_typed(page: TransferPage) -> None:
    page.fill_payee("Jürgen Groß", "DE89 3704")
    assert page.page(PayeeState).account_fault == ""


def test_an_account_that_is_nearly_a_known_one_is_told(page: TransferPage) -> None:
    near = fakes.LANDLORD[1]
    page.fill_payee("Another Name", "DE87" + near[4:-1] + "1")
    state = page.page(PayeeState)
    warned = bool(state.warnings) or bool(state.account_fault)
    assert warned


def test_a_known_name_with_another_account_is_told(page: TransferPage) -> None:
    page.fill_payee(fakes.SUPPLIER[0], fakes.STRANGER_ACCOUNT)
    assert "You know Atelier Verhoeven B.V. with another account" in page.page(PayeeState).warnings[0]


def test_a_letter_fills_the_form_as_something_that_came_by_email(page: TransferPage) -> None:
    page.presenter.start()
    page.presenter.payee.open_letter("letter-1")
    state = page.page(PayeeState)
    assert (state.name, state.source) == (fakes.SUPPLIER[0], "email")
    assert "".join(state.account.split()) == fakes.STRANGER_ACCOUNT
    assert state.letter is not None
    assert "EUR 18460.00" in state.letter.asks


def test_missing_answers_are_listed(page: TransferPage) -> None:
    page.presenter.start()
    page.presenter.payee.go_on()
    assert [fault.field for fault in page.page(PayeeState).faults] == ["name", "account", "source"]
    assert page.state.step is Step.PAYEE


# — name check —


def test_a_close_match_gives_the_banks_name_and_asks_again(page: TransferPage) -> None:
    page.fill_payee("Hartwell and Stone Solicitors", fakes.SOLICITORS[1])
    page.presenter.payee.go_on()
    state = page.page(NameCheckState)
    assert (state.outcome, state.use_name) == ("CMTC", "Use this name")
    assert any(not piece.same for piece in state.typed)
    assert "".join(piece.text for piece in state.returned) == fakes.SOLICITORS[0]
    page.presenter.name_check.use_bank_name()
    assert page.page(NameCheckState).outcome == "MTCH"
    assert page.world.bank.calls.count("verify_payee") == 2


def test_no_match_leaves_no_way_forward(page: TransferPage) -> None:
    page.fill_payee(fakes.SUPPLIER[0], fakes.STRANGER_ACCOUNT)
    page.presenter.payee.go_on()
    assert not page.page(NameCheckState).may_go_on
    page.presenter.name_check.go_on()
    assert page.state.step is Step.NAME_CHECK
    page.presenter.name_check.stop_and_call()
    assert page.page(NameCheckState).advice[0] == "Stop here. Nothing was sent, and your draft is kept."
    page.presenter.name_check.change_details()
    assert page.page(PayeeState).name == fakes.SUPPLIER[0]


def test_not_possible_asks_for_a_call_first(page: TransferPage) -> None:
    page.world.bank.name_checks[fakes.LANDLORD[1]] = (VopOutcome.NOT_POSSIBLE, "")
    page.fill_payee(*fakes.LANDLORD[:2])
    page.presenter.payee.go_on()
    page.presenter.name_check.go_on()
    assert page.page(NameCheckState).faults[0].text == "Call the payee first, then tick this line."
    page.presenter.name_check.tick_call_back(called=True)
    page.presenter.name_check.go_on()
    assert page.state.step is Step.AMOUNT


def test_a_bank_that_does_not_answer_can_be_asked_again(page: TransferPage) -> None:
    page.world.bank.fail("verify_payee", FailureKind.RETRYABLE, "bank.unreachable")
    page.fill_payee(*fakes.LANDLORD[:2])
    page.presenter.payee.go_on()
    assert page.state.problem.title == "The bank can't be reached"
    page.presenter.name_check.ask()
    assert page.page(NameCheckState).outcome == "MTCH"


# — amount —


def test_an_amount_with_two_meanings_is_asked_about(page: TransferPage) -> None:
    page.to_amount()
    page.presenter.amount.type_amount("1.234")
    state = page.page(AmountState)
    assert state.question
    assert [option.title for option in state.options] == ["\u2066EUR 1,234.00\u2069", "\u2066EUR 1.23\u2069"]
    page.presenter.amount.accept(state.options[0].value)
    assert page.page(AmountState).words == "one thousand, two hundred and thirty-four euros"


def test_a_shorthand_is_offered_and_not_taken(page: TransferPage) -> None:
    page.to_amount()
    page.presenter.amount.type_amount("250k")
    state = page.page(AmountState)
    assert "EUR 250,000.00" in state.offer
    assert state.words == ""
    page.presenter.amount.accept(state.options[0].value)
    assert page.page(AmountState).magnitude == "Hundreds of thousands"
    assert page.page(AmountState).text == "250,000.00"


def test_accounts_in_other_currencies_say_why_they_cannot_pay(page: TransferPage) -> None:
    page.to_amount()
    state = page.page(AmountState)
    assert [option.value for option in state.accounts] == [fakes.MAIN, fakes.SAVINGS]
    assert state.other_accounts == ("Account in pounds ••2345: it holds GBP, and SEPA payments are in EUR.",)


def test_what_is_left_is_told_and_too_much_is_too(page: TransferPage) -> None:
    page.to_amount()
    page.presenter.amount.choose_account(fakes.SAVINGS)
    page.presenter.amount.type_amount("2500.00")
    assert page.page(AmountState).balance_after == "\u2066EUR 10,000.00\u2069 will be left in Savings."
    page.presenter.amount.type_amount("20000")
    assert page.page(AmountState).short


def test_an_amount_that_is_none_is_told(page: TransferPage) -> None:
    page.to_amount()
    page.presenter.amount.type_amount("-5")
    page.presenter.amount.go_on()
    assert page.page(AmountState).faults[0].text == "An amount to pay can't be negative."


# — risk —


def to_risk(page: TransferPage) -> None:
    page.world.bank.name_checks.clear()
    page.fill_payee(fakes.SUPPLIER[0], fakes.STRANGER_ACCOUNT, "email")
    page.presenter.payee.go_on()
    page.presenter.name_check.go_on()
    page.presenter.amount.choose_account(fakes.MAIN)
    page.presenter.amount.type_amount("18460.00")
    page.presenter.amount.go_on()


def test_a_redirected_invoice_is_interrupted_by_one_question(page: TransferPage) -> None:
    to_risk(page)
    asked = page.page(RiskState).interruption
    assert asked is not None
    assert asked.code == "invoice_redirection"
    page.presenter.risk.answer()
    asked = page.page(RiskState).interruption
    assert asked is not None
    assert asked.fault == "Choose the answer that fits best."


def test_a_wrong_answer_changes_the_path_and_a_call_opens_it_again(page: TransferPage) -> None:
    to_risk(page)
    page.presenter.risk.pick("they_wrote_it")
    page.presenter.risk.answer()
    halt = page.page(RiskState).halt
    assert halt is not None
    assert halt.may_answer_again
    page.presenter.risk.go_on()
    steps = [page.state.step]
    page.presenter.risk.answer_again()
    page.presenter.risk.pick("called_known_number")
    page.presenter.risk.answer()
    assert page.page(RiskState).may_go_on
    assert len(page.page(RiskState).reasons) == 3
    page.presenter.risk.go_on()
    assert [*steps, page.state.step] == [Step.RISK, Step.REVIEW]


def test_pressure_stops_it_for_a_day(page: TransferPage) -> None:
    to_risk(page)
    page.presenter.risk.pick("pressed_to_hurry")
    page.presenter.risk.answer()
    halt = page.page(RiskState).halt
    assert halt is not None
    assert halt.held == "You can take this transfer up again after 23 Nov 2026 13:00 (UTC+01:00)."
    draft = saved_drafts(page.world.vault)[0]
    again = TransferPage(page.world)
    again.presenter.start(draft.draft)
    assert again.page(RiskState).halt == halt
    page.world.clock.advance(fakes.DAY_MS)
    again.presenter.start(draft.draft)
    assert again.page(RiskState).interruption is not None


def test_the_safe_action_stops_without_an_answer_on_record(page: TransferPage) -> None:
    to_risk(page)
    page.presenter.risk.safe_action()
    halt = page.page(RiskState).halt
    assert halt is not None
    assert halt.heading == "Call Atelier Verhoeven B.V. first"
    assert not saved_drafts(page.world.vault)[0].answers


# — review —


def test_the_review_reads_the_order_back(page: TransferPage) -> None:
    page.to_review()
    state = page.page(ReviewState)
    shown = state.read_back
    assert shown is not None
    rows = {row.key: row.value for row in shown.rows}
    assert rows["payee"] == fakes.LANDLORD[0]
    assert "".join(rows["account"].split()) == fakes.LANDLORD[1]
    assert rows["remittance"] == "Rent December"
    assert len(shown.phrase) == 6
    assert state.wait_ms == 0
    assert state.chart is not None
    assert len(state.chart.bars) == 13


def test_wrong_digits_are_told_and_the_order_stays(page: TransferPage) -> None:
    page.to_review()
    shown = page.page(ReviewState).read_back
    assert shown is not None
    page.presenter.review.approve(shown, "9999")
    assert "not the last four of this account" in page.page(ReviewState).digits_fault
    page.presenter.review.approve(shown, "")
    assert page.page(ReviewState).digits_fault.startswith("Type the last four digits")


def test_a_large_amount_waits(page: TransferPage) -> None:
    page.to_amount()
    page.presenter.amount.choose_account(fakes.MAIN)
    page.presenter.amount.type_amount("60000")
    page.presenter.amount.go_on()
    page.presenter.risk.go_on()
    assert page.page(ReviewState).wait_ms == 3000


def test_something_is_not_right_ends_the_order_and_keeps_the_draft(page: TransferPage) -> None:
    page.to_review()
    shown = page.page(ReviewState).read_back
    assert shown is not None
    page.presenter.review.something_is_wrong()
    record = page.world.reader.order(shown.order)
    assert record is not None
    assert (record.state, record.reason) == (OrderState.STOPPED, "not_right")
    assert page.page(ReviewState).set_aside
    assert saved_drafts(page.world.vault)[0].name == fakes.LANDLORD[0]
    page.presenter.review.back_to_payee()
    assert page.page(PayeeState).name == fakes.LANDLORD[0]


def test_a_change_makes_another_order_and_ends_the_first(page: TransferPage) -> None:
    page.to_review()
    first = page.page(ReviewState).read_back
    assert first is not None
    page.presenter.review.change(Step.AMOUNT)
    page.presenter.amount.type_amount("6100.00")
    page.presenter.amount.go_on()
    page.presenter.risk.go_on()
    second = page.page(ReviewState).read_back
    assert second is not None
    assert second.amount == "EUR 6,100.00"
    assert second.order != first.order
    record = page.world.reader.order(first.order)
    assert record is not None
    assert record.state is OrderState.STOPPED


def test_a_change_of_payee_ends_the_first_order_too(page: TransferPage) -> None:
    page.to_review()
    first = page.page(ReviewState).read_back
    assert first is not None
    page.presenter.review.change(Step.PAYEE)
    page.presenter.payee.choose(page.world.payees[fakes.SUPPLIER[0]])
    page.presenter.payee.go_on()
    page.presenter.name_check.go_on()
    page.presenter.amount.go_on()
    if page.state.step is Step.RISK:
        page.presenter.risk.go_on()
    assert page.page(ReviewState).read_back is not None
    record = page.world.reader.order(first.order)
    assert record is not None
    assert record.state is OrderState.STOPPED


# — confirm —


def test_a_wrong_code_says_how_many_are_left(page: TransferPage) -> None:
    page.to_code()
    state = page.page(ScaState)
    assert state.bound is not None
    page.presenter.confirm.send_code(state.bound, "000000")
    state = page.page(ScaState)
    assert state.phase is Phase.CODE
    assert state.attempts_left == "4 more wrong codes and the bank ends this confirmation."
    assert "did not accept this code" in state.problem.text
    assert not page.world.bank.executions


def test_a_bank_out_of_reach_can_be_tried_again(page: TransferPage) -> None:
    page.world.bank.fail("initiate", FailureKind.RETRYABLE, "bank.unreachable")
    page.to_confirm()
    assert page.page(ScaState).phase is Phase.NOT_SENT
    assert not page.state.may_go_back
    page.presenter.confirm.begin()
    assert page.page(ScaState).phase is Phase.PASSWORD


def test_an_unknown_outcome_is_asked_about_and_never_sent_again(page: TransferPage) -> None:
    page.to_code()
    bound = page.page(ScaState).bound
    assert bound is not None
    page.world.bank.lost_replies.append("answer")
    for call in ("authorisation", "report"):
        page.world.bank.fail(call, FailureKind.RETRYABLE, "bank.unreachable")
    page.presenter.confirm.send_code(bound, fakes.CODE)
    assert page.page(ScaState).phase is Phase.UNKNOWN
    page.world.bank.failures.clear()
    page.presenter.confirm.check_again()
    assert page.sent.to[-1].startswith("order ")
    assert page.world.bank.calls.count("answer") == 1
    assert len(page.world.bank.executions) == 1


def test_an_emergency_stop_is_said_in_its_own_words(page: TransferPage) -> None:
    page.to_review()
    shown = page.page(ReviewState).read_back
    assert shown is not None
    with page.world.vault.transaction() as change:
        change.append(EventDraft(kinds.WORKSPACE_FROZEN, "66" * 16, {"reason": "person"}))
    page.presenter.review.approve(shown, fakes.LANDLORD[1][-4:])
    assert "The bank knows nothing of it" in page.page(ScaState).problem.text
    assert "initiate" not in page.world.bank.calls


def test_a_draft_is_taken_up_at_its_step(page: TransferPage) -> None:
    page.to_confirm()
    draft = saved_drafts(page.world.vault)[0]
    assert draft.step is Step.CONFIRM
    page.presenter.close()
    again = TransferPage(page.world)
    again.presenter.start(draft.draft)
    assert again.page(ScaState).phase is Phase.PASSWORD
    assert page.world.bank.calls.count("initiate") == 1


def test_going_back_loses_nothing(page: TransferPage) -> None:
    page.to_review()
    steps = []
    while page.state.step is not Step.PAYEE:
        steps.append(page.state.step)
        page.presenter.back()
    assert steps[0] is Step.REVIEW
    assert page.page(PayeeState).name == fakes.LANDLORD[0]
    page.presenter.back()
    assert page.sent.to[-1] == "home"
    kept = saved_drafts(page.world.vault)[0]
    assert (kept.name, kept.remittance) == (fakes.LANDLORD[0], "Rent December")


def test_what_is_typed_is_saved_when_the_hands_rest(page: TransferPage) -> None:
    page.fill_payee(*fakes.LANDLORD[:2])
    page.presenter.autosave()
    commits = page.world.vault.commits
    assert saved_drafts(page.world.vault)[0].account == fakes.LANDLORD[1]
    page.presenter.autosave()
    assert page.world.vault.commits == commits


def test_results_that_come_after_closing_are_dropped() -> None:
    tasks = fakes.ManualTasks()
    page = TransferPage(fakes.make_world(tasks=tasks))
    page.presenter.start()
    shown = len(page.states)
    page.presenter.close()
    tasks.finish()
    assert len(page.states) == shown


def test_an_unknown_draft_is_told(page: TransferPage) -> None:
    page.presenter.start("99" * 16)
    assert page.state.problem.title == "This draft is gone"


def test_a_rejected_order_leaves_its_draft(page: TransferPage) -> None:
    page.world.bank.rejects_with = "AC04"
    page.to_code()
    bound = page.page(ScaState).bound
    assert bound is not None
    page.presenter.confirm.send_code(bound, fakes.CODE)
    assert page.sent.to[-1].startswith("order ")
    assert saved_drafts(page.world.vault)[0].order == page.sent.to[-1].removeprefix("order ")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("314159 is your code for EUR 6000.00 to …", "314159"),
        ("Code: 123456. Amount EUR 250,000.00", "123456"),
        ("EUR 250000.00 leaves today", ""),
    ],
)
def test_the_code_is_found_beside_amounts(text: str, code: str) -> None:
    assert code_in(text) == code


def test_a_changed_state_is_not_approved(page: TransferPage) -> None:
    page.to_review()
    shown = page.page(ReviewState).read_back
    assert shown is not None
    forged = replace(shown, shown=replace(shown.shown, creditor_name="Somebody else"))
    page.presenter.review.approve(forged, fakes.LANDLORD[1][-4:])
    assert page.state.problem.title == "The page and the order differ"
    record = page.world.reader.order(shown.order)
    assert record is not None
    assert record.state is OrderState.PREPARED


def test_the_review_says_what_the_banks_letters_made_of_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent is what is read back and signed; what was typed stands beside it."""

    def spell(payment: PaymentFields) -> PaymentFields:
        return replace(payment, creditor_name="Juergen Gross")

    monkeypatch.setattr(fakes.ScriptedBank, "in_its_letters", staticmethod(spell))
    page = TransferPage(fakes.make_world())
    page.to_review()
    shown = page.page(ReviewState).read_back
    assert shown is not None
    row = next(row for row in shown.rows if row.key == "payee")
    assert row.value == "Juergen Gross"
    assert "You typed: " in row.detail
    assert fakes.LANDLORD[0] in row.detail
