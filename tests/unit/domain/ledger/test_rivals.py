"""What follows one epoch, or settles the same rivals, more than once (LEDGER rule 8)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.governance import Role, change_message
from tests.unit.domain.ledger.house import NAMES, SUBJECT, House, names, policy
from tests.unit.domain.ledger.world import ALL_ROLES, Pen, Workspace, key_of, public

# — one change that two devices put in force —


def test_one_change_that_two_devices_put_in_force_rivals_itself() -> None:
    """Else whoever holds another administrator's device could date it back, or pretend that its author knew less."""
    house = House()
    one = house.change("ada", [house.genesis], 4)
    other = house.change("ben", [house.genesis], 4)
    assert house.stands() == ((), names(one, other))


def test_a_device_that_is_closed_puts_nothing_in_force() -> None:
    house = House()
    fay = house.pens["fay"]
    closed = (*house.workspace.state().devices[:-1], house.closed("fay", fay.shared[-1]))
    assert closed[-1].member == "fay"
    first = house.change("ada", [house.genesis], 4, devices=closed)
    second = house.change("ada", [first], 5, epoch=2, devices=closed)
    house.change("fay", [first], 6, seen=(first,), epoch=2, devices=closed)
    assert house.stands() == ((first.id, second.id), ())
    copied = house.change("ben", [first], 5, seen=(first,), epoch=2, devices=closed)
    assert house.stands() == ((first.id,), names(second, copied))


def test_nor_does_one_that_a_settlement_closes_put_that_in_force() -> None:
    """Else whoever holds it could rival every settlement by repeating it."""
    house = House()
    left, right = house.rivals()
    fay = house.pens["fay"]
    closed = (*house.workspace.state().devices[:-1], house.closed("fay", fay.shared[-1]))
    settled = house.change("cho", [left, right], 6, seen=(left, right), epoch=2, devices=closed)
    house.change("fay", [left, right], 6, seen=(left, right), epoch=2, devices=closed)
    assert house.stands() == ((settled.id,), ())


# — rivals that are settled twice —


def test_two_settlements_of_the_same_rivals_rival_each_other() -> None:
    house = House()
    left, right = house.rivals()
    one = house.change("cho", [left, right], 6, seen=(left, right), epoch=2)
    assert house.stands() == ((one.id,), ())
    other = house.change("dan", [left, right], 7, seen=(left, right), epoch=2)
    assert house.stands() == ((), names(one, other))
    assert house.rules.next_epoch == 3
    assert {state.policy.wait_seconds for _name, state in house.rules.rivals} == {6, 7}
    house.change("eve", [one, other], 8, seen=(one, other), epoch=2)  # as if one of them did not count
    assert house.rules.contested
    settled = house.change("fay", [one, other], 8, seen=(one, other), epoch=3)
    assert house.stands() == ((settled.id,), ())


def test_a_settlement_settles_what_its_author_knew_of_a_rival_and_nothing_that_was_built_on_it_meanwhile() -> None:
    house = House()
    left, right = house.rivals()
    built = house.change("ada", [left], 9, epoch=2)
    assert [state.policy.wait_seconds for _name, state in house.rules.rivals] in ([9, 5], [5, 9])
    unaware = house.change("cho", [left, right], 6, seen=(left, right), epoch=2)
    assert house.stands() == ((), names(left, unaware))
    assert house.rules.next_epoch == 3
    house.change("dan", [left, unaware], 7, seen=(built, unaware), epoch=2)
    assert house.stands() == ((), names(left, unaware))
    settled = house.change("eve", [left, unaware], 7, seen=(built, unaware), epoch=3)
    assert house.stands() == ((settled.id,), ())


def test_two_devices_that_were_closed_long_ago_take_nobody_back_in_silence() -> None:
    pens = {name: Pen(name, name[:3]) for name in ("ada 1", "ada 2", "ben 1", "ben 2")}
    workspace = Workspace([*pens.values()], policy(3), {"ada": ALL_ROLES, "ben": ALL_ROLES})
    house = House(pens, workspace)
    gone = {"ada 2": pens["ada 2"], "ben 1": pens["ben 1"]}
    devices = tuple(
        replace(pen.entry, closed=name in gone, last_shared=pen.shared[-1].id if name in gone else "")
        for name, pen in pens.items()
    )
    ours, theirs = ("ada 1", "ben 2"), ("ada 2", "ben 1")
    first = house.change("ada 1", [house.genesis], 4, devices=devices, signers=ours)
    second = house.change("ada 1", [first], 5, epoch=2, devices=devices, signers=ours)
    assert house.stands() == ((first.id, second.id), ())
    rival = house.change("ada 2", [house.genesis], 7, signers=theirs)
    assert house.stands() == ((), names(first, rival))
    settled = house.change("ada 2", [first, rival], 8, seen=(first,), epoch=2, signers=theirs)
    assert house.stands() == ((), names(first, settled))


def test_who_came_since_by_a_rival_has_a_say_in_its_settlement() -> None:
    house = House()
    gil, state = Pen("gil 1", "gil"), house.workspace.state()
    member = replace(state.members[0], member="gil", recovery_public_key=public(key_of("recovery gil")).hex())
    only = tuple(replace(item, roles=(Role.REQUESTER,)) for item in state.members[1:])
    let_in: dict[str, Any] = {"members": (state.members[0], *only, member), "devices": (*state.devices, gil.entry)}
    left, right = house.rivals()
    built = house.change("ada", [left], 9, epoch=2, **let_in)
    house.change("cho", [left, right], 6, seen=(built, right), epoch=3, signers=NAMES[1:5])
    assert house.stands() == ((), names(left, right))
    settled = house.change("dan", [left, right], 6, seen=(built, right), epoch=3, signers=("gil", *NAMES[:4]), gil=gil)
    assert house.stands() == ((settled.id,), ())


def test_who_knew_of_a_settlement_makes_no_other() -> None:
    house = House()
    left, right = house.rivals()
    one = house.change("cho", [left, right], 6, seen=(left, right), epoch=2)
    house.change("dan", [left, right], 7, seen=(one,), epoch=2)
    house.change("eve", [house.genesis], 7, seen=(left,))  # it knew of one that was settled
    assert house.stands() == ((one.id,), ())


def test_nobody_settles_what_they_do_not_know() -> None:
    house = House()
    left, right = house.rivals()
    for _ in range(3):
        house.pens["cho"].write(kinds.INCIDENT_RAISED, SUBJECT, {})
    house.change("cho", [left, right], 6, seen=(left,), epoch=2)
    assert house.stands() == ((), names(left, right))


def test_who_makes_a_rival_knew_of_none_of_those_that_were_settled() -> None:
    house = House()
    left, right = house.rivals()
    one = house.change("cho", [left, right], 6, seen=(left, right), epoch=2)
    other = house.change("dan", [left, right], 7, seen=(left, right), epoch=2)
    assert house.stands() == ((), names(one, other))
    house.change("eve", [house.genesis], 8, seen=(left,))
    assert house.stands() == ((), names(one, other))
    rival = house.change("fay", [house.genesis], 8)
    assert house.stands() == ((), names(one, other, rival))


def test_a_third_rival_that_comes_late_rivals_the_settlement_whenever_it_folds() -> None:
    house = House()
    left, right = house.rivals()
    for _ in range(4):
        house.pens["fay"].write(kinds.INCIDENT_RAISED, SUBJECT, {})
    one = house.change("cho", [left, right], 6, seen=(left, right), epoch=2)
    early, late = house.change("dan", [house.genesis], 7), house.change("fay", [house.genesis], 8)
    assert early.order_key < one.order_key < late.order_key
    assert house.stands() == ((), names(one, early, late))
    settled = house.change("eve", [one, early, late], 9, seen=(one, early, late), epoch=3)
    assert house.stands() == ((settled.id,), ())


def test_a_settlement_that_comes_late_rivals_what_settled_others() -> None:
    house = House()
    left, right = house.rivals()
    one, two = (
        house.change(name, [left, right], wait, seen=(left, right), epoch=2) for name, wait in (("cho", 6), ("dan", 7))
    )
    settled = house.change("eve", [one, two], 8, seen=(one, two), epoch=3)
    assert house.stands() == ((settled.id,), ())
    third = house.change("fay", [left, right], 9, seen=(left, right), epoch=2)
    assert house.stands() == ((), names(settled, third))
    last = house.change("ada", [settled, third], 10, seen=(settled, third), epoch=4)
    assert house.stands() == ((last.id,), ())


def test_a_settlement_names_what_rivals_one_another_and_each_once() -> None:
    house = House()
    left, right = house.rivals()
    one = house.change("cho", [left, right], 6, seen=(left, right), epoch=2)
    third = house.change("dan", [house.genesis], 7)
    assert house.stands() == ((), names(one, third))
    before = house.stands()
    eve = house.pens["eve"]
    eve.write(kinds.INCIDENT_RAISED, SUBJECT, {}, seen=(one, third))
    house.change("eve", [left, one], 8, epoch=3)  # one settles the other
    house.change("eve", [left, right, third], 8, epoch=2)  # it knew that two of them were settled
    house.change("eve", [one], 8, epoch=3)  # it holds where that does
    house.change("eve", [], 8, epoch=3)
    state = house.workspace.state(epoch=3)
    for named in ([one.id, one.id, third.id], [*names(one, third)][::-1], [one.id, "ab" * 32]):
        message = change_message(named, state)
        signed = [
            {"device": pen.device, "signature": pen.key.sign(message).hex()} for pen in [*house.pens.values()][:4]
        ]
        body: dict[str, Json] = {"parents": [*named], "state": state.canonical(), "signatures": [*signed]}
        eve.write(kinds.GOVERNANCE_CHANGED, SUBJECT, body)
    assert house.stands() == before
    settled = house.change("eve", [one, third], 8, epoch=4)
    assert house.stands() == ((settled.id,), ())


def test_what_rivals_follow_different_epochs_is_settled_by_nobody_at_once() -> None:
    house = House()
    first = house.change("ada", [house.genesis], 4)
    left = house.change("ada", [first], 5, epoch=2)
    right = house.change("ben", [first], 6, seen=(first,), epoch=2)
    assert house.stands() == ((first.id,), names(left, right))
    other = house.change("cho", [house.genesis], 7)
    assert house.stands() == ((), names(first, other))
    house.change("dan", [left, other], 8, seen=(left, other), epoch=3)
    house.change("eve", [left, right], 8, seen=(left, right), epoch=3)  # what they follow doesn't hold
    assert house.stands() == ((), names(first, other))
