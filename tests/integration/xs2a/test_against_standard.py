"""What the connector sends, held to the Berlin Group's own OpenAPI file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

import orjson
import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from countersign.adapters.banks.xs2a.connection import Xs2aBank
from countersign.adapters.banks.xs2a.handles import Handle
from countersign.domain.errors import CountersignError
from tests.contract.practice_fixture import request_id
from tests.integration.xs2a.hostile_bank import HostileBank
from tests.integration.xs2a.test_hostile_replies import ANSWER_HANDLE, PAY, PAYMENT, taking


@pytest.fixture(scope="module")
def standard(real_input: Path) -> Mapping[str, object]:
    text = (real_input / "psd2" / "psd2-api-1.3.11.yaml").read_text("utf-8")
    return cast("Mapping[str, object]", yaml.load(text, yaml.CSafeLoader))


def problems(standard: Mapping[str, object], name: str, value: object) -> list[str]:
    registry = Registry().with_resource("urn:xs2a", DRAFT202012.create_resource(standard))
    validator = Draft202012Validator({"$ref": f"urn:xs2a#/components/schemas/{name}"}, registry=registry)
    return [error.message for error in validator.iter_errors(value)]


def sent(bank: HostileBank) -> object:
    return orjson.loads(bank.seen[-1].body)


def test_a_payment(standard: Mapping[str, object], hostile: HostileBank, connected: Xs2aBank) -> None:
    hostile.behaviour = taking()
    for payment in (PAYMENT, replace(PAYMENT, creditor_agent="", remittance="", requested_execution_date="")):
        if not payment.creditor_agent:
            with pytest.raises(CountersignError):  # this bank's echo is of the other payment
                connected.initiate(payment, request_id())
        else:
            connected.initiate(payment, request_id())
        first = next(seen for seen in reversed(hostile.seen) if seen.method == "POST")
        assert problems(standard, "paymentInitiation_json", orjson.loads(first.body)) == []
        assert problems(standard, "paymentInitiation_json", {**orjson.loads(first.body), "creditorAccount": 1}) != []


def test_the_steps(standard: Mapping[str, object], hostile: HostileBank, connected: Xs2aBank) -> None:
    step = f"{PAY}/authorisations/auth-1"
    links = {"updatePsuAuthentication": step, "selectAuthenticationMethod": step}
    handle = Handle("payment", "pay-1", "p", "auth-1", links).write()
    hostile.behaviour = lambda seen: seen.json({"scaStatus": "finalised"})
    connected.authenticate(handle, "word")
    assert problems(standard, "updatePsuAuthentication", sent(hostile)) == []
    connected.choose_method(handle, "sms-1")
    assert problems(standard, "selectPsuAuthenticationMethod", sent(hostile)) == []
    connected.answer(ANSWER_HANDLE, "123456", request_id())
    assert problems(standard, "transactionAuthorisation", sent(hostile)) == []


def test_a_consent(standard: Mapping[str, object], hostile: HostileBank, connected: Xs2aBank) -> None:
    hostile.behaviour = lambda seen: seen.json({"consentStatus": "received", "consentId": "c-1"}, 201)
    connected.start_consent()
    assert problems(standard, "consents", sent(hostile)) == []


def test_every_request_has_the_headers_that_the_standard_requires(
    standard: Mapping[str, object], hostile: HostileBank, connected: Xs2aBank
) -> None:
    hostile.behaviour = taking()
    connected.initiate(PAYMENT, request_id())
    paths = cast("Mapping[str, Mapping[str, Mapping[str, object]]]", standard["paths"])
    operation = paths["/v1/{payment-service}/{payment-product}"]["post"]
    known = cast("Mapping[str, Mapping[str, Mapping[str, object]]]", standard["components"])["parameters"]
    names = [str(item["$ref"]).rpartition("/")[2] for item in cast("list[Mapping[str, str]]", operation["parameters"])]
    required = [
        str(known[name]["name"]).lower()
        for name in names
        if known[name]["in"] == "header" and known[name].get("required") is True
    ]
    assert set(required) >= {"x-request-id", "psu-ip-address"}
    for header in (*required, "digest", "signature", "tpp-signature-certificate", "date"):
        assert hostile.seen[0].headers[header]
