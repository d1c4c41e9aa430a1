"""Lay out a page: heading, one or two columns, and the bar with its two buttons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLayout, QScrollArea, QVBoxLayout, QWidget

from countersign.ui.theme.look import look
from countersign.ui.theme.style import Dress, dress
from countersign.ui.theme.tokens import Space
from countersign.ui.widgets.announcer import announce
from countersign.ui.widgets.buttons import KitButton
from countersign.ui.widgets.labels import PlainLabel, Variant
from countersign.ui.widgets.painting import follow_look

ONE_COLUMN_BELOW: Final = 1100
MAX_WIDTH: Final = 1120
FORM_WIDTH: Final = 720


def wants_one_column(window_width: int) -> bool:
    """Tell whether a window of this width shows one column, at the text size in use."""
    percent = look().text_percent
    return percent >= 200 or window_width < ONE_COLUMN_BELOW * max(percent, 100) // 100  # noqa: PLR2004


class FooterBar(QFrame):
    """Hold the safe button at the leading edge and the primary one at the trailing.

    Reasons why a button can't act appear above them, and step text between them.
    """

    def __init__(self, safe: KitButton | None, primary: KitButton | None, parent: QWidget | None = None) -> None:
        """Make the bar; either button may be missing."""
        super().__init__(parent)
        self._buttons = tuple(button for button in (safe, primary) if button is not None)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(Space.XXL, Space.M, Space.XXL, Space.M)
        outer.setSpacing(Space.S)
        self.reason = PlainLabel("", Variant.LABEL, ink="warn")
        self.reason.hide()
        outer.addWidget(self.reason)
        row = QHBoxLayout()
        row.setSpacing(Space.L)
        if safe is not None:
            row.addWidget(safe)
            safe.show_reason_in(self.reason)
        row.addStretch(1)
        self.note = PlainLabel("", Variant.MUTED)
        self.note.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        self.note.hide()
        row.addWidget(self.note, 4)
        if primary is not None:
            row.addWidget(primary)
            primary.show_reason_in(self.reason)
        if safe is not None and primary is not None:
            safe.set_partner(primary)
        outer.addLayout(row)
        follow_look(self.update)

    def set_note(self, note: str) -> None:
        """Show a few words beside the primary button, such as "Step 5 of 6"."""
        self.note.setText(note)
        self.note.setVisible(bool(note))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the ground and the line above it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(look().palette.bg))
        painter.fillRect(0, 0, self.width(), 1, QColor(look().palette.border))


class ScrollArea(QScrollArea):
    """Scroll a page; what has the focus is kept in sight."""

    view_resized = Signal()

    def __init__(self) -> None:
        """Make the area, without a frame and without a ground of its own."""
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.viewport().setAutoFillBackground(False)
        follow_look(self._restyle)

    def show_in(self, content: QWidget) -> None:
        """Show ``content`` on the ground of the window; by itself Qt gives it a ground of its own."""
        self.setWidget(content)
        content.setAutoFillBackground(False)

    def sizeHint(self) -> QSize:
        """Return a modest size: what is inside may be any."""
        return QSize(640, 480)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell the page how much there is to see."""
        super().resizeEvent(event)
        self.view_resized.emit()

    def _restyle(self) -> None:
        for bar in (self.verticalScrollBar(), self.horizontalScrollBar()):
            dress(bar, Dress.BAR)


class ScrollPage(QWidget):
    """Be one page of the program.

    From the top: what `set_top` was given (a stepper), heading and lead, then `main`
    and `aside` beside each other, or one under the other where it is narrow; at the
    bottom the bar of `set_actions`. The heading takes the focus when the page opens.

    Args:
        heading: what the page is about.
        lead: one sentence under it.
        max_width: content never gets wider; `FORM_WIDTH` for pages of fields.
    """

    def __init__(
        self, heading: str, lead: str = "", parent: QWidget | None = None, *, max_width: int = MAX_WIDTH
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(heading)
        self._max_width = max_width
        self._panels: list[QLayout] = []
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._area = ScrollArea()
        outer.addWidget(self._area, 1)
        self._footer: FooterBar | None = None
        self._content = QWidget()
        self._column = QVBoxLayout(self._content)
        self._column.setSpacing(Space.L)
        self._top = QVBoxLayout()
        self._column.addLayout(self._top)
        titles = QHBoxLayout()
        titles.setSpacing(Space.L)
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        self.heading = PlainLabel(heading, Variant.HEADING)
        self.heading.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # takes the focus, but is no stop of Tab
        words.addWidget(self.heading)
        self.lead = PlainLabel(lead, Variant.MUTED)
        self.lead.setVisible(bool(lead))
        words.addWidget(self.lead)
        titles.addLayout(words, 1)
        self._tools = QHBoxLayout()
        self._tools.setSpacing(Space.S)
        titles.addLayout(self._tools)
        self._column.addLayout(titles)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(Space.L + 4)
        self.main = QVBoxLayout()
        self.main.setSpacing(Space.L)
        self.aside = QVBoxLayout()
        self.aside.setSpacing(Space.L)
        self._columns.addLayout(self.main, 3)
        self._has_aside = False
        self._column.addLayout(self._columns)
        self._column.addStretch(1)
        self._area.show_in(self._content)
        self._area.view_resized.connect(self._arrange)
        follow_look(self._arrange)

    def add(self, widget: QWidget) -> None:
        """Append to the main column."""
        self.main.addWidget(widget)

    def add_aside(self, widget: QWidget) -> None:
        """Append to the second column."""
        if not self._has_aside:
            self._has_aside = True
            self._columns.addLayout(self.aside, 2)
            self.aside.addStretch(1)
            self.main.addStretch(1)
        self.aside.insertWidget(self.aside.count() - 1, widget)

    def set_top(self, widget: QWidget) -> None:
        """Put a widget (a stepper, a banner) over the heading."""
        self._top.addWidget(widget)

    def set_tools(self, widgets: Sequence[QWidget]) -> None:
        """Put widgets (a search field, a minor button) beside the heading."""
        for widget in widgets:
            self._tools.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)

    def set_actions(self, safe: KitButton | None, primary: KitButton | None, note: str = "") -> FooterBar:
        """Set the bar at the bottom and return it; a second call replaces it."""
        if self._footer is not None:
            self._footer.hide()
            self._footer.deleteLater()
        self._footer = FooterBar(safe, primary, self)
        self._footer.set_note(note)
        layout = self.layout()
        if layout is not None:
            layout.addWidget(self._footer)
        self._arrange()
        return self._footer

    def set_heading(self, heading: str, lead: str = "") -> None:
        """Change the words at the top."""
        self.heading.setText(heading)
        self.setAccessibleName(heading)
        self.lead.setText(lead)
        self.lead.setVisible(bool(lead))

    def focus_heading(self) -> None:
        """Give the heading the focus, scroll to the top, and speak it."""
        self._area.verticalScrollBar().setValue(0)
        self.heading.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, self.heading.text())

    def scroll_to(self, widget: QWidget) -> None:
        """Bring a widget of the page into sight."""
        self._area.ensureWidgetVisible(widget, Space.XL, Space.XL)

    @contextmanager
    def laid_out_once(self) -> Iterator[None]:
        """Leave the page as it lies until the block has ended; it is laid out in a turn of the event loop that follows.

        Each widget that is shown on a page would have all that is around it laid out anew at once, layout by layout.
        """
        lying = [layout for layout in (self._column, *self._panels) if layout.isEnabled()]
        for layout in lying:
            layout.setEnabled(False)
        try:
            yield
        finally:
            for layout in lying:
                layout.setEnabled(True)

    def lay_out_as_one(self, panel: QWidget) -> None:
        """Have ``laid_out_once`` leave a panel as it lies, too: one whose parts come and go."""
        layout = panel.layout()
        if layout is not None:
            self._panels.append(layout)

    def one_column(self) -> bool:
        """Tell whether the page shows one column now."""
        return self._columns.direction() == QBoxLayout.Direction.TopToBottom

    def showEvent(self, event: QShowEvent) -> None:
        """Give the heading the focus when the page opens."""
        super().showEvent(event)
        self._arrange()
        if not event.spontaneous():
            self.focus_heading()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose one column or two."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        narrow = wants_one_column(self.window().width())
        flow = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._columns.direction() != flow:
            self._columns.setDirection(flow)
        limit = look().px(self._max_width)
        side = Space.XL if narrow else Space.XXL
        spare = max(self._area.viewport().width() - limit - 2 * side, 0)
        left, right = side + spare // 2, side + spare - spare // 2
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            left, right = right, left
        self._column.setContentsMargins(left, Space.XL, right, Space.XL)
        footer = self._footer.layout() if self._footer is not None else None
        if footer is not None:
            bar = self._area.width() - self._area.viewport().width()
            if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
                footer.setContentsMargins(left + bar, Space.M, right, Space.M)
            else:
                footer.setContentsMargins(left, Space.M, right + bar, Space.M)
