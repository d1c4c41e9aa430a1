"""Payments made elsewhere: in a branch, by phone, in the bank's own app. They count for history, habits and limits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from countersign.application.ports.clock import Entropy, new_identifier
from countersign.application.ports.vault import Vault
from countersign.domain.canonical import Json
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.money import Money
from countersign.domain.order import NAME_LIMIT, REMITTANCE_LIMIT, money_object


class Channel(StrEnum):
    """Where a payment was made."""

    BRANCH = "branch"
    PHONE = "phone"
    APP = "app"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A payment made elsewhere. ``amount`` is positive; ``at`` is in milliseconds; ``account`` is an own number."""

    account: str
    at: int
    amount: Money
    counterparty: str
    counterparty_account: str
    reference: str
    channel: Channel


def record_elsewhere(vault: Vault, entropy: Entropy, payment: Elsewhere) -> str:
    """Record a payment made elsewhere. VAULT lane.

    A statement's entry that shows it stands in its place later.

    Returns:
        The row under which history shows it.

    Raises:
        UserFacingError: ``elsewhere.incomplete``; ``elsewhere.future``: it lies ahead.
    """
    fits = len(payment.counterparty) <= NAME_LIMIT and len(payment.reference) <= REMITTANCE_LIMIT
    if not (payment.account and payment.counterparty and payment.amount.minor > 0 and fits):
        raise UserFacingError("elsewhere.incomplete")
    body: dict[str, Json] = {
        "number": payment.account,
        "at": payment.at,
        "amount": money_object(payment.amount),
        "counterparty": payment.counterparty,
        "counterparty_account": payment.counterparty_account,
        "reference": payment.reference,
        "channel": payment.channel.value,
    }
    row = new_identifier(entropy)
    with vault.transaction() as change:
        if payment.at > change.now_ms:
            raise UserFacingError("elsewhere.future")
        change.append(EventDraft(kinds.PAYMENT_ELSEWHERE, row, body))
    return row
