"""Signing baskets: payments that a bank ties together, so that one authorisation counts for all (NextGenPSD2 1.3 §8).

That an order is tied moves nothing. It says which authorisation may be answered for it: the basket's, and no other. An
order that is tied can't be given up by itself, because whoever signs the basket signs it, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from countersign.domain.canonical import JsonObject
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.order_fields import require_same_digest, text_of
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order_state import IllegalMoveError, OrderState

MOST_TIED: Final = 50
"""How many orders this program ties together: all of them are put on record in one transaction."""

_UNSIGNED = frozenset({OrderState.INITIATED, OrderState.AUTHORISING})


def may_be_tied(record: OrderRecord) -> bool:
    """Tell whether the bank can be asked to tie an order: nobody has signed it, and no reply to such a wish is open."""
    asked = record.tying or record.basket
    return record.state in _UNSIGNED and bool(record.payment_id) and not (record.by_hand or asked)


def may_be_untied(record: OrderRecord) -> bool:
    """Tell whether it can be put on record that a basket is no more, or never was: no answer of ours is on its way."""
    return bool(record.basket or record.tying) and (record.state in _UNSIGNED or record.awaits_signature)


def require_untied(record: OrderRecord) -> None:
    """Refuse to do by itself what is tied with others.

    Raises:
        IllegalMoveError: ``order.tied``.
    """
    if record.basket:
        raise IllegalMoveError("order.tied", state=record.state.value)


def require_same_basket(record: OrderRecord, body: JsonObject) -> None:
    """Refuse an authorisation that isn't the one that counts: the basket's of what is tied, its own of all else.

    Raises:
        SecurityError: ``order.other_basket``.
    """
    named = text_of(body, "basket") if "basket" in body else ""
    if named != record.basket:
        raise SecurityError("order.other_basket")


def _tying(record: OrderRecord, _event: Event, body: JsonObject) -> OrderRecord:
    require_same_digest(record, body)
    request_id = text_of(body, "request_id")
    if not request_id:
        raise SecurityError("order.event_form")
    if not may_be_tied(record):
        raise IllegalMoveError("order.illegal_move", state=record.state.value, move="tie")
    return replace(record, tying=request_id)


def _tied(record: OrderRecord, _event: Event, body: JsonObject) -> OrderRecord:
    require_same_digest(record, body)
    basket, payments, orders = text_of(body, "basket"), _names(body, "payments"), _names(body, "orders")
    named = record.payment_id in payments and record.content.order in orders
    if not basket or not named or len(payments) != len(orders):
        raise SecurityError("order.event_form")
    if not record.tying or record.state not in _UNSIGNED:
        raise IllegalMoveError("order.illegal_move", state=record.state.value, move="tie")
    return replace(record, tying="", basket=basket, tied=payments, together=orders, authorisation_id="", attempts=0)


def _untied(record: OrderRecord, _event: Event, body: JsonObject) -> OrderRecord:
    if text_of(body, "basket") != record.basket:
        raise SecurityError("order.other_basket")
    if not may_be_untied(record):
        raise IllegalMoveError("order.illegal_move", state=record.state.value, move="untie")
    free = replace(record, tying="", basket="", tied=(), together=(), authorisation_id="", attempts=0)
    return replace(free, reason=text_of(body, "reason"))


def _names(body: JsonObject, field: str) -> tuple[str, ...]:
    """Return a list of texts, each once; empty where it is something else."""
    listed = body.get(field)
    if not isinstance(listed, list):
        return ()
    found = tuple(item for item in listed if isinstance(item, str))
    return found if len(set(found)) == len(listed) else ()


BASKET_STEPS: Final[Mapping[str, Callable[[OrderRecord, Event, JsonObject], OrderRecord]]] = {
    kinds.ORDER_TYING_INTENDED: _tying,
    kinds.ORDER_TIED: _tied,
    kinds.ORDER_UNTIED: _untied,
}
