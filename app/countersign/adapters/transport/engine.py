"""What httpx speaks through: its own engine, with one budget of time over all of an exchange.

httpx can limit each read, and not their sum: headers that come one byte a second would never end. It is made to be
given another transport, and says how (``httpx.BaseTransport``). This is that, over httpcore, on which httpx stands.

The only module that knows httpx, so that a successor can take its place. It is loaded with the first connection: both
take longer to load than the first window may take to show.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.cookiejar import CookieJar

import httpcore
import httpx

from countersign.adapters.transport.deadline import Budget, TimedBackend
from countersign.adapters.transport.origin import Origin
from countersign.adapters.transport.outcome import Break, BrokenExchangeError, RedirectError
from countersign.application.ports.clock import Clock

_MAX_CONNECTIONS = 4
_REDIRECTS = 3  # the class of status codes

# By the nearest class: httpx has a name of its own for whatever httpcore raises.
_NAMES: dict[type[Exception], type[httpx.TransportError]] = {
    httpcore.ConnectTimeout: httpx.ConnectTimeout,
    httpcore.ReadTimeout: httpx.ReadTimeout,
    httpcore.WriteTimeout: httpx.WriteTimeout,
    httpcore.PoolTimeout: httpx.PoolTimeout,
    httpcore.TimeoutException: httpx.TimeoutException,
    httpcore.ConnectError: httpx.ConnectError,
    httpcore.ReadError: httpx.ReadError,
    httpcore.WriteError: httpx.WriteError,
    httpcore.NetworkError: httpx.NetworkError,
    httpcore.ConnectionNotAvailable: httpx.NetworkError,
    httpcore.LocalProtocolError: httpx.LocalProtocolError,
    httpcore.RemoteProtocolError: httpx.RemoteProtocolError,
    httpcore.ProtocolError: httpx.ProtocolError,
    httpcore.UnsupportedProtocol: httpx.UnsupportedProtocol,
}
_FAILURES = tuple(_NAMES)


class Engine:
    """The connections to one origin. Several threads may use it at once."""

    def __init__(self, origin: Origin, clock: Clock, tls: ssl.SSLContext | None) -> None:
        self._origin = origin
        self._backend = TimedBackend(clock)
        self._transport = TimedTransport(self._backend, tls)
        self._client = httpx.Client(
            transport=self._transport, follow_redirects=False, trust_env=False, cookies=NoCookies()
        )

    def begin(self, total_ms: int) -> Budget:
        """Start the clock for this thread's next exchange."""
        return self._backend.begin(total_ms)

    def send(
        self,
        method: str,
        target: str,
        headers: Sequence[tuple[str, str]],
        body: bytes,
        patience: tuple[int, int],
        written: Callable[[], None] | None = None,
    ) -> Answer:
        """Send a request, and return its reply as soon as the headers of that are there.

        Args:
            method: In capitals.
            target: Path and query.
            headers: All but those that say where the request goes and how long it is.
            body: Empty for none.
            patience: Milliseconds to connect, and to wait for any one piece.
            written: Called when the last byte of the request is out.

        Raises:
            RedirectError: Any status of 3xx.
            BrokenExchangeError: No reply came.
        """

        def notice(event: str, _info: Mapping[str, object]) -> None:
            if event == "http11.send_request_body.complete" and written is not None:
                written()

        origin = self._origin
        connect, read = patience[0] / 1000, patience[1] / 1000
        with _broken():
            # Built here and not by the client, which would add headers that nobody asked for.
            asked = httpx.Request(
                method,
                httpx.URL(scheme=origin.scheme, host=origin.host, port=origin.port, path="/"),
                headers=list(headers),
                content=body,
                extensions={
                    "timeout": httpx.Timeout(connect=connect, read=read, write=read, pool=connect).as_dict(),
                    "target": target.encode("ascii"),  # as it is: a URL would be tidied up
                    "trace": notice,
                },
            )
            return Answer(self._client.send(asked, stream=True))

    def close(self) -> None:
        """Let go of all connections."""
        self._transport.close()  # not the client, which would answer a thread about to send with a RuntimeError


class Answer:
    """A reply whose body is still to be read, piece by piece, and which is to be closed.

    Attributes:
        status: As sent.
        headers: As sent, in their order.
    """

    def __init__(self, found: httpx.Response) -> None:
        self._found = found
        self.status = found.status_code
        self.headers: list[tuple[bytes, bytes]] = found.headers.raw

    def pieces(self) -> Iterator[bytes]:
        """Read the body, undone from chunks and from nothing else.

        Raises:
            BrokenExchangeError: It ends before its end.
        """
        with _broken():
            yield from self._found.iter_raw()

    def close(self) -> None:
        """End the connection, whatever of the reply was read."""
        self._found.close()


@contextmanager
def _broken() -> Iterator[None]:
    """Say how an exchange broke. httpcore passes the error below on as an argument, and drops it as a cause."""
    try:
        yield
    except httpx.InvalidURL as error:
        raise BrokenExchangeError(Break.NOT_CONNECTED) from error
    except httpx.TransportError as error:
        passed_on = error.__cause__
        beneath = passed_on.args[0] if passed_on and passed_on.args else None
        if isinstance(error, httpx.TimeoutException):
            broken = Break.TIMED_OUT
        else:
            broken = Break.NOT_CONNECTED if isinstance(error, httpx.ConnectError) else Break.CUT
        raise BrokenExchangeError(broken, beneath) from error


class NoCookies(CookieJar):
    """Remembers nothing that a bank asks to remember, and doesn't read it either."""

    def extract_cookies(self, response: object, request: object) -> None:
        """Take none."""


class TimedTransport(httpx.BaseTransport):
    """Carries requests of one ``httpx.Client``. Each gets a connection of its own; several threads may use it at once.

    The caller starts the budget (``TimedBackend.begin``) on the thread that then sends.

    Args:
        backend: Opens the connections, and keeps them to the budget.
        tls: None for plain HTTP.
    """

    def __init__(self, backend: TimedBackend, tls: ssl.SSLContext | None) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=_MAX_CONNECTIONS,
            max_keepalive_connections=0,
            retries=0,
            network_backend=backend,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return the reply, its body still to be read.

        Raises:
            RedirectError: Any status of 3xx.
            httpx.TransportError: With httpcore's error as its cause.
            TypeError: The request is of asynchronous code.
        """
        if not isinstance(request.stream, httpx.SyncByteStream):
            raise TypeError(type(request.stream).__name__)
        url = request.url
        asked = httpcore.Request(
            request.method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _named_by_httpx():
            found = self._pool.handle_request(asked)
        if found.status // 100 == _REDIRECTS:
            found.close()
            raise RedirectError(found.status)  # here, because httpx reads the address even where it isn't to follow
        return httpx.Response(
            found.status, headers=found.headers, stream=_Body(found), extensions=dict(found.extensions)
        )

    def close(self) -> None:
        """Let go of all connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    """What is still to come of a reply."""

    def __init__(self, found: httpcore.Response) -> None:
        self._found = found

    def __iter__(self) -> Iterator[bytes]:
        with _named_by_httpx():
            yield from self._found.iter_stream()

    def close(self) -> None:
        """End the connection, whatever of the reply was read."""
        self._found.close()


@contextmanager
def _named_by_httpx() -> Iterator[None]:
    try:
        yield
    except _FAILURES as error:
        name = next(_NAMES[kind] for kind in type(error).__mro__ if kind in _NAMES)
        raise name(str(error)) from error
