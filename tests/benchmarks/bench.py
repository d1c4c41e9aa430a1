"""Measures the program against bare baselines: ``python -m tests.benchmarks.bench [--scale N] [--report FILE]``.

Every figure stands beside what the same work costs without the program, in the same process or one like it: medians,
so that a busy machine weighs on both sides alike. The vault with its million transfers is made once, by the program's
own import, and kept in ``build/bench``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

import orjson

from countersign.adapters.vault import database
from countersign.adapters.vault.cryptography_suite import argon2id
from countersign.adapters.vault.door import FileVaultDoor
from countersign.adapters.vault.header import read_header
from countersign.adapters.vault.reader import Reader
from countersign.application.ports.vault import HistoryQuery
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain, EventDraft
from tests.benchmarks.bench_files import batch_import, camt053_import, pain001_import
from tests.benchmarks.bench_team import team_figures
from tests.benchmarks.bench_vault import PASSPHRASE, counterparty, door_of, vault_of

REPORT: Final = Path("build/reports/bench.json")
ROOT: Final = Path("build/bench")
SCALE: Final = 1_000_000
_STARTS = 9
_UNLOCKS = 5
_APPENDS = 200
_SEARCHES = 60
Figure: TypeAlias = dict[str, float | str]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=int, default=int(os.environ.get("SCALE", SCALE)), help="transfers in the vault")
    parser.add_argument("--report", type=Path, default=REPORT)
    options = parser.parse_args(argv)
    kept = vault_of(ROOT, options.scale)
    with tempfile.TemporaryDirectory(prefix="countersign-bench-", dir=ROOT) as scratch:
        folder = Path(scratch) / "copy"
        shutil.copytree(kept, folder)  # what is appended here must not pile up there
        report: dict[str, object] = {"transfers": options.scale, "first_paint": first_paint(Path(scratch))}
        report["unlock_to_home"] = unlock_to_home(folder)
        report["append"] = append(folder)
        report["history_search_p95"] = history_search(folder)
        report["peak_memory"] = peak_memory(folder, Path(scratch))
        report["camt053_import"] = camt053_import(Path(scratch))
        report["pain001_import"] = pain001_import(Path(scratch))
        report.update(team_figures(ROOT, Path(scratch)))
        report["batch_import"] = batch_import(Path(scratch))
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    for name, figure in report.items():
        print(f"{name:>20}  {figure}")
    return 0


def _figure(ours: float, baseline: float, unit: str, **more: float | str) -> Figure:
    return {
        "ours": round(ours, 2),
        "baseline": round(baseline, 2),
        "ratio": round(ours / baseline, 2),
        "unit": unit,
        **more,
    }


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def first_paint(scratch: Path) -> Figure:
    """Process start to the first painted window: the program's (a new profile) beside an empty PySide6 window's."""
    own, empty = [], []
    for number in range(_STARTS):
        home = scratch / f"start-{number}"
        own.append(_child_ms("tests.benchmarks.paint_program", str(home)))
        empty.append(_child_ms("tests.benchmarks.paint_empty"))
    return _figure(statistics.median(own), statistics.median(empty), "ms")


def _child_ms(module: str, *arguments: str) -> float:
    """Start a program and time it until it says that it has painted."""
    environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as child:
        if child.stdout is None:
            raise RuntimeError("a child without a pipe")
        said = child.stdout.readline()
        taken = time.perf_counter() - started
        child.kill()
    if said.strip() != b"painted":
        raise RuntimeError(f"{module} painted nothing")
    return taken * 1000


def _home(door: FileVaultDoor) -> None:
    """Read what the home page shows."""
    reader = door.projections()
    reader.accounts()
    reader.orders_in_flight()
    reader.history(HistoryQuery(limit=8))
    reader.payees()
    reader.frozen()


def unlock_to_home(folder: Path) -> Figure:
    """From the passphrase to everything the home page shows, beside Argon2id alone at the vault's own cost."""
    header = read_header(folder / "vault")
    cost = header.passphrase.cost if header else None
    if header is None or cost is None:
        raise LookupError(folder)
    derive = partial(argon2id, PASSPHRASE.reveal().encode(), header.passphrase.salt, cost)
    own, bare = [], []
    for _ in range(_UNLOCKS):
        door = door_of(folder)

        def opened(door: FileVaultDoor = door) -> None:
            door.unlock(PASSPHRASE)
            _home(door)

        own.append(_seconds(opened))
        door.lock()
        bare.append(_seconds(derive))
    without = statistics.median(own) - statistics.median(bare)
    return _figure(
        statistics.median(own) * 1000, statistics.median(bare) * 1000, "ms", beside_argon2id_ms=round(without * 1000, 1)
    )


def append(folder: Path) -> Figure:
    """One signed event, projected, committed and anchored, beside one SQLCipher commit of a row of its size."""
    door = door_of(folder)
    vault = door.unlock(PASSPHRASE)
    body: dict[str, Json] = {"note": "as much as a status of the bank says" * 4}

    def signed() -> None:
        with vault.transaction() as change:
            change.append(EventDraft(kinds.VAULT_UNLOCKED, vault.identity.workspace, body, chain=Chain.PRIVATE))

    size = 1_000
    with _bare(folder, door) as bare:
        bare.execute("CREATE TABLE IF NOT EXISTS bench_rows (id INTEGER PRIMARY KEY, content BLOB NOT NULL)")
        content = os.urandom(size)

        def plain() -> None:
            bare.execute("BEGIN IMMEDIATE")
            bare.execute("INSERT INTO bench_rows (content) VALUES (?)", (content,))
            bare.execute("COMMIT")

        own = [_seconds(signed) for _ in range(_APPENDS)]
        base = [_seconds(plain) for _ in range(_APPENDS)]
        if door._session is not None:  # noqa: SLF001 - to tell what the anchor's own two flushes take
            door._session._anchor._store = None  # noqa: SLF001
        alone = [_seconds(signed) for _ in range(_APPENDS)]
    door.lock()
    without = round(statistics.median(alone) * 1000, 2)
    return _figure(statistics.median(own) * 1000, statistics.median(base) * 1000, "ms", without_anchor_ms=without)


@contextmanager
def _bare(folder: Path, door: FileVaultDoor) -> Iterator[database.Connection]:
    """Open a writing connection of its own beside an open vault, as bare as the library has it."""
    session = door._session  # noqa: SLF001 - the key is nobody else's
    if session is None:
        raise LookupError(folder)
    connection = database.open_writer(folder / "vault", session._keys.database)  # noqa: SLF001
    try:
        yield connection
    finally:
        connection.close()


class _Noting(Reader):
    """A reader that notes what it asks."""

    asked: tuple[str, Sequence[object]] = ("", ())

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """Note the question, and ask it."""
        if "p_transfers AS t" in sql:
            self.asked = (sql, tuple(parameters))
        return super().rows(sql, parameters)


def history_search(folder: Path) -> Figure:
    """A page of search results through the program, beside the same SQL bare on a connection of its own; p95."""
    door = door_of(folder)
    door.unlock(PASSPHRASE)
    session = door._session  # noqa: SLF001
    if session is None:
        raise LookupError(folder)
    noting = _Noting(database.open_reader(folder / "vault", session._keys.database))  # noqa: SLF001
    projections = type(door.projections())(noting)
    own, base = [], []
    with _bare(folder, door) as bare:
        for text in _searches():
            asked = partial(projections.history, HistoryQuery(text=text))
            own.append(min(_seconds(asked) for _ in range(2)))
            plain = partial(_ask, bare, *noting.asked)
            base.append(min(_seconds(plain) for _ in range(2)))
    noting.close()
    door.lock()
    return _figure(_p95(own) * 1000, _p95(base) * 1000, "ms", median_ms=round(statistics.median(own) * 1000, 2))


def _ask(connection: database.Connection, sql: str, parameters: Sequence[object]) -> object:
    return connection.execute(sql, parameters).fetchall()


def _searches() -> list[str]:
    """Return texts that people look for: names, parts of accounts, references; frequent, rare and absent."""
    names = [counterparty(number * 37 % 1000) for number in range(_SEARCHES // 4)]
    return [
        *(name.split()[0] for name, _ in names),
        *(account[-8:] for _, account in names),
        *(f"Invoice {number * 6_661 % 99_991:05}" for number in range(_SEARCHES // 4)),
        *(f"{name.split()[1]} deposit" for name, _ in names[:-5]),
        *("zzzz not there", "2027", "GmbH", "DE", "rent"),
    ]


def _p95(figures: Sequence[float]) -> float:
    return sorted(figures)[len(figures) * 95 // 100]


def peak_memory(folder: Path, scratch: Path) -> Figure:
    """The most memory that unlocking, home, searches and pages deep in history take, beside an almost empty vault."""
    small = scratch / "small"
    shutil.copytree(vault_of(ROOT, 1_000), small)
    return _figure(_peak_mib(folder), _peak_mib(small), "MiB")


def _peak_mib(folder: Path) -> float:
    command = [sys.executable, "-m", "tests.benchmarks.remember", str(folder)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return int(said) / 1024


if __name__ == "__main__":
    sys.exit(main())
