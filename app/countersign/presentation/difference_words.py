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
    booked = _("Your statement of {day}: {amount}, {text}").format(
        day=isolate(day_text(found.at, zone)), amount=amount, text=found.entry_text or _("nothing else said")
    )
    facts = (booked, _("Your order: {amount}").format(amount=expected))
    other = Option(OTHER, _("Something else"), _("Write it in your own words below."))
    return DifferenceWords(title, facts, advice, (*answers, other), tone)


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
            _("Amount, account and day fit an open order, but nothing else names it. Look at both and say whether."),
            (
                Option(SAME, _("Yes, it is this payment"), _("The order is then settled by this entry.")),
                Option("another", _("No, it is another payment of mine")),
                Option("unknown", _("I don't know this payment"), _("Call your bank at once on a number you have.")),
            ),
            "info",
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
