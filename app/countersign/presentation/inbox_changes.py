"""What changed since the last payment to a payee: compared field by field, with the differences marked."""

from __future__ import annotations

from collections.abc import Callable

from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.payee import DetailsSource
from countersign.presentation.formats import iban_text, money_text
from countersign.presentation.inbox_facts import Facts, Whole
from countersign.presentation.inbox_state import ChangeRow, Changes, PaymentBar, PaymentsChart
from countersign.presentation.inbox_words import call_back_text, source_text
from countersign.presentation.messages import _, language, ngettext


def changes_of(found: Whole, day: Callable[[int], str]) -> Changes:
    """Compare an order with the last payment to its payee.

    Args:
        found: Everything about the order.
        day: Writes the day of a time.
    """
    facts = found.facts
    if not facts.before:
        return Changes(_("Nothing was paid to this payee before"), _first(facts), has_before=False)
    title = _("What changed since the last payment on {date}").format(date=day(facts.before[0].at))
    return Changes(title, _compared(found), has_before=True)


def _compared(found: Whole) -> tuple[ChangeRow, ...]:
    facts, last = found.facts, found.facts.before[0]
    payment, tag = facts.record.content.payment, language()
    same_name = last.counterparty == payment.creditor_name
    same_account = not facts.account_changed
    before, now = money_text(-last.amount, tag), money_text(payment.instructed_amount, tag)
    paid = [-row.amount.minor for row in facts.before if row.amount.currency == payment.instructed_amount.currency]
    unusual = not paid or payment.instructed_amount.minor > max(paid)
    rows = [
        ChangeRow(
            "payee", _("Payee"), last.counterparty, _same() if same_name else payment.creditor_name,
            changed=not same_name,
        ),
        ChangeRow(
            "account", _("Account"), iban_text(last.counterparty_account),
            _same() if same_account else iban_text(payment.creditor_account), changed=not same_account, ltr=True,
        ),
        ChangeRow("amount", _("Amount"), before, now, changed=unusual, ltr=True),
        ChangeRow("reference", _("Reference"), last.reference or _("None"), payment.remittance or _("None")),
        _source_row(found),
    ]  # fmt: skip
    if facts.wants_call_back or facts.called_back:
        rows.append(_call_row(facts, found.last))
    return tuple(rows)


def _first(facts: Facts) -> tuple[ChangeRow, ...]:
    payment = facts.record.content.payment
    source = facts.details.source if facts.details else None
    rows = [
        ChangeRow("payee", _("Payee"), "", payment.creditor_name),
        ChangeRow("account", _("Account"), "", iban_text(payment.creditor_account), changed=True, ltr=True),
        ChangeRow("amount", _("Amount"), "", money_text(payment.instructed_amount, language()), ltr=True),
        ChangeRow("reference", _("Reference"), "", payment.remittance or _("None")),
        ChangeRow("source", _("Details from"), "", source_text(source), changed=_is_weak(source)),
    ]
    if facts.wants_call_back or facts.called_back:
        rows.append(_call_row(facts, None))
    return tuple(rows)


def _source_row(found: Whole) -> ChangeRow:
    facts = found.facts
    source = facts.details.source if facts.details else None
    then = _source_then(facts, found.last)
    before, now = source_text(then), source_text(source)
    differs = facts.account_changed or (then is not None and then is not source)
    return ChangeRow("source", _("Details from"), before, now, changed=differs and _is_weak(source))


def _source_then(facts: Facts, last: OrderRecord | None) -> DetailsSource | None:
    """Say where the details came from that the last payment used: of its own version, or of one with its account."""
    versions = facts.payee.versions if facts.payee else ()
    if last is not None:
        return next((item.details.source for item in versions if item.event == last.content.payee_version), None)
    account = facts.before[0].counterparty_account
    return next((item.details.source for item in versions if item.details.account == account), None)


def _is_weak(source: DetailsSource | None) -> bool:
    return source in {DetailsSource.EMAIL, DetailsSource.MESSAGE, DetailsSource.PHONE_CALL, None}


def _call_row(facts: Facts, last: OrderRecord | None) -> ChangeRow:
    answers = [answer for _code, answer, _path in last.interventions] if last is not None else []
    then = next((call_back_text(answer) for answer in reversed(answers) if call_back_text(answer)), "")
    now = call_back_text(facts.called_back)
    return ChangeRow("call_back", _("Call-back"), then or _("Not on record"), now or _("Not done yet"), changed=not now)


def _same() -> str:
    return _("Same")


def chart_of(facts: Facts, day: Callable[[int], str]) -> PaymentsChart | None:
    """Show the last payments to this payee in its currency beside this one; None where there were fewer than two."""
    amount, tag = facts.record.content.payment.instructed_amount, language()
    paid = [row for row in reversed(facts.before) if row.amount.currency == amount.currency]
    if len(paid) < 2:  # noqa: PLR2004 - one bar beside another tells nothing
        return None
    bars = [PaymentBar(-row.amount.minor, day(row.at), money_text(-row.amount, tag)) for row in paid]
    bars.append(PaymentBar(amount.minor, _("This payment"), money_text(amount, tag), highlight=True))
    title = ngettext(
        "The last {count} payment to this payee, and this one",
        "The last {count} payments to this payee, and this one",
        len(paid),
    ).format(count=len(paid))
    largest = max(paid, key=lambda row: -row.amount.minor)
    spoken = _("{title}. The largest before was {largest}; this one is {amount}.").format(
        title=title, largest=money_text(-largest.amount, tag), amount=money_text(amount, tag)
    )
    return PaymentsChart(title, spoken, tuple(bars))
