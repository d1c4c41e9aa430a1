"""A name in large letters, with those that differ on a coloured ground and underlined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QAccessible, QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from countersign.presentation.messages import _
from countersign.ui.theme.fonts import Weight, font
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Space, Tone, TypeSize
from countersign.ui.widgets import PlainLabel, Variant
from countersign.ui.widgets.accessible import Picture
from countersign.ui.widgets.painting import follow_look, is_mirrored, rounded


class Piece(Protocol):
    """A stretch of a name."""

    @property
    def text(self) -> str:
        """The letters."""

    @property
    def same(self) -> bool:
        """Whether the other name has them too."""


class NamePieces(QWidget):
    """Show one name under its label."""

    def __init__(self, label: str) -> None:
        """Make the widget; ``label`` says whose spelling it is."""
        super().__init__()
        self._label = label
        body = QVBoxLayout(self)
        body.setContentsMargins(0, Space.XS, 0, Space.XS)
        body.setSpacing(Space.XS)
        body.addWidget(PlainLabel(label, Variant.MUTED))
        self._canvas = _Canvas()
        body.addWidget(self._canvas)

    def set_pieces(self, pieces: Sequence[Piece]) -> None:
        """Show a name."""
        name = "".join(piece.text for piece in pieces)
        differing = _(", ").join(
            _("“{name}”").format(name=piece.text) for piece in pieces if not piece.same and piece.text.strip()
        )
        spoken = _("{label}: {value}").format(label=self._label, value=name)
        if differing:
            spoken = _("{name}. It differs at {letters}.").format(name=spoken, letters=differing)
        self._canvas.setAccessibleName(spoken)
        self._canvas.set_letters([(letter, piece.same) for piece in pieces for letter in piece.text])


class _Canvas(Picture):
    """Paint letters one by one, in lines that break."""

    accessible_role = QAccessible.Role.StaticText

    def __init__(self) -> None:
        super().__init__()
        self._letters: list[tuple[str, bool]] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        follow_look(self._restyle)

    def set_letters(self, letters: list[tuple[str, bool]]) -> None:
        """Show these letters, each with whether it is the same."""
        self._letters = letters
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        """Return True: long names break."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of the lines."""
        return len(self._lines(max(width, 1))) * self._line_height()

    def sizeHint(self) -> QSize:
        """Return one line."""
        wide = sum(self._width(letter) for letter, _same in self._letters) + 4
        return QSize(wide, self._line_height())

    def minimumSizeHint(self) -> QSize:
        """Return the longest word's width."""
        words = "".join(letter for letter, _same in self._letters).split() or [""]
        return QSize(max(self.fontMetrics().horizontalAdvance(word) for word in words) + 8, self._line_height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break lines anew."""
        super().resizeEvent(event)
        self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw each letter, those that differ on their ground and with a line under them."""
        painter = QPainter(self)
        ink, ground = look().palette.tone(Tone.WARN)
        high, metrics = self._line_height(), self.fontMetrics()
        for row, line in enumerate(self._lines(self.width())):
            wide = sum(self._width(letter) for letter, _same in line)
            left = float(self.width() - wide) if is_mirrored(self) else 0.0
            for letter, same in line:
                cell = QRectF(left, row * high, self._width(letter), high)
                if not same:
                    rounded(painter, cell.adjusted(0, 2, 0, -2), 3, ground, None)
                    painter.fillRect(QRectF(cell.x() + 1, cell.bottom() - 5, cell.width() - 2, 2), QColor(ink))
                painter.setPen(QColor(look().palette.text if same else ink))
                painter.drawText(round(left), row * high + (high + metrics.ascent() - metrics.descent()) // 2, letter)
                left += cell.width()

    def _lines(self, width: int) -> list[list[tuple[str, bool]]]:
        lines: list[list[tuple[str, bool]]] = [[]]
        used, word, word_width = 0, [], 0
        for letter, same in [*self._letters, (" ", True)]:
            word.append((letter, same))
            word_width += self._width(letter)
            if letter == " ":
                if used and used + word_width - self._width(" ") > width:
                    lines.append([])
                    used = 0
                lines[-1].extend(word)
                used += word_width
                word, word_width = [], 0
        lines[-1] = lines[-1][:-1]
        return lines

    def _width(self, letter: str) -> int:
        return self.fontMetrics().horizontalAdvance(letter)

    def _line_height(self) -> int:
        return self.fontMetrics().height() + 8

    def _restyle(self) -> None:
        self.setFont(font(TypeSize.HEADING, Weight.MEDIUM))
        self.updateGeometry()
        self.update()
