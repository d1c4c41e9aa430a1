"""What recovery keys do beside changes of governance: kept in every branch, believed where it was known (LEDGER 17)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Body, Event
from countersign.domain.ledger.governance import GovernanceError
from tests.unit.domain.ledger.house import NAMES, SUBJECT, House, names, recover
from tests.unit.domain.ledger.world import START, Pen, key_of, public, verify


def test_what_a_recovery_key_did_stands_through_rivals_and_their_settlement() -> None:
    house = House()
    first = house.change("ada", [house.genesis], 4)
    fresh = Pen("fay 2", "fay")
    gone = house.closed("fay", house.pens["fay"].shared[-1])
    recover(house, "ada", gone, kinds.DEVICE_CLOSED)
    recover(house, "ada", fresh.entry, kinds.DEVICE_ADDED)

    def devices() -> tuple[bool, bool]:
        state = house.rules.governance
        found = state.device(gone.device)
        return found is not None and found.closed, state.device(fresh.device) is not None

    assert devices() == (True, True)
    rival = house.change("ben", [house.genesis], 5)
    assert (devices(), house.stands()) == ((True, True), ((), names(first, rival)))
    settled = house.change("cho", [first, rival], 6, seen=(first, rival), epoch=2)
    assert (devices(), house.stands()) == ((True, True), ((settled.id,), ()))


def _newcomer(house: House) -> tuple[Pen, dict[str, Any]]:
    """Return somebody's device, and the members and devices of an epoch that lets them in."""
    gil, state = Pen("gil 1", "gil"), house.workspace.state()
    member = replace(state.members[0], member="gil", recovery_public_key=public(key_of("recovery gil")).hex())
    return gil, {"members": (*state.members, member), "devices": (*state.devices, gil.entry)}


def test_what_the_recovery_key_of_who_came_by_a_rival_did_stands_once_its_settlement_lets_them_in() -> None:
    house = House()
    gil, let_in = _newcomer(house)
    first = house.change("ada", [house.genesis], 4, **let_in)
    gone = replace(gil.entry, closed=True)
    closing = recover(house, "ada", gone, kinds.DEVICE_CLOSED)
    assert house.rules.governance.device(gil.device) == gone
    rival = house.change("ben", [house.genesis], 5)
    assert (house.rules.governance.device(gil.device), house.stands()) == (None, ((), names(first, rival)))
    settled = house.change("cho", [first, rival], 6, seen=(first, rival), epoch=2, **let_in)
    assert house.stands() == ((settled.id,), ())
    rules = house.rules
    assert (rules.governance.device(gil.device), rules.closing_of(gil.device)) == (gone, closing.id)
    assert rules.governance_before(settled.order_key).device(gil.device) is None
    assert [item.place for item in rules.epochs] == sorted(item.place for item in rules.epochs)


def test_a_recovery_key_undoes_no_change_that_did_not_know_of_it() -> None:
    """What a device signed before that counts by what the change's author knew, whichever folds first (rule 7)."""
    house = House()
    for _ in range(3):
        house.pens["ada"].write(kinds.INCIDENT_RAISED, SUBJECT, {})
    signed = house.change("ada", [house.genesis], 4, signers=NAMES[:3] + NAMES[5:])
    closing = recover(house, "eve", house.closed("fay", house.pens["fay"].shared[-1]), kinds.DEVICE_CLOSED)
    assert closing.order_key < signed.order_key
    assert house.stands() == ((signed.id,), ())
    assert house.rules.closing_of(house.pens["fay"].device) == closing.id
    house.change("ben", [signed], 5, seen=(signed, closing), epoch=2, signers=NAMES[:3] + NAMES[5:])
    assert house.stands() == ((signed.id,), ())


def test_a_device_that_a_recovery_key_adds_gives_no_change_a_signature_that_did_not_know_of_it() -> None:
    house = House()
    fresh = house.pens["fay 2"] = Pen("fay 2", "fay")
    late = house.change("ada", [house.genesis], 9, signers=(*NAMES[:3], "fay 2"))
    first = house.change("ben", [house.genesis], 4, seen=(late,))
    recover(house, "cho", fresh.entry, kinds.DEVICE_ADDED)
    assert house.stands() == ((first.id,), ())


def test_what_a_recovery_key_closes_while_rivals_contest_one_another_stays_closed() -> None:
    house = House()
    gil, let_in = _newcomer(house)
    first = house.change("ada", [house.genesis], 4, **let_in)
    rival = house.change("ben", [house.genesis], 5)
    house.pens["cho"].write(kinds.INCIDENT_RAISED, SUBJECT, {}, seen=(first,))
    closing = recover(house, "cho", replace(gil.entry, closed=True), kinds.DEVICE_CLOSED)
    assert closing.order_key > rival.order_key
    with pytest.raises(GovernanceError, match=r"^governance\.recovery_signature$"):
        house.rules.with_event(replace(closing, body=_unsigned(closing)), verify)
    settled = house.change("dan", [first, rival], 6, seen=(first, rival), epoch=2, **let_in)
    assert house.stands() == ((settled.id,), ())
    assert house.rules.closing_of(gil.device) == closing.id


def test_it_stays_closed_whatever_else_the_overruled_epoch_said_of_it() -> None:
    house = House()
    ended = tuple(replace(item, expires_at=START + 900) for item in house.workspace.state().devices)
    first = house.change("ada", [house.genesis], 4, devices=ended)
    gone = replace(ended[-1], closed=True, last_shared=house.pens["fay"].shared[-1].id)
    recover(house, "ada", gone, kinds.DEVICE_CLOSED)
    rival = house.change("ben", [house.genesis], 5)
    assert house.stands() == ((), names(first, rival))
    assert house.rules.governance.device(gone.device) == replace(gone, expires_at=0)


def _unsigned(closing: Event) -> Body:
    said = closing.says()
    assert isinstance(said, dict)
    return Body.of({**said, "recovery_signature": "00" * 64}, bytes(16))


# — whoever has a key —


def _replaced(house: House, name: str) -> dict[str, Any]:
    """Return members of whom one has another recovery key."""
    other = public(key_of(f"other {name}")).hex()
    return {
        "members": tuple(
            replace(item, recovery_public_key=other) if item.member == name else item
            for item in house.workspace.state().members
        )
    }


def _quiet(house: House, name: str, count: int = 3) -> None:
    for _ in range(count):
        house.pens[name].write(kinds.INCIDENT_RAISED, SUBJECT, {})


def test_a_key_that_only_a_rival_gives_undoes_nothing_that_was_made_before_it() -> None:
    """Else a device that was closed long ago gives its thief a key, which closes the devices that closed it."""
    house = House()
    _quiet(house, "ada")
    first = house.change("ada", [house.genesis], 4)
    rival = house.change("fay", [house.genesis], 9, **_replaced(house, "ada"))
    gone = replace(house.pens["ada"].entry, closed=True)
    recover(house, "fay", gone, kinds.DEVICE_CLOSED, key="other ada")
    assert house.stands() == ((), names(first, rival))
    assert house.rules.closing_of(gone.device) == ""
    settled = house.change("ben", [first, rival], 6, seen=(first, rival), epoch=2)
    assert house.stands() == ((settled.id,), ())
    assert house.rules.closing_of(gone.device) == ""


def test_a_closing_undoes_no_change_that_anothers_device_built_on() -> None:
    house = House()
    last = house.pens["ada"].shared[-1]
    first = house.change("ada", [house.genesis], 4)
    second = house.change("ben", [first], 5, seen=(first,), epoch=2)
    recover(house, "cho", house.closed("ada", last), kinds.DEVICE_CLOSED)
    assert house.stands() == ((first.id, second.id), ())


def test_it_undoes_one_that_only_junk_knows_of() -> None:
    house = House()
    last = house.pens["ada"].shared[-1]
    first = house.change("ada", [house.genesis], 4)
    house.change("ben", [first], 5, seen=(first,), epoch=2, signers=["ben"])
    recover(house, "cho", house.closed("ada", last), kinds.DEVICE_CLOSED)
    assert house.stands() == ((), ())


def test_who_settles_rivals_is_judged_by_the_recoveries_that_they_knew_of() -> None:
    house = House()
    left, right = house.rivals()
    _quiet(house, "cho")
    signers = (*NAMES[:3], "fay")
    settled = house.change("cho", [left, right], 6, seen=(left, right), epoch=2, signers=signers)
    closing = recover(house, "eve", house.closed("fay", house.pens["fay"].shared[-1]), kinds.DEVICE_CLOSED)
    assert closing.order_key < settled.order_key
    assert house.stands() == ((settled.id,), ())


def test_what_a_rival_closes_too_is_closed_once() -> None:
    house = House()
    last = house.pens["fay"].shared[-1]
    gone = house.closed("fay", last)
    closed = tuple(gone if item.device == gone.device else item for item in house.workspace.state().devices)
    first = house.change("ada", [house.genesis], 4)
    rival = house.change("ben", [house.genesis], 5, devices=closed)
    _quiet(house, "ada")
    recover(house, "ada", gone, kinds.DEVICE_CLOSED)
    assert house.stands() == ((), names(first, rival))
    assert all(state.device(gone.device) == gone for _name, state in house.rules.rivals)
    settled = house.change("cho", [first, rival], 6, seen=(first, rival), epoch=2, devices=closed)
    assert house.stands() == ((settled.id,), ())
    assert house.rules.closing_of(gone.device) == settled.id


def test_a_change_by_a_closed_device_that_knew_of_no_workspace_is_void() -> None:
    house = House()
    spare = house.pens["ada 2"] = Pen("ada 2", "ada")
    house.workspace.pens.append(spare)
    recover(house, "ben", spare.entry, kinds.DEVICE_ADDED)
    house.change("ada 2", [house.genesis], 7)
    recover(house, "cho", replace(spare.entry, closed=True), kinds.DEVICE_CLOSED, seen=house.pens["ben"].shared[-1:])
    assert house.stands() == ((), ())
