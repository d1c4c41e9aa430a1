"""The tables that a history keeps its chains in: the ``ChainStore`` of a vault.

The past of a shared event that names others as seen is one blob of pairs, each two numbers of four bytes: a writer, and
the event that is a head of its chain. Events after it in its chain have no line of their own and share it.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeVar

import orjson

from countersign.adapters.vault.database import Connection
from countersign.adapters.vault.event_store import EventStore
from countersign.application.ports.workspace import Waiting
from countersign.domain.ledger.chain_store import ChainKey, ChainTip, Past, Placed, further
from countersign.domain.ledger.event import Body, Chain, Event, Header

_PAIR: Final = struct.Struct("<II")
_REMEMBERED: Final = 20_000
_COLUMNS: Final = "number, id, device, chain, seq, lamport, at, header"

_K = TypeVar("_K")
_V = TypeVar("_V")


def _remember(known: dict[_K, _V], key: _K, value: _V) -> _V:
    """Keep what was read, and begin anew when it is too much."""
    if len(known) >= _REMEMBERED:
        known.clear()
    known[key] = value
    return value


class ChainTables:
    """The chains of one vault, as one connection has them. ``refresh`` and ``forget`` say when that may have changed.

    Attributes:
        now_ms: When what is held now began to wait.
    """

    def __init__(self, connection: Connection, events: EventStore) -> None:
        self._connection, self._events = connection, events
        events.found = self._found
        self.now_ms = 0
        self.forget()

    def forget(self) -> None:
        """Let go of all that is remembered: a transaction was taken back."""
        self._placed: dict[str, Placed] = {}
        self._numbers: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self._writers: dict[str, int] = {}
        self._devices: dict[int, str] = {}
        self._heads: dict[int, PackedPast] = {}
        self._at: dict[tuple[ChainKey, int], tuple[str, ...]] = {}
        self._pasts: dict[str, Past] = {}
        self.refresh()

    def refresh(self) -> None:
        """Let go of what another connection may have changed."""
        self._forks: dict[ChainKey, list[int]] | None = None
        self._tips: dict[ChainKey, ChainTip] | None = None
        self._count: int | None = None
        self._pasts = {}  # a fork that became known says more about them
        self._at = {}

    def find(self, event_id: str) -> Placed | None:
        """Find an accepted event."""
        known = self._placed.get(event_id)
        return known or self._read("id = ?", event_id)

    def _read(self, which: str, value: str | int) -> Placed | None:
        row = self._connection.execute(f"SELECT {_COLUMNS} FROM events WHERE {which}", (value,)).fetchone()  # noqa: S608
        if row is None:
            return None
        number, name, device, chain, seq, lamport, at, header = row
        prev = str(orjson.loads(header)["prev"])
        return self._note(number, Placed(name, device, Chain(chain), seq, prev, lamport, at))

    def _found(self, number: int, header: Header) -> None:
        self._note(number, Placed.of(header))

    def _note(self, number: int, placed: Placed) -> Placed:
        _remember(self._numbers, placed.id, number)
        _remember(self._names, number, placed.id)
        return _remember(self._placed, placed.id, placed)

    def name_of(self, number: int) -> str:
        """Return the identifier of an event by its number."""
        known = self._names.get(number)
        if known is not None:
            return known
        placed = self._read("number = ?", number)
        return placed.id if placed else ""

    def device_of(self, writer: int) -> str:
        """Return the device that a number stands for."""
        if writer not in self._devices:
            self._read_writers()
        return self._devices[writer]

    def writer_of(self, device: str) -> int | None:
        """Return the number that stands for a device, if it has one."""
        if device not in self._writers:
            self._read_writers()
        return self._writers.get(device)

    def _read_writers(self) -> None:
        for number, device in self._connection.execute("SELECT number, device FROM writers").fetchall():
            self._writers[device], self._devices[number] = number, device

    def past(self, placed: Placed) -> Past:
        """Return the heads of what lies before an accepted event; nothing for private ones, which nobody asks for."""
        if placed.chain is Chain.PRIVATE:
            return {}
        known = self._pasts.get(placed.id)
        return known if known is not None else _remember(self._pasts, placed.id, self._read_past(placed))

    def _read_past(self, placed: Placed) -> Past:
        writer = self.writer_of(placed.device)
        if writer is None:
            return {}
        forks = self.forks().get(placed.key, ())
        found = self._connection.execute(
            "SELECT seq, event, heads FROM pasts WHERE writer = ? AND seq <= ? ORDER BY seq DESC, event",
            (writer, placed.seq),
        )
        for seq, event, heads in found:
            if forks and seq >= forks[0] and self.name_of(event) != self._back(placed, seq):
                continue
            found.close()
            return self._heads.get(event) or _remember(self._heads, event, PackedPast(self, heads))
        return {}

    def _back(self, placed: Placed, seq: int) -> str:
        while placed.seq > seq:
            before = self.find(placed.prev)
            if before is None:
                return ""
            placed = before
        return placed.id

    def at(self, chain: ChainKey, seq: int) -> Sequence[str]:
        """Name the accepted events at a place."""
        known = self._at.get((chain, seq))
        if known is None:
            found = self._connection.execute(
                "SELECT id FROM events WHERE device = ? AND chain = ? AND seq = ?", (chain[0], chain[1].value, seq)
            ).fetchall()
            known = tuple(name for (name,) in found)
            if known:  # else it may be filled by another connection
                _remember(self._at, (chain, seq), known)
        return known

    def forks(self) -> Mapping[ChainKey, Sequence[int]]:
        """Return the places that were signed twice."""
        if self._forks is None:
            self._forks = {}
            found = self._connection.execute("SELECT device, seq FROM forks ORDER BY device, seq").fetchall()
            for device, seq in found:
                self._forks.setdefault((device, Chain.SHARED), []).append(seq)
        return self._forks

    def tips(self) -> Mapping[ChainKey, ChainTip]:
        """Return the end of every chain."""
        return self._known_tips()

    def _known_tips(self) -> dict[ChainKey, ChainTip]:
        if self._tips is None:
            self._tips = {}
            for device, chain in self._chains():
                tip = self._events.tip(device, chain)
                if tip is not None:
                    self._tips[device, chain] = tip
        return self._tips

    def _chains(self) -> Iterator[ChainKey]:
        """Name the chains, skipping along the index from one to the next."""
        device, chain = "", ""
        while True:
            row = self._connection.execute(
                "SELECT device, chain FROM events WHERE (device, chain) > (?, ?) ORDER BY device, chain LIMIT 1",
                (device, chain),
            ).fetchone()
            if row is None:
                return
            device, chain = row
            yield device, Chain(chain)

    def keep(self, event: Event, past: Past) -> None:
        """Write an event, and the heads of what lies before it where it names others."""
        header = event.header
        tips = self._known_tips()
        placed, tip = Placed.of(header), tips.get((header.device, header.chain))
        number = self._events.add(event)
        self._at.pop((placed.key, placed.seq), None)
        self._note(number, placed)
        if header.seen and header.chain is Chain.SHARED:
            self._connection.execute(
                "INSERT INTO pasts VALUES (?, ?, ?, ?)",
                (self._number_writer(header.device), header.seq, number, self._pack(past)),
            )
        if tip is not None and header.seq <= tip.seq:
            self._note_fork(placed)
        tips[placed.key] = further(tip, placed)

    def _note_fork(self, placed: Placed) -> None:
        if len(self.at(placed.key, placed.seq)) > 1:
            self._connection.execute("INSERT OR IGNORE INTO forks VALUES (?, ?)", (placed.device, placed.seq))
            self._forks, self._pasts = None, {}

    def _number_writer(self, device: str) -> int:
        known = self.writer_of(device)
        if known is None:
            self._connection.execute("INSERT INTO writers VALUES (NULL, ?)", (device,))
            self._read_writers()
            known = self._writers[device]
        return known

    def _pack(self, past: Past) -> bytes:
        pairs = [
            (self._number_writer(device), self.number_of(head))
            for (device, chain), heads in past.items()
            if chain is Chain.SHARED
            for head in heads
        ]
        return b"".join(_PAIR.pack(*pair) for pair in sorted(pairs))

    def number_of(self, event_id: str) -> int:
        """Return the number of an accepted event."""
        if event_id not in self._numbers:
            self._read("id = ?", event_id)
        return self._numbers[event_id]

    def waits(self, event_id: str) -> bool:
        """Tell whether an event waits."""
        if not self.count_waiting():
            return False
        return bool(self._connection.execute("SELECT 1 FROM waiting WHERE event = ?", (event_id,)).fetchone())

    def count_waiting(self) -> int:
        """Count the events that wait."""
        if self._count is None:
            (self._count,) = self._connection.execute("SELECT count(*) FROM waiting").fetchone()
        return int(self._count or 0)

    def waiting(self) -> list[Waiting]:
        """List the events that wait, oldest first."""
        found = self._connection.execute("SELECT event, device, since FROM waiting ORDER BY number").fetchall()
        missing: dict[str, list[str]] = {}
        for name, event in self._connection.execute("SELECT found, event FROM awaited ORDER BY found").fetchall():
            missing.setdefault(event, []).append(name)
        return [Waiting(event, device, tuple(missing.get(event, ())), since) for event, device, since in found]

    def waiting_with(self, text: str) -> list[Event]:
        """Read those waiting events, without their bodies, in whose header a text stands."""
        if not self.count_waiting():
            return []
        asked = "SELECT header, signature FROM waiting WHERE instr(header, ?) ORDER BY number"
        found = self._connection.execute(asked, (text.encode(),)).fetchall()
        return [Event(Header.parse(header), signature, None) for header, signature in found]

    def hold(self, event: Event, missing: Sequence[str]) -> None:
        """Let an event wait."""
        header, body = event.header, event.body
        self._count = self.count_waiting() + 1
        self._connection.execute(
            "INSERT INTO waiting VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(event.id, header.device, self.now_ms, header.content, event.signature),
                *((body.salt, body.content) if body else (None, None)),
            ),
        )
        self._connection.executemany("INSERT INTO awaited VALUES (?, ?)", [(each, event.id) for each in set(missing)])

    def complete(self, event_id: str, body: Body) -> None:
        """Keep the body of an event that waits and came without it."""
        self._connection.execute(
            "UPDATE waiting SET salt = ?, content = ? WHERE event = ? AND salt IS NULL",
            (body.salt, body.content, event_id),
        )

    def wake(self, found: str) -> Sequence[Event]:
        """Take out those events that waited for ``found`` and wait for nothing else."""
        if not self.count_waiting():
            return ()
        names = self._connection.execute("SELECT event FROM awaited WHERE found = ?", (found,)).fetchall()
        self._connection.execute("DELETE FROM awaited WHERE found = ?", (found,))
        asked = "SELECT 1 FROM awaited WHERE event = ?"
        return [self._take_out(name) for (name,) in names if not self._connection.execute(asked, (name,)).fetchone()]

    def make_room(self) -> bool:
        """Drop the longest waiting event of a device that nobody knows."""
        oldest = self._connection.execute(
            "SELECT waiting.event FROM waiting JOIN awaited ON awaited.event = waiting.event"
            " AND awaited.found = waiting.device ORDER BY waiting.number LIMIT 1"
        ).fetchone()
        if oldest is not None:
            self._take_out(oldest[0])
        return oldest is not None

    def _take_out(self, name: str) -> Event:
        header, signature, salt, content = self._connection.execute(
            "SELECT header, signature, salt, content FROM waiting WHERE event = ?", (name,)
        ).fetchone()
        self._connection.execute("DELETE FROM awaited WHERE event = ?", (name,))
        self._connection.execute("DELETE FROM waiting WHERE event = ?", (name,))
        self._count = self.count_waiting() - 1
        return Event(Header.parse(header), signature, None if salt is None else Body(salt, content))


class PackedPast(Mapping[ChainKey, tuple[str, ...]]):
    """A past as it is stored; events are named when they are asked for."""

    def __init__(self, tables: ChainTables, heads: bytes) -> None:
        self._tables = tables
        self._pairs: dict[int, list[int]] = {}
        for writer, event in _PAIR.iter_unpack(heads):
            self._pairs.setdefault(writer, []).append(event)

    def __getitem__(self, chain: ChainKey) -> tuple[str, ...]:
        """Return the heads of a chain."""
        writer = self._tables.writer_of(chain[0])
        if writer is None or chain[1] is Chain.PRIVATE:
            raise KeyError(chain)
        return tuple(sorted(map(self._tables.name_of, self._pairs[writer])))

    def __iter__(self) -> Iterator[ChainKey]:
        """List the chains."""
        return zip(map(self._tables.device_of, self._pairs), itertools.repeat(Chain.SHARED))

    def __len__(self) -> int:
        """Count the chains."""
        return len(self._pairs)
