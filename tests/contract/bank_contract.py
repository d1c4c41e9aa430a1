"""What every connector must do, whatever bank is behind it. A connector's tests inherit ``BankContract``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from countersign.application.ports.bank import Authorisation, AuthorisationState, Bank, CommitPoint, Initiation, Reach
from countersign.domain.errors import ConnectorError, CountersignError, FailureKind
from countersign.domain.money import Money
from countersign.domain.order import BindingError
from countersign.domain.order_state import Move, TransactionStatus, move_for
from countersign.domain.payee import VopOutcome
from countersign.domain.payment import AccountScheme, PaymentFields
from tests.contract.practice_fixture import request_id

EVIDENCE_LIMIT = 64 * 1024
NOBODY = "00000000-0000-4000-8000-000000000000"


def _nobody(_handle: str) -> Authorisation:
    raise LookupError("this bank challenges nobody")


def _nothing(_initiation: Initiation, _payment: PaymentFields) -> None:
    raise LookupError("nothing is carried to this bank")


@dataclass(frozen=True, slots=True)
class Wired:
    """A connector under test, and the customer behind it.

    Attributes:
        reconnect: Connects again, as after a restart.
        payment: A payment that can be made; new at each call.
        password: What the customer says to the bank.
        challenged: Takes a handle to where a code is wanted.
        code: The code that the customer got for an authorisation.
        executed: How often the bank says it executed a payment.
        carry: Carries what was laid out to the bank, as a person does.
    """

    bank: Bank
    reconnect: Callable[[], Bank]
    payment: Callable[[], PaymentFields]
    executed: Callable[[PaymentFields], int]
    password: str = ""
    challenged: Callable[[str], Authorisation] = _nobody
    code: Callable[[str], str] = str
    carry: Callable[[Initiation, PaymentFields], None] = _nothing


OTHERS: tuple[dict[str, object], ...] = (
    {"instructed_amount": Money(12_346, "EUR")},
    {"instructed_amount": Money(12_345, "GBP")},
    {"creditor_account": "DE89370400440532013000"},
    {"debtor_account": "DE89370400440532013000"},
    {"creditor_name": "Hartwell & Stone"},
    {"end_to_end_id": "OTHER"},
    {"remittance": "Invoice 2026/18"},
    {"remittance": ""},
)


class BankContract:
    """The port ``Bank``: what holds however a bank is reached."""

    def test_it_declares_what_it_is(self, wired: Wired) -> None:
        profile = wired.bank.profile()
        assert profile.name
        assert profile.commit_point in CommitPoint
        assert wired.payment().product in profile.products

    def test_it_says_beforehand_what_it_can_not_carry(self, wired: Wired) -> None:
        payment = wired.payment()
        assert wired.bank.not_carried(payment) == ""
        assert wired.bank.in_its_letters(payment) == payment
        if wired.bank.reach is not Reach.MANUAL:  # what a person types is whatever is shown
            assert wired.bank.not_carried(replace(payment, creditor_account_scheme=AccountScheme.BBAN)) != ""

    def test_nothing_is_executed_by_handing_a_payment_over(self, wired: Wired) -> None:
        payment = wired.payment()
        initiation = wired.bank.initiate(payment, request_id())
        assert initiation.payment_id
        assert initiation.status is None or move_for(initiation.status, authorised=False) is None
        assert wired.executed(payment) == 0

    def test_it_is_found_again_after_a_restart(self, wired: Wired) -> None:
        payment = wired.payment()
        initiation = wired.bank.initiate(payment, request_id())
        again = wired.reconnect()
        try:
            assert again.recall_initiation(initiation.payment_id, payment.product, payment).payment_id == (
                initiation.payment_id
            )
        finally:
            again.close()
        assert wired.executed(payment) == 0

    @pytest.mark.parametrize("change", OTHERS, ids="-".join)
    def test_another_payment_under_its_name_is_refused(self, wired: Wired, change: dict[str, object]) -> None:
        payment = wired.payment()
        initiation = wired.bank.initiate(payment, request_id())
        other = replace(payment, **change)  # type: ignore[arg-type]
        with pytest.raises(BindingError) as refused:
            wired.bank.recall_initiation(initiation.payment_id, payment.product, other)
        assert (refused.value.code, refused.value.params["field"]) == ("binding.reply", next(iter(change)))
        with pytest.raises(BindingError):
            wired.bank.report(initiation.payment_id, payment.product, other)
        assert wired.executed(payment) == 0

    def test_that_nothing_is_found_proves_nothing(self, wired: Wired) -> None:
        payment = wired.payment()
        asks: tuple[Callable[[], object], ...] = (
            lambda: wired.bank.report(NOBODY, payment.product, payment),
            lambda: wired.bank.recall_initiation(NOBODY, payment.product, payment),
            lambda: wired.bank.authorisation(NOBODY, payment.product, NOBODY),
            lambda: wired.bank.authorisations(NOBODY, payment.product),
        )
        for absent in asks:
            with pytest.raises(ConnectorError) as refused:
                absent()
            assert refused.value.kind is FailureKind.RETRYABLE
            assert refused.value.code == "bank.not_found_proves_nothing"

    def test_an_account_that_nobody_has_is_unknown(self, wired: Wired) -> None:
        with pytest.raises(ConnectorError):
            wired.bank.entries(NOBODY, 0)

    def test_a_handle_of_something_else_is_refused(self, wired: Wired) -> None:
        for handle in ("", "{}", '{"v":1}', "not json"):
            with pytest.raises(CountersignError):
                wired.bank.start_authorisation(handle)

    def test_nothing_is_asked_after_closing(self, wired: Wired) -> None:
        payment = wired.payment()
        bank = wired.reconnect()
        bank.close()
        with pytest.raises(ConnectorError) as refused:
            bank.initiate(payment, request_id())
        assert (refused.value.kind, refused.value.code) == (FailureKind.RETRYABLE, "bank.closed")


class DoorContract(BankContract):
    """A bank with a door for programs: accounts, name checks, authorisations, status."""

    def test_accounts_have_balances_and_are_all_different(self, wired: Wired) -> None:
        accounts = wired.bank.accounts()
        assert len({one.resource for one in accounts}) == len(accounts) > 0
        for one in accounts:
            assert one.iban
            assert one.balance.currency == one.available.currency

    def test_entries_are_listed_oldest_first_and_from_the_day_asked_for(self, wired: Wired) -> None:
        account = wired.bank.accounts()[0]
        entries = wired.bank.entries(account.resource, 0)
        booked = [one.booked_at for one in entries if one.booked]
        assert booked == sorted(booked)
        assert len({one.entry for one in entries if one.booked}) == len(booked) > 0
        middle = booked[len(booked) // 2]
        later = wired.bank.entries(account.resource, middle)
        assert 0 < len(later) < len(entries)
        assert min(one.booked_at for one in later) >= middle

    def test_a_name_check_is_about_what_was_asked(self, wired: Wired) -> None:
        payment = wired.payment()
        check = wired.bank.verify_payee(payment.creditor_name, payment.creditor_account)
        assert check.outcome is VopOutcome.MATCH
        assert (check.asked_name, check.asked_account) == (payment.creditor_name, payment.creditor_account)
        assert check.matched_name == ""
        assert check.checked_at > 0
        other = wired.bank.verify_payee("Somebody Quite Different", payment.creditor_account)
        assert other.outcome is VopOutcome.NO_MATCH
        assert other.matched_name == ""

    def test_a_new_payment_is_held_and_not_executed(self, wired: Wired) -> None:
        payment, asked = wired.payment(), request_id()
        initiation = wired.bank.initiate(payment, asked)
        assert initiation.status is not None
        assert initiation.reply is not None
        assert move_for(initiation.status, authorised=False) is None
        assert initiation.reply.request_id.replace("-", "") == asked
        assert 0 < len(initiation.reply.body) <= EVIDENCE_LIMIT
        assert initiation.fee is None or initiation.fee.currency == payment.instructed_amount.currency
        assert wired.executed(payment) == 0

    def test_a_payment_goes_all_the_way_once(self, wired: Wired) -> None:
        payment = wired.payment()
        initiation = wired.bank.initiate(payment, request_id())
        wanted = wired.challenged(initiation.handle)
        assert wanted.state is AuthorisationState.OPEN
        assert wanted.challenge is not None
        assert wanted.challenge.information
        done = wired.bank.answer(wanted.handle, wired.code(wanted.authorisation_id), request_id())
        assert done.state is AuthorisationState.FINALISED
        assert done.authorisation_id == wanted.authorisation_id
        report = wired.bank.report(initiation.payment_id, payment.product, payment)
        assert report.payment_id == initiation.payment_id
        assert move_for(report.status, authorised=True) in {Move.ACCEPT, Move.SETTLE}
        assert wired.executed(payment) == 1

    def test_a_second_answer_executes_nothing(self, wired: Wired) -> None:
        payment = wired.payment()
        wanted = wired.challenged(wired.bank.initiate(payment, request_id()).handle)
        code = wired.code(wanted.authorisation_id)
        wired.bank.answer(wanted.handle, code, request_id())
        with pytest.raises(ConnectorError) as refused:
            wired.bank.answer(wanted.handle, code, request_id())
        assert refused.value.kind is FailureKind.TERMINAL
        assert wired.executed(payment) == 1

    def test_a_wrong_code_is_said_to_be_wrong_and_the_right_one_still_works(self, wired: Wired) -> None:
        payment = wired.payment()
        wanted = wired.challenged(wired.bank.initiate(payment, request_id()).handle)
        right = wired.code(wanted.authorisation_id)
        wrong = str((int(right) + 1) % 10 ** len(right)).zfill(len(right))
        with pytest.raises(ConnectorError) as refused:
            wired.bank.answer(wanted.handle, wrong, request_id())
        assert (refused.value.kind, refused.value.code) == (FailureKind.TERMINAL, "bank.code_refused")
        assert wired.executed(payment) == 0
        assert wired.bank.answer(wanted.handle, right, request_id()).state is AuthorisationState.FINALISED

    def test_a_wrong_password_is_refused(self, wired: Wired) -> None:
        opened = wired.bank.start_authorisation(wired.bank.initiate(wired.payment(), request_id()).handle)
        with pytest.raises(ConnectorError) as refused:
            wired.bank.authenticate(opened.handle, wired.password + "x")
        assert (refused.value.kind, refused.value.code) == (FailureKind.TERMINAL, "bank.password_refused")

    def test_a_method_that_is_not_offered_is_refused(self, wired: Wired) -> None:
        opened = wired.bank.start_authorisation(wired.bank.initiate(wired.payment(), request_id()).handle)
        known = wired.bank.authenticate(opened.handle, wired.password)
        assert known.methods
        with pytest.raises(ConnectorError) as refused:
            wired.bank.choose_method(known.handle, "no-such-method")
        assert refused.value.kind is FailureKind.TERMINAL

    def test_lookups_change_nothing(self, wired: Wired) -> None:
        payment = wired.payment()
        initiation = wired.bank.initiate(payment, request_id())
        wanted = wired.challenged(initiation.handle)
        found = wired.bank.authorisation(initiation.payment_id, payment.product, wanted.authorisation_id)
        for _ in range(3):
            found = wired.bank.authorisation(initiation.payment_id, payment.product, wanted.authorisation_id)
            assert found.state is AuthorisationState.OPEN
            report = wired.bank.report(initiation.payment_id, payment.product, payment)
            assert report.status is TransactionStatus.RCVD
        done = wired.bank.answer(found.handle, wired.code(wanted.authorisation_id), request_id())
        assert done.state is AuthorisationState.FINALISED
        found = wired.bank.authorisation(initiation.payment_id, payment.product, wanted.authorisation_id)
        assert found.state is AuthorisationState.FINALISED

    def test_work_goes_on_after_a_restart(self, wired: Wired) -> None:
        payment = wired.payment()
        initiation = wired.bank.initiate(payment, request_id())
        again = wired.reconnect()
        try:
            recalled = again.recall_initiation(initiation.payment_id, payment.product, payment)
        finally:
            again.close()
        assert recalled.payment_id == initiation.payment_id
        wanted = wired.challenged(recalled.handle)
        done = wired.bank.answer(wanted.handle, wired.code(wanted.authorisation_id), request_id())
        assert done.state is AuthorisationState.FINALISED
        assert wired.executed(payment) == 1

    def test_an_unauthorised_payment_is_cancelled_at_once(self, wired: Wired) -> None:
        payment = wired.payment()
        initiation = wired.bank.initiate(payment, request_id())
        assert wired.bank.cancel(initiation.payment_id, payment.product, request_id()).done
        report = wired.bank.report(initiation.payment_id, payment.product, payment)
        assert report.status is TransactionStatus.CANC
        assert wired.executed(payment) == 0

    def test_what_was_started_is_listed_and_can_be_asked_about(self, wired: Wired) -> None:
        payment = wired.payment()
        initiation = wired.bank.initiate(payment, request_id())
        known = (initiation.payment_id, payment.product)
        assert wired.bank.authorisations(*known) == ()
        first = wired.bank.start_authorisation(initiation.handle)
        second = wired.challenged(initiation.handle)
        assert list(wired.bank.authorisations(*known)) == [first.authorisation_id, second.authorisation_id]
        assert wired.bank.authorisation(*known, first.authorisation_id).state is AuthorisationState.OPEN
        assert wired.bank.authorisations(*known, cancels=True) == ()
        with pytest.raises(ConnectorError) as refused:
            wired.bank.authorisation(*known, first.authorisation_id, cancels=True)
        assert refused.value.code == "bank.not_found_proves_nothing"
        with pytest.raises(ConnectorError) as refused:
            wired.bank.authorisations(NOBODY, payment.product)
        assert (refused.value.kind, refused.value.code) == (FailureKind.RETRYABLE, "bank.not_found_proves_nothing")

    def test_an_authorisation_that_is_not_found_proves_nothing(self, wired: Wired) -> None:
        payment = wired.payment()
        known = wired.bank.initiate(payment, request_id()).payment_id
        with pytest.raises(ConnectorError) as refused:
            wired.bank.authorisation(known, payment.product, NOBODY)
        assert (refused.value.kind, refused.value.code) == (FailureKind.RETRYABLE, "bank.not_found_proves_nothing")


class CarriedContract(BankContract):
    """A bank to which the person carries payments: laid out once, and only what the bank writes tells more."""

    def test_it_declares_that_laying_out_is_the_commit_point(self, wired: Wired) -> None:
        profile = wired.bank.profile()
        assert profile.commit_point is CommitPoint.INITIATION
        assert profile.by_hand
        assert not profile.never_executes_unauthorised
        assert not profile.checks_names

    def test_what_was_laid_out_is_not_laid_out_again(self, wired: Wired) -> None:
        payment = wired.payment()
        first = wired.bank.initiate(payment, request_id())
        assert first.handover is not None
        again = wired.bank.initiate(payment, request_id())
        assert again.handover == first.handover
        assert (first.status, first.reply, first.handle) == (None, None, "")

    def test_carried_to_the_bank_it_is_executed_once(self, wired: Wired) -> None:
        payment = wired.payment()
        wired.carry(wired.bank.initiate(payment, request_id()), payment)
        assert wired.executed(payment) == 1

    def test_what_was_never_laid_out_is_known_not_to_be(self, wired: Wired) -> None:
        payment = wired.payment()
        with pytest.raises(ConnectorError) as refused:
            wired.bank.recall_initiation(payment.end_to_end_id, payment.product, payment)
        assert (refused.value.kind, refused.value.code) == (FailureKind.RETRYABLE, "bank.nothing_handed_over")

    def test_nobody_is_asked_for_what_the_person_sees(self, wired: Wired) -> None:
        payment = wired.payment()
        initiation = wired.bank.initiate(payment, request_id())
        assert wired.bank.accounts() == ()
        asks: tuple[Callable[[], object], ...] = (
            lambda: wired.bank.verify_payee("Anybody", payment.creditor_account),
            wired.bank.start_consent,
            lambda: wired.bank.consent("1"),
            lambda: wired.bank.start_authorisation(initiation.payment_id),
            lambda: wired.bank.authenticate("x", "x"),
            lambda: wired.bank.choose_method("x", "x"),
            lambda: wired.bank.answer("x", "1", request_id()),
            lambda: wired.bank.cancel(initiation.payment_id, payment.product, request_id()),
        )
        for ask in asks:
            with pytest.raises(ConnectorError) as refused:
                ask()
            assert refused.value.kind is FailureKind.TERMINAL
        wired.bank.use_consent("1")
        assert wired.executed(payment) == 0
