"""The window: side bar, ribbon, banner, and one page at a time. The only place that puts pages together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QShortcut, QWindow
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from countersign.presentation.messages import _
from countersign.presentation.shell import Page, ShellPresenter, ShellState
from countersign.ui.theme.look import board, look
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.tray import Tray
from countersign.ui.widgets import (
    Banner,
    DangerButton,
    EmptyState,
    FlowLayout,
    NavBar,
    NavEntry,
    PlainLabel,
    PracticeRibbon,
    PrimaryButton,
    SafeButton,
    Variant,
    announce,
)
from countersign.ui.widgets.turns import in_turns

MINIMUM_WIDTH: Final = 1024
MINIMUM_HEIGHT: Final = 680
_IDLE_TICK_MS: Final = 1000
_DIALOG_WIDTH: Final = 600
_NAVIGATION: Final = (
    Page.HOME,
    Page.TRANSFER,
    Page.INBOX,
    Page.HISTORY,
    Page.TEAM,
    Page.LEARN,
    Page.CHECK,
    Page.SETTINGS,
)
_BEFORE_ADMITTED: Final = frozenset({Page.LEARN, Page.CHECK})
_CURRENT: Final = {
    Page.ORDER: Page.HISTORY,
    Page.SETUP: Page.HOME,
    **dict.fromkeys((Page.SHOW_CODE, Page.READ_CODE), Page.INBOX),
    **dict.fromkeys((Page.BATCH, Page.TEMPLATES), Page.TRANSFER),
    **dict.fromkeys((Page.MEMBER, Page.INVITE, Page.RULES, Page.RELAY, Page.EXPORT), Page.TEAM),
}

Making = Iterator[QWidget]
"""Yields the page that it has made, and gives it its presenter in the turn of the event loop that follows."""
MakePage = Callable[[str], Making]
_ACTIVITY: Final = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
    }
)


class Shell(QWidget):
    """The program's window."""

    def __init__(self, presenter: ShellPresenter, pages: Mapping[Page, MakePage], closed: Callable[[], None]) -> None:
        """Make the window.

        Args:
            presenter: Decides what is shown.
            pages: Makes each page; the text names the draft or the order it is about.
            closed: Called when the person closes the window.
        """
        super().__init__()
        self.setObjectName("shell")
        self.setWindowTitle("Countersign")
        self.setMinimumSize(MINIMUM_WIDTH, MINIMUM_HEIGHT)
        self._presenter, self._pages, self._closed = presenter, pages, closed
        self._visit = 0
        self._coming: QWidget | None = None
        self._tray = Tray(self, presenter.open_inbox)
        self._dialog: QDialog | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.navigation = self._make_navigation()
        row.addWidget(self.navigation)
        column = QVBoxLayout()
        column.setSpacing(0)
        row.addLayout(column, 1)
        self._ribbon: PracticeRibbon | None = None
        self._column = column
        self._banner = Banner(Tone.WARN, _("Payments are stopped"))
        self._notice = QWidget()
        holder = QVBoxLayout(self._notice)
        holder.setContentsMargins(Space.XXL, Space.L, Space.XXL, 0)
        holder.addWidget(self._banner)
        self._notice.hide()
        column.addWidget(self._notice)
        self.stack = QStackedWidget()
        column.addWidget(self.stack, 1)
        self._idle = QTimer(self)
        self._idle.setInterval(_IDLE_TICK_MS)
        self._idle.timeout.connect(presenter.tick)
        self._shortcuts()
        board().changed.connect(self.update)

    def _make_navigation(self) -> NavBar:
        texts = {
            Page.HOME: ("home", _("Home")),
            Page.TRANSFER: ("send", _("New transfer")),
            Page.INBOX: ("inbox", _("Approvals")),
            Page.HISTORY: ("history", _("History")),
            Page.TEAM: ("people", _("Team")),
            Page.LEARN: ("learn", _("Learn")),
            Page.CHECK: ("search", _("Check details")),
            Page.SETTINGS: ("settings", _("Settings")),
        }
        bar = NavBar(
            _("Pages"),
            [NavEntry(page.value, *texts[page]) for page in _NAVIGATION],
            product="Countersign",
            freeze_text=_("Freeze"),
            lock_text=_("Lock now"),
        )
        bar.page_chosen.connect(self._presenter.open_page)
        bar.lock_pressed.connect(self._presenter.lock)
        bar.freeze_pressed.connect(self.ask_freeze)
        bar.freeze.setObjectName("shell.freeze")
        bar.lock.setObjectName("shell.lock")
        for page in _NAVIGATION:
            bar.button(page.value).setObjectName(f"shell.{page.value}")
        return bar

    def _shortcuts(self) -> None:
        keys = {"Ctrl+N": self._new_transfer, "Ctrl+F": self._search}
        for sequence, call in keys.items():
            QShortcut(QKeySequence(sequence), self).activated.connect(call)
        # Windows see every touch of a hand first; a filter on the program would see each event of each widget.
        _program().focusWindowChanged.connect(self._watch_window)

    # — what the presenter says —

    def show_state(self, state: ShellState) -> None:
        """Show the state."""
        self.navigation.setVisible(state.unlocked)
        for page in _NAVIGATION:
            self.navigation.button(page.value).setVisible(not state.waiting or page in _BEFORE_ADMITTED)
        self._show_ribbon(state)
        if state.unlocked:
            self._idle.start()
        else:
            self._idle.stop()
        text = state.error or state.frozen or state.read_only
        stopped = _("Payments are stopped") if state.frozen else _("This copy can only be read")
        self._banner.set_text(_("That did not work") if state.error else stopped, text)
        self._notice.setVisible(bool(state.error) or (bool(text) and state.unlocked))
        if not state.closing and state.visit != self._visit:
            self._visit = state.visit
            self._go_to(self._pages[state.page](state.about))
        self.navigation.set_badge(Page.INBOX.value, state.approvals, state.approvals_name)
        self.navigation.set_current(_CURRENT.get(state.page, state.page).value)

    def blank(self) -> None:
        """Take everything off the screen, at once."""
        if self._dialog is not None:
            self._dialog.close()
        self.navigation.hide()
        self._tray.hide()
        self._replace(EmptyState("lock", _("Locking"), _("What is under way with your bank is still put on record.")))
        self._visit = 0
        self.repaint()

    def tell(self, text: str) -> None:
        """Tell of something, outside the window too where it isn't in front."""
        announce(self, text)
        if not self.isActiveWindow():
            self._tray.tell("Countersign", text)

    def _show_ribbon(self, state: ShellState) -> None:
        if state.ribbon and self._ribbon is None:
            self._ribbon = PracticeRibbon(state.ribbon, state.ribbon_detail)
            self._column.insertWidget(0, self._ribbon)
        elif not state.ribbon and self._ribbon is not None:
            self._ribbon.deleteLater()
            self._ribbon = None

    def _go_to(self, making: Making) -> None:
        """Make a page now, and bring it to life and show it in the turn that follows: all at once would be felt.

        The page before is let go of now, too: it is seen until that turn and gone in it, before the other one begins.
        """
        page = next(making)
        self.stack.setFocus(Qt.FocusReason.OtherFocusReason)  # else whatever is next in line would have it then
        for other in (self.stack.currentWidget(), self._coming):
            if other is not None:
                other.deleteLater()
        self._coming = page
        in_turns(page, [partial(self._arrive, page, making)])

    def _arrive(self, page: QWidget, making: Making) -> None:
        if self._coming is not page:
            return  # the person has gone on, or the vault is locked
        try:
            next(making, None)
        except Exception:
            self._replace(EmptyState("stop", _("That did not work"), _("Open another page, or try this one again.")))
            raise
        self._coming = None
        self._replace(page)

    def _replace(self, widget: QWidget) -> None:
        before, coming, self._coming = self.stack.currentWidget(), self._coming, None
        self.stack.addWidget(widget)
        self.stack.setCurrentWidget(widget)
        for other in (before, coming):
            if other is not None:
                self.stack.removeWidget(other)
                other.hide()
                other.deleteLater()

    @property
    def page(self) -> QWidget | None:
        """The page that is shown, or on its way."""
        return self._coming or self.stack.currentWidget()

    @property
    def arriving(self) -> bool:
        """Whether a page is on its way."""
        return self._coming is not None

    # — asking about the emergency stop —

    def ask_freeze(self) -> None:
        """Ask before stopping payments, or before allowing them again. Nothing is the default."""
        frozen = self._presenter.frozen
        dialog = QDialog(self)
        dialog.setObjectName("freeze.dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(_("Freeze"))
        body = QVBoxLayout(dialog)
        body.setContentsMargins(Space.XXL, Space.XXL, Space.XXL, Space.XL)
        body.setSpacing(Space.L)
        heading = _("Allow payments again?") if frozen else _("Stop all new payments?")
        stop_text = _(
            "Nothing more is sent from this computer until you allow it again: not from this window, and not from "
            "the command line. A payment that your bank already holds goes on, and your bank knows nothing of this "
            "stop. To block cards or accounts, call your bank."
        )
        allow_text = _("Transfers can be sent again. Before you go on, make sure that nobody is pressing you.")
        body.addWidget(PlainLabel(heading, Variant.HEADING))
        body.addWidget(PlainLabel(allow_text if frozen else stop_text))
        row = QWidget()
        buttons = FlowLayout(row, Space.M)
        keep = SafeButton(_("Leave it as it is"))
        keep.setObjectName("freeze.keep")
        act = PrimaryButton(_("Allow payments")) if frozen else DangerButton(_("Stop all new payments"), icon="freeze")
        act.setObjectName("freeze.act")
        act.enter_presses = False
        keep.set_partner(act)
        buttons.addWidget(keep)
        buttons.addWidget(act)
        body.addWidget(row)
        keep.activated.connect(dialog.close)
        act.activated.connect(self._presenter.unfreeze if frozen else self._presenter.freeze)
        act.activated.connect(dialog.close)
        dialog.finished.connect(self._forget_dialog)
        self._dialog = dialog
        # A dialog does not ask its texts how high they get at its width.
        width = min(look().px(_DIALOG_WIDTH), self.width() - 2 * Space.XXL)
        dialog.setFixedSize(width, body.totalHeightForWidth(width))
        dialog.open()
        keep.setFocus(Qt.FocusReason.OtherFocusReason)

    def _forget_dialog(self, _result: int) -> None:
        self._dialog = None

    # — what the person does —

    def _new_transfer(self) -> None:
        if self._presenter.unlocked:
            self._presenter.open_transfer()

    def _search(self) -> None:
        if self._presenter.unlocked:
            self._presenter.open_history()

    def _watch_window(self, window: QWindow | None) -> None:
        if window is not None:
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note activity in any window of the program."""
        if event.type() in _ACTIVITY:
            self._presenter.activity()
        return super().eventFilter(watched, event)

    def retire(self) -> None:
        """Leave the stage to another window, without ending the program."""
        self._idle.stop()
        self._coming = None
        _program().focusWindowChanged.disconnect(self._watch_window)
        self.hide()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let the program end."""
        self.retire()
        self._closed()
        event.accept()


def _program() -> QGuiApplication:
    found = QGuiApplication.instance()
    if not isinstance(found, QGuiApplication):
        raise TypeError("application")
    return found
