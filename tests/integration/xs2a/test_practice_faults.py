"""Each fault of the practice bank, over real TLS: the kind says what may have happened, and it is true."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from countersign.adapters.banks.xs2a.connection import Xs2aBank
from countersign.application.ports.bank import AuthorisationState
from countersign.domain.errors import ConnectorError, FailureKind, SecurityError
from countersign.domain.order import BindingError
from countersign.domain.order_state import TransactionStatus
from countersign.domain.payee import VopOutcome
from countersign.domain.payment import PaymentFields
from tests.contract.practice_fixture import Practice, challenged, executions, request_id, some_payment

Rule = dict[str, str | int]
ANSWER: Rule = {"method": "PUT", "body": "scaAuthenticationData"}
INITIATION: Rule = {"method": "POST", "path": "/v1/payments/[a-z-]+$"}
ECHO: Rule = {"method": "GET", "path": "/v1/payments/[a-z-]+/[0-9a-f-]+$"}
STATUS: Rule = {"method": "GET", "path": "/status$"}

# kind of fault, its options, the code it shows as, whether the bank carried the request out
TROUBLE: list[tuple[str, Rule, str, bool]] = [
    ("drop_request", {}, "bank.disconnected", False),
    ("drop_reply", {}, "bank.disconnected", True),
    ("status_5xx", {"status": 503, "when": "before"}, "bank.server_error", False),
    ("status_5xx", {"status": 500, "when": "after"}, "bank.server_error", True),
    ("garbage", {}, "", True),
    ("huge_body", {"bytes": 2_000_000}, "bank.reply_too_large", True),
    ("slow_drip", {"ms_per_byte": 200}, "bank.timeout", True),
    ("latency", {"ms": 1_500, "when": "after"}, "bank.timeout", True),
]
IDS = [f"{kind}-{options.get('when', '')}" for kind, options, _, _ in TROUBLE]
UNREADABLE = {"bank.reply_unreadable", "bank.content_type", "bank.disconnected"}


def ready(practice: Practice, bank: Xs2aBank, payment: PaymentFields) -> tuple[str, str, str, str]:
    """Take a payment to where its code is wanted: payment, authorisation, handle, code."""
    initiation = bank.initiate(payment, request_id())
    wanted = challenged(practice, bank, initiation.handle)
    code = practice.bank.code_for(wanted.authorisation_id)
    return initiation.payment_id, wanted.authorisation_id, wanted.handle, code


@pytest.mark.parametrize(("kind", "options", "code", "carried_out"), TROUBLE, ids=IDS)
def test_the_answer(
    kind: str, options: Rule, code: str, carried_out: bool, practice: Practice, bank: Xs2aBank, hasty: Xs2aBank
) -> None:
    """An unknown outcome is settled by asking for the authorisation and the payment; nothing is sent again."""
    payment = some_payment(practice, bank)
    payment_id, authorisation_id, handle, sms = ready(practice, bank, payment)
    practice.bank.control.set_faults(ANSWER | {"kind": kind} | options)
    with pytest.raises(ConnectorError) as failed:
        (hasty if code == "bank.timeout" else bank).answer(handle, sms, request_id())
    assert failed.value.kind is FailureKind.UNKNOWN
    assert failed.value.code == code or (not code and failed.value.code in UNREADABLE)
    assert [rule["fired"] for rule in practice.bank.control.faults()] == [1]
    practice.bank.control.set_faults()
    found = bank.authorisation(payment_id, payment.product, authorisation_id)
    expected = AuthorisationState.FINALISED if carried_out else AuthorisationState.OPEN
    assert found.state is expected
    status = bank.report(payment_id, payment.product, payment).status
    assert (status is TransactionStatus.RCVD) is not carried_out
    assert executions(practice, payment) == int(carried_out)


@pytest.mark.parametrize(("kind", "options", "code", "carried_out"), TROUBLE, ids=IDS)
def test_the_initiation(
    kind: str, options: Rule, code: str, carried_out: bool, practice: Practice, bank: Xs2aBank, hasty: Xs2aBank
) -> None:
    payment = some_payment(practice, bank)
    practice.bank.control.set_faults(INITIATION | {"kind": kind} | options)
    with pytest.raises(ConnectorError) as failed:
        (hasty if code == "bank.timeout" else bank).initiate(payment, request_id())
    assert failed.value.kind is FailureKind.UNKNOWN
    assert failed.value.code == code or (not code and failed.value.code in UNREADABLE)
    assert executions(practice, payment) == 0


@pytest.mark.parametrize(("kind", "options", "code", "_carried_out"), TROUBLE, ids=IDS)
@pytest.mark.parametrize("where", [ECHO, STATUS], ids=["echo", "status"])
def test_a_lookup(
    where: Rule,
    kind: str,
    options: Rule,
    code: str,
    _carried_out: bool,
    practice: Practice,
    bank: Xs2aBank,
    hasty: Xs2aBank,
) -> None:
    payment = some_payment(practice, bank)
    payment_id = bank.initiate(payment, request_id()).payment_id
    practice.bank.control.set_faults(where | {"kind": kind, "times": 0} | options)
    with pytest.raises(ConnectorError) as failed:
        (hasty if code == "bank.timeout" else bank).report(payment_id, payment.product, payment)
    assert failed.value.kind is FailureKind.RETRYABLE
    assert failed.value.code == code or (not code and failed.value.code in UNREADABLE)
    practice.bank.control.set_faults()
    assert bank.report(payment_id, payment.product, payment).status is TransactionStatus.RCVD


def test_one_lost_read_back_is_asked_for_again(practice: Practice, bank: Xs2aBank) -> None:
    payment = some_payment(practice, bank)
    practice.bank.control.set_faults(ECHO | {"kind": "drop_reply"})
    assert bank.initiate(payment, request_id()).status is TransactionStatus.RCVD


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("amount", "instructed_amount"),
        ("currency", "instructed_amount"),
        ("iban", "debtor_account"),
        ("name", "creditor_name"),
        ("end_to_end_id", "end_to_end_id"),
    ],
)
def test_a_wrong_echo_stops_the_transfer(field: str, expected: str, practice: Practice, bank: Xs2aBank) -> None:
    payment = some_payment(practice, bank)
    practice.bank.control.set_faults(ECHO | {"kind": "wrong_echo", "field": field})
    with pytest.raises(BindingError) as refused:
        bank.initiate(payment, request_id())
    assert (refused.value.code, refused.value.params["field"]) == ("binding.reply", expected)
    payment_id = str(refused.value.params["payment_id"])
    assert bank.report(payment_id, payment.product, payment).status is TransactionStatus.RCVD
    assert executions(practice, payment) == 0


@pytest.mark.parametrize("field", ["id", "link"])
def test_a_wrong_identifier_or_link_stops_the_transfer(field: str, practice: Practice, bank: Xs2aBank) -> None:
    payment = some_payment(practice, bank)
    practice.bank.control.set_faults(INITIATION | {"kind": "wrong_echo", "field": field})
    with pytest.raises(SecurityError) as refused:
        bank.initiate(payment, request_id())
    assert refused.value.code == {"id": "binding.reply", "link": "bank.link_other_origin"}[field]
    assert refused.value.params["field"] == "link"
    assert executions(practice, payment) == 0


def test_a_reply_with_another_request_id_is_refused(practice: Practice, bank: Xs2aBank) -> None:
    payment = some_payment(practice, bank)
    practice.bank.control.set_faults(INITIATION | {"kind": "wrong_echo", "field": "request_id"})
    with pytest.raises(BindingError) as refused:
        bank.initiate(payment, request_id())
    assert refused.value.params["field"] == "request_id"


def test_an_authorisation_with_another_id_is_refused(practice: Practice, bank: Xs2aBank) -> None:
    initiation = bank.initiate(some_payment(practice, bank), request_id())
    rule = {"method": "POST", "path": "/authorisations$", "kind": "wrong_echo", "field": "authorisation_id"}
    practice.bank.control.set_faults(rule)
    with pytest.raises(BindingError) as refused:
        bank.start_authorisation(initiation.handle)
    assert refused.value.params["field"] == "link"


def test_a_claim_of_finality_moves_no_money_by_itself(practice: Practice, bank: Xs2aBank) -> None:
    """A reply that calls the authorisation final too early: the payment's own status is what counts."""
    payment = some_payment(practice, bank)
    initiation = bank.initiate(payment, request_id())
    opened = bank.start_authorisation(initiation.handle)
    known = bank.authenticate(opened.handle, practice.bank.practice_password())
    rule = {"method": "PUT", "body": "authenticationMethodId", "kind": "wrong_echo", "field": "sca_status"}
    practice.bank.control.set_faults(rule)
    assert bank.choose_method(known.handle, known.methods[0].method).state is AuthorisationState.FINALISED
    assert bank.report(initiation.payment_id, payment.product, payment).status is TransactionStatus.RCVD
    assert executions(practice, payment) == 0


def test_a_duplicated_reply_does_no_harm(practice: Practice, bank: Xs2aBank) -> None:
    payment = some_payment(practice, bank)
    practice.bank.control.set_faults({"method": "*", "path": ".", "kind": "duplicate_reply", "times": 0})
    payment_id, authorisation_id, handle, sms = ready(practice, bank, payment)
    assert bank.answer(handle, sms, request_id()).state is AuthorisationState.FINALISED
    assert bank.authorisation(payment_id, payment.product, authorisation_id).state is AuthorisationState.FINALISED
    practice.bank.control.set_faults()
    assert executions(practice, payment) == 1


@pytest.mark.parametrize("outcome", ["MTCH", "CMTC", "NMTC", "NOAP"])
def test_each_answer_to_a_name_check(outcome: str, practice: Practice, bank: Xs2aBank) -> None:
    payment = some_payment(practice, bank)
    practice.bank.control.set_outcomes({"name_check": {"*": outcome}})
    check = bank.verify_payee(payment.creditor_name, payment.creditor_account)
    assert check.outcome is VopOutcome(outcome)
    assert bool(check.matched_name) is (outcome == "CMTC")


@pytest.mark.parametrize(
    ("path", "field", "expected"),
    [("payee-verifications", "iban", "creditor_account"), ("payee-verifications", "creditorName", "creditor_name")],
)
def test_a_name_check_of_something_else_is_refused(
    path: str, field: str, expected: str, practice: Practice, bank: Xs2aBank
) -> None:
    payment = some_payment(practice, bank)
    practice.bank.control.set_faults({"method": "POST", "path": path, "kind": "wrong_echo", "field": field})
    with pytest.raises(BindingError) as refused:
        bank.verify_payee(payment.creditor_name, payment.creditor_account)
    assert refused.value.params["field"] == expected


def test_a_payment_without_funds_is_rejected_with_its_reason(practice: Practice, bank: Xs2aBank) -> None:
    payment = some_payment(practice, bank, 99_000_000_000)
    payment_id, _, handle, sms = ready(practice, bank, payment)
    bank.answer(handle, sms, request_id())
    report = bank.report(payment_id, payment.product, payment)
    assert (report.status, report.reason) == (TransactionStatus.RJCT, "AM04")
    assert executions(practice, payment) == 0


def test_an_accepted_payment_is_cancelled_by_an_authorisation_of_its_own(practice: Practice, bank: Xs2aBank) -> None:
    practice.bank.control.set_outcomes({"settle_seconds": None})
    payment = some_payment(practice, bank)
    payment_id, _, handle, sms = ready(practice, bank, payment)
    bank.answer(handle, sms, request_id())
    started = bank.cancel(payment_id, payment.product, request_id())
    assert not started.done
    wanted = challenged(practice, bank, started.handle)
    done = bank.answer(wanted.handle, practice.bank.code_for(wanted.authorisation_id), request_id())
    assert done.state is AuthorisationState.FINALISED
    assert bank.report(payment_id, payment.product, payment).status is TransactionStatus.CANC


def test_a_settled_payment_is_not_cancelled(practice: Practice, bank: Xs2aBank) -> None:
    practice.bank.control.set_outcomes({"settle_seconds": 0})
    payment = some_payment(practice, bank)
    payment_id, _, handle, sms = ready(practice, bank, payment)
    bank.answer(handle, sms, request_id())
    assert bank.report(payment_id, payment.product, payment).status in {TransactionStatus.ACSC, TransactionStatus.ACCC}
    with pytest.raises(ConnectorError) as refused:
        bank.cancel(payment_id, payment.product, request_id())
    assert (refused.value.kind, refused.value.code) == (FailureKind.TERMINAL, "bank.tpp.cancellation_invalid")


def test_a_bank_that_exempts_says_so_beforehand(practice: Practice, bank: Xs2aBank) -> None:
    assert bank.profile().never_executes_unauthorised
    outcomes: dict[str, object] = {"never_executes_unauthorised": False, "exempt_from_sca": "at_initiation"}
    practice.bank.control.set_outcomes(outcomes)
    try:
        assert not bank.profile().never_executes_unauthorised
        payment = some_payment(practice, bank)
        initiation = bank.initiate(payment, request_id())
        assert initiation.handle == ""
        assert initiation.status is not TransactionStatus.RCVD
        assert executions(practice, payment) == 1
    finally:
        practice.bank.control.set_outcomes({"exempt_from_sca": "off"})
        practice.bank.control.set_outcomes({"never_executes_unauthorised": True})


def test_accounts_are_not_read_without_permission(practice: Practice) -> None:
    bank = practice.connect()
    try:
        ask_for_permission(practice, bank)
    finally:
        bank.close()


def ask_for_permission(practice: Practice, bank: Xs2aBank) -> None:
    asked = bank.start_consent()
    assert not asked.valid
    bank.use_consent(asked.consent_id)
    with pytest.raises(ConnectorError) as refused:
        bank.accounts()
    assert refused.value.code == "bank.tpp.consent_invalid"
    wanted = challenged(practice, bank, asked.handle)
    bank.answer(wanted.handle, practice.bank.code_for(wanted.authorisation_id), request_id())
    granted = bank.consent(asked.consent_id)
    assert granted.valid
    assert granted.handle == ""
    assert bank.accounts()
    bank.use_consent("")
    with pytest.raises(ConnectorError) as refused:
        bank.accounts()
    assert refused.value.code == "bank.consent_missing"


def test_a_broken_statement_may_be_asked_for_again(practice: Practice, bank: Xs2aBank) -> None:
    resource = bank.accounts()[0].resource
    faults: list[Callable[[], dict[str, str | int]]] = [
        lambda: {"kind": "garbage"},
        lambda: {"kind": "drop_reply"},
        lambda: {"kind": "huge_body", "bytes": 20_000_000},
    ]
    for fault in faults:
        practice.bank.control.set_faults({"method": "GET", "path": "/transactions"} | fault())
        with pytest.raises(ConnectorError) as failed:
            bank.entries(resource, 0)
        assert failed.value.kind is FailureKind.RETRYABLE
    assert bank.entries(resource, 0)
