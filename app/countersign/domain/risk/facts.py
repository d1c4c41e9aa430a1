"""What is known about one order when it is assessed: everything the scorecard may look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from countersign.domain.money import Money
    from countersign.domain.payee import DetailsSource, VopOutcome


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """Facts about an order, its payee and the person's own history, all in the order's currency.

    Attributes:
        amount: what is to be paid.
        payee_is_new: nothing was ever paid to this account.
        account_changed_hours: whole hours since this payee's account details changed; None: never.
        details_source: how the payee's details reached the person.
        name_check: the bank's answer for exactly this name and account.
        paid_before_count: payments already made to this account.
        max_to_payee_minor: the largest of them, in minor units; None: there was none.
        history_minor: the person's past outgoing amounts in this currency, in any order.
        balance_minor: what the debtor account holds, in minor units; None: unknown.
        look_alike_of: a known payee's name this one could be taken for; "" for none.
        same_name_other_account: a known payee of this name has another account.
        same_account_other_name: a known payee of this account has another name.
        remittance: the remittance information, as typed (untrusted text).
        own_name_payee: the payee bears the person's own name.
        local_hour: hour of the day where the person is, 0–23.
        usual_hours: hours in which the person usually pays; empty: unknown.
        payments_last_24h: payments already sent in the last 24 hours.
        called_back: the person called the payee on a number they already had.
        on_its_way: an order to this account over this amount was sent, and nobody knows its end yet.
    """

    amount: Money
    payee_is_new: bool
    account_changed_hours: int | None
    details_source: DetailsSource
    name_check: VopOutcome
    paid_before_count: int
    max_to_payee_minor: int | None
    history_minor: tuple[int, ...]
    balance_minor: int | None
    look_alike_of: str = ""
    same_name_other_account: bool = False
    same_account_other_name: bool = False
    remittance: str = ""
    own_name_payee: bool = False
    local_hour: int = 12
    usual_hours: tuple[int, ...] = ()
    payments_last_24h: int = 0
    called_back: bool = False
    on_its_way: bool = False
