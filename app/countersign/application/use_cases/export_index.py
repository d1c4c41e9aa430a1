"""Where what is about a subject stands in an export: only places are held in memory, and a few of the newest events."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Final

from countersign.application.ports.exports import ExportLines
from countersign.domain.approval.limits import day_of
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.several_devices import RULE_KINDS, VERSION_KINDS
from countersign.domain.workspace_export import read_event

_REMEMBERED: Final = 1_000


class ExportIndex:
    """Where what is about a subject stands in the file; implements ``several_devices.Events``."""

    def __init__(self, file: ExportLines) -> None:
        """Begin; ``file`` is read again, line by line, where something is asked for."""
        self._file = file
        self._subjects: dict[str, list[int]] = {}
        self._approvals: dict[int, list[int]] = {}
        self._rules: list[Event] = []
        self._looks: list[int] = []
        self._recent: OrderedDict[int, Event] = OrderedDict()
        self._known: set[str] = set()
        self.orders: list[str] = []

    def add(self, place: int, event: Event) -> None:
        """Note an event."""
        header = event.header
        self._subjects.setdefault(header.subject, []).append(place)
        if event.kind in RULE_KINDS:
            self._rules.append(event)
        if event.kind == kinds.BATCH_OPENED:
            self._looks.append(place)
        if event.kind == kinds.ORDER_APPROVED:
            self._approvals.setdefault(day_of(header.at), []).append(place)
        if event.kind == kinds.ORDER_FROZEN and header.subject not in self._known:
            self._known.add(header.subject)
            self.orders.append(header.subject)

    def of_subject(self, subject: str) -> Sequence[Event]:
        """Read the events about one subject."""
        return _folding(map(self._read, self._subjects.get(subject, ())))

    def of_rules(self) -> Sequence[Event]:
        """Return the events of governance and of emergency stops."""
        return _folding(self._rules)

    def of_looks(self) -> Sequence[Event]:
        """Read the events of looks at lists."""
        return _folding(map(self._read, self._looks))

    def of_versions(self, payee: str) -> Sequence[Event]:
        """Read the versions of a payee."""
        return [event for event in self.of_subject(payee) if event.kind in VERSION_KINDS]

    def of_approvals(self, utc_day: int) -> Sequence[Event]:
        """Read the approvals of a day."""
        return _folding(map(self._read, self._approvals.get(utc_day, ())))

    def _read(self, place: int) -> Event:
        known = self._recent.get(place)
        if known is None:
            known = self._recent[place] = read_event(self._file.line_at(place))
            if len(self._recent) > _REMEMBERED:
                self._recent.popitem(last=False)
        return known


def _folding(events: Iterator[Event] | Sequence[Event]) -> list[Event]:
    return sorted(events, key=lambda each: (each.order_key, each.id))
