"""Governance of format 2: groups, evidence, ends of access and of devices; and what a new epoch must satisfy."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.approval.rule import ApprovalRule, Delegation, Need, SignatoryLimit
from countersign.domain.canonical import Json, canonical_bytes, parse_canonical
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.authors import acting_member
from countersign.domain.ledger.epoch_checks import check_epoch, impossible_rules
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import Evidence, Governance, GovernanceError, Role
from countersign.domain.ledger.rules import Rules, read_rules
from countersign.domain.policy import Policy
from tests.unit.domain.approval.team import DAY, ROLES, START, TWO_OF_FINANCE, Firm, firm
from tests.unit.domain.ledger.world import RULE_KINDS, Pen, identifier, treasury, verify

SUBJECT = identifier("governance")
EVIDENCE = Evidence("passport", "ben", 5, 9)


def _read(workspace: Firm) -> tuple[Rules, list[str]]:
    found = sorted((item for item in workspace.events if item.kind in RULE_KINDS), key=lambda each: each.order_key)
    rules, refused = read_rules(found, verify)
    return rules, [code for _, code in refused]


member_changes = st.fixed_dictionaries(
    {},
    optional={
        "groups": st.lists(st.text("xyz", min_size=1, max_size=3), unique=True, max_size=3).map(tuple),
        "evidence": st.sampled_from([None, EVIDENCE, replace(EVIDENCE, until=0)]),
        "access_until": st.integers(0, 2**53 - 1),
    },
)


@given(st.lists(member_changes, min_size=3, max_size=3), st.lists(st.integers(0, 2**53 - 1), min_size=4, max_size=4))
def test_a_state_is_read_back_byte_for_byte_in_the_least_format(
    changes: list[dict[str, object]], expiries: list[int]
) -> None:
    state = treasury()[0].state()
    members = tuple(replace(item, **more) for item, more in zip(state.members, changes, strict=True))  # type: ignore[arg-type]  # named above
    devices = tuple(replace(item, expires_at=at) for item, at in zip(state.devices, expiries, strict=True))
    state = replace(state, members=members, devices=devices)
    content = canonical_bytes(state.canonical())
    found = Governance.read(parse_canonical(content))
    assert found == state
    assert canonical_bytes(found.canonical()) == content
    used = any(expiries) or any(value for more in changes for value in more.values())
    assert ("v" in parse_canonical(content), found.v) == ((True, 2) if used else (False, 1))


def test_what_format_1_can_say_is_said_in_its_bytes() -> None:
    state = treasury()[0].state()
    assert set(state.canonical()) == {"epoch", "world", "members", "devices", "policy"}
    assert set(state.members[0].canonical()) == {"member", "name", "roles", "recovery_public_key"}
    assert set(state.devices[0].canonical()) == {
        *("device", "member", "signing_public_key", "exchange_public_key"),
        *("closed", "last_shared", "last_private"),
    }
    ruled = replace(state, policy=Policy(requester_may_approve=False, rules=(TWO_OF_FINANCE,)))
    assert ruled.canonical()["v"] == 2
    assert Governance.read(ruled.canonical()) == ruled


def _changed(state: Governance, path: tuple[str | int, ...], value: Json) -> dict[str, Json]:
    found = parse_canonical(canonical_bytes(state.canonical()))
    place: object = found
    for step in path[:-1]:
        place = place[step]  # type: ignore[index]  # the tests know the way
    place[path[-1]] = value  # type: ignore[index]  # as above
    return found


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("v",), 1, "governance.version"),
        (("v",), 3, "governance.version"),
        (("members", 0, "groups"), ["A", "A"], "governance.member"),
        (("members", 0, "groups"), [""], "governance.member"),
        (("members", 0, "groups"), [], "governance.member"),  # what is not used is not written
        (("members", 0, "groups"), "A", "canonical.field_type"),
        (("members", 0, "access_until"), -1, "governance.member"),
        (("members", 0, "access_until"), 0, "governance.member"),
        (("members", 0, "evidence"), {"checked": "", "by": "ben", "at": 1, "until": 0}, "governance.evidence"),
        (("members", 0, "evidence"), {"checked": "x", "by": "", "at": 1, "until": 0}, "governance.evidence"),
        (("members", 0, "evidence"), {"checked": "x", "by": "ben", "at": -1, "until": 0}, "governance.evidence"),
        (("members", 0, "evidence"), {"checked": "x", "by": "ben", "at": 2, "until": 2}, "governance.evidence"),
        (("members", 0, "evidence"), {"checked": "x", "by": "gus", "at": 2, "until": 3}, "governance.unknown_member"),
        (("members", 0, "evidence"), {}, "canonical.field_missing"),
        (("devices", 0, "expires_at"), -1, "governance.device"),
        (("devices", 0, "expires_at"), 0, "governance.device"),
        (("policy", "limits", 0, "member"), "gus", "governance.unknown_member"),
        (("policy", "delegations", 0, "from_member"), "gus", "governance.unknown_member"),
        (("policy", "delegations", 0, "to_member"), "gus", "governance.unknown_member"),
    ],
)
def test_a_state_of_another_form_is_refused(path: tuple[str | int, ...], value: Json, code: str) -> None:
    workspace, _ = firm(
        TWO_OF_FINANCE, limits=(SignatoryLimit("ben", "EUR", 1, 1),), delegations=(Delegation("ben", "cho", 0, 1),)
    )
    with pytest.raises(SecurityError) as refused:
        Governance.read(_changed(workspace.state(), path, value))
    assert refused.value.code == code


def test_format_2_without_anything_of_it_is_refused() -> None:
    state = treasury()[0].state()
    for version in (1, 2):
        with pytest.raises(GovernanceError, match=r"governance\.version"):
            Governance.read({**state.canonical(), "v": version})


def test_members_are_found_and_their_word_counts_while_it_does() -> None:
    people: dict[str, dict[str, object]] = {"cho": {"access_until": START}, "dan": {"roles": ()}}
    workspace, _ = firm(people=people, expiries={"ben 1": START})
    state = workspace.rules().governance
    assert (state.member("gus"), state.member("cho")) == (None, state.members[2])
    assert acting_member(state, workspace.pen("ada").device, START).member == "ada"
    assert acting_member(state, workspace.pen("ben").device, START - 1).member == "ben"
    for name, code in (("cho", "access_lapsed"), ("dan", "no_role"), ("eve", "no_role"), ("ben", "device_expired")):
        with pytest.raises(SecurityError, match=rf"author\.{code}"):
            acting_member(state, workspace.pen(name).device, START)
    with pytest.raises(SecurityError, match=r"author\.unknown_device"):
        acting_member(state, Pen("gus 1", "gus").device, START)


# — what a new epoch must satisfy —


def _rule(*needs: tuple[str, int], currency: str = "", above: int = 0) -> ApprovalRule:
    return ApprovalRule("r", currency, above, needs=tuple(Need(group, count) for group, count in needs))


@pytest.mark.parametrize(
    ("rule", "limits", "found"),
    [
        (_rule(("", 2)), (), ()),
        (_rule(("", 3)), (), (("r", "ben"),)),  # three approvers, and Ben is one who asks
        (_rule(("Finance", 1)), (), ()),
        (_rule(("Finance", 2)), (), (("r", "ben"),)),
        (_rule(("Board", 2)), (), ()),
        (_rule(("Board", 3)), (), (("r", "ada"),)),
        (_rule(("Finance", 1), ("Board", 1)), (), ()),
        (_rule(("Finance", 1), ("Board", 2)), (), (("r", "ben"),)),
        (_rule(("Nobody", 1)), (), (("r", "ada"),)),
        (_rule(("Board", 2), currency="EUR", above=10), (SignatoryLimit("dan", "EUR", 11, 0),), ()),
        (_rule(("Board", 2), currency="EUR", above=10), (SignatoryLimit("dan", "EUR", 10, 0),), (("r", "ada"),)),
        (_rule(("Board", 2), currency="EUR", above=10), (SignatoryLimit("dan", "EUR", 0, 10),), (("r", "ada"),)),
        (_rule(("Board", 2), currency="EUR", above=10), (SignatoryLimit("dan", "USD", 1, 1),), ()),
    ],
)
def test_a_rule_that_too_few_could_meet_is_impossible(
    rule: ApprovalRule, limits: tuple[SignatoryLimit, ...], found: tuple[tuple[str, str], ...]
) -> None:
    workspace, _ = firm(rule, limits=limits)
    assert impossible_rules(workspace.state()) == found
    changed = workspace.amend("ada", "ben", policy=replace(workspace.policy, wait_seconds=9))
    rules, refused = _read(workspace)
    assert (rules.governance.epoch, refused) == ((0, ["governance.rule_impossible"]) if found else (1, []))
    assert changed.id in {event.id for event in workspace.events}


def test_the_policys_own_count_must_be_met_too() -> None:
    workspace, _ = firm(approvals=3)
    assert impossible_rules(workspace.state()) == (("", "ben"),)
    with pytest.raises(GovernanceError) as refused:
        check_epoch(workspace.state())
    assert refused.value.params == {"rule": "", "requester": "ben"}
    nobody_asks = {name: tuple(role for role in roles if role is not Role.REQUESTER) for name, roles in ROLES.items()}
    assert impossible_rules(firm(approvals=9, roles=nobody_asks)[0].state()) == ()


def test_a_beginning_that_no_epoch_could_be_is_read_all_the_same() -> None:
    workspace, _ = firm(_rule(("Nobody", 1)))
    assert _read(workspace) == (workspace.rules(), [])
    assert workspace.rules().governance == workspace.state()


# — who changes governance —


def test_an_auditor_carries_no_change_whoever_signed_it() -> None:
    workspace, _ = firm()
    state = workspace.state(epoch=1)
    for name, code in (("eve", "may_not_change"), ("dan", "may_not_change"), ("cho", "")):
        body = workspace.change([workspace.genesis.id], state, [workspace.pen("ada"), workspace.pen("ben")])
        event = workspace.pen(name).draft(kinds.GOVERNANCE_CHANGED, SUBJECT, body)
        refused = [found for _, found in read_rules([workspace.genesis, event], verify)[1]]
        assert refused == ([f"governance.{code}"] if code else [])


def _signed(workspace: Firm, *names: str, at: int = START + DAY, **changes: object) -> list[str]:
    waits = replace(workspace.policy, wait_seconds=9)
    state = workspace.state(**({"epoch": 1} | (changes or {"policy": waits})))
    pens = [next(pen for pen in workspace.pens if pen.name == f"{name} 1") for name in names]
    body = workspace.change([workspace.genesis.id], state, pens)
    event = workspace.pens[0].draft(kinds.GOVERNANCE_CHANGED, SUBJECT, body, at=at)
    return [code for _, code in read_rules([workspace.genesis, event], verify)[1]]


def test_an_administrators_signature_lapses_with_their_access_while_enough_are_left() -> None:
    workspace, _ = firm(people={"cho": {"access_until": START + DAY}})
    assert _signed(workspace, "ada", "cho", at=START + DAY - 1) == []
    assert _signed(workspace, "ada", "cho") == ["governance.no_majority"]
    assert _signed(workspace, "ada", "ben") == []


def test_where_too_few_have_access_the_others_can_be_let_in_again() -> None:
    workspace, _ = firm(people={name: {"access_until": START + DAY} for name in ("ada", "ben", "cho", "dan")})
    assert _signed(workspace, "ada", "ben") == []
    assert _signed(workspace, "ada") == ["governance.no_majority"]


def test_a_device_whose_time_is_over_signs_no_change() -> None:
    workspace, _ = firm(expiries={"ben 1": START + DAY})
    assert _signed(workspace, "ada", "ben", at=START + DAY - 1) == []
    assert _signed(workspace, "ada", "ben") == ["governance.no_majority"]


LONE = {**ROLES, "ben": (Role.APPROVER,), "cho": (Role.APPROVER,)}


def test_a_lone_administrator_adds_no_approver_and_changes_no_rule() -> None:
    workspace, _ = firm(roles=LONE)
    assert _signed(workspace, "ada") == ["governance.no_second_person"]
    assert _signed(workspace, "ada", "eve") == ["governance.no_second_person"]
    assert _signed(workspace, "ben", "cho") == ["governance.no_majority"]
    assert _signed(workspace, "ada", "dan") == []


def test_a_lone_administrator_closes_a_lost_device_at_once() -> None:
    workspace, _ = firm(roles=LONE)
    devices = workspace.state().devices
    closed = replace(devices[1], closed=True)
    assert _signed(workspace, "ada", devices=(devices[0], closed, *devices[2:])) == []
    renewed = replace(closed, expires_at=5)
    assert _signed(workspace, "ada", devices=(devices[0], renewed, *devices[2:])) == ["governance.no_second_person"]
    more = (devices[0], closed, *devices[2:], Pen("gus 1", "eve").entry)
    assert _signed(workspace, "ada", devices=more) == ["governance.no_second_person"]


def test_the_second_persons_access_stands_unless_nobody_elses_does() -> None:
    lapsed = {"access_until": START + DAY}
    workspace, _ = firm(roles=LONE, people={"dan": lapsed})
    assert _signed(workspace, "ada", "dan") == ["governance.no_second_person"]
    assert _signed(workspace, "ada", "ben") == []
    workspace, _ = firm(roles=LONE, people=dict.fromkeys(("ben", "cho", "dan"), lapsed))
    assert _signed(workspace, "ada", "dan") == []


def test_where_nobody_else_decides_anything_a_requester_seconds() -> None:
    roles = {**ROLES, "ada": (Role.ADMINISTRATOR, Role.APPROVER), "ben": (Role.REQUESTER,), "cho": (), "dan": ()}
    workspace, _ = firm(roles=roles)
    assert _signed(workspace, "ada") == ["governance.no_second_person"]
    assert _signed(workspace, "ada", "ben") == []


# — emergency stops —


def _stopped(workspace: Firm, name: str, at: int) -> list[str]:
    stop: Event = workspace.pen("eve").write(kinds.WORKSPACE_FROZEN, SUBJECT, {})
    assert workspace.rules().frozen  # by anybody, an auditor too
    workspace.pen(name).write(kinds.WORKSPACE_UNFROZEN, SUBJECT, {}, seen=(stop,), refs=(stop.id,), at=at)
    rules, refused = _read(workspace)
    assert rules.frozen is bool(refused)
    return refused


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("ada", ""),
        ("dan", "governance.may_not_unfreeze"),
        ("eve", "author.no_role"),
        ("ben", "author.access_lapsed"),
        ("cho", "author.device_expired"),
    ],
)
def test_anybody_stops_and_an_administrator_whose_word_counts_lifts_it(name: str, code: str) -> None:
    workspace, _ = firm(people={"ben": {"access_until": START + DAY}}, expiries={"cho 1": START + DAY})
    assert _stopped(workspace, name, START + DAY) == ([code] if code else [])
