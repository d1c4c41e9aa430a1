"""Many payments in one: bulks as JSON, and payments and bulks as pain.001."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.practicebank.files import Parsed, pain_001, transfer, validated

if TYPE_CHECKING:
    from tests.practicebank.running_bank import Client, RunningBank

BULK = "/v1/bulk-payments/sepa-credit-transfers"
XML_ONE = "/v1/payments/pain.001-sepa-credit-transfers"
XML_MANY = "/v1/bulk-payments/pain.001-sepa-credit-transfers"
XML_REPLY = {"Accept": "application/xml"}
FEE = 35


def element(payee: dict[str, Any], amount: str, **changes: object) -> dict[str, object]:
    made: dict[str, object] = {
        "endToEndIdentification": f"B-{amount.replace('.', '-')}",
        "instructedAmount": {"currency": "EUR", "amount": amount},
        "creditorAccount": {"iban": payee["iban"]},
        "creditorName": payee["name"],
    }
    return {**made, **changes}


def bulk(bank: RunningBank, *amounts: str, **changes: object) -> dict[str, object]:
    world = bank.get("/world")
    made: dict[str, object] = {
        "debtorAccount": {"iban": world["accounts"][0]["iban"]},
        "batchBookingPreferred": False,
        "payments": [element(payee, amount) for payee, amount in zip(world["payees"], amounts, strict=False)],
    }
    return {**made, **changes}


def test_a_bulk_is_authorised_once_and_executed_one_by_one(bank: RunningBank, client: Client) -> None:
    order = bulk(bank, "1000.00", "2000.50", "3.00")
    made = client.call("POST", BULK, order, expect=201)
    assert (made["transactionStatus"], made["transactionFees"]["amount"]) == ("RCVD", "1.05")
    shown = client.call("GET", made["_links"]["self"]["href"])
    assert shown["batchBookingPreferred"] is False
    asked: Any = order["payments"]
    assert [{k: v for k, v in one.items() if k != "transactionStatus"} for one in shown["payments"]] == asked
    assert {one["transactionStatus"] for one in shown["payments"]} == {"RCVD"}
    challenge = client.challenged(made["_links"]["startAuthorisation"]["href"])
    endings = ", ".join(one["creditorAccount"]["iban"][-4:] for one in asked)
    # RTS 2018/389 art. 5(3)(b): the total and the payees.
    assert challenge["challengeData"]["data"] == [f"EUR 3,003.50 in 3 payments to accounts ending {endings}."]
    answer = {"scaAuthenticationData": client.sms_code()}
    client.call("PUT", challenge["_links"]["authoriseTransaction"]["href"], answer)
    assert client.status(made) == "ACSP"
    journal = bank.get("/journal")["journal"]
    assert [one["amount_minor"] for one in journal] == [100_000, 200_050, 300]
    account = bank.balance()
    assert account["available_minor"] == account["opening_minor"] - 300_350 - 3 * FEE
    bank.put("/clock", {"advance_ms": 31_000})
    assert client.status(made) == "ACSC"
    assert bank.balance()["closing_minor"] == account["opening_minor"] - 300_350 - 3 * FEE
    single = BULK.replace("bulk-payments", "payments") + f"/{made['paymentId']}"
    assert client.refused("GET", single)[:2] == (404, "RESOURCE_UNKNOWN")
    part = BULK + f"/{journal[0]['payment_id']}"
    assert client.refused("GET", part)[:2] == (404, "RESOURCE_UNKNOWN")


def test_one_part_turned_down_leaves_the_others(bank: RunningBank, client: Client) -> None:
    payees = bank.get("/world")["payees"]
    bank.put("/outcomes", {"rejections": [{"iban": payees[1]["iban"], "code": "AC04"}]})
    made = client.call("POST", BULK, bulk(bank, "1.00", "2.00", "3.00"), expect=201)
    client.authorise(made["_links"]["startAuthorisation"]["href"])
    assert client.status(made) == "PART"
    parts = client.call("GET", made["_links"]["self"]["href"])["payments"]
    assert [(one["transactionStatus"], one.get("reasonCode")) for one in parts] == [
        ("ACSP", None),
        ("RJCT", "AC04"),
        ("ACSP", None),
    ]
    bank.put("/clock", {"advance_ms": 31_000})
    assert client.status(made) == "PART"
    assert bank.balance()["closing_minor"] == bank.balance()["opening_minor"] - 400 - 2 * FEE


def test_what_the_money_no_longer_reaches_is_turned_down(bank: RunningBank, client: Client) -> None:
    made = client.call("POST", BULK, bulk(bank, "300000.00", "200000.00", "100000.00"), expect=201)
    client.authorise(made["_links"]["startAuthorisation"]["href"])
    parts = client.call("GET", made["_links"]["self"]["href"])["payments"]
    assert [one["transactionStatus"] for one in parts] == ["ACSP", "RJCT", "ACSP"]
    every = client.call("POST", BULK, bulk(bank, "300000.00", "200000.00"), expect=201)
    client.authorise(every["_links"]["startAuthorisation"]["href"])
    told = client.call("GET", every["_links"]["status"]["href"])
    assert (told["transactionStatus"], told["reasonCode"]) == ("RJCT", "AM04")


def test_all_parts_turned_down_at_once_are_the_whole(shared_bank: RunningBank, shared_client: Client) -> None:
    rules = [{"amount_minor": 777, "code": "AC04", "when": "initiation"}]
    shared_bank.put("/outcomes", {"rejections": rules})
    made = shared_client.call("POST", BULK, bulk(shared_bank, "7.77", "7.77"), expect=201)
    assert (made["transactionStatus"], made["reasonCode"]) == ("RJCT", "AC04")
    half = shared_client.call("POST", BULK, bulk(shared_bank, "7.77", "7.78"), expect=201)
    assert half["transactionStatus"] == "RCVD"
    shared_bank.put("/outcomes", {"rejections": []})


def test_a_bulk_is_called_off_whole(bank: RunningBank, client: Client) -> None:
    early = client.call("POST", BULK, bulk(bank, "1.00", "2.00"), expect=201)
    client.call("DELETE", early["_links"]["self"]["href"], expect=204)
    assert client.status(early) == "CANC"
    made = client.call("POST", BULK, bulk(bank, "1.00", "2.00"), expect=201)
    client.authorise(made["_links"]["startAuthorisation"]["href"])
    asked = client.call("DELETE", made["_links"]["self"]["href"], expect=202)
    assert client.authorise(asked["_links"]["startAuthorisation"]["href"])["scaStatus"] == "finalised"
    assert client.status(made) == "CANC"
    assert bank.balance()["available_minor"] == bank.balance()["opening_minor"]
    late = client.call("POST", BULK, bulk(bank, "1.00", "2.00"), expect=201)
    client.authorise(late["_links"]["startAuthorisation"]["href"])
    bank.put("/clock", {"advance_ms": 31_000})
    assert client.refused("DELETE", late["_links"]["self"]["href"])[:2] == (405, "CANCELLATION_INVALID")


def test_hundreds_at_once(bank: RunningBank, client: Client) -> None:
    payee = bank.get("/world")["payees"][0]
    many = [element(payee, f"{1 + place % 9}.{place % 100:02d}") for place in range(300)]
    made = client.call("POST", BULK, bulk(bank, payments=many), expect=201)
    challenge = client.challenged(made["_links"]["startAuthorisation"]["href"])
    assert challenge["challengeData"]["data"][0].endswith(" and 292 more.")
    answer = {"scaAuthenticationData": client.sms_code()}
    client.call("PUT", challenge["_links"]["authoriseTransaction"]["href"], answer)
    bank.put("/clock", {"advance_ms": 31_000})
    assert client.status(made) == "ACSC"
    journal = bank.get("/journal")["journal"]
    assert len(journal) == 300
    total = sum(one["amount_minor"] + one["fee_minor"] for one in journal)
    assert bank.balance()["closing_minor"] == bank.balance()["opening_minor"] - total


def test_what_is_no_bulk_is_refused_with_its_place(shared_bank: RunningBank, shared_client: Client) -> None:
    good = bulk(shared_bank, "1.00", "2.00")
    both: Any = good["payments"]
    first, second = both
    cases: list[tuple[dict[str, object], str, str]] = [
        ({"payments": []}, "FORMAT_ERROR", "payments"),
        ({"payments": [1]}, "FORMAT_ERROR", "payments[0]"),
        ({"payments": [first] * 1001}, "FORMAT_ERROR", "payments"),
        ({"payments": [first, {**second, "creditorName": ""}]}, "FORMAT_ERROR", "payments[1].creditorName"),
        (
            {"payments": [{**first, "requestedExecutionDate": "2026-12-01"}]},
            "FORMAT_ERROR",
            "payments[0].requestedExecutionDate",
        ),
        ({"batchBookingPreferred": "yes"}, "FORMAT_ERROR", "batchBookingPreferred"),
        ({"debtorAccount": {"iban": "DE89370400440532013000"}}, "RESOURCE_UNKNOWN", "debtorAccount.iban"),
        ({"requestedExecutionDate": "2020-01-01"}, "EXECUTION_DATE_INVALID", "requestedExecutionDate"),
    ]
    for changes, code, path in cases:
        assert shared_client.refused("POST", BULK, {**good, **changes}) == (400, code, path), path
    chinese = shared_client.refused("POST", "/v1/bulk-payments/cn-domestic-credit-transfers", good)
    assert chinese[:2] == (404, "PRODUCT_UNKNOWN")


@pytest.mark.parametrize("version", ["03", "09"])
def test_a_payment_as_a_file(bank: RunningBank, client: Client, version: str) -> None:
    content = pain_001(bank, version=version)
    made = client.call("POST", XML_ONE, content, expect=201)
    assert made["_links"]["self"]["href"].endswith(f"{XML_ONE}/{made['paymentId']}")
    stored = client.send(client.request("GET", made["_links"]["self"]["href"]))
    assert (stored.headers["content-type"], stored.content) == ("application/xml", content)
    as_json = client.call("GET", made["_links"]["self"]["href"], headers={"Accept": "application/json"})
    order = client.order()
    assert {name: as_json[name] for name in order if name != "debtorAccount"} == {
        name: value for name, value in order.items() if name != "debtorAccount"
    }
    assert client.status(made) == "RCVD"
    client.authorise(made["_links"]["startAuthorisation"]["href"])
    bank.put("/clock", {"advance_ms": 31_000})
    report = told(client, made, version)
    assert (report.text("GrpSts"), report.text("TxSts")) == ("ACSC", "ACSC")
    assert report.text("OrgnlEndToEndId") == "HS-4471-DEPOSIT"
    assert client.status(made) == "ACSC"
    assert [one["amount_minor"] for one in bank.get("/journal")["journal"]] == [25_000_000]


def told(client: Client, made: dict[str, Any], version: str) -> Parsed:
    reply = client.send(client.request("GET", made["_links"]["status"]["href"], headers=XML_REPLY))
    assert reply.headers["content-type"] == "application/xml"
    return validated("pain.002.001.03" if version == "03" else "pain.002.001.12", reply.content)


def test_a_bulk_as_a_file(bank: RunningBank, client: Client) -> None:
    payees = bank.get("/world")["payees"]
    bank.put("/outcomes", {"rejections": [{"iban": payees[1]["iban"], "code": "AC04"}]})
    ones = [
        transfer(bank, end_to_end=f"E-{place}", amount=f"{place + 1}.00", name=payee["name"], iban=payee["iban"])
        for place, payee in enumerate(payees[:3])
    ]
    made = client.call("POST", XML_MANY, pain_001(bank, *ones), expect=201)
    assert told(client, made, "09").text("GrpSts") == "RCVD"
    client.authorise(made["_links"]["startAuthorisation"]["href"])
    report = told(client, made, "09")
    assert report.text("GrpSts") == "PART"
    assert report.texts("TxSts") == ["ACSP", "RJCT", "ACSP"]
    assert report.texts("TxInfAndSts/StsRsnInf/Rsn/Cd") == ["AC04"]
    assert report.texts("OrgnlEndToEndId") == ["E-0", "E-1", "E-2"]
    parts = client.call("GET", made["_links"]["self"]["href"], headers={"Accept": "application/json"})
    assert [one["transactionStatus"] for one in parts["payments"]] == ["ACSP", "RJCT", "ACSP"]


def test_a_file_that_is_no_payment_is_refused(shared_bank: RunningBank, shared_client: Client) -> None:
    good = pain_001(shared_bank)
    bomb = b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + good.split(b"?>")[1].replace(b"HS/", b"&b;")
    outside = b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + good.split(b"?>")[1].replace(b"HS/", b"&a;")
    two = [transfer(shared_bank), transfer(shared_bank, end_to_end="SECOND")]
    cases = [
        (XML_ONE, b"<not-xml", "FORMAT_ERROR"),
        (XML_ONE, b"", "FORMAT_ERROR"),
        (XML_ONE, bomb, "FORMAT_ERROR"),
        (XML_ONE, outside, "FORMAT_ERROR"),
        (XML_ONE, good.replace(b"pain.001.001.09", b"pain.001.001.02"), "FORMAT_ERROR"),
        (XML_ONE, pain_001(shared_bank, count="2"), "FORMAT_ERROR"),
        (XML_ONE, pain_001(shared_bank, *two), "FORMAT_ERROR"),
        (XML_ONE, pain_001(shared_bank, local="INST"), "PAYMENT_FAILED"),
        (XML_ONE, pain_001(shared_bank, service="URGP"), "PAYMENT_FAILED"),
        (XML_ONE.replace("sepa", "instant-sepa"), good, "PAYMENT_FAILED"),
        (XML_ONE, pain_001(shared_bank, debtor="DE89370400440532013000"), "RESOURCE_UNKNOWN"),
    ]
    before = shared_bank.dump()["payments"]
    for url, content, code in cases:
        body = content or None
        headers = {} if body else {"Content-Type": "application/xml"}
        assert shared_client.refused("POST", url, body, headers=headers)[:2] == (400, code), content[:80]
    blocks = good.replace(b"</PmtInf>", b"</PmtInf>" + good.split(b"</GrpHdr>")[1].split(b"</CstmrCdtTrfInitn>")[0], 1)
    blocks = blocks.replace(b"BLOCK-1", b"BLOCK-2", 1).replace(b"<NbOfTxs>1<", b"<NbOfTxs>2<", 1)
    blocks = blocks.replace(b"<CtrlSum>250000.00<", b"<CtrlSum>500000.00<", 1)
    found = shared_client.refused("POST", XML_MANY, blocks)
    assert found == (400, "FORMAT_ERROR", "PmtInf")
    json_sent = shared_client.refused("POST", XML_ONE, shared_client.order(), judged=False)
    assert json_sent[:2] == (415, "FORMAT_ERROR")
    assert shared_client.refused("POST", "/v1/payments/sepa-credit-transfers", good, judged=False)[0] == 415
    assert shared_client.refused("POST", "/v1/payments/pain.001-cn-domestic-credit-transfers", good)[:2] == (
        404,
        "PRODUCT_UNKNOWN",
    )
    assert shared_bank.dump()["payments"] == before


def test_a_file_for_target_and_for_tomorrow(bank: RunningBank, client: Client) -> None:
    bank.put("/clock", {"now": "2026-11-16T10:00:00+00:00", "frozen": True})
    url = "/v1/payments/pain.001-target-2-payments"
    made = client.call("POST", url, pain_001(bank, service="URGP", date="2026-11-18"), expect=201)
    client.authorise(made["_links"]["startAuthorisation"]["href"])
    assert client.status(made) == "ACTC"
    past = client.call("POST", url, pain_001(bank, service="URGP", date="2026-11-01"), expect=201)
    shown = client.call("GET", past["_links"]["self"]["href"], headers={"Accept": "application/json"})
    assert "requestedExecutionDate" not in shown


def test_a_repeated_file_is_the_same_payment_where_the_bank_deduplicates(bank: RunningBank, client: Client) -> None:
    bank.put("/outcomes", {"deduplicate": True})
    request = client.request("POST", XML_ONE, pain_001(bank))
    first, second = client.send(request), client.send(request)
    assert first.json()["paymentId"] == second.json()["paymentId"]
    headers = {"X-Request-ID": request.headers["x-request-id"]}
    assert client.refused("POST", XML_MANY, request.content, headers=headers)[:2] == (400, "FORMAT_ERROR")
