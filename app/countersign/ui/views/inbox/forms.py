"""What is asked before an order is signed, rejected, returned, or its call-back recorded."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from countersign.presentation.inbox_state import Detail, Faults, Form
from countersign.presentation.messages import _
from countersign.presentation.read_back import ReadBackRow
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import (
    Choice,
    ChoiceCards,
    Field,
    FlowLayout,
    KeyValueRows,
    PlainLabel,
    Row,
    SecretField,
    TextArea,
    TextField,
    Variant,
)

_DIGITS_WIDTH = 160
_FIELD_WIDTH = 420


class _Sheet(QWidget):
    """A heading, a sentence, and what is asked."""

    def __init__(self, heading: str, lead: str) -> None:
        super().__init__()
        self.setAccessibleName(heading)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(Space.M)
        self.body.addWidget(PlainLabel(heading, Variant.TITLE))
        self.body.addWidget(PlainLabel(lead, Variant.MUTED))


class ApproveSheet(_Sheet):
    """Read the order back, have the last digits typed from the document, and ask who is there."""

    def __init__(self, form: Form, detail: Detail) -> None:
        """Make the sheet."""
        super().__init__(form.heading, form.lead)
        self.on_screen = detail.read_back
        self.body.addWidget(PlainLabel(detail.read_back.amount, Variant.DISPLAY, ltr=True))
        self.body.addWidget(PlainLabel(detail.read_back.words, Variant.MUTED))
        self.body.addWidget(KeyValueRows([_row(row) for row in detail.read_back.rows]))
        self.body.addWidget(PlainLabel(_("Fingerprint of this order"), Variant.STRONG))
        self.body.addWidget(phrase_row(detail.read_back.phrase))
        self.digits = TextField()
        self.digits.setObjectName("inbox.digits")
        self.digits.setMaximumWidth(_DIGITS_WIDTH)
        self.digits.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        hint = _("From your own document, not from this screen. So a swapped account shows.")
        self.digits_field = Field(_("Last four digits of the payee's account"), self.digits, hint=hint)
        self.body.addWidget(self.digits_field)
        self.passphrase = passphrase_field()
        self.passphrase_field = Field(_("Passphrase of your vault"), self.passphrase, hint=_passphrase_hint())
        self.body.addWidget(self.passphrase_field)
        self.body.addStretch(1)

    def show_faults(self, faults: Faults) -> None:
        """Say what is wrong, and go there."""
        self.digits_field.set_error(faults.digits)
        self.passphrase_field.set_error(faults.passphrase)
        if faults.digits:
            self.digits.setFocus()
        elif faults.passphrase:
            self.passphrase.setFocus()


class ReasonSheet(_Sheet):
    """Choose a reason and say more in one's own words; or say how the account was confirmed."""

    def __init__(self, form: Form) -> None:
        """Make the sheet."""
        super().__init__(form.heading, form.lead)
        self.reasons = ChoiceCards(
            form.reasons_title, [Choice(item.value, item.title, item.text) for item in form.reasons]
        )
        self.reasons.setObjectName("inbox.reasons")
        self.reasons_field = Field(form.reasons_title, self.reasons)
        self.body.addWidget(self.reasons_field)
        self.note: TextArea | None = None
        self.note_field: Field | None = None
        if form.note_title:
            self.note = TextArea(lines=3)
            self.note.setObjectName("inbox.note")
            self.note_field = Field(form.note_title, self.note)
            self.body.addWidget(self.note_field)
        self.body.addStretch(1)

    def words(self) -> str:
        """Return what was typed."""
        return self.note.toPlainText() if self.note is not None else ""

    def show_faults(self, faults: Faults) -> None:
        """Say what is wrong, and go there."""
        self.reasons_field.set_error(faults.reason)
        if self.note_field is not None:
            self.note_field.set_error(faults.note)
        if faults.reason:
            self.reasons.setFocus()
        elif faults.note and self.note is not None:
            self.note.setFocus()

    def first(self) -> QWidget:
        """Return the first card."""
        return self.reasons


def passphrase_field() -> SecretField:
    """Return a field for the vault's passphrase."""
    field = SecretField()
    field.setObjectName("inbox.passphrase")
    field.setMaximumWidth(_FIELD_WIDTH)
    return field


def _passphrase_hint() -> str:
    return _("It shows that it is you who signs. It is checked here and kept nowhere.")


def phrase_row(words: tuple[str, ...]) -> QWidget:
    """Return the words of a fingerprint, each with its number."""
    holder = QWidget()
    holder.setObjectName("inbox.phrase")
    row = FlowLayout(holder, Space.M)
    for place, word in enumerate(words, 1):
        row.addWidget(PlainLabel(f"{place} {word}", Variant.STRONG, wrap=False, ltr=True))
    return holder


def _row(row: ReadBackRow) -> Row:
    return Row(
        key=row.key,
        label=row.label,
        value=row.value,
        chip=row.chip,
        tone=Tone(row.tone),
        detail=row.detail,
        ltr=row.account,
        strong_ends=row.account,
    )
