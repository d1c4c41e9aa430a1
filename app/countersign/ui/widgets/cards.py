"""Group things: cards, chips, banners, empty states, lines between rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from countersign.ui.theme.icons import paint_icon
from countersign.ui.theme.look import look
from countersign.ui.theme.motion import fade_in
from countersign.ui.theme.tokens import Radius, Space, Tone
from countersign.ui.widgets.announcer import announce
from countersign.ui.widgets.labels import PlainLabel, Variant, first_line
from countersign.ui.widgets.painting import FOCUS_WIDTH, follow_look, is_mirrored, mirrored_rect, rounded

TONE_ICONS: Final[dict[Tone, str]] = {
    Tone.OK: "check-circle",
    Tone.WARN: "warning",
    Tone.DANGER: "stop",
    Tone.INFO: "info",
    Tone.NEUTRAL: "question",
}
_TONE_INKS: Final[dict[Tone, str]] = {
    Tone.OK: "ok",
    Tone.WARN: "warn",
    Tone.DANGER: "danger",
    Tone.INFO: "accent",
    Tone.NEUTRAL: "muted",
}


class IconView(QWidget):
    """Show an icon as ornament: it has no name, the words beside it say the same.

    Args:
        icon: name of the icon.
        size: edge at 100 % in device-independent pixels; grows with the text.
        ink: palette token of its colour.
        beside: a label; the icon is then level with its first line.
    """

    def __init__(
        self,
        icon: str,
        size: int = 20,
        ink: str = "text",
        parent: QWidget | None = None,
        *,
        beside: PlainLabel | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon, self._size, self._ink = icon, size, ink
        self._beside = beside
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        follow_look(self._restyle)

    def set_icon(self, icon: str, ink: str | None = None) -> None:
        """Show another icon, perhaps in another colour."""
        self._icon = icon
        self._ink = ink or self._ink
        self.update()

    def sizeHint(self) -> QSize:
        """Return the square of the icon."""
        edge = look().px(self._size)
        line = first_line(self._beside.text(), self._beside.font())[1] if self._beside else 0
        return QSize(edge, max(edge, line))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the icon."""
        colour = look().palette.as_mapping()[self._ink]
        painter = QPainter(self)
        paint_icon(painter, self._icon, QRectF(self.rect()), colour, mirrored=is_mirrored(self))

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()


class _Bullet(IconView):
    """Draw the dot before a point, level with its first line."""

    def __init__(self, words: PlainLabel) -> None:
        super().__init__("", 10, beside=words)

    def paintEvent(self, _event: QPaintEvent) -> None:
        radius = look().px(5) / 2
        middle = QRectF(self.rect()).center()
        box = QRectF(middle.x() - radius, middle.y() - radius, 2 * radius, 2 * radius)
        rounded(QPainter(self), box, round(radius), look().palette.text, None)


class Divider(QWidget):
    """Draw a hair line between rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(1)
        follow_look(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the line."""
        QPainter(self).fillRect(self.rect(), QColor(look().palette.border))


class Card(QFrame):
    """Hold related things on one surface; add to `body`.

    Args:
        title: shown at the top in the title variant.
        tone: soft ground and border of a state; None for the usual surface.
        icon: beside the title; a tone brings its own.
        padding: inner distance.
        parent: owner.
    """

    def __init__(
        self,
        title: str = "",
        parent: QWidget | None = None,
        *,
        tone: Tone | None = None,
        icon: str | None = None,
        padding: Space = Space.XL,
    ) -> None:
        super().__init__(parent)
        self._tone = tone
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(padding, padding - 4, padding, padding - 4)
        self.body.setSpacing(Space.S)
        self.title_label: PlainLabel | None = None
        icon = icon or (TONE_ICONS[tone] if tone else None)
        if title:
            self.title_label = PlainLabel(title, Variant.TITLE)
            self.setAccessibleName(title)
            row = QHBoxLayout()
            row.setSpacing(Space.M)
            if icon:
                ink = _TONE_INKS[tone] if tone else "accent"
                row.addWidget(IconView(icon, 22, ink, beside=self.title_label), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(self.title_label, 1)
            self.body.addLayout(row)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        follow_look(self.update)

    def add(self, widget: QWidget, stretch: int = 0) -> None:
        """Append a widget."""
        self.body.addWidget(widget, stretch)

    def add_points(self, points: Sequence[str]) -> None:
        """Append short sentences as a list with bullets."""
        for point in points:
            row = QHBoxLayout()
            row.setSpacing(Space.S)
            words = PlainLabel(point, Variant.BODY)
            row.addWidget(_Bullet(words), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(words, 1)
            self.body.addLayout(row)

    def set_tone(self, tone: Tone | None) -> None:
        """Change ground and border."""
        self._tone = tone
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the surface."""
        colours = look().palette
        fill, line = colours.surface, colours.border
        if self._tone is not None:
            line, fill = colours.tone(self._tone)
        width = 1.0
        if self.hasFocus():
            line, width = colours.focus, FOCUS_WIDTH
        rounded(QPainter(self), QRectF(self.rect()), Radius.CARD, fill, line, width)


class Chip(PlainLabel):
    """Say a state in a word, with its icon and colour.

    Args:
        text: one or two words.
        tone: what kind of state.
        icon: another icon than the tone's own.
    """

    def __init__(
        self,
        text: str,
        tone: Tone = Tone.NEUTRAL,
        parent: QWidget | None = None,
        *,
        icon: str | None = None,
    ) -> None:
        self._tone = tone
        self._icon = icon
        super().__init__(text, Variant.CAPTION, parent, wrap=False, ink=_TONE_INKS[tone])
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def tone(self) -> Tone:
        """Kind of state."""
        return self._tone

    def set_state(self, text: str, tone: Tone, icon: str | None = None) -> None:
        """Show another state."""
        self._tone, self._icon = tone, icon
        self.setText(text)
        self.set_ink(_TONE_INKS[tone])

    def _restyle(self) -> None:
        super()._restyle()
        now = look()
        lead = now.px(8) + now.px(15) + now.px(5)
        left, right = (now.px(11), lead) if is_mirrored(self) else (lead, now.px(11))
        self.setContentsMargins(left, now.px(4), right, now.px(4))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pill, the icon and the text."""
        now = look()
        ink, fill = now.palette.tone(self._tone)
        painter = QPainter(self)
        box = QRectF(self.rect())
        rounded(painter, box, int(box.height() / 2), fill, ink)
        edge = now.px(15)
        where = QRectF(now.px(8), (box.height() - edge) / 2, edge, edge)
        paint_icon(painter, self._icon or TONE_ICONS[self._tone], mirrored_rect(self, where), ink)
        painter.end()
        super().paintEvent(event)


class Banner(Card):
    """Tell something about the whole page, with an optional row of buttons.

    Args:
        tone: kind of message; danger is announced at once, the others politely.
        title: the message in a few words.
        text: the rest of it.
        actions: buttons, first one leading.
    """

    def __init__(
        self,
        tone: Tone,
        title: str,
        text: str = "",
        parent: QWidget | None = None,
        *,
        actions: Sequence[QWidget] = (),
        icon: str | None = None,
    ) -> None:
        super().__init__("", parent, tone=tone, padding=Space.L)
        self.setAccessibleName(title)
        self._message = f"{title} {text}".strip()
        self.title_label = PlainLabel(title, Variant.TITLE)
        self.text_label = PlainLabel(text)
        self.text_label.setVisible(bool(text))
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        words.addWidget(self.title_label)
        words.addWidget(self.text_label)
        if actions:
            row = QHBoxLayout()
            row.setContentsMargins(0, Space.XS, 0, 0)
            row.setSpacing(Space.L)
            for action in actions:
                row.addWidget(action)
            row.addStretch(1)
            words.addLayout(row)
        line = QHBoxLayout()
        line.setSpacing(Space.M)
        mark = IconView(icon or TONE_ICONS[tone], 22, _TONE_INKS[tone], beside=self.title_label)
        line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        self.body.addLayout(line)

    def set_text(self, title: str, text: str = "") -> None:
        """Change the words."""
        self._message = f"{title} {text}".strip()
        if self.title_label is not None:
            self.title_label.setText(title)
        self.setAccessibleName(title)
        self.text_label.setText(text)
        self.text_label.setVisible(bool(text))

    def appear(self) -> None:
        """Show with a short fade, and speak."""
        self.show()
        fade_in(self)
        announce(self, self._message, assertive=self._tone is Tone.DANGER)


class EmptyState(QWidget):
    """Say what would be here, and offer the first step.

    Args:
        icon: large ornament.
        title: what is missing, kindly.
        text: what to do about it.
        action: a button, or None.
    """

    def __init__(
        self,
        icon: str,
        title: str,
        text: str = "",
        parent: QWidget | None = None,
        *,
        action: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        body = QVBoxLayout(self)
        body.setContentsMargins(Space.XL, Space.XXL, Space.XL, Space.XXL)
        body.setSpacing(Space.S)
        centre = Qt.AlignmentFlag.AlignHCenter
        body.addWidget(IconView(icon, 40, "muted"), 0, centre)
        for words, variant in ((title, Variant.TITLE), (text, Variant.MUTED)):
            if words:
                label = PlainLabel(words, variant)
                label.setAlignment(Qt.AlignmentFlag.AlignCenter)
                body.addWidget(label)
        if action is not None:
            body.addSpacing(Space.S)
            body.addWidget(action, 0, centre)
