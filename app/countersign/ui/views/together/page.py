"""The page on which several payments are chosen, signed at the bank by one code, and followed."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from countersign.presentation.messages import _
from countersign.presentation.together import TogetherPresenter
from countersign.presentation.together_panel import TogetherPanel
from countersign.presentation.together_state import TiedGroup, TogetherRow, TogetherState
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import (
    Card,
    CheckField,
    Chip,
    Divider,
    EmptyState,
    LinkButton,
    PlainLabel,
    PrimaryButton,
    QuietButton,
    SafeButton,
    Variant,
    announce,
)
from countersign.ui.widgets.bank_signing_card import BankSigningCard
from countersign.ui.widgets.refill import empty, refill
from countersign.ui.widgets.sca_panel import ScaView, keep_looking
from countersign.ui.widgets.work_page import WorkPage, button_row, column, reason_label

_PHONE_MS = 1_000


class TogetherPage(WorkPage):
    """Show the state."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        super().__init__("together", parent)
        self.set_heading(
            _("Sign payments together"),
            _("Your bank asks once for several payments. You see each of them, and what they come to."),
        )
        self._presenter: TogetherPresenter | None = None
        self._shown: TogetherState | None = None
        self._phone = QTimer(self)
        self._phone.setInterval(_PHONE_MS)
        self._phone.timeout.connect(self._look_at_phone)
        self._looks = QTimer(self)  # while the bank's own app decides
        self._looks.timeout.connect(self._look)
        text = _("Nothing waits here. Payments that are approved, and sent from this device, can be signed together.")
        self.empty = EmptyState("shield-check", _("Nothing to sign together"), text)
        self.empty.hide()
        self.add(self.empty)
        self._groups, self._group_rows = column(Space.M)
        self.add(self._groups)
        self._make_list()
        self.signing = BankSigningCard(
            "together.signing",
            _("You see all payments again before you type the code. Your signature counts for all that still wait."),
        )
        self.add(self.signing)
        self.sca = ScaView("together.sca", self._panel)
        self.sca.hide()
        self.add(self.sca)
        self.add_aside(self.sca.phone)
        self.sca.phone.hide()
        leave = SafeButton(_("Go back"))
        leave.setObjectName("together.leave")
        leave.activated.connect(self._leave)
        self.set_actions(leave, None)

    def _make_list(self) -> None:
        self.card = Card()
        self.card.body.setSpacing(Space.M)
        self.sentence = PlainLabel("", Variant.LEAD)
        self.sentence.setObjectName("together.sentence")
        self.card.add(self.sentence)
        self._list, self._rows = column(Space.S)
        self.card.add(self._list)
        self.card.add(Divider())
        self._sums, self._totals = column(Space.XS)
        self.card.add(self._sums)
        self._told, self._steps = column(Space.XS)
        self.card.add(self._told)
        self.sign = PrimaryButton(_("Go on"))
        self.sign.enter_presses = False
        self.check = SafeButton(_("Check again"), icon="refresh")
        self.untie = SafeButton(_("Untie them"))
        acts = {"sign": self._sign, "check": self._check, "untie": self._untie}
        for key, button in {"sign": self.sign, "check": self.check, "untie": self.untie}.items():
            button.setObjectName(f"together.{key}")
            button.activated.connect(acts[key])
        reason = reason_label()
        self.sign.show_reason_in(reason)
        self._deeds = button_row((self.sign, self.check, self.untie))
        self.card.add(self._deeds)
        self.card.add(reason)
        self.card.hide()
        self.add(self.card)

    def attach(self, presenter: TogetherPresenter, order: str = "") -> None:
        """Take the presenter and show its first state."""
        self._presenter = presenter
        self.signing.signs.connect(presenter.sign_as)
        self.destroyed.connect(presenter.close)
        presenter.start(order)

    # — showing —

    def show_state(self, state: TogetherState) -> None:
        """Show the state."""
        before, self._shown = self._shown, state
        self.show_work(state.busy, state.problem.text)
        self.empty.setVisible(state.loaded and not state.rows and not state.groups)
        if before is None or before.groups != state.groups:
            refill(self._group_rows, (self._group(group, place) for place, group in enumerate(state.groups)))
        self.card.setVisible(bool(state.rows))
        self.sentence.setText(state.sentence)
        if before is None or _unmarked(before.rows) != _unmarked(state.rows):
            self._fill_rows(state.rows)
        if before is None or before.totals != state.totals:
            refill(self._totals, (_total(fact.label, fact.text) for fact in state.totals))
        if before is None or before.steps != state.steps:
            refill(self._steps, (PlainLabel(step, Variant.MUTED) for step in state.steps))
        self.sign.setText(state.action or _("Go on"))
        self.sign.setVisible(bool(state.action))
        self.sign.set_blocked(state.blocked or None)
        self.check.setVisible(state.may_check)
        self.untie.setVisible(state.may_untie)
        self._told.setVisible(bool(state.steps))
        self._deeds.setVisible(bool(state.action) or state.may_check or state.may_untie)
        self.signing.show_offer(offered=state.asks_person)
        self._show_questions(state)
        keep_looking(self._looks, state.look_ms)
        if before is not None and before.sentence != state.sentence:
            announce(self, state.sentence)

    def _look(self) -> None:
        if self._presenter is not None:
            self._presenter.look()

    def _show_questions(self, state: TogetherState) -> None:
        self.sca.setVisible(state.sca is not None)
        if state.sca is None:
            self.sca.phone.hide()
            self._phone.stop()
            return
        self.sca.show_state(state.sca)
        if state.sca.phone is not None and not self._phone.isActive():
            self._phone.start()

    def _fill_rows(self, rows: tuple[TogetherRow, ...]) -> None:
        empty(self._rows)
        for place, row in enumerate(rows):
            if place:
                self._rows.addWidget(Divider())
            self._rows.addWidget(self._row(row, place))

    def _row(self, shown: TogetherRow, place: int) -> QWidget:
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(Space.M)
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        about = _("{amount} to {payee}").format(amount=shown.amount, payee=shown.payee)
        if shown.choosable:
            box = CheckField(shown.payee)
            box.setObjectName(f"together.mark.{place}")
            box.setAccessibleName(about)
            box.setChecked(shown.marked)
            box.toggled.connect(partial(self._mark, shown.order))
            words.addWidget(box)
        else:
            link = LinkButton(
                shown.payee, name=_("Open: {amount} to {payee}").format(amount=shown.amount, payee=shown.payee)
            )
            link.setObjectName(f"together.open.{place}")
            link.activated.connect(partial(self._open, shown.order))
            words.addWidget(link)
        below = QVBoxLayout()
        below.setContentsMargins(Space.XXL + Space.XS if shown.choosable else 0, 0, 0, 0)  # under the name
        below.addWidget(PlainLabel(shown.account, Variant.CAPTION, ltr=True))
        if shown.note:
            below.addWidget(PlainLabel(shown.note, Variant.MUTED))
        words.addLayout(below)
        line.addLayout(words, 1)
        amount = PlainLabel(shown.amount, Variant.STRONG, wrap=False, ltr=True)
        amount.setObjectName(f"together.amount.{place}")
        line.addWidget(amount, 0, Qt.AlignmentFlag.AlignTop)
        chip = Chip(shown.chip, Tone(shown.tone))
        chip.setObjectName(f"together.chip.{place}")
        line.addWidget(chip, 0, Qt.AlignmentFlag.AlignTop)
        return holder

    def _group(self, group: TiedGroup, place: int) -> QWidget:
        card = Card(padding=Space.L)
        line = QHBoxLayout()
        line.addWidget(PlainLabel(group.text, Variant.STRONG), 1)
        button = QuietButton(_("Show them"), icon="forward")
        button.setObjectName(f"together.group.{place}")
        button.setAccessibleName(_("Show them: {text}").format(text=group.text))
        button.activated.connect(partial(self._open_group, group.order))
        line.addWidget(button)
        card.body.addLayout(line)
        return card

    # — what the person does —

    def _panel(self) -> TogetherPanel | None:
        return self._presenter.panel if self._presenter is not None else None

    def _look_at_phone(self) -> None:
        panel = self._panel()
        if panel is not None:
            panel.poll_phone()

    def _mark(self, order: str, on: bool) -> None:
        if self._presenter is not None:
            self._presenter.mark(order, on=on)

    def _open(self, order: str) -> None:
        if self._presenter is not None:
            self._presenter.open_order(order)

    def _open_group(self, order: str) -> None:
        if self._presenter is not None:
            self._presenter.open_group(order)

    def _sign(self) -> None:
        if self._presenter is not None:
            self._presenter.sign()

    def _check(self) -> None:
        if self._presenter is not None:
            self._presenter.check_again()

    def _untie(self) -> None:
        if self._presenter is not None:
            self._presenter.untie()

    def _leave(self) -> None:
        if self._presenter is not None:
            self._presenter.leave()


def _unmarked(rows: tuple[TogetherRow, ...]) -> tuple[TogetherRow, ...]:
    """Return what has to be made anew for: ticking a box doesn't."""
    return tuple(
        TogetherRow(r.order, r.payee, r.account, r.amount, r.chip, r.tone, r.note, choosable=r.choosable) for r in rows
    )


def _total(label: str, text: str) -> QWidget:
    holder = QWidget()
    line = QHBoxLayout(holder)
    line.setContentsMargins(0, 0, 0, 0)
    line.addWidget(PlainLabel(label, Variant.MUTED), 1)
    line.addWidget(PlainLabel(text, Variant.STRONG, wrap=False, ltr=True))
    return holder
