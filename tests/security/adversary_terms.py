"""What a policy asks of an order in a world of the adversary campaign, and whether its requester confirmed it.

Written against the rules (LEDGER 11, 13), as ``adversary_truth`` is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from countersign.domain.ledger import kinds
from countersign.domain.order import OrderContent
from countersign.domain.policy import Policy

if TYPE_CHECKING:
    from tests.security.adversary_truth import Fact, Standing, Truth


def terms(policy: Policy, content: OrderContent) -> list[tuple[bool, tuple[tuple[str, int], ...]]]:
    """Return what a policy asks of an order: for each rule whether in turn, and how many of which groups."""
    amount = content.payment.instructed_amount
    applying = [
        (rule.ordered, tuple((need.group, need.count) for need in rule.needs))
        for rule in policy.rules
        if not rule.currency or (rule.currency == amount.currency and amount.minor > rule.above_minor)
    ]
    return sorted(set(applying)) or [(False, (("", policy.approvals),))]


def asks_twice(policy: Policy, content: OrderContent) -> bool:
    """Tell whether a rule that applies asks for the requester's other device."""
    amount = content.payment.instructed_amount
    return any(
        rule.second_device
        for rule in policy.rules
        if not rule.currency or (rule.currency == amount.currency and amount.minor > rule.above_minor)
    )


def is_confirmed(
    truth: Truth, intent: Fact, frozen: Fact, content: OrderContent, standing: Standing, sender: str
) -> bool:
    """Tell whether an intent names what the requester's other device said of just this order, under these rules."""
    state = standing.state
    if not asks_twice(state.policy, content):
        return True
    owners = {item.device: item.member for item in state.devices}
    signing = {item.member for item in state.members if item.signs}
    for item in truth.known(kinds.ORDER_CONFIRMED, content.order, intent.past, state):
        body, given = item.body, standing.of_epoch(item.body["epoch"])
        expires = body["expires_at"]
        if (
            item.event.id in intent.event.header.refs
            and owners.get(item.device) == content.requester
            and content.requester in signing
            and item.device not in {frozen.device, sender}
            and body["digest"] == content.digest
            and bool(item.past & frozen.bit)
            and isinstance(expires, int)
            and expires > intent.event.header.at
            and given is not None
            and asks_twice(given.policy, content)
        ):
            return True
    return False
