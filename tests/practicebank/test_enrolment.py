"""Who gets in: certificates, one-time codes, signed requests."""

from __future__ import annotations

import base64
import ssl
from typing import TYPE_CHECKING

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.practicebank.running_bank import Client, RunningBank, make_request_for_certificate

if TYPE_CHECKING:
    from pathlib import Path

    from tests.practicebank.standard import Standard

PROFILE = "/v1/bank-profile"


def redeem(bank: RunningBank, code: str, csr_pem: str) -> httpx.Response:
    return httpx.post(f"{bank.ready['control_url']}/enrolments/redeem", json={"code": code, "csr_pem": csr_pem})


def test_nobody_gets_in_without_a_certificate_of_this_bank(shared_bank: RunningBank, shared_client: Client) -> None:
    bare = ssl.create_default_context(cadata=shared_bank.ready["ca_pem"])
    with httpx.Client(verify=bare) as stranger, pytest.raises(httpx.TransportError):
        stranger.get(f"{shared_bank.ready['api_url']}{PROFILE}")
    assert shared_client.call("GET", PROFILE)["practice"] is True


def test_a_certificate_of_another_bank_is_refused(
    shared_bank: RunningBank, tmp_path: Path, ec_key: ec.EllipticCurvePrivateKey
) -> None:
    with RunningBank(tmp_path / "other") as other:
        stranger = Client(other, tmp_path, ec_key, None)
        context = ssl.create_default_context(cadata=shared_bank.ready["ca_pem"])
        context.load_cert_chain(next(tmp_path.glob("*.pem")))
        with httpx.Client(verify=context) as http, pytest.raises(httpx.TransportError):
            http.get(f"{shared_bank.ready['api_url']}{PROFILE}")
        stranger.close()


def test_only_tls_1_3_is_spoken(shared_bank: RunningBank, shared_client: Client) -> None:
    context = shared_client.new_context()
    request = shared_client.request("GET", PROFILE)
    with httpx.Client(verify=context) as modern:
        assert modern.send(request).status_code == 200
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with httpx.Client(verify=context) as old, pytest.raises(httpx.ConnectError):
        old.send(request)


def test_an_elliptic_curve_key_will_do(
    shared_bank: RunningBank, tmp_path: Path, ec_key: ec.EllipticCurvePrivateKey, judge: Standard | None
) -> None:
    client = Client(shared_bank, tmp_path, ec_key, judge)
    assert client.certificate.subject.rfc4514_string() == "CN=Test client"
    assert client.initiate()["transactionStatus"] == "RCVD"
    client.close()


def test_a_code_works_once(shared_bank: RunningBank, rsa_key: rsa.RSAPrivateKey) -> None:
    code, csr = shared_bank.post("/enrolments")["code"], make_request_for_certificate(rsa_key)
    typed = f" {code.lower().replace('-', ' ')} "
    first = redeem(shared_bank, typed, csr)
    assert first.status_code == 201
    assert first.json()["bank_profile"]["commit_point"] == "sca_answer"
    assert first.json()["api_url"] == shared_bank.ready["api_url"]
    issued = x509.load_pem_x509_certificate(first.json()["certificate_pem"].encode())
    issued.verify_directly_issued_by(x509.load_pem_x509_certificate(first.json()["ca_pem"].encode()))
    second = redeem(shared_bank, code, csr)
    assert (second.status_code, second.json()["error"]) == (403, "code_unknown")


def test_a_code_ages_and_wrong_tries_void_it(bank: RunningBank, rsa_key: rsa.RSAPrivateKey) -> None:
    csr = make_request_for_certificate(rsa_key)
    old = bank.post("/enrolments")["code"]
    bank.put("/clock", {"advance_ms": 600_001})
    assert redeem(bank, old, csr).status_code == 403
    code = bank.post("/enrolments")["code"]
    for _ in range(5):
        assert redeem(bank, "WRONG", csr).status_code == 403
    assert redeem(bank, code, csr).status_code == 403
    assert redeem(bank, bank.post("/enrolments")["code"], csr).status_code == 201


def test_unfit_requests_for_certificates_leave_the_code_usable(
    shared_bank: RunningBank, rsa_key: rsa.RSAPrivateKey
) -> None:
    code = shared_bank.post("/enrolments")["code"]
    good = make_request_for_certificate(rsa_key)
    body = base64.b64decode("".join(good.splitlines()[1:-1]))
    flipped = body[:-1] + bytes([body[-1] ^ 1])
    forged = x509.load_der_x509_csr(flipped).public_bytes(serialization.Encoding.PEM).decode()
    odd_curve = make_request_for_certificate(ec.generate_private_key(ec.SECP521R1()))
    for unfit in ("nonsense", forged, odd_curve):
        assert redeem(shared_bank, code, unfit).json()["error"] == "request_unfit"
    assert redeem(shared_bank, code, good).status_code == 201


def test_a_revoked_client_is_refused(bank: RunningBank, client: Client) -> None:
    client.call("GET", PROFILE)
    serial = f"{client.certificate.serial_number:X}"
    assert bank.control.delete(f"/enrolments/{serial}").status_code == 204
    assert bank.control.delete("/enrolments/12ab").status_code == 404
    assert client.refused("GET", PROFILE)[:2] == (401, "CERTIFICATE_REVOKED")


class TestSignatures:
    """Every request is signed with the key of its connection's certificate."""

    ORDER = "/v1/payments/sepa-credit-transfers"

    def refuse(self, client: Client, request: httpx.Request) -> str:
        reply = client.send(request)
        assert reply.status_code == 401
        return str(reply.json()["tppMessages"][0]["code"])

    def test_nothing_may_be_missing(self, shared_client: Client) -> None:
        request = shared_client.request("POST", self.ORDER, shared_client.order())
        del request.headers["signature"]
        assert self.refuse(shared_client, request) == "SIGNATURE_MISSING"
        request = shared_client.request("POST", self.ORDER, shared_client.order())
        del request.headers["tpp-signature-certificate"]
        assert self.refuse(shared_client, request) == "CERTIFICATE_MISSING"

    @pytest.mark.parametrize(
        "listed",
        ["x-request-id psu-id date", "digest psu-id date", "digest x-request-id date", "digest x-request-id psu-id"],
    )
    def test_the_list_may_leave_nothing_out(self, shared_client: Client, listed: str) -> None:
        request = shared_client.request("POST", self.ORDER, shared_client.order(), listed=listed)
        assert self.refuse(shared_client, request) == "SIGNATURE_INVALID"

    def test_more_may_be_signed_in_any_case_and_order(self, shared_client: Client) -> None:
        listed = "Date PSU-ID X-Request-ID Digest PSU-IP-Address"
        request = shared_client.request("POST", self.ORDER, shared_client.order(), listed=listed)
        assert shared_client.send(request).status_code == 201

    @pytest.mark.parametrize("name", ["x-request-id", "psu-id", "date"])
    def test_a_changed_header_is_noticed(self, shared_client: Client, name: str) -> None:
        request = shared_client.request("POST", self.ORDER, shared_client.order())
        request.headers[name] = "00000000-0000-4000-8000-000000000001"
        assert self.refuse(shared_client, request) == "SIGNATURE_INVALID"

    def test_a_changed_body_is_noticed(self, shared_client: Client) -> None:
        request = shared_client.request("POST", self.ORDER, shared_client.order())
        content = request.content.replace(b"250000.00", b"250000.01")
        changed = httpx.Request("POST", request.url, headers=request.headers, content=content)
        assert self.refuse(shared_client, changed) == "SIGNATURE_INVALID"

    def test_the_key_must_be_that_of_the_connection(
        self, shared_bank: RunningBank, shared_client: Client, tmp_path: Path, ec_key: ec.EllipticCurvePrivateKey
    ) -> None:
        other = Client(shared_bank, tmp_path, ec_key, None)
        request = other.request("POST", self.ORDER, shared_client.order())
        assert self.refuse(shared_client, request) == "CERTIFICATE_INVALID"
        other.close()
        issuer = shared_client.certificate.issuer.rfc4514_string()
        serial = f"{shared_client.certificate.serial_number:x}"
        for wrong in (f"SN=1234,CA={issuer}", f"SN={serial},CA=CN=Another", serial):
            request = shared_client.request("POST", self.ORDER, shared_client.order(), key_id=wrong)
            assert self.refuse(shared_client, request) == "SIGNATURE_INVALID"
        parts = ", ".join(reversed(issuer.split(","))).replace(" ", "%20")
        request = shared_client.request("POST", self.ORDER, shared_client.order(), key_id=f"SN=00{serial},CA={parts}")
        assert shared_client.send(request).status_code == 201
