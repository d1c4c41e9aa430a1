"""Since when a version of a payee has stood: not by its author's clock alone (LEDGER rules 5, 7, 10).

A device that was quiet for a month can date what it signs a month back: its ``at`` must only not decrease along its own
chain, and it may leave out of ``seen`` what would contradict it. So a version stands since the latest of

- its own ``at``;
- the largest ``at`` in its past, less the two minutes by which clocks may differ. Closed devices are left out, so that
  closing one whose clock ran ahead ends what that holds up;
- as soon as several people sign in the workspace, the time, by the same two, at which the first event of another person
  had it in its past. While there is none, nobody else is known to have seen it: it stands since the order, and is new.

A version that was there before the workspace had a second person needs no witness, nor does one where no other person
signs any more. Everything is read from the past of the order, so that each device finds the same, and whatever comes
later changes nothing.
"""

from __future__ import annotations

from dataclasses import replace

from countersign.domain.approval.requirement import STANDING_AFTER_MS
from countersign.domain.ledger.chains import History
from countersign.domain.ledger.clocks import time_of
from countersign.domain.ledger.event import Chain, Event
from countersign.domain.ledger.governance import Governance
from countersign.domain.ledger.rules import Rules
from countersign.domain.payee import PayeeRecord


def timed(payee: PayeeRecord, order: Event, history: History, rules: Rules) -> PayeeRecord:
    """Return a payee whose versions carry as ``at`` since when they have stood.

    Of one that has stood long enough (``STANDING_AFTER_MS``) it may be a later time at which it had already.

    Args:
        payee: From what lies in the order's past.
        order: The event that froze the order.
        history: All that is known.
        rules: Governance in the order's past.
    """
    found = (replace(item, at=_stood_since(item.event, order, history, rules)) for item in payee.versions)
    return replace(payee, versions=tuple(found))


def _stood_since(version: str, order: Event, history: History, rules: Rules) -> int:
    governance = rules.governance_before(order.order_key)
    own = time_of(version, history, governance)
    if order.header.at - own < STANDING_AFTER_MS:  # too short whoever saw it
        return own
    author = governance.member_of(history.placed(version).device)
    name = author.member if author else ""
    if not _somebody_else_signs(governance, name):
        return own
    since = next(item.event for item in rules.epochs if _somebody_else_signs(item.state, name))
    if history.in_past(version, since):
        return own
    persons, seen_at = governance.persons, order.header.at
    for item in governance.devices:
        if persons[item.member] == persons.get(name):
            continue
        event = _seen_by(item.device, version, order, history, governance)
        seen_at = min(seen_at, time_of(event, history, governance)) if event else seen_at
        if order.header.at - seen_at >= STANDING_AFTER_MS:
            break  # long enough, whoever saw it still earlier: most have, and to look for each of them takes its time
    return max(own, seen_at)


def _somebody_else_signs(governance: Governance, member: str) -> bool:
    persons = governance.persons
    return any(item.signs and persons[item.member] != persons.get(member) for item in governance.members)


def _seen_by(device: str, version: str, order: Event, history: History, governance: Governance) -> str:
    """Return the first event of a device that has the version in its past; empty where none that counts is known.

    Asked is the past of the order alone. From the first on every event has it, so that the chain is halved each time.
    """
    reach = _reach(device, order, history)
    low, high = 0, reach
    while low < high:
        middle = (low + high) // 2
        there = _known_at(device, middle, order.id, history)
        low, high = (middle + 1, high) if there and not history.in_past(version, there) else (low, middle)
    found = _known_at(device, low, order.id, history) if low < reach else ""
    void = found and history.is_void(found, governance.closings, lambda item: history.in_past(item, order.id))
    return "" if void else found


def _reach(device: str, order: Event, history: History) -> int:
    """Return how far a device's chain reaches in the past of an order: what follows isn't there."""
    past = history.store.past(history.placed(order.id)).get((device, Chain.SHARED), ())
    found = (history.store.find(name) for name in past)
    own = order.header.seq if device == order.header.device else 0
    return max(own, *(head.seq + 1 for head in found if head is not None), 0)


def _known_at(device: str, seq: int, before: str, history: History) -> str:
    """Return the event at a place within the reach of another; of a forked one the lowest, empty without any."""
    chain = (device, Chain.SHARED)
    places = sorted(history.store.at(chain, seq))
    if not history.store.forks().get(chain):
        return places[0] if places else ""
    return next((item for item in places if history.in_past(item, before)), "")
