"""The second pane of the inbox: one order, what is asked before something is done with it, or a batch."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from countersign.presentation.inbox import InboxPresenter
from countersign.presentation.inbox_state import Detail, InboxState, Stage
from countersign.presentation.messages import _
from countersign.ui.views.inbox.batch import BatchSheet
from countersign.ui.views.inbox.detail import DetailContent
from countersign.ui.views.inbox.forms import ApproveSheet, ReasonSheet
from countersign.ui.views.inbox.pane import Pane
from countersign.ui.widgets import (
    ArmingButton,
    DangerButton,
    EmptyState,
    KitButton,
    PrimaryButton,
    SafeButton,
)
from countersign.ui.widgets.turns import in_turns


class InboxPane(Pane):
    """Show what the stage says; every act goes to the presenter.

    Attributes:
        documents: Makes the card with an order's documents; None where none can be opened.
        show_code: Shows an order as a code; None where no other device could read it.

    Signals:
        batch_wanted(): the payments of the shown order's batch are to be listed.
    """

    batch_wanted = Signal()

    def __init__(self) -> None:
        """Make a pane in which nothing is open."""
        super().__init__(_("The payment in detail"))
        self.setObjectName("inbox.pane")
        self._presenter: InboxPresenter | None = None
        self._primary: KitButton | None = None
        self.documents: Callable[[str], QWidget] | None = None
        self.show_code: Callable[[str], None] | None = None
        self._show_nothing()

    def attach(self, presenter: InboxPresenter) -> None:
        """Take the presenter."""
        self._presenter = presenter

    def show_inbox(self, before: InboxState | None, state: InboxState) -> None:
        """Show the state; only what has changed is made anew."""
        parts = (state.stage, state.detail, state.batch, state.form)
        if before is None or (before.stage, before.detail, before.batch, before.form) != parts:
            self._fill_pane(before, state)
        content = self.content
        if isinstance(content, ApproveSheet | ReasonSheet | BatchSheet) and (
            before is None or before.faults != state.faults
        ):
            content.show_faults(state.faults)
        if self._primary is not None and state.busy:
            self._primary.set_blocked(state.busy)
        elif self._primary is not None and before is not None and before.busy and not state.busy:
            self._primary.set_blocked(state.batch.blocked if state.batch else "")

    def _fill_pane(self, before: InboxState | None, state: InboxState) -> None:
        moved = before is not None and before.stage is not state.stage
        detail, form = state.detail, state.form
        if state.stage is Stage.BATCH and state.batch is not None:
            self._fill_batch(state)
        elif detail is None:
            self._show_nothing()
        elif state.stage is Stage.DETAIL or form is None:
            self._fill_detail(detail, listed=detail.batch == state.within)
        elif state.stage is Stage.APPROVE:
            sheet = ApproveSheet(form, detail)
            arming = ArmingButton(form.primary)
            arming.activated.connect(partial(self._approve, sheet))
            self._show_sheet(sheet, form.safe, arming, "inbox.approve.sign")
            arming.arm_after(detail.wait_ms)
        else:
            reasons = ReasonSheet(form)
            button = DangerButton(form.primary) if state.stage is Stage.REJECT else PrimaryButton(form.primary)
            button.activated.connect(partial(self._send_reason, reasons, state.stage))
            self._show_sheet(reasons, form.safe, button, f"inbox.{state.stage.value}.send")
        content = self.content
        if moved and isinstance(content, ReasonSheet):
            first = content.first()
            in_turns(first, [partial(first.setFocus, Qt.FocusReason.OtherFocusReason)])
        elif moved:  # what is to be signed is read first
            self.area.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_nothing(self) -> None:
        self._primary = None
        words = _("Choose a payment on the left: what changed since the last one comes first.")
        holder = QWidget()
        body = QVBoxLayout(holder)
        body.addStretch(1)
        body.addWidget(EmptyState("inbox", _("Nothing is open"), words))
        body.addStretch(2)
        self.show_content(holder, (), "", "")

    def _fill_detail(self, detail: Detail, *, listed: bool) -> None:
        """Show an order; ``listed``: its batch is what the list shows, or it has none."""
        content = DetailContent(detail, self.documents)
        content.batch.setVisible(bool(detail.batch) and not listed)
        content.batch.activated.connect(self.batch_wanted)
        content.page.activated.connect(self._open_page)
        content.code.setVisible(self.show_code is not None)
        if self.show_code is not None:
            content.code.activated.connect(partial(self.show_code, detail.order))
        actions: list[KitButton] = []
        texts = (
            (Stage.REJECT, _("Reject…"), _("Reject this payment"), detail.reject_blocked),
            (Stage.REPAIR, _("Return…"), _("Return it for repair"), detail.return_blocked),
        )
        for stage, words, name, blocked in texts:
            button = SafeButton(words, name=name)
            button.setObjectName(f"inbox.{stage.value}")
            button.set_blocked(blocked)
            button.show_reason_in(self.reason)
            button.activated.connect(partial(self._stage, stage))
            actions.append(button)
        primary = PrimaryButton(detail.primary)
        primary.setObjectName("inbox.primary")
        primary.enter_presses = False
        primary.set_blocked(detail.blocked)
        primary.activated.connect(partial(self._stage, Stage.CALL_BACK if detail.act == "call_back" else Stage.APPROVE))
        self._primary = None
        self.show_content(content, (*actions, primary), detail.hint, detail.blocked)

    def _fill_batch(self, state: InboxState) -> None:
        if state.batch is None:
            return
        sheet = BatchSheet(state.batch)
        sheet.opened.connect(self._open_from_batch)
        button = PrimaryButton(state.batch.primary)
        button.activated.connect(partial(self._approve_batch, sheet))
        self._show_sheet(sheet, _("Not now"), button, "inbox.batch.sign")
        button.set_blocked(state.batch.blocked)

    def _show_sheet(self, sheet: QWidget, safe: str, primary: KitButton, name: str) -> None:
        back = SafeButton(safe)
        back.setObjectName("inbox.leave")
        back.activated.connect(partial(self._stage, Stage.DETAIL))
        primary.setObjectName(name)
        primary.enter_presses = False
        self._primary = primary
        self.show_content(sheet, (back, primary), "", "")

    # — what the person does —

    def _stage(self, stage: Stage) -> None:
        if self._presenter is not None:
            self._presenter.open_stage(stage)

    def _open_page(self) -> None:
        if self._presenter is not None:
            self._presenter.open_order()

    def _open_from_batch(self, order: str) -> None:
        if self._presenter is not None:
            self._presenter.choose(order)

    def _approve(self, sheet: ApproveSheet) -> None:
        if self._presenter is not None:
            self._presenter.approve(sheet.on_screen, sheet.digits.text(), sheet.passphrase.take())

    def _approve_batch(self, sheet: BatchSheet) -> None:
        if self._presenter is not None:
            self._presenter.approve_batch(sheet.on_screen, sheet.passphrase.take())

    def _send_reason(self, sheet: ReasonSheet, stage: Stage) -> None:
        if self._presenter is None:
            return
        if stage is Stage.CALL_BACK:
            self._presenter.record_call_back(sheet.reasons.value())
        else:
            self._presenter.stop(sheet.reasons.value(), sheet.words())
