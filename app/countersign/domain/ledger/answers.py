"""What was read of the past of events before: that never changes, and asking anew costs (LEDGER rule 7)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from countersign.domain.approval.rule import PayeeStanding
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.chains import History, Verify
from countersign.domain.ledger.closings import Accepted, Forked
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.rules import Rules, read_rules
from countersign.domain.payee import PayeeRecord

_REMEMBERED: Final = 512
_ANSWERS: Final = 20_000


@dataclass(frozen=True, slots=True)
class RememberedRules:
    """Rules that were read before, by the events they were read from: an epoch carries a whole state."""

    _known: OrderedDict[tuple[str, ...], Rules] = field(default_factory=OrderedDict)

    def read(self, events: Sequence[Event], verify: Verify, history: History | None = None) -> Rules:
        """Fold governance and stop events, given in folding order with the genesis first; only what is new costs.

        Args:
            events: Those that count.
            verify: Checks an Ed25519 signature.
            history: What the events' devices knew; always the same one.

        Raises:
            GovernanceError: There is no genesis.
        """
        names = tuple(event.id for event in events)
        at = len(names)
        while at and names[:at] not in self._known:
            at -= 1
        if at == 0:
            rules, _ = read_rules(events[:1], verify)
        else:
            rules = self._known[names[:at]]
            self._known.move_to_end(names[:at])
        for count in range(max(at, 1), len(names) + 1):
            if count > max(at, 1):
                rules = _with(rules, events[count - 1], verify, history)
            self._known[names[:count]] = rules
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return rules


def _with(rules: Rules, event: Event, verify: Verify, history: History | None) -> Rules:
    try:
        return rules.with_event(event, verify, history)
    except SecurityError:
        return rules


@dataclass(frozen=True, slots=True)
class JudgedApproval:
    """What an approval amounts to: with whose authority, and how much, in minor units."""

    member: str
    currency: str
    minor: int


@dataclass(frozen=True, slots=True)
class Answers:
    """What was asked about the past of an event before: that never changes, until a body arrives late (``forget``).

    Attributes:
        rules: Governance and stops in the past of an event.
        payees: The versions of a payee in the past of an event.
        approvals: What an approval amounts to; None where it has a fault.
        standings: How long a payee had stood, by the event that froze the order.
        accepted: What closings say of the branches of a forked chain.
    """

    rules: dict[str, Rules] = field(default_factory=dict)
    payees: dict[tuple[str, str], PayeeRecord | None] = field(default_factory=dict)
    approvals: dict[str, JudgedApproval | None] = field(default_factory=dict)
    standings: dict[str, PayeeStanding] = field(default_factory=dict)
    accepted: dict[Forked, tuple[Accepted, ...]] = field(default_factory=dict)

    def forget(self) -> None:
        """Ask anew from now on."""
        for known in (self.rules, self.payees, self.approvals, self.standings, self.accepted):
            known.clear()

    def bound(self) -> None:
        """Keep what is remembered from growing without end."""
        beside = len(self.standings) + len(self.accepted)
        if len(self.rules) + len(self.payees) + len(self.approvals) + beside > _ANSWERS:
            self.forget()
