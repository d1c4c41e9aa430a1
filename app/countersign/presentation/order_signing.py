"""The page of an order for which the bank wants another signature: whether it can be given here."""

from __future__ import annotations

from dataclasses import replace

from countersign.application.ports.vault import Identity
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.order_signing import signing_obstacle
from countersign.domain.ledger.rules import Rules
from countersign.presentation.messages import _
from countersign.presentation.order_page import OrderPageState
from countersign.presentation.signature_words import missing_steps


def with_signing(
    state: OrderPageState, record: OrderRecord, rules: Rules | None, me: Identity, at: int, *, idle: bool
) -> OrderPageState:
    """Return a page's state with the signature that the bank wants; unchanged where it never wanted another.

    Args:
        state: What is shown otherwise.
        record: The order.
        rules: Governance and stops; None before they were read.
        me: Who looks.
        at: Milliseconds since the epoch.
        idle: Whether nothing is under way on the page.
    """
    own = record.signing_of(me.device)
    if own is not None and own.under_way:
        return replace(
            state,
            chip=_("Signature not confirmed"),
            tone="danger",
            sentence=_("A code went to the bank from here and its answer was lost. Nothing is sent again; we ask."),
            next_steps=(_("Check again: the bank is asked whether it has the signature."),),
            may_check=idle,
            may_sign_at_bank=False,
        )
    if not record.awaits_signature or rules is None:
        return state
    # What is tied with others is signed with them, on the page that shows them all.
    may_sign = not record.basket and not signing_obstacle(record, rules, me.device, at)
    return replace(state, next_steps=missing_steps(record, rules), may_sign_at_bank=idle and may_sign)
