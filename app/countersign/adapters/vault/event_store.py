"""Events in their tables: written once, read in the orders that the rules need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from countersign.adapters.vault.anchor import Reach
from countersign.adapters.vault.database import Connection, database_damaged
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chains import ChainTip
from countersign.domain.ledger.event import Body, Chain, Event, Header

_COLUMNS = "events.header, events.signature, bodies.salt, bodies.content"
_SELECT = f"SELECT {_COLUMNS} FROM events LEFT JOIN bodies ON bodies.event = events.number"  # noqa: S608 - constants
_FOLDING = "ORDER BY events.lamport, events.device, events.chain, events.seq"
_RULES = "kind IN ({})".format(
    ", ".join(
        f"'{kind}'"
        for kind in (
            kinds.WORKSPACE_CREATED,
            kinds.GOVERNANCE_CHANGED,
            kinds.DEVICE_ADDED,
            kinds.DEVICE_CLOSED,
            kinds.WORKSPACE_FROZEN,
            kinds.WORKSPACE_UNFROZEN,
        )
    )
)


def _event(row: Sequence[bytes | None]) -> Event:
    header, signature, salt, content = row
    if header is None or signature is None:
        raise database_damaged()
    body = None if salt is None or content is None else Body(salt, content)
    return Event(Header.parse(header), signature, body)


class EventStore:
    """The ledger's tables, on any connection.

    Attributes:
        found: Called with the number and the header of each event that was read by its subject.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.found: Callable[[int, Header], None] = lambda _number, _header: None

    def add(self, event: Event) -> int:
        """Write an event and its body; returns its number here."""
        header = event.header
        written = self._connection.execute(
            "INSERT INTO events VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(header.id, header.device, header.chain.value, header.seq, header.lamport, header.at),
                *(header.kind, header.subject, header.content, event.signature),
            ),
        )
        number, body = int(written.lastrowid or 0), event.body
        if body is not None:
            self._connection.execute("INSERT INTO bodies VALUES (?, ?, ?)", (number, body.salt, body.content))
        return number

    def add_body(self, event_id: str, body: Body) -> None:
        """Write the body of an event that came without it."""
        self._connection.execute(
            "INSERT INTO bodies SELECT number, ?, ? FROM events WHERE id = ?", (body.salt, body.content, event_id)
        )

    def find(self, event_id: str) -> Event | None:
        """Find an event by its identifier."""
        row = self._connection.execute(f"{_SELECT} WHERE events.id = ?", (event_id,)).fetchone()
        return _event(row) if row else None

    def chain_of(self, event_id: str) -> tuple[str, Chain, int] | None:
        """Return an event's place: device, chain, seq."""
        row = self._connection.execute("SELECT device, chain, seq FROM events WHERE id = ?", (event_id,)).fetchone()
        return (row[0], Chain(row[1]), row[2]) if row else None

    def of_subject(self, subject: str, only: Collection[str] = ()) -> list[Event]:
        """Read the shared events about one subject, in folding order; ``only`` narrows to some kinds."""
        kinds_asked = f" AND events.kind IN ({', '.join('?' * len(only))})" if only else ""
        rows = self._connection.execute(
            f"SELECT {_COLUMNS}, events.number, events.id FROM events LEFT JOIN bodies ON bodies.event = events.number"  # noqa: S608 - constants
            f" WHERE events.subject = ? AND events.chain = 'shared'{kinds_asked} {_FOLDING}",
            (subject, *only),
        ).fetchall()
        events = [_event(row[:4]) for row in rows]
        for event, (*_, number, name) in zip(events, rows, strict=True):
            if event.id == name:  # else somebody wrote into the table
                self.found(number, event.header)
        return events

    def of_approvals(self, since: int, until: int) -> list[Event]:
        """Read the approvals with a time from ``since`` to before ``until``, in folding order."""
        found = self._connection.execute(
            f"{_SELECT} WHERE events.kind = '{kinds.ORDER_APPROVED}' AND events.at >= ? AND events.at < ?"
            f" AND events.chain = 'shared' {_FOLDING}",
            (since, until),
        )
        return [_event(row) for row in found.fetchall()]

    def of_chain(self, device: str, chain: Chain, start: int, count: int) -> list[Event]:
        """Read a stretch of a chain: ``count`` places, each with all events that were signed for it."""
        found = self._connection.execute(
            f"{_SELECT} WHERE events.device = ? AND events.chain = ? AND events.seq >= ? AND events.seq < ?"
            " ORDER BY events.seq, events.id",
            (device, chain.value, start, start + count),
        )
        return [_event(row) for row in found.fetchall()]

    def newest_first(self, device: str, chain: Chain) -> Iterator[Header]:
        """Read a chain's headers backwards."""
        found = self._connection.execute(
            "SELECT header FROM events WHERE device = ? AND chain = ? ORDER BY seq DESC", (device, chain.value)
        )
        for (content,) in found:
            yield Header.parse(content)

    def identifiers(self, device: str, chain: Chain) -> list[bytes]:
        """List the identifiers of a chain, as the leaves of its Merkle tree."""
        found = self._connection.execute(
            "SELECT id FROM events WHERE device = ? AND chain = ? ORDER BY seq", (device, chain.value)
        )
        return [bytes.fromhex(row[0]) for row in found.fetchall()]

    def identifier_at(self, device: str, chain: Chain, size: int) -> str:
        """Return the identifier of the event that makes a chain ``size`` long; empty where there is none."""
        row = self._connection.execute(
            "SELECT id FROM events WHERE device = ? AND chain = ? AND seq = ?", (device, chain.value, size - 1)
        ).fetchone()
        return row[0] if row else ""

    def gaps(self) -> dict[str, int]:
        """Return for each device whose shared chain has a hole the first place that is missing."""
        found = self._connection.execute(
            "SELECT device FROM events WHERE chain = 'shared' GROUP BY device HAVING count(DISTINCT seq) <= max(seq)"
        )
        return {device: self._first_gap(device) for (device,) in found.fetchall()}

    def _first_gap(self, device: str) -> int:
        place = 0
        while self.identifier_at(device, Chain.SHARED, place + 1):
            place += 1
        return place

    def naming_others(self) -> list[str]:
        """Name the shared events that have a past of their own on record."""
        found = self._connection.execute("SELECT id FROM events WHERE number IN (SELECT event FROM pasts)")
        return [name for (name,) in found.fetchall()]

    def tip(self, device: str, chain: Chain) -> ChainTip | None:
        """Return the end of a chain."""
        row = self._connection.execute(
            "SELECT header FROM events WHERE device = ? AND chain = ? ORDER BY seq DESC, id LIMIT 1",
            (device, chain.value),
        ).fetchone()
        if row is None:
            return None
        header = Header.parse(row[0])
        return ChainTip(header.seq, header.id, header.lamport, header.at)

    def count(self) -> int:
        """Count all events."""
        (count,) = self._connection.execute("SELECT count(*) FROM events").fetchone()
        return int(count)

    def rules_key(self) -> tuple[int, int]:
        """Return something that changes whenever governance or an emergency stop does."""
        count, newest = self._connection.execute(
            f"SELECT count(*), coalesce(max(lamport), 0) FROM events WHERE {_RULES}"  # noqa: S608 - constants
        ).fetchone()
        return int(count), int(newest)

    def rule_names(self) -> list[str]:
        """Name the events of governance and of emergency stops, in folding order."""
        found = self._connection.execute(
            f"SELECT id FROM events WHERE {_RULES} ORDER BY lamport, device, chain, seq, id"  # noqa: S608 - constants
        )
        return [name for (name,) in found.fetchall()]

    def genesis(self) -> Event | None:
        """Return the event that the ledger begins with."""
        row = self._connection.execute(
            f"{_SELECT} WHERE events.kind = '{kinds.WORKSPACE_CREATED}' AND events.{_RULES} {_FOLDING} LIMIT 1"
        ).fetchone()
        return _event(row) if row else None

    def every(self, batch: int = 500) -> Iterator[tuple[Event, Sequence[object]]]:
        """Read all events in folding order with their columns, a batch at a time.

        Yields:
            The event, and (id, device, chain, seq, lamport, at, kind, subject) as the columns have them.
        """
        columns = ", ".join(
            f"events.{name}" for name in ("id", "device", "chain", "seq", "lamport", "at", "kind", "subject")
        )
        found = self._connection.execute(
            f"SELECT {_COLUMNS}, {columns} FROM events LEFT JOIN bodies ON bodies.event = events.number {_FOLDING}"  # noqa: S608
        )
        while rows := found.fetchmany(batch):
            for row in rows:
                yield _event(row[:4]), row[4:]


def reach_of(tip: ChainTip | None) -> Reach:
    """Return how far a chain reaches."""
    return Reach() if tip is None else Reach(tip.seq + 1, tip.id)
