"""Reading long files, beside bare iteration over the same file: time, and memory as the file grows."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from tests.benchmarks.made_files import write_camt053, write_pain001

LINES: Final = 100_000
FEWER: Final = 10_000
_PAID_BEFORE: Final = 20  # one of so many
Figure: TypeAlias = dict[str, float | str]


@dataclass(frozen=True, slots=True)
class _Check:
    """What a check took: by the clock, and of the processor."""

    seconds: float
    busy: float
    peak_mib: float
    lines: int
    held: int


def camt053_import(scratch: Path, lines: int = LINES) -> Figure:
    """Read a camt.053 with as many entries."""
    return _import(write_camt053, scratch / "camt053", lines)


def pain001_import(scratch: Path, lines: int = LINES) -> Figure:
    """Read a pain.001 with as many payments."""
    return _import(write_pain001, scratch / "pain001", lines)


def batch_import(scratch: Path, lines: int = LINES) -> Figure:
    """Check a pain.001 with as many payments into a vault, each against the list itself and against history.

    Half as many payees as payments, none of them known; one in twenty of the payments was made before, and must be
    found. Beside it, bare ``lxml`` iteration over the same file; and a tenth of the lines, to see whether a line costs
    more, or takes more memory, where there are many.
    """
    checks = []
    for count in (lines, lines * FEWER // LINES):
        path = scratch / f"batch.{count}.xml"
        payees, paid = max(count // 2, 1), count // _PAID_BEFORE
        write_pain001(path, count, payees)
        (folder := scratch / f"vault.{count}").mkdir()
        said = _run("tests.benchmarks.check_list", str(path), str(folder), str(paid), str(payees)).split()
        check = _Check(float(said[0]), float(said[1]), int(said[2]) / 1024, int(said[3]), int(said[4]))
        if (check.lines, check.held) != (count, paid):
            raise LookupError(check)
        checks.append(check)
    rounds = [
        [float(figure) for figure in one.split()] for one in _child("time", scratch / f"batch.{lines}.xml").splitlines()
    ]
    bare, bare_busy = (statistics.median(one[place] for one in rounds) for place in (0, 2))
    long, short = checks
    return {
        "ours": round(long.seconds, 2),
        "baseline": round(bare, 2),
        "ratio": round(long.seconds / bare, 2),
        "unit": "s",
        "lines": float(long.lines),
        "lines_a_second": round(long.lines / long.seconds, 0),
        "paid_before_found": float(long.held),
        "busy_s": round(long.busy, 2),
        "busy_ratio": round(long.busy / bare_busy, 2),
        "busy_ms_a_line": round(1000 * long.busy / long.lines, 4),
        "busy_ms_a_line_of_a_tenth": round(1000 * short.busy / short.lines, 4),
        "peak_mib": round(long.peak_mib, 1),
        "peak_mib_a_tenth": round(short.peak_mib, 1),
    }


def _import(write: Callable[[Path, int], None], stem: Path, lines: int) -> Figure:
    long, short = stem.with_suffix(".long.xml"), stem.with_suffix(".short.xml")
    write(long, lines)
    write(short, lines * FEWER // LINES)
    rounds = [[float(figure) for figure in line.split()] for line in _child("time", long).splitlines()]
    bare = statistics.median(round_[0] for round_ in rounds)
    ours = statistics.median(round_[1] for round_ in rounds)
    return {
        "ours": round(ours, 2),
        "baseline": round(bare, 2),
        "ratio": round(ours / bare, 2),
        "unit": "s",
        "lines": float(lines),
        "mib_of_file": round(long.stat().st_size / 2**20, 1),
        "peak_mib": round(int(_child("ours", long)) / 1024, 1),
        "peak_mib_a_tenth": round(int(_child("ours", short)) / 1024, 1),
        "peak_mib_bare": round(int(_child("bare", long)) / 1024, 1),
    }


def _child(how: str, path: Path) -> str:
    return _run("tests.benchmarks.read_file", how, str(path))


def _run(module: str, *arguments: str) -> str:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
