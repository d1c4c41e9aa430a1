"""One side of the measured workspace: a real vault that exchanges as the program does; and a process for the other one.

``python -m tests.benchmarks.team_party FOLDER STORE`` is Ben's program without its window: it prints a line whenever an
approval that arrived can be read in the inbox, and ends with its input.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeVar, cast

import orjson

from countersign.adapters.relays.from_settings import relay_from_settings
from countersign.adapters.relays.sealing import HpkeSuite
from countersign.adapters.system.clock import SystemClock, SystemEntropy
from countersign.adapters.vault.cryptography_suite import verify_ed25519
from countersign.application.flows.exchange import Exchange
from countersign.application.ports.relay import Relay
from countersign.application.ports.tasks import Lane
from countersign.application.ports.workspace import WorkspaceVault
from countersign.application.use_cases.exchange_envelopes import Tools
from countersign.domain.canonical import JsonObject
from countersign.presentation.inbox_facts import signable
from countersign.presentation.inbox_ground import Ground
from tests.benchmarks.bench_vault import PASSPHRASE
from tests.benchmarks.team_world import team_door

T = TypeVar("T")

_TICK_S = 1.0


class Lanes:
    """The lanes of the program, with a queue where its window would be. Implements ``Tasks``."""

    def __init__(self) -> None:
        self._pools = {lane: ThreadPoolExecutor(4 if lane is Lane.NETWORK else 1) for lane in Lane}
        self._finished: SimpleQueue[Callable[[], None]] = SimpleQueue()

    def run(
        self, lane: Lane, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> None:
        """Queue work."""

        def finished(future: Future[T]) -> None:
            error = future.exception()
            if error is None:
                self._finished.put(partial(done, future.result()))
            elif isinstance(error, Exception):
                self._finished.put(partial(failed, error))

        self._pools[lane].submit(work).add_done_callback(finished)

    def turn(self, seconds: float) -> None:
        """Hand back one result, where one comes in time."""
        try:
            call = self._finished.get(timeout=max(seconds, 0.0))
        except Empty:
            return
        call()

    def post(self, call: Callable[[], None]) -> None:
        """Have something called in turn."""
        self._finished.put(call)

    def close(self) -> None:
        """End the lanes."""
        for pool in self._pools.values():
            pool.shutdown()


class Party:
    """A vault that is open, and its exchange."""

    def __init__(self, folder: Path, store: JsonObject) -> None:
        self.lanes = Lanes()
        self.clock = SystemClock()
        self.door = team_door(folder, self.clock)
        self.vault = cast("WorkspaceVault", self.door.unlock(PASSPHRASE))
        self.reader = self.door.projections()
        self.took: Callable[[frozenset[str]], None] = lambda _subjects: None
        self.relay: Relay = relay_from_settings(self.vault.identity.workspace, store, practice=True)
        tools = Tools(HpkeSuite(), verify_ed25519, self.clock, SystemEntropy())
        self.exchange = Exchange(
            vault=self.vault,
            relay=self.relay,
            tasks=self.lanes,
            tools=tools,
            took=self._took,
        )
        self._ticked = 0.0
        self.exchange.start()

    def _took(self, subjects: frozenset[str]) -> None:
        self.took(subjects)

    def turn(self, seconds: float) -> None:
        """Do what the window's thread does, for a while."""
        if time.monotonic() - self._ticked >= _TICK_S:
            self._ticked = time.monotonic()
            self.exchange.tick()
        self.lanes.turn(min(seconds, _TICK_S))

    def turn_until(self, done: Callable[[], bool], seconds: float) -> None:
        """Go on until something is so.

        Raises:
            TimeoutError: It took longer.
        """
        until = time.monotonic() + seconds
        while not done():
            if time.monotonic() > until:
                raise TimeoutError(self.exchange.state.error)
            self.turn(0.05)

    def close(self) -> None:
        """Lock, as the program does."""
        ended: list[bool] = []
        self.exchange.stop(lambda: ended.append(True))
        self.turn_until(lambda: bool(ended), 60)
        self.lanes.close()
        self.door.lock()


def read_inbox(party: Party, subjects: frozenset[str]) -> list[tuple[str, int]]:
    """Read what the inbox shows first, and how many have signed what arrived. READ lane."""
    rules = party.reader.rules()
    ground = Ground(rules, party.vault.identity, party.clock.now_ms(), may_sign=True)
    signable(party.reader, ground, None)
    records = [party.reader.order(subject) for subject in sorted(subjects)]
    return [(item.content.order, len(item.counted)) for item in records if item is not None]


def main() -> None:
    """Be the other side."""
    party = Party(Path(sys.argv[1]), orjson.loads(sys.argv[2]))
    over: list[bool] = []

    def shown(found: list[tuple[str, int]]) -> None:
        for order, signed in found:
            print(order, signed, time.perf_counter_ns(), flush=True)

    def failed(error: Exception) -> None:
        raise error

    party.took = lambda subjects: party.lanes.run(Lane.READ, partial(read_inbox, party, subjects), shown, failed)

    def listen() -> None:
        sys.stdin.read()
        party.lanes.post(lambda: over.append(True))

    threading.Thread(target=listen, daemon=True).start()
    party.turn_until(lambda: party.exchange.state.connected, 120)
    print("ready", flush=True)
    while not over:
        party.turn(1.0)
    party.close()


if __name__ == "__main__":
    main()
