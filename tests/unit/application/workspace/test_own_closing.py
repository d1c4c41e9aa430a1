"""A device that puts its own closing in force says so before it falls silent (LEDGER rules 8, 9, 21)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.ports.workspace import Statement
from countersign.application.use_cases.change_governance import (
    endorse_change,
    is_contested,
    next_state,
    propose_change,
    with_member,
    without_device,
)
from countersign.application.use_cases.publish_envelopes import file_letters, next_outgoing
from countersign.application.use_cases.relay_notes import Notes, read_notes
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import Role
from countersign.testing.fake_workspace import fake_verify
from tests.unit.application.workspace.several import Desk, Several, several

APPROVER = (Role.REQUESTER, Role.APPROVER)


def closed_by_itself() -> Several:
    """Let the only administrator close the device that they sit at, with something unsent, and sign on behind it."""
    some = several(3, roles=[APPROVER, APPROVER])
    some[1].say("hello")
    some.rounds()
    some[0].say("before")
    state = without_device(some[0].vault, some[0].device)
    assert propose_change(some[0].vault, fake_verify, state).in_force
    assert not some[0].vault.admitted
    some[0].say("behind")
    return some


def own(desk: Desk) -> list[Event]:
    return [item for item in desk.vault.shared_events(desk.device, 0, 100) if item.body is not None]


def is_closed_at(desk: Desk, device: str) -> bool:
    found = desk.vault.rules.governance.device(device)
    return found is not None and found.closed


def test_a_device_that_closes_itself_tells_the_others_and_nothing_that_it_signs_behind() -> None:
    some = closed_by_itself()
    *_, before, closing, behind = own(some[0])
    some.rounds()
    for desk in some.desks[1:]:
        assert is_closed_at(desk, some[0].device)
        assert desk.vault.event(before.id) is not None
        assert desk.vault.event(closing.id) is not None
        assert desk.vault.event(behind.id) is None
    left = len(some.store.put_honestly)
    some[0].round()
    assert len(some.store.put_honestly) == left  # once is enough, and it asks for nothing


def test_what_a_store_lost_of_it_is_left_again() -> None:
    some = closed_by_itself()
    known = set(some.store.put_honestly)
    some[0].round()
    lost = set(some.store.put_honestly) - known
    assert lost
    for name in lost:
        some.store.drop(name)
    some[1].round()
    assert not is_closed_at(some[1], some[0].device)
    some.rounds(12, step_ms=60_000)
    assert all(is_closed_at(desk, some[0].device) for desk in some.desks[1:])


def test_where_a_settlement_keeps_it_open_it_says_what_it_lacks_and_hears_of_that() -> None:
    some = several(3)
    some.rounds()
    first, second, third = some.desks
    closing = propose_change(first.vault, fake_verify, without_device(first.vault, first.device)).change
    renamed = replace(second.vault.rules.governance.members[0], name="Mei Chen")
    naming = propose_change(second.vault, fake_verify, with_member(second.vault.rules, renamed)).change
    some.rounds()
    for change in (closing, naming):
        endorse_change(third.vault, fake_verify, change)
    third.round()
    first.round()
    known = set(some.store.put_honestly)
    second.round()
    second.round()
    for name in set(some.store.put_honestly) - known:
        some.store.shelf("device 0").remove(name)
    some.rounds()
    assert [desk.vault.admitted for desk in some.desks] == [False, True, True]
    assert is_contested(second.vault)
    left = len(some.store.put_honestly)
    first.round()
    assert len(some.store.put_honestly) == left  # nobody writes to it
    settled = propose_change(second.vault, fake_verify, next_state(second.vault.rules)).change
    some.rounds()
    endorse_change(third.vault, fake_verify, settled)
    some.rounds(20, step_ms=61_000)
    assert [desk.vault.admitted for desk in some.desks] == [True, True, True]
    assert some.agree


def test_it_is_told_by_files_too() -> None:
    some = closed_by_itself()
    desk = some[0]
    for content in file_letters(desk.vault, desk.tools, read_notes(desk.vault)):
        some.store.put("by hand", content)
    some[1].round()
    assert is_closed_at(some[1], some[0].device)
    assert some[1].vault.event(own(desk)[-1].id) is None


def test_a_device_that_others_closed_leaves_nothing() -> None:
    some = several(3)
    some.rounds()
    gone = some[2]
    state = without_device(some[0].vault, gone.device)
    name = propose_change(some[0].vault, fake_verify, state).change
    some.rounds()
    endorse_change(some[1].vault, fake_verify, name)
    some[1].round()
    some[0].round()
    closing = some[0].vault.event(some[0].vault.rules.closing_of(gone.device))
    assert closing is not None
    gone.say("late")
    gone.vault.take_in(some[0].vault.shared_events(some[0].device, 0, 100))
    gone.vault.take_in(some[1].vault.shared_events(some[1].device, 0, 100))
    assert not gone.vault.admitted
    assert next_outgoing(gone.vault, gone.tools, Notes(), "store") is None
    assert file_letters(gone.vault, gone.tools, Notes()) == ()


def test_an_older_copy_of_it_says_nothing_and_other_failures_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    some = closed_by_itself()
    desk = some[0]
    desk.vault.may_sign = False
    assert next_outgoing(desk.vault, desk.tools, Notes(), "store") is None

    def sign(_statement: Statement) -> bytes:
        raise SecurityError("vault.anchor")

    monkeypatch.setattr(desk.vault, "sign", sign)
    with pytest.raises(SecurityError, match=r"vault\.anchor"):
        next_outgoing(desk.vault, desk.tools, Notes(), "store")
