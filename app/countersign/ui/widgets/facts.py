"""Facts as rows: a label and its value, beside each other or one below the other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from countersign.presentation.inbox_state import Fact
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets.cards import TONE_ICONS, IconView
from countersign.ui.widgets.labels import PlainLabel, Variant
from countersign.ui.widgets.painting import follow_look

_LABEL = 170
_NARROW = 380


class _FactRow(QWidget):
    """A label and its value beside it, or below where it is narrow or the label is a whole question."""

    def __init__(self, fact: Fact) -> None:
        super().__init__()
        self._fact = fact
        self._flow = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._flow.setContentsMargins(0, 0, 0, 0)
        self._flow.setSpacing(Space.XS)
        self.label = PlainLabel(fact.label, Variant.MUTED)
        self._flow.addWidget(self.label, 0, Qt.AlignmentFlag.AlignTop)
        value = PlainLabel(fact.text, Variant.LABEL if fact.tone else Variant.BODY, ltr=fact.ltr)
        value.setAccessibleName(f"{fact.label}: {fact.text}")
        line = QHBoxLayout()
        line.setSpacing(Space.S)
        if fact.tone:
            tone = Tone(fact.tone)
            mark = IconView(TONE_ICONS[tone], 18, fact.tone, beside=value)
            line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(value, 1)
        self._flow.addLayout(line, 1)
        follow_look(self._arrange)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose beside or below."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        column = look().px(_LABEL)
        wide = self.label.fontMetrics().horizontalAdvance(self._fact.label)
        below = wide > column or self.width() < look().px(_NARROW)
        flow = QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight
        if self._flow.direction() != flow:
            self._flow.setDirection(flow)
        self.label.setMinimumWidth(0 if below else column)
        self.label.setMaximumWidth(16_777_215 if below else column)


def facts_list(facts: Sequence[Fact]) -> QWidget:
    """Return facts as rows."""
    holder = QWidget()
    body = QVBoxLayout(holder)
    body.setContentsMargins(0, 0, 0, 0)
    body.setSpacing(Space.XS + 2)
    for fact in facts:
        body.addWidget(_FactRow(fact))
    return holder
