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
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from functools import cached_property

from countersign.domain.canonical import Fields, Json, canonical_bytes, parse_canonical
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.governance import World
from countersign.domain.money import Money, MoneyError

CONTENT_FORMAT = 1
END_TO_END_LIMIT = 35
REMITTANCE_LIMIT = 140
NAME_LIMIT = 70
PHRASE_WORDS = 6

_DIGEST_TAG = b"countersign/order/1\x00"
_PHRASE_TAG = b"countersign/phrase/1\x00"
_IDENTIFIER = re.compile(r"[0-9a-f]{32}")
_HASH = re.compile(r"[0-9a-f]{64}")
# The SEPA character set; EPC130-08 §5.1: no slash at either end, and no two in a row. A space at an end gets lost.
_END_TO_END = re.compile(r"(?![/ ])(?!.*//)[A-Za-z0-9/\-?:().,'+ ]{1,35}(?<![/ ])")


class OrderContentError(SecurityError):
    """An order's content does not have the form that this version knows."""


class PaymentProduct(StrEnum):
    """How the money travels, by the names of NextGenPSD2 1.3."""

    SEPA = "sepa-credit-transfers"
    SEPA_INSTANT = "instant-sepa-credit-transfers"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document that belongs to the order; its hash is part of what is signed."""

    name: str
    sha256: str
    size: int

    def canonical(self) -> dict[str, Json]:
        """Return the attachment as a canonical object."""
        return {"name": self.name, "sha256": self.sha256, "size": self.size}


@dataclass(frozen=True, slots=True)
class PaymentFields:
    """The part of an order that a bank acts on, in the terms of ISO 20022 pain.001.

    Account numbers without spaces; empty text where a field is not used. ``requested_execution_date`` is an ISO 8601
    date, or empty for as soon as possible.
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

    def canonical(self) -> dict[str, Json]:
        """Return the content as a canonical object."""
        payment = self.payment
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
        if version != CONTENT_FORMAT:
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
            attachments=tuple(_attachment(item) for item in taken.items("attachments")),
        )
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
            "debtor_account": not payment.debtor_account,
            "creditor_account": not payment.creditor_account or payment.creditor_account == payment.debtor_account,
            "creditor_name": not 0 < len(payment.creditor_name) <= NAME_LIMIT,
            "end_to_end_id": not _END_TO_END.fullmatch(payment.end_to_end_id),
            "remittance": len(payment.remittance) > REMITTANCE_LIMIT,
            "requested_execution_date": not _is_date(payment.requested_execution_date),
            "attachments": not all(_HASH.fullmatch(item.sha256) and item.size >= 0 for item in self.attachments),
        }
        for field, fault in faults.items():
            if fault:
                raise OrderContentError("order.form", field=field)


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


def _attachment(value: Json) -> Attachment:
    taken = Fields(value, "attachment")
    found = Attachment(name=taken.text("name"), sha256=taken.text("sha256"), size=taken.integer("size"))
    taken.end()
    return found


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
