"""Ask for things: a label, a hint, a control, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QDate, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from countersign.ui.theme.fonts import font
from countersign.ui.theme.icons import paint_icon
from countersign.ui.theme.look import look
from countersign.ui.theme.style import Dress, dress
from countersign.ui.theme.tokens import TARGET, Space, TypeSize
from countersign.ui.widgets.announcer import announce
from countersign.ui.widgets.cards import IconView
from countersign.ui.widgets.labels import PlainLabel, Variant, first_line
from countersign.ui.widgets.painting import follow_look, mirrored_rect, rounded


def mark_fault(control: QWidget, fault: bool) -> None:
    """Give a control the border of a mistake, or take it away."""
    if bool(control.property("fault")) == fault:
        return
    control.setProperty("fault", fault)
    control.style().unpolish(control)
    control.style().polish(control)
    control.update()


class TextField(QLineEdit):
    """Take one line of text.

    Args:
        name: accessible name; a `Field` sets it too.
        placeholder: an example, never the label.
        icon: ornament at the leading edge (``search``).
    """

    def __init__(
        self,
        name: str = "",
        parent: QWidget | None = None,
        *,
        placeholder: str = "",
        icon: str | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon = icon
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        follow_look(self._restyle)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ornament over the field."""
        super().paintEvent(event)
        if self._icon:
            edge = look().px(18)
            box = QRectF(12, (self.height() - edge) / 2, edge, edge)
            colour = look().palette.muted
            paint_icon(QPainter(self), self._icon, mirrored_rect(self, box), colour)

    def _restyle(self) -> None:
        dress(self, Dress.LINE)
        self.setFont(font(TypeSize.LEAD))
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.PlaceholderText, look().palette.muted)
        self.setPalette(palette)
        if self._icon:
            room = look().px(18) + 10
            right = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            self.setTextMargins(0 if right else room, 0, room if right else 0, 0)
        self.updateGeometry()


class TextArea(QPlainTextEdit):
    """Take several lines of plain text; Tab leaves it.

    Args:
        name: accessible name.
        placeholder: an example.
        lines: height.
    """

    def __init__(self, name: str = "", parent: QWidget | None = None, *, placeholder: str = "", lines: int = 4) -> None:
        super().__init__(parent)
        self._lines = lines
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow_look(self._restyle)

    def sizeHint(self) -> QSize:
        """Return a height of so many lines."""
        return QSize(look().px(280), self.fontMetrics().lineSpacing() * self._lines + 26)

    def _restyle(self) -> None:
        dress(self, Dress.AREA)
        self.setFont(font(TypeSize.LEAD))
        self.setFixedHeight(self.sizeHint().height())


class _Arrowed:
    """Paint the arrow of a field that opens a list."""

    @staticmethod
    def paint_arrow(widget: QWidget, icon: str) -> None:
        edge = look().px(18)
        box = QRectF(widget.width() - edge - 10, (widget.height() - edge) / 2, edge, edge)
        paint_icon(QPainter(widget), icon, mirrored_rect(widget, box), look().palette.muted)


class SelectField(QComboBox):
    """Choose one of a short list; `add_option`, `value`, `set_value`.

    Signals:
        chosen(str): the person picked the option with this value.
    """

    chosen = Signal(str)

    def __init__(
        self,
        name: str = "",
        parent: QWidget | None = None,
        *,
        options: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Make a list of ``(value, text)`` options."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self._options: tuple[tuple[str, str], ...] = ()
        self.set_options(options)
        self.activated.connect(self._on_activated)
        follow_look(self._restyle)

    def set_options(self, options: Sequence[tuple[str, str]]) -> None:
        """Replace the ``(value, text)`` options; the same ones are left alone, with what is chosen of them."""
        if tuple(options) == self._options:
            return
        self._options = tuple(options)
        self.clear()
        for value, text in options:
            self.addItem(text, value)

    def value(self) -> str:
        """Return the value chosen, empty where the list is."""
        return str(self.currentData() or "")

    def set_value(self, value: str) -> None:
        """Choose by value; an unknown one changes nothing."""
        index = self.findData(value)
        if index >= 0:
            self.setCurrentIndex(index)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the page, not the choice: a wheel must never change a payment."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the arrow over the field."""
        super().paintEvent(event)
        _Arrowed.paint_arrow(self, "chevron-down")

    def _on_activated(self, _index: int) -> None:
        self.chosen.emit(self.value())

    def _restyle(self) -> None:
        dress(self, Dress.CHOICE)
        self.setFont(font(TypeSize.LEAD))
        self.view().setFont(font(TypeSize.BODY))
        self.updateGeometry()


class DateField(QDateEdit):
    """Choose a day, typed or from a calendar; shown as year-month-day. Tab leaves it; arrows move within it.

    Args:
        day: the first one shown, as ``YYYY-MM-DD`` (ISO 8601).
        name: accessible name.
    """

    def __init__(self, day: str, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(QDate.fromString(day, Qt.DateFormat.ISODate), parent)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setAccessibleName(name)
        self.setDisplayFormat("yyyy-MM-dd")
        self.setCalendarPopup(True)
        follow_look(self._restyle)

    def iso(self) -> str:
        """Return the day as ``YYYY-MM-DD`` (ISO 8601)."""
        return str(self.date().toString(Qt.DateFormat.ISODate))

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Leave the field, instead of going on to its month and its day."""
        return QWidget.focusNextPrevChild(self, forward)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the page, not the day."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the calendar icon over the field."""
        super().paintEvent(event)
        _Arrowed.paint_arrow(self, "calendar")

    def _restyle(self) -> None:
        dress(self, Dress.DATE)
        self.setFont(font(TypeSize.LEAD))
        self.setFixedHeight(look().px(TARGET))


class CheckField(QCheckBox):
    """Tick one statement; the sentence may break into lines."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        """Make an unticked box; ``toggled(bool)`` tells of changes."""
        super().__init__(parent)
        self.setAccessibleName(text)
        self._label = PlainLabel(text, parent=self)
        self._label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._label.setAccessibleName("")
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._label, 1)
        follow_look(self._restyle)

    def text(self) -> str:
        """Return the statement."""
        return self._label.text()

    def sizeHint(self) -> QSize:
        """Return the size of box and text."""
        return self._row.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size of box and text."""
        return self._row.minimumSize()

    def hasHeightForWidth(self) -> bool:
        """Return True: the statement may break into lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of the statement at ``width``."""
        return self._row.totalHeightForWidth(width)

    def hitButton(self, position: object) -> bool:
        """Take presses anywhere on the statement."""
        point = position.toPoint() if isinstance(position, QPointF) else position
        return self.rect().contains(point)  # type: ignore[call-overload,no-any-return]

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the box, its tick and the ring."""
        now = look()
        edge = now.px(22)
        box = mirrored_rect(self, QRectF(3, (self._first_line() - edge) / 2, edge, edge))
        painter = QPainter(self)
        if self.hasFocus():
            rounded(painter, box.adjusted(-3, -3, 3, 3), 8, None, now.palette.focus, 2)
        if self.isChecked():
            rounded(painter, box, 5, now.palette.accent, None)
            paint_icon(painter, "tick", box.adjusted(3, 3, -3, -3), now.palette.on_accent)
        else:
            rounded(painter, box, 5, now.palette.surface, now.palette.border_strong, 1.5)

    def _first_line(self) -> int:
        line = first_line(self._label.text(), self._label.font())[1]
        return max(line + 2 * Space.S, look().px(22) + 6)

    def _restyle(self) -> None:
        lead = look().px(22) + 6 + Space.S
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        right = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self._row.setContentsMargins(0 if right else lead, Space.S, lead if right else 0, Space.S)
        self.updateGeometry()


class Field(QWidget):
    """Hold a control with its label above, a hint, and its error.

    The error is worded as in the summary of the page.

    Args:
        label: what is asked for.
        control: any kit field.
        hint: how to answer, shown before anything is wrong.
    """

    def __init__(self, label: str, control: QWidget, parent: QWidget | None = None, *, hint: str = "") -> None:
        super().__init__(parent)
        self.control = control
        self._error = ""
        body = self._body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(Space.XS)
        self.label = PlainLabel(label, Variant.LABEL)
        self.label.setBuddy(control)
        control.setAccessibleName(label)
        # Most fields never show an error, many have no hint: these are made when they are first wanted.
        self._hint_label: PlainLabel | None = None
        self._error_row: QWidget | None = None
        self._error_label: PlainLabel | None = None
        body.addWidget(self.label)
        body.addWidget(control)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.set_hint(hint)

    @property
    def error_label(self) -> PlainLabel:
        """What shows the error."""
        if self._error_label is None:
            label = self._error_label = PlainLabel("", Variant.LABEL, ink="danger")
            self._error_row = QWidget()
            row = QHBoxLayout(self._error_row)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(Space.S)
            row.addWidget(IconView("stop", 18, "danger", beside=label), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(label, 1)
            self._error_row.hide()
            self._body.insertWidget(self._body.indexOf(self.control), self._error_row)
        return self._error_label

    def error(self) -> str:
        """Return the error shown, empty where there is none."""
        return self._error

    def set_error(self, error: str) -> None:
        """Show what is wrong and how to go on; an empty text clears it."""
        changed = error != self._error
        self._error = error
        if error:
            self.error_label.setText(error)
        if self._error_row is not None:
            self._error_row.setVisible(bool(error))
        mark_fault(self.control, bool(error))
        self._describe()
        if error and changed:
            announce(self.control, error)

    def set_hint(self, hint: str) -> None:
        """Change the hint."""
        self._hint = hint
        if hint and self._hint_label is None:
            self._hint_label = PlainLabel("", Variant.CAPTION)
            self._body.insertWidget(1, self._hint_label)
        if self._hint_label is not None:
            self._hint_label.setText(hint)
            self._hint_label.setVisible(bool(hint))
        self._describe()

    def _describe(self) -> None:
        words = " ".join(part for part in (self._error, self._hint) if part)
        self.control.setAccessibleDescription(words)


__all__ = [
    "CheckField",
    "DateField",
    "Field",
    "SelectField",
    "TextArea",
    "TextField",
    "mark_fault",
]
