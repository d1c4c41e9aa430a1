"""What waits on the first page because a device said two things, or an order was sent too soon (LEDGER 9, 13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from countersign.application.flows.script import Script, on_read, on_vault
from countersign.application.ports.vault import HistoryQuery, Identity, LedgerEntry, Projections
from countersign.application.session import Session
from countersign.application.use_cases.team_incidents import TwoFaced, two_faced_devices
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import Rules
from countersign.domain.order_state import OrderState
from countersign.presentation.formats import isolate, money_text
from countersign.presentation.inbox_ground import Ground
from countersign.presentation.messages import _, language
from countersign.presentation.order_late import late_words
from countersign.presentation.order_words import doubt_sentence
from countersign.presentation.team_words import device_title, moment_text, name_of
from countersign.presentation.waiting_item import WaitingItem

_NEWEST: Final = 8
"""Orders of each state that are looked at: what was sent too soon was sent lately."""
_SENT: Final = (
    *(OrderState.INTENDED, OrderState.INITIATED, OrderState.AUTHORISING, OrderState.ANSWERING, OrderState.UNKNOWN),
    *(OrderState.ACCEPTED, OrderState.CANCELLING, OrderState.SETTLED),
)


@dataclass(frozen=True, slots=True)
class Late:
    """An order that was sent before something was known, or perhaps twice, with its events."""

    record: OrderRecord
    entries: Sequence[LedgerEntry]


def incident_items(session: Session, ground: Ground, dealt_with: frozenset[str]) -> Script[tuple[WaitingItem, ...]]:
    """Find and word them; each look is a short task of its own."""
    shared, found = session.shared, list[WaitingItem]()
    if shared is not None and shared.admitted:
        devices = yield from on_vault(partial(two_faced_devices, shared.vault))
        found += [_two_faced(item, ground.rules, session) for item in devices]
    for state in _SENT:
        late = yield from on_read(partial(_late, session.reader, state, dealt_with))
        found += [_sent_too_soon(item, ground.rules, ground.me) for item in late]
    return tuple(found)


def _late(reader: Projections, state: OrderState, dealt_with: frozenset[str]) -> tuple[Late, ...]:
    found = []
    for row in reader.history(HistoryQuery(state=state.value, limit=_NEWEST)).rows:
        record = reader.order(row.order)
        # One that may still be taken back stays until it is over, however often it was looked at.
        if record is None or (record.final and row.order in dealt_with):
            continue
        if not record.sent_before_known and not record.doubted:
            continue
        found.append(Late(record, reader.timeline(row.order)))
    return tuple(found)


def _two_faced(found: TwoFaced, rules: Rules, session: Session) -> WaitingItem:
    governance = rules.governance
    known = governance.device(found.device)
    owner = name_of(governance, known.member if known else "")
    text = _(
        "{device} of {name} signed two different messages for one place. What it signed from there on counts for "
        "nothing. Call {name}; if nobody can explain it, close the device."
    ).format(device=device_title(found.device), name=owner)
    reporter = governance.member_of(found.reported_by) if found.reported_by else None
    if reporter is not None:
        told = _("{name} put it on record on {time}.")
        text = f"{text} {told.format(name=isolate(reporter.name), time=moment_text(found.at, session.zone))}"
    return WaitingItem(
        kind="incident",
        about=known.member if known else "",
        icon="warning",
        title=_("A device of {name} says two things").format(name=owner),
        text=text,
        chip=_("Incident"),
        tone="danger",
        action=_("Look at its devices"),
        action_name=_("Look at the devices of {name}").format(name=owner),
    )


def _sent_too_soon(late: Late, rules: Rules, me: Identity) -> WaitingItem:
    payment = late.record.content.payment
    amount = isolate(money_text(payment.instructed_amount, language()))
    title = _("{amount} to {payee}").format(amount=amount, payee=payment.creditor_name)
    known = late_words(late.record, rules, me, late.entries)
    if late.record.doubted:  # what came too late is on its page
        chip, opens = _("May be doubled"), _("Open the order that may have been sent twice: {title}")
    else:
        chip, opens = _("Stopped too late"), _("Open the order that was stopped too late: {title}")
    return WaitingItem(
        kind="late",
        about=late.record.content.order,
        icon="warning",
        title=title,
        text=f"{doubt_sentence()} {known}".strip() if late.record.doubted else known,
        chip=chip,
        tone="danger",
        action=_("Open"),
        action_name=opens.format(title=title),
    )
