"""Approve an order after reading it back; or stop it."""

from __future__ import annotations

from collections.abc import Collection

from countersign.application.ports.vault import LocalSpace, Vault, VaultTransaction
from countersign.application.use_cases.attach_documents import require_documents
from countersign.application.use_cases.rules_read import require_rules_read
from countersign.domain.canonical import Json
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event, EventDraft
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order import last_digits, require_same
from countersign.domain.order_state import OrderState
from countersign.domain.payment import PaymentFields

APPROVAL_LIFETIME_MS = 24 * 3_600_000
TEAM_APPROVAL_LIFETIME_MS = 72 * 3_600_000
"""Where others still have to sign: a weekend may lie between two signatures."""

AHEAD_LIMIT_MS = 3_600_000
"""How far an order's time may lie ahead of ours: rules ask how long a payee has stood, and its maker sets the time."""


def approve_order(vault: Vault, order: str, shown: PaymentFields, shown_digest: str, typed_digits: str) -> Event:
    """Sign an approval of what was on screen.

    Args:
        vault: The unlocked vault.
        order: The order.
        shown: The payment as the screen showed it.
        shown_digest: The digest that the screen was made from.
        typed_digits: The last digits of the payee's account, typed from the source document.

    Raises:
        UserFacingError: ``review.digits_differ``, ``order.not_open``, ``document.not_here``, ``rules.newer_version``.
        BindingError: ``binding.screen``: the screen did not show what was agreed.
        SecurityError: ``approval.*``: the approval would not count.
    """
    with vault.transaction() as change:
        require_rules_read(vault, change)
        record = as_shown(change, order, shown, shown_digest)
        require_digits(record, typed_digits)
        return sign_approval(change, record)


def as_shown(
    change: VaultTransaction,
    order: str,
    shown: PaymentFields,
    shown_digest: str,
    states: Collection[OrderState] = (OrderState.PREPARED,),
) -> OrderRecord:
    """Return an open order that is what the screen showed; it stands in one of ``states``.

    Raises:
        UserFacingError: ``order.not_open``.
        BindingError: ``binding.screen``: the screen did not show what was agreed.
    """
    record = change.order(order)
    if record is None or record.state not in states:
        raise UserFacingError("order.not_open")
    require_same(record.content.payment, shown, "screen")
    if shown_digest != record.digest:
        raise SecurityError("binding.screen", field="digest")
    return record


def require_digits(record: OrderRecord, typed_digits: str) -> None:
    """Refuse other last digits than those of the payee's account.

    Raises:
        UserFacingError: ``review.digits_differ``.
    """
    if "".join(typed_digits.split()).upper() != last_digits(record.content.payment.creditor_account):
        raise UserFacingError("review.digits_differ")


def require_not_ahead(record: OrderRecord, now_ms: int) -> None:
    """Refuse an order that says it was made later than it is now.

    Raises:
        SecurityError: ``approval.ahead_of_time``.
    """
    if record.created_at > now_ms + AHEAD_LIMIT_MS:
        raise SecurityError("approval.ahead_of_time")


def sign_approval(change: VaultTransaction, record: OrderRecord, batch: str = "") -> Event:
    """Append one approval; ``batch`` is the digest over all that are approved with it, where there are several.

    Raises:
        UserFacingError: ``document.not_here``: a document that it names can't be opened here.
        SecurityError: ``approval.*``: it would not count.
    """
    require_documents(change, record.content)
    order, governance = record.content.order, change.rules.governance
    require_not_ahead(record, change.now_ms)
    # Who signs alone, and no other device of theirs, does so right before it is sent.
    several = not governance.approves_own or record.requirement(governance).second_device
    body: dict[str, Json] = {
        "digest": record.digest,
        "epoch": governance.epoch,
        "assessment": record.assessment_event,
        "expires_at": change.now_ms + (TEAM_APPROVAL_LIFETIME_MS if several else APPROVAL_LIFETIME_MS),
        **({"batch": batch} if batch else {}),
    }
    # A rule whose signatures follow one another wants each to name those before it.
    known = {record.frozen_event, record.assessment_event, *(item.event for item in record.counted)}
    refs = tuple(sorted(known - {""}))
    event = change.append(EventDraft(kinds.ORDER_APPROVED, order, body, refs=refs))
    after = change.order(order)
    mine = next((item for item in (after.approvals if after else ()) if item.event == event.id), None)
    if mine is None or mine.fault:
        raise SecurityError(mine.fault if mine else "approval.not_recorded")
    return event


def stop_order(vault: Vault, order: str, reason: str, draft: str = "") -> None:
    """End an order before anything was sent. ``reason`` is a code; ``draft`` is forgotten if one is given.

    Raises:
        UserFacingError: ``order.not_open``: something was sent already, or it has ended.
    """
    with vault.transaction() as change:
        append_stop(change, order, reason)
        if draft:
            change.drop(LocalSpace.DRAFT, draft)


def append_stop(change: VaultTransaction, order: str, reason: str, note: str = "") -> Event:
    """Append the end of an order; ``note`` says more, in the person's own words.

    Raises:
        UserFacingError: ``order.not_open``.
    """
    record = change.order(order)
    if record is None or record.state not in {OrderState.PREPARED, OrderState.APPROVED}:
        raise UserFacingError("order.not_open")
    body: dict[str, Json] = {"digest": record.digest, "reason": reason, **({"note": note} if note else {})}
    return change.append(EventDraft(kinds.ORDER_STOPPED, order, body, refs=(record.frozen_event,)))
