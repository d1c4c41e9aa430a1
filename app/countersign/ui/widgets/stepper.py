"""Show where in a task the person is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from countersign.presentation.messages import _
from countersign.ui.theme.fonts import Weight, font
from countersign.ui.theme.icons import paint_icon
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Space, TypeSize
from countersign.ui.widgets.accessible import Picture
from countersign.ui.widgets.painting import follow_look, is_mirrored, rounded


class StepState(StrEnum):
    """Where one step stands."""

    DONE = "done"
    CURRENT = "current"
    TODO = "todo"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name and where it stands."""

    name: str
    state: StepState


def _spoken(state: StepState) -> str:
    return {
        StepState.DONE: _("done"),
        StepState.CURRENT: _("current"),
        StepState.TODO: _("to do"),
        StepState.SKIPPED: _("not needed"),
    }[state]


class Stepper(Picture):
    """Draw the steps on a line; turns round in right-to-left windows.

    Names that don't fit beside each other give way to one line, "Step 5 of 6: Review".
    """

    accessible_role = QAccessible.Role.StaticText

    def __init__(self, steps: Sequence[Step] = (), parent: QWidget | None = None) -> None:
        """Make a stepper; ``name`` of each step is translated text."""
        super().__init__(parent)
        self._steps: tuple[Step, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)
        self.set_steps(steps)
        follow_look(self._restyle)

    def set_steps(self, steps: Sequence[Step]) -> None:
        """Show other steps."""
        self._steps = tuple(steps)
        self.setAccessibleName(self.sentence())
        self.setAccessibleDescription(", ".join(f"{step.name}: {_spoken(step.state)}" for step in self._steps))
        self.update()

    def sentence(self) -> str:
        """Return what a screen reader says: "Step 5 of 6: Review, current"."""
        for number, step in enumerate(self._steps, 1):
            if step.state is StepState.CURRENT:
                return _("Step {number} of {count}: {name}, current").format(
                    number=number, count=len(self._steps), name=step.name
                )
        return ""

    def _short(self) -> str:
        for number, step in enumerate(self._steps, 1):
            if step.state is StepState.CURRENT:
                return _("Step {number} of {count}: {name}").format(
                    number=number, count=len(self._steps), name=step.name
                )
        return ""

    def sizeHint(self) -> QSize:
        """Return room for the marks and one line of names."""
        return QSize(look().px(480), look().px(28) + Space.S + self._name_height() + 2)

    def minimumSizeHint(self) -> QSize:
        """Return room for the marks alone in width."""
        return QSize(look().px(40) * max(len(self._steps), 1), self.sizeHint().height())

    def _name_height(self) -> int:
        return self.fontMetrics().height()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw lines, marks and names."""
        if not self._steps:
            return
        now, count = look(), len(self._steps)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        mark, cell = now.px(28), self.width() / count
        centres = [cell * (i + 0.5) for i in range(count)]
        if is_mirrored(self):
            centres.reverse()
        middle = mark / 2 + 1
        for index in range(count - 1):
            passed = self._steps[index].state in (StepState.DONE, StepState.SKIPPED)
            colour = now.palette.ok if passed else now.palette.border_strong
            painter.setPen(QPen(QColor(colour), 2))
            ends = sorted((centres[index], centres[index + 1]))
            gap = mark / 2 + Space.XS
            painter.drawLine(QPointF(ends[0] + gap, middle), QPointF(ends[1] - gap, middle))
        metrics = self.fontMetrics()
        roomy = all(metrics.horizontalAdvance(step.name) + Space.S <= cell for step in self._steps)
        for index, step in enumerate(self._steps):
            box = QRectF(centres[index] - mark / 2, 1, mark, mark)
            self._draw_mark(painter, box, step.state, index + 1)
            if roomy:
                where = QRectF(centres[index] - cell / 2, mark + Space.S, cell, self._name_height())
                self._draw_name(painter, where, step)
        if not roomy:
            painter.setFont(font(TypeSize.BODY, Weight.SEMIBOLD))
            painter.setPen(QColor(now.palette.text))
            where = QRectF(0, mark + Space.S, self.width(), self._name_height())
            text = metrics.elidedText(self._short(), Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(where, int(Qt.AlignmentFlag.AlignCenter), text)

    def _draw_mark(self, painter: QPainter, box: QRectF, state: StepState, number: int) -> None:
        now = look()
        radius = int(box.width() / 2)
        if state is StepState.DONE:
            rounded(painter, box, radius, now.palette.ok, None)
            inset = box.width() * 0.24
            paint_icon(painter, "tick", box.adjusted(inset, inset, -inset, -inset), now.palette.bg)
            return
        if state is StepState.SKIPPED:
            rounded(painter, box, radius, now.palette.bg, now.palette.ok, 2)
            inset = box.width() * 0.24
            paint_icon(painter, "dash", box.adjusted(inset, inset, -inset, -inset), now.palette.ok)
            return
        current = state is StepState.CURRENT
        fill = now.palette.accent if current else now.palette.surface
        rounded(painter, box, radius, fill, None if current else now.palette.border_strong, 2)
        painter.setFont(font(TypeSize.SMALL, Weight.SEMIBOLD))
        painter.setPen(QColor(now.palette.on_accent if current else now.palette.muted))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), str(number))

    def _draw_name(self, painter: QPainter, where: QRectF, step: Step) -> None:
        now = look()
        current = step.state is StepState.CURRENT
        painter.setFont(font(TypeSize.SMALL, Weight.SEMIBOLD if current else Weight.REGULAR))
        painter.setPen(QColor(now.palette.text if current else now.palette.muted))
        painter.drawText(where, int(Qt.AlignmentFlag.AlignCenter), step.name)

    def _restyle(self) -> None:
        # The heaviest cut is measured, so that no name is cut off when it becomes current.
        self.setFont(font(TypeSize.SMALL, Weight.SEMIBOLD))
        self.updateGeometry()
        self.update()
