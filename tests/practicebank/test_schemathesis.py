"""The bank's whole interface under requests that nobody thought of: no 5xx, and every reply as described.

Its own doors by docs/practice-bank-openapi.yaml, the door for programs by the file of the standard. There the judge of
``standard.py`` reads the file as it is meant; schemathesis makes the requests.
"""

from __future__ import annotations

import base64
import hashlib
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.practicebank.files import hand_in, pain_001, release
from tests.practicebank.running_bank import Client, RunningBank

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.asymmetric import rsa
    from hypothesis.strategies import SearchStrategy

    from tests.practicebank.standard import Standard

load_all_checks()
_ROOT = Path(__file__).parents[2]
_OWN = _ROOT / "docs" / "practice-bank-openapi.yaml"
_STANDARD = _ROOT.parent / "shared" / "data" / "psd2" / "psd2-api-1.3.11.yaml"
_CHECKS = [
    *(not_a_server_error, status_code_conformance, content_type_conformance),
    *(response_headers_conformance, response_schema_conformance),
]
_METHODS = ("get", "post", "put", "delete")
_IS_NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
_EXAMPLES = settings(
    max_examples=60 if _IS_NIGHTLY else 6,
    deadline=None,
    derandomize=not _IS_NIGHTLY,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# Services of the standard that this bank doesn't have.
_ABSENT = ("/v1/periodic-payments", "/v1/card-accounts", "/v1/funds-confirmations")


@cache
def _document(path: Path) -> dict[str, Any]:
    text = path.read_bytes().decode("utf-8", "replace")
    return cast("dict[str, Any]", yaml.load(text, Loader=yaml.CSafeLoader))


@cache
def _schema(path: Path) -> Any:  # noqa: ANN401 - schemathesis' own class isn't exported
    return schemathesis.openapi.from_dict(_document(path))


def _operations(path: Path) -> list[tuple[str, str]]:
    """Return every path and method of a description."""
    if not path.exists():
        return []
    return [
        (where, method) for where, item in _document(path)["paths"].items() for method in _METHODS if method in item
    ]


def _cases(path: Path, where: str, method: str) -> SearchStrategy[Any]:
    strategy: SearchStrategy[Any] = _schema(path)[where][method].as_strategy()
    return strategy


@pytest.fixture(scope="module")
def restless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBank]:
    """Give a bank that has seen some life: a file up and released, one that waits, a payment in the app."""
    with RunningBank(tmp_path_factory.mktemp("restless") / "world") as bank:
        page = hand_in(bank, pain_001(bank, version="03"))
        release(bank, page["upload_id"])
        hand_in(bank, pain_001(bank))
        world = bank.get("/world")
        payee = world["payees"][0]
        typed = {
            "debtor_iban": world["accounts"][0]["iban"],
            "creditor_name": payee["name"],
            "creditor_iban": payee["iban"],
            "amount": "10.00",
            "currency": "EUR",
        }
        bank.post("/app/payments", typed)
        yield bank


@pytest.mark.parametrize(("where", "method"), [one for one in _operations(_OWN) if not one[0].startswith("/v1/")])
def test_the_control_port_does_as_it_is_described(restless: RunningBank, where: str, method: str) -> None:
    @given(case=_cases(_OWN, where, method))
    @_EXAMPLES
    def every_request(case: Any) -> None:  # noqa: ANN401
        request = restless.control.build_request(**_sent(case, restless.ready["control_url"]))
        reply = restless.control.send(request)
        case.validate_response(reply, checks=_CHECKS)

    every_request()
    restless.put("/faults", {"rules": []})
    restless.put("/clock", {"reset": True})


def _sent(case: Any, base_url: str) -> dict[str, Any]:  # noqa: ANN401
    """Return what httpx needs to build the request of a case."""
    wanted = case.as_transport_kwargs(base_url=base_url)
    kept = {name: wanted[name] for name in ("method", "url", "headers", "params", "json") if name in wanted}
    headers = {name: value for name, value in dict(kept.pop("headers", {})).items() if name.lower() != "authorization"}
    data = wanted.get("data")
    body = {"content": data.encode() if isinstance(data, str) else data} if data is not None else {}
    return {**kept, **body, "headers": headers}


@pytest.fixture(scope="module")
def prober(
    tmp_path_factory: pytest.TempPathFactory, rsa_key: rsa.RSAPrivateKey, judge: Standard | None
) -> Iterator[Client]:
    """Give an enrolled client of a bank of its own."""
    with RunningBank(tmp_path_factory.mktemp("probed") / "world") as bank:
        client = Client(bank, tmp_path_factory.mktemp("client"), rsa_key, judge)
        yield client
        client.close()


def _signed(client: Client, case: Any) -> httpx.Request:  # noqa: ANN401
    """Return the request of a case, signed: what isn't signed would never get past the door."""
    base = client.bank.ready["api_url"]
    made = client.http.build_request(**_sent(case, base))
    content = made.read()
    kept = {
        name: value
        for name, value in made.headers.items()
        if name in ("accept", "content-type", "consent-id", "psu-ip-address") and value.isascii()
    }
    kept.setdefault("psu-ip-address", "192.0.2.17")
    if content:
        kept["digest"] = "SHA-256=" + base64.b64encode(hashlib.sha256(content).digest()).decode()
    probe = client.request(made.method, str(made.url), headers=kept)
    signed = {name: value for name, value in probe.headers.items() if name != "content-length"}
    return client.http.build_request(made.method, made.url, content=content or None, headers=signed)


@pytest.mark.parametrize(("where", "method"), [one for one in _operations(_OWN) if one[0].startswith("/v1/")])
def test_what_stands_beside_the_standard(prober: Client, where: str, method: str) -> None:
    @given(case=_cases(_OWN, where, method))
    @_EXAMPLES
    def every_request(case: Any) -> None:  # noqa: ANN401
        reply = prober.http.send(_signed(prober, case))
        case.validate_response(reply, checks=_CHECKS)

    every_request()


@pytest.mark.parametrize(
    ("where", "method"),
    [one for one in _operations(_STANDARD) if not one[0].strip().startswith(_ABSENT)]
    or [("", "")],  # where the file is absent, the judge says so by skipping
)
def test_the_door_for_programs_keeps_to_the_standard(
    prober: Client, standard: Standard, where: str, method: str
) -> None:
    known = _known(prober)

    @given(case=_cases(_STANDARD, where, method))
    @_EXAMPLES
    def every_request(case: Any) -> None:  # noqa: ANN401
        for parameters in (case.path_parameters, {**case.path_parameters, **known}):
            case.path_parameters = {name: parameters[name] for name in case.path_parameters}
            if "payment-service" in case.path_parameters:
                # Of the others the bank says that it doesn't have them, which the standard's file has no reply for.
                case.path_parameters["payment-service"] = "payments"
            reply = prober.http.send(_signed(prober, case))
            assert reply.status_code < 500, reply.text
            if reply.status_code != 415:
                standard.check_reply(reply)
            case.headers = {**(case.headers or {}), "Consent-ID": known["consentId"]}

    every_request()


def _known(client: Client) -> dict[str, str]:
    """Return identifiers of what exists: a payment, its authorisation, a consent that is valid, a basket."""
    payment = client.initiate()
    started = client.call("POST", payment["_links"]["startAuthorisation"]["href"], {}, expect=201)
    access = {
        "access": {"allPsd2": "allAccounts"},
        "recurringIndicator": True,
        "validUntil": "2027-05-01",
        "frequencyPerDay": 100,
        "combinedServiceIndicator": False,
    }
    consent = client.call("POST", "/v1/consents", access, expect=201)
    client.authorise(consent["_links"]["startAuthorisation"]["href"])
    tied = client.initiate()
    basket = client.call("POST", "/v1/signing-baskets", {"paymentIds": [tied["paymentId"]]}, expect=201)
    account = client.bank.get("/accounts")["accounts"][0]["resource_id"]
    return {
        "payment-product": "sepa-credit-transfers",
        "paymentId": payment["paymentId"],
        "authorisationId": started["authorisationId"],
        "consentId": consent["consentId"],
        "basketId": basket["basketId"],
        "account-id": account,
    }
