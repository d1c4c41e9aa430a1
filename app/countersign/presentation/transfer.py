"""The guided transfer: which of its six steps is shown, where it came from, and leaving it without losing anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeAlias

from countersign.application.flows.script import Script, on_read, on_vault, run_script
from countersign.application.flows.submission import Phase
from countersign.application.flows.transfer import STEPS, Step, TransferDraft
from countersign.application.ports.clock import new_identifier
from countersign.application.ports.rails import RailBook
from countersign.application.ports.tasks import Lane
from countersign.application.session import Session
from countersign.application.use_cases.save_draft import drop_draft, save_draft, saved_drafts
from countersign.domain.errors import UserFacingError
from countersign.domain.order_state import OrderState
from countersign.presentation.carry import CarryPanel, CarryState
from countersign.presentation.file_hands import FileHands
from countersign.presentation.messages import _
from countersign.presentation.navigation import Navigate
from countersign.presentation.recovery_words import RecoveryState
from countersign.presentation.transfer_amount import AmountState, AmountStep
from countersign.presentation.transfer_confirm import ScaPanel, ScaState
from countersign.presentation.transfer_desk import Problem, TransferDesk
from countersign.presentation.transfer_handed_in import HandedInState, handed_in
from countersign.presentation.transfer_name_check import NameCheckState, NameCheckStep
from countersign.presentation.transfer_payee import PayeeStep
from countersign.presentation.transfer_payee_state import PayeeState
from countersign.presentation.transfer_review import ReviewState, ReviewStep
from countersign.presentation.transfer_risk import RiskState, RiskStep
from countersign.presentation.transfer_ways import open_book, recovery_of

__all__ = ["PageState", "Step", "StepMark", "TransferPresenter", "TransferState", "TransferView", "step_names"]

PageState: TypeAlias = PayeeState | NameCheckState | AmountState | RiskState | ReviewState | ScaState | HandedInState

_ASKED_ON_OPENING = frozenset({OrderState.INTENDED, OrderState.ANSWERING, OrderState.UNKNOWN})
_GONE = frozenset({OrderState.ACCEPTED, OrderState.SETTLED, OrderState.CANCELLING})


@dataclass(frozen=True, slots=True)
class StepMark:
    """One step on the line of steps: ``state`` is ``done``, ``current``, ``todo`` or ``skipped``."""

    name: str
    state: str


@dataclass(frozen=True, slots=True)
class TransferState:
    """What the window shows.

    Attributes:
        note: "Step 3 of 6".
        busy: What is being done, in words; empty when nothing is.
        may_go_back: Whether the way back is open; not once the bank holds the order.
        carry: What is carried to the bank by hand, in the last step; None otherwise.
        recovery: What can be got back of the order that is about to be confirmed; None on other steps.
    """

    step: Step
    steps: tuple[StepMark, ...]
    note: str
    heading: str
    lead: str
    busy: str
    problem: Problem
    may_go_back: bool
    page: PageState
    carry: CarryState | None = None
    recovery: RecoveryState | None = None


class TransferView(Protocol):
    """The page."""

    def show_state(self, state: TransferState) -> None:
        """Show the state; a new step takes the focus to its heading."""


class TransferPresenter:
    """Leads one transfer through its steps.

    Attributes:
        payee: Step 1.
        name_check: Step 2.
        amount: Step 3.
        risk: Step 4.
        review: Step 5.
        confirm: Step 6.
        carry: Step 6, where the person carries the payment to the bank.
    """

    def __init__(
        self,
        session: Session,
        navigate: Navigate,
        view: TransferView,
        words: Sequence[str],
        hands: FileHands | None = None,
    ) -> None:
        """Make the presenter.

        Args:
            session: The unlocked work.
            navigate: Where to go.
            view: The page.
            words: The list that fingerprint phrases are made from.
            hands: For documents; None where there are no dialogs.
        """
        self._session, self._view = session, view
        draft = TransferDraft(new_identifier(session.entropy))
        self._desk = TransferDesk(session, navigate, draft, self._render)
        self._desk.entered = self._enter
        self.payee = PayeeStep(self._desk)
        self.name_check = NameCheckStep(self._desk)
        self.amount = AmountStep(self._desk, hands)
        self.risk = RiskStep(self._desk)
        self.review = ReviewStep(self._desk, words)
        self.confirm = ScaPanel(session, self._desk.render, self._confirmed)
        self.carry = CarryPanel(session, self.confirm, self._desk.render, hands, navigate.open_bring_in)
        self._saved = draft
        self._handed_in: HandedInState | None = None

    def start(self, draft: str = "") -> None:
        """Begin, or go on with a saved draft at the step where it was left."""
        if not draft:
            self._enter()
            return
        listing = partial(saved_drafts, self._session.vault)
        self._desk.run(on_vault(listing), partial(self._take_draft, draft), busy=_("Opening your draft…"))

    def close(self) -> None:
        """Leave; results that arrive later are dropped, the work still ends."""
        self._desk.close()
        self.confirm.close()

    def back(self) -> None:
        """Go one step back, as long as the bank does not hold the order."""
        if self._may_go_back():
            self._desk.back()

    def go_home(self) -> None:
        """Leave for home; the draft stays."""
        self._desk.navigate.open_home()

    def autosave(self) -> None:
        """Save what was typed since the last time; called by the page when the hands rest."""
        draft = replace(self._desk.draft, saved_at=self._saved.saved_at)
        if self._desk.closed or draft == self._saved or self._desk.step is Step.CONFIRM or self._desk.busy:
            return
        self._saved = draft
        saving = partial(save_draft, self._session.vault, draft)
        self._session.tasks.run(Lane.VAULT, saving, self._autosaved, self._desk.failed)

    def show_order(self) -> None:
        """Open the page of the order."""
        if self._desk.draft.order:
            self._desk.navigate.open_order(self._desk.draft.order)

    # — inside —

    def _autosaved(self, saved: TransferDraft) -> None:
        self._saved = saved

    def _take_draft(self, wanted: str, drafts: Sequence[TransferDraft]) -> None:
        found = next((item for item in drafts if item.draft == wanted), None)
        if found is None:
            self._desk.fail(UserFacingError("transfer.draft_unknown"))
            return
        self._desk.draft, self._desk.step, self._saved = found, found.step, found
        self._enter()

    def _enter(self) -> None:
        """Show the step that the desk stands at."""
        enter = {
            Step.PAYEE: self.payee.enter,
            Step.NAME_CHECK: self.name_check.enter,
            Step.AMOUNT: self.amount.enter,
            Step.RISK: self.risk.enter,
            Step.REVIEW: self.review.enter,
            Step.CONFIRM: self._enter_confirm,
        }
        enter[self._desk.step]()

    def _enter_confirm(self) -> None:
        if self.review.handed_in:
            self.review.handed_in = False
            self._desk.run(self._read_handed_in(), self._show_handed_in)
            return
        run_script(self._session.tasks, open_book(self._session), self._take_book, self._desk.failed)
        self.confirm.open(self._desk.draft.order, self._confirm_opened)

    def _read_handed_in(self) -> Script[HandedInState]:
        session = self._session
        record = yield from on_vault(partial(session.read_order, self._desk.draft.order))
        rules = yield from on_read(session.reader.rules)
        return handed_in(record, rules, session.vault.identity, session.clock.now_ms())

    def _show_handed_in(self, state: HandedInState) -> None:
        self._handed_in = state
        self._desk.render()

    def _take_book(self, book: RailBook) -> None:
        self._desk.book = book
        self._desk.render()

    def _confirm_opened(self, phase: Phase) -> None:
        record = self.confirm.record
        if record is None:
            return
        if phase is Phase.IDLE and self.review.approved_here:
            self.review.approved_here = False
            self.confirm.begin()  # the person has just said that these details are right
        elif record.state is OrderState.PREPARED:
            self._desk.go(Step.REVIEW)
        elif record.final or record.state in _GONE or record.handed_over_at:
            self._confirmed()
        elif phase is Phase.CARRYING or (phase is Phase.UNKNOWN and record.state in _ASKED_ON_OPENING):
            self.confirm.check_again()

    def _confirmed(self) -> None:
        """Show the order's own page; the draft has served, unless the order came to nothing."""
        order, draft = self._desk.draft.order, self._desk.draft

        def leave() -> None:
            record = self._session.vault.order(order)
            came_to_nothing = record is not None and record.state not in _GONE and not record.handed_over_at
            if came_to_nothing:
                # The order stays named: should the bank show it after all, the draft can't become a second one.
                save_draft(self._session.vault, replace(draft, step=Step.AMOUNT))
            else:
                drop_draft(self._session.vault, draft.draft)

        self._desk.run(on_vault(leave), lambda _none: self._desk.navigate.open_order(order))

    def _may_go_back(self) -> bool:
        if self._desk.step is not Step.CONFIRM:
            return True
        if self._handed_in is not None:
            return False
        record = self.confirm.record
        return self.confirm.phase is Phase.IDLE and record is not None and not record.intent_event

    # — showing —

    def _render(self) -> None:
        desk = self._desk
        page = self._page()
        carry = self.carry.state() if desk.step is Step.CONFIRM else None
        heading, lead = (carry.heading, carry.lead) if carry else _headings(desk.step, page)
        self._view.show_state(
            TransferState(
                step=desk.step,
                steps=self._marks(),
                note=_("Step {number} of {count}").format(number=STEPS.index(desk.step) + 1, count=len(STEPS)),
                heading=heading,
                lead=lead,
                busy=desk.busy,
                problem=desk.problem if desk.problem.text else desk.barred,
                may_go_back=self._may_go_back(),
                page=page,
                recovery=self._recovery(),
                carry=carry,
            )
        )

    def _recovery(self) -> RecoveryState | None:
        record = self.confirm.record
        if self._desk.step is not Step.CONFIRM or record is None:
            return None
        return recovery_of(self._desk, record.content.payment)

    def _page(self) -> PageState:
        states: dict[Step, Callable[[], PageState]] = {
            Step.PAYEE: self.payee.state,
            Step.NAME_CHECK: self.name_check.state,
            Step.AMOUNT: self.amount.state,
            Step.RISK: self.risk.state,
            Step.REVIEW: self.review.state,
            Step.CONFIRM: lambda: self._handed_in or self.confirm.state(),
        }
        return states[self._desk.step]()

    def _marks(self) -> tuple[StepMark, ...]:
        here = STEPS.index(self._desk.step)
        assessment = self._desk.assessment
        quiet = assessment is not None and not (assessment.reasons or assessment.stops)
        names = step_names()
        marks = []
        for place, step in enumerate(STEPS):
            passed = "skipped" if step is Step.RISK and quiet else "done"
            state = "current" if place == here else passed if place < here else "todo"
            marks.append(StepMark(names[step], state))
        return tuple(marks)


def step_names() -> dict[Step, str]:
    """Name the steps."""
    return {
        Step.PAYEE: _("Payee"),
        Step.NAME_CHECK: _("Name check"),
        Step.AMOUNT: _("Amount and date"),
        Step.RISK: _("Risk check"),
        Step.REVIEW: _("Review"),
        Step.CONFIRM: _("Confirm"),
    }


def _headings(step: Step, page: PageState) -> tuple[str, str]:
    if isinstance(page, NameCheckState | ScaState | HandedInState):
        return page.heading, page.sentence if isinstance(page, NameCheckState) else page.lead
    if isinstance(page, ReviewState) and page.set_aside:
        return _("This order has ended"), _("Nothing was sent.")
    if isinstance(page, RiskState) and (page.interruption or page.halt):
        return _("One question before this goes on"), ""
    return {
        Step.PAYEE: (_("Who do you want to pay?"), _("Choose somebody you have paid before, or enter new details.")),
        Step.AMOUNT: (_("How much, and from which account?"), _("Nothing leaves your account before the last step.")),
        Step.RISK: (_("Why we paused"), _("This payment is unlike your others. Look at it once more.")),
        Step.REVIEW: (_("Check the details before you confirm"), _("Nothing leaves your account until the next step.")),
    }[step]
