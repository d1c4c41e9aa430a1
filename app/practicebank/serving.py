"""The practice bank's life: start, serve for as long as somebody needs it, end."""

from __future__ import annotations

import http.client
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import orjson

from practicebank.bank import Bank
from practicebank.certificates import write_owner_only
from practicebank.clock import system_date
from practicebank.control.door import ControlServer
from practicebank.control.resources import Control
from practicebank.http_door import DoorServer
from practicebank.leases import Leases
from practicebank.world_lock import WorldLock
from practicebank.xs2a.door import Xs2aServer

_WAIT_FOR_OTHER_SECONDS = 10.0
Server = TypeVar("Server", bound=DoorServer)
Say = Callable[[dict[str, object]], None]


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a bank is to be served; see the command line's help."""

    seed: int
    start: date | None
    api_port: int | None
    control_port: int | None
    settle_seconds: int
    lease_stdin: bool
    linger_seconds: float


def run(directory: Path, lock: WorldLock, wishes: Wishes, say: Say) -> int:
    """Serve a world, or say who serves it already.

    Args:
        directory: The world's directory, which exists.
        lock: The world's lock, not taken yet.
        wishes: How to serve.
        say: Tells the caller, once, where the doors are.

    Returns:
        0 when all went well, 1 when another process holds the world and doesn't answer.
    """
    if lock.take():
        return _serve(directory, wishes, say)
    return _point_to_other(directory, lock, wishes, say)


def _serve(directory: Path, wishes: Wishes, say: Say) -> int:
    record_path = directory / "bank.json"
    record = _read_record(record_path)
    bank = Bank(directory, wishes.seed, wishes.start or system_date(), wishes.settle_seconds)
    leases = Leases(wishes.linger_seconds, bound=wishes.lease_stdin)
    token = secrets.token_urlsafe(32)
    api = _listen(_wanted(wishes.api_port, record, "api_port"), lambda p: Xs2aServer(bank, p))
    door = _listen(
        _wanted(wishes.control_port, record, "control_port"),
        lambda port: ControlServer(leases, token, port),
    )
    api_url = f"https://127.0.0.1:{api.port}"
    door.control = Control(bank, api_url)
    record = {
        "pid": os.getpid(),
        "world_id": bank.facts["world_id"],
        "api_port": api.port,
        "control_port": door.port,
        "api_url": api_url,
        "control_url": f"http://127.0.0.1:{door.port}",
        "control_token": token,
        "ca_pem": bank.authority.pem,
    }
    for server in (api, door):
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: leases.end())
    write_owner_only(record_path, orjson.dumps(record))
    if wishes.lease_stdin:
        leases.hold_until_end_of(sys.stdin.fileno())
    say({"status": "ready", **record})
    leases.wait_for_end()
    for server in (api, door):
        server.shutdown()
        server.server_close()
    # The ports stay remembered; the token was for this life only.
    write_owner_only(record_path, orjson.dumps({**record, "pid": None, "control_token": None}))
    bank.close()
    return 0


def _point_to_other(directory: Path, lock: WorldLock, wishes: Wishes, say: Say) -> int:
    """Say who serves this world; if they end in the meantime, serve it instead."""
    deadline = time.monotonic() + _WAIT_FOR_OTHER_SECONDS
    while time.monotonic() < deadline:
        record = _read_record(directory / "bank.json")
        if record.get("pid") is not None and _answers(record):
            say({"status": "already running", **record})
            return 0
        if lock.take():
            return _serve(directory, wishes, say)
        time.sleep(0.05)
    sys.stderr.write("another process holds this world and does not answer\n")
    return 1


def _answers(record: dict[str, object]) -> bool:
    """Return whether the record is of a bank that lives: one killed left an old record."""
    connection = http.client.HTTPConnection("127.0.0.1", int(str(record["control_port"])), 2)
    try:
        connection.request("GET", "/clock", headers={"Authorization": f"Bearer {record['control_token']}"})
        return connection.getresponse().status == 200  # noqa: PLR2004 - OK
    except OSError:
        return False
    finally:
        connection.close()


def _wanted(option: int | None, record: dict[str, object], name: str) -> int:
    remembered = record.get(name)
    if option is not None:
        # "Any port" still prefers the one that clients may have written down.
        return option or (remembered if isinstance(remembered, int) else 0)
    return remembered if isinstance(remembered, int) else 0


def _listen(port: int, make: Callable[[int], Server]) -> Server:
    try:
        return make(port)
    except OSError:
        if port == 0:
            raise
        return make(0)


def _read_record(path: Path) -> dict[str, object]:
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
