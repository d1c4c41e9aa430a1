"""Payments from initiation to settlement, over real TLS, every reply judged by the standard."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pyotp
import pytest

if TYPE_CHECKING:
    from tests.practicebank.running_bank import Client, RunningBank

SCT = "/v1/payments/sepa-credit-transfers"
AMOUNT = 25_000_000
FEE = 35
SMALL = {"currency": "EUR", "amount": "10.00"}


def test_an_ordinary_transfer_goes_from_received_to_settled(bank: RunningBank, client: Client) -> None:
    opening = bank.balance()["closing_minor"]
    payment = client.initiate()
    assert payment["transactionStatus"] == "RCVD"
    assert payment["transactionFees"] == {"currency": "EUR", "amount": "0.35"}

    order = client.order()
    echo = client.call("GET", payment["_links"]["self"]["href"])
    assert {name: echo[name] for name in order if name != "debtorAccount"} == {
        name: value for name, value in order.items() if name != "debtorAccount"
    }
    assert echo["debtorAccount"]["iban"] == bank.balance()["iban"]
    assert client.call("GET", payment["_links"]["status"]["href"])["fundsAvailable"] is True

    challenge = client.challenged(payment["_links"]["startAuthorisation"]["href"])
    assert challenge["challengeData"]["otpMaxLength"] == 6
    assert challenge["challengeData"]["otpFormat"] == "integer"
    message = bank.get("/phone/messages")["messages"][-1]
    iban = echo["creditorAccount"]["iban"]
    for told in (message["text"], challenge["challengeData"]["additionalInformation"]):
        assert "EUR 250,000.00" in told
        assert "Hartwell & Stone Solicitors LLP" in told
        assert f"ending {iban[-4:]}" in told
    assert bank.get("/journal")["journal"] == []

    answer = challenge["_links"]["authoriseTransaction"]["href"]
    done = client.call("PUT", answer, {"scaAuthenticationData": message["code"]})
    assert done["scaStatus"] == "finalised"
    assert client.call("GET", done["_links"]["scaStatus"]["href"])["scaStatus"] == "finalised"
    listed = client.call("GET", payment["_links"]["startAuthorisation"]["href"])
    assert len(listed["authorisationIds"]) == 1

    assert client.status(payment) == "ACSP"
    held = bank.balance()
    assert held["closing_minor"] == opening
    assert held["available_minor"] == opening - AMOUNT - FEE

    bank.put("/clock", {"advance_ms": 31_000})
    assert client.status(payment) == "ACSC"
    settled = bank.balance()
    assert settled["closing_minor"] == opening - AMOUNT - FEE
    assert settled["available_minor"] == settled["closing_minor"]
    (execution,) = bank.dump()["journal"]
    assert execution["status"] == "ACSC"
    assert execution["payment_id"] == payment["paymentId"]
    assert execution["end_to_end_id"] == "HS-4471-DEPOSIT"
    assert (execution["amount_minor"], execution["fee_minor"]) == (AMOUNT, FEE)
    assert execution["creditor_iban"] == iban


def test_an_instant_transfer_is_settled_at_once(bank: RunningBank, client: Client) -> None:
    payment = client.pay("instant-sepa-credit-transfers")
    assert client.status(payment) == "ACSC"
    assert bank.balance()["closing_minor"] == bank.balance()["opening_minor"] - AMOUNT - FEE


def test_a_payee_who_banks_here_is_credited_at_once(bank: RunningBank, client: Client) -> None:
    payee = next(p for p in bank.get("/world")["payees"] if p["bic"] == "ALDPLU2L")
    changed = {"creditorAccount": {"iban": payee["iban"]}, "creditorName": payee["name"]}
    payment = client.pay("instant-sepa-credit-transfers", **changed)
    assert client.status(payment) == "ACCC"


def test_the_authenticator_authorises_each_step_once(bank: RunningBank, client: Client) -> None:
    bank.put("/clock", {"frozen": True})
    made = bank.post("/authenticators", {"label": "My phone"})
    app = pyotp.parse_uri(made["otpauth_uri"])
    assert isinstance(app, pyotp.TOTP)
    assert app.secret == made["secret"]

    def code() -> str:
        return app.at(bank.get("/clock")["now_ms"] // 1000)

    first = client.initiate()
    known = client.identified(first["_links"]["startAuthorisation"]["href"])
    assert [m["authenticationType"] for m in known["scaMethods"]] == ["SMS_OTP"]

    path = f"/authenticators/{made['authenticator_id']}/activate"
    assert bank.post(path, {"code": "000000"}, expect=403)["error"] == "code_wrong"
    bank.post(path, {"code": code()}, expect=200)
    challenge = client.challenged(first["_links"]["startAuthorisation"]["href"], "CHIP_OTP")
    answer = challenge["_links"]["authoriseTransaction"]["href"]
    # The code that activated it has been used; one step later there is a fresh one.
    used = client.refused("PUT", answer, {"scaAuthenticationData": code()})
    assert used == (400, "SCA_INVALID", "scaAuthenticationData")
    bank.put("/clock", {"advance_ms": 30_000})
    done = client.call("PUT", answer, {"scaAuthenticationData": code()})
    assert done["scaStatus"] == "finalised"
    assert client.status(first) == "ACSP"

    bank.put("/clock", {"advance_ms": 60_000})
    second = client.initiate()
    challenge = client.challenged(second["_links"]["startAuthorisation"]["href"], "CHIP_OTP")
    answer = challenge["_links"]["authoriseTransaction"]["href"]
    now = bank.get("/clock")["now_ms"] // 1000
    for steps in (-2, 2):
        off = client.refused("PUT", answer, {"scaAuthenticationData": app.at(now + 30 * steps)})
        assert off[1] == "SCA_INVALID"
    late = client.call("PUT", answer, {"scaAuthenticationData": app.at(now - 30)})
    assert late["scaStatus"] == "finalised"


def test_five_wrong_codes_end_an_authorisation_and_three_of_those_the_payment(
    bank: RunningBank, client: Client
) -> None:
    payment = client.initiate()
    for attempt in range(3):
        challenge = client.challenged(payment["_links"]["startAuthorisation"]["href"])
        answer = challenge["_links"]["authoriseTransaction"]["href"]
        wrong = {"scaAuthenticationData": "000000" if client.sms_code() != "000000" else "111111"}
        for _ in range(4):
            assert client.refused("PUT", answer, wrong)[:2] == (400, "SCA_INVALID")
        assert client.call("PUT", answer, wrong)["scaStatus"] == "failed"
        right = {"scaAuthenticationData": client.sms_code()}
        assert client.refused("PUT", answer, right)[:2] == (409, "STATUS_INVALID")
        assert client.status(payment) == ("RJCT" if attempt == 2 else "RCVD")
    assert bank.get("/journal")["journal"] == []
    again = client.refused("POST", payment["_links"]["startAuthorisation"]["href"], {})
    assert again[:2] == (409, "STATUS_INVALID")


def test_wrong_passwords_count_too(shared_client: Client) -> None:
    payment = shared_client.initiate()
    started = shared_client.call("POST", payment["_links"]["startAuthorisation"]["href"], {}, expect=201)
    link = started["_links"]["updatePsuAuthentication"]["href"]
    wrong = {"psuData": {"password": "guess"}}
    for _ in range(4):
        assert shared_client.refused("PUT", link, wrong)[:2] == (401, "PSU_CREDENTIALS_INVALID")
    assert shared_client.call("PUT", link, wrong)["scaStatus"] == "failed"


def test_a_code_ages_by_the_banks_clock_and_a_new_one_can_be_sent(bank: RunningBank, client: Client) -> None:
    payment = client.initiate()
    challenge = client.challenged(payment["_links"]["startAuthorisation"]["href"])
    old = client.sms_code()
    bank.put("/clock", {"advance_ms": 301_000})
    answer = challenge["_links"]["authoriseTransaction"]["href"]
    assert client.refused("PUT", answer, {"scaAuthenticationData": old})[1] == "SCA_INVALID"
    choose = challenge["_links"]["selectAuthenticationMethod"]["href"]
    for _ in range(4):
        client.call("PUT", choose, {"authenticationMethodId": "sms-1"})
    sixth = client.refused("PUT", choose, {"authenticationMethodId": "sms-1"})
    assert sixth[:2] == (409, "STATUS_INVALID")
    done = client.call("PUT", answer, {"scaAuthenticationData": client.sms_code()})
    assert done["scaStatus"] == "finalised"


def test_steps_out_of_order_are_refused(shared_client: Client) -> None:
    payment = shared_client.initiate()
    started = shared_client.call("POST", payment["_links"]["startAuthorisation"]["href"], {}, expect=201)
    link = started["_links"]["updatePsuAuthentication"]["href"]
    for body in ({"authenticationMethodId": "sms-1"}, {"scaAuthenticationData": "123456"}):
        assert shared_client.refused("PUT", link, body)[:2] == (409, "STATUS_INVALID")
    assert shared_client.refused("PUT", link, {"colour": "blue"})[:2] == (400, "FORMAT_ERROR")
    known = shared_client.identified(payment["_links"]["startAuthorisation"]["href"])
    choose = known["_links"]["selectAuthenticationMethod"]["href"]
    unknown = shared_client.refused("PUT", choose, {"authenticationMethodId": "pigeon"})
    assert unknown[:2] == (400, "SCA_METHOD_UNKNOWN")


def test_nobody_named_is_named_later(shared_client: Client) -> None:
    payment = shared_client.call("POST", SCT, shared_client.order(), expect=201, psu=False)
    start = payment["_links"]["startAuthorisation"]["href"]
    started = shared_client.call("POST", start, {}, expect=201, psu=False)
    assert started["scaStatus"] == "received"
    named = shared_client.call("PUT", started["_links"]["updatePsuIdentification"]["href"], {})
    assert named["scaStatus"] == "psuIdentified"
    stranger = shared_client.refused("POST", start, {}, headers={"PSU-ID": "somebody"})
    assert stranger[:2] == (401, "PSU_CREDENTIALS_INVALID")


def test_the_password_may_come_with_the_start(shared_client: Client) -> None:
    payment = shared_client.initiate()
    body = {"psuData": {"password": shared_client.psu["practice_password"]}}
    started = shared_client.call("POST", payment["_links"]["startAuthorisation"]["href"], body, expect=201)
    assert started["scaStatus"] == "psuAuthenticated"
    assert started["scaMethods"][0]["authenticationType"] == "SMS_OTP"


def test_without_deduplication_two_initiations_are_two_executions(
    shared_bank: RunningBank, shared_client: Client
) -> None:
    for _ in range(2):
        shared_client.pay("instant-sepa-credit-transfers", instructedAmount=SMALL, endToEndIdentification="TWICE")
    executions = [e for e in shared_bank.get("/journal")["journal"] if e["end_to_end_id"] == "TWICE"]
    assert len(executions) == 2
    assert len({e["execution_id"] for e in executions}) == 2


def test_with_deduplication_a_repeated_request_is_the_same_payment(
    shared_bank: RunningBank, shared_client: Client
) -> None:
    shared_bank.put("/outcomes", {"deduplicate": True})
    request = shared_client.request("POST", SCT, shared_client.order())
    first, second = shared_client.send(request), shared_client.send(request)
    assert first.json()["paymentId"] == second.json()["paymentId"]
    headers = {"X-Request-ID": request.headers["x-request-id"]}
    other = shared_client.order(creditorName="Another")
    assert shared_client.refused("POST", SCT, other, headers=headers)[:2] == (400, "FORMAT_ERROR")
    shared_bank.put("/outcomes", {"deduplicate": False})


def test_too_little_money_is_a_rejection_with_its_reason(bank: RunningBank, client: Client) -> None:
    amount = {"currency": "EUR", "amount": "412000.00"}  # The fee is what is missing.
    payment = client.pay(instructedAmount=amount)
    told = client.call("GET", payment["_links"]["status"]["href"])
    assert (told["transactionStatus"], told["reasonCode"]) == ("RJCT", "AM04")
    assert told["psuMessage"].startswith("AM04")
    assert bank.get("/journal")["journal"] == []
    early = client.call(
        "POST",
        SCT,
        client.order(instructedAmount=amount),
        expect=201,
        headers={"TPP-Rejection-NoFunds-Preferred": "true"},
    )
    assert early["transactionStatus"] == "RJCT"
    assert "startAuthorisation" not in early["_links"]


def test_a_future_date_waits_for_its_day(bank: RunningBank, client: Client) -> None:
    bank.put("/clock", {"now": "2026-11-16T10:00:00+00:00", "frozen": True})
    payment = client.pay(requestedExecutionDate="2026-11-19")
    assert client.status(payment) == "ACTC"
    bank.put("/clock", {"now": "2026-11-18T22:59:59+00:00"})
    assert client.status(payment) == "ACTC"
    bank.put("/clock", {"now": "2026-11-18T23:00:00+00:00"})  # the day begins where the bank is
    assert client.status(payment) == "ACSC"


def test_late_in_the_evening_in_utc_it_is_tomorrow_at_the_bank(bank: RunningBank, client: Client) -> None:
    bank.put("/clock", {"now": "2026-11-18T23:30:00+00:00", "frozen": True})
    payment = client.pay(requestedExecutionDate="2026-11-19")
    assert client.status(payment) == "ACSP"


REFUSALS: list[tuple[dict[str, Any], str, str]] = [
    ({"instructedAmount": {"currency": "EUR", "amount": "1,00"}}, "FORMAT_ERROR", "instructedAmount.amount"),
    ({"instructedAmount": {"currency": "EUR", "amount": "1.005"}}, "FORMAT_ERROR", "instructedAmount.amount"),
    ({"instructedAmount": {"currency": "EUR", "amount": "0.00"}}, "FORMAT_ERROR", "instructedAmount.amount"),
    ({"instructedAmount": {"currency": "EUR", "amount": "-5"}}, "FORMAT_ERROR", "instructedAmount.amount"),
    ({"instructedAmount": {"currency": "EUR", "amount": "1000000000.00"}}, "FORMAT_ERROR", "instructedAmount.amount"),
    ({"instructedAmount": {"currency": "EUR", "amount": 5}}, "FORMAT_ERROR", "instructedAmount.amount"),
    ({"instructedAmount": {"currency": "euro", "amount": "5"}}, "FORMAT_ERROR", "instructedAmount.currency"),
    ({"instructedAmount": {"currency": "GBP", "amount": "5"}}, "PAYMENT_FAILED", "instructedAmount.currency"),
    ({"instructedAmount": None}, "FORMAT_ERROR", "instructedAmount"),
    ({"creditorAccount": {"iban": "DE89370400440532013001"}}, "FORMAT_ERROR", "creditorAccount.iban"),
    ({"creditorAccount": {"iban": "DE8937040044053201300"}}, "FORMAT_ERROR", "creditorAccount.iban"),
    ({"creditorAccount": {"iban": "de89370400440532013000"}}, "FORMAT_ERROR", "creditorAccount.iban"),
    ({"creditorAccount": {"bban": "12345"}}, "FORMAT_ERROR", "creditorAccount.iban"),
    ({"creditorAccount": {"iban": "BR1800360305000010009795493C1"}}, "PAYMENT_FAILED", "creditorAccount.iban"),
    ({"debtorAccount": {"iban": "DE89370400440532013000"}}, "RESOURCE_UNKNOWN", "debtorAccount.iban"),
    ({"creditorName": ""}, "FORMAT_ERROR", "creditorName"),
    ({"creditorName": "x" * 71}, "FORMAT_ERROR", "creditorName"),
    ({"creditorName": "Good \u202eeman"}, "FORMAT_ERROR", "creditorName"),
    ({"remittanceInformationUnstructured": "x" * 141}, "FORMAT_ERROR", "remittanceInformationUnstructured"),
    ({"remittanceInformationUnstructured": "two\nlines"}, "FORMAT_ERROR", "remittanceInformationUnstructured"),
    ({"endToEndIdentification": "x" * 36}, "FORMAT_ERROR", "endToEndIdentification"),
    ({"endToEndIdentification": "/start"}, "FORMAT_ERROR", "endToEndIdentification"),
    ({"endToEndIdentification": "Müller"}, "FORMAT_ERROR", "endToEndIdentification"),
    ({"creditorAgent": "NOT-A-BIC"}, "FORMAT_ERROR", "creditorAgent"),
    ({"requestedExecutionDate": "2020-01-01"}, "EXECUTION_DATE_INVALID", "requestedExecutionDate"),
    ({"requestedExecutionDate": "tomorrow"}, "FORMAT_ERROR", "requestedExecutionDate"),
]


def test_what_is_not_a_payment_is_refused_with_its_path(shared_bank: RunningBank, shared_client: Client) -> None:
    before = shared_bank.dump()["payments"]
    for changes, code, path in REFUSALS:
        order = {k: v for k, v in shared_client.order(**changes).items() if v is not None}
        assert shared_client.refused("POST", SCT, order) == (400, code, path), changes
    pounds = shared_bank.balance("GBP")["iban"]
    for name in ("debtorAccount", "creditorAccount"):
        found = shared_client.refused("POST", SCT, shared_client.order(**{name: {"iban": pounds}}))
        assert found == (400, "PAYMENT_FAILED", f"{name}.iban")
    later = shared_client.order(requestedExecutionDate="2026-12-24")
    instant = shared_client.refused("POST", "/v1/payments/instant-sepa-credit-transfers", later)
    assert instant[:2] == (400, "EXECUTION_DATE_INVALID")
    assert shared_bank.dump()["payments"] == before


def test_names_in_any_script_are_carried(shared_bank: RunningBank, shared_client: Client) -> None:
    for payee in shared_bank.get("/world")["payees"]:
        changed = {"creditorAccount": {"iban": payee["iban"]}, "creditorName": payee["name"]}
        payment = shared_client.initiate(**changed)
        assert shared_client.call("GET", payment["_links"]["self"]["href"])["creditorName"] == payee["name"]


def test_requests_that_are_not_the_standards_are_refused(shared_client: Client) -> None:
    assert shared_client.refused("POST", SCT, shared_client.order(), headers={"PSU-IP-Address": ""}) == (
        400,
        "FORMAT_ERROR",
        "PSU-IP-Address",
    )
    no_id = shared_client.refused("POST", SCT, shared_client.order(), headers={"X-Request-ID": ""}, judged=False)
    assert no_id == (400, "FORMAT_ERROR", "X-Request-ID")
    odd = shared_client.refused(
        "POST", SCT, shared_client.order(), headers={"Content-Type": "text/plain"}, judged=False
    )
    assert odd[:2] == (415, "FORMAT_ERROR")
    assert shared_client.refused("POST", SCT, [1, 2])[:2] == (400, "FORMAT_ERROR")
    product = shared_client.refused("POST", "/v1/payments/uk-chaps-payments", shared_client.order())
    assert product[:2] == (404, "PRODUCT_UNKNOWN")
    assert shared_client.refused("GET", f"{SCT}/00000000-0000-4000-8000-000000000000")[:2] == (404, "RESOURCE_UNKNOWN")
    service = shared_client.refused("POST", "/v1/periodic-payments/sepa-credit-transfers", {})
    assert service[:2] == (405, "SERVICE_INVALID")
    assert shared_client.refused("PUT", SCT, {}, judged=False)[:2] == (405, "SERVICE_INVALID")
    payment = shared_client.initiate()
    elsewhere = payment["_links"]["self"]["href"].replace("sepa-", "instant-sepa-")
    assert shared_client.refused("GET", elsewhere)[:2] == (404, "RESOURCE_UNKNOWN")
    nobody = payment["_links"]["startAuthorisation"]["href"] + "/none"
    assert shared_client.refused("GET", nobody)[:2] == (404, "RESOURCE_UNKNOWN")
    assert shared_client.refused("PUT", nobody, {})[:2] == (404, "RESOURCE_UNKNOWN")


def test_one_answer_given_many_times_at_once_is_one_execution(bank: RunningBank, client: Client) -> None:
    payment = client.initiate(instructedAmount=SMALL)
    challenge = client.challenged(payment["_links"]["startAuthorisation"]["href"])
    answer = challenge["_links"]["authoriseTransaction"]["href"]
    body = {"scaAuthenticationData": client.sms_code()}
    requests = [client.request("PUT", answer, body) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        statuses = [reply.status_code for reply in pool.map(client.send, requests)]
    assert sorted(statuses) == [200] + [409] * 7
    assert len(bank.get("/journal")["journal"]) == 1
    assert bank.balance()["available_minor"] == bank.balance()["opening_minor"] - 1_000 - FEE


def test_two_authorisations_of_one_payment_are_one_execution(bank: RunningBank, client: Client) -> None:
    payment = client.initiate(instructedAmount=SMALL)
    start = payment["_links"]["startAuthorisation"]["href"]
    answers = []
    for _ in range(2):
        challenge = client.challenged(start)
        answers.append((challenge["_links"]["authoriseTransaction"]["href"], client.sms_code()))
    (first, code), (second, other) = answers
    assert client.call("PUT", first, {"scaAuthenticationData": code})["scaStatus"] == "finalised"
    assert client.refused("PUT", second, {"scaAuthenticationData": other})[:2] == (409, "STATUS_INVALID")
    assert len(bank.get("/journal")["journal"]) == 1


@pytest.mark.parametrize(
    "change", ["amount_minor = amount_minor + 1", "creditor_name = 'Somebody Else'", "creditor_iban = debtor_iban"]
)
def test_a_code_is_void_for_any_other_amount_or_payee(bank: RunningBank, client: Client, change: str) -> None:
    payment = client.initiate(instructedAmount=SMALL)
    challenge = client.challenged(payment["_links"]["startAuthorisation"]["href"])
    with closing(sqlite3.connect(bank.world / "bank.sqlite3", isolation_level=None)) as behind_its_back:
        behind_its_back.execute(f"UPDATE payments SET {change}")  # noqa: S608 - one of the three above
    answer = challenge["_links"]["authoriseTransaction"]["href"]
    refused = client.refused("PUT", answer, {"scaAuthenticationData": client.sms_code()})
    assert refused == (400, "SCA_INVALID", "scaAuthenticationData")
    assert bank.get("/journal")["journal"] == []
