"""One budget of time over a whole exchange, whatever the other side drips, and whether a byte of it went out.

A read timeout alone starts anew with every byte; a reply of one byte a second would never end.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterable
from dataclasses import dataclass

import httpcore

from countersign.application.ports.clock import Clock


@dataclass(slots=True)
class Budget:
    """What is left of an exchange.

    Attributes:
        ends_at: In the clock's monotonic milliseconds.
        sent: Whether a byte of the request may have gone out. The TLS handshake doesn't count.
        heard: Whether a byte of the reply came in.
    """

    clock: Clock
    ends_at: int
    sent: bool = False
    heard: bool = False

    def left(self, timeout: float | None, exceeded: type[httpcore.TimeoutException]) -> float:
        """Return the seconds that one operation may take.

        Raises:
            httpcore.TimeoutException: Nothing is left.
        """
        seconds = (self.ends_at - self.clock.monotonic_ms()) / 1000
        if seconds <= 0:
            raise exceeded
        return seconds if timeout is None else min(timeout, seconds)


class TimedBackend(httpcore.NetworkBackend):
    """Opens connections that keep to the budget of the exchange they serve. Exchanges run on their caller's thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._inner = httpcore.SyncBackend()
        self._local = threading.local()

    def begin(self, total_ms: int) -> Budget:
        """Start the clock for this thread's next exchange."""
        budget = Budget(self._clock, self._clock.monotonic_ms() + total_ms)
        self._local.budget = budget
        return budget

    @property
    def budget(self) -> Budget:
        """The budget of this thread's exchange."""
        found: Budget = self._local.budget
        return found

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the bank."""
        seconds = self.budget.left(timeout, httpcore.ConnectTimeout)
        stream = self._inner.connect_tcp(host, port, seconds, local_address, socket_options)
        return TimedStream(stream, self)

    def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002 - the shape is httpcore's
        timeout: float | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Refuse: no bank lives there."""
        raise httpcore.ConnectError

    def sleep(self, seconds: float) -> None:  # noqa: ARG002
        """Refuse: nothing is ever tried again without being told."""
        raise httpcore.ConnectError


class TimedStream(httpcore.NetworkStream):
    """A connection under a budget."""

    def __init__(self, inner: httpcore.NetworkStream, backend: TimedBackend) -> None:
        self._inner = inner
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read within the budget, and remember it."""
        budget = self._backend.budget
        found = self._inner.read(max_bytes, budget.left(timeout, httpcore.ReadTimeout))
        budget.heard = budget.heard or bool(found)
        return found

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write within the budget, and remember it."""
        budget = self._backend.budget
        seconds = budget.left(timeout, httpcore.WriteTimeout)
        budget.sent = True
        self._inner.write(buffer, seconds)

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Shake hands within the budget."""
        seconds = self._backend.budget.left(timeout, httpcore.ConnectTimeout)
        return TimedStream(self._inner.start_tls(ssl_context, server_hostname, seconds), self._backend)

    def get_extra_info(self, info: str) -> object:
        """Pass on what the connection knows of itself."""
        return self._inner.get_extra_info(info)
