"""Feeds made-up files and messages to every door that reads what strangers wrote (SECURITY: parser fuzz).

``python -m tests.security.fuzz_campaign [--cases N] [--door NAME …] [--plant DEFECT] [--report FILE]``. Cases are
mutations of real files, aware of their structure and not, with strings that break programs; every twentieth XML file
carries a document type declaration, which must be refused. Each runs in a process of its own kind, within 2 s of the
processor's time and 100 MiB of growth. One that fails is named by door and number, and is the same the next time:
``--door camt --first 4711 --cases 1``.
"""

from __future__ import annotations

import argparse
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson

from tests.security.fuzz_seeds import DOORS
from tests.security.fuzz_worker import MOST_MIB, MOST_SECONDS, PLANTS

REPORT: Final = Path("build/reports/fuzz.json")
CASES: Final = 20_000
_BATCH: Final = 2_000
_HANGS: Final = 60.0
"""Seconds without a word from a worker; a case has two of the processor's."""
_KINDS: Final = ("crash", "let_in", "slow", "fat")


@dataclass
class Tally:
    """What came of one door."""

    cases: int = 0
    read: int = 0
    slowest: float = 0.0
    grown: float = 0.0
    faults: list[dict[str, object]] = field(default_factory=list)

    def count(self, kind: str) -> int:
        """Count the cases that failed in one way."""
        return sum(kind in fault for fault in self.faults)


def main(argv: Sequence[str] | None = None) -> int:
    """Try all doors; return 1 where any case failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=int(os.environ.get("CASES", CASES)), help="for each door")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--door", action="append", choices=DOORS)
    parser.add_argument("--plant", default="none", choices=PLANTS)
    parser.add_argument("--report", type=Path, default=REPORT)
    options = parser.parse_args(argv)
    after_last = options.first + options.cases
    batches = [
        (door, first, min(first + _BATCH, after_last))
        for door in options.door or DOORS
        for first in range(options.first, after_last, _BATCH)
    ]
    tallies = {door: Tally() for door in options.door or DOORS}
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        running = [(door, pool.submit(_batch, door, first, until, options.plant)) for door, first, until in batches]
        for door, done in running:
            _add(tallies[door], done.result())
    report = {door: _figures(tally) for door, tally in tallies.items()}
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    for door, tally in tallies.items():
        counts = "  ".join(f"{kind} {tally.count(kind)}" for kind in _KINDS)
        print(f"{door:>8}  cases {tally.cases}  read {tally.read}  {counts}  slowest {tally.slowest} s")
        for fault in tally.faults[:10]:
            print(f"          {fault}")
    return 1 if any(tally.faults or not tally.cases for tally in tallies.values()) else 0


def _figures(tally: Tally) -> dict[str, object]:
    return {
        "cases": tally.cases,
        "crashes": tally.count("crash"),
        "slow": tally.count("slow"),
        "fat": tally.count("fat"),
        "let_in": tally.count("let_in"),
        "read": tally.read,
        "slowest_s": tally.slowest,
        "most_grown_mib": tally.grown,
        "limits": {"seconds": MOST_SECONDS, "mib": MOST_MIB},
        "faults": tally.faults[:50],
    }


def _add(whole: Tally, part: Tally) -> None:
    whole.cases += part.cases
    whole.read += part.read
    whole.slowest = max(whole.slowest, part.slowest)
    whole.grown = max(whole.grown, part.grown)
    whole.faults += part.faults


def _batch(door: str, first: int, after_last: int, plant: str) -> Tally:
    """Try some cases of a door, with as many workers one after another as it takes."""
    tally = Tally()
    while first < after_last:
        first = _worker(tally, door, first, after_last, plant)
    return tally


def _worker(tally: Tally, door: str, first: int, after_last: int, plant: str) -> int:
    """Run one worker, and return the number of the case to go on with."""
    command = [sys.executable, "-m", "tests.security.fuzz_worker", door, str(first), str(after_last), plant]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        said: queue.SimpleQueue[str] = queue.SimpleQueue()
        listener = threading.Thread(target=_listen, args=(child, said))
        listener.start()
        number = first - 1
        ended = False
        while True:
            try:
                line = said.get(timeout=_HANGS)
            except queue.Empty:
                child.kill()
                tally.faults.append({"number": number, "slow": f"more than {_HANGS} s without a word"})
                break
            if not line:
                break
            if line.strip().isdigit():
                number = int(line)
                tally.cases += 1
                continue
            told = orjson.loads(line)
            if "tried" in told:
                ended = True
                tally.slowest = max(tally.slowest, told["slowest"])
                tally.grown = max(tally.grown, told["grown"])
                tally.read += told["read"]
            else:
                tally.faults.append({"door": door, **told})
        listener.join()
        child.wait()
        if not ended and child.returncode >= 0:
            tally.faults.append(
                {"number": number, "crash": f"the worker left: {(child.stderr or sys.stdin).read()[-400:]}"}
            )
        elif not ended and not any("slow" in fault for fault in tally.faults[-1:]):
            tally.faults.append({"number": number, "crash": f"the worker was ended by signal {-child.returncode}"})
    return number + 1 if number >= first else after_last


def _listen(child: subprocess.Popen[str], said: queue.SimpleQueue[str]) -> None:
    if child.stdout is not None:
        for line in child.stdout:
            said.put(line)
    said.put("")


if __name__ == "__main__":
    sys.exit(main())
