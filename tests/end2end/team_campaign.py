"""Plays the tour's team chapter by each store and writes down what came of it.

``python -m tests.end2end.team_campaign [--store NAME…] [--out DIR] [--report FILE] [--lang TAG] [--theme NAME]``.
Three processes with a vault each, before a real PostgreSQL, a shared folder, or files that are carried. Exit code 0
only if every payment arrived once, with two signatures that count in all three vaults.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from tests.postgres import DATABASE, DEVICE, PASSWORD, running_postgres

STORES: Final = ("postgres", "folder", "files")
REPORT: Final = Path("build/reports/team.json")
OUT: Final = Path("build/team")
SIGNATURES: Final = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Play by each store, one after the other."""
    options = _parser().parse_args(argv)
    report: dict[str, dict[str, object]] = {}
    for store in options.store or STORES:
        report[store] = play(store, options.out / store, options.lang, options.theme)
        sys.stdout.write(f"{store}: {json.dumps({key: report[store][key] for key in ('status', 'signatures')})}\n")
        sys.stdout.flush()
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0 if all(is_good(found) for found in report.values()) else 1


def is_good(found: dict[str, object]) -> bool:
    """Tell whether all went well by one store."""
    wanted = {"status": "ACSC", "signatures": SIGNATURES, "executions": 1, "wrong": "", "exit": 0}
    return {key: found.get(key) for key in wanted} == wanted


def play(store: str, out: Path, lang: str = "en", theme: str = "light") -> dict[str, object]:
    """Play by one store into a folder, and return what the tour noted, with its exit code.

    Args:
        store: One of ``STORES``.
        out: Made where it is missing.
        lang: Of all three programs.
        theme: Of all three programs.
    """
    with _way(store) as more:
        command = [sys.executable, "-m", "countersign", "tour", "--chapter", "team", "--store", store, *more]
        looks = ["--out", str(out), "--lang", lang, "--theme", theme]
        played = subprocess.run([*command, *looks], check=False)
    noted = out / "tour.json"
    found: dict[str, object] = json.loads(noted.read_text("utf-8")) if noted.exists() else {"wrong": "nothing noted"}
    return {"status": "", "signatures": 0, "seconds": 0.0, **found, "exit": played.returncode}


@contextmanager
def _way(store: str) -> Iterator[Sequence[str]]:
    """Give what the tour is told of the store, while there is one."""
    if store != "postgres":
        yield ()
        return
    with running_postgres() as server:
        password = quote(PASSWORD, safe="")
        yield ("--server", f"postgresql://{DEVICE}:{password}@127.0.0.1:{server.port}/{DATABASE}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="team_campaign", description="Three people, three vaults, each store.")
    parser.add_argument("--store", action="append", choices=STORES, help="only this one; may be given several times")
    parser.add_argument("--out", type=Path, default=OUT, help="where the pictures go")
    parser.add_argument("--report", type=Path, default=REPORT, help="where the report goes")
    parser.add_argument("--lang", default="en", help="language of the windows")
    parser.add_argument("--theme", default="light", help="theme of the windows")
    return parser


if __name__ == "__main__":
    sys.exit(main())
