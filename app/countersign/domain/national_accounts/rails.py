"""The rails that could carry money to an account: what the account's country and a currency allow.

Sources: EPC409-09 (countries of SEPA, as `schwifty` carries them); SIX Interbank Clearing for Switzerland and
Liechtenstein; the national clearings for the others. Which of them a bank offers, at what price, only the bank says.
"""

from __future__ import annotations

from typing import Final

from countersign.domain.national_accounts.account import ReadAccount
from countersign.domain.payment import AccountScheme, PaymentProduct

_SWISS: Final = frozenset({"CH", "LI"})
_DOMESTIC: Final = {
    ("GB", "GBP"): (PaymentProduct.UK_FASTER, PaymentProduct.UK_CHAPS),
    ("US", "USD"): (PaymentProduct.US_ACH, PaymentProduct.US_WIRE),
    ("CN", "CNY"): (PaymentProduct.CN_DOMESTIC,),
    ("TW", "TWD"): (PaymentProduct.TW_DOMESTIC,),
}
_OWN_CURRENCY: Final = {"GB": "GBP", "US": "USD", "CN": "CNY", "TW": "TWD"}


def rails_for(account: ReadAccount, currency: str = "") -> tuple[PaymentProduct, ...]:
    """Return the rails for a payment from the same country or area, the ordinary one first.

    Args:
        account: The payee's.
        currency: ISO 4217 code; where it is empty, those that are usual there: for an IBAN within SEPA the euro too.
    """
    if account.scheme is AccountScheme.BBAN:
        key = (account.country, currency or _OWN_CURRENCY.get(account.country, ""))
        return _DOMESTIC.get(key, (PaymentProduct.CROSS_BORDER,))
    found: tuple[PaymentProduct, ...] = ()
    if account.country in _SWISS and currency in {"", "CHF"}:
        found = (PaymentProduct.SWISS,)
    elif account.country == "GB" and currency in {"", "GBP"}:
        found = _DOMESTIC["GB", "GBP"]
    if currency in {"", "EUR"} and _in_sepa(account.country):
        found += (PaymentProduct.SEPA, PaymentProduct.SEPA_INSTANT)
    return found or (PaymentProduct.CROSS_BORDER,)


def _in_sepa(country: str) -> bool:
    from schwifty.registry import get_iban_spec  # noqa: PLC0415 - 150 ms, which no start of the program should pay

    return bool(get_iban_spec(country).in_sepa_zone)
