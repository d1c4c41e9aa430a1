"""What a change of governance, or a fork that became known, changes of what was folded before (LEDGER rules 9, 15).

Whoever is closed, two-faced or no longer known has events that count no more; and every order is judged by the epoch
in force at each of its places, so that those are folded anew that have events after the first place that changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from countersign.adapters.vault.book import Book
from countersign.adapters.vault.database import Connection
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chain_store import ChainKey
from countersign.domain.ledger.event import Chain, Event
from countersign.domain.ledger.rules import OrderKey, Rules


class Touched:
    """Remembers what was known, to be asked what changed once more is known."""

    def __init__(self, connection: Connection, book: Book) -> None:
        self._connection, self._book = connection, book
        self._rules = book.rules_or_none()
        self._forks = {chain: tuple(places) for chain, places in book.tables.forks().items()}
        (self._newest,) = connection.execute("SELECT coalesce(max(number), 0) FROM events").fetchone()

    def by(self, accepted: Sequence[Event], rules: Rules) -> set[tuple[str, str]]:
        """Return the kinds and subjects of events, known before, that must be folded anew."""
        if self._rules is None:
            return self._since("", 0)
        found: set[tuple[str, str]] = set()
        starts = self._starts(accepted, self._rules, rules)
        for device, seq in starts.items():
            found |= self._since(device, seq)
        place = _first_change(self._rules, rules)
        if place is not None:
            found |= self._after(place)
        return found

    def _starts(self, accepted: Sequence[Event], before: Rules, after: Rules) -> dict[str, int]:
        """Return for each device the first place from where its events may count, or not, as they did not before."""
        starts: dict[str, int] = {}
        governed = before != after or any(event.kind in kinds.GOVERNANCE_KINDS for event in accepted)
        for (device, _), places in self._book.tables.forks().items():
            known = self._forks.get((device, Chain.SHARED), ())
            if places and (governed or tuple(places) != known):
                starts[device] = places[0]  # a closing says which branch counts, and so which forks do
        named = ({item.device for item in each.governance.devices} for each in (before, after))
        for device in set.symmetric_difference(*named):
            starts[device] = 0
        closed, closing = before.governance.closings, after.governance.closings
        arrived = {event.id for event in accepted}
        for chain, _ in closed.items() - closing.items():
            starts[chain[0]] = 0
        for chain, last in closing.items():
            if chain[1] is Chain.SHARED and (closed.get(chain) != last or last in arrived):
                starts[chain[0]] = min(starts.get(chain[0], 1 << 62), self._end(closed, chain, last, arrived))
        return starts

    def _end(self, closed: Mapping[ChainKey, str], chain: ChainKey, last: str, arrived: Iterable[str]) -> int:
        end = self._book.tables.find(last)
        return end.seq + 1 if end and chain not in closed and last not in arrived else 0

    def _since(self, device: str, seq: int) -> set[tuple[str, str]]:
        which = "device = ? AND chain = 'shared' AND seq >= ?" if device else "device > ? AND seq >= ?"
        found = self._connection.execute(
            f"SELECT DISTINCT kind, subject FROM events WHERE {which} AND number <= ?",  # noqa: S608 - our own
            (device, seq, self._newest),
        )
        return {(kind, subject) for kind, subject in found.fetchall()}

    def _after(self, place: OrderKey) -> set[tuple[str, str]]:
        """Find the orders with events at or after a place: from the end of each chain, as lamport times grow."""
        found: set[tuple[str, str]] = set()
        for device, chain in self._book.tables.tips():
            if chain is Chain.SHARED:
                forks = self._book.tables.forks().get((device, chain), ())
                newest = self._connection.execute(
                    "SELECT kind, subject, lamport, seq FROM events WHERE device = ? AND chain = 'shared'"
                    " ORDER BY seq DESC",
                    (device,),
                )
                for kind, subject, lamport, seq in newest:
                    if lamport < place[0] and not (forks and seq >= forks[0]):
                        break
                    if kind.startswith("order.") and lamport >= place[0]:
                        found.add((kind, subject))
                newest.close()
        return found


def _first_change(before: Rules, after: Rules) -> OrderKey | None:
    epochs = [{(item.place, item.step) for item in each.epochs} for each in (before, after)]
    stops = [{(item.place, item.event) for item in each.stops} for each in (before, after)]
    changed = set.symmetric_difference(*epochs) | set.symmetric_difference(*stops)
    return min((place for place, _ in changed), default=None)
