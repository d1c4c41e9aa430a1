"""Judges a world after every step: what devices accepted, and whether what is kept from them shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from countersign.application.flows.exchange import ExchangeReport
from countersign.application.use_cases.change_governance import (
    endorse_change,
    next_state,
    open_changes,
    propose_change,
    settle_changes,
)
from countersign.application.use_cases.watch_relay import SILENCE_MS
from countersign.domain.ledger import kinds
from countersign.domain.ledger.governance import Governance, Role
from countersign.domain.ledger.order_record import OrderRecord
from countersign.testing.fake_workspace import fake_verify
from tests.security.adversary_truth import Fact, judge
from tests.security.adversary_world import Seat, Setting, open_devices

KEPT: Final = {
    kinds.ORDER_APPROVED,
    kinds.ORDER_CONFIRMED,
    kinds.ORDER_STOPPED,
    kinds.WORKSPACE_FROZEN,
    kinds.WORKSPACE_UNFROZEN,
    kinds.ORDER_SUBMISSION_INTENDED,
    kinds.ORDER_SENDER_RELEASED,
    kinds.ORDER_FROZEN,
    kinds.GOVERNANCE_CHANGED,
}
"""What must never be lost."""
RULES: Final = {kinds.WORKSPACE_CREATED, kinds.GOVERNANCE_CHANGED}
OWN_KEPT: Final = 8
RECOVERS_WITHIN: Final = 40
"""Rounds of a minute, once the store is honest."""
_MINUTE: Final = 61_000
_DAY: Final = 86_400_000
"""After that long a device counts as gone."""


@dataclass
class Findings:
    """What must not be, in words that name where."""

    forged: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unnoticed: list[str] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)  # honest devices that know the same and read it differently
    broken: list[str] = field(default_factory=list)  # rounds that fail by what others wrote


@dataclass
class Watch:
    """Knows what was accepted in a world, and what was found wrong."""

    world: Setting
    found: Findings = field(default_factory=Findings)
    accepted: dict[str, dict[str, str]] = field(default_factory=dict)  # order: intent: the first device to accept it
    judged: dict[str, list[str]] = field(default_factory=dict)
    two_faced: int = 0
    recovered_after: int = 0

    def __post_init__(self) -> None:
        """Look at every round from now on."""
        self.world.on_round = self.after

    def after(self, seat: Seat) -> None:
        """Judge what a device knows since it did something, and its report where it made a round."""
        report, seat.report = seat.report, None
        if seat.broken and seat.honest:
            self.found.broken.append(f"{seat.name}: {seat.broken}")
        seat.broken = ""
        if not seat.honest:
            seat.vault.news.clear()
            return
        news, seat.vault.news = seat.vault.news, []
        for name in news:
            if name not in self.world.truth.facts:
                event = seat.vault.event(name)
                self.found.forged.append(f"{seat.name} accepts {event.kind if event else name}, which nobody signed")
        if news:
            self._look_at_intents(seat)
        if any(self.world.truth.facts[name].event.kind in RULES for name in news if name in self.world.truth.facts):
            self._look_at_rules(seat)
        if report is not None:
            self._hear(seat)
            if seat.vault.admitted:
                self._look_at_report(seat, report)

    def _look_at_rules(self, seat: Seat) -> None:
        """Compare what governs by a device with what was really signed of all that it holds."""
        known = (self.world.truth.facts.get(item.id) for item in seat.vault.every)
        standing = self.world.truth.standing(sum(item.bit for item in known if item is not None))
        rules = seat.vault.rules
        line = tuple(dict.fromkeys(item.event for item in rules.epochs))
        if (line, rules.contested) != (tuple(name for name, _ in standing.line), standing.contested):
            self.found.apart.append(f"{seat.name} reads governance otherwise than it was signed")

    def _look_at_intents(self, seat: Seat) -> None:
        known = self.world.truth.kinds.get(kinds.ORDER_SUBMISSION_INTENDED, ())
        for order in {item.event.header.subject for item in known}:
            record = seat.vault.order(order)
            if record is not None and record.intent_event:
                self._accepts(seat, order, record)

    def _accepts(self, seat: Seat, order: str, record: OrderRecord) -> None:
        intent = record.intent_event
        fact = self.world.truth.facts.get(intent)
        if fact is None:
            return  # told above
        if intent not in self.judged:
            self.judged[intent] = judge(self.world.truth, fact)
            if self.judged[intent]:
                why = ", ".join(self.judged[intent])
                self.found.forged.append(f"{seat.name} accepts the sending of {order[:6]}: {why}")
        if self._betrays_itself(fact):  # it knew its own other face: so does whoever holds it
            if intent not in record.doubted:
                self.found.forged.append(f"{seat.name} accepts the sending of {order[:6]} by two faces at once")
            return
        intents = self.accepted.setdefault(order, {})
        if intent not in intents:
            for other in intents:
                if not self._two_faced(fact, self.world.truth.facts[other]):
                    self.found.doubled.append(f"{order[:6]} is sent twice: {seat.name} and {intents[other]}")
                self.two_faced += 1
            intents[intent] = seat.name

    def _betrays_itself(self, fact: Fact) -> bool:
        """Tell whether a place of its own chain is signed twice in what it is and knew: nobody takes it for sent."""
        truth, known = self.world.truth, fact.past | fact.bit
        places = (at for at in truth.doubled.get(fact.device, ()) if at <= fact.event.header.seq)
        return any(sum(bool(item.bit & known) for item in truth.places[fact.device, at]) > 1 for at in places)

    def _two_faced(self, one: Fact, other: Fact) -> bool:
        """Tell whether some device showed its two faces to those who sent: nobody can tell before both are there."""
        truth = self.world.truth
        places = ((at, truth.places[device, at]) for device, seqs in truth.doubled.items() for at in seqs)
        return any(
            not all(item.honest for item in place)
            and (first := self._stands_on(one, at, place))
            and (second := self._stands_on(other, at, place))
            and not first & second
            for at, place in places
        )

    def _stands_on(self, sent: Fact, at: int, place: list[Fact]) -> set[str]:
        """Return which of the events at a place lie before a sending, or are it.

        A device that sends stands on what its own chain has there. Through others it may have seen the face that it
        shows elsewhere, and name it: that doesn't make the two faces one.
        """
        if sent.device != place[0].device:
            return {item.event.id for item in place if item.bit & sent.past}
        while sent.event.header.seq > at:
            sent = self.world.truth.facts[sent.event.header.prev]
        return {item.event.id for item in place if item is sent}

    def _hear(self, seat: Seat) -> None:
        """Note whose checkpoints reached a device, as they were left."""
        now = self.world.clock.now_ms()
        for content in seat.relay.read:
            letter = self.world.post.find(content)
            if letter is None or letter[1] is None or seat.device not in letter[0].recipients:
                continue
            checkpoint = letter[1]
            known = seat.reached.get(checkpoint.device)
            if checkpoint.device != seat.device and (known is None or checkpoint.at > known[0].at):
                seat.reached[checkpoint.device] = (checkpoint, now)

    def _look_at_report(self, seat: Seat, report: ExchangeReport) -> None:
        heads = seat.vault.heads()
        withheld = {item.device: item.claimed for item in report.withheld}
        forked = {item.device for item in report.forks}
        unheard = {item.device for item in report.unheard}
        honest = {item.device for item in self.world.honest}
        now = self.world.clock.now_ms()
        for device in open_devices(seat):
            if device.device == seat.device:
                continue
            reached = seat.reached.get(device.device)
            if (reached is None or now - reached[1] > SILENCE_MS) and device.device not in unheard:
                self._silent(seat, f"nothing is heard of {self._name(device.device)}")
            for head in reached[0].heads if reached and device.device in honest else ():
                have = heads[head.device].size if head.device in heads else 0
                if have < head.size and withheld.get(head.device, 0) < head.size:
                    self._silent(seat, f"{head.size - have} of {self._name(head.device)} are withheld")
                elif have >= head.size and seat.vault.event(head.event) is None and head.device not in forked:
                    self._silent(seat, f"{self._name(head.device)} is shown to others with another history")
        self._look_at_places(seat, {(item.device, item.seq) for item in report.forks if item.proven})
        own = seat.relay.own[-OWN_KEPT:]
        gone = seat.relay.listed is not None and not set(own) <= seat.relay.listed
        if gone and not any(item.device == "" for item in report.went_back):
            self._silent(seat, "the store lost what was left there")

    def _look_at_places(self, seat: Seat, proven: set[tuple[str, int]]) -> None:
        truth = self.world.truth
        for device, seqs in truth.doubled.items():
            for at in seqs:
                here = [item for item in truth.places[device, at] if seat.vault.event(item.event.id) is not None]
                if len(here) > 1 and (device, at) not in proven:
                    self._silent(seat, f"{self._name(device)} signed two events for one place")

    def _silent(self, seat: Seat, what: str) -> None:
        self.found.unnoticed.append(f"{seat.name} doesn't show: {what}")

    def _name(self, device: str) -> str:
        return next((item.name for item in self.world.seats if item.device == device), device[:8])

    def end(self) -> None:
        """Let the store cooperate, and look for what never came and for what is read differently.

        While rival epochs contest one another, who is closed in one of them may be sent nothing (LEDGER 8, 21: a
        majority signed for that, and what was sealed can't be taken back). Settled so that they stay, they get it all.
        """
        self._recover()
        if not (self.found.lost or self.found.apart) and self._hearing() != self._open() and self._propose_settlement():
            self._recover(settling=True)
            if self._first().vault.rules.contested:
                self.found.lost.append("a settlement that a majority of honest people sign")

    def _recover(self, *, settling: bool = False) -> None:
        for rounds in range(RECOVERS_WITHIN):
            self.world.clock.advance(_MINUTE)
            for seat in self.world.seats:
                if seat.honest or (not settling and rounds < RECOVERS_WITHIN // 2):  # then the villains are gone
                    self.world.round(seat)
            if settling and self._first().vault.rules.contested:
                self._sign_settlement(rounds)
            elif not self._missing() and self._agree() and not self._differences():
                self.recovered_after = max(self.recovered_after, rounds + 1)
                break
        else:
            self.recovered_after = RECOVERS_WITHIN
        self.found.lost += self._missing()
        if not self.found.lost:
            self.found.apart += [] if self._agree() else ["honest devices hold other events"]
            self.found.apart += self._differences()

    def _first(self) -> Seat:
        return next(seat for seat in self.world.seats if seat.honest)

    def _open(self) -> list[Seat]:
        known = _belonging(self._first().vault.rules.governance)
        return [seat for seat in self.world.honest if seat.device in known] or [self._first()]

    def _rivals(self) -> list[Governance]:
        """List the newest epochs that rivals led to: whom one of these closed is sent nothing, either."""
        return [state for _name, state in self._first().vault.rules.rivals]

    def _hearing(self) -> list[Seat]:
        """List who is open, and in each of the rivals, too, where the next epoch is contested."""
        kept = [_belonging(state) for state in self._rivals()]
        return [seat for seat in self._open() if all(seat.device in known for known in kept)]

    def _propose_settlement(self) -> bool:
        """Propose that nothing changes and everybody stays; tells whether enough people are honest to sign it."""
        first, hearing = self._first(), self._hearing()
        people, base = {seat.member for seat in hearing}, first.vault.rules.governance
        asked = [seat for seat in hearing if seat.member in base.administrators]
        if not asked or not all(_suffice(people, state) for state in (base, *self._rivals())):
            return False
        propose_change(asked[0].vault, fake_verify, next_state(asked[0].vault.rules))
        return True

    def _sign_settlement(self, rounds: int) -> None:
        """Sign it; who proposed the same before may be gone, and after a day's silence an administrator does it."""
        if rounds == RECOVERS_WITHIN // 2:
            self.world.clock.advance(_DAY)
            self._propose_settlement()  # what was proposed before may be over by now
        for seat in self._hearing():
            state = next_state(seat.vault.rules)
            for change in open_changes(seat.vault, fake_verify, self.world.clock.now_ms()):
                if change.state == state and seat.member in change.may_sign:
                    endorse_change(seat.vault, fake_verify, change.change)
                elif change.state == state and rounds > RECOVERS_WITHIN // 2 and _administers(seat):
                    settle_changes(seat.vault, fake_verify, gone=change.change)

    def _missing(self) -> list[str]:
        # Who heard of the rival that closed it, and of no other, says nothing more: it is sent nothing.
        names = {seat.device for seat in self._open() if seat.device in _belonging(seat.vault.rules.governance)}
        signed = [item for item in self.world.truth.numbered if item.event.kind in KEPT]
        kept = [item for item in signed if item.honest and item.device in names]
        return [
            f"{seat.name} never got {item.event.kind} of {self._name(item.device)}"
            for seat in self._hearing()
            for item in kept
            if seat.vault.event(item.event.id) is None
        ]

    def _agree(self) -> bool:
        return len({_standing(seat) for seat in self._hearing()}) == 1

    def _differences(self) -> list[str]:
        """Tell what honest devices read differently."""
        first, *others = self._hearing()
        found = [
            f"{seat.name} and {first.name} read governance differently"
            for seat in others
            if seat.vault.rules != first.vault.rules
        ]
        found += [
            f"{seat.name} and {first.name} read {order[:6]} differently"
            for seat in others
            for order in self.world.orders
            if seat.vault.order(order) != first.vault.order(order)
        ]
        found += [
            f"{seat.name} and {first.name} read a payee differently"
            for seat in others
            for payee in self.world.payees
            if seat.vault.payee(payee) != first.vault.payee(payee)
        ]
        return found


def _belonging(state: Governance) -> set[str]:
    """Name the open devices of those who are still there: who has no role has left, and is sent nothing."""
    here = {item.member for item in state.members if item.roles}
    return {item.device for item in state.devices if item.member in here and not item.closed}


def _administers(seat: Seat) -> bool:
    return seat.member in seat.vault.rules.governance.administrators


def _suffice(people: set[str], state: Governance) -> bool:
    """Tell whether people are a majority of the administrators of an epoch, and a second person is among them."""
    governing = {item.member for item in state.members if Role.ADMINISTRATOR in item.roles}
    seconding = people & {
        item.member for item in state.members if {Role.ADMINISTRATOR, Role.APPROVER} & set(item.roles)
    }
    return 2 * len(people & governing) > len(governing) and len(seconding) > 1


def _standing(seat: Seat) -> frozenset[str]:
    """Name the events that a device holds; of who was closed and two-faced only what stands before: the rest is void.

    Of a two-faced device that is open still, all is held by everybody: an intent beside any place may have been sent.
    """
    forks = {
        item.device: seat.vault.forks.get(item.device) for item in seat.vault.rules.governance.devices if item.closed
    }
    proven = {f"{device} {at}" for device, at in seat.vault.forks.items()}
    kept = {
        item.id
        for item in seat.vault.every
        if (fork := forks.get(item.header.device)) is None or item.header.seq < fork
    }
    return frozenset(kept | proven)
