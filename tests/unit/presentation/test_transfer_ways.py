"""The choice of a way to pay within the third step, and what the review and the confirmation say of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.ports.bank import BankProfile
from countersign.application.use_cases.save_draft import save_draft, saved_drafts
from countersign.domain.errors import FailureKind
from countersign.domain.guidance import INTERVENTIONS, path_after
from countersign.domain.payment import ChargeBearer, PaymentFields, PaymentProduct
from countersign.presentation.transfer_amount import AmountState
from countersign.presentation.transfer_review import ReviewState
from countersign.presentation.transfer_risk import RiskState
from countersign.presentation.transfer_ways import WaysState
from countersign.testing import fakes
from tests.unit.presentation.transfer_pages import TransferPage

TURKISH = "TR330006100519786457841326"


@pytest.fixture
def page() -> TransferPage:
    return TransferPage(fakes.make_world())


def ways(page: TransferPage) -> WaysState:
    return page.page(AmountState).ways


def fill(page: TransferPage, account: str = fakes.LANDLORD[1]) -> None:
    page.to_amount(account=account)
    page.presenter.amount.type_amount("6000.00")
    page.presenter.amount.choose_account(fakes.MAIN)


def frozen(page: TransferPage) -> PaymentFields:
    """Go on to the review, calmly answering whatever is asked, and return what was frozen."""
    page.presenter.amount.go_on()
    while isinstance(page.state.page, RiskState) and page.state.page.interruption:
        code = page.state.page.interruption.code
        answer = next(item.code for item in INTERVENTIONS[code].answers if path_after(code, item.code).may_continue)
        page.presenter.risk.pick(answer)
        page.presenter.risk.answer()
    if isinstance(page.state.page, RiskState):
        page.presenter.risk.go_on()
    shown = page.page(ReviewState).read_back
    assert shown is not None
    return shown.shown


def test_the_ways_that_fit_are_offered_with_their_arrival(page: TransferPage) -> None:
    fill(page)
    found = ways(page)
    assert [option.value for option in found.options] == [
        PaymentProduct.SEPA, PaymentProduct.SEPA_INSTANT, PaymentProduct.TARGET,
    ]  # fmt: skip
    assert found.chosen == PaymentProduct.SEPA
    assert "24 November 2026" in found.options[0].text
    assert "is not a banking day" in found.leaving
    assert found.bearers == ()


def test_what_the_bank_does_not_offer_is_said(page: TransferPage, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = type(page.world.bank).profile

    def fewer(bank: fakes.ScriptedBank) -> BankProfile:
        return replace(whole(bank), products=(PaymentProduct.SEPA,))

    monkeypatch.setattr(type(page.world.bank), "profile", fewer)
    fill(page)
    assert [option.value for option in ways(page).options] == [PaymentProduct.SEPA]
    assert ways(page).against == (
        "SEPA instant credit transfer: your bank does not offer it.",
        "Urgent payment (TARGET): your bank does not offer it.",
    )


def test_where_the_bank_cannot_be_asked_the_ordinary_way_stands(page: TransferPage) -> None:
    page.world.bank.fail("profile", FailureKind.RETRYABLE, "bank.unreachable")
    fill(page)
    assert [option.value for option in ways(page).options] == [PaymentProduct.SEPA]
    assert "could not be asked" in ways(page).against[0]


def test_nothing_goes_on_before_the_ways_are_known(page: TransferPage) -> None:
    page.fill_payee(*fakes.LANDLORD[:2])
    page.presenter.payee.go_on()
    tasks = page.world.session.tasks = fakes.ManualTasks()
    page.presenter.name_check.go_on()
    while not isinstance(page.state.page, AmountState):
        tasks.step()
    page.presenter.amount.type_amount("6000.00")
    page.presenter.amount.choose_account(fakes.MAIN)
    assert ways(page).options == ()
    page.presenter.amount.go_on()
    assert "still being looked up" in page.page(AmountState).faults[0].text
    tasks.finish()
    assert len(ways(page).options) == 3


def test_a_later_day_is_frozen_and_read_back(page: TransferPage) -> None:
    fill(page)
    page.presenter.amount.ways.choose_day("2026-12-26")
    assert ways(page).day == "2026-12-26"
    assert "is a bank holiday" in ways(page).leaving
    assert "leaves at once" in ways(page).against[0]
    assert frozen(page).requested_execution_date == "2026-12-26"
    row = next(row for row in page.page(ReviewState).read_back.rows if row.key == "product")  # type: ignore[union-attr]
    assert "2026-12-26" in row.value


def test_today_is_as_soon_as_possible(page: TransferPage) -> None:
    fill(page)
    page.presenter.amount.ways.choose_day("2026-12-01")
    page.presenter.amount.ways.choose_day(ways(page).first_day)
    assert ways(page).day == "2026-11-22"
    assert frozen(page).requested_execution_date == ""


def test_a_day_that_rules_the_chosen_way_out_asks_for_another(page: TransferPage) -> None:
    fill(page)
    page.presenter.amount.ways.choose(PaymentProduct.SEPA_INSTANT)
    page.presenter.amount.ways.choose_day("2026-12-01")
    assert ways(page).chosen == ""
    page.presenter.amount.go_on()
    assert [fault.text for fault in page.page(AmountState).faults] == ["Choose which way to pay."]
    page.presenter.amount.ways.choose(PaymentProduct.TARGET)
    assert frozen(page).product is PaymentProduct.TARGET


def test_where_one_way_alone_reaches_the_payee_it_is_chosen_and_its_fees_are_asked_about(page: TransferPage) -> None:
    fill(page, account=TURKISH)
    found = ways(page)
    assert found.chosen == PaymentProduct.CROSS_BORDER
    assert [option.value for option in found.bearers] == ["SHAR", "DEBT", "CRED"]
    page.presenter.amount.ways.choose_bearer("DEBT")
    page.presenter.amount.ways.choose_purpose("EDUC")
    payment = frozen(page)
    assert (payment.charge_bearer, payment.purpose) == (ChargeBearer.DEBTOR, "EDUC")
    words = {row.key: row.value for row in page.page(ReviewState).read_back.rows}  # type: ignore[union-attr]
    assert words["purpose"] == "Tuition (EDUC)"


def test_what_the_banks_door_has_no_place_for_is_not_asked(page: TransferPage, monkeypatch: pytest.MonkeyPatch) -> None:
    def only_plain(payment: PaymentFields) -> str:
        return "purpose" if payment.purpose else "charge_bearer" if payment.charge_bearer else ""

    monkeypatch.setattr(type(page.world.bank), "not_carried", staticmethod(only_plain))
    fill(page, account=TURKISH)
    assert (ways(page).bearers, ways(page).purposes) == ((), ())
    assert frozen(page).charge_bearer is ChargeBearer.NONE


def test_a_day_that_has_passed_is_taken_back_on_entering_and_refused_at_the_review(page: TransferPage) -> None:
    fill(page)
    page.presenter.amount.ways.choose_day("2026-11-24")
    assert frozen(page).requested_execution_date == "2026-11-24"
    draft = saved_drafts(page.world.vault)[0]
    page.world.clock.advance(3 * fakes.DAY_MS)
    again = TransferPage(page.world)
    again.presenter.start(draft.draft)
    assert again.state.problem.title == "The day has passed"
    back = replace(draft, step=type(draft.step).AMOUNT)
    save_draft(page.world.vault, back)
    third = TransferPage(page.world)
    third.presenter.start(draft.draft)
    assert ways(third).day == ways(third).first_day


def test_the_review_says_what_can_be_got_back(page: TransferPage) -> None:
    page.to_review()
    recovery = page.page(ReviewState).recovery
    assert recovery is not None
    assert [line.what for line in recovery.lines][:2] == [
        "Cancel it",
        "Have it recalled: sent twice, a technical fault, or fraud",
    ]


def test_a_way_that_is_chosen_again_keeps_who_pays(page: TransferPage) -> None:
    fill(page, account=TURKISH)
    page.presenter.amount.ways.choose_bearer("CRED")
    page.presenter.amount.ways.choose(PaymentProduct.CROSS_BORDER)
    assert ways(page).bearer == "CRED"
    page.presenter.amount.ways.choose(PaymentProduct.SEPA)
    assert ways(page).bearer == ""
