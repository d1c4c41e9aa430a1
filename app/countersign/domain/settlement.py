"""What a line of a statement says of an order: found by its end-to-end identification, else by what it looks like.

A bank's entry settles an order only where everything that is known agrees. What agrees in part is a difference, which a
person looks at; nothing is guessed away, and an order is never reopened (LEDGER rule 14).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.money import Money
from countersign.domain.order_state import FINAL, OrderState
from countersign.domain.payment import PaymentFields

DAY_MS: Final = 86_400_000
EARLIEST_DAYS: Final = 1  # an entry may carry a day of the bank's zone
LATEST_DAYS: Final = 10

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
    PERHAPS_OURS = "perhaps_ours"  # amount, account and days fit an open order, and nothing else is said
    RETURNED_IN_PART = "returned_in_part"


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


def judge_entry(entry: AccountEntry, named: Sequence[OrderRecord], waiting: Sequence[OrderRecord]) -> Finding | None:
    """Say what one entry means. None where it is about no order.

    Args:
        entry: Booked.
        named: The orders that carry the entry's end-to-end identification.
        waiting: Orders of the entry's account that were sent or handed over and have not ended.
    """
    own = [record for record in named if _on_same_account(entry, record.content.payment)]
    if entry.end_to_end_id and own:
        judge = _judge_debit if entry.amount.minor < 0 else _judge_credit
        return judge(entry, own[0])
    if entry.amount.minor >= 0:
        return None
    return _judge_unnamed(entry, waiting)


def _judge_debit(entry: AccountEntry, record: OrderRecord) -> Finding | None:
    order, agreed = record.content.order, record.content.payment.instructed_amount
    if record.settled_by == entry.entry:
        return None  # the same line again
    if not record.intent_event or (record.state in FINAL and record.state is not OrderState.SETTLED):
        return Differs(Code.CONTRADICTION, order, entry, agreed)
    if -entry.amount != agreed:
        return Differs(Code.AMOUNT_DIFFERS, order, entry, agreed)
    if record.settled_by:
        return Differs(Code.PAID_TWICE, order, entry, agreed)
    if not _may_name(entry.counterparty_account, record.content.payment.creditor_account):
        return Differs(Code.PAYEE_DIFFERS, order, entry, agreed)
    return Settled(order, entry, Rule.END_TO_END)


def _judge_credit(entry: AccountEntry, record: OrderRecord) -> Finding | None:
    order, agreed = record.content.order, record.content.payment.instructed_amount
    if record.returned_at or record.state is not OrderState.SETTLED:
        return None
    if entry.amount != agreed:
        return Differs(Code.RETURNED_IN_PART, order, entry, agreed)
    return Returned(order, entry, entry.return_reason)


def _judge_unnamed(entry: AccountEntry, waiting: Sequence[OrderRecord]) -> Finding | None:
    fitting = [record for record in waiting if _fits(entry, record)]
    if not fitting:
        return None
    first = fitting[0]
    payment = first.content.payment
    if len(fitting) == 1 and entry.counterparty_account == payment.creditor_account:
        return Settled(first.content.order, entry, Rule.ACCOUNT_AMOUNT_DATE)
    return Differs(Code.PERHAPS_OURS, first.content.order, entry, payment.instructed_amount)


def _fits(entry: AccountEntry, record: OrderRecord) -> bool:
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


def _on_same_account(entry: AccountEntry, payment: PaymentFields) -> bool:
    """Tell whether an entry stands on the account that pays; where a bank's code is not known, the number decides."""
    codes = {entry.agent_member, payment.debtor_agent_member} - {""}
    return entry.account == payment.debtor_account and len(codes) <= 1


def _may_name(written: str, agreed: str) -> bool:
    """Tell whether a bank may have meant the agreed account: nearly every IBAN ends with the domestic number."""
    return written in {"", agreed} or (len(written) >= _DIGITS_OF_AN_ACCOUNT and agreed.endswith(written))
