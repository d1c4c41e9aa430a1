"""Put on record that somebody looked at an order or a list that others asked for, or called the payee about it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from countersign.application.ports.vault import Vault
from countersign.domain.canonical import Json
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event, EventDraft
from countersign.domain.order_state import OrderState

CALL_BACK: Final = "call_back"
CALL_BACK_ANSWERS: Final = ("called_known_number", "in_person")


def look_at_order(vault: Vault, order: str, shown_digest: str) -> Event | None:
    """Record the first time that this device's person opened an order; None where that is on record, or can't be.

    Once for each person and version of an order, with whichever of their devices: an order's content never changes, so
    that another version is another order. The requester's own looks say nothing, and neither does a copy that may not
    sign.
    """
    if not vault.may_sign:
        return None
    device, member = vault.identity.device, vault.identity.member
    with vault.transaction() as change:
        record = change.order(order)
        if record is None or record.digest != shown_digest or record.content.requester == member:
            return None
        about = vault.events_of(order)
        if any(seen == member for seen, _at in record.opened):
            return None
        if any(item.kind == kinds.ORDER_OPENED and item.header.device == device for item in about):
            return None
        body = {"digest": record.digest}
        return change.append(EventDraft(kinds.ORDER_OPENED, order, body, refs=(record.frozen_event,)))


def looks_at(batch: str, digest: str = "") -> str:
    """Return the subject under which looks at a batch, or at a selection by its digest, are on record.

    One of their own: a batch's holds the names of all its orders, which nobody wants to read for this.
    """
    return hashlib.sha256(f"countersign/looks/{batch or digest}".encode()).hexdigest()[:32]


def look_at_list(vault: Vault, batch: str, digest: str, orders: Sequence[str]) -> Event | None:
    """Record that this device's person was shown several orders at once: their totals and a line for each.

    That is less than opening an order, and no order is said to be opened by it. One event, however many orders: once
    for each person and list. A list that changed has another digest.

    Args:
        vault: The unlocked vault.
        batch: The batch that they were requested in; empty where they were marked one by one, and are named then.
        digest: Over the digests of all that can be signed together, as an approval of them names it.
        orders: Those.

    Returns:
        The event; None where that is on record, or can't be.
    """
    if not (vault.may_sign and digest and orders):
        return None
    subject, member = looks_at(batch, digest), vault.identity.member
    with vault.transaction() as change:
        governance = change.rules.governance
        for item in vault.events_of(subject):
            seen = governance.member_of(item.header.device)
            own = item.kind == kinds.BATCH_OPENED and seen is not None and seen.member == member
            if own and item.body is not None and item.says().get("digest") == digest:
                return None
        named: dict[str, Json] = {"batch": batch} if batch else {"orders": list(orders)}
        body: dict[str, Json] = {"digest": digest, "count": len(orders), **named}
        return change.append(EventDraft(kinds.BATCH_OPENED, subject, body))


def record_call_back(vault: Vault, order: str, shown_digest: str, answer: str) -> Event:
    """Record that the account was read back by the payee.

    Args:
        vault: The unlocked vault.
        order: The order.
        shown_digest: The digest that the screen was made from.
        answer: One of ``CALL_BACK_ANSWERS``.

    Raises:
        UserFacingError: ``order.not_open``.
        SecurityError: ``binding.screen``.
    """
    if answer not in CALL_BACK_ANSWERS:
        raise ValueError(answer)
    with vault.transaction() as change:
        record = change.order(order)
        if record is None or record.state is not OrderState.PREPARED:
            raise UserFacingError("order.not_open")
        if record.digest != shown_digest:
            raise SecurityError("binding.screen", field="digest")
        body = {"digest": record.digest, "intervention": CALL_BACK, "answer": answer, "path": "continue"}
        draft = EventDraft(kinds.ORDER_INTERVENTION_ANSWERED, order, body, refs=(record.frozen_event,))
        return change.append(draft)
