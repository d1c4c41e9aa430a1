"""Trouble on demand: each kind happens as ordered, as often as ordered, and nowhere else."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.practicebank.running_bank import RunningBank, dump

if TYPE_CHECKING:
    from tests.practicebank.running_bank import Client

SCT = "/v1/payments/sepa-credit-transfers"
ANSWER = {"method": "PUT", "path": "/authorisations/", "body": "scaAuthenticationData"}


def last_request(bank: RunningBank) -> dict[str, Any]:
    found: dict[str, Any] = bank.get("/requests")["requests"][-1]
    return found


def test_a_dropped_request_never_happened(bank: RunningBank, client: Client) -> None:
    bank.faults({"kind": "drop_request", "method": "POST", "path": "^/v1/payments/"})
    with pytest.raises(httpx.TransportError):
        client.initiate()
    assert bank.dump()["payments"] == []
    told = last_request(bank)
    assert (told["status"], told["committed"], told["fault"]) == (None, False, "drop_request")
    client.initiate()
    assert len(bank.dump()["payments"]) == 1


def test_a_dropped_reply_did_happen(bank: RunningBank, client: Client) -> None:
    payment = client.initiate()
    challenge = client.challenged(payment["_links"]["startAuthorisation"]["href"])
    bank.faults({"kind": "drop_reply", **ANSWER})
    answer = {"scaAuthenticationData": client.sms_code()}
    with pytest.raises(httpx.TransportError):
        client.call("PUT", challenge["_links"]["authoriseTransaction"]["href"], answer)
    told = last_request(bank)
    assert (told["status"], told["committed"], told["fault"]) == (200, True, "drop_reply")
    assert len(bank.dump()["journal"]) == 1
    assert client.status(payment) == "ACSP"
    assert client.call("GET", challenge["_links"]["scaStatus"]["href"])["scaStatus"] == "finalised"


@pytest.mark.parametrize(("when", "happened"), [("before", 0), ("after", 1)])
def test_out_of_order_before_or_after_the_commit(
    shared_bank: RunningBank, shared_client: Client, when: str, happened: int
) -> None:
    before = len(shared_bank.dump()["payments"])
    shared_bank.faults({"kind": "status_5xx", "method": "POST", "status": 500, "when": when})
    reply = shared_client.send(shared_client.request("POST", SCT, shared_client.order()))
    assert (reply.status_code, reply.content) == (500, b"")
    assert len(shared_bank.dump()["payments"]) == before + happened


@pytest.mark.parametrize("when", ["before", "after"])
def test_latency(shared_bank: RunningBank, shared_client: Client, when: str) -> None:
    shared_bank.faults({"kind": "latency", "ms": 300, "when": when, "path": "/v1/bank-profile"})
    began = time.monotonic()
    shared_client.call("GET", "/v1/bank-profile")
    assert time.monotonic() - began >= 0.3


def test_a_reply_that_comes_twice(shared_bank: RunningBank, shared_client: Client) -> None:
    shared_bank.faults({"kind": "duplicate_reply"})
    request = shared_client.request("GET", "/v1/bank-profile", headers={"Connection": "close"})
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items() if name != "connection")
    port = urlsplit(shared_bank.ready["api_url"]).port or 0
    received = b""
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        shared_client.context.wrap_socket(plain, server_hostname="localhost") as wire,
    ):
        wire.sendall(f"GET /v1/bank-profile HTTP/1.1\r\n{head}Connection: close\r\n\r\n".encode())
        while piece := wire.recv(65536):
            received += piece
    assert received.count(b"HTTP/1.1 200 OK") == 2
    assert received.count(b'"practice":true') == 2


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("amount", ("instructedAmount", "amount")),
        ("currency", ("instructedAmount", "currency")),
        ("iban", ("creditorAccount", "iban")),
        ("name", ("creditorName",)),
        ("status", ("transactionStatus",)),
        ("end_to_end_id", ("endToEndIdentification",)),
        ("remittanceInformationUnstructured", ("remittanceInformationUnstructured",)),
    ],
)
def test_a_wrong_echo_differs_in_one_field(
    shared_bank: RunningBank, shared_client: Client, field: str, names: tuple[str, ...]
) -> None:
    link = shared_client.initiate()["_links"]["self"]["href"]
    truth = shared_client.call("GET", link)
    shared_bank.faults({"kind": "wrong_echo", "field": field})
    lie = shared_client.call("GET", link)
    assert lie != truth
    told, real = lie, truth
    for name in names[:-1]:
        told, real = told[name], real[name]
    told[names[-1]] = real[names[-1]]
    if field in ("iban", "currency"):  # Both accounts have one, and both are falsified.
        lie["debtorAccount"] = truth["debtorAccount"]
    assert lie == truth
    assert shared_client.call("GET", link) == truth


def test_wrong_identifiers_and_links(shared_bank: RunningBank, shared_client: Client) -> None:
    zeros = "00000000-0000-4000-8000-000000000000"
    shared_bank.faults({"kind": "wrong_echo", "field": "id", "method": "POST"})
    assert shared_client.initiate()["paymentId"] == zeros
    shared_bank.faults({"kind": "wrong_echo", "field": "id", "value": "mine"})
    assert shared_client.initiate()["paymentId"] == "mine"
    shared_bank.faults({"kind": "wrong_echo", "field": "link"})
    assert shared_client.initiate()["_links"]["self"]["href"].startswith("https://elsewhere.example/")
    shared_bank.faults({"kind": "wrong_echo", "field": "request_id"})
    reply = shared_client.send(shared_client.request("GET", "/v1/bank-profile"))
    assert reply.headers["x-request-id"] == zeros


def test_garbage(shared_bank: RunningBank, shared_client: Client) -> None:
    shared_bank.faults({"kind": "garbage"})
    reply = shared_client.send(shared_client.request("GET", "/v1/bank-profile"))
    assert reply.status_code == 200
    with pytest.raises(ValueError, match=r"Expecting value|codec"):
        reply.json()


def test_a_huge_body(shared_bank: RunningBank, shared_client: Client) -> None:
    shared_bank.faults({"kind": "huge_body", "bytes": 5_000_000})
    request = shared_client.request("GET", "/v1/bank-profile")
    with shared_client.http.stream("GET", request.url, headers=request.headers) as reply:
        assert sum(len(piece) for piece in reply.iter_bytes()) == 5_000_000


def test_a_slow_drip(shared_bank: RunningBank, shared_client: Client) -> None:
    shared_bank.faults({"kind": "slow_drip", "ms_per_byte": 1})
    began = time.monotonic()
    reply = shared_client.send(shared_client.request("GET", "/v1/bank-profile"))
    assert time.monotonic() - began >= len(reply.content) / 1000
    assert reply.json()["practice"] is True


def test_rules_count_what_they_match(shared_bank: RunningBank, shared_client: Client) -> None:
    shared_bank.faults({"kind": "status_5xx", "path": "/v1/bank-profile", "nth": 2, "times": 2})
    shared_client.initiate()
    statuses = [shared_client.send(shared_client.request("GET", "/v1/bank-profile")).status_code for _ in range(4)]
    assert statuses == [200, 503, 503, 200]
    (rule,) = shared_bank.get("/faults")["rules"]
    assert (rule["seen"], rule["fired"]) == (4, 2)
    shared_bank.faults()


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "earthquake"},
        {"kind": "latency", "ms": -1},
        {"kind": "latency", "ms": "long"},
        {"kind": "latency", "when": "never"},
        {"kind": "latency", "colour": "blue"},
        {"kind": "drop_reply", "path": "("},
        "drop_reply",
    ],
)
def test_unknown_trouble_is_refused(shared_bank: RunningBank, rule: object) -> None:
    shared_bank.put("/faults", {"rules": [rule]}, expect=400)


@pytest.mark.parametrize(("kind", "executions"), [("kill_self_before", 0), ("kill_self_after", 1)])
def test_killed_at_the_commit_the_journal_knows_the_truth(
    bank: RunningBank, client: Client, kind: str, executions: int
) -> None:
    payment = client.initiate()
    challenge = client.challenged(payment["_links"]["startAuthorisation"]["href"])
    answer = challenge["_links"]["authoriseTransaction"]["href"]
    code = {"scaAuthenticationData": client.sms_code()}
    bank.faults({"kind": kind, **ANSWER})
    with pytest.raises(httpx.TransportError):
        client.call("PUT", answer, code)
    assert bank.process.wait(10) == -9
    assert len(dump(bank.world)["journal"]) == executions

    with RunningBank(bank.world) as again:
        assert again.ready["api_port"] == bank.ready["api_port"]
        assert again.get("/faults")["rules"][0]["fired"] == 1
        assert len(again.get("/journal")["journal"]) == executions
        account = again.balance()
        assert account["available_minor"] == account["opening_minor"] - executions * 25_000_035
        client.http.close()
        client.http = httpx.Client(verify=client.context, base_url=again.ready["api_url"])
        if executions:
            assert client.status(payment) == "ACSP"
            assert client.refused("PUT", answer, code)[:2] == (409, "STATUS_INVALID")
        else:
            # The code wasn't used up, and the try that was cut short is not the last one.
            assert client.status(payment) == "RCVD"
            assert client.call("PUT", answer, code)["scaStatus"] == "finalised"
        assert len(again.get("/journal")["journal"]) == 1


def test_wrong_answers_are_counted_before_they_are_looked_at(bank: RunningBank, client: Client) -> None:
    payment = client.initiate()
    challenge = client.challenged(payment["_links"]["startAuthorisation"]["href"])
    answer = challenge["_links"]["authoriseTransaction"]["href"]
    right = {"scaAuthenticationData": client.sms_code()}
    wrong = {"scaAuthenticationData": "000000" if right["scaAuthenticationData"] != "000000" else "111111"}
    for _ in range(4):
        client.refused("PUT", answer, wrong)
    bank.faults({"kind": "kill_self_before", **ANSWER})
    with pytest.raises(httpx.TransportError):
        client.call("PUT", answer, right)
    bank.process.wait(10)
    with RunningBank(bank.world) as again:
        client.http.close()
        client.http = httpx.Client(verify=client.context, base_url=again.ready["api_url"])
        assert client.call("PUT", answer, right)["scaStatus"] == "failed"
        assert again.get("/journal")["journal"] == []


def test_a_rule_for_one_request_meets_one_of_many_at_once(shared_bank: RunningBank, shared_client: Client) -> None:
    shared_bank.faults({"kind": "status_5xx", "path": "/v1/bank-profile", "nth": 3})
    requests = [shared_client.request("GET", "/v1/bank-profile") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        statuses = [reply.status_code for reply in pool.map(shared_client.send, requests)]
    assert sorted(statuses) == [200] * 7 + [503]
    (rule,) = shared_bank.get("/faults")["rules"]
    assert (rule["seen"], rule["fired"]) == (8, 1)
    shared_bank.faults()
