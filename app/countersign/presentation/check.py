"""The page *Check these details now*: what is typed, pasted or opened is vetted at once, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from countersign.application.ports.bank_files import Reading
from countersign.application.ports.tasks import Lane, Tasks
from countersign.domain.accounts import AccountFault
from countersign.domain.national_accounts import ReadAccount
from countersign.domain.vetting import AccountSeen, DetailsCheck, Finding, Level, Verdict
from countersign.presentation.check_report import file_lines, more_text, rails_text
from countersign.presentation.check_texts import (
    check_text,
    fault_text,
    finding_text,
    heading,
    lead,
    place_text,
    printable,
    question_text,
)
from countersign.presentation.file_hands import FileHands
from countersign.presentation.formats import money_text
from countersign.presentation.messages import _, language
from countersign.presentation.transfer_fault_texts import country_name

COUNTRIES: Final = ("GB", "US", "CN", "TW")
_MOST_SHOWN: Final = 12
_TONES: Final = {Verdict.CLEAR: "ok", Verdict.LOOK: "warn", Verdict.STOP: "danger", Verdict.UNREADABLE: "neutral"}
_LEVEL_TONES: Final = {Level.STOP: "danger", Level.LOOK: "warn", Level.NOTE: "neutral"}


@dataclass(frozen=True, slots=True)
class AccountLines:
    """One account: its number in groups, and what is known of it."""

    number: str
    place: str = ""
    checked: str = ""
    rails: str = ""


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding: its weight as a word, its tone (``danger``, ``warn``, ``neutral``), its place, what it says."""

    word: str
    tone: str
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class CheckState:
    """What the page shows beside its fields.

    Attributes:
        heading: The verdict in a few words; empty where there is none yet.
        lead: What it means, or what to do.
        tone: ``ok``, ``warn``, ``danger`` or ``neutral``.
        source: Where it came from: ``details``, ``message`` or ``file``; empty where nothing was vetted.
        subject: What was vetted, in words; empty where nothing was.
        reason: Why nothing can be said.
        more: How much more was found than is shown.
        busy: What is under way; empty where nothing is.
        done: Bytes read of ``total``; a total of 0 means that nobody knows.
    """

    heading: str = ""
    lead: str = ""
    tone: str = "neutral"
    source: str = ""
    subject: str = ""
    reason: str = ""
    summary: tuple[str, ...] = ()
    accounts: tuple[AccountLines, ...] = ()
    names: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()
    findings: tuple[FindingLine, ...] = ()
    more: str = ""
    questions: tuple[str, ...] = ()
    busy: str = ""
    done: int = 0
    total: int = 0


class CheckView(Protocol):
    """The page."""

    def show_state(self, state: CheckState) -> None:
        """Show the state."""


class Vetting(Protocol):
    """Vets; any lane but VAULT."""

    def details(self, account: str, name: str, country: str) -> DetailsCheck:
        """Vet an account and a name."""

    def message(self, text: str) -> DetailsCheck:
        """Vet a message."""

    def file(self, path: Path, progress: Reading) -> DetailsCheck:
        """Vet a file; what ``progress`` raises ends it."""


class _CancelledError(Exception):
    """Ends a reading that nobody waits for any more."""


class _Reading:
    """How far a file is read: written by a worker, read by the page. Two numbers, each written whole."""

    def __init__(self) -> None:
        self.done = self.total = 0
        self.cancelled = False

    def tell(self, done: int, total: int) -> None:
        """Note how far it is; end the reading where it was cancelled."""
        self.done, self.total = done, total
        if self.cancelled:
            raise _CancelledError


class CheckPresenter:
    """Vets what is typed, the newest only; leaves nothing behind."""

    def __init__(
        self, tasks: Tasks, view: CheckView, vetting: Vetting, hands: FileHands, leave: Callable[[], None]
    ) -> None:
        self._tasks, self._view, self._vetting, self._hands, self._leave = tasks, view, vetting, hands, leave
        self._newest: Callable[[], DetailsCheck] | None = None
        self._typed = self._subject = self._source = ""
        self._settled = True
        self._running = False
        self._reading: _Reading | None = None
        self._check: DetailsCheck | None = None
        self._closed = False

    def start(self) -> None:
        """Show the page."""
        self._render()

    def details_edited(self, account: str, name: str, country: str, *, settled: bool = False) -> None:
        """Vet an account and a name; while somebody is still typing, what is only incomplete is no mistake.

        Args:
            account: As typed.
            name: As typed.
            country: ISO 3166 code of the country meant, or empty.
            settled: Whether the person has left the field.
        """
        self._typed, self._settled = account, settled
        if not account.strip() and not name.strip():
            self.clear()
            return
        self._source = "details"
        self._vet(_("An account and a name"), partial(self._vetting.details, account, name, country))

    def message_edited(self, text: str) -> None:
        """Vet a message."""
        self._typed, self._settled = "", True
        if not text.strip():
            self.clear()
            return
        self._source = "message"
        self._vet(_("A message"), partial(self._vetting.message, text))

    def choose_file(self) -> None:
        """Ask which file to vet."""
        self._hands.choose_file(_("Payments and texts (*.xml *.csv *.xlsx *.txt);;All files (*)"), self.open_file)

    def open_file(self, path: Path) -> None:
        """Vet a file; one that is being read is dropped."""
        self.cancel()
        reading = self._reading = _Reading()
        self._newest, self._check, self._typed, self._settled = None, None, "", True
        self._source = "file"
        self._subject = _("The file {name}").format(name=printable(path.name))
        work = partial(self._vetting.file, path, reading.tell)
        self._tasks.run(Lane.NETWORK, work, partial(self._file_done, reading), partial(self._file_failed, reading))
        self._render()

    def tick(self) -> bool:
        """Show how far the reading is; tell whether there is more to read."""
        if self._reading is not None:
            self._render()
        return self._reading is not None

    def cancel(self) -> None:
        """Stop reading a file."""
        if self._reading is not None:
            self._reading.cancelled = True
            self._reading = None
            self._render()

    def clear(self) -> None:
        """Forget what was vetted."""
        self.cancel()
        self._newest = self._check = None
        self._typed = self._subject = ""
        self._render()

    def leave(self) -> None:
        """Go back to where the person came from."""
        self._leave()

    def close(self) -> None:
        """Forget everything; nothing more is shown."""
        self._closed = True
        if self._reading is not None:
            self._reading.cancelled = True
        self._newest = self._check = self._reading = None
        self._typed = self._subject = ""

    # — working —

    def _vet(self, subject: str, work: Callable[[], DetailsCheck]) -> None:
        self.cancel()
        self._subject, self._newest = subject, work
        if not self._running:
            self._run(work)

    def _run(self, work: Callable[[], DetailsCheck]) -> None:
        self._running = True

        def done(check: DetailsCheck) -> None:
            self._running = False
            if self._newest is work:
                self._check = check
                self._render()
            elif self._newest is not None:
                self._run(self._newest)

        self._tasks.run(Lane.NETWORK, work, done, self._failed)

    def _failed(self, error: Exception) -> None:
        self._running = False
        raise error

    def _file_done(self, reading: _Reading, check: DetailsCheck) -> None:
        if self._reading is reading:
            self._reading, self._check = None, check
            self._render()

    def _file_failed(self, reading: _Reading, error: Exception) -> None:
        if self._reading is reading:
            self._reading = None
        if not isinstance(error, _CancelledError):
            raise error

    # — showing —

    def _render(self) -> None:
        if not self._closed:
            self._view.show_state(self._state())

    def _state(self) -> CheckState:
        if self._reading is not None:
            return CheckState(
                source=self._source,
                subject=self._subject,
                busy=_("Reading {subject}").format(subject=self._subject),
                done=self._reading.done,
                total=self._reading.total,
            )
        check = self._check
        if check is None:
            return CheckState()
        if not self._settled and _is_incomplete(check):
            return CheckState(source=self._source, subject=self._subject, reason=_reason(check, self._typed))
        hidden = len(check.findings) - _MOST_SHOWN
        return CheckState(
            heading=heading(check.verdict),
            lead=lead(check.verdict),
            tone=_TONES[check.verdict],
            source=self._source,
            subject=self._subject,
            reason=fault_text(check, self._typed) if check.fault else "",
            summary=tuple(file_lines(check)),
            accounts=tuple(_account(seen) for seen in check.accounts[:_MOST_SHOWN]),
            names=tuple(printable(name) for name in check.names[:_MOST_SHOWN]),
            amounts=tuple(
                _(" or ").join(money_text(money, language()) for money in seen.options)
                for seen in check.amounts[:_MOST_SHOWN]
            ),
            findings=tuple(_finding(found) for found in check.findings[:_MOST_SHOWN]),
            more=more_text(hidden) if hidden > 0 else "",
            questions=tuple(question_text(code) for code in check.questions),
        )


def countries() -> tuple[tuple[str, str], ...]:
    """Return the countries to choose from, each with its name."""
    return (("", _("By the number itself")), *((code, country_name(code)) for code in COUNTRIES))


def _is_incomplete(check: DetailsCheck) -> bool:
    """Tell whether more typing may mend it: there is no account yet, or one that is too short."""
    if check.verdict is Verdict.UNREADABLE:
        return True
    graver = [found for found in check.findings if found.level is not Level.NOTE]
    return bool(graver) and all(
        found.rule == "account.length" and int(found.params["found"]) < int(found.params["expected"])
        for found in graver
    )


def _reason(check: DetailsCheck, typed: str) -> str:
    return fault_text(check, typed) if check.fault else finding_text(check.findings[0])


def _account(seen: AccountSeen) -> AccountLines:
    if isinstance(seen.read, AccountFault):
        return AccountLines(printable(seen.written))
    read: ReadAccount = seen.read
    return AccountLines(read.shown, place_text(read), check_text(read), rails_text(seen) if seen.rails else "")


def _finding(found: Finding) -> FindingLine:
    words = {Level.STOP: _("Stop"), Level.LOOK: _("Look"), Level.NOTE: _("Note")}
    place = _("Line {line}").format(line=found.line) if found.line else ""
    return FindingLine(words[found.level], _LEVEL_TONES[found.level], place, finding_text(found))
