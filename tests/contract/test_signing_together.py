"""Several signatures on one payment, and one signature on several, with the practice bank: its journal has the word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

import pytest

from countersign.adapters.banks.xs2a.connection import Xs2aBank
from countersign.application.ports.bank import Authorisation, AuthorisationState, Initiation
from countersign.domain.errors import ConnectorError, FailureKind, SecurityError
from countersign.domain.money import Money
from countersign.domain.order import BindingError
from countersign.domain.order_state import TransactionStatus
from countersign.domain.payment import PaymentFields, PaymentProduct
from tests.contract.practice_fixture import Practice, executions, request_id, running_practice

INES, DANIEL, LENA = "ines.vogt", "daniel.okoye", "lena.sauber"
_numbers = count(1)


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    with running_practice(tmp_path_factory.mktemp("together") / "world") as found:
        yield found


@dataclass(frozen=True, slots=True)
class Office:
    """Somebody of the company, at a device of their own."""

    practice: Practice
    bank: Xs2aBank

    def payment(self, minor: int) -> PaymentFields:
        """Return a payment from the company's account in euro, unlike any other."""
        world = self.practice.bank.world()
        payees, company = world["payees"], world["company"]
        assert isinstance(payees, list)
        assert isinstance(company, dict)
        account = next(item["iban"] for item in company["accounts"] if item["currency"] == "EUR")
        return PaymentFields(
            instructed_amount=Money(minor, "EUR"),
            debtor_account=account,
            creditor_name=payees[0]["name"],
            creditor_account=payees[0]["iban"],
            creditor_agent=payees[0]["bic"],
            end_to_end_id=f"FIRM-{next(_numbers)}",
            remittance="Invoice 2026/17",
            requested_execution_date="",
            product=PaymentProduct.SEPA,
        )

    def asks(self, minor: int) -> tuple[PaymentFields, Initiation]:
        """Hand a payment to the bank."""
        payment = self.payment(minor)
        return payment, self.bank.initiate(payment, request_id())

    def challenged(self, handle: str, person: str) -> Authorisation:
        """Open an authorisation of somebody's and go as far as the code."""
        opened = self.bank.start_authorisation(handle, person)
        known = self.bank.authenticate(opened.handle, self.practice.bank.practice_password(person))
        by_phone = next(method.method for method in known.methods if method.kind == "SMS_OTP")
        return self.bank.choose_method(known.handle, by_phone)

    def signs(self, handle: str, person: str) -> Authorisation:
        """Authorise in somebody's name, with the code on their phone."""
        wanted = self.challenged(handle, person)
        code = self.practice.bank.code_for(wanted.authorisation_id, person)
        return self.bank.answer(wanted.handle, code, request_id())

    def status(self, payment: PaymentFields, initiation: Initiation) -> TransactionStatus:
        """Ask where a payment stands."""
        return self.bank.report(initiation.payment_id, payment.product, payment).status


@pytest.fixture
def office(practice: Practice) -> Iterator[Office]:
    """Lena's device: she prepares payments and signs none."""
    device = replace(practice, credentials=practice.bank.enrol_device(LENA))
    bank = device.connect()
    yield Office(practice, bank)
    bank.close()


def test_a_device_is_enrolled_for_one_of_several_people(practice: Practice) -> None:
    _, credential = practice.bank.enrol(DANIEL)
    assert credential["psu_id"] == DANIEL
    assert practice.bank.enrol_device().psu_id not in {INES, DANIEL, LENA}
    with pytest.raises(ConnectorError) as refused:
        practice.bank.enrol("nobody.there")
    assert refused.value.code == "practice.nobody"


def test_whose_device_one_can_be_is_listed_with_what_they_may_do(practice: Practice) -> None:
    listed = {known.person: known for known in practice.bank.customers()}
    private, ines, lena = listed.pop("mei.hartmann"), listed[INES], listed[LENA]
    assert (private.company, private.may_sign, private.alone_up_to) == ("", True, None)
    assert set(listed) == {INES, DANIEL, LENA}
    assert (ines.may_sign, ines.alone_up_to) == (True, Money(5_000_000, "EUR"))
    assert ines.company.startswith("Kestrel & Vogt")
    assert not lena.may_sign
    offer = practice.bank.offer_authenticator(DANIEL)
    assert "daniel.okoye" in offer.uri.reveal()


def test_above_the_banks_limit_two_people_sign_each_by_an_authorisation_of_their_own(office: Office) -> None:
    payment, initiation = office.asks(5_000_001)
    assert office.signs(initiation.handle, INES).state is AuthorisationState.FINALISED
    report = office.bank.report(initiation.payment_id, payment.product, payment)
    assert report.status is TransactionStatus.PATC
    assert report.reason == "One more signature is needed. Who can give it: Daniel Okoye."
    assert executions(office.practice, payment) == 0
    again = office.bank.recall_initiation(initiation.payment_id, payment.product, payment)
    assert again.status is TransactionStatus.PATC
    assert office.signs(again.handle, DANIEL).state is AuthorisationState.FINALISED
    assert office.status(payment, initiation) is TransactionStatus.ACSP
    assert executions(office.practice, payment) == 1


def test_the_second_code_is_made_for_this_payment_and_this_person(office: Office) -> None:
    payment, initiation = office.asks(5_000_002)
    office.signs(initiation.handle, INES)
    wanted = office.challenged(initiation.handle, DANIEL)
    assert wanted.challenge is not None
    assert "50" in wanted.challenge.information
    assert payment.creditor_name in wanted.challenge.information
    other, elsewhere = office.asks(5_000_003)
    strange = office.challenged(elsewhere.handle, DANIEL)
    code = office.practice.bank.code_for(strange.authorisation_id, DANIEL)
    with pytest.raises(ConnectorError) as refused:
        office.bank.answer(wanted.handle, code, request_id())
    assert refused.value.code == "bank.code_refused"
    assert executions(office.practice, payment) + executions(office.practice, other) == 0
    found = office.bank.authorisation(initiation.payment_id, payment.product, wanted.authorisation_id)
    assert found.state is AuthorisationState.OPEN


@pytest.mark.parametrize(
    ("person", "code"), [(INES, "status_invalid"), (LENA, "service_blocked"), ("", "service_blocked")]
)
def test_the_bank_has_signatories_of_its_own(office: Office, person: str, code: str) -> None:
    payment, initiation = office.asks(5_000_004)
    office.signs(initiation.handle, INES)
    with pytest.raises(ConnectorError) as refused:
        office.bank.start_authorisation(initiation.handle, person)
    assert (refused.value.kind, refused.value.code) == (FailureKind.TERMINAL, f"bank.tpp.{code}")
    assert refused.value.params["text"]
    assert office.status(payment, initiation) is TransactionStatus.PATC


@pytest.mark.parametrize("person", ["ines\r\nX: y", "名", " ines", "x" * 101])
def test_what_can_not_be_a_name_at_the_bank_is_not_sent(office: Office, person: str) -> None:
    _, initiation = office.asks(1_000)
    with pytest.raises(ConnectorError) as refused:
        office.bank.start_authorisation(initiation.handle, person)
    assert (refused.value.kind, refused.value.code) == (FailureKind.TERMINAL, "bank.person_form")


def test_a_payment_that_wants_another_signature_is_called_off_at_once(office: Office) -> None:
    payment, initiation = office.asks(5_000_005)
    office.signs(initiation.handle, INES)
    assert office.bank.cancel(initiation.payment_id, payment.product, request_id()).done
    assert office.status(payment, initiation) is TransactionStatus.CANC
    assert executions(office.practice, payment) == 0


def test_above_the_ceiling_nothing_leaves_however_many_sign(office: Office) -> None:
    payment, initiation = office.asks(200_000_001)
    office.signs(initiation.handle, INES)
    office.signs(initiation.handle, DANIEL)
    report = office.bank.report(initiation.payment_id, payment.product, payment)
    assert (report.status, report.reason) == (TransactionStatus.RJCT, "AM02")
    assert executions(office.practice, payment) == 0


# — signing baskets —


def test_one_code_over_the_total_authorises_all_that_is_in_a_basket(office: Office) -> None:
    asked = [office.asks(minor) for minor in (1_000_000, 2_000_000)]
    names = [initiation.payment_id for _, initiation in asked]
    basket = office.bank.baskets.tie(names, request_id())
    assert (basket.status, sorted(basket.payments)) == (TransactionStatus.RCVD, sorted(names))
    wanted = office.challenged(basket.handle, INES)
    assert wanted.challenge is not None
    assert "30" in wanted.challenge.information  # the total
    found = office.bank.baskets.authorisation(basket.basket_id, wanted.authorisation_id)
    assert found.state is AuthorisationState.OPEN
    code = office.practice.bank.code_for(wanted.authorisation_id, INES)
    done = office.bank.answer(found.handle, code, request_id())
    assert done.state is AuthorisationState.FINALISED
    assert office.bank.baskets.authorisation(basket.basket_id, wanted.authorisation_id).state is done.state
    now = office.bank.baskets.basket(basket.basket_id, names)
    assert now.status in {TransactionStatus.ACTC, TransactionStatus.ACSC}
    assert now.handle == ""
    assert [executions(office.practice, payment) for payment, _ in asked] == [1, 1]


def test_a_basket_waits_for_a_second_signature_where_one_payment_wants_it(office: Office) -> None:
    asked = [office.asks(minor) for minor in (1_000, 6_000_000)]
    names = [initiation.payment_id for _, initiation in asked]
    basket = office.bank.baskets.tie(names, request_id())
    office.signs(basket.handle, INES)
    now = office.bank.baskets.basket(basket.basket_id, names)
    assert now.status is TransactionStatus.PATC
    assert [office.status(*one) for one in asked] == [TransactionStatus.ACSP, TransactionStatus.PATC]
    office.signs(now.handle, DANIEL)
    assert [executions(office.practice, payment) for payment, _ in asked] == [1, 1]


def test_what_was_signed_or_tied_can_not_be_tied_and_what_is_dissolved_is_free(office: Office) -> None:
    (payment, first), (_, second) = office.asks(1_001), office.asks(1_002)
    names = [first.payment_id, second.payment_id]
    basket = office.bank.baskets.tie(names, request_id())
    with pytest.raises(ConnectorError) as refused:
        office.bank.baskets.tie(names, request_id())
    assert refused.value.code == "bank.tpp.reference_status_invalid"
    with pytest.raises(ConnectorError):
        office.bank.start_authorisation(first.handle, INES)  # in a basket it isn't authorised by itself
    office.bank.baskets.dissolve(basket.basket_id, request_id())
    assert office.bank.baskets.basket(basket.basket_id, names).status is TransactionStatus.CANC
    office.signs(first.handle, INES)
    with pytest.raises(ConnectorError) as refused:
        office.bank.baskets.tie(names, request_id())
    assert refused.value.code == "bank.tpp.reference_status_invalid"
    assert executions(office.practice, payment) == 1


def test_a_basket_of_something_else_is_refused(office: Office) -> None:
    (_, first), (_, second) = office.asks(1_003), office.asks(1_004)
    basket = office.bank.baskets.tie([first.payment_id], request_id())
    with pytest.raises(BindingError) as departs:
        office.bank.baskets.basket(basket.basket_id, [second.payment_id])
    assert departs.value.params["field"] == "payments"
    with pytest.raises(ConnectorError) as absent:
        office.bank.baskets.basket("00000000-0000-4000-8000-000000000000", [])
    assert absent.value.code == "bank.not_found_proves_nothing"
    with pytest.raises(SecurityError):
        office.bank.baskets.basket("../payments", [])


def test_a_basket_that_the_bank_will_not_show_is_named(office: Office) -> None:
    _, first = office.asks(1_005)
    control = office.practice.bank.control
    control.set_faults(
        {"kind": "status_5xx", "status": 503, "when": "before", "method": "GET", "path": "/signing-baskets/"}
    )
    try:
        with pytest.raises(ConnectorError) as lost:
            office.bank.baskets.tie([first.payment_id], request_id())
    finally:
        office.practice.reset()
    assert (lost.value.kind, lost.value.code) == (FailureKind.UNKNOWN, "bank.basket_not_shown")
    office.bank.baskets.dissolve(str(lost.value.params["basket_id"]), request_id())


def test_a_basket_that_shows_other_payments_is_named_too(office: Office) -> None:
    _, first = office.asks(1_006)
    control = office.practice.bank.control
    control.set_faults(
        {"kind": "wrong_echo", "path": "/signing-baskets/", "method": "GET", "field": "payments", "value": "other"}
    )
    try:
        with pytest.raises(BindingError) as departs:
            office.bank.baskets.tie([first.payment_id], request_id())
    finally:
        office.practice.reset()
    assert departs.value.params["basket_id"]
