"""The question that breaks a scam's script, and what each answer does to the path.

One scenario, one question, the safe action as the primary button. A person who is being coached
has answers prepared for "are you sure?"; a question about what happened they answer truthfully
more often. Codes only: presenters have the words.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Effect(StrEnum):
    """What an answer leads to."""

    CONTINUE = "continue"
    CALL_BACK = "call_back"
    STOP = "stop"
    FREEZE_OFFER = "freeze_offer"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer a person can give."""

    code: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class Intervention:
    """A page that interrupts a transfer.

    Attributes:
        code: which scam it is about.
        question: code of its one question.
        answers: in the order they are shown; the one that goes on is never the first.
        safe_action: code of the primary button.
    """

    code: str
    question: str
    answers: tuple[Answer, ...]
    safe_action: str


@dataclass(frozen=True, slots=True)
class PathChange:
    """How the transfer goes on after an answer.

    Attributes:
        effect: what the answer leads to.
        may_continue: the next step may be shown.
        needs_call_back: only once the payee was called on a number the person already had.
        keeps_draft: the draft stays, so that nothing has to be typed again.
        offers_freeze: freezing this workspace is offered at once.
        hold_hours: how long this order waits before it may be confirmed.
    """

    effect: Effect
    may_continue: bool
    needs_call_back: bool
    keeps_draft: bool
    offers_freeze: bool
    hold_hours: int


class UnknownAnswerError(ValueError):
    """Say that an intervention or an answer to it doesn't exist."""


_PATHS: Final[Mapping[Effect, PathChange]] = MappingProxyType(
    {
        Effect.CONTINUE: PathChange(
            Effect.CONTINUE,
            may_continue=True,
            needs_call_back=False,
            keeps_draft=True,
            offers_freeze=False,
            hold_hours=0,
        ),
        Effect.CALL_BACK: PathChange(
            Effect.CALL_BACK,
            may_continue=False,
            needs_call_back=True,
            keeps_draft=True,
            offers_freeze=False,
            hold_hours=0,
        ),
        Effect.STOP: PathChange(
            Effect.STOP,
            may_continue=False,
            needs_call_back=False,
            keeps_draft=True,
            offers_freeze=False,
            hold_hours=24,
        ),
        Effect.FREEZE_OFFER: PathChange(
            Effect.FREEZE_OFFER,
            may_continue=False,
            needs_call_back=False,
            keeps_draft=True,
            offers_freeze=True,
            hold_hours=24,
        ),
    },
)
_STRICTNESS: Final = tuple(_PATHS)

INTERVENTIONS: Final[Mapping[str, Intervention]] = MappingProxyType(
    {
        each.code: each
        for each in (
            Intervention(
                "invoice_redirection",
                "how_were_the_details_confirmed",
                (
                    Answer("not_confirmed", Effect.CALL_BACK),
                    Answer("they_wrote_it", Effect.CALL_BACK),
                    Answer("called_number_from_the_message", Effect.CALL_BACK),
                    Answer("called_known_number", Effect.CONTINUE),
                    Answer("in_person", Effect.CONTINUE),
                    Answer("pressed_to_hurry", Effect.STOP),
                ),
                "stop_and_call",
            ),
            Intervention(
                "safe_account",
                "who_asked_you_to_move_the_money",
                (
                    Answer("bank_or_police_called", Effect.FREEZE_OFFER),
                    Answer("someone_is_on_the_phone", Effect.FREEZE_OFFER),
                    Answer("told_to_keep_it_secret", Effect.FREEZE_OFFER),
                    Answer("someone_met_online", Effect.STOP),
                    Answer("nobody_my_own_decision", Effect.CONTINUE),
                    Answer("someone_met_in_person", Effect.CONTINUE),
                ),
                "hang_up_and_freeze",
            ),
        )
    },
)
"""Every intervention, by the code that `risk.Assessment.interventions` gives."""


def path_after(intervention: str, answer: str) -> PathChange:
    """Return what an answer does to the path.

    Raises:
        UnknownAnswerError: there is no such intervention, or no such answer to it.
    """
    known = INTERVENTIONS.get(intervention)
    effect = next((each.effect for each in known.answers if each.code == answer), None) if known else None
    if effect is None:
        raise UnknownAnswerError(f"{intervention!a} {answer!a}")
    return _PATHS[effect]


def path_after_all(answers: Mapping[str, str]) -> PathChange:
    """Return what several answers do together: the strictest counts.

    Args:
        answers: intervention to answer; empty lets the transfer go on.

    Raises:
        UnknownAnswerError: as `path_after`.
    """
    paths = [path_after(intervention, answer) for intervention, answer in answers.items()]
    return max(paths, key=lambda path: _STRICTNESS.index(path.effect), default=_PATHS[Effect.CONTINUE])
