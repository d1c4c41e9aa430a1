"""Reading long files, beside bare iteration over the same file: time, and memory as the file grows."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

from tests.benchmarks.made_files import write_camt053, write_pain001

LINES: Final = 100_000
FEWER: Final = 10_000
Figure: TypeAlias = dict[str, float | str]


def camt053_import(scratch: Path, lines: int = LINES) -> Figure:
    """Read a camt.053 with as many entries."""
    return _import(write_camt053, scratch / "camt053", lines)


def pain001_import(scratch: Path, lines: int = LINES) -> Figure:
    """Read a pain.001 with as many payments."""
    return _import(write_pain001, scratch / "pain001", lines)


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
    command = [sys.executable, "-m", "tests.benchmarks.read_file", how, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
