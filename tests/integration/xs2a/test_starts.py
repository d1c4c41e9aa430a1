"""What was begun and is not known here: the bank's list of authorisations, and those that it begins of itself.

NextGenPSD2 1.3: ``GET …/authorisations`` gives ``authorisationIds``; an implicit start gives ``scaStatus`` as a link.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from countersign.adapters.banks.xs2a.connection import Xs2aBank
from countersign.application.ports.bank import AuthorisationState, CommitPoint
from countersign.domain.errors import ConnectorError, FailureKind
from tests.contract.practice_fixture import Practice, executions, request_id, running_practice, some_payment
from tests.integration.xs2a.hostile_bank import HostileBank
from tests.integration.xs2a.test_hostile_replies import HELD, PAY, PAYMENT, taking

PRODUCT = PAYMENT.product
DECOUPLED = {"ASPSP-SCA-Approach": "DECOUPLED"}


@pytest.mark.parametrize(
    "listed",
    [None, "auth-1", {"auth-1": 1}, ["auth-1", 2], ["auth-1", ""], ["auth-1", "../auth-2"], ["a/b"]],
)
def test_a_list_that_can_not_be_asked_about_is_none(listed: object, hostile: HostileBank, connected: Xs2aBank) -> None:
    hostile.behaviour = lambda seen: seen.json({"authorisationIds": listed})
    asks: tuple[Callable[[], object], ...] = (
        lambda: connected.authorisations("pay-1", PRODUCT),
        lambda: connected.authorisations("pay-1", PRODUCT, cancels=True),
        lambda: connected.baskets.authorisations("basket-1"),
    )
    for ask in asks:
        with pytest.raises(ConnectorError) as refused:
            ask()
        assert (refused.value.kind, refused.value.code) == (FailureKind.RETRYABLE, "bank.reply_unreadable")


def test_each_list_is_asked_where_it_is(hostile: HostileBank, connected: Xs2aBank) -> None:
    hostile.behaviour = lambda seen: seen.json({"authorisationIds": ["b", "a"]})
    assert connected.authorisations("pay-1", PRODUCT) == ("b", "a")
    assert connected.authorisations("pay-1", PRODUCT, cancels=True) == ("b", "a")
    assert connected.baskets.authorisations("basket-1") == ("b", "a")
    hostile.behaviour = lambda seen: seen.json({"scaStatus": "started"})
    assert connected.authorisation("pay-1", PRODUCT, "a", cancels=True).elsewhere
    assert [seen.target for seen in hostile.seen] == [
        f"{PAY}/authorisations",
        f"{PAY}/cancellation-authorisations",
        "/v1/signing-baskets/basket-1/authorisations",
        f"{PAY}/cancellation-authorisations/a",
    ]
    assert {seen.method for seen in hostile.seen} == {"GET"}


def test_a_bank_that_finds_no_list_proves_nothing(hostile: HostileBank, connected: Xs2aBank) -> None:
    hostile.behaviour = lambda seen: seen.json({"tppMessages": [{"code": "RESOURCE_UNKNOWN"}]}, 404)
    with pytest.raises(ConnectorError) as refused:
        connected.authorisations("pay-1", PRODUCT)
    assert refused.value.code == "bank.not_found_proves_nothing"


@pytest.mark.parametrize(
    ("links", "begun"),
    [
        ({"scaStatus": {"href": f"{PAY}/authorisations/auth-7"}}, "auth-7"),
        ({"scaStatus": {"href": f"{PAY}/authorisations/auth-7?x=1"}}, "auth-7"),
        (
            {
                "scaStatus": {"href": f"{PAY}/authorisations/auth-7"},
                "startAuthorisation": {"href": f"{PAY}/authorisations"},
            },
            "",
        ),
        ({"startAuthorisation": {"href": f"{PAY}/authorisations"}}, ""),
        ({"scaStatus": {"href": f"{PAY}/authorisations"}}, ""),
        ({}, ""),
    ],
)
@pytest.mark.parametrize("decoupled", [False, True])
def test_what_the_bank_began_of_itself_is_told(
    links: dict[str, object], begun: str, decoupled: bool, hostile: HostileBank, connected: Xs2aBank
) -> None:
    held = {**HELD, "_links": links}
    echoing = taking(held)
    headers = DECOUPLED if decoupled else {}
    hostile.behaviour = lambda seen: seen.json(held, 201, headers) if seen.method == "POST" else echoing(seen)
    found = connected.initiate(PAYMENT, request_id())
    assert (found.authorisation_id, found.asked) == (begun, bool(begun) and decoupled)


def test_an_app_that_wants_the_password_first_does_not_ask_yet(hostile: HostileBank, connected: Xs2aBank) -> None:
    links = {name: {"href": f"{PAY}/authorisations/auth-7"} for name in ("scaStatus", "updatePsuAuthentication")}
    held = {**HELD, "_links": links}
    echoing = taking(held)
    hostile.behaviour = lambda seen: seen.json(held, 201, DECOUPLED) if seen.method == "POST" else echoing(seen)
    found = connected.initiate(PAYMENT, request_id())
    assert (found.authorisation_id, found.asked) == ("auth-7", False)


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    with running_practice(tmp_path_factory.mktemp("starts") / "world") as found:
        yield found


def test_a_bank_that_begins_in_its_app_with_the_payment_is_understood(practice: Practice) -> None:
    bank = practice.connect()
    control = practice.bank.control
    payment = some_payment(practice, bank)
    control.set_outcomes({"sca_methods": ["PUSH_OTP"], "upon_start": "app_asks", "starts_itself": True})
    assert bank.profile().commit_point is CommitPoint.INITIATION
    found = bank.initiate(payment, request_id())
    assert (found.asked, found.handle) == (True, "")
    assert bank.authorisations(found.payment_id, payment.product) == (found.authorisation_id,)
    assert bank.authorisation(found.payment_id, payment.product, found.authorisation_id).elsewhere
    control.call("POST", f"/phone/approvals/{found.authorisation_id}", {"decision": "approve"})
    state = bank.authorisation(found.payment_id, payment.product, found.authorisation_id).state
    assert (state, executions(practice, payment)) == (AuthorisationState.FINALISED, 1)
    bank.close()


def test_a_bank_that_decides_upon_the_start_is_understood(practice: Practice) -> None:
    bank = practice.connect()
    payment = some_payment(practice, bank)
    practice.bank.control.set_outcomes(
        {"sca_methods": ["PUSH_OTP"], "upon_start": "app_approves", "starts_itself": False}
    )
    begun = bank.start_authorisation(bank.initiate(payment, request_id()).handle)
    assert (begun.state, executions(practice, payment)) == (AuthorisationState.FINALISED, 1)
    bank.close()
