"""Choose one of a few, on cards that can be read before they are picked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QSizePolicy, QVBoxLayout, QWidget

from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Radius, Space
from countersign.ui.widgets.labels import PlainLabel, Variant, first_line
from countersign.ui.widgets.painting import FOCUS_WIDTH, follow_look, mirrored_rect, rounded


@dataclass(frozen=True, slots=True)
class Choice:
    """One card.

    Attributes:
        value: what the program calls it.
        title: the answer.
        text: what it means, may be empty.
    """

    value: str
    title: str
    text: str = ""


class _ChoiceCard(QRadioButton):
    """Be one card with a radio mark."""

    def __init__(self, choice: Choice, parent: QWidget) -> None:
        super().__init__(parent)
        self.choice = choice
        self.setAccessibleName(choice.title)
        self.setAccessibleDescription(choice.text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._body = QVBoxLayout(self)
        self._body.setSpacing(2)
        self._title = PlainLabel(choice.title, Variant.LABEL, self)
        labels = [self._title]
        if choice.text:
            labels.append(PlainLabel(choice.text, Variant.MUTED, self))
        for label in labels:
            # The card itself is what a screen reader names.
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            self._body.addWidget(label)
        follow_look(self._restyle)

    def sizeHint(self) -> QSize:
        return self._body.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self._body.minimumSize()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._body.totalHeightForWidth(width)

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def paintEvent(self, _event: QPaintEvent) -> None:
        now = look()
        painter = QPainter(self)
        chosen, box = self.isChecked(), QRectF(self.rect())
        fill = now.palette.accent_soft if chosen else now.palette.surface
        line = now.palette.accent if chosen else now.palette.border_strong
        if self.underMouse() and not chosen:
            line = now.palette.text
        rounded(painter, box, Radius.CONTROL, fill, line, 2 if chosen else 1)
        if self.hasFocus():
            rounded(painter, box, Radius.CONTROL, None, now.palette.focus, FOCUS_WIDTH + 1)
        edge = now.px(20)
        height = first_line(self._title.text(), self._title.font())[1]
        top = Space.M + (height - edge) / 2
        mark = mirrored_rect(self, QRectF(Space.L, top, edge, edge))
        rounded(painter, mark, edge // 2, now.palette.surface, line, 2)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(now.palette.accent))
            inset = edge * 0.27
            painter.drawEllipse(mark.adjusted(inset, inset, -inset, -inset))

    def _restyle(self) -> None:
        lead = Space.L + look().px(20) + Space.M
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self._body.setContentsMargins(Space.L if mirrored else lead, Space.M, lead if mirrored else Space.L, Space.M)
        self.updateGeometry()


class ChoiceCards(QWidget):
    """Ask for one of a few answers; arrow keys move, nothing is chosen at first.

    Signals:
        chosen(str): the person picked the card with this value.
    """

    chosen = Signal(str)

    def __init__(self, name: str, choices: Sequence[Choice], parent: QWidget | None = None) -> None:
        """Make the cards; ``name`` is the question, for screen readers."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(Space.S)
        self._group = QButtonGroup(self)
        self._cards: dict[str, _ChoiceCard] = {}
        self.set_choices(choices)
        self._group.buttonClicked.connect(self._on_clicked)

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Replace the cards."""
        for card in self._cards.values():
            self._group.removeButton(card)
            self._body.removeWidget(card)
            card.hide()  # it ends later, and would lie over the new ones until then
            card.deleteLater()
        self._cards = {}
        for choice in choices:
            card = _ChoiceCard(choice, self)
            self._cards[choice.value] = card
            self._group.addButton(card)
            self._body.addWidget(card)

    def value(self) -> str | None:
        """Return the value chosen, None before."""
        return next((value for value, card in self._cards.items() if card.isChecked()), None)

    def set_value(self, value: str | None) -> None:
        """Choose by value; None takes the choice back."""
        self._group.setExclusive(False)
        for name, card in self._cards.items():
            card.setChecked(name == value)
        self._group.setExclusive(True)

    def card(self, value: str) -> QRadioButton:
        """Return the card of a value.

        Raises:
            KeyError: there is none.
        """
        return self._cards[value]

    def follow(self, before: QWidget, *after: QWidget) -> None:
        """Be where Tab goes after ``before``, and lead to ``after``; cards made anew would come last of all."""
        for first, second in pairwise((before, *self._cards.values(), *after)):
            QWidget.setTabOrder(first, second)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Hand the focus to the card chosen, or to the first.

        No focus proxy: Tab would take all that stands between the cards and their owner's last child for one control.
        """
        chosen = next((card for card in self._cards.values() if card.isChecked()), None)
        card = chosen or next(iter(self._cards.values()), None)
        if card is not None:
            card.setFocus(event.reason())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep Enter from reaching the page's buttons."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
            return
        super().keyPressEvent(event)

    def _on_clicked(self) -> None:
        value = self.value()
        if value is not None:
            self.chosen.emit(value)
