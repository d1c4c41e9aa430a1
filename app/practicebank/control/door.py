"""The control port: plain HTTP on the loopback interface, behind a token."""

from __future__ import annotations

import hmac
import re
import select
import sys
import traceback
from collections.abc import Mapping
from http import HTTPStatus

from practicebank.control.resources import Control
from practicebank.files.resources import UPLOADS
from practicebank.files.xml_in import LARGEST_FILE
from practicebank.http_door import DoorHandler, DoorServer, Reply, Request
from practicebank.leases import Leases

_LOCAL_HOST = re.compile(r"(localhost|127\.0\.0\.1)(:[0-9]{1,5})?")
_OPEN = {("GET", "/health"), ("POST", "/enrolments/redeem")}
_LOOK_SECONDS = 1.0


class ControlServer(DoorServer):
    """Serve the control interface.

    Args:
        control: Carries the calls out.
        leases: Who needs the bank.
        token: The bearer token; it travels by pipe or in ``bank.json`` only.
        port: The port wanted; 0 for any.
    """

    def __init__(self, leases: Leases, token: str, port: int) -> None:
        self.control: Control | None = None
        self.leases = leases
        self.token = token
        super().__init__(("127.0.0.1", port), ControlHandler)


class ControlHandler(DoorHandler):
    """Answer the control calls of one connection."""

    server: ControlServer

    def largest_body(self, path: str, headers: Mapping[str, str]) -> int:
        """Allow files to be long, where they come from whoever has the token."""
        if path == UPLOADS and self._has_token(headers):
            # In base64 a third more; and a little more again: a file that is too large is refused in words.
            return LARGEST_FILE * 4 // 3 + 1024
        return super().largest_body(path, headers)

    def answer(self, request: Request) -> None:
        """Answer one call, or stream for ever to a lease's holder."""
        if not _LOCAL_HOST.fullmatch(request.headers.get("host", "")):
            # A web page that made a name of its own point here must not get in.
            self.write(_refused(HTTPStatus.MISDIRECTED_REQUEST, "foreign_host"))
        elif (request.method, request.path) not in _OPEN and not self._has_token(request.headers):
            self.write(_refused(HTTPStatus.UNAUTHORIZED, "token_wrong"))
        elif (request.method, request.path) == ("GET", "/health"):
            self.write(Reply(HTTPStatus.OK, {"status": "ok"}))
        elif (request.method, request.path) == ("GET", "/lease"):
            self._hold_lease()
        elif (request.method, request.path) == ("POST", "/shutdown"):
            self.write(Reply(HTTPStatus.ACCEPTED, {"status": "ending"}))
            self.server.leases.end()
        else:
            self.write(self._call(request))

    def _call(self, request: Request) -> Reply:
        if self.server.control is None:
            return _refused(HTTPStatus.SERVICE_UNAVAILABLE, "not_ready")
        try:
            return self.server.control.answer(request)
        except Exception:  # noqa: BLE001 - a bug of the bank's own must still be answered
            traceback.print_exc(file=sys.stderr)
            return _refused(HTTPStatus.INTERNAL_SERVER_ERROR, "broken")

    def _has_token(self, headers: Mapping[str, str]) -> bool:
        given = headers.get("authorization", "")
        return hmac.compare_digest(given.encode("utf-8", "replace"), f"Bearer {self.server.token}".encode())

    def _hold_lease(self) -> None:
        """Count a lease for as long as the other end keeps the connection open."""
        leases = self.server.leases
        leases.take()
        try:
            self.close_connection = True
            self.write_head(
                HTTPStatus.OK,
                {"Content-Type": "application/json", "Transfer-Encoding": "chunked"},
                None,
            )
            line = b'{"lease":"held"}\n'
            self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
            self.wfile.flush()
            while not leases.ended:
                readable, _, _ = select.select([self.connection], [], [], _LOOK_SECONDS)
                if readable and not self.connection.recv(1024):
                    return
        except OSError:
            return
        finally:
            leases.give_back()


def _refused(status: int, code: str) -> Reply:
    return Reply(status, {"error": code, "text": "The bank's control port refuses this."})
