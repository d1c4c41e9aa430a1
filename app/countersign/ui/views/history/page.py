"""Search, filters, month bars, the table, and the detail of a bank entry beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QFontMetrics, QHideEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QStackedWidget, QWidget

from countersign.presentation.formats import date_text
from countersign.presentation.history import Detail, HistoryPresenter, HistoryState, Line
from countersign.presentation.messages import _, language
from countersign.ui.models.history_rows import Column, HistoryRows
from countersign.ui.theme.fonts import Weight, font
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Space, Tone, TypeSize
from countersign.ui.views.history.months import MonthBars
from countersign.ui.widgets import (
    Banner,
    Card,
    FlowLayout,
    KeyValueRows,
    KitTable,
    LinkButton,
    PlainLabel,
    QuietButton,
    Row,
    ScrollPage,
    SelectField,
    TextField,
    Variant,
)
from countersign.ui.widgets.empty_pane import EmptyPane
from countersign.ui.widgets.painting import follow_look

DEBOUNCE_MS = 150
_SEARCH_WIDTH = 340
_SELECT_WIDTH = 190
_TABLE_HEIGHT = 260
_LONG_DAYS = (date(2026, 9, 28), date(2026, 12, 28))  # the longest written in English, and in Chinese
_LARGE_SUM = "−EUR 8,888,888.88"
_WORDS = 150  # a name or a reference wants at least this much
_LARGE_TEXT = 150
_TWO_PANES = 900


class HistoryPage(ScrollPage):
    """Show the state; typing is handed on once it pauses."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        super().__init__(_("History"), "", parent)
        self.setObjectName("history.page")
        self._presenter: HistoryPresenter | None = None
        self._shown: HistoryState | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(DEBOUNCE_MS)
        self._pause.timeout.connect(self._search)
        self._settle = QTimer(self)  # a new card has its place after the next layout
        self._settle.setSingleShot(True)
        self._settle.timeout.connect(self._show_card)
        self._make_search()
        self._error = Banner(Tone.WARN, _("The search did not end"))
        self._error.hide()
        self.add(self._error)
        self._make_months()
        self._make_filters()
        self._make_table()
        # The table takes what is left of the window, instead of room below it.
        self._column.setStretch(self._column.count() - 1, 0)
        self._column.setStretchFactor(self._columns, 1)
        escape = QShortcut(QKeySequence("Escape"), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self._close_detail)
        follow_look(self._restyle)

    def attach(self, presenter: HistoryPresenter) -> None:
        """Take the presenter and show its first state."""
        self._presenter = presenter
        self.destroyed.connect(presenter.close)
        presenter.start()

    # — parts —

    def _make_search(self) -> None:
        self.search = TextField(_("Search payments"), placeholder=_("Search name, account, reference"), icon="search")
        self.search.setObjectName("history.search")
        self.search.setClearButtonEnabled(False)
        self.search.textEdited.connect(self._typed)
        self.search.returnPressed.connect(self._search)
        self.set_tools([self.search])

    def _make_months(self) -> None:
        self._months_card = Card(padding=Space.L)
        self._months_card.body.setSpacing(Space.XS)
        self._months_title = PlainLabel("", Variant.CAPTION)
        self.months = MonthBars(_("Months"), self._month_pressed)
        self._months_card.add(self._months_title)
        self._months_card.add(self.months)
        self.add(self._months_card)

    def _make_filters(self) -> None:
        bar = QWidget()
        flow = FlowLayout(bar, Space.M)
        self.account = SelectField(_("Account"))
        self.state = SelectField(_("State"))
        self.period = SelectField(_("Time"))
        for key, select in (("account", self.account), ("state", self.state), ("period", self.period)):
            select.setObjectName(f"history.{key}")
            flow.addWidget(select)
        self.clear = LinkButton(_("Clear filters"))
        self.clear.setObjectName("history.clear")
        flow.addWidget(self.clear)
        self._summary = PlainLabel("", Variant.CAPTION)
        self._summary.setObjectName("history.summary")
        flow.addWidget(self._summary)
        elsewhere = LinkButton(_("Write down a payment made elsewhere"))
        elsewhere.setObjectName("history.elsewhere")
        elsewhere.activated.connect(self._paid_elsewhere)
        flow.addWidget(elsewhere)
        self.account.chosen.connect(self._account_chosen)
        self.state.chosen.connect(self._state_chosen)
        self.period.chosen.connect(self._period_chosen)
        self.clear.activated.connect(self._clear)
        self.add(bar)

    def _make_table(self) -> None:
        self.rows = HistoryRows(self._more, self)
        self.table = KitTable(_("Payments"))
        self.table.setObjectName("history.table")
        self.table.setModel(self.rows)
        header = self.table.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(header.ResizeMode.Fixed)
        self.table.viewport().installEventFilter(self)
        self.table.row_opened.connect(self._open)
        self._empty = EmptyPane("search")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._empty)
        self._stack.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._panes = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._panes.setSpacing(Space.L)
        self._panes.addWidget(self._stack, 3)
        self._detail_card: Card | None = None
        self.main.addLayout(self._panes, 1)

    # — what the presenter says —

    def show_state(self, state: HistoryState) -> None:
        """Show everything but the rows."""
        before, self._shown = self._shown, state
        for select, options, chosen in (
            (self.account, state.accounts, state.account),
            (self.state, state.states, state.state),
            (self.period, state.periods, state.period),
        ):
            _choose(select, options, chosen)
        if not self._pause.isActive() and self.search.text().strip() != state.text:
            self.search.setText(state.text)
        self._summary.setText(state.summary)
        self.clear.setVisible(state.filtered)
        self._error.set_text(_("The search did not end"), state.error)
        self._error.setVisible(bool(state.error))
        self._months_card.setVisible(bool(state.months))
        self._months_title.setText(state.months_title)
        if before is None or before.months != state.months:
            self.months.show_months(state.months)
        if before is None or before.detail != state.detail:
            self._show_detail(state.detail)
        self._empty.set_words(state.empty_title, state.empty_text)
        self._choose_pane()

    def show_rows(self, lines: Sequence[Line], *, more: bool) -> None:
        """Show the first page of a new answer."""
        self.rows.set_rows(lines, more=more)
        self.table.scrollToTop()
        self._choose_pane()

    def add_rows(self, lines: Sequence[Line], *, more: bool) -> None:
        """Show the page that follows."""
        self.rows.add_rows(lines, more=more)

    def _choose_pane(self) -> None:
        empty = self.rows.rowCount() == 0 and self._shown is not None and not self._shown.searching
        self._stack.setCurrentWidget(self._empty if empty else self.table)

    def _show_detail(self, detail: Detail | None) -> None:
        if self._detail_card is not None:
            self._panes.removeWidget(self._detail_card)
            self._detail_card.hide()
            self._detail_card.deleteLater()
            self._detail_card = None
        if detail is None:
            return
        card = self._detail_card = Card(detail.title, padding=Space.L)
        card.setObjectName("history.detail")
        card.add(PlainLabel(detail.amount, Variant.HEADING, ltr=True))
        card.add(
            KeyValueRows(
                [Row(str(place), label, value, ltr=ltr) for place, (label, value, ltr) in enumerate(detail.rows)]
            )
        )
        card.body.addStretch(1)
        close = QuietButton(_("Close"), icon="close", name=_("Close the detail"))
        close.setObjectName("history.detail.close")
        close.activated.connect(self._close_detail)
        line = QHBoxLayout()
        line.addWidget(close)
        line.addStretch(1)
        card.body.addLayout(line)
        self._panes.addWidget(card, 2)
        self._restyle()
        self._settle.start()

    def _show_card(self) -> None:
        if self._detail_card is not None:
            self.scroll_to(self._detail_card)

    # — what the person does —

    def _typed(self, _text: str) -> None:
        self._pause.start()

    def _search(self) -> None:
        self._pause.stop()
        if self._presenter is not None:
            self._presenter.search(self.search.text())

    def event(self, event: QEvent) -> bool:
        """Keep Ctrl+F from the window, where it opens this page."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _is_find(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the search box with Ctrl+F."""
        if not _is_find(event):
            super().keyPressEvent(event)
            return
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _month_pressed(self, key: str) -> None:
        if self._presenter is not None:
            self._presenter.toggle_month(key)

    def _account_chosen(self, value: str) -> None:
        if self._presenter is not None:
            self._presenter.choose_account(value)

    def _state_chosen(self, value: str) -> None:
        if self._presenter is not None:
            self._presenter.choose_state(value)

    def _period_chosen(self, value: str) -> None:
        if self._presenter is not None:
            self._presenter.choose_period(value)

    def _paid_elsewhere(self) -> None:
        if self._presenter is not None:
            self._presenter.paid_elsewhere()

    def _clear(self) -> None:
        self._pause.stop()
        self.search.clear()
        if self._presenter is not None:
            self._presenter.clear_filters()

    def _more(self) -> None:
        if self._presenter is not None:
            self._presenter.fetch_more()

    def _open(self, row: int) -> None:
        if self._presenter is not None:
            self._presenter.open_row(row)

    def _close_detail(self) -> None:
        if self._presenter is not None and self._detail_card is not None:
            self._presenter.close_detail()
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # — looks —

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave no timer behind."""
        self._pause.stop()
        self._settle.stop()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the detail beside the table or below it."""
        super().resizeEvent(event)
        self._restyle()

    def _restyle(self) -> None:
        now = look()
        own_row = now.text_percent >= _LARGE_TEXT
        self.search.setMinimumWidth(0 if own_row else now.px(_SEARCH_WIDTH))
        if own_row and self.main.indexOf(self.search) < 0:
            self._tools.removeWidget(self.search)
            self.main.insertWidget(0, self.search)
        elif not own_row and self.main.indexOf(self.search) >= 0:
            self.main.removeWidget(self.search)
            self._tools.addWidget(self.search)
        for select in (self.account, self.state, self.period):
            select.setMinimumWidth(now.px(_SELECT_WIDTH))
        self._stack.setMinimumHeight(now.px(_TABLE_HEIGHT))
        self._fit_columns()
        beside = self.width() >= now.px(_TWO_PANES)
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._panes.setDirection(across if beside else down)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit the columns to the table."""
        if event.type() == QEvent.Type.Resize:
            self._fit_columns()
        return super().eventFilter(watched, event)

    def _fit_columns(self) -> None:
        """Give names and references what the rest leaves; where that is too little, references and states give way."""
        metrics = QFontMetrics(font(TypeSize.BODY, Weight.MEDIUM))
        days = (date_text(day, language(), "medium") for day in _LONG_DAYS)
        samples = {
            Column.DAY: max(days, key=metrics.horizontalAdvance),
            Column.STATE: _("Outcome unknown"),
            Column.AMOUNT: _LARGE_SUM,
        }
        widths = {column: metrics.horizontalAdvance(text) + 2 * Space.M + 4 for column, text in samples.items()}
        words, room = look().px(_WORDS), self.table.viewport().width()
        left = room - sum(widths.values())
        hidden = {Column.REFERENCE} if left < 2 * words else set()
        if left < words:
            hidden.add(Column.STATE)
            left += widths[Column.STATE]
        share = left if Column.REFERENCE in hidden else min(left * 3 // 5, left - words)
        widths |= {Column.COUNTERPARTY: max(share, words), Column.REFERENCE: max(left - share, words)}
        for column, width in widths.items():
            self.table.setColumnHidden(column, column in hidden)
            self.table.setColumnWidth(column, width)


def _is_find(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Find)


def _choose(select: SelectField, options: Sequence[tuple[str, str]], chosen: str) -> None:
    known = [(str(select.itemData(place)), select.itemText(place)) for place in range(select.count())]
    if known != list(options):
        select.set_options(list(options))
    if select.value() != chosen:
        select.set_value(chosen)
