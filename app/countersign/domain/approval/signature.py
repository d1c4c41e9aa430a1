"""Approvals of one order, and which needs of its rules they fill.

A person counts once, an authority counts once, and one signature fills one need of a rule; it may serve several rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from countersign.domain.approval.authority import Basis
from countersign.domain.approval.matching import placed
from countersign.domain.approval.requirement import Requirement
from countersign.domain.approval.rule import ApprovalRule


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's signature over the order's digest, and why it does not count where it does not.

    Attributes:
        epoch: The epoch that the signer knew.
        authority: The member whose authority it has: the signer's own, or the delegator's; empty where there is none.
        device: The device that signed.
        at: When, by that device's clock, milliseconds since the epoch: daily limits go by it.
        names: The earlier approvals that it names: the signer is known to have seen them.
        basis: What it rests on in that epoch.
    """

    event: str
    member: str
    digest: str
    epoch: int
    assessment: str
    expires_at: int
    fault: str = ""
    authority: str = ""
    device: str = ""
    at: int = 0
    names: tuple[str, ...] = ()
    basis: Basis | None = None

    def fits(self, group: str) -> bool:
        """Tell whether its authority belongs to a group; anybody belongs to the empty one."""
        return not group or (self.basis is not None and group in self.basis.groups)


def fill(rule: ApprovalRule, approvals: Sequence[Approval]) -> tuple[tuple[Approval, ...], ...]:
    """Return for each need of a rule the approvals that fill it, as many as can be placed.

    Args:
        rule: The rule.
        approvals: Of different persons and different authorities, in folding order.
    """
    if rule.ordered:
        return _in_turn(rule, approvals)
    fitting = [[at for at, need in enumerate(rule.needs) if item.fits(need.group)] for item in approvals]
    found = placed([need.count for need in rule.needs], fitting)
    return tuple(tuple(approvals[item] for item in items) for items in found)


def _in_turn(rule: ApprovalRule, approvals: Sequence[Approval]) -> tuple[tuple[Approval, ...], ...]:
    """Take each approval for the need whose turn it is, where it names all that were taken before it."""
    found: list[list[Approval]] = [[] for _ in rule.needs]
    turn = 0
    taken: set[str] = set()
    for approval in approvals:
        if turn < len(rule.needs) and approval.fits(rule.needs[turn].group) and taken <= set(approval.names):
            found[turn].append(approval)
            taken.add(approval.event)
            turn += len(found[turn]) == rule.needs[turn].count
    return tuple(tuple(item) for item in found)


def filled(required: Requirement, approvals: Sequence[Approval]) -> int:
    """Count the places of all rules that are filled."""
    return sum(len(need) for rule in required.rules for need in fill(rule, approvals))


def is_met(required: Requirement, approvals: Sequence[Approval]) -> bool:
    """Tell whether every need of every rule is filled."""
    return filled(required, approvals) == sum(need.count for rule in required.rules for need in rule.needs)
