"""After a restart, taking back, giving up, and two hands on one button."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import pytest

from countersign.application.flows.progress import PHASE_OF
from countersign.application.flows.submission import Phase
from countersign.application.ports.bank import AuthorisationState
from countersign.domain.canonical import Json
from countersign.domain.errors import ConnectorError, FailureKind
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.order_state import OrderState, TransactionStatus
from countersign.domain.secret import SecretText
from countersign.testing import fakes
from tests.unit.application.orders import SMS, Desk, freeze_workspace

# — after a restart —


def test_a_restart_before_anything_was_sent_shows_that(desk: Desk) -> None:
    desk.submission.resume()
    assert (desk.phase, desk.state) == (Phase.IDLE, OrderState.APPROVED)
    desk.to_password()


@pytest.mark.parametrize("declared", [True, False])
def test_a_restart_between_intent_and_reply(desk: Desk, declared: bool) -> None:
    desk.bank.never_executes_unauthorised = declared
    desk.unreachable("initiate")
    desk.submission.begin()
    desk.restart()
    desk.submission.resume()
    wanted = (Phase.ENDED, OrderState.ABANDONED) if declared else (Phase.UNKNOWN, OrderState.UNKNOWN)
    assert (desk.phase, desk.state) == wanted


def test_a_restart_between_unknown_and_given_up(desk: Desk) -> None:
    desk.unreachable("initiate")
    desk.submission.begin()
    body: dict[str, Json] = {"stage": "initiation", "reason": "restarted"}
    with desk.world.vault.transaction() as change:
        change.append(EventDraft(kinds.ORDER_OUTCOME_UNKNOWN, desk.order, body))
    desk.restart()
    desk.submission.resume()
    assert (desk.phase, desk.state) == (Phase.ENDED, OrderState.ABANDONED)


@pytest.mark.parametrize("executed", [True, False])
def test_a_restart_between_the_answer_and_its_reply(desk: Desk, executed: bool) -> None:
    desk.bank.settles_after = 99
    desk.to_code()
    record = desk.record
    body: dict[str, Json] = {"digest": record.digest, "authorisation_id": record.authorisation_id, "attempt": 1}
    with desk.world.vault.transaction() as change:
        change.append(EventDraft(kinds.ORDER_ANSWER_INTENDED, desk.order, body))
    if executed:
        desk.bank.execute()
        desk.bank.twist["authorisation"] = lambda found: replace(found, state=AuthorisationState.FINALISED)
    desk.restart()
    desk.submission.resume()
    wanted = (Phase.ACCEPTED, OrderState.ACCEPTED) if executed else (Phase.CONTINUE, OrderState.AUTHORISING)
    assert (desk.phase, desk.state) == wanted
    assert "answer" not in desk.bank.calls


def test_a_restart_while_the_bank_is_away_shows_that_nobody_knows(desk: Desk) -> None:
    desk.to_code()
    desk.bank.lost_replies.append("answer")
    desk.unreachable("authorisation")
    desk.unreachable("report")
    desk.answer()
    desk.restart()
    desk.unreachable("authorisation")
    desk.unreachable("report")
    desk.submission.resume()
    assert (desk.phase, desk.state, desk.error) == (Phase.UNKNOWN, OrderState.UNKNOWN, "bank.unreachable")


def test_a_restart_after_the_end_asks_nobody(desk: Desk) -> None:
    desk.bank.settles_after = 0
    desk.to_code()
    desk.answer()
    calls = len(desk.bank.calls)
    desk.restart()
    desk.submission.resume()
    assert (desk.phase, desk.state) == (Phase.ENDED, OrderState.SETTLED)
    assert len(desk.bank.calls) == calls


# — taking back —


def test_a_payment_is_taken_back_with_a_code_of_its_own(desk: Desk) -> None:
    desk.to_accepted()
    desk.submission.cancel()
    assert (desk.phase, desk.submission.progress.state) == (Phase.PASSWORD, OrderState.CANCELLING)
    desk.to_code()
    desk.answer("000000")
    assert (desk.phase, desk.submission.progress.state) == (Phase.CODE, OrderState.CANCELLING)
    desk.answer()
    assert (desk.phase, desk.state) == (Phase.ENDED, OrderState.CANCELLED)


def test_a_freeze_does_not_stop_taking_back(desk: Desk) -> None:
    desk.to_accepted()
    freeze_workspace(desk)
    desk.submission.cancel()
    desk.to_code()
    desk.answer()
    assert desk.state is OrderState.CANCELLED


def test_a_payment_is_taken_back_at_once_where_the_bank_wants_no_code(desk: Desk) -> None:
    desk.to_accepted()
    desk.bank.cancels_at_once = True
    desk.submission.cancel()
    assert (desk.phase, desk.state) == (Phase.ENDED, OrderState.CANCELLED)


@pytest.mark.parametrize("kind", [FailureKind.RETRYABLE, FailureKind.TERMINAL])
def test_a_refused_cancellation_leaves_the_payment_accepted(desk: Desk, kind: FailureKind) -> None:
    desk.to_accepted()
    desk.bank.fail("cancel", kind, "bank.cancellation_refused")
    desk.submission.cancel()
    assert (desk.phase, desk.state, desk.error) == (Phase.ACCEPTED, OrderState.ACCEPTED, "bank.cancellation_refused")


def test_a_cancellation_that_comes_too_late_shows_the_end(desk: Desk) -> None:
    desk.to_accepted()
    desk.bank.held["pay-1"].status = TransactionStatus.ACSC
    desk.submission.cancel()
    assert (desk.phase, desk.state) == (Phase.ENDED, OrderState.SETTLED)


@pytest.mark.parametrize("done", [True, False])
def test_a_lost_cancellation_is_asked_about(desk: Desk, done: bool) -> None:
    desk.to_accepted()
    desk.bank.cancels_at_once = True
    if done:
        desk.bank.lost_replies.append("cancel")
    else:
        desk.lose("cancel")
    desk.submission.cancel()
    wanted = (Phase.ENDED, OrderState.CANCELLED) if done else (Phase.UNKNOWN, OrderState.CANCELLING)
    assert (desk.phase, desk.state) == wanted
    assert "outcome_unknown" in desk.kinds()
    if not done:
        desk.submission.cancel()
        assert desk.state is OrderState.CANCELLED


def test_a_cancellation_whose_reply_is_about_something_else_is_noted(desk: Desk) -> None:
    desk.to_accepted()
    desk.lie("cancel", "payment_id")
    desk.submission.cancel()
    assert (desk.phase, desk.state) == (Phase.UNKNOWN, OrderState.CANCELLING)
    assert "reply_refused" in desk.kinds()


def test_a_cancellation_that_cannot_be_authorised_yet_is_not_known(desk: Desk) -> None:
    desk.to_accepted()
    desk.unreachable("start_authorisation")
    desk.submission.cancel()
    assert (desk.phase, desk.state, desk.error) == (Phase.UNKNOWN, OrderState.CANCELLING, "bank.unreachable")
    desk.restart()
    desk.submission.resume()
    assert (desk.phase, desk.state) == (Phase.UNKNOWN, OrderState.CANCELLING)


def test_what_is_not_accepted_cannot_be_taken_back(desk: Desk) -> None:
    desk.to_code()
    desk.submission.cancel()
    assert (desk.phase, desk.error) == (Phase.CODE, "order.illegal_move")
    assert "cancel" not in desk.bank.calls


def test_the_code_of_a_lost_cancellation_is_asked_about(desk: Desk) -> None:
    desk.to_accepted()
    desk.submission.cancel()
    desk.to_code()
    desk.bank.lost_replies.append("answer")
    desk.answer()
    assert (desk.phase, desk.state) == (Phase.ENDED, OrderState.CANCELLED)


# — giving up —


@pytest.mark.parametrize("act", ["to_password", "to_code"])
def test_what_nobody_authorised_can_be_given_up(desk: Desk, act: str) -> None:
    getattr(desk, act)()
    desk.submission.abandon("given_up")
    assert (desk.phase, desk.state) == (Phase.ENDED, OrderState.ABANDONED)
    assert desk.bank.executions == []


def test_what_was_answered_cannot_be_given_up(desk: Desk) -> None:
    desk.to_accepted()
    desk.submission.abandon("given_up")
    assert (desk.phase, desk.state, desk.error) == (Phase.ACCEPTED, OrderState.ACCEPTED, "order.may_be_executed")


# — two hands —


def test_pressing_twice_sends_once() -> None:
    tasks = fakes.ManualTasks()
    desk = Desk(tasks)
    desk.submission.begin()
    desk.submission.begin()
    desk.submission.reconcile()
    assert desk.submission.busy
    tasks.finish()
    desk.submission.authenticate(SecretText(fakes.PASSWORD))
    tasks.finish()
    desk.submission.choose(SMS)
    tasks.finish()
    for _ in range(3):
        desk.answer()
    tasks.finish()
    assert desk.sent.count("initiate") == desk.sent.count("answer") == 1
    assert len(desk.bank.executions) == 1


def test_every_state_has_a_phase() -> None:
    assert set(PHASE_OF) == set(OrderState)


def test_an_error_of_the_connector_is_told_with_its_facts(desk: Desk) -> None:
    desk.bank.failures["profile"] = deque([ConnectorError(FailureKind.RETRYABLE, "bank.server_error", status=503)])
    desk.submission.begin()
    assert desk.submission.progress.error_params == {"status": 503}
