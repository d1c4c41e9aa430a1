"""The learning centre: from the list through pages and questions to a result in the private chain."""

from __future__ import annotations

import pytest

from countersign.application.use_cases.finish_lesson import finish_lesson
from countersign.domain.guidance import LESSONS
from countersign.domain.guidance.lessons import UnknownLessonError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain
from countersign.presentation.learning import (
    LearningPresenter,
    LearningState,
    ListState,
    QuestionState,
    ReadingState,
    ResultState,
)
from countersign.presentation.lesson_texts import lesson_text
from countersign.testing import fakes
from tests.unit.presentation.recorded import Seen, Went

LESSON = "invoice_redirection"


@pytest.fixture
def world() -> fakes.World:
    return fakes.make_world()


@pytest.fixture
def view() -> Seen[LearningState]:
    return Seen()


@pytest.fixture
def presenter(world: fakes.World, view: Seen[LearningState]) -> LearningPresenter:
    made = LearningPresenter(world.session, view, Went())
    made.start()
    return made


def take_quiz(presenter: LearningPresenter, view: Seen[LearningState], wrong: int = 0) -> None:
    """Answer all questions, the first ``wrong`` of them wrongly."""
    for number, question in enumerate(LESSONS[LESSON].questions):
        assert isinstance(view.now, QuestionState)
        other = next(choice for choice in question.choices if choice != question.right)
        presenter.answer(other if number < wrong else question.right)
        presenter.forward()


def read_all(presenter: LearningPresenter) -> None:
    presenter.open_lesson(LESSON)
    for _ in LESSONS[LESSON].pages:
        presenter.forward()


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.code)
def test_every_page_question_and_answer_has_its_words(lesson: object) -> None:
    known = LESSONS[LESSON]
    texts = lesson_text(known.code)
    assert set(texts.pages) == set(known.pages)
    assert set(texts.questions) == {question.code for question in known.questions}
    assert set(texts.choices) == {choice for question in known.questions for choice in question.choices}
    assert set(texts.whys) == {question.why for question in known.questions}


def test_a_lesson_is_read_in_three_minutes() -> None:
    texts = lesson_text(LESSON)
    words = sum(
        len(part.split()) for page in texts.pages.values() for part in (page.heading, *page.paragraphs, *page.points)
    )
    assert words < 3 * 200


def test_a_passed_quiz_is_recorded_privately_and_shown(
    world: fakes.World, presenter: LearningPresenter, view: Seen[LearningState]
) -> None:
    read_all(presenter)
    take_quiz(presenter, view, wrong=1)
    result = view.now
    assert isinstance(result, ResultState)
    assert result.heading == "4 of 5 right"
    assert result.passed
    assert [item.correct for item in result.items] == [False, True, True, True, True]
    assert [event.kind for event in world.vault.events(Chain.PRIVATE)] == [kinds.LESSON_FINISHED]
    presenter.start()
    assert isinstance(view.now, ListState)
    assert view.now.lessons[0].chip == "Best: 4 of 5"
    assert view.now.lessons[0].tone == "ok"


def test_the_best_result_stays(world: fakes.World, presenter: LearningPresenter, view: Seen[LearningState]) -> None:
    read_all(presenter)
    take_quiz(presenter, view)
    presenter.again()
    take_quiz(presenter, view, wrong=5)
    assert isinstance(view.now, ResultState)
    assert not view.now.passed
    assert world.reader.lessons_finished() == {LESSON: 5}


def test_the_first_answer_stands_and_the_reason_is_told(
    presenter: LearningPresenter, view: Seen[LearningState]
) -> None:
    read_all(presenter)
    presenter.forward()
    assert isinstance(view.now, QuestionState)
    assert view.now.step == "Question 1 of 5"
    assert view.now.why == ""
    presenter.answer("reply_and_ask")
    presenter.answer("call_known_number")
    presenter.answer("no_such_choice")
    assert isinstance(view.now, QuestionState)
    assert (view.now.chosen, view.now.correct) == ("reply_and_ask", False)
    assert view.now.verdict == "The safe answer: Call them on a number I had before."
    assert view.now.why


def test_back_leads_to_the_list(presenter: LearningPresenter, view: Seen[LearningState]) -> None:
    presenter.open_lesson(LESSON)
    presenter.forward()
    presenter.answer("call_known_number")
    reading = view.now
    assert isinstance(reading, ReadingState)
    assert reading.step == "Page 2 of 5"
    presenter.back()
    presenter.back()
    assert type(view.now) is ListState


def test_a_result_that_cannot_be_kept_says_so(
    world: fakes.World, presenter: LearningPresenter, view: Seen[LearningState]
) -> None:
    read_all(presenter)
    world.vault.may_sign = False
    take_quiz(presenter, view)
    assert isinstance(view.now, QuestionState)
    assert view.now.error
    assert not view.now.busy


def test_an_unknown_lesson_is_refused(world: fakes.World) -> None:
    with pytest.raises(UnknownLessonError):
        finish_lesson(world.vault, world.entropy, "other", {})
