"""The guided transfer: what each step needs, and which comes next."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from countersign.application.flows.transfer import (
    STEPS,
    Step,
    TransferDraft,
    held_until,
    missing,
    next_step,
    open_interventions,
    previous_step,
    with_payee,
)
from countersign.domain.canonical import NotCanonicalError, canonical_bytes
from countersign.domain.guidance import INTERVENTIONS, path_after
from countersign.domain.money import Money
from countersign.domain.payee import DetailsSource, NameCheck, PayeeKind, VopOutcome
from countersign.domain.risk import Assessment, Confidence, ConfidenceLevel, HardStop, Reason

ACCOUNT: Final = "DE28999700200532013000"
HOUR_MS: Final = 3_600_000


def checked(outcome: VopOutcome = VopOutcome.MATCH) -> NameCheck:
    return NameCheck(outcome, "Jürgen Groß", ACCOUNT, "", 1, "vop-1")


def draft(**changes: object) -> TransferDraft:
    full = TransferDraft(
        draft="aa" * 16,
        payee="bb" * 16,
        name="Jürgen Groß",
        account=ACCOUNT,
        source=DetailsSource.CONTRACT,
        check=checked(),
        amount=Money(600_000, "EUR"),
        debtor_account="LU209990012345678901",
        order="cc" * 16,
    )
    return replace(full, **changes)  # type: ignore[arg-type]  # the test names fields of a draft


def assessed(*, stops: bool = False, reasons: bool = False, interventions: tuple[str, ...] = ()) -> Assessment:
    return Assessment(
        score=0,
        stops=(HardStop("no_match"),) if stops else (),
        reasons=(Reason("first_payment", 10),) if reasons else (),
        confidence=Confidence(ConfidenceLevel.HIGH, 30),
        lowers=(),
        interventions=interventions,
        scorecard=1,
    )


def answer_that(*, continues: bool) -> tuple[str, str]:
    """Return an intervention and an answer to it that lets the transfer go on, or doesn't."""
    return next(
        (name, answer.code)
        for name, found in INTERVENTIONS.items()
        for answer in found.answers
        if path_after(name, answer.code).may_continue is continues
    )


@pytest.mark.parametrize(
    "saved",
    [
        TransferDraft("aa" * 16),
        draft(),
        draft(kind=PayeeKind.ESCROW, answers=dict([answer_that(continues=True)]), call_back=True, saved_at=5),
    ],
)
def test_a_draft_comes_back_as_it_was_saved(saved: TransferDraft) -> None:
    canonical_bytes(saved.canonical())
    assert TransferDraft.read(saved.canonical()) == saved


def test_a_draft_of_another_form_is_refused() -> None:
    with pytest.raises(NotCanonicalError):
        TransferDraft.read({**draft().canonical(), "more": 1})


def test_a_check_counts_for_the_name_and_account_that_were_asked() -> None:
    assert draft().checked
    assert not draft(name="Somebody Else").checked
    assert not draft(check=None).checked


@pytest.mark.parametrize("field", ["name", "account"])
def test_another_payee_voids_what_was_checked_and_answered(field: str) -> None:
    before = draft(call_back=True, answers={"safe_account": "no"})
    after = with_payee(before, **{field: "other"})
    assert (after.check, after.answers, after.call_back) == (None, {}, False)
    same = with_payee(before, agent="ISAPDEM2")
    assert (same.check, same.answers, same.call_back) == (before.check, before.answers, True)


@pytest.mark.parametrize(
    ("step", "changes", "lacking"),
    [
        (Step.PAYEE, {}, ()),
        (Step.PAYEE, {"name": "", "account": "", "source": None}, ("name", "account", "source")),
        (Step.NAME_CHECK, {}, ()),
        (Step.NAME_CHECK, {"check": None}, ("check",)),
        (Step.NAME_CHECK, {"check": checked(VopOutcome.NO_MATCH)}, ("no_match",)),
        (Step.NAME_CHECK, {"check": checked(VopOutcome.NOT_POSSIBLE)}, ("call_back",)),
        (Step.NAME_CHECK, {"check": checked(VopOutcome.NOT_POSSIBLE), "call_back": True}, ()),
        (Step.AMOUNT, {"amount": None, "debtor_account": ""}, ("amount", "debtor_account")),
        (Step.RISK, {}, ()),
        (Step.REVIEW, {"order": ""}, ("order",)),
        (Step.CONFIRM, {}, ()),
    ],
)
def test_a_step_names_what_it_lacks(step: Step, changes: dict[str, object], lacking: tuple[str, ...]) -> None:
    assert missing(draft(**changes), step) == lacking
    if lacking:
        assert next_step(draft(**changes), step, assessed()) is step


@pytest.mark.parametrize(
    ("step", "assessment", "following"),
    [
        (Step.PAYEE, None, Step.NAME_CHECK),
        (Step.NAME_CHECK, None, Step.AMOUNT),
        (Step.AMOUNT, None, Step.RISK),
        (Step.AMOUNT, assessed(), Step.REVIEW),
        (Step.AMOUNT, assessed(reasons=True), Step.RISK),
        (Step.AMOUNT, assessed(stops=True), Step.RISK),
        (Step.RISK, None, Step.RISK),
        (Step.RISK, assessed(stops=True), Step.RISK),
        (Step.RISK, assessed(interventions=("safe_account",)), Step.RISK),
        (Step.RISK, assessed(reasons=True), Step.REVIEW),
        (Step.REVIEW, assessed(), Step.CONFIRM),
        (Step.CONFIRM, assessed(), Step.CONFIRM),
    ],
)
def test_the_next_step(step: Step, assessment: Assessment | None, following: Step) -> None:
    assert next_step(draft(), step, assessment) is following


@pytest.mark.parametrize("continues", [True, False])
def test_an_intervention_is_open_until_its_answer_lets_the_transfer_go_on(continues: bool) -> None:
    name, answer = answer_that(continues=continues)
    assessment = assessed(interventions=(name,))
    assert open_interventions(draft(), assessment) == (name,)
    assert open_interventions(draft(answers={name: answer}), assessment) == (() if continues else (name,))


def test_an_answer_may_hold_the_draft() -> None:
    holding = {
        name: answer.code
        for name, found in INTERVENTIONS.items()
        for answer in found.answers
        if path_after(name, answer.code).hold_hours
    }
    assert held_until(draft(saved_at=7)) == 0
    name, answer = next(iter(holding.items()))
    hours = path_after(name, answer).hold_hours
    assert held_until(draft(answers={name: answer}, saved_at=7)) == 7 + hours * HOUR_MS


def test_going_back_leaves_out_a_risk_check_that_had_nothing_to_say() -> None:
    assert previous_step(Step.REVIEW, assessed()) is Step.AMOUNT
    assert previous_step(Step.REVIEW, assessed(reasons=True)) is Step.RISK
    assert previous_step(Step.REVIEW, None) is Step.RISK
    assert previous_step(Step.PAYEE, None) is Step.PAYEE
    assert [previous_step(step, assessed(stops=True)) for step in STEPS[1:]] == list(STEPS[:-1])
