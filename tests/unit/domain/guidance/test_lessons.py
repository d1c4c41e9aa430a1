"""A quiz is marked, and says why."""

from __future__ import annotations

import pytest

from countersign.domain.guidance import LESSONS, QuizItem, UnknownLessonError, score_quiz

LESSON = LESSONS["invoice_redirection"]
RIGHT = {question.code: question.right for question in LESSON.questions}


@pytest.mark.parametrize("lesson", LESSONS.values())
def test_lessons_are_whole(lesson: object) -> None:
    assert lesson in LESSONS.values()
    assert len(LESSON.questions) == 5
    assert LESSON.pages
    assert 0 < LESSON.pass_mark <= len(LESSON.questions)
    for question in LESSON.questions:
        assert question.choices.count(question.right) == 1
        assert len(set(question.choices)) >= 3
        assert question.why
    places = {question.choices.index(question.right) for question in LESSON.questions}
    assert len(places) > 1, "the right choice must not always stand in one place"


@pytest.mark.parametrize(("left_open", "right", "passed"), [(0, 5, True), (1, 4, True), (2, 3, False), (5, 0, False)])
def test_marks(left_open: int, right: int, passed: bool) -> None:
    result = score_quiz(LESSON.code, dict(list(RIGHT.items())[left_open:]))
    assert (result.right, result.total, result.passed) == (right, 5, passed)


def test_a_wrong_choice_is_told_with_its_reason() -> None:
    question = LESSON.questions[0]
    result = score_quiz(LESSON.code, RIGHT | {question.code: question.choices[0]})
    assert result.right == 4
    assert result.items[0] == QuizItem(question.code, question.choices[0], question.right, False, question.why)


@pytest.mark.parametrize(
    ("lesson", "answers"),
    [("none", {}), (LESSON.code, {"none": "x"}), (LESSON.code, {LESSON.questions[0].code: "x"})],
)
def test_unknown_codes_are_refused(lesson: str, answers: dict[str, str]) -> None:
    with pytest.raises(UnknownLessonError):
        score_quiz(lesson, answers)
