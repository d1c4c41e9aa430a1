"""What one approval costs, in a workspace with few and in one with many: measured in turn, and what it makes them do.

Time says how much that is; the work says whether it grows. Statements and steps of the database are the same in both;
pages that are read are those of B-trees that don't fit into the memory for pages.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, cast

from countersign.adapters.system.clock import SystemClock
from countersign.adapters.vault.open_vault import OpenVault
from countersign.application.ports.workspace import WorkspaceVault
from countersign.application.use_cases.approve_order import approve_order
from countersign.domain.ledger.event import Event
from countersign.domain.order import last_digits
from tests.benchmarks.bench_vault import PASSPHRASE
from tests.benchmarks.team_world import open_order, team_door

_TIMED: Final = 200
_COUNTED: Final = 40
_WARM: Final = 20
"""The first ones, which read what both vaults remember afterwards, don't count."""
_PAGE: Final = 4096
_IO: Final = Path("/proc/self/io")

Sizes = Mapping[str, tuple[Path, int]]
"""``few`` and ``many``: where the two vaults are, and how many orders are paid there."""


@dataclass
class Work:
    """What a database was made to do.

    Attributes:
        statements: That were run.
        steps: Of its machine: they grow with every row that is looked at.
        pages_read: That were not in memory; with them a few small files (Linux; 0 elsewhere).
        pages_written: To its log.
    """

    statements: int = 0
    steps: int = 0
    pages_read: float = 0.0
    pages_written: float = 0.0


class _Pair:
    """One who signs and one who takes in, at one size."""

    def __init__(self, folder: Path, orders: int) -> None:
        clock = SystemClock()
        self._orders = orders
        self._doors = [team_door(folder / name, clock) for name in ("ada", "ben")]
        self.ada, self.ben = (cast("OpenVault", door.unlock(PASSPHRASE)) for door in self._doors)

    def sign(self, number: int) -> Event:
        """Let one sign."""
        return approve(self.ada, open_order(self._orders + number))

    def bring(self) -> Callable[[], object]:
        """Return what takes in what the other hasn't got."""
        device = self.ada.identity.device
        known = self.ben.heads().get(device)
        start = known.size if known else 0
        events = self.ada.shared_events(device, start, self.ada.heads()[device].size - start)
        return lambda: self.ben.take_in(events)

    def close(self) -> None:
        """Lock both."""
        for door in self._doors:
            door.lock()


def approve(vault: WorkspaceVault, order: str) -> Event:
    """Approve an order as the inbox does."""
    record = vault.order(order)
    if record is None:
        raise LookupError(order)
    payment = record.content.payment
    return approve_order(vault, order, payment, record.digest, last_digits(payment.creditor_account))


def seconds_of(work: Callable[[], object]) -> float:
    """Return how long it takes, by the clock."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def costs(sizes: Sizes, first: int) -> dict[str, float | str]:
    """Sign and take in at both sizes in turn, from the open order ``first`` on.

    Returns:
        Medians, and the median of the ratios of those that were measured one right after the other: whatever the
        machine is at just then weighs on both.
    """
    pairs = {size: _Pair(folder, orders) for size, (folder, orders) in sizes.items()}
    try:
        return {**_timed(pairs, first), **_counted(pairs, first + _TIMED)}
    finally:
        for pair in pairs.values():
            pair.close()


def _timed(pairs: Mapping[str, _Pair], first: int) -> dict[str, float | str]:
    signing: dict[str, list[float]] = {size: [] for size in pairs}
    taking: dict[str, list[float]] = {size: [] for size in pairs}
    for number in range(first, first + _TIMED):
        for size in sorted(pairs, reverse=bool(number % 2)):  # whichever comes second finds the machine warm
            signing[size].append(seconds_of(lambda p=pairs[size], n=number: p.sign(n)))  # type: ignore[misc]
            taking[size].append(seconds_of(pairs[size].bring()))
    whole = {size: [a + b for a, b in zip(signing[size], taking[size], strict=True)][_WARM:] for size in pairs}
    ratios = [many / few for many, few in zip(whole["many"], whole["few"], strict=True)]
    middle = {size: (_ms(signing[size]), _ms(taking[size])) for size in pairs}
    return {
        "sign_ms": middle["many"][0],
        "take_in_ms": middle["many"][1],
        "sign_ms_at_1000": middle["few"][0],
        "take_in_ms_at_1000": middle["few"][1],
        "cost_ratio_to_1000": round(statistics.median(ratios), 3),
    }


def _ms(figures: list[float]) -> float:
    return round(statistics.median(figures[_WARM:]) * 1000, 2)


def _counted(pairs: Mapping[str, _Pair], first: int) -> dict[str, float | str]:
    found: dict[str, list[Work]] = {size: [] for size in pairs}
    for number in range(first, first + _COUNTED):
        for size, pair in pairs.items():
            work = Work()
            with _counting(pair.ada, work):
                pair.sign(number)
            bring = pair.bring()
            with _counting(pair.ben, work):
                bring()
            found[size].append(work)
    return {
        f"{each.name}{suffix}": round(statistics.median(getattr(work, each.name) for work in found[size]), 1)
        for size, suffix in (("many", ""), ("few", "_at_1000"))
        for each in fields(Work)
    }


@contextmanager
def _counting(vault: OpenVault, work: Work) -> Iterator[None]:
    """Add what the vault's database does meanwhile."""
    connection, before = vault._connection, _read_and_written()  # noqa: SLF001 - to look where no port leads

    def stepped() -> int:
        work.steps += 1
        return 0

    def ran(_statement: str) -> None:
        work.statements += 1

    connection.set_progress_handler(stepped, 1)
    connection.set_trace_callback(ran)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)
        connection.set_trace_callback(None)
        after = _read_and_written()
        work.pages_read += (after[0] - before[0]) / _PAGE
        work.pages_written += (after[1] - before[1]) / _PAGE


def _read_and_written() -> tuple[int, int]:
    if not _IO.is_file():
        return 0, 0
    said = dict(line.split(": ") for line in _IO.read_text("ascii").splitlines())
    return int(said["rchar"]), int(said["wchar"])
