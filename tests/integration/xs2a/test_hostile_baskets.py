"""A bank that lies about what it tied together: nothing of it is signed, and its basket can still be dissolved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from countersign.adapters.banks.xs2a.connection import Xs2aBank
from countersign.application.ports.bank import Basket
from countersign.domain.errors import ConnectorError, CountersignError, FailureKind
from countersign.domain.order import BindingError
from countersign.domain.order_state import TransactionStatus
from tests.contract.practice_fixture import request_id
from tests.integration.xs2a.hostile_bank import Behaviour, HostileBank, Seen

NAMES = ("pay-1", "pay-2")
PATH = "/v1/signing-baskets/basket-1"
TIED = {"transactionStatus": "RCVD", "basketId": "basket-1"}


def showing(payments: object, **changes: object) -> Behaviour:
    """Behave as a bank that ties, and shows this."""
    told = {"payments": payments, "transactionStatus": "RCVD", "_links": {}, **changes}
    return lambda seen: seen.json(TIED, 201) if seen.method == "POST" else seen.json(told)


def links(**hrefs: str) -> Mapping[str, Mapping[str, str]]:
    return {name: {"href": href} for name, href in hrefs.items()}


def test_a_basket_shown_as_it_was_asked_for_is_gone_on_with(hostile: HostileBank, connected: Xs2aBank) -> None:
    hostile.behaviour = showing(list(reversed(NAMES)))
    basket = connected.baskets.tie(NAMES, request_id())
    assert (basket.basket_id, basket.status) == ("basket-1", TransactionStatus.RCVD)
    assert basket.handle


@pytest.mark.parametrize(
    "payments",
    [
        ["pay-1", "pay-3"],  # another payment
        ["pay-1", "pay-2", "pay-3"],  # one more
        ["pay-1"],  # one less
        ["pay-1", "pay-1"],  # the right count
        ["pay-1", "pay-2", "pay-2"],
        [],
        None,
        "pay-1pay-2",
        {"pay-1": "pay-2"},
        [["pay-1"], ["pay-2"]],
    ],
)
def test_a_basket_of_other_payments_is_refused_and_named(
    hostile: HostileBank, connected: Xs2aBank, payments: Sequence[object]
) -> None:
    hostile.behaviour = showing(payments)
    with pytest.raises(BindingError) as refused:
        connected.baskets.tie(NAMES, request_id())
    assert (refused.value.code, refused.value.params["field"]) == ("binding.reply", "payments")
    assert refused.value.params["basket_id"] == "basket-1"
    with pytest.raises(BindingError):
        connected.baskets.basket("basket-1", NAMES)


def test_a_basket_that_holds_a_consent_too_is_refused_and_named(hostile: HostileBank, connected: Xs2aBank) -> None:
    hostile.behaviour = showing(list(NAMES), consents=["consent-1"])  # its code would open accounts as well
    with pytest.raises(BindingError) as refused:
        connected.baskets.tie(NAMES, request_id())
    assert (refused.value.params["field"], refused.value.params["basket_id"]) == ("consents", "basket-1")
    hostile.behaviour = showing(list(NAMES), consents=[])
    assert connected.baskets.basket("basket-1", NAMES).handle


@pytest.mark.parametrize(
    ("href", "code"),
    [
        ("https://elsewhere.example/v1/signing-baskets/basket-1/authorisations", "bank.link_other_origin"),
        ("http://127.0.0.1/v1/signing-baskets/basket-1/authorisations", "bank.link_other_origin"),
        ("/v1/signing-baskets/basket-2/authorisations", "binding.reply"),
        ("/v1/payments/sepa-credit-transfers/pay-9/authorisations", "binding.reply"),
    ],
)
def test_a_link_that_leads_elsewhere_is_not_followed(
    hostile: HostileBank, connected: Xs2aBank, href: str, code: str
) -> None:
    hostile.behaviour = showing(list(NAMES), _links=links(startAuthorisation=href))
    with pytest.raises(CountersignError) as refused:
        connected.baskets.tie(NAMES, request_id())
    assert refused.value.code == code
    assert refused.value.params["basket_id"] == "basket-1"
    assert not any("authorisations" in seen.target for seen in hostile.seen)


def test_another_basket_than_the_one_asked_for_is_refused(hostile: HostileBank, connected: Xs2aBank) -> None:
    hostile.behaviour = showing(list(NAMES), basketId="basket-2")
    with pytest.raises(BindingError):
        connected.baskets.basket("basket-1", NAMES)


@pytest.mark.parametrize("name", ["../payments", "a/b", "", "."])
def test_a_name_that_would_mean_something_in_a_path_is_not_taken(
    hostile: HostileBank, connected: Xs2aBank, name: str
) -> None:
    hostile.behaviour = lambda seen: seen.json({**TIED, "basketId": name}, 201)
    with pytest.raises(ConnectorError) as refused:
        connected.baskets.tie(NAMES, request_id())
    assert refused.value.code == "bank.reply_unreadable"
    assert refused.value.kind is FailureKind.UNKNOWN  # it may have tied them: nobody asks twice


def _authorising(basket: Basket, reply: Mapping[str, object]) -> Behaviour:
    """Behave as a bank that shows a basket and answers everything below it with one reply."""

    def answer(seen: Seen) -> bytes:
        return seen.json(reply, 201 if seen.method == "POST" else 200)

    assert basket.handle
    return answer


@pytest.mark.parametrize(
    "reply",
    [
        {"authorisationId": "auth-2", "scaStatus": "finalised"},  # of another authorisation
        {"scaStatus": "started", "_links": links(authoriseTransaction=f"{PATH}2/authorisations/auth-1")},
        {"scaStatus": "started", "_links": links(authoriseTransaction=f"{PATH}/authorisations/auth-2")},
        {"scaStatus": "started", "_links": links(authoriseTransaction="https://elsewhere.example/auth-1")},
    ],
)
def test_an_authorisation_of_something_else_is_refused(
    hostile: HostileBank, connected: Xs2aBank, reply: Mapping[str, object]
) -> None:
    hostile.behaviour = showing(list(NAMES))
    basket = connected.baskets.tie(NAMES, request_id())
    hostile.behaviour = _authorising(basket, reply)
    with pytest.raises(CountersignError) as refused:
        connected.baskets.authorisation("basket-1", "auth-1")
    assert refused.value.code in {"binding.reply", "bank.link_other_origin"}
