"""Two more second factors: a picture that a device reads, and the bank's own app (decoupled)."""

from __future__ import annotations

import base64
import re
import sqlite3
import struct
import zlib
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from practicebank.photos import LARGEST, draw, write_png

if TYPE_CHECKING:
    from tests.practicebank.running_bank import Client, RunningBank

SMALL = {"currency": "EUR", "amount": "10.00"}
APP = {"TPP-Decoupled-Preferred": "true"}


def offer(bank: RunningBank, *kinds: str) -> None:
    bank.put("/outcomes", {"sca_methods": list(kinds)})


def read_png(image: bytes) -> list[list[int]]:
    """Read a PNG of one bit a pixel, without filters, as rows of 0 (dark) and 1."""
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    position, chunks = 8, {}
    while position < len(image):
        (length,) = struct.unpack_from(">I", image, position)
        kind = image[position + 4 : position + 8]
        content = image[position + 8 : position + 8 + length]
        (check,) = struct.unpack_from(">I", image, position + 8 + length)
        assert check == zlib.crc32(kind + content)
        chunks[kind] = content
        position += 12 + length
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    width, height, depth, colour = struct.unpack_from(">IIBB", chunks[b"IHDR"])
    assert (depth, colour) == (1, 0)
    data = zlib.decompress(chunks[b"IDAT"])
    stride = 1 + -(-width // 8)
    assert len(data) == stride * height
    rows = []
    for start in range(0, len(data), stride):
        assert data[start] == 0
        bits = "".join(f"{byte:08b}" for byte in data[start + 1 : start + stride])
        rows.append([int(bit) for bit in bits[:width]])
    return rows


def test_a_picture_is_a_png_of_the_modules() -> None:
    modules = [[True, False, True], [False, False, True]]
    rows = read_png(write_png(modules))
    assert (len(rows), len(rows[0])) == (12, 18)
    assert [[row[x] == 0 for x in range(3, 18, 6)] for row in rows[3::6]] == modules
    largest = draw("王" * 400)
    assert len(largest) <= LARGEST
    # The three corners of a QR symbol, inside its quiet zone.
    symbol = read_png(draw("anything"))
    assert all(bit == 1 for row in symbol[:24] for bit in row)
    assert symbol[24][24] == symbol[24][-25] == symbol[-25][24] == 0


def test_a_photo_carries_amount_account_and_code(bank: RunningBank, client: Client) -> None:
    offer(bank, "SMS_OTP", "PHOTO_OTP")
    payment = client.initiate()
    challenge = client.challenged(payment["_links"]["startAuthorisation"]["href"], "PHOTO_OTP")
    data = challenge["challengeData"]
    image = base64.b64decode(data["image"], validate=True)
    assert len(image) <= LARGEST
    assert len(read_png(image)) > 100
    iban = client.order()["creditorAccount"]["iban"]  # type: ignore[index]
    seen = bank.post("/phone/photo", {"image": data["image"]}, expect=200)
    for told in ("EUR 250,000.00", "Hartwell & Stone Solicitors LLP", f"ending {iban[-4:]}", f"Code {seen['code']}"):
        assert told in seen["text"]
    # The code is in the picture and nowhere else.
    assert seen["code"] not in re.sub(
        r'"image": "[^"]*"', "", str({**challenge, "challengeData": {**data, "image": ""}})
    )
    assert bank.get("/phone/messages")["messages"] == []
    answer = challenge["_links"]["authoriseTransaction"]["href"]
    assert client.call("PUT", answer, {"scaAuthenticationData": seen["code"]})["scaStatus"] == "finalised"
    assert client.status(payment) == "ACSP"
    other = base64.b64encode(draw("something else")).decode()
    assert bank.post("/phone/photo", {"image": other}, expect=404)["error"] == "resource_unknown"
    bank.post("/phone/photo", {"image": "no picture"}, expect=400)


def test_a_photo_ages_and_fits_one_content(bank: RunningBank, client: Client) -> None:
    offer(bank, "PHOTO_OTP")
    payment = client.initiate(instructedAmount=SMALL)
    challenge = client.challenged(payment["_links"]["startAuthorisation"]["href"], "PHOTO_OTP")
    code = bank.post("/phone/photo", {"image": challenge["challengeData"]["image"]}, expect=200)["code"]
    answer = challenge["_links"]["authoriseTransaction"]["href"]
    with closing(sqlite3.connect(bank.world / "bank.sqlite3", isolation_level=None)) as behind_its_back:
        behind_its_back.execute("UPDATE payments SET amount_minor = amount_minor + 1")
        assert client.refused("PUT", answer, {"scaAuthenticationData": code})[1] == "SCA_INVALID"
        behind_its_back.execute("UPDATE payments SET amount_minor = amount_minor - 1")
    bank.put("/clock", {"advance_ms": 301_000})
    assert client.refused("PUT", answer, {"scaAuthenticationData": code})[1] == "SCA_INVALID"


def started(client: Client, payment: dict[str, Any]) -> dict[str, Any]:
    """Start an authorisation in the app at once."""
    link = payment["_links"]["startAuthorisation"]["href"]
    reply = client.send(client.request("POST", link, {}, headers=APP))
    assert (reply.status_code, reply.headers["ASPSP-SCA-Approach"]) == (201, "DECOUPLED")
    body: dict[str, Any] = reply.json()
    assert body["scaStatus"] == "started"
    assert set(body["_links"]) == {"scaStatus"}
    return body


def decide(bank: RunningBank, authorisation: dict[str, Any], decision: str, expect: int = 200) -> dict[str, Any]:
    path = f"/phone/approvals/{authorisation['authorisationId']}"
    return bank.post(path, {"decision": decision}, expect=expect)


def test_the_app_asks_and_the_client_waits(bank: RunningBank, client: Client) -> None:
    offer(bank, "SMS_OTP", "PUSH_OTP")
    request = client.request("POST", "/v1/payments/sepa-credit-transfers", client.order(), headers=APP)
    reply = client.send(request)
    assert reply.headers["ASPSP-SCA-Approach"] == "DECOUPLED"
    payment = reply.json()
    asked = started(client, payment)
    assert "EUR 250,000.00" in asked["psuMessage"]
    poll = asked["_links"]["scaStatus"]["href"]
    told = client.call("GET", poll)
    assert (told["scaStatus"], "app" in told["psuMessage"]) == ("started", True)
    (approval,) = bank.get("/phone/approvals")["approvals"]
    assert approval["authorisation_id"] == asked["authorisationId"]
    assert approval["text"].startswith("EUR 250,000.00 to Hartwell & Stone Solicitors LLP, account ending")
    assert client.status(payment) == "RCVD"
    assert decide(bank, asked, "approve")["sca_status"] == "finalised"
    assert client.call("GET", poll)["scaStatus"] == "finalised"
    assert client.status(payment) == "ACSP"
    assert bank.get("/phone/approvals")["approvals"] == []
    assert decide(bank, asked, "approve", expect=409)["error"] == "status_invalid"
    assert len(bank.get("/journal")["journal"]) == 1


def test_the_app_may_be_chosen_as_a_method(bank: RunningBank, client: Client) -> None:
    offer(bank, "SMS_OTP", "PUSH_OTP")
    payment = client.initiate()
    known = client.identified(payment["_links"]["startAuthorisation"]["href"])
    assert [m["authenticationType"] for m in known["scaMethods"]] == ["SMS_OTP", "PUSH_OTP"]
    choose = known["_links"]["selectAuthenticationMethod"]["href"]
    reply = client.send(client.request("PUT", choose, {"authenticationMethodId": "push-1"}))
    assert reply.headers["ASPSP-SCA-Approach"] == "DECOUPLED"
    body = reply.json()
    assert (body["scaStatus"], body["chosenScaMethod"]["authenticationType"]) == ("started", "PUSH_OTP")
    assert "challengeData" not in body
    # Nobody gets past the app by sending something like a code.
    assert client.refused("PUT", choose, {"scaAuthenticationData": "123456"})[:2] == (409, "STATUS_INVALID")
    assert client.refused("PUT", choose, {"authenticationMethodId": "sms-1"})[:2] == (409, "STATUS_INVALID")
    identifier = choose.rpartition("/")[2]
    decide(bank, {"authorisationId": identifier}, "approve")
    assert client.status(payment) == "ACSP"


def test_declining_ends_it_and_three_times_the_payment(bank: RunningBank, client: Client) -> None:
    offer(bank, "PUSH_OTP")
    payment = client.initiate()
    for attempt in range(3):
        asked = started(client, payment)
        assert decide(bank, asked, "decline")["sca_status"] == "failed"
        assert client.call("GET", asked["_links"]["scaStatus"]["href"])["scaStatus"] == "failed"
        assert client.status(payment) == ("RJCT" if attempt == 2 else "RCVD")
    assert bank.get("/journal")["journal"] == []


def test_what_nobody_decides_in_time_is_over(bank: RunningBank, client: Client) -> None:
    offer(bank, "PUSH_OTP")
    payment = client.initiate()
    asked = started(client, payment)
    bank.put("/clock", {"advance_ms": 301_000})
    assert bank.get("/phone/approvals")["approvals"] == []
    assert client.call("GET", asked["_links"]["scaStatus"]["href"])["scaStatus"] == "failed"
    decide(bank, asked, "approve", expect=409)
    assert client.status(payment) == "RCVD"


def test_the_app_approves_what_it_showed(bank: RunningBank, client: Client) -> None:
    offer(bank, "PUSH_OTP")
    payment = client.initiate()
    asked = started(client, payment)
    with closing(sqlite3.connect(bank.world / "bank.sqlite3", isolation_level=None)) as behind_its_back:
        behind_its_back.execute("UPDATE payments SET creditor_iban = debtor_iban")
    assert decide(bank, asked, "approve", expect=409)["error"] == "status_invalid"
    assert client.status(payment) == "RCVD"


def test_a_consent_and_a_cancellation_are_decided_there_too(bank: RunningBank, client: Client) -> None:
    offer(bank, "SMS_OTP", "PUSH_OTP")
    payment = client.pay()
    asked = client.call("DELETE", payment["_links"]["self"]["href"], expect=202)
    decide(bank, started(client, asked), "approve")
    assert client.status(payment) == "CANC"
    wanted = {
        "access": {"allPsd2": "allAccounts"},
        "recurringIndicator": True,
        "validUntil": "2099-01-31",
        "frequencyPerDay": 4,
        "combinedServiceIndicator": False,
    }
    consent = client.call("POST", "/v1/consents", wanted, expect=201)
    decide(bank, started(client, consent), "approve")
    assert client.call("GET", consent["_links"]["status"]["href"])["consentStatus"] == "valid"


def test_without_the_app_the_wish_for_it_is_no_more_than_that(shared_bank: RunningBank, shared_client: Client) -> None:
    payment = shared_client.initiate()
    link = payment["_links"]["startAuthorisation"]["href"]
    reply = shared_client.send(shared_client.request("POST", link, {}, headers=APP))
    assert (reply.json()["scaStatus"], reply.headers["ASPSP-SCA-Approach"]) == ("psuIdentified", "EMBEDDED")
    for body in ({"decision": "perhaps"}, {}):
        shared_bank.post("/phone/approvals/none", body, expect=400)
    shared_bank.post("/phone/approvals/none", {"decision": "approve"}, expect=404)


def chosen(client: Client, payment: dict[str, Any], method: str) -> tuple[str, str | None, dict[str, Any]]:
    """Choose a method; return where its steps go, the approach, and the reply."""
    known = client.identified(payment["_links"]["startAuthorisation"]["href"])
    choose = known["_links"]["selectAuthenticationMethod"]["href"]
    reply = client.send(client.request("PUT", choose, {"authenticationMethodId": method}))
    return choose, reply.headers["ASPSP-SCA-Approach"], reply.json()


@pytest.mark.parametrize("typed", [True, False])
def test_the_app_shows_a_code_or_decides_itself(bank: RunningBank, client: Client, *, typed: bool) -> None:
    offer(bank, "SMS_OTP", "PUSH_OTP_CODE")
    payment = client.initiate()
    step, approach, body = chosen(client, payment, "push-code-1")
    assert (body["scaStatus"], body["chosenScaMethod"]["authenticationType"]) == ("scaMethodSelected", "PUSH_OTP")
    assert (approach, body["challengeData"]["otpMaxLength"]) == ("EMBEDDED", 6)
    assert "authoriseTransaction" in body["_links"]
    (approval,) = bank.get("/phone/approvals")["approvals"]
    assert approval["authorisation_id"] == step.rpartition("/")[2]
    if typed:
        code = bank.get("/phone/messages?after=0")["messages"][-1]["code"]
        assert client.call("PUT", step, {"scaAuthenticationData": code})["scaStatus"] == "finalised"
        decide(bank, {"authorisationId": step.rpartition("/")[2]}, "approve", expect=409)
    else:
        decide(bank, {"authorisationId": step.rpartition("/")[2]}, "approve")
        assert client.refused("PUT", step, {"scaAuthenticationData": "123456"})[:2] == (409, "STATUS_INVALID")
    assert client.status(payment) == "ACSP"
    assert len(bank.get("/journal")["journal"]) == 1


def test_a_method_of_the_banks_own_kind_is_decided_in_its_app(bank: RunningBank, client: Client) -> None:
    offer(bank, "ALDER_APP")
    payment = client.initiate()
    step, approach, body = chosen(client, payment, "alder-app-1")
    assert (approach, body["scaStatus"], body["chosenScaMethod"]["authenticationType"]) == (
        "DECOUPLED",
        "started",
        "ALDER_APP",
    )
    assert set(body["_links"]) == {"scaStatus"}
    decide(bank, {"authorisationId": step.rpartition("/")[2]}, "approve")
    assert client.status(payment) == "ACSP"


@pytest.mark.parametrize("value", [[], ["CARRIER_PIGEON"], "SMS_OTP"])
def test_methods_the_bank_does_not_have_are_refused(shared_bank: RunningBank, value: object) -> None:
    shared_bank.put("/outcomes", {"sca_methods": value}, expect=400)


@pytest.mark.parametrize(
    ("upon", "scas", "becomes"), [("app_asks", "started", "RCVD"), ("app_approves", "finalised", "ACSP")]
)
def test_an_authorisation_begins_in_the_app_for_any_client(
    bank: RunningBank, client: Client, upon: str, scas: str, becomes: str
) -> None:
    bank.put("/outcomes", {"sca_methods": ["SMS_OTP", "PUSH_OTP"], "upon_start": upon, "settle_seconds": None})
    payment = client.initiate(instructedAmount=SMALL)
    begun = client.call("POST", payment["_links"]["startAuthorisation"]["href"], {}, expect=201)
    assert (begun["scaStatus"], client.status(payment)) == (scas, becomes)
    link = payment["_links"]["startAuthorisation"]["href"]
    assert client.call("GET", link)["authorisationIds"] == [begun["authorisationId"]]
    assert len(bank.get("/journal")["journal"]) == (becomes == "ACSP")


def test_the_bank_may_begin_of_itself_with_the_payment(bank: RunningBank, client: Client) -> None:
    bank.put("/outcomes", {"sca_methods": ["PUSH_OTP"], "upon_start": "app_asks", "starts_itself": True})
    assert client.call("GET", "/v1/bank-profile")["commit_point"] == "initiation"
    payment = client.initiate(instructedAmount=SMALL)
    assert "startAuthorisation" not in payment["_links"]
    link = payment["_links"]["scaStatus"]["href"]
    assert client.call("GET", link)["scaStatus"] == "started"
    decide(bank, {"authorisationId": link.rpartition("/")[2]}, "approve")
    assert client.status(payment) == "ACSP"
    bank.put("/outcomes", {"upon_start": "app_approves"})
    assert client.initiate(instructedAmount=SMALL)["transactionStatus"] == "ACSP"
    bank.put("/outcomes", {"upon_start": "sometime"}, expect=400)
