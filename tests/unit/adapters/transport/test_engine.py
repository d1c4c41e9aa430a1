"""httpx carries what it is given, and nothing of its own."""

from __future__ import annotations

import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpcore
import httpx
import pytest

from countersign.adapters.system.clock import SystemClock
from countersign.adapters.transport.deadline import TimedBackend
from countersign.adapters.transport.engine import Engine, NoCookies, TimedTransport
from countersign.adapters.transport.exchange import Request, Transport
from countersign.adapters.transport.origin import Origin
from countersign.adapters.transport.outcome import Break, BrokenExchangeError
from countersign.domain.errors import ConnectorError, FailureKind


class Server(ThreadingHTTPServer):
    """Says what its test wants it to say, and remembers the requests."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 200
        self.reply_headers: list[tuple[str, str]] = []
        self.body = b"{}"
        self.seen: list[tuple[str, list[tuple[str, str]], bytes]] = []


class Handler(BaseHTTPRequestHandler):
    """Answers for the server."""

    server: Server

    def do_GET(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.server.seen.append((self.requestline, list(self.headers.items()), sent))
        self.send_response(self.server.status)
        for name, value in self.server.reply_headers:
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    do_POST = do_GET  # noqa: N815 - the name is the library's

    def log_message(self, *_: object) -> None:
        """Say nothing on the terminal."""


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()
    thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


@pytest.fixture
def transport(server: Server) -> Iterator[Transport]:
    found = Transport(Origin("http", "127.0.0.1", server.server_port), SystemClock(), None)
    yield found
    found.close()


def test_the_headers_are_ours_and_no_others(server: Server, transport: Transport) -> None:
    host = f"127.0.0.1:{server.server_port}"
    transport.exchange(Request("GET", "/v1/accounts", (("X-Request-ID", "1"),), lookup=True))
    assert server.seen[0][1] == [
        ("Host", host),
        ("Connection", "close"),
        ("Accept", "application/json"),
        ("X-Request-ID", "1"),
    ]
    transport.exchange(Request("POST", "/v1/payments", (("Digest", "SHA-256=abc"),), b'{"a":1}'))
    assert sorted(name for name, _ in server.seen[1][1]) == [
        "Accept",
        "Connection",
        "Content-Length",
        "Content-Type",
        "Digest",
        "Host",
    ]
    assert server.seen[1][2] == b'{"a":1}'


@pytest.mark.parametrize("target", ["/v1/a/../b", "/v1/%7Ea%2fb?x=%41&y=a+b", "//double", "/a|b?c[]=1", "/?#kept"])
def test_the_target_goes_out_as_it_is(server: Server, transport: Transport, target: str) -> None:
    transport.exchange(Request("GET", target, lookup=True))
    assert server.seen[0][0] == f"GET {target} HTTP/1.1"


def test_no_cookie_is_kept(server: Server, transport: Transport) -> None:
    server.reply_headers = [("Set-Cookie", "session=1; Path=/"), ("Set-Cookie", "other=2")]
    reply = transport.exchange(Request("GET", "/one", lookup=True))
    transport.exchange(Request("GET", "/two", lookup=True))
    assert reply.headers["set-cookie"] == "session=1; Path=/, other=2"
    assert "cookie" not in {name.lower() for name, _ in server.seen[1][1]}


def test_a_cookie_jar_would_have_kept_one(server: Server) -> None:
    """The control: httpx as it comes does remember."""
    server.reply_headers = [("Set-Cookie", "session=1; Path=/")]
    for jar, kept in ((None, 1), (NoCookies(), 0)):
        backend = TimedBackend(SystemClock())
        with httpx.Client(transport=TimedTransport(backend, None), cookies=jar, trust_env=False) as client:
            backend.begin(5000)
            client.get(f"http://127.0.0.1:{server.server_port}/")
            assert len(list(client.cookies.jar)) == kept


@pytest.mark.parametrize("location", ["/elsewhere", "https://[broken", "http://elsewhere:99999999/", "\x7f"])
@pytest.mark.parametrize("status", [300, 301, 304, 308])
def test_a_redirect_is_refused_whatever_it_says(
    server: Server, transport: Transport, status: int, location: str
) -> None:
    server.status, server.reply_headers = status, [("Location", location)]
    if status == 304:
        server.body = b""
    with pytest.raises(ConnectorError) as caught:
        transport.exchange(Request("POST", "/v1/payments", body=b"{}"))
    assert (caught.value.kind, caught.value.code) == (FailureKind.UNKNOWN, "bank.redirect_refused")
    with pytest.raises(ConnectorError) as caught:
        transport.exchange(Request("GET", "/v1/payments", lookup=True))
    assert (caught.value.kind, caught.value.code) == (FailureKind.RETRYABLE, "bank.redirect_refused")
    with pytest.raises(ConnectorError) as caught:
        transport.hold(Request("GET", "/held"))
    assert (caught.value.kind, caught.value.code) == (FailureKind.RETRYABLE, "bank.refused")
    assert caught.value.params == {"status": status}
    assert len(server.seen) == 3


def test_a_host_that_is_no_host_is_out_of_reach() -> None:
    engine = Engine(Origin("http", "999.1.1.1", 1), SystemClock(), None)
    engine.begin(5000)
    with pytest.raises(BrokenExchangeError) as caught:
        engine.send("GET", "/", (), b"", (5000, 5000))
    assert caught.value.broken is Break.NOT_CONNECTED
    engine.close()


def test_the_environments_proxies_are_not_asked(
    server: Server, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    second = Transport(transport.origin, SystemClock(), None)
    assert second.exchange(Request("GET", "/", lookup=True)).status == 200
    second.close()


# There are no proxies, and a connection that isn't available is httpcore's own word to itself: it takes another.
NEVER_SEEN = {httpcore.ProxyError, httpcore.ConnectionNotAvailable}
FAILURES = sorted(
    {found for found in vars(httpcore).values() if isinstance(found, type) and issubclass(found, Exception)}
    - NEVER_SEEN,
    key=lambda found: found.__name__,
)


@pytest.mark.parametrize("failure", FAILURES)
def test_whatever_the_engine_raises_has_a_name_in_httpx(failure: type[Exception]) -> None:
    class Failing(TimedBackend):
        def connect_tcp(self, *_: object, **__: object) -> httpcore.NetworkStream:
            raise failure

    backend = Failing(SystemClock())
    backend.begin(5000)
    carrier = TimedTransport(backend, None)
    with httpx.Client(transport=carrier, trust_env=False) as client, pytest.raises(httpx.TransportError) as caught:
        client.get("http://127.0.0.1:1/")
    assert isinstance(caught.value.__cause__, failure)
    assert isinstance(caught.value, httpx.TimeoutException) is issubclass(failure, httpcore.TimeoutException)
    assert isinstance(caught.value, httpx.ConnectError) is issubclass(failure, httpcore.ConnectError)


def test_it_is_loaded_with_the_first_connection_only() -> None:
    """The first window doesn't wait for it."""
    code = (
        "import sys\n"
        "from countersign.adapters.system.clock import SystemClock\n"
        "from countersign.adapters.transport.exchange import Transport\n"
        "from countersign.adapters.transport.origin import Origin\n"
        "early = 'httpx' in sys.modules or 'httpcore' in sys.modules\n"
        "Transport(Origin('http', '127.0.0.1', 1), SystemClock(), None).close()\n"
        "print(early, 'httpx' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


@pytest.mark.parametrize("answered", [False, True])
def test_an_alert_about_the_certificate_proves_nothing_once_the_bank_has_begun_to_answer(
    server: Server, transport: Transport, monkeypatch: pytest.MonkeyPatch, *, answered: bool
) -> None:
    alert = ssl.SSLError()
    alert.reason = "TLSV13_ALERT_CERTIFICATE_REQUIRED"
    inner = httpcore.SyncBackend().connect_tcp("127.0.0.1", server.server_port)
    read, begun = type(inner).read, not answered

    def refusing(stream: object, *arguments: object) -> bytes:
        nonlocal begun
        if begun:
            raise httpcore.ReadError(alert)
        begun = True
        return read(stream, *arguments)[:9]  # type: ignore[arg-type]  # a part of the status line

    monkeypatch.setattr(type(inner), "read", refusing)
    with pytest.raises(ConnectorError) as failed:
        transport.exchange(Request("POST", "/", body=b"{}"))
    kind = FailureKind.UNKNOWN if answered else FailureKind.RETRYABLE
    assert (failed.value.kind, failed.value.code) == (kind, "bank.certificate_refused")
    inner.close()
