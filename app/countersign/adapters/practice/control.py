"""The practice bank's control port: what no real bank has. Plain HTTP, on this very machine only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import cast

import orjson

from countersign.adapters.transport.exchange import STATEMENT_LIMITS, Reply, Request, Transport
from countersign.adapters.transport.origin import Origin
from countersign.application.ports.clock import Clock
from countersign.domain.errors import ConnectorError, FailureKind
from countersign.domain.secret import SecretText

JsonReply = Mapping[str, object]


class PracticeControl:
    """Asks and steers the practice bank. NETWORK lane.

    Args:
        url: ``http://127.0.0.1:PORT``.
        token: Travels in a header only.
        clock: For deadlines.
    """

    def __init__(self, url: str, token: SecretText, clock: Clock) -> None:
        self._transport = Transport(Origin.of(url), clock, None, STATEMENT_LIMITS)
        self._token = token

    def call(self, method: str, path: str, body: object = None) -> JsonReply:
        """Make one call.

        Raises:
            ConnectorError: As ``Transport.exchange``; TERMINAL with ``practice.<code>`` where the bank says no.
        """
        written = b"" if body is None else orjson.dumps(body)
        reply = self._transport.exchange(self._request(method, path, written))
        if reply.status >= HTTPStatus.BAD_REQUEST:
            raise _refusal(reply)
        return cast("JsonReply", reply.value) if isinstance(reply.value, dict) else {}

    def lease(self) -> Callable[[], None]:
        """Keep the bank alive until what is returned is called, or until this process ends.

        Raises:
            ConnectorError: The bank has gone.
        """
        return self._transport.hold(self._request("GET", "/lease"))

    def accounts(self) -> Sequence[JsonReply]:
        """List accounts with exact balances."""
        return _items(self.call("GET", "/accounts"), "accounts")

    def journal(self) -> Sequence[JsonReply]:
        """List what the bank has executed."""
        return _items(self.call("GET", "/journal"), "journal")

    def requests(self, after: int = 0) -> Sequence[JsonReply]:
        """List the requests that the bank has seen."""
        return _items(self.call("GET", f"/requests?after={after}"), "requests")

    def set_faults(self, *rules: Mapping[str, str | int]) -> None:
        """Replace all faults; none clears them."""
        self.call("PUT", "/faults", {"rules": list(rules)})

    def faults(self) -> Sequence[JsonReply]:
        """List the faults, with how often each was seen and has fired."""
        return _items(self.call("GET", "/faults"), "rules")

    def set_outcomes(self, outcomes: Mapping[str, object]) -> None:
        """Merge what the bank decides: name checks, rejections, settlement, exemption."""
        self.call("PUT", "/outcomes", outcomes)

    def set_clock(self, change: Mapping[str, str | int | bool]) -> None:
        """Steer the bank's clock."""
        self.call("PUT", "/clock", change)

    def revoke(self, serial: int) -> None:
        """Revoke a client's certificate."""
        self.call("DELETE", f"/enrolments/{serial:x}")

    def shutdown(self) -> None:
        """End the bank, whoever still holds a lease."""
        self.call("POST", "/shutdown")

    def close(self) -> None:
        """Let go of connections, leases included."""
        self._transport.close()

    def _request(self, method: str, path: str, body: bytes = b"") -> Request:
        bearer = ("Authorization", f"Bearer {self._token.reveal()}")
        return Request(method, path, (bearer,), body, lookup=method == "GET")


def _refusal(reply: Reply) -> ConnectorError:
    code = reply.value.get("error") if isinstance(reply.value, dict) else None
    name = code if isinstance(code, str) and code.isidentifier() else "refused"
    return ConnectorError(FailureKind.TERMINAL, f"practice.{name}", status=reply.status)


def _items(reply: JsonReply, name: str) -> Sequence[JsonReply]:
    found = reply.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
