"""Several signatures on one payment, one signature on several payments; the bank keeps limits of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.practicebank.files import pain_001, validated
from tests.practicebank.running_bank import RunningBank as Started

if TYPE_CHECKING:
    from tests.practicebank.running_bank import Client, RunningBank

SCT = "/v1/payments/sepa-credit-transfers"
BASKETS = "/v1/signing-baskets"
CONSENT = {
    "access": {"allPsd2": "allAccounts"},
    "recurringIndicator": True,
    "validUntil": "2099-01-31",
    "frequencyPerDay": 4,
    "combinedServiceIndicator": False,
}


def account(bank: RunningBank, currency: str = "EUR") -> dict[str, Any]:
    found: dict[str, Any] = next(
        one for one in bank.get("/world")["company"]["accounts"] if one["currency"] == currency
    )
    return found


def ask(bank: RunningBank, who: Client, amount: str, **changes: object) -> dict[str, Any]:
    order = who.order(
        debtorAccount={"iban": account(bank)["iban"]}, instructedAmount={"currency": "EUR", "amount": amount}
    )
    return who.call("POST", SCT, {**order, **changes}, expect=201)


def sign(who: Client, subject: dict[str, Any]) -> None:
    done = who.authorise(subject["_links"]["startAuthorisation"]["href"])
    assert done["scaStatus"] == "finalised"


def people(client: Client) -> tuple[Client, Client, Client]:
    ines, daniel, lena = (client.acting_for(psu_id) for psu_id in ("ines.vogt", "daniel.okoye", "lena.sauber"))
    return ines, daniel, lena


def test_the_company_stands_apart_from_the_person(shared_bank: RunningBank, shared_client: Client) -> None:
    world = shared_bank.get("/world")
    assert [one["currency"] for one in world["accounts"]] == ["EUR", "GBP", "CNY"]
    company = world["company"]
    assert [one["psu_id"] for one in company["officers"]] == ["ines.vogt", "daniel.okoye", "lena.sauber"]
    euro = company["accounts"][0]
    assert [(one["may_sign"], one["alone_minor"]) for one in euro["signatories"]] == [
        (True, 5_000_000),
        (True, 1_000_000),
        (False, 0),
    ]
    customers = shared_bank.get("/customers")["customers"]
    assert [len(one["accounts"]) for one in customers] == [3, 3, 3, 3]
    ines, _, _ = people(shared_client)
    consents = {}
    for who in (shared_client, ines):
        asked = who.call("POST", "/v1/consents", CONSENT, expect=201)
        sign(who, asked)
        headers = {"Consent-ID": asked["consentId"]}
        consents[who.psu["psu_id"]] = headers
        found = who.call("GET", "/v1/accounts", headers=headers)["accounts"]
        expected = ["EUR", "GBP", "CNY"] if who is shared_client else ["EUR", "USD", "JPY"]
        assert [one["currency"] for one in found] == expected
        assert {one["usage"] for one in found} == {"PRIV" if who is shared_client else "ORGA"}
    yen = account(shared_bank, "JPY")
    url = f"/v1/accounts/{yen['resource_id']}"
    balances = ines.call("GET", f"{url}/balances", headers=consents["ines.vogt"])["balances"]
    assert balances[0]["balanceAmount"] == {"currency": "JPY", "amount": "38400000"}
    booked = f"{url}/transactions?bookingStatus=booked&dateFrom=2025-01-01"
    assert ines.call("GET", booked, headers=consents["ines.vogt"])["transactions"]["booked"]
    assert shared_client.refused("GET", url, headers=consents["mei.hartmann"])[:2] == (404, "RESOURCE_UNKNOWN")
    theirs = {**CONSENT, "access": {"accounts": [{"iban": yen["iban"]}]}}
    assert shared_client.refused("POST", "/v1/consents", theirs)[:2] == (400, "RESOURCE_UNKNOWN")
    ines.call("POST", "/v1/consents", theirs, expect=201)


def test_within_a_limit_one_signature_is_enough(bank: RunningBank, client: Client) -> None:
    ines, daniel, lena = people(client)
    payment = ask(bank, lena, "50000.00")
    sign(ines, payment)
    assert ines.status(payment) == "ACSP"
    smaller = ask(bank, lena, "10000.00")
    sign(daniel, smaller)
    assert daniel.status(smaller) == "ACSP"


def test_above_it_two_people_sign(bank: RunningBank, client: Client) -> None:
    ines, daniel, lena = people(client)
    payment = ask(bank, lena, "50000.01")
    start = payment["_links"]["startAuthorisation"]["href"]
    sign(ines, payment)
    told = ines.call("GET", payment["_links"]["status"]["href"])
    missing = "One more signature is needed. Who can give it: Daniel Okoye."
    assert (told["transactionStatus"], told["psuMessage"]) == ("PATC", missing)
    assert bank.get("/journal")["journal"] == []
    assert ines.refused("POST", start, {})[:2] == (409, "STATUS_INVALID")
    assert lena.refused("POST", start, {})[:2] == (403, "SERVICE_BLOCKED")
    assert client.refused("POST", start, {})[:2] == (403, "SERVICE_BLOCKED")
    sign(daniel, payment)
    assert daniel.status(payment) == "ACSP"
    assert len(daniel.call("GET", start)["authorisationIds"]) == 2
    (execution,) = bank.get("/journal")["journal"]
    assert execution["amount_minor"] == 5_000_001
    assert bank.dump()["company_accounts"][0]["available_minor"] == account(bank)["available_minor"]
    held = account(bank)
    assert held["available_minor"] == held["opening_minor"] - 5_000_001 - 35
    assert bank.balance()["available_minor"] == bank.balance()["opening_minor"]


def test_the_first_signature_outlives_the_bank(bank: RunningBank, client: Client) -> None:
    ines, daniel, lena = people(client)
    payment = ask(bank, lena, "60000.00")
    sign(daniel, payment)
    bank.kill()
    with Started(bank.world) as again:
        ines.bank = again
        assert ines.status(payment) == "PATC"
        sign(ines, payment)
        assert ines.status(payment) == "ACSP"


@pytest.mark.parametrize(("when", "after"), [("kill_self_before", "PATC"), ("kill_self_after", "ACSP")])
def test_a_bank_killed_at_the_second_signature_has_it_or_not(
    bank: RunningBank, client: Client, when: str, after: str
) -> None:
    ines, daniel, lena = people(client)
    payment = ask(bank, lena, "60000.00")
    sign(ines, payment)
    challenge = daniel.challenged(payment["_links"]["startAuthorisation"]["href"])
    answer = challenge["_links"]["authoriseTransaction"]["href"]
    code = daniel.sms_code()
    bank.faults({"kind": when, "method": "PUT", "body": "scaAuthenticationData"})
    with pytest.raises(httpx.TransportError):
        daniel.send(daniel.request("PUT", answer, {"scaAuthenticationData": code}))
    bank.process.wait(10)
    with Started(bank.world) as again:
        assert daniel.status(payment) == after
        assert len(again.get("/journal")["journal"]) == (1 if after == "ACSP" else 0)
        body = {"scaAuthenticationData": code}
        if after == "PATC":
            assert daniel.call("PUT", answer, body)["scaStatus"] == "finalised"
            assert daniel.status(payment) == "ACSP"
        else:
            assert daniel.refused("PUT", answer, body)[:2] == (409, "STATUS_INVALID")
        assert len(again.get("/journal")["journal"]) == 1


def test_two_signatures_at_once_are_one_execution(bank: RunningBank, client: Client) -> None:
    ines, daniel, lena = people(client)
    payment = ask(bank, lena, "60000.00")
    requests = []
    for who in (ines, daniel):
        challenge = who.challenged(payment["_links"]["startAuthorisation"]["href"])
        answer = challenge["_links"]["authoriseTransaction"]["href"]
        body = {"scaAuthenticationData": who.sms_code()}
        requests += [who.request("PUT", answer, body) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        statuses = [reply.status_code for reply in pool.map(client.send, requests)]
    assert sorted(statuses) == [200] * 2 + [409] * 6
    assert ines.status(payment) == "ACSP"
    assert len(bank.get("/journal")["journal"]) == 1


def test_two_authorisations_of_one_person_are_one_signature(bank: RunningBank, client: Client) -> None:
    ines, _, lena = people(client)
    payment = ask(bank, lena, "60000.00")
    start = payment["_links"]["startAuthorisation"]["href"]
    first = ines.challenged(start)
    code = ines.sms_code()
    second = ines.challenged(start)
    other = ines.sms_code()
    ines.call("PUT", first["_links"]["authoriseTransaction"]["href"], {"scaAuthenticationData": code})
    again = second["_links"]["authoriseTransaction"]["href"]
    assert ines.refused("PUT", again, {"scaAuthenticationData": other})[:2] == (409, "STATUS_INVALID")
    assert ines.status(payment) == "PATC"


def test_who_is_not_named_is_asked_for_their_rights_when_they_are(bank: RunningBank, client: Client) -> None:
    ines, _, lena = people(client)
    order = lena.order(debtorAccount={"iban": account(bank)["iban"]})
    payment = lena.call("POST", SCT, order, expect=201, psu=False)
    start = payment["_links"]["startAuthorisation"]["href"]
    started = lena.call("POST", start, {}, expect=201, psu=False)
    link = started["_links"]["updatePsuIdentification"]["href"]
    assert lena.refused("PUT", link, {})[:2] == (403, "SERVICE_BLOCKED")
    assert ines.call("PUT", link, {})["scaStatus"] == "psuIdentified"


def test_what_no_signature_can_let_out(bank: RunningBank, client: Client) -> None:
    ines, daniel, lena = people(client)
    assert client.refused("POST", SCT, client.order(debtorAccount={"iban": account(bank)["iban"]})) == (
        400,
        "RESOURCE_UNKNOWN",
        "debtorAccount.iban",
    )
    foreign = lena.order(debtorAccount={"iban": bank.balance()["iban"]})
    assert lena.refused("POST", SCT, foreign)[1] == "RESOURCE_UNKNOWN"
    payment = ask(bank, lena, "2000000.01")
    sign(ines, payment)
    sign(daniel, payment)
    told = daniel.call("GET", payment["_links"]["status"]["href"])
    assert (told["transactionStatus"], told["reasonCode"]) == ("RJCT", "AM02")


def test_a_payment_signed_once_can_still_be_called_off(bank: RunningBank, client: Client) -> None:
    ines, daniel, lena = people(client)
    payment = ask(bank, lena, "60000.00")
    sign(ines, payment)
    lena.call("DELETE", payment["_links"]["self"]["href"], expect=204)
    assert lena.status(payment) == "CANC"
    start = payment["_links"]["startAuthorisation"]["href"]
    assert daniel.refused("POST", start, {})[:2] == (409, "STATUS_INVALID")
    done = ask(bank, lena, "1000.00")
    sign(daniel, done)
    asked = lena.call("DELETE", done["_links"]["self"]["href"], expect=202)
    link = asked["_links"]["startAuthorisation"]["href"]
    assert lena.refused("POST", link, {})[:2] == (403, "SERVICE_BLOCKED")
    assert ines.authorise(link)["scaStatus"] == "finalised"
    assert ines.status(done) == "CANC"


def test_a_bulk_wants_the_signatures_of_its_total(bank: RunningBank, client: Client) -> None:
    ines, daniel, lena = people(client)
    payees = bank.get("/world")["payees"]
    order = {
        "debtorAccount": {"iban": account(bank)["iban"]},
        "payments": [
            {
                "instructedAmount": {"currency": "EUR", "amount": "30000.00"},
                "creditorAccount": {"iban": payee["iban"]},
                "creditorName": payee["name"],
            }
            for payee in payees[:2]
        ],
    }
    made = lena.call("POST", "/v1/bulk-payments/sepa-credit-transfers", order, expect=201)
    sign(ines, made)
    assert ines.status(made) == "PATC"
    sign(daniel, made)
    assert daniel.status(made) == "ACSP"
    assert len(bank.get("/journal")["journal"]) == 2


def test_a_file_waits_for_the_second_signature_too(bank: RunningBank, client: Client) -> None:
    ines, daniel, lena = people(client)
    url = "/v1/payments/pain.001-sepa-credit-transfers"
    made = lena.call("POST", url, pain_001(bank, debtor=account(bank)["iban"]), expect=201)
    sign(ines, made)
    assert ines.status(made) == "PATC"
    request = ines.request("GET", made["_links"]["status"]["href"], headers={"Accept": "application/xml"})
    # A report of version 12 knows fewer words: received, no more.
    assert validated("pain.002.001.12", ines.send(request).content).text("TxSts") == "RCVD"
    sign(daniel, made)
    assert daniel.status(made) == "ACSP"


def test_each_has_a_phone_and_an_app_of_their_own(bank: RunningBank, client: Client) -> None:
    ines, daniel, lena = people(client)
    payment = ask(bank, lena, "60000.00")
    ines.challenged(payment["_links"]["startAuthorisation"]["href"])
    assert bank.get("/phone/messages")["messages"] == []
    assert bank.get("/phone/messages?psu_id=daniel.okoye")["messages"] == []
    assert len(bank.get("/phone/messages?psu_id=ines.vogt")["messages"]) == 1
    bank.put("/outcomes", {"sca_methods": ["SMS_OTP", "PUSH_OTP"]})
    link = payment["_links"]["startAuthorisation"]["href"]
    asked = daniel.call("POST", link, {}, expect=201, headers={"TPP-Decoupled-Preferred": "true"})
    assert bank.get("/phone/approvals")["approvals"] == []
    (approval,) = bank.get("/phone/approvals?psu_id=daniel.okoye")["approvals"]
    bank.post(f"/phone/approvals/{approval['authorisation_id']}", {"decision": "approve"}, expect=200)
    assert daniel.call("GET", asked["_links"]["scaStatus"]["href"])["scaStatus"] == "finalised"
    assert daniel.status(payment) == "PATC"
    made = bank.post("/authenticators", {"psu_id": "ines.vogt", "label": "Ines's phone"})
    listed = bank.get("/authenticators")["authenticators"]
    assert [(one["authenticator_id"], one["psu_id"]) for one in listed] == [(made["authenticator_id"], "ines.vogt")]
    bank.post("/authenticators", {"psu_id": "nobody"}, expect=400)


def tie(who: Client, *payments: dict[str, Any]) -> dict[str, Any]:
    body = {"paymentIds": [one["paymentId"] for one in payments]}
    return who.call("POST", BASKETS, body, expect=201)


def test_one_authorisation_for_many_payments(bank: RunningBank, client: Client) -> None:
    payments = [client.initiate(instructedAmount={"currency": "EUR", "amount": f"{n}00.00"}) for n in (1, 2, 3)]
    basket = tie(client, *payments)
    assert basket["transactionStatus"] == "RCVD"
    shown = client.call("GET", basket["_links"]["self"]["href"])
    assert shown["payments"] == [one["paymentId"] for one in payments]
    alone = payments[0]["_links"]["startAuthorisation"]["href"]
    assert client.refused("POST", alone, {})[:2] == (409, "STATUS_INVALID")
    challenge = client.challenged(basket["_links"]["startAuthorisation"]["href"])
    assert challenge["challengeData"]["data"][0].startswith("EUR 600.00 in 3 payments to accounts ending")
    answer = challenge["_links"]["authoriseTransaction"]["href"]
    done = client.call("PUT", answer, {"scaAuthenticationData": client.sms_code()})
    assert client.call("GET", done["_links"]["scaStatus"]["href"])["scaStatus"] == "finalised"
    assert len(client.call("GET", basket["_links"]["startAuthorisation"]["href"])["authorisationIds"]) == 1
    assert [client.status(one) for one in payments] == ["ACSP"] * 3
    assert client.call("GET", basket["_links"]["status"]["href"])["transactionStatus"] == "ACTC"
    assert "startAuthorisation" not in client.call("GET", basket["_links"]["self"]["href"])["_links"]
    bank.put("/clock", {"advance_ms": 31_000})
    assert client.call("GET", basket["_links"]["status"]["href"])["transactionStatus"] == "ACSC"
    assert len(bank.get("/journal")["journal"]) == 3
    assert client.refused("DELETE", basket["_links"]["self"]["href"])[:2] == (409, "STATUS_INVALID")
    again = client.refused("POST", basket["_links"]["startAuthorisation"]["href"], {})
    assert again[:2] == (409, "STATUS_INVALID")


def test_a_dissolved_basket_frees_its_payments(shared_client: Client) -> None:
    payments = [shared_client.initiate(), shared_client.initiate()]
    basket = tie(shared_client, *payments)
    shared_client.call("DELETE", basket["_links"]["self"]["href"], expect=204)
    assert shared_client.call("GET", basket["_links"]["status"]["href"])["transactionStatus"] == "CANC"
    assert [shared_client.status(one) for one in payments] == ["RCVD", "RCVD"]
    tie(shared_client, *payments)


def test_what_cannot_be_tied_together(shared_client: Client) -> None:
    fresh, tied = shared_client.initiate(), shared_client.initiate()
    tie(shared_client, tied)
    paid = shared_client.pay(instructedAmount={"currency": "EUR", "amount": "1.00"})
    unknown = {"paymentId": "00000000-0000-4000-8000-000000000000"}
    for wrong, code, status in (
        (tied, "REFERENCE_STATUS_INVALID", 409),
        (paid, "REFERENCE_STATUS_INVALID", 409),
        (unknown, "RESOURCE_UNKNOWN", 400),
    ):
        body = {"paymentIds": [fresh["paymentId"], wrong["paymentId"]]}
        assert shared_client.refused("POST", BASKETS, body) == (status, code, "paymentIds[1]")
    for listed in ([], "all", [1], [fresh["paymentId"]] * 2):
        assert shared_client.refused("POST", BASKETS, {"paymentIds": listed})[:2] == (400, "FORMAT_ERROR")
    mixed = {"paymentIds": [fresh["paymentId"]], "consentIds": ["c"]}
    assert shared_client.refused("POST", BASKETS, mixed)[:2] == (400, "REFERENCE_MIX_INVALID")
    assert shared_client.refused("GET", f"{BASKETS}/none")[:2] == (404, "RESOURCE_UNKNOWN")


def test_a_payment_called_off_meanwhile_stops_its_basket(bank: RunningBank, client: Client) -> None:
    payments = [client.initiate(), client.initiate()]
    basket = tie(client, *payments)
    challenge = client.challenged(basket["_links"]["startAuthorisation"]["href"])
    client.call("DELETE", payments[1]["_links"]["self"]["href"], expect=204)
    answer = challenge["_links"]["authoriseTransaction"]["href"]
    refused = client.refused("PUT", answer, {"scaAuthenticationData": client.sms_code()})
    assert refused[:2] == (409, "REFERENCE_STATUS_INVALID")
    assert bank.get("/journal")["journal"] == []


def test_a_basket_signed_by_two(bank: RunningBank, client: Client) -> None:
    ines, daniel, lena = people(client)
    large, small = ask(bank, lena, "60000.00"), ask(bank, lena, "500.00")
    basket = tie(lena, large, small)
    assert lena.refused("POST", basket["_links"]["startAuthorisation"]["href"], {})[:2] == (403, "SERVICE_BLOCKED")
    sign(ines, basket)
    assert ines.call("GET", basket["_links"]["status"]["href"])["transactionStatus"] == "PATC"
    # What she may pay alone has left already.
    assert [ines.status(one) for one in (large, small)] == ["PATC", "ACSP"]
    assert ines.refused("POST", basket["_links"]["startAuthorisation"]["href"], {})[:2] == (409, "STATUS_INVALID")
    challenge = daniel.challenged(basket["_links"]["startAuthorisation"]["href"])
    assert challenge["challengeData"]["data"][0].startswith("EUR 60,000.00 to Hartwell")
    answer = challenge["_links"]["authoriseTransaction"]["href"]
    daniel.call("PUT", answer, {"scaAuthenticationData": daniel.sms_code()})
    assert daniel.call("GET", basket["_links"]["status"]["href"])["transactionStatus"] == "ACTC"
    assert len(bank.get("/journal")["journal"]) == 2


def test_a_basket_without_cover_is_turned_down_with_its_payments(bank: RunningBank, client: Client) -> None:
    payment = client.initiate(instructedAmount={"currency": "EUR", "amount": "900000.00"})
    basket = tie(client, payment)
    sign(client, basket)
    assert client.status(payment) == "RJCT"
    assert client.call("GET", basket["_links"]["status"]["href"])["transactionStatus"] == "RJCT"


def test_three_failed_authorisations_end_the_basket_and_free_its_payments(bank: RunningBank, client: Client) -> None:
    payment = client.initiate()
    basket = tie(client, payment)
    bank.put("/outcomes", {"sca_methods": ["PUSH_OTP"]})
    link = basket["_links"]["startAuthorisation"]["href"]
    for _ in range(3):
        asked = client.call("POST", link, {}, expect=201, headers={"TPP-Decoupled-Preferred": "true"})
        bank.post(f"/phone/approvals/{asked['authorisationId']}", {"decision": "decline"}, expect=200)
    assert client.call("GET", basket["_links"]["status"]["href"])["transactionStatus"] == "RJCT"
    assert client.status(payment) == "RCVD"
    assert tie(client, payment)["transactionStatus"] == "RCVD"
