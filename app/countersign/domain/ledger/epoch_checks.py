"""What only a new epoch must satisfy. Epochs that hold already are read as they are, for ever.

A rule that too few could meet would leave orders that nobody can approve, and a key in two hands would let one person
stand for two.
"""

from __future__ import annotations

from collections.abc import Iterable

from countersign.domain.approval.matching import placed
from countersign.domain.approval.rule import DEFAULT_RULE, ApprovalRule, Need
from countersign.domain.ledger.governance import Governance
from countersign.domain.ledger.members import GovernanceError, Member, Role


def check_epoch(state: Governance, earlier: Iterable[Governance] = ()) -> None:
    """Check a new epoch before it holds.

    Args:
        state: The new epoch.
        earlier: The epochs before it: a recovery key never passes to another member.

    Raises:
        GovernanceError: ``governance.key_twice``; ``governance.own_approval``: several may sign, and one would approve
            what they asked for; ``governance.rule_impossible`` (``rule``, ``requester``).
    """
    holder = {member.recovery_public_key: member.member for epoch in earlier for member in epoch.members}
    own = [member.recovery_public_key for member in state.members]
    signing = {device.signing_public_key for device in state.devices}
    moved = any(holder.get(item.recovery_public_key, item.member) != item.member for item in state.members)
    if moved or len(set(own)) != len(own) or not signing.isdisjoint((*own, *holder)):
        raise GovernanceError("governance.key_twice")
    if state.policy.requester_may_approve and not state.approves_own:
        raise GovernanceError("governance.own_approval")
    for rule, requester in impossible_rules(state):
        raise GovernanceError("governance.rule_impossible", rule=rule, requester=requester)


def impossible_rules(state: Governance) -> tuple[tuple[str, str], ...]:
    """List the rules that can't be met, each with the first requester whose orders nobody could approve.

    Counted are the approvers who could sign, the requester left out, whether or not their access stands today: it can
    be confirmed. A limit below the rule's own band leaves somebody out. ``DEFAULT_RULE`` names the policy's own count.
    """
    default = ApprovalRule(DEFAULT_RULE, needs=(Need("", state.policy.approvals),))
    requesters = [item.member for item in state.members if Role.REQUESTER in item.roles]
    found = []
    for rule in (*state.policy.rules, default):
        shut_out = next((item for item in requesters if not _can_be_met(rule, state, item)), None)
        if shut_out is not None:
            found.append((rule.rule, shut_out))
    return tuple(found)


def _can_be_met(rule: ApprovalRule, state: Governance, requester: str) -> bool:
    signers = [
        item
        for item in state.members
        if Role.APPROVER in item.roles
        and (state.approves_own or item.member != requester)
        and _carries(rule, state, item)
    ]
    fitting = [[at for at, need in enumerate(rule.needs) if need.group in {"", *item.groups}] for item in signers]
    places = [need.count for need in rule.needs]
    return sum(map(len, placed(places, fitting))) == sum(places)


def _carries(rule: ApprovalRule, state: Governance, member: Member) -> bool:
    limit = state.policy.limit_of(member.member, rule.currency)
    amounts = (limit.order_minor, limit.day_minor) if limit else ()
    return all(amount == 0 or amount > rule.above_minor for amount in amounts)
