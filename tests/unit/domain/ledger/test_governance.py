"""Governance: epochs, majorities by person, recovery keys, and emergency stops (LEDGER rules 8, 9, 17)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.canonical import Json, canonical_bytes
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Body, Chain, Event
from countersign.domain.ledger.governance import (
    Device,
    Governance,
    GovernanceError,
    Member,
    Role,
    World,
    genesis,
    recovery_message,
)
from countersign.domain.ledger.rules import Rules, read_rules
from countersign.domain.policy import Policy
from tests.unit.domain.ledger.world import (
    WORKSPACE,
    Pen,
    Workspace,
    alone,
    identifier,
    key_of,
    public,
    resign,
    treasury,
    verify,
)

SUBJECT = identifier("governance")


def _read(workspace: Workspace, *more: Event) -> tuple[Rules, list[str]]:
    found = sorted([workspace.genesis, *more], key=lambda each: each.order_key)
    rules, refused = read_rules(found, verify)
    return rules, [code for _, code in refused]


def _epoch(
    workspace: Workspace,
    *signers: int,
    author: int = 0,
    state: Governance | None = None,
    body: dict[str, Json] | None = None,
) -> Event:
    """Write a change of policy, signed by the devices of these places."""
    to = state or workspace.state(epoch=1, policy=Policy(approvals=2, requester_may_approve=False))
    pens = [workspace.pens[at] for at in signers]
    said = workspace.change([workspace.genesis.id], to, pens)
    seen = (workspace.genesis,) if author else ()
    return workspace.pens[author].draft(kinds.GOVERNANCE_CHANGED, SUBJECT, {**said, **(body or {})}, seen=seen)


def test_rule_08_an_epoch_follows_with_a_strict_majority_of_administrators() -> None:
    workspace, _ = treasury()
    event = _epoch(workspace, 0, 1)
    rules, refused = _read(workspace, event)
    assert refused == []
    assert (rules.governance.epoch, rules.governance.policy.approvals) == (1, 2)
    assert rules.governance_before(event.order_key).epoch == 0
    assert rules.governance_before((0, "", "", 0)).epoch == 0
    assert rules.governance_before((99, "", "", 0)).epoch == 1
    assert rules.governance_of(0) is not None
    assert rules.governance_of(7) is None


@pytest.mark.parametrize("signers", [(), (0,), (1, 2), (1, 1, 2)])
def test_rule_08_a_majority_is_counted_by_person_not_by_device(signers: tuple[int, ...]) -> None:
    workspace, _ = treasury()
    rules, refused = _read(workspace, _epoch(workspace, *signers))
    assert (rules.governance.epoch, refused) == (0, ["governance.no_majority"])


def test_rule_08_half_is_not_a_majority_and_only_administrators_count() -> None:
    pens = [Pen("ada 1", "ada"), Pen("ben 1", "ben"), Pen("cho 1", "cho")]
    roles = {"cho": (Role.APPROVER,)}
    workspace = Workspace(pens, Policy(requester_may_approve=False), roles)
    assert _read(workspace, _epoch(workspace, 0, 2))[1] == ["governance.no_majority"]
    assert _read(workspace, _epoch(workspace, 0, 1))[1] == []


def test_rule_08_signatures_of_others_and_of_closed_devices_do_not_count() -> None:
    pens = [Pen("ada 1", "ada"), Pen("ada 2", "ada")]
    workspace = Workspace(pens)
    closed = workspace.state(epoch=1, devices=(pens[0].entry, replace(pens[1].entry, closed=True)))
    first = _epoch(workspace, 0, state=closed)
    pens[0].shared.append(first)
    said = workspace.change([first.id], replace(closed, epoch=2), [pens[1]])
    second = pens[0].draft(kinds.GOVERNANCE_CHANGED, SUBJECT, said)
    assert _read(workspace, first, second)[1] == ["governance.no_majority"]
    foreign: list[Json] = [{"device": "f" * 64, "signature": "00" * 64}, {"device": pens[0].device, "signature": "00"}]
    assert _read(workspace, _epoch(workspace, body={"signatures": foreign}))[1] == ["governance.no_majority"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"parents": ["f" * 64]}, "governance.not_next"),
        ({"parents": []}, "governance.not_next"),
        ({"parents": "x"}, "canonical.field_type"),
        ({"signatures": [{"device": "a", "signature": "AB cd"}]}, "governance.hex"),
        ({"signatures": ["x"]}, "canonical.not_object"),
        ({"more": 1}, "canonical.field_unknown"),
    ],
)
def test_rule_08_a_malformed_change_is_left_out(body: dict[str, Json], code: str) -> None:
    workspace, _ = treasury()
    rules, refused = _read(workspace, _epoch(workspace, 0, 1, body=body))
    assert (rules.governance.epoch, refused) == (0, [code])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"epoch": 2}, "governance.not_next"),
        ({"epoch": 0}, "governance.not_next"),
        ({"world": World.REAL}, "governance.not_next"),
        ({"members": ()}, "governance.device_without_member"),
        ({"devices": ()}, "governance.device_changed"),
    ],
)
def test_rule_08_an_epoch_keeps_its_world_its_members_and_its_devices(changes: dict[str, object], code: str) -> None:
    workspace, _ = treasury()
    state = workspace.state(**{"epoch": 1, **changes})
    assert _read(workspace, _epoch(workspace, 0, 1, state=state))[1] == [code]


def test_rule_08_nobody_disappears_and_no_closed_device_opens_again() -> None:
    pens = [Pen("ada 1", "ada"), Pen("ada 2", "ada")]
    workspace = Workspace(pens)
    guest = Member("gus", "Gus", (), "1" * 64)
    closed = replace(pens[1].entry, closed=True, last_shared="2" * 64)
    with_guest = workspace.state()
    with_guest = replace(with_guest, epoch=1, members=(*with_guest.members, guest), devices=(pens[0].entry, closed))
    first = _epoch(workspace, 0, state=with_guest)
    pens[0].shared.append(first)

    def second(state: Governance) -> list[str]:
        said = workspace.change([first.id], replace(state, epoch=2), [pens[0]])
        return _read(workspace, first, pens[0].draft(kinds.GOVERNANCE_CHANGED, SUBJECT, said))[1]

    assert second(with_guest) == []
    assert second(replace(with_guest, members=with_guest.members[:1])) == ["governance.member_dropped"]
    assert second(replace(with_guest, devices=(pens[0].entry, pens[1].entry))) == ["governance.device_changed"]
    other_last = replace(closed, last_shared="3" * 64)
    assert second(replace(with_guest, devices=(pens[0].entry, other_last))) == ["governance.device_changed"]
    moved = replace(pens[0].entry, member="gus")
    assert second(replace(with_guest, devices=(moved, closed))) == ["governance.device_changed"]


def test_rule_08_two_children_of_one_epoch_hold_neither_until_a_majority_names_both() -> None:
    workspace, _ = treasury()
    ada, ben, _, cho = workspace.pens
    left = _epoch(workspace, 0, 1)
    right = _epoch(workspace, 0, 3, author=1, state=workspace.state(epoch=1))
    ada.shared.append(left)
    ben.shared.append(right)
    on_left = workspace.change([left.id], workspace.state(epoch=2), [ada, ben])
    built = ada.write(kinds.GOVERNANCE_CHANGED, SUBJECT, on_left)
    rules, _ = _read(workspace, left, right, built)
    assert (rules.governance.epoch, rules.contested) == (0, tuple(sorted((left.id, right.id))))
    third = cho.write(
        kinds.GOVERNANCE_CHANGED,
        SUBJECT,
        workspace.change([workspace.genesis.id], workspace.state(epoch=1), [ben, cho]),
        seen=(left, right),
    )
    rules, _ = _read(workspace, left, right, built, third)
    assert rules.contested == tuple(sorted((left.id, right.id, third.id)))
    for named, epoch, signers, settled in (
        ([left.id, right.id, third.id], 2, [ada, cho], True),
        ([left.id, right.id], 2, [ada, cho], False),
        ([left.id, right.id, third.id], 1, [ada, cho], False),
        ([left.id, right.id, third.id], 2, [cho], False),
    ):
        said = workspace.change(named, workspace.state(epoch=epoch), signers)
        settling = cho.draft(kinds.GOVERNANCE_CHANGED, SUBJECT, said)
        rules, _ = _read(workspace, left, right, third, settling)
        assert (rules.contested == (), rules.governance.epoch) == (settled, 2 if settled else 0)


def test_rule_08_a_rival_without_a_majority_disturbs_nobody() -> None:
    workspace, _ = treasury()
    held = _epoch(workspace, 0, 1)
    rival = _epoch(workspace, 3, author=3, state=workspace.state(epoch=1))
    rules, refused = _read(workspace, held, rival)
    assert (rules.governance.epoch, rules.contested, refused) == (1, (), ["governance.no_majority"])


def _recovery(workspace: Workspace, kind: str, device: Device, member: str, **changes: Json) -> Event:
    signature = key_of(f"recovery {member}").sign(recovery_message(WORKSPACE, device)).hex()
    body: dict[str, Json] = {"device": device.canonical(), "recovery_signature": signature, **changes}
    return workspace.pens[0].draft(kind, SUBJECT, body)


def test_rule_17_a_recovery_key_adds_and_closes_its_own_members_devices() -> None:
    workspace, _ = treasury()
    fresh = Pen("ben 3", "ben").entry
    added = _recovery(workspace, kinds.DEVICE_ADDED, fresh, "ben")
    workspace.pens[0].shared.append(added)
    closed = replace(workspace.pens[1].entry, closed=True, last_shared="4" * 64)
    closing = _recovery(workspace, kinds.DEVICE_CLOSED, closed, "ben")
    rules, refused = _read(workspace, added, closing)
    assert refused == []
    assert rules.governance.epoch == 0
    assert rules.governance.device(fresh.device) == fresh
    assert rules.governance.closings == {
        (closed.device, Chain.SHARED): "4" * 64,
        (closed.device, Chain.PRIVATE): "",
    }


@pytest.mark.parametrize(
    ("kind", "signer", "changes", "code"),
    [
        (kinds.DEVICE_CLOSED, "cho", {"closed": True, "member": "cho"}, "governance.device_not_open"),
        (kinds.DEVICE_CLOSED, "cho", {"closed": True}, "governance.recovery_signature"),
        (kinds.DEVICE_CLOSED, "ben", {"closed": True, "exchange_public_key": "5" * 64}, "governance.device_not_open"),
        (kinds.DEVICE_CLOSED, "ben", {}, "governance.device_not_open"),
        (kinds.DEVICE_ADDED, "ben", {}, "governance.device_known"),
        (kinds.DEVICE_ADDED, "ben", {"member": "eve"}, "governance.recovery_signature"),
    ],
)
def test_rule_17_a_recovery_key_does_nothing_else(
    kind: str, signer: str, changes: dict[str, object], code: str
) -> None:
    workspace, _ = treasury()
    device = replace(workspace.pens[1].entry, **changes)  # type: ignore[arg-type]  # tests name the fields
    rules, refused = _read(workspace, _recovery(workspace, kind, device, signer))
    assert (rules.governance, refused) == (genesis(workspace.genesis), [code])


def test_rule_17_unknown_closed_or_malformed_devices_are_refused() -> None:
    workspace, _ = treasury()
    stranger = Pen("ben 3", "ben").entry
    for kind, device, code in (
        (kinds.DEVICE_ADDED, replace(stranger, closed=True), "governance.device_known"),
        (kinds.DEVICE_CLOSED, replace(stranger, closed=True), "governance.device_not_open"),
        (kinds.DEVICE_ADDED, replace(stranger, device="a" * 64), "governance.device_name"),
        (kinds.DEVICE_ADDED, replace(stranger, signing_public_key="zz"), "governance.device"),
        (kinds.DEVICE_ADDED, replace(stranger, last_shared="a" * 64), "governance.device"),
    ):
        assert _read(workspace, _recovery(workspace, kind, device, "ben"))[1] == [code]
    odd = _recovery(workspace, kinds.DEVICE_ADDED, stranger, "ben", recovery_signature="x")
    assert _read(workspace, odd)[1] == ["governance.hex"]
    once = replace(workspace.pens[1].entry, closed=True)
    twice = [_recovery(workspace, kinds.DEVICE_CLOSED, once, "ben")]
    workspace.pens[0].shared.append(twice[0])
    twice.append(_recovery(workspace, kinds.DEVICE_CLOSED, once, "ben"))
    assert _read(workspace, *twice)[1] == ["governance.device_not_open"]


def test_rule_17_what_a_recovery_key_did_stands_through_an_epoch_that_did_not_know() -> None:
    workspace, _ = treasury()
    fresh, lost = Pen("ben 3", "ben").entry, replace(workspace.pens[1].entry, closed=True)
    added = _recovery(workspace, kinds.DEVICE_ADDED, fresh, "ben")
    workspace.pens[0].shared.append(added)
    closed = _recovery(workspace, kinds.DEVICE_CLOSED, lost, "ben")
    workspace.pens[0].shared.append(closed)
    rules, refused = _read(workspace, added, closed, _epoch(workspace, 0, 3))
    assert refused == []
    assert rules.governance.epoch == 1
    assert rules.governance.device(fresh.device) == fresh
    assert rules.governance.device(lost.device) == lost
    knowing = workspace.state(epoch=1)
    knowing = replace(knowing, devices=(*knowing.devices, fresh))
    rules, refused = _read(workspace, added, closed, _epoch(workspace, 0, 3, state=knowing))
    assert (refused, rules.governance.device(fresh.device)) == ([], fresh)


def test_rule_13_a_stop_holds_until_an_administrator_who_knew_of_it_lifts_it() -> None:
    pens = [Pen("ada 1", "ada"), Pen("ben 1", "ben"), Pen("cho 1", "cho")]
    workspace = Workspace(pens, Policy(requester_may_approve=False), {"cho": (Role.APPROVER,)})
    ada, ben, cho = pens
    stop = cho.write(kinds.WORKSPACE_FROZEN, SUBJECT, {}, seen=(workspace.genesis,))
    assert workspace.rules().frozen
    assert not workspace.rules().frozen_before(stop.order_key)
    unaware = ada.write(kinds.WORKSPACE_UNFROZEN, SUBJECT, {})
    assert workspace.rules().frozen  # it never heard of the stop
    no_authority = cho.write(kinds.WORKSPACE_UNFROZEN, SUBJECT, {})
    rules, refused = _read(workspace, stop, unaware, no_authority)
    assert (rules.frozen, refused) == (True, ["governance.may_not_unfreeze"])
    lifted = ben.write(kinds.WORKSPACE_UNFROZEN, SUBJECT, {}, seen=(stop,), refs=(stop.id,))
    rules, _ = _read(workspace, stop, unaware, lifted)
    assert not rules.frozen
    assert rules.frozen_before(lifted.order_key)


def test_rule_13_one_device_lifts_its_own_stops_and_can_stop_again() -> None:
    workspace, _ = alone()
    ada = workspace.pens[0]
    for kind, frozen in (
        (kinds.WORKSPACE_FROZEN, True), (kinds.WORKSPACE_FROZEN, True), (kinds.WORKSPACE_UNFROZEN, False),
        (kinds.WORKSPACE_UNFROZEN, False), (kinds.WORKSPACE_FROZEN, True), (kinds.WORKSPACE_UNFROZEN, False),
    ):  # fmt: skip
        ada.write(kind, SUBJECT, {})
        assert workspace.rules().frozen is frozen


def test_the_genesis_is_the_first_event_of_an_open_device_of_its_own() -> None:
    workspace, _ = alone()
    ada = workspace.pens[0]
    assert genesis(workspace.genesis) == workspace.state()
    for state in (
        workspace.state(epoch=1),
        workspace.state(devices=(replace(ada.entry, closed=True),)),
        workspace.state(devices=(Pen("ada 2", "ada").entry,)),
    ):
        other = Pen("ada 1", "ada").draft(kinds.WORKSPACE_CREATED, SUBJECT, state.canonical())
        with pytest.raises(GovernanceError, match=r"governance\.genesis"):
            genesis(other)
    later = ada.draft(kinds.WORKSPACE_CREATED, SUBJECT, workspace.state().canonical())
    with pytest.raises(GovernanceError, match=r"governance\.genesis"):
        genesis(later)
    assert _read(workspace, later)[1] == ["governance.kind"]
    for nothing in ([], [resign(ada, workspace.genesis, kind=kinds.INCIDENT_RAISED)]):
        with pytest.raises(GovernanceError, match=r"governance\.genesis"):
            read_rules(nothing, verify)


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("world",), "game", "governance.world"),
        (("policy", "v"), 3, "policy.version"),
        (("policy", "approvals"), 0, "policy.nobody_approves"),
        (("policy", "wait_seconds"), -1, "policy.wait"),
        (("policy", "wait_above_minor"), -1, "policy.wait"),
        (("policy", "requester_may_approve"), True, "governance.own_approval"),
        (("members", 0, "roles"), ["king"], "governance.role"),
        (("members", 0, "roles"), ["approver", "approver"], "governance.member"),
        (("members", 0, "member"), "", "governance.member"),
        (("members", 0, "member"), "ben", "governance.device_without_member"),
        (("members", 1, "recovery_public_key"), "AA" * 32, "governance.member"),
        (("devices", 0, "device"), "a" * 64, "governance.device_name"),
    ],
)
def test_a_state_of_another_form_is_refused(path: tuple[str | int, ...], value: Json, code: str) -> None:
    state = treasury()[0].state().canonical()
    place: object = state
    for step in path[:-1]:
        place = place[step]  # type: ignore[index]  # the tests know the way
    place[path[-1]] = value  # type: ignore[index]  # as above
    with pytest.raises(SecurityError) as refused:
        Governance.read(state)
    assert refused.value.code == code


def test_names_are_unique_and_somebody_governs() -> None:
    workspace, _ = treasury()
    state = workspace.state()
    for changed, code in (
        (replace(state, members=(*state.members, state.members[0])), "governance.named_twice"),
        (replace(state, devices=(*state.devices, state.devices[0])), "governance.named_twice"),
        (
            replace(state, members=tuple(replace(item, roles=(Role.APPROVER,)) for item in state.members)),
            "governance.no_administrator",
        ),
    ):
        with pytest.raises(GovernanceError) as refused:
            Governance.read(changed.canonical())
        assert refused.value.code == code
    assert Governance.read(state.canonical()) == state
    assert state.member_of("f" * 64) is None


json_values = st.recursive(
    st.text(max_size=8) | st.integers(-5, 2**53 - 1) | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["state", "parents", "signatures", "device", "recovery_signature", "signature", "epoch"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.sampled_from(sorted(kinds.GOVERNANCE_KINDS | {kinds.WORKSPACE_FROZEN, kinds.WORKSPACE_UNFROZEN})),
    st.dictionaries(
        st.sampled_from(["state", "parents", "signatures", "device", "recovery_signature"]), json_values, max_size=5
    ),
)
def test_no_body_makes_reading_the_rules_fail(kind: str, body: dict[str, Json]) -> None:
    workspace, _ = alone()
    rules, _ = _read(workspace, workspace.pens[0].draft(kind, SUBJECT, body))
    assert rules.governance == workspace.state()


@given(st.binary(max_size=40))
def test_bodies_that_are_not_canonical_are_left_out(content: bytes) -> None:
    workspace, _ = alone()
    event = workspace.pens[0].draft(kinds.GOVERNANCE_CHANGED, SUBJECT, {})
    body = Body(bytes(16), content)
    event = resign(workspace.pens[0], Event(event.header, b"", body), body_hash=body.hash)
    assert _read(workspace, event)[0].governance == workspace.state()
    assert canonical_bytes({}) == b"{}"


def test_public_keys_of_recovery_are_the_members_own() -> None:
    workspace, _ = alone()
    assert workspace.state().members[0].recovery_public_key == public(key_of("recovery ada")).hex()
