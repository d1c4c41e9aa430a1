"""One request, one reply: what came back, or what its absence means for the payment (SECURITY row 19).

No redirects, no proxies, no cookies, no retries, no connection used twice. A connection of its own
for each request costs a handshake and buys that a reply can't belong to another request, and that no stale connection
makes an outcome unknown.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

import orjson

from countersign.adapters.transport.origin import Origin
from countersign.adapters.transport.outcome import Break, BrokenExchangeError, RedirectError
from countersign.application.ports.clock import Clock
from countersign.domain.errors import ConnectorError, FailureKind

if TYPE_CHECKING:
    from countersign.adapters.transport.deadline import Budget
    from countersign.adapters.transport.engine import Answer

MEBIBYTE = 1024 * 1024
_PROBE_SECONDS = 0.5
_JSON_TYPES = frozenset({"application/json", "application/problem+json"})
_CERTIFICATE_ALERTS = ("CERTIFICATE", "UNKNOWN_CA", "ACCESS_DENIED", "HANDSHAKE_FAILURE", "DECRYPT_ERROR")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one exchange may take. Milliseconds and bytes; ``depth`` counts nested lists and objects."""

    connect_ms: int = 10_000
    read_ms: int = 30_000
    total_ms: int = 60_000
    body_bytes: int = MEBIBYTE
    depth: int = 32


STATEMENT_LIMITS = Limits(body_bytes=16 * MEBIBYTE, total_ms=120_000)


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask.

    Attributes:
        target: Path and query.
        lookup: The request changes nothing at the bank, so that it may always be asked again.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)  # a password or a code, at times
    lookup: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: any 2xx or 4xx whose body is JSON or empty.

    Attributes:
        headers: By lower-case name; several of one name are joined by a comma.
        value: The parsed body; None where there is none. Untrusted.
        received_at: Milliseconds since the epoch.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    value: object = field(repr=False)
    received_at: int


class _RefusedReply(Exception):  # noqa: N818 - never leaves this module
    """A reply that came and can't be used."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class Transport:
    """The connection to one origin. NETWORK lane; several threads may use it at once.

    Args:
        origin: The only place it speaks to.
        clock: For the deadline and for the time of receipt.
        tls: From ``client_context``. None for plain HTTP, which is allowed to this very machine only.
        limits: For exchanges that name no others.

    Raises:
        ValueError: Plain HTTP to another machine.
    """

    def __init__(self, origin: Origin, clock: Clock, tls: ssl.SSLContext | None, limits: Limits | None = None) -> None:
        from countersign.adapters.transport.engine import Engine  # noqa: PLC0415 - see there

        if (origin.scheme == "https") is (tls is None) or (tls is None and origin.host not in {"127.0.0.1", "::1"}):
            raise ValueError(origin.scheme)
        self.origin = origin
        self._clock = clock
        self._tls = tls
        self._limits = limits or Limits()
        self._closed = False
        self._heard = False  # an exchange succeeded, so the certificate is accepted
        self._engine = Engine(origin, clock, tls)

    def exchange(self, request: Request, limits: Limits | None = None, sent: Callable[[], None] | None = None) -> Reply:
        """Send a request and read its reply.

        Args:
            request: Sent at most once.
            limits: Others than this transport's.
            sent: Called between the last byte of the request and the first of the reply.

        Raises:
            ConnectorError: RETRYABLE where nothing was sent, or where the request was a lookup; UNKNOWN where the
                request may have been carried out and no readable answer came. Codes: ``bank.unreachable``,
                ``bank.not_trusted``, ``bank.tls_refused``, ``bank.certificate_refused``, ``bank.timeout``,
                ``bank.disconnected``, ``bank.redirect_refused``, ``bank.server_error`` (status),
                ``bank.content_type``, ``bank.reply_too_large`` (limit), ``bank.reply_unreadable``,
                ``bank.reply_too_deep`` (limit), ``bank.closed``.
        """
        if self._closed:
            raise ConnectorError(FailureKind.RETRYABLE, "bank.closed")
        limits = limits or self._limits
        budget = self._engine.begin(limits.total_ms)
        try:
            reply = self._converse(request, limits, sent)
        except RedirectError:
            kind = FailureKind.RETRYABLE if request.lookup else FailureKind.UNKNOWN
            raise ConnectorError(kind, "bank.redirect_refused") from None
        except _RefusedReply as refused:
            kind = FailureKind.RETRYABLE if request.lookup else FailureKind.UNKNOWN
            raise ConnectorError(kind, refused.code, **refused.params) from None
        except BrokenExchangeError as error:
            raise self._failure(request, budget, error) from error
        self._heard = True
        return reply

    def hold(self, request: Request) -> Callable[[], None]:
        """Ask for something that streams for as long as it is held, and return what lets go of it.

        Raises:
            ConnectorError: RETRYABLE; codes as for ``exchange``, and ``bank.refused`` (status).
        """
        budget = self._engine.begin(self._limits.total_ms)
        try:
            held = self._sent(request, self._limits)
        except RedirectError as error:
            raise ConnectorError(FailureKind.RETRYABLE, "bank.refused", status=error.status) from None
        except BrokenExchangeError as error:
            raise self._failure(replace(request, lookup=True), budget, error) from error
        if held.status != HTTPStatus.OK:
            held.close()
            raise ConnectorError(FailureKind.RETRYABLE, "bank.refused", status=held.status)
        return held.close

    def close(self) -> None:
        """Let go of connections. Exchanges after this fail with ``bank.closed``."""
        self._closed = True
        self._engine.close()

    def local_address(self) -> str:
        """Return the address of this machine that the bank sees first. Sends nothing.

        Raises:
            ConnectorError: ``bank.unreachable``: the bank's name leads nowhere.
        """
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                self.origin.host, self.origin.port, type=socket.SOCK_DGRAM
            )[0]
            with socket.socket(family, kind, protocol) as probe:
                probe.connect(address)
                return str(probe.getsockname()[0])
        except OSError as error:
            raise ConnectorError(FailureKind.RETRYABLE, "bank.unreachable") from error

    def _converse(self, request: Request, limits: Limits, sent: Callable[[], None] | None) -> Reply:
        with closing(self._sent(request, limits, sent)) as found:
            return self._read(found, limits)

    def _sent(self, request: Request, limits: Limits, sent: Callable[[], None] | None = None) -> Answer:
        patience = (limits.connect_ms, limits.read_ms)
        headers = self._headers_of(request)
        return self._engine.send(request.method, request.target, headers, request.body, patience, sent)

    def _headers_of(self, request: Request) -> list[tuple[str, str]]:
        headers = [("Host", self._host), ("Connection", "close"), ("Accept", "application/json"), *request.headers]
        if request.body:
            headers += [("Content-Type", "application/json"), ("Content-Length", str(len(request.body)))]
        return headers

    @property
    def _host(self) -> str:
        host = f"[{self.origin.host}]" if ":" in self.origin.host else self.origin.host
        return f"{host}:{self.origin.port}"

    def _read(self, found: Answer, limits: Limits) -> Reply:
        if found.status // 100 not in {2, 4}:
            raise _RefusedReply("bank.server_error", status=found.status)
        headers = _headers(found)
        if headers.get("content-length", "").isdecimal() and int(headers["content-length"]) > limits.body_bytes:
            raise _RefusedReply("bank.reply_too_large", limit=limits.body_bytes)
        body = bytearray()
        for chunk in found.pieces():
            body += chunk
            if len(body) > limits.body_bytes:
                raise _RefusedReply("bank.reply_too_large", limit=limits.body_bytes)
        value = _parsed(headers, bytes(body), limits) if body else None
        return Reply(found.status, headers, bytes(body), value, self._clock.now_ms())

    def _failure(self, request: Request, budget: Budget, error: BrokenExchangeError) -> ConnectorError:
        """Say what a broken exchange means."""
        alert = isinstance(error.beneath, ssl.SSLError) and _is_certificate_alert(error.beneath)
        # After that alert the bank reads nothing; unless it had begun to answer, and so had read already.
        harmless = request.lookup or not budget.sent or (alert and not budget.heard)
        kind = FailureKind.RETRYABLE if harmless else FailureKind.UNKNOWN
        if alert:
            return ConnectorError(kind, "bank.certificate_refused")
        if error.broken is Break.TIMED_OUT:
            code = "bank.timeout" if budget.sent else "bank.unreachable"
        elif error.broken is Break.NOT_CONNECTED:
            code = _connect_code(error.beneath)
        elif not self._heard and self._certificate_refused():
            code = "bank.certificate_refused"
        else:
            code = "bank.disconnected"
        return ConnectorError(kind, code)

    def _certificate_refused(self) -> bool:
        """Find out whether the bank hangs up because of our certificate.

        With TLS 1.3 a refusal comes after the client is done, and shows as a disconnection that may swallow the alert.
        A second connection on which nothing is sent gets to hear it. Only for choosing the words: the kind of failure
        doesn't depend on it.
        """
        if self._tls is None:
            return False
        address = (self.origin.host, self.origin.port)
        try:
            with (
                socket.create_connection(address, timeout=_PROBE_SECONDS) as raw,
                self._tls.wrap_socket(raw, server_hostname=self.origin.host) as secured,
            ):
                secured.recv(1)
        except ssl.SSLError as error:
            return _is_certificate_alert(error)
        except OSError:
            return False
        return False


def _headers(found: Answer) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in found.headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _parsed(headers: Mapping[str, str], body: bytes, limits: Limits) -> object:
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise _RefusedReply(
            "bank.reply_unreadable"
        )  # we ask for none, so that a small reply can't unfold into a huge one
    if headers.get("content-type", "").partition(";")[0].strip().lower() not in _JSON_TYPES:
        raise _RefusedReply("bank.content_type")
    try:
        value: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _RefusedReply("bank.reply_unreadable") from error
    if _deeper(value, limits.depth):
        raise _RefusedReply("bank.reply_too_deep", limit=limits.depth)
    return value


def _deeper(value: object, depth: int) -> bool:
    layer = [value]
    for _ in range(depth):
        layer = [item for one in layer for item in _inside(one) if isinstance(item, dict | list)]
        if not layer:
            return False
    return True


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _connect_code(beneath: object) -> str:
    if isinstance(beneath, ssl.SSLCertVerificationError):
        return "bank.not_trusted"
    return "bank.tls_refused" if isinstance(beneath, ssl.SSLError) else "bank.unreachable"


def _is_certificate_alert(error: ssl.SSLError) -> bool:
    reason = error.reason or ""
    return "ALERT" in reason and any(word in reason for word in _CERTIFICATE_ALERTS)
