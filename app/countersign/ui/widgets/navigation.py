"""Find the way: the side bar with its pages, and Freeze and Lock always in sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from countersign.ui.theme.fonts import Weight, font
from countersign.ui.theme.icons import paint_icon
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import TARGET, Radius, Space, TypeSize
from countersign.ui.widgets.buttons import KitButton, Paint
from countersign.ui.widgets.cards import IconView
from countersign.ui.widgets.labels import PlainLabel, Variant
from countersign.ui.widgets.page import ScrollArea
from countersign.ui.widgets.painting import (
    follow_look,
    is_mirrored,
    leading,
    mirrored_rect,
    rounded,
)

_WIDTH: Final = 212
_SHORTCUTS: Final = 8


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One page in the side bar: what the program calls it, icon, and its word."""

    key: str
    icon: str
    text: str


class NavButton(KitButton):
    """Be one line of the side bar: icon, word, and a count at the end."""

    padding = 12

    def __init__(self, icon: str, text: str, parent: QWidget | None = None) -> None:
        """Make a line that isn't current and counts nothing."""
        self._badge = ""
        self._current = False
        super().__init__(text, parent, icon=icon)
        self.set_on_side(on_side=True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_badge(self, badge: str, name: str | None = None) -> None:
        """Show a count, with the accessible name that tells it ("Approvals, 3 waiting")."""
        self._badge = badge
        self.set_name(name if badge else None)

    def badge(self) -> str:
        """Return the count shown."""
        return self._badge

    def set_current(self, current: bool) -> None:
        """Mark the page as the one shown."""
        self._current = current
        self.setCheckable(current)
        self.setChecked(current)
        self._restyle()

    def is_current(self) -> bool:
        """Tell whether this page is shown."""
        return self._current

    def type_font(self) -> QFont:
        """Return the body font, heavier for the page shown."""
        return font(TypeSize.BODY, Weight.MEDIUM)

    def paint_state(self) -> Paint:
        """Return the colours of the side bar."""
        colours = look().palette
        ink = colours.side_strong if self._current else colours.side_text
        fill = colours.side_sel if self._current or self.hot() else None
        return Paint(fill, ink, None, colours.side_focus)

    def _height(self) -> int:
        # Large text makes the line taller, but not the air round it: eight pages must fit.
        return max(TARGET if look().text_percent <= 100 else 0, self.fontMetrics().height() + 20)  # noqa: PLR2004

    def _badge_width(self) -> int:
        if not self._badge:
            return 0
        wide = self.fontMetrics().horizontalAdvance(self._badge) + look().px(14)
        return max(wide, look().px(24))

    def own_width(self) -> int:
        """Return the width of everything on the line."""
        return super().own_width() + (self._badge_width() + Space.S if self._badge else 0)

    def heightForWidth(self, _width: int) -> int:
        """Return the height of one line."""
        return self._height()

    def minimumSizeHint(self) -> QSize:
        """Return the whole line: words of the side bar are never broken."""
        return QSize(self.own_width(), self._height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw ground, icon, word and count, from the leading edge."""
        now, state = look(), self.paint_state()
        painter = QPainter(self)
        box = QRectF(self.rect())
        rounded(painter, box, Radius.CONTROL, state.fill, None)
        if self._current and now.palette.side_sel == "#333300":
            rounded(painter, box, Radius.CONTROL, None, now.palette.side_focus, 1)
        if self.hasFocus():
            rounded(painter, box, Radius.CONTROL, None, state.ring, 2)
        edge, lead = now.px(20), now.px(self.padding)
        icon = mirrored_rect(self, QRectF(lead, (box.height() - edge) / 2, edge, edge))
        if self._icon:
            paint_icon(painter, self._icon, icon, state.ink, mirrored=is_mirrored(self))
        text_left = lead + edge + Space.M
        badge = self._badge_width()
        room = box.width() - text_left - lead - (badge + Space.S if badge else 0)
        where = mirrored_rect(self, QRectF(text_left, 0, room, box.height()))
        painter.setPen(QColor(state.ink))
        painter.drawText(where, leading(self), self._text)
        if badge:
            high = now.px(22)
            pill = QRectF(box.width() - lead - badge + 4, (box.height() - high) / 2, badge, high)
            pill = mirrored_rect(self, pill)
            rounded(painter, pill, int(high / 2), now.palette.side_fill, None)
            painter.setPen(QColor(now.palette.on_side_fill))
            painter.setFont(font(TypeSize.CAPTION, Weight.SEMIBOLD))
            painter.drawText(pill, int(Qt.AlignmentFlag.AlignCenter), self._badge)


class NavBar(QFrame):
    """Be the side bar: pages from the top, Freeze and Lock at the bottom.

    Ctrl+1 to Ctrl+8 go to the pages, Ctrl+Shift+L locks.

    Signals:
        page_chosen(str): the person wants the page with this key.
        freeze_pressed, lock_pressed: the buttons at the bottom.
    """

    page_chosen = Signal(str)
    freeze_pressed = Signal()
    lock_pressed = Signal()

    def __init__(
        self,
        name: str,
        entries: Sequence[NavEntry],
        *,
        product: str,
        freeze_text: str,
        lock_text: str,
        parent: QWidget | None = None,
    ) -> None:
        """Make the side bar; ``name`` is for screen readers, all words are translated."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        body = QVBoxLayout(self)
        body.setContentsMargins(Space.M, Space.L, Space.M, Space.M)
        body.setSpacing(Space.XS)
        head = self._head = QHBoxLayout()
        head.setContentsMargins(Space.M, 0, Space.S, Space.S)
        head.setSpacing(Space.S)
        head.addWidget(IconView("mark", 24, "side_strong"))
        head.addWidget(PlainLabel(product, Variant.TITLE, wrap=False, ink="side_strong"), 1)
        body.addLayout(head)
        self._scroll = ScrollArea()
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        pages = QWidget()
        lines = QVBoxLayout(pages)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(Space.XS)
        self._pages: dict[str, NavButton] = {}
        for number, entry in enumerate(entries, 1):
            button = NavButton(entry.icon, entry.text)
            button.activated.connect(partial(self.page_chosen.emit, entry.key))
            if number <= _SHORTCUTS:
                keys = QShortcut(QKeySequence(f"Ctrl+{number}"), self)
                keys.activated.connect(partial(self.page_chosen.emit, entry.key))
            self._pages[entry.key] = button
            lines.addWidget(button)
        lines.addStretch(1)
        self._scroll.show_in(pages)
        body.addWidget(self._scroll, 1)
        self.freeze = NavButton("freeze", freeze_text)
        self.freeze.enter_presses = False
        self.freeze.activated.connect(self.freeze_pressed)
        self.lock = NavButton("lock", lock_text)
        self.lock.activated.connect(self.lock_pressed)
        QShortcut(QKeySequence("Ctrl+Shift+L"), self).activated.connect(self.lock_pressed)
        body.addSpacing(Space.XS)
        body.addWidget(self.freeze)
        body.addWidget(self.lock)
        follow_look(self._restyle)

    def set_current(self, key: str | None) -> None:
        """Mark the page that is shown, None for a page outside the bar."""
        for name, button in self._pages.items():
            button.set_current(name == key)

    def current(self) -> str | None:
        """Return the key of the page shown."""
        return next((name for name, b in self._pages.items() if b.is_current()), None)

    def set_badge(self, key: str, badge: str, name: str | None = None) -> None:
        """Show a count at a page; an empty text takes it away.

        Raises:
            KeyError: there is no such page.
        """
        self._pages[key].set_badge(badge, name)
        self._restyle()

    def button(self, key: str) -> NavButton:
        """Return the line of a page.

        Raises:
            KeyError: there is no such page.
        """
        return self._pages[key]

    def sizeHint(self) -> QSize:
        """Return the width all words need, at least the usual one."""
        lines = (*self._pages.values(), self.freeze, self.lock)
        widest = max((line.own_width() for line in lines), default=0) + 2 * Space.M + Space.S
        return QSize(max(_WIDTH, widest, self._head.sizeHint().width() + 2 * Space.M), look().px(480))

    def minimumSizeHint(self) -> QSize:
        """Return the same width; pages scroll where the window is low."""
        return QSize(self.sizeHint().width(), look().px(240))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the navy ground."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(look().palette.side))
        if look().palette.side == look().palette.bg:
            edge = 0 if is_mirrored(self) else self.width() - 1
            painter.fillRect(edge, 0, 1, self.height(), QColor(look().palette.border))

    def _restyle(self) -> None:
        self.setFixedWidth(self.sizeHint().width())
        self.update()
