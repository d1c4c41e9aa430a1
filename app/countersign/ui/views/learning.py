"""Lessons to read, questions to answer, and what came of it."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from countersign.presentation.learning import (
    LearningPresenter,
    LearningState,
    LessonCard,
    ListState,
    QuestionState,
    ReadingState,
    ResultItem,
    ResultState,
)
from countersign.presentation.lesson_texts import ExampleLine, ExampleMessage, PageText
from countersign.presentation.messages import _
from countersign.ui.theme.fonts import Weight, font
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Space, Tone, TypeSize
from countersign.ui.widgets import (
    Banner,
    Card,
    Chip,
    Choice,
    ChoiceCards,
    Divider,
    IconView,
    PlainLabel,
    PrimaryButton,
    SafeButton,
    ScrollPage,
    Variant,
    announce,
)
from countersign.ui.widgets.buttons import KitButton
from countersign.ui.widgets.page import FORM_WIDTH
from countersign.ui.widgets.painting import follow_look

_MARK: Final = 22


class LearningPage(ScrollPage):
    """Show one state at a time; each kind of state has its own builder."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        super().__init__("", "", parent, max_width=FORM_WIDTH)
        self.setObjectName("learn.page")
        self._presenter: LearningPresenter | None = None
        self._shown: LearningState | None = None
        self._lesson_body: QWidget | None = None
        self.back_button: KitButton | None = None
        self.forward_button: KitButton | None = None
        self.choices: ChoiceCards | None = None

    def attach(self, presenter: LearningPresenter) -> None:
        """Take the presenter and show its first state."""
        self._presenter = presenter
        self.destroyed.connect(presenter.close)
        presenter.start()

    def show_state(self, state: LearningState) -> None:
        """Show the state; a new page or question takes the focus to its heading."""
        before, self._shown = self._shown, state
        if before == state:
            return
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        if isinstance(state, ListState):
            self._show_list(state, column)
        elif isinstance(state, ReadingState):
            self._show_reading(state, column)
        elif isinstance(state, QuestionState):
            self._show_question(state, column)
        else:
            self._show_result(state, column)
        if self._lesson_body is not None:
            self.main.removeWidget(self._lesson_body)
            self._lesson_body.hide()
            self._lesson_body.deleteLater()
        self._lesson_body = body
        self.add(body)
        if isinstance(before, QuestionState) and isinstance(state, QuestionState) and before.question == state.question:
            announce(self, f"{state.verdict} {state.why}")
            if self.forward_button is not None:
                self.forward_button.setFocus(Qt.FocusReason.OtherFocusReason)
        elif before is not None and _place(before) != _place(state):
            self.focus_heading()

    # — the list —

    def _show_list(self, state: ListState, column: QVBoxLayout) -> None:
        self.set_heading(state.heading, state.lead)
        self._buttons("", "")
        if state.error:
            column.addWidget(Banner(Tone.WARN, _("That did not work"), state.error))
        for lesson in state.lessons:
            column.addWidget(self._card(lesson))

    def _card(self, lesson: LessonCard) -> QWidget:
        card = Card(lesson.title, icon="learn")
        card.body.setSpacing(Space.M)
        card.add(PlainLabel(lesson.about))
        line = QHBoxLayout()
        line.setSpacing(Space.M)
        line.addWidget(Chip(lesson.chip, Tone(lesson.tone)))
        line.addWidget(PlainLabel(lesson.length, Variant.CAPTION), 1)
        begin = PrimaryButton(lesson.action, name=f"{lesson.action}: {lesson.title}")
        begin.setObjectName(f"learn.open.{lesson.lesson}")
        begin.activated.connect(partial(self._open, lesson.lesson))
        line.addWidget(begin)
        card.body.addLayout(line)
        return card

    # — a page to read —

    def _show_reading(self, state: ReadingState, column: QVBoxLayout) -> None:
        self.set_heading(state.page.heading, state.lesson)
        self._buttons(state.back, state.forward, state.step)
        card = Card()
        card.body.setSpacing(Space.M)
        _fill(card, state.page)
        column.addWidget(card)

    # — a question —

    def _show_question(self, state: QuestionState, column: QVBoxLayout) -> None:
        self.set_heading(state.text, state.lesson)
        self._buttons(state.back, state.forward, state.step)
        if self.forward_button is not None and not state.chosen:
            self.forward_button.set_blocked(_("Choose an answer first."))
        options = [Choice(option.value, option.text) for option in state.options]
        self.choices = ChoiceCards(state.text, options)
        self.choices.setObjectName("learn.choices")
        self.choices.set_value(state.chosen or None)
        self.choices.chosen.connect(self._answer)
        column.addWidget(self.choices)
        if state.verdict:
            tone = Tone.OK if state.correct else Tone.WARN
            banner = Banner(tone, state.verdict, state.why)
            banner.setObjectName("learn.verdict")
            column.addWidget(banner)
        if state.error:
            column.addWidget(Banner(Tone.DANGER, _("The result could not be kept"), state.error))

    # — the result —

    def _show_result(self, state: ResultState, column: QVBoxLayout) -> None:
        self.set_heading(state.heading, state.lead)
        self._buttons("", "")
        again, done = SafeButton(state.again), PrimaryButton(state.done)
        again.setObjectName("learn.again")
        done.setObjectName("learn.done")
        again.activated.connect(self._again)
        done.activated.connect(self._list)
        self.set_actions(again, done)
        card = Card(state.lesson)
        card.body.setSpacing(Space.M)
        for place, item in enumerate(state.items):
            if place:
                card.add(Divider())
            card.add(_result_item(item))
        column.addWidget(card)

    def _buttons(self, back: str, forward: str, note: str = "") -> None:
        self.back_button = SafeButton(back) if back else None
        self.forward_button = PrimaryButton(forward) if forward else None
        if self.back_button is not None:
            self.back_button.setObjectName("learn.back")
            self.back_button.activated.connect(self._back)
        if self.forward_button is not None:
            self.forward_button.setObjectName("learn.forward")
            self.forward_button.activated.connect(self._forward)
        bar = self.set_actions(self.back_button, self.forward_button, note)
        bar.setVisible(bool(back or forward))

    # — what the person does —

    def _open(self, lesson: str) -> None:
        if self._presenter is not None:
            self._presenter.open_lesson(lesson)

    def _forward(self) -> None:
        if self._presenter is not None:
            self._presenter.forward()

    def _back(self) -> None:
        if self._presenter is not None:
            self._presenter.back()

    def _answer(self, choice: str) -> None:
        if self._presenter is not None:
            self._presenter.answer(choice)

    def _again(self) -> None:
        if self._presenter is not None:
            self._presenter.again()

    def _list(self) -> None:
        if self._presenter is not None:
            self._presenter.start()


class _MarkView(QWidget):
    """A number in a filled circle, tying a line of the message to its note."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self.setAccessibleName(str(number))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        follow_look(self._restyle)

    def sizeHint(self) -> QSize:
        """Return the square around the circle."""
        edge = look().px(_MARK)
        return QSize(edge, edge)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the circle and its number."""
        now, painter = look(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(now.palette.danger))
        box = QRectF(self.rect())
        painter.drawEllipse(box)
        painter.setPen(QColor(now.palette.on_danger))
        painter.setFont(font(TypeSize.CAPTION, Weight.SEMIBOLD))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), str(self._number))

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()


def _place(state: LearningState | None) -> str:
    """Name what a state is about, so that a heading is spoken once for each."""
    if isinstance(state, ReadingState | QuestionState):
        return state.step
    return type(state).__name__


def _fill(card: Card, page: PageText) -> None:
    for paragraph in page.paragraphs:
        card.add(PlainLabel(paragraph, Variant.LEAD))
    if page.points:
        card.add_points(page.points)
    if page.example is not None:
        _fill_example(card, page.example)


def _fill_example(card: Card, example: ExampleMessage) -> None:
    message = Card(example.title, tone=Tone.NEUTRAL, icon="mail", padding=Space.L)
    message.setObjectName("learn.example")
    message.body.setSpacing(Space.S)
    for line in example.lines:
        message.body.addLayout(_example_line(line))
    card.add(message)
    for mark in example.marks:
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addWidget(_MarkView(mark.number), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(PlainLabel(mark.note), 1)
        card.body.addLayout(row)


def _example_line(line: ExampleLine) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(Space.S)
    if line.label:
        row.addWidget(PlainLabel(line.label, Variant.CAPTION, wrap=False), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(PlainLabel(line.text, Variant.STRONG if line.mark else Variant.BODY), 1)
    if line.mark:
        row.addWidget(_MarkView(line.mark), 0, Qt.AlignmentFlag.AlignTop)
    return row


def _result_item(item: ResultItem) -> QWidget:
    widget = QWidget()
    row = QHBoxLayout(widget)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(Space.M)
    title = PlainLabel(item.text, Variant.STRONG)
    icon, ink = ("check-circle", "ok") if item.correct else ("undo", "warn")
    row.addWidget(IconView(icon, 20, ink, beside=title), 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(Space.XS)
    words.addWidget(title)
    words.addWidget(PlainLabel(_("{label}: {value}").format(label=item.mark, value=item.answer), Variant.LABEL))
    words.addWidget(PlainLabel(item.why, Variant.MUTED))
    row.addLayout(words, 1)
    return widget
