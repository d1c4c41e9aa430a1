"""The practice bank's life: start, serve, end; or show what happened in a world."""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

import orjson
import platformdirs

from practicebank.bank import Bank
from practicebank.certificates import write_owner_only
from practicebank.clock import system_date
from practicebank.control.door import ControlServer
from practicebank.control.resources import Control
from practicebank.dump import dump
from practicebank.http_door import DoorServer
from practicebank.leases import Leases
from practicebank.world_lock import WorldLock
from practicebank.xs2a.door import Xs2aServer

_WAIT_FOR_OTHER_SECONDS = 10.0
Server = TypeVar("Server", bound=DoorServer)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the practice bank's command line.

    Args:
        argv: Arguments without the program's name; those of the process by default.

    Returns:
        0 when it ended as it should, 1 when there is no world to show or serve.
    """
    options = _parser().parse_args(argv)
    directory = Path(options.world).resolve()
    if options.dump:
        try:
            found = dump(directory)
        except LookupError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        _say(found, pretty=True)
        return 0
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = WorldLock(directory / "bank.lock")
    try:
        if lock.take():
            return _serve(directory, options)
        return _point_to_other(directory, lock, options)
    finally:
        lock.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="practice-bank", description="A bank for practice, on this machine only.")
    default = platformdirs.user_data_path("practicebank") / "world"
    parser.add_argument("--world", default=str(default), help="the world's directory")
    parser.add_argument("--seed", type=int, default=1, help="decides a new world's figures")
    parser.add_argument(
        "--start-date",
        type=date.fromisoformat,
        default=None,
        help="a new world's first day (default: today)",
    )
    parser.add_argument("--api-port", type=int, default=None, help="0: any free port")
    parser.add_argument("--control-port", type=int, default=None, help="0: any free port")
    parser.add_argument("--settle-seconds", type=int, default=2, help="until an ordinary transfer is settled")
    parser.add_argument("--lease-stdin", action="store_true", help="end when standard input and all leases end")
    parser.add_argument("--linger", type=float, default=10.0, help="seconds to outlive the last lease")
    parser.add_argument("--dump", action="store_true", help="print accounts and journal as JSON")
    return parser


def _serve(directory: Path, options: argparse.Namespace) -> int:
    record_path = directory / "bank.json"
    record = _read_record(record_path)
    bank = Bank(directory, options.seed, options.start_date or system_date(), options.settle_seconds)
    leases = Leases(options.linger, bound=options.lease_stdin)
    token = secrets.token_urlsafe(32)
    api = _listen(_wanted(options.api_port, record, "api_port"), lambda p: Xs2aServer(bank, p))
    door = _listen(
        _wanted(options.control_port, record, "control_port"),
        lambda port: ControlServer(leases, token, port),
    )
    api_url = f"https://localhost:{api.port}"
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
    if options.lease_stdin:
        leases.hold_until_end_of(sys.stdin.fileno())
    _say({"status": "ready", **record})
    leases.wait_for_end()
    for server in (api, door):
        server.shutdown()
        server.server_close()
    # The ports stay remembered; the token was for this life only.
    write_owner_only(record_path, orjson.dumps({**record, "pid": None, "control_token": None}))
    bank.close()
    return 0


def _point_to_other(directory: Path, lock: WorldLock, options: argparse.Namespace) -> int:
    """Say who serves this world; if they end in the meantime, serve it instead."""
    deadline = time.monotonic() + _WAIT_FOR_OTHER_SECONDS
    while time.monotonic() < deadline:
        record = _read_record(directory / "bank.json")
        if record.get("pid") is not None and _answers(record):
            _say({"status": "already running", **record})
            return 0
        if lock.take():
            return _serve(directory, options)
        time.sleep(0.05)
    sys.stderr.write("another process holds this world and does not answer\n")
    return 1


def _answers(record: dict[str, object]) -> bool:
    """Return whether the record is of a bank that lives: one killed left an old record."""
    import http.client  # noqa: PLC0415 - only the second of two starts needs it

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


def _say(content: dict[str, object], *, pretty: bool = False) -> None:
    options = orjson.OPT_INDENT_2 if pretty else 0
    sys.stdout.buffer.write(orjson.dumps(content, option=options) + b"\n")
    sys.stdout.buffer.flush()
