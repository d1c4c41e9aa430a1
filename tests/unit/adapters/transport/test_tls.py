"""The private key is never on disk in clear, and only the pinned issuer is trusted."""

from __future__ import annotations

import datetime as dt
import os
import ssl
import tempfile
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from countersign.adapters.system.clock import SystemClock
from countersign.adapters.transport.exchange import Transport
from countersign.adapters.transport.origin import Origin
from countersign.adapters.transport.tls import client_context, read_key
from countersign.domain.errors import SecurityError
from countersign.domain.secret import SecretText


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def certificate(key: rsa.RSAPrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Somebody")])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(start).not_valid_after(start.replace(year=2030))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the only directory in which temporary files can be made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_key_is_on_disk_only_encrypted_and_only_for_a_moment(
    watched: Path, key: rsa.RSAPrivateKey, certificate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []
    load = ssl.SSLContext.load_cert_chain

    def look(context: ssl.SSLContext, name: str, keyfile: None = None, password: str = "") -> None:
        for file in watched.rglob("*"):
            seen.append(file.read_bytes())
            if os.name == "posix":
                assert file.stat().st_mode & 0o077 == 0
        load(context, name, keyfile, password)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", look)
    client_context(certificate, certificate, key)
    assert len(seen) == 1
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in seen[0]
    numbers = key.private_numbers()
    clear = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    for secret in (clear[40:80], numbers.p.to_bytes(128, "big"), numbers.d.to_bytes(256, "big")):
        assert secret not in seen[0]
    assert b"BEGIN PRIVATE KEY" not in seen[0]
    assert b"BEGIN RSA PRIVATE KEY" not in seen[0]
    assert list(watched.rglob("*")) == []


def test_the_file_goes_when_the_key_does_not_fit(watched: Path, certificate: str) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with pytest.raises(SecurityError) as refused:
        client_context(certificate, certificate, other)
    assert refused.value.code == "bank.credentials"
    assert list(watched.rglob("*")) == []


def test_an_issuer_that_can_not_be_read_is_refused() -> None:
    with pytest.raises(SecurityError) as refused:
        client_context("nothing")
    assert refused.value.code == "bank.credentials"


def test_only_the_pinned_issuer_is_trusted(certificate: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    context = client_context(certificate)
    assert context.cert_store_stats()["x509"] == 1
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert str(context.keylog_filename) == "None"
    assert all("NULL" not in suite["name"] and "RC4" not in suite["name"] for suite in context.get_ciphers())


@pytest.mark.parametrize("url", ["http://bank.example", "http://192.0.2.1", "http://localhost"])
def test_plain_http_goes_nowhere_but_to_this_machine(url: str) -> None:
    with pytest.raises(ValueError, match="http"):
        Transport(Origin.of(url), SystemClock(), None)


def test_tls_is_not_left_out() -> None:
    with pytest.raises(ValueError, match="https"):
        Transport(Origin.of("https://bank.example"), SystemClock(), None)


def _pem(key: rsa.RSAPrivateKey) -> SecretText:
    return SecretText(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


def test_a_key_is_read_as_it_was_written(key: rsa.RSAPrivateKey) -> None:
    assert read_key(_pem(key)).private_numbers() == key.private_numbers()


@pytest.mark.parametrize("field", ["d", "dmp1", "dmq1", "iqmp"])
def test_a_key_whose_numbers_do_not_belong_together_is_refused(key: rsa.RSAPrivateKey, field: str) -> None:
    right = key.private_numbers()
    numbers = {name: getattr(right, name) for name in ("p", "q", "d", "dmp1", "dmq1", "iqmp")}
    numbers[field] += 2
    wrong = rsa.RSAPrivateNumbers(**numbers, public_numbers=right.public_numbers)
    with pytest.raises(SecurityError, match=r"bank\.credentials"):
        read_key(_pem(wrong.private_key(unsafe_skip_rsa_key_validation=True)))


def test_what_is_no_key_is_refused() -> None:
    with pytest.raises(SecurityError, match=r"bank\.credentials"):
        read_key(SecretText("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"))
