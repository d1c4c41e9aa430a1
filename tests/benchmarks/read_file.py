"""A process that reads one file: ``python -m tests.benchmarks.read_file ours|bare|time FILE``; prints one figure.

``ours`` and ``bare`` print the most memory the process took (KiB), ``time`` the times of both, in turn, and the
processor's of the bare one (seconds).
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from lxml import etree

from countersign.adapters.banks.files.bank_files import LocalBankFiles
from countersign.application.ports.bank_files import FilePayment, StatementEntry

_ROUNDS = 3


def main(arguments: Sequence[str]) -> int:
    """Read, and say what it took."""
    how, path = arguments[0], Path(arguments[1])
    if how == "time":
        for _ in range(_ROUNDS):
            busy = time.process_time()
            bare, busy = _seconds("bare", path), time.process_time() - busy
            print(bare, _seconds("ours", path), busy)
        return 0
    _read(how, path)
    print(peak_kib())
    return 0


def peak_kib() -> int:
    """Return the most memory that this process held; the figure of getrusage has its parent's in it."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(one for one in status.read_text("ascii", "replace").splitlines() if one.startswith("VmHWM:"))
        return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _seconds(how: str, path: Path) -> float:
    started = time.perf_counter()
    _read(how, path)
    return time.perf_counter() - started


def _read(how: str, path: Path) -> None:
    if how == "bare":
        for _, element in etree.iterparse(path, resolve_entities=False, no_network=True, huge_tree=False):
            element.clear()
        return
    found = sum(isinstance(part, FilePayment | StatementEntry) for part in LocalBankFiles().read(path))
    if not found:
        raise LookupError(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
