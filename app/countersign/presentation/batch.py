"""A list of payments: chosen, its columns looked at, checked line by line, and requested as one batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from countersign.application.batch_state import BatchHead, BatchLine, BatchStage
from countersign.application.flows.script import Script, on_network, on_vault, run_script
from countersign.application.ports.clock import new_identifier
from countersign.application.session import Session
from countersign.application.use_cases.check_batch import (
    CancelledBatchError,
    begin_batch,
    check_batch,
    decide_line,
    drop_batch,
    kept_batches,
    read_slice,
)
from countersign.application.use_cases.request_batch import request_batch
from countersign.application.use_cases.save_draft import save_draft
from countersign.domain.errors import CountersignError
from countersign.presentation.batch_rows import LineBook, detail_of, draft_of, report_of
from countersign.presentation.batch_setup import BatchSetup, look_at_file, remember_columns, source_of
from countersign.presentation.batch_state import BatchState, BatchView, KeptRow, LineRow, Shown, Stage
from countersign.presentation.batch_window import LineWindow
from countersign.presentation.batch_words import count_words, kept_text, lead, list_problem, primary_text
from countersign.presentation.check_texts import printable
from countersign.presentation.file_hands import FileHands
from countersign.presentation.formats import isolate
from countersign.presentation.inbox_state import Scatter
from countersign.presentation.messages import _
from countersign.presentation.navigation import Navigate


@dataclass(slots=True)
class _Reading:
    """How far a reading is: written by a worker, looked at by the window now and then."""

    done: int = 0
    total: int = 0
    cancelled: bool = False

    def tell(self, done: int, total: int) -> None:
        self.done, self.total = done, total

    def is_cancelled(self) -> bool:
        return self.cancelled


class BatchPresenter:
    """Leads one list from its file to its request. What arrives after the page is gone is dropped; work ends."""

    def __init__(self, session: Session, view: BatchView, go: Navigate, hands: FileHands) -> None:
        self._session, self._view, self._go, self._hands = session, view, go, hands
        self._stage = Stage.CHOOSE
        self._kept: tuple[BatchHead, ...] = ()
        self._setup: BatchSetup | None = None
        self._head: BatchHead | None = None
        self._book = LineBook()
        self._charts: tuple[Scatter, ...] = ()
        self._chosen = -1
        self._window = LineWindow(session, self._book, self._lines_there, self._failed)
        self._reading = _Reading()
        self._busy = self._problem = self._said = ""
        self._closed = False

    def start(self, path: str = "") -> None:
        """Show lists that were begun; look at ``path`` where one is named."""
        self._render()
        if path:
            self.open_file(Path(path))
        else:
            self._look()

    def close(self) -> None:
        """Leave: a reading is given up at its next slice, and a request pauses; what was kept stands."""
        self._closed = True
        self._reading.cancelled = True

    # — choosing a file —

    def choose_file(self) -> None:
        """Ask which file."""
        self._hands.choose_file(_("Lists of payments (*.xml *.csv *.xlsx *.txt);;All files (*)"), self.open_file)

    def open_file(self, path: Path) -> None:
        """Look at a file, and ask what has to be known before it is checked."""
        if self._busy or self._stage in {Stage.CHECKING, Stage.REQUESTING}:
            return
        self._busy = _("Reading {name}").format(name=isolate(path.name))
        self._run(look_at_file(self._session, path), self._looked_at_file)

    def _looked_at_file(self, setup: BatchSetup) -> None:
        self._busy = ""
        self._setup, self._stage = setup, Stage.SETUP
        self._render()

    def choose_column(self, name: str, place: str) -> None:
        """Say which column a field is taken from."""
        if self._setup is not None:
            self._setup.choose_column(name, place)
            self._render()

    def choose_currency(self, code: str) -> None:
        """Say the currency of all amounts."""
        if self._setup is not None:
            self._setup.currency = code
            self._render()

    def choose_account(self, account: str) -> None:
        """Say which account pays."""
        if self._setup is not None:
            self._setup.account = account
            self._render()

    def choose_source(self, source: str) -> None:
        """Say where the payees' details come from."""
        if self._setup is not None:
            self._setup.source = source
            self._render()

    def choose_payroll(self, payroll: bool) -> None:  # noqa: FBT001 - what a box tells
        """Say whether the list pays people for their work."""
        if self._setup is not None:
            self._setup.payroll = payroll
            self._render()

    def check(self) -> None:
        """Check the list, or say what is missing."""
        setup = self._setup
        if setup is None or self._busy:
            return
        setup.pressed = True
        if setup.faults():
            self._render()
            return
        self._begin_reading()
        self._run(self._check_new(setup), self._checked)

    def _check_new(self, setup: BatchSetup) -> Script[BatchHead]:
        session = self._session
        yield from on_vault(partial(remember_columns, session.vault, setup))
        asked = (setup.path, setup.columns, setup.paying, source_of(setup))
        head = yield from begin_batch(session, *asked, payroll=setup.payroll)
        self._head = head
        return (yield from self._check_rest(head))

    def _check_rest(self, head: BatchHead) -> Script[BatchHead]:
        reading = self._reading
        return (yield from check_batch(self._session, head, reading.tell, reading.is_cancelled, self._slice_kept))

    def _begin_reading(self) -> None:
        self._reading, self._problem, self._stage = _Reading(), "", Stage.CHECKING
        self._charts, self._chosen = (), -1
        self._busy = _("Checking each payment")
        self._render()

    def _slice_kept(self, head: BatchHead, lines: tuple[BatchLine, ...]) -> None:
        self._head = head
        self._book.take(lines)

    def _checked(self, head: BatchHead) -> None:
        self._busy, self._head, self._stage = "", head, Stage.CHECKED
        first = Shown.FLAGGED if head.tally.stops or head.tally.looks else Shown.ALL
        self._list(first)
        self._said = _("Checked: {payments}.").format(payments=count_words(head.tally.lines))
        self._render()
        self._run(on_network(self._book.charts), self._drawn)

    def _drawn(self, charts: tuple[Scatter, ...]) -> None:
        self._charts = charts
        self._render()

    # — lists that were begun —

    def _look(self) -> None:
        self._run(on_vault(partial(kept_batches, self._session.vault)), self._take_kept)

    def _take_kept(self, kept: tuple[BatchHead, ...]) -> None:
        self._kept = kept
        self._render()

    def go_on(self, batch: str) -> None:
        """Go on with a list where it ended."""
        head = next((item for item in self._kept if item.batch == batch), None)
        if head is None or self._busy:
            return
        self._begin_reading()
        self._head = head
        self._book.clear()
        self._run(self._go_on(head), self._gone_on)

    def _go_on(self, head: BatchHead) -> Script[BatchHead]:
        for place in range(head.slices):
            self._book.take((yield from on_vault(partial(read_slice, self._session.vault, head.batch, place))))
            self._reading.tell(place + 1, head.slices)
            if self._reading.cancelled:
                raise CancelledBatchError
        return (yield from self._check_rest(head)) if head.stage is BatchStage.READING else head

    def _gone_on(self, head: BatchHead) -> None:
        self._checked(head)
        if head.stage is BatchStage.REQUESTING:
            self.request()
        elif head.stage is BatchStage.REQUESTED:
            self._stage = Stage.REQUESTED
            self._render()

    def put_away(self, batch: str) -> None:
        """Forget a list; what was requested of it stays."""
        if self._busy:
            return
        self._busy = _("Putting the list away")
        self._render()
        self._run(self._drop(batch), lambda _none: self._put_away())

    def _drop(self, batch: str) -> Script[None]:
        while (yield from on_vault(partial(drop_batch, self._session.vault, batch))):
            pass

    def _put_away(self) -> None:
        self._busy, self._stage, self._head, self._setup = "", Stage.CHOOSE, None, None
        self._book.clear()
        self._view.show_count(0)
        self._look()

    # — the lines —

    def set_filter(self, shown: str) -> None:
        """List other lines."""
        self._list(Shown(shown))
        self._render()

    def row(self, place: int) -> LineRow | None:
        """Return the line at a place of the table; None while it is read."""
        return self._window.row(self._book.number_at(place), self._head.batch if self._head else "")

    def select(self, place: int) -> None:
        """Show everything of a line."""
        self._chosen = self._book.number_at(place) if 0 <= place < self._book.count else -1
        self._render()

    def decide(self, number: int, decided: str) -> None:
        """Take a line in, or leave it out."""
        if self._head is not None and self._stage is Stage.CHECKED:
            work = partial(decide_line, self._session.vault, self._head.batch, number, decided)
            self._run(on_vault(work), self._decided)

    def make_own(self, number: int) -> None:
        """Make a line a guided transfer of its own."""
        line = self._book.line(number)
        if line is not None and line.payment is not None and self._head is not None:
            draft = draft_of(new_identifier(self._session.entropy), line, self._head.source)
            saving = partial(save_draft, self._session.vault, draft)
            self._run(on_vault(saving), lambda saved: self._go.open_transfer(saved.draft))

    def _decided(self, found: tuple[BatchHead, BatchLine] | None) -> None:
        if found is not None:
            self._head, line = found
            self._book.take([line])
            self._lines_there()

    def _lines_there(self) -> None:
        if self._book.count and not self._closed:
            self._view.show_changed(0, self._book.count - 1)
            self._render()

    def _list(self, shown: Shown) -> None:
        self._chosen = -1
        if not self._closed:
            self._view.show_count(self._book.arrange(shown))

    # — requesting —

    def request(self) -> None:
        """Make orders of all that goes; the rest stays out and is listed."""
        if self._head is None or self._stage is not Stage.CHECKED or self._blocked():
            return
        self._reading, self._problem, self._stage = _Reading(), "", Stage.REQUESTING
        self._busy = _("Requesting each payment")
        self._chosen = -1
        self._render()
        work = request_batch(self._session, self._head.batch, self._requested_some, self._reading.is_cancelled)
        self._run(work, self._requested)

    def _requested_some(self, head: BatchHead) -> None:
        self._head = head
        self._reading.tell(head.made, head.tally.lines)

    def _requested(self, head: BatchHead) -> None:
        self._busy, self._head = "", head
        self._stage = Stage.REQUESTED if head.stage is BatchStage.REQUESTED else Stage.CHECKED
        if self._stage is Stage.REQUESTED:
            self._list(Shown.FLAGGED if head.tally.stops or head.tally.looks else Shown.GOES)
            self._said = _("Requested: {payments}.").format(payments=count_words(head.tally.goes))
        self._render()

    # — leading on —

    def cancel(self) -> None:
        """Stop reading, or pause requesting."""
        self._reading.cancelled = True

    def tick(self) -> None:
        """Show how far the work is; the view calls it now and then."""
        if self._busy:
            self._render()

    def open_inbox(self) -> None:
        """Show what waits for approvals."""
        self._go.open_inbox()

    def leave(self) -> None:
        """Go home, or back to the choice of a list."""
        if self._stage in {Stage.SETUP, Stage.CHECKED, Stage.REQUESTED}:
            self._stage, self._setup, self._head, self._problem = Stage.CHOOSE, None, None, ""
            self._book.clear()
            self._view.show_count(0)
            self._render()
            self._look()
        else:
            self._go.open_home()

    # — work and showing —

    def _run(self, script: Script, done: Callable) -> None:  # type: ignore[type-arg]  # each has its own
        run_script(self._session.tasks, script, lambda result: self._done(done, result), self._failed)

    def _done(self, done: Callable, result: object) -> None:  # type: ignore[type-arg]
        if not self._closed:
            done(result)

    def _failed(self, error: Exception) -> None:
        was, self._busy = self._stage, ""
        if not isinstance(error, CountersignError):
            raise error
        if self._closed:
            return
        if was in {Stage.CHECKING, Stage.REQUESTING}:
            head = self._head
            self._stage = Stage.CHOOSE if self._setup is None or head is not None else Stage.SETUP
            if head is None or head.tally.lines or isinstance(error, CancelledBatchError):
                self._look()
            else:  # nothing of it can be read: going on would come to the same
                self._run(self._drop(head.batch), lambda _none: self._look())
        self._problem = list_problem(error)
        self._render()

    def _blocked(self) -> str:
        head = self._head
        if head is None:
            return ""
        if head.held:
            return _("The file does not agree with itself: nothing of it can be requested.")
        if not head.tally.goes:
            return _("Nothing of this list goes along.")
        if not self._session.vault.may_sign:
            return _("This copy of the vault can only be read. Request on your newer one.")
        return ""

    def _render(self) -> None:
        if self._closed:
            return
        head, said = self._head, self._said
        self._said = ""
        listed = head is not None and self._stage in {Stage.CHECKED, Stage.REQUESTED}
        chosen = self._window.line(self._chosen, head.batch) if listed and head and self._chosen >= 0 else None
        self._view.show_state(
            BatchState(
                stage=self._stage,
                heading=self._heading(),
                lead=lead(self._stage),
                kept=tuple(KeptRow(i.batch, isolate(printable(i.name)), kept_text(i)) for i in self._kept),
                setup=self._setup.state() if self._setup is not None and self._stage is Stage.SETUP else None,
                report=report_of(head, self._book.shown, self._charts) if head is not None and listed else None,
                detail=detail_of(chosen, open_to_change=self._stage is Stage.CHECKED) if chosen else None,
                busy=self._busy,
                done=self._reading.done,
                total=self._reading.total,
                problem=self._problem,
                said=said,
                primary=primary_text(self._stage, head),
                blocked=self._blocked() if self._stage is Stage.CHECKED else "",
            )
        )

    def _heading(self) -> str:
        if self._head is None or self._stage in {Stage.CHOOSE, Stage.SETUP}:
            return _("Many payments from a list")
        return isolate(printable(self._head.name))
