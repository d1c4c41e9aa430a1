"""Which approvals fill which needs: as many as can be placed, nobody twice, and in turn where a rule says so."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.approval.authority import Basis
from countersign.domain.approval.matching import placed
from countersign.domain.approval.requirement import Requirement, Terms
from countersign.domain.approval.rule import ApprovalRule, Need
from countersign.domain.approval.signature import Approval, fill, filled, is_met


def _approval(event: str, *groups: str, names: str = "") -> Approval:
    basis = Basis(Terms((), second_device=False), alone=False, groups=groups, limit=None)
    return Approval(event, event, "", 0, "", 0, authority=event, names=tuple(names), basis=basis)


def _rule(*needs: tuple[str, int], ordered: bool = False) -> ApprovalRule:
    return ApprovalRule("r", needs=tuple(Need(group, count) for group, count in needs), ordered=ordered)


def _filled(rule: ApprovalRule, *approvals: Approval) -> list[str]:
    return ["".join(item.event for item in need) for need in fill(rule, approvals)]


def _most(places: list[int], fitting: list[list[int]]) -> int:
    """Try every order of the items, and for each the first need that is free."""
    best = 0
    for order in permutations(range(len(fitting))):
        reached = {tuple(places)}
        for item in order:
            reached |= {
                tuple(left - (at == need) for at, left in enumerate(free))
                for free in reached
                for need in fitting[item]
                if free[need]
            }
        best = max(best, *(sum(places) - sum(free) for free in reached))
    return best


@given(
    st.lists(st.integers(1, 3), min_size=1, max_size=3).flatmap(
        lambda places: st.tuples(
            st.just(places), st.lists(st.lists(st.sampled_from(range(len(places))), unique=True), max_size=4)
        )
    )
)
def test_as_many_as_possible_are_placed_each_once_where_it_fits(case: tuple[list[int], list[list[int]]]) -> None:
    places, fitting = case
    found = placed(places, fitting)
    items = [item for need in found for item in need]
    assert len(items) == len(set(items)) == _most(places, fitting)
    for need, taken in enumerate(found):
        assert len(taken) <= places[need]
        assert list(taken) == sorted(taken)
        assert all(need in fitting[item] for item in taken)


@given(st.lists(st.lists(st.sampled_from("AB"), unique=True), max_size=5), st.lists(st.sampled_from("AB"), unique=True))
def test_one_more_signature_fills_one_need_more_or_none(before: list[list[str]], more: list[str]) -> None:
    rule = _rule(("A", 2), ("B", 1), ("", 1))
    standing = [_approval(str(at), *groups) for at, groups in enumerate(before)]
    now = [len(need) for need in fill(rule, standing)]
    then = [len(need) for need in fill(rule, [*standing, _approval("x", *more)])]
    gained = [after - earlier for earlier, after in zip(now, then, strict=True)]
    assert sorted(gained) in ([0, 0, 0], [0, 0, 1])


def test_a_signature_makes_room_for_another() -> None:
    both, finance = _approval("b", "A", "B"), _approval("f", "A")
    assert _filled(_rule(("A", 1), ("B", 1)), both, finance) == ["f", "b"]
    assert _filled(_rule(("A", 1), ("B", 1)), finance, _approval("g", "A")) == ["f", ""]
    assert _filled(_rule(("", 2)), _approval("x"), both, finance) == ["xb"]


def test_in_turn_a_later_need_waits_for_the_earlier() -> None:
    rule = _rule(("A", 1), ("B", 1), ordered=True)
    first, second = _approval("1", "A"), _approval("2", "B", names="1")
    assert _filled(rule, first, second) == ["1", "2"]
    assert _filled(rule, second, first) == ["1", ""]  # it came before its turn
    assert _filled(rule, first, _approval("2", "B")) == ["1", ""]  # it did not know of the first
    assert _filled(rule, first, second, _approval("3", "B", names="12")) == ["1", "2"]


def test_in_turn_holds_within_one_need_too() -> None:
    rule = _rule(("A", 2), ordered=True)
    assert _filled(rule, _approval("1", "A"), _approval("2", "A")) == ["1"]
    assert _filled(rule, _approval("1", "A"), _approval("2", "A", names="1")) == ["12"]
    assert _filled(rule, _approval("1"), _approval("2", "A")) == ["2"]


def test_one_signature_serves_several_rules_and_every_rule_must_be_met() -> None:
    required = Requirement((_rule(("A", 1)), _rule(("", 2)), _rule(("B", 1))))
    both, finance = _approval("b", "A", "B"), _approval("f", "A")
    assert (filled(required, [both]), filled(required, [both, finance])) == (3, 4)
    assert not is_met(required, [both])
    assert is_met(required, [both, finance])
    assert not is_met(required, [finance, _approval("g", "A")])


def test_without_a_basis_only_the_need_of_anybody_fits() -> None:
    bare = Approval("e", "m", "", 0, "", 0)
    assert bare.fits("")
    assert not bare.fits("A")
