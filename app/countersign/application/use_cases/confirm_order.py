"""Confirm one's own order on another device, where a rule asks for that: read it back there, and sign."""

from __future__ import annotations

from countersign.application.ports.vault import Vault
from countersign.application.use_cases.approve_order import (
    TEAM_APPROVAL_LIFETIME_MS,
    as_shown,
    require_digits,
    require_not_ahead,
)
from countersign.application.use_cases.attach_documents import require_documents
from countersign.application.use_cases.rules_read import require_rules_read
from countersign.domain.approval.progress import confirmation_obstacle
from countersign.domain.canonical import Json
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event, EventDraft
from countersign.domain.order_state import OrderState
from countersign.domain.payment import PaymentFields

_OPEN = frozenset({OrderState.PREPARED, OrderState.APPROVED})


def confirm_order(vault: Vault, order: str, shown: PaymentFields, shown_digest: str, typed_digits: str) -> Event:
    """Sign, as the requester's other device, what was on screen.

    It may be given anew where everybody has approved and the one before is over.

    Args:
        vault: The unlocked vault of that device.
        order: The order.
        shown: The payment as the screen showed it.
        shown_digest: The digest that the screen was made from.
        typed_digits: The last digits of the payee's account, typed from the source document.

    Raises:
        UserFacingError: ``review.digits_differ``, ``order.not_open``, ``document.not_here``, ``rules.newer_version``.
        BindingError: ``binding.screen``: the screen did not show what was agreed.
        SecurityError: ``confirmation.*``, ``author.*``: it would not count; ``approval.ahead_of_time``.
    """
    with vault.transaction() as change:
        require_rules_read(vault, change)
        record = as_shown(change, order, shown, shown_digest, _OPEN)
        require_digits(record, typed_digits)
        require_documents(change, record.content)
        require_not_ahead(record, change.now_ms)
        governance = change.rules.governance
        if code := confirmation_obstacle(record, governance, vault.identity.device, change.now_ms):
            raise SecurityError(code)
        body: dict[str, Json] = {
            "digest": record.digest,
            "epoch": governance.epoch,
            "assessment": record.assessment_event,
            "expires_at": change.now_ms + TEAM_APPROVAL_LIFETIME_MS,
        }
        refs = tuple(sorted({record.frozen_event, record.assessment_event}))
        return change.append(EventDraft(kinds.ORDER_CONFIRMED, order, body, refs=refs))
