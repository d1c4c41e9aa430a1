"""What follows one epoch, or settles the same rivals, more than once; one change by two names (LEDGER rule 8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Body, Event
from countersign.domain.ledger.governance import Device, GovernanceError, Role, change_message, recovery_message
from countersign.domain.ledger.rules import Rules
from countersign.domain.policy import Policy
from tests.unit.domain.ledger.world import (
    ALL_ROLES,
    START,
    WORKSPACE,
    Pen,
    Workspace,
    identifier,
    key_of,
    public,
    verify,
)

SUBJECT = identifier("governance")
NAMES = ("ada", "ben", "cho", "dan", "eve", "fay")


def policy(wait: int) -> Policy:
    return Policy(requester_may_approve=False, wait_seconds=wait)


@dataclass
class House:
    """Six administrators with a device each; a device knows what it is told, and nothing else."""

    pens: dict[str, Pen] = field(default_factory=lambda: {name: Pen(f"{name} 1", name) for name in NAMES})
    given: Workspace | None = None

    def __post_init__(self) -> None:
        """Let everybody say hello."""
        self.workspace = self.given or Workspace([*self.pens.values()], policy(3), dict.fromkeys(NAMES, ALL_ROLES))
        self.genesis = self.workspace.genesis
        for pen in [*self.pens.values()][1:]:
            pen.write(kinds.INCIDENT_RAISED, SUBJECT, {}, seen=(self.genesis,))

    @property
    def rules(self) -> Rules:
        return self.workspace.ledger().rules()

    def stands(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the line without the genesis, and what is contested."""
        return tuple(dict.fromkeys(item.event for item in self.rules.epochs))[1:], self.rules.contested

    def change(
        self,
        author: str,
        parents: Iterable[Event],
        wait: int,
        *,
        seen: Iterable[Event] = (),
        epoch: int = 1,
        signers: Iterable[str] = NAMES[:4],
        gil: Pen | None = None,
        **state: object,
    ) -> Event:
        """Let a device put a change in force that four have signed."""
        pens = self.pens | ({"gil": gil} if gil else {})
        following = self.workspace.state(epoch=epoch, policy=policy(wait), **state)
        parents_named = sorted(item.id for item in parents)
        body = self.workspace.change(parents_named, following, [pens[name] for name in signers])
        return self.pens[author].write(kinds.GOVERNANCE_CHANGED, SUBJECT, body, seen=tuple(seen))

    def rivals(self) -> tuple[Event, Event]:
        """Let Ada and Ben make rivals."""
        return self.change("ada", [self.genesis], 4), self.change("ben", [self.genesis], 5)

    def closed(self, name: str, last: Event) -> Device:
        return replace(self.pens[name].entry, closed=True, last_shared=last.id)


def names(*events: Event) -> tuple[str, ...]:
    return tuple(sorted(item.id for item in events))


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


# — recovery keys —


def _recover(house: House, author: str, device: Device, kind: str, seen: Iterable[Event] = ()) -> Event:
    signature = key_of(f"recovery {device.member}").sign(recovery_message(WORKSPACE, device)).hex()
    body: dict[str, Json] = {"device": device.canonical(), "recovery_signature": signature}
    return house.pens[author].write(kind, SUBJECT, body, seen=tuple(seen))


def test_what_a_recovery_key_did_stands_through_rivals_and_their_settlement() -> None:
    house = House()
    first = house.change("ada", [house.genesis], 4)
    fresh = Pen("fay 2", "fay")
    gone = house.closed("fay", house.pens["fay"].shared[-1])
    _recover(house, "ada", gone, kinds.DEVICE_CLOSED)
    _recover(house, "ada", fresh.entry, kinds.DEVICE_ADDED)

    def devices() -> tuple[bool, bool]:
        state = house.rules.governance
        found = state.device(gone.device)
        return found is not None and found.closed, state.device(fresh.device) is not None

    assert devices() == (True, True)
    rival = house.change("ben", [house.genesis], 5)
    assert (devices(), house.stands()) == ((True, True), ((), names(first, rival)))
    settled = house.change("cho", [first, rival], 6, seen=(first, rival), epoch=2)
    assert (devices(), house.stands()) == ((True, True), ((settled.id,), ()))


def test_what_the_recovery_key_of_who_came_by_a_rival_did_stands_once_its_settlement_lets_them_in() -> None:
    house = House()
    gil, state = Pen("gil 1", "gil"), house.workspace.state()
    member = replace(state.members[0], member="gil", recovery_public_key=public(key_of("recovery gil")).hex())
    let_in: dict[str, Any] = {"members": (*state.members, member), "devices": (*state.devices, gil.entry)}
    first = house.change("ada", [house.genesis], 4, **let_in)
    gone = replace(gil.entry, closed=True)
    closing = _recover(house, "ada", gone, kinds.DEVICE_CLOSED)
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
    closing = _recover(house, "eve", house.closed("fay", house.pens["fay"].shared[-1]), kinds.DEVICE_CLOSED)
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
    _recover(house, "cho", fresh.entry, kinds.DEVICE_ADDED)
    assert house.stands() == ((first.id,), ())


def test_what_a_recovery_key_closes_while_rivals_contest_one_another_stays_closed() -> None:
    house = House()
    gil, state = Pen("gil 1", "gil"), house.workspace.state()
    member = replace(state.members[0], member="gil", recovery_public_key=public(key_of("recovery gil")).hex())
    let_in: dict[str, Any] = {"members": (*state.members, member), "devices": (*state.devices, gil.entry)}
    first = house.change("ada", [house.genesis], 4, **let_in)
    rival = house.change("ben", [house.genesis], 5)
    house.pens["cho"].write(kinds.INCIDENT_RAISED, SUBJECT, {}, seen=(first,))
    closing = _recover(house, "cho", replace(gil.entry, closed=True), kinds.DEVICE_CLOSED)
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
    _recover(house, "ada", gone, kinds.DEVICE_CLOSED)
    rival = house.change("ben", [house.genesis], 5)
    assert house.stands() == ((), names(first, rival))
    assert house.rules.governance.device(gone.device) == replace(gone, expires_at=0)


def _unsigned(closing: Event) -> Body:
    said = closing.says()
    assert isinstance(said, dict)
    return Body.of({**said, "recovery_signature": "00" * 64}, bytes(16))
