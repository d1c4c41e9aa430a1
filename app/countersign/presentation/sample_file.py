"""A payment for trying out a bank's way of taking files: 0.01 from an account to itself, marked as a test."""

from __future__ import annotations

from countersign.application.ports.bank import Reach
from countersign.application.use_cases.add_account import NewAccount
from countersign.domain.money import Money
from countersign.domain.payment import PaymentFields, PaymentProduct

_MARK = "TEST DO NOT EXECUTE"
_PRODUCTS = {
    "CHF": PaymentProduct.SWISS,
    "GBP": PaymentProduct.UK_FASTER,
    "CNY": PaymentProduct.CN_DOMESTIC,
    "TWD": PaymentProduct.TW_DOMESTIC,
    "USD": PaymentProduct.US_ACH,
    "EUR": PaymentProduct.SEPA,
}


def sample_payment(account: NewAccount, holder: str, token: str) -> PaymentFields:
    """Make the payment. Should it be carried out by mistake, it moves one cent to where it came from.

    Args:
        account: Pays, and is paid.
        holder: The account holder.
        token: Makes its end-to-end identification one of a kind.
    """
    if account.reach is not Reach.FILES:
        raise ValueError(account.reach)
    end_to_end = "TEST" + "".join(letter for letter in token.upper() if letter.isalnum())[:24]
    return PaymentFields(
        instructed_amount=Money(1, account.currency),
        debtor_account=account.number,
        creditor_name=holder,
        creditor_account=account.number,
        creditor_agent=account.agent,
        end_to_end_id=end_to_end,
        remittance=_MARK,
        requested_execution_date="",
        product=_PRODUCTS.get(account.currency, PaymentProduct.CROSS_BORDER),
        debtor_account_scheme=account.scheme,
        debtor_agent=account.agent,
        debtor_agent_member=account.agent_member,
        creditor_account_scheme=account.scheme,
        creditor_agent_member=account.agent_member,
    )
