"""Say on every page that the money isn't real, and play the practice phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Radius, Space
from countersign.ui.widgets.announcer import announce
from countersign.ui.widgets.cards import IconView
from countersign.ui.widgets.labels import PlainLabel, Variant
from countersign.ui.widgets.painting import follow_look, rounded
from countersign.ui.widgets.refill import empty


class PracticeRibbon(QFrame):
    """Be the strip over every page of a practice workspace.

    Args:
        text: such as "Practice money".
        detail: such as "Nothing leaves this computer."; may be empty.
    """

    def __init__(self, text: str, detail: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(f"{text}. {detail}" if detail else text)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)  # large text takes two lines in a narrow window
        self.setSizePolicy(policy)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.XXL, 6, Space.XXL, 6)
        row.setSpacing(Space.S)
        row.addWidget(IconView("practice", 18, "accent"))
        row.addWidget(PlainLabel(text, Variant.STRONG, wrap=False, ink="accent"))
        if detail:
            row.addWidget(PlainLabel(detail, Variant.CAPTION, ink="text"), 1)
        else:
            row.addStretch(1)
        follow_look(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the strip and its lower edge."""
        colours = look().palette
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.accent_soft))
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(colours.accent))


@dataclass(frozen=True, slots=True)
class Sms:
    """One message on the practice phone: who says so, what, and when."""

    sender: str
    text: str
    when: str = ""


class _Bubble(QFrame):
    """Be one message."""

    def __init__(self, message: Sms) -> None:
        super().__init__()
        body = QVBoxLayout(self)
        body.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        body.setSpacing(Space.XS)
        top = QHBoxLayout()
        top.setSpacing(Space.S)
        top.addWidget(PlainLabel(message.sender, Variant.STRONG), 1)
        if message.when:
            when = PlainLabel(message.when, Variant.CAPTION, wrap=False)
            top.addWidget(when, 0, Qt.AlignmentFlag.AlignTop)
        body.addLayout(top)
        body.addWidget(PlainLabel(message.text, Variant.BODY, selectable=True))
        follow_look(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = look().palette
        rounded(QPainter(self), QRectF(self.rect()), Radius.CARD, colours.surface, colours.border)


class PhonePanel(QFrame):
    """Be the phone of the practice world, with its messages, newest last.

    Args:
        title: such as "Practice phone".
        empty_text: shown while there is no message.
    """

    def __init__(self, title: str, empty_text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self.setMinimumWidth(240)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(Space.L, Space.L, Space.L, Space.L + Space.S)
        outer.setSpacing(Space.M)
        head = QHBoxLayout()
        head.setSpacing(Space.S)
        head.addWidget(IconView("mobile", 20, "muted"))
        head.addWidget(PlainLabel(title, Variant.LABEL), 1)
        outer.addLayout(head)
        self._empty = PlainLabel(empty_text, Variant.MUTED)
        outer.addWidget(self._empty)
        self._list = QVBoxLayout()
        self._list.setSpacing(Space.S)
        outer.addLayout(self._list)
        outer.addStretch(1)
        self._messages: tuple[Sms, ...] = ()
        follow_look(self.update)

    def messages(self) -> tuple[Sms, ...]:
        """Return the messages shown."""
        return self._messages

    def set_messages(self, messages: Sequence[Sms]) -> None:
        """Show these messages; a new one at the end is spoken."""
        if tuple(messages) == self._messages:
            return
        fresh = tuple(messages)[len(self._messages) :] if self._messages else tuple(messages)
        self._messages = tuple(messages)
        empty(self._list)
        for message in self._messages:
            self._list.addWidget(_Bubble(message))
        self._empty.setVisible(not self._messages)
        for message in fresh:
            announce(self, f"{message.sender}: {message.text}")

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the body of the phone, with the bar at its foot."""
        colours = look().palette
        painter = QPainter(self)
        box = QRectF(self.rect())
        rounded(painter, box, 20, colours.sunken, colours.border_strong, 2)
        bar = QRectF(box.width() / 2 - 32, box.height() - 12, 64, 4)
        rounded(painter, bar, 2, colours.border_strong, None)
