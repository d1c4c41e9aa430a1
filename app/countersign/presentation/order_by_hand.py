"""Words for an order that the person carries to the bank: what was said, by whom, and what nobody has said yet."""

from __future__ import annotations

from datetime import tzinfo

from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order_state import OrderState
from countersign.presentation.formats import isolate, time_text
from countersign.presentation.messages import _, language
from countersign.presentation.order_next_steps import next_steps
from countersign.presentation.order_words import StateWords
from countersign.presentation.return_reasons import reason_text
from countersign.presentation.signature_words import missing_steps, words_of


def record_words(record: OrderRecord, zone: tzinfo) -> StateWords:
    """Say where an order stands; for one that is carried by hand, no more than is known."""
    if record.returned_at:
        return StateWords(
            _("Came back"),
            _("It was settled, and on {time} the money came back. {reason}").format(
                time=_moment(record.returned_at, zone), reason=reason_text(record.returned)
            ),
            "danger",
        )
    if not carried(record):
        return words_of(record)
    if record.handed_over_at:
        return StateWords(_("Handed over"), said_sentence(record, zone), "info")
    return StateWords(
        _("To be carried"),
        _("It is laid out for you. Your bank knows nothing of it until you take it there."),
        "warn",
    )


def record_steps(record: OrderRecord) -> tuple[str, ...]:
    """Say what happens next with an order, and what the person can do."""
    if record.returned_at:
        return (
            _("Look whether the money is back in your account."),
            _("Ask the payee on a number you already have before you send anything again."),
        )
    if record.awaits_signature:
        return missing_steps(record)
    if record.by_hand and record.state is OrderState.ACCEPTED:
        return (
            _("Bring in your bank's statement once it is booked: it shows when the money has left."),
            _("Only your bank can stop it now. Call it, or use its app."),
        )
    if record.by_hand and record.state is OrderState.UNKNOWN:
        return (
            _("Don't pay this anywhere else meanwhile: the money may have left."),
            _("Look in your bank's portal or app whether it is there, and bring in a statement or a status file."),
        )
    if not carried(record):
        return next_steps(record.state)
    if record.handed_over_at:
        return (
            _("Don't pay this anywhere else meanwhile: your bank may have carried it out."),
            _("Bring in a statement or a status file of your bank: only that tells what became of it."),
        )
    return (_("Take it to your bank, as described below, or say that you did not: nothing has left your account."),)


def said_sentence(record: OrderRecord, zone: tzinfo) -> str:
    """Say what the person said, and that the bank has said nothing."""
    return _("You said on {time} that you gave it to your bank. Your bank has not said anything yet.").format(
        time=_moment(record.handed_over_at, zone)
    )


def carried(record: OrderRecord) -> bool:
    """Tell whether an order is laid out to be carried, or was carried, and no fact of the bank has come in."""
    return record.by_hand and record.state is OrderState.INITIATED


def _moment(at_ms: int, zone: tzinfo) -> str:
    return isolate(time_text(at_ms, str(getattr(zone, "key", "UTC")), language()))
