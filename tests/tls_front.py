"""TLS before a server that has none: answers PostgreSQL's request for it, proves a name, and passes bytes on."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_TLS_REQUEST: Final = bytes.fromhex("0000000804d2162f")  # PostgreSQL, Frontend/Backend Protocol, SSLRequest
_FROM: Final = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_UNTIL: Final = dt.datetime(2120, 1, 1, tzinfo=dt.UTC)


class Authority:
    """A certificate authority; ``file`` is what the program is given to trust."""

    def __init__(self, folder: Path, name: str) -> None:
        self._key = generate_private_key(SECP256R1())
        self._folder = folder
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self._signed(self._name, self._key, None)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(self.certificate.public_bytes(Encoding.PEM))

    def context(self, host: str) -> ssl.SSLContext:
        """Return what a server with this name proves it by."""
        key = generate_private_key(SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        certificate = self._signed(subject, key, host)
        chain = self._folder / f"{host}-{certificate.serial_number}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        chain.write_bytes(certificate.public_bytes(Encoding.PEM) + private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context

    def _signed(self, subject: x509.Name, key: EllipticCurvePrivateKey, host: str | None) -> x509.Certificate:
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(_FROM)
            .not_valid_after(_UNTIL)
            .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
        )
        if host is not None:
            made = made.add_extension(x509.SubjectAlternativeName([_general_name(host)]), critical=False)
        return made.sign(self._key, SHA256())


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


@contextmanager
def tls_front(context: ssl.SSLContext | None, behind: int) -> Iterator[int]:
    """Listen on a port of its own while the block runs; without a context it says that it has no TLS."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threads: list[threading.Thread] = []
        open_sockets: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    guest, _ = listener.accept()
                except OSError:
                    return
                open_sockets.append(guest)
                threads.append(threading.Thread(target=_serve, args=(guest, context, behind, open_sockets)))
                threads[-1].start()

        acceptor = threading.Thread(target=accept)
        acceptor.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            acceptor.join()
            for each in open_sockets:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()


def _serve(
    guest: socket.socket, context: ssl.SSLContext | None, behind: int, open_sockets: list[socket.socket]
) -> None:
    with guest, suppress(OSError):
        asked = guest.recv(len(_TLS_REQUEST), socket.MSG_WAITALL)
        if asked != _TLS_REQUEST:
            return
        if context is None:
            guest.sendall(b"N")
            return
        guest.sendall(b"S")
        with (
            context.wrap_socket(guest, server_side=True) as secure,
            socket.create_connection(("127.0.0.1", behind)) as server,
        ):
            open_sockets += [secure, server]
            back = threading.Thread(target=_pass_on, args=(server, secure))
            back.start()
            _pass_on(secure, server)
            back.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
