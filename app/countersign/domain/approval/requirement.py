"""What an order requires: the rules that apply to it, all of which must be met.

Pure functions of the frozen content, the payee's versions and a policy; the same for whoever asks, whenever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from countersign.domain.approval.rule import DEFAULT_RULE, ApprovalRule, Need, OrderKind, PayeeStanding
from countersign.domain.order import OrderContent
from countersign.domain.payee import PayeeRecord, PayeeVersion
from countersign.domain.policy import Policy

STANDING_AFTER_MS: Final = 30 * 86_400_000
"""How long details must have been there to stand."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What has to be signed for an order, whatever the rules are called: equal where its rule is unchanged (LEDGER 11).

    Attributes:
        needs: Of each rule whether its signatures follow one another, and how many of which group it asks for.
        second_device: Whether whoever asked must confirm it on another device of theirs.
    """

    needs: tuple[tuple[bool, tuple[tuple[str, int], ...]], ...]
    second_device: bool


@dataclass(frozen=True, slots=True)
class Requirement:
    """The rules that apply to one order: never empty.

    Where none of the policy's would apply to it alone, the policy's own count does.
    """

    rules: tuple[ApprovalRule, ...]

    @property
    def groups(self) -> frozenset[str]:
        """The groups that the needs name; empty text where any approver will do."""
        return frozenset(need.group for rule in self.rules for need in rule.needs)

    @property
    def second_device(self) -> bool:
        """Whether whoever asked must confirm it on another device of theirs: one rule that says so is enough."""
        return any(rule.second_device for rule in self.rules)

    @property
    def terms(self) -> Terms:
        """What has to be signed."""
        found = {(rule.ordered, tuple((need.group, need.count) for need in rule.needs)) for rule in self.rules}
        return Terms(tuple(sorted(found)), self.second_device)


def standing_for(payee: PayeeRecord | None, content: OrderContent, at: int) -> PayeeStanding:
    """Tell how long the details that an order pays had stood when it was made.

    Args:
        payee: Who is paid; None where it isn't known.
        content: The order. Where it pays into another account than the version that it names, nothing speaks for it.
        at: When the order was made, milliseconds since the epoch.
    """
    versions = payee.versions if payee else ()
    named = next((item for item in versions if item.event == content.payee_version), None)
    if named is None or not _pays(named, content):
        return PayeeStanding.NEW
    return standing_of(payee, content.payee_version, at)


def pays_current(payee: PayeeRecord, content: OrderContent) -> bool:
    """Tell whether an order pays into the account of the version that it names, and that one is the newest."""
    return payee.version.event == content.payee_version and _pays(payee.version, content)


def _pays(version: PayeeVersion, content: OrderContent) -> bool:
    details, payment = version.details, content.payment
    return (details.account, details.agent_member) == (payment.creditor_account, payment.creditor_agent_member)


def standing_of(payee: PayeeRecord | None, version: str, at: int) -> PayeeStanding:
    """Tell how long the details that an order names had stood when it was made.

    Args:
        payee: The payee; what came after the version changes nothing. None where it isn't known.
        version: The event of the version that the order names.
        at: When the order was made, milliseconds since the epoch.

    Returns:
        ``NEW`` also where the version isn't one of the payee's: nothing speaks for it.
    """
    known = {item.event: item for item in payee.versions} if payee else {}
    if version not in known:
        return PayeeStanding.NEW
    if at - min(item.at for item in _line(known, version)) < STANDING_AFTER_MS:
        return PayeeStanding.NEW  # however often it was changed since
    return PayeeStanding.CHANGED if at - known[version].at < STANDING_AFTER_MS else PayeeStanding.STANDING


def _line(known: Mapping[str, PayeeVersion], version: str) -> list[PayeeVersion]:
    """Return a version and whatever it came from."""
    found, ahead = [], [version]
    seen = set(ahead)
    while ahead:
        found.append(known[ahead.pop()])
        before = [item for item in found[-1].supersedes if item in known and item not in seen]
        seen.update(before)
        ahead.extend(before)
    return found


def requirement(content: OrderContent, standing: PayeeStanding, policy: Policy) -> Requirement:
    """Return the rules that an order must meet under a policy.

    That an order belongs to a batch is said by whoever made it, and nothing shows it: it may add rules, and takes none
    away. So an order of a batch meets whatever it would have to meet alone, and the rules for batches beside it.
    """
    applying = tuple(rule for rule in policy.rules if _applies(rule, content, standing))
    if all(_for_batches_only(rule) for rule in applying):
        applying = (ApprovalRule(DEFAULT_RULE, needs=(Need("", policy.approvals),)), *applying)
    return Requirement(applying)


def _for_batches_only(rule: ApprovalRule) -> bool:
    return bool(rule.kinds) and OrderKind.SINGLE not in rule.kinds


def _applies(rule: ApprovalRule, content: OrderContent, standing: PayeeStanding) -> bool:
    amount = content.payment.instructed_amount
    return (
        (not rule.currency or (amount.currency == rule.currency and amount.minor > rule.above_minor))
        and (not rule.payees or standing in rule.payees)
        and (not rule.accounts or content.payment.debtor_account in rule.accounts)
        and (bool(content.batch) or not _for_batches_only(rule))
    )
