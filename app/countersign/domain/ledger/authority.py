"""Whose signatures a change of governance needs (LEDGER rules 7 to 9; SECURITY row 14).

A strict majority of the administrators, by person; and, as soon as several people work in a workspace, a second person:
an administrator alone can neither add an approver nor change what approvers must do. The second person is another
administrator or an approver; where nobody else is either, a requester. What only takes away from a device (closing one
that was lost) needs no second person, since it can't wait.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from countersign.domain.ledger.governance import Governance

_AUTHORITIES = frozenset({"administrator", "approver"})


def endorsers(state: Governance) -> frozenset[str]:
    """Return the persons whose signature over a change counts for anything."""
    able = {item.member for item in state.members if _AUTHORITIES & set(item.roles)}
    if len(able) > 1:
        return frozenset(able)
    return frozenset(able | {item.member for item in state.members if "requester" in item.roles})


def needs_second_person(state: Governance, following: Governance) -> bool:
    """Tell whether no single person may make this change, however few administrators there are."""
    return len(endorsers(state)) > 1 and not _only_closes(state, following)


def missing_signatures(state: Governance, following: Governance, persons: AbstractSet[str]) -> int:
    """Return how many more persons must sign at the least; 0 where the change is carried.

    Args:
        state: The epoch in force.
        following: The epoch that is proposed.
        persons: Who signed it.
    """
    administrators = state.administrators
    majority = len(administrators) // 2 + 1 - len(persons & administrators)
    others = 2 - len(persons & endorsers(state)) if needs_second_person(state, following) else 0
    return max(0, majority, others)


def _only_closes(state: Governance, following: Governance) -> bool:
    """Tell whether nothing changes but that open devices are closed."""
    found = {item.device: item for item in following.devices}
    as_open = tuple(
        item
        if item.closed or item.device not in found
        else replace(found[item.device], closed=False, last_shared="", last_private="")
        for item in state.devices
    )
    kept = replace(following, epoch=state.epoch, devices=as_open)
    return kept == state and len(following.devices) == len(state.devices)
