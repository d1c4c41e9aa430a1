"""The approvals inbox: list left, detail right; where there is no room for both, one of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from countersign.presentation.inbox import InboxPresenter
from countersign.presentation.inbox_state import Filter, InboxRow, InboxState, Stage
from countersign.presentation.messages import _
from countersign.ui.models.inbox_rows import InboxRows
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.views.inbox.cards import CardList
from countersign.ui.views.inbox.deeds_pane import InboxPane
from countersign.ui.widgets import (
    Banner,
    FlowLayout,
    LinkButton,
    PlainLabel,
    ProgressRow,
    QuietButton,
    SafeButton,
    TextField,
    Variant,
    announce,
)
from countersign.ui.widgets.empty_pane import EmptyPane
from countersign.ui.widgets.filter_chips import FilterChips
from countersign.ui.widgets.page import wants_one_column
from countersign.ui.widgets.painting import follow_look

_DEBOUNCE_MS = 150
_SETTLE_MS = 90  # arrows run on: what is passed by is not read
_LOOK_AGAIN_MS = 15_000
_SEARCH_WIDTH = 320
_LARGE_TEXT = 150


class InboxPage(QWidget):
    """Show the state; every act goes to the presenter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        super().__init__(parent)
        self.setObjectName("inbox.page")
        self.setAccessibleName(_("Approvals"))
        self._presenter: InboxPresenter | None = None
        self._shown: InboxState | None = None
        self._narrow = False
        self._pause, self._moved, self._again = QTimer(self), QTimer(self), QTimer(self)
        for timer, wait, act in (
            (self._pause, _DEBOUNCE_MS, self._search),
            (self._moved, _SETTLE_MS, self._show_current),
        ):
            timer.setSingleShot(True)
            timer.setInterval(wait)
            timer.timeout.connect(act)
        self._again.setInterval(_LOOK_AGAIN_MS)
        self._again.timeout.connect(self._look_again)
        outer = self._outer = QVBoxLayout(self)
        outer.setSpacing(Space.M)
        self._make_top()
        self._make_notices()
        self._make_list()
        self.pane = InboxPane()
        self.pane.batch_wanted.connect(self._show_all)
        panes = self._panes = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        panes.setSpacing(Space.L)
        panes.addWidget(self._left, 43)
        panes.addWidget(self.pane, 57)
        outer.addLayout(panes, 1)
        escape = QShortcut(QKeySequence("Alt+Left"), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self._back)
        follow_look(self._arrange)

    def attach(self, presenter: InboxPresenter, order: str = "") -> None:
        """Take the presenter; show what waits, and ``order`` if one is named."""
        self._presenter = presenter
        self.pane.attach(presenter)
        self.destroyed.connect(presenter.close)
        presenter.start(order)

    def add_notice(self, widget: QWidget) -> None:
        """Put a widget between the heading and the list."""
        self._outer.insertWidget(1, widget)

    def add_tool(self, widget: QWidget) -> None:
        """Put a widget beside the heading."""
        self._head.addWidget(widget)

    # — parts —

    def _make_top(self) -> None:
        self._top = QWidget()
        row = self._top_row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._top)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.M)
        self.heading = PlainLabel(_("Approvals"), Variant.HEADING)
        self.heading.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._head = QHBoxLayout()
        self._head.addWidget(self.heading, 1)
        row.addLayout(self._head, 1)
        self.back = QuietButton(_("Back to the list"), icon="back")
        self.back.setObjectName("inbox.back")
        self.back.activated.connect(self._back)
        row.addWidget(self.back)
        self.search = TextField(_("Search payments"), placeholder=_("Search payee, amount, reference"), icon="search")
        self.search.setObjectName("inbox.search")
        self.search.textEdited.connect(self._typed)
        self.search.returnPressed.connect(self._search)
        row.addWidget(self.search)
        self._outer.addWidget(self._top)

    def _make_notices(self) -> None:
        self.problem = Banner(Tone.WARN, _("That did not work"))
        self.problem.setObjectName("inbox.problem")
        self.done = Banner(Tone.OK, "")
        self.done.setObjectName("inbox.done")
        self.progress = ProgressRow("", cancel_text=_("Stop here"))
        self.progress.setObjectName("inbox.progress")
        self.progress.cancel_pressed.connect(self._stop)
        for widget in (self.problem, self.done, self.progress):
            widget.hide()
            self._outer.addWidget(widget)

    def _make_list(self) -> None:
        self._left = QWidget()
        left = QVBoxLayout(self._left)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(Space.S)
        self.filters = FilterChips(_("Which payments"), "inbox.filter")
        self.filters.chosen.connect(self._filter)
        self.summary = PlainLabel("", Variant.CAPTION)
        self.summary.setObjectName("inbox.summary")
        head = QHBoxLayout()
        head.addWidget(self.filters, 1)
        head.addWidget(self.summary, 0, Qt.AlignmentFlag.AlignVCenter)
        left.addLayout(head)
        self._make_way(left)
        self.rows = InboxRows(self._more, self)
        self.list = CardList(_("Payments that wait"))
        self.list.setObjectName("inbox.list")
        self.list.setModel(self.rows)
        self.list.shown.connect(lambda _order: self._moved.start())
        self.list.marked.connect(self._mark)
        self.list.mark_all.connect(self._mark_all)
        self.list.entered.connect(self._enter)
        self.list.pressed_on.connect(self._press)
        self.list.dismissed.connect(self._dismiss)
        self._empty = EmptyPane("inbox")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._empty)
        left.addWidget(self._stack, 1)
        self.selection = QWidget()
        below = QVBoxLayout(self.selection)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(Space.S)
        self.selected = PlainLabel("", Variant.LABEL)
        self.selected.setObjectName("inbox.selection")
        below.addWidget(self.selected)
        deeds = QWidget()
        bar = FlowLayout(deeds, Space.M)
        below.addWidget(deeds)
        self.together = SafeButton(_("Approve together…"))
        self.together.setObjectName("inbox.together")
        self.together.activated.connect(partial(self._stage, Stage.BATCH))
        self.unmark = LinkButton(_("Clear selection"))
        self.unmark.setObjectName("inbox.unmark")
        self.unmark.activated.connect(self._unmark)
        bar.addWidget(self.together)
        bar.addWidget(self.unmark)
        left.addWidget(self.selection)
        self.hint = PlainLabel(_("Space marks several, to approve them together."), Variant.CAPTION)
        left.addWidget(self.hint)

    def _make_way(self, left: QVBoxLayout) -> None:
        """Make the way into a batch and out of it."""
        self.all = LinkButton(_("Back to all that waits"))
        self.all.setObjectName("inbox.all")
        self.all.activated.connect(self._show_all)
        left.addWidget(self.all, 0, Qt.AlignmentFlag.AlignLeading)
        self.whole = LinkButton(_("Approve all of this batch…"))
        self.whole.setObjectName("inbox.whole")
        self.whole.activated.connect(self._approve_whole)
        left.addWidget(self.whole, 0, Qt.AlignmentFlag.AlignLeading)

    # — what the presenter says —

    def show_state(self, state: InboxState) -> None:
        """Show everything but the rows."""
        before, self._shown = self._shown, state
        self.filters.set_filters(state.filters)
        self.summary.setText(state.summary)
        self.all.setText(_("Show the payments of this batch") if state.entry else _("Back to all that waits"))
        self.all.setVisible(bool(state.within or state.entry))
        self.whole.setText(state.whole)
        self.whole.setVisible(bool(state.whole) and not state.busy)
        self.rows.set_marked(state.selected)
        self.selected.setText(state.selection)
        self.selection.setVisible(bool(state.selection))
        self._empty.set_words(state.empty_title, state.empty_text)
        self._choose_list()
        problem = state.problem.text or state.error
        self.problem.set_text(state.problem.title or _("That did not work"), problem)
        if problem and self.problem.isHidden():
            self.problem.appear()
        self.problem.setVisible(bool(problem))
        self.progress.setVisible(bool(state.busy))
        if state.busy:
            self.progress.set_cancellable(state.stoppable)
            self.progress.set_progress(state.busy, *state.progress)
        if state.said:
            self.done.set_text(state.said)
            self.done.appear()
            announce(self, state.said)
        elif before is not None and (state.chosen, state.stage) not in {
            (before.chosen, before.stage),
            ("", before.stage),
        }:
            self.done.hide()
        self.pane.show_inbox(before, state)
        self._arrange()

    def show_rows(self, rows: Sequence[InboxRow], *, more: bool) -> None:
        """Show other rows; who was at one of them stays there."""
        here = self.list.current_order()
        self.rows.set_rows(rows, more=more)
        place = self.rows.place_of(here) if here else -1
        if place >= 0:
            self.list.setCurrentIndex(self.rows.index(place, 0))
        self._choose_list()
        self._arrange()

    def add_rows(self, rows: Sequence[InboxRow], *, more: bool) -> None:
        """Show the rows that follow."""
        self.rows.add_rows(rows, more=more)

    def _choose_list(self) -> None:
        empty = self.rows.rowCount() == 0 and self._shown is not None and not self._shown.searching
        self._stack.setCurrentWidget(self._empty if empty else self.list)

    # — what the person does —

    def _show_all(self) -> None:
        if self._presenter is not None:
            self._pause.stop()
            self.search.clear()
            self._presenter.open_batch()

    def _approve_whole(self) -> None:
        if self._presenter is not None:
            self._presenter.approve_whole()

    def _stop(self) -> None:
        if self._presenter is not None:
            self._presenter.whole.stop()

    def _typed(self, _text: str) -> None:
        self._pause.start()

    def _search(self) -> None:
        self._pause.stop()
        if self._presenter is not None:
            self._presenter.search(self.search.text())

    def _filter(self, key: str) -> None:
        if self._presenter is not None:
            self._presenter.set_filter(Filter(key))

    def _more(self) -> None:
        if self._presenter is not None:
            self._presenter.fetch_more()

    def _look_again(self) -> None:
        if self._presenter is not None:
            self._presenter.refresh()

    def _show_current(self) -> None:
        order = self.list.current_order()
        if self._presenter is not None and order and not self._narrow:
            self._presenter.choose(order)

    def _press(self, order: str) -> None:
        if self._presenter is not None:
            self._moved.stop()
            self._presenter.choose(order)

    def _enter(self, order: str) -> None:
        self._press(order)
        if self._shown is not None and self._shown.entry:
            self._show_all()
            return
        self.pane.area.setFocus(Qt.FocusReason.OtherFocusReason)

    def _mark(self, order: str) -> None:
        if self._presenter is not None and (why := self._presenter.toggle(order)):
            announce(self, why, assertive=True)
            self.problem.set_text(_("This one can't be marked"), why)
            self.problem.setVisible(True)

    def _mark_all(self) -> None:
        if self._presenter is not None:
            self._presenter.select_all()

    def _unmark(self) -> None:
        if self._presenter is not None:
            self._presenter.clear_selection()
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _dismiss(self) -> None:
        if self._presenter is not None:
            self._presenter.clear_selection()

    def _stage(self, stage: Stage) -> None:
        if self._presenter is not None:
            self._presenter.open_stage(stage)

    def _back(self) -> None:
        if self._shown is None or self._presenter is None:
            return
        if self._shown.stage is not Stage.DETAIL:
            self._presenter.open_stage(Stage.DETAIL)
        else:
            self._presenter.leave_detail()
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent) -> bool:
        """Keep Ctrl+F from the window, where it opens history."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _is_find(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the search box with Ctrl+F, from one pane to the other with F6."""
        if _is_find(event):
            self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.search.selectAll()
        elif event.key() == Qt.Key.Key_F6:
            inside = self.pane.isAncestorOf(self.focusWidget())
            (self.list if inside else self.pane.area).setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            super().keyPressEvent(event)

    # — looks —

    def showEvent(self, event: QShowEvent) -> None:
        """Give the heading the focus, and look again from time to time."""
        super().showEvent(event)
        self._arrange()
        self._again.start()
        if not event.spontaneous():
            self.heading.setFocus(Qt.FocusReason.OtherFocusReason)
            announce(self, self.heading.text())

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave no timer behind."""
        for timer in (self._pause, self._moved, self._again):
            timer.stop()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose one pane or two."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        now, state = look(), self._shown
        self._narrow = wants_one_column(self.window().width())
        inside = state is not None and (bool(state.chosen) or state.stage is Stage.BATCH)
        something = self.rows.rowCount() > 0 or state is None or state.searching
        self.pane.setVisible(inside or (something and not self._narrow))
        self._left.setVisible(not self._narrow or not inside)
        own_row = now.text_percent >= _LARGE_TEXT
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._top_row.setDirection(down if own_row else across)
        self.search.setMinimumWidth(0 if own_row else now.px(_SEARCH_WIDTH))
        self.search.setVisible(not (self._narrow and inside))
        self.back.setVisible(self._narrow and inside)
        few = self.rows.rowCount() < 2  # noqa: PLR2004 - nothing to mark with another
        marking = state is not None and bool(state.selection)
        self.hint.setVisible(not own_row and not few and not marking)
        side = Space.XL if self._narrow else Space.XXL
        self._outer.setContentsMargins(side, Space.XL, side, Space.XL)


def _is_find(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Find)
