"""Press lighter things: links, and buttons that are an icon only."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from countersign.ui.theme.fonts import Weight, font
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Space, TypeSize
from countersign.ui.widgets.buttons import KitButton, Paint, QuietButton
from countersign.ui.widgets.painting import leading, plain_tool_tip


class LinkButton(KitButton):
    """Be an underlined link inside a page."""

    padding = 1

    def type_font(self) -> QFont:
        """Return the body font, underlined."""
        made = font(TypeSize.BODY, Weight.REGULAR)
        made.setUnderline(True)
        return made

    def _height(self) -> int:
        return max(24, self.fontMetrics().height() + Space.S)

    def draw_text(self, painter: QPainter, where: QRectF, ink: str) -> None:
        """Draw the text; one of several lines begins where other text does."""
        painter.setPen(QColor(ink))
        painter.setFont(self.font())
        painter.drawText(where, leading(self) | int(Qt.TextFlag.TextWordWrap), self._text)

    def paint_state(self) -> Paint:
        """Return accent text on nothing."""
        colours = look().palette
        if self._on_side:
            return Paint(None, colours.side_strong, None, colours.side_focus)
        ink = colours.accent_hover if self.hot() else colours.accent
        return Paint(None, ink, None, colours.focus)


class IconButton(QuietButton):
    """Be an icon alone; the name is spoken and shown as a tip."""

    padding = 0

    def __init__(self, icon: str, name: str, parent: QWidget | None = None) -> None:
        """Make a square button of an icon and its accessible name."""
        super().__init__("", parent, icon=icon, name=name)
        self.setToolTip(plain_tool_tip(name))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return a square."""
        return QSize(self._height(), self._height())

    def minimumSizeHint(self) -> QSize:
        """Return the same square."""
        return self.sizeHint()

    def content_rects(self) -> tuple[QRectF, QRectF]:
        """Return the icon in the middle and no text."""
        edge = self._icon_size()
        return (
            QRectF((self.width() - edge) / 2, (self.height() - edge) / 2, edge, edge),
            QRectF(),
        )
