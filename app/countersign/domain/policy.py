"""Who must approve what. Data, carried by governance epochs and therefore signed (LEDGER rule 8)."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.domain.canonical import Fields, Json
from countersign.domain.errors import SecurityError

POLICY_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Policy:
    """The approval rule of a workspace.

    Attributes:
        approvals: How many different persons must approve an order; at least 1.
        requester_may_approve: Whether the requester's own approval counts. True only for a workspace of one.
        wait_seconds: How long a large amount waits on screen before the final button acts.
        wait_above_minor: From which amount (minor units of the order's own currency) it waits.
    """

    approvals: int = 1
    requester_may_approve: bool = True
    wait_seconds: int = 3
    wait_above_minor: int = 1_000_000
    v: int = POLICY_FORMAT

    def canonical(self) -> dict[str, Json]:
        """Return the policy as a canonical object."""
        return {
            "v": self.v,
            "approvals": self.approvals,
            "requester_may_approve": self.requester_may_approve,
            "wait_seconds": self.wait_seconds,
            "wait_above_minor": self.wait_above_minor,
        }

    @classmethod
    def read(cls, value: Json) -> Policy:
        """Read a policy.

        Raises:
            NotCanonicalError: A field is missing, unknown or of another type.
            SecurityError: The version is not known, nobody would have to approve, or a wait is negative.
        """
        fields = Fields(value, "policy")
        version = fields.integer("v")
        if version != POLICY_FORMAT:
            raise SecurityError("policy.version", version=version)
        policy = cls(
            v=version,
            approvals=fields.integer("approvals"),
            requester_may_approve=fields.flag("requester_may_approve"),
            wait_seconds=fields.integer("wait_seconds"),
            wait_above_minor=fields.integer("wait_above_minor"),
        )
        fields.end()
        if policy.approvals < 1:
            raise SecurityError("policy.nobody_approves")
        if policy.wait_seconds < 0 or policy.wait_above_minor < 0:
            raise SecurityError("policy.wait")
        return policy
