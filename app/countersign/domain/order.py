"""A payment order: frozen content, one digest, and one comparison that everything is held to.

When a draft is frozen its content becomes canonical bytes; their SHA-256, under a tag, is the order's digest. What the
screen shows, what an approval signs, what an OTP is bound to, what goes to the bank and what the bank answers are each
reduced to ``PaymentFields`` and compared with the content by ``differences``. Source: Commission Delegated Regulation
(EU) 2018/389, Article 5 (dynamic linking): any change of amount or payee voids the authentication code.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import MISSING, dataclass, fields, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

from countersign.domain.canonical import Fields, Json, canonical_bytes, parse_canonical
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.governance import World
from countersign.domain.money import Money, MoneyError
from countersign.domain.payment import AccountScheme, Arrival, ChargeBearer, PaymentFields, PaymentProduct

Choice = TypeVar("Choice", bound=StrEnum)

CONTENT_FORMAT = 2
END_TO_END_LIMIT = 35
REMITTANCE_LIMIT = 140
NAME_LIMIT = 70
TOWN_LIMIT = 35
PHRASE_WORDS = 6

_DIGEST_TAG = b"countersign/order/1\x00"
_PHRASE_TAG = b"countersign/phrase/1\x00"
_IDENTIFIER = re.compile(r"[0-9a-f]{32}")
_HASH = re.compile(r"[0-9a-f]{64}")
# The SEPA character set; EPC130-08 §5.1: no slash at either end, and no two in a row. A space at an end gets lost.
_END_TO_END = re.compile(r"(?![/ ])(?!.*//)[A-Za-z0-9/\-?:().,'+ ]{1,35}(?<![/ ])")


_ACCOUNT = re.compile(r"[A-Z0-9]{1,34}")  # ISO 20022 IBAN2007Identifier, Max34Text
_AGENT = re.compile(r"([A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?)?")  # ISO 9362, or empty
_AGENT_MEMBER = re.compile(r"([A-Z]{5}:[A-Z0-9]{1,28})?")
_COUNTRY = re.compile(r"([A-Z]{2})?")
_PURPOSE = re.compile(r"([A-Z]{4})?")
_UETR = re.compile(r"([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})?")  # RFC 4122, version 4


class OrderContentError(SecurityError):
    """An order's content does not have the form that this version knows."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document that belongs to the order; its hash is part of what is signed."""

    name: str
    sha256: str
    size: int

    def canonical(self) -> dict[str, Json]:
        """Return the attachment as a canonical object."""
        return {"name": self.name, "sha256": self.sha256, "size": self.size}

    @classmethod
    def read(cls, value: Json) -> Attachment:
        """Read an attachment; raises ``NotCanonicalError`` as ``OrderContent.read`` does."""
        taken = Fields(value, "attachment")
        found = cls(name=taken.text("name"), sha256=taken.text("sha256"), size=taken.integer("size"))
        taken.end()
        return found


_ADDED_IN_2 = tuple(item for item in fields(PaymentFields) if item.default is not MISSING)
"""What format 2 of an order's content says beyond format 1."""


@dataclass(frozen=True)
class OrderContent:
    """Everything that is agreed when an order is frozen.

    Attributes:
        order: The order's identifier: 32 hex digits, the subject of all its events.
        nonce: 128 random bits in hex, so that the digest can't be guessed.
        sender_device: The one device that may submit the order (LEDGER rule 12).
        requester: The member who asks for the payment.
        payee: Identifier of the payee.
        payee_version: The event that holds the payee's details as they were agreed.
        attachments: Documents, in the order in which they were added.
        batch: Identifier of the batch that it was made in; empty, and then not written, where it was made alone.
    """

    workspace: str
    world: World
    order: str
    nonce: str
    sender_device: str
    requester: str
    payee: str
    payee_version: str
    debtor_name: str
    payment: PaymentFields
    attachments: tuple[Attachment, ...] = ()
    v: int = CONTENT_FORMAT
    batch: str = ""

    def canonical(self) -> dict[str, Json]:
        """Return the content as a canonical object."""
        payment = self.payment
        added = {item.name: str(getattr(payment, item.name)) for item in _ADDED_IN_2} if self.v > 1 else {}
        return {
            "v": self.v,
            "workspace": self.workspace,
            "world": self.world.value,
            "order": self.order,
            "nonce": self.nonce,
            "sender_device": self.sender_device,
            "requester": self.requester,
            "payee": self.payee,
            "payee_version": self.payee_version,
            "debtor_name": self.debtor_name,
            "debtor_account": payment.debtor_account,
            "creditor_name": payment.creditor_name,
            "creditor_account": payment.creditor_account,
            "creditor_agent": payment.creditor_agent,
            "instructed_amount": money_object(payment.instructed_amount),
            "end_to_end_id": payment.end_to_end_id,
            "remittance": payment.remittance,
            "requested_execution_date": payment.requested_execution_date,
            "product": payment.product.value,
            "attachments": [item.canonical() for item in self.attachments],
            **added,
            **({"batch": self.batch} if self.batch else {}),
        }

    @cached_property
    def content_bytes(self) -> bytes:
        """The canonical bytes (RFC 8785)."""
        return canonical_bytes(self.canonical())

    @cached_property
    def digest(self) -> str:
        """The order's digest: 64 hex digits."""
        return hashlib.sha256(_DIGEST_TAG + self.content_bytes).hexdigest()

    @classmethod
    def parse(cls, content: bytes) -> OrderContent:
        """Read content from its canonical bytes.

        Raises:
            NotCanonicalError: The bytes are not canonical, or a field is missing, unknown or of another type.
            OrderContentError: A field has a form that no order may have.
        """
        return cls.read(parse_canonical(content))

    @classmethod
    def read(cls, value: Json) -> OrderContent:
        """Read content from a canonical object; raises as ``parse`` does."""
        taken = Fields(value, "order")
        version, world, product = taken.integer("v"), taken.text("world"), taken.text("product")
        if version not in {1, CONTENT_FORMAT}:
            raise OrderContentError("order.version", version=version)
        if world not in World._value2member_map_ or product not in PaymentProduct._value2member_map_:
            raise OrderContentError("order.form", field="world" if product in set(PaymentProduct) else "product")
        try:
            amount = Money.from_canonical(dict(taken.mapping("instructed_amount")))
        except (MoneyError, ValueError) as error:
            raise OrderContentError("order.form", field="instructed_amount") from error
        content = cls(
            v=version,
            workspace=taken.text("workspace"),
            world=World(world),
            order=taken.text("order"),
            nonce=taken.text("nonce"),
            sender_device=taken.text("sender_device"),
            requester=taken.text("requester"),
            payee=taken.text("payee"),
            payee_version=taken.text("payee_version"),
            debtor_name=taken.text("debtor_name"),
            payment=PaymentFields(
                instructed_amount=amount,
                debtor_account=taken.text("debtor_account"),
                creditor_name=taken.text("creditor_name"),
                creditor_account=taken.text("creditor_account"),
                creditor_agent=taken.text("creditor_agent"),
                end_to_end_id=taken.text("end_to_end_id"),
                remittance=taken.text("remittance"),
                requested_execution_date=taken.text("requested_execution_date"),
                product=PaymentProduct(product),
            ),
            attachments=tuple(Attachment.read(item) for item in taken.items("attachments")),
        )
        if version > 1:
            content = replace(content, payment=_with_format_2(content.payment, taken))
            content = replace(content, batch=taken.text_or_empty("batch"))
        taken.end()
        content.check_form()
        return content

    def check_form(self) -> None:
        """Check what no order may lack.

        Raises:
            OrderContentError: ``params["field"]`` names the field.
        """
        payment = self.payment
        faults = {
            "workspace": not _IDENTIFIER.fullmatch(self.workspace),
            "order": not _IDENTIFIER.fullmatch(self.order),
            "nonce": not _IDENTIFIER.fullmatch(self.nonce),
            "sender_device": not _HASH.fullmatch(self.sender_device),
            "requester": not self.requester,
            "payee": not _IDENTIFIER.fullmatch(self.payee),
            "payee_version": not _HASH.fullmatch(self.payee_version),
            "instructed_amount": payment.instructed_amount.minor <= 0,
            "debtor_account": not _ACCOUNT.fullmatch(payment.debtor_account),
            "creditor_account": not _ACCOUNT.fullmatch(payment.creditor_account) or _same_account(payment),
            "creditor_name": not 0 < len(payment.creditor_name) <= NAME_LIMIT,
            "end_to_end_id": not _END_TO_END.fullmatch(payment.end_to_end_id),
            "remittance": len(payment.remittance) > REMITTANCE_LIMIT,
            "requested_execution_date": not _is_date(payment.requested_execution_date),
            **self._faults_of_format_2(),
            "batch": bool(self.batch) and (self.v == 1 or not _IDENTIFIER.fullmatch(self.batch)),
            "attachments": not all(_HASH.fullmatch(item.sha256) and item.size >= 0 for item in self.attachments),
        }
        for field, fault in faults.items():
            if fault:
                raise OrderContentError("order.form", field=field)

    def _faults_of_format_2(self) -> dict[str, bool]:
        payment = self.payment
        unsaid = {item.name: self.v == 1 and getattr(payment, item.name) != item.default for item in _ADDED_IN_2}
        wrong = {
            "debtor_agent": not _AGENT.fullmatch(payment.debtor_agent),
            "debtor_agent_member": not _AGENT_MEMBER.fullmatch(payment.debtor_agent_member),
            "creditor_agent_member": not _AGENT_MEMBER.fullmatch(payment.creditor_agent_member),
            "creditor_town": len(payment.creditor_town) > TOWN_LIMIT,
            "creditor_country": not _COUNTRY.fullmatch(payment.creditor_country),
            "purpose": not _PURPOSE.fullmatch(payment.purpose),
            "uetr": not _UETR.fullmatch(payment.uetr),
            "ultimate_debtor": len(payment.ultimate_debtor) > NAME_LIMIT,
            "ultimate_creditor": len(payment.ultimate_creditor) > NAME_LIMIT,
        }
        return {name: fault or wrong.get(name, False) for name, fault in unsaid.items()}


def money_object(money: Money) -> dict[str, Json]:
    """Return money as a canonical object: minor units and exponent and ISO 4217 code."""
    return {"currency": money.currency, "exponent": money.exponent, "minor": money.minor}


def _is_date(text: str) -> bool:
    if not text:
        return True
    try:
        return date.fromisoformat(text).isoformat() == text  # Python reads other spellings too
    except ValueError:
        return False


def _same_account(payment: PaymentFields) -> bool:
    """Tell whether a payment goes to where it comes from; an account that is no IBAN is one with its bank's code."""
    return (payment.creditor_account, payment.creditor_agent_member) == (
        payment.debtor_account,
        payment.debtor_agent_member,
    )


def _with_format_2(payment: PaymentFields, taken: Fields) -> PaymentFields:
    return replace(
        payment,
        debtor_account_scheme=_member(AccountScheme, taken, "debtor_account_scheme"),
        debtor_agent=taken.text("debtor_agent"),
        debtor_agent_member=taken.text("debtor_agent_member"),
        creditor_account_scheme=_member(AccountScheme, taken, "creditor_account_scheme"),
        creditor_agent_member=taken.text("creditor_agent_member"),
        creditor_town=taken.text("creditor_town"),
        creditor_country=taken.text("creditor_country"),
        charge_bearer=_member(ChargeBearer, taken, "charge_bearer"),
        purpose=taken.text("purpose"),
        uetr=taken.text("uetr"),
        ultimate_debtor=taken.text("ultimate_debtor"),
        ultimate_creditor=taken.text("ultimate_creditor"),
        arrival=_member(Arrival, taken, "arrival"),
    )


def _member(kind: type[Choice], taken: Fields, name: str) -> Choice:
    text = taken.text(name)
    if text not in kind._value2member_map_:
        raise OrderContentError("order.form", field=name)
    return kind(text)


def differences(agreed: PaymentFields, claimed: PaymentFields, *, unless_absent: Sequence[str] = ()) -> tuple[str, ...]:
    """Name the fields in which ``claimed`` departs from what was agreed.

    Args:
        agreed: From the order's content.
        claimed: From a screen, an approval, an OTP's binding, an outgoing message or a bank's reply.
        unless_absent: Fields that the other side may leave out; an empty text there is no difference.
    """
    return tuple(
        item.name
        for item in fields(PaymentFields)
        if getattr(claimed, item.name) != getattr(agreed, item.name)
        and not (item.name in unless_absent and getattr(claimed, item.name) == "")
    )


class BindingError(SecurityError):
    """Something does not say what was agreed. ``params["field"]`` names the first field that departs."""


def require_same(
    agreed: PaymentFields, claimed: PaymentFields, where: str, *, unless_absent: Sequence[str] = ()
) -> None:
    """Refuse whatever departs from what was agreed.

    Args:
        agreed: From the order's content.
        claimed: What is about to be shown, sent or believed.
        where: ``screen``, ``otp``, ``approval``, ``message`` or ``reply``.
        unless_absent: See ``differences``.

    Raises:
        BindingError: With code ``binding.<where>``.
    """
    departed = differences(agreed, claimed, unless_absent=unless_absent)
    if departed:
        raise BindingError(f"binding.{where}", field=departed[0], count=len(departed))


def fingerprint_phrase(digest: str, words: Sequence[str]) -> tuple[str, ...]:
    """Return six words for a digest, to be compared by eye or voice: 66 bits with a list of 2 048 words.

    Args:
        digest: 64 hex digits.
        words: A list whose length is a power of two.
    """
    if len(words).bit_count() != 1:
        raise ValueError(len(words))
    bits = len(words).bit_length() - 1
    number = int.from_bytes(hashlib.sha256(_PHRASE_TAG + bytes.fromhex(digest)).digest(), "big")
    return tuple(words[number >> 256 - bits * (place + 1) & len(words) - 1] for place in range(PHRASE_WORDS))


def last_digits(account: str, count: int = 4) -> str:
    """Return the last characters of an account number: what is typed again from the source document."""
    return account[-count:]
