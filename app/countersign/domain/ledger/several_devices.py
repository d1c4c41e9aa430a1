"""Folding where several devices write: what an intent's device knew, what does not count (LEDGER 7, 9, 13, 15).

An intent is judged by its own past, once and for all; whatever a later import brings in front of it in the folding
order can't undo what was sent, and becomes a task.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from countersign.domain.ledger import kinds
from countersign.domain.ledger.chains import ChainKey, History, Verify
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.order_fold import begin_order, fold_event
from countersign.domain.ledger.order_record import OrderRecord, judge_intent
from countersign.domain.ledger.rules import Rules, read_rules
from countersign.domain.order_state import Move, OrderState, after
from countersign.domain.payee import fold_payee

_RULE_KINDS = kinds.GOVERNANCE_KINDS | {kinds.WORKSPACE_FROZEN, kinds.WORKSPACE_UNFROZEN}


@dataclass(frozen=True)
class Ledger:
    """Everything that is known: the history, and the events of its shared chains with their bodies."""

    history: History
    events: Sequence[Event]
    genesis: str
    verify: Verify

    def rules(self, known: Callable[[Event], bool] = lambda _event: True) -> Rules:
        """Read governance and stops from what is known.

        Args:
            known: Which events to go by; all, if not given.

        Raises:
            GovernanceError: The genesis is not among them.
        """
        return self._read(known)[0]

    def standing(self, subject: str, known: Callable[[Event], bool] = lambda _event: True) -> list[Event]:
        """Return the events about a subject that count, in folding order.

        Raises:
            GovernanceError: The genesis is not among what is known.
        """
        closings = self._read(known)[0].governance.closings
        found = [event for event in self.events if event.header.subject == subject and known(event)]
        return _ordered(event for event in found if not self._is_void(event, known, closings))

    def order(self, subject: str) -> OrderRecord | None:
        """Fold an order.

        Where several contents claim one identifier, the one that was validly sent counts, else the first.

        Raises:
            GovernanceError: The genesis is not known.
        """
        rules, found = self.rules(), self.standing(subject)
        begun = [record for record in (begin_order(event, rules) for event in found) if record is not None]
        records = [self._fold(record, found, rules) for record in begun]
        return next((item for item in records if item.intent_event), records[0] if records else None)

    def _fold(self, begun: OrderRecord, found: Sequence[Event], rules: Rules) -> OrderRecord:
        record = begun
        for event in found:
            if event.order_key <= begun.last_key or event.body is None:
                continue
            if event.kind == kinds.ORDER_SUBMISSION_INTENDED:
                record = self._intended(begun, record, event)
                continue
            record = fold_event(record, event, rules)
            if event.kind == kinds.ORDER_STOPPED and record.intent_event and record.state is not OrderState.STOPPED:
                record = replace(record, sent_before_known=(*record.sent_before_known, event.id))
        return record

    def _intended(self, begun: OrderRecord, record: OrderRecord, intent: Event) -> OrderRecord:
        """Judge an intent by its past alone, and carry it into what is known now."""

        def known(event: Event) -> bool:
            return self.history.in_past(event.id, intent.id)

        rules, past = self.rules(known), self.standing(intent.header.subject, known)
        before = self._fold(begun, past, rules)
        payee = fold_payee(self.standing(begun.content.payee, known))
        header = intent.header
        faults = judge_intent(before, rules, header.device, intent.order_key, header.at, payee)
        judged = fold_event(before, intent, rules)
        if faults or judged.intent_event != intent.id:
            code = faults[0] if faults else judged.faults[-1][1]
            return replace(record, last_key=intent.order_key, faults=(*record.faults, (intent.id, code)))
        unknown = [
            event.id
            for event in self.standing(header.subject)
            if event.kind in {kinds.ORDER_STOPPED, kinds.ORDER_ASSESSED}
            and event.order_key < intent.order_key
            and not known(event)
        ]
        return replace(
            record,
            state=after(OrderState.APPROVED, Move.INTEND),
            approvals=judged.approvals,
            intent_event=intent.id,
            bank=judged.bank,
            request_id=judged.request_id,
            never_executes_unauthorised=judged.never_executes_unauthorised,
            sent_before_known=(*record.sent_before_known, *unknown),
            last_key=intent.order_key,
            changed_at=header.at,
        )

    def _read(self, known: Callable[[Event], bool]) -> tuple[Rules, Sequence[tuple[str, str]]]:
        found = _ordered(item for item in self.events if item.kind in _RULE_KINDS and known(item))
        first = [item for item in found if item.id == self.genesis]
        later = [item for item in found if item.id != self.genesis and not self._is_void(item, known, {})]
        return read_rules([*first, *later], self.verify)

    def _is_void(self, event: Event, known: Callable[[Event], bool], closings: Mapping[ChainKey, str]) -> bool:
        """Tell whether an event is void by what is known: a fork that nobody had seen voids nothing yet (rule 7)."""
        return self.history.is_void(event.id, closings, lambda item: item in self._by_id and known(self._by_id[item]))

    @cached_property
    def _by_id(self) -> Mapping[str, Event]:
        return {event.id: event for event in self.events}


def _ordered(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda each: (each.order_key, each.id))
