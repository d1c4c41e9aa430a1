"""Calling a payment off, before and after it was authorised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.practicebank.running_bank import Client, RunningBank

SMALL = {"currency": "EUR", "amount": "10.00"}


def test_before_authorisation_it_is_gone_at_once(shared_client: Client) -> None:
    payment = shared_client.initiate()
    shared_client.call("DELETE", payment["_links"]["self"]["href"], expect=204)
    assert shared_client.status(payment) == "CANC"
    again = shared_client.refused("DELETE", payment["_links"]["self"]["href"])
    assert again[:2] == (400, "RESOURCE_BLOCKED")


def test_after_authorisation_it_wants_one_of_its_own(bank: RunningBank, client: Client) -> None:
    payment = client.pay()
    asked = client.call("DELETE", payment["_links"]["self"]["href"], expect=202)
    assert asked["transactionStatus"] == "ACSP"
    link = asked["_links"]["startAuthorisation"]["href"]
    assert link.endswith("/cancellation-authorisations")
    assert client.authorise(link)["scaStatus"] == "finalised"
    assert bank.get("/phone/messages")["messages"][-1]["text"].count("Calling off") == 1
    assert len(client.call("GET", link)["authorisationIds"]) == 1
    assert client.status(payment) == "CANC"
    bank.put("/clock", {"advance_ms": 60_000})
    assert client.status(payment) == "CANC"
    account = bank.balance()
    assert account["available_minor"] == account["opening_minor"]
    assert [e["status"] for e in bank.get("/journal")["journal"]] == ["CANC"]


def test_a_code_for_the_payment_does_not_cancel_it(shared_client: Client) -> None:
    payment = shared_client.pay(instructedAmount=SMALL)
    code = shared_client.sms_code()
    asked = shared_client.call("DELETE", payment["_links"]["self"]["href"], expect=202)
    challenge = shared_client.challenged(asked["_links"]["startAuthorisation"]["href"])
    assert shared_client.sms_code() != code
    answer = challenge["_links"]["authoriseTransaction"]["href"]
    assert shared_client.refused("PUT", answer, {"scaAuthenticationData": code})[1] == "SCA_INVALID"


@pytest.mark.parametrize("when", ["before", "during"])
def test_once_settled_it_is_too_late(bank: RunningBank, client: Client, when: str) -> None:
    payment = client.pay()
    link = payment["_links"]["self"]["href"]
    if when == "before":
        bank.put("/clock", {"advance_ms": 60_000})
        assert client.refused("DELETE", link)[:2] == (405, "CANCELLATION_INVALID")
        return
    asked = client.call("DELETE", link, expect=202)
    challenge = client.challenged(asked["_links"]["startAuthorisation"]["href"])
    bank.put("/clock", {"advance_ms": 60_000})
    answer = challenge["_links"]["authoriseTransaction"]["href"]
    late = client.refused("PUT", answer, {"scaAuthenticationData": client.sms_code()})
    assert late[:2] == (405, "CANCELLATION_INVALID")
    assert client.status(payment) == "ACSC"
