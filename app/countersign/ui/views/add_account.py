"""The page that adds an own account, and lets its owner try it out without money."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from countersign.presentation.add_account import AddAccountPresenter
from countersign.presentation.add_account_state import AddAccountState, AddStep
from countersign.presentation.messages import _
from countersign.presentation.transfer_desk import Option
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import (
    Banner,
    Card,
    Choice,
    ChoiceCards,
    ErrorSummary,
    Field,
    FlowLayout,
    KeyValueRows,
    PlainLabel,
    PrimaryButton,
    ProgressRow,
    QuietButton,
    Row,
    SafeButton,
    ScrollPage,
    SelectField,
    TextField,
    Variant,
)
from countersign.ui.widgets.refill import empty
from countersign.ui.widgets.turns import in_turns


class AddAccountPage(ScrollPage):
    """Show the form, then what was added."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        super().__init__("", "", parent)
        self.setObjectName("own.page")
        self._presenter: AddAccountPresenter | None = None
        self._shown: AddAccountState | None = None
        self.errors = ErrorSummary(_("Look at these again"))
        self.errors.setObjectName("own.errors")
        self.problem = Banner(Tone.WARN, _("That did not work"))
        self.problem.setObjectName("own.problem")
        self.problem.hide()
        self.progress = ProgressRow("")
        self.progress.hide()
        for widget in (self.errors, self.problem, self.progress):
            self.add(widget)
        self._fields: dict[str, Field] = {}
        self.account_card = self._make_account()
        self.reach_card = self._make_reach()
        self.file_card: Card | None = None
        for card in (self.account_card, self.reach_card):
            self.add(card)
        self.after: tuple[Card, ...] = ()  # made when an account was added
        self._ways = False
        in_turns(self, (self._make_ways, self._make_aside))  # all at once would be felt
        self.cancel = SafeButton(_("Leave without adding"))
        self.cancel.setObjectName("own.add.cancel")
        self.cancel.activated.connect(self._leave)
        self.submit = PrimaryButton(_("Add this account"))
        self.submit.setObjectName("own.add.add")
        self.submit.activated.connect(self._add)
        self._bar = self.set_actions(self.cancel, self.submit)

    def attach(self, presenter: AddAccountPresenter, number: str = "") -> None:
        """Take the presenter and show its first state."""
        self._presenter = presenter
        self.destroyed.connect(presenter.close)
        presenter.start(number)

    # — parts —

    def _make_account(self) -> Card:
        card = Card(_("The account"), icon="bank")
        card.body.setSpacing(Space.L)
        self.number = TextField(_("Account number"))
        self.number.setObjectName("own.add.number")
        self.number.textEdited.connect(lambda text: self._tell("number", text))
        self._fields["number"] = Field(
            _("Account number"), self.number, hint=_("An IBAN, or with its sort code, routing number or bank code.")
        )
        self.understood = PlainLabel("", Variant.MUTED, ink="ok")
        self.understood.setObjectName("own.add.understood")
        self.country = SelectField(_("How the number is written"))
        self.country.setObjectName("own.add.country")
        self.country.chosen.connect(lambda value: self._tell("country", value))
        self.name = TextField(_("What you call it"))
        self.name.setObjectName("own.add.name")
        self.name.textEdited.connect(lambda text: self._tell("name", text))
        self._fields["name"] = Field(_("What you call it"), self.name, hint=_("For you alone: “Household”, say."))
        self.bank = TextField(_("Your bank"))
        self.bank.setObjectName("own.add.bank")
        self.bank.textEdited.connect(lambda text: self._tell("bank", text))
        self._fields["bank"] = Field(_("Your bank"), self.bank)
        self.currency = SelectField(_("Currency"))
        self.currency.setObjectName("own.add.currency")
        self.currency.chosen.connect(lambda value: self._tell("currency", value))
        card.add(self._fields["number"])
        card.add(self.understood)
        card.add(Field(_("How the number is written"), self.country))
        card.add(self._fields["name"])
        line = QHBoxLayout()
        line.setSpacing(Space.L)
        line.addWidget(self._fields["bank"], 2)
        line.addWidget(Field(_("Currency"), self.currency), 1)
        card.body.addLayout(line)
        return card

    def _make_reach(self) -> Card:
        card = Card(_("How do your payments get to this bank?"), icon="send")
        self.reach = ChoiceCards(_("How do your payments get to this bank?"), [])
        self.reach.setObjectName("own.add.reach")
        self.reach.chosen.connect(lambda value: self._tell("reach", value))
        card.add(self.reach)
        return card

    def _make_ways(self) -> None:
        self._ways = True
        if self._shown is not None and self._shown.step is AddStep.FORM:
            self._show_ways(self._shown, None)

    def _make_aside(self) -> None:
        self.file_card = self._make_files()
        self.add_aside(self.file_card)
        self.add_aside(self._make_meaning())
        if self._shown is not None:
            self._show_files(self._shown)
        self._order()

    def _order(self) -> None:
        """Let Tab go on from the ways to reach the bank: what is made later would come last."""
        files = (self.version, self.usage, self.choose_folder) if self.file_card is not None else ()
        self.reach.follow(self.currency, *files, self.cancel, self.submit)

    def _make_files(self) -> Card:
        card = Card(_("Payment files"), icon="document")
        card.body.setSpacing(Space.L)
        card.add(
            PlainLabel(_("Your bank's portal or its helpdesk says which it takes. Most take these."), Variant.MUTED)
        )
        self.version = SelectField(_("Format"))
        self.version.setObjectName("own.add.version")
        self.version.chosen.connect(lambda value: self._tell("version", value))
        card.add(Field(_("Format"), self.version))
        self.usage = SelectField(_("Whose rules"))
        self.usage.setObjectName("own.add.usage")
        self.usage.chosen.connect(lambda value: self._tell("usage", value))
        card.add(Field(_("Whose rules"), self.usage))
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        words.addWidget(PlainLabel(_("Folder for payment files"), Variant.LABEL))
        self.folder = PlainLabel("", Variant.BODY, ltr=True)
        self.folder.setObjectName("own.add.folder")
        words.addWidget(self.folder)
        card.body.addLayout(words)
        self.choose_folder = choose = QuietButton(_("Choose another folder"), icon="edit")
        choose.setObjectName("own.add.choose_folder")
        choose.activated.connect(self._choose_folder)
        card.body.addWidget(choose, 0, Qt.AlignmentFlag.AlignLeading)
        return card

    def _make_meaning(self) -> Card:
        self.meaning = Card(_("What this means"), icon="shield-check")
        self.meaning.add_points(
            [
                _("Countersign never asks for your bank's password, and never signs in for you."),
                _("Each payment is checked, read back and approved here first. You release it at your bank."),
                _("Only a statement or a status file of your bank says that it was paid."),
            ]
        )
        return self.meaning

    def _make_after(self) -> None:
        self.after = (self._make_added(), self._make_test())
        for card in self.after:
            self.add(card)
        order = (self.bring, self.another, self.write, self.read, self.cancel, self.submit)
        for first, second in pairwise(order):
            QWidget.setTabOrder(first, second)

    def _make_added(self) -> Card:
        card = Card(_("What was added"), icon="check-circle")
        self.rows = KeyValueRows()
        self.rows.setObjectName("own.added.rows")
        card.add(self.rows)
        buttons = QWidget()
        row = FlowLayout(buttons, Space.M)
        self.bring = bring = QuietButton(_("Bring in a statement"), icon="download")
        bring.setObjectName("own.added.bring")
        bring.activated.connect(self._bring_in)
        self.another = another = QuietButton(_("Add another account"), icon="plus")
        another.setObjectName("own.added.another")
        another.activated.connect(self._another)
        row.addWidget(bring)
        row.addWidget(another)
        card.add(buttons)
        return card

    def _make_test(self) -> Card:
        card = Card(_("Try it out without money"), icon="practice")
        self.test_text = PlainLabel("", Variant.MUTED)
        card.add(self.test_text)
        buttons = QWidget()
        row = FlowLayout(buttons, Space.M)
        self.write = QuietButton(_("Write a test file"), icon="document")
        self.write.setObjectName("own.test.write")
        self.write.activated.connect(self._write_test)
        self.read = read = QuietButton(_("Read a statement, keep nothing"), icon="search")
        read.setObjectName("own.test.read")
        read.activated.connect(self._read_test)
        row.addWidget(self.write)
        row.addWidget(read)
        card.add(buttons)
        self.test_problem = PlainLabel("", ink="danger")
        self.test_problem.setObjectName("own.test.problem")
        card.add(self.test_problem)
        holder = QWidget()
        self._tested = QVBoxLayout(holder)
        self._tested.setContentsMargins(0, 0, 0, 0)
        self._tested.setSpacing(Space.XS)
        card.add(holder)
        return card

    # — showing —

    def show_state(self, state: AddAccountState) -> None:
        """Show the state."""
        before, self._shown = self._shown, state
        moved = before is not None and before.step is not state.step
        form = state.step is AddStep.FORM
        self.set_heading(state.heading, state.lead)
        self.progress.setVisible(bool(state.busy))
        if state.busy:
            self.progress.set_progress(state.busy)
        self.problem.set_text(_("That did not work"), state.problem)
        if state.problem and self.problem.isHidden():
            self.problem.appear()
        self.problem.setVisible(bool(state.problem))
        self.account_card.setVisible(form)
        self.reach_card.setVisible(form)
        self._show_files(state)
        if not form and not self.after:
            self._make_after()
        for card in self.after:
            card.setVisible(not form)
        self.cancel.setVisible(form)
        self.submit.setText(_("Add this account") if form else _("Go home"))
        self.submit.setObjectName("own.add.add" if form else "own.added.home")
        if form:
            self._show_form(state, before)
        else:
            self._show_added(state, before)
        if moved:
            self.focus_heading()

    def _show_form(self, state: AddAccountState, before: AddAccountState | None) -> None:
        for control, text in ((self.number, state.number), (self.name, state.name), (self.bank, state.bank_name)):
            if control.text() != text:
                control.setText(text)
        if self._ways:  # else in the turn that follows
            self._show_ways(state, before)
        self.understood.setText(state.understood)
        self.understood.setVisible(bool(state.understood))
        faults = [(self._fields[fault.field], fault.text) for fault in state.faults]
        if before is None or before.faults != state.faults:
            self.errors.show_errors(faults)

    def _show_ways(self, state: AddAccountState, before: AddAccountState | None) -> None:
        if before is None or before.reaches != state.reaches:
            with self.laid_out_once():
                self.reach.set_choices([Choice(item.value, item.title, item.text) for item in state.reaches])
            self._order()
        if (self.reach.value() or "") != state.reach:
            self.reach.set_value(state.reach)

    def _show_files(self, state: AddAccountState) -> None:
        """Show the card of payment files, and fill the lists: theirs is the longest work."""
        if self.file_card is None:
            return  # in the turn that follows
        self.file_card.setVisible(state.step is AddStep.FORM and state.by_file)
        _choose(self.country, state.countries, state.country)
        _choose(self.currency, state.currencies, state.currency)
        _choose(self.version, state.versions, state.version)
        _choose(self.usage, state.usages, state.usage)
        self.folder.setText(state.folder)

    def _show_added(self, state: AddAccountState, before: AddAccountState | None) -> None:
        self.errors.clear()
        self.rows.set_rows(
            [Row(str(place), label, value, ltr=ltr) for place, (label, value, ltr) in enumerate(state.added)]
        )
        self.write.setVisible(state.by_file)
        self.test_text.setText(
            _("A test file shows whether your bank can read what Countersign writes. A statement shows the reverse.")
            if state.by_file
            else _("Download a statement from your bank and see whether Countersign can read it.")
        )
        self.test_problem.setText(state.test_problem)
        self.test_problem.setVisible(bool(state.test_problem))
        if before is None or before.tested != state.tested:
            empty(self._tested)
            for place, line in enumerate(state.tested):
                label = PlainLabel(line)
                label.setObjectName(f"own.test.result.{place}")
                self._tested.addWidget(label)

    # — what the person does —

    def _tell(self, key: str, value: str) -> None:
        presenter = self._presenter
        if presenter is None:
            return
        {
            "number": presenter.type_number,
            "country": presenter.choose_country,
            "name": presenter.type_name,
            "bank": presenter.type_bank,
            "currency": presenter.choose_currency,
            "reach": presenter.choose_reach,
            "version": presenter.choose_version,
            "usage": presenter.choose_usage,
        }[key](value)

    def _add(self) -> None:
        if self._presenter is None or self._shown is None:
            return
        (self._presenter.add if self._shown.step is AddStep.FORM else self._presenter.leave)()

    def _leave(self) -> None:
        if self._presenter is not None:
            self._presenter.leave()

    def _choose_folder(self) -> None:
        if self._presenter is not None:
            self._presenter.choose_folder()

    def _write_test(self) -> None:
        if self._presenter is not None:
            self._presenter.write_test()

    def _read_test(self) -> None:
        if self._presenter is not None:
            self._presenter.read_test()

    def _bring_in(self) -> None:
        if self._presenter is not None:
            self._presenter.bring_in()

    def _another(self) -> None:
        if self._presenter is not None:
            self._presenter.another()


def _choose(select: SelectField, options: Sequence[Option], chosen: str) -> None:
    select.set_options([(option.value, option.title) for option in options])
    if select.value() != chosen:
        select.set_value(chosen)
