"""Who must approve what. Data, carried by governance epochs and therefore signed (LEDGER rule 8).

Format 1 knows one count of approvals. Format 2 adds rules, limits and delegations; a policy without any of these is
written in format 1, byte for byte as ever, so that one policy has one form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from countersign.domain.approval.rule import ApprovalRule, Delegation, SignatoryLimit
from countersign.domain.canonical import Fields, Json
from countersign.domain.errors import SecurityError

POLICY_FORMATS: Final = (1, 2)


@dataclass(frozen=True, slots=True)
class Policy:
    """The approval rules of a workspace.

    Attributes:
        approvals: How many different persons must approve an order to which no rule applies; at least 1.
        requester_may_approve: Whether the requester's own approval counts. True only for a workspace of one.
        wait_seconds: How long a large amount waits on screen before the final button acts.
        wait_above_minor: From which amount (minor units of the order's own currency) it waits.
        rules: All that apply to an order must be met.
        limits: How much a member's signature carries; at most one for a member and a currency.
        delegations: Who may sign with another's authority, and until when.
    """

    approvals: int = 1
    requester_may_approve: bool = True
    wait_seconds: int = 3
    wait_above_minor: int = 1_000_000
    rules: tuple[ApprovalRule, ...] = ()
    limits: tuple[SignatoryLimit, ...] = ()
    delegations: tuple[Delegation, ...] = ()

    @property
    def v(self) -> int:
        """The format: the least that can say it."""
        return 2 if self.rules or self.limits or self.delegations else 1

    def canonical(self) -> dict[str, Json]:
        """Return the policy as a canonical object."""
        added: dict[str, Json] = {
            "rules": [item.canonical() for item in self.rules],
            "limits": [item.canonical() for item in self.limits],
            "delegations": [item.canonical() for item in self.delegations],
        }
        return {
            "v": self.v,
            "approvals": self.approvals,
            "requester_may_approve": self.requester_may_approve,
            "wait_seconds": self.wait_seconds,
            "wait_above_minor": self.wait_above_minor,
            **(added if self.v > 1 else {}),
        }

    @classmethod
    def read(cls, value: Json) -> Policy:
        """Read a policy.

        Raises:
            NotCanonicalError: A field is missing, unknown or of another type.
            SecurityError: The version is not known or not the least that says it, nobody would have to approve, a wait
                is negative, or a rule, limit or delegation does not have its form.
        """
        fields = Fields(value, "policy")
        version = fields.integer("v")
        if version not in POLICY_FORMATS:
            raise SecurityError("policy.version", version=version)
        added = version > 1
        policy = cls(
            approvals=fields.integer("approvals"),
            requester_may_approve=fields.flag("requester_may_approve"),
            wait_seconds=fields.integer("wait_seconds"),
            wait_above_minor=fields.integer("wait_above_minor"),
            rules=tuple(ApprovalRule.read(item) for item in fields.items("rules")) if added else (),
            limits=tuple(SignatoryLimit.read(item) for item in fields.items("limits")) if added else (),
            delegations=tuple(Delegation.read(item) for item in fields.items("delegations")) if added else (),
        )
        fields.end()
        policy.check_form()
        if policy.v != version:
            raise SecurityError("policy.version", version=version)
        return policy

    def check_form(self) -> None:
        """Check what no policy may lack.

        Raises:
            SecurityError: ``policy.nobody_approves``, ``policy.wait``, ``policy.named_twice``.
        """
        if self.approvals < 1:
            raise SecurityError("policy.nobody_approves")
        if self.wait_seconds < 0 or self.wait_above_minor < 0:
            raise SecurityError("policy.wait")
        rules = {item.rule for item in self.rules}
        limits = {(item.member, item.currency) for item in self.limits}
        if (len(rules), len(limits)) != (len(self.rules), len(self.limits)):
            raise SecurityError("policy.named_twice")

    def limit_of(self, member: str, currency: str) -> SignatoryLimit | None:
        """Find what a member's signature carries in a currency; None where nothing limits it."""
        return next((item for item in self.limits if (item.member, item.currency) == (member, currency)), None)

    def delegators_of(self, member: str, at: int) -> tuple[str, ...]:
        """List whose authority a member may sign with at a time, beside their own."""
        found = {item.from_member for item in self.delegations if item.to_member == member and item.holds_at(at)}
        return tuple(sorted(found))
