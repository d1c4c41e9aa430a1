"""Opens a vault, reads as a person would, and prints the most memory this process ever had, in KiB."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from countersign.application.ports.vault import HistoryQuery
from tests.benchmarks.bench_vault import PASSPHRASE, door_of


def main() -> None:
    """Unlock, look around, tell."""
    door = door_of(Path(sys.argv[1]))
    door.unlock(PASSPHRASE)
    reader = door.projections()
    reader.accounts()
    reader.payees()
    reader.outgoing_minor("EUR")
    before = None
    for _ in range(20):
        page = reader.history(HistoryQuery(before=before))
        before = (page.rows[-1].at, page.rows[-1].row) if page.rows else None
    for text in ("Hartwell", "Invoice 00042", "zzzz"):
        reader.history(HistoryQuery(text=text))
    door.lock()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


if __name__ == "__main__":
    main()
