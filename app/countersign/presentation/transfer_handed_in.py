"""The end of a transfer that others approve, or another device confirms: to whom it went, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.application.ports.vault import Identity
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import Rules
from countersign.presentation.formats import isolate, money_text
from countersign.presentation.messages import _, language
from countersign.presentation.order_approvals import approvals_of
from countersign.presentation.order_team import sent_to


@dataclass(frozen=True, slots=True)
class HandedInState:
    """What the last step shows where an order was handed in; no bank knows of it yet."""

    heading: str
    lead: str
    points: tuple[str, ...]


def handed_in(record: OrderRecord, rules: Rules, me: Identity, at: int) -> HandedInState:
    """Say to whom an order went, and what comes next."""
    payment = record.content.payment
    amount = isolate(money_text(payment.instructed_amount, language()))
    state = approvals_of(record, rules, me, at)
    heading = _("Sent to {names} for approval").format(names=sent_to(record, rules, me, at))
    if state.given == state.needed:
        heading = _("Now confirm it on another device of yours")
    return HandedInState(
        heading=heading,
        lead=_("{amount} to {payee}. Nothing has left your account.").format(
            amount=amount, payee=payment.creditor_name
        ),
        points=(
            *state.missing,
            _("You are told on the home page once everybody has signed, or if it comes back."),
            _("Then this device sends it: open the order and choose “Send to the bank”."),
        ),
    )
