"""Lessons: pages to read and a quiz that says why. Codes only: presenters have the words."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class QuizQuestion:
    """One question with one right choice.

    Attributes:
        code: the question.
        choices: in the order they are shown.
        right: one of the choices.
        why: code of the explanation, shown whatever was chosen.
    """

    code: str
    choices: tuple[str, ...]
    right: str
    why: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson of about three minutes.

    Attributes:
        code: which.
        pages: codes of what is read, in order.
        questions: its quiz.
        pass_mark: right answers that finish it.
    """

    code: str
    pages: tuple[str, ...]
    questions: tuple[QuizQuestion, ...]
    pass_mark: int


@dataclass(frozen=True, slots=True)
class QuizItem:
    """How one question went; `chosen` is "" where it was left open."""

    question: str
    chosen: str
    right: str
    correct: bool
    why: str


@dataclass(frozen=True, slots=True)
class QuizResult:
    """How a quiz went."""

    right: int
    total: int
    passed: bool
    items: tuple[QuizItem, ...]


class UnknownLessonError(ValueError):
    """Say that a lesson, a question or a choice doesn't exist."""


LESSONS: Final[Mapping[str, Lesson]] = MappingProxyType(
    {
        each.code: each
        for each in (
            Lesson(
                "invoice_redirection",
                ("how_it_starts", "what_you_see", "why_it_works", "the_one_habit", "if_it_happened"),
                (
                    QuizQuestion(
                        "supplier_writes_new_account",
                        ("pay_the_new_account", "reply_and_ask", "call_known_number"),
                        "call_known_number",
                        "the_mailbox_may_be_theirs",
                    ),
                    QuizQuestion(
                        "number_in_the_signature",
                        ("call_it_at_once", "use_number_from_contract", "ask_for_another_number"),
                        "use_number_from_contract",
                        "forgers_answer_their_own_phone",
                    ),
                    QuizQuestion(
                        "bank_says_names_match",
                        ("safe_to_pay", "still_call_back", "pay_half_first"),
                        "still_call_back",
                        "a_match_names_the_holder_only",
                    ),
                    QuizQuestion(
                        "pay_today_or_lose_it",
                        ("pay_now", "pay_a_part", "wait_and_check"),
                        "wait_and_check",
                        "hurry_is_the_tool",
                    ),
                    QuizQuestion(
                        "you_already_paid",
                        ("wait_for_an_answer", "call_your_bank_now", "write_to_the_payee"),
                        "call_your_bank_now",
                        "the_first_hours_count",
                    ),
                ),
                pass_mark=4,
            ),
        )
    },
)
"""Every lesson, by its code."""


def score_quiz(lesson: str, answers: Mapping[str, str]) -> QuizResult:
    """Mark a quiz.

    Args:
        lesson: code of the lesson.
        answers: question to choice; a question may be left out, and then counts as not right.

    Raises:
        UnknownLessonError: there is no such lesson, question or choice.
    """
    known = LESSONS.get(lesson)
    if known is None:
        raise UnknownLessonError(f"{lesson!a}")
    choices = {question.code: question.choices for question in known.questions}
    for question, chosen in answers.items():
        if chosen not in choices.get(question, ()):
            raise UnknownLessonError(f"{question!a} {chosen!a}")
    items = tuple(
        QuizItem(each.code, answers.get(each.code, ""), each.right, answers.get(each.code) == each.right, each.why)
        for each in known.questions
    )
    right = sum(item.correct for item in items)
    return QuizResult(right, len(items), right >= known.pass_mark, items)
