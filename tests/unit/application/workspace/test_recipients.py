"""To whom a letter is sealed while rival epochs contest one another (LEDGER rules 8, 21)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.use_cases.change_governance import (
    endorse_change,
    is_contested,
    next_state,
    propose_change,
    with_member,
    without_device,
)
from countersign.application.use_cases.letter_desk import Desk
from countersign.application.use_cases.relay_notes import Notes
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.governance import Governance
from countersign.testing.fake_workspace import MemoryWorkspace, fake_verify
from tests.unit.application.workspace.several import ALL, NOTE, several


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


@pytest.mark.parametrize("stays", [False, True])
def test_who_one_of_two_rivals_closed_is_sent_nothing_until_it_is_settled_and_then_everything(*, stays: bool) -> None:
    some = several(4, roles=[ALL, ALL, ALL[:2]])
    some.rounds()
    first, second, third, held = some.desks
    closing = propose_change(first.vault, fake_verify, without_device(first.vault, held.device)).change
    renamed = replace(second.vault.rules.governance.members[0], name="Mei Chen")
    naming = propose_change(second.vault, fake_verify, with_member(second.vault.rules, renamed)).change
    some.rounds()
    for change in (closing, naming):
        endorse_change(third.vault, fake_verify, change)
    third.round()
    for desk in (first, second):  # each hears of it before they hear of each other
        desk.round()
    some.rounds()
    assert all(is_contested(desk.vault) for desk in (first, second, third))
    meanwhile = first.say("meanwhile")
    some.rounds(4, step_ms=31_000)
    assert second.vault.event(meanwhile.id) is not None
    assert held.vault.event(meanwhile.id) is None
    devices = third.vault.rules.governance.devices if stays else without_device(third.vault, held.device).devices
    settled = propose_change(third.vault, fake_verify, next_state(third.vault.rules, devices=devices)).change
    some.rounds()
    endorse_change(first.vault, fake_verify, settled)
    some.rounds(20, step_ms=61_000)
    assert not is_contested(third.vault)
    assert (held.vault.event(meanwhile.id) is not None) == stays
    assert some.agree == stays
