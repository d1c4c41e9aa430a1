"""Bring in a statement or a status file: what it says of accounts and orders, and what a person must look at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from countersign.application.flows.script import Script, on_vault, run_script
from countersign.application.session import Session
from countersign.application.use_cases.differences import SAME, Difference, close_difference, open_differences
from countersign.application.use_cases.import_bank_file import ImportReport, import_bank_file
from countersign.domain.accounts import grouped
from countersign.domain.unicode_safety import CleanText, clean_text
from countersign.presentation.bank_file_words import kind_name
from countersign.presentation.bring_in_state import (
    BringInState,
    BringInView,
    DifferenceCard,
    Report,
    account_line,
    news_line,
)
from countersign.presentation.difference_words import asks_for_words, difference_words
from countersign.presentation.error_texts import words_of
from countersign.presentation.file_hands import FileHands
from countersign.presentation.formats import isolate
from countersign.presentation.messages import _, ngettext
from countersign.presentation.navigation import Navigate

T = TypeVar("T")

REASON_LIMIT: Final = 140


@dataclass(slots=True)
class _Reading:
    """How far a file is read: written by a worker, looked at by the window now and then."""

    done: int = 0
    total: int = 0
    cancelled: bool = False

    def tell(self, done: int, total: int) -> None:
        self.done, self.total = done, total

    def is_cancelled(self) -> bool:
        return self.cancelled


class BringInPresenter:
    """Reads files, and has differences closed."""

    def __init__(self, session: Session, view: BringInView, go: Navigate, hands: FileHands) -> None:
        self._session, self._view, self._go, self._hands = session, view, go, hands
        self._reading = _Reading()
        self._busy = self._problem = ""
        self._report: Report | None = None
        self._differences: tuple[Difference, ...] = ()
        self._answers: dict[str, str] = {}
        self._faults: dict[str, str] = {}
        self._closed = False

    def start(self) -> None:
        """Show what waits."""
        self._render()
        run_script(self._session.tasks, self._look(), self._looked, self._failed)

    def close(self) -> None:
        """Leave: a file that is being read is given up at its next part; what was recorded stands."""
        self._closed = True
        self._reading.cancelled = True

    # — files —

    def choose(self) -> None:
        """Ask which file."""
        kinds = _("Statements and status files (*.xml *.sta *.mt940 *.940 *.txt)")
        self._hands.choose_file(kinds, self.bring)

    def bring(self, path: Path) -> None:
        """Bring a file in."""
        if self._busy:
            return
        self._reading, self._report, self._problem = _Reading(), None, ""
        self._busy = _("Reading {name}").format(name=isolate(path.name))
        self._render()
        work = import_bank_file(self._session, path, self._reading.tell, self._reading.is_cancelled)
        run_script(self._session.tasks, self._then_look(work), self._brought, self._failed)

    def cancel(self) -> None:
        """Stop reading."""
        self._reading.cancelled = True

    def tick(self) -> None:
        """Show how far the reading is; the view calls it now and then."""
        if self._busy:
            self._render()

    # — differences —

    def answer(self, key: str, value: str) -> None:
        """Say what a difference is."""
        self._answers[key] = value
        self._faults.pop(key, None)
        self._render()

    def close_difference(self, key: str, words: str) -> None:
        """Close a difference with the answer that was chosen; ``words`` are for *something else*."""
        chosen = self._answers.get(key, "")
        asked = any(asks_for_words(item, chosen) for item in self._differences if item.key == key)
        answer = words if asked else chosen
        cleaned = clean_text(answer, REASON_LIMIT) if answer.strip() else None
        if not isinstance(cleaned, CleanText):
            self._faults[key] = (
                _("Write in a few words what it is: up to 140 characters.") if chosen else _("Choose what it is.")
            )
            self._render()
            return
        session = self._session
        given = (SAME, cleaned.text) if chosen == SAME and asked else (cleaned.text, "")
        work = on_vault(partial(close_difference, session.vault, session.entropy, key, *given))
        run_script(session.tasks, self._then_look(work), lambda found: self._looked(found[1]), self._failed)

    # — leading on —

    def open_order(self, order: str) -> None:
        """Show an order."""
        self._go.open_order(order)

    def add_account(self, number: str) -> None:
        """Add an account that a statement was about."""
        self._go.open_add_account(number)

    def leave(self) -> None:
        """Go home."""
        self._go.open_home()

    # — work —

    def _look(self) -> Script[tuple[Difference, ...]]:
        return (yield from on_vault(partial(open_differences, self._session.vault)))

    def _then_look(self, work: Script[T]) -> Script[tuple[T, tuple[Difference, ...]]]:
        found = yield from work
        return found, (yield from self._look())

    def _looked(self, differences: tuple[Difference, ...]) -> None:
        self._differences = differences
        self._render()

    def _brought(self, found: tuple[ImportReport, tuple[Difference, ...]]) -> None:
        self._busy = ""
        self._report = _report(found[0])
        self._looked(found[1])

    def _failed(self, error: Exception) -> None:
        self._busy = ""
        self._problem = words_of(error)
        self._render()

    # — showing —

    def _render(self) -> None:
        if self._closed:
            return
        self._view.show_state(
            BringInState(
                heading=_("Statements and status files"),
                lead=_("What your bank writes, read here. It settles your orders and brings your accounts up to date."),
                busy=self._busy,
                done=self._reading.done,
                total=self._reading.total,
                problem=self._problem,
                report=self._report,
                differences=tuple(self._card(item) for item in self._differences),
            )
        )

    def _card(self, found: Difference) -> DifferenceCard:
        words = difference_words(found, self._session.zone)
        answer, fault = self._answers.get(found.key, ""), self._faults.get(found.key, "")
        return DifferenceCard(found.key, found.order, words, answer, fault, asks_for_words(found, answer))


def _report(found: ImportReport) -> Report:
    if found.cancelled:
        title, tone = _("You stopped the reading. What was read before is kept."), "warn"
    else:
        title = _("{kind} read: {version}").format(kind=kind_name(found.kind), version=isolate(found.version))
        tone = "warn" if found.unknown_accounts or found.differences else "ok"
    return Report(
        title=title,
        tone=tone,
        accounts=tuple(account_line(item) for item in found.accounts),
        news=tuple(news_line(item) for item in found.orders),
        unknown=tuple((number, isolate(grouped(number))) for number in found.unknown_accounts),
        notes=_notes(found),
    )


def _notes(found: ImportReport) -> tuple[str, ...]:
    notes = []
    if found.skipped:
        text = ngettext(
            "{count} payment in it is none of yours here; it was left out.",
            "{count} payments in it are none of yours here; they were left out.",
            found.skipped,
        )
        notes.append(text.format(count=found.skipped))
    if not found.orders and not found.cancelled:
        notes.append(_("It says nothing of an open order."))
    if found.differences:
        text = ngettext(
            "{count} thing needs you: see below.", "{count} things need you: see below.", len(found.differences)
        )
        notes.append(text.format(count=len(found.differences)))
    return tuple(notes)
