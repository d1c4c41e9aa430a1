"""The form for a payment that was made elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from countersign.presentation.elsewhere import ElsewherePresenter, ElsewhereState, Typed
from countersign.presentation.messages import _
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import (
    AccountField,
    AmountField,
    Banner,
    Card,
    Choice,
    ChoiceCards,
    DateField,
    ErrorSummary,
    Field,
    PrimaryButton,
    ProgressRow,
    SafeButton,
    ScrollPage,
    SelectField,
    TextField,
)
from countersign.ui.widgets.page import FORM_WIDTH


class ElsewherePage(ScrollPage):
    """Show the form."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        super().__init__("", "", parent, max_width=FORM_WIDTH)
        self.setObjectName("elsewhere.page")
        self._presenter: ElsewherePresenter | None = None
        self._shown: ElsewhereState | None = None
        self.errors = ErrorSummary(_("Look at these again"))
        self.errors.setObjectName("elsewhere.errors")
        self.problem = Banner(Tone.WARN, _("That did not work"))
        self.problem.hide()
        self.progress = ProgressRow("")
        self.progress.hide()
        for widget in (self.errors, self.problem, self.progress):
            self.add(widget)
        self._fields: dict[str, Field] = {}
        self.add(self._make_form())
        leave = SafeButton(_("Leave without writing"))
        leave.setObjectName("elsewhere.leave")
        leave.activated.connect(self._leave)
        self.submit = PrimaryButton(_("Write it down"))
        self.submit.setObjectName("elsewhere.save")
        self.submit.activated.connect(self._save)
        self.set_actions(leave, self.submit)

    def attach(self, presenter: ElsewherePresenter) -> None:
        """Take the presenter and show its first state."""
        self._presenter = presenter
        self.destroyed.connect(presenter.close)
        presenter.start()

    def _make_form(self) -> Card:
        card = Card()
        card.body.setSpacing(Space.L)
        self.account = SelectField(_("From which account"))
        self.account.chosen.connect(self._account_chosen)
        self.day = DateField("2026-01-01", _("On which day"))
        self.day.dateChanged.connect(self._day_chosen)
        self.amount = AmountField(_("Amount"))
        self.payee = TextField(_("Who was paid"))
        self.payee_account = AccountField(_("Their account number"))
        self.reference = TextField(_("Reference"))
        named: tuple[tuple[str, str, QWidget, str], ...] = (
            ("account", _("From which account"), self.account, ""),
            ("day", _("On which day"), self.day, ""),
            ("amount", _("Amount"), self.amount, ""),
            ("payee", _("Who was paid"), self.payee, ""),
            ("payee_account", _("Their account number"), self.payee_account, _("If you know it.")),
            ("reference", _("Reference"), self.reference, _("If there was one.")),
        )
        for key, label, control, hint in named:
            control.setObjectName(f"elsewhere.{key}")
            self._fields[key] = Field(label, control, hint=hint)
        card.add(self._fields["account"])
        line = QHBoxLayout()
        line.setSpacing(Space.L)
        line.addWidget(self._fields["day"], 1, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._fields["amount"], 1, Qt.AlignmentFlag.AlignTop)
        card.body.addLayout(line)
        for key in ("payee", "payee_account", "reference"):
            card.add(self._fields[key])
        self.channel = ChoiceCards(_("Where did you pay it?"), [])
        self.channel.setObjectName("elsewhere.channel")
        self.channel.chosen.connect(self._channel_chosen)
        card.add(Field(_("Where did you pay it?"), self.channel))
        return card

    # — showing —

    def show_state(self, state: ElsewhereState) -> None:
        """Show the state."""
        before, self._shown = self._shown, state
        self.set_heading(state.heading, state.lead)
        if before is None or before.accounts != state.accounts:
            self.account.set_options([(option.value, option.title) for option in state.accounts])
        if self.account.value() != state.account:
            self.account.set_value(state.account)
        last, day = (QDate.fromString(text, Qt.DateFormat.ISODate) for text in (state.last_day, state.day))
        self.day.blockSignals(True)
        self.day.setMaximumDate(last)
        self.day.setDate(day)
        self.day.blockSignals(False)
        self.amount.set_currency(state.currency)
        if before is None or before.channels != state.channels:
            self.channel.set_choices([Choice(option.value, option.title) for option in state.channels])
        if self.channel.value() != state.channel:
            self.channel.set_value(state.channel)
        self.progress.setVisible(bool(state.busy))
        if state.busy:
            self.progress.set_progress(state.busy)
        if state.problem:
            self.problem.set_text(_("That did not work"), state.problem)
            if self.problem.isHidden():
                self.problem.appear()
        self.problem.setVisible(bool(state.problem))
        if before is None or before.faults != state.faults:
            self.errors.show_errors([(self._fields[fault.field], fault.text) for fault in state.faults])

    # — what the person does —

    def _account_chosen(self, value: str) -> None:
        if self._presenter is not None:
            self._presenter.choose_account(value)

    def _day_chosen(self, _day: QDate) -> None:
        if self._presenter is not None:
            self._presenter.choose_day(self.day.iso())

    def _channel_chosen(self, value: str) -> None:
        if self._presenter is not None:
            self._presenter.choose_channel(value)

    def _save(self) -> None:
        if self._presenter is not None:
            typed = Typed(self.amount.text(), self.payee.text(), self.payee_account.value(), self.reference.text())
            self._presenter.save(typed)

    def _leave(self) -> None:
        if self._presenter is not None:
            self._presenter.leave()
