"""The details of an order that prove something, for its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order import fingerprint_phrase
from countersign.presentation.messages import _
from countersign.presentation.transfer_confirm import bound


@dataclass(frozen=True, slots=True)
class Evidence:
    """A detail that proves something; ``copied``: what goes to the clipboard, empty where nothing can."""

    key: str
    label: str
    value: str
    copied: str = ""


def order_evidence(record: OrderRecord, words: Sequence[str]) -> tuple[Evidence, ...]:
    """List what proves an order. ``words``: the list that fingerprint phrases are made from."""
    payment = record.content.payment
    fee, number = bound(record).fee, payment.end_to_end_id
    phrase = " ".join(fingerprint_phrase(record.digest, words))
    digest = " ".join(record.digest[place : place + 8] for place in range(0, len(record.digest), 8))
    found = [
        Evidence("end_to_end_id", _("End-to-end number"), number, number),
        Evidence("remittance", _("Reference"), payment.remittance or _("None")),
        Evidence("phrase", _("Fingerprint"), phrase, phrase),
        Evidence("digest", _("Digest (SHA-256)"), digest, record.digest),
    ]
    if record.payment_id and not record.by_hand:  # what is carried has no number of the bank's, only ours
        found.append(Evidence("payment_id", _("The bank's number"), record.payment_id, record.payment_id))
    if record.status is not None:
        found.append(Evidence("status", _("The bank's status"), record.status.value))
    if fee:
        found.append(Evidence("fee", _("Fee"), fee))
    if record.bank_reference:
        found.append(Evidence("bank_reference", _("The bank's reference, as you read it"), record.bank_reference))
    for place, (name, sha256, _size) in enumerate(record.proofs):
        found.append(Evidence(f"proof.{place}", _("Document of the bank: {name}").format(name=name), sha256, sha256))
    return tuple(found)
