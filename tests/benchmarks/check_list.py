"""A process that checks a list of payments into a vault: ``python -m tests.benchmarks.check_list FILE FOLDER``.

It prints the seconds that the check took and the most memory that the process held (KiB).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from countersign.application.use_cases.check_batch import begin_batch, check_batch
from countersign.domain.ledger import kinds
from countersign.domain.payee import DetailsSource
from countersign.testing import fakes
from tests.benchmarks.read_file import peak_kib
from tests.integration.vault.batch_here import run, session_of
from tests.integration.vault.story import Place, Story


def main(arguments: Sequence[str]) -> int:
    """Check, and say what it took."""
    path, place = Path(arguments[0]), Place(Path(arguments[1]))
    door = place.door()
    vault = place.create(door)
    story = Story(vault, place.entropy)
    body = {"account": "acc-1", "bank": "own", "number": fakes.MAIN, "name": "Main", "currency": "EUR"}
    more = {"scheme": "IBAN", "agent": "", "agent_member": "", "reach": "manual"}
    story.add(kinds.ACCOUNT_ADDED, story.identifier(), {**body, **more})
    session = session_of(door, vault, place)
    started = time.perf_counter()
    head = run(session, begin_batch(session, path, None, (fakes.MAIN, ""), DetailsSource.CONTRACT))
    head = run(session, check_batch(session, head, None, lambda: False))
    print(time.perf_counter() - started, peak_kib(), head.tally.lines)
    door.lock()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
