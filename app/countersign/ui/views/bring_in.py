"""The page for statements and status files: choose or drop one, see what it says, close what differs."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from countersign.presentation.bring_in import BringInPresenter
from countersign.presentation.bring_in_state import AccountLine, BringInState, DifferenceCard, NewsLine, Report
from countersign.presentation.messages import _
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import (
    Banner,
    Card,
    Chip,
    Choice,
    ChoiceCards,
    Divider,
    EmptyState,
    Field,
    FlowLayout,
    LinkButton,
    PlainLabel,
    PrimaryButton,
    ProgressRow,
    QuietButton,
    SafeButton,
    ScrollPage,
    TextField,
    Variant,
)
from countersign.ui.widgets.dropped import dropped_file

_TICK_MS = 200


class BringInPage(ScrollPage):
    """Show the state; files may be dropped anywhere on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        super().__init__("", "", parent)
        self.setObjectName("bring.page")
        self.setAcceptDrops(True)
        self._presenter: BringInPresenter | None = None
        self._shown: BringInState | None = None
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        self.problem = Banner(Tone.WARN, _("That did not work"))
        self.problem.setObjectName("bring.problem")
        self.problem.hide()
        self.add(self.problem)
        self.choice_card = self._make_choice()
        self.again_card = self._make_again()
        self.add(self.choice_card)
        self.add(self.again_card)
        self.progress = ProgressRow(_("Reading the file"), cancel_text=_("Stop reading"))
        self.progress.setObjectName("bring.progress")
        self.progress.cancel_pressed.connect(self._cancel)
        self.progress.hide()
        self.add(self.progress)
        self._report: QWidget | None = None
        self._tasks_title = PlainLabel(_("What needs you"), Variant.TITLE)
        self.add(self._tasks_title)
        self._tasks = QWidget()
        self._tasks_body = QVBoxLayout(self._tasks)
        self._tasks_body.setContentsMargins(0, 0, 0, 0)
        self._tasks_body.setSpacing(Space.L)
        self._cards: dict[str, _Task] = {}
        self.add(self._tasks)
        self.add_aside(_help())
        home = SafeButton(_("Go home"))
        home.setObjectName("bring.home")
        home.activated.connect(self._leave)
        self.set_actions(home, None)

    def attach(self, presenter: BringInPresenter) -> None:
        """Take the presenter and show its first state."""
        self._presenter = presenter
        self.destroyed.connect(presenter.close)
        self._tick.timeout.connect(presenter.tick)
        presenter.start()

    def _make_choice(self) -> Card:
        card = Card()
        choose = PrimaryButton(_("Choose a file"), icon="download")
        choose.setObjectName("bring.choose")
        choose.activated.connect(self._choose)
        text = _("Download it from your bank, then choose it here or drop it on this page.")
        card.add(EmptyState("document", _("A statement, or a status file"), text, action=choose))
        return card

    def _make_again(self) -> Card:
        card = Card(padding=Space.L)
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addWidget(PlainLabel(_("Drop another file on this page, or choose it."), Variant.MUTED), 1)
        choose = QuietButton(_("Choose a file"), icon="download")
        choose.setObjectName("bring.choose")
        choose.activated.connect(self._choose)
        row.addWidget(choose)
        card.body.addLayout(row)
        card.hide()
        return card

    # — showing —

    def show_state(self, state: BringInState) -> None:
        """Show the state."""
        before, self._shown = self._shown, state
        self.set_heading(state.heading, state.lead)
        if state.problem:
            self.problem.set_text(_("That did not work"), state.problem)
            if self.problem.isHidden():
                self.problem.appear()
        self.problem.setVisible(bool(state.problem))
        small = state.report is not None or bool(state.differences)
        self.choice_card.setVisible(not state.busy and not small)
        self.again_card.setVisible(not state.busy and small)
        self.progress.setVisible(bool(state.busy))
        if state.busy:
            self.progress.set_progress(state.busy, state.done, state.total)
            self._tick.start()
        else:
            self._tick.stop()
        if before is None or before.report != state.report:
            self._show_report(state.report)
        self._tasks_title.setVisible(bool(state.differences))
        self._show_tasks(state.differences)

    def _show_report(self, report: Report | None) -> None:
        if self._report is not None:
            self.main.removeWidget(self._report)
            self._report.hide()
            self._report.deleteLater()
            self._report = None
        if report is None:
            return
        card = self._report = Card(report.title, tone=Tone(report.tone))
        card.setObjectName("bring.report")
        for account in report.accounts:
            card.add(_account(account))
        for place, news in enumerate(report.news):
            card.add(Divider())
            card.add(self._news(news, place))
        for number, shown in report.unknown:
            card.add(Divider())
            card.add(self._unknown(number, shown))
        for note in report.notes:
            card.add(PlainLabel(note, Variant.MUTED))
        self.main.insertWidget(self.main.indexOf(self._tasks_title), card)

    def _news(self, news: NewsLine, place: int) -> QWidget:
        row = QWidget()
        row.setObjectName(f"bring.news.{place}")
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(Space.M)
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        words.addWidget(PlainLabel(news.title, Variant.STRONG))
        for text in (news.reason, news.rule):
            if text:
                words.addWidget(PlainLabel(text, Variant.MUTED))
        words.addWidget(Chip(news.chip, Tone(news.tone)), 0, Qt.AlignmentFlag.AlignLeading)
        line.addLayout(words, 1)
        see = SafeButton(_("See the order"), name=_("See the order: {title}").format(title=news.title))
        see.setObjectName(f"bring.order.{place}")
        see.activated.connect(partial(self._open_order, news.order))
        line.addWidget(see, 0, Qt.AlignmentFlag.AlignVCenter)
        return row

    def _unknown(self, number: str, shown: str) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(Space.M)
        text = _("{number} is no account of yours here: nothing of it was kept.").format(number=shown)
        line.addWidget(PlainLabel(text), 1)
        add = SafeButton(_("Add this account"), name=_("Add the account {number}").format(number=shown))
        add.setObjectName(f"bring.add.{number}")
        add.activated.connect(partial(self._add_account, number))
        line.addWidget(add, 0, Qt.AlignmentFlag.AlignVCenter)
        return row

    def _show_tasks(self, found: tuple[DifferenceCard, ...]) -> None:
        wanted = {item.key for item in found}
        for key in [key for key in self._cards if key not in wanted]:
            old = self._cards.pop(key)
            self._tasks_body.removeWidget(old)
            old.hide()
            old.deleteLater()
        for item in found:
            card = self._cards.get(item.key)
            if card is None:
                card = self._cards[item.key] = _Task(item, self)
                self._tasks_body.addWidget(card)
            card.show_state(item)

    # — what the person does —

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take one file of this computer."""
        if dropped_file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Bring in the file that was dropped."""
        path = dropped_file(event)
        if self._presenter is not None and path is not None:
            event.acceptProposedAction()
            self._presenter.bring(path)

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave no timer behind."""
        self._tick.stop()
        super().hideEvent(event)

    def answer(self, key: str, value: str) -> None:
        """Hand on what a difference is."""
        if self._presenter is not None:
            self._presenter.answer(key, value)

    def close_difference(self, key: str, words: str) -> None:
        """Hand on that a difference is to be closed."""
        if self._presenter is not None:
            self._presenter.close_difference(key, words)

    def _choose(self) -> None:
        if self._presenter is not None:
            self._presenter.choose()

    def _cancel(self) -> None:
        if self._presenter is not None:
            self._presenter.cancel()

    def _open_order(self, order: str) -> None:
        if self._presenter is not None:
            self._presenter.open_order(order)

    def open_order(self, order: str) -> None:
        """Show the order of a difference."""
        self._open_order(order)

    def _add_account(self, number: str) -> None:
        if self._presenter is not None:
            self._presenter.add_account(number)

    def _leave(self) -> None:
        if self._presenter is not None:
            self._presenter.leave()


class _Task(Card):
    """One difference: what is the matter, what to do, and closing it with a reason."""

    def __init__(self, item: DifferenceCard, page: BringInPage) -> None:
        words, key = item.words, item.key
        super().__init__(words.title, tone=Tone(words.tone))
        self.setObjectName(f"bring.difference.{key}")
        self._key, self._page = key, page
        for fact in words.facts:
            self.add(PlainLabel(fact))
        self.add(PlainLabel(words.advice, Variant.STRONG))
        choices = [Choice(option.value, option.title, option.text) for option in words.answers]
        self.answers = ChoiceCards(_("What is it?"), choices)
        self.answers.setObjectName(f"bring.answer.{key}")
        self.answers.chosen.connect(partial(page.answer, key))
        self.add(self.answers)
        self.reason = TextField(_("In your own words"))
        self.reason.setObjectName(f"bring.reason.{key}")
        self._field = Field(_("In your own words"), self.reason)
        self.add(self._field)
        self.fault = PlainLabel("", ink="danger")
        self.add(self.fault)
        buttons = QWidget()
        row = FlowLayout(buttons, Space.M)
        close = QuietButton(_("Close with this reason"), icon="check")
        close.setObjectName(f"bring.close.{key}")
        close.activated.connect(self._close)
        row.addWidget(close)
        if item.order:
            see = LinkButton(_("See the order"))
            see.setObjectName(f"bring.difference_order.{key}")
            see.activated.connect(partial(page.open_order, item.order))
            row.addWidget(see)
        self.add(buttons)

    def show_state(self, item: DifferenceCard) -> None:
        """Show what was chosen, and what is missing."""
        if (self.answers.value() or "") != item.answer:
            self.answers.set_value(item.answer or None)
        self._field.setVisible(item.asks_words)
        self.fault.setText(item.fault)
        self.fault.setVisible(bool(item.fault))

    def _close(self) -> None:
        self._page.close_difference(self._key, self.reason.text())


def _account(account: AccountLine) -> QWidget:
    row = QWidget()
    words = QVBoxLayout(row)
    words.setContentsMargins(0, 0, 0, 0)
    words.setSpacing(Space.XS)
    words.addWidget(PlainLabel(account.number, Variant.STRONG, ltr=True))
    words.addWidget(PlainLabel(account.text))
    if account.balances:
        words.addWidget(PlainLabel(account.balances, Variant.MUTED))
    if account.warning:
        words.addWidget(PlainLabel(account.warning, ink="warn"))
    return row


def _help() -> Card:
    card = Card(_("Which files"), icon="info")
    card.add_points(
        [
            _("Statements: camt.053, camt.052, camt.054 or MT940. Banks often call them electronic statements."),
            _("Status files: pain.002. The portal offers them after you uploaded a payment file."),
            _("Nothing in a file is ever carried out. It is read, compared with your orders, and kept."),
        ]
    )
    return card
