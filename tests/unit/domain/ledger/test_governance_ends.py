"""What ends a change of governance: its time, a closed device, knowing of the next epoch (LEDGER 7 to 9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import Device, Role, change_message, recovery_message
from countersign.domain.ledger.rules import Rules
from countersign.domain.policy import Policy
from tests.unit.domain.ledger.world import ALL_ROLES, START, WORKSPACE, Pen, Workspace, identifier, key_of, verify

DAY = 86_400_000
SUBJECT = identifier("governance")
NOTE = kinds.INCIDENT_RAISED
APPROVER = (Role.REQUESTER, Role.APPROVER)


def _sole() -> tuple[Workspace, Pen, Pen, Pen]:
    """Return a workspace with one administrator, who has two devices, and an approver; everybody said hello."""
    ada, spare, ben = Pen("ada 1", "ada"), Pen("ada 2", "ada"), Pen("ben 1", "ben")
    policy = Policy(requester_may_approve=False)
    workspace = Workspace([ada, spare, ben], policy, {"ada": ALL_ROLES, "ben": APPROVER})
    for pen in (spare, ben):
        pen.write(NOTE, SUBJECT, {}, seen=(workspace.genesis,))
    return workspace, ada, spare, ben


def _closed(workspace: Workspace, *gone: tuple[Pen, Event]) -> tuple[Device, ...]:
    ends = {pen.device: last.id for pen, last in gone}
    return tuple(
        replace(item, closed=True, last_shared=ends[item.device]) if item.device in ends else item
        for item in workspace.state().devices
    )


def _change(
    workspace: Workspace,
    author: Pen,
    signers: Iterable[Pen],
    parents: Iterable[Event],
    *,
    seen: Iterable[Event] = (),
    at: int | None = None,
    expires_at: int = 0,
    **state: object,
) -> Event:
    body = workspace.change(
        [item.id for item in parents], workspace.state(**{"epoch": 1, **state}), signers, expires_at
    )
    return author.write(kinds.GOVERNANCE_CHANGED, SUBJECT, body, seen=seen, at=at)


def _rules(workspace: Workspace) -> Rules:
    return workspace.ledger().rules()


def _wait(seconds: int) -> Policy:
    return Policy(requester_may_approve=False, wait_seconds=seconds)


# — its own time —


@pytest.mark.parametrize(("at", "held"), [(START + DAY - 1, True), (START + DAY, False)])
def test_rule_08_a_change_comes_into_force_before_its_time_is_over(at: int, held: bool) -> None:
    workspace, ada, _spare, ben = _sole()
    _change(workspace, ada, [ada, ben], [workspace.genesis], at=at, expires_at=START + DAY, policy=_wait(9))
    assert _rules(workspace).governance.epoch == int(held)
    assert workspace.rules().governance.epoch == int(held)


@pytest.mark.parametrize(("seen_at", "held"), [(START + DAY, True), (START + DAY + 120_000, False)])
def test_rule_07_its_past_tells_that_its_time_is_over_whatever_it_says_itself(seen_at: int, held: bool) -> None:
    workspace, ada, _spare, ben = _sole()
    late = ben.write(NOTE, SUBJECT, {}, at=seen_at)
    dated_back = START + 1_000
    _change(
        workspace,
        ada,
        [ada, ben],
        [workspace.genesis],
        seen=(late,),
        at=dated_back,
        expires_at=START + DAY,
        policy=_wait(9),
    )
    assert _rules(workspace).governance.epoch == int(held)


@pytest.mark.parametrize("closed", [True, False])
def test_rule_05_what_a_closed_device_with_a_wrong_clock_said_ends_nothing(closed: bool) -> None:
    ada, ben, cho = (Pen(f"{name} 1", name) for name in ("ada", "ben", "cho"))
    workspace = Workspace([ada, ben, cho], Policy(requester_may_approve=False), {"ada": ALL_ROLES, "ben": APPROVER})
    for pen in (ben, cho):
        pen.write(NOTE, SUBJECT, {}, seen=(workspace.genesis,))
    late = ben.write(NOTE, SUBJECT, {}, at=START + 900 * DAY)
    devices = _closed(workspace, *([(ben, late)] if closed else []))
    first = _change(workspace, ada, [ada, cho], [workspace.genesis], seen=(late,), devices=devices, policy=_wait(9))
    ends: dict[str, Any] = {"epoch": 2, "devices": devices, "policy": _wait(8)}
    _change(workspace, ada, [ada, cho], [first], expires_at=START + DAY, **ends)
    assert _rules(workspace).governance.epoch == (2 if closed else 1)


@pytest.mark.parametrize("closes", [True, False])
def test_rule_08_two_administrators_end_what_a_device_with_a_wrong_clock_holds_up(closes: bool) -> None:
    ada, ben, cho = (Pen(f"{name} 1", name) for name in ("ada", "ben", "cho"))
    workspace = Workspace([ada, ben, cho], Policy(requester_may_approve=False), {"ben": APPROVER})
    for pen in (ben, cho):
        pen.write(NOTE, SUBJECT, {}, seen=(workspace.genesis,))
    late = ben.write(NOTE, SUBJECT, {}, at=START + 900 * DAY)
    state: dict[str, Any] = {"devices": _closed(workspace, (ben, late))} if closes else {"policy": _wait(9)}
    _change(workspace, ada, [ada, cho], [workspace.genesis], seen=(late,), expires_at=START + DAY, **state)
    assert _rules(workspace).governance.epoch == int(closes)


@pytest.mark.parametrize("stays", [True, False])
def test_rule_08_a_member_who_adds_devices_with_wrong_clocks_holds_up_no_removal(stays: bool) -> None:
    ada, ben, cho, fresh = (Pen(name, name[:3]) for name in ("ada 1", "ben 1", "cho 1", "ben 2"))
    workspace = Workspace([ada, ben, cho], Policy(requester_may_approve=False))
    for pen in (ben, cho):
        pen.write(NOTE, SUBJECT, {}, seen=(workspace.genesis,))
    last = ben.shared[-1]
    message = recovery_message(WORKSPACE, fresh.entry)
    signature = key_of("recovery ben").sign(message).hex()
    added = ben.write(kinds.DEVICE_ADDED, SUBJECT, {"device": fresh.entry.canonical(), "recovery_signature": signature})
    late = fresh.write(NOTE, SUBJECT, {}, seen=(added,), at=START + 900 * DAY)
    workspace.pens.append(fresh)
    before = workspace.state().devices[:3]
    devices = tuple(replace(item, closed=True, last_shared=last.id) if item == ben.entry else item for item in before)
    members = tuple(
        replace(item, roles=APPROVER if stays else ()) if item.member == "ben" else item
        for item in workspace.state().members
    )
    state: dict[str, Any] = {"devices": devices, "members": members}
    _change(workspace, ada, [ada, cho], [workspace.genesis], seen=(late,), expires_at=START + DAY, **state)
    found = _rules(workspace).governance
    assert found.device(fresh.device) is not None
    assert found.epoch == int(not stays)


def test_rule_08_what_nobody_admitted_holds_up_no_change() -> None:
    workspace, ada, _spare, ben = _sole()
    stray = Pen("stray", "ben")
    claimed = ben.write(kinds.DEVICE_ADDED, SUBJECT, {"device": stray.entry.canonical(), "recovery_signature": "00"})
    late = stray.write(NOTE, SUBJECT, {}, seen=(claimed,), at=START + 900 * DAY)
    _change(workspace, ada, [ada, ben], [workspace.genesis], seen=(late,), expires_at=START + DAY, policy=_wait(9))
    workspace.pens.append(stray)
    assert _rules(workspace).governance.device(stray.device) is None
    assert _rules(workspace).governance.epoch == 1


def test_a_change_with_an_end_that_says_no_state_is_left_out() -> None:
    workspace, ada, _spare, _ben = _sole()
    ada.write(kinds.GOVERNANCE_CHANGED, SUBJECT, {"parents": [workspace.genesis.id], "expires_at": START + DAY})
    assert _rules(workspace).governance.epoch == 0


def test_a_signature_holds_for_the_end_that_was_signed_and_no_other() -> None:
    workspace, ada, _spare, ben = _sole()
    state = workspace.state(epoch=1, policy=_wait(9))
    body = workspace.change([workspace.genesis.id], state, [ada, ben], START + DAY)
    for other in ({**body, "expires_at": START + 9 * DAY}, {k: v for k, v in body.items() if k != "expires_at"}):
        ada.shared[1:] = []
        ada.write(kinds.GOVERNANCE_CHANGED, SUBJECT, other)
        assert _rules(workspace).governance.epoch == 0
    assert change_message(["a"], state) == change_message(["a"], state, 0)


def test_what_never_ends_is_written_in_one_way() -> None:
    workspace, ada, _spare, ben = _sole()
    body: dict[str, Json] = workspace.change([workspace.genesis.id], workspace.state(epoch=1), [ada, ben])
    ada.write(kinds.GOVERNANCE_CHANGED, SUBJECT, {**body, "expires_at": 0})
    assert _rules(workspace).governance.epoch == 0
    ada.shared[1:] = []
    ada.write(kinds.GOVERNANCE_CHANGED, SUBJECT, body)
    assert _rules(workspace).governance.epoch == 1  # an earlier format is read for ever


# — who knew of the next epoch —


def test_rule_07_who_knew_of_the_next_epoch_makes_no_rival_to_it() -> None:
    workspace, ada, spare, ben = _sole()
    first = _change(workspace, ada, [ada, ben], [workspace.genesis], policy=_wait(9))
    _change(workspace, ada, [ada, ben], [workspace.genesis], policy=_wait(1))
    assert (_rules(workspace).governance.policy.wait_seconds, _rules(workspace).contested) == (9, ())
    rival = _change(workspace, spare, [ada, ben], [workspace.genesis], policy=_wait(2))
    assert _rules(workspace).contested == tuple(sorted((first.id, rival.id)))
    third = _change(workspace, ben, [ada, ben], [workspace.genesis], seen=(rival,), policy=_wait(3))
    assert third.id not in _rules(workspace).contested
    settled = _change(workspace, spare, [ada, ben], [first, rival], seen=(first,), epoch=2, policy=_wait(5))
    _change(workspace, ben, [ada, ben], [workspace.genesis], policy=_wait(4))  # it knew of the one that lost
    assert (_rules(workspace).epochs[-1].event, _rules(workspace).contested) == (settled.id, ())


# — a device that was closed —


def _stolen(*, closes: str) -> tuple[Workspace, Event, Event]:
    """Close Ada's first device with her second; the thief closes another one beside that, and has it fold first."""
    workspace, ada, spare, ben = _sole()
    last = ada.shared[-1]
    for _ in range(3):
        spare.write(NOTE, SUBJECT, {})
    gone = {"ben": (ben, ben.shared[-1]), "spare": (spare, spare.shared[-1])}[closes]
    theft = _change(workspace, ada, [ada], [workspace.genesis], devices=_closed(workspace, gone))
    closing = _change(workspace, spare, [spare], [workspace.genesis], devices=_closed(workspace, (ada, last)))
    assert theft.order_key < closing.order_key
    return workspace, closing, theft


@pytest.mark.parametrize("closes", ["spare", "ben"])
def test_rule_08_whoever_stole_a_sole_administrators_device_settles_nothing_alone(closes: str) -> None:
    workspace, closing, theft = _stolen(closes=closes)
    ada, spare, ben = workspace.pens
    rivals = tuple(sorted((closing.id, theft.id)))
    assert _rules(workspace).contested == rivals
    theirs: dict[str, Any] = {"epoch": 2, "devices": _closed(workspace, (spare, spare.shared[-1]))}
    _change(workspace, ada, [ada], [closing, theft], seen=(closing,), **theirs)
    assert _rules(workspace).contested == rivals
    ours: dict[str, Any] = {"epoch": 2, "devices": _closed(workspace, (ada, ada.shared[0]))}
    _change(workspace, spare, [spare], [closing, theft], seen=(theft,), **ours)
    assert _rules(workspace).contested == rivals  # nor does she
    settled = _change(workspace, spare, [spare, ben], [closing, theft], **ours)
    assert (_rules(workspace).epochs[-1].event, _rules(workspace).contested) == (settled.id, ())
    assert [item.closed for item in _rules(workspace).governance.devices] == [True, False, False]


def _since_the_beginning() -> tuple[Workspace, Pen, Pen, Pen, Event]:
    """Return a workspace that Ada began alone with two devices, one of which nobody used since Ben came."""
    ada, spare, ben = Pen("ada 1", "ada"), Pen("ada 2", "ada"), Pen("ben 1", "ben")
    workspace = Workspace([ada, spare, ben], Policy(), {"ada": ALL_ROLES, "ben": ()})
    for pen in (spare, ben):
        pen.write(NOTE, SUBJECT, {}, seen=(workspace.genesis,))
    joined = _change(workspace, ada, [ada], [workspace.genesis], **_with_ben(workspace))
    return workspace, ada, spare, ben, joined


def _with_ben(workspace: Workspace) -> dict[str, Any]:
    members = tuple(
        replace(item, roles=APPROVER) if item.member == "ben" else item for item in workspace.state().members
    )
    return {"members": members, "policy": Policy(requester_may_approve=False)}


def test_rule_08_a_device_from_the_beginning_takes_nobody_back_to_it_alone() -> None:
    workspace, ada, spare, ben, joined = _since_the_beginning()
    rival = _change(workspace, spare, [spare], [workspace.genesis])  # as it was when she was alone
    rivals = [joined, rival]
    assert _rules(workspace).contested == tuple(sorted(item.id for item in rivals))
    _change(workspace, spare, [spare], rivals, seen=(joined,), epoch=2)
    assert _rules(workspace).contested
    settled = _change(workspace, ada, [ada, ben], rivals, seen=(rival,), epoch=2, **_with_ben(workspace))
    assert (_rules(workspace).epochs[-1].event, _rules(workspace).contested) == (settled.id, ())


def _closed_later(*, known: bool, closer: str = "spare") -> tuple[Workspace, Event]:
    """Let Ada's first device put an epoch in force, close it, and sign something else for that place."""
    workspace, ada, spare, ben = _sole()
    first = _change(workspace, ada, [ada, ben], [workspace.genesis], policy=_wait(9))
    face = ada.draft(NOTE, SUBJECT, {"face": 2}, after=workspace.genesis, at=START + 5_000)
    pen = {"spare": spare, "ben": ben}[closer]
    seen = (first, face) if known else (first,)
    closing = _change(
        workspace, pen, [pen], [first], seen=seen, epoch=2, policy=_wait(9), devices=_closed(workspace, (ada, first))
    )
    ada.shared.append(face)
    return workspace, closing


@pytest.mark.parametrize(("known", "closer"), [(False, "spare"), (True, "spare"), (False, "ben")])
def test_rule_09_a_closed_device_undoes_no_epoch_by_signing_another_event_for_its_place(
    known: bool, closer: str
) -> None:
    workspace, closing = _closed_later(known=known, closer=closer)
    held = closer == "spare" and not known
    assert (_rules(workspace).epochs[-1].event == closing.id) is held
    assert _rules(workspace).governance.epoch == (2 if held else 0)
    assert len(workspace.history().proofs) == 1  # it is put on record all the same


def test_rule_09_a_closing_that_cannot_be_read_accepts_no_branch() -> None:
    workspace, ada, spare, _ben = _sole()
    broken: dict[str, Json] = {"state": {"devices": "none"}}
    spare.write(kinds.GOVERNANCE_CHANGED, SUBJECT, broken)
    spare.write(kinds.GOVERNANCE_CHANGED, SUBJECT, {"state": 1})
    note = ada.write(NOTE, SUBJECT, {})
    face = ada.draft(NOTE, SUBJECT, {"face": 2}, after=workspace.genesis, at=START + 5_000)
    ledger = workspace.ledger([*workspace.events, face])
    assert note.id not in {item.id for item in ledger.standing(SUBJECT)}


def _contested_closing(*behind: str) -> tuple[Workspace, Pen, Event, Event]:
    """Let Cho close Ben's device at its second event, having seen what is behind it, and Ada make a rival beside that.

    Args:
        behind: Kinds of events.
    """
    ada, ben, cho = (Pen(f"{name} 1", name) for name in ("ada", "ben", "cho"))
    workspace = Workspace([ada, ben, cho], Policy(requester_may_approve=False))
    for pen in (ben, cho):
        pen.write(NOTE, SUBJECT, {}, seen=(workspace.genesis,))
    last = ben.write(NOTE, SUBJECT, {"last": 1})
    seen = [last, *(ben.write(kind, SUBJECT, {}) for kind in behind)][-1]
    devices = _closed(workspace, (ben, last))
    closing = _change(workspace, cho, [ada, cho], [workspace.genesis], seen=(seen,), devices=devices)
    rival = _change(workspace, ada, [ada, cho], [workspace.genesis], policy=_wait(9))
    assert _rules(workspace).contested == tuple(sorted((closing.id, rival.id)))
    return workspace, ben, last, closing


def _counting(workspace: Workspace) -> set[str]:
    return {item.id for item in workspace.ledger().standing(SUBJECT)}


def test_rule_09_behind_the_end_of_a_contested_closing_two_faces_are_void_as_ever() -> None:
    workspace, ben, last, _closing = _contested_closing()
    one = ben.draft(NOTE, SUBJECT, {"face": 1}, after=last)
    other = ben.draft(NOTE, SUBJECT, {"face": 2}, after=last, at=START + 9_000)
    ben.shared.append(one)
    assert {last.id, one.id} <= _counting(workspace)  # neither rival holds, so it is open
    ben.shared.append(other)
    assert last.id in _counting(workspace)
    assert not {one.id, other.id} & _counting(workspace)


def test_rule_09_what_is_signed_beside_a_closed_branch_is_void_while_that_closing_is_contested_too() -> None:
    workspace, ben, last, _closing = _contested_closing()
    beside = ben.draft(NOTE, SUBJECT, {"face": 2}, after=ben.shared[0], at=START + 9_000)
    follows = ben.draft(NOTE, SUBJECT, {"face": 3}, after=beside)
    before = _counting(workspace)
    ben.shared.extend((beside, follows))
    assert last.id in before
    assert _counting(workspace) == before


@pytest.mark.parametrize("overruled", [False, True])
def test_rule_09_behind_the_end_of_a_closing_that_does_not_hold_the_first_fork_is_enough(overruled: bool) -> None:
    workspace, ben, last, closing = _contested_closing()
    ada, _ben, cho = workspace.pens
    behind = ben.write(NOTE, SUBJECT, {"behind": 1})
    if overruled:
        rival = ada.shared[-1]
        _change(workspace, ada, [ada, cho], [closing, rival], seen=(closing,), epoch=2, policy=_wait(9))
        assert [item.closed for item in _rules(workspace).governance.devices] == [False, False, False]
    assert {last.id, behind.id} <= _counting(workspace)
    ben.shared.append(ben.draft(NOTE, SUBJECT, {"face": 2}, after=ben.shared[0], at=START + 9_000))
    found = _counting(workspace)
    assert last.id in found
    assert behind.id not in found
    ben.shared.append(ben.draft(NOTE, SUBJECT, {"face": 3}, after=last, at=START + 9_500))
    assert _counting(workspace) == found  # whoever hasn't heard of that place reads the same


def test_rule_09_what_a_closing_knew_is_not_undone_by_another_face_that_came_later() -> None:
    workspace, ben, last, _closing = _contested_closing(NOTE)
    known = ben.shared[-1]
    ben.shared.append(ben.draft(NOTE, SUBJECT, {"face": 2}, after=last, at=START + 9_000))
    assert _counting(workspace) >= {last.id, known.id}
    assert ben.shared[-1].id not in _counting(workspace)


@pytest.mark.parametrize("place", [0, 1])
def test_rule_09_a_stop_that_was_known_when_its_device_was_closed_is_not_erased_by_a_second_face(place: int) -> None:
    workspace, ben, _last, _closing = _contested_closing(kinds.WORKSPACE_FROZEN)
    workspace.pens[0].shared.pop()  # the rival: now it holds
    assert _rules(workspace).governance.devices[1].closed
    assert _rules(workspace).frozen
    ben.shared.append(ben.draft(NOTE, SUBJECT, {"face": 2}, after=ben.shared[place], at=START + 9_000))
    assert _rules(workspace).frozen


def test_rule_09_two_faces_that_a_closing_knew_are_void_whatever_else_came_later() -> None:
    workspace, ben, last, closing = _contested_closing()
    cho = workspace.pens[2]
    one, other = (ben.draft(NOTE, SUBJECT, {"face": at}, after=ben.shared[0], at=START + at) for at in (9_000, 9_500))
    ben.shared.append(one)
    cho.shared.remove(closing)
    devices = _closed(workspace, (ben, last))
    _change(workspace, cho, [workspace.pens[0], cho], [workspace.genesis], seen=(last, one), devices=devices)
    ben.shared.append(other)
    assert not {last.id, one.id, other.id} & _counting(workspace)


def test_rule_09_of_two_closings_that_accept_other_branches_neither_brings_one_back() -> None:
    workspace, ben, last, _closing = _contested_closing()
    ada = workspace.pens[0]
    beside = ben.draft(NOTE, SUBJECT, {"face": 2}, after=ben.shared[0], at=START + 9_000)
    ada.shared.pop()
    devices = _closed(workspace, (ben, beside))
    _change(workspace, ada, [ada, workspace.pens[2]], [workspace.genesis], seen=(beside,), devices=devices)
    ben.shared.append(beside)
    assert len(_rules(workspace).contested) == 2
    assert not {last.id, beside.id} & _counting(workspace)


def test_rule_07_a_closing_that_names_an_end_it_did_not_know_lets_nothing_later_change_a_past() -> None:
    ada, ben, cho = (Pen(f"{name} 1", name) for name in ("ada", "ben", "cho"))
    workspace = Workspace([ada, ben, cho], Policy(requester_may_approve=False))
    for pen in (ben, cho):
        pen.write(NOTE, SUBJECT, {}, seen=(workspace.genesis,))
    first, last = ben.shared[0], ben.write(NOTE, SUBJECT, {"last": 1})
    closing = _change(workspace, cho, [ada, cho], [workspace.genesis], devices=_closed(workspace, (ben, last)))
    asked = ada.write(NOTE, SUBJECT, {}, seen=(closing, last))
    before = {item.id for item in workspace.ledger().standing(SUBJECT, asked.id)}
    assert {first.id, last.id} <= before
    ben.shared.append(ben.draft(NOTE, SUBJECT, {"face": 2}, after=first, at=START + 9_000))
    assert {item.id for item in workspace.ledger().standing(SUBJECT, asked.id)} == before


def test_rule_09_what_a_closing_accepted_is_asked_once_not_for_each_event_of_a_forked_chain() -> None:
    workspace, ben, _last, _closing = _contested_closing()
    for _ in range(40):
        ben.write(NOTE, SUBJECT, {})
    ben.shared.append(ben.draft(NOTE, SUBJECT, {"face": 2}, after=ben.shared[0], at=START + 9_000))
    asked: list[bytes] = []

    def counted(key: bytes, signature: bytes, message: bytes) -> bool:
        asked.append(message)
        return verify(key, signature, message)

    ledger = replace(workspace.ledger(), verify=counted)
    ledger.standing(SUBJECT)
    assert 0 < len(asked) < 40
