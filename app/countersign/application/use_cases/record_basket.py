"""What is put on record where one authorisation counts for several orders, so that its code goes out once.

Each function is one transaction over all of them: either every order says the same, or none does, and nothing is sent
(LEDGER 16, 19). Nothing here can initiate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from countersign.application.ports.bank import Basket, RawReply
from countersign.application.ports.vault import Vault
from countersign.application.use_cases.record_submission import (
    CODE_WANTED,
    reply_object,
    require_not_stopped,
    start_body,
)
from countersign.application.use_cases.relied_on import known_in, take
from countersign.domain.batch_digest import batch_digest
from countersign.domain.canonical import Json
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.order_baskets import may_be_untied
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order_state import OrderState

_AUTHORISING = frozenset({OrderState.AUTHORISING})
_ANSWERED = frozenset({OrderState.ANSWERING, OrderState.UNKNOWN})
_STARTABLE = _ANSWERED | {OrderState.INITIATED, OrderState.AUTHORISING}
_WAITS_FOR = {
    "signed": _ANSWERED | {OrderState.AUTHORISING},  # exempted: no answer was wanted
    "refused": _ANSWERED,
    "failed": _ANSWERED,
    "unknown": frozenset({OrderState.ANSWERING}),
}


def record_tying_intent(vault: Vault, orders: Sequence[str], request_id: str) -> None:
    """Record that the bank is about to be asked to tie these orders together: where its reply is lost, they stay so.

    Raises:
        UserFacingError: ``intent.frozen``; ``basket.asked``: one was asked for before, and what came of it isn't known.
        SecurityError: ``order.*``: one can't be tied as it stands.
    """
    with vault.transaction() as change:
        if change.rules.frozen:
            raise UserFacingError("intent.frozen")
        for order in orders:
            record = known_in(change, order)
            if record.tying:
                raise UserFacingError("basket.asked")
            body: dict[str, Json] = {"digest": record.digest, "request_id": request_id}
            take(change, EventDraft(kinds.ORDER_TYING_INTENDED, order, body))


def record_tied(vault: Vault, orders: Sequence[str], basket: Basket) -> None:
    """Record that the bank ties these orders' payments, and no others, together.

    Raises:
        SecurityError: ``binding.reply``: the basket holds other payments; ``order.*``: one can't be tied as it stands.
    """
    with vault.transaction() as change:
        records = [known_in(change, order) for order in orders]
        if sorted(record.payment_id for record in records) != sorted(basket.payments):
            raise SecurityError("binding.reply", field="payments")
        for record in records:
            body: dict[str, Json] = {
                "digest": record.digest,
                "basket": basket.basket_id,
                "payments": sorted(basket.payments),
                "orders": sorted(orders),
                "reply": reply_object(basket.reply),
            }
            take(change, EventDraft(kinds.ORDER_TIED, record.content.order, body))


def record_tied_unseen(vault: Vault, orders: Sequence[str], basket: str) -> None:
    """Record that the bank tied these orders under this name, where that can't be gone on with: to untie them.

    Those that moved on meanwhile stay as they are.
    """
    with vault.transaction() as change:
        records = [known_in(change, order) for order in orders]
        payments: list[Json] = [*sorted(record.payment_id for record in records)]
        for record in filter(may_be_untied, records):
            body: dict[str, Json] = {
                "digest": record.digest,
                "basket": basket,
                "payments": payments,
                "orders": sorted(orders),
            }
            take(change, EventDraft(kinds.ORDER_TIED, record.content.order, body))


def record_untied(vault: Vault, orders: Sequence[str], basket: str, reason: str) -> None:
    """Record that a basket is no more, or was not made (empty); orders of which an answer is on its way stay."""
    with vault.transaction() as change:
        for order in orders:
            record = known_in(change, order)
            if record.basket == basket and may_be_untied(record):
                take(change, EventDraft(kinds.ORDER_UNTIED, order, {"basket": basket, "reason": reason}))


def require_open(vault: Vault) -> None:
    """Judge anew before a step of a basket's authorisation.

    Raises:
        UserFacingError: ``intent.frozen``.
        SecurityError: ``vault.read_only``: what came of it could not be recorded.
    """
    if not vault.may_sign:
        raise SecurityError("vault.read_only")
    with vault.transaction() as change:
        if change.rules.frozen:
            raise UserFacingError("intent.frozen")


def record_start_together(vault: Vault, orders: Sequence[str]) -> None:
    """Record, for every order of a basket, what ``record_start_intent`` records for one; raises as that, for any."""
    with vault.transaction() as change:
        if change.rules.frozen:
            raise UserFacingError("intent.frozen")
        for order in orders:
            record = known_in(change, order)
            require_not_stopped(record)
            take(change, EventDraft(kinds.ORDER_START_INTENDED, order, start_body(record, "payment")))


def record_together(
    vault: Vault, orders: Sequence[str], basket: str, authorisation_id: str, *, asked: bool = False
) -> None:
    """Record that the authorisation of a basket was begun, for every order of which that isn't known, nor its outcome.

    ``asked`` as in ``record_authorisation``.
    """
    with vault.transaction() as change:
        for order in orders:
            record = known_in(change, order)
            if authorisation_id in record.begun or record.state not in _STARTABLE:
                continue
            body: dict[str, Json] = {"authorisation_id": authorisation_id, "purpose": "payment", "basket": basket}
            if asked:
                body["asked"] = True
            take(change, EventDraft(kinds.ORDER_AUTHORISATION_STARTED, order, body))


def record_not_started_together(vault: Vault, orders: Sequence[str], reason: str) -> None:
    """Record that a basket's authorisation was not started, or that the bank knows of none."""
    with vault.transaction() as change:
        for order in orders:
            record = known_in(change, order)
            if record.starting and record.state in _ANSWERED:
                take(change, EventDraft(kinds.ORDER_ANSWER_REFUSED, order, {"reason": reason}))


def record_answer_together(
    vault: Vault,
    basket: str,
    authorisation_id: str,
    shown: Mapping[str, str],
    shown_digest: str,
    *,
    after_asking: bool = False,
) -> None:
    """Record, for every order of a basket, that the commit point is next. The code itself is never recorded.

    Args:
        vault: The unlocked vault.
        basket: The bank's name for it.
        authorisation_id: The open authorisation.
        shown: The digests of the orders that the page shows, by order.
        shown_digest: The digest over all of them.
        after_asking: The bank's own app was asked before by this authorisation, and wants a code, or may do with one.

    Raises:
        SecurityError: ``binding.otp``: the code was asked for other orders than those that it would authorise, for
            another content, or by another authorisation; ``order.*``: one doesn't stand where a code may be sent.
        UserFacingError: ``intent.frozen``: an emergency stop came into force; as ``require_not_stopped``, for any of
            them.
    """
    with vault.transaction() as change:
        if change.rules.frozen:
            raise UserFacingError("intent.frozen")
        records = [known_in(change, order) for order in shown]
        require_shown(records, basket, shown, shown_digest)
        if sorted(record.payment_id for record in records) != sorted(records[0].tied):
            raise SecurityError("binding.otp", field="payments")  # one of those that the code signs isn't on screen
        for record in records:
            require_not_stopped(record)
            if authorisation_id != record.authorisation_id:
                raise SecurityError("binding.otp", field="authorisation_id")
            if after_asking and record.state is OrderState.ANSWERING:
                take(change, EventDraft(kinds.ORDER_ANSWER_REFUSED, record.content.order, {"reason": CODE_WANTED}))
            take(
                change, intent_of(kinds.ORDER_ANSWER_INTENDED, record, authorisation_id, record.attempts, shown_digest)
            )


def record_asked_together(vault: Vault, orders: Sequence[str], authorisation_id: str) -> None:
    """Record that the bank's own app asks about all of them, though nobody here chose that: only the bank can say more.

    An emergency stop doesn't keep it from being recorded: it is asked already.
    """
    with vault.transaction() as change:  # one that was turned down meanwhile has ended
        records = [record for record in (known_in(change, order) for order in orders) if record.state in _AUTHORISING]
        digest = batch_digest(record.digest for record in records)
        for record in records:
            take(change, intent_of(kinds.ORDER_ANSWER_INTENDED, record, authorisation_id, record.attempts, digest))


def record_outcome_together(
    vault: Vault, orders: Sequence[str], authorisation_id: str, outcome: str, reason: str, reply: RawReply | None = None
) -> None:
    """Record what became of the answer, for every order that waits for it.

    Args:
        vault: The unlocked vault.
        orders: The orders of the basket.
        authorisation_id: The basket's authorisation.
        outcome: ``signed``, ``refused``, ``failed`` or ``unknown``.
        reason: A code.
        reply: What the bank said.
    """
    kind, body = _OUTCOMES[outcome], _outcome_body(outcome, reason, authorisation_id, reply)
    with vault.transaction() as change:
        for order in orders:
            record = known_in(change, order)
            own = outcome == "unknown" if record.starting else record.authorisation_id == authorisation_id
            if own and record.state in _WAITS_FOR[outcome]:
                take(change, EventDraft(kind, order, body))


def require_shown(records: Sequence[OrderRecord], basket: str, shown: Mapping[str, str], shown_digest: str) -> None:
    """Hold what a page shows to what is agreed, and to one basket; raises ``SecurityError`` with ``binding.otp``."""
    if not records or not basket:
        raise SecurityError("binding.otp", field="payments")
    for record in records:
        if shown[record.content.order] != record.digest:
            raise SecurityError("binding.otp", field="digest")
        if record.basket != basket:
            raise SecurityError("binding.otp", field="basket")
    if batch_digest(shown.values()) != shown_digest:
        raise SecurityError("binding.otp", field="digest")


def intent_of(kind: str, record: OrderRecord, authorisation_id: str, attempts: int, shown_digest: str) -> EventDraft:
    """Return the record that the commit point is next, of one of several."""
    body: dict[str, Json] = {
        "digest": record.digest,
        "authorisation_id": authorisation_id,
        "attempt": attempts + 1,
        "basket": record.basket,
        "together": shown_digest,  # the digest over all that the code was asked for
    }
    return EventDraft(kind, record.content.order, body)


def _outcome_body(outcome: str, reason: str, authorisation_id: str, reply: RawReply | None) -> dict[str, Json]:
    if outcome == "signed":
        body: dict[str, Json] = {"authorisation_id": authorisation_id}
        if reply is not None:
            body["reply"] = reply_object(reply)
        return body
    return {"stage": "answer", "reason": reason} if outcome == "unknown" else {"reason": reason}


_OUTCOMES = {
    "signed": kinds.ORDER_AUTHORISED,
    "refused": kinds.ORDER_ANSWER_REFUSED,
    "failed": kinds.ORDER_ANSWER_REFUSED,
    "unknown": kinds.ORDER_OUTCOME_UNKNOWN,
}
