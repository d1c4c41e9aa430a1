"""Hand the sending of an order over to another device, or make up for a sender that is lost (LEDGER rule 12).

An order names the one device that may submit it. That device can let go of it before anything was sent. Where it is
lost, nobody knows whether it sent: the order is ended once those who govern closed its device, the bank is asked,
and whoever pays anew makes another order, which says that the payment may be doubled and is approved by others again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from countersign.application.failpoints import failpoint
from countersign.application.ports.vault import VaultTransaction
from countersign.application.ports.workspace import WorkspaceVault
from countersign.domain.approval.progress import progress_under
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event, EventDraft
from countersign.domain.ledger.order_record import OrderRecord, standing_confirmations
from countersign.domain.order_state import OrderState

SENDER_LOST = "sender_lost"

_BEFORE_SENDING = frozenset({OrderState.PREPARED, OrderState.APPROVED})


@dataclass(frozen=True, slots=True)
class LostSender:
    """What is known of an order whose sender is lost.

    Attributes:
        order: The order.
        device: The device that alone could send it.
        closed: Whether it was closed: until then it may still send.
        intended: Whether it is on record that it was about to send. If not, it may have sent and told nobody.
        last_heard: When the newest event of that device was signed, by its clock; 0 where none is known.
    """

    order: str
    device: str
    closed: bool
    intended: bool
    last_heard: int


def hand_over_sending(vault: WorkspaceVault, order: str, to: str) -> Event:
    """Let go of an order: from then on the other device alone may send it.

    Args:
        vault: The unlocked vault of the device that may send it now.
        order: The order; nothing was sent.
        to: An open device of a member who may ask for payments or approve them.

    Raises:
        UserFacingError: ``order.not_open``; ``sending.not_the_sender``: this device may not send it;
            ``sending.no_device``: the other can't send; ``sending.confirmed_there``: it confirmed the order as the
            requester's other device, and would be that no more; ``sending.none_left``: none of theirs would be left
            that could confirm it.
        SecurityError: ``order.*``: the ledger would not count it.
    """
    failpoint("workspace.release.before")
    with vault.transaction() as change:
        record = _open(change, order)
        if sender_of(record) != vault.identity.device:
            raise UserFacingError("sending.not_the_sender")
        governance = change.rules.governance
        device, member = governance.device(to), governance.member_of(to)
        if device is None or member is None or not device.holds_at(change.now_ms) or not member.signs:
            raise UserFacingError("sending.no_device")
        if to == vault.identity.device:
            raise UserFacingError("sending.no_device")
        if any(item.device == to for item in standing_confirmations(record, governance, change.now_ms)):
            raise UserFacingError("sending.confirmed_there")
        there = progress_under(replace(record, released_to=to), governance, change.now_ms)
        if there.lacks_device and not progress_under(record, governance, change.now_ms).lacks_device:
            raise UserFacingError("sending.none_left")
        body = {"digest": record.digest, "to": to}
        draft = EventDraft(kinds.ORDER_SENDER_RELEASED, order, body, refs=(record.frozen_event,))
        event = change.append(draft)
        after = change.order(order)
        if after is None or sender_of(after) != to:
            raise SecurityError("sending.not_recorded")  # rolls back
    failpoint("workspace.release.after")
    return event


def lost_sender(vault: WorkspaceVault, order: str) -> LostSender | None:
    """Tell what is known where an order waits for a device that isn't this one; None where there is nothing to settle.

    VAULT lane.
    """
    record = vault.order(order)
    if record is None or record.final or sender_of(record) == vault.identity.device:
        return None
    sender = sender_of(record)
    device = vault.rules.governance.device(sender)
    head = vault.heads().get(sender)
    last = vault.event(head.event) if head else None
    return LostSender(
        order=order,
        device=sender,
        closed=device is None or device.closed,
        intended=bool(record.intent_event),
        last_heard=last.header.at if last else 0,
    )


def end_lost_order(vault: WorkspaceVault, order: str) -> Event:
    """End an order that was never known to be sent, once its sender was closed.

    What is paid anew is another order, which its screens call possibly doubled: see ``may_be_doubled``.

    Raises:
        UserFacingError: ``order.not_open``: it is on record that it was sent: ask the bank; ``sending.not_closed``:
            the device may still send.
    """
    with vault.transaction() as change:
        record = _open(change, order)
        device = change.rules.governance.device(sender_of(record))
        if device is not None and not device.closed:
            raise UserFacingError("sending.not_closed")
        body = {"digest": record.digest, "reason": SENDER_LOST}
        return change.append(EventDraft(kinds.ORDER_STOPPED, order, body, refs=(record.frozen_event,)))


def may_be_doubled(record: OrderRecord) -> bool:
    """Tell whether paying this ended order anew may pay twice: its sender was lost, and may have sent it unseen."""
    return record.state is OrderState.STOPPED and record.reason == SENDER_LOST


def sender_of(record: OrderRecord) -> str:
    """Return the one device that may send an order now."""
    return record.sender


def _open(change: VaultTransaction, order: str) -> OrderRecord:
    record = change.order(order)
    if record is None or record.state not in _BEFORE_SENDING:
        raise UserFacingError("order.not_open")
    return record
