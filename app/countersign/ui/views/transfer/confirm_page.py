"""Step 6 on screen: what the bank asks, with the practice phone beside it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from countersign.presentation.messages import _
from countersign.presentation.transfer import TransferPresenter, TransferState
from countersign.presentation.transfer_confirm import Phase, ScaState
from countersign.presentation.transfer_handed_in import HandedInState
from countersign.ui.theme.tokens import Space
from countersign.ui.views.transfer.step_page import StepPage
from countersign.ui.widgets import Card, FlowLayout, PrimaryButton, QuietButton, SafeButton
from countersign.ui.widgets.carry_panel import CarryView
from countersign.ui.widgets.recovery_card import RecoveryCard
from countersign.ui.widgets.sca_panel import ScaView


class ConfirmPage(StepPage):
    """Confirm with the bank."""

    def __init__(self, presenter: TransferPresenter) -> None:
        """Make the page."""
        super().__init__("confirm")
        self.sca = ScaView("transfer.confirm", lambda: presenter.confirm)
        self.add(self.sca)
        self.lay_out_as_one(self.sca)
        self.carry = CarryView("carry", lambda: presenter.carry)
        self.carry.hide()
        self.add(self.carry)
        self.add_aside(self.sca.phone)
        self.add_aside(self.carry.practice)
        self.recovery = RecoveryCard("transfer.confirm.recovery")
        self.add_aside(self.recovery)
        self.leave = SafeButton(_("Leave it for now"))
        self.leave.setObjectName("transfer.confirm.leave")
        self.leave.activated.connect(presenter.show_order)
        self.back = QuietButton(_("Back"), icon="back")
        self.back.setObjectName("transfer.confirm.back")
        self.back.activated.connect(presenter.back)
        self.set_tools([self.back])
        self._bar = self.set_actions(self.leave, None)
        self._points: tuple[str, ...] = ()
        self.next = Card(_("What happens next"), icon="people")
        self.next.setObjectName("transfer.handed_in")
        self.see = PrimaryButton(_("See the order"))
        self.see.setObjectName("transfer.handed_in.order")
        self.see.activated.connect(presenter.show_order)
        self.home = SafeButton(_("Go home"))
        self.home.setObjectName("transfer.handed_in.home")
        self.home.activated.connect(presenter.go_home)
        self.next.hide()
        self.add(self.next)

    def show_step(self, state: TransferState, page: ScaState | HandedInState) -> None:
        """Show the state."""
        self.show_frame(state)
        self._bar.set_note(self.note_for(state))
        ended = isinstance(page, HandedInState)
        self.next.setVisible(ended)
        self._bar.setVisible(not ended)
        if isinstance(page, HandedInState):
            self._show_handed_in(page)
            return
        self.back.setVisible(state.may_go_back)
        self.leave.setVisible(page.phase is not Phase.WORKING)
        self.carry.show_state(state.carry)
        self.sca.setVisible(state.carry is None)
        if state.carry is None:
            self.sca.show_state(page)
        else:
            self.sca.phone.hide()
        self.recovery.show_recovery(state.recovery)

    def _show_handed_in(self, page: HandedInState) -> None:
        for widget in (self.back, self.sca, self.sca.phone, self.carry, self.recovery):
            widget.hide()
        if page.points == self._points:
            return
        self._points = page.points
        self.next.add_points(page.points)
        row = QWidget()
        buttons = FlowLayout(row, Space.M)
        buttons.addWidget(self.see)
        buttons.addWidget(self.home)
        self.next.add(row)
