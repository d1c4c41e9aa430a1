"""The payment products of this bank: what they cost, carry, and how soon they arrive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from practicebank import amounts

SCT = "sepa-credit-transfers"
INSTANT = "instant-sepa-credit-transfers"
TARGET = "target-2-payments"
CROSS_BORDER = "cross-border-credit-transfers"
CN_DOMESTIC = "cn-domestic-credit-transfers"

# How a Chinese transfer arrives (the central bank's notice 261 of 2016: the payer chooses).
ARRIVALS = ("real_time", "ordinary", "next_day")
ORDINARY_MS = 2 * 60 * 60 * 1000

# Who bears the charges (ISO 20022 ChargeBearerType1Code).
SHARED = "SHAR"
BY_DEBTOR = "DEBT"
BY_CREDITOR = "CRED"
BEARERS = (BY_DEBTOR, SHARED, BY_CREDITOR)


@dataclass(frozen=True, slots=True)
class Product:
    """One payment product.

    Attributes:
        name: Its name in the path.
        currency: The only currency it carries; nothing: any.
        fees: What it costs the payer, in minor units, by the currency of the account.
        code: Bank transaction code (ISO 20022 domain-family-subfamily) of its entries.
        largest_minor: The largest amount of one payment, in minor units.
        at_once: Whether it is settled in the moment it is authorised.
        in_bulk: Whether it may be ordered many at a time, and as pain.001.
    """

    name: str
    currency: str | None
    fees: Mapping[str, int]
    code: str
    largest_minor: int
    at_once: bool = False
    in_bulk: bool = True


def _fees(**fees: int) -> Mapping[str, int]:
    return MappingProxyType(fees)


_OF_EVERY_PRODUCT = (
    Product(SCT, "EUR", _fees(EUR=35), "PMNT-ICDT-ESCT", amounts.LARGEST_MINOR),
    # Regulation (EU) 2024/886 art. 5b: an instant transfer may not cost more than an ordinary one.
    Product(INSTANT, "EUR", _fees(EUR=35), "PMNT-IRCT-ESCT", amounts.LARGEST_MINOR, at_once=True),
    Product(TARGET, "EUR", _fees(EUR=1_500), "PMNT-ICDT-SDVA", 9_999_999_999_999),
    Product(
        CROSS_BORDER,
        None,
        _fees(EUR=2_400, GBP=2_100, CNY=18_000, USD=2_600, JPY=3_900),
        "PMNT-ICDT-XBCT",
        9_999_999_999_999,
    ),
    Product(CN_DOMESTIC, "CNY", _fees(CNY=500), "PMNT-ICDT-DMCT", 500_000_000_00, in_bulk=False),
)
PRODUCTS: Mapping[str, Product] = MappingProxyType({product.name: product for product in _OF_EVERY_PRODUCT})
# What banks on the way take, when the payer bears that too.
_FOREIGN_CHARGES = _fees(EUR=1_200, GBP=1_050, CNY=9_000, USD=1_300, JPY=1_900)


def fee_minor(product: str, currency: str, bearer: str | None = None) -> int:
    """Return what a payment costs its payer, in minor units of the account's currency.

    Args:
        product: The product.
        currency: The account's currency, which the product carries.
        bearer: Who bears the charges of a cross-border payment.
    """
    own = PRODUCTS[product].fees[currency]
    if bearer == BY_CREDITOR:
        return 0
    return own + (_FOREIGN_CHARGES[currency] if bearer == BY_DEBTOR else 0)


def describe_fees() -> dict[str, object]:
    """Return each product's fee in its first currency, for the bank's profile."""
    return {
        product.name: amounts.standard(minor, currency)
        for product in PRODUCTS.values()
        for currency, minor in list(product.fees.items())[:1]
    }
