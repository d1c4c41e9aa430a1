"""Since when a payee's details have stood: what a device that was quiet dates back makes no payee a standing one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.domain.approval.rule import ApprovalRule, Need, PayeeStanding
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import Role
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.policy import Policy
from tests.unit.domain.approval.team import DAY, START, Desk, Firm, firm
from tests.unit.domain.ledger.world import ALL_ROLES, OrderDesk, Pen, Workspace, identifier

NEW_PAYEES = ApprovalRule("new", payees=(PayeeStanding.NEW, PayeeStanding.CHANGED), needs=(Need("", 2),))
MONTH = 30 * DAY
NOTE = kinds.INCIDENT_RAISED
NEW, CHANGED, STANDING = PayeeStanding.NEW, PayeeStanding.CHANGED, PayeeStanding.STANDING


def _note(pen: Pen, at: int, *seen: Event) -> Event:
    return pen.write(NOTE, identifier("note"), {"at": at}, seen=seen, at=at)


def _ordered(workspace: Workspace, desk: OrderDesk, at: int, *seen: Event) -> OrderRecord:
    """Freeze an order at a time, knowing of some events."""
    _note(desk.sender, at, *seen)
    desk.freeze()
    record = workspace.ledger().order(desk.order)
    assert record is not None
    return record


def _quiet() -> tuple[Firm, Desk, Event]:
    """Return a firm where a month and more went by since Ada's device signed anything."""
    workspace, desk = firm(NEW_PAYEES)
    return workspace, desk, _note(workspace.pen("ben"), START + 40 * DAY)


@pytest.mark.parametrize("named", [True, False])
def test_rule_05_a_payee_that_a_quiet_device_dates_back_is_new(named: bool) -> None:
    workspace, desk, today = _quiet()
    if named:  # what it names contradicts it
        desk.sender.write(NOTE, identifier("note"), {}, seen=(today,), at=START + 1)
    version = desk.add_payee()
    assert version.header.at < START + DAY
    found = _ordered(workspace, desk, START + 40 * DAY, *(() if named else (today,)))
    assert found.standing is NEW
    assert len(found.requirement(workspace.rules().governance).rules) == 1
    assert found.requirement(workspace.rules().governance).rules[0].rule == "new"


def test_rule_10_a_payee_stands_thirty_days_after_somebody_else_has_seen_it() -> None:
    for late, standing in ((0, STANDING), (2_000, NEW)):
        workspace, desk = firm(NEW_PAYEES)
        version = desk.add_payee()
        for day in range(1, 6):
            _note(workspace.pen("cho"), START + day)
        _note(workspace.pen("cho"), START + 2 * DAY + late, version)
        last = _note(workspace.pen("cho"), START + 9 * DAY)
        assert _ordered(workspace, desk, START + 2 * DAY + MONTH, last).standing is standing


def test_rule_10_details_that_were_changed_stand_since_somebody_else_saw_the_change() -> None:
    workspace, desk = firm(NEW_PAYEES)
    first = desk.add_payee()
    seen = _note(workspace.pen("ben"), START + DAY, first)
    details = {**first.says(), "supersedes": [first.id]}
    desk.version = desk.sender.write(kinds.PAYEE_CHANGED, desk.payee, details)
    assert _ordered(workspace, desk, START + 40 * DAY, seen).standing is CHANGED


def test_who_wrote_it_is_no_witness_with_another_device_nor_is_who_was_not_heard() -> None:
    workspace, desk = firm(NEW_PAYEES)
    version = desk.add_payee()
    other = next(pen for pen in workspace.pens if pen.name == "ben 2")
    desk.sender = workspace.pen("ben")
    desk.version = desk.sender.write(kinds.PAYEE_ADDED, identifier("his"), version.says())
    desk.payee = identifier("his")
    own = _note(other, START + DAY, desk.version)
    _note(workspace.pen("cho"), START + DAY, desk.version)  # not heard of
    assert _ordered(workspace, desk, START + 40 * DAY, own).standing is NEW


def test_rule_09_a_two_faced_witness_is_none() -> None:
    for known in (True, False):
        workspace, desk = firm(NEW_PAYEES)
        version = desk.add_payee()
        cho = workspace.pen("cho")
        other = cho.draft(NOTE, identifier("note"), {"face": 2}, seen=(version,), at=START + DAY + 1)
        seen = _note(cho, START + DAY, version)
        heard = [seen, *([other] if known else [])]
        _note(desk.sender, START + 40 * DAY, *heard)
        desk.freeze()
        record = workspace.ledger([*workspace.events, other]).order(desk.order)
        assert record is not None
        assert record.standing is (NEW if known else STANDING)


def _joined_later(*, before: bool) -> tuple[Workspace, OrderDesk, Event]:
    """Return a workspace that Ben came to when a payee was there before, or in which a quiet device adds one."""
    ada, spare, ben = Pen("ada 1", "ada"), Pen("ada 2", "ada"), Pen("ben 1", "ben")
    workspace = Workspace([ada, spare, ben], roles={"ben": ()})
    desk = OrderDesk(workspace, ada if before else spare)
    _note(spare, START + 1, workspace.genesis)
    _note(ben, START + 1, workspace.genesis)
    desk.add_payee()
    members = tuple(replace(item, roles=ALL_ROLES) for item in workspace.state().members)
    state = workspace.state(epoch=1, members=members, policy=Policy(requester_may_approve=False))
    joined = ada.write(
        kinds.GOVERNANCE_CHANGED, identifier("g"), workspace.change([workspace.genesis.id], state, [ada])
    )
    return workspace, desk, joined


@pytest.mark.parametrize("before", [True, False])
def test_a_payee_from_before_anybody_else_signed_needs_no_witness(before: bool) -> None:
    workspace, desk, joined = _joined_later(before=before)
    heard = () if before else (joined,)
    assert _ordered(workspace, desk, START + 40 * DAY, *heard).standing is (STANDING if before else NEW)


def test_where_nobody_else_signs_any_more_ones_own_clock_counts() -> None:
    roles = dict.fromkeys(("ben", "cho", "dan"), (Role.AUDITOR,)) | {"ada": ALL_ROLES}
    workspace, desk = firm(NEW_PAYEES, roles=roles)
    desk.add_payee()
    assert _ordered(workspace, desk, START + 40 * DAY).standing is STANDING
    alone = Workspace([Pen("ada 1", "ada")])
    lone = OrderDesk(alone, alone.pens[0])
    lone.add_payee()
    assert _ordered(alone, lone, START + 40 * DAY).standing is STANDING


def test_a_member_who_left_can_still_have_written_it() -> None:
    ada, ben = Pen("ada 1", "ada"), Pen("ben 1", "ben")
    workspace = Workspace([ada, ben], roles={"ben": ()})
    desk = OrderDesk(workspace, ada)
    version = desk.add_payee()
    members = tuple(
        replace(item, roles=ALL_ROLES if item.member == "ben" else ()) for item in workspace.state().members
    )
    state = workspace.state(epoch=1, members=members)
    change = ada.write(
        kinds.GOVERNANCE_CHANGED, identifier("g"), workspace.change([workspace.genesis.id], state, [ada])
    )
    desk.sender, desk.version = ben, version
    _note(ben, START + 40 * DAY, change)
    desk.freeze()
    record = workspace.ledger().order(desk.order)
    assert record is not None
    assert record.standing is STANDING  # it was there before he could sign anything


@pytest.mark.parametrize("closed", [True, False])
def test_rule_05_a_clock_that_ran_ahead_holds_up_until_its_device_is_closed(closed: bool) -> None:
    workspace, desk = firm(NEW_PAYEES)
    ahead = _note(workspace.pen("dan"), START + 900 * DAY)
    desk.sender.write(NOTE, identifier("note"), {}, seen=(ahead,))
    version = desk.add_payee()
    heard = _note(workspace.pen("cho"), START + DAY, version)
    if closed:
        devices = tuple(
            replace(item, closed=True, last_shared=ahead.id) if item.member == "dan" else item
            for item in workspace.state().devices
        )
        heard = workspace.amend("cho", "ben", devices=devices)
    assert _ordered(workspace, desk, START + 40 * DAY, heard).standing is (STANDING if closed else NEW)


def test_what_comes_later_changes_nothing() -> None:
    workspace, desk, today = _quiet()
    desk.add_payee()
    found = _ordered(workspace, desk, START + 40 * DAY, today)
    _note(workspace.pen("dan"), START + 2, desk.version)  # a witness that the order's device hadn't heard
    desk.sender.write(NOTE, identifier("later"), {}, seen=(workspace.pen("dan").shared[-1],))
    again = workspace.ledger().order(desk.order)
    assert again is not None
    assert (again.standing, again.digest) == (found.standing, found.digest)
