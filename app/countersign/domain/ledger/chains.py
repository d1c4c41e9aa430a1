"""Chains: what each event must satisfy given the events before it (LEDGER rules 5, 6, 7, 9).

``History`` takes events in any order, holds back those whose parents are missing, and refuses those that break a rule.
The past of an event is a closure over ``prev`` and ``seen``; it is kept as one vector (last place per chain) that
events without ``seen`` share with their predecessor, so that a workspace of one pays nothing for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from countersign.domain.errors import SecurityError
from countersign.domain.ledger.event import Chain, Event, Header

ChainKey: TypeAlias = tuple[str, Chain]
Verify: TypeAlias = Callable[[bytes, bytes, bytes], bool]
"""``verify(public_key, signature, message)``: Ed25519 (RFC 8032). Comes from outside, through a port."""

WAITING_LIMIT = 10_000


class LedgerError(SecurityError):
    """An event breaks a rule of the ledger."""


@dataclass(frozen=True, slots=True)
class ChainTip:
    """Where a chain ends: what the next event must continue."""

    seq: int
    id: str
    lamport: int
    at: int


@dataclass(slots=True)
class _Placed:
    header: Header
    past: Mapping[ChainKey, int]  # last place in its past, for each other chain


@dataclass(slots=True)
class History:
    """Events of one workspace that satisfy the rules, and those still waiting for their parents.

    Attributes:
        keys: Device identifier to raw Ed25519 public key.
        proofs: Pairs of events that two-faced devices signed for one place; such a chain is void from there.
    """

    workspace: str
    keys: Mapping[str, bytes]
    verify: Verify
    proofs: list[tuple[str, str]] = field(default_factory=list)
    _events: dict[str, _Placed] = field(default_factory=dict)
    _places: dict[tuple[str, Chain, int], str] = field(default_factory=dict)
    _tips: dict[ChainKey, ChainTip] = field(default_factory=dict)
    _forked: dict[ChainKey, int] = field(default_factory=dict)
    _waiting: dict[str, Event] = field(default_factory=dict)

    @property
    def tips(self) -> Mapping[ChainKey, ChainTip]:
        """The end of every chain."""
        return self._tips

    @property
    def waiting(self) -> int:
        """How many events wait for a parent."""
        return len(self._waiting)

    def __contains__(self, event_id: str) -> bool:
        """Tell whether an event was accepted."""
        return event_id in self._events

    def add(self, event: Event) -> tuple[str, ...]:
        """Take one event and return the identifiers that became part of the history by it, in order.

        An event whose parents are missing waits. A known event changes nothing.

        Raises:
            LedgerError: The event breaks a rule, or too many events wait.
        """
        if event.id in self._events or event.id in self._waiting:
            return ()
        self._check_alone(event)
        if self._missing(event.header):
            if len(self._waiting) >= WAITING_LIMIT:
                raise LedgerError("ledger.too_many_waiting")
            self._waiting[event.id] = event
            return ()
        accepted = [self._place(event)]
        progress = True
        while progress:
            ready = [item for item in self._waiting.values() if not self._missing(item.header)]
            progress = bool(ready)
            for item in sorted(ready, key=lambda each: each.order_key):
                del self._waiting[item.id]
                accepted.append(self._place(item))
        return tuple(accepted)

    def extend(self, events: Iterable[Event]) -> None:
        """Take events in turn, each as ``add`` does."""
        for event in events:
            self.add(event)

    def in_past(self, event_id: str, of: str) -> bool:
        """Tell whether ``event_id`` lies in the past of ``of`` (not counting ``of`` itself)."""
        if event_id == of or event_id not in self._events:
            return False
        placed = self._events[of]
        return _precedes(self._events[event_id].header, placed.header, placed.past)

    def is_void(self, event_id: str) -> bool:
        """Tell whether the event stands at or after a place its device signed twice."""
        header = self._events[event_id].header
        fork = self._forked.get((header.device, header.chain))
        return fork is not None and header.seq >= fork

    def _missing(self, header: Header) -> bool:
        return any(parent not in self._events for parent in header.parents)

    def _check_alone(self, event: Event) -> None:
        header = event.header
        header.check_form()
        if header.workspace != self.workspace:
            raise LedgerError("ledger.other_workspace")
        key = self.keys.get(header.device)
        if key is None:
            raise LedgerError("ledger.unknown_device")
        if not self.verify(key, event.signature, bytes.fromhex(header.id)):
            raise LedgerError("ledger.signature", seq=header.seq)
        if event.body is not None and event.body.hash != header.body_hash:
            raise LedgerError("ledger.body_hash", seq=header.seq)

    def _place(self, event: Event) -> str:
        header = event.header
        chain: ChainKey = (header.device, header.chain)
        parents = [self._events[parent].header for parent in header.parents]
        if header.prev:
            before = parents[0]
            if (before.device, before.chain, before.seq) != (*chain, header.seq - 1):
                raise LedgerError("ledger.prev", seq=header.seq)
            if header.at < before.at:
                raise LedgerError("ledger.time_went_back", seq=header.seq)
        for seen in parents[1 if header.prev else 0 :]:
            own = (seen.device, seen.chain) == chain
            if own or seen.chain is Chain.PRIVATE:
                raise LedgerError("ledger.seen", seq=header.seq)
        if header.lamport != 1 + max((parent.lamport for parent in parents), default=0):
            raise LedgerError("ledger.lamport", seq=header.seq)
        past = self._past(header, parents)
        for ref in header.refs:
            self._check_ref(header, ref, past)
        place = (*chain, header.seq)
        first = self._places.setdefault(place, header.id)
        if first != header.id:
            self.proofs.append((first, header.id))
            self._forked[chain] = min(header.seq, self._forked.get(chain, header.seq))
        self._events[header.id] = _Placed(header, past)
        tip = self._tips.get(chain)
        if tip is None or header.seq > tip.seq:
            self._tips[chain] = ChainTip(header.seq, header.id, header.lamport, header.at)
        return header.id

    def _past(self, header: Header, parents: list[Header]) -> Mapping[ChainKey, int]:
        """Return what of the other chains lies before this event; of its own chain, everything earlier does."""
        if header.prev and not header.seen:
            return self._events[header.prev].past
        merged: dict[ChainKey, int] = {}
        for parent in parents:
            for chain, seq in (*self._events[parent.id].past.items(), ((parent.device, parent.chain), parent.seq)):
                merged[chain] = max(seq, merged.get(chain, -1))
        merged.pop((header.device, header.chain), None)
        return merged

    def _check_ref(self, header: Header, ref: str, past: Mapping[ChainKey, int]) -> None:
        placed = self._events.get(ref)
        if placed is None:
            raise LedgerError("ledger.ref_unknown", seq=header.seq)
        target = placed.header
        if header.chain is Chain.SHARED and target.chain is Chain.PRIVATE:
            raise LedgerError("ledger.shared_refers_to_private", seq=header.seq)
        if not _precedes(target, header, past):
            raise LedgerError("ledger.ref_not_in_past", seq=header.seq)


def _precedes(target: Header, header: Header, past: Mapping[ChainKey, int]) -> bool:
    if (target.device, target.chain) == (header.device, header.chain):
        return target.seq < header.seq
    return target.seq <= past.get((target.device, target.chain), -1)
