"""The second pane of the inbox: what is shown scrolls, the buttons below it stay."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QVBoxLayout, QWidget

from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Radius, Space
from countersign.ui.widgets import FlowLayout, KitButton, PlainLabel, Variant
from countersign.ui.widgets.cards import Divider
from countersign.ui.widgets.page import ScrollArea
from countersign.ui.widgets.painting import FOCUS_WIDTH, follow_look, rounded

_FOLDS_BELOW = 400  # of height: the buttons would leave no room to read in


class _PaneArea(ScrollArea):
    """Scroll with the arrow keys, too: it takes the focus."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setObjectName("inbox.scroll")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring round the pane."""
        super().focusInEvent(event)
        self._repaint_pane()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self._repaint_pane()

    def _repaint_pane(self) -> None:
        pane = self.parentWidget()
        if pane is not None:
            pane.update()


class Pane(QFrame):
    """Hold one thing at a time, and its buttons: the safe ones first, the primary one at the end."""

    def __init__(self, name: str) -> None:
        """Make an empty pane; ``name`` is for screen readers."""
        super().__init__()
        self.setAccessibleName(name)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(2, 2, 2, 2)
        outer.setSpacing(0)
        self.area = _PaneArea(name)
        outer.addWidget(self.area, 1)
        self._line = Divider()
        outer.addWidget(self._line)
        self._foot = QWidget()
        foot = self._foot_body = QVBoxLayout(self._foot)
        foot.setContentsMargins(Space.XL - 2, Space.M, Space.XL - 2, Space.L)
        foot.setSpacing(Space.S)
        self.reason = PlainLabel("", Variant.LABEL, ink="warn")
        self.reason.setObjectName("inbox.reason")
        self.reason.hide()
        self.hint = PlainLabel("", Variant.MUTED)
        self.hint.setObjectName("inbox.hint")
        foot.addWidget(self.hint)
        foot.addWidget(self.reason)
        self._buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._buttons.setSpacing(Space.M)
        self._safe = QWidget()
        self._safe_row = FlowLayout(self._safe, Space.M)
        self._buttons.addWidget(self._safe, 1)
        foot.addLayout(self._buttons)
        self._outer = outer
        outer.addWidget(self._foot)
        self._actions: tuple[KitButton, ...] = ()
        self._folded = False
        self.content: QWidget | None = None
        follow_look(self._arrange)

    def show_content(self, content: QWidget, actions: Sequence[KitButton], hint: str, reason: str) -> None:
        """Show something else.

        Args:
            content: What scrolls.
            actions: Its buttons, the primary one last.
            hint: What pressing it leads to.
            reason: Why the primary one can't act, and who must; empty where it can.
        """
        self._outer.addWidget(self._foot)  # out of what goes away now
        holder = QWidget()
        body = QVBoxLayout(holder)
        body.setContentsMargins(Space.XL - 2, Space.L, Space.XL - 2, Space.L)
        body.addWidget(content)
        self.area.show_in(holder)
        self.area.verticalScrollBar().setValue(0)
        for old in self._actions:
            self._safe_row.removeWidget(old)
            self._buttons.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._actions, self.content = tuple(actions), content
        for button in self._actions[:-1]:
            self._safe_row.addWidget(button)
        for button in self._actions[-1:]:
            self._buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        self._safe.setVisible(len(self._actions) > 1)
        self._folded = False
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))
        self._foot.setVisible(bool(self._actions))
        self._line.setVisible(bool(self._actions))
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the buttons under each other where they don't fit in a line."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        self._fold(folded=self.height() < look().px(_FOLDS_BELOW))
        if not self._actions:
            return
        need = sum(button.own_width() for button in self._actions) + Space.M * len(self._actions)
        room = self.width() - 2 * Space.XL - (Space.XL if self._folded else 0)
        down, across = QBoxLayout.Direction.BottomToTop, QBoxLayout.Direction.LeftToRight
        wanted = down if need > room else across
        if self._buttons.direction() != wanted:
            self._buttons.setDirection(wanted)
        side = Qt.AlignmentFlag.AlignLeading if wanted is down else Qt.AlignmentFlag.AlignBottom
        self._buttons.setAlignment(self._actions[-1], side)

    def _fold(self, *, folded: bool) -> None:
        """Let the buttons scroll with the rest where they would leave it no room."""
        holder = self.area.widget()
        if folded == self._folded or holder is None:
            return
        self._folded = folded
        body = holder.layout()
        if folded and body is not None:
            body.addWidget(self._foot)
            self._foot_body.setContentsMargins(0, Space.L, 0, 0)
        else:
            self._outer.addWidget(self._foot)
            self._foot_body.setContentsMargins(Space.XL - 2, Space.M, Space.XL - 2, Space.L)
        self._line.setVisible(bool(self._actions) and not folded)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the surface, with a ring where the keyboard is in it."""
        colours = look().palette
        focused = self.area.hasFocus()
        line, width = (colours.focus, float(FOCUS_WIDTH)) if focused else (colours.border, 1.0)
        rounded(QPainter(self), QRectF(self.rect()), Radius.CARD, colours.surface, line, width)
