"""Whose signatures a change needs: a majority of administrators, and never one person alone (LEDGER rules 7 to 9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from countersign.domain.ledger.authority import endorsers, missing_signatures, needs_second_person
from countersign.domain.ledger.governance import Governance, Role
from tests.unit.domain.ledger.world import ALL_ROLES, Pen, Workspace

REQUESTER, APPROVER, AUDITOR = (Role.REQUESTER,), (Role.APPROVER,), (Role.AUDITOR,)


def state(**roles: tuple[Role, ...]) -> Governance:
    return Workspace([Pen(f"{name} 1", name) for name in roles], roles=roles).state()


def next_of(found: Governance, **changes: object) -> Governance:
    return replace(found, epoch=found.epoch + 1, **changes)  # type: ignore[arg-type]  # tests name the fields


def with_roles(found: Governance, **roles: tuple[Role, ...]) -> Governance:
    members = tuple(replace(item, roles=roles.get(item.member, item.roles)) for item in found.members)
    return next_of(found, members=members)


@pytest.mark.parametrize(
    ("roles", "able"),
    [
        ({"ada": ALL_ROLES}, {"ada"}),
        ({"ada": ALL_ROLES, "ben": APPROVER}, {"ada", "ben"}),
        ({"ada": ALL_ROLES, "ben": APPROVER, "cho": REQUESTER}, {"ada", "ben"}),
        ({"ada": ALL_ROLES, "cho": REQUESTER}, {"ada", "cho"}),
        ({"ada": ALL_ROLES, "dan": AUDITOR}, {"ada"}),
        ({"ada": ALL_ROLES, "eve": ()}, {"ada"}),
    ],
)
def test_whose_signature_counts(roles: Mapping[str, tuple[Role, ...]], able: set[str]) -> None:
    assert endorsers(state(**roles)) == able


def test_a_workspace_of_one_decides_alone() -> None:
    alone = state(ada=ALL_ROLES)
    assert missing_signatures(alone, with_roles(alone, ada=(Role.ADMINISTRATOR,)), {"ada"}) == 0


def test_a_single_administrator_needs_a_second_person_for_anything_but_closing_a_device() -> None:
    two = state(ada=ALL_ROLES, ben=APPROVER)
    more = with_roles(two, ben=(Role.APPROVER, Role.REQUESTER))
    policy = next_of(two, policy=replace(two.policy, approvals=2))
    assert needs_second_person(two, more)
    assert missing_signatures(two, more, {"ada"}) == 1
    assert missing_signatures(two, more, {"ben"}) == 1  # an approver alone changes nothing
    assert missing_signatures(two, more, {"ada", "ben"}) == 0
    assert missing_signatures(two, policy, {"ada"}) == 1
    closed = tuple(replace(item, closed=True) if item.member == "ben" else item for item in two.devices)
    assert missing_signatures(two, next_of(two, devices=closed), {"ada"}) == 0
    assert missing_signatures(two, with_roles(next_of(two, devices=closed), ben=()), {"ada"}) == 1


def test_closing_covers_nothing_else() -> None:
    two = state(ada=ALL_ROLES, ben=APPROVER)
    closed = tuple(replace(item, closed=True) if item.member == "ben" else item for item in two.devices)
    added = (*two.devices, Pen("ada 2", "ada").entry)
    assert missing_signatures(two, next_of(two, devices=added), {"ada"}) == 1
    after = replace(two, devices=closed)
    reopened = next_of(after, devices=two.devices)
    assert missing_signatures(after, reopened, {"ada"}) == 1
    assert missing_signatures(after, next_of(after, devices=()), {"ada"}) == 1


@pytest.mark.parametrize(("administrators", "needed"), [(1, 2), (2, 2), (3, 2), (4, 3), (5, 3)])
def test_it_takes_a_strict_majority_of_the_administrators(administrators: int, needed: int) -> None:
    names = [f"m{place}" for place in range(administrators)]
    found = state(**dict.fromkeys(names, ALL_ROLES), zoe=APPROVER)
    change = with_roles(found, zoe=(Role.APPROVER, Role.REQUESTER))
    assert missing_signatures(found, change, set()) == needed
    signers = {*names[: administrators // 2 + 1], "zoe"}
    assert missing_signatures(found, change, signers) == 0
    assert missing_signatures(found, change, {"zoe"}) == max(administrators // 2 + 1, 1)
