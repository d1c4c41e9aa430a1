"""The words of the lessons, by the codes of ``domain.guidance.lessons``. Written here; nobody else's text."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.presentation.messages import _


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the example message: ``number`` stands beside it, ``note`` says what to see."""

    number: int
    note: str


@dataclass(frozen=True, slots=True)
class ExampleLine:
    """A line of the example message; ``mark`` is 0 where there is nothing to point at."""

    label: str
    text: str
    mark: int = 0


@dataclass(frozen=True, slots=True)
class ExampleMessage:
    """A made-up message with what gives it away."""

    title: str
    lines: tuple[ExampleLine, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class PageText:
    """A page to read: a heading, paragraphs, points, and perhaps an example."""

    heading: str
    paragraphs: tuple[str, ...]
    points: tuple[str, ...] = ()
    example: ExampleMessage | None = None


@dataclass(frozen=True, slots=True)
class LessonText:
    """A lesson's words. Questions and choices by their codes."""

    title: str
    about: str
    pages: dict[str, PageText]
    questions: dict[str, str]
    choices: dict[str, str]
    whys: dict[str, str]


def lesson_text(lesson: str) -> LessonText:
    """Return a lesson's words.

    Raises:
        KeyError: Nobody wrote any.
    """
    return {"invoice_redirection": _invoice_redirection}[lesson]()


def _invoice_redirection() -> LessonText:
    return LessonText(
        title=_("The invoice that changed its account"),
        about=_("How real invoices are turned to a thief's account, and the one habit that stops it."),
        pages={
            "how_it_starts": PageText(
                _("It starts with a real bill"),
                (
                    _(
                        "You owe money to somebody you know: a builder, a solicitor, a supplier. The work is real, "
                        "the amount is right, and you are waiting for the invoice."
                    ),
                    _(
                        "Weeks before, a thief got into a mailbox: theirs or yours. He reads along, quietly. He knows "
                        "who pays whom, how much, when, and how each of you writes."
                    ),
                    _(
                        "Then, on the right day, one message arrives. Everything in it is true, except the account "
                        "number."
                    ),
                ),
            ),
            "what_you_see": PageText(
                _("What you see"),
                (_("This is how such a message looks. Look at the three marks."),),
                example=_invoice_message(),
            ),
            "why_it_works": PageText(
                _("Why careful people fall for it"),
                (
                    _("It asks for nothing strange. You meant to pay, and you do pay: only to another account."),
                    _("Three checks feel like safety and are none:"),
                ),
                (
                    _("Answering the message. If the mailbox is his, he answers."),
                    _("Calling the number in it. It rings on his desk, and a friendly voice confirms everything."),
                    _("A name that matches. It says who holds that account, not who gave you its number."),
                ),
            ),
            "the_one_habit": PageText(
                _("The one habit that stops it"),
                (
                    _(
                        "When an account is new or has changed, call the payee before you pay: on a number that you "
                        "had before the message came."
                    ),
                    _(
                        "Take it from the signed contract, an old letter, or your own address book. Ask them to read "
                        "the account number to you. Compare the last four digits aloud."
                    ),
                    _("A real payee is glad about the call. It takes three minutes."),
                ),
            ),
            "if_it_happened": PageText(
                _("If it happened already"),
                (
                    _(
                        "Call your bank at once, on the number on your card or contract, and say the word “recall”. "
                        "Money often rests for some hours in the first account it reaches; after that it is spread "
                        "quickly."
                    ),
                    _("Then tell the police, and the real payee: others may be about to pay the same account."),
                    _("You did nothing foolish: these are professionals. Whoever reports it protects the next one."),
                ),
                (
                    _("Within minutes: your bank"),
                    _("The same day: the police, with the message kept as it came"),
                    _("Then: change the passwords of the mailboxes concerned"),
                ),
            ),
        },
        questions={
            "supplier_writes_new_account": _(
                "A supplier you have paid for years writes: “Our account has changed, use this one.” What do you do?"
            ),
            "number_in_the_signature": _("The message has a phone number in its signature. Which number do you call?"),
            "bank_says_names_match": _("The bank says: name and account match. The account is new to you. And now?"),
            "pay_today_or_lose_it": _("“Pay by four o'clock, or the house goes to somebody else.” What do you do?"),
            "you_already_paid": _("You paid an hour ago, and now you doubt it. What comes first?"),
        },
        choices={
            "pay_the_new_account": _("Pay to the new account: I know them well"),
            "reply_and_ask": _("Answer the message and ask whether it is right"),
            "call_known_number": _("Call them on a number I had before"),
            "call_it_at_once": _("The one in the message: it is at hand"),
            "use_number_from_contract": _("The one in my contract or address book"),
            "ask_for_another_number": _("I ask by e-mail for another number"),
            "safe_to_pay": _("It is safe, I pay"),
            "still_call_back": _("I still call the payee first"),
            "pay_half_first": _("I pay half and see whether it arrives"),
            "pay_now": _("Pay now, and check afterwards"),
            "pay_a_part": _("Pay a small part to gain time"),
            "wait_and_check": _("Check first, even if it gets later than four"),
            "wait_for_an_answer": _("Write to the payee and wait for an answer"),
            "call_your_bank_now": _("Call my bank now"),
            "write_to_the_payee": _("Send the payee a copy of the transfer"),
        },
        whys={
            "the_mailbox_may_be_theirs": _(
                "Whoever changed the account may be reading the mailbox. A call on an old number goes past him."
            ),
            "forgers_answer_their_own_phone": _(
                "A number from the message leads to whoever wrote it. Only a number you already had is worth a call."
            ),
            "a_match_names_the_holder_only": _(
                "A match says that this name holds that account. Thieves open accounts in fitting names, so it does "
                "not say that your payee sent you the number."
            ),
            "hurry_is_the_tool": _(
                "Hurry is how thieves keep you from calling. A deal that ends because of a three-minute call was none."
            ),
            "the_first_hours_count": _(
                "A bank can often stop or recall money in the first hours, and seldom after a day. Everything else can "
                "wait."
            ),
        },
    )


def _invoice_message() -> ExampleMessage:
    return ExampleMessage(
        title=_("A message as it arrives"),
        lines=(
            ExampleLine(_("From"), "Nordholm Joinery"),
            ExampleLine("", "accounts@nordho1m-joinery.example", 1),
            ExampleLine(_("Subject"), _("Invoice 2214: kitchen, second part"), 0),
            ExampleLine("", _("Dear customer,"), 0),
            ExampleLine("", _("thank you for the visit on Tuesday. Here is the invoice for the second part."), 0),
            ExampleLine("", _("Because of a tax audit our usual account is closed for payments. Use this one:"), 2),
            ExampleLine("", "LT30 9999 1000 1234 5678", 2),
            ExampleLine("", _("The fitters are booked for Thursday, so the money must be here tomorrow."), 3),
            ExampleLine("", _("With kind regards, Maren Nordholm"), 0),
        ),
        marks=(
            Mark(1, _("The sender is nearly right: a figure 1 stands where the letter l should be.")),
            Mark(2, _("A new account, with a reason that can't be checked. This alone is enough to stop and call.")),
            Mark(3, _("Hurry. It is there so that nobody has the time to call.")),
        ),
    )
