"""What is asked before a list is checked: which column is what, who pays, where the details come from."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from countersign.presentation.batch_state import Setup
from countersign.presentation.messages import _
from countersign.ui.theme.tokens import Space
from countersign.ui.widgets import Card, CheckField, Choice, ChoiceCards, Field, PlainLabel, SelectField, Variant
from countersign.ui.widgets.page import wants_one_column
from countersign.ui.widgets.painting import follow_look

_COLUMNS: Final = 2
_SHORTEST: Final = 8  # characters that a list shows however narrow it is


class SetupForm(QWidget):
    """Ask; what is chosen is told at once.

    Signals:
        column_chosen(str, str): a field is taken from this column.
        currency_chosen(str), account_chosen(str), source_chosen(str), payroll_chosen(bool): as they say.
    """

    column_chosen = Signal(str, str)
    currency_chosen = Signal(str)
    account_chosen = Signal(str)
    source_chosen = Signal(str)
    payroll_chosen = Signal(bool)

    def __init__(self, setup: Setup) -> None:
        """Make the form."""
        super().__init__()
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(Space.L)
        self._selects: dict[str, tuple[Field, SelectField]] = {}
        self._across = _COLUMNS
        self._setup = setup
        if setup.columns:
            body.addWidget(self._make_columns(setup))
            body.addWidget(_preview(setup))
        body.addWidget(self._make_paying(setup))
        self._payroll: CheckField | None = None
        if setup.asks_payroll:
            body.addWidget(self._make_payroll())
        self.show_state(setup)
        follow_look(self.arrange)

    def _make_columns(self, setup: Setup) -> Card:
        card = Card(_("What each column is"))
        card.setObjectName("batch.columns")
        card.add(PlainLabel(_("It is remembered for the next list with these columns."), Variant.MUTED))
        holder = QWidget()
        grid = self._grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.L)
        grid.setVerticalSpacing(Space.M)
        for column in setup.columns:
            select = SelectField(column.label, options=setup.options)
            select.setObjectName(f"batch.column.{column.field}")
            select.chosen.connect(partial(self.column_chosen.emit, column.field))
            _let_shrink(select)
            field = Field(column.label, select)
            self._selects[column.field] = (field, select)
        self._place(self._across)
        card.add(holder)
        self._currency = SelectField(_("Currency of all amounts"))
        self._currency.setObjectName("batch.currency")
        self._currency.chosen.connect(self.currency_chosen)
        _let_shrink(self._currency)
        self._currency_field = Field(_("Currency of all amounts"), self._currency)
        card.add(self._currency_field)
        self._columns_fault = PlainLabel("", ink="danger")
        card.add(self._columns_fault)
        return card

    def _place(self, across: int) -> None:
        """Lay the questions out beside each other."""
        for place, (field, _select) in enumerate(self._selects.values()):
            self._grid.addWidget(field, place // across, place % across)  # takes it from where it was
        for at in range(_COLUMNS):
            self._grid.setColumnStretch(at, int(at < across))

    def arrange(self) -> None:
        """Ask one thing under the other where it is narrow for the text's size, else two beside each other."""
        across = 1 if wants_one_column(self.window().width()) else _COLUMNS
        if across == self._across:
            return
        self._across = across
        if self._selects:
            self._place(across)
        self._show_account()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose one column or two."""
        super().resizeEvent(event)
        self.arrange()

    def _make_paying(self, setup: Setup) -> Card:
        card = Card(_("Who pays, and how do you know the payees?"))
        self._account = SelectField(_("Account that pays"), options=setup.accounts)
        self._account.setObjectName("batch.account")
        self._account.chosen.connect(self.account_chosen)
        _let_shrink(self._account)
        self._account_field = Field(
            _("Account that pays"),
            self._account,
            hint=_("Where the list itself names an account of yours, that one pays."),
        )
        card.add(self._account_field)
        self._account_whole = PlainLabel("", Variant.MUTED)
        self._account_whole.setObjectName("batch.account.whole")
        card.add(self._account_whole)
        choices = [Choice(option.value, option.title, option.text) for option in setup.sources]
        title = _("Where do the payees' details come from?")
        card.add(PlainLabel(title, Variant.LABEL))
        self._source = ChoiceCards(title, choices)
        self._source.setObjectName("batch.source")
        self._source.chosen.connect(self.source_chosen)
        card.add(self._source)
        self._source_fault = PlainLabel("", ink="danger")
        card.add(self._source_fault)
        return card

    def _make_payroll(self) -> Card:
        card = Card(_("Who needs to know?"), icon="people")
        self._payroll = CheckField(_("These are salaries, pensions or other pay."))
        self._payroll.setObjectName("batch.payroll")
        self._payroll.toggled.connect(self.payroll_chosen)
        card.add(self._payroll)
        text = _(
            "What each person receives is then sent to approvers, administrators and auditors. Others get the total."
        )
        card.add(PlainLabel(text, Variant.MUTED))
        return card

    def first_fault(self, setup: Setup) -> QWidget | None:
        """Return what has to be answered first; None where nothing has."""
        faults = dict(setup.faults)
        found: dict[str, QWidget] = {"account": self._account, "source": self._source}
        if setup.columns:
            found = {"columns": self._selects["name"][1], "currency": self._currency, **found}
        return next((control for key, control in found.items() if key in faults), None)

    def show_state(self, setup: Setup) -> None:
        """Show what is chosen, and what is missing."""
        self._setup = setup
        faults = dict(setup.faults)
        for column in setup.columns:
            self._selects[column.field][1].set_value(column.chosen)
        if setup.columns:
            self._currency.set_options(setup.currencies)
            self._currency.set_value(setup.currency)
            self._currency_field.setVisible(bool(setup.currencies))
            self._currency_field.set_error(faults.get("currency", ""))
            self._columns_fault.setText(faults.get("columns", ""))
            self._columns_fault.setVisible("columns" in faults)
        self._show_account()
        self._account_field.set_error(faults.get("account", ""))
        if self._payroll is not None:
            self._payroll.setChecked(setup.payroll)
        if (self._source.value() or "") != setup.source:
            self._source.set_value(setup.source or None)
        self._source_fault.setText(faults.get("source", ""))
        self._source_fault.setVisible("source" in faults)

    def _show_account(self) -> None:
        """Show the account that pays: in short where it is narrow, and then all of it below."""
        setup, narrow = self._setup, self._across == 1
        self._account.set_options(setup.short_accounts if narrow else setup.accounts)
        self._account.set_value(setup.account)
        self._account_whole.setText(dict(setup.accounts).get(setup.account, ""))
        self._account_whole.setVisible(narrow and bool(setup.account))


def _let_shrink(select: SelectField) -> None:
    """Let a list be narrower than what stands in it: a column's title may be of any length."""
    select.setSizeAdjustPolicy(SelectField.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    select.setMinimumContentsLength(_SHORTEST)


def _preview(setup: Setup) -> Card:
    """Show the first rows as they stand in the file."""
    card = Card(_("The first rows"))
    card.setObjectName("batch.preview")
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(Space.XL)
    grid.setVerticalSpacing(Space.S)
    for at, text in enumerate(setup.head):
        grid.addWidget(PlainLabel(text, Variant.STRONG, wrap=False), 0, at)
    for down, row in enumerate(setup.rows, 1):
        for at, text in enumerate(row):
            grid.addWidget(PlainLabel(text, wrap=False), down, at)
    grid.setColumnStretch(len(setup.head), 1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setAccessibleName(_("The first rows"))
    area.setWidget(holder)
    area.viewport().setAutoFillBackground(False)
    holder.setAutoFillBackground(False)
    area.setFixedHeight(holder.sizeHint().height() + area.horizontalScrollBar().sizeHint().height())
    card.add(area)
    return card
