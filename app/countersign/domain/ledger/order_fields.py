"""Reading the bodies of an order's events: fields of the type that they must have, about this very order."""

from __future__ import annotations

from countersign.domain.canonical import JsonObject, NotCanonicalError
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.order_record import OrderRecord


def text_of(body: JsonObject, name: str) -> str:
    """Return a text; raises ``canonical.field_type`` where there is none."""
    value = body.get(name)
    if not isinstance(value, str):
        raise NotCanonicalError("canonical.field_type", field=name)
    return value


def number_of(body: JsonObject, name: str) -> int:
    """Return a number; raises as ``text_of``."""
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise NotCanonicalError("canonical.field_type", field=name)
    return value


def flag_of(body: JsonObject, name: str) -> bool:
    """Return a truth value; raises as ``text_of``."""
    value = body.get(name)
    if not isinstance(value, bool):
        raise NotCanonicalError("canonical.field_type", field=name)
    return value


def require_same_digest(record: OrderRecord, body: JsonObject) -> None:
    """Refuse what is about another content."""
    if text_of(body, "digest") != record.digest:
        raise SecurityError("order.other_digest")


def require_same_authorisation(record: OrderRecord, body: JsonObject) -> None:
    """Refuse what is about another authorisation than the open one; while one is being started none is."""
    if record.starting or not record.authorisation_id or text_of(body, "authorisation_id") != record.authorisation_id:
        raise SecurityError("order.other_authorisation")
