"""What a closed device signed behind its last accepted event (LEDGER rules 9, 17).

It is void, but for what forbids or may have moved money: who closes a device and knows of that doesn't erase it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chains import ChainKey, History, Verify
from countersign.domain.ledger.event import Chain, Event
from countersign.domain.ledger.governance import Device, parents_of, recover
from countersign.domain.ledger.rules import Rules

STANDING_KINDS: Final = frozenset({kinds.ORDER_STOPPED, kinds.WORKSPACE_FROZEN, kinds.ORDER_SUBMISSION_INTENDED})
"""Rejections, emergency stops and intents in the past of the closing stand, wherever it says that the chain ends."""


def came_late(history: History, event: Event, closings: Mapping[ChainKey, str], rules: Rules) -> bool:
    """Tell whether an event is void since its device was closed at an earlier one.

    Args:
        history: All that is known.
        event: An accepted one.
        closings: Those of ``rules``.
        rules: Governance by what is known.
    """
    if not closings or not _is_behind(history, event, closings):
        return False
    closing = rules.closing_of(event.header.device)
    known = event.kind in STANDING_KINDS and closing in history and history.in_past(event.id, closing)
    return not known


def changed_after_recovery(
    history: History, known: Sequence[Event], rules_before: Callable[[str], Rules], verify: Verify
) -> set[str]:
    """Name the changes of governance by stolen devices that their members' recovery keys had closed.

    They stand behind the last accepted event, and who closed the device didn't know of them: whoever holds it chooses
    their lamport, and could have them fold first. A closing is judged by its own past alone, so that nothing that came
    beside it undoes it. Rivals that another device's settlement names stand.

    Args:
        history: All that is known.
        known: Events of governance, the genesis apart.
        rules_before: Reads governance from the past of an event.
        verify: Checks an Ed25519 signature.
    """
    changes = [event for event in known if event.kind == kinds.GOVERNANCE_CHANGED and event.body is not None]
    closings = [event for event in known if event.kind == kinds.DEVICE_CLOSED and event.body is not None]
    found: set[str] = set()
    for closing in closings if changes else ():
        ends = {(item.device, Chain.SHARED): item.last_shared for item in _closed_by(closing, rules_before, verify)}
        behind = (item.id for item in changes if _is_behind(history, item, ends))
        found |= {item for item in behind if not history.in_past(item, closing.id)}
    return found - {name for item in changes if item.id not in found for name in _settled_by(item)}


def _is_behind(history: History, event: Event, closings: Mapping[ChainKey, str]) -> bool:
    return history.is_void(event.id, closings, lambda _event: False)  # forks are another question


def _closed_by(closing: Event, rules_before: Callable[[str], Rules], verify: Verify) -> tuple[Device, ...]:
    """Return the device that a recovery key closed, by what was known then; none where it had no say."""
    try:
        before = rules_before(closing.id).governance
        after = recover(before, closing, verify)
    except SecurityError:
        return ()
    return tuple(item for item in after.devices if item not in before.devices)


def _settled_by(change: Event) -> tuple[str, ...]:
    try:
        parents = parents_of(change)
    except SecurityError:
        return ()
    return parents if len(parents) > 1 else ()
