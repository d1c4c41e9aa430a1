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
    close_again,
    expiry_of,
    follow,
    genesis,
    parents_of,
    recover,
    require_second_of,
    signed_by_recovery_key,
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
    """A change of governance that enough have signed, by the epoch that it follows; whether it holds is another matter.

    Attributes:
        place: Where it folds.
        event: What put it in force.
        base: The epoch by which it is judged: the one that it follows, or that the rivals follow which it settles.
        settles: The rivals that it names, and those that these had settled.
        signed: The epoch that it makes.
        state: The same with what recovery keys had done by then.
    """

    place: OrderKey
    event: str
    base: str
    settles: frozenset[str]
    signed: Governance
    state: Governance


@dataclass(frozen=True, slots=True)
class Stop:
    """An emergency stop, or the lifting of earlier ones: ``lifts`` names them."""

    place: OrderKey
    event: str
    lifts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rules:
    """The line of epochs and of emergency stops, each with the place at which it took effect.

    What enough have signed is judged by the epoch that it follows, whether or not that holds. From the genesis on, what
    alone follows an epoch holds; where several do that know nothing of each other, none of them does (LEDGER rule 8).

    Attributes:
        epochs: Never empty; the first is the genesis.
        stops: Stops and their liftings.
        contested: Rival successors of the newest epoch, sorted; none of them holds, and no intent is made until a
            majority has named them all.
        rivals: The newest epochs that those lead to, each with the name of the one that is contested.
        changes: All that enough have signed, by its event.
        recoveries: What recovery keys did.
    """

    epochs: tuple[Epoch, ...]
    stops: tuple[Stop, ...] = ()
    contested: tuple[str, ...] = ()
    rivals: tuple[tuple[str, Governance], ...] = ()
    changes: Mapping[str, Change] = field(default_factory=dict)
    recoveries: tuple[Event, ...] = ()

    @property
    def governance(self) -> Governance:
        """The newest epoch."""
        return self.epochs[-1].state

    @property
    def next_epoch(self) -> int:
        """The number of the epoch that would follow: where the next one is contested, above that of every rival."""
        return 1 + max([self.governance.epoch, *(rival.epoch for _name, rival in self.rivals)])

    @property
    def frozen(self) -> bool:
        """Whether an emergency stop is in force."""
        return bool(_in_force(self.stops))

    def hears(self, device: str, at: int = 0) -> bool:
        """Tell whether a device is sent anything; while rivals contest one another, one of them may have closed it.

        Args:
            device: The device.
            at: When: its keys may be over by then. At 0 none are.
        """
        return all(state.hears(device, at) for state in (self.governance, *(state for _name, state in self.rivals)))

    @property
    def next_parents(self) -> tuple[str, ...]:
        """What the next epoch has to name: the newest one, or the rivals that it settles."""
        return self.contested or (self.epochs[-1].event,)

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
            return self._recovering(event, verify, history)
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

    def _recovering(self, event: Event, verify: Verify, history: History | None) -> Rules:
        try:
            recover(self.governance, event, verify)
        except GovernanceError:
            known = {item.event for item in self.epochs}
            beside = (self._line_to(name, verify)[-1].state for name in self.changes if name not in known)
            if not any(_recovers(state, event, verify) for state in beside):
                raise
        found = replace(self, recoveries=(*self.recoveries, event))
        return found._walked(verify, history)  # noqa: SLF001 - its own

    def _changed(self, event: Event, verify: Verify, history: History | None) -> Rules:
        base, named = self._followed(parents_of(event), history)
        known = [item for item in self.recoveries if history is None or history.in_past(item.id, event.id)]
        then = self if len(known) == len(self.recoveries) else self._knowing(known)
        line = then._line_to(base, verify)  # noqa: SLF001 - its own
        leaves = [self._leaves(name, event.id, history) for name in named]
        if not all(leaves):
            raise GovernanceError("governance.not_next")  # nobody settles what they don't know
        rivals = [then._line_to(leaf, verify)[-1].state for each in leaves for leaf in each]  # noqa: SLF001 - its own
        following = _judged(event, line, rivals, verify, history)
        settles = frozenset(named).union(*(self.changes[name].settles for name in named))
        beside = (name for name, item in self.changes.items() if item.base == base and name not in settles)
        if history is not None and any(history.in_past(name, event.id) for name in beside):
            raise GovernanceError("governance.not_next")  # who knew of the next epoch makes no rival to it (rule 7)
        change = Change(event.order_key, event.id, base, settles, state_of(event), following)
        found = replace(self, changes={**self.changes, event.id: change})
        if base == self.epochs[-1].event and not self.contested:
            return replace(found, epochs=found._line_to(event.id, verify))  # noqa: SLF001 - its own
        return found._walked(verify, history)  # noqa: SLF001 - its own

    def _followed(self, parents: tuple[str, ...], history: History | None) -> tuple[str, Sequence[str]]:
        """Return the epoch by which a change is judged, and the rivals that the change settles."""
        if len(parents) == 1 and (parents[0] in self.changes or parents[0] == self.epochs[0].event):
            return parents[0], ()
        named = [self.changes[name] for name in parents if name in self.changes]
        by_one_epoch = len({item.base for item in named}) == 1 and len(parents) > 1
        each_once = len(named) == len(parents) and list(parents) == sorted(set(parents))
        if not by_one_epoch or not each_once or {*self._heads(parents, history)} != {*parents}:
            raise GovernanceError("governance.not_next")
        return named[0].base, parents

    def _walked(self, verify: Verify, history: History | None) -> Rules:
        """Walk from the genesis along what holds."""
        after = self._after()
        newest = self.epochs[0].event
        while len(heads := self._heads(after.get(newest, ()), history)) == 1:
            newest = heads[0]
        rivals = [(head, self._line_to(leaf, verify)[-1].state) for head in heads for leaf in self._leaves(head)]
        line, contested = self._line_to(newest, verify), tuple(sorted(heads))
        return replace(self, epochs=line, contested=contested, rivals=tuple(sorted(rivals, key=_name)))

    def _heads(self, names: Sequence[str], history: History | None) -> list[str]:
        """Return what nothing else settles, of all that follows one epoch."""
        return [name for name in names if not any(self._covers(other, name, history) for other in names)]

    def _covers(self, settlement: str, rival: str, history: History | None) -> bool:
        """Tell whether a change settles a rival, and whoever made it knew of all that was built on that."""
        if rival not in self.changes[settlement].settles:
            return False
        return history is None or all(history.in_past(name, settlement) for name in self._built_on(rival))

    def _built_on(self, name: str) -> list[str]:
        """Return a change and what follows it."""
        found, after = [name], self._after()
        for each in found:
            found += after.get(each, ())
        return found

    def _after(self) -> Mapping[str, Sequence[str]]:
        """Return what follows each epoch."""
        found: dict[str, list[str]] = {}
        for name, item in self.changes.items():
            found.setdefault(item.base, []).append(name)
        return found

    def _leaves(self, name: str, before: str = "", history: History | None = None) -> list[str]:
        """Return the newest epochs that a change leads to, by what ``before`` knew where that is given."""
        built = self._built_on(name)
        if before and history is not None:
            built = [each for each in built if history.in_past(each, before)]
        followed = {self.changes[each].base for each in built}
        return [each for each in built if each not in followed]

    def _knowing(self, recoveries: Sequence[Event]) -> Rules:
        """Return the same as who knew of some recoveries alone reads it (rule 7)."""
        return replace(self, epochs=self.epochs[:1], recoveries=tuple(recoveries))

    def _line_to(self, name: str, verify: Verify) -> tuple[Epoch, ...]:
        """Return the line that ends with an epoch, with what recovery keys did."""
        path: list[Change] = []
        while name in self.changes and name != self.epochs[-1].event:
            path.append(self.changes[name])
            name = path[-1].base
        line = [*self.epochs]
        if name != self.epochs[-1].event:  # it leaves this line somewhere
            names, kept = [*dict.fromkeys(item.event for item in self.epochs)], 1
            while path and path[-1].event == names[kept]:
                path.pop()
                kept += 1
            common = {*names[:kept]}
            line = [item for item in self.epochs if item.event in common]
        if path and self.recoveries:  # what they did later than that is done on the branch
            line = [item for item in line if item.place < path[-1].place]
        steps = {item.step for item in line} if self.recoveries else set()
        waiting = [event for event in self.recoveries if event.id not in steps]
        for change in reversed(path):
            waiting = _recovered(line, waiting, verify, change.place)
            state = change.state
            if self.recoveries:
                state = follow(line[-1].signed, line[-1].state, change.signed)
            line.append(Epoch(change.place, change.event, change.signed, state, change.event))
        _recovered(line, waiting, verify)
        return tuple(line)


def _name(rival: tuple[str, Governance]) -> str:
    return rival[0]


def _judged(
    event: Event, line: tuple[Epoch, ...], rivals: Sequence[Governance], verify: Verify, history: History | None
) -> Governance:
    """Return the epoch that a change makes which follows the end of a line, or settles rivals that do.

    Raises:
        GovernanceError: Its time was over; its author or its signers had no say in the epoch that it follows, whatever
            came after that; it drops what they could not drop; or it is none that may begin to hold.
    """
    newest, signed, expires_at, device = line[-1], state_of(event), expiry_of(event), event.header.device
    if expires_at and history is not None and time_of(event.id, history, newest.state, signed) >= expires_at:
        raise GovernanceError("governance.change_expired")
    author = newest.state.member_of(device)
    # What was closed carries nothing more, and no device a settlement that closes it: it would rival every other one.
    ended = [newest.signed.device(device), *([signed.device(device)] if rivals else [])]
    if author is None or Role.ADMINISTRATOR not in author.roles or any(item and item.closed for item in ended):
        raise GovernanceError("governance.may_not_change")
    steps = 1 + max([newest.state.epoch, *(rival.epoch for rival in rivals)]) - newest.state.epoch
    following = follow(newest.signed, newest.state, advance(newest.state, event, verify, steps=steps))
    check_epoch(following, (item.state for item in line))
    for rival in rivals:
        require_second_of(rival, newest.state, event, verify)
    return following


def _recovers(state: Governance, event: Event, verify: Verify) -> bool:
    try:
        recover(state, event, verify)
    except GovernanceError:
        return False
    return True


def _recovered(
    line: list[Epoch], waiting: Sequence[Event], verify: Verify, before: OrderKey | None = None
) -> list[Event]:
    """Take into a line what recovery keys did, in whichever one that was; return what can't be done in it yet."""
    left = []
    for event in waiting:
        newest = line[-1]
        if before is not None and event.order_key > before:
            left.append(event)
            continue
        try:
            state = _again(line, event, verify)
        except GovernanceError:  # it is so already, or the member isn't there
            left.append(event)
            continue
        line.append(replace(newest, place=max(event.order_key, newest.place), state=state, step=event.id))
    return left


def _again(line: Sequence[Epoch], event: Event, verify: Verify) -> Governance:
    if event.kind == kinds.DEVICE_ADDED:
        return recover(line[-1].state, event, verify)
    if not any(
        signed_by_recovery_key(item.state, event, verify) for item in line
    ):  # the member had that key in another line
        raise GovernanceError("governance.recovery_signature")
    return close_again(line[-1].state, event)


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
