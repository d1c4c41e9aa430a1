"""To whom a letter is sealed while rival epochs contest one another (LEDGER rules 8, 21)."""

from __future__ import annotations

from dataclasses import replace
from operator import itemgetter

import pytest

from countersign.application.use_cases.change_governance import (
    endorse_change,
    is_contested,
    next_state,
    propose_change,
    settle_changes,
    with_member,
    without_device,
)
from countersign.application.use_cases.letter_desk import Desk
from countersign.application.use_cases.relay_notes import Notes
from countersign.domain.ledger.governance import Governance
from countersign.testing.fake_workspace import MemoryWorkspace, fake_verify
from tests.unit.application.workspace.several import ALL, Several, several


def test_while_epochs_are_contested_letters_are_for_devices_that_are_open_in_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    some = several(4)
    vault = some[0].vault
    rules = vault.rules
    base = rules.governance

    def rival(gone: str) -> tuple[str, Governance]:
        devices = tuple(replace(item, closed=item.device == gone) for item in base.devices)
        return gone, replace(base, epoch=1, devices=devices)

    rivals = tuple(sorted((rival(item.device) for item in some.desks[1:3]), key=itemgetter(0)))
    contested = replace(rules, contested=tuple(name for name, _ in rivals), rivals=rivals)
    desk = Desk(vault, some[0].tools, Notes(), "store")
    assert {item.device for item in desk.others} == {item.device for item in some.desks[1:]}
    monkeypatch.setattr(MemoryWorkspace, "rules", property(lambda _vault: contested))
    desk = Desk(vault, some[0].tools, Notes(), "store")
    assert [item.device for item in desk.others] == [some[3].device]


def _proposed(some: Several) -> tuple[str, str]:
    """Let the first propose that the last device is closed, and the second that somebody is renamed."""
    first, second, *_others, last = some.desks
    closing = propose_change(first.vault, fake_verify, without_device(first.vault, last.device)).change
    renamed = replace(second.vault.rules.governance.members[0], name="Mei Chen")
    naming = propose_change(second.vault, fake_verify, with_member(second.vault.rules, renamed)).change
    some.rounds()
    return closing, naming


@pytest.mark.parametrize("stays", [False, True])
def test_who_one_of_two_rivals_closed_is_sent_nothing_until_it_is_settled_and_then_everything(*, stays: bool) -> None:
    some = several(4, roles=[ALL, ALL, ALL[:2]])
    some.rounds()
    first, second, third, held = some.desks
    closing, naming = _proposed(some)
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


def test_what_is_proposed_by_a_device_that_one_rival_closes_is_put_in_force_by_administrators() -> None:
    some = several(4, roles=[ALL, ALL[:2]])
    some.rounds()
    first, second, third, deaf = some.desks
    closing, naming = _proposed(some)
    endorse_change(first.vault, fake_verify, naming)
    endorse_change(second.vault, fake_verify, closing)
    both = [desk.vault.shared_events(desk.device, 0, 100) for desk in (second, first)]
    for desk, heard, change in zip((first, second), both, (closing, naming), strict=True):
        desk.vault.take_in(heard)
        assert settle_changes(desk.vault, fake_verify) == (change,)
    some.rounds()
    deaf.vault.take_in(first.vault.shared_events(first.device, 0, 100))  # it came by hand
    assert all(is_contested(desk.vault) for desk in some.desks)
    settled = propose_change(deaf.vault, fake_verify, next_state(deaf.vault.rules)).change
    some.rounds()
    endorse_change(third.vault, fake_verify, settled)
    some.rounds(4, step_ms=31_000)
    assert all(is_contested(desk.vault) for desk in some.desks)
    endorse_change(second.vault, fake_verify, settled)
    assert not is_contested(second.vault)
    some.rounds(20, step_ms=61_000)
    assert [desk.vault.rules.governance.epoch for desk in some.desks] == [2] * 4
    assert some.agree
