"""What the steps of one guided transfer share: the draft, saving it, work in the lanes, and moving between steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from typing import TypeVar

from countersign.application.flows.script import Script, on_vault, run_script
from countersign.application.flows.transfer import Step, TransferDraft, next_step, previous_step
from countersign.application.ports.rails import RailBook
from countersign.application.session import Session
from countersign.application.use_cases.save_draft import save_draft
from countersign.domain.risk import Assessment
from countersign.presentation import error_texts, formats
from countersign.presentation.messages import language
from countersign.presentation.navigation import Navigate

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field; ``field`` is the view's name for it, empty for the whole page."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Option:
    """One answer on a card."""

    value: str
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, ready to show; empty where nothing did."""

    title: str = ""
    text: str = ""

    @classmethod
    def of(cls, error: Exception) -> Problem:
        """Put an error into words; raises as ``error_texts.ours`` does."""
        found = error_texts.ours(error)
        return cls(error_texts.title(found.code), error_texts.sentence(found.code, found.params))


class TransferDesk:
    """One transfer in the making.

    Attributes:
        draft: As it stands.
        step: Which step is shown.
        assessment: Of the draft as it stands; None where it has not been assessed since it changed.
        problem: What went wrong last.
        busy: What is being done, in words; empty when nothing is.
        book: What is known of the ways to pay; None until it was read.
        barred: Why this person can't ask for payments; nothing where they can.
    """

    def __init__(self, session: Session, navigate: Navigate, draft: TransferDraft, changed: Callable[[], None]) -> None:
        self.session = session
        self.navigate = navigate
        self.draft = draft
        self.step = draft.step
        self.assessment: Assessment | None = None
        self.problem = Problem()
        self.busy = ""
        self.book: RailBook | None = None
        self.barred = Problem()
        self.entered: Callable[[], None] = lambda: None
        self._changed = changed
        self._closed = False

    def close(self) -> None:
        """Show nothing any more; work under way still ends."""
        self._closed = True

    @property
    def closed(self) -> bool:
        """Whether the page is gone."""
        return self._closed

    def render(self) -> None:
        """Have the page shown as it stands."""
        if not self._closed:
            self._changed()

    def change(self, draft: TransferDraft) -> None:
        """Take a changed draft; what was assessed no longer holds."""
        if draft != self.draft:
            self.draft = draft
            self.assessment = None

    def run(self, script: Script[T], done: Callable[[T], None], *, busy: str = "") -> None:
        """Run a script; ``done`` is called unless the page was closed. A failure is shown."""
        self.busy, self.problem = busy, Problem()

        def ended(result: T) -> None:
            self.busy = ""
            if not self._closed:
                done(result)

        self.render()
        run_script(self.session.tasks, script, ended, self.failed)

    def fail(self, error: Exception) -> None:
        """Show an error that has words; let any other come to light."""
        self.problem = Problem.of(error)
        self.render()

    def failed(self, error: Exception) -> None:
        """Show an error that ended what was being done."""
        self.busy = ""
        self.fail(error)

    # — moving —

    def save(self, then: Callable[[], None]) -> None:
        """Save the draft, and go on once it is durable."""

        def saved(draft: TransferDraft) -> None:
            self.draft = replace(self.draft, saved_at=draft.saved_at)
            then()

        self.run(on_vault(partial(save_draft, self.session.vault, self.draft)), saved)

    def forward(self) -> bool:
        """Go to the step that follows; tell whether there was one to go to."""
        following = next_step(self.draft, self.step, self.assessment)
        if following is self.step:
            return False
        self.go(following)
        return True

    def back(self) -> None:
        """Go to the step before, or home from the first; nothing typed is lost."""
        if self.step is Step.PAYEE:
            self.save(self.navigate.open_home)
            return
        self.go(previous_step(self.step, self.assessment))

    def go(self, step: Step) -> None:
        """Save the draft at ``step`` and show it."""
        self.draft = replace(self.draft, step=step)

        def arrived() -> None:
            self.step = step
            self.problem = Problem()
            self.entered()

        self.save(arrived)

    def end(self, step: Step) -> None:
        """Show ``step``; the draft has served and is not saved again."""
        self.draft = replace(self.draft, step=step)
        self.step, self.problem = step, Problem()
        self.entered()

    def now_ms(self) -> int:
        """Return the time."""
        return self.session.clock.now_ms()

    # — words —

    def moment(self, at_ms: int) -> str:
        """Write a time."""
        return formats.time_text(at_ms, zone_name(self.session.zone), language())

    def day(self, at_ms: int) -> str:
        """Write the day of a time."""
        return day_text(at_ms, self.session.zone)


def day_text(at_ms: int, zone: tzinfo) -> str:
    """Write the day of a time."""
    local = (_EPOCH + timedelta(milliseconds=at_ms)).astimezone(zone)
    return formats.date_text(local.date(), language(), "medium")


def clock_text(at_ms: int, zone: tzinfo) -> str:
    """Write the hour and minute of a time, as a phone does."""
    return f"{(_EPOCH + timedelta(milliseconds=at_ms)).astimezone(zone):%H:%M}"


def zone_name(zone: tzinfo) -> str:
    """Return the name by which the zone is known, UTC for one without."""
    return str(getattr(zone, "key", "UTC"))
