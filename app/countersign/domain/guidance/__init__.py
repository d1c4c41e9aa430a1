"""Guide a person through danger: which question is asked, what its answer changes, what is learnt."""

from __future__ import annotations

from countersign.domain.guidance.interventions import (
    INTERVENTIONS,
    Answer,
    Effect,
    Intervention,
    PathChange,
    UnknownAnswerError,
    path_after,
    path_after_all,
)
from countersign.domain.guidance.lessons import (
    LESSONS,
    Lesson,
    QuizItem,
    QuizQuestion,
    QuizResult,
    UnknownLessonError,
    score_quiz,
)

__all__ = [
    "INTERVENTIONS",
    "LESSONS",
    "Answer",
    "Effect",
    "Intervention",
    "Lesson",
    "PathChange",
    "QuizItem",
    "QuizQuestion",
    "QuizResult",
    "UnknownAnswerError",
    "UnknownLessonError",
    "path_after",
    "path_after_all",
    "score_quiz",
]
