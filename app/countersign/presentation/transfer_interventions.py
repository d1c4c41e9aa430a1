"""The two interruptions: what each says, its one question, and what an answer leads to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from countersign.domain.guidance import INTERVENTIONS
from countersign.presentation.messages import _
from countersign.presentation.transfer_desk import Option


@dataclass(frozen=True, slots=True)
class InterruptionState:
    """One interruption page.

    Attributes:
        icon: Name of its one picture.
        safe_action: Words of the primary button.
    """

    code: str
    icon: str
    heading: str
    paragraphs: tuple[str, ...]
    question: str
    answers: tuple[Option, ...]
    answer: str
    safe_action: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class HaltState:
    """Where an answer or a hard stop led: the transfer goes no further now.

    Attributes:
        may_answer_again: The question can be asked again, once the payee was called.
        offers_freeze: Stopping all new payments is offered at once.
        held: Until when nothing can be changed, as a sentence; empty where nothing holds it.
    """

    icon: str
    heading: str
    points: tuple[str, ...]
    may_answer_again: bool
    offers_freeze: bool
    held: str = ""


def interruption(code: str, answer: str, *, payee: str, fault: str) -> InterruptionState:
    """Word an intervention; ``payee`` is untrusted text."""
    words = _redirection if code == "invoice_redirection" else _safe_account
    icon, heading, paragraphs, question, safe = words(payee)
    given = INTERVENTIONS[code].answers
    answers: tuple[Option, ...] = tuple(Option(item.code, _answer_text(item.code)) for item in given)
    return InterruptionState(code, icon, heading, paragraphs, question, answers, answer, safe, fault)


def call_back_first(payee: str) -> HaltState:
    """Say how to call back."""
    return HaltState(
        icon="call-back",
        heading=_("Call {payee} first").format(payee=payee),
        points=(
            _("Nothing was sent. Your draft is kept."),
            _("Use a number you had before: from a contract, a card or an older letter. Not one from this message."),
            _("Have them read the account number to you, digit by digit."),
        ),
        may_answer_again=True,
        offers_freeze=False,
    )


def hang_up() -> HaltState:
    """Say that somebody is probably being robbed, and what to do at once."""
    return HaltState(
        icon="phone",
        heading=_("Stopped: this is how people are robbed"),
        points=(
            _("You did the right thing by stopping. Nothing was sent."),
            _("Hang up now. Banks and police never ask anybody to move money."),
            _("Call your bank on the number on your card."),
            _("You can stop all new payments of this program at once; the bank knows nothing of that stop."),
        ),
        may_answer_again=True,
        offers_freeze=True,
    )


def stopped(held: str) -> HaltState:
    """Say that the transfer rests, and until when."""
    return HaltState(
        icon="stop",
        heading=_("Stopped for today"),
        points=(
            _("You did the right thing by stopping. Nothing was sent, and your draft is kept."),
            _("Hurry is what swindlers need. A real payee can wait until tomorrow."),
            _("Talk it over with somebody you trust before you come back."),
        ),
        may_answer_again=False,
        offers_freeze=False,
        held=held,
    )


_Wording: TypeAlias = tuple[str, str, tuple[str, ...], str, str]


def _redirection(payee: str) -> _Wording:
    return (
        "mail",
        _("Somebody may have put their own account on this invoice"),
        (
            _("Thieves read along in e-mail and send a real invoice again with a new account."),
            _("The only sure way to know is a call to a number you already had."),
        ),
        _("How did you confirm that this account is that of {payee}?").format(payee=payee),
        _("Stop and call them"),
    )


def _safe_account(_payee: str) -> _Wording:
    return (
        "incident",
        _("Nobody honest asks you to move money to keep it safe"),
        (
            _("Banks and police never ask you to move money, to hurry, or to keep a payment secret."),
            _("Whoever does is stealing it, however much they know about you."),
        ),
        _("Whose idea was this payment?"),
        _("Hang up and stop"),
    )


def _answer_text(code: str) -> str:
    texts = {
        "not_confirmed": _("I did not confirm it"),
        "they_wrote_it": _("They wrote it to me"),
        "called_number_from_the_message": _("I called the number in the message or invoice"),
        "called_known_number": _("I called a number I had before, and they read it to me"),
        "in_person": _("They gave it to me in person"),
        "pressed_to_hurry": _("I was told that there is no time to check"),
        "bank_or_police_called": _("Somebody from the bank, the police or an authority called me"),
        "someone_is_on_the_phone": _("Somebody is on the phone with me now"),
        "told_to_keep_it_secret": _("I was told to keep it secret, or what to answer here"),
        "someone_met_online": _("Somebody I know only from the internet"),
        "nobody_my_own_decision": _("Mine alone, and nobody asked me for it"),
        "someone_met_in_person": _("Somebody I have met in person asked me for it"),
    }
    return texts.get(code, code)
