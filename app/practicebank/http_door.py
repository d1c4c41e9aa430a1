"""What both of the bank's doors share: reading a request, writing a reply, one thread a client."""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

import orjson

MAX_BODY = 1 << 20
_IDLE_SECONDS = 60
_LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True)
class Request:
    """One request, as it came; header names in lower case."""

    method: str
    target: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: ``body`` becomes JSON, ``content`` goes out as it is; without either there is no body."""

    status: int
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    content_type: str = "application/json"

    @property
    def has_body(self) -> bool:
        """Return whether there is a body, even an empty one."""
        return self.body is not None or self.content is not None

    def encoded(self) -> bytes:
        """Return the body's bytes."""
        if self.content is not None:
            return self.content
        return b"" if self.body is None else orjson.dumps(self.body)


class UnreadableRequestError(Exception):
    """Refuse a request whose body can't be read; carries the HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class DoorServer(ThreadingHTTPServer):
    """Listen on the loopback interface only, one thread for each connection."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    # Elsewhere this lets a restarted bank have its port back; on Windows it would let
    # another program share a port that is in use.
    allow_reuse_address = sys.platform != "win32"

    @property
    def port(self) -> int:
        """Return the port listened on."""
        return int(self.server_address[1])

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """Say nothing of a client that went away or was refused; let the rest be seen."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handle_error(request, client_address)


class DoorHandler(BaseHTTPRequestHandler):
    """Read requests and write replies; a door adds what happens in between."""

    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    # A reply leaves in one piece and at once.
    disable_nagle_algorithm = True
    wbufsize = -1
    methods: ClassVar[tuple[str, ...]] = ("GET", "POST", "PUT", "DELETE")

    def answer(self, request: Request) -> None:
        """Answer one request; each door does it its own way."""
        raise NotImplementedError

    def largest_body(self, path: str, headers: Mapping[str, str]) -> int:
        """Return how many bytes a request to this path may bring; a door may allow some more."""
        del path, headers
        return MAX_BODY

    def _serve(self) -> None:
        try:
            request = self._read()
        except UnreadableRequestError as problem:
            self.close_connection = True
            self.write(Reply(problem.status, {"error": "unreadable_request"}))
            return
        self.answer(request)

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - http.server's names

    def _read(self) -> Request:
        headers = {name.lower(): value for name, value in self.headers.items()}
        if "transfer-encoding" in headers:
            raise UnreadableRequestError(411)
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit():
            raise UnreadableRequestError(400)
        try:
            parts = urlsplit(self.path)
        except ValueError as error:
            raise UnreadableRequestError(400) from error
        if len(length) > _LONGEST_NUMBER or int(length) > self.largest_body(parts.path, headers):
            raise UnreadableRequestError(413)
        body = self.rfile.read(int(length))
        if len(body) != int(length):
            raise UnreadableRequestError(400)
        return Request(
            method=self.command,
            target=self.path,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers=headers,
            body=body,
        )

    def write(self, reply: Reply) -> None:
        """Write a reply."""
        content = reply.encoded()
        length = len(content) if reply.has_body else None
        self.write_head(reply.status, reply.headers, length, reply.content_type)
        self.wfile.write(content)
        self.wfile.flush()

    def write_head(
        self, status: int, headers: Mapping[str, str], length: int | None, content_type: str = "application/json"
    ) -> None:
        """Write a reply's status and headers."""
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(length))
        elif status != HTTPStatus.NO_CONTENT and "Transfer-Encoding" not in headers:
            self.send_header("Content-Length", "0")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def hang_up(self) -> None:
        """Close the connection without another byte."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def version_string(self) -> str:
        """Name the program, and nothing of what it runs on."""
        return "PracticeBank"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Write no access log: bodies and tokens pass here."""


def read_object(body: bytes) -> dict[str, object]:
    """Read a JSON object; an empty body is an empty object.

    Raises:
        ValueError: The bytes are no JSON object.
    """
    if not body.strip():
        return {}
    found = orjson.loads(body)
    if not isinstance(found, dict):
        raise ValueError("a JSON object was expected")  # noqa: TRY004 - one error for the caller
    return found
