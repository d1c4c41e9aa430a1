"""Where an order stands, in plain words: one table for every page, for receipts and for the check of receipts."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.domain.order_state import OrderState
from countersign.presentation.messages import _


@dataclass(frozen=True, slots=True)
class StateWords:
    """A state.

    Attributes:
        word: One to three words, for a chip.
        sentence: What it means for the money.
        tone: ``ok``, ``warn``, ``danger``, ``info`` or ``neutral``.
    """

    word: str
    sentence: str
    tone: str


def state_words(state: OrderState) -> StateWords:
    """Return the words for a state."""
    return _words()[state]


def doubt_sentence() -> str:
    """Say of an order whose sender's device has two faces what that means for the money."""
    return _(
        "The device that sends this order signed two different records for one place, so what it says counts no more. "
        "The payment may have been sent all the same, and may have been sent twice. Ask the bank before you pay it "
        "anew."
    )


def state_word(state: str) -> str:
    """Return the word for a line of history: of an order, of an entry or a payment elsewhere; others as they are."""
    entries = {
        "booked": _("Booked"),
        "pending": _("Pending"),
        "elsewhere": _("Made elsewhere"),
        "handed_over": _("Handed over"),
        "partly_signed": _("Signature missing"),
    }
    if state in OrderState._value2member_map_:
        return state_words(OrderState(state)).word
    return entries.get(state, state)


def state_tone(state: str) -> str:
    """Return the tone for a line of history."""
    if state in OrderState._value2member_map_:
        return state_words(OrderState(state)).tone
    return {"handed_over": "info", "partly_signed": "warn"}.get(state, "neutral")


def _words() -> dict[OrderState, StateWords]:
    return {
        OrderState.PREPARED: StateWords(
            _("To be approved"), _("Nothing was sent. The order waits for its approval."), "info"
        ),
        OrderState.APPROVED: StateWords(_("Approved"), _("It is approved. Nothing was sent yet."), "info"),
        OrderState.STOPPED: StateWords(_("Stopped"), _("It was stopped before anything was sent."), "neutral"),
        OrderState.INTENDED: StateWords(
            _("Going to the bank"), _("The order is on its way to the bank. Nothing is authorised."), "info"
        ),
        OrderState.INITIATED: StateWords(
            _("At the bank"), _("The bank holds the order and waits for your confirmation."), "info"
        ),
        OrderState.AUTHORISING: StateWords(
            _("To be confirmed"), _("The bank waits for your code. No money has moved."), "warn"
        ),
        OrderState.ANSWERING: StateWords(
            _("Confirming"), _("Your code is on its way to the bank. From now on only the bank can say."), "info"
        ),
        OrderState.UNKNOWN: StateWords(
            _("Outcome unknown"),
            _("The bank's answer was lost: the money may have left. Nothing is sent again; we ask the bank."),
            "danger",
        ),
        OrderState.ACCEPTED: StateWords(
            _("Accepted"), _("The bank accepted the payment and carries it out. It is not settled yet."), "info"
        ),
        OrderState.CANCELLING: StateWords(
            _("Being cancelled"), _("You asked the bank to cancel it. Its answer is not there yet."), "warn"
        ),
        OrderState.SETTLED: StateWords(
            _("Settled"), _("The bank says that the payment is settled: the money left your account."), "ok"
        ),
        OrderState.REJECTED: StateWords(_("Rejected"), _("The bank rejected the payment. No money left."), "danger"),
        OrderState.CANCELLED: StateWords(_("Cancelled"), _("The payment was cancelled. No money left."), "neutral"),
        OrderState.ABANDONED: StateWords(
            _("Given up"), _("The order was given up before the bank could carry it out."), "neutral"
        ),
    }
