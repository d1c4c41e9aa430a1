"""The outcome of checking a receipt: as text for people, and as JSON for programs (``docs/verify.md``)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Final

from countersign.application.use_cases.check_receipt import ReceiptCheck, Verdict
from countersign.domain.accounts import grouped
from countersign.domain.canonical import Json
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.money import Money
from countersign.domain.quorum import Quorum
from countersign.presentation.formats import money_text
from countersign.presentation.messages import _, language
from countersign.presentation.quorum_report import quorum_lines, quorum_object, unproven_lines, utc
from countersign.presentation.signature_words import words_of
from countersign.presentation.verify_texts import fault_text

EXIT_CODES: Final = {Verdict.PROVEN: 0, Verdict.CONSISTENT: 2, Verdict.REFUTED: 1, Verdict.UNREADABLE: 3}

_REPORT_FORMAT: Final = 1


def as_json(check: ReceiptCheck) -> dict[str, Json]:
    """Return the outcome for programs."""
    report: dict[str, Json] = {
        "v": _REPORT_FORMAT,
        "verdict": check.verdict.value,
        "exit_code": EXIT_CODES[check.verdict],
        "faults": list(check.faults),
        "page_compared": check.has_page,
    }
    finding = check.finding
    if finding is None or check.evidence is None:
        return report
    report["signer"] = {
        "fingerprint": finding.device.device if finding.device else "",
        "claimed_name": finding.signer,
        "trusted": check.verdict is Verdict.PROVEN,
    }
    if finding.record is not None:
        report["order"] = order_object(finding.record)
    if finding.quorum is not None:
        report["quorum"] = {**quorum_object(finding.quorum), "shows_what_was_known": _shows_what_was_known(check)}
    report["events"] = [_event_object(event) for event in _order_events(check)]
    return report


def as_text(check: ReceiptCheck) -> str:
    """Return the outcome for people, as lines of plain text.

    Names and references in it are foreign text: control characters can't be in them, since no order is frozen with
    any; what could be is written as ``?``.
    """
    headings = {
        Verdict.PROVEN: _("PROVEN, and signed by the device you trust."),
        Verdict.CONSISTENT: _("CONSISTENT, but the signer is not established."),
        Verdict.REFUTED: _("REFUTED. Do not rely on this receipt."),
        Verdict.UNREADABLE: _("UNREADABLE. Nothing can be said about this file."),
    }
    lines = [headings[check.verdict]]
    lines += [f"  - {fault_text(code)}" for code in check.faults]
    finding = check.finding
    if finding is not None and finding.record is not None and check.verdict is not Verdict.REFUTED:
        lines += ["", _("The order"), *_order_lines(finding.record)]
        if finding.quorum is not None:
            lines += ["", _("Who had a say in it"), *points(quorum_lines(finding.quorum))]
        lines += ["", _("What is proven"), *points(_proven(check))]
        lines += ["", _("What is not proven"), *points(_unproven(check))]
    if finding is not None and finding.device is not None:
        lines += ["", _("Fingerprint of the device that signed"), f"  {in_fours(finding.device.device)}"]
    if check.verdict is Verdict.CONSISTENT:
        lines += [
            "",
            _("Ask the person for their device's fingerprint (Settings, This device), by a way you trust, and run"),
            "  countersign verify FILE --trust FINGERPRINT",
        ]
    return "\n".join(printable(line) for line in lines) + "\n"


def _proven(check: ReceiptCheck) -> Sequence[str]:
    events = _order_events(check)
    approved = [event for event in events if event.kind == kinds.ORDER_APPROVED]
    replies = sum(_reply(event) is not None or _was_written(event) for event in events)
    quorum = check.finding.quorum if check.finding else None
    if quorum is not None:
        found = [
            _("The devices named above signed what is said of them, each with a key of its own."),
            _enough(quorum),
        ]
        if _shows_what_was_known(check):
            found.append(_("When it was sent, its sender knew of nothing else that anybody had said of it."))
    else:
        found = [_("One device signed this order with exactly these fields, and all the records about it shown below.")]
    if approved and quorum is None:
        times = ", ".join(utc(event.header.at) for event in approved)
        found.append(_("It recorded an approval of these fields at {times}, by its own clock.").format(times=times))
    found.append(
        _("It recorded {count} replies of the bank. By them the order stands at: {state}.").format(
            count=replies, state=words_of(_record(check)).word
        )
    )
    found.append(_("Nothing in these records was changed after they were signed."))
    if check.has_page:
        found.append(_("The page's amount, accounts and end-to-end identification are those of the evidence."))
    return found


def _enough(quorum: Quorum) -> str:
    if quorum.met:
        return _("By the workspace's own rules, as its administrators signed them, the approvals were enough.")
    if quorum.progress.wants_confirmation and not any(step.missing for step in quorum.progress.steps):
        return _(
            "By the workspace's own rules, as its administrators signed them, the approvals were enough, but whoever "
            "asked had not confirmed it on another device."
        )
    return _("By the workspace's own rules, as its administrators signed them, the approvals were not enough.")


def _unproven(check: ReceiptCheck) -> Sequence[str]:
    found = []
    if check.verdict is Verdict.CONSISTENT:
        found.append(_("Whose device it is. Anybody can make a key of their own and sign whatever they like with it."))
    else:
        found.append(_("Who held the device: only that it is the one whose fingerprint you gave."))
    found += [
        _("That the bank's replies are genuine: they are as the device recorded them, and no bank has signed them."),
        _("The times: they are by the device's clock."),
        _("That nothing happened later, or was left out: only the bank can say where the payment stands now."),
    ]
    if check.finding is not None and check.finding.quorum is not None:
        found += unproven_lines(check.finding.quorum, shows_what_was_known=_shows_what_was_known(check))
    if check.has_page:
        found.append(_("Everything else that the page shows. Go by the fields above, which come from the evidence."))
    return found


def _order_lines(record: OrderRecord) -> Sequence[str]:
    content, payment = record.content, record.content.payment
    rows = (
        (_("Amount"), money_text(payment.instructed_amount, language())),
        (_("Payer"), content.debtor_name),
        (_("Payer's account"), grouped(payment.debtor_account)),
        (_("Payee"), payment.creditor_name),
        (_("Payee's account"), grouped(payment.creditor_account)),
        (_("Reference"), payment.remittance),
        (_("End-to-end identification"), payment.end_to_end_id),
        (_("State"), words_of(record).word),
        (_("World"), _("practice: no real money") if content.world.value == "practice" else _("real")),
        (_("Digest"), record.digest),
    )
    return ["  " + _("{label}: {value}").format(label=label, value=value) for label, value in rows if value]


def order_object(record: OrderRecord) -> dict[str, Json]:
    """Return an order for programs."""
    content, payment = record.content, record.content.payment
    amount = payment.instructed_amount
    fee = _fee(record)
    return {
        "order": content.order,
        "digest": record.digest,
        "world": content.world.value,
        "amount_minor": amount.minor,
        "currency": amount.currency,
        "exponent": amount.exponent,
        "fee_minor": fee.minor if fee else -1,
        "debtor_name": content.debtor_name,
        "debtor_account": payment.debtor_account,
        "creditor_name": payment.creditor_name,
        "creditor_account": payment.creditor_account,
        "creditor_agent": payment.creditor_agent,
        "end_to_end_id": payment.end_to_end_id,
        "remittance": payment.remittance,
        "payment_id": record.payment_id,
        "state": record.state.value,
        "transaction_status": record.status.value if record.status else "",
    }


def _event_object(event: Event) -> dict[str, Json]:
    found: dict[str, Json] = {
        "kind": event.kind,
        "at": event.header.at,
        "at_utc": utc(event.header.at),
        "id": event.id,
        "device": event.header.device,
    }
    reply = _reply(event)
    if reply is not None:
        found["reply"] = reply
    return found


def _was_written(event: Event) -> bool:
    """Tell whether an event records what a bank wrote in a file: a status report, a statement."""
    try:
        return event.kind == kinds.ORDER_STATUS_CHANGED and event.says().get("source") in {"pain.002", "statement"}
    except SecurityError:
        return False


def _reply(event: Event) -> dict[str, Json] | None:
    """Return a bank's reply as it was recorded, its body as text where it is text."""
    try:
        reply = event.says().get("reply")
    except SecurityError:
        return None
    if not isinstance(reply, dict):
        return None
    found = dict(reply)
    try:
        found["text"] = base64.b64decode(str(found.get("body", "")), validate=True).decode()
    except (binascii.Error, ValueError):
        found["text"] = ""
    return found


def _order_events(check: ReceiptCheck) -> Sequence[Event]:
    evidence = check.evidence
    if evidence is None:
        return ()
    return [event for event in evidence.events if event.header.subject == evidence.order]


def _shows_what_was_known(check: ReceiptCheck) -> bool:
    shown = check.evidence.disclosure if check.evidence else None
    return shown is not None and shown.shows_what_was_known


def _record(check: ReceiptCheck) -> OrderRecord:
    if check.finding is None or check.finding.record is None:
        raise ValueError(check.verdict)
    return check.finding.record


def _fee(record: OrderRecord) -> Money | None:
    if record.fee is None:
        return None
    try:
        return Money.from_canonical(record.fee)
    except ValueError:
        return None


def in_fours(text: str) -> str:
    """Set a fingerprint in groups of four."""
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def points(sentences: Sequence[str]) -> Sequence[str]:
    """Make a list of sentences."""
    return [f"  - {sentence}" for sentence in sentences]


def printable(line: str) -> str:
    """Keep foreign text from moving the cursor or turning the line round."""
    return "".join(character if character.isprintable() else "?" for character in line)
