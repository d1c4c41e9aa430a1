"""A receipt: everything that the paper says, in words, made from the order as the ledger has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from countersign.application.use_cases.export_receipt import ReceiptGround
from countersign.domain.accounts import grouped
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import World
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.money import Money
from countersign.domain.order import fingerprint_phrase
from countersign.presentation.amount_words import amount_in_words
from countersign.presentation.formats import money_text, time_text
from countersign.presentation.messages import _, language
from countersign.presentation.signature_words import words_of

_SIGNED: Final = frozenset({kinds.ORDER_APPROVED, kinds.ORDER_CONFIRMED})
"""What has a time on the paper only where it counts."""


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One line: what, and its value. ``strong`` for what is compared with other papers."""

    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class ReceiptSection:
    """Lines under one title."""

    title: str
    rows: tuple[ReceiptRow, ...]


@dataclass(frozen=True, slots=True)
class ReceiptState:
    """The receipt, ready to paint.

    Attributes:
        language: The tag it is written in; its faces are chosen by it.
        world: Says that this is practice; empty in the real world.
        tone: ``ok``, ``warn``, ``danger``, ``info`` or ``neutral``.
        file_name: Suggested name of the file.
    """

    language: str
    title: str
    world: str
    amount: str
    words_label: str
    words: str
    status: str
    tone: str
    status_text: str
    sections: tuple[ReceiptSection, ...]
    proven_title: str
    proven: tuple[str, ...]
    unproven_title: str
    unproven: tuple[str, ...]
    foot: str
    subject: str
    file_name: str


def receipt_state(ground: ReceiptGround, words: Sequence[str], zone: tzinfo) -> ReceiptState:
    """Put a receipt into words.

    Args:
        ground: The order and its evidence.
        words: The list that fingerprint phrases are made from.
        zone: The time zone that times are written in; each carries its offset.
    """
    record, tag = ground.record, language()
    content, payment = record.content, record.content.payment
    state = words_of(record)
    practice = content.world is World.PRACTICE
    made = time_text(ground.evidence.head.head.at, str(zone), tag, "long")
    return ReceiptState(
        language=tag,
        title=_("Payment receipt"),
        world=_("Practice money. No real payment was made.") if practice else "",
        amount=money_text(payment.instructed_amount, tag),
        words_label=_("Amount in words"),
        words=amount_in_words(payment.instructed_amount, tag if tag.startswith("zh") else "en"),
        status=state.word,
        tone=state.tone,
        status_text=state.sentence,
        sections=(_parties(record), _payment(record, tag), _times(ground, zone, tag), _proof(ground, words)),
        proven_title=_("What the attached evidence proves"),
        proven=(
            _("That the devices of those who asked, approved and sent it signed exactly these details.")
            if ground.evidence.shared
            else _(
                "That the device with this fingerprint signed this order, with exactly these details, and its approval."
            ),
            _("What the sending device recorded of the bank's replies, and when by its own clock.")
            if ground.evidence.shared
            else _("What that device recorded of the bank's replies, and when by its own clock."),
            _("That nothing in it was changed afterwards."),
        ),
        unproven_title=_("What it can't prove"),
        unproven=(
            _("Who holds that device: compare the fingerprint with one you got from the person."),
            _("That the bank's replies are genuine, or what happened later: only the bank can confirm that."),
        ),
        foot=_("Receipt made {time}. To check it: countersign verify FILE --trust FINGERPRINT").format(time=made),
        subject=_("Payment to {payee}, {amount}").format(
            payee=payment.creditor_name, amount=money_text(payment.instructed_amount, tag)
        ),
        file_name=f"receipt-{payment.end_to_end_id}.pdf",
    )


def _parties(record: OrderRecord) -> ReceiptSection:
    content, payment = record.content, record.content.payment
    return ReceiptSection(
        _("From and to"),
        _filled(
            ReceiptRow(_("Payer"), content.debtor_name),
            ReceiptRow(_("Payer's account"), grouped(payment.debtor_account), strong=True),
            ReceiptRow(_("Payee"), payment.creditor_name, strong=True),
            ReceiptRow(_("Payee's account"), grouped(payment.creditor_account), strong=True),
            ReceiptRow(_("Payee's bank (BIC)"), payment.creditor_agent),
        ),
    )


def _payment(record: OrderRecord, tag: str) -> ReceiptSection:
    payment = record.content.payment
    return ReceiptSection(
        _("Payment"),
        _filled(
            ReceiptRow(_("Fee"), _fee(record, tag)),
            ReceiptRow(_("Reference"), payment.remittance),
            ReceiptRow(_("End-to-end identification"), payment.end_to_end_id, strong=True),
            ReceiptRow(_("Payment number at the bank"), "" if record.by_hand else record.payment_id),
            ReceiptRow(_("The bank's reference, as you read it"), record.bank_reference),
            ReceiptRow(_("Status code of the bank (ISO 20022)"), record.status.value if record.status else ""),
        ),
    )


def _fee(record: OrderRecord, tag: str) -> str:
    if record.fee is None:
        return _("not stated by the bank")
    try:
        return money_text(Money.from_canonical(record.fee), tag)
    except (SecurityError, ValueError):
        return _("not stated by the bank")


def _times(ground: ReceiptGround, zone: tzinfo, tag: str) -> ReceiptSection:
    moments = (
        (kinds.ORDER_FROZEN, _("Details fixed")),
        (kinds.ORDER_APPROVED, _("Approved")),
        (kinds.ORDER_CONFIRMED, _("Confirmed on another device")),
        (kinds.ORDER_SUBMISSION_INTENDED, _("Handed to the bank")),
        (kinds.ORDER_AUTHORISED, _("Confirmed with the bank")),
        (kinds.ORDER_STATUS_CHANGED, _("Last word of the bank")),
    )
    counting = {item.event for item in ground.record.counted}
    counting |= {item.event for item in ground.record.confirmations if not item.fault}
    newest: dict[str, Event] = {}
    for event in ground.evidence.events:
        if event.header.subject == ground.evidence.order and (event.kind not in _SIGNED or event.id in counting):
            newest[event.kind] = event
    return ReceiptSection(
        _("When"),
        tuple(
            ReceiptRow(label, time_text(newest[kind].header.at, str(zone), tag, "long"))
            for kind, label in moments
            if kind in newest
        ),
    )


def _proof(ground: ReceiptGround, words: Sequence[str]) -> ReceiptSection:
    device = ground.evidence.head.head.device
    return ReceiptSection(
        _("Proof"),
        (
            ReceiptRow(_("Order digest (SHA-256)"), _in_eights(ground.record.digest)),
            ReceiptRow(_("The same in six words"), " ".join(fingerprint_phrase(ground.record.digest, words))),
            ReceiptRow(_("Device fingerprint"), _in_eights(device)),
        ),
    )


def _in_eights(text: str) -> str:
    """Write 64 hex digits as two lines of four groups."""
    groups = [text[place : place + 8] for place in range(0, len(text), 8)]
    return "\n".join((" ".join(groups[:4]), " ".join(groups[4:])))


def _filled(*rows: ReceiptRow) -> tuple[ReceiptRow, ...]:
    return tuple(row for row in rows if row.value)
