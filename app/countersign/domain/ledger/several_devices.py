"""Folding where several devices write: what an intent's device knew, what does not count (LEDGER 7, 9, 13, 15).

An intent is judged by its own past, once and for all; whatever a later import brings in front of it in the folding
order can't undo what was sent, and becomes a task.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from countersign.domain.approval.limits import Spent, day_of
from countersign.domain.approval.requirement import standing_for
from countersign.domain.approval.rule import PayeeStanding
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.answers import Answers, JudgedApproval, RememberedRules
from countersign.domain.ledger.chains import History, Verify
from countersign.domain.ledger.closings import accepted_branches, came_late, changed_after_recovery, is_forked
from countersign.domain.ledger.event import Event, device_identifier
from countersign.domain.ledger.order_authors import may_forbid
from countersign.domain.ledger.order_fold import begin_order, fold_event
from countersign.domain.ledger.order_record import OrderRecord, judge_intent
from countersign.domain.ledger.rules import Rules
from countersign.domain.ledger.standing_clock import timed
from countersign.domain.order import OrderContent
from countersign.domain.order_state import Move, OrderState, after
from countersign.domain.payee import PayeeRecord, fold_payee

RULE_KINDS: Final = kinds.GOVERNANCE_KINDS | {kinds.WORKSPACE_FROZEN, kinds.WORKSPACE_UNFROZEN}
VERSION_KINDS: Final = frozenset({kinds.PAYEE_ADDED, kinds.PAYEE_CHANGED})
TWO_FACED: Final = "sender_two_faced"
"""Why nobody knows what became of an order: its sender's device signed two events for one place."""
_TOO_LATE: Final = "order.illegal_move"


class Events(Protocol):
    """The shared events that were accepted, with their bodies."""

    def of_subject(self, subject: str) -> Sequence[Event]:
        """Read the events about one subject, in folding order."""

    def of_rules(self) -> Sequence[Event]:
        """Read the events of governance and of emergency stops, in folding order."""

    def of_versions(self, payee: str) -> Sequence[Event]:
        """Read the versions of a payee, without what was checked of them, in folding order."""

    def of_approvals(self, utc_day: int) -> Sequence[Event]:
        """Read the approvals of all orders whose own time lies on a day, in folding order."""


@dataclass(frozen=True, slots=True)
class EventList:
    """All events, held in memory."""

    events: Sequence[Event]

    def of_subject(self, subject: str) -> Sequence[Event]:
        """Read the events about one subject."""
        return _ordered(event for event in self.events if event.header.subject == subject)

    def of_rules(self) -> Sequence[Event]:
        """Read the events of governance and of emergency stops."""
        return _ordered(event for event in self.events if event.kind in RULE_KINDS)

    def of_versions(self, payee: str) -> Sequence[Event]:
        """Read the versions of a payee."""
        return [event for event in self.of_subject(payee) if event.kind in VERSION_KINDS]

    def of_approvals(self, utc_day: int) -> Sequence[Event]:
        """Read the approvals of a day."""
        approvals = (event for event in self.events if event.kind == kinds.ORDER_APPROVED)
        return _ordered(event for event in approvals if day_of(event.header.at) == utc_day)


@dataclass(frozen=True)
class Ledger:
    """Everything that is known: the history, and the events of its shared chains with their bodies.

    Where a question takes ``before``, it is answered from the past of that event; empty text asks of all that is known.

    Attributes:
        whole: Whether all is here. A part, as an outsider is shown it, doesn't tell since when others have known what.
        assumed: For a part: how long payees had stood, where their own time alone would say otherwise.
    """

    history: History
    events: Events
    genesis: str
    verify: Verify
    remembered: RememberedRules = field(default_factory=RememberedRules)
    answers: Answers = field(default_factory=Answers)
    whole: bool = True
    assumed: PayeeStanding | None = None

    def rules(self, before: str = "") -> Rules:
        """Read governance and stops.

        Raises:
            GovernanceError: The genesis is not among what is known.
        """
        if before in self.answers.rules:
            return self.answers.rules[before]
        known = [event for event in self.events.of_rules() if self._knows(event.id, before)]
        first = [event for event in known if event.id == self.genesis]
        later = [event for event in known if event.id != self.genesis and not self._is_forked(event, before)]
        history = self.history if self.whole else None

        def carried() -> Container[str]:
            return self.remembered.read([*first, *later], self.verify, history).changes

        stolen = changed_after_recovery(self.history, later, self.rules, self.verify, carried)
        later = [event for event in later if event.id not in stolen]
        found = self.remembered.read([*first, *later], self.verify, history)
        # A closed device neither stops nor lifts a stop after its last accepted event, nor does one that nobody knows.
        stops = [event for event in later if event.kind in {kinds.WORKSPACE_FROZEN, kinds.WORKSPACE_UNFROZEN}]
        late = {item.id for item in stops} - {item.id for item in self.counting(stops, found, before)}
        if late:
            kept = [item for item in later if item.id not in late]
            found = self.remembered.read([*first, *kept], self.verify, history)
        if before:
            self.answers.bound()
            self.answers.rules[before] = found
        return found

    def standing(self, subject: str, before: str = "") -> list[Event]:
        """Return the events about a subject that count, in folding order.

        Raises:
            GovernanceError: The genesis is not among what is known.
        """
        return self.counting(self.events.of_subject(subject), self.rules(before), before)

    def payee(self, payee: str, before: str = "") -> PayeeRecord | None:
        """Fold a payee.

        Raises:
            GovernanceError: The genesis is not among what is known.
        """
        return fold_payee(self.standing(payee, before), self.rules(before))

    def order(self, subject: str) -> OrderRecord | None:
        """Fold an order.

        Of contents that claim it at once the one that was validly sent counts, else the first, which names the others.

        Raises:
            GovernanceError: The genesis is not known.
        """
        every, rules = self.events.of_subject(subject), self.rules()
        found = self.counting(every, rules)
        records = [_OrderFold(self, every, record).fold(found, rules) for record in self._begun(found, every, rules)]
        counts = next((item for item in records if item.intent_event), records[0] if records else None)
        counts = self._doubted(counts, every, found, rules)
        if counts is None:
            return None
        named = {event for event, _code in counts.faults} | {counts.frozen_event}
        others = (item.frozen_event for item in records if item.frozen_event not in named)
        return replace(counts, faults=(*counts.faults, *((item, "order.frozen_twice") for item in others)))

    def _doubted(
        self, record: OrderRecord | None, every: Sequence[Event], found: Sequence[Event], rules: Rules
    ) -> OrderRecord | None:
        """Note intents that count no more since their device has two faces: they may have been sent all the same.

        Each is judged by its own past, which doesn't change (LEDGER rule 7). Where nothing else was sent, the order is
        shown as that device left it, even where its content is void by now, and nobody knows what became of it.
        """
        void = [event for event in every if event.kind == kinds.ORDER_SUBMISSION_INTENDED and event not in found]
        sent = [one for intent in void if self._is_forked(intent, "") for one in self._as_sent(intent, every, found)]
        if not sent:
            return record
        if record is None or not record.intent_event:
            left = replace(sent[0], state=after(sent[0].state, Move.LOSE), reason=TWO_FACED)
            record = _OrderFold(self, every, left).fold(found, rules)
        return replace(record, doubted=tuple(item.intent_event for item in sent))

    def _as_sent(self, intent: Event, every: Sequence[Event], found: Sequence[Event]) -> Iterator[OrderRecord]:
        """Return the order as an intent left it, where that is valid by its own past."""
        if not self._knows(self.genesis, intent.id) or intent.body is None:
            return
        then = self.rules(intent.id)
        past = self.counting(every, then, intent.id)
        earlier = [event for event in found if event.order_key < intent.order_key]
        for begun in self._begun(past, every, then):
            fold = _OrderFold(self, every, begun)
            record = fold.carried(fold.fold(past, then), then, earlier, intent)
            if record.intent_event == intent.id:
                yield replace(record, never_executes_unauthorised=False)  # what it did next is void, and nobody knows

    def spent(self, order: str, intent: str = "") -> Spent:
        """Return the sum of what was approved on a day beside an order.

        What an approval amounts to is judged by its own past, once and for all; so is which others it had to count.

        Args:
            order: The order.
            intent: An event that sends it: then all that lies in its past is summed, whatever each approval knew.
        """

        def spent(member: str, currency: str, utc_day: int, before_event: str) -> int:
            found: dict[str, int] = {}
            for event in self.events.of_approvals(utc_day):
                other = event.header.subject
                if other == order or other in found or not self._knows(event.id, intent or before_event):
                    continue
                amount = self._approved_amount(event, member, currency)
                if amount and (not intent or self._weighs(event, intent)):
                    found[other] = amount
            return sum(found.values())

        return spent

    def _weighs(self, approval: Event, intent: str) -> bool:
        """Tell whether an approval counts by what an intent's device knew, or its order may have been sent upon it."""
        rules, about = self.rules(intent), self.events.of_subject(approval.header.subject)
        sent = (event for event in about if event.kind == kinds.ORDER_SUBMISSION_INTENDED)
        return bool(self.counting((approval, *sent), rules, intent))

    def _approved_amount(self, event: Event, member: str, currency: str) -> int:
        known = self.answers.approvals
        if event.id not in known:
            known[event.id] = self._judge(event)
        judged = known[event.id]
        return judged.minor if judged and (judged.member, judged.currency) == (member, currency) else 0

    def _judge(self, event: Event) -> JudgedApproval | None:
        """Judge an approval by its own past: whose authority it carries, and over what; None where it has a fault."""
        if not self._knows(self.genesis, event.id):
            return None
        then, every = self.rules(event.id), self.events.of_subject(event.header.subject)
        past = self.counting(every, then, event.id)
        for begun in self._begun(past, every, then):
            before = _OrderFold(self, every, begun).fold(past, then)
            record = fold_event(before, event, then, self.spent(event.header.subject))
            found = next((item for item in record.approvals if item.event == event.id and not item.fault), None)
            if found is not None:
                amount = record.content.payment.instructed_amount
                return JudgedApproval(found.authority, amount.currency, amount.minor)
        return None

    def _begun(self, found: Iterable[Event], every: Sequence[Event], rules: Rules) -> Iterator[OrderRecord]:
        """Begin each content that claims the order, with what its device knew of the payee."""
        claims = [event.id for event in every if event.kind == kinds.ORDER_FROZEN]
        for event in found:
            record = begin_order(event, rules)
            if record is not None and not any(self.history.in_past(item, event.id) for item in claims):
                yield replace(record, standing=self._standing(record.content, event))

    def _standing(self, content: OrderContent, frozen: Event) -> PayeeStanding:
        """Tell how long the details of the payee had stood, as the device knew that froze the order."""
        known = self.answers.standings
        if frozen.id not in known:
            payee = self._versions(content.payee, frozen.id)
            if payee is not None and self.whole:
                payee = timed(payee, frozen, self.history, self.rules(frozen.id))
            known[frozen.id] = self.assumed or standing_for(payee, content, frozen.header.at)
        return known[frozen.id]

    def _versions(self, payee: str, before: str) -> PayeeRecord | None:
        known = self.answers.payees
        if (payee, before) not in known:
            begun = self._knows(self.genesis, before)
            found = self.counting(self.events.of_versions(payee), self.rules(before), before) if begun else ()
            known[payee, before] = fold_payee(found, self.rules(before) if begun else None)
        return known[payee, before]

    def counting(self, events: Iterable[Event], rules: Rules, before: str = "") -> list[Event]:
        """Leave out what is void, and what devices say that governance doesn't know.

        Args:
            events: Accepted ones.
            rules: Governance by what is known.
            before: See the class.
        """
        closings, devices = rules.governance.closings, {item.device for item in rules.governance.devices}
        return [
            event
            for event in events
            if event.header.device in devices
            and self._knows(event.id, before)
            and not self._is_forked(event, before)
            and not came_late(self.history, event, closings, rules)
        ]

    def _knows(self, event_id: str, before: str) -> bool:
        return not before or self.history.in_past(event_id, before)

    def _is_forked(self, event: Event, before: str) -> bool:
        """Tell whether an event is void by a fork that is known."""
        device = event.header.device
        if not self.history.store.forks().get((device, event.header.chain)):
            return False
        told = [item for item in self.events.of_rules() if self._knows(item.id, before)]
        found = accepted_branches(self.history, device, told, self.rules, self.verify, self.answers.accepted)
        return is_forked(self.history, event, found, lambda item: self._knows(item, before))


@dataclass(frozen=True, slots=True)
class _OrderFold:
    """Folds one content of an order."""

    ledger: Ledger
    every: Sequence[Event]
    begun: OrderRecord

    def fold(self, found: Sequence[Event], rules: Rules) -> OrderRecord:
        """Fold the events that count, as those rules are known."""
        record, spent = self.begun, self.ledger.spent(self.begun.content.order)
        for at, event in enumerate(found):
            if event.order_key <= self.begun.last_key:
                continue
            if event.body is None:
                if may_forbid(record, event, rules):  # whoever passes it on can keep back what it says
                    record = replace(record, unread=(*record.unread, event.id))
                continue
            if event.kind == kinds.ORDER_SUBMISSION_INTENDED:
                record = self.carried(record, rules, found[:at], event)
                continue
            record = fold_event(record, event, rules, spent)
            came_late = record.intent_event and (event.id, _TOO_LATE) in record.faults
            if event.kind == kinds.ORDER_STOPPED and came_late:
                record = replace(record, sent_before_known=(*record.sent_before_known, event.id))
        return record

    def carried(self, record: OrderRecord, rules: Rules, earlier: Sequence[Event], intent: Event) -> OrderRecord:
        """Judge an intent by its past alone, and carry it into what is known now."""
        ledger, header = self.ledger, intent.header
        if not ledger.history.in_past(ledger.genesis, intent.id):
            return _left_out(record, intent, "governance.genesis")
        then = ledger.rules(intent.id)
        past = ledger.counting(self.every, then, intent.id)
        # Where nothing came in between, what was folded so far is what the intent's device knew.
        same = then is rules and [event.id for event in past] == [event.id for event in earlier]
        before = record if same else self.fold(past, then)
        payee = ledger._versions(self.begun.content.payee, intent.id)  # noqa: SLF001 - as above
        spent = ledger.spent(self.begun.content.order, intent.id)
        faults = judge_intent(before, then, header.device, intent.order_key, header.at, payee, spent)
        judged = fold_event(before, intent, then)
        if faults or judged.intent_event != intent.id:
            code = faults[0] if faults else judged.faults[-1][1]
            return _left_out(record, intent, code)
        # Neither what it knew, nor what had no say in this order.
        passed = {event.id for event in past} | {event for event, code in record.faults if code != _TOO_LATE}
        unknown = [
            event.id
            for event in earlier
            if event.kind in {kinds.ORDER_STOPPED, kinds.ORDER_ASSESSED} and event.id not in passed
        ]
        return replace(
            record,
            state=after(OrderState.APPROVED, Move.INTEND),
            approvals=judged.approvals,
            confirmations=judged.confirmations,
            intent_event=intent.id,
            bank=judged.bank,
            request_id=judged.request_id,
            never_executes_unauthorised=judged.never_executes_unauthorised,
            by_hand=judged.by_hand,
            sent_before_known=(*record.sent_before_known, *unknown),
            last_key=intent.order_key,
            changed_at=header.at,
        )


def _left_out(record: OrderRecord, event: Event, code: str) -> OrderRecord:
    return replace(record, last_key=event.order_key, faults=(*record.faults, (event.id, code)))


def keys_named_in(event: Event) -> Mapping[str, bytes]:
    """Return the signing keys of all devices that an event of governance names, whatever becomes of the event.

    A device's name follows from its key, so that anybody may say which key it is; whether the device belongs to the
    workspace is another question, answered by ``Ledger.rules``.
    """
    if event.kind not in kinds.GOVERNANCE_KINDS or event.body is None:
        return {}
    body = event.says()
    state = body.get("state", body)
    listed = state.get("devices", [body.get("device")]) if isinstance(state, dict) else []
    found = (_key(item) for item in (listed if isinstance(listed, list) else []))
    return {device: key for device, key in found if device and device_identifier(key) == device}


def _key(item: Json) -> tuple[str, bytes]:
    if isinstance(item, dict):
        device, key = item.get("device"), item.get("signing_public_key")
        if isinstance(device, str) and isinstance(key, str):
            try:
                return device, bytes.fromhex(key)
            except ValueError:
                pass
    return "", b""


def _ordered(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda each: (each.order_key, each.id))
