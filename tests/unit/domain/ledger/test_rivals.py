"""What follows one epoch, or settles the same rivals, more than once; one change by two names (LEDGER rule 8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import Device, change_message, recovery_message
from countersign.domain.ledger.rules import Rules
from countersign.domain.ledger.unread_rules import is_unread
from countersign.domain.policy import Policy
from tests.unit.domain.ledger.world import ALL_ROLES, WORKSPACE, Pen, Workspace, identifier, key_of, public

SUBJECT = identifier("governance")
NAMES = ("ada", "ben", "cho", "dan", "eve", "fay")


def policy(wait: int) -> Policy:
    return Policy(requester_may_approve=False, wait_seconds=wait)


@dataclass
class House:
    """Six administrators with a device each; a device knows what it is told, and nothing else."""

    pens: dict[str, Pen] = field(default_factory=lambda: {name: Pen(f"{name} 1", name) for name in NAMES})

    def __post_init__(self) -> None:
        """Let everybody say hello."""
        self.workspace = Workspace([*self.pens.values()], policy(3), dict.fromkeys(NAMES, ALL_ROLES))
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
        **state: object,
    ) -> Event:
        """Let a device put a change in force that four have signed."""
        following = self.workspace.state(epoch=epoch, policy=policy(wait), **state)
        parents_named = sorted(item.id for item in parents)
        body = self.workspace.change(parents_named, following, [self.pens[name] for name in signers])
        return self.pens[author].write(kinds.GOVERNANCE_CHANGED, SUBJECT, body, seen=tuple(seen))

    def rivals(self) -> tuple[Event, Event]:
        """Let Ada and Ben make rivals."""
        return self.change("ada", [self.genesis], 4), self.change("ben", [self.genesis], 5)

    def closed(self, name: str, last: Event) -> Device:
        return replace(self.pens[name].entry, closed=True, last_shared=last.id)


def names(*events: Event) -> tuple[str, ...]:
    return tuple(sorted(item.id for item in events))


# — one change that two devices put in force —


def test_one_change_that_two_devices_put_in_force_is_one_epoch() -> None:
    house = House()
    one = house.change("ada", [house.genesis], 4)
    other = house.change("ben", [house.genesis], 4, signers=NAMES[1:6])
    first, second = sorted((one, other), key=lambda item: item.order_key)
    assert house.stands() == ((first.id,), ())
    rules = house.rules
    assert rules.name_of(second.id) == first.id
    assert rules.names_of(first.id) == {one.id, other.id}
    assert all(rules.followed_by([item.id]) for item in (one, other))
    assert not rules.followed_by([house.genesis.id])


@pytest.mark.parametrize("by", ["ada", "ben"])
def test_what_follows_it_names_it_by_either_name(by: str) -> None:
    house = House()
    one = {name: house.change(name, [house.genesis], 4) for name in ("ada", "ben")}
    house.change(by, [one[by]], 6, epoch=2)
    assert house.rules.governance.policy.wait_seconds == 6
    rival = house.change({"ada": "ben", "ben": "ada"}[by], [one[{"ada": "ben", "ben": "ada"}[by]]], 7, epoch=2)
    assert rival.id in house.rules.contested  # they follow one epoch


def test_rivals_are_settled_by_either_name() -> None:
    house = House()
    left, right = house.rivals()
    again = house.change("cho", [house.genesis], 4)
    assert len(house.rules.contested) == 2
    assert house.rules.followed_by(names(again, right))
    assert house.rules.followed_by(names(left, right))
    assert not house.rules.followed_by(names(left, again))
    assert house.change("dan", [left, again], 8, seen=(left, again), epoch=2).id not in house.rules.changes
    settled = house.change("eve", [again, right], 8, seen=(again, right), epoch=2)
    assert house.stands() == ((settled.id,), ())


def test_another_expiry_makes_another_change() -> None:
    house = House()
    one = house.change("ada", [house.genesis], 4)
    state = house.workspace.state(epoch=1, policy=policy(4))
    signers = [house.pens[name] for name in NAMES[:4]]
    body = house.workspace.change([house.genesis.id], state, signers, one.header.at + 86_400_000)
    other = house.pens["ben"].write(kinds.GOVERNANCE_CHANGED, SUBJECT, body)
    assert house.stands() == ((), names(one, other))


def test_what_one_of_its_authors_knew_is_erased_by_neither_of_its_names() -> None:
    house = House()
    last = house.pens["fay"].shared[-1]
    stop = house.pens["fay"].write(kinds.WORKSPACE_FROZEN, SUBJECT, {})
    known = house.workspace.state().devices
    closed = tuple(house.closed("fay", last) if item.member == "fay" else item for item in known)
    unaware = house.change("ada", [house.genesis], 3, devices=closed)
    assert (house.rules.frozen, house.rules.closings_of(house.pens["fay"].device)) == (False, frozenset({unaware.id}))
    aware = house.change("ben", [house.genesis], 3, seen=(stop,), devices=closed)
    assert unaware.order_key < aware.order_key
    assert (house.rules.frozen, house.stands()) == (True, ((unaware.id,), ()))


def test_an_unread_change_of_it_is_unread_by_either_name() -> None:
    house = House()
    one, other = (house.change(name, [house.genesis], 4) for name in ("ada", "ben"))
    for parent, author in ((one, "cho"), (other, "dan")):
        state = house.workspace.state(epoch=2).canonical()
        body: dict[str, Json] = {"parents": [parent.id], "state": {**state, "newer": 1}, "signatures": []}
        event = house.pens[author].draft(kinds.GOVERNANCE_CHANGED, SUBJECT, body, seen=(parent,))
        assert is_unread(event, house.rules)


# — rivals that are settled twice —


def test_two_settlements_of_the_same_rivals_rival_each_other() -> None:
    house = House()
    left, right = house.rivals()
    one = house.change("cho", [left, right], 6, seen=(left, right), epoch=2)
    built = house.change("cho", [one], 9, epoch=3)
    assert house.stands() == ((one.id, built.id), ())
    other = house.change("dan", [left, right], 7, seen=(left, right), epoch=2)
    assert house.stands() == ((), names(one, other))
    assert house.rules.next_epoch == 3
    assert {state.policy.wait_seconds for _name, state in house.rules.rivals} == {6, 7}
    house.change("eve", [one, other], 8, seen=(one, other), epoch=2)  # as if one of them did not count
    assert house.rules.contested
    settled = house.change("fay", [one, other], 8, seen=(one, other), epoch=3)
    assert house.stands() == ((settled.id,), ())


def test_who_knew_of_a_settlement_makes_no_other() -> None:
    house = House()
    left, right = house.rivals()
    one = house.change("cho", [left, right], 6, seen=(left, right), epoch=2)
    house.change("dan", [left, right], 7, seen=(one,), epoch=2)
    house.change("eve", [house.genesis], 7, seen=(left,))  # it knew of one that was settled
    assert house.stands() == ((one.id,), ())


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
    house.change("eve", [one], 8, epoch=3)  # it doesn't hold
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
    settled = house.change("eve", [one, third], 8, epoch=3)
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
    assert (rules.governance.device(gil.device), rules.closings_of(gil.device)) == (gone, frozenset({closing.id}))
    assert rules.governance_before(settled.order_key).device(gil.device) is None
    assert [item.place for item in rules.epochs] == sorted(item.place for item in rules.epochs)
