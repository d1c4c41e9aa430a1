"""The bank's own certificate authority, its server certificate, and clients' enrolment."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import os
import secrets
import ssl
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from practicebank.clock import BankClock, iso, system_now
from practicebank.store import Store

_CODE_LIFE_MS = 10 * 60 * 1000
_MAX_WRONG_TRIES = 5
_CODE_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_CODE_LENGTH = 12
_MIN_RSA_BITS = 2048
_AUTHORITY_LIFE = timedelta(days=20 * 365)
_LIFE = timedelta(days=730)
_RENEW_BEFORE = timedelta(days=30)


class EnrolmentRefusedError(Exception):
    """Refuse to enrol, with a code for the caller: ``code_unknown`` or ``request_unfit``."""


class Authority:
    """Hold one world's certificate authority.

    Args:
        directory: Where keys and certificates are kept, readable by the owner only.
        world_id: The world's identifier; it appears in the authority's name.
    """

    def __init__(self, directory: Path, world_id: str) -> None:
        self._directory = directory
        directory.mkdir(mode=0o700, exist_ok=True)
        key_path, self._certificate_path = directory / "ca.key", directory / "ca.pem"
        if not self._certificate_path.exists():
            key = ec.generate_private_key(ec.SECP256R1())
            write_owner_only(key_path, _private_pem(key))
            name = x509.Name(
                [
                    x509.NameAttribute(NameOID.COUNTRY_NAME, "LU"),
                    x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Alder Practice Bank"),
                    x509.NameAttribute(NameOID.COMMON_NAME, f"Practice Bank CA {world_id[:8]}"),
                ]
            )
            certificate = (
                _builder(name, name, key.public_key(), _AUTHORITY_LIFE)
                .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
                .add_extension(_usage(signs_certificates=True), critical=True)
                .sign(key, hashes.SHA256())
            )
            write_owner_only(self._certificate_path, certificate.public_bytes(serialization.Encoding.PEM))
        loaded = serialization.load_pem_private_key(key_path.read_bytes(), None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise TypeError("the authority's key is not an elliptic curve key")
        self._key = loaded
        self.certificate = x509.load_pem_x509_certificate(self._certificate_path.read_bytes())

    @property
    def pem(self) -> str:
        """Return the authority's certificate, which clients pin."""
        return self._certificate_path.read_text(encoding="ascii")

    def server_context(self) -> ssl.SSLContext:
        """Return TLS 1.3 settings that let in nobody without a certificate of this authority."""
        # Key and certificate in one file: both are replaced in one step, or neither.
        path = self._directory / "server.key"
        if not path.exists() or _runs_out(path):
            key = ec.generate_private_key(ec.SECP256R1())
            names = [
                x509.DNSName("localhost"),
                x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
                x509.IPAddress(ipaddress.ip_address("::1")),
            ]
            subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
            certificate = (
                _builder(subject, self.certificate.subject, key.public_key(), _LIFE)
                .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
                .add_extension(_usage(signs_certificates=False), critical=True)
                .add_extension(x509.SubjectAlternativeName(names), critical=False)
                .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
                .add_extension(_authority_id(self._key), critical=False)
                .sign(self._key, hashes.SHA256())
            )
            public = certificate.public_bytes(serialization.Encoding.PEM)
            write_owner_only(path, _private_pem(key) + public)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cafile=str(self._certificate_path))
        context.load_cert_chain(str(path))
        return context

    def issue(self, csr_pem: str) -> x509.Certificate:
        """Issue a client certificate for a signing request; its subject is kept.

        Raises:
            EnrolmentRefusedError: The request isn't one, isn't signed by its key, or the key is
                neither RSA of 2048 bits or more nor on P-256 or P-384.
        """
        try:
            request = x509.load_pem_x509_csr(csr_pem.encode())
            key = request.public_key()
        except ValueError as error:
            raise EnrolmentRefusedError("request_unfit") from error
        fit = (isinstance(key, rsa.RSAPublicKey) and key.key_size >= _MIN_RSA_BITS) or (
            isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1 | ec.SECP384R1)
        )
        if not fit or not request.is_signature_valid or not request.subject.rdns:
            raise EnrolmentRefusedError("request_unfit")
        if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            raise EnrolmentRefusedError("request_unfit")
        return (
            _builder(request.subject, self.certificate.subject, key, _LIFE)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .add_extension(_authority_id(self._key), critical=False)
            .sign(self._key, hashes.SHA256())
        )


class Enrolments:
    """Hand out one-time codes and turn them into client certificates.

    Args:
        store: The bank's memory.
        clock: The bank's clock; codes age by it.
        authority: Issues the certificates.
    """

    def __init__(self, store: Store, clock: BankClock, authority: Authority) -> None:
        self._store = store
        self._clock = clock
        self._authority = authority

    def new_code(self) -> dict[str, object]:
        """Make a one-time code, good for ten minutes of bank clock."""
        signs = "".join(secrets.choice(_CODE_SIGNS) for _ in range(_CODE_LENGTH))
        expires_ms = self._clock.now_ms() + _CODE_LIFE_MS
        self._store.run(
            "INSERT INTO enrolment_codes (code_hash, expires_ms) VALUES (?, ?)",
            _code_hash(signs),
            expires_ms,
        )
        code = "-".join(signs[start : start + 4] for start in range(0, _CODE_LENGTH, 4))
        return {"code": code, "expires_at": iso(expires_ms)}

    def redeem(self, code: str, csr_pem: str) -> str:
        """Turn a code and a signing request into a certificate, in PEM.

        A wrong code counts against every code outstanding; after five, all of them are void.

        Raises:
            EnrolmentRefusedError: The code is unknown, used, too old or void, or the request unfit.
        """
        with self._store.transaction() as db:
            now_ms = self._clock.now_ms()
            row = db.execute(
                "SELECT 1 FROM enrolment_codes WHERE code_hash = ? AND used = 0 AND expires_ms > ? AND wrong_tries < ?",
                (_code_hash(code), now_ms, _MAX_WRONG_TRIES),
            ).fetchone()
            if row is None:
                db.execute("UPDATE enrolment_codes SET wrong_tries = wrong_tries + 1")
                self._store.checkpoint()
                raise EnrolmentRefusedError("code_unknown")
            certificate = self._authority.issue(csr_pem)
            db.execute("UPDATE enrolment_codes SET used = 1 WHERE code_hash = ?", (_code_hash(code),))
            db.execute(
                "INSERT INTO clients (serial, subject, enrolled_ms) VALUES (?, ?, ?)",
                (f"{certificate.serial_number:x}", certificate.subject.rfc4514_string(), now_ms),
            )
        return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")

    def is_enrolled(self, serial: int) -> bool:
        """Return whether a certificate was issued by an enrolment and not revoked since."""
        row = self._store.one("SELECT revoked FROM clients WHERE serial = ?", f"{serial:x}")
        return row is not None and not row["revoked"]

    def revoke(self, serial_hex: str) -> bool:
        """Revoke a client's certificate; return whether there was one."""
        serial = serial_hex.lower().lstrip("0")
        if self._store.one("SELECT 1 FROM clients WHERE serial = ?", serial) is None:
            return False
        self._store.run("UPDATE clients SET revoked = 1 WHERE serial = ?", serial)
        return True


def write_owner_only(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, replacing an old one in one step."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _code_hash(code: str) -> str:
    signs = "".join(sign for sign in code.upper() if sign.isalnum())
    return base64.b16encode(hashlib.sha256(signs.encode()).digest()).decode()


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    life: timedelta,
) -> x509.CertificateBuilder:
    now = system_now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _authority_id(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _runs_out(path: Path) -> bool:
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    return certificate.not_valid_after_utc - _RENEW_BEFORE < system_now()
