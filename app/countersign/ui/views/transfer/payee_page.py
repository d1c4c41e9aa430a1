"""Step 1 on screen: payees that are known, the form for a new one, and the practice mailbox."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from countersign.presentation.messages import _
from countersign.presentation.transfer import TransferPresenter, TransferState
from countersign.presentation.transfer_payee_state import KnownPayee, PayeeState
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.views.transfer.mailbox_card import MailboxCard
from countersign.ui.views.transfer.step_page import StepPage, quietly
from countersign.ui.widgets import (
    AccountField,
    Banner,
    Card,
    Chip,
    Choice,
    ChoiceCards,
    Divider,
    Field,
    LinkButton,
    PlainLabel,
    PrimaryButton,
    QuietButton,
    SafeButton,
    SelectField,
    TextField,
    Variant,
)
from countersign.ui.widgets.refill import empty

_SHOWN_FIRST = 4


class PayeePage(StepPage):
    """Ask who is to be paid."""

    def __init__(self, presenter: TransferPresenter) -> None:
        """Make the page."""
        super().__init__("payee")
        self._presenter = presenter
        self._shown: PayeeState | None = None
        self._all = False
        self._letter_open = False
        self._formed = False
        self.mailbox: MailboxCard | None = None
        self._make_known()
        self.back = SafeButton(_("Save and leave"))
        self.back.setObjectName("transfer.payee.back")
        self.back.activated.connect(presenter.back)
        self.go_on = PrimaryButton(_("Check the name"))
        self.go_on.setObjectName("transfer.payee.continue")
        self.go_on.activated.connect(presenter.payee.go_on)
        self.set_step_actions(self.back, self.go_on)

    def _make_known(self) -> None:
        self.known_card = Card(_("Payees you know"), icon="people")
        self.search = TextField(_("Search payees"), placeholder=_("Name or account"), icon="search")
        self.search.setObjectName("transfer.payee.search")
        self.search.textEdited.connect(self._presenter.payee.search)
        self.known_card.add(self.search)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self.known_card.body.addLayout(self._list)
        self._known_note = PlainLabel("", Variant.MUTED)
        self.known_card.add(self._known_note)
        self._more = LinkButton("")
        self._more.setObjectName("transfer.payee.all")
        self._more.activated.connect(self._show_all)
        self.known_card.body.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeading)
        repeat = LinkButton(_("Repeat a payment"))
        repeat.setObjectName("transfer.payee.repeat")
        repeat.activated.connect(self._presenter.payee.repeat)
        self.known_card.body.addWidget(repeat, 0, Qt.AlignmentFlag.AlignLeading)
        many = LinkButton(_("Many payments from a list"))
        many.setObjectName("transfer.payee.batch")
        many.activated.connect(self._presenter.payee.pay_from_list)
        self.known_card.body.addWidget(many, 0, Qt.AlignmentFlag.AlignLeading)
        self.add(self.known_card)

    def _make_form(self) -> None:
        self._formed = True
        step = self._presenter.payee
        self._new_instead = LinkButton(_("Pay someone new instead"))
        self._new_instead.setObjectName("transfer.payee.new")
        self._new_instead.activated.connect(step.pay_someone_new)
        self.main.addWidget(self._new_instead, 0, Qt.AlignmentFlag.AlignLeading)
        self.form = Card(_("Somebody new"), icon="user")
        self.warning = Banner(Tone.WARN, _("Look twice"))
        self.warning.setObjectName("transfer.payee.warning")
        self.warning.hide()
        self.form.add(self.warning)
        self.name = TextField(_("Name of the account holder"))
        self.name.setObjectName("transfer.payee.name")
        self.name.textChanged.connect(step.type_name)
        self.name_field = Field(_("Name of the account holder"), self.name, hint=_("As the bank has it."))
        self.form.add(self.name_field)
        self.account = AccountField(_("Account number (IBAN)"))
        self.account.setObjectName("transfer.payee.account")
        self.account.textChanged.connect(step.type_account)
        self.account_field = Field(_("Account number (IBAN)"), self.account, hint=_("Paste it, or type it in fours."))
        self.form.add(self.account_field)
        self.kind = SelectField(_("Who is it?"))
        self.kind.setObjectName("transfer.payee.kind")
        self.kind.chosen.connect(step.choose_kind)
        self.form.add(Field(_("Who is it?"), self.kind))
        self.source = ChoiceCards(_("Where did you get these details from?"), [])
        self.source.setObjectName("transfer.payee.source")
        self.source.chosen.connect(step.choose_source)
        self.source_field = Field(
            _("Where did you get these details from?"), self.source, hint=_("This decides how closely we look.")
        )
        self.form.add(self.source_field)
        self.add(self.form)

    def show_step(self, state: TransferState, page: PayeeState) -> None:
        """Show the state."""
        self.show_frame(state)
        before, self._shown = self._shown, page
        quietly(self.search, partial(self._set_text, self.search, page.search))
        if before is None or before.known != page.known:
            self._fill_known(page.known)
        self._known_note.setText(page.known_note)
        self._known_note.setVisible(bool(page.known_note))
        if not page.ready:
            return
        if not self._formed:  # a piece at a time: no event may hold the window for long
            self._make_form()
        self._show_form(page, before)
        if page.letters:
            self._show_mailbox(page)

    def _show_mailbox(self, page: PayeeState) -> None:
        if self.mailbox is None:
            step = self._presenter.payee
            self.mailbox = MailboxCard(step.open_letter, step.close_letter)
            self.add_aside(self.mailbox)
        self.mailbox.show_letters(page)
        opened = page.letter is not None
        if opened and not self._letter_open and not page.chosen:
            self.scroll_to(self.form)
        self._letter_open = opened

    def _show_form(self, page: PayeeState, before: PayeeState | None) -> None:
        chosen = bool(page.chosen)
        self.form.setVisible(not chosen)
        self._new_instead.setVisible(chosen)
        quietly(self.name, partial(self._set_text, self.name, page.name))
        quietly(self.account, partial(self._set_text, self.account, page.account))
        if before is None or not before.ready:
            self.kind.set_options([(option.value, option.title) for option in page.kinds])
        quietly(self.kind, partial(self.kind.set_value, page.kind))
        if before is None or not before.ready:
            self.source.set_choices([Choice(option.value, option.title) for option in page.sources])
            for option in page.sources:
                self.source.card(option.value).setObjectName(f"transfer.payee.source.{option.value}")
            self.source.follow(self.kind, self.back, self.go_on)
        if self.source.value() != (page.source or None):
            known = page.source in {option.value for option in page.sources}
            self.source.set_value(page.source if known else None)
        self._show_faults_live(page)

    def _show_faults_live(self, page: PayeeState) -> None:
        fields = {"name": self.name_field, "account": self.account_field, "source": self.source_field}
        self.show_faults(page.faults, fields)
        listed = {fault.field: fault.text for fault in page.faults}
        self.name_field.set_error(listed.get("name", page.name_fault))
        self.account_field.set_error(listed.get("account", page.account_fault))
        self.source_field.set_error(listed.get("source", ""))
        self.account_field.set_hint(page.account_note or _("Paste it, or type it in fours."))
        self.warning.set_text(_("Look twice"), "\n".join(page.warnings))
        self.warning.setVisible(bool(page.warnings))

    @staticmethod
    def _set_text(field: TextField, text: str) -> None:
        if field.text() != text:
            field.setText(text)

    def _show_all(self) -> None:
        self._all = not self._all
        if self._shown is not None:
            self._fill_known(self._shown.known)

    def _fill_known(self, known: tuple[KnownPayee, ...]) -> None:
        empty(self._list)
        shown = known if self._all else _first(known)
        for place, payee in enumerate(shown):
            if place:
                self._list.addWidget(Divider())
            self._list.addWidget(self._row(payee, place))
        self._more.setVisible(len(known) > _SHOWN_FIRST)
        self._more.setText(_("Show fewer") if self._all else _("Show all {count}").format(count=len(known)))

    def _row(self, payee: KnownPayee, place: int) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, Space.S, 0, Space.S)
        line.setSpacing(Space.M)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(PlainLabel(payee.name, Variant.STRONG))
        words.addWidget(PlainLabel(payee.account, Variant.BODY, ltr=True))
        words.addWidget(PlainLabel(payee.detail, Variant.CAPTION))
        line.addLayout(words, 1)
        if payee.chosen:
            line.addWidget(Chip(_("Chosen"), Tone.OK), 0, Qt.AlignmentFlag.AlignVCenter)
            return row
        choose = QuietButton(_("Choose"), name=_("Pay {name}").format(name=payee.name))
        choose.setObjectName(f"transfer.payee.known.{place}")
        choose.activated.connect(partial(self._presenter.payee.choose, payee.payee))
        line.addWidget(choose, 0, Qt.AlignmentFlag.AlignVCenter)
        return row


def _first(known: tuple[KnownPayee, ...]) -> tuple[KnownPayee, ...]:
    """Return the first few, and the chosen one wherever it stands."""
    first = known[:_SHOWN_FIRST]
    return (*first, *(payee for payee in known[_SHOWN_FIRST:] if payee.chosen))
