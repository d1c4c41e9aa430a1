"""A payment as a bank acts on it, in the terms of ISO 20022 pain.001; the names of products are NextGenPSD2's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from countersign.domain.money import Money


class PaymentProduct(StrEnum):
    """How the money travels: by the names of NextGenPSD2 1.3, and in their style where it has none."""

    SEPA = "sepa-credit-transfers"
    SEPA_INSTANT = "instant-sepa-credit-transfers"
    TARGET = "target-2-payments"  # urgent, in euro
    CROSS_BORDER = "cross-border-credit-transfers"
    SWISS = "ch-domestic-credit-transfers"  # francs or euro within Switzerland (SIC, euroSIC)
    UK_FASTER = "uk-faster-payments"
    UK_CHAPS = "uk-chaps-payments"
    US_ACH = "us-ach-credit-transfers"
    US_WIRE = "us-fedwire-payments"
    CN_DOMESTIC = "cn-domestic-credit-transfers"
    TW_DOMESTIC = "tw-domestic-credit-transfers"


class AccountScheme(StrEnum):
    """How an account is numbered (ISO 20022 AccountIdentification4Choice: IBAN, or another with scheme BBAN)."""

    IBAN = "IBAN"
    BBAN = "BBAN"


class ChargeBearer(StrEnum):
    """Who pays the fees (ISO 20022 ChargeBearerType1Code); NONE leaves it to the rail."""

    NONE = ""
    DEBTOR = "DEBT"  # OUR
    CREDITOR = "CRED"  # BEN
    SHARED = "SHAR"  # SHA
    SERVICE_LEVEL = "SLEV"  # as the scheme has it: SEPA


class Arrival(StrEnum):
    """When a Chinese domestic payment is to arrive (PBOC notice 261 of 2016, §2(6)); NONE elsewhere."""

    NONE = ""
    REAL_TIME = "real_time"
    ORDINARY = "ordinary"
    NEXT_DAY = "next_day"


@dataclass(frozen=True, slots=True)
class PaymentFields:
    """The part of an order that a bank acts on, in the terms of ISO 20022 pain.001.

    Account numbers without spaces; empty text where a field is not used. ``requested_execution_date`` is an ISO 8601
    date, or empty for as soon as possible.

    Attributes:
        debtor_agent: BIC, or empty.
        debtor_agent_member: As ``creditor_agent_member``.
        creditor_agent: BIC, or empty.
        creditor_agent_member: The bank within a national clearing: ``CODE:MEMBER`` by the external code list
            ClearingSystemIdentification of ISO 20022 (``GBDSC:200415``, ``USABA:021000021``, ``CNAPS:102100099996``,
            ``TWNCC:0040037``), or empty.
        purpose: A code of the external list Purpose, such as ``SUPP`` or ``SALA``, or empty.
        uetr: The unique end-to-end transaction reference: a UUID, version 4, or empty.
    """

    instructed_amount: Money
    debtor_account: str
    creditor_name: str
    creditor_account: str
    creditor_agent: str
    end_to_end_id: str
    remittance: str
    requested_execution_date: str
    product: PaymentProduct
    debtor_account_scheme: AccountScheme = AccountScheme.IBAN
    debtor_agent: str = ""
    debtor_agent_member: str = ""
    creditor_account_scheme: AccountScheme = AccountScheme.IBAN
    creditor_agent_member: str = ""
    creditor_town: str = ""
    creditor_country: str = ""
    charge_bearer: ChargeBearer = ChargeBearer.NONE
    purpose: str = ""
    uetr: str = ""
    ultimate_debtor: str = ""
    ultimate_creditor: str = ""
    arrival: Arrival = Arrival.NONE
