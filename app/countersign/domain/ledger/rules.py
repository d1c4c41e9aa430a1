"""What was known, and who could do what, just before an event: epochs and emergency stops (LEDGER rules 8, 13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    change_message,
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
    """

    place: OrderKey
    event: str
    signed: Governance
    state: Governance
    step: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of governance that enough have signed, whatever became of it since.

    Attributes:
        base: The epoch by which it is judged: the one that it follows, or that the rivals follow which it settles.
        settles: The rivals that it names, and those that these had settled.
        message: What was signed. Two devices that put the same in force make one epoch, with two names.
        epoch: The epoch that it makes, under the first of its names in folding order.
    """

    base: str
    settles: frozenset[str]
    message: bytes
    epoch: Epoch


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
        changes: What enough have signed to follow an epoch of the line, by each of its names.
        recoveries: What recovery keys did.
    """

    epochs: tuple[Epoch, ...]
    stops: tuple[Stop, ...] = ()
    contested: tuple[str, ...] = ()
    changes: Mapping[str, Change] = field(default_factory=dict)
    recoveries: tuple[Event, ...] = ()

    @property
    def governance(self) -> Governance:
        """The newest epoch."""
        return self.epochs[-1].state

    @property
    def rivals(self) -> tuple[tuple[str, Governance], ...]:
        """The epochs that the contested ones would make."""
        return tuple((name, self.changes[name].epoch.state) for name in self.contested)

    @property
    def next_epoch(self) -> int:
        """The number of the epoch that would follow: where the next one is contested, above that of every rival."""
        return 1 + max([self.governance.epoch, *(rival.epoch for _name, rival in self.rivals)])

    @property
    def frozen(self) -> bool:
        """Whether an emergency stop is in force."""
        return bool(_in_force(self.stops))

    def hears(self, device: str, at: int) -> bool:
        """Tell whether a device is sent anything. While rivals contest one another, one of them may have closed it."""
        return all(state.hears(device, at) for state in (self.governance, *(state for _name, state in self.rivals)))

    def name_of(self, event: str) -> str:
        """Return the name of the epoch that an event puts in force: the first device's, where several did that."""
        return self.changes[event].epoch.event if event in self.changes else event

    def names_of(self, event: str) -> frozenset[str]:
        """Return all events that put the same epoch in force."""
        return frozenset({event, *(name for name, item in self.changes.items() if item.epoch.event == event)})

    @property
    def next_parents(self) -> tuple[str, ...]:
        """What the next epoch has to name: the newest one, or the rivals that it settles."""
        return self.contested or (self.epochs[-1].event,)

    def followed_by(self, parents: Sequence[str]) -> bool:
        """Tell whether parents are ``next_parents``, by whichever of their names."""
        return tuple(sorted(map(self.name_of, parents))) == self.next_parents

    def closings_of(self, device: str) -> frozenset[str]:
        """Return the events that closed a device; none where the genesis did, or it is open."""
        closed = ((item.step, item.state.device(device)) for item in self.epochs)
        step = next((step for step, found in closed if found is not None and found.closed), "")
        return self.names_of(step) if step else frozenset()

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
            step = _step(self.epochs[-1], event, verify, event.order_key)
            return replace(self, epochs=(*self.epochs, step), recoveries=(*self.recoveries, event))
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
        line, named = self._followed(parents_of(event))
        change = _judged(event, line, named, verify, history)
        beside = [item for item in self.changes.items() if item[1].base == change.base]
        beside = [(name, item) for name, item in beside if item.epoch.event not in change.settles]
        if history is not None and any(history.in_past(name, event.id) for name, _item in beside):
            raise GovernanceError("governance.not_next")  # who knew of the next epoch makes no rival to it (rule 7)
        same = next((item for _name, item in beside if item.message == change.message), None)
        changes = {**self.changes, event.id: same or change}
        if same is not None:
            return replace(self, changes=changes)
        successors = [item.event for item in self.epochs[len(line) :]][:1] or self.contested
        rivals = sorted({event.id, *successors} - change.settles)
        holds = len(rivals) == 1
        # Of rivals none holds, nor what was built on one.
        epochs = self._recovered((*line, change.epoch) if holds else line, verify)
        names = {item.event for item in epochs}
        changes = {name: item for name, item in changes.items() if item.base in names}
        return replace(self, epochs=epochs, contested=() if holds else tuple(rivals), changes=changes)

    def _followed(self, parents: tuple[str, ...]) -> tuple[tuple[Epoch, ...], Sequence[Change]]:
        """Return the line up to the epoch by which a change is judged, and the rivals that the change settles."""
        named = [self.changes[item] for item in parents if item in self.changes]
        if len(parents) == 1:
            named, base = [], self.name_of(parents[0])
        elif parents and len(named) == len(parents) and list(parents) == sorted(parents) and _are_rivals(named):
            base = named[0].base
        else:
            raise GovernanceError("governance.not_next")
        places = [place for place, item in enumerate(self.epochs) if item.event == base]
        if not places:
            raise GovernanceError("governance.not_next")
        return self.epochs[: 1 + places[-1]], named

    def _recovered(self, line: tuple[Epoch, ...], verify: Verify) -> tuple[Epoch, ...]:
        """Take into a line what recovery keys did in another one: no rival, and no settlement, undoes that."""
        known = {item.step for item in line}
        for event in self.recoveries:
            if event.id not in known:
                try:
                    line = (*line, _step(line[-1], event, verify, max(event.order_key, line[-1].place)))
                except GovernanceError:
                    continue  # it holds there already, or its member isn't there
        return line


def _are_rivals(changes: Sequence[Change]) -> bool:
    """Tell whether changes could rival one another: they are judged by one epoch, and none settles another."""
    names = {item.epoch.event for item in changes}
    by_one_epoch = len({item.base for item in changes}) == 1
    return by_one_epoch and len(names) == len(changes) and all(names.isdisjoint(item.settles) for item in changes)


def _judged(
    event: Event, line: tuple[Epoch, ...], named: Sequence[Change], verify: Verify, history: History | None
) -> Change:
    """Return what a change does that follows the end of a line, or settles rivals that do.

    Raises:
        GovernanceError: Its time was over, or it lacks the authority that it needs.
    """
    base, signed, expires_at = line[-1], state_of(event), expiry_of(event)
    if expires_at and history is not None and time_of(event.id, history, base.state, signed) >= expires_at:
        raise GovernanceError("governance.change_expired")
    newest = max([base.state.epoch, *(rival.epoch.signed.epoch for rival in named)])
    state = _following(line, event, verify, steps=newest + 1 - base.state.epoch)
    for rival in named:
        require_second_of(rival.epoch.state, base.state, event, verify)
    settles = frozenset(name for rival in named for name in (rival.epoch.event, *rival.settles))
    message = change_message(parents_of(event), signed, expires_at)
    return Change(base.event, settles, message, Epoch(event.order_key, event.id, signed, state, event.id))


def _step(newest: Epoch, event: Event, verify: Verify, place: OrderKey) -> Epoch:
    return replace(newest, place=place, state=recover(newest.state, event, verify), step=event.id)


def _following(line: tuple[Epoch, ...], event: Event, verify: Verify, *, steps: int) -> Governance:
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
