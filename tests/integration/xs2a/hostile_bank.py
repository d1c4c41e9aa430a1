"""A bank that lies, drips, drops and floods: a TLS server of its own, whose every reply a test decides."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

import orjson
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from countersign.adapters.banks.xs2a.credentials import Credentials
from countersign.domain.secret import SecretText

_START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_END = dt.datetime(2036, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it arrived. Header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    def json(self, value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> bytes:
        """Return an honest reply to this request, as bytes on the wire; ``headers`` make it less so."""
        honest = {"X-Request-ID": self.headers.get("x-request-id", "")}
        return reply(status, orjson.dumps(value), honest | dict(headers or {}))


Behaviour = Callable[[Seen], bytes | Iterable[bytes]]


def reply(status: int, body: bytes, headers: Mapping[str, str]) -> bytes:
    """Return a reply as bytes on the wire."""
    lines = {"Content-Type": "application/json", "Content-Length": str(len(body))} | dict(headers)
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value != "-")
    return f"HTTP/1.1 {status} Something\r\n{head}\r\n".encode() + body


@dataclass
class Pki:
    """An issuer, and what it issued."""

    folder: Path
    name: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        self.subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        built = self._builder(self.subject, self.key.public_key())
        built = built.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.certificate = built.sign(self.key, hashes.SHA256())

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey
    ) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self.subject).public_key(key)
        return builder.serial_number(x509.random_serial_number()).not_valid_before(_START).not_valid_after(_END)

    def server_files(self, host: str = "localhost") -> Path:
        """Write a server's certificate with its key, and return the file."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName(host), x509.IPAddress(ip_address("127.0.0.1"))])
        if host != "localhost":
            names = x509.SubjectAlternativeName([x509.DNSName(host)])
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        certificate = self._builder(subject, key.public_key()).add_extension(names, critical=False)
        file = self.folder / f"{self.name}-{host}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(private + certificate.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM))
        return file

    def client(self) -> tuple[str, str]:
        """Return a client's certificate and its key."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A client")])
        certificate = self._builder(subject, key.public_key()).sign(self.key, hashes.SHA256())
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return certificate.public_bytes(Encoding.PEM).decode(), private.decode()


class HostileBank:
    """Answers one request per connection, as ``behaviour`` says, and remembers what it saw."""

    def __init__(self, server_files: Path, ca_pem: str, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> None:
        self.behaviour: Behaviour = lambda seen: seen.json({})
        self.seen: list[Seen] = []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = min(newest, ssl.TLSVersion.TLSv1_2)
        self._context.maximum_version = newest
        if newest < ssl.TLSVersion.TLSv1_2:
            self._context.set_ciphers("ALL:@SECLEVEL=0")
        self._context.load_cert_chain(server_files)
        self._context.load_verify_locations(cadata=ca_pem)
        self._context.verify_mode = ssl.CERT_REQUIRED
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"https://127.0.0.1:{self.port}"
        self.released = threading.Event()
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def close(self) -> None:
        """End it, and everything it is in the middle of."""
        self.released.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in (self._accepting, *self._threads):
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        with connection, suppress(OSError), self._context.wrap_socket(connection, server_side=True) as tls:
            seen = _read(tls)
            if seen is None:
                return
            self.seen.append(seen)
            answer = self.behaviour(seen)
            for chunk in [answer] if isinstance(answer, bytes) else answer:
                tls.sendall(chunk)


def _read(tls: ssl.SSLSocket) -> Seen | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = tls.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += tls.recv(65536)
    return Seen(method, target, headers, body)


@contextmanager
def hostile_bank(
    pki: Pki, host: str = "localhost", newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
) -> Iterator[HostileBank]:
    """Run one."""
    bank = HostileBank(pki.server_files(host), pki.pem, newest)
    try:
        yield bank
    finally:
        bank.close()


def credentials_for(bank: HostileBank, pki: Pki, client: tuple[str, str]) -> Credentials:
    """Return what the connector needs for it."""
    certificate, key = client
    return Credentials(bank.url, certificate, SecretText(key), pki.pem, "somebody", consent_id="consent-1")
