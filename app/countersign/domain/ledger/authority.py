"""Whose signatures a change of governance needs (LEDGER rules 7 to 9; SECURITY row 14).

A strict majority of the administrators, by person; and, as soon as several people work in a workspace, a second person:
an administrator alone can neither add an approver nor change what approvers must do. The second person is another
administrator or an approver; where nobody else is either, a requester. What only takes away from a device (closing one
that was lost) needs no second person, since it can't wait. Settling which of two rival changes shall hold needs one
even so: nothing is in force by either yet, and whoever stole a device could settle it for themself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from countersign.domain.ledger.governance import Device, Governance

SECOND = 2

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


def missing_signatures(state: Governance, following: Governance, members: AbstractSet[str], at: int = 0) -> int:
    """Return how many more persons must sign at the least; 0 where the change is carried.

    Args:
        state: The epoch in force.
        following: The epoch that is proposed.
        members: Who signed it.
        at: When it would come into force, milliseconds since the epoch: whose access has lapsed by then doesn't count.
    """
    persons, administrators = state.persons, state.administrators
    majority = len(administrators) // 2 + 1
    signed = {persons[item] for item in members & able(state, administrators, majority, at)}
    seconding = {persons[item] for item in members & able(state, endorsers(state), SECOND, at)}
    others = SECOND - len(seconding) if needs_second_person(state, following) else 0
    return max(0, majority - len(signed), others)


def missing_of_rival(rival: Governance, members: AbstractSet[str]) -> int:
    """Return how many more of those who have a say by a rival epoch must sign what settles it; 0 where that is enough.

    Args:
        rival: The epoch that a rival leads to.
        members: Who signed the settlement, with a device of the rival epoch or of the one that the rivals follow.
    """
    having_a_say = endorsers(rival)
    signed = {rival.persons[item] for item in members & having_a_say}
    return max(0, SECOND - len(signed)) if len(having_a_say) > 1 else 0


def able(state: Governance, members: frozenset[str], needed: int, at: int) -> frozenset[str]:
    """Return those whose signature over a change counts: whose access stands at its time.

    Where those are too few to change anything, all of them: somebody must be able to let the others in again.
    """
    active = frozenset(item.member for item in state.members if item.member in members and item.has_access(at))
    return active if len(active) >= needed else members


def _only_closes(state: Governance, following: Governance) -> bool:
    """Tell whether nothing changes but that open devices are closed, in the next epoch."""
    if following.epoch != state.epoch + 1 or replace(following, epoch=state.epoch, devices=state.devices) != state:
        return False
    found = {item.device: item for item in following.devices}
    kept = (item.device in found and _same_or_closed(item, found[item.device]) for item in state.devices)
    return len(following.devices) == len(state.devices) and all(kept)


def _same_or_closed(known: Device, found: Device) -> bool:
    ended = replace(known, closed=True, last_shared=found.last_shared, last_private=found.last_private)
    return found == known or (not known.closed and found == ended)
