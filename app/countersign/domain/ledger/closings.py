"""What a closed device signed behind its last accepted event (LEDGER rules 9, 17).

It is void, but for what forbids or may have moved money: who closes a device and knows of that doesn't erase it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chains import ChainKey, History, Verify
from countersign.domain.ledger.event import Chain, Event
from countersign.domain.ledger.governance import signed_by_recovery_key
from countersign.domain.ledger.rules import Rules

STANDING_KINDS: Final = frozenset({kinds.ORDER_STOPPED, kinds.WORKSPACE_FROZEN, kinds.ORDER_SUBMISSION_INTENDED})
"""Rejections, emergency stops and intents in the past of the closing stand, wherever it says that the chain ends."""
Forked: TypeAlias = tuple[str, tuple[str, ...], tuple[str, ...]]
"""A device, all events at places that it signed twice, and the events that may have closed it."""
_CLOSING_KINDS: Final = frozenset({kinds.DEVICE_CLOSED, kinds.GOVERNANCE_CHANGED})


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a closing says of the branches of the chain that it ends.

    Attributes:
        closing: The event.
        beside: What was signed for places up to the end that it names, and that it did not know of.
        unknown: What was signed for any place that was signed twice, and that it did not know of.
    """

    closing: str
    beside: frozenset[str]
    unknown: frozenset[str]


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
    history: History,
    known: Sequence[Event],
    rules_before: Callable[[str], Rules],
    verify: Verify,
    carried: Callable[[], Container[str]],
) -> set[str]:
    """Name the changes of governance by stolen devices that their members' recovery keys had closed.

    They stand behind the last accepted event, and who closed the device didn't know of them: whoever holds it chooses
    their lamport, and could have them fold first. A closing is judged by its own past alone, so that nothing that came
    beside it undoes it. What another device's change knew of stands, and so does what was made where the member had
    another recovery key: whoever has a key can date a closing back.

    A closing by a change of governance does no such thing: whoever stole a device of a sole administrator can sign one,
    too, and nothing tells which of them is real. Those are rivals, which a second person settles.

    Args:
        history: All that is known.
        known: Events of governance, the genesis apart.
        rules_before: Reads governance from the past of an event.
        verify: Checks an Ed25519 signature.
        carried: Names the changes that enough have signed, where none of them is void.
    """
    changes = [event for event in known if event.kind == kinds.GOVERNANCE_CHANGED and event.body is not None]
    closings = [event for event in known if event.kind == kinds.DEVICE_CLOSED and event.body is not None]
    found: set[str] = set()
    for closing in closings if changes else ():
        ends = _ends_by(closing, rules_before, verify, history)
        behind = (item for item in changes if _is_behind(history, item, ends))
        unknown = [item.id for item in behind if not history.in_past(item.id, closing.id)]
        found |= {item for item in unknown if _had_that_key(item, closing, rules_before, verify)}
    if not found:
        return found
    others = [item for item in changes if item.id not in found and item.id in carried()]
    return {name for name in found if not any(_relies_on(history, item, name) for item in others)}


def is_forked(
    history: History, event: Event, accepted: Iterable[Accepted], knows: Callable[[str], bool] = lambda _event: True
) -> bool:
    """Tell whether an event is void by a fork that is known: one that nobody had seen voids nothing (LEDGER rule 7).

    What a closed device signed beside its accepted branch is void with all that follows it, and undoes nothing that the
    closing knew of. All else is void from the first place on that was signed twice, contested or overruled as the
    closing may be: of that place everybody hears, of later ones perhaps not.

    Args:
        history: All that is known.
        event: An accepted one.
        accepted: See ``accepted_branches``.
        knows: Which events to go by.
    """
    found = list(accepted)
    ends = {(event.header.device, event.header.chain): event.id}
    if any(not history.is_void(item, ends, lambda _event: False) for each in found for item in each.beside):
        return True
    kept = (each.unknown for each in found if history.in_past(event.id, each.closing))
    if any(_is_single(history, event, knows, unknown) for unknown in kept):
        return False
    return not _is_single(history, event, knows, frozenset())


def _is_single(history: History, event: Event, knows: Callable[[str], bool], unknown: frozenset[str]) -> bool:
    return not history.is_void(event.id, {}, lambda item: item not in unknown and knows(item))


def accepted_branches(
    history: History,
    device: str,
    known: Iterable[Event],
    rules_before: Callable[[str], Rules],
    verify: Verify,
    remembered: MutableMapping[Forked, tuple[Accepted, ...]],
) -> tuple[Accepted, ...]:
    """Read what closings say of the branches of a forked chain.

    Whoever holds a closed device later can sign something else for any place. By that it would undo whatever its chain
    said from there on, all epochs that it put in force included; but the closing names which branch was accepted
    (LEDGER rule 9). Where it names an end that its author had not seen it accepts none: what is unknown to it can't be
    told from what it accepted.

    Args:
        history: All that is known.
        device: Whose chain was forked.
        known: Events of governance.
        rules_before: Reads governance from the past of an event.
        verify: Checks an Ed25519 signature.
        remembered: What was found before, by those events and the faces of the chain: it is asked of each event.
    """
    chain: ChainKey = (device, Chain.SHARED)
    closings = [item for item in known if item.kind in _CLOSING_KINDS and item.body is not None]
    faces = tuple(item for seq in history.store.forks().get(chain, ()) for item in history.store.at(chain, seq))
    key = (device, faces, tuple(item.id for item in closings))
    if key not in remembered:
        remembered[key] = tuple(_accepted_by(chain, faces, history, closings, rules_before, verify))
    return remembered[key]


def _accepted_by(
    chain: ChainKey,
    faces: Iterable[str],
    history: History,
    closings: Sequence[Event],
    rules_before: Callable[[str], Rules],
    verify: Verify,
) -> Iterator[Accepted]:
    for closing in closings:
        end = history.store.find(_claimed_ends(closing).get(chain, ""))
        if end is None or not history.in_past(end.id, closing.id):
            continue  # it accepted nothing that it knew, and what comes later must not change what counted before
        unknown = frozenset(item for item in faces if not history.in_past(item, closing.id))
        if unknown and chain in _ends_by(closing, rules_before, verify, history):
            beside = frozenset(item for item in unknown if history.placed(item).seq <= end.seq)
            yield Accepted(closing.id, beside, unknown)


def _is_behind(history: History, event: Event, closings: Mapping[ChainKey, str]) -> bool:
    return history.is_void(event.id, closings, lambda _event: False)  # forks are another question


def _claimed_ends(closing: Event) -> Mapping[ChainKey, str]:
    """Return where a closing says that chains end, whatever becomes of it: most end none that matters."""
    body = closing.says()
    state = body.get("state", body)
    listed = state.get("devices", [body.get("device")]) if isinstance(state, dict) else []
    entries = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    ended = [item for item in entries if item.get("closed") is True]
    return {(str(item.get("device")), Chain.SHARED): str(item.get("last_shared")) for item in ended}


def _ends_by(
    closing: Event, rules_before: Callable[[str], Rules], verify: Verify, history: History
) -> Mapping[ChainKey, str]:
    """Return where chains end by a closing, by what was known then; nothing where it had no say."""
    try:
        before = rules_before(closing.id)
        after = before.with_event(closing, verify, history)
    except SecurityError:
        return {}
    known = before.governance.closings
    return {chain: last for chain, last in after.governance.closings.items() if chain not in known}


def _had_that_key(change: str, closing: Event, rules_before: Callable[[str], Rules], verify: Verify) -> bool:
    """Tell whether a closing is signed with the recovery key that its member had when a change was made."""
    try:
        return signed_by_recovery_key(rules_before(change).governance, closing, verify)
    except SecurityError:  # nothing governed it
        return True


def _relies_on(history: History, change: Event, name: str) -> bool:
    """Tell whether another device's change knew of one."""
    return change.header.device != history.placed(name).device and history.in_past(name, change.id)
