"""What is put on record around a further signature at the bank, so that its code goes out once (LEDGER 16, 19).

Each function is one transaction, committed and anchored before the next request goes out. None of them can send an
order: a device that signs further authorises what the sender has initiated, and nothing else.
"""

from __future__ import annotations

from countersign.application.ports.bank import RawReply
from countersign.application.ports.vault import Vault, VaultTransaction
from countersign.application.use_cases.record_submission import reply_object
from countersign.domain.canonical import Json
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.order_signing import signing_obstacle


def require_may_sign(vault: Vault, order: str) -> None:
    """Judge whether this device may give a further signature now.

    Raises:
        UserFacingError: ``signing.*``, ``intent.frozen``, ``order.may_not_sign``, ``author.*``: why it may not.
        SecurityError: ``vault.read_only``: what came of it could not be recorded.
    """
    if not vault.may_sign:
        raise SecurityError("vault.read_only")
    with vault.transaction() as change:
        _permitted(vault, change, order)


def record_signing_started(vault: Vault, order: str, authorisation_id: str) -> None:
    """Record that an authorisation of somebody's own is open; raises as ``require_may_sign``."""
    with vault.transaction() as change:
        record = _permitted(vault, change, order)
        body: dict[str, Json] = {"digest": record.digest, "authorisation_id": authorisation_id}
        _take(change, EventDraft(kinds.ORDER_SIGNING_STARTED, order, body))


def record_signing_intent(vault: Vault, order: str, authorisation_id: str, shown_digest: str) -> None:
    """Record that the commit point is next. The code itself is never recorded.

    Raises:
        UserFacingError: As ``require_may_sign``.
        SecurityError: ``binding.otp``: the code was asked for another content, or another authorisation.
    """
    with vault.transaction() as change:
        record = _permitted(vault, change, order)
        own = record.signing_of(vault.identity.device)
        if shown_digest != record.digest:
            raise SecurityError("binding.otp", field="digest")
        if own is None or authorisation_id != own.authorisation:
            raise SecurityError("binding.otp", field="authorisation_id")
        body: dict[str, Json] = {
            "digest": record.digest,
            "authorisation_id": authorisation_id,
            "attempt": own.attempts + 1,
        }
        _take(change, EventDraft(kinds.ORDER_SIGNING_INTENDED, order, body))


def record_signing_ended(
    vault: Vault, order: str, authorisation_id: str, outcome: str, reason: str, reply: RawReply | None = None
) -> None:
    """Record what became of a further signature: a key of ``order_signing.OUTCOMES``, and a code."""
    body: dict[str, Json] = {"authorisation_id": authorisation_id, "outcome": outcome, "reason": reason}
    if reply is not None:
        body["reply"] = reply_object(reply)
    with vault.transaction() as change:
        _take(change, EventDraft(kinds.ORDER_SIGNING_ENDED, order, body))


def _permitted(vault: Vault, change: VaultTransaction, order: str) -> OrderRecord:
    record = _known(change.order(order))
    obstacle = signing_obstacle(record, change.rules, vault.identity.device, change.now_ms)
    if obstacle:
        raise UserFacingError(obstacle)
    return record


def _take(change: VaultTransaction, draft: EventDraft) -> None:
    """Append what is relied on: an event that the fold leaves out would be no record of it."""
    event = change.append(draft)
    fault = dict(_known(change.order(draft.subject)).faults).get(event.id, "")
    if fault:
        raise SecurityError(fault)  # rolls back


def _known(record: OrderRecord | None) -> OrderRecord:
    if record is None:
        raise UserFacingError("order.unknown")
    return record
