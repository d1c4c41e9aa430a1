"""One signed call to a NextGenPSD2 bank: headers, signature, the echo of the id, and the bank's own errors."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Final

from countersign.adapters.banks.xs2a.credentials import Credentials
from countersign.adapters.banks.xs2a.reading import Body, shown
from countersign.adapters.banks.xs2a.signing import RequestSigner
from countersign.adapters.transport.exchange import STATEMENT_LIMITS, Limits, Reply, Request, Transport
from countersign.adapters.transport.origin import Origin
from countersign.adapters.transport.tls import client_context, read_key
from countersign.application.failpoints import failpoint
from countersign.application.ports.bank import RawReply
from countersign.application.ports.clock import Clock, Entropy
from countersign.domain.errors import ConnectorError, FailureKind
from countersign.domain.order import BindingError

EVIDENCE_LIMIT = 64 * 1024
_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,59}")
_STATEMENTS = frozenset({"accounts", "entries"})
_ABSENT = (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN)
# Trouble is no refusal, whatever else the reply says. What comes with a 5xx isn't even read (``Transport``).
_TROUBLE = frozenset({"INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE"})

OPERATIONS: Final = (
    "profile",
    "accounts",
    "entries",
    "verify_payee",
    "consent",
    "consent_status",
    "initiate",
    "read_back",
    "authorise",
    "authenticate",
    "method",
    "answer",
    "report",
    "authorisation",
    "authorisations",
    "cancel",
    "tie",
    "basket",
    "dissolve",
)
"""The calls. Each has the failpoints ``bank.<call>.send.before``, ``.send.after`` and ``.reply.after``."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply whose request is known."""

    request_id: str
    reply: Reply
    body: Body

    @property
    def raw(self) -> RawReply:
        """The reply as evidence."""
        return RawReply(self.reply.status, self.request_id, self.reply.body[:EVIDENCE_LIMIT], self.reply.received_at)


class Channel:
    """Signs, sends and judges.

    Args:
        credentials: Who we are, and whom we trust.
        clock: For the Date header and deadlines.
        entropy: For the ids of requests that the caller names none for.
        limits: What one exchange may take; statements get more where nothing is said.

    Raises:
        SecurityError: ``bank.credentials``, or a ``LinkError`` for the bank's address.
    """

    def __init__(self, credentials: Credentials, clock: Clock, entropy: Entropy, limits: Limits | None = None) -> None:
        self.origin = Origin.of(credentials.api_url)
        self._base = credentials.api_url.rstrip("/")
        self._psu_id = credentials.psu_id
        self._clock = clock
        self._entropy = entropy
        key = read_key(credentials.private_key_pem)
        self._signer = RequestSigner(credentials.certificate_pem, key)
        tls = client_context(credentials.ca_pem, credentials.certificate_pem, key)
        self._transport = Transport(self.origin, clock, tls, limits)
        self._statement_limits = limits or STATEMENT_LIMITS

    def url(self, target: str) -> str:
        """Return the absolute URL of a path at the bank, which relative links in its reply are relative to."""
        host = f"[{self.origin.host}]" if ":" in self.origin.host else self.origin.host
        return f"{self.origin.scheme}://{host}:{self.origin.port}{target}"

    def entry(self, path: str) -> str:
        """Return the target of one of the few fixed entry points: ``path`` begins with ``/v1/``."""
        return self.origin.target(self._base, self._base + path)

    def call(
        self,
        operation: str,
        method: str,
        target: str,
        *,
        body: bytes = b"",
        headers: tuple[tuple[str, str], ...] = (),
        request_id: str = "",
        person: str | None = None,
        lookup: bool = False,
    ) -> Answer:
        """Send one request, once.

        Args:
            operation: One of ``OPERATIONS``.
            method: HTTP method.
            target: Path and query, from ``entry`` or from a link.
            body: JSON, or nothing.
            headers: Beside those that every request has.
            request_id: A UUID in any spelling; empty for a new one.
            person: On whose behalf (PSU-ID): empty for the one whom the connection was made for, None to say nothing.
            lookup: The request changes nothing; whatever goes wrong, it may be asked again.

        Raises:
            ConnectorError: As ``Transport.exchange``; and TERMINAL (RETRYABLE for a lookup) with
                ``bank.tpp.<code>`` where the bank said no, its words in ``text``. Its own trouble is no such thing: a
                request that ran out of time there (408) may have been carried out.
            BindingError: ``binding.reply``: the reply names another request.
        """
        identifier = str(
            uuid.UUID(request_id) if request_id else uuid.UUID(bytes=self._entropy.token_bytes(16), version=4)
        )
        date = format_datetime(datetime.fromtimestamp(self._clock.now_ms() // 1000, tz=UTC), usegmt=True)
        signed = self._signer.headers(body, identifier, date, "" if person is None else person or self._psu_id)
        present = ("PSU-IP-Address", self._transport.local_address())
        request = Request(method, target, (*signed, present, *headers), body, lookup)
        failpoint(f"bank.{operation}.send.before")
        limits = self._statement_limits if operation in _STATEMENTS else None
        reply = self._transport.exchange(request, limits, _point(f"bank.{operation}.send.after"))
        failpoint(f"bank.{operation}.reply.after")
        if not _same_id(reply.headers.get("x-request-id", ""), identifier):
            raise BindingError("binding.reply", field="request_id", count=1)
        if reply.status >= HTTPStatus.BAD_REQUEST:
            raise _refusal(reply, lookup=lookup)
        kind = FailureKind.RETRYABLE if lookup else FailureKind.UNKNOWN
        return Answer(identifier, reply, Body(reply.value, kind))

    def close(self) -> None:
        """Let go of connections."""
        self._transport.close()


def require_same(field: str, said: str, expected: str) -> None:
    """Hold what a reply says to what was asked.

    Raises:
        BindingError: ``binding.reply`` with the field.
    """
    if said != expected:
        raise BindingError("binding.reply", field=field, count=1)


def require_id(answer: Answer, name: str, field: str, expected: str) -> None:
    """Hold an identifier to the one that was asked for, where the reply repeats it; raises as ``require_same``."""
    said = answer.body.get(name)
    if said is not None and said != expected:
        raise BindingError("binding.reply", field=field, count=1)


def proves_nothing(error: ConnectorError) -> ConnectorError:
    """Turn "there is no such thing" into what it is worth in a lookup: nothing (LEDGER 19)."""
    if error.params.get("status") in _ABSENT:
        return ConnectorError(FailureKind.RETRYABLE, "bank.not_found_proves_nothing")
    return ConnectorError(error.kind, error.code, **error.params)


def _point(name: str) -> Callable[[], None]:
    return lambda: failpoint(name)


def _same_id(echoed: str, sent: str) -> bool:
    try:
        return uuid.UUID(echoed) == uuid.UUID(sent)
    except ValueError:
        return False


def _refusal(reply: Reply, *, lookup: bool) -> ConnectorError:
    """Read the standard's error (NextGenPSD2 1.3 §14.11), in either of its two forms (§4.13)."""
    unclear = FailureKind.RETRYABLE if lookup else FailureKind.UNKNOWN
    if reply.status == HTTPStatus.REQUEST_TIMEOUT:
        return ConnectorError(unclear, "bank.server_error", status=reply.status)
    body = Body(reply.value, unclear)
    messages = [*body.each("tppMessages"), *body.each("additionalErrors"), body]
    if any(message.text_or_empty("code") in _TROUBLE for message in messages):  # in whatever place
        return ConnectorError(unclear, "bank.server_error", status=reply.status)
    for message in messages:
        code = message.text_or_empty("code")
        if _CODE.fullmatch(code):
            text = message.text_or_empty("text") or message.text_or_empty("detail")
            params: dict[str, str | int] = {"text": shown(text), "status": reply.status}
            attempts = next(
                (item for item in (message.get("attemptsLeft"), body.get("attemptsLeft")) if item is not None), None
            )
            if isinstance(attempts, int):
                params["attempts_left"] = attempts
            kind = FailureKind.RETRYABLE if lookup else FailureKind.TERMINAL
            return ConnectorError(kind, f"bank.tpp.{code.lower()}", **params)
    return ConnectorError(unclear, "bank.reply_unreadable", field="tppMessages", status=reply.status)
