"""What screens ask: how far an approval has come, who may still act, and what keeps somebody from signing."""

from __future__ import annotations

import pytest

from countersign.domain.approval.progress import ApprovalProgress, obstacle, progress
from countersign.domain.approval.rule import DEFAULT_RULE, ApprovalRule, Delegation, Need, SignatoryLimit
from countersign.domain.approval.simulate import simulate_policy
from countersign.domain.ledger import kinds
from countersign.domain.ledger.governance import Role
from countersign.domain.policy import Policy
from tests.unit.domain.approval.team import DAY, LAST, ROLES, START, TWO_OF_FINANCE, Desk, firm
from tests.unit.domain.ledger.world import Pen

BOARD_LAST = ApprovalRule("turns", needs=(Need("Finance", 1), Need("Board", 1)), ordered=True)


def _progress(desk: Desk, at: int = START) -> ApprovalProgress:
    return progress(desk.record(), desk.workspace.rules(), LAST, at)


def _steps(desk: Desk) -> list[tuple[str, str, int, tuple[str, ...], bool]]:
    return [
        ("".join(i.member for i in step.signed), step.need.group, step.missing, step.may_sign, step.waits)
        for step in _progress(desk).steps
    ]


def test_the_policys_own_count_is_one_step() -> None:
    workspace, desk = firm(approvals=2)
    desk.prepared()
    found = _progress(desk)
    assert [(step.rule.rule, step.need, step.missing) for step in found.steps] == [(DEFAULT_RULE, Need("", 2), 2)]
    assert (found.met, found.stuck, found.may_sign) == (False, False, ("ben", "cho", "dan"))
    first = desk.sign(workspace.pen("dan"))
    assert _steps(desk) == [("dan", "", 1, ("ben", "cho"), False)]
    desk.sign(workspace.pen("cho"), after=(first,))
    assert (_progress(desk).met, _progress(desk).may_sign) == (True, ())


def test_each_need_of_each_rule_is_a_step_with_those_who_can_fill_it() -> None:
    workspace, desk = firm(TWO_OF_FINANCE, BOARD_LAST)
    desk.prepared()
    assert _steps(desk) == [
        ("", "Finance", 2, ("ben", "cho"), False),
        ("", "Finance", 1, ("ben", "cho"), False),
        ("", "Board", 1, ("cho", "dan"), True),
    ]
    assert _progress(desk).may_sign == ("ben", "cho")
    first = desk.sign(workspace.pen("ben"))
    assert _steps(desk) == [
        ("ben", "Finance", 1, ("cho",), False),
        ("ben", "Finance", 0, (), False),
        ("", "Board", 1, ("cho", "dan"), False),
    ]
    desk.sign(workspace.pen("cho"), after=(first,))
    assert _progress(desk).met
    assert not _progress(desk).stuck


def test_who_makes_room_for_another_is_counted_where_the_gap_is() -> None:
    workspace, desk = firm(ApprovalRule("both", needs=(Need("Board", 1), Need("Finance", 1))))
    desk.prepared()
    desk.sign(workspace.pen("cho"))  # of both: placed with the Board until Dan signs
    assert _steps(desk) == [("cho", "Board", 0, (), False), ("", "Finance", 1, ("ben", "dan"), False)]
    desk.sign(workspace.pen("dan"))
    assert _steps(desk) == [("dan", "Board", 0, (), False), ("cho", "Finance", 0, (), False)]


def test_where_too_few_are_left_it_is_stuck() -> None:
    _, desk = firm(TWO_OF_FINANCE, roles={**ROLES, "ada": (Role.REQUESTER,)}, people={"cho": {"access_until": START}})
    desk.prepared()
    found = _progress(desk)
    assert (found.steps[0].may_sign, found.stuck) == (("ben",), True)


def test_before_it_is_handed_in_it_is_known_who_will_have_to_sign() -> None:
    workspace, desk = firm(TWO_OF_FINANCE)
    desk.add_payee()
    desk.freeze()
    assert _steps(desk) == [("", "Finance", 2, ("ben", "cho"), False)]
    assert obstacle(desk.record(), workspace.rules().governance, "ben", START) == "approval.not_assessed"


def test_a_hard_stop_leaves_nobody_who_may_sign() -> None:
    workspace, desk = firm(TWO_OF_FINANCE)
    desk.add_payee()
    desk.freeze()
    desk.assess(stops=("no_match",))
    assert _progress(desk).stuck
    assert obstacle(desk.record(), workspace.rules().governance, "ben", START) == "approval.hard_stop"


@pytest.mark.parametrize(
    ("member", "code"),
    [
        ("ada", "approval.no_authority"),
        ("ben", "approval.twice"),
        ("cho", ""),
        ("dan", "approval.not_needed"),
        ("eve", "approval.no_authority"),
        ("gus", "approval.unknown_device"),
    ],
)
def test_an_obstacle_is_named_by_its_code(member: str, code: str) -> None:
    workspace, desk = firm(TWO_OF_FINANCE)
    desk.prepared()
    desk.sign(workspace.pen("ben"))
    assert obstacle(desk.record(), workspace.rules().governance, member, START) == code


def test_obstacles_by_limit_turn_time_and_state() -> None:
    limits = (SignatoryLimit("ben", "EUR", 1, 0), SignatoryLimit("cho", "EUR", 0, 30_000_000))
    workspace, desk = firm(BOARD_LAST, limits=limits, people={"dan": {"access_until": START + DAY}})
    desk.prepared()
    governance = workspace.rules().governance
    asked: list[tuple[object, ...]] = []

    def code(member: str, at: int = START, spent: int = 0) -> str:
        def answer(*question: object) -> int:
            asked.append(question)
            return spent

        return obstacle(desk.record(), governance, member, at, answer)

    assert code("ben") == "approval.over_limit"
    assert code("dan") == "approval.out_of_order"
    assert code("dan", START + DAY) == "approval.access_lapsed"
    assert (code("cho"), code("cho", spent=5_000_001)) == ("", "approval.over_daily_limit")
    assert asked[-1] == ("cho", "EUR", START // DAY, "")
    desk.say(kinds.ORDER_STOPPED, reason="changed_mind")
    assert code("cho") == "approval.too_late"


def test_a_member_without_an_open_device_can_sign_nothing() -> None:
    workspace, desk = firm(TWO_OF_FINANCE, expiries={"cho 1": START + 5_000})
    desk.prepared()
    assert obstacle(desk.record(), workspace.rules().governance, "cho", START) == ""
    assert obstacle(desk.record(), workspace.rules().governance, "cho", START + 5_000) == "approval.unknown_device"


def test_a_stand_in_is_among_those_who_may_sign() -> None:
    stand_in = Delegation("cho", "dan", START, START + DAY)
    _, desk = firm(TWO_OF_FINANCE, delegations=(stand_in,))
    desk.prepared()
    assert _progress(desk).may_sign == ("ben", "cho", "dan")
    assert _progress(desk, START + DAY).may_sign == ("ben", "cho")


def test_another_policy_is_tried_on_orders_that_were_made() -> None:
    workspace, desk = firm(approvals=1)
    desk.prepared()
    desk.sign(workspace.pen("dan"))
    desk.say(kinds.ORDER_STOPPED, reason="changed_mind")  # whatever became of it
    governance, record = workspace.rules().governance, desk.record()
    same = Policy(1, requester_may_approve=False, rules=(ApprovalRule("usd", "USD", 5, needs=(Need("Board", 9),)),))
    more = Policy(1, requester_may_approve=False, rules=(TWO_OF_FINANCE,))
    never = Policy(1, requester_may_approve=False, rules=(ApprovalRule("nobody", needs=(Need("Nobody", 1),)),))
    found = [simulate_policy([record], governance, policy)[0] for policy in (same, more, never)]
    assert [item.changed for item in found] == [False, True, True]
    assert [item.impossible for item in found] == [False, False, True]
    assert [item.who.may_sign for item in found] == [("ben", "cho", "dan"), ("ben", "cho"), ()]
    assert found[1].before.rules[0].rule == DEFAULT_RULE
    assert found[1].after.rules == (TWO_OF_FINANCE,)
    assert simulate_policy([], governance, more) == ()


def test_an_order_of_a_member_with_two_devices_is_told_apart_by_person() -> None:
    workspace, _ = firm(TWO_OF_FINANCE)
    ben_too = next(pen for pen in workspace.pens if pen.name == "ben 2")
    assert isinstance(ben_too, Pen)
    desk = Desk(workspace, ben_too).prepared()
    found = _progress(desk)
    assert (found.may_sign, found.stuck) == (("cho",), True)
