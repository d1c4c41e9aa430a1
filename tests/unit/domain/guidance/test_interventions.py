"""Every answer has one effect, and the strictest answer decides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.guidance import (
    INTERVENTIONS,
    Effect,
    UnknownAnswerError,
    path_after,
    path_after_all,
)

every_answer = [(each.code, answer) for each in INTERVENTIONS.values() for answer in each.answers]
answers = st.fixed_dictionaries(
    {},
    optional={code: st.sampled_from([answer.code for answer in each.answers]) for code, each in INTERVENTIONS.items()},
)
STRICTER = [Effect.CONTINUE, Effect.CALL_BACK, Effect.STOP, Effect.FREEZE_OFFER]


def test_there_are_the_two_first_interventions() -> None:
    assert set(INTERVENTIONS) == {"invoice_redirection", "safe_account"}
    for code, each in INTERVENTIONS.items():
        assert each.code == code
        assert each.answers[0].effect is not Effect.CONTINUE
        assert {answer.effect for answer in each.answers} >= {Effect.CONTINUE, Effect.STOP}
        assert len({answer.code for answer in each.answers}) == len(each.answers)


@pytest.mark.parametrize(("intervention", "answer"), every_answer)
def test_paths(intervention: str, answer: object) -> None:
    code, effect = answer.code, answer.effect  # type: ignore[attr-defined]
    path = path_after(intervention, code)
    assert path.effect is effect
    assert path.may_continue == (effect is Effect.CONTINUE)
    assert path.needs_call_back == (effect is Effect.CALL_BACK)
    assert path.offers_freeze == (effect is Effect.FREEZE_OFFER)
    assert path.keeps_draft
    assert (path.hold_hours > 0) == (effect in {Effect.STOP, Effect.FREEZE_OFFER})
    assert path_after_all({intervention: code}) == path


@given(answers)
def test_the_strictest_answer_decides(given_answers: dict[str, str]) -> None:
    effects = [path_after(*item).effect for item in given_answers.items()]
    found = path_after_all(given_answers)
    assert found.effect == max(effects, key=STRICTER.index, default=Effect.CONTINUE)
    assert found.may_continue == all(effect is Effect.CONTINUE for effect in effects)


@pytest.mark.parametrize(("intervention", "answer"), [("none", "x"), ("safe_account", "x"), ("", "")])
def test_unknown_answers_are_refused(intervention: str, answer: str) -> None:
    with pytest.raises(UnknownAnswerError):
        path_after(intervention, answer)
    with pytest.raises(UnknownAnswerError):
        path_after_all({intervention: answer})
