"""The practice bank's command line: serve a world, or show what happened in it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import orjson
import platformdirs

from practicebank.dump import dump
from practicebank.world_lock import WorldLock


def main(argv: Sequence[str] | None = None) -> int:
    """Run the practice bank's command line.

    Args:
        argv: Arguments without the program's name; those of the process by default.

    Returns:
        0 when it ended as it should, 1 when there is no world to show or serve.
    """
    options = _parser().parse_args(argv)
    directory = Path(options.world).resolve()
    if options.dump:
        try:
            found = dump(directory)
        except LookupError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        _say(found, pretty=True)
        return 0
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Certificates and servers take long to import; a dump needs none of them.
    from practicebank import serving  # noqa: PLC0415

    wishes = serving.Wishes(
        seed=options.seed,
        start=options.start_date,
        api_port=options.api_port,
        control_port=options.control_port,
        settle_seconds=options.settle_seconds,
        lease_stdin=options.lease_stdin,
        linger_seconds=options.linger,
    )
    lock = WorldLock(directory / "bank.lock")
    try:
        return serving.run(directory, lock, wishes, _say)
    finally:
        lock.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="practice-bank", description="A bank for practice, on this machine only.")
    default = platformdirs.user_data_path("practicebank") / "world"
    parser.add_argument("--world", default=str(default), help="the world's directory")
    parser.add_argument("--seed", type=int, default=1, help="decides a new world's figures")
    parser.add_argument(
        "--start-date",
        type=date.fromisoformat,
        default=None,
        help="a new world's first day (default: today)",
    )
    parser.add_argument("--api-port", type=int, default=None, help="0: any free port")
    parser.add_argument("--control-port", type=int, default=None, help="0: any free port")
    parser.add_argument("--settle-seconds", type=int, default=2, help="until an ordinary transfer is settled")
    parser.add_argument("--lease-stdin", action="store_true", help="end when standard input and all leases end")
    parser.add_argument("--linger", type=float, default=10.0, help="seconds to outlive the last lease")
    parser.add_argument("--dump", action="store_true", help="print accounts and journal as JSON")
    return parser


def _say(content: dict[str, object], *, pretty: bool = False) -> None:
    options = orjson.OPT_INDENT_2 if pretty else 0
    sys.stdout.buffer.write(orjson.dumps(content, option=options) + b"\n")
    sys.stdout.buffer.flush()
