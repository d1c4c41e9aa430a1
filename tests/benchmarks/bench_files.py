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


def batch_import(scratch: Path, lines: int = LINES) -> Figure:
    """Check a pain.001 with as many payments into a vault, each line against itself and history, slice by slice."""
    figures: list[tuple[float, float, int]] = []
    bare = 0.0
    for count in (lines, lines * FEWER // LINES):
        path = scratch / f"batch.{count}.xml"
        write_pain001(path, count)
        (folder := scratch / f"vault.{count}").mkdir()
        seconds, peak, found = _run("tests.benchmarks.check_list", str(path), str(folder)).split()
        figures.append((float(seconds), int(peak) / 1024, int(found)))
        if count == lines:
            rounds = [float(line.split()[0]) for line in _child("time", path).splitlines()]
            bare = statistics.median(rounds)
    return {
        "ours": round(figures[0][0], 2),
        "baseline": round(bare, 2),
        "ratio": round(figures[0][0] / bare, 2),
        "unit": "s",
        "lines": float(figures[0][2]),
        "lines_a_second": round(figures[0][2] / figures[0][0], 0),
        "peak_mib": round(figures[0][1], 1),
        "peak_mib_a_tenth": round(figures[1][1], 1),
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
