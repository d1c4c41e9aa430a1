"""What is put on record around a further signature at the bank, so that its code goes out once (LEDGER 16, 19).

Each function is one transaction, committed and anchored before the next request goes out. None of them can send an
order: a device that signs further authorises what the sender has initiated, and nothing else.
"""

from __future__ import annotations

from countersign.application.ports.bank import RawReply
from countersign.application.ports.vault import Vault, VaultTransaction
from countersign.application.use_cases.record_submission import CODE_WANTED, reply_object
from countersign.application.use_cases.relied_on import known_in, take
from countersign.domain.canonical import Json
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.bank_signing import SigningState
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


def record_signing_start_intent(vault: Vault, order: str) -> None:
    """Record that somebody's own authorisation is about to be started: where the bank's app decides, the commit point.

    Raises:
        UserFacingError: As ``require_may_sign``.
    """
    with vault.transaction() as change:
        record = _permitted(vault, change, order)
        take(change, EventDraft(kinds.ORDER_SIGNING_START_INTENDED, order, {"digest": record.digest}))


def record_signing_started(vault: Vault, order: str, authorisation_id: str, *, asked: bool = False) -> None:
    """Record that an authorisation of somebody's own was begun; ``asked`` as in ``record_authorisation``.

    A stop keeps no fact off the record.
    """
    with vault.transaction() as change:
        record = known_in(change, order)
        body: dict[str, Json] = {"digest": record.digest, "authorisation_id": authorisation_id}
        if asked:
            body["asked"] = True
        take(change, EventDraft(kinds.ORDER_SIGNING_STARTED, order, body))


def record_signing_intent(
    vault: Vault, order: str, authorisation_id: str, shown_digest: str, *, after_asking: bool = False
) -> None:
    """Record that the commit point is next. The code itself is never recorded.

    Args:
        vault: The unlocked vault.
        order: The order.
        authorisation_id: The open authorisation.
        shown_digest: The digest of what the page shows.
        after_asking: The bank's own app was asked before by this authorisation, and wants a code, or may do with one.

    Raises:
        UserFacingError: As ``require_may_sign``.
        SecurityError: ``binding.otp``: the code was asked for another content, or another authorisation.
    """
    with vault.transaction() as change:
        own = known_in(change, order).signing_of(vault.identity.device)
        if after_asking and own is not None and own.state is SigningState.SENT:
            take(change, EventDraft(kinds.ORDER_SIGNING_ENDED, order, _taken_back(authorisation_id)))
        record = _permitted(vault, change, order)
        if shown_digest != record.digest:
            raise SecurityError("binding.otp", field="digest")
        take(change, _intent(record, vault.identity.device, authorisation_id))


def record_signing_asked(vault: Vault, order: str, authorisation_id: str) -> None:
    """Record that the bank's own app asks the person, though nobody here chose that: only the bank can say what comes.

    An emergency stop doesn't keep it from being recorded: it is asked already.
    """
    with vault.transaction() as change:
        take(change, _intent(known_in(change, order), vault.identity.device, authorisation_id))


def record_signing_ended(
    vault: Vault, order: str, authorisation_id: str, outcome: str, reason: str, reply: RawReply | None = None
) -> None:
    """Record what became of a further signature: a key of ``order_signing.OUTCOMES``, and a code."""
    body: dict[str, Json] = {"authorisation_id": authorisation_id, "outcome": outcome, "reason": reason}
    if reply is not None:
        body["reply"] = reply_object(reply)
    with vault.transaction() as change:
        take(change, EventDraft(kinds.ORDER_SIGNING_ENDED, order, body))


def _intent(record: OrderRecord, device: str, authorisation_id: str) -> EventDraft:
    own = record.signing_of(device)
    if own is None or authorisation_id != own.authorisation:
        raise SecurityError("binding.otp", field="authorisation_id")
    body: dict[str, Json] = {
        "digest": record.digest,
        "authorisation_id": authorisation_id,
        "attempt": own.attempts + 1,
    }
    return EventDraft(kinds.ORDER_SIGNING_INTENDED, record.content.order, body)


def _taken_back(authorisation_id: str) -> dict[str, Json]:
    return {"authorisation_id": authorisation_id, "outcome": "refused", "reason": CODE_WANTED}


def _permitted(vault: Vault, change: VaultTransaction, order: str) -> OrderRecord:
    record = known_in(change, order)
    obstacle = signing_obstacle(record, change.rules, vault.identity.device, change.now_ms)
    if obstacle:
        raise UserFacingError(obstacle)
    return record
