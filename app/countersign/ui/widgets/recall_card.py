"""Asking for the money back by file, on the order's page: why, and then where the request is and what to do with it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from countersign.presentation.messages import _
from countersign.presentation.order_recall import RecallState
from countersign.ui.theme.tokens import Space
from countersign.ui.widgets.buttons import PrimaryButton, SafeButton
from countersign.ui.widgets.cards import Card
from countersign.ui.widgets.choices import Choice, ChoiceCards
from countersign.ui.widgets.flow_layout import FlowLayout
from countersign.ui.widgets.labels import PlainLabel, Variant


class RecallCard(Card):
    """Asks why, and shows what was written; its parts are made when they are first wanted.

    Attributes:
        chosen: A reason was chosen.
        write: The request is to be written.
        leave: Nothing is to be written.
    """

    chosen = Signal(str)
    write = Signal()
    leave = Signal()

    def __init__(self, name: str) -> None:
        """Make the card; ``name`` begins the names of its parts."""
        super().__init__(_("Ask for the money back"), icon="undo")
        self._name = name
        self._question: QWidget | None = None
        self._written: QWidget | None = None
        self._shown: RecallState | None = None
        self.hide()

    def show_recall(self, state: RecallState | None) -> None:
        """Show the question, or what was written."""
        asks = state is not None and state.asks
        written = state is not None and bool(state.written)
        self.setVisible(asks or written)
        if state is None or state == self._shown:
            return
        self._shown = state
        if asks:
            self._show_question(state)
        if self._question is not None:
            self._question.setVisible(asks)
        if written:
            self._show_written(state)
        if self._written is not None:
            self._written.setVisible(written)

    def _show_question(self, state: RecallState) -> None:
        if self._question is None:
            self._question = self._make_question(state)
            self.add(self._question)
        if (self.reasons.value() or "") != state.chosen:
            self.reasons.set_value(state.chosen or None)
        self.write_button.set_blocked(None if state.chosen else _("Say first why you ask for it."))

    def _make_question(self, state: RecallState) -> QWidget:
        question, body = _column()
        body.addWidget(
            PlainLabel(
                _("Your bank gets a file that asks to call the payment off. It can refuse, and it may be too late.")
            )
        )
        why = _("Why do you ask for it?")
        body.addWidget(PlainLabel(why, Variant.STRONG))
        self.reasons = ChoiceCards(why, [Choice(item.value, item.title, item.text) for item in state.reasons])
        self.reasons.setObjectName(f"{self._name}.reason")
        self.reasons.chosen.connect(self.chosen)
        body.addWidget(self.reasons)
        blocked = PlainLabel("", Variant.MUTED, ink="warn")
        body.addWidget(blocked)
        buttons = QWidget()
        row = FlowLayout(buttons, Space.M)
        leave = SafeButton(_("Leave it"))
        leave.setObjectName(f"{self._name}.leave")
        leave.activated.connect(self.leave)
        self.write_button = PrimaryButton(_("Write the request"), icon="document")
        self.write_button.setObjectName(f"{self._name}.write")
        self.write_button.activated.connect(self.write)
        self.write_button.show_reason_in(blocked)
        leave.set_partner(self.write_button)
        for button in (leave, self.write_button):
            button.enter_presses = False
            row.addWidget(button)
        body.addWidget(buttons)
        return question

    def _show_written(self, state: RecallState) -> None:
        if self._written is None:
            self._written, body = _column()
            self.sentence = PlainLabel("", Variant.LEAD)
            self.file = PlainLabel("", Variant.STRONG, selectable=True, ltr=True)
            self.file.setObjectName(f"{self._name}.file")
            self.folder = PlainLabel("", Variant.BODY, selectable=True)
            self.folder.setObjectName(f"{self._name}.folder")
            self.steps = PlainLabel("", Variant.BODY)
            for label in (self.sentence, self.file, self.folder, self.steps):
                body.addWidget(label)
            self.add(self._written)
        self.sentence.setText(state.written)
        self.file.setText(state.file)
        self.folder.setText(state.folder)
        numbered = (
            _("{number}. {step}").format(number=number, step=step) for number, step in enumerate(state.steps, 1)
        )
        self.steps.setText("\n".join(numbered))
        self.steps.setVisible(bool(state.steps))


def _column() -> tuple[QWidget, QVBoxLayout]:
    holder = QWidget()
    body = QVBoxLayout(holder)
    body.setContentsMargins(0, 0, 0, 0)
    body.setSpacing(Space.M)
    return holder, body
