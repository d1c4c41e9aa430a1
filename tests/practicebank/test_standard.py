"""The judge itself: what the standard doesn't describe must not pass."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.practicebank.standard import Standard

ID = "8b1a9953-c461-4296-a827-abf8c47804d7"
GOOD: dict[str, Any] = {
    "transactionStatus": "RCVD",
    "paymentId": "p-1",
    "transactionFees": {"currency": "EUR", "amount": "0.35"},
    "_links": {"self": {"href": "https://localhost/v1/payments/sepa-credit-transfers/p-1"}},
}


def reply(body: object, status: int = 201, headers: dict[str, str] | None = None) -> httpx.Response:
    request = httpx.Request("POST", "https://localhost/v1/payments/sepa-credit-transfers", headers={"X-Request-ID": ID})
    sent = {
        "X-Request-ID": ID,
        "ASPSP-SCA-Approach": "EMBEDDED",
        "Location": "https://localhost/",
        "Content-Type": "application/json",
        **(headers or {}),
    }
    return httpx.Response(status, content=json.dumps(body).encode(), headers=sent, request=request)


def test_a_good_reply_passes(standard: Standard) -> None:
    standard.check_reply(reply(GOOD))
    problem = {"tppMessages": [{"category": "ERROR", "code": "FORMAT_ERROR", "path": "a", "text": "b"}]}
    standard.check_reply(reply(problem, 400))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body.update(transactionStatus="DONE"),
        lambda body: body.pop("paymentId"),
        lambda body: body.update(colour="blue"),
        lambda body: body["transactionFees"].update(amount="0,35"),
        lambda body: body["transactionFees"].pop("currency"),
        lambda body: body.update(_links={"self": "https://localhost/"}),
        lambda body: body.update(psuMessage="x" * 501),
    ],
)
def test_a_spoilt_body_does_not(standard: Standard, spoil: Callable[[dict[str, Any]], object]) -> None:
    body = json.loads(json.dumps(GOOD))
    spoil(body)
    with pytest.raises(AssertionError, match="201"):
        standard.check_reply(reply(body))


def test_a_wrong_header_or_status_does_not(standard: Standard) -> None:
    spoilt = [
        reply(GOOD, 202),
        reply(GOOD, headers={"X-Request-ID": "another"}),
        reply(GOOD, headers={"ASPSP-SCA-Approach": "REDIRECT"}),
        reply(GOOD, headers={"Location": "/v1"}),
        reply(GOOD, headers={"Content-Type": "text/html"}),
        reply({"tppMessages": [{"category": "FATAL", "code": "X"}]}, 400),
        reply({"tppMessages": [{"category": "ERROR"}]}, 400),
    ]
    for one in spoilt:
        with pytest.raises(AssertionError):
            standard.check_reply(one)
