"""Step 5 on screen: the order read back, the last digits typed from the document, and two equal buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from countersign.presentation.messages import _
from countersign.presentation.read_back import ReadBack, ReadBackRow
from countersign.presentation.transfer import TransferPresenter, TransferState
from countersign.presentation.transfer_review import ReviewState
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.views.transfer.chart_card import ChartCard
from countersign.ui.views.transfer.step_page import StepPage
from countersign.ui.widgets import (
    ArmingButton,
    Card,
    Divider,
    Field,
    FlowLayout,
    KeyValueRows,
    PlainLabel,
    PrimaryButton,
    QuietButton,
    Row,
    SafeButton,
    TextField,
    Variant,
)
from countersign.ui.widgets.recovery_card import RecoveryCard
from countersign.ui.widgets.refill import empty, refill
from countersign.ui.widgets.turns import in_turns

_DIGITS_WIDTH = 140


class ReviewPage(StepPage):
    """Read the order back."""

    def __init__(self, presenter: TransferPresenter) -> None:
        """Make the page."""
        super().__init__("review")
        self._presenter = presenter
        self._on_screen: ReadBack | None = None
        self._page: ReviewState | None = None
        self._make_order()
        self.stopped = Card(_("What to do now"), tone=Tone.OK, icon="shield-check")
        self._stopped_points = QVBoxLayout()
        self.stopped.body.addLayout(self._stopped_points)
        self.stopped.hide()
        self.add(self.stopped)
        self._make_aside()
        self._make_actions()

    def _make_order(self) -> None:
        self.order_card = Card()
        self.order_card.add(PlainLabel(_("You send"), Variant.MUTED))
        self.amount = PlainLabel("", Variant.DISPLAY, ltr=True)
        self.amount.setObjectName("transfer.review.amount_text")
        self.order_card.add(self.amount)
        self.words = PlainLabel("", Variant.LEAD)
        self.order_card.add(self.words)
        self.order_card.add(Divider())
        self.rows = KeyValueRows()
        self.rows.setObjectName("transfer.review.rows")
        self.rows.change_pressed.connect(self._change)
        self.order_card.add(self.rows)
        self.add(self.order_card)
        self.digits_card = Card(_("Type the last four digits of the account"), icon="document")
        self.digits_card.add(
            PlainLabel(_("From your contract or invoice, not from this screen. So a swapped account shows."))
        )
        self.digits = TextField(_("Last four digits"))
        self.digits.setObjectName("transfer.review.digits")
        self.digits.setMaximumWidth(_DIGITS_WIDTH)
        self.digits.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.digits_field = Field(_("Last four digits"), self.digits)
        self.digits_card.add(self.digits_field)
        self.add(self.digits_card)

    def _make_aside(self) -> None:
        self.why = Card(_("Why we paused"), tone=Tone.WARN)
        self._why_points = QVBoxLayout()
        self.why.body.addLayout(self._why_points)
        self.add_aside(self.why)
        self.chart = ChartCard("transfer.review")
        self.add_aside(self.chart)
        self.recovery = RecoveryCard("transfer.review.recovery")
        self.add_aside(self.recovery)
        self.call_card = Card(_("Call back before you pay"), icon="call-back")
        self._call_text = PlainLabel("", Variant.BODY)
        self.call_card.add(self._call_text)
        self.add_aside(self.call_card)
        self.phrase_card = Card(_("Fingerprint of this order"), icon="fingerprint")
        self._phrase = _Words()
        self.phrase_card.add(self._phrase)
        self.phrase_card.add(
            PlainLabel(_("These six words stand for every detail. They are on the receipt, too."), Variant.CAPTION)
        )
        self.phrase_card.add(PlainLabel(_("End-to-end number"), Variant.MUTED))
        self.end_to_end = PlainLabel("", Variant.BODY, selectable=True, ltr=True)
        self.phrase_card.add(self.end_to_end)
        self.add_aside(self.phrase_card)

    def _make_actions(self) -> None:
        self.not_right = SafeButton(_("Something is not right"))
        self.not_right.setObjectName("transfer.review.not_right")
        self.not_right.activated.connect(self._presenter.review.something_is_wrong)
        self.right = ArmingButton(_("These details are right"))
        self.right.setObjectName("transfer.review.right")
        self.right.activated.connect(self._approve)
        self._bar = self.set_actions(self.not_right, self.right)
        self.change_details = PrimaryButton(_("Change the details"))
        self.change_details.setObjectName("transfer.review.change")
        self.change_details.activated.connect(self._presenter.review.back_to_payee)
        self.home = SafeButton(_("Leave it for now"))
        self.home.setObjectName("transfer.review.home")
        self.home.activated.connect(self._presenter.go_home)
        self.back = QuietButton(_("Back"), icon="back")
        self.back.setObjectName("transfer.review.back")
        self.back.activated.connect(self._presenter.back)
        self.set_tools([self.back])
        after = QWidget()
        row = FlowLayout(after, Space.M)
        for button in (self.change_details, self.home):
            row.addWidget(button)
        self.stopped.add(after)

    def show_step(self, state: TransferState, page: ReviewState) -> None:
        """Show the state."""
        self.show_frame(state)
        self._bar.set_note(self.note_for(state))
        stopped = bool(page.set_aside)
        shown = page.read_back
        for widget in (self.order_card, self.digits_card, self.call_card, self.phrase_card, self._bar):
            widget.setVisible(shown is not None)
        self.stopped.setVisible(stopped)
        self.back.setVisible(not stopped)
        _fill(self._stopped_points, page.set_aside)
        _fill(self._why_points, page.reasons)
        self.why.setVisible(bool(page.reasons))
        self._call_text.setText(page.call_back)
        self._page = page
        in_turns(self, (self._show_chart, self._show_recovery))  # all at once would be felt
        if shown is not None and shown != self._on_screen:
            self._show_order(shown, page.wait_ms)
        self._on_screen = shown
        if page.digits_fault and page.digits_fault != self.digits_field.error():
            self.digits.setFocus()
        self.digits_field.set_error(page.digits_fault)

    def _show_chart(self) -> None:
        if self._page is not None:
            with self.laid_out_once():
                self.chart.show_chart(self._page.chart)

    def _show_recovery(self) -> None:
        if self._page is not None:
            with self.laid_out_once():
                self.recovery.show_recovery(self._page.recovery)

    def _show_order(self, shown: ReadBack, wait_ms: int) -> None:
        self.amount.setText(shown.amount)
        self.words.setText(shown.words)
        self.rows.set_rows([_row(row) for row in shown.rows])
        for row in shown.rows:
            if (link := self.rows.change_link(row.key)) is not None:
                link.setObjectName(f"transfer.review.change.{row.key}")
        self._phrase.set_words(shown.phrase)
        self.end_to_end.setText(shown.end_to_end_id)
        self.digits.clear()
        self.right.arm_after(wait_ms)

    def _change(self, key: str) -> None:
        shown = self._on_screen
        step = next((row.step for row in shown.rows if row.key == key), None) if shown else None
        if step is not None:
            self._presenter.review.change(step)

    def _approve(self) -> None:
        if self._on_screen is not None:
            self._presenter.review.approve(self._on_screen, self.digits.text())


def _row(row: ReadBackRow) -> Row:
    changes = row.step is not None
    return Row(
        key=row.key,
        label=row.label,
        value=row.value,
        chip=row.chip,
        tone=Tone(row.tone),
        detail=row.detail,
        change=_("Change") if changes else "",
        change_name=_("Change: {label}").format(label=row.label) if changes else "",
        ltr=row.account,
        strong_ends=row.account,
    )


def _fill(body: QVBoxLayout, points: tuple[str, ...]) -> None:
    refill(body, (PlainLabel(f"• {point}") for point in points))


class _Words(QWidget):
    """Six words, each with its number, so that they can be read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self._row = FlowLayout(self, Space.M)

    def set_words(self, words: tuple[str, ...]) -> None:
        """Show the words."""
        empty(self._row)
        for place, word in enumerate(words, 1):
            self._row.addWidget(PlainLabel(f"{place} {word}", Variant.STRONG, wrap=False, ltr=True))
