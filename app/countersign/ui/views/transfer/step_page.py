"""What every step of the transfer has: the line of steps, what is being done, what went wrong, and two buttons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from countersign.presentation.messages import _
from countersign.presentation.transfer import TransferState
from countersign.presentation.transfer_desk import Fault
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Tone
from countersign.ui.widgets import (
    Banner,
    ErrorSummary,
    Field,
    FooterBar,
    KitButton,
    ProgressRow,
    ScrollPage,
    Step,
    Stepper,
    StepState,
)
from countersign.ui.widgets.turns import in_turns

_LARGE = 150  # per cent


class StepPage(ScrollPage):
    """Be one step; children fill ``main`` and ``aside``."""

    def __init__(self, key: str) -> None:
        """Make the page; ``key`` begins the names of its widgets."""
        super().__init__("")
        self.setObjectName(f"transfer.{key}")
        self.stepper = Stepper()
        self.stepper.setObjectName(f"transfer.{key}.steps")
        self.set_top(self.stepper)
        self.progress = ProgressRow("")
        self.progress.hide()
        self.problem = Banner(Tone.WARN, _("Something went wrong"))
        self.problem.setObjectName(f"transfer.{key}.problem")
        self.problem.hide()
        self.summary = ErrorSummary(_("Some answers are missing or can't be used"))
        self.summary.setObjectName(f"transfer.{key}.errors")
        for widget in (self.progress, self.problem, self.summary):
            self.add(widget)
        self._faults: tuple[Fault, ...] = ()
        self._footer: FooterBar | None = None
        self._note = ""

    def set_step_actions(self, safe: KitButton | None, primary: KitButton | None) -> None:
        """Set the two buttons, with the number of the step between them."""
        self._footer = self.set_actions(safe, primary, self._note)

    @staticmethod
    def note_for(state: TransferState) -> str:
        """Return the note between the buttons; at large text sizes the line of steps says it, and room is scarce."""
        return state.note if look().text_percent < _LARGE else ""

    def show_frame(self, state: TransferState) -> None:
        """Show what all steps have."""
        self.set_heading(state.heading, state.lead)
        self.stepper.set_steps([Step(mark.name, StepState(mark.state)) for mark in state.steps])
        self._note = state.note
        if self._footer is not None:
            self._footer.set_note(self.note_for(state))
        if state.busy:
            self.progress.set_progress(state.busy)
        self.progress.setVisible(bool(state.busy))
        wanted = bool(state.problem.text)
        if wanted:
            self.problem.set_text(state.problem.title or _("That did not work"), state.problem.text)
        if wanted and self.problem.isHidden():
            self.problem.appear()
        self.problem.setVisible(wanted)

    def show_faults(self, faults: tuple[Fault, ...], fields: Mapping[str, Field]) -> None:
        """List faults at the top; the summary takes the focus only when it is new."""
        if faults == self._faults:
            return
        self._faults = faults
        self.summary.show_errors([(fields[fault.field], fault.text) for fault in faults if fault.field in fields])
        if faults:
            in_turns(self, [partial(self.scroll_to, self.summary)])  # once it has its place


def quietly(widget: object, act: Callable[[], None]) -> None:
    """Change a widget without its signals going back to the presenter."""
    block = getattr(widget, "blockSignals", None)
    if not callable(block):
        raise TypeError(type(widget).__name__)
    before = block(True)
    act()
    block(before)
