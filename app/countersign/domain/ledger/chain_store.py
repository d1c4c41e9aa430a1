"""Where a history keeps its events: in memory here, in the vault's tables in use. The rules are in ``chains``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from countersign.domain.ledger.event import Chain, Event, Header

ChainKey: TypeAlias = tuple[str, Chain]

Past: TypeAlias = Mapping[ChainKey, tuple[str, ...]]
"""Heads of what lies before an event, beside what its ``prev`` continues: named by event, since a chain may fork."""


@dataclass(frozen=True, slots=True)
class ChainTip:
    """Where a chain ends: what the next event must continue."""

    seq: int
    id: str
    lamport: int
    at: int


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an event of the history stands."""

    id: str
    device: str
    chain: Chain
    seq: int
    prev: str
    lamport: int
    at: int

    @classmethod
    def of(cls, header: Header) -> Placed:
        """Return where a header says that it stands."""
        return cls(header.id, header.device, header.chain, header.seq, header.prev, header.lamport, header.at)

    @property
    def key(self) -> ChainKey:
        """Its chain."""
        return (self.device, self.chain)


class ChainStore(Protocol):
    """Events that were accepted, and those that wait."""

    def find(self, event_id: str) -> Placed | None:
        """Find an accepted event."""

    def past(self, placed: Placed) -> Past:
        """Return the heads of what lies before an accepted event."""

    def at(self, chain: ChainKey, seq: int) -> Sequence[str]:
        """Name the accepted events at a place."""

    def forks(self) -> Mapping[ChainKey, Sequence[int]]:
        """Return the places that were signed twice, ascending, for each chain that has any."""

    def tips(self) -> Mapping[ChainKey, ChainTip]:
        """Return the end of every chain: of several branches the longest, of equals the lowest identifier."""

    def keep(self, event: Event, past: Past) -> None:
        """Make an event part of the history.

        Args:
            event: Nothing about it is checked here.
            past: See ``Past``. The same as that of ``prev`` wherever the event names nothing as ``seen``.
        """

    def waits(self, event_id: str) -> bool:
        """Tell whether an event waits."""

    def count_waiting(self) -> int:
        """Count the events that wait."""

    def hold(self, event: Event, missing: Sequence[str]) -> None:
        """Let an event wait for events, or for devices, that are not known yet."""

    def wake(self, found: str) -> Sequence[Event]:
        """Take out those events that waited for ``found`` and wait for nothing else."""

    def make_room(self) -> bool:
        """Drop the longest waiting event of a device that nobody knows; tells whether there was one."""


@dataclass(slots=True)
class MemoryStore:
    """A store for tests, and for reading a whole ledger anew."""

    _events: dict[str, tuple[Placed, Past]] = field(default_factory=dict)
    _places: dict[tuple[ChainKey, int], tuple[str, ...]] = field(default_factory=dict)
    _forks: dict[ChainKey, list[int]] = field(default_factory=dict)
    _tips: dict[ChainKey, ChainTip] = field(default_factory=dict)
    _waiting: dict[str, Event] = field(default_factory=dict)
    _missing: dict[str, set[str]] = field(default_factory=dict)  # who waits: for whom
    _awaited: dict[str, list[str]] = field(default_factory=dict)  # for whom: who waits

    def find(self, event_id: str) -> Placed | None:
        """Find an accepted event."""
        found = self._events.get(event_id)
        return found[0] if found else None

    def past(self, placed: Placed) -> Past:
        """Return the heads of what lies before an accepted event."""
        return self._events[placed.id][1]

    def at(self, chain: ChainKey, seq: int) -> Sequence[str]:
        """Name the accepted events at a place."""
        return self._places.get((chain, seq), ())

    def forks(self) -> Mapping[ChainKey, Sequence[int]]:
        """Return the places that were signed twice."""
        return self._forks

    def tips(self) -> Mapping[ChainKey, ChainTip]:
        """Return the end of every chain."""
        return self._tips

    def keep(self, event: Event, past: Past) -> None:
        """Make an event part of the history."""
        placed = Placed.of(event.header)
        self._events[placed.id] = (placed, past)
        place = (placed.key, placed.seq)
        self._places[place] = (*self._places.get(place, ()), placed.id)
        if len(self._places[place]) == 2:  # noqa: PLR2004 - the second at one place
            self._forks[placed.key] = sorted([*self._forks.get(placed.key, ()), placed.seq])
        self._tips[placed.key] = further(self._tips.get(placed.key), placed)

    def waits(self, event_id: str) -> bool:
        """Tell whether an event waits."""
        return event_id in self._waiting

    def count_waiting(self) -> int:
        """Count the events that wait."""
        return len(self._waiting)

    def hold(self, event: Event, missing: Sequence[str]) -> None:
        """Let an event wait."""
        self._waiting[event.id] = event
        self._missing[event.id] = set(missing)
        for each in missing:
            self._awaited.setdefault(each, []).append(event.id)

    def wake(self, found: str) -> Sequence[Event]:
        """Take out those events that waited for ``found`` and wait for nothing else."""
        woken = []
        for name in self._awaited.pop(found, ()):
            if name in self._missing:
                self._missing[name].discard(found)
                if not self._missing[name]:
                    woken.append(self._take_out(name))
        return woken

    def make_room(self) -> bool:
        """Drop the longest waiting event of a device that nobody knows."""
        strangers = (name for name, event in self._waiting.items() if event.header.device in self._missing[name])
        oldest = next(strangers, None)
        if oldest is not None:
            self._take_out(oldest)
        return oldest is not None

    def _take_out(self, name: str) -> Event:
        del self._missing[name]
        return self._waiting.pop(name)


def further(tip: ChainTip | None, placed: Placed) -> ChainTip:
    """Return which of two ends of a chain is its end."""
    if tip is not None and (-tip.seq, tip.id) <= (-placed.seq, placed.id):
        return tip
    return ChainTip(placed.seq, placed.id, placed.lamport, placed.at)
