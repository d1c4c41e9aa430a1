"""Two forks of one chain while its closing is contested: what is kept in tables follows each (LEDGER 9, 15)."""

from __future__ import annotations

from dataclasses import replace

from countersign.domain.ledger import kinds
from tests.integration.vault.crowd import Shelf
from tests.unit.domain.ledger.world import identifier, treasury

NOTE = kinds.INCIDENT_RAISED


def test_rule_15_what_stands_behind_the_end_of_a_contested_closing_is_folded_anew_with_the_first_fork() -> None:
    workspace, desk = treasury()
    first, lost, _, fourth = workspace.pens
    for pen in workspace.pens[1:]:
        pen.write(NOTE, identifier("hello"), {}, seen=(workspace.genesis,))
    version = desk.add_payee()
    last = lost.write(NOTE, identifier("hello"), {}, seen=(version,))
    devices = tuple(
        replace(item, closed=True, last_shared=last.id) if item == lost.entry else item
        for item in workspace.state().devices
    )
    rivals = ((fourth, {"devices": devices}, (last,)), (first, {"policy": replace(workspace.policy, approvals=2)}, ()))
    for pen, change, seen in rivals:
        state = workspace.state(epoch=1, **change)
        body = workspace.change([workspace.genesis.id], state, [first, fourth])
        pen.write(kinds.GOVERNANCE_CHANGED, identifier("workspace"), body, seen=seen)
    details = {**version.says(), "name": "Another", "supersedes": [version.id]}
    changed = lost.write(kinds.PAYEE_CHANGED, desk.payee, details, seen=(version,))
    beside = lost.draft(NOTE, identifier("hello"), {"face": 2}, after=lost.shared[0])
    other = lost.draft(NOTE, identifier("hello"), {"face": 3}, after=last)
    shelf = Shelf(workspace)
    versions = []
    for batch in (workspace.events, [beside], [other]):
        taken = shelf.take(batch)
        assert (taken.refused, taken.waiting) == ((), ())
        assert shelf.said()[0] == shelf.rebuilt()
        payee = shelf.book.ledger.payee(desk.payee)
        assert payee is not None
        versions.append(payee.version.event)
    assert shelf.book.ledger.rules().contested
    assert versions == [changed.id, version.id, version.id]
    shelf.close()
