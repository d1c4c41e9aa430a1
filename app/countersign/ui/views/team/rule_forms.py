"""The forms in which a rule, a limit or a delegation is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from countersign.presentation.messages import _
from countersign.presentation.rules_editor_state import DelegationForm, LimitForm, RuleForm, RulesState
from countersign.ui.theme.tokens import Space
from countersign.ui.widgets import (
    Card,
    CheckField,
    DateField,
    Field,
    KitButton,
    PlainLabel,
    QuietButton,
    SafeButton,
    SelectField,
    TextField,
    Variant,
)
from countersign.ui.widgets.work_page import button_row


class _Form(Card):
    """A card with fields, and two buttons at its end."""

    def __init__(self, name: str, title: str, leave: Callable[[], None], keep: Callable[[], None]) -> None:
        super().__init__(title, icon="edit")
        self.body.setSpacing(Space.M)
        self._name = name
        self.fields: dict[str, Field] = {}
        self._filled = False
        self.leave = SafeButton(_("Close the form"))
        self.leave.setObjectName(f"{name}.leave")
        self.leave.activated.connect(leave)
        self.keep = QuietButton(_("Take it in"), icon="check")
        self.keep.setObjectName(f"{name}.keep")
        self.keep.activated.connect(keep)

    def _text(self, key: str, label: str, hint: str = "") -> TextField:
        control = TextField(label)
        self._name_field(key, label, control, hint)
        return control

    def _select(self, key: str, label: str, hint: str = "") -> SelectField:
        control = SelectField(label)
        self._name_field(key, label, control, hint)
        return control

    def _name_field(self, key: str, label: str, control: QWidget, hint: str) -> None:
        control.setObjectName(f"{self._name}.{key}")
        self.fields[key] = Field(label, control, hint=hint)

    def _line(self, *keys: tuple[str, int]) -> None:
        row = QHBoxLayout()
        row.setSpacing(Space.L)
        for key, stretch in keys:
            row.addWidget(self.fields[key], stretch, Qt.AlignmentFlag.AlignBottom)
        self.body.addLayout(row)

    def _end(self) -> None:
        buttons: Sequence[KitButton] = (self.leave, self.keep)
        self.add(button_row(buttons))


class RuleCard(_Form):
    """Write a rule."""

    def __init__(self, leave: Callable[[], None], keep: Callable[[], None], edited: Callable[[], None]) -> None:
        """Make the card; ``edited`` is called after each change."""
        super().__init__("rules.rule", _("A rule"), leave, keep)
        self.above = self._text("above", _("Above"), _("0 for every payment."))
        self.currency = self._select("currency", _("Currency"))
        self.count = self._select("count", _("Needs"))
        self.group = self._select("group", _("Of"))
        self.second_count = self._select("second_count", _("And"))
        self.second_group = self._select("second_group", _("Of"))
        self.payees = self._select("payees", _("For which payees"))
        words = _(
            "A rule can't be for single payments only: nothing but its requester's word says that a payment is in a "
            "batch."
        )
        self.kinds = self._select("kinds", _("For what"), words)
        self.account = self._select("account", _("From which account"))
        self._line(("above", 3), ("currency", 2))
        self._line(("count", 2), ("group", 3))
        self._line(("second_count", 2), ("second_group", 3))
        self.ordered = CheckField(_("In this order: the second only after the first."))
        self.ordered.setObjectName("rules.rule.ordered")
        self.add(self.ordered)
        self.second_device = CheckField(_("And whoever asks confirms on another device of theirs."))
        self.second_device.setObjectName("rules.rule.second_device")
        self.add(self.second_device)
        self.add(self.fields["payees"])
        self.add(self.fields["kinds"])
        self.add(self.fields["account"])
        self.preview = PlainLabel("", Variant.STRONG)
        self.preview.setObjectName("rules.rule.preview")
        self.add(self.preview)
        self._end()
        self.above.textEdited.connect(lambda _text: edited())
        for check in (self.ordered, self.second_device):
            check.toggled.connect(lambda _on: edited())
        for select in self._selects():
            select.chosen.connect(lambda _value: edited())

    def _selects(self) -> tuple[SelectField, ...]:
        return (
            self.currency,
            self.count,
            self.group,
            self.second_count,
            self.second_group,
            self.payees,
            self.kinds,
            self.account,
        )

    def fill(self, form: RuleForm, state: RulesState, *, anew: bool) -> None:
        """Offer what can be chosen; ``anew`` fills in the form."""
        self.currency.set_options(state.currencies)
        self.count.set_options(state.counts[1:])
        self.second_count.set_options(state.counts)
        for select in (self.group, self.second_group):
            select.set_options(state.groups)
        self.payees.set_options(state.payees)
        self.kinds.set_options(state.kinds)
        self.account.set_options(state.accounts)
        self.preview.setText(state.preview)
        self.preview.setVisible(bool(state.preview))
        if anew:
            self.above.setText(form.above)
            self.ordered.setChecked(form.ordered)
            self.second_device.setChecked(form.second_device)
            values = (
                form.currency,
                form.count,
                form.group,
                form.second_count,
                form.second_group,
                form.payees,
                form.kinds,
                form.account,
            )
            for select, value in zip(self._selects(), values, strict=True):
                select.set_value(value)
        second = self.second_count.value() != "0"
        self.fields["second_group"].setVisible(second)
        self.ordered.setVisible(second)

    def form(self, rule: str) -> RuleForm:
        """Return what is written."""
        return RuleForm(
            rule=rule,
            above=self.above.text(),
            currency=self.currency.value(),
            payees=self.payees.value(),
            kinds=self.kinds.value(),
            account=self.account.value(),
            count=self.count.value(),
            group=self.group.value(),
            second_count=self.second_count.value(),
            second_group=self.second_group.value(),
            ordered=self.ordered.isChecked(),
            second_device=self.second_device.isChecked(),
        )


class LimitCard(_Form):
    """Write an approver's limit."""

    def __init__(self, leave: Callable[[], None], keep: Callable[[], None]) -> None:
        """Make the card."""
        super().__init__("rules.limit", _("A limit of one approver"), leave, keep)
        self.member = self._select("member", _("Approver"))
        self.currency = self._select("currency", _("Currency"))
        self.order = self._text("order", _("At most for one payment"), _("Empty for no limit."))
        self.day = self._text("day", _("At most in one day"), _("Empty for no limit; a day by UTC."))
        self._line(("member", 3), ("currency", 2))
        self._line(("order", 1), ("day", 1))
        self._end()

    def fill(self, form: LimitForm, state: RulesState, *, anew: bool) -> None:
        """Offer what can be chosen; ``anew`` fills in the form."""
        self.member.set_options(state.people)
        self.currency.set_options(state.currencies[1:])
        if anew:
            self.member.set_value(form.member)
            self.currency.set_value(form.currency)
            self.order.setText(form.order)
            self.day.setText(form.day)

    def form(self) -> LimitForm:
        """Return what is written."""
        return LimitForm(self.member.value(), self.currency.value(), self.order.text(), self.day.text())


class DelegationCard(_Form):
    """Write a delegation: it always has an end."""

    def __init__(self, today: str, leave: Callable[[], None], keep: Callable[[], None]) -> None:
        """Make the card; ``today`` as ``YYYY-MM-DD``."""
        super().__init__("rules.delegation", _("A delegation"), leave, keep)
        self.giver = self._select("giver", _("Who hands over"))
        self.taker = self._select("taker", _("To whom"))
        self.start = DateField(today, _("From"))
        self._name_field("start", _("From"), self.start, "")
        self.end = DateField(today, _("Until, that day included"))
        self._name_field("end", _("Until, that day included"), self.end, "")
        self._line(("giver", 1), ("taker", 1))
        self._line(("start", 1), ("end", 1))
        self._end()

    def fill(self, form: DelegationForm, state: RulesState, *, anew: bool) -> None:
        """Offer what can be chosen; ``anew`` fills in the form."""
        for select, value in ((self.giver, form.giver), (self.taker, form.taker)):
            select.set_options(state.people)
            if anew:
                select.set_value(value)

    def form(self) -> DelegationForm:
        """Return what is written."""
        return DelegationForm(self.giver.value(), self.taker.value(), self.start.iso(), self.end.iso())
