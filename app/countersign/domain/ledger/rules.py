"""What was known, and who could do what, just before an event: epochs of governance and emergency stops (LEDGER 8, 13)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chains import Verify
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import Governance, advance, genesis

OrderKey: TypeAlias = tuple[int, str, str, int]


@dataclass(frozen=True, slots=True)
class Rules:
    """The line of epochs and of emergency stops, each with the place at which it took effect."""

    epochs: tuple[tuple[OrderKey, str, Governance], ...]
    stops: tuple[tuple[OrderKey, bool], ...] = ()

    @property
    def governance(self) -> Governance:
        """The newest epoch."""
        return self.epochs[-1][2]

    @property
    def frozen(self) -> bool:
        """Whether an emergency stop is in force."""
        return bool(self.stops) and self.stops[-1][1]

    def governance_before(self, place: OrderKey) -> Governance:
        """Return the epoch in force just before ``place``; the genesis where there is none earlier."""
        return next((state for key, _, state in reversed(self.epochs) if key < place), self.epochs[0][2])

    def frozen_before(self, place: OrderKey) -> bool:
        """Tell whether an emergency stop was in force just before ``place``."""
        return next((frozen for key, frozen in reversed(self.stops) if key < place), False)

    def with_event(self, event: Event, verify: Verify) -> Rules:
        """Return the rules after one more governance or stop event.

        Raises:
            GovernanceError: The event lacks the authority it needs.
        """
        key = event.order_key
        if event.kind in {kinds.WORKSPACE_FROZEN, kinds.WORKSPACE_UNFROZEN}:
            return Rules(self.epochs, (*self.stops, (key, event.kind == kinds.WORKSPACE_FROZEN)))
        _, head, state = self.epochs[-1]
        following = advance(state, head, event, verify)
        return Rules((*self.epochs, (key, event.id, following)), self.stops)


def read_rules(events: Iterable[Event], verify: Verify) -> tuple[Rules, Sequence[tuple[str, str]]]:
    """Fold governance and stop events, given in folding order.

    Returns:
        The rules, and the events that were left out, each with the code of its fault.

    Raises:
        GovernanceError: There is no genesis.
    """
    found = iter(events)
    first = next(found, None)
    if first is None:
        raise SecurityError("governance.genesis")
    rules = Rules(((first.order_key, first.id, genesis(first)),))
    refused: list[tuple[str, str]] = []
    for event in found:
        try:
            rules = rules.with_event(event, verify)
        except SecurityError as error:
            refused.append((event.id, error.code))
    return rules, refused
