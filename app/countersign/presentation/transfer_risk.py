"""Step 4, the risk check: the question that interrupts, the hard stop, and the reasons with the last payments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from countersign.application.flows.script import Script, on_read, on_vault
from countersign.application.flows.transfer import Step, TransferDraft, held_until, open_interventions
from countersign.application.use_cases.save_draft import save_draft
from countersign.domain.guidance import path_after
from countersign.domain.money import Money
from countersign.domain.risk import Assessment
from countersign.presentation.messages import _
from countersign.presentation.transfer_amount import assess
from countersign.presentation.transfer_desk import TransferDesk
from countersign.presentation.transfer_interventions import (
    HaltState,
    InterruptionState,
    call_back_first,
    hang_up,
    interruption,
    stopped,
)
from countersign.presentation.transfer_risk_texts import (
    ChartState,
    chart,
    confidence_text,
    lower_texts,
    stop_text,
    top_reasons,
)

CHART_PAYMENTS = 12


@dataclass(frozen=True, slots=True)
class RiskState:
    """What the fourth step shows: one of ``interruption``, ``halt`` and the reasons; nothing before the assessment.

    Attributes:
        more: That there are further reasons, as a sentence; empty where there are none.
    """

    interruption: InterruptionState | None
    halt: HaltState | None
    reasons: tuple[str, ...]
    more: str
    lowers: tuple[str, ...]
    confidence: str
    chart: ChartState | None
    may_go_on: bool


class RiskStep:
    """Leads through the fourth step."""

    def __init__(self, desk: TransferDesk) -> None:
        self._desk = desk
        self._history: Sequence[tuple[int, int, str]] = ()
        self._picked = ""
        self._fault = ""
        self._asking_again = False
        self._stopped_here = False

    def enter(self) -> None:
        """Assess the draft as it stands."""
        self._picked = self._fault = ""
        self._asking_again = self._stopped_here = False
        busy = _("Comparing this payment with your own…")
        self._desk.run(self._load(), self._take, busy=busy)

    def pick(self, answer: str) -> None:
        """Mark an answer; nothing follows from it yet."""
        self._picked, self._fault = answer, ""
        self._desk.render()

    def answer(self) -> None:
        """Give the marked answer."""
        asked = self._asked()
        if not asked:
            return
        if not self._picked:
            self._fault = _("Choose the answer that fits best.")
            self._desk.render()
            return
        answers = {**self._desk.draft.answers, asked: self._picked}
        self._asking_again, self._picked = False, ""
        self._keep(replace(self._desk.draft, answers=answers))

    def safe_action(self) -> None:
        """Do what is safe without answering: stop and call, or hang up."""
        self._stopped_here = True
        self._desk.render()

    def answer_again(self) -> None:
        """Ask once more, after the call."""
        self._asking_again, self._stopped_here = True, False
        self._desk.render()

    def freeze(self) -> None:
        """Offer to stop all new payments."""
        self._desk.navigate.ask_freeze()

    def go_home(self) -> None:
        """Leave; the draft stays as it was saved."""
        self._desk.navigate.open_home()

    def change_details(self) -> None:
        """Go back to the payee."""
        self._desk.go(Step.PAYEE)

    def go_on(self) -> None:
        """Go to the review, where everything is answered."""
        if not self._desk.forward():
            self._desk.render()

    def _keep(self, draft: TransferDraft) -> None:
        """Save answers: they don't change what was assessed."""

        def kept(saved: TransferDraft) -> None:
            self._desk.draft = saved
            self._desk.render()

        self._desk.run(on_vault(partial(save_draft, self._desk.session.vault, draft)), kept)

    def _load(self) -> Script[Assessment]:
        draft, reader = self._desk.draft, self._desk.session.reader
        currency = draft.amount.currency if draft.amount else ""
        self._history = yield from on_read(partial(reader.outgoing_minor, currency, CHART_PAYMENTS))
        return (yield from assess(self._desk))

    def _take(self, assessment: Assessment) -> None:
        self._desk.assessment = assessment
        self._desk.render()

    def _asked(self) -> str:
        assessment = self._desk.assessment
        opened = open_interventions(self._desk.draft, assessment) if assessment else ()
        return opened[0] if opened else ""

    # — showing —

    def state(self) -> RiskState:
        """Say what is to be shown."""
        assessment, draft = self._desk.assessment, self._desk.draft
        if assessment is None or draft.amount is None:
            return RiskState(None, None, (), "", (), "", None, may_go_on=False)
        halt = self._halt(assessment)
        asked = "" if halt else self._asked()
        page = interruption(asked, self._picked, payee=draft.name, fault=self._fault) if asked else None
        reasons = top_reasons(assessment, draft.amount.currency)
        further = len(assessment.reasons) - len(reasons)
        return RiskState(
            interruption=page,
            halt=halt,
            reasons=reasons,
            more=_("And {count} more.").format(count=further) if further else "",
            lowers=lower_texts(assessment.lowers),
            confidence=confidence_text(assessment),
            chart=last_payments(self._desk, self._history),
            may_go_on=halt is None and page is None,
        )

    def _halt(self, assessment: Assessment) -> HaltState | None:
        draft = self._desk.draft
        if assessment.must_stop:
            points = (*(stop_text(stop) for stop in assessment.stops), *call_back_first(draft.name).points)
            heading = _("This payment can't be sent")
            return HaltState("stop", heading, points, may_answer_again=False, offers_freeze=False)
        asked = self._asked()
        if asked and self._stopped_here:
            redirected = asked == "invoice_redirection"
            return call_back_first(draft.name) if redirected else hang_up()
        given = draft.answers.get(asked, "")
        if not given:
            return None
        path = path_after(asked, given)
        if path.needs_call_back:
            return None if self._asking_again else call_back_first(draft.name)
        until = held_until(draft)
        if until <= self._desk.session.clock.now_ms():
            return None  # the day has passed: the question is asked anew
        held = _("You can take this transfer up again after {moment}.").format(moment=self._desk.moment(until))
        return replace(hang_up(), may_answer_again=False, held=held) if path.offers_freeze else stopped(held)


def last_payments(desk: TransferDesk, history: Sequence[tuple[int, int, str]]) -> ChartState | None:
    """Show the last payments, given newest first, and this one."""
    amount = desk.draft.amount
    if amount is None:
        return None
    paid = [(desk.day(at), Money(minor, amount.currency)) for at, minor, _account in reversed(history)]
    return chart(paid, amount, this_label=_("This payment"))
