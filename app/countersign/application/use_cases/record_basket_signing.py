"""What is put on record where a further signature counts for several orders, so that its code goes out once.

As ``record_basket``: each function is one transaction over all of them. Nothing here can initiate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from countersign.application.ports.bank import RawReply
from countersign.application.ports.vault import Vault, VaultTransaction
from countersign.application.use_cases.record_basket import intent_of, require_shown
from countersign.application.use_cases.record_submission import CODE_WANTED, reply_object
from countersign.application.use_cases.relied_on import known_in, take
from countersign.domain.batch_digest import batch_digest
from countersign.domain.canonical import Json
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.bank_signing import SigningState
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.order_signing import signing_obstacle
from countersign.domain.order_state import OrderState

_UNSETTLED = frozenset(
    {
        OrderState.INITIATED,
        OrderState.AUTHORISING,
        OrderState.ANSWERING,
        OrderState.UNKNOWN,
        OrderState.CANCELLING,
        OrderState.ABANDONED,  # given up here alone: the bank may still hold it in the basket
    }
)
_OPEN = frozenset({SigningState.OPEN, SigningState.SENT, SigningState.UNKNOWN})


def require_may_sign_together(vault: Vault, orders: Sequence[str]) -> None:
    """Judge whether this device may give a further signature on each; raises as ``require_may_sign`` does."""
    if not vault.may_sign:
        raise SecurityError("vault.read_only")
    with vault.transaction() as change:
        for order in orders:
            _permitted(vault, change, order)


def record_signing_start_together(vault: Vault, orders: Sequence[str]) -> None:
    """Record for all what ``record_signing_start_intent`` records for one; raises as ``require_may_sign`` does."""
    with vault.transaction() as change:
        for order in orders:
            body: dict[str, Json] = {"digest": _permitted(vault, change, order).digest}
            take(change, EventDraft(kinds.ORDER_SIGNING_START_INTENDED, order, body))


def record_signing_together(
    vault: Vault, orders: Sequence[str], basket: str, authorisation_id: str, *, asked: bool = False
) -> None:
    """Record for all what ``record_signing_started`` records for one."""
    with vault.transaction() as change:
        for order in orders:
            record = known_in(change, order)
            own = record.signing_of(vault.identity.device)
            if own is not None and own.authorisation == authorisation_id:
                continue
            body: dict[str, Json] = {
                "digest": record.digest,
                "authorisation_id": authorisation_id,
                "basket": basket,
            }
            if asked:
                body["asked"] = True
            take(change, EventDraft(kinds.ORDER_SIGNING_STARTED, order, body))


def record_signing_intent_together(
    vault: Vault,
    orders: Sequence[str],
    authorisation_id: str,
    shown: Mapping[str, str],
    shown_digest: str,
    *,
    after_asking: bool = False,
) -> None:
    """Record that a further signer's code is next, for all that it signs; as ``record_answer_together``.

    Args:
        vault: The unlocked vault.
        orders: All orders of the basket.
        authorisation_id: The open authorisation.
        shown: The digests of those that the page shows, by order: all that still wait for a signature.
        shown_digest: The digest over all of those.
        after_asking: The bank's own app was asked before by this authorisation, and wants a code, or may do with one.
    """
    device = vault.identity.device
    with vault.transaction() as change:
        if after_asking:
            _take_back(change, shown, device, authorisation_id)
        every = [known_in(change, order) for order in orders]
        records = [_permitted(vault, change, order) for order in shown]
        basket = records[0].basket if records else ""
        require_shown(records, basket, shown, shown_digest)
        if sorted(record.payment_id for record in every) != sorted(records[0].tied):
            raise SecurityError("binding.otp", field="payments")
        if any(_may_be_signed(record) and record.content.order not in shown for record in every):
            raise SecurityError("binding.otp", field="payments")
        for record in records:
            take(change, _signing_intent(record, device, authorisation_id, shown_digest))


def record_signing_asked_together(vault: Vault, orders: Sequence[str], authorisation_id: str) -> None:
    """Record for a further signer what ``record_asked_together`` records for the sender."""
    with vault.transaction() as change:
        records = [known_in(change, order) for order in orders]
        digest = batch_digest(record.digest for record in records)
        for record in records:
            take(change, _signing_intent(record, vault.identity.device, authorisation_id, digest))


def _take_back(change: VaultTransaction, orders: Iterable[str], device: str, authorisation_id: str) -> None:
    """Note of what the bank's own app was asked that it is no answer yet: a code is typed all the same."""
    body: dict[str, Json] = {"authorisation_id": authorisation_id, "outcome": "refused", "reason": CODE_WANTED}
    for order in orders:
        own = known_in(change, order).signing_of(device)
        if own is not None and own.state is SigningState.SENT:
            take(change, EventDraft(kinds.ORDER_SIGNING_ENDED, order, body))


def _signing_intent(record: OrderRecord, device: str, authorisation_id: str, together: str) -> EventDraft:
    own = record.signing_of(device)
    if own is None or authorisation_id != own.authorisation:
        raise SecurityError("binding.otp", field="authorisation_id")
    return intent_of(kinds.ORDER_SIGNING_INTENDED, record, authorisation_id, own.attempts, together)


def record_signing_ended_together(
    vault: Vault, orders: Sequence[str], authorisation_id: str, outcome: str, reason: str, reply: RawReply | None = None
) -> None:
    """Record what became of a further signature, for every order of which this device began one by it."""
    body: dict[str, Json] = {"authorisation_id": authorisation_id, "outcome": outcome, "reason": reason}
    if reply is not None:
        body["reply"] = reply_object(reply)
    with vault.transaction() as change:
        for order in orders:
            own = known_in(change, order).signing_of(vault.identity.device)
            if own is not None and own.starting and outcome == "unknown" and own.state is SigningState.SENT:
                take(change, EventDraft(kinds.ORDER_SIGNING_ENDED, order, {**body, "authorisation_id": ""}))
            if own is None or own.starting or own.authorisation != authorisation_id:
                continue
            if own.state in ({SigningState.SENT} if outcome == "unknown" else _OPEN):
                take(change, EventDraft(kinds.ORDER_SIGNING_ENDED, order, body))


def record_signing_not_started_together(vault: Vault, orders: Sequence[str], reason: str) -> None:
    """Record that a further signer's authorisation was not started, or that the bank knows of none."""
    body: dict[str, Json] = {"authorisation_id": "", "outcome": "failed", "reason": reason}
    with vault.transaction() as change:
        for order in orders:
            own = known_in(change, order).signing_of(vault.identity.device)
            if own is not None and own.starting:
                take(change, EventDraft(kinds.ORDER_SIGNING_ENDED, order, body))


def _may_be_signed(record: OrderRecord) -> bool:
    """Tell whether a signature on its basket may count for an order, too."""
    return record.awaits_signature or record.state in _UNSETTLED


def _permitted(vault: Vault, change: VaultTransaction, order: str) -> OrderRecord:
    record = known_in(change, order)
    obstacle = signing_obstacle(record, change.rules, vault.identity.device, change.now_ms)
    if obstacle:
        raise UserFacingError(obstacle)
    return record
