"""The guided transfer on screen: one page a step, made when it is first shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Final, TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QWidget

from countersign.presentation.transfer import Step, TransferPresenter, TransferState
from countersign.presentation.transfer_amount import AmountState
from countersign.presentation.transfer_confirm import ScaState
from countersign.presentation.transfer_name_check import NameCheckState
from countersign.presentation.transfer_payee_state import PayeeState
from countersign.presentation.transfer_review import ReviewState
from countersign.presentation.transfer_risk import RiskState
from countersign.ui.views.transfer.amount_page import AmountPage
from countersign.ui.views.transfer.confirm_page import ConfirmPage
from countersign.ui.views.transfer.name_check_page import NameCheckPage
from countersign.ui.views.transfer.payee_page import PayeePage
from countersign.ui.views.transfer.review_page import ReviewPage
from countersign.ui.views.transfer.risk_page import RiskPage
from countersign.ui.views.transfer.step_page import StepPage
from countersign.ui.widgets.turns import in_turns

P = TypeVar("P", PayeePage, NameCheckPage, AmountPage, RiskPage, ReviewPage, ConfirmPage)

_MAKES: Final[Mapping[Step, Callable[[TransferPresenter], StepPage]]] = {
    Step.PAYEE: PayeePage,
    Step.NAME_CHECK: NameCheckPage,
    Step.AMOUNT: AmountPage,
    Step.RISK: RiskPage,
    Step.REVIEW: ReviewPage,
    Step.CONFIRM: ConfirmPage,
}
_AHEAD_MS = 30  # after the step is on screen
_AUTOSAVE_MS = 700
_PHONE_MS = 1_000


class TransferPage(QStackedWidget):
    """Show the step that the presenter says."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        super().__init__(parent)
        self.setObjectName("transfer.page")
        self._presenter: TransferPresenter | None = None
        self._steps: dict[Step, StepPage] = {}
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_AUTOSAVE_MS)
        self._phone = QTimer(self)
        self._phone.setInterval(_PHONE_MS)
        self._ahead = QTimer(self)
        self._ahead.setSingleShot(True)
        self._ahead.setInterval(_AHEAD_MS)
        self._ahead.timeout.connect(self._go_ahead)
        back = QShortcut(QKeySequence("Alt+Left"), self)
        back.activated.connect(self._back)

    def attach(self, presenter: TransferPresenter, draft: str = "") -> None:
        """Take the presenter; begin, or go on with a draft."""
        self._presenter = presenter
        self._rest.timeout.connect(presenter.autosave)
        self._phone.timeout.connect(presenter.confirm.poll_phone)
        self.destroyed.connect(presenter.close)
        presenter.start(draft)

    def show_state(self, state: TransferState) -> None:
        """Show the state; a new step takes the focus to its heading."""
        presenter = self._presenter
        if presenter is None:
            return
        page = state.page
        shown = self._steps.get(state.step)
        with shown.laid_out_once() if shown is not None else nullcontext():
            self._show_step(state)
        self.setCurrentWidget(self._steps[state.step])
        self.setAccessibleName(state.heading)
        self._rest.start()
        self._ahead.start()
        if isinstance(page, ScaState) and page.phone is not None:
            self._phone.start()
        else:
            self._phone.stop()

    def _show_step(self, state: TransferState) -> None:
        page = state.page
        if isinstance(page, PayeeState):
            self._step(Step.PAYEE, PayeePage).show_step(state, page)
        elif isinstance(page, NameCheckState):
            self._step(Step.NAME_CHECK, NameCheckPage).show_step(state, page)
        elif isinstance(page, AmountState):
            self._step(Step.AMOUNT, AmountPage).show_step(state, page)
        elif isinstance(page, RiskState):
            self._step(Step.RISK, RiskPage).show_step(state, page)
        elif isinstance(page, ReviewState):
            self._step(Step.REVIEW, ReviewPage).show_step(state, page)
        else:
            self._step(Step.CONFIRM, ConfirmPage).show_step(state, page)

    @property
    def step_page(self) -> QWidget | None:
        """The page of the step that is shown."""
        return self.currentWidget()

    def _step(self, step: Step, make: type[P]) -> P:
        found = self._steps.get(step)
        if found is None:
            if self._presenter is None:
                raise RuntimeError(step)
            found = make(self._presenter)
            self._steps[step] = found
            self.addWidget(found)
        if not isinstance(found, make):
            raise TypeError(step)
        return found

    def _go_ahead(self) -> None:
        in_turns(self, [self._make_ahead])  # a turn of its own: what is due when a page has been painted comes at once

    def _make_ahead(self) -> None:
        """Make the pages that follow while the person is at this one, one at a time: they open sooner then."""
        presenter, shown = self._presenter, self.currentWidget()
        here = next((step for step, page in self._steps.items() if page is shown), None)
        if presenter is None or here is None:
            return
        steps = list(_MAKES)
        for step in steps[steps.index(here) + 1 :]:
            if step not in self._steps:
                self._steps[step] = page = _MAKES[step](presenter)
                self.addWidget(page)
                self._ahead.start()
                return

    def _back(self) -> None:
        if self._presenter is not None:
            self._presenter.back()
