"""The card on an order's page that says which device sends it, and hands that over."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from countersign.presentation.messages import _
from countersign.presentation.team_sending import SendingPresenter, SendingState
from countersign.ui.theme.tokens import Space
from countersign.ui.widgets import (
    Card,
    DangerButton,
    Field,
    PlainLabel,
    PrimaryButton,
    QuietButton,
    SafeButton,
    SelectField,
    Variant,
)
from countersign.ui.widgets.work_page import button_row, reason_label


class SendingCard(Card):
    """Show who sends; hidden in a workspace of one device."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the card; ``attach`` gives it its presenter."""
        super().__init__(_("Who sends it"), parent, icon="send")
        self.body.setSpacing(Space.M)
        self._presenter: SendingPresenter | None = None
        self.text = PlainLabel("")
        self.text.setObjectName("sending.text")
        self.warning = PlainLabel("", Variant.STRONG, ink="warn")
        self.warning.setObjectName("sending.warning")
        self.problem = PlainLabel("", ink="danger")
        self.problem.setObjectName("sending.problem")
        self.devices = SelectField(_("Another device"))
        self.devices.setObjectName("sending.device")
        self._field = Field(_("Another device"), self.devices)
        self.ask = QuietButton(_("Hand the sending over"), icon="mobile")
        self.ask.setObjectName("sending.ask")
        self.ask.activated.connect(self._ask)
        self.question = PlainLabel("", Variant.STRONG)
        self.question.setObjectName("sending.question")
        self.keep = SafeButton(_("Leave it as it is"))
        self.keep.setObjectName("sending.keep")
        self.keep.activated.connect(self._keep)
        self.hand_over = PrimaryButton(_("Hand it over"))
        self.hand_over.setObjectName("sending.hand_over")
        self.hand_over.enter_presses = False
        self.hand_over.activated.connect(self._hand_over)
        self._buttons = button_row((self.keep, self.hand_over))
        self.end = DangerButton(_("End this order"))
        self.end.setObjectName("sending.end")
        self.end.enter_presses = False
        self.end.activated.connect(self._end)
        reason = reason_label()
        self.end.show_reason_in(reason)
        for widget in (self.text, self.warning, self.problem, self._field, self.question, self._buttons, reason):
            self.add(widget)
        for button in (self.ask, self.end):
            self.body.addWidget(button, 0, Qt.AlignmentFlag.AlignLeading)
        self.hide()

    def attach(self, presenter: SendingPresenter, order: str) -> None:
        """Take the presenter and show its first state."""
        self._presenter = presenter
        self.destroyed.connect(presenter.close)
        presenter.start(order)

    def show_state(self, state: SendingState) -> None:
        """Show the state."""
        self.text.setText(state.text)
        for label, text in ((self.warning, state.warning), (self.problem, state.problem)):
            label.setText(text)
            label.setVisible(bool(text))
        self.question.setText(state.question)
        self.devices.set_options(state.devices)
        offered = bool(state.devices)
        self._field.setVisible(offered and not state.asks)
        self.ask.setVisible(offered and not state.asks)
        self.question.setVisible(state.asks)
        self._buttons.setVisible(state.asks)
        self.end.setVisible(state.may_end)
        self.end.set_blocked(state.end_blocked)
        self.setVisible(bool(state.text or state.problem))

    def _ask(self) -> None:
        if self._presenter is not None:
            self._presenter.ask(self.devices.value())

    def _keep(self) -> None:
        if self._presenter is not None:
            self._presenter.keep()

    def _hand_over(self) -> None:
        if self._presenter is not None:
            self._presenter.hand_over()

    def _end(self) -> None:
        if self._presenter is not None:
            self._presenter.end()
