"""Limits, delegations, ends of access and of devices, groups and turns: which signature counts, and until when."""

from __future__ import annotations

import pytest

from countersign.domain.approval.limits import day_of, nothing_spent
from countersign.domain.approval.progress import obstacle, progress
from countersign.domain.approval.rule import ApprovalRule, Delegation, Need, SignatoryLimit
from countersign.domain.ledger import kinds
from countersign.domain.ledger.governance import Role
from countersign.domain.ledger.order_fold import fold_order
from countersign.domain.ledger.order_record import OrderRecord, judge_intent
from countersign.domain.order_state import OrderState
from tests.unit.domain.approval.team import DAY, LAST, ROLES, START, TWO_OF_FINANCE, Desk, firm
from tests.unit.domain.ledger.world import identifier

ANY = ApprovalRule("any", needs=(Need("", 1),))
AMOUNT = 25_000_000
S = OrderState


def _met_at(desk: Desk, at: int) -> bool:
    """Tell by the intent's own judgement whether the rule is met at a time."""
    faults = judge_intent(desk.record(), desk.workspace.rules(), desk.sender.device, LAST, at)
    assert progress(desk.record(), desk.workspace.rules(), LAST, at).met is ("intent.rule_not_met" not in faults)
    return "intent.rule_not_met" not in faults


def test_two_of_a_group_sign_whoever_else_does() -> None:
    workspace, desk = firm(TWO_OF_FINANCE)
    desk.prepared()
    for name in ("dan", "ben", "cho"):
        desk.sign(workspace.pen(name), after=workspace.pen("ben").shared[1:] if name == "cho" else ())
    found = {item.member: item.fault for item in desk.record().approvals}
    assert found == {"dan": "approval.not_needed", "ben": "", "cho": ""}
    assert desk.record().state is S.APPROVED


@pytest.mark.parametrize("minor", [AMOUNT - 1, AMOUNT])
def test_a_signature_carries_up_to_its_limit(minor: int) -> None:
    workspace, desk = firm(ANY, limits=(SignatoryLimit("cho", "EUR", minor, 0), SignatoryLimit("cho", "USD", 1, 1)))
    desk.prepared()
    desk.sign(workspace.pen("cho"))
    assert desk.faults() == ["approval.over_limit" if minor < AMOUNT else ""]
    desk.sign(workspace.pen("dan"))
    assert desk.record().state is S.APPROVED


def test_a_daily_limit_counts_what_was_approved_that_day() -> None:
    workspace, desk = firm(ANY, limits=(SignatoryLimit("cho", "EUR", 0, 2 * AMOUNT),))
    desk.prepared()
    event = desk.sign(workspace.pen("cho"))
    about = [item for item in workspace.events if item.header.subject == desk.order]
    asked: list[tuple[str, str, int, str]] = []

    def folded(already: int) -> OrderRecord:
        def spent(*question: object) -> int:
            asked.append(question)  # type: ignore[arg-type]  # of the four that ``Spent`` names
            return already

        found = fold_order(about, workspace.rules(), spent=spent)
        assert found is not None
        return found

    assert [item.fault for item in folded(AMOUNT).approvals] == [""]
    assert [item.fault for item in folded(AMOUNT + 1).approvals] == ["approval.over_daily_limit"]
    assert asked == [("cho", "EUR", day_of(event.header.at), event.id)] * 2
    record = folded(AMOUNT)
    assert obstacle(record, workspace.rules().governance, "dan", START, lambda *_: 10**15) == "approval.too_late"


def test_a_daily_limit_is_asked_of_nobody_without_one_and_of_no_signature_that_fails_anyway() -> None:
    workspace, desk = firm(ANY, limits=(SignatoryLimit("cho", "EUR", 0, AMOUNT),))
    desk.prepared()
    desk.sign(workspace.pen("dan"))
    desk.sign(workspace.pen("cho"), after=workspace.pen("dan").shared[1:])

    def never(*_question: object) -> int:
        raise AssertionError

    found = fold_order([e for e in workspace.events if e.header.subject == desk.order], workspace.rules(), spent=never)
    assert found is not None
    assert [item.fault for item in found.approvals] == ["", "approval.too_late"]
    assert nothing_spent("cho", "EUR", 0, "") == 0
    assert (day_of(DAY - 1), day_of(DAY)) == (0, 1)


def test_a_delegate_signs_with_the_delegators_limit() -> None:
    roles = {**ROLES, "dan": (Role.REQUESTER,)}
    limits = (SignatoryLimit("cho", "EUR", AMOUNT - 1, 0), SignatoryLimit("ben", "EUR", 0, 5 * AMOUNT))
    stand_ins = tuple(Delegation(giver, "dan", START, START + DAY) for giver in ("ben", "cho"))
    workspace, desk = firm(ANY, roles=roles, limits=limits, delegations=stand_ins)
    desk.prepared()
    desk.sign(workspace.pen("dan"))
    record = desk.record()
    assert [(item.member, item.authority, item.fault) for item in record.approvals] == [("dan", "ben", "")]
    assert record.approvals[0].basis is not None
    assert record.approvals[0].basis.limit == limits[1]


def test_a_delegates_signature_counts_where_the_delegators_would() -> None:
    stand_in = Delegation("ben", "dan", START, START + DAY)
    workspace, desk = firm(TWO_OF_FINANCE, delegations=(stand_in,))
    desk.prepared()
    first = desk.sign(workspace.pen("dan"))  # of the Board, in place of Ben of Finance
    desk.sign(workspace.pen("cho"), after=(first,))
    assert [(i.member, i.authority, i.fault) for i in desk.record().approvals] == [
        ("dan", "ben", ""),
        ("cho", "cho", ""),
    ]
    assert desk.record().state is S.APPROVED
    assert (_met_at(desk, START + DAY - 1), _met_at(desk, START + DAY)) == (True, False)  # while it lasts


@pytest.mark.parametrize(("starts", "ends"), [(START + DAY, START + 2 * DAY), (0, START)])
def test_outside_its_time_a_delegation_gives_nothing(starts: int, ends: int) -> None:
    roles = {**ROLES, "dan": (Role.REQUESTER,)}
    workspace, desk = firm(ANY, roles=roles, delegations=(Delegation("cho", "dan", starts, ends),))
    desk.prepared()
    desk.sign(workspace.pen("dan"))
    assert desk.faults() == ["approval.no_authority"]


@pytest.mark.parametrize(
    ("cho", "dan", "fault"),
    [
        ({"access_until": START}, {}, "approval.no_authority"),
        ({"roles": (Role.REQUESTER,)}, {}, "approval.no_authority"),
        ({}, {"roles": (Role.AUDITOR,)}, "approval.no_authority"),
        ({}, {"roles": ()}, "approval.no_authority"),
        ({}, {"access_until": START}, "approval.access_lapsed"),
        ({}, {}, ""),
    ],
)
def test_a_delegation_needs_two_people_whose_word_counts(
    cho: dict[str, object], dan: dict[str, object], fault: str
) -> None:
    people = {"cho": cho, "dan": {"roles": (Role.REQUESTER,), **dan}}
    workspace, desk = firm(ANY, people=people, delegations=(Delegation("cho", "dan", 0, START + DAY),))
    desk.prepared()
    desk.sign(workspace.pen("dan"))
    assert desk.faults() == [fault]


def test_access_that_lapsed_signs_nothing_and_what_it_signed_lapses_with_it() -> None:
    until = START + 60_000
    workspace, desk = firm(ANY, people={"cho": {"access_until": until}, "dan": {"access_until": START}})
    desk.prepared()
    desk.sign(workspace.pen("dan"))
    desk.sign(workspace.pen("cho"))
    assert sorted(desk.faults()) == ["", "approval.access_lapsed"]
    assert (_met_at(desk, until - 1), _met_at(desk, until)) == (True, False)
    again = desk.sign(workspace.pen("ben"), at=until)
    assert _met_at(desk, until)
    assert [item.event for item in desk.record().counted] == [again.id]


def test_a_device_whose_time_is_over_signs_nothing_and_what_it_signed_lapses_with_it() -> None:
    until = START + 60_000
    workspace, desk = firm(ANY, expiries={"cho 1": until, "dan 1": START})
    desk.prepared()
    desk.sign(workspace.pen("dan"))
    desk.sign(workspace.pen("cho"))
    assert sorted(desk.faults()) == ["", "approval.device_expired"]
    assert (_met_at(desk, until - 1), _met_at(desk, until)) == (True, False)
    late = desk.sign(workspace.pen("cho"), at=until)
    assert {i.event: i.fault for i in desk.record().approvals}[late.id] == "approval.device_expired"


def test_an_approvals_own_time_ends_too() -> None:
    workspace, desk = firm(ANY)
    desk.prepared()
    desk.sign(workspace.pen("cho"), expires_at=START + 60_000)
    assert (_met_at(desk, START + 59_999), _met_at(desk, START + 60_000)) == (True, False)


ORDERED = ApprovalRule("turns", needs=(Need("Finance", 1), Need("Board", 1)), ordered=True)


def test_one_after_the_other_the_board_waits_for_finance() -> None:
    workspace, desk = firm(ORDERED)
    desk.prepared()
    early = desk.sign(workspace.pen("dan"))
    first = desk.sign(workspace.pen("ben"), after=(early,))
    assert (desk.faults(), desk.record().state) == (["approval.out_of_order", ""], S.PREPARED)
    desk.sign(workspace.pen("dan"), after=(first,))
    assert (desk.faults(), desk.record().state) == (["approval.out_of_order", "", ""], S.APPROVED)


def test_one_after_the_other_a_signature_that_does_not_name_the_one_before_is_out_of_order() -> None:
    workspace, desk = firm(ORDERED)
    desk.prepared()
    first = desk.sign(workspace.pen("ben"))
    workspace.pen("dan").write(kinds.INCIDENT_RAISED, identifier("noise"), {}, seen=(first,))
    desk.sign(workspace.pen("dan"))
    assert desk.faults() == ["", "approval.out_of_order"]
    desk.sign(workspace.pen("cho"), after=(first,))
    assert desk.record().state is S.APPROVED


def test_one_person_in_two_groups_fills_one_need_of_a_rule() -> None:
    rule = ApprovalRule("both", needs=(Need("Finance", 1), Need("Board", 1)))
    workspace, desk = firm(rule)
    desk.prepared()
    desk.sign(workspace.pen("cho"))
    assert desk.record().state is S.PREPARED
    desk.sign(workspace.pen("dan"))
    assert desk.record().state is S.APPROVED


def test_every_rule_that_applies_must_be_met() -> None:
    workspace, desk = firm(TWO_OF_FINANCE, ApprovalRule("board", needs=(Need("Board", 1),)))
    desk.prepared()
    first = desk.sign(workspace.pen("ben"))
    second = desk.sign(workspace.pen("dan"), after=(first,))
    assert desk.record().state is S.PREPARED
    desk.sign(workspace.pen("cho"), after=(first, second))
    assert (desk.faults(), desk.record().state) == (["", "", ""], S.APPROVED)


def test_an_approval_that_names_an_epoch_in_which_there_was_no_authority_does_not_count() -> None:
    workspace, desk = firm(ANY, roles={**ROLES, "dan": (Role.REQUESTER,)})
    desk.prepared()
    workspace.amend("ada", "ben", members=workspace.members_with("dan", roles=(Role.APPROVER,)))
    assert [desk.sign(workspace.pen("dan"), epoch=epoch).header.seq for epoch in (0, 9, 1)]
    assert desk.faults() == ["approval.other_epoch", "approval.other_epoch", ""]


def test_where_the_first_of_an_ordered_rule_lapsed_both_sign_again() -> None:
    until = START + 60_000
    workspace, desk = firm(ORDERED)
    desk.prepared()
    first = desk.sign(workspace.pen("ben"), expires_at=until)
    second = desk.sign(workspace.pen("dan"), after=(first,))
    assert desk.record().state is S.APPROVED
    third = desk.sign(workspace.pen("cho"), after=(second,), at=until)
    governance = workspace.rules().governance
    assert not _met_at(desk, until)
    assert obstacle(desk.record(), governance, "dan", until) == ""  # not: signed already
    fourth = desk.sign(workspace.pen("dan"), after=(third,), at=until + 1)
    found = {item.event: item.fault for item in desk.record().approvals}
    assert found == {first.id: "approval.lapsed", second.id: "approval.lapsed", third.id: "", fourth.id: ""}
    assert _met_at(desk, until + 1)
