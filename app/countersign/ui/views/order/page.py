"""The page of one order: amount and state, what to do, what happened, and the evidence."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from countersign.presentation.carry import CarryPanel
from countersign.presentation.messages import _
from countersign.presentation.order import OrderPageState, OrderPresenter
from countersign.presentation.order_evidence import Evidence
from countersign.presentation.order_timeline import TimelineLine
from countersign.presentation.transfer_confirm import ScaPanel
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import (
    Banner,
    Card,
    Chip,
    DangerButton,
    Divider,
    FlowLayout,
    IconButton,
    KitButton,
    Moment,
    PlainLabel,
    PrimaryButton,
    ProgressRow,
    QuietButton,
    SafeButton,
    ScrollPage,
    Timeline,
    TimelineEntry,
    Variant,
    announce,
)
from countersign.ui.widgets.bank_signing_card import BankSigningCard
from countersign.ui.widgets.carry_panel import CarryView
from countersign.ui.widgets.recall_card import RecallCard
from countersign.ui.widgets.recovery_card import RecoveryCard
from countersign.ui.widgets.refill import refill
from countersign.ui.widgets.sca_panel import ScaView
from countersign.ui.widgets.strong_ends import StrongEndsLabel
from countersign.ui.widgets.turns import in_turns

_PHONE_MS = 1_000


class OrderPage(ScrollPage):
    """Show one order."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        super().__init__(_("Payment"), "", parent)
        self.setObjectName("order.page")
        self._presenter: OrderPresenter | None = None
        self._shown: OrderPageState | None = None
        self._poll = QTimer(self)
        self._poll.setSingleShot(True)
        self._phone = QTimer(self)
        self._phone.setInterval(_PHONE_MS)
        self.receipt = QuietButton(_("Receipt as PDF"), icon="pdf")
        self.receipt.setObjectName("order.receipt")
        self.again = QuietButton(_("Use again"), icon="refresh")
        self.again.setObjectName("order.again")
        self.set_tools([self.again, self.receipt])
        self.problem = Banner(Tone.WARN, _("That did not work"))
        self.problem.setObjectName("order.problem")
        self.warning = Banner(Tone.WARN, _("Payments are stopped"))
        self.warning.setObjectName("order.warning")
        self.progress = ProgressRow(_("Speaking with your bank"))
        for widget in (self.problem, self.warning, self.progress):
            widget.hide()
            self.add(widget)
        self._make_state()
        self._make_cancel_question()
        self.signing = BankSigningCard("order.signing")
        self.add(self.signing)
        self.sca = ScaView("order.sca", self._panel)
        self.sca.hide()
        self.add(self.sca)
        self.carry = CarryView("carry", self._carry)
        self.carry.hide()
        self.add(self.carry)
        self.recall = RecallCard("order.recall")
        self.add(self.recall)
        self.evidence = _EvidenceCard()
        self.add(self.evidence)
        self.add_aside(self.carry.practice)
        self.add_aside(self.sca.phone)
        self.sca.phone.hide()
        self.story = story = Card(_("What happened"), icon="history")
        self.timeline = Timeline(_("What happened to this order"))
        self.timeline.setObjectName("order.timeline")
        story.add(self.timeline)
        self.add_aside(story)
        self.recovery = RecoveryCard("order.recovery")
        self.add_aside(self.recovery)

    # — parts —

    def _make_state(self) -> None:
        self.state_card = Card()
        top = QHBoxLayout()
        self.amount = PlainLabel("", Variant.DISPLAY, ltr=True)
        self.amount.setObjectName("order.amount")
        top.addWidget(self.amount, 1)
        self.chip = Chip("", Tone.NEUTRAL)
        self.chip.setObjectName("order.state")
        top.addWidget(self.chip, 0, Qt.AlignmentFlag.AlignTop)
        self.state_card.body.addLayout(top)
        self.words = PlainLabel("", Variant.MUTED)
        self.payee = PlainLabel("", Variant.STRONG)
        self.account = StrongEndsLabel("", Variant.LEAD, ltr=True)
        self.sentence = PlainLabel("", Variant.LEAD)
        self.sentence.setObjectName("order.sentence")
        for widget in (self.words, Divider(), self.payee, self.account, Divider(), self.sentence):
            self.state_card.add(widget)
        self._next = QVBoxLayout()
        self._next.setSpacing(Space.XS)
        self.state_card.body.addLayout(self._next)
        self._buttons = QWidget()
        row = FlowLayout(self._buttons, Space.M)
        self.buttons: dict[str, KitButton] = {
            "check": PrimaryButton(_("Check again"), icon="refresh"),
            "go_on": PrimaryButton(_("Go on")),
            "sign": PrimaryButton(_("Look and approve"), icon="inbox"),
            "repair": PrimaryButton(_("Make a new transfer from it"), icon="edit"),
            "give_up": SafeButton(_("Give it up")),
            "stop": SafeButton(_("Stop this order")),
            "cancel": SafeButton(_("Cancel this payment"), icon="undo"),
            "recall": QuietButton(_("Ask for the money back"), icon="undo"),
        }
        for key, button in self.buttons.items():
            button.setObjectName(f"order.{key}")
            button.enter_presses = False
            row.addWidget(button)
        self.state_card.add(self._buttons)
        self.add(self.state_card)

    def _make_cancel_question(self) -> None:
        self.question = Card(_("Ask the bank to take it back?"), tone=Tone.WARN)
        self.question.add(
            PlainLabel(
                _("Your bank asks you to confirm this, too. Until it says that the payment is cancelled, it may pay.")
            )
        )
        row = QWidget()
        line = FlowLayout(row, Space.M)
        self.keep = SafeButton(_("Keep the payment"))
        self.keep.setObjectName("order.keep")
        self.really_cancel = DangerButton(_("Ask the bank to cancel"))
        self.really_cancel.setObjectName("order.really_cancel")
        self.keep.set_partner(self.really_cancel)
        line.addWidget(self.keep)
        line.addWidget(self.really_cancel)
        self.question.add(row)
        self.question.hide()
        self.add(self.question)

    def attach(self, presenter: OrderPresenter, order: str) -> None:
        """Take the presenter and show an order."""
        self._presenter = presenter
        acts = {
            "check": presenter.check_again,
            "go_on": presenter.go_on,
            "sign": presenter.open_inbox,
            "repair": presenter.repair,
            "give_up": presenter.give_up,
            "stop": presenter.stop,
            "cancel": presenter.ask_to_cancel,
            "recall": presenter.recall.ask,
        }
        for key, act in acts.items():
            self.buttons[key].activated.connect(act)
        self.keep.activated.connect(presenter.keep_payment)
        self.really_cancel.activated.connect(presenter.cancel)
        self.signing.signs.connect(presenter.sign_at_bank)
        self.recall.chosen.connect(presenter.recall.choose)
        self.recall.leave.connect(presenter.recall.leave)
        self.recall.write.connect(presenter.write_recall)
        self.receipt.activated.connect(presenter.receipt)
        self.again.activated.connect(presenter.use_again)
        self._poll.timeout.connect(presenter.poll)
        self._phone.timeout.connect(self._look_at_phone)
        self.destroyed.connect(presenter.close)
        presenter.start(order)

    # — showing —

    def show_state(self, state: OrderPageState) -> None:
        """Show the state."""
        before, self._shown = self._shown, state
        if state.poll_after_ms:
            self._poll.start(state.poll_after_ms)
        else:
            self._poll.stop()
        if before is not None and replace(before, poll_after_ms=state.poll_after_ms) == state:
            return  # nothing but the clock has moved
        with self.laid_out_once():
            self._show_payment(state, before)
        in_turns(self, (self._show_story, self._show_evidence, self._show_recovery))  # all at once would be felt
        if before is not None and before.chip != state.chip:
            announce(self, f"{state.chip}. {state.sentence}")

    def _show_payment(self, state: OrderPageState, before: OrderPageState | None) -> None:
        self.set_heading(state.heading)
        self._show_banner(self.problem, state.problem.title or _("That did not work"), state.problem.text)
        self._show_banner(self.warning, _("Look at this first"), state.warning)
        self.state_card.setVisible(bool(state.amount) and state.sca is None)
        self.amount.setText(state.amount)
        self.words.setText(state.words)
        self.chip.set_state(state.chip, Tone(state.tone))
        self.payee.setText(state.payee)
        self.account.setText(state.account)
        self.sentence.setText(state.sentence)
        if before is None or before.next_steps != state.next_steps:
            _fill(self._next, state.next_steps)
        offered = {
            "check": state.may_check,
            "go_on": state.may_go_on,
            "sign": state.may_sign,
            "repair": state.may_repair,
            "give_up": state.may_give_up,
            "stop": state.may_stop,
            "cancel": state.may_cancel,
            "recall": state.recall is not None and state.recall.may_ask,
        }
        for key, shown in offered.items():
            self.buttons[key].setVisible(shown)
        self.buttons["go_on"].setText(state.go_on or _("Go on"))
        self.buttons["sign"].setText(state.sign or _("Look and approve"))
        self._buttons.setVisible(any(offered.values()))
        self.receipt.setVisible(state.may_receipt)
        self.again.setVisible(bool(state.amount))
        self.question.setVisible(state.asks_to_cancel)
        self.progress.setVisible(bool(state.busy))
        if state.busy:
            self.progress.set_progress(state.busy)
        self._show_questions(state)
        self.carry.show_state(state.carry)
        self.recall.show_recall(state.recall)
        self.signing.show_offer(offered=state.may_sign_at_bank)

    def _show_story(self) -> None:
        state = self._shown
        if state is not None:
            with self.laid_out_once():
                self.timeline.set_entries([_entry(line) for line in state.timeline])
                self.story.setVisible(bool(state.timeline))

    def _show_evidence(self) -> None:
        state = self._shown
        if state is not None:
            with self.laid_out_once():
                self.evidence.show_evidence(state.evidence)

    def _show_recovery(self) -> None:
        state = self._shown
        if state is not None:
            with self.laid_out_once():
                self.recovery.show_recovery(state.recovery)

    def _show_questions(self, state: OrderPageState) -> None:
        self.sca.setVisible(state.sca is not None)
        if state.sca is None:
            self.sca.phone.hide()
            self._phone.stop()
            return
        self.sca.show_state(state.sca)
        if state.sca.phone is not None and not self._phone.isActive():
            self._phone.start()

    @staticmethod
    def _show_banner(banner: Banner, title: str, text: str) -> None:
        if text:
            banner.set_text(title, text)
            if banner.isHidden():
                banner.appear()
        banner.setVisible(bool(text))

    def _carry(self) -> CarryPanel | None:
        return self._presenter.carry if self._presenter is not None else None

    def _panel(self) -> ScaPanel | None:
        return self._presenter.panel if self._presenter is not None else None

    def _look_at_phone(self) -> None:
        panel = self._presenter.panel if self._presenter is not None else None
        if panel is not None:
            panel.poll_phone()


class _EvidenceCard(Card):
    """Details that prove something, some with a button to copy them."""

    def __init__(self) -> None:
        super().__init__(_("Details and evidence"), icon="fingerprint")
        self._lines = QVBoxLayout()
        self._lines.setSpacing(Space.S)
        self.body.addLayout(self._lines)
        self._evidence: tuple[Evidence, ...] = ()

    def show_evidence(self, evidence: tuple[Evidence, ...]) -> None:
        """Show the details."""
        if evidence != self._evidence:
            self._evidence = evidence
            refill(self._lines, (self._line(item) for item in evidence))
        self.setVisible(bool(evidence))

    def _line(self, item: Evidence) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.M)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(PlainLabel(item.label, Variant.CAPTION))
        value = PlainLabel(item.value, Variant.BODY, selectable=True, ltr=bool(item.copied))
        value.setObjectName(f"order.evidence.{item.key}")
        words.addWidget(value)
        row.addLayout(words, 1)
        if item.copied:
            copy = IconButton("copy", _("Copy: {label}").format(label=item.label))
            copy.setObjectName(f"order.copy.{item.key}")
            copy.activated.connect(partial(self._copy, item.copied))
            row.addWidget(copy, 0, Qt.AlignmentFlag.AlignVCenter)
        return line

    def _copy(self, value: str) -> None:
        QGuiApplication.clipboard().setText(value)
        announce(self, _("Copied"))


def _entry(line: TimelineLine) -> TimelineEntry:
    return TimelineEntry(line.title, Moment(line.moment), line.state, line.detail, line.when)


def _fill(body: QVBoxLayout, points: tuple[str, ...]) -> None:
    refill(body, (PlainLabel(point, Variant.MUTED) for point in points))
