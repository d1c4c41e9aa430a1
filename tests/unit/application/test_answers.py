"""The code, the commit point: what is on record and on screen after each way in which it can end."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from countersign.application.flows.submission import Phase
from countersign.application.ports.bank import AuthorisationState
from countersign.domain.errors import FailureKind, SecurityError, UserFacingError
from countersign.domain.order_state import OrderState, TransactionStatus
from countersign.domain.secret import SecretText
from countersign.testing import fakes
from tests.unit.application.orders import Desk, freeze_workspace

# — the answer —


def test_a_wrong_code_can_be_typed_again(desk: Desk) -> None:
    desk.to_code()
    desk.answer("000000")
    assert (desk.phase, desk.error) == (Phase.CODE, "bank.code_refused")
    assert desk.submission.progress.error_params["attempts_left"] == 4
    assert desk.submission.progress.challenge is not None
    desk.answer()
    assert desk.phase is Phase.ACCEPTED
    assert desk.kinds().count("answer_intended") == 2
    assert len(desk.bank.executions) == 1


def test_a_code_that_did_not_go_out_can_be_sent_again(desk: Desk) -> None:
    desk.to_code()
    desk.unreachable("answer")
    desk.answer()
    assert (desk.phase, desk.state, desk.error) == (Phase.CODE, OrderState.AUTHORISING, "bank.unreachable")
    desk.answer()
    assert desk.phase is Phase.ACCEPTED


def test_too_many_wrong_codes_end_the_authorisation_and_not_the_payment(desk: Desk) -> None:
    desk.bank.max_failures = 1
    desk.to_code()
    desk.answer("000000")
    assert (desk.phase, desk.state) == (Phase.CONTINUE, OrderState.AUTHORISING)
    desk.submission.go_on()
    desk.to_code()
    desk.answer()
    assert len(desk.bank.executions) == 1


def test_a_lost_answer_is_asked_about_and_never_sent_again(desk: Desk) -> None:
    desk.to_code()
    desk.bank.lost_replies.append("answer")
    desk.answer()
    assert (desk.phase, desk.state) == (Phase.ACCEPTED, OrderState.ACCEPTED)
    assert desk.sent.count("answer") == 1
    assert len(desk.bank.executions) == 1


def test_an_answer_that_never_arrived_leaves_the_payment_open(desk: Desk) -> None:
    desk.to_code()
    desk.lose("answer")
    desk.answer()
    assert (desk.phase, desk.state) == (Phase.CONTINUE, OrderState.AUTHORISING)
    desk.submission.abandon("given_up")
    assert desk.error == "order.may_be_executed"
    desk.submission.go_on()
    desk.to_code()
    desk.answer()
    assert len(desk.bank.executions) == 1


def test_an_answer_that_arrives_late_executes_once_and_is_seen(desk: Desk) -> None:
    desk.bank.settles_after = 99
    desk.to_code()
    desk.lose("answer")
    desk.answer()
    assert desk.phase is Phase.CONTINUE
    desk.bank.execute()
    desk.submission.reconcile()
    assert (desk.phase, desk.state) == (Phase.ACCEPTED, OrderState.ACCEPTED)


def test_a_lost_answer_whose_authorisation_failed_leaves_the_payment_open(desk: Desk) -> None:
    desk.to_code()
    desk.bank.twist["authorisation"] = lambda found: replace(found, state=AuthorisationState.FAILED)
    desk.lose("answer")
    desk.answer()
    assert (desk.phase, desk.record.reason) == (Phase.CONTINUE, "failed")


def test_an_answer_after_which_the_bank_wants_another_step_is_asked_about(desk: Desk) -> None:
    desk.to_code()
    desk.bank.twist["answer"] = lambda found: replace(found, state=AuthorisationState.OPEN)
    desk.answer()
    assert (desk.phase, desk.state) == (Phase.ACCEPTED, OrderState.ACCEPTED)
    assert "outcome_unknown" in desk.kinds()


def test_a_refusal_that_is_not_about_the_code_is_asked_about(desk: Desk) -> None:
    desk.to_code()
    desk.refuse("answer", "bank.tpp.status_invalid")
    desk.answer()
    assert (desk.phase, desk.state) == (Phase.CONTINUE, OrderState.AUTHORISING)


def test_an_answer_about_something_else_is_noted_and_asked_about(desk: Desk) -> None:
    desk.to_code()
    desk.lie("answer", "authorisation_id")
    desk.unreachable("authorisation")
    desk.answer()
    assert (desk.phase, desk.state, desk.error) == (Phase.UNKNOWN, OrderState.UNKNOWN, "bank.unreachable")
    assert {"reply_refused", "outcome_unknown"} <= set(desk.kinds())


def test_a_code_for_another_content_is_not_sent(desk: Desk) -> None:
    desk.to_code()
    other = replace(desk.payment, creditor_account=fakes.STRANGER_ACCOUNT)
    desk.submission.answer(SecretText(fakes.CODE), other, desk.digest)
    assert (desk.phase, desk.error) == (Phase.CODE, "binding.otp")
    desk.submission.answer(SecretText(fakes.CODE), desk.payment, "00" * 32)
    assert (desk.phase, desk.error) == (Phase.CODE, "binding.otp")
    desk.submission._authorisation = "another"  # noqa: SLF001 - as if a step's reply had been mixed up
    desk.answer()
    assert (desk.phase, desk.error) == (Phase.CODE, "binding.otp")
    assert "answer" not in desk.bank.calls


def test_a_freeze_between_two_steps_holds_the_code_back(desk: Desk) -> None:
    desk.to_code()
    freeze_workspace(desk)
    desk.answer()
    assert (desk.phase, desk.error) == (Phase.CODE, "intent.frozen")
    assert "answer" not in desk.bank.calls


def test_a_step_that_fails_inside_after_the_intent_shows_that_nobody_knows(desk: Desk) -> None:
    desk.to_code()
    desk.bank.failures["answer"] = deque([SecurityError("bank.step_not_offered")])
    desk.answer()
    assert (desk.phase, desk.state) == (Phase.UNKNOWN, OrderState.ANSWERING)
    desk.submission.reconcile()
    assert (desk.phase, desk.state) == (Phase.CONTINUE, OrderState.AUTHORISING)


def test_a_record_that_fails_after_the_answer_shows_that_nobody_knows(desk: Desk) -> None:
    desk.to_code()
    commits = desk.world.vault.commits

    def full() -> None:
        if desk.world.vault.commits > commits:
            raise UserFacingError("vault.disk_full")

    desk.world.vault.before_commit = full
    desk.answer()
    assert (desk.phase, desk.state, desk.error) == (Phase.UNKNOWN, OrderState.ANSWERING, "vault.disk_full")
    desk.world.vault.before_commit = lambda: None
    desk.submission.reconcile()
    assert (desk.phase, desk.state) == (Phase.ACCEPTED, OrderState.ACCEPTED)
    assert len(desk.bank.executions) == 1


# — asking —


def test_an_authorisation_that_is_gone_proves_nothing_and_the_status_is_asked(desk: Desk) -> None:
    desk.bank.settles_after = 99
    desk.to_code()
    desk.bank.lost_replies.append("answer")
    desk.bank.fail("authorisation", FailureKind.RETRYABLE, "bank.not_found_proves_nothing")
    desk.answer()
    assert (desk.phase, desk.state) == (Phase.ACCEPTED, OrderState.ACCEPTED)


def test_where_neither_says_anything_it_stays_unknown(desk: Desk) -> None:
    desk.to_code()
    desk.lose("answer")
    desk.bank.fail("authorisation", FailureKind.RETRYABLE, "bank.not_found_proves_nothing")
    desk.answer()
    assert (desk.phase, desk.state) == (Phase.UNKNOWN, OrderState.UNKNOWN)
    assert desk.error == "bank.not_found_proves_nothing"


def test_a_status_about_another_payment_is_refused(desk: Desk) -> None:
    desk.to_accepted()
    desk.lie("report")
    desk.submission.reconcile()
    assert (desk.phase, desk.error) == (Phase.UNKNOWN, "binding.reply")
    desk.bank.settles_after = 0
    desk.submission.reconcile()
    assert desk.phase is Phase.ENDED


def test_a_contradiction_after_the_end_does_not_reopen_the_order(desk: Desk) -> None:
    desk.to_accepted()
    desk.bank.held["pay-1"].status = TransactionStatus.RJCT
    desk.submission.reconcile()
    assert (desk.phase, desk.state) == (Phase.ENDED, OrderState.REJECTED)
