"""Approve several orders at once: one transaction, one approval each, and one digest over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from countersign.application.ports.vault import Vault
from countersign.application.use_cases.approve_order import as_shown, sign_approval
from countersign.application.use_cases.rules_read import require_rules_read
from countersign.domain.batch_digest import batch_digest
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger.event import Event
from countersign.domain.payment import PaymentFields

BATCH_LIMIT: Final = 100
"""Orders in one approval: so many are signed and committed without the vault's lane being felt."""


@dataclass(frozen=True, slots=True)
class ShownOrder:
    """One order of the selection as the screen had it."""

    order: str
    shown: PaymentFields
    shown_digest: str


def approve_batch(vault: Vault, orders: Sequence[ShownOrder], shown_batch: str) -> tuple[Event, ...]:
    """Sign an approval of every order that was selected, or of none.

    Args:
        vault: The unlocked vault.
        orders: What was on screen.
        shown_batch: The digest over them whose phrase was on screen.

    Raises:
        UserFacingError: ``batch.empty``, ``batch.too_many`` (``limit``), ``order.not_open``, ``rules.newer_version``.
        SecurityError: ``binding.screen``; ``approval.*``: one would not count, so none was signed.
    """
    if not orders:
        raise UserFacingError("batch.empty")
    if len(orders) > BATCH_LIMIT:
        raise UserFacingError("batch.too_many", limit=BATCH_LIMIT)
    if batch_digest(item.shown_digest for item in orders) != shown_batch:
        raise SecurityError("binding.screen", field="digest")
    with vault.transaction() as change:
        require_rules_read(vault, change)
        records = [as_shown(change, item.order, item.shown, item.shown_digest) for item in orders]
        return tuple(sign_approval(change, record, shown_batch) for record in records)
