"""A real bank process, and a client for it that was written from the standard alone."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import signal
import ssl
import subprocess
import sys
import uuid
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from tests.practicebank.standard import Standard

START = "2026-11-16"
_KEY_LIST = "digest x-request-id psu-id date"
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class RunningBank:
    """A bank in a process of its own, ended when the block is left.

    Args:
        world: The world's directory.
        arguments: More command line arguments.
    """

    def __init__(self, world: Path, *arguments: str, seed: int = 7) -> None:
        self.world = world
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "practicebank", "--world", str(world), "--seed", str(seed)),
                *("--start-date", START, "--lease-stdin", "--linger", "1", "--settle-seconds", "30"),
                *arguments,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout is not None
        self.ready: dict[str, Any] = json.loads(self.process.stdout.readline())
        self.control = httpx.Client(
            base_url=self.ready["control_url"],
            headers={"Authorization": f"Bearer {self.ready['control_token']}"},
            timeout=10,
        )

    def __enter__(self) -> Self:
        """Give the bank itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process, however it stands."""
        self.control.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    def kill(self) -> None:
        """Kill the process as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def get(self, path: str) -> dict[str, Any]:
        """Read from the control interface."""
        reply = self.control.get(path)
        assert reply.status_code == 200, reply.text
        return cast("dict[str, Any]", reply.json())

    def put(self, path: str, body: object, *, expect: int = 200) -> dict[str, Any]:
        """Change something through the control interface."""
        reply = self.control.put(path, json=body)
        assert reply.status_code == expect, reply.text
        return cast("dict[str, Any]", reply.json())

    def post(self, path: str, body: object = None, *, expect: int = 201) -> dict[str, Any]:
        """Call the control interface."""
        reply = self.control.post(path, json={} if body is None else body)
        assert reply.status_code == expect, reply.text
        return cast("dict[str, Any]", reply.json())

    def faults(self, *rules: dict[str, object]) -> None:
        """Order trouble."""
        self.put("/faults", {"rules": list(rules)})

    def balance(self, currency: str = "EUR") -> dict[str, Any]:
        """Return an account as the control interface shows it."""
        accounts = self.get("/accounts")["accounts"]
        return cast("dict[str, Any]", next(a for a in accounts if a["currency"] == currency))

    def dump(self) -> dict[str, Any]:
        """Run ``--dump`` on this world."""
        return dump(self.world)


def dump(world: Path) -> dict[str, Any]:
    """Run ``--dump`` and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "practicebank", "--world", str(world), "--dump"],
        capture_output=True,
        check=True,
        timeout=30,
    )
    return cast("dict[str, Any]", json.loads(done.stdout))


def make_request_for_certificate(key: PrivateKey, name: str = "Test client") -> str:
    """Return a signing request in PEM."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM).decode()


class Client:
    """An enrolled client: its key, its certificate, and signed requests.

    Args:
        bank: Where to enrol.
        directory: Where the key's file goes.
        key: The client's key.
        standard: Judges every reply, when given.
    """

    def __init__(self, bank: RunningBank, directory: Path, key: PrivateKey, standard: Standard | None) -> None:
        self.bank = bank
        self.key = key
        self.standard = standard
        self.psu = bank.get("/psu")
        code = bank.post("/enrolments")["code"]
        enrolled = httpx.post(
            f"{bank.ready['control_url']}/enrolments/redeem",
            json={"code": code, "csr_pem": make_request_for_certificate(key)},
        )
        assert enrolled.status_code == 201, enrolled.text
        self.pem: str = enrolled.json()["certificate_pem"]
        self.certificate = x509.load_pem_x509_certificate(self.pem.encode())
        self._key_path = directory / f"{uuid.uuid4().hex}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self._key_path.write_bytes(private + self.pem.encode())
        self.context = self.new_context()
        self.http = httpx.Client(verify=self.context, timeout=10, base_url=bank.ready["api_url"])

    def new_context(self) -> ssl.SSLContext:
        """Return TLS settings with this client's certificate, trusting this bank only."""
        context = ssl.create_default_context(cadata=self.bank.ready["ca_pem"])
        context.load_cert_chain(self._key_path)
        return context

    def acting_for(self, psu_id: str) -> Client:
        """Return this client with another of the bank's customers before it."""
        other = copy.copy(self)
        other.psu = next(one for one in self.bank.get("/customers")["customers"] if one["psu_id"] == psu_id)
        return other

    def close(self) -> None:
        """Close its connections."""
        self.http.close()

    def request(
        self,
        method: str,
        url: str,
        body: object = None,
        *,
        headers: dict[str, str] | None = None,
        psu: bool = True,
        **signing: str,
    ) -> httpx.Request:
        """Build a signed request.

        Args:
            method: HTTP method.
            url: A link of the bank's, or a path.
            body: JSON, or bytes that are XML, if any.
            headers: More headers, or others than usual; an empty one is left out.
            psu: Whether PSU-ID is sent.
            signing: Other parts of the signature than right ones: ``key_id``, ``listed``.
        """
        plain = isinstance(body, bytes)
        content = (
            b"" if body is None else cast("bytes", body) if plain else json.dumps(body, ensure_ascii=False).encode()
        )
        sent = {
            "X-Request-ID": str(uuid.uuid4()),
            "Date": formatdate(usegmt=True),
            "PSU-IP-Address": "192.0.2.17",
        }
        if psu:
            sent["PSU-ID"] = self.psu["psu_id"]
        if body is not None:
            sent["Content-Type"] = "application/xml" if plain else "application/json"
            sent["Digest"] = "SHA-256=" + base64.b64encode(hashlib.sha256(content).digest()).decode()
        sent.update(headers or {})
        sent = {name: value for name, value in sent.items() if value}
        lower = {name.lower(): value for name, value in sent.items()}
        listed = signing.get("listed") or " ".join(name for name in _KEY_LIST.split() if name in lower)
        text = "\n".join(f"{name}: {lower.get(name, '')}" for name in listed.lower().split())
        key_id = signing.get("key_id") or (
            f"SN={self.certificate.serial_number:X},CA={self.certificate.issuer.rfc4514_string()}"
        )
        algorithm, signature = self._sign(text.encode())
        sent.setdefault(
            "Signature",
            f'keyId="{key_id}",algorithm="{algorithm}",headers="{listed}",signature="{signature}"',
        )
        der = self.certificate.public_bytes(serialization.Encoding.DER)
        sent.setdefault("TPP-Signature-Certificate", base64.b64encode(der).decode())
        return self.http.build_request(method, url, content=content or None, headers=sent)

    def _sign(self, text: bytes) -> tuple[str, str]:
        if isinstance(self.key, rsa.RSAPrivateKey):
            made = self.key.sign(text, padding.PKCS1v15(), hashes.SHA256())
            return "rsa-sha256", base64.b64encode(made).decode()
        made = self.key.sign(text, ec.ECDSA(hashes.SHA256()))
        return "ecdsa-sha256", base64.b64encode(made).decode()

    def send(self, request: httpx.Request, *, judged: bool = True) -> httpx.Response:
        """Send a request; have the reply judged by the standard where it has such a call."""
        reply = self.http.send(request)
        beside = request.url.path.startswith(("/v1/payee-verifications", "/v1/bank-profile"))
        if judged and not beside and self.standard is not None:
            self.standard.check_reply(reply)
        return reply

    def call(
        self,
        method: str,
        url: str,
        body: object = None,
        *,
        expect: int = 200,
        headers: dict[str, str] | None = None,
        judged: bool = True,
        psu: bool = True,
    ) -> dict[str, Any]:
        """Send a signed request, expect a status, and return the JSON body."""
        reply = self.send(self.request(method, url, body, headers=headers, psu=psu), judged=judged)
        assert reply.status_code == expect, f"{reply.status_code}: {reply.text}"
        return cast("dict[str, Any]", reply.json()) if reply.content else {}

    def refused(
        self,
        method: str,
        url: str,
        body: object = None,
        *,
        headers: dict[str, str] | None = None,
        judged: bool = True,
        psu: bool = True,
    ) -> tuple[int, str, str | None]:
        """Send a request that the bank turns down; return status, code and path."""
        reply = self.send(self.request(method, url, body, headers=headers, psu=psu), judged=judged)
        message = reply.json()["tppMessages"][0]
        assert message["category"] == "ERROR"
        return reply.status_code, message["code"], message.get("path")

    def order(self, **changes: object) -> dict[str, object]:
        """Return a payment's JSON: a deposit to the notary, with changes."""
        world = self.bank.get("/world")
        payee = next(p for p in world["payees"] if p["kind"] == "notary")
        made: dict[str, object] = {
            "endToEndIdentification": "HS-4471-DEPOSIT",
            "debtorAccount": {"iban": world["accounts"][0]["iban"]},
            "instructedAmount": {"currency": "EUR", "amount": "250000.00"},
            "creditorAccount": {"iban": payee["iban"]},
            "creditorName": payee["name"],
            "remittanceInformationUnstructured": "HS/4471 deposit 14 Orchard Row",
        }
        made.update(changes)
        return made

    def initiate(self, product: str = "sepa-credit-transfers", **changes: object) -> dict[str, Any]:
        """Initiate a payment; return the bank's answer."""
        return self.call("POST", f"/v1/payments/{product}", self.order(**changes), expect=201)

    def identified(self, started_at: str) -> dict[str, Any]:
        """Start an authorisation and give the password; return the answer with the methods."""
        started = self.call("POST", started_at, {}, expect=201)
        assert started["scaStatus"] == "psuIdentified"
        password = {"psuData": {"password": self.psu["practice_password"]}}
        return self.call("PUT", started["_links"]["updatePsuAuthentication"]["href"], password)

    def challenged(self, started_at: str, method: str = "SMS_OTP") -> dict[str, Any]:
        """Go on to the challenge of a method."""
        known = self.identified(started_at)
        chosen = next(m for m in known["scaMethods"] if m["authenticationType"] == method)
        body = {"authenticationMethodId": chosen["authenticationMethodId"]}
        return self.call("PUT", known["_links"]["selectAuthenticationMethod"]["href"], body)

    def sms_code(self) -> str:
        """Return the newest code on the practice phone."""
        messages = self.bank.get(f"/phone/messages?psu_id={self.psu['psu_id']}")["messages"]
        return cast("str", messages[-1]["code"])

    def authorise(self, started_at: str) -> dict[str, Any]:
        """Authorise by SMS, start to end."""
        challenge = self.challenged(started_at)
        answer = {"scaAuthenticationData": self.sms_code()}
        return self.call("PUT", challenge["_links"]["authoriseTransaction"]["href"], answer)

    def pay(self, product: str = "sepa-credit-transfers", **changes: object) -> dict[str, Any]:
        """Initiate and authorise a payment; return the answer to the initiation."""
        payment = self.initiate(product, **changes)
        done = self.authorise(payment["_links"]["startAuthorisation"]["href"])
        assert done["scaStatus"] == "finalised"
        return payment

    def status(self, payment: dict[str, Any]) -> str:
        """Return a payment's transactionStatus."""
        return cast("str", self.call("GET", payment["_links"]["status"]["href"])["transactionStatus"])
