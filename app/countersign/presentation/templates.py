"""Payments that are kept to be repeated, each with what changed since the last time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from countersign.application.flows.script import on_read, on_vault, run_script
from countersign.application.session import Session
from countersign.application.use_cases.templates import TemplateFacts, draft_of_template, drop_template, templates
from countersign.domain.payee import VopOutcome
from countersign.presentation.error_texts import words_of
from countersign.presentation.formats import iban_text, isolate, money_text
from countersign.presentation.messages import _, language, ngettext
from countersign.presentation.navigation import Navigate
from countersign.presentation.transfer_desk import day_text

_DAY_MS = 86_400_000
_OLD_CHECK_DAYS = 30


@dataclass(frozen=True, slots=True)
class TemplateCard:
    """One template.

    Attributes:
        changes: What is different from the last time, each with its tone (``ok``, ``warn``, ``danger``).
        blocked: Why no transfer can be made from it; empty where one can.
    """

    template: str
    payee: str
    account: str
    amount: str
    reference: str
    last: str
    changes: tuple[tuple[str, str], ...]
    blocked: str


@dataclass(frozen=True, slots=True)
class TemplatesState:
    """What the page shows."""

    cards: tuple[TemplateCard, ...]
    loaded: bool
    problem: str = ""


class TemplatesView(Protocol):
    """The page."""

    def show_state(self, state: TemplatesState) -> None:
        """Show the state."""


class TemplatesPresenter:
    """Lists templates, begins transfers from them, and drops them."""

    def __init__(self, session: Session, view: TemplatesView, go: Navigate) -> None:
        self._session, self._view, self._go = session, view, go
        self._found: Sequence[TemplateFacts] = ()
        self._loaded, self._closed, self._problem = False, False, ""

    def start(self) -> None:
        """Show what is kept."""
        self._render()
        self._look()

    def close(self) -> None:
        """Show nothing any more."""
        self._closed = True

    def use(self, template: str) -> None:
        """Begin a transfer; whoever is paid, the name is checked and the risk judged anew."""
        facts = next((item for item in self._found if item.row.template == template), None)
        if facts is None:
            return
        work = partial(draft_of_template, self._session.vault, self._session.entropy, facts)
        run_script(self._session.tasks, on_vault(work), lambda draft: self._go.open_transfer(draft.draft), self._failed)

    def drop(self, template: str) -> None:
        """Keep a template no longer."""
        work = partial(drop_template, self._session.vault, template)
        run_script(self._session.tasks, on_vault(work), lambda _none: self._look(), self._failed)

    def leave(self) -> None:
        """Go back to a new transfer."""
        self._go.open_transfer()

    def _look(self) -> None:
        script = on_read(partial(templates, self._session.reader))
        run_script(self._session.tasks, script, self._take, self._failed)

    def _take(self, found: Sequence[TemplateFacts]) -> None:
        self._found, self._loaded = found, True
        self._render()

    def _failed(self, error: Exception) -> None:
        self._problem = words_of(error)
        self._render()

    def _render(self) -> None:
        if not self._closed:
            cards = tuple(self._card(item) for item in self._found)
            self._view.show_state(TemplatesState(cards, self._loaded, self._problem))

    def _card(self, facts: TemplateFacts) -> TemplateCard:
        payment, details = facts.record.content.payment, facts.details
        last = facts.before[0] if facts.before else None
        paid = (
            _("Last paid {date}: {amount}").format(
                date=day_text(last.at, self._session.zone), amount=isolate(money_text(-last.amount, language()))
            )
            if last is not None
            else _("Never paid from here")
        )
        return TemplateCard(
            template=facts.row.template,
            payee=details.name if details else payment.creditor_name,
            account=iban_text(details.account if details else payment.creditor_account),
            amount=money_text(payment.instructed_amount, language()),
            reference=payment.remittance,
            last=paid,
            changes=changes_of(facts, self._session.clock.now_ms()),
            blocked="" if details else _("This payee's details contradict each other. Settle them first."),
        )


def changes_of(facts: TemplateFacts, now_ms: int) -> tuple[tuple[str, str], ...]:
    """Say what changed since the template was kept, the gravest first; that nothing did is said, too."""
    payment, details, found = facts.record.content.payment, facts.details, list[tuple[str, str]]()
    if details is not None and details.account != payment.creditor_account:
        found.append(
            (
                _("The account is another one now; then it was {account}.").format(
                    account=isolate(iban_text(payment.creditor_account))
                ),
                "danger",
            )
        )
    if details is not None and details.name != payment.creditor_name:
        found.append((_("The name is another one now; then it was {name}.").format(name=payment.creditor_name), "warn"))
    last = facts.before[0].amount if facts.before else None
    if last is not None and -last != payment.instructed_amount:
        found.append(
            (_("The last payment was {amount}.").format(amount=isolate(money_text(-last, language()))), "warn")
        )
    found.append(_check_age(facts, now_ms))
    if not any(tone != "ok" for _text, tone in found):
        found.insert(0, (_("Nothing changed since the last time."), "ok"))
    return tuple(found)


def _check_age(facts: TemplateFacts, now_ms: int) -> tuple[str, str]:
    payee = facts.payee
    check = payee.check_of(payee.version.event) if payee is not None and not payee.in_conflict else None
    if check is None or check.outcome in {VopOutcome.NOT_DONE, VopOutcome.NOT_POSSIBLE}:
        return _("The bank never confirmed this name."), "warn"
    days = max(now_ms - check.checked_at, 0) // _DAY_MS
    if not days:
        return _("The bank was asked about the name today."), "ok"
    text = ngettext(
        "The bank was asked about the name {days} day ago.", "The bank was asked about the name {days} days ago.", days
    )
    return text.format(days=days), "warn" if days > _OLD_CHECK_DAYS else "ok"
