"""What other rules would have asked for: orders that were made, judged by a policy that nobody has signed yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from countersign.domain.approval.progress import ApprovalProgress, progress_under
from countersign.domain.approval.requirement import Requirement
from countersign.domain.ledger.governance import Governance
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order_state import OrderState
from countersign.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class SimulatedOrder:
    """One order under the policy of now and under another.

    Attributes:
        record: The order.
        before: What it requires under the policy in force.
        after: What it would require.
        who: Who would have to sign, and who could, had nobody signed yet: by the members of now, at the order's time.
    """

    record: OrderRecord
    before: Requirement
    after: Requirement
    who: ApprovalProgress

    @property
    def changed(self) -> bool:
        """Whether something else would be asked for."""
        return self.before.terms != self.after.terms

    @property
    def impossible(self) -> bool:
        """Whether too few people could give what would be asked for."""
        return self.who.stuck

    @property
    def lacks_device(self) -> bool:
        """Whether whoever asked would have needed another device, and has none."""
        return self.who.lacks_device


def simulate_policy(
    orders: Sequence[OrderRecord], governance_now: Governance, policy_new: Policy
) -> tuple[SimulatedOrder, ...]:
    """Tell what each order would have needed, and whose approval, under another policy.

    Args:
        orders: Orders as the ledger has them, such as those of the last month.
        governance_now: The epoch in force: its members and groups are asked.
        policy_new: The policy to try.
    """
    there = replace(governance_now, policy=policy_new)
    return tuple(
        SimulatedOrder(
            record=record,
            before=record.requirement(governance_now),
            after=record.requirement(there),
            who=progress_under(_unsigned(record), there, record.created_at),
        )
        for record in orders
    )


def _unsigned(record: OrderRecord) -> OrderRecord:
    """Return an order as it was made: what stopped it, or became of it, is no matter of who must sign."""
    return replace(
        record, state=OrderState.PREPARED, approvals=(), confirmations=(), assessment=None, assessment_event=""
    )
