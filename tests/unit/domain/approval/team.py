"""A firm of five: who asks, who approves in which group, who only reads. They write real, signed events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from countersign.domain.approval.rule import ApprovalRule, Need
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import Governance, Role
from countersign.domain.ledger.order_fold import fold_order
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import OrderKey
from countersign.domain.payee import fold_payee
from countersign.domain.policy import Policy
from tests.unit.domain.ledger.world import START, OrderDesk, Pen, Workspace, identifier

LAST: OrderKey = (2**40, "", "", 0)
DAY = 86_400_000

ROLES: Mapping[str, tuple[Role, ...]] = {
    "ada": (Role.REQUESTER, Role.ADMINISTRATOR),
    "ben": (Role.REQUESTER, Role.APPROVER, Role.ADMINISTRATOR),
    "cho": (Role.APPROVER, Role.ADMINISTRATOR),
    "dan": (Role.APPROVER,),
    "eve": (Role.AUDITOR,),
}
GROUPS: Mapping[str, tuple[str, ...]] = {"ben": ("Finance",), "cho": ("Finance", "Board"), "dan": ("Board",)}
TWO_OF_FINANCE = ApprovalRule("large", "EUR", 5_000_000, needs=(Need("Finance", 2),))


@dataclass
class Firm(Workspace):
    """Ada asks; Ben and Cho are Finance, Cho and Dan the Board; Eve audits. Ben has two devices."""

    people: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    expiries: Mapping[str, int] = field(default_factory=dict)

    def state(self, **changes: object) -> Governance:
        base = super().state()
        members = tuple(
            replace(item, **({"groups": GROUPS.get(item.member, ())} | dict(self.people.get(item.member, {}))))  # type: ignore[arg-type]  # tests name the fields
            for item in base.members
        )
        expiry = {pen.device: self.expiries.get(pen.name, 0) for pen in self.pens}
        devices = tuple(replace(item, expires_at=expiry[item.device]) for item in base.devices)
        found = replace(base, members=members, devices=devices)
        return replace(found, **changes)  # type: ignore[arg-type]  # tests name the fields

    def pen(self, name: str) -> Pen:
        """Return somebody's first device."""
        return next(pen for pen in self.pens if pen.member == name)

    def amend(self, *signers: str, seen: Iterable[Event] = (), epoch: int = 1, **changes: object) -> Event:
        """Let administrators move to a new epoch: ``changes`` are fields of the state."""
        newest = self.rules().epochs[-1]
        state = replace(newest.state, epoch=epoch, **changes)  # type: ignore[arg-type]  # tests name the fields
        author = self.pen(signers[0])
        body = self.change([newest.event], state, [self.pen(name) for name in signers])
        return author.write(kinds.GOVERNANCE_CHANGED, identifier("governance"), body, seen=tuple(seen))

    def members_with(self, member: str, **changes: object) -> tuple[object, ...]:
        """Return the members of now, one of them otherwise."""
        members = self.rules().governance.members
        return tuple(replace(item, **changes) if item.member == member else item for item in members)  # type: ignore[arg-type]  # tests name the fields


class Desk(OrderDesk):
    """An order's events, where several people sign one after another."""

    def prepared(self, **content: object) -> Desk:
        """Bring an order as far as its assessment."""
        self.add_payee()
        self.freeze(**content)
        self.assess()
        return self

    def sign(self, pen: Pen, *, after: Iterable[Event] = (), at: int | None = None, **changes: Json) -> Event:
        """Approve, knowing and naming the approvals ``after``."""
        known = tuple(after)
        body = self.approval_body(**changes)
        refs = (self.frozen.id, self.assessed.id, *(item.id for item in known))
        seen = tuple(item for item in (self.sender.shared[-1], *known) if item.header.device != pen.device)
        return pen.write(kinds.ORDER_APPROVED, self.order, body, refs=refs, seen=seen, at=at)

    def record(self) -> OrderRecord:
        """Fold the order by all that is known."""
        events = self.workspace.events

        def payee_of(payee: str) -> object:
            return fold_payee([item for item in events if item.header.subject == payee])

        about = [item for item in events if item.header.subject == self.order]
        found = fold_order(about, self.workspace.rules(), payee_of)  # type: ignore[arg-type]  # as it is
        assert found is not None
        return found

    def faults(self) -> list[str]:
        """Return what is wrong with each approval, in folding order."""
        return [item.fault for item in self.record().approvals]


def firm(
    *rules: ApprovalRule,
    roles: Mapping[str, tuple[Role, ...]] | None = None,
    people: Mapping[str, Mapping[str, object]] | None = None,
    expiries: Mapping[str, int] | None = None,
    **policy: object,
) -> tuple[Firm, Desk]:
    """Return the firm and the desk of Ada, who asks for EUR 250,000.00."""
    pens = [Pen(f"{name} 1", name) for name in ("ada", "ben", "cho", "dan", "eve")] + [Pen("ben 2", "ben")]
    found = Policy(**{"requester_may_approve": False, "rules": rules, **policy})  # type: ignore[arg-type]  # as above
    workspace = Firm(pens, found, {**ROLES, **(roles or {})}, people or {}, expiries or {})
    for pen in pens[1:]:
        pen.write(kinds.INCIDENT_RAISED, identifier("hello"), {"from": pen.name}, seen=(workspace.genesis,))
    return workspace, Desk(workspace, pens[0])


__all__ = ["DAY", "GROUPS", "LAST", "ROLES", "START", "TWO_OF_FINANCE", "Desk", "Firm", "firm"]
