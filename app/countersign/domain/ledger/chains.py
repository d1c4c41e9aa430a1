"""Chains: what each event must satisfy given the events before it (LEDGER rules 5, 6, 7, 9).

``History`` takes events in any order, holds back those whose parents are missing, and refuses those that break a rule.
The past of an event is a closure over ``prev`` and ``seen``; it is kept as one vector (the heads per chain) that events
without ``seen`` share with their predecessor, so that a workspace of one pays nothing for it. Heads are named by event,
not by place: where a chain is forked, one branch is not the past of the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
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
    past: Mapping[ChainKey, tuple[str, ...]]  # heads of what lies before it, beside what ``prev`` continues


@dataclass(slots=True)
class History:
    """Events of one workspace that satisfy the rules, and those still waiting for their parents.

    Attributes:
        keys: Device identifier to raw Ed25519 public key.
        refused: Events that had waited and then broke a rule, with the code.
    """

    workspace: str
    keys: Mapping[str, bytes]
    verify: Verify
    refused: list[tuple[str, str]] = field(default_factory=list)
    _events: dict[str, _Placed] = field(default_factory=dict)
    _places: dict[tuple[str, Chain, int], tuple[str, ...]] = field(default_factory=dict)
    _tips: dict[ChainKey, ChainTip] = field(default_factory=dict)
    _forked: dict[ChainKey, int] = field(default_factory=dict)
    _waiting: dict[str, Event] = field(default_factory=dict)
    _awaited: dict[str, list[str]] = field(default_factory=dict)  # missing parent: who waits for it

    @property
    def tips(self) -> Mapping[ChainKey, ChainTip]:
        """The end of every chain."""
        return self._tips

    @property
    def waiting(self) -> int:
        """How many events wait for a parent."""
        return len(self._waiting)

    @property
    def proofs(self) -> tuple[tuple[str, str], ...]:
        """Pairs of events that two-faced devices signed for one place; such a chain is void from there."""
        rivals = (sorted(found) for found in self._places.values() if len(found) > 1)
        return tuple(sorted((first, other) for first, *others in rivals for other in others))

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
        missing = self._missing(event.header)
        if missing:
            if len(self._waiting) >= WAITING_LIMIT:
                raise LedgerError("ledger.too_many_waiting")
            self._waiting[event.id] = event
            for parent in missing:
                self._awaited.setdefault(parent, []).append(event.id)
            return ()
        accepted = [self._place(event)]
        for placed in accepted:  # grows while waiting events find their last parent
            accepted.extend(self._wake(placed))
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
        return self._precedes(self._events[event_id].header, placed.header.prev, placed.past)

    def is_void(
        self,
        event_id: str,
        closings: Mapping[ChainKey, str] | None = None,
        known: Callable[[str], bool] | None = None,
    ) -> bool:
        """Tell whether an event of the history does not count (LEDGER rule 9).

        It stands at or after a place that its device signed twice, or after the last accepted event of a closed device.

        Args:
            event_id: An event that was accepted.
            closings: For each chain of a closed device its last accepted event, or empty text where none is
                (``Governance.closings``).
            known: Which events to go by (LEDGER rule 7); all, if not given.
        """
        header = self._events[event_id].header
        chain = (header.device, header.chain)
        fork = self._forked.get(chain)
        if fork is not None and header.seq >= fork and (known is None or self._saw_fork(chain, header.seq, known)):
            return True
        last = (closings or {}).get(chain)
        return last is not None and not (last in self._events and self._up_to(header, self._events[last].header))

    def _saw_fork(self, chain: ChainKey, upto: int, known: Callable[[str], bool]) -> bool:
        places = (self._places[(*chain, seq)] for seq in range(self._forked[chain], upto + 1))
        return any(sum(map(known, rivals)) > 1 for rivals in places)

    def _missing(self, header: Header) -> list[str]:
        return [parent for parent in header.parents if parent not in self._events]

    def _wake(self, placed: str) -> list[str]:
        """Place the events that waited for ``placed`` alone; one that breaks a rule is no fault of who woke it."""
        found = [self._waiting[item] for item in self._awaited.pop(placed, ()) if item in self._waiting]
        accepted = []
        for item in sorted((item for item in found if not self._missing(item.header)), key=lambda each: each.order_key):
            del self._waiting[item.id]
            try:
                accepted.append(self._place(item))
            except LedgerError as error:
                self.refused.append((item.id, error.code))
        return accepted

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
        if event.body is not None:
            event.body.check_form()  # the length of the salt keeps salt and content apart in the hash
            if event.body.hash != header.body_hash:
                raise LedgerError("ledger.body_hash", seq=header.seq)
        wrong = kinds.SHARED_KINDS if header.chain is Chain.PRIVATE else kinds.PRIVATE_KINDS
        if header.kind in wrong:
            raise LedgerError("ledger.wrong_chain", seq=header.seq)

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
        self._places[place] = (*self._places.get(place, ()), header.id)
        if len(self._places[place]) > 1:
            self._forked[chain] = min(header.seq, self._forked.get(chain, header.seq))
        self._events[header.id] = _Placed(header, past)
        tip = self._tips.get(chain)
        if tip is None or (-header.seq, header.id) < (-tip.seq, tip.id):
            self._tips[chain] = ChainTip(header.seq, header.id, header.lamport, header.at)
        return header.id

    def _past(self, header: Header, parents: list[Header]) -> Mapping[ChainKey, tuple[str, ...]]:
        if header.prev and not header.seen:
            return self._events[header.prev].past
        merged: dict[ChainKey, tuple[str, ...]] = {}
        for parent in parents:
            for chain, heads in self._events[parent.id].past.items():
                for head in heads:
                    self._merge(merged, chain, self._events[head].header)
            self._merge(merged, (parent.device, parent.chain), parent)
        own = (header.device, header.chain)
        if header.prev:  # what ``prev`` continues is not said twice; another branch of a forked chain is
            before = self._events[header.prev].header
            merged[own] = tuple(head for head in merged[own] if not self._up_to(self._events[head].header, before))
        return {chain: heads for chain, heads in merged.items() if heads}

    def _merge(self, merged: dict[ChainKey, tuple[str, ...]], chain: ChainKey, head: Header) -> None:
        known = [self._events[item].header for item in merged.get(chain, ())]
        if not any(self._up_to(head, item) for item in known):
            kept = [item.id for item in known if not self._up_to(item, head)]
            merged[chain] = tuple(sorted([*kept, head.id]))

    def _check_ref(self, header: Header, ref: str, past: Mapping[ChainKey, tuple[str, ...]]) -> None:
        placed = self._events.get(ref)
        if placed is not None and header.chain is Chain.SHARED and placed.header.chain is Chain.PRIVATE:
            raise LedgerError("ledger.shared_refers_to_private", seq=header.seq)
        if placed is None or not self._precedes(placed.header, header.prev, past):
            raise LedgerError("ledger.ref_not_in_past", seq=header.seq)

    def _precedes(self, target: Header, prev: str, past: Mapping[ChainKey, tuple[str, ...]]) -> bool:
        chain = (target.device, target.chain)
        heads = [self._events[head].header for head in (*past.get(chain, ()), *((prev,) if prev else ()))]
        return any(self._up_to(target, head) for head in heads)

    def _up_to(self, target: Header, head: Header) -> bool:
        """Tell whether ``target`` is ``head`` or stands before it on the same branch of the same chain."""
        chain = (head.device, head.chain)
        if (target.device, target.chain) != chain or target.seq > head.seq:
            return False
        fork = self._forked.get(chain)
        if fork is not None and target.seq >= fork:
            while head.seq > target.seq:
                head = self._events[head.prev].header
            return head.id == target.id
        return True
