"""What was known, and who could do what, just before an event: epochs and emergency stops (LEDGER rules 8, 13)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.authors import acting_member
from countersign.domain.ledger.chains import History, Verify
from countersign.domain.ledger.clocks import time_of
from countersign.domain.ledger.epoch_checks import check_epoch
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import (
    Governance,
    GovernanceError,
    Role,
    advance,
    expiry_of,
    follow,
    genesis,
    parents_of,
    recover,
    require_second_of,
    state_of,
)

OrderKey: TypeAlias = tuple[int, str, str, int]


@dataclass(frozen=True, slots=True)
class Epoch:
    """What governance was from a place on. A recovery key's step keeps the epoch's event and its state as signed.

    Attributes:
        step: The event that took effect at ``place``: the epoch's, or a recovery key's.
        parents: What the epoch follows: one epoch, or the rivals that it settles.
    """

    place: OrderKey
    event: str
    signed: Governance
    state: Governance
    step: str = ""
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stop:
    """An emergency stop, or the lifting of earlier ones: ``lifts`` names them."""

    place: OrderKey
    event: str
    lifts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rules:
    """The line of epochs and of emergency stops, each with the place at which it took effect.

    Attributes:
        epochs: Never empty; the first is the genesis.
        stops: Stops and their liftings.
        contested: Rival successors of the newest epoch, sorted; none of them holds, and no intent is made until a
            majority has named them all (LEDGER rule 8).
        rivals: The epochs that those lead to.
    """

    epochs: tuple[Epoch, ...]
    stops: tuple[Stop, ...] = ()
    contested: tuple[str, ...] = ()
    rivals: tuple[tuple[str, Governance], ...] = ()

    @property
    def governance(self) -> Governance:
        """The newest epoch."""
        return self.epochs[-1].state

    @property
    def frozen(self) -> bool:
        """Whether an emergency stop is in force."""
        return bool(_in_force(self.stops))

    def closing_of(self, device: str) -> str:
        """Return the event that closed a device; empty text where the genesis did, or it is open."""
        closed = ((item.step, item.state.device(device)) for item in self.epochs)
        return next((step for step, found in closed if found is not None and found.closed), "")

    def governance_before(self, place: OrderKey) -> Governance:
        """Return the epoch in force just before ``place``; the genesis where there is none earlier."""
        return next((item.state for item in reversed(self.epochs) if item.place < place), self.epochs[0].state)

    def governance_of(self, epoch: int) -> Governance | None:
        """Return the newest state of an epoch by its number."""
        return next((item.state for item in reversed(self.epochs) if item.state.epoch == epoch), None)

    def frozen_before(self, place: OrderKey) -> bool:
        """Tell whether an emergency stop was in force just before ``place``."""
        return bool(_in_force(item for item in self.stops if item.place < place))

    def with_event(self, event: Event, verify: Verify, history: History | None = None) -> Rules:
        """Return the rules after one more governance or stop event.

        Args:
            event: It folds after all that these rules were read from.
            verify: Checks an Ed25519 signature.
            history: What the event's device knew; None where one device alone writes, or it is not on record yet.

        Raises:
            GovernanceError: The event lacks the authority it needs.
        """
        if event.kind == kinds.WORKSPACE_FROZEN:
            return replace(self, stops=(*self.stops, Stop(event.order_key, event.id)))
        if event.kind == kinds.WORKSPACE_UNFROZEN:
            return self._unfrozen(event)
        if event.kind == kinds.GOVERNANCE_CHANGED:
            return self._changed(event, verify, history)
        if event.kind in {kinds.DEVICE_ADDED, kinds.DEVICE_CLOSED}:
            newest = self.epochs[-1]
            state = recover(newest.state, event, verify)
            return replace(
                self, epochs=(*self.epochs, replace(newest, place=event.order_key, state=state, step=event.id))
            )
        raise GovernanceError("governance.kind")

    def _unfrozen(self, event: Event) -> Rules:
        member = acting_member(self.governance, event.header.device, event.header.at)
        if Role.ADMINISTRATOR not in member.roles:
            raise GovernanceError("governance.may_not_unfreeze")
        # A stop is lifted by who knew of it: it stands earlier in the same chain, or the event names it.
        header = event.header
        own = {
            item.event for item in self.stops if item.place[1:] < event.order_key[1:] and item.place[1] == header.device
        }
        named = {item.event for item in self.stops} & set(header.refs)
        lifting = Stop(event.order_key, event.id, frozenset(own | named))
        return replace(self, stops=(*self.stops, lifting)) if lifting.lifts else self

    def _changed(self, event: Event, verify: Verify, history: History | None) -> Rules:
        parents, newest, expires_at = parents_of(event), self.epochs[-1], expiry_of(event)
        if expires_at and history is not None:
            following = state_of(event)
            if time_of(event.id, history, newest.state, following) >= expires_at:
                raise GovernanceError("governance.change_expired")
        if self.contested and parents == self.contested:
            following = _following(self.epochs, event, verify, steps=2)
            for _event, rival in self.rivals:
                require_second_of(rival, newest.state, event, verify)
            return self._at(event, following, self.epochs)
        if parents == (newest.event,) and not self.contested:
            return self._at(event, _following(self.epochs, event, verify), self.epochs)
        if len(parents) != 1 or all(item.event != parents[0] for item in self.epochs):
            raise GovernanceError("governance.not_next")
        # A rival: it follows an epoch that has a successor already. Neither holds, nor what was built on one.
        line = self.epochs[: 1 + max(at for at, item in enumerate(self.epochs) if item.event == parents[0])]
        beside = _following(line, event, verify)
        holds = self.epochs[len(line) :]
        siblings = {*self.contested} if not holds else {holds[0].event, *holds[0].parents} - {parents[0]}
        if history is not None and any(history.in_past(item, event.id) for item in siblings):
            raise GovernanceError("governance.not_next")  # who knew of the next epoch makes no rival to it (rule 7)
        rivals = dict(self.rivals if not holds else ((holds[0].event, holds[0].signed),)) | {event.id: beside}
        return replace(
            self, epochs=line, contested=tuple(sorted(rivals)), rivals=tuple(sorted(rivals.items(), key=_name))
        )

    def _at(self, event: Event, following: Governance, line: tuple[Epoch, ...]) -> Rules:
        signed = Governance.read(event.says()["state"])
        found = Epoch(event.order_key, event.id, signed, following, event.id, parents_of(event))
        return replace(self, epochs=(*line, found), contested=(), rivals=())


def _name(rival: tuple[str, Governance]) -> str:
    return rival[0]


def _following(line: tuple[Epoch, ...], event: Event, verify: Verify, *, steps: int = 1) -> Governance:
    """Return the epoch that a change leads to from the end of a line.

    Raises:
        GovernanceError: Its author or its signers had no say in the epoch that it follows, whatever came after that;
            it drops what they could not drop; or it is none that may begin to hold.
    """
    newest = line[-1]
    author = newest.state.member_of(event.header.device)
    if author is None or Role.ADMINISTRATOR not in author.roles:
        raise GovernanceError("governance.may_not_change")
    following = follow(newest.signed, newest.state, advance(newest.state, event, verify, steps=steps))
    check_epoch(following, (item.state for item in line))
    return following


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
        raise GovernanceError("governance.genesis")
    state = genesis(first)
    rules = Rules((Epoch(first.order_key, first.id, state, state),))
    refused: list[tuple[str, str]] = []
    for event in found:
        try:
            rules = rules.with_event(event, verify)
        except SecurityError as error:
            refused.append((event.id, error.code))
    return rules, refused


def _in_force(stops: Iterable[Stop]) -> set[str]:
    found = list(stops)
    lifted = {event for item in found for event in item.lifts}
    return {item.event for item in found if not item.lifts} - lifted
