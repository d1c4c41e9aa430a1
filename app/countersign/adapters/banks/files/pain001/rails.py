"""Which rail a payment of a file runs on, and how a file says so.

A file has no word for a rail: service level, local instrument, currency and the two countries together tell it. Both
directions stand here, so that what is written for a product is read as that product, or is refused before.

Sources: ISO 20022 external code sets ExternalServiceLevel1Code, ExternalLocalInstrument1Code and
ExternalClearingSystemIdentification1Code; EPC132-08 and EPC122-16 (SEPA, INST); CGI-MP (URGP, NURG, URNS); Swiss
Payment Standards, payment type D (no service level within Switzerland and Liechtenstein).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from countersign.domain.payment import AccountScheme, Arrival, PaymentFields, PaymentProduct

URGENT: Final = "URGP"
ORDINARY: Final = "NURG"
_NET_URGENT: Final = "URNS"  # urgent, settled net: UK Faster Payments
SEPA: Final = "SEPA"
INSTANT: Final = "INST"
NOT_PROVIDED: Final = "NOTPROVIDED"


@dataclass(frozen=True, slots=True)
class PaymentType:
    """PmtTpInf: codes as they stand in a file; empty where absent.

    Attributes:
        service_levels: SvcLvl/Cd, several from version .09 on.
        instrument: LclInstrm/Cd.
        own_instrument: LclInstrm/Prtry.
    """

    service_levels: tuple[str, ...] = ()
    instrument: str = ""
    own_instrument: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """What a payment type means: a product, and when the money is to arrive; ``known`` where nothing was guessed."""

    product: PaymentProduct
    arrival: Arrival = Arrival.NONE
    known: bool = True


# No code of the external set says when a payment within China arrives: these are ours, named after the rule.
_ARRIVALS: Final = {
    Arrival.REAL_TIME: "PBOC261-REAL-TIME",
    Arrival.ORDINARY: "PBOC261-ORDINARY",
    Arrival.NEXT_DAY: "PBOC261-NEXT-DAY",
}
_ARRIVALS_READ: Final = {text: arrival for arrival, text in _ARRIVALS.items()}
_SERVICE_LEVELS: Final = {
    PaymentProduct.SEPA: SEPA,
    PaymentProduct.SEPA_INSTANT: SEPA,
    PaymentProduct.TARGET: URGENT,
    PaymentProduct.CROSS_BORDER: ORDINARY,
    PaymentProduct.UK_FASTER: _NET_URGENT,
    PaymentProduct.UK_CHAPS: URGENT,
    PaymentProduct.US_ACH: ORDINARY,
    PaymentProduct.US_WIRE: URGENT,
}
# (country of both sides, currency, service level) -> product; a payment without a service level has "".
_DOMESTIC: Final = {
    ("CH", "CHF", ""): PaymentProduct.SWISS,
    ("CH", "EUR", ""): PaymentProduct.SWISS,
    ("GB", "GBP", ""): PaymentProduct.UK_FASTER,
    ("GB", "GBP", _NET_URGENT): PaymentProduct.UK_FASTER,
    ("GB", "GBP", URGENT): PaymentProduct.UK_CHAPS,
    ("US", "USD", ""): PaymentProduct.US_ACH,
    ("US", "USD", ORDINARY): PaymentProduct.US_ACH,
    ("US", "USD", URGENT): PaymentProduct.US_WIRE,
    ("CN", "CNY", ""): PaymentProduct.CN_DOMESTIC,
    ("TW", "TWD", ""): PaymentProduct.TW_DOMESTIC,
}
_EURO: Final = {SEPA: PaymentProduct.SEPA, URGENT: PaymentProduct.TARGET}
_CLEARING_COUNTRIES: Final = {
    "GBDSC": "GB",
    "USABA": "US",
    "USPID": "US",
    "CNAPS": "CN",
    "CNCIP": "CN",
    "TWNCC": "TW",
    "CHBCC": "CH",
    "CHSIC": "CH",
}
_ONE_CLEARING: Final = {"LI": "CH", "GG": "GB", "IM": "GB", "JE": "GB"}
_KNOWN_LEVELS: Final = frozenset({"", SEPA, URGENT, ORDINARY, _NET_URGENT, INSTANT, "SDVA", "PRPT"})


def payment_type(payment: PaymentFields) -> PaymentType:
    """Say in codes on which rail a payment is to run."""
    level = _SERVICE_LEVELS.get(payment.product, "")
    return PaymentType(
        service_levels=(level,) if level else (),
        instrument=INSTANT if payment.product is PaymentProduct.SEPA_INSTANT else "",
        own_instrument=_ARRIVALS.get(payment.arrival, ""),
    )


@lru_cache(maxsize=1024)  # a file of many payments has few kinds
def route(found: PaymentType, currency: str, debtor: str, creditor: str) -> Route:
    """Tell which rail a payment of a file runs on.

    Args:
        found: Its payment type.
        currency: ISO 4217 code.
        debtor: The payer's country, from ``country_of``.
        creditor: The payee's country.
    """
    level = next((code for code in found.service_levels if code in _KNOWN_LEVELS and code), "")
    arrival = _ARRIVALS_READ.get(found.own_instrument, Arrival.NONE)
    known = set(found.service_levels) <= _KNOWN_LEVELS
    if currency == "EUR" and found.instrument == INSTANT and level in {SEPA, INSTANT, ""}:
        return Route(PaymentProduct.SEPA_INSTANT, arrival, known=known)
    known &= found.instrument != INSTANT
    if currency == "EUR" and level in _EURO:
        return Route(_EURO[level], arrival, known=known)
    if debtor == creditor and (product := _DOMESTIC.get((debtor, currency, level))):
        return Route(product, arrival, known=known)
    if currency == "EUR" and not level and debtor and creditor:
        return Route(PaymentProduct.SEPA, arrival, known=known)  # DFÜ-Abkommen, Anlage 3: SEPA where none is named
    return Route(PaymentProduct.CROSS_BORDER, arrival, known=known and level != SEPA)


def country_of(account: str, scheme: AccountScheme, agent: str, member: str) -> str:
    """Return the country in which an account is kept, by its IBAN, its bank's clearing code or its bank's BIC."""
    if scheme is AccountScheme.IBAN:
        country = account[:2]
    else:
        country = _CLEARING_COUNTRIES.get(member.partition(":")[0], "") or agent[4:6]
    return _ONE_CLEARING.get(country, country)


def sides(payment: PaymentFields) -> tuple[str, str]:
    """Return the countries of payer and payee."""
    return (
        country_of(
            payment.debtor_account, payment.debtor_account_scheme, payment.debtor_agent, payment.debtor_agent_member
        ),
        country_of(
            payment.creditor_account,
            payment.creditor_account_scheme,
            payment.creditor_agent,
            payment.creditor_agent_member,
        ),
    )


# The zone of the clearing whose day counts, and its distance from UTC where the machine knows no zones.
_ZONES: Final = {
    PaymentProduct.SEPA: ("Europe/Berlin", 1),
    PaymentProduct.SEPA_INSTANT: ("Europe/Berlin", 1),
    PaymentProduct.TARGET: ("Europe/Berlin", 1),
    PaymentProduct.SWISS: ("Europe/Zurich", 1),
    PaymentProduct.UK_FASTER: ("Europe/London", 0),
    PaymentProduct.UK_CHAPS: ("Europe/London", 0),
    PaymentProduct.US_ACH: ("America/New_York", -5),
    PaymentProduct.US_WIRE: ("America/New_York", -5),
    PaymentProduct.CN_DOMESTIC: ("Asia/Shanghai", 8),
    PaymentProduct.TW_DOMESTIC: ("Asia/Taipei", 8),
}
# A payment abroad has no clearing of its own: the day is the payer's bank's.
_PAYER_ZONES: Final = {
    "CH": PaymentProduct.SWISS,
    "GB": PaymentProduct.UK_CHAPS,
    "US": PaymentProduct.US_WIRE,
    "CN": PaymentProduct.CN_DOMESTIC,
    "TW": PaymentProduct.TW_DOMESTIC,
}


def earliest_date(payment: PaymentFields, created_at: int) -> str:
    """Return the date that stands for "as soon as possible" in a file made at an instant.

    Args:
        payment: For its rail, and the payer's country.
        created_at: Milliseconds since the epoch.

    Returns:
        The day of that instant where the rail's day is counted, as an ISO 8601 date.
    """
    product = payment.product
    if product is PaymentProduct.CROSS_BORDER:
        product = _PAYER_ZONES.get(sides(payment)[0], PaymentProduct.TARGET)
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=created_at)
    return instant.astimezone(_zone(*_ZONES[product])).date().isoformat()


def _zone(name: str, hours: int) -> tzinfo:
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return timezone(timedelta(hours=hours))
