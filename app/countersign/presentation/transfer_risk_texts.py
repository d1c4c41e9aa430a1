"""What the scorecard found, in sentences with their numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from countersign.domain.money import Money
from countersign.domain.risk import Assessment, ConfidenceLevel, HardStop, Params, Reason
from countersign.presentation.formats import decimal_mark, isolate, money_text, number_text, percent_text, times_text
from countersign.presentation.messages import _, language, ngettext

SHOWN_REASONS = 3


@dataclass(frozen=True, slots=True)
class ChartBar:
    """One payment in the picture: its minor units, what it was, and the amount in words."""

    value: int
    label: str
    text: str
    highlight: bool = False


@dataclass(frozen=True, slots=True)
class ChartState:
    """The last payments and this one; ``sentence`` says the same to those who can't see it."""

    title: str
    sentence: str
    usual: str
    bars: tuple[ChartBar, ...]


def top_reasons(assessment: Assessment, currency: str) -> tuple[str, ...]:
    """Say the heaviest reasons, at most three."""
    return tuple(reason_text(reason, currency) for reason in assessment.reasons[:SHOWN_REASONS])


def reason_text(reason: Reason, currency: str) -> str:
    """Say one reason."""
    words = _REASONS.get(reason.code)
    return words(reason.params, currency) if words else _("A rule fired: {code}.").format(code=reason.code)


def stop_text(stop: HardStop) -> str:
    """Say why an order may not be sent."""
    if stop.code == "name_check_no_match":
        return _("The bank says that this account does not belong to this name.")
    return _("A rule stops this payment: {code}.").format(code=stop.code)


def lower_texts(codes: Sequence[str]) -> tuple[str, ...]:
    """Say what would make a payment safer."""
    texts = {
        "call_back": _("Call the payee on a number you already had."),
        "wait": _("Wait a day: real payees can."),
        "use_bank_name": _("Use the name that the bank has."),
        "smaller_amount": _("Send a smaller part first and ask whether it arrived."),
        "use_known_payee": _("Pay the account you have paid before."),
        "check_name": _("Have the bank check the name again."),
        "usual_time": _("Send it in the daytime."),
    }
    return tuple(texts[code] for code in codes if code in texts)


def confidence_text(assessment: Assessment) -> str:
    """Say how much history stands behind it."""
    n = assessment.confidence.n
    if assessment.confidence.level is ConfidenceLevel.LOW:
        return ngettext(
            "We know only {n} payment of yours, so this can miss things.",
            "We know only {n} payments of yours, so this can miss things.",
            n,
        ).format(n=n)
    return ngettext("Compared with {n} payment of yours.", "Compared with {n} payments of yours.", n).format(n=n)


def chart(paid: Sequence[tuple[str, Money]], this: Money, *, this_label: str) -> ChartState:
    """Show this payment beside the last ones.

    Args:
        paid: Day and amount of past payments, oldest first.
        this: The payment in question.
        this_label: What the table calls it.
    """
    tag = language()
    bars = [ChartBar(amount.minor, day, number_text(amount, tag)) for day, amount in paid]
    bars.append(ChartBar(this.minor, this_label, number_text(this, tag), highlight=True))
    middle = sorted(amount.minor for _, amount in paid)[len(paid) // 2] if paid else 0
    usual = f"≈ {_rounded(Money(middle, this.currency), tag)}" if middle else ""
    title = ngettext("Your last payment and this one", "Your last {count} payments and this one", len(paid)).format(
        count=len(paid)
    )
    spoken = _("{title}. This one is {amount}.").format(title=title, amount=money_text(this, tag))
    if middle:
        spoken += " " + _("The usual one is {amount}.").format(amount=money_text(Money(middle, this.currency), tag))
    return ChartState(title if paid else _("Your first payment from here"), spoken, usual, tuple(bars))


def _rounded(money: Money, tag: str) -> str:
    """Write an amount with two significant digits and no decimals."""
    units = money.minor // 10**money.exponent
    step = 10 ** max(len(str(units)) - 2, 0)
    whole = Money((units + step // 2) // step * step * 10**money.exponent, money.currency)
    return number_text(whole, tag).rpartition(decimal_mark(tag))[0] or number_text(whole, tag)


# — one sentence for each reason; params are the scorecard's —


def _money(params: Params, name: str, currency: str) -> str:
    return isolate(money_text(Money(int(params[name]), currency), language()))


def _changed(params: Params, _currency: str) -> str:
    hours = int(params["hours"])
    if hours < 1:
        return _("The account of this payee was changed just now.")
    return ngettext(
        "The account of this payee was changed {hours} hour ago.",
        "The account of this payee was changed {hours} hours ago.",
        hours,
    ).format(hours=hours)


def _far_above(params: Params, currency: str) -> str:
    return _("This is {times} your usual amount of {usual}.").format(
        times=times_text(int(params["times"]), language()), usual=_money(params, "usual_minor", currency)
    )


def _above_payee(params: Params, currency: str) -> str:
    return _("This is {times} the most you ever paid them, {largest}.").format(
        times=times_text(int(params["times"]), language()), largest=_money(params, "largest_minor", currency)
    )


def _drains(params: Params, _currency: str) -> str:
    percent = percent_text(int(params["percent"]), language())
    return _("It takes {percent} of what is in this account.").format(percent=percent)


def _script(params: Params, _currency: str) -> str:
    return {
        "safe_account": _("The reference speaks of a safe account. No bank and no police force has one."),
        "new_details": _("The reference speaks of new bank details."),
    }.get(str(params["topic"]), _("The reference has words that swindlers often have people write."))


def _velocity(params: Params, _currency: str) -> str:
    count = int(params["count"])
    return ngettext(
        "You already made {count} payment in the last 24 hours.",
        "You already made {count} payments in the last 24 hours.",
        count,
    ).format(count=count)


_REASONS: Mapping[str, Callable[[Params, str], str]] = {
    "name_check_no_match": lambda _p, _c: _("The bank says that the account belongs to somebody else."),
    "close_match": lambda _p, _c: _("The name is only nearly the one that the bank has."),
    "name_check_not_done": lambda _p, _c: _("The bank was not asked about this name."),
    "name_check_not_possible": lambda _p, _c: _("The bank could not say whose account this is."),
    "first_payment": lambda _p, _c: _("This is your first payment to this account."),
    "account_changed": _changed,
    "details_by_email": lambda _p, _c: _("The account details came by e-mail."),
    "details_by_message": lambda _p, _c: _("The account details came in a message."),
    "details_by_phone": lambda _p, _c: _("Somebody gave you the account details on the phone."),
    "far_above_usual": _far_above,
    "above_payee_usual": _above_payee,
    "look_alike": lambda p, _c: _("The name is nearly that of {name}, whom you know.").format(name=p["name"]),
    "same_name_new_account": lambda _p, _c: _("You know this name with another account."),
    "same_account_other_name": lambda _p, _c: _("You know this account under another name."),
    "own_name_new_account": lambda _p, _c: _("It goes to a new account in your own name."),
    "on_its_way": lambda _p, _c: _("You have a payment like this on its way: the same account, the same amount."),
    "drains_account": _drains,
    "remittance_script": _script,
    "odd_hour": lambda p, _c: _("You hardly ever pay at this hour ({hour}:00).").format(hour=p["hour"]),
    "velocity": _velocity,
}
