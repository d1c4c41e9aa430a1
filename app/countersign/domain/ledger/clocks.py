"""When an event was signed, as far as its past lets its own time be believed (LEDGER rule 5)."""

from __future__ import annotations

from typing import Final

from countersign.domain.ledger.chains import History
from countersign.domain.ledger.governance import Device, Governance

CLOCKS_DIFFER_MS: Final = 120_000
"""By how much clocks may differ unnoticed (LEDGER rule 5)."""


def time_of(event: str, history: History, governance: Governance, following: Governance | None = None) -> int:
    """Return the later of an event's own time and the largest in its past, less two minutes; in milliseconds.

    What closed devices signed is left out of its past, so that closing one whose clock ran ahead ends what that holds
    up; so is what comes from devices that nobody admitted, or whose member was removed: nobody could close those.

    Args:
        event: An accepted one.
        history: What its device knew.
        governance: The epoch in force.
        following: The epoch that the event puts in force. Whom it closes or removes doesn't hold it up.
    """
    states = [governance] if following is None else [governance, following]
    heard = {item.device for item in governance.devices if all(_belongs(item, state) for state in states)}
    others = (item.at for item in history.heads_before(event) if item.device in heard)
    return max(history.placed(event).at, max(others, default=0) - CLOCKS_DIFFER_MS)


def _belongs(device: Device, state: Governance) -> bool:
    """Tell whether a device is open, and its member has a role; one that a recovery key added may not be named yet."""
    member, found = state.member(device.member), state.device(device.device) or device
    return member is not None and bool(member.roles) and not found.closed
