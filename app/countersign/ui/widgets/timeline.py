"""Tell what happened to a payment, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from countersign.ui.theme.icons import paint_icon
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Space
from countersign.ui.widgets.labels import PlainLabel, Variant
from countersign.ui.widgets.painting import follow_look, rounded
from countersign.ui.widgets.refill import refill


class Moment(StrEnum):
    """How one entry of a timeline stands."""

    DONE = "done"
    CURRENT = "current"
    TODO = "todo"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One entry.

    Attributes:
        title: what happens, such as "Accepted by the bank".
        moment: how it stands.
        state: the same in a word, for screen readers ("done", "not known yet").
        detail: a sentence about it.
        when: date and time, ready to show.
    """

    title: str
    moment: Moment
    state: str = ""
    detail: str = ""
    when: str = ""


_INKS: Final = {
    Moment.DONE: "ok",
    Moment.CURRENT: "accent",
    Moment.TODO: "border_strong",
    Moment.FAILED: "danger",
    Moment.UNKNOWN: "warn",
}
_MARKS: Final = {Moment.DONE: "tick", Moment.FAILED: "cross"}


class _Rail(QWidget):
    """Draw the mark of an entry and the line to its neighbours."""

    def __init__(self, moment: Moment, *, first: bool, last: bool, passed: bool) -> None:
        super().__init__()
        self._moment, self._first, self._last = moment, first, last
        self._passed = passed
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        follow_look(self._restyle)

    def sizeHint(self) -> QSize:
        return QSize(look().px(26), look().px(26))

    def paintEvent(self, _event: QPaintEvent) -> None:
        now = look()
        colours = now.palette.as_mapping()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = now.px(24)
        middle = self.width() / 2
        box = QRectF(middle - edge / 2, 0, edge, edge)
        if not self._last:
            line = now.palette.ok if self._passed else now.palette.border_strong
            painter.setPen(QPen(QColor(line), 2))
            painter.drawLine(QPointF(middle, edge + 3), QPointF(middle, self.height() - 3))
        ink = colours[_INKS[self._moment]]
        radius = edge // 2
        if self._moment is Moment.CURRENT:
            rounded(painter, box, radius, now.palette.surface, ink, 2)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(ink))
            inset = edge * 0.29
            painter.drawEllipse(box.adjusted(inset, inset, -inset, -inset))
        elif self._moment is Moment.TODO:
            rounded(painter, box, radius, now.palette.surface, ink, 2)
        elif self._moment is Moment.UNKNOWN:
            paint_icon(painter, "question", box.adjusted(-2, -2, 2, 2), ink)
        else:
            rounded(painter, box, radius, ink, None)
            inset = edge * 0.24
            inner = box.adjusted(inset, inset, -inset, -inset)
            paint_icon(painter, _MARKS[self._moment], inner, now.palette.surface)

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()


class Timeline(QWidget):
    """Show entries one under the other, oldest first."""

    def __init__(self, name: str, entries: Sequence[TimelineEntry] = (), parent: QWidget | None = None) -> None:
        """Make a timeline; ``name`` is for screen readers."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self._entries: tuple[TimelineEntry, ...] = ()
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(0)
        self.set_entries(entries)

    def entries(self) -> tuple[TimelineEntry, ...]:
        """Return the entries shown."""
        return self._entries

    def set_entries(self, entries: Sequence[TimelineEntry]) -> None:
        """Show other entries; the same ones are left alone."""
        if tuple(entries) == self._entries:
            return
        self._entries = tuple(entries)
        last = len(self._entries) - 1
        lines = [self._line(entry, first=place == 0, last=place == last) for place, entry in enumerate(self._entries)]
        refill(self._body, lines)

    def _line(self, entry: TimelineEntry, *, first: bool, last: bool) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.M)
        passed = entry.moment is Moment.DONE
        row.addWidget(_Rail(entry.moment, first=first, last=last, passed=passed))
        words = QVBoxLayout()
        words.setContentsMargins(0, 2, 0, 0 if last else Space.L)
        words.setSpacing(2)
        loud = entry.moment in (Moment.CURRENT, Moment.FAILED, Moment.UNKNOWN)
        quiet = Variant.MUTED if entry.moment is Moment.TODO else Variant.BODY
        title = PlainLabel(entry.title, Variant.STRONG if loud else quiet)
        title.setAccessibleName(f"{entry.title}: {entry.state}" if entry.state else entry.title)
        top = QHBoxLayout()
        top.setSpacing(Space.M)
        top.addWidget(title, 1)
        if entry.when:
            when = PlainLabel(entry.when, Variant.CAPTION, wrap=False)
            top.addWidget(when, 0, Qt.AlignmentFlag.AlignTop)
        words.addLayout(top)
        if entry.detail:
            words.addWidget(PlainLabel(entry.detail, Variant.CAPTION))
        words.addStretch(1)
        row.addLayout(words, 1)
        return line
