"""Signatures, checked by arithmetic of our own: draft-cavage-http-signatures-10 §2, RFC 8017 §8.2.2."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from countersign.adapters.banks.xs2a.signing import RequestSigner
from countersign.adapters.transport.tls import read_key
from countersign.domain.errors import SecurityError
from countersign.domain.secret import SecretText

ISSUER = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "LU"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, 'Bank "of" Practice, Zürich'),
        x509.NameAttribute(NameOID.COMMON_NAME, "Issuer"),
    ]
)
# RFC 8017 §9.2, note 1: DER of the DigestInfo of SHA-256.
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
DATE = "Sun, 22 Nov 2026 04:00:00 GMT"
REQUEST = "99391c7e-ad88-49ec-a2ad-99ddcb1f7721"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def certificate(key: rsa.RSAPrivateKey) -> x509.Certificate:
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder().subject_name(ISSUER).issuer_name(ISSUER).public_key(key.public_key())
    builder = builder.serial_number(0x9FA1).not_valid_before(start).not_valid_after(start.replace(year=2030))
    return builder.sign(key, hashes.SHA256())


@pytest.fixture
def signer(key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> RequestSigner:
    return RequestSigner(certificate.public_bytes(Encoding.PEM).decode(), key)


def signed_text(headers: dict[str, str], names: str) -> bytes:
    by_name = {name.lower(): value for name, value in headers.items()}
    return "\n".join(f"{name}: {by_name[name]}" for name in names.split(" ")).encode()


def is_signed(public: rsa.RSAPublicKey, text: bytes, signature: bytes) -> bool:
    numbers, size = public.public_numbers(), public.key_size // 8
    hashed = DIGEST_INFO + hashlib.sha256(text).digest()
    padded = b"\x00\x01" + b"\xff" * (size - len(hashed) - 3) + b"\x00" + hashed
    return pow(int.from_bytes(signature, "big"), numbers.e, numbers.n).to_bytes(size, "big") == padded


@pytest.mark.parametrize("body", [b"", b'{"amount":"1"}'])
@pytest.mark.parametrize("person", ["", "somebody"])
def test_the_signature_fits_what_is_sent(
    body: bytes, person: str, signer: RequestSigner, key: rsa.RSAPrivateKey
) -> None:
    headers = dict(signer.headers(body, REQUEST, DATE, person))
    found = dict(re.findall(r'(\w+)="([^"]*)"', headers["Signature"]))
    assert found["algorithm"] == "rsa-sha256"
    expected = "digest x-request-id psu-id date" if person else "digest x-request-id date"
    assert found["headers"] == expected
    signature = base64.b64decode(found["signature"])
    text = signed_text(headers, found["headers"])
    assert is_signed(key.public_key(), text, signature)
    assert not is_signed(key.public_key(), text.replace(b"date", b"Date"), signature)
    assert not is_signed(key.public_key(), text + b"\n", signature)


def test_the_digest_is_the_bodys(signer: RequestSigner) -> None:
    """The value of the standard's own example: NextGenPSD2 1.3 §12.1 hashes an empty body too."""
    empty = dict(signer.headers(b"", REQUEST, DATE))
    assert empty["Digest"] == "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    assert "PSU-ID" not in empty


def test_the_key_is_named_by_serial_and_issuer(signer: RequestSigner) -> None:
    signature = dict(signer.headers(b"", REQUEST, DATE))["Signature"]
    key_id = re.findall(r'keyId="([^"]*)"', signature)[0]
    assert key_id.startswith("SN=9FA1,CA=CN=Issuer,O=Bank ")
    assert key_id.endswith(",C=LU")
    assert key_id.isascii()
    assert '"' not in key_id


def test_the_certificate_is_sent_along(signer: RequestSigner, certificate: x509.Certificate) -> None:
    sent = dict(signer.headers(b"", REQUEST, DATE))["TPP-Signature-Certificate"]
    assert base64.b64decode(sent, validate=True) == certificate.public_bytes(Encoding.DER)


def test_credentials_that_can_not_be_read_are_refused(key: rsa.RSAPrivateKey) -> None:
    with pytest.raises(SecurityError) as refused:
        RequestSigner("nothing", key)
    assert refused.value.code == "bank.credentials"
    curve = ec.generate_private_key(ec.SECP256R1())
    for pem in ("nothing", curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()):
        with pytest.raises(SecurityError) as refused:
            read_key(SecretText(pem))
        assert refused.value.code == "bank.credentials"
