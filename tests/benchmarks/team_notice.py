"""How long it takes, by a clock that is set by hand, until a device among fifty notices what a store does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from countersign.application.flows.exchange import ExchangeReport
from countersign.testing.fake_relay import RelayStore
from tests.unit.application.workspace.several import Several, several
from tests.unit.application.workspace.test_watching import twin

DEVICES: Final = 50
"""In a large workspace everybody says less often how far they know."""
ACTIVE: Final = 5
"""The others are away: what they would say could only make it be noticed sooner."""
_STEP_MS: Final = 30_000
"""A round is made at least this often."""
_LIMIT_MS: Final = 3_600_000
_SETTLED: Final = 12


def minutes_until_noticed() -> dict[str, float | str]:
    """Return the minutes until the warning shows: of one message, of a second view, of all that others say."""
    return {
        "withheld_noticed_min": _withheld(),
        "fork_noticed_min": _forked(),
        "silence_noticed_min": _silenced(),
    }


class PartingStore(RelayStore):
    """A store that keeps from some readers what some writers leave.

    Attributes:
        parted: Pairs of writer and reader.
    """

    def __init__(self) -> None:
        super().__init__()
        self.parted: set[tuple[str, str]] = set()

    def _shelve(self, writer: str, name: str, content: bytes) -> None:
        for reader, shelf in self._shelves.items():
            if (writer, reader) not in self.parted:
                shelf.add(name, content)


def _withheld() -> float:
    """Keep all that one device leaves from another: either it is warned, or a third has sent it again before that."""
    some, store = _settled()
    store.parted = {("device 0", "device 1")}
    event = some[0].say("withheld")
    reader = some[1].vault
    return _until(some, lambda report, _now: bool(report.withheld) or reader.event(event.id) is not None)


def _forked() -> float:
    """Show one device one of two events that stand at one place, and everybody else the other."""
    some, store = _settled()
    some[2].say("so far")
    _steps(some, _SETTLED)
    copy = twin(some, 2)
    store.parted = {("device 2", "device 1"), *(("twin", f"device {place}") for place in range(ACTIVE) if place != 1)}
    some[2].say("one")
    copy.say("another")
    copy.round()
    return _until(some, lambda report, _now: bool(report.forks))


def _silenced() -> float:
    """Show one device nothing that others leave from now on."""
    some, store = _settled()
    store.parted = {(f"device {place}", "device 1") for place in range(ACTIVE)}
    some[0].say("never arrives")
    active = {desk.device for desk in some.desks}
    return _until(some, lambda report, _now: any(item.device in active for item in report.unheard))


def _settled() -> tuple[Several, PartingStore]:
    store = PartingStore()
    some = several(DEVICES, store=store)
    del some.desks[ACTIVE:]
    _steps(some, _SETTLED)
    return some, store


def _steps(some: Several, count: int) -> None:
    for _ in range(count):
        for desk in some.desks:
            desk.round()
            some.later(_STEP_MS // ACTIVE)


def _until(some: Several, noticed: Callable[[ExchangeReport, int], bool]) -> float:
    """Go on until the second device notices; minutes."""
    began = some.clock.now_ms()
    while some.clock.now_ms() - began < _LIMIT_MS:
        for place, desk in enumerate(some.desks):
            report = desk.round()
            if place == 1 and noticed(report, some.clock.now_ms()):
                return round((some.clock.now_ms() - began) / 60_000, 2)
            some.later(_STEP_MS // ACTIVE)
    raise TimeoutError("it was never noticed")
