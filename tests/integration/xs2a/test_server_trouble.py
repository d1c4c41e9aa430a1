"""A server in trouble says so in the bank's own words: that is never a no (NextGenPSD2 1.3 §14.11; RFC 9110 §15.6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from countersign.adapters.banks.xs2a.connection import Xs2aBank
from countersign.adapters.banks.xs2a.handles import Handle
from countersign.domain.errors import ConnectorError, FailureKind
from tests.contract.practice_fixture import request_id
from tests.integration.xs2a.hostile_bank import Behaviour, HostileBank
from tests.integration.xs2a.test_hostile_replies import PAY, PAYMENT

STEPS = dict.fromkeys(
    ("updatePsuAuthentication", "selectAuthenticationMethod", "authoriseTransaction"), f"{PAY}/authorisations/auth-1"
)
OPEN = Handle("payment", "pay-1", PAYMENT.product.value, "auth-1", STEPS).write()
HELD = Handle("payment", "pay-1", PAYMENT.product.value, links={"startAuthorisation": f"{PAY}/authorisations"}).write()

CHANGES: Mapping[str, Callable[[Xs2aBank], object]] = {
    "initiate": lambda bank: bank.initiate(PAYMENT, request_id()),
    "authorise": lambda bank: bank.start_authorisation(HELD),
    "authenticate": lambda bank: bank.authenticate(OPEN, "word"),
    "method": lambda bank: bank.choose_method(OPEN, "sms"),
    "answer": lambda bank: bank.answer(OPEN, "123456", request_id()),
    "cancel": lambda bank: bank.cancel("pay-1", PAYMENT.product, request_id()),
    "tie": lambda bank: bank.baskets.tie(("pay-1", "pay-2"), request_id()),
    "dissolve": lambda bank: bank.baskets.dissolve("basket-1", request_id()),
    "consent": lambda bank: bank.start_consent(),
}
LOOKUPS: Mapping[str, Callable[[Xs2aBank], object]] = {
    "profile": lambda bank: bank.profile(),
    "report": lambda bank: bank.report("pay-1", PAYMENT.product, PAYMENT),
    "recall": lambda bank: bank.recall_initiation("pay-1", PAYMENT.product, PAYMENT),
    "authorisation": lambda bank: bank.authorisation("pay-1", PAYMENT.product, "auth-1"),
    "basket": lambda bank: bank.baskets.basket("basket-1", ("pay-1", "pay-2")),
    "basket_authorisation": lambda bank: bank.baskets.authorisation("basket-1", "auth-1"),
    "consent_status": lambda bank: bank.consent("consent-1"),
    "verify_payee": lambda bank: bank.verify_payee("Somebody", PAYMENT.creditor_account),
}
# 408: an individual request has timed out, so says the standard; 502 and 504 come from what stands before the bank.
TROUBLE = (408, 500, 502, 503, 504, 599)
SAID = {"tppMessages": [{"category": "ERROR", "code": "INTERNAL_SERVER_ERROR", "text": "Try later"}]}
NO = {"tppMessages": [{"category": "ERROR", "code": "SCA_INVALID", "text": "Not right"}]}


def saying(words: object, status: int) -> Behaviour:
    return lambda seen: seen.json(words, status)


@pytest.mark.parametrize("status", TROUBLE)
@pytest.mark.parametrize("request_of", CHANGES.values(), ids=CHANGES)
def test_whatever_it_says_the_request_may_have_been_carried_out(
    status: int, request_of: Callable[[Xs2aBank], object], hostile: HostileBank, connected: Xs2aBank
) -> None:
    for words in (SAID, NO):
        hostile.seen.clear()
        hostile.behaviour = saying(words, status)
        with pytest.raises(ConnectorError) as failed:
            request_of(connected)
        assert (failed.value.kind, failed.value.code) == (FailureKind.UNKNOWN, "bank.server_error")
        assert failed.value.params == {"status": status}
        assert len(hostile.seen) == 1  # and nothing was sent again


@pytest.mark.parametrize("status", TROUBLE)
@pytest.mark.parametrize("lookup", LOOKUPS.values(), ids=LOOKUPS)
def test_a_lookup_may_be_asked_again(
    status: int, lookup: Callable[[Xs2aBank], object], hostile: HostileBank, connected: Xs2aBank
) -> None:
    hostile.behaviour = saying(SAID, status)
    with pytest.raises(ConnectorError) as failed:
        lookup(connected)
    assert (failed.value.kind, failed.value.code) == (FailureKind.RETRYABLE, "bank.server_error")


@pytest.mark.parametrize("code", ["INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE"])
def test_trouble_under_another_number_is_trouble(code: str, hostile: HostileBank, connected: Xs2aBank) -> None:
    hostile.behaviour = lambda seen: seen.json({"tppMessages": [{"category": "ERROR", "code": code}]}, 400)
    with pytest.raises(ConnectorError) as failed:
        connected.initiate(PAYMENT, request_id())
    assert (failed.value.kind, failed.value.code) == (FailureKind.UNKNOWN, "bank.server_error")


def test_trouble_beside_a_no_is_trouble(hostile: HostileBank, connected: Xs2aBank) -> None:
    said = {"tppMessages": [*NO["tppMessages"], *SAID["tppMessages"]]}
    hostile.behaviour = lambda seen: seen.json(said, 400)
    with pytest.raises(ConnectorError) as failed:
        connected.initiate(PAYMENT, request_id())
    assert (failed.value.kind, failed.value.code) == (FailureKind.UNKNOWN, "bank.server_error")


def test_a_no_is_a_no(hostile: HostileBank, connected: Xs2aBank) -> None:
    said = {"tppMessages": [{"category": "ERROR", "code": "ACCESS_EXCEEDED"}]}
    hostile.behaviour = lambda seen: seen.json(said, 429)
    with pytest.raises(ConnectorError) as failed:
        connected.initiate(PAYMENT, request_id())
    assert (failed.value.kind, failed.value.code) == (FailureKind.TERMINAL, "bank.tpp.access_exceeded")
