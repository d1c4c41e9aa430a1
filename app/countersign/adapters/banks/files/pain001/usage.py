"""What may be written for whom: the rules of communities on top of the message's schema.

Whatever a version, a rail or a community's rules can't carry is refused before anything is written.

Sources: EPC132-08 and EPC122-16 (customer-to-bank implementation guidelines of SCT and SCT Inst); Die Deutsche
Kreditwirtschaft, *DFÜ-Abkommen, Anlage 3* (pain.001.001.09_GBIC_5); Swiss Payment Standards, *Implementation Guidelines
Credit Transfer* (payment types D, S and X); ISO 20022 pain.001.001.03 and .09.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from countersign.adapters.banks.files.pain001 import forms
from countersign.adapters.banks.files.pain001.rails import NOT_PROVIDED, payment_type, route, sides
from countersign.adapters.banks.files.pain001.versions import Pain001Version
from countersign.domain.character_sets import Charset, charset_of, misfit
from countersign.domain.errors import UserFacingError
from countersign.domain.order import NAME_LIMIT, REMITTANCE_LIMIT, TOWN_LIMIT
from countersign.domain.payment import AccountScheme, Arrival, ChargeBearer, PaymentFields, PaymentProduct


class UsageRules(StrEnum):
    """Whose rules a file follows beyond the schema."""

    GENERIC = "generic"
    SEPA_EPC = "sepa_epc"
    GERMAN = "german"
    SWISS = "swiss"
    CN = "cn"


_SEPA: Final = frozenset({PaymentProduct.SEPA, PaymentProduct.SEPA_INSTANT})
_EURO: Final = _SEPA | {PaymentProduct.TARGET}
_PRODUCTS: Final = {
    UsageRules.SEPA_EPC: _SEPA,
    UsageRules.GERMAN: _EURO | {PaymentProduct.CROSS_BORDER},
    UsageRules.SWISS: frozenset({PaymentProduct.SWISS, PaymentProduct.SEPA, PaymentProduct.CROSS_BORDER}),
    UsageRules.CN: frozenset({PaymentProduct.CN_DOMESTIC}),
}
_CURRENCIES: Final = {
    **dict.fromkeys(_EURO, frozenset({"EUR"})),
    PaymentProduct.SWISS: frozenset({"CHF", "EUR"}),
    PaymentProduct.UK_FASTER: frozenset({"GBP"}),
    PaymentProduct.UK_CHAPS: frozenset({"GBP"}),
    PaymentProduct.US_ACH: frozenset({"USD"}),
    PaymentProduct.US_WIRE: frozenset({"USD"}),
    PaymentProduct.CN_DOMESTIC: frozenset({"CNY"}),
    PaymentProduct.TW_DOMESTIC: frozenset({"TWD"}),
}
# EPC: 999 999 999.99; SPS: 9 999 999 999.99. In cents.
_MOST: Final = {UsageRules.SEPA_EPC: 10**11 - 1, UsageRules.GERMAN: 10**11 - 1, UsageRules.SWISS: 10**12 - 1}
_CHARSETS: Final = {
    UsageRules.GERMAN: dict.fromkeys(_EURO, Charset.GERMAN),
    UsageRules.SWISS: {PaymentProduct.SWISS: Charset.SWISS},
}

_AGENTS: Final = {Pain001Version.V03: forms.AGENT_OF_2009, Pain001Version.V09: forms.AGENT}


def check_payment(payment: PaymentFields, version: Pain001Version, usage: UsageRules) -> None:
    """Refuse a payment that can't be written as it was agreed.

    Raises:
        UserFacingError: ``file.cannot_carry`` (``field``), ``file.needs`` (``field``), ``file.too_long`` (``field``,
            ``limit``), ``file.characters`` (``field``, ``character``).
    """
    for field in _not_carried(payment, version, usage):
        raise UserFacingError("file.cannot_carry", field=field)
    for field in _needed(payment, usage):
        raise UserFacingError("file.needs", field=field)
    if _read_as(payment) is not payment.product:
        raise UserFacingError("file.cannot_carry", field="product")
    check_identification("end_to_end_id", payment.end_to_end_id)
    charset = charset_for(payment.product, usage)
    for field, text, limit in (
        ("creditor_name", payment.creditor_name, NAME_LIMIT),
        ("creditor_town", payment.creditor_town, TOWN_LIMIT),
        ("ultimate_debtor", payment.ultimate_debtor, NAME_LIMIT),
        ("ultimate_creditor", payment.ultimate_creditor, NAME_LIMIT),
        ("remittance", payment.remittance, REMITTANCE_LIMIT),
    ):
        check_text(field, text, limit, charset)


def not_carried(payment: PaymentFields, version: Pain001Version, usage: UsageRules) -> str:
    """Name the field for which ``check_payment`` refuses a payment; an empty text if it would be written."""
    try:
        check_payment(payment, version, usage)
    except UserFacingError as error:
        return str(error.params["field"])
    return ""


def charset_for(product: PaymentProduct, usage: UsageRules) -> Charset:
    """Return the characters that a payment's texts may have: the rail's, or more where a bank's rules take more."""
    return _CHARSETS.get(usage, {}).get(product, charset_of(product))


def check_text(field: str, text: str, limit: int, charset: Charset) -> None:
    """Refuse a text that is too long or doesn't fit; raises as ``check_payment`` does."""
    if len(text) > limit:
        raise UserFacingError("file.too_long", field=field, limit=limit)
    if found := misfit(text, charset):
        raise UserFacingError("file.characters", field=field, character=found)


def check_identification(field: str, text: str) -> None:
    """Refuse what is no identification of a message; raises as ``check_payment`` does."""
    if not text or text == NOT_PROVIDED:
        raise UserFacingError("file.needs", field=field)
    check_text(field, text, forms.IDENTIFICATION_LIMIT, Charset.IDENTIFIER)


def _not_carried(payment: PaymentFields, version: Pain001Version, usage: UsageRules) -> Iterator[str]:
    """Name the fields whose content has no place in the file."""
    if payment.product not in _PRODUCTS.get(usage, frozenset(PaymentProduct)):
        yield "product"
    money = payment.instructed_amount
    if money.currency not in _CURRENCIES.get(payment.product, {money.currency}) or money.minor <= 0:
        yield "instructed_amount"
    if payment.product in _CURRENCIES and money.minor > _MOST.get(usage, money.minor):
        yield "instructed_amount"
    yield from _accounts_not_carried(payment)
    agents, member = _AGENTS[version], payment.product not in _SEPA
    carried = {
        "debtor_agent": _formed(payment.debtor_agent, agents),
        "creditor_agent": _formed(payment.creditor_agent, agents),
        "debtor_agent_member": _formed(payment.debtor_agent_member, forms.MEMBER)
        and (member or usage is UsageRules.SWISS or not payment.debtor_agent_member),
        "creditor_agent_member": _formed(payment.creditor_agent_member, forms.MEMBER)
        and (member or not payment.creditor_agent_member),
        "creditor_country": _formed(payment.creditor_country, forms.COUNTRY),
        "creditor_town": version is Pain001Version.V09 or not payment.creditor_town or not _sepa_rules(payment, usage),
        "requested_execution_date": not payment.requested_execution_date
        or forms.is_date(payment.requested_execution_date),
        "purpose": _formed(payment.purpose, forms.PURPOSE),
        "uetr": _formed(payment.uetr, forms.UETR) and (version is Pain001Version.V09 or not payment.uetr),
        "arrival": payment.arrival is Arrival.NONE or payment.product is PaymentProduct.CN_DOMESTIC,
        "charge_bearer": payment.charge_bearer in _bearers(payment.product, usage),
    }
    yield from (field for field, is_carried in carried.items() if not is_carried)


def _formed(text: str, pattern: re.Pattern[str]) -> bool:
    return not text or pattern.fullmatch(text) is not None


def _accounts_not_carried(payment: PaymentFields) -> Iterator[str]:
    only_iban = payment.product in _SEPA | {PaymentProduct.SWISS}
    for field, number, scheme in (
        ("debtor_account", payment.debtor_account, payment.debtor_account_scheme),
        ("creditor_account", payment.creditor_account, payment.creditor_account_scheme),
    ):
        if scheme is AccountScheme.IBAN:
            carried = forms.IBAN.fullmatch(number) is not None and forms.check_digits_hold(number)
        else:
            carried = forms.BBAN.fullmatch(number) is not None and not only_iban
        if not carried:
            yield field


def _needed(payment: PaymentFields, usage: UsageRules) -> Iterator[str]:
    """Name the fields without which nobody could carry the payment out."""
    abroad = payment.product is PaymentProduct.CROSS_BORDER
    strict = usage in {UsageRules.GERMAN, UsageRules.SWISS}
    if not payment.creditor_name:
        yield "creditor_name"
    for side in ("debtor", "creditor"):
        named = getattr(payment, f"{side}_agent") or getattr(payment, f"{side}_agent_member")
        by_itself = getattr(payment, f"{side}_account_scheme") is AccountScheme.IBAN
        if not named and (not by_itself or (strict and abroad and side == "creditor")):
            yield f"{side}_agent"
    if payment.product is PaymentProduct.CN_DOMESTIC and not payment.creditor_agent_member.startswith("CNAPS:"):
        yield "creditor_agent_member"
    # From 22 November 2026 SEPA, SPS and cross-border payments know structured addresses only: town and country.
    whole = (strict and abroad) or (usage is UsageRules.SWISS and payment.product is PaymentProduct.SWISS)
    given = payment.creditor_town or (payment.creditor_country and usage is not UsageRules.SEPA_EPC)
    if whole or (given and _sepa_rules(payment, usage)):
        if not payment.creditor_town:
            yield "creditor_town"
        if not payment.creditor_country:
            yield "creditor_country"
    if (
        usage is UsageRules.SWISS
        and forms.is_qr_iban(payment.creditor_account)
        and not forms.is_qr_reference(payment.remittance)
    ):
        yield "qr_reference"


def _sepa_rules(payment: PaymentFields, usage: UsageRules) -> bool:
    return payment.product in _EURO and usage in {UsageRules.SEPA_EPC, UsageRules.GERMAN}


def _bearers(product: PaymentProduct, usage: UsageRules) -> frozenset[ChargeBearer]:
    if product in _SEPA:
        return frozenset({ChargeBearer.NONE, ChargeBearer.SERVICE_LEVEL})
    if usage is UsageRules.SWISS and product is PaymentProduct.SWISS:
        return frozenset({ChargeBearer.NONE})
    if usage in {UsageRules.GERMAN, UsageRules.SWISS} and product is PaymentProduct.CROSS_BORDER:
        return frozenset(ChargeBearer) - {ChargeBearer.SERVICE_LEVEL}
    return frozenset(ChargeBearer)


def _read_as(payment: PaymentFields) -> PaymentProduct:
    """Return the product as which a reader would take the payment: two accounts in one country are not abroad."""
    return route(payment_type(payment), payment.instructed_amount.currency, *sides(payment)).product


__all__ = [
    "Pain001Version",
    "UsageRules",
    "charset_for",
    "check_identification",
    "check_payment",
    "check_text",
    "not_carried",
]
