"""A payment of a pain.001 as fields, and what is wrong with it; one odd payment never spoils the others.

Source: ISO 20022 CustomerCreditTransferInitiation, versions .03 to .13. A value may stand with the payment information
(PmtInf) or with the transaction (CdtTrfTxInf); the transaction's counts. All texts are untrusted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from countersign.adapters.banks.files.amounts import money_of
from countersign.adapters.banks.files.hardened_xml import Element
from countersign.adapters.banks.files.pain001 import forms
from countersign.adapters.banks.files.pain001.rails import NOT_PROVIDED, PaymentType, country_of, route
from countersign.domain.errors import UserFacingError
from countersign.domain.money import Money
from countersign.domain.order import NAME_LIMIT, REMITTANCE_LIMIT, TOWN_LIMIT
from countersign.domain.payment import AccountScheme, ChargeBearer, PaymentFields

_TRANSFERS: Final = frozenset({"TRF", ""})
_BEARERS: Final = {bearer.value: bearer for bearer in ChargeBearer}
_UNSAID: Final = PaymentType()
_BBAN_SCHEMES: Final = frozenset({"BBAN", "BANK", ""})


@dataclass(slots=True)
class Faults:
    """What is wrong with a payment, as (field, code), in the order in which it was found."""

    found: list[tuple[str, str]] = field(default_factory=list)

    def add(self, name: str, reason: str) -> None:
        """Keep a fault: ``reason`` is the last part of its code."""
        fault = (name, f"file.payment.{reason}")
        if fault not in self.found:
            self.found.append(fault)

    def value(self, element: Element, path: tuple[str, ...], name: str) -> str:
        """Read a text; one that is there twice, or holds elements, is a fault and reads as nothing."""
        here = element
        for step in path:  # as ``part`` walks: this is done two million times for a long file
            found = here.children.get(step)
            if found is None:
                return ""
            if len(found) > 1:
                self.add(name, "twice")
                return ""
            here = found[0]
        try:
            return here.text
        except UserFacingError:
            self.add(name, "structure")
            return ""

    def part(self, element: Element, path: tuple[str, ...], name: str) -> Element | None:
        """Find an element; one that is there twice is a fault and counts as absent."""
        here = element
        for step in path:
            found = here.children.get(step)
            if found is None:
                return None
            if len(found) > 1:
                self.add(name, "twice")
                return None
            here = found[0]
        return here

    def form(self, name: str, text: str, pattern: re.Pattern[str]) -> str:
        """Judge a text's form; an empty one is none of its business."""
        if text and not pattern.fullmatch(text):
            self.add(name, "form")
        return text

    def length(self, name: str, text: str, limit: int) -> str:
        """Judge a text's length by what an order may hold."""
        if len(text) > limit:
            self.add(name, "too_long")
        return text


@dataclass(frozen=True, slots=True)
class Account:
    """An account as a file writes it."""

    number: str
    scheme: AccountScheme


@dataclass(frozen=True, slots=True)
class Agent:
    """A bank as a file writes it; empty where it isn't named."""

    bic: str = ""
    member: str = ""


@dataclass(frozen=True, slots=True)
class PaymentInformation:
    """What a PmtInf says of all its transactions."""

    identification: str
    debtor_name: str
    account: Account
    agent: Agent
    country: str
    date: str
    type: PaymentType
    charge_bearer: str
    ultimate_debtor: str
    category: str
    faults: tuple[tuple[str, str], ...]


def read_payment_information(element: Element) -> PaymentInformation:
    """Read what stands before a PmtInf's transactions."""
    faults = Faults()
    if faults.value(element, ("PmtMtd",), "product") not in _TRANSFERS:
        faults.add("product", "method")
    account = _account(element, "DbtrAcct", "debtor_account", faults)
    agent = _agent(element, "DbtrAgt", "debtor_agent", faults)
    return PaymentInformation(
        identification=faults.value(element, ("PmtInfId",), "payment_information"),
        debtor_name=faults.value(element, ("Dbtr", "Nm"), "debtor_name"),
        account=account,
        agent=agent,
        country=country_of(account.number, account.scheme, agent.bic, agent.member),
        date=_date(element, faults),
        type=_type(element, faults),
        charge_bearer=faults.value(element, ("ChrgBr",), "charge_bearer"),
        ultimate_debtor=faults.value(element, ("UltmtDbtr", "Nm"), "ultimate_debtor"),
        category=_category(element, faults),
        faults=tuple(faults.found),
    )


def read_transaction(
    element: Element, above: PaymentInformation
) -> tuple[PaymentFields | None, str, tuple[tuple[str, str], ...]]:
    """Read a CdtTrfTxInf.

    Returns:
        The payment, or None where it has no amount above nothing that can be read; its category purpose, or empty;
        and its faults.
    """
    faults = Faults(list(above.faults))
    account = _account(element, "CdtrAcct", "creditor_account", faults)
    agent = _agent(element, "CdtrAgt", "creditor_agent", faults)
    amount = _amount(element, faults)
    end_to_end_id = faults.value(element, ("PmtId", "EndToEndId"), "end_to_end_id")
    name = faults.value(element, ("Cdtr", "Nm"), "creditor_name")
    for field_name, text in (("end_to_end_id", end_to_end_id), ("creditor_name", name)):
        if not text:
            faults.add(field_name, "missing")
    bearer = faults.value(element, ("ChrgBr",), "charge_bearer") or above.charge_bearer
    if bearer not in _BEARERS:
        faults.add("charge_bearer", "form")
        bearer = ""
    found = _type(element, faults)
    if found == _UNSAID:
        found = above.type
    way = route(
        found,
        amount.currency if amount else "",
        above.country,
        country_of(account.number, account.scheme, agent.bic, agent.member),
    )
    category = _category(element, faults) or above.category
    if amount is None:
        return None, category, tuple(faults.found)
    if not way.known:
        faults.add("product", "rail")
    payment = PaymentFields(
        instructed_amount=amount,
        debtor_account=above.account.number,
        creditor_name=faults.length("creditor_name", name, NAME_LIMIT),
        creditor_account=account.number,
        creditor_agent=agent.bic,
        end_to_end_id=""
        if end_to_end_id == NOT_PROVIDED
        else faults.length("end_to_end_id", end_to_end_id, forms.IDENTIFICATION_LIMIT),
        remittance=faults.length("remittance", _remittance(element, faults), REMITTANCE_LIMIT),
        requested_execution_date=above.date,
        product=way.product,
        debtor_account_scheme=above.account.scheme,
        debtor_agent=above.agent.bic,
        debtor_agent_member=above.agent.member,
        creditor_account_scheme=account.scheme,
        creditor_agent_member=agent.member,
        creditor_town=faults.length(
            "creditor_town", faults.value(element, ("Cdtr", "PstlAdr", "TwnNm"), "creditor_town"), TOWN_LIMIT
        ),
        creditor_country=faults.form(
            "creditor_country", faults.value(element, ("Cdtr", "PstlAdr", "Ctry"), "creditor_country"), forms.COUNTRY
        ),
        charge_bearer=_BEARERS[bearer],
        purpose=faults.form(
            "purpose",
            faults.value(element, ("Purp", "Cd"), "purpose") or faults.value(element, ("Purp", "Prtry"), "purpose"),
            forms.PURPOSE,
        ),
        uetr=faults.form("uetr", faults.value(element, ("PmtId", "UETR"), "uetr"), forms.UETR),
        ultimate_debtor=faults.length(
            "ultimate_debtor",
            faults.value(element, ("UltmtDbtr", "Nm"), "ultimate_debtor") or above.ultimate_debtor,
            NAME_LIMIT,
        ),
        ultimate_creditor=faults.length(
            "ultimate_creditor", faults.value(element, ("UltmtCdtr", "Nm"), "ultimate_creditor"), NAME_LIMIT
        ),
        arrival=way.arrival,
    )
    return payment, category, tuple(faults.found)


def _account(element: Element, tag: str, name: str, faults: Faults) -> Account:
    identification = faults.part(element, (tag, "Id"), name)
    if identification is None:
        faults.add(name, "missing")
        return Account("", AccountScheme.IBAN)
    if iban := faults.value(identification, ("IBAN",), name):
        number = "".join(iban.split()).upper()
        if forms.IBAN.fullmatch(number) is None:
            faults.add(name, "form")
        elif not forms.check_digits_hold(number):
            faults.add(name, "check_digits")
        return Account(number, AccountScheme.IBAN)
    number = "".join(faults.value(identification, ("Othr", "Id"), name).split())
    scheme = faults.value(identification, ("Othr", "SchmeNm", "Cd"), name) or faults.value(
        identification, ("Othr", "SchmeNm", "Prtry"), name
    )
    if not number:
        faults.add(name, "missing")
    if scheme not in _BBAN_SCHEMES:
        faults.add(name, "scheme")
    return Account(faults.form(name, number, forms.BBAN), AccountScheme.BBAN)


def _agent(element: Element, tag: str, name: str, faults: Faults) -> Agent:
    institution = faults.part(element, (tag, "FinInstnId"), name)
    if institution is None:
        return Agent()
    if faults.value(institution, ("Othr", "Id"), name) not in {"", NOT_PROVIDED}:
        faults.add(name, "form")
    bic = faults.value(institution, ("BICFI",), name) or faults.value(institution, ("BIC",), name)
    member = ""
    if clearing := faults.part(institution, ("ClrSysMmbId",), f"{name}_member"):
        system = faults.value(clearing, ("ClrSysId", "Cd"), f"{name}_member")
        number = faults.value(clearing, ("MmbId",), f"{name}_member")
        member = faults.form(f"{name}_member", f"{system}:{number}", forms.MEMBER)
    return Agent(faults.form(name, bic, forms.AGENT), member)


def _type(element: Element, faults: Faults) -> PaymentType:
    found = faults.part(element, ("PmtTpInf",), "product")
    if found is None:
        return _UNSAID
    levels = (
        faults.value(level, ("Cd",), "product") or faults.value(level, ("Prtry",), "product")
        for level in found.all("SvcLvl")
    )
    return PaymentType(
        tuple(level for level in levels if level),
        faults.value(found, ("LclInstrm", "Cd"), "product"),
        faults.value(found, ("LclInstrm", "Prtry"), "product"),
    )


def _category(element: Element, faults: Faults) -> str:
    """Read what kind of payment the payer's bank is told that it is (CtgyPurp), by code or in the bank's own words."""
    found = faults.part(element, ("PmtTpInf", "CtgyPurp"), "product")
    if found is None:
        return ""
    return faults.value(found, ("Cd",), "product") or faults.value(found, ("Prtry",), "product")


def _date(element: Element, faults: Faults) -> str:
    name = "requested_execution_date"
    found = faults.part(element, ("ReqdExctnDt",), name)
    if found is None:
        return ""
    text = faults.value(found, ("Dt",), name) if found.children else faults.value(element, ("ReqdExctnDt",), name)
    if instant := faults.value(found, ("DtTm",), name):
        faults.add(name, "time_of_day")
        text = instant[:10]
    text = text[:10] if text[10:] in {"Z", "+00:00"} else text
    try:
        date.fromisoformat(text)
    except ValueError:
        faults.add(name, "form")
    return text


def _amount(element: Element, faults: Faults) -> Money | None:
    name = "instructed_amount"
    found = faults.part(element, ("Amt", "InstdAmt"), name)
    if found is None:
        faults.add(name, "equivalent" if faults.part(element, ("Amt", "EqvtAmt"), name) else "missing")
        return None
    try:
        money = money_of(found)
    except UserFacingError as error:
        faults.add(name, str(error.params["reason"]))
        return None
    if not money.is_positive:
        faults.add(name, "amount")
        return None
    return money


def _remittance(element: Element, faults: Faults) -> str:
    """Read what the payee is told: the creditor's reference, other documents' numbers, and free text."""
    found = faults.part(element, ("RmtInf",), "remittance")
    if found is None:
        return ""
    texts: list[str] = []
    for structured in found.all("Strd"):
        texts.append(faults.value(structured, ("CdtrRefInf", "Ref"), "remittance"))
        texts.extend(faults.value(item, ("Nb",), "remittance") for item in structured.all("RfrdDocInf"))
        texts.extend(_own_text(item, faults) for item in structured.all("AddtlRmtInf"))
    texts.extend(_own_text(item, faults) for item in found.all("Ustrd"))
    return " ".join(text for text in texts if text)


def _own_text(element: Element, faults: Faults) -> str:
    try:
        return element.text
    except UserFacingError as error:
        faults.add("remittance", str(error.params["reason"]))
        return ""
