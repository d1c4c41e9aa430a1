"""The HTTPS server: mutual TLS, signatures, one transaction a request, and trouble on demand."""

from __future__ import annotations

import os
import re
import socket
import sys
import time
import traceback
from dataclasses import replace
from http import HTTPStatus
from typing import ClassVar

from cryptography import x509

from practicebank.bank import Bank
from practicebank.faults import Fault, falsify, kill_self
from practicebank.http_door import DoorHandler, DoorServer, Reply, Request
from practicebank.problems import Problem
from practicebank.signatures import verify
from practicebank.xs2a.call import Call, check_request_id
from practicebank.xs2a.routes import dispatch

_HANDSHAKE_SECONDS = 10
_LOCAL_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?")
_HUGE_BYTES = 64 << 20
_CHUNK = 1 << 16


class Xs2aServer(DoorServer):
    """Serve the standard's API of one bank.

    Args:
        bank: The bank.
        port: The port wanted; 0 for any.
    """

    def __init__(self, bank: Bank, port: int) -> None:
        self.bank = bank
        self.context = bank.authority.server_context()
        super().__init__(("127.0.0.1", port), Xs2aHandler)


class Xs2aHandler(DoorHandler):
    """Answer the requests of one TLS connection."""

    server: Xs2aServer
    methods: ClassVar[tuple[str, ...]] = ("GET", "POST", "PUT", "DELETE")

    def setup(self) -> None:
        """Shake hands in this connection's own thread; a slow client holds up nobody else."""
        plain: socket.socket = self.request
        plain.settimeout(_HANDSHAKE_SECONDS)
        self.request = self.server.context.wrap_socket(plain, server_side=True)
        super().setup()

    def finish(self) -> None:
        """Close the TLS connection, which the server knows only as a plain one."""
        try:
            super().finish()
        finally:
            self.request.close()

    def answer(self, request: Request) -> None:
        """Answer one request, with whatever trouble was ordered for it."""
        bank = self.server.bank
        faults = bank.faults.plan(request.method, request.target, request.body)
        by_kind = {fault.kind: fault for fault in faults}
        names = ",".join(by_kind) or None
        if "drop_request" in by_kind:
            _log(bank, request, None, committed=False, fault=names)
            self.hang_up()
            return
        _sleep(faults, after=False)
        early = by_kind.get("status_5xx")
        if early is not None and not early.is_after():
            reply = _unavailable(early)
            _log(bank, request, reply.status, committed=False, fault=names)
        else:
            reply = self._process(request, names, kill="kill_self_before" in by_kind)
        if "kill_self_after" in by_kind:
            kill_self()
        _sleep(faults, after=True)
        if early is not None and early.is_after():
            reply = _unavailable(early)
        self._send(request, reply, by_kind)

    def _process(self, request: Request, fault: str | None, *, kill: bool) -> Reply:
        """Carry the request out in one transaction, durable before anything is said of it."""
        bank = self.server.bank
        try:
            call = self._identify(request)
            bank.catch_up()
            bank.authorisations.expire()
            with bank.store.transaction():
                reply = dispatch(call)
                committed = request.method != "GET"
                _log(bank, request, reply.status, committed=committed, fault=fault)
                if kill:
                    kill_self()
        except Problem as problem:
            reply = Reply(problem.status, problem.body())
            _log(bank, request, reply.status, committed=False, fault=fault)
        except Exception:  # noqa: BLE001 - a bug of the bank's own must still be answered
            traceback.print_exc(file=sys.stderr)
            reply = Reply(HTTPStatus.INTERNAL_SERVER_ERROR)
        return reply

    def _identify(self, request: Request) -> Call:
        check_request_id(request.headers)
        certificate = x509.load_der_x509_certificate(self.connection.getpeercert(binary_form=True))
        if not self.server.bank.enrolments.is_enrolled(certificate.serial_number):
            raise Problem(HTTPStatus.UNAUTHORIZED, "CERTIFICATE_REVOKED", "This client is not enrolled.")
        verify(request.method, request.target, request.headers, request.body, certificate)
        host = request.headers.get("host", "")
        if not _LOCAL_HOST.fullmatch(host):
            host = f"127.0.0.1:{self.server.port}"
        return Call(self.server.bank, request, f"https://{host}", f"{certificate.serial_number:x}")

    def _send(self, request: Request, reply: Reply, faults: dict[str, Fault]) -> None:
        if "drop_reply" in faults:
            self.hang_up()
            return
        headers = {"X-Request-ID": request.headers.get("x-request-id", ""), **reply.headers}
        echo = faults.get("wrong_echo")
        if echo is not None and echo.rule.get("field") == "request_id":
            headers["X-Request-ID"] = "00000000-0000-4000-8000-000000000000"
        elif echo is not None:
            reply = replace(reply, body=falsify(reply.body, echo))
        if "huge_body" in faults:
            self._send_huge(faults["huge_body"].number("bytes", _HUGE_BYTES), headers)
            return
        content = reply.encoded()
        if "garbage" in faults:
            content = b'\x00\xff{"transactionStatus": ACSC' + os.urandom(64)
        pause_ms = 0
        if "slow_drip" in faults:
            pause_ms = faults["slow_drip"].number("ms_per_byte", 100)
        copies = 2 if "duplicate_reply" in faults else 1
        length = len(content) if reply.has_body or "garbage" in faults else None
        for _ in range(copies):
            self.write_head(reply.status, headers, length, reply.content_type)
            self._write(content, pause_ms)

    def _write(self, content: bytes, pause_ms: int) -> None:
        if not pause_ms:
            self.wfile.write(content)
            self.wfile.flush()
            return
        for position in range(len(content)):
            self.wfile.write(content[position : position + 1])
            self.wfile.flush()
            time.sleep(pause_ms / 1000)

    def _send_huge(self, size: int, headers: dict[str, str]) -> None:
        self.close_connection = True
        start, end = b'{"transactionStatus":"ACSC","filler":"', b'"}'
        filler = max(size - len(start) - len(end), 0)
        self.write_head(HTTPStatus.OK, headers, len(start) + filler + len(end))
        self.wfile.write(start)
        while filler:
            piece = min(filler, _CHUNK)
            self.wfile.write(b"x" * piece)
            filler -= piece
        self.wfile.write(end)
        self.wfile.flush()


def _sleep(faults: list[Fault], *, after: bool) -> None:
    for fault in faults:
        if fault.kind == "latency" and fault.is_after() == after:
            time.sleep(fault.number("ms", 1000) / 1000)


def _unavailable(fault: Fault) -> Reply:
    # The standard gives replies from 500 on no body.
    return Reply(fault.number("status", HTTPStatus.SERVICE_UNAVAILABLE))


def _log(bank: Bank, request: Request, status: int | None, *, committed: bool, fault: str | None) -> None:
    bank.store.run(
        "INSERT INTO requests (at_ms, method, path, x_request_id, status, committed, fault)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        bank.clock.now_ms(),
        request.method,
        request.path,
        request.headers.get("x-request-id", "")[:64],
        status,
        int(committed),
        fault,
    )
