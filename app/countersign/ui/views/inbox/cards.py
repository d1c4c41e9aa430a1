"""The list of the inbox: a card for each order, drawn rather than built: ten thousand cost as little as ten."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from countersign.presentation.inbox_state import ChipWords, InboxRow
from countersign.ui.models.inbox_rows import MARKED, ROW
from countersign.ui.theme.fonts import Weight, font
from countersign.ui.theme.icons import paint_icon
from countersign.ui.theme.look import look
from countersign.ui.theme.style import Dress, dress
from countersign.ui.theme.tokens import Radius, Space, Tone, TypeSize
from countersign.ui.widgets.cards import TONE_ICONS
from countersign.ui.widgets.labels import isolate_ltr
from countersign.ui.widgets.painting import follow_look, rounded

_Index = QModelIndex | QPersistentModelIndex
_GAP = 8  # between cards
_PAD = 14
_CHIPS = 3


@dataclass(frozen=True, slots=True)
class _Lines:
    """What the words of one card need at a width: the lines of chips, and whether the text stands beside the last."""

    chips: tuple[tuple[ChipWords, ...], ...]
    beside: bool
    two_heads: bool  # payee and amount on lines of their own


class CardDelegate(QStyledItemDelegate):
    """Paint an order as a card: payee and amount, chips, who asked and how many have signed."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw one card."""
        row = index.data(ROW)
        if not isinstance(row, InboxRow):
            return
        now, view = look(), option.widget
        painter.save()
        box = QRectF(option.rect).adjusted(1, 1, -1, -_GAP)
        current = bool(option.state & QStyle.StateFlag.State_Selected)
        fill = now.palette.accent_soft if current else now.palette.surface
        line, width = (now.palette.accent, 2.0) if current else (now.palette.border, 1.0)
        if bool(option.state & QStyle.StateFlag.State_MouseOver) and not current:
            line = now.palette.border_strong
        rounded(painter, box, Radius.CARD, fill, line, width)
        if current and isinstance(view, QWidget) and view.hasFocus():
            rounded(painter, box.adjusted(2, 2, -2, -2), Radius.CARD - 2, None, now.palette.focus, 2)
        mirrored = option.direction == Qt.LayoutDirection.RightToLeft
        self._words(_Pen(painter, box, mirrored), row, marked=bool(index.data(MARKED)))
        painter.restore()

    def _words(self, pen: _Pen, row: InboxRow, *, marked: bool) -> None:
        lead = _mark_room()
        pen.mark(marked=marked, offered=row.mine)
        lines = _arranged(row, pen.width - lead)
        head, small = font(TypeSize.BODY, Weight.SEMIBOLD), font(TypeSize.SMALL)
        high = QFontMetrics(head).height() + 2
        amount = isolate_ltr(row.amount)
        wide = QFontMetrics(head).horizontalAdvance(amount) + 2
        room = pen.width - lead
        pen.text(row.payee, head, look().palette.text, lead, room if lines.two_heads else room - wide - Space.M, high)
        if lines.two_heads:
            pen.down(high)
            pen.text(amount, head, look().palette.text, lead, room, high)
        else:
            pen.text(amount, head, look().palette.text, lead + room - wide, wide, high)
        pen.down(high + Space.S)
        for place, chips in enumerate(lines.chips):
            left = lead
            for chip in chips:
                left += pen.chip(chip, left, room) + Space.S
            if lines.beside and place == len(lines.chips) - 1:
                pen.text(row.text, small, look().palette.muted, left, lead + room - left, _chip_height())
            pen.down(_chip_height() + Space.XS)
        if not lines.beside:
            for part in _broken(row.text, room):
                pen.text(part, small, look().palette.muted, lead, room, QFontMetrics(small).height() + 2)
                pen.down(QFontMetrics(small).height() + 2)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Return the room of one card at the width of the list."""
        row, view = index.data(ROW), option.widget
        if not isinstance(row, InboxRow) or not isinstance(view, QAbstractItemView):
            return QSize(0, 0)
        width = view.viewport().width()
        room = width - 2 * _PAD - 2 - _mark_room()
        lines = _arranged(row, room)
        head = QFontMetrics(font(TypeSize.BODY, Weight.SEMIBOLD)).height() + 2
        high = head * (2 if lines.two_heads else 1) + Space.S + len(lines.chips) * (_chip_height() + Space.XS)
        if not lines.beside:
            high += len(_broken(row.text, room)) * (QFontMetrics(font(TypeSize.SMALL)).height() + 2)
        return QSize(width, high + 2 * _PAD - 6 + _GAP)


def _mark_room() -> int:
    return look().px(20) + Space.S


def _chip_height() -> int:
    return max(QFontMetrics(font(TypeSize.CAPTION, Weight.MEDIUM)).height(), look().px(15)) + look().px(8)


def _chip_width(chip: ChipWords) -> int:
    words = QFontMetrics(font(TypeSize.CAPTION, Weight.MEDIUM)).horizontalAdvance(chip.text)
    return words + 2 + look().px(8 + 15 + 5 + 11)


def _broken(text: str, room: int) -> tuple[str, ...]:
    """Break a text at its middle dot where it is too long for a line."""
    metrics = QFontMetrics(font(TypeSize.SMALL))
    if metrics.horizontalAdvance(text) <= room:
        return (text,)
    return tuple(part for part in text.split(" · ") if part)


def _arranged(row: InboxRow, room: int) -> _Lines:
    head = QFontMetrics(font(TypeSize.BODY, Weight.SEMIBOLD))
    amount = head.horizontalAdvance(row.amount)
    payee = min(head.horizontalAdvance(row.payee), head.averageCharWidth() * 24)
    lines: list[list[ChipWords]] = [[]]
    used = 0
    for chip in row.chips[:_CHIPS]:
        wide = _chip_width(chip) + Space.S
        if lines[-1] and used + wide - Space.S > room:
            lines.append([])
            used = 0
        lines[-1].append(chip)
        used += wide
    text = QFontMetrics(font(TypeSize.SMALL)).horizontalAdvance(row.text)
    shown = tuple(tuple(line) for line in lines if line)
    return _Lines(shown, bool(shown) and used + text + 2 <= room, two_heads=payee + Space.M + amount > room)


class _Pen:
    """Write into a card from its leading edge, line by line."""

    def __init__(self, painter: QPainter, box: QRectF, mirrored: bool) -> None:
        self._painter, self._box, self._mirrored = painter, box, mirrored
        self._y = box.y() + _PAD - 3
        self.width = int(box.width()) - 2 * _PAD

    def down(self, by: int) -> None:
        """Go to the next line."""
        self._y += by

    def _where(self, left: float, width: float, height: float) -> QRectF:
        x = self._box.x() + _PAD + left
        if self._mirrored:
            x = self._box.right() - _PAD - left - width
        return QRectF(x, self._y, width, height)

    def text(self, text: str, face: QFont, ink: str, left: int, room: int, high: int) -> None:
        """Write one line, shortened where it must be."""
        self._painter.setFont(face)
        self._painter.setPen(QColor(ink))
        shown = self._painter.fontMetrics().elidedText(text.replace("\n", " "), Qt.TextElideMode.ElideRight, room)
        side = Qt.AlignmentFlag.AlignRight if self._mirrored else Qt.AlignmentFlag.AlignLeft
        flags = int(side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute)
        self._painter.drawText(self._where(left, room, high), flags | int(Qt.TextFlag.TextSingleLine), shown)

    def chip(self, chip: ChipWords, left: int, room: int) -> int:
        """Draw a pill with its icon; return how wide it is."""
        now, tone = look(), Tone(chip.tone)
        ink, fill = now.palette.tone(tone)
        wide, high = min(_chip_width(chip), room), _chip_height()
        box = self._where(left, wide, high)
        rounded(self._painter, box, int(high / 2), fill, ink)
        edge = now.px(15)
        side = now.px(8)
        x = box.right() - side - edge if self._mirrored else box.x() + side
        paint_icon(self._painter, TONE_ICONS[tone], QRectF(x, box.y() + (high - edge) / 2, edge, edge), ink)
        self.text(chip.text, font(TypeSize.CAPTION, Weight.MEDIUM), ink, left + side + edge + now.px(5),
                  wide - side - edge - now.px(5) - 4, high)  # fmt: skip
        return wide

    def mark(self, *, marked: bool, offered: bool) -> None:
        """Draw the box that marks an order for a batch, where it can be marked."""
        if not offered and not marked:
            return
        now, edge = look(), look().px(20)
        box = self._where(0, edge, edge)
        if marked:
            rounded(self._painter, box, 5, now.palette.accent, None)
            paint_icon(self._painter, "tick", box.adjusted(3, 3, -3, -3), now.palette.on_accent)
        else:
            rounded(self._painter, box, 5, now.palette.surface, now.palette.border_strong, 1.5)


class CardList(QListView):
    """Show the orders; arrows move, Space marks, Enter goes to the detail, Escape takes marks away.

    Signals:
        shown(str): the person moved to this order.
        marked(str): the person wants it marked, or its mark taken away.
        mark_all(): the person wants all that can go together marked.
        entered(str): Enter was pressed on it.
        pressed_on(str): it was pressed with the mouse.
        dismissed(): Escape was pressed.
    """

    shown = Signal(str)
    marked = Signal(str)
    mark_all = Signal()
    entered = Signal(str)
    pressed_on = Signal(str)
    dismissed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """Make the list; ``name`` is for screen readers."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setItemDelegate(CardDelegate(self))
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.viewport().setAutoFillBackground(False)
        follow_look(self._restyle)

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        """Show what the person moved to."""
        super().currentChanged(current, previous)
        row = current.data(ROW) if current.isValid() else None
        if isinstance(row, InboxRow):
            self.shown.emit(row.order)

    def current_order(self) -> str:
        """Return the order that the person is at; empty before."""
        row = self.currentIndex().data(ROW) if self.currentIndex().isValid() else None
        return row.order if isinstance(row, InboxRow) else ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Mark with Space, go to the detail with Enter; nothing here approves."""
        order = self.current_order()
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Space and order:
            self.marked.emit(order)
        elif event.key() == Qt.Key.Key_A and control:
            self.mark_all.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and order:
            self.entered.emit(order)
        elif event.key() == Qt.Key.Key_Escape:
            self.dismissed.emit()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Mark where the box was pressed; else show the order."""
        index = self.indexAt(event.position().toPoint())
        row = index.data(ROW) if index.isValid() else None
        if isinstance(row, InboxRow) and self._on_box(event.position().x()):
            self.marked.emit(row.order)
            event.accept()
            return
        super().mousePressEvent(event)
        if isinstance(row, InboxRow):
            self.pressed_on.emit(row.order)

    def _on_box(self, x: float) -> bool:
        reach = _PAD + _mark_room()
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        return x > self.viewport().width() - reach if mirrored else x < reach

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Go to the first order where none is shown yet."""
        super().focusInEvent(event)
        model = self.model()
        if not self.currentIndex().isValid() and model is not None and model.rowCount():
            self.setCurrentIndex(model.index(0, 0))
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the cards out anew at another width."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def _restyle(self) -> None:
        dress(self.verticalScrollBar(), Dress.BAR)
        self.setFont(font(TypeSize.BODY))
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Base, QColor(look().palette.bg))
        self.setPalette(palette)
        self.scheduleDelayedItemsLayout()
        self.viewport().update()
