"""The first page: what waits as rows, accounts as cards, safety as a strip."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from countersign.presentation.home import AccountCard, HomePresenter, HomeState, SafetyLine
from countersign.presentation.home_waiting import WaitingItem
from countersign.presentation.messages import _
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import (
    Banner,
    Card,
    Chip,
    Divider,
    EmptyState,
    FlowLayout,
    IconView,
    LinkButton,
    PlainLabel,
    Point,
    PrimaryButton,
    QuietButton,
    SafeButton,
    ScrollPage,
    Sparkline,
    Variant,
)
from countersign.ui.widgets.painting import follow_look

_CARD_WIDTH = 270
_ROW_WIDTH = 560


class HomePage(ScrollPage):
    """Show the state; every button goes to the presenter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        super().__init__("", "", parent)
        self.setObjectName("home.page")
        self._presenter: HomePresenter | None = None
        self._shown: HomeState | None = None
        self.new_transfer = PrimaryButton(_("New transfer"), icon="send")
        self.new_transfer.setObjectName("home.new_transfer")
        self.new_transfer.activated.connect(self._new_transfer)
        self.set_tools([self.new_transfer])
        self._error = Banner(Tone.WARN, _("Accounts could not be brought up to date"))
        self._error.setObjectName("home.error")
        self._error.hide()
        self.add(self._error)
        self.waiting = _Section(_("Waiting for you"))
        self.accounts = _Section(_("Your accounts"))
        self.refresh = QuietButton(_("Refresh"), icon="refresh", name=_("Refresh accounts from the bank"))
        self.refresh.setObjectName("home.refresh")
        self.refresh.activated.connect(self._refresh)
        self._as_of = PlainLabel("", Variant.CAPTION)
        self._as_of.setObjectName("home.as_of")
        self._as_of.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        self.accounts.add_tool(self._as_of, 1)
        self.accounts.add_tool(self.refresh)
        self.safety = _Section(_("Safety"))
        self.own_bank = self._make_own_bank()
        for section in (self.waiting, self.accounts, self.own_bank, self.safety):
            self.add(section)

    def _make_own_bank(self) -> QWidget:
        row = QWidget()
        flow = FlowLayout(row, Space.S)
        for key, text, icon, act in (
            ("bring", _("Bring in a statement or status file"), "download", self._bring_in),
            ("add_account", _("Add an account"), "plus", self._add_account),
            ("elsewhere", _("Write down a payment made elsewhere"), "edit", self._paid_elsewhere),
        ):
            button = QuietButton(text, icon=icon)
            button.setObjectName(f"home.{key}")
            button.activated.connect(act)
            flow.addWidget(button)
        return row

    def attach(self, presenter: HomePresenter) -> None:
        """Take the presenter and show its first state."""
        self._presenter = presenter
        self.destroyed.connect(presenter.close)
        presenter.start()

    def show_state(self, state: HomeState) -> None:
        """Show the state; only what has changed is made anew."""
        before, self._shown = self._shown, state
        self.set_heading(state.heading, state.lead)
        self._as_of.setText(_("Asking the bank …") if state.refreshing else state.as_of)
        self.refresh.set_blocked(_("The bank is being asked already.") if state.refreshing else None)
        self._error.set_text(_("Accounts could not be brought up to date"), state.refresh_error)
        self._error.setVisible(bool(state.refresh_error))
        self.refresh.setVisible(state.refreshable)
        for section in (self.waiting, self.accounts, self.own_bank, self.safety):
            section.setVisible(not state.loading)
        if before is None or (before.waiting, before.first_time) != (state.waiting, state.first_time):
            self.waiting.show_widget(self._waiting(state))
        if before is None or before.accounts != state.accounts:
            self.accounts.show_widget(_accounts(state.accounts))
        if before is None or before.safety != state.safety:
            self.safety.show_widget(_safety(state.safety))

    def _waiting(self, state: HomeState) -> QWidget:
        if state.waiting:
            card = Card(padding=Space.L)
            card.body.setSpacing(Space.M)
            first: SafeButton | None = None
            for place, item in enumerate(state.waiting):
                if place:
                    card.add(Divider())
                row = _WaitingRow(item)
                row.button.setObjectName(f"home.open.{item.kind}.{place}")
                if first is None:
                    first = row.button
                else:
                    row.button.set_partner(first)
                row.button.activated.connect(partial(self._open, item))
                card.add(row)
            return card
        card = Card(padding=Space.L)
        if state.first_time:
            begin = PrimaryButton(_("Try a practice transfer") if state.practice else _("New transfer"))
            begin.setObjectName("home.try")
            begin.activated.connect(self._new_transfer)
            words = _("Send practice money to a made-up payee. Everything is as it will be, and nothing can go wrong.")
            card.add(EmptyState("practice", _("Nothing waits for you"), words if state.practice else "", action=begin))
            return card
        history = LinkButton(_("See past transfers"))
        history.setObjectName("home.history")
        history.activated.connect(self._history)
        card.add(EmptyState("check-circle", _("Nothing waits for you"), action=history))
        return card

    # — what the person does —

    def _open(self, item: WaitingItem) -> None:
        if self._presenter is not None:
            self._presenter.open_waiting(item)

    def _new_transfer(self) -> None:
        if self._presenter is not None:
            self._presenter.new_transfer()

    def _refresh(self) -> None:
        if self._presenter is not None:
            self._presenter.refresh()

    def _bring_in(self) -> None:
        if self._presenter is not None:
            self._presenter.bring_in()

    def _add_account(self) -> None:
        if self._presenter is not None:
            self._presenter.add_account()

    def _paid_elsewhere(self) -> None:
        if self._presenter is not None:
            self._presenter.paid_elsewhere()

    def _history(self) -> None:
        if self._presenter is not None:
            self._presenter.open_history()


class _Section(QWidget):
    """A titled part of the page whose content is replaced as a whole."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(Space.S)
        self._line = QHBoxLayout()
        self._line.setSpacing(Space.M)
        self._line.addWidget(PlainLabel(title, Variant.TITLE), 1)
        self._body.addLayout(self._line)
        self._content: QWidget | None = None

    def add_tool(self, widget: QWidget, stretch: int = 0) -> None:
        """Put a widget beside the title."""
        self._line.addWidget(widget, stretch)

    def show_widget(self, content: QWidget) -> None:
        """Replace the content."""
        if self._content is not None:
            self._body.removeWidget(self._content)
            self._content.hide()
            self._content.deleteLater()
        self._content = content
        self._body.addWidget(content)


class _WaitingRow(QWidget):
    """One thing that waits: icon, words, and its button; the button goes below where it is narrow."""

    def __init__(self, item: WaitingItem) -> None:
        super().__init__()
        self.setAccessibleName(item.title)
        self._flow = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._flow.setContentsMargins(0, 0, 0, 0)
        self._flow.setSpacing(Space.M)
        title = PlainLabel(item.title, Variant.STRONG)
        line = QHBoxLayout()
        line.setSpacing(Space.M)
        line.addWidget(IconView(item.icon, 20, "accent", beside=title), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        words.addWidget(title)
        words.addWidget(PlainLabel(item.text, Variant.MUTED))
        words.addWidget(Chip(item.chip, Tone(item.tone)), 0, Qt.AlignmentFlag.AlignLeading)
        line.addLayout(words, 1)
        self._flow.addLayout(line, 1)
        self.button = SafeButton(item.action, name=item.action_name)
        self._flow.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        follow_look(self._arrange)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the direction."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        narrow = self.width() < look().px(_ROW_WIDTH)
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        if self._flow.direction() != (down if narrow else across):
            self._flow.setDirection(down if narrow else across)
            self._flow.setAlignment(
                self.button, Qt.AlignmentFlag.AlignLeading if narrow else Qt.AlignmentFlag.AlignVCenter
            )


class _Grid(QWidget):
    """As many equal columns as fit."""

    def __init__(self, widgets: Sequence[QWidget], width: int = _CARD_WIDTH) -> None:
        super().__init__()
        self._widgets, self._least = tuple(widgets), width
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(Space.L)
        follow_look(self._arrange)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose how many columns."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        fitting = (self.width() + Space.L) // (look().px(self._least) + Space.L)
        columns = max(1, min(len(self._widgets), fitting))
        if columns == self._columns or not self._widgets:
            return
        for column in range(self._columns):
            self._grid.setColumnStretch(column, 0)
        self._columns = columns
        for place, widget in enumerate(self._widgets):
            self._grid.addWidget(widget, place // columns, place % columns)
        for column in range(columns):
            self._grid.setColumnStretch(column, 1)


def _accounts(accounts: Sequence[AccountCard]) -> QWidget:
    if not accounts:
        card = Card(padding=Space.L)
        card.add(
            EmptyState(
                "bank",
                _("No account is known yet"),
                _("They appear here once a bank was asked, or an account was added."),
            )
        )
        return card
    return _Grid([_account(account) for account in accounts])


def _account(account: AccountCard) -> Card:
    card = Card(padding=Space.L)
    card.setAccessibleName(f"{account.name} {account.number}")
    card.setObjectName(f"home.account.{account.account}")
    card.body.setSpacing(Space.XS)
    line = QHBoxLayout()
    line.setSpacing(Space.S)
    line.addWidget(PlainLabel(account.name, Variant.LABEL), 1)
    line.addWidget(PlainLabel(account.number, Variant.CAPTION, wrap=False, ltr=True))
    card.body.addLayout(line)
    if account.balance:
        card.add(PlainLabel(account.balance, Variant.HEADING, ltr=True))
    else:
        card.add(PlainLabel(_("Balance not known yet"), Variant.LEAD))
    if account.available:
        card.add(PlainLabel(account.available, Variant.CAPTION))
    if account.days:
        points = [Point(day.minor, day.day, day.text) for day in account.days]
        card.add(Sparkline(account.sentence, points, headers=(_("Day"), _("Balance"))))
    card.body.addStretch(1)
    return card


def _safety(lines: Sequence[SafetyLine]) -> QWidget:
    card = Card(padding=Space.L)
    inks = {"ok": "ok", "warn": "warn", "danger": "danger"}
    rows = []
    for line in lines:
        row = QWidget()
        row.setObjectName(f"home.safety.{line.key}")
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(Space.M)
        words = PlainLabel(line.text)
        mark = IconView(line.icon, 20, inks.get(line.tone, "muted"), beside=words)
        across.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        across.addWidget(words, 1)
        rows.append(row)
    card.add(_Grid(rows, 360))
    return card
