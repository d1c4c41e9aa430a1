"""Differences between statements and orders in words: what is the matter, what to do, and how it can be closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from countersign.application.use_cases.differences import SAME, Difference
from countersign.domain.money import Money
from countersign.domain.settlement import Code
from countersign.presentation.formats import isolate, money_text
from countersign.presentation.messages import _, language
from countersign.presentation.transfer_desk import Option, day_text

OTHER: Final = "other"
"""The answer that is given in words of one's own."""


_BY_REPORT: Final = frozenset({Code.HELD_ALREADY, Code.REFUSED_UNSENT})


@dataclass(frozen=True, slots=True)
class DifferenceWords:
    """A difference as a task.

    Attributes:
        facts: What the bank's entry says and what was ordered, as sentences.
        advice: What to do.
        answers: How it can be closed; *other* asks for words of one's own.
    """

    title: str
    facts: tuple[str, ...]
    advice: str
    answers: tuple[Option, ...]
    tone: str


def difference_words(found: Difference, zone: tzinfo) -> DifferenceWords:
    """Put a difference into words."""
    title, advice, answers, tone = _texts()[found.code]
    amount, expected = (isolate(money_text(_whole(money), language())) for money in (found.amount, found.expected))
    if found.code in _BY_REPORT:
        said = _("Your bank's status report: {status}").format(status=isolate(found.entry_text))
    else:
        said = _("Your statement of {day}: {amount}, {text}").format(
            day=isolate(day_text(found.at, zone)), amount=amount, text=found.entry_text or _("nothing else said")
        )
    facts = (said, _("Your order: {amount}").format(amount=expected))
    other = Option(OTHER, _("Something else"), _("Write it in your own words below."))
    return DifferenceWords(title, facts, advice, (*answers, other), tone)


def asks_for_words(found: Difference, answer: str) -> bool:
    """Tell whether an answer needs words of one's own beside it."""
    return answer == OTHER or (answer == SAME and found.code is Code.AMOUNT_DIFFERS)


def difference_title(found: Difference) -> str:
    """Name a difference in a few words."""
    return _texts()[found.code][0]


def _whole(money: Money) -> Money:
    """Leave the direction out: the words say what left."""
    return Money(abs(money.minor), money.currency)


def _texts() -> Mapping[Code, tuple[str, str, tuple[Option, ...], str]]:
    return {
        Code.AMOUNT_DIFFERS: (
            _("Another amount left than you ordered"),
            _("Compare both with your bank. A fee can be taken from it; anything else your bank must explain."),
            (
                Option("fee", _("A fee of the bank is in it")),
                Option("bank_asked", _("I asked my bank, and it looks into it")),
                Option("agreed", _("It is right: I changed it at my bank")),
                Option(
                    SAME,
                    _("It is this payment all the same"),
                    _("Say why below. The order is then settled by this entry."),
                ),
            ),
            "warn",
        ),
        Code.PAYEE_DIFFERS: (
            _("The money went to another account than you ordered"),
            _(
                "Compare both accounts. A bank may write the payee's account in another way; if it is another account, "
                "call your bank now, on a number you already have."
            ),
            (
                Option(SAME, _("It is the payee's account"), _("The order is then settled by this entry.")),
                Option("bank_asked", _("I asked my bank, and it looks into it")),
            ),
            "danger",
        ),
        Code.PAID_TWICE: (
            _("It seems to be paid twice"),
            _("Call your bank now and ask it to recall the second one. Tell the payee, on a number you already have."),
            (
                Option("asked_back", _("I asked for one of them back")),
                Option("wanted", _("I meant to pay twice")),
            ),
            "danger",
        ),
        Code.CONTRADICTION: (
            _("Money left for an order that had ended"),
            _(
                "Presume that the money is gone. Call your bank on a number you already have, and say which order "
                "it is."
            ),
            (
                Option("carried", _("I had taken it to the bank after all")),
                Option("bank_asked", _("I asked my bank, and it looks into it")),
            ),
            "danger",
        ),
        Code.PERHAPS_OURS: (
            _("This entry may be your payment"),
            _("It fits an open order, but not all that has to agree is said. Look at both and say whether it is."),
            (
                Option(SAME, _("Yes, it is this payment"), _("The order is then settled by this entry.")),
                Option("another", _("No, it is another payment of mine")),
                Option("unknown", _("I don't know this payment"), _("Call your bank at once on a number you have.")),
            ),
            "info",
        ),
        Code.RETURN_WAITS: (
            _("Money came back for an order that has not settled here"),
            _(
                "No statement has shown yet that the money left. Bring in the statement of the days before; the return "
                "is then put on record by itself."
            ),
            (
                Option("never_left", _("The money never left my account")),
                Option("bank_asked", _("I asked my bank, and it looks into it")),
            ),
            "warn",
        ),
        Code.PERHAPS_RETURNED: (
            _("Your payment may have come back"),
            _("The payee's account sent you the very amount that you had paid. Look at both and say whether it is."),
            (
                Option(SAME, _("Yes, this payment came back"), _("That is then put on record with the order.")),
                Option("another", _("No, it is another payment to me")),
            ),
            "warn",
        ),
        Code.HELD_ALREADY: (
            _("Your bank holds another payment with this name"),
            _(
                "It refused a copy, so it has taken the first one. Don't hand it in again: look in the bank's app, or "
                "wait for the statement."
            ),
            (
                Option("twice", _("I had handed the same file in twice")),
                Option("bank_asked", _("I asked my bank, and it looks into it")),
            ),
            "danger",
        ),
        Code.REFUSED_UNSENT: (
            _("Refused, and you have not said that you handed it over"),
            _(
                "The file says that your bank refused or cancelled this payment. If you did hand it over, say so on "
                "the order's page and bring the file in again. If you didn't, find out who did."
            ),
            (
                Option("not_mine", _("I did not hand it over")),
                Option("bank_asked", _("I asked my bank, and it looks into it")),
            ),
            "danger",
        ),
        Code.RETURNED_IN_PART: (
            _("Less came back than was paid"),
            _("Banks may keep a fee for a return. Ask yours what became of the rest."),
            (
                Option("fee", _("The bank kept a fee")),
                Option("bank_asked", _("I asked my bank, and it looks into it")),
            ),
            "warn",
        ),
    }
