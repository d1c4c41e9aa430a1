"""Four eyes at scale: fifty devices, 10 000 orders, 30 000 approvals; beside bare inserts and bare files.

One process signs, another one's inbox shows it: two real vaults, each with its own connection to a real PostgreSQL
server, or with a folder. The other forty-eight devices say how far they know, as they would.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

import orjson
import psycopg

from countersign.adapters.relays.from_settings import relay_from_settings
from countersign.adapters.relays.sealing import HpkeSuite
from countersign.adapters.system.clock import SystemClock, SystemEntropy
from countersign.application.ports.tasks import Lane
from countersign.application.ports.workspace import ChainHead, WorkspaceVault
from countersign.application.use_cases.seal_envelope import seal_envelope
from countersign.domain.canonical import JsonObject
from countersign.domain.ledger.checkpoint import Checkpoint, SignedCheckpoint
from countersign.domain.ledger.envelope import Purpose
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import Device
from countersign.domain.ledger.letter import Letter
from tests.benchmarks.bench_vault import PASSPHRASE
from tests.benchmarks.team_cost import approve, costs, seconds_of
from tests.benchmarks.team_notice import minutes_until_noticed
from tests.benchmarks.team_party import Party
from tests.benchmarks.team_world import CROWD, Pen, open_order, team_door, team_of
from tests.postgres import DATABASE, DEVICE, PASSWORD, PostgresServer, start_postgres, stop_postgres

ORDERS: Final = 10_000
FEW_ORDERS: Final = 334
"""A thousand approvals."""
_SIGNED: Final = 60
_SPEAKS_EVERY_S: Final = 5.0
"""Forty-eight devices that each speak every four minutes."""
Figure = dict[str, float | str]


def team_figures(root: Path, scratch: Path, orders: int = ORDERS) -> dict[str, Figure]:
    """Measure ``team_postgres`` and ``team_folder``; the workspaces are made once, which takes minutes."""
    many, few = (_copy(team_of(root, count), scratch / f"team-{count}") for count in (orders, FEW_ORDERS))
    common = {
        **costs({"many": (many, orders), "few": (few, FEW_ORDERS)}, 2 * _SIGNED),
        **_sizes(many, orders, few),
        **minutes_until_noticed(),
    }
    with _postgres() as server:
        settings = _settings(server)
        through_server = _latencies(many, orders, settings, first=0)
        bare_server = _bare_server(server)
    folder = scratch / "shared"
    folder.mkdir()
    through_folder = _latencies(many, orders, {"kind": "folder", "folder": str(folder)}, first=_SIGNED)
    bare_folder = _bare_folder(folder)
    return {
        "team_postgres": _figure(through_server, bare_server, common),
        "team_folder": _figure(through_folder, bare_folder, common),
    }


def _copy(kept: Path, place: Path) -> Path:
    shutil.copytree(kept, place)
    return place


def _figure(ours: Sequence[float], base: Sequence[float], common: Figure) -> Figure:
    """Say how long it took from signing until it was read in the other's inbox; p95."""
    own, bare = _p95(ours) * 1000, _p95(base) * 1000
    return {
        "ours": round(own, 1),
        "baseline": round(bare, 2),
        "ratio": round(own / bare, 2),
        "unit": "ms",
        "median_ms": round(statistics.median(ours) * 1000, 1),
        "longest_ms": round(max(ours) * 1000, 1),
        **common,
    }


def _p95(figures: Sequence[float]) -> float:
    return sorted(figures)[len(figures) * 95 // 100]


# — from signing to the other inbox —


@dataclass
class _Peer:
    """The other side's process, and what it printed."""

    process: subprocess.Popen[str]
    shown: dict[str, int] = field(default_factory=dict)
    ready: threading.Event = field(default_factory=threading.Event)

    def listen(self) -> None:
        """Note when what was shown; to be run by a thread of its own."""
        for line in self.process.stdout or ():
            if line.strip() == "ready":
                self.ready.set()
                continue
            order, signed, at = line.split()
            if signed != "0":
                self.shown.setdefault(order, int(at))


@contextmanager
def _peer(folder: Path, store: JsonObject) -> Iterator[_Peer]:
    command = [sys.executable, "-m", "tests.benchmarks.team_party", str(folder), orjson.dumps(store).decode()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        peer = _Peer(process)
        listening = threading.Thread(target=peer.listen)
        listening.start()
        try:
            if not peer.ready.wait(180):
                raise TimeoutError("the other side never began")
            yield peer
        finally:
            process.communicate()  # closes its input: then it ends
            listening.join()
    if process.returncode:
        raise RuntimeError("the other side failed")


def _latencies(folder: Path, orders: int, store: JsonObject, first: int) -> list[float]:
    """Sign one order after another; returns seconds from the signature to the other's inbox."""
    signed: dict[str, int] = {}
    ada = Party(folder / "ada", store)
    crowd = _Crowd(ada, store)
    try:
        ada.turn_until(lambda: ada.exchange.state.connected, 180)
        crowd.speak(CROWD)
        with _peer(folder / "ben", store) as peer:
            for number in range(first, first + _SIGNED):
                order = open_order(orders + number)
                _sign(ada, order, signed)
                ada.turn_until(lambda name=order: name in peer.shown, 60)  # type: ignore[misc]  # bound per turn
                crowd.speak_in_turn()
                _pass(ada, 0.137 * (number % 7))  # so that no rhythm of ours meets one of theirs
            return [(peer.shown[order] - at) / 1e9 for order, at in signed.items()]
    finally:
        crowd.close()
        ada.close()


def _sign(ada: Party, order: str, signed: dict[str, int]) -> None:
    """Approve as the inbox does: in the VAULT lane, and then the others are told."""

    def work() -> int:
        began = time.perf_counter_ns()
        approve(ada.vault, order)
        return began

    def done(began: int) -> None:
        signed[order] = began
        ada.exchange.exchange()

    def failed(error: Exception) -> None:
        raise error

    ada.lanes.run(Lane.VAULT, work, done, failed)
    ada.turn_until(lambda: order in signed, 60)


def _pass(ada: Party, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ada.turn(until - time.monotonic())


class _Crowd:
    """Lets the forty-eight say how far they know."""

    def __init__(self, ada: Party, store: JsonObject) -> None:
        self._ada = ada
        workspace = ada.vault.identity.workspace
        self._pens = [Pen(number, workspace) for number in range(CROWD)]
        self._relay = relay_from_settings(workspace, store, practice=True)
        self._turn = 0
        self._spoke = time.monotonic()

    def speak(self, count: int) -> None:
        """Leave checkpoints of so many of them."""
        heads: dict[str, ChainHead] = {}
        self._ada.lanes.run(Lane.VAULT, self._ada.vault.heads, heads.update, _raised)
        self._ada.turn_until(lambda: bool(heads), 60)
        devices = self._ada.vault.rules.governance.devices
        for _ in range(count):
            pen = self._pens[self._turn % CROWD]
            self._turn += 1
            self._relay.put(_letter(pen, devices, heads, ()))

    def speak_in_turn(self) -> None:
        """Leave the checkpoints that are due."""
        due = int((time.monotonic() - self._spoke) / _SPEAKS_EVERY_S)
        if due:
            self._spoke += due * _SPEAKS_EVERY_S
            self.speak(due)

    def close(self) -> None:
        """Hang up."""
        self._relay.close()


def _raised(error: Exception) -> None:
    raise error


def _letter(pen: Pen, devices: Sequence[Device], heads: dict[str, ChainHead], events: Sequence[Event]) -> bytes:
    """Seal what one of the crowd says to all others."""
    now = SystemClock().now_ms()
    said = {device: (head.size, head.event) for device, head in heads.items()}
    checkpoint = Checkpoint.of(pen.workspace, pen.keys.device.device, now, said)
    letter = Letter(tuple(events), SignedCheckpoint(checkpoint, pen.keys.sign(checkpoint)))
    others = [device for device in devices if device.device != pen.keys.device.device]
    purpose = Purpose.EVENTS if events else Purpose.CHECKPOINT
    return seal_envelope(pen.keys, HpkeSuite(), letter, others, purpose, SystemEntropy(), now)


# — the same bytes without the program —


@contextmanager
def _postgres() -> Iterator[PostgresServer]:
    """Run a server that flushes, where its user can reach it."""
    with tempfile.TemporaryDirectory(prefix="countersign-bench-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)
        server = start_postgres(folder / "server", durable=True)
        try:
            yield server
        finally:
            stop_postgres(server)


def _settings(server: PostgresServer) -> JsonObject:
    return {
        "kind": "postgres",
        "host": "127.0.0.1",
        "port": server.port,
        "database": DATABASE,
        "user": DEVICE,
        "password": PASSWORD,
        "ca_file": "",
    }


def _bare_server(server: PostgresServer) -> list[float]:
    """Insert letters that passed, as rows, on one connection, and read each on another."""
    with server.owner() as writes, server.owner() as reads:
        query = "SELECT content FROM countersign_parcels ORDER BY stored_at DESC LIMIT %s"
        contents = [bytes(row[0]) for row in writes.execute(query, (_SIGNED,)).fetchall()]
        writes.execute("CREATE TABLE bare (name bigint PRIMARY KEY, content bytea NOT NULL)")

        def one(number: int, content: bytes) -> None:
            writes.execute("INSERT INTO bare VALUES (%s, %s)", (number, content))
            found = reads.execute("SELECT content FROM bare WHERE name = %s", (number,), binary=True).fetchone()
            if found is None or found[0] != content:
                raise psycopg.DataError("what was written was not read")

        return [seconds_of(lambda n=number, c=content: one(n, c)) for number, content in enumerate(contents)]  # type: ignore[misc]


def _bare_folder(folder: Path) -> list[float]:
    """Write letters that passed as files, flush, rename and read each."""
    letters = sorted(folder.rglob("*.countersign"), key=lambda path: path.stat().st_mtime_ns)[-_SIGNED:]
    contents = [path.read_bytes() for path in letters]
    bare = folder / "bare"
    bare.mkdir()

    def one(number: int, content: bytes) -> None:
        beside, place = bare / f"{number}.tmp", bare / str(number)
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(place)
        if place.read_bytes() != content:
            raise OSError("what was written was not read")

    return [seconds_of(lambda n=number, c=content: one(n, c)) for number, content in enumerate(contents)]  # type: ignore[misc]


# — how large an order is —


def _sizes(many: Path, orders: int, few: Path) -> Figure:
    """Say how many bytes an order with its eight events takes in a vault, and as letters in a store."""
    grown = _bytes_in(many / "ben" / "vault") - _bytes_in(few / "ben" / "vault")
    door = team_door(many / "ben", SystemClock())
    vault = cast("WorkspaceVault", door.unlock(PASSPHRASE))
    pens = {pen.keys.device.device: pen for pen in (Pen(n, vault.identity.workspace) for n in range(CROWD))}
    events = vault.events_of(open_order(orders // 2))
    heads, devices = dict(vault.heads()), vault.rules.governance.devices
    letters = [len(_letter(pens[event.header.device], devices, heads, (event,))) for event in events]
    door.lock()
    return {
        "vault_bytes_per_order": round(grown / (orders - FEW_ORDERS)),
        "store_bytes_per_order": sum(letters),
        "letter_bytes": round(statistics.median(letters)),
    }


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
