"""The control interface: token, clock, outcomes, and what happened."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from tests.practicebank.running_bank import Client, RunningBank


def test_it_is_for_who_has_the_token(shared_bank: RunningBank) -> None:
    url = shared_bank.ready["control_url"]
    assert httpx.get(f"{url}/health").json() == {"status": "ok"}
    assert httpx.get(f"{url}/journal").status_code == 401
    for wrong in (b"Bearer wrong", b"Bearer \xe9", b""):
        assert httpx.get(f"{url}/journal", headers={b"Authorization": wrong}).status_code == 401
    rebound = shared_bank.control.get("/journal", headers={"Host": "evil.example"})
    assert rebound.status_code == 421
    assert shared_bank.control.get("/nothing").status_code == 404
    assert shared_bank.control.put("/clock", content=b"[1]").status_code == 400
    assert shared_bank.control.put("/clock", content=b"{").status_code == 400
    assert shared_bank.control.get("/requests?after=x").status_code == 400


def test_the_clock_is_moved_and_stopped(bank: RunningBank) -> None:
    bank.put("/clock", {"now": "2027-01-01T00:00:00+00:00", "frozen": True})
    assert bank.get("/clock")["now"] == "2027-01-01T00:00:00Z"
    assert bank.get("/clock") == bank.get("/clock")
    moved = bank.put("/clock", {"advance_ms": 60_000})
    assert (moved["now"], moved["frozen"]) == ("2027-01-01T00:01:00Z", True)
    running = bank.put("/clock", {"frozen": False})
    assert running["now"].startswith("2027-01-01T00:01")
    assert running["frozen"] is False
    assert abs(bank.put("/clock", {"reset": True})["offset_ms"]) == 0
    assert bank.put("/clock", {"offset_ms": -5_000})["offset_ms"] == -5_000
    for body in ({"now": "2027-01-01T00:00:00"}, {"now": 5}, {"tick": 1}, {"frozen": 1}, {"offset_ms": "far"}):
        bank.put("/clock", body, expect=400)
    before = bank.get("/clock")["offset_ms"]
    for body in ({"now": "0544-02-25T16:29:56Z"}, {"advance_ms": 10**18}, {"offset_ms": -(10**13)}):
        bank.put("/clock", body, expect=400)
    assert bank.get("/clock")["offset_ms"] == before


@pytest.mark.parametrize(
    "body",
    [
        {"colour": "blue"},
        {"deduplicate": 1},
        {"settle_seconds": -1},
        {"exempt_from_sca": "always"},
        {"name_check": {"*": "MAYBE"}},
        {"rejections": [{"iban": "LU"}]},
        {"rejections": [{"code": "AC04", "when": "later"}]},
        {"rejections": [{"code": "AC04", "typo": 1}]},
    ],
)
def test_unknown_outcomes_are_refused(shared_bank: RunningBank, body: dict[str, object]) -> None:
    before = shared_bank.get("/outcomes")
    shared_bank.put("/outcomes", body, expect=400)
    assert shared_bank.get("/outcomes") == before


def test_rejections_as_prescribed(bank: RunningBank, client: Client) -> None:
    payee = bank.get("/world")["payees"][0]["iban"]
    bank.put("/outcomes", {"rejections": [{"next": True, "code": "RR04", "when": "initiation"}]})
    first = client.initiate()
    assert (first["transactionStatus"], first["reasonCode"]) == ("RJCT", "RR04")
    assert client.initiate()["transactionStatus"] == "RCVD"
    rules = [{"iban": payee, "amount_minor": 1_000, "code": "AC04"}]
    bank.put("/outcomes", {"rejections": rules})
    small = {"currency": "EUR", "amount": "10.00"}
    rejected = client.pay(instructedAmount=small)
    told = client.call("GET", rejected["_links"]["self"]["href"])
    assert (told["transactionStatus"], told["reasonCode"]) == ("RJCT", "AC04")
    assert client.status(client.pay()) == "ACSP"
    assert client.status(client.pay(instructedAmount=small)) == "RJCT"


def test_settlement_may_be_late_or_never(bank: RunningBank, client: Client) -> None:
    bank.put("/outcomes", {"settle_seconds": None})
    payment = client.pay()
    bank.put("/clock", {"advance_ms": 10 * 86_400_000})
    assert client.status(payment) == "ACSP"
    bank.put("/outcomes", {"settle_seconds": 0})
    assert client.status(payment) == "ACSC"


def test_exemption_needs_another_declaration(bank: RunningBank, client: Client) -> None:
    bank.put("/outcomes", {"exempt_from_sca": "at_initiation"}, expect=409)
    assert client.call("GET", "/v1/bank-profile")["never_executes_unauthorised"] is True
    bank.put("/outcomes", {"exempt_from_sca": "at_initiation", "never_executes_unauthorised": False})
    profile = client.call("GET", "/v1/bank-profile")
    assert (profile["never_executes_unauthorised"], profile["sca_exempt_possible"]) == (False, True)
    payment = client.initiate("instant-sepa-credit-transfers")
    assert payment["transactionStatus"] == "ACSC"
    assert "startAuthorisation" not in payment["_links"]
    bank.put("/outcomes", {"never_executes_unauthorised": True}, expect=409)
    bank.put("/outcomes", {"exempt_from_sca": "after_password"})
    second = client.initiate()
    done = client.identified(second["_links"]["startAuthorisation"]["href"])
    assert done["scaStatus"] == "exempted"
    assert client.status(second) == "RJCT"  # 162 000 are left after the first; 250 000 are asked for.
    assert len(bank.get("/journal")["journal"]) == 1


def test_cancelling_may_be_switched_off(shared_bank: RunningBank, shared_client: Client) -> None:
    shared_bank.put("/outcomes", {"cancellation_allowed": False})
    payment = shared_client.initiate()
    refused = shared_client.refused("DELETE", payment["_links"]["self"]["href"])
    assert refused[:2] == (405, "CANCELLATION_INVALID")
    shared_bank.put("/outcomes", {"cancellation_allowed": True})


def test_it_tells_what_was_asked(shared_bank: RunningBank, shared_client: Client) -> None:
    earlier = shared_bank.get("/requests")["requests"]
    shared_client.initiate()
    first = shared_bank.get("/requests")["requests"][len(earlier) :]
    assert [(r["method"], r["status"], r["committed"]) for r in first] == [("POST", 201, True)]
    shared_client.refused("GET", "/v1/accounts")
    (second,) = shared_bank.get(f"/requests?after={first[-1]['seq']}")["requests"]
    assert (second["path"], second["status"], second["committed"]) == ("/v1/accounts", 400, False)


def test_five_wrong_codes_void_a_pending_authenticator(shared_bank: RunningBank) -> None:
    made = shared_bank.post("/authenticators")
    path = f"/authenticators/{made['authenticator_id']}/activate"
    for _ in range(5):
        shared_bank.post(path, {"code": "no"}, expect=403)
    shared_bank.post(path, {"code": "no"}, expect=404)
    listed = shared_bank.get("/authenticators")["authenticators"][-1]
    assert (listed["status"], "secret" in listed) == ("pending", False)
    shared_bank.post("/authenticators", {"label": 5}, expect=400)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("GET http://[ HTTP/1.1", b"400"),
        (f"POST /enrolments HTTP/1.1\r\nContent-Length: {'9' * 5_000}", b"413"),
        ("POST /enrolments HTTP/1.1\r\nContent-Length: -1", b"400"),
    ],
)
def test_requests_that_no_client_would_send(shared_bank: RunningBank, head: str, status: bytes) -> None:
    with socket.create_connection(("127.0.0.1", shared_bank.ready["control_port"]), timeout=10) as raw:
        raw.sendall(f"{head}\r\nHost: 127.0.0.1\r\n\r\n".encode())
        assert raw.recv(1024).split(b" ")[1] == status


def test_bodies_are_capped(shared_bank: RunningBank, shared_client: Client) -> None:
    url = f"{shared_bank.ready['control_url']}/enrolments/redeem"
    assert httpx.post(url, content=b"x" * (1 << 20) + b"x").status_code == 413
    assert httpx.post(url, content=iter([b"{}"])).status_code == 411
