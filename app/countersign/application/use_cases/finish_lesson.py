"""Mark a lesson's quiz and keep the result: in the person's own chain, since it feeds nobody's decision about them."""

from __future__ import annotations

from collections.abc import Mapping

from countersign.application.ports.clock import Entropy, new_identifier
from countersign.application.ports.vault import Vault
from countersign.domain.canonical import Json
from countersign.domain.guidance import QuizResult, score_quiz
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain, EventDraft


def finish_lesson(vault: Vault, entropy: Entropy, lesson: str, answers: Mapping[str, str]) -> QuizResult:
    """Record how a quiz went, and return it. VAULT lane.

    Raises:
        UnknownLessonError: There is no such lesson, question or choice.
    """
    result = score_quiz(lesson, answers)
    body: dict[str, Json] = {"lesson": lesson, "score": result.right}
    with vault.transaction() as change:
        change.append(EventDraft(kinds.LESSON_FINISHED, new_identifier(entropy), body, chain=Chain.PRIVATE))
    return result
