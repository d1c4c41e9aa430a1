"""Approve an order after reading it back; or stop it."""

from __future__ import annotations

from countersign.application.ports.vault import LocalSpace, Vault
from countersign.domain.canonical import Json
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event, EventDraft
from countersign.domain.order import last_digits, require_same
from countersign.domain.order_state import OrderState
from countersign.domain.payment import PaymentFields

APPROVAL_LIFETIME_MS = 24 * 3_600_000


def approve_order(vault: Vault, order: str, shown: PaymentFields, shown_digest: str, typed_digits: str) -> Event:
    """Sign an approval of what was on screen.

    Args:
        vault: The unlocked vault.
        order: The order.
        shown: The payment as the screen showed it.
        shown_digest: The digest that the screen was made from.
        typed_digits: The last digits of the payee's account, typed from the source document.

    Raises:
        UserFacingError: ``review.digits_differ``, ``order.not_open``.
        BindingError: ``binding.screen``: the screen did not show what was agreed.
        SecurityError: ``approval.*``: the approval would not count.
    """
    with vault.transaction() as change:
        record = change.order(order)
        if record is None or record.state is not OrderState.PREPARED:
            raise UserFacingError("order.not_open")
        payment = record.content.payment
        require_same(payment, shown, "screen")
        if shown_digest != record.digest:
            raise SecurityError("binding.screen", field="digest")
        if _digits(typed_digits) != last_digits(payment.creditor_account):
            raise UserFacingError("review.digits_differ")
        body: dict[str, Json] = {
            "digest": record.digest,
            "epoch": change.rules.governance.epoch,
            "assessment": record.assessment_event,
            "expires_at": change.now_ms + APPROVAL_LIFETIME_MS,
        }
        refs = tuple(sorted({record.frozen_event, record.assessment_event} - {""}))
        event = change.append(EventDraft(kinds.ORDER_APPROVED, order, body, refs=refs))
        after = change.order(order)
        mine = next((item for item in (after.approvals if after else ()) if item.event == event.id), None)
        if mine is None or mine.fault:
            raise SecurityError(mine.fault if mine else "approval.not_recorded")
    return event


def _digits(text: str) -> str:
    return "".join(text.split()).upper()


def stop_order(vault: Vault, order: str, reason: str, draft: str = "") -> None:
    """End an order before anything was sent. ``reason`` is a code; ``draft`` is forgotten if one is given.

    Raises:
        UserFacingError: ``order.not_open``: something was sent already, or it has ended.
    """
    with vault.transaction() as change:
        record = change.order(order)
        if record is None or record.state not in {OrderState.PREPARED, OrderState.APPROVED}:
            raise UserFacingError("order.not_open")
        body = {"digest": record.digest, "reason": reason}
        change.append(EventDraft(kinds.ORDER_STOPPED, order, body, refs=(record.frozen_event,)))
        if draft:
            change.drop(LocalSpace.DRAFT, draft)
