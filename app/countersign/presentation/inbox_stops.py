"""Whether an order of the inbox can be rejected or returned by who looks at it; and if not, why and by whom."""

from __future__ import annotations

from countersign.domain.ledger.order_authors import stop_obstacle
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order_state import OrderState
from countersign.presentation.error_texts import sentence
from countersign.presentation.inbox_ground import Ground
from countersign.presentation.inbox_words import either
from countersign.presentation.messages import _

_BEFORE_SENDING = frozenset({OrderState.PREPARED, OrderState.APPROVED})


def read_only_text() -> str:
    """Say that this copy of the vault signs nothing."""
    return _("This copy of the vault can only be read. Sign on your newer one.")


def stop_blocked(record: OrderRecord, ground: Ground, reason: str) -> str:
    """Say why this person can't reject or return an order, and who can; empty where they can.

    Args:
        record: The order.
        ground: Rules, time, and who looks.
        reason: One of those that the button stands for.
    """
    if not ground.may_sign:
        return read_only_text()
    if record.state not in _BEFORE_SENDING:
        return sentence("order.not_open")
    if record.content.requester == ground.me.member:
        return _("You requested this. If it shall not be paid, stop it on its own page.")
    code = stop_obstacle(record, ground.rules.governance, ground.me.device, reason, ground.now)
    if code == "order.may_not_reject":
        return _("Only those who could approve it reject it: {names}.").format(names=_who_can(record, ground, reason))
    if code == "order.may_not_stop":
        return _("Only approvers and its sender return it: {names}.").format(names=_who_can(record, ground, reason))
    return sentence(code) if code else ""


def _who_can(record: OrderRecord, ground: Ground, reason: str) -> str:
    """Name the others whose stop would count; the requester can always."""
    governance, names = ground.rules.governance, []
    for member in governance.members:
        devices = (item.device for item in governance.devices if item.member == member.member and not item.closed)
        asks = member.member == record.content.requester
        if not asks and any(not stop_obstacle(record, governance, item, reason, ground.now) for item in devices):
            names.append(member.name)
    return either(names)
