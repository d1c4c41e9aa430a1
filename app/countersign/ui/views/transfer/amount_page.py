"""Step 3 on screen: the amount with its words beside it, the account, which way, and the reference."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from countersign.presentation.messages import _
from countersign.presentation.transfer import TransferPresenter, TransferState
from countersign.presentation.transfer_amount import AmountState
from countersign.presentation.transfer_desk import Option
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.views.transfer.documents_card import DocumentsCard
from countersign.ui.views.transfer.step_page import StepPage, quietly
from countersign.ui.views.transfer.ways_card import WaysCard, name_options
from countersign.ui.widgets import (
    AmountField,
    Banner,
    Card,
    Chip,
    ChoiceCards,
    Field,
    FlowLayout,
    PlainLabel,
    PrimaryButton,
    SafeButton,
    TextField,
    Variant,
)
from countersign.ui.widgets.dropped import dropped_files
from countersign.ui.widgets.refill import empty


class AmountPage(StepPage):
    """Ask how much, from where, which way and what for."""

    def __init__(self, presenter: TransferPresenter) -> None:
        """Make the page."""
        super().__init__("amount")
        step = presenter.amount
        self._shown: AmountState | None = None
        self._last_field: QWidget | None = None
        self._accept = step.accept
        card = Card(_("Amount"))
        self.amount = AmountField(_("Amount"), currency="EUR", formatter=step.grouped)
        self.amount.setObjectName("transfer.amount.amount")
        self.amount.textChanged.connect(step.type_amount)
        self.amount_field = Field(_("How much shall arrive?"), self.amount)
        card.add(self.amount_field)
        self.question = _Question(self._accept)
        card.add(self.question)
        words = QHBoxLayout()
        words.setSpacing(Space.M)
        self.words = PlainLabel("", Variant.LEAD)
        self.magnitude = Chip("", Tone.INFO)
        words.addWidget(self.words, 1)
        words.addWidget(self.magnitude, 0, Qt.AlignmentFlag.AlignTop)
        card.body.addLayout(words)
        self.balance = PlainLabel("", Variant.MUTED)
        card.add(self.balance)
        self.add(card)
        self.remittance = TextField(_("Reference for the payee"))
        self.remittance.setObjectName("transfer.amount.remittance")
        self.remittance.textChanged.connect(step.type_remittance)
        self.remittance_field = Field(_("Reference for the payee"), self.remittance)
        reference = Card(_("What it is for"))
        reference.add(self.remittance_field)
        self.add(reference)
        self.ways = WaysCard(step.ways)
        self.add(self.ways)
        self.documents = DocumentsCard(step.documents)
        self.add(self.documents)
        self._attach = step.documents.add
        self.setAcceptDrops(True)
        self._make_accounts(presenter)
        self.back = SafeButton(_("Back"))
        self.back.setObjectName("transfer.amount.back")
        self.back.activated.connect(presenter.back)
        self.go_on = PrimaryButton(_("Continue"))
        self.go_on.setObjectName("transfer.amount.continue")
        self.go_on.activated.connect(step.go_on)
        self.set_step_actions(self.back, self.go_on)

    def _make_accounts(self, presenter: TransferPresenter) -> None:
        card = Card(_("From which account?"), icon="wallet")
        self.account = ChoiceCards(_("From which account?"), [])
        self.account.setObjectName("transfer.amount.account")
        self.account.chosen.connect(presenter.amount.choose_account)
        self.account_field = Field("", self.account)
        card.add(self.account_field)
        self.accounts_note = PlainLabel("", Variant.BODY)
        card.add(self.accounts_note)
        self.others = PlainLabel("", Variant.CAPTION)
        card.add(self.others)
        self.add_aside(card)
        self.short = Banner(Tone.WARN, _("More than this account has"))
        self.short.hide()
        self.add_aside(self.short)

    def show_step(self, state: TransferState, page: AmountState) -> None:
        """Show the state."""
        self.show_frame(state)
        before, self._shown = self._shown, page
        for field, text in ((self.amount, page.text), (self.remittance, page.remittance)):
            if field.text() != text:
                quietly(field, partial(field.setText, text))
        listed = {fault.field: fault.text for fault in page.faults}
        fields = {
            "amount": self.amount_field,
            "account": self.account_field,
            "remittance": self.remittance_field,
            "product": self.ways.product_field,
        }
        self.show_faults(page.faults, fields)
        self.amount_field.set_error(listed.get("amount", page.fault))
        self.account_field.set_error(listed.get("account", ""))
        self.remittance_field.set_error(listed.get("remittance", page.remittance_fault))
        self.remittance_field.set_hint(page.remittance_left)
        self.question.ask(page.question or page.offer, page.options)
        self.words.setText(page.words)
        self.words.setVisible(bool(page.words))
        self.magnitude.set_state(page.magnitude, Tone.INFO)
        self.magnitude.setVisible(bool(page.magnitude))
        self.balance.setText("" if page.short else page.balance_after)
        self.balance.setVisible(bool(page.balance_after) and not page.short)
        self.short.set_text(_("More than this account has"), page.balance_after)
        self.short.setVisible(page.short)
        if before is None or before.accounts != page.accounts:
            name_options(self.account, page.accounts, "transfer.amount.account")
        self.ways.show_ways(page.ways, listed.get("product", ""))
        last = self.ways.last_field()
        if (
            before is None
            or (before.accounts, before.ways.options) != (page.accounts, page.ways.options)
            or (last is not self._last_field)
        ):
            self._last_field = last
            self.account.follow(last, self.back, self.go_on)
            self.ways.follow(self.remittance)
        if self.account.value() != (page.account or None):
            self.account.set_value(page.account or None)
        self.accounts_note.setText(page.accounts_note)
        self.accounts_note.setVisible(bool(page.accounts_note))
        self.others.setText("\n".join(page.other_accounts))
        self.others.setVisible(bool(page.other_accounts))
        self.documents.show_documents(page.documents)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files of this computer."""
        if dropped_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Attach what was dropped."""
        if files := dropped_files(event):
            event.acceptProposedAction()
            self._attach(files)


class _Question(QWidget):
    """Ask which amount was meant; each answer is a button."""

    def __init__(self, accept: Callable[[str], None]) -> None:
        super().__init__()
        self._accept = accept
        self._asked: tuple[str, tuple[Option, ...]] = ("", ())
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(Space.S)
        self._text = PlainLabel("", Variant.STRONG)
        body.addWidget(self._text)
        self._buttons = QWidget()
        self._row = FlowLayout(self._buttons, Space.S)
        body.addWidget(self._buttons)
        self.hide()

    def ask(self, question: str, options: tuple[Option, ...]) -> None:
        """Show the question; hide where there is none."""
        if (question, options) == self._asked:
            return
        self._asked = (question, options)
        self._text.setText(question)
        empty(self._row)
        for place, option in enumerate(options):
            button = SafeButton(option.title)
            button.setObjectName(f"transfer.amount.meaning.{place}")
            button.activated.connect(partial(self._accept, option.value))
            self._row.addWidget(button)
        self.setVisible(bool(question))
