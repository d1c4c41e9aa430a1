"""What a line of a statement says of an order: found by its end-to-end identification, else by what it looks like.

A bank's entry settles an order only where everything that is known agrees. What agrees in part is a difference, which a
person looks at; nothing is guessed away, and an order is never reopened (LEDGER rule 14).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.money import Money
from countersign.domain.order_state import FINAL, OrderState
from countersign.domain.payment import PaymentFields

_CHARGES: Final = frozenset({"CHRG", "FEES", "COMM", "CHG", "NCHG"})
DAY_MS: Final = 86_400_000
EARLIEST_DAYS: Final = 1  # an entry may carry a day of the bank's zone
LATEST_DAYS: Final = 10
RETURN_DAYS: Final = 60  # a return that nothing names is looked for that long after its payment was made

_DIGITS_OF_AN_ACCOUNT: Final = 6  # the shortest domestic number that tells accounts apart


class Rule(StrEnum):
    """How an entry was found to belong to an order."""

    END_TO_END = "end_to_end"
    ACCOUNT_AMOUNT_DATE = "account_amount_date"  # both accounts, the amount and the days agree, and no other order fits
    PERSON = "person"  # somebody looked and said so


class Code(StrEnum):
    """Why an entry needs a person."""

    AMOUNT_DIFFERS = "amount_differs"  # the order's identification, and another amount
    PAYEE_DIFFERS = "payee_differs"  # the order's identification and amount, and another payee's account
    PAID_TWICE = "paid_twice"  # a second entry for an order that another one settled
    CONTRADICTION = "contradiction"  # money left for an order that had ended without payment
    PERHAPS_OURS = "perhaps_ours"  # it fits an open order, and not all that would have to be known is said
    RETURNED_IN_PART = "returned_in_part"
    RETURN_WAITS = "return_waits"  # money came back for an order that has not settled: judged again when it does
    PERHAPS_RETURNED = "perhaps_returned"  # the payee's account sends the amount of an order that was paid by hand
    HELD_ALREADY = "held_already"  # a status report refuses a copy: the bank holds another with this name
    REFUSED_UNSENT = "refused_unsent"  # a status report refuses or cancels what nobody is known to have handed over


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """A booked entry of an own account.

    Attributes:
        entry: The bank's name for it.
        account: The own account's number.
        amount: Negative for money that left.
        booked_at: Milliseconds since the epoch.
        return_reason: ISO 20022 ExternalReturnReason1Code, or empty.
        reversal: Whether the bank takes an earlier entry back.
        agent_member: The code of the own account's bank, ``CODE:MEMBER``, or empty: a number that is no IBAN is one
            with it.
        unreferenced: Whether its name is made up of what it says, since the bank gave it no reference.
        together: Whether the amount is that of several payments that were booked as one, and this one's is not said.
    """

    entry: str
    account: str
    amount: Money
    booked_at: int
    counterparty: str
    counterparty_account: str
    end_to_end_id: str
    remittance: str
    return_reason: str = ""
    reversal: bool = False
    agent_member: str = ""
    unreferenced: bool = False
    together: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """An entry shows that an order was paid."""

    order: str
    entry: AccountEntry
    rule: Rule


@dataclass(frozen=True, slots=True)
class Returned:
    """An entry gives an order's money back."""

    order: str
    entry: AccountEntry
    reason: str


@dataclass(frozen=True, slots=True)
class Differs:
    """An entry that needs a person; ``expected`` is the order's amount."""

    code: Code
    order: str
    entry: AccountEntry
    expected: Money


Finding: TypeAlias = Settled | Returned | Differs


def is_charge(code: str) -> bool:
    """Tell whether a bank calls an entry a charge: no payment, though it may name one.

    Args:
        code: Bank transaction code: ISO 20022 with its sub-family, or SWIFT's type of MT940 field 61 (NCHG).
    """
    return bool(_CHARGES.intersection(re.split(r"[^A-Z0-9]+", code.upper())))


def judge_entry(
    entry: AccountEntry,
    named: Sequence[OrderRecord],
    waiting: Sequence[OrderRecord],
    settled: Sequence[OrderRecord] = (),
    shows: str = "",
) -> Finding | None:
    """Say what one entry means. None where it is about no order, or says what is known.

    Args:
        entry: Booked.
        named: The orders that carry the entry's end-to-end identification.
        waiting: Orders of the entry's account that were sent or handed over and have not ended.
        settled: Orders that were carried by hand and paid: their money may come back without their name.
        shows: The order that the entry is on record for, or empty: one entry shows one payment.
    """
    own = [record for record in named if _on_same_account(entry, record.content.payment)]
    if entry.end_to_end_id and own:
        if shows not in {"", own[0].content.order}:
            return _differs(Code.PERHAPS_OURS, own[0], entry)
        judge = _judge_debit if entry.amount.minor < 0 else _judge_credit
        return judge(entry, own[0])
    if shows:
        return None
    return _judge_unnamed(entry, waiting) if entry.amount.minor < 0 else _judge_unnamed_credit(entry, settled)


def _judge_debit(entry: AccountEntry, record: OrderRecord) -> Finding | None:
    order, agreed = record.content.order, record.content.payment.instructed_amount
    if record.settled_by and (record.settled_by == entry.entry or entry.together):
        return None  # the same line again, or a batch that has it among others
    if not record.intent_event or (record.state in FINAL and record.state is not OrderState.SETTLED):
        return Differs(Code.CONTRADICTION, order, entry, agreed)
    if entry.together and entry.amount.currency == agreed.currency and agreed.minor <= -entry.amount.minor:
        return Differs(Code.PERHAPS_OURS, order, entry, agreed)
    if -entry.amount != agreed:
        return Differs(Code.AMOUNT_DIFFERS, order, entry, agreed)
    if record.settled_by:
        return Differs(Code.PAID_TWICE, order, entry, agreed)
    if not _may_name(entry.counterparty_account, record.content.payment.creditor_account):
        return Differs(Code.PAYEE_DIFFERS, order, entry, agreed)
    return Settled(order, entry, Rule.END_TO_END)


def _judge_credit(entry: AccountEntry, record: OrderRecord) -> Finding | None:
    order, agreed = record.content.order, record.content.payment.instructed_amount
    if record.returned_at or not record.intent_event:
        return None
    if record.state is not OrderState.SETTLED:
        return Differs(Code.RETURN_WAITS, order, entry, agreed)
    if entry.amount != agreed:
        return Differs(Code.RETURNED_IN_PART, order, entry, agreed)
    return Returned(order, entry, entry.return_reason)


def _judge_unnamed(entry: AccountEntry, waiting: Sequence[OrderRecord]) -> Finding | None:
    fitting = [record for record in waiting if fits(entry, record)]
    if not fitting:
        return None
    first = fitting[0]
    if len(fitting) == 1 and _is_beyond_doubt(entry, first):
        return Settled(first.content.order, entry, Rule.ACCOUNT_AMOUNT_DATE)
    return _differs(Code.PERHAPS_OURS, first, entry)


def _judge_unnamed_credit(entry: AccountEntry, settled: Sequence[OrderRecord]) -> Finding | None:
    fitting = [record for record in settled if may_give_back(entry, record)]
    return _differs(Code.PERHAPS_RETURNED, fitting[0], entry) if fitting else None


def _differs(code: Code, record: OrderRecord, entry: AccountEntry) -> Differs:
    return Differs(code, record.content.order, entry, record.content.payment.instructed_amount)


def _is_beyond_doubt(entry: AccountEntry, record: OrderRecord) -> bool:
    """Tell whether an entry that fits settles by itself: it has a name of its own, and the order was surely sent.

    A payment that nobody handed over, or that waits at the bank for its authorisation, was not paid: an entry that
    looks like it is another payment.
    """
    if record.by_hand:
        sent = record.handed_over_at > 0 or record.state in {OrderState.ACCEPTED, OrderState.UNKNOWN}
    else:
        sent = record.state is OrderState.UNKNOWN
    plain = not (entry.unreferenced or entry.reversal or entry.return_reason)
    return sent and plain and entry.counterparty_account == record.content.payment.creditor_account


def fits(entry: AccountEntry, record: OrderRecord) -> bool:
    """Tell whether money that left may be an order's, by all that the entry says."""
    payment = record.content.payment
    days = range(record.created_at - EARLIEST_DAYS * DAY_MS, record.created_at + LATEST_DAYS * DAY_MS)
    named_by_the_bank = record.by_hand and not record.file  # typed: the app may give it an identification of its own
    return (
        (not entry.end_to_end_id or named_by_the_bank)
        and _on_same_account(entry, payment)
        and payment.instructed_amount == -entry.amount
        and entry.booked_at in days
        and entry.counterparty_account in {"", payment.creditor_account}
    )


def may_give_back(entry: AccountEntry, record: OrderRecord) -> bool:
    """Tell whether money that came may be what an order that was carried by hand had paid."""
    payment = record.content.payment
    days = range(record.created_at - EARLIEST_DAYS * DAY_MS, record.created_at + RETURN_DAYS * DAY_MS)
    return (
        record.by_hand
        and record.state is OrderState.SETTLED
        and not record.returned_at
        and _on_same_account(entry, payment)
        and payment.instructed_amount == entry.amount
        and entry.booked_at in days
        and entry.counterparty_account == payment.creditor_account
    )


def _on_same_account(entry: AccountEntry, payment: PaymentFields) -> bool:
    """Tell whether an entry stands on the account that pays; where a bank's code is not known, the number decides."""
    codes = {entry.agent_member, payment.debtor_agent_member} - {""}
    return entry.account == payment.debtor_account and len(codes) <= 1


def _may_name(written: str, agreed: str) -> bool:
    """Tell whether a bank may have meant the agreed account: nearly every IBAN ends with the domestic number."""
    return written in {"", agreed} or (len(written) >= _DIGITS_OF_AN_ACCOUNT and agreed.endswith(written))
