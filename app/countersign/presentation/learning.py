"""The learning centre: lessons, their pages, a quiz that says why, and the best result so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from countersign.application.ports.tasks import Lane
from countersign.application.session import Session
from countersign.application.use_cases.finish_lesson import finish_lesson
from countersign.domain.guidance import LESSONS, Lesson, QuizResult
from countersign.presentation.error_texts import words_of
from countersign.presentation.lesson_texts import PageText, lesson_text
from countersign.presentation.messages import _, ngettext
from countersign.presentation.navigation import Navigate

_MINUTES = 3


@dataclass(frozen=True, slots=True)
class LessonCard:
    """A lesson in the list."""

    lesson: str
    title: str
    about: str
    length: str
    chip: str
    tone: str
    action: str


@dataclass(frozen=True, slots=True)
class ListState:
    """The list of lessons."""

    heading: str
    lead: str
    lessons: tuple[LessonCard, ...]
    error: str = ""


@dataclass(frozen=True, slots=True)
class ReadingState:
    """A page of a lesson."""

    lesson: str
    step: str
    page: PageText
    back: str
    forward: str


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of a quiz question."""

    value: str
    text: str


@dataclass(frozen=True, slots=True)
class QuestionState:
    """A quiz question, before or after its answer.

    Attributes:
        verdict: What was right, in a sentence; empty before the answer.
    """

    lesson: str
    step: str
    question: str
    text: str
    options: tuple[Option, ...]
    chosen: str
    correct: bool
    verdict: str
    why: str
    back: str
    forward: str
    busy: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class ResultItem:
    """How one question went."""

    text: str
    answer: str
    correct: bool
    mark: str
    why: str


@dataclass(frozen=True, slots=True)
class ResultState:
    """How the quiz went."""

    lesson: str
    heading: str
    lead: str
    passed: bool
    items: tuple[ResultItem, ...]
    again: str
    done: str


LearningState = ListState | ReadingState | QuestionState | ResultState


class LearningView(Protocol):
    """The page."""

    def show_state(self, state: LearningState) -> None:
        """Show the state."""


class LearningPresenter:
    """Leads through lessons. Nothing that is learnt or missed here blocks a payment."""

    def __init__(self, session: Session, view: LearningView, go: Navigate) -> None:
        self._session, self._view, self._go = session, view, go
        self._best: Mapping[str, int] = {}
        self._lesson: Lesson | None = None
        self._place = 0  # pages first, then questions
        self._answers: dict[str, str] = {}
        self._busy = False
        self._error = ""
        self._closed = False

    def start(self) -> None:
        """Show the list."""
        self._lesson = None
        self._render()
        self._session.tasks.run(Lane.READ, self._session.reader.lessons_finished, self._best_read, self._failed)

    def close(self) -> None:
        """Show nothing any more; a result that is being recorded still is."""
        self._closed = True

    def open_lesson(self, lesson: str) -> None:
        """Begin a lesson at its first page."""
        self._lesson, self._place, self._answers, self._error = LESSONS[lesson], 0, {}, ""
        self._render()

    def forward(self) -> None:
        """Go to the next page or question; after the last one the result is recorded."""
        lesson = self._lesson
        if lesson is None or self._busy:
            return
        asked = self._place - len(lesson.pages)
        if asked >= 0 and lesson.questions[asked].code not in self._answers:
            return
        if self._place + 1 < len(lesson.pages) + len(lesson.questions):
            self._place += 1
            self._render()
            return
        self._busy, self._error = True, ""
        self._render()
        work = partial(finish_lesson, self._session.vault, self._session.entropy, lesson.code, dict(self._answers))
        self._session.tasks.run(Lane.VAULT, work, self._recorded, self._failed)

    def back(self) -> None:
        """Go back a page or a question; from the first page to the list."""
        if self._busy:
            return
        if self._lesson is None or self._place == 0:
            self.start()
            return
        self._place -= 1
        self._render()

    def answer(self, choice: str) -> None:
        """Answer the question that is shown. The first answer stands: the explanation is seen then."""
        lesson = self._lesson
        if lesson is None or self._place < len(lesson.pages):
            return
        question = lesson.questions[self._place - len(lesson.pages)]
        if choice in question.choices:
            self._answers.setdefault(question.code, choice)
            self._render()

    def again(self) -> None:
        """Take the quiz once more."""
        if self._lesson is not None:
            self._place, self._answers = len(self._lesson.pages), {}
            self._render()

    # — work —

    def _best_read(self, best: Mapping[str, int]) -> None:
        self._best = best
        self._render()

    def _recorded(self, result: QuizResult) -> None:
        self._busy = False
        lesson = self._lesson
        if lesson is None or self._closed:
            return
        self._view.show_state(_result(lesson, result))

    def _failed(self, error: Exception) -> None:
        self._busy, self._error = False, words_of(error)
        self._render()

    # — showing —

    def _render(self) -> None:
        if self._closed:
            return
        lesson = self._lesson
        if lesson is None:
            self._view.show_state(self._list())
        elif self._place < len(lesson.pages):
            self._view.show_state(self._reading(lesson))
        else:
            self._view.show_state(self._question(lesson))

    def _list(self) -> ListState:
        return ListState(
            heading=_("Learning centre"),
            lead=_("Short lessons for a calm hour. What you learn here is yours alone and decides about nothing."),
            lessons=tuple(self._card(lesson) for lesson in LESSONS.values()),
            error=self._error,
        )

    def _card(self, lesson: Lesson) -> LessonCard:
        texts, best = lesson_text(lesson.code), self._best.get(lesson.code)
        chip, tone = _("Not begun"), "neutral"
        if best is not None:
            chip = _("Best: {right} of {total}").format(right=best, total=len(lesson.questions))
            tone = "ok" if best >= lesson.pass_mark else "warn"
        length = ngettext("{count} minute", "{count} minutes", _MINUTES).format(count=_MINUTES)
        questions = ngettext("{count} question", "{count} questions", len(lesson.questions))
        return LessonCard(
            lesson=lesson.code,
            title=texts.title,
            about=texts.about,
            length=_("{length}, {questions}").format(
                length=length, questions=questions.format(count=len(lesson.questions))
            ),
            chip=chip,
            tone=tone,
            action=_("Begin") if best is None else _("Read again"),
        )

    def _reading(self, lesson: Lesson) -> ReadingState:
        last = self._place == len(lesson.pages) - 1
        return ReadingState(
            lesson=lesson_text(lesson.code).title,
            step=_("Page {number} of {total}").format(number=self._place + 1, total=len(lesson.pages)),
            page=lesson_text(lesson.code).pages[lesson.pages[self._place]],
            back=_("Back") if self._place else _("All lessons"),
            forward=_("To the questions") if last else _("Next page"),
        )

    def _question(self, lesson: Lesson) -> QuestionState:
        texts = lesson_text(lesson.code)
        number = self._place - len(lesson.pages)
        question = lesson.questions[number]
        chosen = self._answers.get(question.code, "")
        correct = chosen == question.right
        verdict = ""
        if chosen:
            verdict = _("Right.") if correct else _("The safe answer: {answer}.")
            verdict = verdict.format(answer=texts.choices[question.right])
        last = number == len(lesson.questions) - 1
        return QuestionState(
            lesson=texts.title,
            step=_("Question {number} of {total}").format(number=number + 1, total=len(lesson.questions)),
            question=question.code,
            text=texts.questions[question.code],
            options=tuple(Option(choice, texts.choices[choice]) for choice in question.choices),
            chosen=chosen,
            correct=correct,
            verdict=verdict,
            why=texts.whys[question.why] if chosen else "",
            back=_("Back"),
            forward=_("See the result") if last else _("Next question"),
            busy=self._busy,
            error=self._error,
        )


def _result(lesson: Lesson, result: QuizResult) -> ResultState:
    texts = lesson_text(lesson.code)
    lead = (
        _("You know the habit that stops this fraud. Keep it.")
        if result.passed
        else _("Look at what was different, then take the questions once more. Nobody else sees this.")
    )
    return ResultState(
        lesson=texts.title,
        heading=_("{right} of {total} right").format(right=result.right, total=result.total),
        lead=lead,
        passed=result.passed,
        items=tuple(
            ResultItem(
                text=texts.questions[item.question],
                answer=texts.choices[item.right],
                correct=item.correct,
                mark=_("Right") if item.correct else _("The safe answer"),
                why=texts.whys[item.why],
            )
            for item in result.items
        ),
        again=_("Ask me again"),
        done=_("All lessons"),
    )
