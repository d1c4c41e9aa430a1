"""Which way to pay, on screen: the ways that fit, when the money shall leave, who pays the fees, and a purpose code."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QWidget

from countersign.presentation.messages import _
from countersign.presentation.transfer_desk import Option
from countersign.presentation.transfer_ways import WaysPart, WaysState
from countersign.ui.views.transfer.step_page import quietly
from countersign.ui.widgets import (
    Card,
    Choice,
    ChoiceCards,
    DateField,
    Field,
    PlainLabel,
    SelectField,
    Variant,
)

_ISO = Qt.DateFormat.ISODate


class WaysCard(Card):
    """Asks which way, when and at whose cost."""

    def __init__(self, part: WaysPart) -> None:
        """Make the card."""
        super().__init__(_("Which way to pay"), icon="clock")
        self._part = part
        self._shown: WaysState | None = None
        self.product = ChoiceCards(_("Which way to pay"), [])
        self.product.setObjectName("transfer.amount.product")
        self.product.chosen.connect(part.choose)
        self.product_field = Field("", self.product)
        self.add(self.product_field)
        self.against = PlainLabel("", Variant.CAPTION)
        self.against.setObjectName("transfer.amount.against")
        self.add(self.against)
        self.day = DateField("2026-01-01", _("Leave on"))
        self.day.setObjectName("transfer.amount.date")
        self.day.dateChanged.connect(lambda day: part.choose_day(day.toString(_ISO)))
        self.day_field = Field(_("Leave on"), self.day)
        self.add(self.day_field)
        self._selects: dict[str, tuple[Field, SelectField]] = {}
        self.notes = PlainLabel("", Variant.CAPTION)
        self.notes.setObjectName("transfer.amount.notes")
        self.add(self.notes)

    def show_ways(self, state: WaysState, fault: str) -> None:
        """Show the state; ``fault``: why the choice can't stand."""
        before, self._shown = self._shown, state
        if before is None or before.options != state.options:
            name_options(self.product, state.options, "transfer.amount.product")
        if self.product.value() != (state.chosen or None):
            self.product.set_value(state.chosen or None)
        self.product_field.set_error(fault)
        for label, sentences in ((self.against, state.against), (self.notes, state.notes)):
            label.setText("\n".join(sentences))
            label.setVisible(bool(sentences))
        self._show_day(state)
        bearers = tuple((option.value, option.title) for option in state.bearers)
        self._show_select("charge_bearer", bearers, state.bearer)
        self._show_select("purpose", state.purposes, state.purpose)

    def _show_select(self, key: str, options: tuple[tuple[str, str], ...], chosen: str) -> None:
        """Show a list, made when it is first wanted: most payments want neither."""
        if key not in self._selects and not options:
            return
        if key not in self._selects:
            self._selects[key] = self._make_select(key)
        field, select = self._selects[key]
        listed = tuple((str(select.itemData(row)), select.itemText(row)) for row in range(select.count()))
        if listed != options:
            select.set_options(options)
        select.set_value(chosen)
        field.setVisible(bool(options))

    def _make_select(self, key: str) -> tuple[Field, SelectField]:
        label, choose = {
            "charge_bearer": (_("Who pays the fees?"), self._part.choose_bearer),
            "purpose": (_("Purpose code, if the payee asks for one"), self._part.choose_purpose),
        }[key]
        select = SelectField(label)
        select.setObjectName(f"transfer.amount.{key}")
        select.chosen.connect(choose)
        field = Field(label, select)
        others = [other for other, _select in self._selects.values()] if key == "charge_bearer" else []
        self.body.insertWidget(self.body.indexOf(next(iter(others), self.notes)), field)
        return field, select

    def _show_day(self, state: WaysState) -> None:
        first, last = QDate.fromString(state.first_day, _ISO), QDate.fromString(state.last_day, _ISO)
        quietly(self.day, partial(self.day.setDateRange, first, last))
        if self.day.iso() != state.day:
            quietly(self.day, partial(self.day.setDate, QDate.fromString(state.day, _ISO)))
        self.day_field.set_hint(state.leaving)

    def follow(self, before: QWidget) -> None:
        """Be where Tab goes after ``before``."""
        self.product.follow(before, self.day)
        for first, second in zip(self._fields(), self._fields()[1:], strict=False):
            QWidget.setTabOrder(first, second)

    def last_field(self) -> QWidget:
        """Return the last control."""
        return self._fields()[-1]

    def _fields(self) -> tuple[QWidget, ...]:
        made = (self._selects[key][1] for key in ("charge_bearer", "purpose") if key in self._selects)
        return self.day, *made


def name_options(cards: ChoiceCards, options: tuple[Option, ...], name: str) -> None:
    """Put options on cards, each with a name of its own."""
    cards.set_choices([Choice(option.value, option.title, option.text) for option in options])
    for option in options:
        cards.card(option.value).setObjectName(f"{name}.{option.value}")
