"""Giving a payment up: the bank is asked to let go of it, so that its own app can't ask about it any more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.flows.progress import Phase
from countersign.application.ports.bank import Authorisation, AuthorisationState, CancellationStart
from countersign.domain.canonical import Json
from countersign.domain.errors import FailureKind
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.order_state import OrderState, TransactionStatus
from countersign.domain.payment import PaymentProduct
from countersign.domain.secret import SecretText
from countersign.testing import fakes
from tests.unit.application.app_scenes import KilledError, One
from tests.unit.application.orders import Desk, OddBank

S = OrderState


@pytest.fixture
def desk() -> Desk:
    """An order that the bank holds and nobody has authorised."""
    desk = Desk()
    desk.bank.cancels_at_once = True
    desk.to_password()
    desk.bank.calls.clear()
    return desk


def give_up(desk: Desk) -> None:
    desk.submission.abandon("given_up")


def test_a_payment_that_is_given_up_is_gone_at_the_bank_too(desk: Desk) -> None:
    give_up(desk)
    assert (desk.phase, desk.state, desk.error) == (Phase.ENDED, S.CANCELLED, "")
    assert desk.bank.held["pay-1"].status is TransactionStatus.CANC
    assert desk.record.status is TransactionStatus.CANC  # the bank's word, on record
    assert desk.sent == ("cancel",)
    assert desk.kinds()[-2:] == ("call_off_intended", "status_changed")


def test_so_is_one_that_was_killed_as_the_password_was_sent() -> None:
    """The bank's app asks upon the password, and the bank says no more of it than that it is open."""
    one = One()
    one.bank.cancels_at_once = True
    one.begin()

    def die(_found: Authorisation) -> Authorisation:
        raise KilledError

    one.bank.twist["authenticate"] = die
    with pytest.raises(KilledError):
        one.run.authenticate(SecretText(fakes.PASSWORD))
    one.restart()
    one.desk.submission.resume()
    assert (one.desk.state, one.desk.record.abandonable) == (S.AUTHORISING, True)
    give_up(one.desk)
    assert one.desk.state is S.CANCELLED


def test_one_that_the_app_has_decided_meanwhile_is_not_called_off(desk: Desk) -> None:
    desk.bank.opened["auth-1"].state = AuthorisationState.FINALISED
    desk.bank.sign("pay-1", "")
    desk.bank.held["pay-1"].status = TransactionStatus.ACSC
    give_up(desk)
    assert desk.state is S.SETTLED
    assert desk.bank.executions == [desk.payment.end_to_end_id]


@pytest.mark.parametrize("how", ["wants a code", "refuses"])
def test_a_bank_that_does_not_call_off_is_asked_whether_its_app_asks(desk: Desk, how: str) -> None:
    desk.bank.cancels_at_once = False
    if how == "refuses":
        desk.refuse("cancel", "bank.cancellation_refused")
    give_up(desk)
    assert (desk.phase, desk.state, desk.error) == (Phase.ENDED, S.ABANDONED, "")
    assert desk.sent == ("cancel",)  # no code is asked for
    assert "authorisation" in desk.bank.calls


def test_a_bank_that_calls_off_and_says_otherwise_is_asked_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    real = fakes.ScriptedBank.cancel

    def claim(bank: OddBank, payment_id: str, product: PaymentProduct, request_id: str) -> CancellationStart:
        return replace(real(bank, payment_id, product, request_id), done=True, handle="")

    monkeypatch.setattr(OddBank, "cancel", claim)
    give_up(desk)
    assert desk.state is S.ABANDONED
    assert [call for call in desk.bank.calls if call != "profile"] == ["cancel", "report", "authorisation"]


def test_a_bank_that_can_not_be_reached_leaves_the_payment_as_it_is(desk: Desk) -> None:
    desk.unreachable("cancel")
    give_up(desk)
    assert (desk.state, desk.error) == (S.AUTHORISING, "bank.unreachable")
    give_up(desk)
    assert desk.state is S.CANCELLED


def test_a_lost_reply_leaves_the_bank_to_be_asked(desk: Desk) -> None:
    desk.bank.lost_replies.append("cancel")
    give_up(desk)
    assert (desk.phase, desk.state, desk.error) == (Phase.ENDED, S.CANCELLED, "")


def test_a_reply_that_nobody_can_read_does_not_keep_a_payment_for_ever(desk: Desk) -> None:
    desk.bank.cancels_at_once = False
    desk.lose("cancel", "bank.reply_unreadable")
    give_up(desk)
    assert (desk.phase, desk.state) == (Phase.ENDED, S.ABANDONED)


@pytest.mark.parametrize("done", [True, False])
def test_a_bank_that_knows_it_no_more_is_believed_only_where_it_let_go(desk: Desk, *, done: bool) -> None:
    desk.bank.cancels_at_once = done
    if not done:
        desk.refuse("cancel", "bank.tpp.resource_unknown")
    for call in ("report", "authorisation", "authorisations"):
        desk.bank.fail(call, FailureKind.RETRYABLE, "bank.not_found_proves_nothing")
    give_up(desk)
    assert desk.state is (S.CANCELLED if done else S.AUTHORISING)
    assert desk.error == ("" if done else "bank.not_found_proves_nothing")


@pytest.mark.parametrize("done", [True, False])
def test_where_the_status_can_not_be_asked_what_the_bank_answered_counts(desk: Desk, *, done: bool) -> None:
    desk.bank.cancels_at_once = done
    desk.unreachable("report")
    give_up(desk)
    assert (desk.state, desk.error) == ((S.CANCELLED, "") if done else (S.AUTHORISING, "bank.unreachable"))


def test_what_somebody_has_signed_is_not_given_up(desk: Desk) -> None:
    desk.bank.cancels_at_once = False
    desk.bank.signatures = 2
    desk.bank.sign("pay-1", "Somebody")  # in the bank's own portal
    give_up(desk)
    assert (desk.record.status, desk.error) == (TransactionStatus.PATC, "order.may_be_executed")
    assert not desk.record.final
    desk.bank.held["pay-1"].status = TransactionStatus.PDNG  # the other one has signed, and the bank looks at it
    give_up(desk)
    assert (desk.record.status, desk.error) == (TransactionStatus.PDNG, "order.may_be_executed")
    desk.bank.cancels_at_once = True
    give_up(desk)
    assert desk.state is S.CANCELLED


@pytest.mark.parametrize("call", ["cancel", "report", "authorisation"])
def test_a_reply_about_another_payment_stops(desk: Desk, call: str) -> None:
    desk.bank.cancels_at_once = False
    desk.lie(call)
    give_up(desk)
    assert (desk.phase, desk.state, desk.error) == (Phase.UNKNOWN, S.AUTHORISING, "binding.reply")
    assert desk.kinds()[-1] == "reply_refused"


def test_a_copy_that_may_not_sign_asks_for_nothing(desk: Desk) -> None:
    desk.world.vault.may_sign = False
    give_up(desk)
    assert (desk.error, desk.sent) == ("vault.read_only", ())


def test_what_has_ended_or_was_accepted_meanwhile_is_not_called_off(desk: Desk) -> None:
    with desk.world.vault.transaction() as change:
        body: dict[str, Json] = {"transaction_status": "ACTC", "payment_id": "pay-1", "reason": "", "authorised": True}
        change.append(EventDraft(kinds.ORDER_STATUS_CHANGED, desk.order, body))
    give_up(desk)
    assert (desk.state, desk.error, desk.sent) == (S.ACCEPTED, "order.illegal_move", ())


def test_what_may_have_been_answered_is_never_called_off_so(desk: Desk) -> None:
    desk.to_code()
    desk.lose("answer")
    desk.answer()
    desk.bank.calls.clear()
    give_up(desk)
    assert desk.error == "order.may_be_executed"
    assert "cancel" not in desk.bank.calls


def test_nor_what_a_bank_may_execute_unauthorised() -> None:
    desk = Desk()
    desk.bank.never_executes_unauthorised, desk.bank.cancels_at_once = False, True
    desk.to_password()
    give_up(desk)
    assert desk.error == "order.may_be_executed"
    assert "cancel" not in desk.bank.calls
