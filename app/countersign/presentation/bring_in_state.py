"""What the page for statements and status files shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from countersign.application.use_cases.import_bank_file import ImportedAccount
from countersign.application.use_cases.settle_entries import OrderNews
from countersign.domain.accounts import grouped
from countersign.presentation.difference_words import DifferenceWords
from countersign.presentation.formats import isolate, money_text
from countersign.presentation.messages import _, language, ngettext
from countersign.presentation.return_reasons import reason_text


@dataclass(frozen=True, slots=True)
class AccountLine:
    """What a file said of one account; ``warning`` where the statement doesn't agree with itself."""

    number: str
    text: str
    balances: str
    warning: str


@dataclass(frozen=True, slots=True)
class NewsLine:
    """What became known of one order, and by which rule it was found."""

    order: str
    title: str
    chip: str
    tone: str
    reason: str
    rule: str


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a file.

    Attributes:
        unknown: Accounts that were not added, each as (number, how it is written).
        notes: What else is to be said.
    """

    title: str
    tone: str
    accounts: tuple[AccountLine, ...]
    news: tuple[NewsLine, ...]
    unknown: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DifferenceCard:
    """A difference that waits; ``answer`` is what was chosen, ``fault`` what is missing.

    ``asks_words``: whether the answer needs words of one's own.
    """

    key: str
    order: str
    words: DifferenceWords
    answer: str
    fault: str
    asks_words: bool = False


@dataclass(frozen=True, slots=True)
class BringInState:
    """What the page shows.

    Attributes:
        busy: What is being done, in words; ``done`` of ``total`` bytes.
        report: What came of the last file; None before one.
    """

    heading: str
    lead: str
    busy: str = ""
    done: int = 0
    total: int = 0
    problem: str = ""
    report: Report | None = None
    differences: tuple[DifferenceCard, ...] = ()


class BringInView(Protocol):
    """The page."""

    def show_state(self, state: BringInState) -> None:
        """Show the state."""


def account_line(found: ImportedAccount) -> AccountLine:
    """Say what a file said of one account."""
    entries = ngettext("{count} entry", "{count} entries", found.entries).format(count=found.entries)
    new = ngettext("{count} of them is new", "{count} of them are new", found.new).format(count=found.new)
    text = _("{entries}; {new}.").format(entries=entries, new=new)
    balances = ""
    if found.opening is not None and found.closing is not None:
        balances = _("Balance before: {opening}. Balance after: {closing}.").format(
            opening=isolate(money_text(found.opening, language())),
            closing=isolate(money_text(found.closing, language())),
        )
    elif found.closing is not None:
        balances = _("Balance: {closing}.").format(closing=isolate(money_text(found.closing, language())))
    warnings = {
        "balance": _("The entries don't add up to the balance after. Ask your bank for a complete statement."),
        "currency": _("Part of it is in another currency than the account's, and was left out."),
        "count": _("The number of entries is not the one that the statement names. It may be cut."),
        "sum": _("The sum of the entries is not the one that the statement names. It may be cut."),
    }
    warning = " ".join(warnings.get(code, code) for code in found.differences)
    return AccountLine(isolate(grouped(found.iban)), text, balances, warning)


def news_line(found: OrderNews) -> NewsLine:
    """Say what became known of one order."""
    amount = isolate(money_text(found.amount, language()))
    word, tone = status_words(found.status)
    return NewsLine(
        order=found.order,
        title=_("{amount} to {payee}").format(amount=amount, payee=found.creditor_name),
        chip=word,
        tone=tone,
        reason=reason_text(found.reason),
        rule=rule_text(found.rule),
    )


def rule_text(rule: str) -> str:
    """Say how an entry was found to belong to an order."""
    return {
        "end_to_end": _("Found by its end-to-end number."),
        "account_amount_date": _("Found by account, amount and day; no other order fits."),
        "person": _("You said that it is this payment."),
        "pain.002": _("Your bank's status report names it."),
        "pain.002.told": _("Your bank's status report names it. The bank itself is asked; the report moves nothing."),
        "camt.029": _("Your bank's answer to your request names it. Only a statement shows whether the money is back."),
    }.get(rule, rule)


def status_words(status: str) -> tuple[str, str]:
    """Name an ISO 20022 status of a payment, and its tone; an unknown one as it is."""
    words: Mapping[str, tuple[str, str]] = {
        "ACSC": (_("Settled"), "ok"),
        "ACCC": (_("Arrived"), "ok"),
        "ACSP": (_("Accepted"), "info"),
        "ACTC": (_("Accepted"), "info"),
        "ACCP": (_("Accepted"), "info"),
        "ACFC": (_("Accepted"), "info"),
        "ACWC": (_("Accepted with a change"), "warn"),
        "PATC": (_("To be confirmed at the bank"), "warn"),
        "RCVD": (_("Received by the bank"), "info"),
        "PDNG": (_("Pending"), "info"),
        "RJCT": (_("Rejected"), "danger"),
        "CANC": (_("Cancelled"), "neutral"),
        "ACCR": (_("Request accepted"), "info"),
        "PACR": (_("Request partly accepted"), "warn"),
        "PDCR": (_("Request pending"), "info"),
        "RJCR": (_("Request refused"), "danger"),
        "RETURNED": (_("Came back"), "danger"),
        "RCVC": (_("Name matches"), "ok"),
        "RVMC": (_("Name is similar"), "warn"),
        "RVNM": (_("Name does not match"), "danger"),
        "RVNA": (_("Name could not be checked"), "warn"),
    }
    return words.get(status, (status, "neutral"))
