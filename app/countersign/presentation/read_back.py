"""An order read back from its canonical bytes, in words: every field that a bank acts on is among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from countersign.application.flows.transfer import Step
from countersign.application.ports.vault import AccountRow
from countersign.domain.accounts import masked
from countersign.domain.order import OrderContent, fingerprint_phrase
from countersign.domain.payee import PayeeKind
from countersign.domain.payment import AccountScheme, Arrival, ChargeBearer, PaymentFields, PaymentProduct
from countersign.presentation.amount_words import amount_in_words
from countersign.presentation.document_words import document_name, hash_text, size_text
from countersign.presentation.formats import iban_text, isolate, money_text
from countersign.presentation.messages import _, language
from countersign.presentation.product_words import product_name
from countersign.presentation.purpose_words import purpose_name


@dataclass(frozen=True, slots=True)
class ReadBackRow:
    """One row of the read-back.

    Attributes:
        chip: A state beside the value; ``tone`` is ``ok``, ``warn`` or ``neutral``.
        step: The step that changes it; None where only a new order can.
        account: The value is the payee's account: shown whole, first and last four strong.
    """

    key: str
    label: str
    value: str
    chip: str = ""
    tone: str = "neutral"
    detail: str = ""
    step: Step | None = None
    account: bool = False


@dataclass(frozen=True, slots=True)
class ReadBack:
    """An order as it is read back, with what it was made from."""

    order: str
    amount: str
    words: str
    rows: tuple[ReadBackRow, ...]
    phrase: tuple[str, ...]
    end_to_end_id: str
    shown: PaymentFields
    shown_digest: str


def read_back(
    content: OrderContent,
    words: Sequence[str],
    accounts: Sequence[AccountRow],
    chip: tuple[str, str],
    kind: PayeeKind,
    typed: tuple[str, str] = ("", ""),
) -> ReadBack:
    """Read an order back from its content: every field that a bank acts on is in it.

    Args:
        content: Parsed from the canonical bytes.
        words: For the fingerprint phrase.
        accounts: Own accounts, for the name of the one that pays.
        chip: Words and tone of the name check.
        kind: What sort of payee it is.
        typed: The payee's name and the reference as they were typed: said where the bank's letters made them others.
    """
    payment, tag = content.payment, language()
    number = (payment.debtor_account, payment.debtor_agent_member)
    own = next((row.name for row in accounts if (row.iban, row.agent_member) == number), _("Your account"))
    rows = [
        ReadBackRow(
            "payee", _("Pay to"), payment.creditor_name, *chip,
            " · ".join(filter(None, (_kind_text(kind), _spelt(typed[0], payment.creditor_name)))), Step.PAYEE,
        ),
        ReadBackRow(
            "account", _("Payee's account"), iban_text(payment.creditor_account),
            detail=bank_text(payment.creditor_agent, payment.creditor_agent_member, payment.creditor_account_scheme),
            step=Step.PAYEE, account=True,
        ),
        *way_rows(payment),
        ReadBackRow(
            "remittance", _("Reference"), payment.remittance or _("None"), detail=_spelt(typed[1], payment.remittance),
            step=Step.AMOUNT,
        ),
        ReadBackRow(
            "debtor_account", _("Pay from"), f"{own} {masked(payment.debtor_account)}",
            detail=" · ".join(filter(None, (content.debtor_name, bank_text(
                payment.debtor_agent, payment.debtor_agent_member, payment.debtor_account_scheme)))),
            step=Step.AMOUNT,
        ),
        *_document_rows(content),
    ]  # fmt: skip
    return ReadBack(
        order=content.order,
        amount=money_text(payment.instructed_amount, tag),
        words=amount_in_words(payment.instructed_amount, tag),
        rows=tuple(rows),
        phrase=fingerprint_phrase(content.digest, words),
        end_to_end_id=payment.end_to_end_id,
        shown=payment,
        shown_digest=content.digest,
    )


def _document_rows(content: OrderContent) -> tuple[ReadBackRow, ...]:
    """Say which documents are signed with it; all are changed at one place."""
    several = len(content.attachments) > 1
    return tuple(
        ReadBackRow(
            f"document.{place}",
            _("Document {number}").format(number=place) if several else _("Document"),
            document_name(item),
            detail=f"{size_text(item.size)} · {hash_text(item)}",
            step=Step.AMOUNT if place == 1 else None,
        )
        for place, item in enumerate(content.attachments, 1)
    )


def _spelt(typed: str, sent: str) -> str:
    """Say what was typed where the bank's letters make it another text; empty where they don't."""
    if typed in {"", sent}:
        return ""
    return _("In your bank's letters. You typed: {text}").format(text=isolate(typed))


def bank_text(agent: str, member: str, scheme: AccountScheme) -> str:
    """Say which bank keeps an account, by every code that the order names."""
    said = (
        _("At the bank {bic}").format(bic=agent) if agent else "",
        _("Bank code {code}").format(code=member) if member else "",
        _("National account number") if scheme is AccountScheme.BBAN else "",
    )
    return " · ".join(text for text in said if text)


def way_rows(payment: PaymentFields) -> tuple[ReadBackRow, ...]:
    """Say how a payment travels, and all that it carries beside payee, amount and reference."""
    place = ", ".join(text for text in (payment.creditor_town, payment.creditor_country) if text)
    known = (
        ("place", _("Payee's town and country"), place),
        ("charge_bearer", _("Who pays the fees"), charge_bearer_text(payment.charge_bearer)),
        ("purpose", _("Purpose"), purpose_name(payment.purpose)),
        ("arrival", _("Arrival"), arrival_text(payment.arrival)),
        ("ultimate_debtor", _("On behalf of"), payment.ultimate_debtor),
        ("ultimate_creditor", _("In favour of"), payment.ultimate_creditor),
        ("uetr", _("Tracking number (UETR)"), payment.uetr),
    )
    product = product_name(payment.product)
    return (
        ReadBackRow("product", _("Arrives"), _arrives(payment), detail=product, step=Step.AMOUNT),
        *(ReadBackRow(key, label, value) for key, label, value in known if value),
    )


def charge_bearer_text(bearer: ChargeBearer) -> str:
    """Say who pays the fees; empty where the rail decides."""
    return {
        ChargeBearer.NONE: "",
        ChargeBearer.DEBTOR: _("You pay all fees (OUR)"),
        ChargeBearer.CREDITOR: _("The payee pays all fees (BEN)"),
        ChargeBearer.SHARED: _("Each pays their own bank (SHA)"),
        ChargeBearer.SERVICE_LEVEL: _("As the payment scheme has it"),
    }[bearer]


def arrival_text(arrival: Arrival) -> str:
    """Say when a Chinese domestic payment is to arrive; empty for others."""
    return {
        Arrival.NONE: "",
        Arrival.REAL_TIME: _("At once"),
        Arrival.ORDINARY: _("In about two hours"),
        Arrival.NEXT_DAY: _("The next day"),
    }[arrival]


def _arrives(payment: PaymentFields) -> str:
    if payment.requested_execution_date:
        return _("Sent on {date}").format(date=payment.requested_execution_date)
    return {
        PaymentProduct.SEPA_INSTANT: _("Within ten seconds of your code"),
        PaymentProduct.TARGET: _("The same banking day, if it is in time"),
        PaymentProduct.UK_CHAPS: _("The same banking day, if it is in time"),
        PaymentProduct.US_WIRE: _("The same banking day, if it is in time"),
        PaymentProduct.SWISS: _("The same banking day, if it is in time"),
        PaymentProduct.UK_FASTER: _("Within two hours of your code"),
        PaymentProduct.US_ACH: _("Usually within two banking days"),
        PaymentProduct.CROSS_BORDER: _("Usually within four banking days"),
        PaymentProduct.CN_DOMESTIC: _("As chosen below"),
        PaymentProduct.TW_DOMESTIC: _("Usually within minutes of your code"),
    }.get(payment.product, _("By the next banking day"))


def _kind_text(kind: PayeeKind) -> str:
    return {
        PayeeKind.PERSON: _("A person"),
        PayeeKind.COMPANY: _("A company"),
        PayeeKind.ESCROW: _("Notary, solicitor or escrow account"),
        PayeeKind.OWN_ACCOUNT: _("Your own account elsewhere"),
    }[kind]
