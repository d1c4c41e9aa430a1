"""What is put on record where a payment is given up that nobody has authorised (LEDGER 19)."""

from __future__ import annotations

from countersign.application.ports.vault import Vault
from countersign.application.use_cases.relied_on import known_in, take
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft


def record_call_off_intent(vault: Vault, order: str, request_id: str) -> None:
    """Record that the bank is about to be asked to let go of a payment that nobody has authorised, as far as is known.

    Should somebody have authorised it after all, the bank takes it back all the same: so it is on record before, and
    only the sending device asks, or another one once that was closed.

    Raises:
        SecurityError: ``vault.read_only``; ``order.*``: the order doesn't stand where it may be given up.
    """
    if not vault.may_sign:
        raise SecurityError("vault.read_only")
    with vault.transaction() as change:
        take(change, EventDraft(kinds.ORDER_CALL_OFF_INTENDED, order, {"request_id": request_id}))


def record_abandoned(vault: Vault, order: str, reason: str, *, nothing_sent: bool = False) -> None:
    """Give an order up, durably.

    Args:
        vault: The unlocked vault.
        order: The order.
        reason: A code.
        nothing_sent: It is known that not even the initiation went out.

    Raises:
        SecurityError: ``order.may_be_executed``: an answer was intended, somebody has signed at the bank, or the bank
            doesn't declare that it never executes what nobody authorised (LEDGER 19). Only the bank can say then.
            ``order.tied``: it is in a signing basket, so that whoever signs that would sign it, too.
    """
    with vault.transaction() as change:
        record = known_in(change, order)
        # Whoever gives the last signature executes it, whatever the bank calls it meanwhile.
        if record.partly_signed or not (record.abandonable or nothing_sent):
            raise SecurityError("order.may_be_executed")
        take(change, EventDraft(kinds.ORDER_ABANDONED, order, {"reason": reason}))
