"""Approval rules, limits of signatories and delegations: data that governance epochs carry, and therefore signed.

Nothing here decides: ``requirement`` tells which rules an order meets, ``signature`` whose approval fills which need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from countersign.domain.canonical import Fields, Json
from countersign.domain.currencies import EXPONENTS
from countersign.domain.errors import SecurityError

DEFAULT_RULE: Final = ""
"""The name of the rule that holds where no other applies: the policy's own count of approvals."""


class PayeeStanding(StrEnum):
    """How long the details of a payee have stood when an order is made."""

    NEW = "new"  # the payee has stood for less than 30 days (see ``ledger.standing_clock``), or is not known at all
    CHANGED = "changed"  # an older payee, whose details have stood for less than 30 days
    STANDING = "standing"


class OrderKind(StrEnum):
    """Whether an order was made alone or as one of a batch."""

    SINGLE = "single"
    BATCH = "batch"


@dataclass(frozen=True, slots=True)
class Need:
    """Signatures of ``count`` different members of ``group``; an empty group is any approver."""

    group: str
    count: int

    def canonical(self) -> dict[str, Json]:
        """Return the need as a canonical object."""
        return {"group": self.group, "count": self.count}

    @classmethod
    def read(cls, value: Json) -> Need:
        """Read a need."""
        fields = Fields(value, "need")
        found = cls(fields.text("group"), fields.integer("count"))
        fields.end()
        if found.count < 1:
            raise SecurityError("policy.nobody_approves")
        return found


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """Who must approve which orders. All that it says about an order must hold for it to apply.

    Attributes:
        rule: Its name within the policy: never empty.
        currency: ISO 4217 code; empty for any.
        above_minor: It applies to amounts above this, in minor units of ``currency``; without a currency it is 0.
        payees: Standings of the payee; none named is any.
        accounts: Accounts that the money leaves; none named is any.
        kinds: ``single``, ``batch``; none named is any. Nothing shows that an order belongs to a batch but its own
            word, so that ``batch`` alone adds to what holds otherwise, and ``single`` holds for every order.
        needs: What must be signed. One person's signature counts for one need of a rule.
        ordered: One after the other: whoever signs names the signatures before, and a later need waits for the earlier.
        second_device: Whoever asked must confirm it, too, on another device of theirs than the one that wrote it down
            and the one that sends it. That fills no need: it adds to what others sign, and is written only where asked.
    """

    rule: str
    currency: str = ""
    above_minor: int = 0
    payees: tuple[PayeeStanding, ...] = ()
    accounts: tuple[str, ...] = ()
    kinds: tuple[OrderKind, ...] = ()
    needs: tuple[Need, ...] = (Need("", 1),)
    ordered: bool = False
    second_device: bool = False

    def canonical(self) -> dict[str, Json]:
        """Return the rule as a canonical object."""
        asked: dict[str, Json] = {"second_device": True} if self.second_device else {}
        return {
            "rule": self.rule,
            "currency": self.currency,
            "above_minor": self.above_minor,
            "payees": [item.value for item in self.payees],
            "accounts": list(self.accounts),
            "kinds": [item.value for item in self.kinds],
            "needs": [item.canonical() for item in self.needs],
            "ordered": self.ordered,
            **asked,
        }

    @classmethod
    def read(cls, value: Json) -> ApprovalRule:
        """Read a rule.

        Raises:
            NotCanonicalError: A field is missing, unknown or of another type.
            SecurityError: ``policy.rule_form``; ``policy.nobody_approves``: it asks for nobody.
        """
        fields = Fields(value, "rule")
        payees, kinds = fields.texts("payees"), fields.texts("kinds")
        asked = fields.has("second_device")
        if not set(payees) <= set(PayeeStanding) or not set(kinds) <= set(OrderKind):
            raise SecurityError("policy.rule_form")
        found = cls(
            rule=fields.text("rule"),
            currency=fields.text("currency"),
            above_minor=fields.integer("above_minor"),
            payees=tuple(PayeeStanding(item) for item in payees),
            accounts=fields.texts("accounts"),
            kinds=tuple(OrderKind(item) for item in kinds),
            needs=tuple(Need.read(item) for item in fields.items("needs")),
            ordered=fields.flag("ordered"),
            second_device=fields.flag("second_device") if asked else False,
        )
        fields.end()
        if asked and not found.second_device:  # one way to write what isn't asked for
            raise SecurityError("policy.rule_form")
        found.check_form()
        return found

    def check_form(self) -> None:
        """Check what no rule may lack.

        Raises:
            SecurityError: ``policy.rule_form``; ``policy.nobody_approves``: it asks for nobody.
        """
        well_formed = (
            self.rule
            and (not self.currency or self.currency in EXPONENTS)
            and self.above_minor >= 0
            and (self.currency or self.above_minor == 0)  # a bare number means other money in every currency
            and all(_once(item) for item in (self.payees, self.accounts, self.kinds))
            and all(self.accounts)
        )
        if not well_formed:
            raise SecurityError("policy.rule_form")
        if not self.needs:
            raise SecurityError("policy.nobody_approves")


@dataclass(frozen=True, slots=True)
class SignatoryLimit:
    """How much one member's signature carries, in minor units of one currency; 0 is no limit of that kind.

    ``order_minor`` is for one order, ``day_minor`` for all that the member approves on one day (UTC).
    """

    member: str
    currency: str
    order_minor: int
    day_minor: int

    def canonical(self) -> dict[str, Json]:
        """Return the limit as a canonical object."""
        return {
            "member": self.member,
            "currency": self.currency,
            "order_minor": self.order_minor,
            "day_minor": self.day_minor,
        }

    @classmethod
    def read(cls, value: Json) -> SignatoryLimit:
        """Read a limit; raises ``policy.limit_form``."""
        fields = Fields(value, "limit")
        found = cls(
            fields.text("member"),
            fields.text("currency"),
            fields.integer("order_minor"),
            fields.integer("day_minor"),
        )
        fields.end()
        amounts = (found.order_minor, found.day_minor)
        if found.currency not in EXPONENTS or min(amounts) < 0 or not any(amounts):
            raise SecurityError("policy.limit_form")
        return found


@dataclass(frozen=True, slots=True)
class Delegation:
    """From ``starts_at`` until before ``ends_at`` (milliseconds), ``to_member`` may sign with another's authority.

    The delegate signs as themself. What was delegated to a member is not theirs to pass on.
    """

    from_member: str
    to_member: str
    starts_at: int
    ends_at: int

    def canonical(self) -> dict[str, Json]:
        """Return the delegation as a canonical object."""
        return {
            "from_member": self.from_member,
            "to_member": self.to_member,
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
        }

    @classmethod
    def read(cls, value: Json) -> Delegation:
        """Read a delegation; raises ``policy.delegation_form``."""
        fields = Fields(value, "delegation")
        found = cls(
            fields.text("from_member"),
            fields.text("to_member"),
            fields.integer("starts_at"),
            fields.integer("ends_at"),
        )
        fields.end()
        if found.from_member == found.to_member or not 0 <= found.starts_at < found.ends_at:
            raise SecurityError("policy.delegation_form")
        return found

    def holds_at(self, at: int) -> bool:
        """Tell whether it is in force."""
        return self.starts_at <= at < self.ends_at


def _once(items: Sequence[str]) -> bool:
    return len(set(items)) == len(items)
