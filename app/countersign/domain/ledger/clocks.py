"""When an event was signed, as far as its past lets its own time be believed (LEDGER rule 5)."""

from __future__ import annotations

from typing import Final

from countersign.domain.ledger.chains import History
from countersign.domain.ledger.governance import Governance

CLOCKS_DIFFER_MS: Final = 120_000
"""By how much clocks may differ unnoticed (LEDGER rule 5)."""


def time_of(event: str, history: History, governance: Governance) -> int:
    """Return the later of an event's own time and the largest in its past, less two minutes; in milliseconds.

    What closed devices signed is left out of its past, so that closing one whose clock ran ahead ends what that holds
    up.
    """
    closed = {device for device, _chain in governance.closings}
    others = (item.at for item in history.heads_before(event) if item.device not in closed)
    return max(history.placed(event).at, max(others, default=0) - CLOCKS_DIFFER_MS)
