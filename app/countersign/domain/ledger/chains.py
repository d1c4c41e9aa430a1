"""Chains: what each event must satisfy given the events before it (LEDGER rules 5, 6, 7, 9).

``History`` takes events in any order, holds back those whose parents are missing, and refuses those that break a rule.
The past of an event is a closure over ``prev`` and ``seen``; it is kept as one vector (the heads per chain) that events
without ``seen`` share with their predecessor, so that a workspace of one pays nothing for it. Heads are named by event,
not by place: where a chain is forked, one branch is not the past of the other.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chain_store import ChainKey, ChainStore, ChainTip, MemoryStore, Past, Placed
from countersign.domain.ledger.event import Chain, Event, Header

__all__ = ["WAITING_LIMIT", "ChainKey", "ChainTip", "History", "LedgerError", "Verify"]

Verify: TypeAlias = Callable[[bytes, bytes, bytes], bool]
"""``verify(public_key, signature, message)``: Ed25519 (RFC 8032). Comes from outside, through a port."""

WAITING_LIMIT = 10_000


class LedgerError(SecurityError):
    """An event breaks a rule of the ledger."""


@dataclass(slots=True)
class History:
    """Events of one workspace that satisfy the rules, and those still waiting for their parents.

    Attributes:
        keys: Device identifier to raw Ed25519 public key.
        store: Where events are kept.
        patient: Whether an event of a device without a key waits for it (``meet``); else it is refused.
        refused: Events that had waited and then broke a rule, with the code.
    """

    workspace: str
    keys: Mapping[str, bytes]
    verify: Verify
    store: ChainStore = field(default_factory=MemoryStore)
    patient: bool = False
    refused: list[tuple[str, str]] = field(default_factory=list)

    @property
    def tips(self) -> Mapping[ChainKey, ChainTip]:
        """The end of every chain."""
        return self.store.tips()

    @property
    def waiting(self) -> int:
        """How many events wait for a parent."""
        return self.store.count_waiting()

    @property
    def proofs(self) -> tuple[tuple[str, str], ...]:
        """Pairs of events that two-faced devices signed for one place; such a chain is void from there."""
        places = ((chain, seq) for chain, found in self.store.forks().items() for seq in found)
        rivals = (sorted(self.store.at(chain, seq)) for chain, seq in places)
        return tuple(sorted((first, other) for first, *others in rivals for other in others))

    def __contains__(self, event_id: str) -> bool:
        """Tell whether an event was accepted."""
        return self.store.find(event_id) is not None

    def add(self, event: Event) -> tuple[str, ...]:
        """Take one event and return the identifiers that became part of the history by it, in order.

        An event whose parents are missing waits. A known event changes nothing.

        Raises:
            LedgerError: The event breaks a rule, or too many events wait.
        """
        if event.id in self or self.store.waits(event.id):
            return ()
        missing = self._check_alone(event)
        if missing:
            if self.waiting >= WAITING_LIMIT and (event.header.device in missing or not self.store.make_room()):
                raise LedgerError("ledger.too_many_waiting")
            self.store.hold(event, missing)
            return ()
        return self._go_on([self.place(event)])

    def extend(self, events: Iterable[Event]) -> None:
        """Take events in turn, each as ``add`` does."""
        for event in events:
            self.add(event)

    def meet(self, device: str) -> tuple[str, ...]:
        """Take in what waited for the key of a device, which ``keys`` has by now; returns what ``add`` does."""
        return self._go_on(self._wake(device))

    def place(self, event: Event, *, partial: bool = False) -> str:
        """Make an event whose parents are here part of the history, and return its identifier.

        For what this device signed itself; whatever comes from elsewhere goes through ``add``.

        Args:
            event: Its parents are here.
            partial: Whether this is a part of a history: what an event refers to need not be here.

        Raises:
            LedgerError: The event breaks a rule that concerns other events.
        """
        header = event.header
        chain: ChainKey = (header.device, header.chain)
        parents = [self._found(parent) for parent in header.parents]
        if header.prev:
            before = parents[0]
            if (before.device, before.chain, before.seq) != (*chain, header.seq - 1):
                raise LedgerError("ledger.prev", seq=header.seq)
            if header.at < before.at:
                raise LedgerError("ledger.time_went_back", seq=header.seq)
        for seen in parents[1 if header.prev else 0 :]:
            if seen.key == chain or seen.chain is Chain.PRIVATE:
                raise LedgerError("ledger.seen", seq=header.seq)
        if header.lamport != 1 + max((parent.lamport for parent in parents), default=0):
            raise LedgerError("ledger.lamport", seq=header.seq)
        past = self._past(header, parents)
        for ref in header.refs:
            if not partial or ref in self:
                self._check_ref(header, ref, past)
        self.store.keep(event, past)
        return event.id

    def in_past(self, event_id: str, of: str) -> bool:
        """Tell whether ``event_id`` lies in the past of ``of`` (not counting ``of`` itself)."""
        target = self.store.find(event_id)
        if event_id == of or target is None:
            return False
        placed = self._found(of)
        return self._precedes(target, placed.prev, self.store.past(placed))

    def placed(self, event_id: str) -> Placed:
        """Return where an accepted event stands.

        Raises:
            LedgerError: ``ledger.parents_missing``: it isn't here.
        """
        return self._found(event_id)

    def heads_before(self, event_id: str) -> tuple[Placed, ...]:
        """Return the last events of other chains that lie before an accepted one."""
        heads = (self.store.find(name) for names in self.store.past(self._found(event_id)).values() for name in names)
        return tuple(head for head in heads if head is not None)

    def news(self, device: str) -> tuple[Placed, ...]:
        """Return what the next shared event of a device has to name as seen (LEDGER rule 5).

        These are the heads of other shared chains that do not lie in its past yet; such as lie before another of them
        are left out. Of a forked chain one event of another branch is among them: who names both knows of the fork.
        """
        own = self.tips.get((device, Chain.SHARED))
        heads = [
            head
            for chain in self.tips
            if chain[1] is Chain.SHARED and chain[0] != device
            for head in self._heads(chain)
        ]
        kept: list[Placed] = []
        for head in sorted(heads, key=lambda each: (-each.lamport, each.id)):
            known = [item.id for item in kept] + ([own.id] if own else [])
            if not any(self.in_past(head.id, item) for item in known):
                kept.append(head)
        return tuple(kept)

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
        placed = self._found(event_id)
        forks = [seq for seq in self.store.forks().get(placed.key, ()) if seq <= placed.seq]
        if forks and (known is None or self._saw_fork(placed.key, forks, known)):
            return True
        last = (closings or {}).get(placed.key)
        if last is None:
            return False
        end = self.store.find(last)
        return end is None or not self._up_to(placed, end)

    def _saw_fork(self, chain: ChainKey, forks: Iterable[int], known: Callable[[str], bool]) -> bool:
        return any(sum(map(known, self.store.at(chain, seq))) > 1 for seq in forks)

    def _found(self, event_id: str) -> Placed:
        placed = self.store.find(event_id)
        if placed is None:
            raise LedgerError("ledger.parents_missing")
        return placed

    def _heads(self, chain: ChainKey) -> list[Placed]:
        tip = self._found(self.tips[chain].id)
        for seq in self.store.forks().get(chain, ())[:1]:
            rivals = (self._found(item) for item in sorted(self.store.at(chain, seq)))
            return [tip, *[item for item in rivals if not self._up_to(item, tip)][:1]]
        return [tip]

    def _go_on(self, accepted: list[str]) -> tuple[str, ...]:
        for placed in accepted:  # grows while waiting events find their last parent
            accepted.extend(self._wake(placed))
        return tuple(accepted)

    def _wake(self, found: str) -> list[str]:
        accepted = []
        for item in sorted(self.store.wake(found), key=lambda each: each.order_key):
            try:
                if missing := self._check_alone(item):  # its signature, where its key wasn't known before
                    self.store.hold(item, missing)
                else:
                    accepted.append(self.place(item))
            except SecurityError as error:
                self.refused.append((item.id, error.code))
        return accepted

    def _check_alone(self, event: Event) -> list[str]:
        """Check what can be seen of one event, and return what it has to wait for."""
        header = event.header
        header.check_form()
        if header.workspace != self.workspace:
            raise LedgerError("ledger.other_workspace")
        missing = [parent for parent in header.parents if parent not in self]
        key = self.keys.get(header.device)
        if key is None:
            if not self.patient:
                raise LedgerError("ledger.unknown_device")
            missing.append(header.device)
        elif not self.verify(key, event.signature, bytes.fromhex(header.id)):
            raise LedgerError("ledger.signature", seq=header.seq)
        if event.body is not None:
            event.body.check_form()  # the length of the salt keeps salt and content apart in the hash
            if event.body.hash != header.body_hash:
                raise LedgerError("ledger.body_hash", seq=header.seq)
        wrong = kinds.SHARED_KINDS if header.chain is Chain.PRIVATE else kinds.PRIVATE_KINDS
        if header.kind in wrong:
            raise LedgerError("ledger.wrong_chain", seq=header.seq)
        return missing

    def _past(self, header: Header, parents: list[Placed]) -> Past:
        if header.prev and not header.seen:
            return self.store.past(parents[0])
        merged: dict[ChainKey, tuple[str, ...]] = {}
        for parent in parents:
            for chain, heads in self.store.past(parent).items():
                for head in heads:
                    self._merge(merged, chain, head)
            self._merge(merged, parent.key, parent.id)
        own = (header.device, header.chain)
        if header.prev:  # what ``prev`` continues is not said twice; another branch of a forked chain is
            merged[own] = tuple(head for head in merged[own] if not self._up_to(self._found(head), parents[0]))
        return {chain: heads for chain, heads in merged.items() if heads}

    def _merge(self, merged: dict[ChainKey, tuple[str, ...]], chain: ChainKey, named: str) -> None:
        if named in merged.get(chain, ()):
            return
        head, known = self._found(named), [self._found(item) for item in merged.get(chain, ())]
        if not any(self._up_to(head, item) for item in known):
            kept = [item.id for item in known if not self._up_to(item, head)]
            merged[chain] = tuple(sorted([*kept, head.id]))

    def _check_ref(self, header: Header, ref: str, past: Past) -> None:
        placed = self.store.find(ref)
        if placed is not None and header.chain is Chain.SHARED and placed.chain is Chain.PRIVATE:
            raise LedgerError("ledger.shared_refers_to_private", seq=header.seq)
        if placed is None or not self._precedes(placed, header.prev, past):
            raise LedgerError("ledger.ref_not_in_past", seq=header.seq)

    def _precedes(self, target: Placed, prev: str, past: Past) -> bool:
        named = (*past.get(target.key, ()), *((prev,) if prev else ()))
        heads = map(self.store.find, named)  # one that somebody took out of the store leads nowhere
        return any(head is not None and self._up_to(target, head) for head in heads)

    def _up_to(self, target: Placed, head: Placed) -> bool:
        """Tell whether ``target`` is ``head`` or stands before it on the same branch of the same chain."""
        if target.key != head.key or target.seq > head.seq:
            return False
        forks = self.store.forks().get(head.key, ())
        if target.seq not in forks:
            return True  # one event alone stands there, and so all that follows it on any branch does
        while head.seq > target.seq:
            # What stands alone lies before whatever is later: a long stretch of it needn't be walked.
            after = 1 + forks[bisect_left(forks, head.seq) - 1]
            alone = self.store.at(head.key, after)[:1] if after < head.seq else ()
            head = self._found(self._found(alone[0]).prev if alone else head.prev)
        return head.id == target.id
