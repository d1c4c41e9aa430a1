"""Devices that share a store which cheats, members who cheat, and an outsider with every right in the database.

``python -m tests.security.adversary_campaign [--steps N] [--first WORLD] [--plant DEFECT …] [--report FILE]``. Each
world is drawn from its number and is the same the next time: ``--first 4711 --steps 250 --unplanted`` plays one again.
A step is something that was done or refused; what found nothing to do is none.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import orjson

from tests.security.adversary_lane import FINDINGS, OPERATIONS
from tests.security.adversary_planted import DEFECTS

REPORT: Final = Path("build/reports/adversary.json")
STEPS: Final = 50_000
IN_A_WORLD: Final = 250
RARE: Final = 10_000
"""In fewer steps a rare operation may find nothing to do; the store's own must fire all the same."""
_WORLDS: Final = 25  # in one process
_PLANTED: Final = 40
_SHOWN: Final = 20
_SUMS: Final = ("worlds", "steps", "events", "sent", "epochs", "closed", "contested", "two_faced_places")


def main(argv: Sequence[str] | None = None) -> int:
    """Play the worlds, and the planted ones; 0 where nothing was found and every planted defect was."""
    options = _parser().parse_args(argv)
    began = time.monotonic()
    worlds = -(-options.steps // IN_A_WORLD)
    batches = [
        (at, min(_WORLDS, options.first + worlds - at)) for at in range(options.first, options.first + worlds, _WORLDS)
    ]
    planted = () if options.unplanted else tuple(options.plant or DEFECTS)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        defective = {name: pool.submit(_lane, 0, _PLANTED, name) for name in planted}
        rows = list(pool.map(lambda batch: _lane(*batch), batches))
        caught = {name: _caught(name, row.result()) for name, row in defective.items()}
    report = _report(rows, caught)
    report["seconds"] = round(time.monotonic() - began, 1)
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    return 0 if _say(report, options.steps) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--first", type=int, default=0, help="number of the first world")
    parser.add_argument("--plant", action="append", choices=DEFECTS, help="only these defects; all, if not given")
    parser.add_argument("--unplanted", action="store_true", help="no defects")
    parser.add_argument("--report", type=Path, default=REPORT)
    return parser


def _lane(first: int, count: int, defect: str = "") -> dict[str, object]:
    """Play some worlds in a process of its own: a defect stays there, and memory is given back."""
    command = [sys.executable, "-m", "tests.security.adversary_lane", str(first), str(count), str(IN_A_WORLD)]
    run = subprocess.run([*command, *([defect] if defect else [])], capture_output=True, check=False)
    if run.returncode:
        raise RuntimeError(f"worlds from {first} {defect}: {run.stderr.decode()[-2_000:]}")
    found: dict[str, object] = orjson.loads(run.stdout.splitlines()[-1])
    return found


def _findings(row: dict[str, object], name: str) -> list[str]:
    found = row["findings"]
    assert isinstance(found, dict)
    return list(found[name])


def _caught(name: str, row: dict[str, object]) -> dict[str, object]:
    shown = _findings(row, DEFECTS[name].shows)
    return {"as": DEFECTS[name].shows, "worlds": row["worlds"], "found": len(shown), "such_as": shown[:2]}


def _report(rows: Sequence[dict[str, object]], caught: dict[str, dict[str, object]]) -> dict[str, object]:
    done, refused = Counter[str](), Counter[str]()
    for row in rows:
        done.update(row["done"])  # type: ignore[call-overload]
        refused.update(row["refused"])  # type: ignore[call-overload]
    findings = {name: [item for row in rows for item in _findings(row, name)] for name in FINDINGS}
    return {
        **{name: sum(int(str(row.get(name, 0))) for row in rows) for name in _SUMS},
        **{name: len(found) for name, found in findings.items()},
        "planted_caught": sum(bool(item["found"]) for item in caught.values()),
        "planted": caught,
        "recovered_after_rounds": max((int(str(row["recovered_after"])) for row in rows), default=0),
        "operations": {name: {"done": done[name], "refused": refused[name]} for name in OPERATIONS},
        "cpu_seconds": round(sum(float(str(row["cpu"])) for row in rows), 1),
        "red": {name: found[:_SHOWN] for name, found in findings.items() if found},
    }


def _say(report: dict[str, object], steps: int) -> bool:
    """Print the figures, and tell whether all is well."""
    for name, figure in report.items():
        if name not in {"operations", "planted", "red"}:
            print(f"{name:>24}  {figure}")
    operations, planted = report["operations"], report["planted"]
    assert isinstance(operations, dict)
    assert isinstance(planted, dict)
    wrong = [f"{name}: {report[name]}" for name in FINDINGS if report[name]]
    wrong += [f"{name} was not noticed" for name, item in planted.items() if not item["found"]]
    wrong += [f"too few steps: {report['steps']}"] if int(str(report["steps"])) < steps else []
    never = [name for name, item in operations.items() if not item["done"]]
    wrong += [f"{name} never happened" for name in never if steps >= RARE or name.startswith("store.")]
    print("nothing forged, lost, doubled or unnoticed" if not wrong else f"RED: {wrong}\n{report['red']}")
    return not wrong


if __name__ == "__main__":
    sys.exit(main())
