"""Which events of a forked chain lie before which: as walking it back one by one says (LEDGER rules 5, 9)."""

from __future__ import annotations

import hashlib

import pytest

from countersign.domain.ledger import kinds
from countersign.domain.ledger.chain_store import MemoryStore, Placed
from countersign.domain.ledger.chains import History
from countersign.domain.ledger.event import Event
from tests.unit.domain.ledger.world import WORKSPACE, Pen, Workspace, identifier, verify

NOTE = kinds.INCIDENT_RAISED


class Counting(MemoryStore):
    """Counts how often an event is looked up."""

    asked = 0

    def find(self, event_id: str) -> Placed | None:
        self.asked += 1
        return super().find(event_id)


def _tangled(seed: int, count: int) -> tuple[Workspace, list[Event]]:
    """Write a chain whose device goes on from one of its newest events each time, now and then beside another one."""
    pen = Pen("ada 1", "ada")
    workspace, written = Workspace([pen]), list(pen.shared)
    for step in range(count):
        number = hashlib.sha256(f"{seed} {step}".encode()).digest()
        place = -1 - number[0] % min(4, len(written)) if number[1] % 3 == 0 else -1
        written.append(pen.draft(NOTE, identifier("note"), {"step": step}, after=written[place]))
    return workspace, written


@pytest.mark.parametrize("seed", range(6))
def test_what_lies_before_what_is_as_walking_says(seed: int) -> None:
    workspace, written = _tangled(seed, 24)
    history = workspace.history(written)
    by_name = {item.id: item for item in written}
    for late in written:
        before, at = set(), late.header.prev
        while at:
            before.add(at)
            at = by_name[at].header.prev
        assert {item.id for item in written if history.in_past(item.id, late.id)} == before


def test_a_long_chain_that_was_forked_early_is_not_walked_for_each_question() -> None:
    pen = Pen("ada 1", "ada")
    workspace = Workspace([pen])
    for step in range(300):
        pen.write(NOTE, identifier("note"), {"step": step})
    beside = pen.draft(NOTE, identifier("note"), {"face": 2}, after=workspace.genesis)
    store = Counting()
    history = History(WORKSPACE, workspace.keys, verify, store)
    history.extend([*pen.shared, beside])
    store.asked = 0
    assert not history.in_past(beside.id, pen.shared[-1].id)
    assert history.in_past(pen.shared[1].id, pen.shared[-1].id)
    assert 0 < store.asked < 20
