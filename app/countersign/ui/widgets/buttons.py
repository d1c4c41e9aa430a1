"""Press things: buttons that look their weight and say why they can't act.

No button of the kit is ever greyed out. One that can't act stays reachable; pressing
it shows and speaks the reason. Connect to ``activated``, not to ``clicked``: the
former is held back while a button is blocked or not yet armed, whoever presses it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFont, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QToolTip, QWidget

from countersign.ui.theme.fonts import Weight, font
from countersign.ui.theme.icons import paint_icon
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import TARGET, Radius, Space, TypeSize
from countersign.ui.widgets.announcer import announce
from countersign.ui.widgets.labels import PlainLabel
from countersign.ui.widgets.painting import (
    FOCUS_WIDTH,
    follow_look,
    is_mirrored,
    mirrored_rect,
    plain_tool_tip,
    rounded,
)

_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_FLAGS: Final = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignCenter


@dataclass(frozen=True, slots=True)
class Paint:
    """Colours of a button in one state; ``ring`` is drawn when it has the focus."""

    fill: str | None
    ink: str
    line: str | None
    ring: str


class KitButton(QPushButton):
    """Be the base of all buttons; use one of its children.

    Signals:
        activated: pressed by mouse, keyboard or screen reader while able to act.
        refused(str): pressed while blocked; carries the reason.
    """

    activated = Signal()
    refused = Signal(str)
    enter_presses = True
    inner_ring = False
    padding = 20

    def __init__(
        self,
        text: str,
        parent: QWidget | None = None,
        *,
        icon: str | None = None,
        name: str | None = None,
        description: str = "",
    ) -> None:
        """Make a button.

        Args:
            text: a verb, translated.
            parent: owner.
            icon: name of an icon at the leading edge.
            name: accessible name where the text alone says too little.
            description: accessible description.
        """
        super().__init__(parent)
        self._text = text
        self._icon = icon
        self._name = name
        self._description = description
        self._reason: str | None = None
        self._reason_label: PlainLabel | None = None
        self._partner: KitButton | None = None
        self._on_side = False
        self.setAutoDefault(False)
        policy = QSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._on_clicked)
        follow_look(self._restyle)

    # --- what page authors use -------------------------------------------------

    def text(self) -> str:
        """Return the text as it was given."""
        return self._text

    def setText(self, text: str) -> None:
        """Show another text; the accessible name follows unless it was set apart."""
        self._text = text
        self._restyle()

    def set_icon(self, icon: str | None) -> None:
        """Show another icon."""
        self._icon = icon
        self._restyle()

    def set_name(self, name: str | None) -> None:
        """Set the accessible name apart from the text."""
        self._name = name
        self._restyle()

    def set_blocked(self, reason: str | None) -> None:
        """Hold back ``activated`` and say ``reason`` instead; None lets it act again."""
        self._reason = reason or None
        if self._reason is None and self._reason_label is not None:
            self._reason_label.setText("")
            self._reason_label.hide()
        self._restyle()

    def blocked_reason(self) -> str | None:
        """Return why the button can't act now, None if it can."""
        return self._reason

    def show_reason_in(self, label: PlainLabel) -> None:
        """Show reasons in a label of the page; without one they appear as a tip."""
        self._reason_label = label
        label.hide()

    def set_partner(self, partner: KitButton) -> None:
        """Be exactly as wide as another button, and it as this one."""
        self._partner, partner._partner = partner, self
        self.updateGeometry()
        partner.updateGeometry()

    def set_on_side(self, on_side: bool) -> None:
        """Use the colours for the navy ground of navigation and interruptions."""
        self._on_side = on_side
        self.update()

    # --- how it looks ----------------------------------------------------------

    def paint_state(self) -> Paint:
        """Return the colours of the present state."""
        raise NotImplementedError

    def is_waiting(self) -> bool:
        """Tell whether the button looks unable to act."""
        return self._reason is not None

    def hot(self) -> bool:
        """Tell whether mouse or key is on it."""
        return self.isDown() or self.underMouse()

    def type_font(self) -> QFont:
        """Return the font of the text."""
        return font(TypeSize.BODY, Weight.MEDIUM)

    def _icon_size(self) -> int:
        return look().px(18) if self._icon else 0

    def extra_width(self) -> int:
        """Return the width of all that isn't text."""
        gap = Space.S if self._icon and self._text else 0
        return 2 * look().px(self.padding) + self._icon_size() + gap

    def _text_size(self, width: int) -> QSize:
        box = self.fontMetrics().boundingRect(QRect(0, 0, width, 10_000), int(_FLAGS), self._text)
        return box.size()

    def own_width(self) -> int:
        """Return the width of the text on one line, with icon and padding."""
        return self.fontMetrics().horizontalAdvance(self._text) + 2 + self.extra_width()

    def _height(self) -> int:
        return look().px(TARGET)

    def sizeHint(self) -> QSize:
        """Return the size on one line."""
        width = self.own_width()
        if self._partner is not None:
            width = max(width, self._partner.own_width())
        return QSize(width, self._height())

    def minimumSizeHint(self) -> QSize:
        """Return the size at which only words, not letters, are broken apart."""
        words = self._text.split() or [""]
        widest = max(self.fontMetrics().horizontalAdvance(word) for word in words) + 2
        # Chinese has no spaces to break at, so half the line will do.
        if len(words) == 1 and not self._text.isascii():
            widest = max(widest // 2, self.fontMetrics().height() * 2)
        return QSize(min(widest + self.extra_width(), self.own_width()), self._height())

    def hasHeightForWidth(self) -> bool:
        """Return True: long texts break into lines in narrow windows."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of the text broken at ``width``."""
        if width >= self.own_width():
            return self._height()
        inside = max(width - self.extra_width(), 1)
        return max(self._height(), self._text_size(inside).height() + 2 * Space.S)

    def content_rects(self) -> tuple[QRectF, QRectF]:
        """Return where icon and text go, centred as one."""
        box = QRectF(self.rect())
        icon = self._icon_size()
        gap = Space.S if icon and self._text else 0
        room = int(box.width()) - self.extra_width()
        wide = min(self._text_size(max(room, 1)).width() + 2, room) if self._text else 0
        left = (box.width() - icon - gap - wide) / 2
        icon_box = QRectF(left, (box.height() - icon) / 2, icon, icon)
        return icon_box, QRectF(left + icon + gap, 0, wide, box.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw ground, ring, icon and text."""
        state = self.paint_state()
        painter = QPainter(self)
        box = QRectF(self.rect())
        rounded(painter, box, Radius.CONTROL, state.fill, state.line)
        if self.hasFocus():
            inset = 3 if self.inner_ring else 0
            ring = box.adjusted(inset, inset, -inset, -inset)
            rounded(painter, ring, Radius.CONTROL - inset, None, state.ring, FOCUS_WIDTH)
        icon_box, text_box = self.content_rects()
        if self._icon:
            where = mirrored_rect(self, icon_box)
            paint_icon(painter, self._icon, where, state.ink, mirrored=is_mirrored(self))
        self.draw_text(painter, mirrored_rect(self, text_box), state.ink)

    def draw_text(self, painter: QPainter, where: QRectF, ink: str) -> None:
        """Draw the text into its place."""
        painter.setPen(QColor(ink))
        painter.setFont(self.font())
        painter.drawText(where, int(_FLAGS), self._text)

    # --- how it acts -----------------------------------------------------------

    def refuse(self, reason: str) -> None:
        """Show, speak and signal why nothing happened."""
        if self._reason_label is not None:
            self._reason_label.setText(reason)
            self._reason_label.show()
        elif self.isVisible():
            below = self.mapToGlobal(self.rect().bottomLeft())
            QToolTip.showText(below, plain_tool_tip(reason), self)
        announce(self, reason, assertive=True)
        self.refused.emit(reason)

    def _on_clicked(self) -> None:
        if self._reason is not None:
            self.refuse(self._reason)
        else:
            self.activated.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter press only buttons where it may; Space always."""
        if event.key() in _ENTER:
            if self.enter_presses:
                self.click()
            event.accept()
            return
        super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the hover state."""
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Leave the hover state."""
        super().leaveEvent(event)
        self.update()

    def _restyle(self) -> None:
        self.setFont(self.type_font())
        super().setText(self._text.replace("&", "&&"))
        self.setAccessibleName(self._name or self._text)
        self.setAccessibleDescription(self._reason or self._description)
        self.updateGeometry()
        self.update()


class PrimaryButton(KitButton):
    """Be the one main action of a page, a verb."""

    inner_ring = True

    def paint_state(self) -> Paint:
        """Return accent ground, or a soft one while it can't act."""
        colours = look().palette
        if self._on_side:
            if self.is_waiting():
                return Paint(None, colours.side_text, colours.side_text, colours.side_focus)
            return Paint(colours.side_fill, colours.on_side_fill, None, colours.on_side_fill)
        if self.is_waiting():
            return Paint(colours.accent_soft, colours.accent, colours.accent, colours.focus)
        fill = colours.accent_hover if self.hot() else colours.accent
        return Paint(fill, colours.on_accent, None, colours.on_accent)


class SafeButton(KitButton):
    """Be the way back to safety, as large as the primary button."""

    def paint_state(self) -> Paint:
        """Return an outlined ground."""
        colours = look().palette
        if self._on_side:
            fill = colours.side_sel if self.hot() else None
            return Paint(fill, colours.side_strong, colours.side_text, colours.side_focus)
        if self.is_waiting():
            return Paint(colours.sunken, colours.muted, colours.border_strong, colours.focus)
        fill = colours.accent_soft if self.hot() else colours.surface
        return Paint(fill, colours.text, colours.border_strong, colours.focus)


class QuietButton(KitButton):
    """Be a minor action: no ground until the mouse comes."""

    padding = 12

    def paint_state(self) -> Paint:
        """Return an empty ground."""
        colours = look().palette
        if self._on_side:
            fill = colours.side_sel if self.hot() else None
            return Paint(fill, colours.side_text, None, colours.side_focus)
        fill = colours.accent_soft if self.hot() else None
        ink = colours.muted if self.is_waiting() else colours.accent
        return Paint(fill, ink, None, colours.focus)


class DangerButton(KitButton):
    """Stop, freeze, delete or refuse; Enter never presses it."""

    enter_presses = False
    inner_ring = True

    def paint_state(self) -> Paint:
        """Return the danger ground."""
        colours = look().palette
        if self.is_waiting():
            return Paint(colours.danger_soft, colours.danger, colours.danger, colours.danger)
        fill = colours.danger_hover if self.hot() else colours.danger
        return Paint(fill, colours.on_danger, None, colours.on_danger)
