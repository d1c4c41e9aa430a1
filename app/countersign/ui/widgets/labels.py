"""Show text as text: the only label of the program.

Foreign text (names, references, messages of banks) must never be read as mark-up,
so the plain format is fixed here and `QLabel` is used nowhere else.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache, lru_cache
from typing import Final

from PySide6.QtCore import QEvent, QMargins, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextLayout,
)
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from countersign.ui.theme.fonts import Weight, font
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import TypeSize
from countersign.ui.widgets.painting import follow_look, plain_tool_tip


class Variant(StrEnum):
    """Roles of text, from the loudest to the quietest."""

    DISPLAY = "display"
    HEADING = "heading"
    TITLE = "title"
    LEAD = "lead"
    STRONG = "strong"
    BODY = "body"
    LABEL = "label"
    MUTED = "muted"
    CAPTION = "caption"


class Elide(StrEnum):
    """Where a single line may be shortened; the whole text is then in the tool tip."""

    NONE = "none"
    END = "end"
    MIDDLE = "middle"


_FACES: Final[dict[Variant, tuple[TypeSize, Weight, str]]] = {
    Variant.DISPLAY: (TypeSize.DISPLAY, Weight.SEMIBOLD, "text"),
    Variant.HEADING: (TypeSize.HEADING, Weight.SEMIBOLD, "text"),
    Variant.TITLE: (TypeSize.LEAD, Weight.SEMIBOLD, "text"),
    Variant.LEAD: (TypeSize.LEAD, Weight.REGULAR, "text"),
    Variant.STRONG: (TypeSize.BODY, Weight.SEMIBOLD, "text"),
    Variant.BODY: (TypeSize.BODY, Weight.REGULAR, "text"),
    Variant.LABEL: (TypeSize.BODY, Weight.MEDIUM, "text"),
    Variant.MUTED: (TypeSize.BODY, Weight.REGULAR, "muted"),
    Variant.CAPTION: (TypeSize.SMALL, Weight.REGULAR, "muted"),
}
_MODES: Final = {
    Elide.END: Qt.TextElideMode.ElideRight,
    Elide.MIDDLE: Qt.TextElideMode.ElideMiddle,
}
_SHORTENED: Final = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
_ONE_LINE: Final = QSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
_BROKEN: Final = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
_BROKEN.setHeightForWidth(True)
_BESIDE: Final = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
_COMFORTABLE: Final = 720
_FITS: Final = -1  # stands for every width at which nothing is broken
_SLACK: Final = 4
LTR_START: Final = "\u2066"
LTR_END: Final = "\u2069"


def isolate_ltr(text: str) -> str:
    """Wrap an amount, account or code so that it stays left to right (Unicode UAX 9)."""
    return f"{LTR_START}{text}{LTR_END}" if text else ""


def first_line(text: str, face: QFont) -> tuple[int, int]:
    """Return ascent and height of a line of ``text``, with the fonts it really takes.

    Chinese characters come from another font than Latin ones, and stand taller.
    """
    return _first_line(text, tuple(face.families()), face.pixelSize(), face.weight())


@lru_cache(maxsize=2048)
def _first_line(text: str, names: tuple[str, ...], pixels: int, weight: int) -> tuple[int, int]:
    face = QFont()
    face.setFamilies(list(names))
    face.setPixelSize(pixels)
    face.setWeight(QFont.Weight(weight))
    layout = QTextLayout(text or " ", face)
    layout.beginLayout()
    line = layout.createLine()
    layout.endLayout()
    return round(line.ascent()), round(line.height())


@cache
def _turned(side: Qt.AlignmentFlag, direction: Qt.LayoutDirection) -> Qt.AlignmentFlag:
    """Return the edge that ``side`` means in a window of this direction."""
    across = side & Qt.AlignmentFlag.AlignHorizontal_Mask
    if across not in (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight):
        return side
    leads = across == Qt.AlignmentFlag.AlignLeft
    mirrored = direction == Qt.LayoutDirection.RightToLeft
    edge = Qt.AlignmentFlag.AlignLeft if leads != mirrored else Qt.AlignmentFlag.AlignRight
    return edge | Qt.AlignmentFlag.AlignAbsolute | (side & Qt.AlignmentFlag.AlignVertical_Mask)


@lru_cache(maxsize=64)
def _inked(colour: str) -> QPalette:
    """Return what colours text and leaves every other role to the window."""
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.WindowText, QColor(colour))
    palette.setColor(QPalette.ColorRole.Text, QColor(colour))
    return palette


class PlainLabel(QLabel):
    """Show plain text in one of the variants.

    Args:
        text: shown as it is; mark-up stays visible as characters.
        variant: size, weight and colour.
        wrap: break into lines at the width available (default), else one line.
        elide: shorten one line where it doesn't fit; turns wrapping off.
        selectable: can be selected and copied with mouse and keyboard.
        ink: name of a palette token, instead of the variant's colour.
        ltr: keeps an amount, account or code left to right.
    """

    def __init__(
        self,
        text: str = "",
        variant: Variant = Variant.BODY,
        parent: QWidget | None = None,
        *,
        wrap: bool = True,
        elide: Elide = Elide.NONE,
        selectable: bool = False,
        ink: str | None = None,
        ltr: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._variant = variant
        self._ink = ink
        self._elide = elide
        self._ltr = ltr
        self._text = ""
        self._hint: QSize | None = None
        self._natural = -1
        self._margins = QMargins()
        self._heights: dict[int, int] = {}
        self._side = _BESIDE
        self._align()
        if wrap and elide is Elide.NONE:
            self.setWordWrap(True)
            self.setSizePolicy(_BROKEN)
        elif elide is not Elide.NONE:
            self.setSizePolicy(_SHORTENED)
        else:
            self.setSizePolicy(_ONE_LINE)
        if selectable:
            self.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # no stop of Tab: there is nothing to press
            self.setCursor(Qt.CursorShape.IBeamCursor)
        follow_look(self._restyle)
        self.setText(text)

    @property
    def variant(self) -> Variant:
        """Role of the text."""
        return self._variant

    def elide(self) -> Elide:
        """Return where the line may be shortened."""
        return self._elide

    def text(self) -> str:
        """Return the text as it was given."""
        return self._text

    def setText(self, text: str) -> None:
        """Show another text."""
        self._text = text
        self._forget_sizes()
        shown = isolate_ltr(text) if self._ltr else text
        self.setAccessibleName(text)
        # Only a label with a buddy reads & as a shortcut.
        super().setText(shown.replace("&", "&&") if self.buddy() is not None else shown)
        self._tip()

    def setBuddy(self, buddy: QWidget) -> None:
        """Name a control by this label."""
        super().setBuddy(buddy)
        self.setText(self._text)

    def setAlignment(self, alignment: Qt.AlignmentFlag) -> None:
        """Align by the direction of the window, not of the words shown in it."""
        self._side = alignment
        self._align()

    def first_ascent(self) -> int:
        """Return how far the base line of the first line is below the label's top."""
        return first_line(self._text, self.font())[0] + self.contentsMargins().top()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of the window's direction."""
        self._forget_sizes()
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._align()

    def set_ink(self, token: str | None) -> None:
        """Colour the text by a palette token (``ok``, ``side_text`` …), None for usual."""
        self._ink = token
        self._restyle()

    def shown_text(self) -> str:
        """Return what is drawn, shortened where it had to be."""
        mode = _MODES.get(self._elide)
        if mode is None:
            return self._text
        return self.fontMetrics().elidedText(self._text, mode, self.contentsRect().width())

    def sizeHint(self) -> QSize:
        """Return one line, or as many as fit a comfortable width."""
        if not self.wordWrap():
            return super().sizeHint()
        sides = self._measure()
        if self._hint is None:
            width = min(self._natural, look().px(_COMFORTABLE)) + sides
            self._hint = QSize(width, self.heightForWidth(width))
        return self._hint

    def heightForWidth(self, width: int) -> int:
        """Return how high the text gets at a width; layouts ask for it many times over."""
        if not self.wordWrap():
            return super().heightForWidth(width)
        # Wherever it fits without a break it is as high as at any other such width.
        place = _FITS if width > self._measure() + self._natural + _SLACK else width
        height = self._heights.get(place)
        if height is None:
            height = self._heights[place] = super().heightForWidth(width)
        return height

    def _measure(self) -> int:
        """Measure the lines, unless nothing has changed since; return how wide both margins are together."""
        margins = self.contentsMargins()
        if margins != self._margins:
            self._margins = margins
            self._forget_sizes()
        if self._natural < 0:
            face = self.fontMetrics()
            self._natural = max(face.horizontalAdvance(line) for line in self._text.split("\n")) + 2
        return margins.left() + margins.right()

    def _forget_sizes(self) -> None:
        self._hint, self._natural = None, -1
        self._heights.clear()

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size; a line that may be shortened can become narrow."""
        hint = super().minimumSizeHint()
        if self.wordWrap():
            # The height at the least width would leave pages half empty.
            margins = self.contentsMargins()
            line = self.fontMetrics().height() + margins.top() + margins.bottom()
            return QSize(hint.width(), min(hint.height(), line))
        if self._elide is Elide.NONE:
            return hint
        return QSize(min(hint.width(), self.fontMetrics().averageCharWidth() * 8), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the whole text into the tool tip where it was shortened."""
        super().resizeEvent(event)
        self._tip()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text, shortened where the label may be."""
        if self._elide is Elide.NONE:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        shown = self.shown_text()
        painter.drawText(
            self.contentsRect(),
            int(self.alignment()) | int(Qt.TextFlag.TextSingleLine),
            isolate_ltr(shown) if self._ltr else shown,
        )

    def _align(self) -> None:
        super().setAlignment(_turned(self._side, self.layoutDirection()))

    def _tip(self) -> None:
        if self._elide is Elide.NONE:
            return
        shortened = self.shown_text() != self._text
        self.setToolTip(plain_tool_tip(self._text) if shortened else "")
        self.setAccessibleDescription(" " if shortened else "")

    def _font(self) -> QFont:
        size, weight, _ = _FACES[self._variant]
        return font(size, weight)

    def _restyle(self) -> None:
        self.setFont(self._font())
        token = self._ink or _FACES[self._variant][2]
        self.setPalette(_inked(getattr(look().palette, token)))
        self.updateGeometry()
