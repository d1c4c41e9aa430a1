"""Rules, limits and delegations are read back as they were written, and refused where they say nothing sound."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.approval.rule import (
    ApprovalRule,
    Delegation,
    Need,
    OrderKind,
    PayeeStanding,
    SignatoryLimit,
)
from countersign.domain.canonical import Json, NotCanonicalError, canonical_bytes, parse_canonical
from countersign.domain.errors import SecurityError
from countersign.domain.policy import Policy

RULE = ApprovalRule(
    "large",
    "EUR",
    5_000_000,
    (PayeeStanding.NEW,),
    ("DE89370400440532013000",),
    (OrderKind.BATCH,),
    (Need("Finance", 2), Need("", 1)),
    ordered=True,
)
LIMIT = SignatoryLimit("ben", "EUR", 100, 0)
STAND_IN = Delegation("ben", "cho", 10, 20)

names = st.text("abc", min_size=1, max_size=3)
rules = st.builds(
    ApprovalRule,
    rule=names,
    currency=st.sampled_from(["EUR", "JPY"]),
    above_minor=st.integers(0, 10**9),
    payees=st.lists(st.sampled_from(PayeeStanding), unique=True).map(tuple),
    accounts=st.lists(names, unique=True, max_size=2).map(tuple),
    kinds=st.lists(st.sampled_from(OrderKind), unique=True).map(tuple),
    needs=st.lists(st.builds(Need, st.sampled_from(["", "A", "B"]), st.integers(1, 4)), min_size=1, max_size=3).map(
        tuple
    ),
    ordered=st.booleans(),
)
limits = st.builds(SignatoryLimit, names, st.sampled_from(["EUR", "USD"]), st.integers(1, 99), st.integers(0, 99))
delegations = st.builds(Delegation, st.just("ann"), st.just("bob"), st.integers(0, 50), st.integers(51, 99))


@given(
    st.lists(rules, unique_by=lambda item: item.rule, max_size=3),
    st.lists(limits, unique_by=lambda item: (item.member, item.currency), max_size=3),
    st.lists(delegations, max_size=2),
)
def test_a_policy_is_read_back_byte_for_byte(
    found: list[ApprovalRule], carried: list[SignatoryLimit], given_on: list[Delegation]
) -> None:
    policy = Policy(2, requester_may_approve=False, rules=tuple(found), limits=tuple(carried))
    policy = replace(policy, delegations=tuple(given_on))
    content = canonical_bytes(policy.canonical())
    assert Policy.read(parse_canonical(content)) == policy
    assert canonical_bytes(Policy.read(parse_canonical(content)).canonical()) == content
    assert policy.v == (2 if found or carried or given_on else 1)


def test_without_rules_the_bytes_are_those_of_format_1() -> None:
    assert canonical_bytes(Policy(2, requester_may_approve=False).canonical()) == (
        b'{"approvals":2,"requester_may_approve":false,"v":1,"wait_above_minor":1000000,"wait_seconds":3}'
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"rule": ""}, "policy.rule_form"),
        ({"currency": "EUX"}, "policy.rule_form"),
        ({"currency": "", "above_minor": 1}, "policy.rule_form"),
        ({"above_minor": -1}, "policy.rule_form"),
        ({"payees": ["old"]}, "policy.rule_form"),
        ({"payees": ["new", "new"]}, "policy.rule_form"),
        ({"kinds": ["pair"]}, "policy.rule_form"),
        ({"kinds": ["batch", "batch"]}, "policy.rule_form"),
        ({"accounts": ["A", "A"]}, "policy.rule_form"),
        ({"accounts": [""]}, "policy.rule_form"),
        ({"needs": []}, "policy.nobody_approves"),
        ({"needs": [{"group": "A", "count": 0}]}, "policy.nobody_approves"),
        ({"needs": [{"group": "A", "count": 1, "more": 1}]}, "canonical.field_unknown"),
        ({"ordered": 1}, "canonical.field_type"),
        ({"more": 1}, "canonical.field_unknown"),
    ],
)
def test_a_rule_of_another_form_is_refused(changes: dict[str, Json], code: str) -> None:
    assert ApprovalRule.read(RULE.canonical()) == RULE
    with pytest.raises(SecurityError) as refused:
        ApprovalRule.read({**RULE.canonical(), **changes})
    assert refused.value.code == code


@pytest.mark.parametrize(
    "changes",
    [
        {"currency": ""},
        {"currency": "XXX"},
        {"order_minor": -1},
        {"day_minor": -1},
        {"order_minor": 0},
    ],
)
def test_a_limit_limits_something(changes: dict[str, Json]) -> None:
    assert SignatoryLimit.read(LIMIT.canonical()) == LIMIT
    with pytest.raises(SecurityError, match=r"policy\.limit_form"):
        SignatoryLimit.read({**LIMIT.canonical(), **changes})


@pytest.mark.parametrize("changes", [{"to_member": "ben"}, {"ends_at": 10}, {"starts_at": -1}])
def test_a_delegation_goes_to_somebody_else_and_has_an_end(changes: dict[str, Json]) -> None:
    assert Delegation.read(STAND_IN.canonical()) == STAND_IN
    with pytest.raises(SecurityError, match=r"policy\.delegation_form"):
        Delegation.read({**STAND_IN.canonical(), **changes})
    assert [STAND_IN.holds_at(at) for at in (9, 10, 19, 20)] == [False, True, True, False]


def test_a_policy_names_nothing_twice_and_its_format_is_the_least_that_says_it() -> None:
    plain = {**Policy(rules=(RULE,)).canonical()}
    for changes, code in (
        ({"rules": [RULE.canonical()] * 2}, "policy.named_twice"),
        ({"limits": [LIMIT.canonical()] * 2}, "policy.named_twice"),
        ({"rules": []}, "policy.version"),
        ({"v": 3}, "policy.version"),
    ):
        with pytest.raises(SecurityError) as refused:
            Policy.read({**plain, **changes})
        assert refused.value.code == code
    with pytest.raises(NotCanonicalError, match=r"canonical\.field_unknown"):
        Policy.read({**plain, "v": 1})
    del plain["rules"]
    with pytest.raises(NotCanonicalError, match=r"canonical\.field_missing"):
        Policy.read(plain)


def test_a_policy_finds_limits_and_stand_ins() -> None:
    policy = Policy(limits=(LIMIT,), delegations=(STAND_IN, Delegation("ada", "cho", 0, 15)))
    assert policy.limit_of("ben", "EUR") == LIMIT
    assert policy.limit_of("ben", "USD") is None
    assert [policy.delegators_of("cho", at) for at in (5, 12, 17, 20)] == [("ada",), ("ada", "ben"), ("ben",), ()]
    assert policy.delegators_of("ben", 12) == ()
