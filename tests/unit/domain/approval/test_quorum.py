"""Whatever is signed by whomever, in whatever order and however often: approved exactly where the rules are met."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.approval.progress import obstacle, progress
from countersign.domain.approval.rule import ApprovalRule, Need
from countersign.domain.ledger.event import Event
from countersign.domain.order_state import OrderState
from tests.unit.domain.approval.team import GROUPS, LAST, START, Desk, firm

needs = st.builds(Need, st.sampled_from(["", "Finance", "Board"]), st.integers(1, 2))
some_rules = st.lists(
    st.builds(
        ApprovalRule,
        rule=st.sampled_from(["a", "b"]),
        needs=st.lists(needs, min_size=1, max_size=2).map(tuple),
        ordered=st.booleans(),
    ),
    min_size=1,
    max_size=2,
    unique_by=lambda item: item.rule,
)
APPROVERS = ("ben", "cho", "dan")


def _fits(member: str, need: Need) -> bool:
    return not need.group or need.group in GROUPS[member]


def _met(rule: ApprovalRule, signers: list[str]) -> bool:
    """Try every way to give each place of a rule one person: in the order of signing where it is ordered."""
    places = [need for need in rule.needs for _ in range(need.count)]
    ways = permutations(signers, len(places))
    return any(
        all(_fits(member, need) for member, need in zip(way, places, strict=True))
        and (not rule.ordered or [item for item in signers if item in way] == list(way))
        for way in ways
    )


@given(some_rules, st.lists(st.sampled_from(["ada", "ben", "ben 2", "cho", "dan", "eve"]), max_size=7))
def test_an_order_is_approved_exactly_where_every_rule_is_met(rules: list[ApprovalRule], hands: list[str]) -> None:
    workspace, desk = firm(*rules)
    desk.prepared()
    signed: list[Event] = []
    for hand in hands:
        pen = next(pen for pen in workspace.pens if pen.name in {hand, f"{hand} 1"})
        before = _asked(desk, pen.member)
        signed.append(desk.sign(pen, after=signed))
        fault = desk.record().approvals[-1].fault
        assert fault == before  # what a screen says beforehand is what becomes of it
    record = desk.record()
    counted = [item.member for item in record.counted]
    assert len(set(counted)) == len(counted)
    assert set(counted) <= set(APPROVERS)
    approved = all(_met(rule, counted) for rule in rules)
    assert (record.state is OrderState.APPROVED) is approved
    assert progress(record, workspace.rules(), LAST, START).met is approved
    if not any(rule.ordered for rule in rules):
        everybody = [item for item in dict.fromkeys(hand.split()[0] for hand in hands) if item in APPROVERS]
        assert approved is all(_met(rule, everybody) for rule in rules)  # nobody's signature was lost on the way


def _asked(desk: Desk, member: str) -> str:
    return obstacle(desk.record(), desk.workspace.rules().governance, member, START)


@given(some_rules, st.permutations(APPROVERS))
def test_whoever_is_said_to_be_able_to_sign_moves_it_on(rules: list[ApprovalRule], order: list[str]) -> None:
    workspace, desk = firm(*rules)
    desk.prepared()
    signed: list[Event] = []
    while True:
        now = progress(desk.record(), workspace.rules(), LAST, START)
        able = [item for item in order if item in now.may_sign]
        assert {item for item in APPROVERS if not _asked(desk, item)} == set(now.may_sign)
        if not able:
            break
        missing = sum(step.missing for step in now.steps)
        signed.append(desk.sign(workspace.pen(able[0]), after=signed))
        then = progress(desk.record(), workspace.rules(), LAST, START)
        assert sum(step.missing for step in then.steps) < missing
    assert now.met or now.stuck
