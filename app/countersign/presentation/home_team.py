"""What waits for the person on the first page because others belong to the workspace, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from countersign.application.flows.script import Script, on_read
from countersign.application.ports.vault import HistoryQuery, Identity, LedgerEntry, Projections
from countersign.application.use_cases.hand_in_order import one_device_signs
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import Rules
from countersign.domain.order_state import OrderState
from countersign.presentation.formats import isolate, money_text
from countersign.presentation.inbox_facts import signable
from countersign.presentation.inbox_ground import Ground
from countersign.presentation.messages import _, language, ngettext
from countersign.presentation.order_team import TeamWords, returned_words, team_words
from countersign.presentation.waiting_item import WaitingItem

_NEWEST_STOPPED = 20
COUNTED = 99
"""More are not counted: who has a hundred knows enough."""


@dataclass(frozen=True, slots=True)
class TeamWaiting:
    """What several people make of this device's orders, and what comes of it for this person."""

    rules: Rules
    me: Identity
    now: int
    items: tuple[WaitingItem, ...]

    def of_this_device(self, orders: Sequence[OrderRecord]) -> list[OrderRecord]:
        """Leave out what others send or ask for: the inbox has it."""
        return [
            record
            for record in orders
            if record.sender == self.me.device and record.content.requester == self.me.member
        ]

    def words_of(self, record: OrderRecord) -> TeamWords | None:
        """Word an order's place among several people."""
        return team_words(record, self.rules, self.me, self.now)


@dataclass(frozen=True, slots=True)
class Returned:
    """An order that was rejected or returned, with its events."""

    record: OrderRecord
    entries: Sequence[LedgerEntry]


def returned_to(reader: Projections, me: Identity, rules: Rules, dealt_with: frozenset[str]) -> tuple[Returned, ...]:
    """List this person's newest orders that were rejected or returned and wait for an answer. READ lane."""
    if one_device_signs(rules.governance):
        return ()
    page = reader.history(HistoryQuery(state=OrderState.STOPPED.value, limit=_NEWEST_STOPPED))
    found = []
    for row in page.rows:
        record = None if row.order in dealt_with else reader.order(row.order)
        if record is None or record.content.requester != me.member:
            continue
        if record.reason.startswith(("repair.", "rejected.")):
            found.append(Returned(record, reader.timeline(row.order)))
    return tuple(found)


def count_waiting(reader: Projections, ground: Ground) -> Script[int]:
    """Count the orders that this person can sign, up to a hundred; each piece is a short task of its own."""
    count, after = 0, None
    while True:
        found, after = yield from on_read(partial(signable, reader, ground, after))
        count += len(found)
        if after is None or count > COUNTED:
            return count


def team_waiting(
    rules: Rules,
    me: Identity,
    now: int,
    count: int,
    returned: Sequence[Returned],
    incidents: Sequence[WaitingItem] = (),
) -> TeamWaiting:
    """Word what waits: incidents first, then approvals, then what came back."""
    items = [*incidents, *_approvals(count, rules), *(_returned(item, rules) for item in returned)]
    return TeamWaiting(rules, me, now, tuple(items))


def count_text(count: int) -> str:
    """Write a count that was not counted to its end."""
    return _("{count}+").format(count=COUNTED) if count > COUNTED else str(count)


def _approvals(count: int, rules: Rules) -> tuple[WaitingItem, ...]:
    if not count:
        return ()
    text = _("Others ask for it. What changed since the last payment comes first.")
    if any(rule.second_device for rule in rules.governance.policy.rules):
        text = _("Others ask for it, or you did on another device. What changed since the last payment comes first.")
    title = ngettext(
        "{count} payment waits for your approval", "{count} payments wait for your approval", count
    ).format(count=count_text(count))
    return (
        WaitingItem(
            kind="inbox",
            about="",
            icon="inbox",
            title=title,
            text=text,
            chip=_("To approve"),
            tone="info",
            action=_("Look and approve"),
            action_name=_("Look at what waits for your approval"),
        ),
    )


def _returned(found: Returned, rules: Rules) -> WaitingItem:
    record = found.record
    payment = record.content.payment
    amount = isolate(money_text(payment.instructed_amount, language()))
    repair = record.reason.startswith("repair.")
    title = _("{amount} to {payee}").format(amount=amount, payee=payment.creditor_name)
    return WaitingItem(
        kind="returned",
        about=record.content.order,
        icon="undo",
        title=title,
        text=returned_words(record, rules, found.entries),
        chip=_("Returned for repair") if repair else _("Rejected"),
        tone="warn" if repair else "danger",
        action=_("Repair") if repair else _("Open"),
        action_name=_("Make a new transfer from the returned one: {title}").format(title=title)
        if repair
        else _("Open the rejected order: {title}").format(title=title),
    )
