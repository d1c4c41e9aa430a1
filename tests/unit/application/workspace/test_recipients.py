"""To whom a letter is sealed while rival epochs contest one another (LEDGER rules 8, 21)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.use_cases.letter_desk import Desk
from countersign.application.use_cases.relay_notes import Notes
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.governance import Governance
from countersign.testing.fake_workspace import MemoryWorkspace
from tests.unit.application.workspace.several import NOTE, several


def test_while_epochs_are_contested_letters_are_for_devices_that_are_open_in_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    some = several(4)
    vault = some[0].vault
    rules = vault.rules
    base = rules.governance

    def rival(gone: str) -> str:
        devices = tuple(replace(item, closed=item.device == gone) for item in base.devices)
        state: Governance = replace(base, epoch=1, devices=devices)
        with vault.transaction() as change:  # that it is a rival is said below
            event = change.append(EventDraft(kinds.INCIDENT_RAISED, NOTE, {"state": state.canonical()}))
        return event.id

    rivals = (rival(some[1].device), rival(some[2].device))
    desk = Desk(vault, some[0].tools, Notes(), "store")
    assert {item.device for item in desk.others} == {item.device for item in some.desks[1:]}
    monkeypatch.setattr(MemoryWorkspace, "rules", property(lambda _vault: replace(rules, contested=rivals)))
    desk = Desk(vault, some[0].tools, Notes(), "store")
    assert [item.device for item in desk.others] == [some[3].device]
