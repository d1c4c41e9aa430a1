"""Check a list of payments into a vault: ``python -m tests.benchmarks.check_list FILE FOLDER PAID MANY``.

``PAID`` of the list's first payments were made before: they stand in the vault's history, and must be found. ``MANY``
payees are in the list (``made_files.payee_of``). Printed are the seconds that the check took by the clock and of the
processor, the most memory that the process held (KiB), the lines, and how many of them were held back.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from countersign.application.use_cases.check_batch import begin_batch, check_batch
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.payee import DetailsSource
from countersign.testing import fakes
from tests.benchmarks.made_files import OWN_ACCOUNT, paid_minor, payee_of
from tests.benchmarks.read_file import peak_kib
from tests.integration.vault.batch_here import run, session_of
from tests.integration.vault.story import Place, Story, entry

_ENTRIES = 100


def main(arguments: Sequence[str]) -> int:
    """Check, and say what it took."""
    path, place, paid, payees = Path(arguments[0]), Place(Path(arguments[1])), int(arguments[2]), int(arguments[3])
    door = place.door()
    vault = place.create(door)
    story = Story(vault, place.entropy)
    body = {"account": "acc-1", "bank": "own", "number": OWN_ACCOUNT, "name": "Main", "currency": "EUR"}
    more = {"scheme": "IBAN", "agent": "", "agent_member": "", "reach": "manual"}
    story.add(kinds.ACCOUNT_ADDED, story.identifier(), {**body, **more})
    for first in range(1, paid + 1, _ENTRIES):
        story.statement([_paid(number, payees) for number in range(first, min(first + _ENTRIES, paid + 1))])
    session = session_of(door, vault, place)
    started, busy = time.perf_counter(), time.process_time()
    head = run(session, begin_batch(session, path, None, (OWN_ACCOUNT, ""), DetailsSource.CONTRACT))
    head = run(session, check_batch(session, head, None, lambda: False))
    taken, busy = time.perf_counter() - started, time.process_time() - busy
    print(taken, busy, peak_kib(), head.tally.lines, head.tally.looks)
    door.lock()
    return 0


def _paid(number: int, payees: int) -> dict[str, Json]:
    name, account = payee_of(number, payees)
    said: dict[str, Json] = {
        "counterparty": name,
        "counterparty_account": account,
        "remittance": f"Invoice {number} of March",
    }
    return entry(f"e{number}", -paid_minor(number), fakes.START_MS - number * 1_000, **said)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
