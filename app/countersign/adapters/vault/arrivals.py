"""Takes in what other devices signed: in the caller's transaction, and with the projections brought up to date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from countersign.adapters.vault.book import Book
from countersign.adapters.vault.database import Connection
from countersign.adapters.vault.projector import ALONE, Projector
from countersign.adapters.vault.touched import Touched
from countersign.application.ports.workspace import Taken
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chains import LedgerError
from countersign.domain.ledger.event import Body, Chain, Event, MalformedEventError
from countersign.domain.ledger.rules import Rules
from countersign.domain.ledger.several_devices import VERSION_KINDS

_TOO_MANY = "ledger.too_many_waiting"


class Arrivals:
    """One batch of events."""

    def __init__(self, connection: Connection, book: Book, now_ms: int) -> None:
        """Begin to take in.

        Args:
            connection: In a transaction; where book and projections are.
            book: The ledger on it.
            now_ms: When what has to wait began to.
        """
        self._connection, self._book = connection, book
        self._projector = Projector(connection, book)
        self._touched = Touched(connection, book)
        self._given: dict[str, Event] = {}
        self._accepted: list[Event] = []
        self._refused: list[tuple[str, str]] = []
        self._completed: set[tuple[str, str]] = set()
        book.tables.now_ms = now_ms

    @property
    def accepted(self) -> Sequence[Event]:
        """The events that became part of the history."""
        return self._accepted

    def take(self, events: Iterable[Event]) -> Taken:
        """Take events in, in any order.

        Raises:
            LedgerError: ``ledger.too_many_waiting``.
        """
        for event in events:
            if event.id not in self._given or event.body is not None:
                self._given[event.id] = event
        for event in self._given.values():
            try:
                self._take(event)
            except SecurityError as error:
                if error.code == _TOO_MANY:
                    raise
                self._refused.append((event.id, error.code))
        self._refused += self._book.history.refused
        self._book.history.refused.clear()
        earlier = self._project()
        accepted = {event.id for event in self._accepted}
        refused = {name for name, _ in self._refused}
        waiting = [name for name in self._given if name not in accepted | refused and self._book.tables.waits(name)]
        return Taken(
            accepted=tuple(event.id for event in self._accepted),
            waiting=tuple(waiting),
            refused=tuple(self._refused),
            subjects=frozenset({event.header.subject for event in self._accepted} | {each for _, each in earlier}),
        )

    def _take(self, event: Event) -> None:
        header, book = event.header, self._book
        if header.chain is not Chain.SHARED:
            raise LedgerError("ledger.wrong_chain", seq=header.seq)
        if event.body is None and event.kind in kinds.GOVERNANCE_KINDS:
            raise MalformedEventError("event.body_absent")
        if event.kind == kinds.WORKSPACE_CREATED and event.id != book.ledger.genesis:
            raise LedgerError("governance.genesis")
        if event.body is not None:
            _ = event.body.value  # canonical, or it is refused
        if event.id in book.history:
            self._complete(event)
            return
        if event.body is not None and book.tables.waits(event.id):
            _require_hash(event, event.body)
            book.tables.complete(event.id, event.body)
            return
        if event.kind == kinds.WORKSPACE_CREATED:
            _require_hash(event, event.body)
            # It names its own author, whose name follows from the key; and whoever waits for one of its devices.
            named = book.meet(event)
            found = [*book.history.add(event), *(name for each in named for name in book.history.meet(each))]
            self._go_on(found)
            return
        self._go_on(book.history.add(event))

    def _go_on(self, names: Sequence[str]) -> None:
        """Note what was accepted, and let those in who waited for a device that became known by it."""
        ahead = list(names)
        for name in ahead:
            event = self._given.get(name)
            if event is None or event.body is None:  # it had waited, perhaps with more than it came with this time
                event = self._book.events.find(name)
            if event is None:
                raise LedgerError("ledger.parents_missing")
            self._accepted.append(event)
            for device in self._book.meet(event):
                ahead.extend(self._book.history.meet(device))

    def _complete(self, event: Event) -> None:
        """Add the body of an event that came without one, unless it was erased."""
        known = self._book.events.find(event.id)
        if event.body is None or known is None or known.body is not None:
            return
        _require_hash(event, event.body)
        if not self._book.erased(known):
            self._book.events.add_body(known.id, event.body)
            self._book.ledger.answers.forget()
            self._completed.add((event.kind, event.header.subject))

    def _project(self) -> set[tuple[str, str]]:
        """Bring the projections up to date; returns what was known before and had to be folded anew, by kind."""
        rules = self._book.rules_or_none()
        if rules is None:
            return set()
        earlier = self._touched.by(self._accepted, rules) | self._completed | self._resting_on_completed()
        if self._may_change_sums(rules):
            self._projector.rebuild()
            return earlier
        if not any(kind in ALONE for kind, _ in earlier):  # else all is made anew, these too
            for event in self._accepted:
                if event.kind in ALONE:
                    self._projector.take(event, rules)
        fresh = {(event.kind, event.header.subject) for event in self._accepted if event.kind not in ALONE}
        self._projector.follow(earlier | fresh)
        return earlier

    def _may_change_sums(self, rules: Rules) -> bool:
        """Tell whether a body that came late may say how much was approved on a day on which that is limited."""
        limited = any(item.day_minor for epoch in rules.epochs for item in epoch.state.policy.limits)
        return limited and any(kind.startswith("order.") for kind, _ in self._completed)

    def _resting_on_completed(self) -> set[tuple[str, str]]:
        """Find the orders that were judged without the payee's versions whose bodies have come now."""
        found: set[tuple[str, str]] = set()
        for kind, subject in self._completed:
            if kind in VERSION_KINDS:
                rows = self._connection.execute("SELECT order_id FROM p_orders WHERE payee = ?", (subject,)).fetchall()
                found |= {(kinds.ORDER_FROZEN, order) for (order,) in rows}
        return found


def _require_hash(event: Event, body: Body | None) -> None:
    """Hold a body to its header, before the event itself is.

    Raises:
        LedgerError: It is another body.
        MalformedEventError: It has a form that no body may have.
    """
    if body is not None:
        body.check_form()
    if body is None or body.hash != event.header.body_hash:
        raise LedgerError("ledger.body_hash", seq=event.header.seq)
