"""Reject an order, or return it for repair: both end it; the second asks for another one."""

from __future__ import annotations

from typing import Final

from countersign.application.ports.vault import Vault
from countersign.application.use_cases.approve_order import append_stop
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.order_authors import stop_obstacle

NOTE_LIMIT: Final = 1000

REJECTIONS: Final = (
    "rejected.not_expected",
    "rejected.twice",
    "rejected.account_doubted",
    "rejected.amount_wrong",
    "rejected.suspicious",
    "rejected.other",
)
REPAIRS: Final = (
    "repair.account",
    "repair.amount",
    "repair.reference",
    "repair.date",
    "repair.evidence",
    "repair.other",
)


def reject_order(vault: Vault, order: str, shown_digest: str, reason: str, note: str) -> Event:
    """End an order before anything was sent, and say why.

    Args:
        vault: The unlocked vault.
        order: The order.
        shown_digest: The digest that the screen was made from.
        reason: One of ``REJECTIONS`` or ``REPAIRS``.
        note: What the requester is told, in the person's own words.

    Raises:
        UserFacingError: ``reject.no_note``, ``reject.long_note`` (``limit``), ``order.not_open``.
        SecurityError: ``binding.screen``; ``author.*``, ``order.may_not_reject``, ``order.may_not_stop``: it would not
            count.
    """
    if reason not in {*REJECTIONS, *REPAIRS}:
        raise ValueError(reason)
    words = note.strip()
    if not words:
        raise UserFacingError("reject.no_note")
    if len(words) > NOTE_LIMIT:
        raise UserFacingError("reject.long_note", limit=NOTE_LIMIT)
    with vault.transaction() as change:
        record = change.order(order)
        if record is not None and record.digest != shown_digest:
            raise SecurityError("binding.screen", field="digest")
        governance, device = change.rules.governance, vault.identity.device
        if record is not None and (code := stop_obstacle(record, governance, device, reason, change.now_ms)):
            raise SecurityError(code)
        return append_stop(change, order, reason, words)
