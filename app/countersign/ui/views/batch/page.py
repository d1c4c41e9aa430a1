"""The page for lists of payments: choose or drop one, see each payment checked, request the batch."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from countersign.presentation.batch import BatchPresenter
from countersign.presentation.batch_state import BatchState, KeptRow, LineDetail, LineRow, Report, Setup, Stage
from countersign.presentation.messages import _
from countersign.ui.models.batch_rows import BatchRows, Column
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.views.batch.kept import kept_row
from countersign.ui.views.batch.setup import SetupForm
from countersign.ui.widgets import (
    Banner,
    Card,
    Divider,
    EmptyState,
    KitTable,
    LinkButton,
    PlainLabel,
    PrimaryButton,
    ProgressRow,
    QuietButton,
    SafeButton,
    ScrollPage,
    Variant,
    announce,
)
from countersign.ui.widgets.dropped import dropped_file
from countersign.ui.widgets.facts import facts_list
from countersign.ui.widgets.filter_chips import FilterChips
from countersign.ui.widgets.scatter import ScatterChart, ScatterDot

_TICK_MS: Final = 200
_TABLE_HEIGHT: Final = 420
_TWO_PANES: Final = 1000
_WIDTHS: Final = {Column.LINE: 70, Column.PAYEE: 220, Column.WHAT: 330, Column.STATE: 150, Column.AMOUNT: 160}


class BatchPage(ScrollPage):
    """Show the state; a file may be dropped anywhere on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        super().__init__("", "", parent)
        self.setObjectName("batch.page")
        self.setAcceptDrops(True)
        self._presenter: BatchPresenter | None = None
        self._shown: BatchState | None = None
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        self.problem = Banner(Tone.WARN, _("That did not work"))
        self.problem.setObjectName("batch.problem")
        self.problem.hide()
        self.add(self.problem)
        self.choice_card = self._make_choice()
        self.add(self.choice_card)
        self._kept = QWidget()
        self._kept_body = QVBoxLayout(self._kept)
        self._kept_body.setContentsMargins(0, 0, 0, 0)
        self.add(self._kept)
        self.progress = ProgressRow(_("Checking each payment"), cancel_text=_("Stop here"))
        self.progress.setObjectName("batch.progress")
        self.progress.cancel_pressed.connect(self._cancel)
        self.progress.hide()
        self.add(self.progress)
        self._form: SetupForm | None = None
        self._form_of: tuple[str, tuple[str, ...]] = ("", ())
        self._report: QWidget | None = None
        self._chart_cards: list[QWidget] = []
        self._lines = self._make_lines()
        self.add(self._lines)
        self._detail: Card | None = None
        self.leave = SafeButton(_("Go back"))
        self.leave.setObjectName("batch.leave")
        self.leave.activated.connect(self._leave)
        self.primary = PrimaryButton(_("Check the list"))
        self.primary.setObjectName("batch.primary")
        self.primary.activated.connect(self._act)
        self.set_actions(self.leave, self.primary)

    def attach(self, presenter: BatchPresenter, path: str = "") -> None:
        """Take the presenter and show its first state."""
        self._presenter = presenter
        self.destroyed.connect(presenter.close)
        self._tick.timeout.connect(presenter.tick)
        presenter.start(path)

    # — parts —

    def _make_choice(self) -> Card:
        card = Card()
        choose = PrimaryButton(_("Choose a file"), icon="download")
        choose.setObjectName("batch.choose")
        choose.activated.connect(self._choose)
        text = _("From your accounting or payroll program. Choose it here or drop it on this page.")
        card.add(EmptyState("document", _("A list of payments"), text, action=choose))
        return card

    def _make_lines(self) -> QWidget:
        holder = QWidget()
        body = QVBoxLayout(holder)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(Space.M)
        self.filters = FilterChips(_("Which payments"), "batch.filter")
        self.filters.chosen.connect(self._filter)
        body.addWidget(self.filters)
        self.rows = BatchRows(self._row, self)
        self.table = KitTable(_("Payments of the list"))
        self.table.setObjectName("batch.table")
        self.table.setModel(self.rows)
        self.table.horizontalHeader().setStretchLastSection(False)
        self.table.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.table.viewport().installEventFilter(self)
        self.table.row_opened.connect(self._select)
        self.table.selectionModel().currentRowChanged.connect(self._current_changed)
        self._panes = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._panes.setSpacing(Space.L)
        self._panes.addWidget(self.table, 3, Qt.AlignmentFlag.AlignTop)
        body.addLayout(self._panes)
        self.nothing = PlainLabel(_("No payment is listed here."), Variant.MUTED)
        self.nothing.setObjectName("batch.nothing")
        body.addWidget(self.nothing)
        holder.hide()
        return holder

    # — what the presenter says —

    def show_state(self, state: BatchState) -> None:
        """Show everything but the lines."""
        before, self._shown = self._shown, state
        self.set_heading(state.heading, state.lead)
        self.problem.set_text(_("That did not work"), state.problem)
        if state.problem and self.problem.isHidden():
            self.problem.appear()
        self.problem.setVisible(bool(state.problem))
        choosing = state.stage is Stage.CHOOSE and not state.busy
        self.choice_card.setVisible(choosing)
        if before is None or before.kept != state.kept:
            self._show_kept(state.kept)
        self._kept.setVisible(choosing and bool(state.kept))
        self.progress.setVisible(bool(state.busy))
        if state.busy:
            self.progress.set_progress(state.busy, state.done, state.total)
            self._tick.start()
        else:
            self._tick.stop()
        self._show_setup(state.setup)
        if before is None or before.report != state.report:
            self._show_report(before.report if before else None, state.report)
        self._lines.setVisible(state.report is not None)
        if before is None or before.detail != state.detail:
            self._show_detail(state.detail)
        self.primary.setText(state.primary or _("Check the list"))
        self.primary.setVisible(bool(state.primary) and not state.busy)
        self.primary.set_blocked(state.blocked)
        self.leave.setText(_("Go home") if state.stage is Stage.CHOOSE else _("Go back"))
        self.leave.setVisible(not state.busy)
        if state.said:
            announce(self, state.said)

    def show_count(self, count: int) -> None:
        """List so many other lines."""
        self.rows.set_count(count)
        self.table.setVisible(count > 0)
        self.nothing.setVisible(count == 0)
        self.table.scrollToTop()
        self._fit()

    def show_changed(self, first: int, last: int) -> None:
        """Show lines anew."""
        self.rows.changed(first, last)

    def _show_kept(self, kept: tuple[KeptRow, ...]) -> None:
        while (item := self._kept_body.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        if not kept:
            return
        card = Card(_("Lists that you began"))
        card.setObjectName("batch.kept")
        for place, row in enumerate(kept):
            if place:
                card.add(Divider())
            card.add(kept_row(row, place, self._go_on, self._put_away))
        self._kept_body.addWidget(card)

    def _show_setup(self, setup: Setup | None) -> None:
        form = self._form
        if form is not None and (setup is None or self._form_of != (setup.name, setup.head)):
            self.main.removeWidget(form)
            form.hide()
            form.deleteLater()
            self._form = form = None
        if setup is None:
            return
        if form is not None:
            form.show_state(setup)
            return
        self._form_of = (setup.name, setup.head)
        form = self._form = SetupForm(setup)
        presenter = self._presenter
        if presenter is not None:
            form.column_chosen.connect(presenter.choose_column)
            form.currency_chosen.connect(presenter.choose_currency)
            form.account_chosen.connect(presenter.choose_account)
            form.source_chosen.connect(presenter.choose_source)
            form.payroll_chosen.connect(presenter.choose_payroll)
        self.main.insertWidget(self.main.indexOf(self._lines), form)
        form.arrange()

    def _show_report(self, before: Report | None, report: Report | None) -> None:
        if report is not None:
            self.filters.set_filters(report.filters)
        if report is None or before is None or (before.facts, before.about) != (report.facts, report.about):
            self._replace_report(report)
        if report is None or before is None or before.charts != report.charts:
            for old in self._chart_cards:
                self.main.removeWidget(old)
                old.hide()
                old.deleteLater()
            self._chart_cards = [self._chart(report, place) for place in range(len(report.charts))] if report else []

    def _replace_report(self, report: Report | None) -> None:
        if self._report is not None:
            self.main.removeWidget(self._report)
            self._report.hide()
            self._report.deleteLater()
            self._report = None
        if report is None:
            return
        card = self._report = Card(_("What was found"), tone=Tone.DANGER if report.about else None, padding=Space.L)
        card.setObjectName("batch.report")
        for text in report.about:
            card.add(PlainLabel(text, Variant.STRONG))
        card.add(facts_list(report.facts))
        self.main.insertWidget(self.main.indexOf(self._lines), card)

    def _chart(self, report: Report, place: int) -> QWidget:
        chart = report.charts[place]
        dots = [ScatterDot(dot.value, dot.payee, dot.text, dot.outlier) for dot in chart.dots]
        card = Card(padding=Space.L)
        card.add(ScatterChart(chart.title, chart.sentence, dots, headers=(_("Payee"), _("Amount"))))
        self.main.addWidget(card)
        return card

    def _show_detail(self, detail: LineDetail | None) -> None:
        if self._detail is not None:
            self._panes.removeWidget(self._detail)
            self._detail.hide()
            self._detail.deleteLater()
            self._detail = None
        if detail is None:
            self._fit()
            return
        card = self._detail = Card(detail.title, padding=Space.L)
        card.setObjectName("batch.detail")
        for text, tone in detail.noticed:
            card.add(PlainLabel(text, Variant.STRONG, ink=tone if tone in {"danger", "warn"} else "text"))
        card.add(facts_list(detail.facts))
        buttons = QWidget()
        row = QHBoxLayout(buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.M)
        if detail.take:
            take = QuietButton(detail.take)
            take.setObjectName("batch.take")
            take.activated.connect(partial(self._decide, detail.number, detail.taken))
            row.addWidget(take)
        if detail.own:
            own = LinkButton(detail.own)
            own.setObjectName("batch.own")
            own.activated.connect(partial(self._own, detail.number))
            row.addWidget(own)
        row.addStretch(1)
        card.add(buttons)
        self._panes.addWidget(card, 2, Qt.AlignmentFlag.AlignTop)
        self._fit()

    # — what the person does —

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take one file of this computer."""
        if dropped_file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Look at the file that was dropped."""
        path = dropped_file(event)
        if self._presenter is not None and path is not None:
            event.acceptProposedAction()
            self._presenter.open_file(path)

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave no timer behind."""
        self._tick.stop()
        super().hideEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit the columns to the table."""
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        now, room = look(), self.table.viewport().width()
        beside = self.width() >= now.px(_TWO_PANES)
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._panes.setDirection(across if beside else down)
        hidden = {Column.LINE, Column.WHAT} if self._detail is not None and beside else set()
        widths = {column: now.px(width) for column, width in _WIDTHS.items() if column not in hidden}
        if room < sum(widths.values()):
            hidden |= {Column.LINE}
            widths.pop(Column.LINE, None)
        spare = room - sum(widths.values())
        wide = Column.PAYEE if Column.WHAT in hidden else Column.WHAT
        widths[wide] = max(widths[wide] + spare, now.px(120))
        for column in Column:
            self.table.setColumnHidden(column, column in hidden)
        for column, width in widths.items():
            self.table.setColumnWidth(column, width)
        header, row = self.table.horizontalHeader().height(), self.table.verticalHeader().defaultSectionSize()
        wanted = header + self.rows.rowCount() * row + 2 * self.table.frameWidth() + Space.S
        self.table.setFixedHeight(min(now.px(_TABLE_HEIGHT), max(wanted, header + 2 * row)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the detail beside the table or below it."""
        super().resizeEvent(event)
        self._fit()
        if self._form is not None:
            self._form.arrange()

    def _row(self, place: int) -> LineRow | None:
        return self._presenter.row(place) if self._presenter is not None else None

    def _current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        self._select(current.row())

    def _select(self, place: int) -> None:
        if self._presenter is not None:
            self._presenter.select(place)

    def _decide(self, number: int, decided: str) -> None:
        if self._presenter is not None:
            self._presenter.decide(number, decided)

    def _own(self, number: int) -> None:
        if self._presenter is not None:
            self._presenter.make_own(number)

    def _filter(self, shown: str) -> None:
        if self._presenter is not None:
            self._presenter.set_filter(shown)

    def _choose(self) -> None:
        if self._presenter is not None:
            self._presenter.choose_file()

    def _cancel(self) -> None:
        if self._presenter is not None:
            self._presenter.cancel()

    def _go_on(self, batch: str) -> None:
        if self._presenter is not None:
            self._presenter.go_on(batch)

    def _put_away(self, batch: str) -> None:
        if self._presenter is not None:
            self._presenter.put_away(batch)

    def _leave(self) -> None:
        if self._presenter is not None:
            self._presenter.leave()

    def _act(self) -> None:
        presenter, state = self._presenter, self._shown
        if presenter is None or state is None:
            return
        act = {Stage.SETUP: presenter.check, Stage.CHECKED: presenter.request, Stage.REQUESTED: presenter.open_inbox}
        if state.stage in act:
            act[state.stage]()
        fault = self._form.first_fault(self._shown.setup) if self._form and self._shown and self._shown.setup else None
        if fault is not None:
            fault.setFocus()
            self.scroll_to(fault)
