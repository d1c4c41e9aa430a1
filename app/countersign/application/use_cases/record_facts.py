"""What banks' files say of orders, put on record: settled, returned, accepted, refused (LEDGER rule 14)."""

from __future__ import annotations

import hashlib

from countersign.application.ports.bank_files import PaymentStatus
from countersign.application.ports.vault import LocalSpace, VaultTransaction
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order_state import DUPLICATES, OrderState, TransactionStatus
from countersign.domain.settlement import AccountEntry, Returned, Settled

Evidence = dict[str, Json]
"""Where a fact comes from: the file's name and its SHA-256, or nothing where a bank's own door said it."""

_NEVER_SENT = frozenset({OrderState.PREPARED, OrderState.APPROVED})
_KEY_DIGITS = 32


def shown_by(change: VaultTransaction, entry: AccountEntry) -> str:
    """Return the order that an entry is on record for, or nothing: one entry shows one payment."""
    known = change.get(LocalSpace.COUNTER, _place_of(entry))
    return str(known["order"]) if known else ""


def _place_of(entry: AccountEntry) -> str:
    named = repr((entry.account, entry.agent_member, entry.entry)).encode()
    return f"shown.{hashlib.sha256(named).hexdigest()[:_KEY_DIGITS]}"


def record_settlement(change: VaultTransaction, found: Settled, evidence: Evidence) -> None:
    """Record that a statement's entry shows the payment."""
    _append_status(
        change, found.order, TransactionStatus.ACSC, "", "statement", found.entry, found.rule.value, evidence
    )


def record_contradiction(change: VaultTransaction, order: str, entry: AccountEntry, evidence: Evidence) -> None:
    """Record that money left for an order that had ended: its fold keeps this as a contradiction."""
    known = change.order(order)
    if known is not None and known.state not in _NEVER_SENT and shown_by(change, entry) != order:
        _append_status(change, order, TransactionStatus.ACSC, "", "statement", entry, "contradiction", evidence)


def record_return(change: VaultTransaction, found: Returned, evidence: Evidence) -> None:
    """Record that an order's money came back."""
    body: dict[str, Json] = {"reason": found.reason, "entry": found.entry.entry, **evidence}
    change.put(LocalSpace.COUNTER, _place_of(found.entry), {"order": found.order})
    change.append(EventDraft(kinds.ORDER_RETURNED, found.order, body))


def refuses_a_copy(said: PaymentStatus) -> bool:
    """Tell whether a report refuses a payment since the bank holds one of that name: so the first one was taken."""
    return said.status == TransactionStatus.RJCT.value and any(reason.code in DUPLICATES for reason in said.reasons)


def reason_of(said: PaymentStatus) -> str:
    """Return the code of why; that it is a copy comes before all else."""
    codes = [reason.code for reason in said.reasons]
    return next((code for code in codes if code in DUPLICATES), codes[0] if codes else "")


def record_status(change: VaultTransaction, record: OrderRecord, said: PaymentStatus, evidence: Evidence) -> bool:
    """Record what a status report says of one payment, unless it says nothing new.

    Returns:
        Whether it was recorded. A code that this version doesn't know changes nothing, and is shown as it was written.
    """
    if said.status not in TransactionStatus._value2member_map_ or record.state in _NEVER_SENT:
        return False
    order, status, reason = record.content.order, TransactionStatus(said.status), reason_of(said)
    fact = repr((order, status.value, reason, said.name_check, said.checked_name)).encode()
    key = f"said.{hashlib.sha256(fact).hexdigest()[:_KEY_DIGITS]}"
    if change.get(LocalSpace.COUNTER, key) is not None:
        return False
    change.put(LocalSpace.COUNTER, key, {"order": order})
    if (record.status, record.reason if record.final else reason) == (status, reason) and not said.name_check:
        return False
    extra: Evidence = {"name_check": said.name_check, "checked_name": said.checked_name} if said.name_check else {}
    _append_status(change, order, status, reason, "pain.002", None, "", {**extra, **evidence})
    return True


def _append_status(
    change: VaultTransaction,
    order: str,
    status: TransactionStatus,
    reason: str,
    source: str,
    entry: AccountEntry | None,
    rule: str,
    evidence: Evidence,
) -> None:
    body: dict[str, Json] = {
        "payment_id": "",
        "transaction_status": status.value,
        "authorised": False,
        "reason": reason,
        "source": source,
        **evidence,
    }
    if entry is not None:
        body |= {"entry": entry.entry, "rule": rule}
        change.put(LocalSpace.COUNTER, _place_of(entry), {"order": order})
    change.append(EventDraft(kinds.ORDER_STATUS_CHANGED, order, body))
