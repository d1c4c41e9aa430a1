"""Step 6 on screen: what the bank asks, with the practice phone beside it."""

from __future__ import annotations

from countersign.presentation.messages import _
from countersign.presentation.transfer import TransferPresenter, TransferState
from countersign.presentation.transfer_confirm import Phase, ScaState
from countersign.ui.views.transfer.step_page import StepPage
from countersign.ui.widgets import QuietButton, SafeButton
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

    def show_step(self, state: TransferState, page: ScaState) -> None:
        """Show the state."""
        self.show_frame(state)
        self._bar.set_note(self.note_for(state))
        self.back.setVisible(state.may_go_back)
        self.leave.setVisible(page.phase is not Phase.WORKING)
        self.carry.show_state(state.carry)
        self.sca.setVisible(state.carry is None)
        if state.carry is None:
            self.sca.show_state(page)
        else:
            self.sca.phone.hide()
        self.recovery.show_recovery(state.recovery)
