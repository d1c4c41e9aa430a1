"""Whose authority a signature has: the signer's own, or that of who delegated to them, while it lasts."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.domain.approval.requirement import Terms, requirement
from countersign.domain.approval.rule import PayeeStanding, SignatoryLimit
from countersign.domain.ledger.governance import Governance
from countersign.domain.order import OrderContent


@dataclass(frozen=True, slots=True)
class Basis:
    """What a signature over one order rests on in an epoch. Equal where rule and authority are unchanged (LEDGER 11).

    Attributes:
        terms: What the order requires, see ``Requirement.terms``.
        alone: Whether the requester's own approval counts.
        groups: The groups of that authority which the order's needs name.
        limit: What that authority carries in the order's currency.
    """

    terms: Terms
    alone: bool
    groups: tuple[str, ...]
    limit: SignatoryLimit | None


def authorities(governance: Governance, member: str, at: int) -> tuple[str, ...]:
    """List the members whose authority a member's signature may have at a time, their own first.

    The delegate must be somebody who signs at all: what an auditor signs never counts. Only an approver's own authority
    is delegated, so nothing is passed on; it lapses with the delegator's access.
    """
    signer = governance.member(member)
    if signer is None or not signer.signs or not signer.has_access(at):
        return ()
    own = (member,) if governance.may_approve(member) else ()
    return (
        *own,
        *(item for item in governance.policy.delegators_of(member, at) if _has_authority(governance, item, at)),
    )


def _has_authority(governance: Governance, member: str, at: int) -> bool:
    found = governance.member(member)
    return found is not None and found.has_access(at) and governance.may_approve(member)


def basis_of(governance: Governance, content: OrderContent, standing: PayeeStanding, authority: str) -> Basis | None:
    """Return what a signature with a member's authority rests on; None where they have none in this epoch."""
    found = governance.member(authority)
    if found is None or not governance.may_approve(authority):
        return None
    required = requirement(content, standing, governance.policy)
    return Basis(
        terms=required.terms,
        alone=governance.approves_own,
        groups=tuple(sorted(required.groups.intersection(found.groups))),
        limit=governance.policy.limit_of(authority, content.payment.instructed_amount.currency),
    )
