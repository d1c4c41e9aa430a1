"""Changes of governance by a newer version: which of them keep this one from signing and sending."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.members import Role
from countersign.domain.ledger.unread_rules import is_unread
from countersign.domain.policy import Policy
from tests.unit.domain.ledger.world import Pen, Workspace, identifier, treasury


def change(workspace: Workspace, parents: list[str] | None = None, **more: Json) -> dict[str, Json]:
    """Return a change that all sign; ``more`` are fields of the state that this version doesn't know."""
    rules = workspace.rules()
    state = workspace.state(epoch=rules.governance.epoch + 1)
    body = workspace.change(parents or [rules.epochs[-1].event], state, workspace.pens)
    return {**body, "state": {**state.canonical(), **more}}


def write(workspace: Workspace, body: dict[str, Json], pen: Pen | None = None, at: int = 1) -> Event:
    who = pen or workspace.pens[at]
    return who.write(kinds.GOVERNANCE_CHANGED, identifier("governance"), body, seen=(workspace.genesis,))


def test_a_field_that_this_version_does_not_know_is_not_read() -> None:
    workspace, _ = treasury()
    event = write(workspace, change(workspace, second_face="yes"))
    assert workspace.rules().governance.epoch == 0  # the fold leaves it out
    assert is_unread(event, workspace.rules())


@pytest.mark.parametrize(
    "more",
    [
        {"signatures": "none"},
        {"note": "new"},
        {"state": "new"},
        {"expires_at": -1},
    ],
)
def test_nor_is_another_form_of_the_change(more: dict[str, Json]) -> None:
    workspace, _ = treasury()
    event = write(workspace, {**change(workspace), **more})
    assert is_unread(event, workspace.rules())


def test_one_whose_parents_are_written_otherwise_counts_from_where_it_stands() -> None:
    workspace, _ = treasury()
    event = write(workspace, {**change(workspace), "parents": "genesis"})
    assert is_unread(event, workspace.rules())
    pen = workspace.pens[2]
    pen.write(kinds.INCIDENT_RAISED, identifier("hello"), {}, seen=(event,))
    write(workspace, change(workspace), pen)
    assert workspace.rules().governance.epoch == 1
    assert not is_unread(event, workspace.rules())


def test_a_later_change_that_is_read_takes_its_place() -> None:
    workspace, _ = treasury()
    event = write(workspace, change(workspace, second_face="yes"))
    write(workspace, change(workspace), workspace.pens[3])
    assert workspace.rules().governance.epoch == 1
    assert not is_unread(event, workspace.rules())
    assert is_unread(write(workspace, change(workspace, second_face="yes")), workspace.rules())


def test_also_a_settlement_of_rivals_may_be_unread() -> None:
    workspace, _ = treasury()
    first, second = change(workspace), change(workspace)
    write(workspace, first, workspace.pens[1])
    write(workspace, {**second}, workspace.pens[3])
    rules = workspace.rules()
    assert rules.contested
    event = write(workspace, change(workspace, list(rules.contested), second_face="yes"), workspace.pens[0])
    assert is_unread(event, rules)


def test_what_is_read_says_what_it_says_and_another_kind_is_no_change() -> None:
    workspace, _ = treasury()
    assert not is_unread(write(workspace, change(workspace)), workspace.rules())
    stop = workspace.pens[0].write(kinds.WORKSPACE_FROZEN, identifier("governance"), {"new": 1})
    assert not is_unread(stop, workspace.rules())


def test_only_an_administrator_with_an_open_device_holds_anything_up() -> None:
    pens = [Pen("ada 1", "ada"), Pen("ben 1", "ben"), Pen("cho 1", "cho")]
    workspace = Workspace(pens, Policy(requester_may_approve=False), {"cho": (Role.REQUESTER, Role.APPROVER)})
    event = write(workspace, change(workspace, second_face="yes"))
    assert is_unread(event, workspace.rules())
    assert not is_unread(replace(event, body=None), workspace.rules())
    for pen in (pens[2], Pen("eve 1", "eve")):
        assert not is_unread(write(workspace, change(workspace, second_face="yes"), pen), workspace.rules())
    genesis = workspace.rules().epochs[-1]
    closed = tuple(
        replace(item, closed=True, last_shared=event.id) if item.device == pens[1].device else item
        for item in genesis.state.devices
    )
    body = workspace.change([genesis.event], workspace.state(epoch=1, devices=closed), pens[:2])
    pens[0].write(kinds.GOVERNANCE_CHANGED, identifier("governance"), body, seen=(event,))
    rules = workspace.rules()
    late = write(workspace, change(workspace, second_face="yes"))
    assert not is_unread(late, rules)
