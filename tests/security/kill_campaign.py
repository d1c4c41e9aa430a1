"""Kills the program at every commit, anchor and send of a submission, and looks for lost or doubled money.

``python -m tests.security.kill_campaign [--sample N] [--lanes N] [--report FILE] [--only NAME]
[--parts alone,carried,together]``. The bank doesn't
deduplicate: a client that sends twice pays twice, and the bank's own journal says so.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeAlias

import orjson

from tests.security.kill_baskets import PLANTED as TOGETHER_PLANTED
from tests.security.kill_baskets import run_baskets
from tests.security.kill_carried import PLANTED as CARRIED_PLANTED
from tests.security.kill_carried import run_carried
from tests.security.kill_judge import Verdict
from tests.security.kill_lane import rehearse
from tests.security.kill_points import CELLS, PLANTED, Cell, sample
from tests.security.kill_world import make_template

REPORT: Final = Path("build/reports/kill.json")
COUNTED: Final = (
    "duplicates",
    "lost",
    "silent_unknown",
    "sent_twice",
    "order_broken",
    "rollback_unnoticed",
    "damaged",
    "unresolved",
)
_SAID_EVERY = 40
Row: TypeAlias = dict[str, object]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the campaign; 0 where nothing was lost or doubled, everything fired, and every planted defect was caught."""
    options = _parser().parse_args(argv)
    started = time.monotonic()
    scratch = Path(tempfile.mkdtemp(prefix="countersign-kill-"))
    try:
        template = scratch / "template"
        make_template(template)
        parts = options.parts.split(",")
        astray = rehearse(template, scratch) if "alone" in parts else []
        chosen = sample(options.sample) if options.sample else CELLS
        chosen = tuple(cell for cell in chosen if options.only in cell.name and "alone" in parts)
        planted = [cell for cells in PLANTED.values() for cell in cells]
        rows = [] if astray or "alone" not in parts else _run(template, scratch, [*planted, *chosen], options.lanes)
        report = _report(rows, {cell.name for cell in chosen}, astray)
        wanted = len(PLANTED) if "alone" in parts else 0
        if "carried" in parts:
            _add(report, "carried", *run_carried(scratch, options.sample, options.lanes))
            wanted += len(CARRIED_PLANTED)
        if "together" in parts:
            _add(report, "together", *run_baskets(scratch, options.sample, options.lanes, options.only))
            wanted += len(TOGETHER_PLANTED)
        report["seconds"] = round(time.monotonic() - started, 1)
        options.report.parent.mkdir(parents=True, exist_ok=True)
        options.report.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
        good = _say(report, int(str(report["cells"])), wanted)
        if good:
            shutil.rmtree(scratch)
        else:
            print(f"what is left of the red cells: {scratch}")
        return 0 if good else 1
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=0, help="so many cells, always the same; 0: all")
    parser.add_argument("--lanes", type=int, default=max(2, os.cpu_count() or 2), help="cells at a time")
    parser.add_argument("--report", type=Path, default=REPORT)
    parser.add_argument("--only", default="", help="cells whose name has this in it, but for those carried by hand")
    parser.add_argument("--parts", default="alone,carried,together", help="which of these")
    return parser


def _run(template: Path, scratch: Path, cells: Sequence[Cell], lanes: int) -> list[Row]:
    names = [cell.name for cell in cells]
    with ThreadPoolExecutor(lanes) as pool:
        parts = [pool.submit(_lane, template, scratch, names[lane::lanes]) for lane in range(lanes)]
        return [row for part in parts for row in part.result()]


def _lane(template: Path, scratch: Path, names: Sequence[str]) -> list[Row]:
    command = [sys.executable, "-m", "tests.security.kill_lane", str(template), str(scratch)]
    rows: list[Row] = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as lane:
        if lane.stdin is None or lane.stdout is None:
            raise RuntimeError("a lane without pipes")
        for name in names:
            lane.stdin.write(f"{name}\n")
            lane.stdin.flush()
            rows.append(orjson.loads(lane.stdout.readline()))
            if len(rows) % _SAID_EVERY == 0:
                print(f"  {len(rows)} of {len(names)} in this lane", flush=True)
        lane.stdin.close()
    return rows


def _report(rows: Iterable[Row], chosen: set[str], astray: Sequence[str]) -> Row:
    by_name = {str(row["cell"]): row for row in rows}
    found = [row for name, row in by_name.items() if name in chosen]
    caught = {name: any(_red(by_name[cell.name]) for cell in cells) for name, cells in PLANTED.items() if by_name}
    return {
        "points": len({".".join(str(row["cell"]).split(".")[:-2]) for row in found}),
        "cells": len(found),
        "fired": sum(1 for row in found if row["fired"]),
        "struck": sum(1 for row in found if row["struck"]),
        **{name: sum(1 for row in found if row[name]) for name in COUNTED},
        "failed": sum(1 for row in found if row["failed"]),
        "planted_caught": sum(caught.values()),
        "planted": caught,
        "planted_as": {name: _how(by_name[cell.name] for cell in cells) for name, cells in PLANTED.items() if by_name},
        "states": dict(Counter(str(row["state"]) for row in found)),
        "executions": dict(Counter(str(row["executions"]) for row in found)),
        "astray": list(astray),
        "red": [row for row in found if _red(row)],
    }


def _add(report: Row, part: str, verdicts: Sequence[Verdict], caught: dict[str, bool]) -> None:
    """Add the figures of another part to those of single orders that were sent."""
    rows: list[Row] = [orjson.loads(orjson.dumps(verdict)) for verdict in verdicts]
    sums = {
        "points": len({row["cell"].rpartition(".")[0] for row in rows if isinstance(row["cell"], str)}),
        "cells": len(rows),
        **{name: sum(1 for row in rows if row[name]) for name in ("fired", "struck", "failed", *COUNTED)},
        "planted_caught": sum(caught.values()),
    }
    report[part] = {**sums, "planted": caught, "states": dict(Counter(str(row["state"]) for row in rows))}
    report |= {name: int(str(report[name])) + figure for name, figure in sums.items()}
    report["red"] = [*_listed(report["red"]), *(row for row in rows if _red(row) or row["failed"] or not row["struck"])]


def _listed(found: object) -> list[object]:
    return found if isinstance(found, list) else []


def _red(row: Row) -> bool:
    return any(row[name] for name in COUNTED)


def _how(rows: Iterable[Row]) -> list[str]:
    return sorted({name for row in rows for name in COUNTED if row[name]})


def _say(report: Row, cells: int, planted: int) -> bool:
    """Print the table, and tell whether all is well."""
    for name, figure in report.items():
        if name != "red":
            print(f"{name:>20}  {figure}")
    wanted: dict[str, object] = {
        "cells": cells,
        "fired": cells,
        "struck": cells,
        "planted_caught": planted,
    }
    wanted |= dict.fromkeys((*COUNTED, "failed"), 0) | {"astray": []}
    wrong = {name: report[name] for name, figure in wanted.items() if report[name] != figure}
    print("nothing lost, nothing doubled" if not wrong else f"RED: {wrong}")
    return not wrong


if __name__ == "__main__":
    sys.exit(main())
