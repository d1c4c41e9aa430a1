"""One order, sent once: every way in which its initiation and its authorisation can end."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import pytest

from countersign.application.flows.progress import Progress
from countersign.application.flows.submission import Phase
from countersign.application.ports.bank import AuthorisationState, CommitPoint
from countersign.domain.errors import FailureKind, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.money import Money
from countersign.domain.order_state import OrderState
from countersign.domain.secret import SecretText
from countersign.testing import fakes
from tests.unit.application.orders import SMS, Desk, freeze_workspace

# — initiation —


def test_a_payment_goes_all_the_way_once(desk: Desk) -> None:
    desk.to_code()
    assert desk.submission.progress.state is OrderState.AUTHORISING
    desk.answer()
    assert (desk.phase, desk.state) == (Phase.ACCEPTED, OrderState.ACCEPTED)
    desk.submission.reconcile()
    assert (desk.phase, desk.state) == (Phase.ENDED, OrderState.SETTLED)
    assert desk.bank.executions == [desk.payment.end_to_end_id]
    assert desk.sent == ("initiate", "start_authorisation", "authenticate", "choose_method", "answer")
    desk.submission.reconcile()
    assert desk.phase is Phase.ENDED


def test_nothing_goes_out_before_the_intent_is_on_record(desk: Desk) -> None:
    seen: list[tuple[str, ...]] = []
    desk.bank.before_initiation = lambda: seen.append(desk.kinds())
    desk.submission.begin()
    assert seen[0][-1] == "submission_intended"


def test_a_failing_record_of_the_intent_sends_nothing(desk: Desk) -> None:
    def full() -> None:
        raise UserFacingError("vault.disk_full")

    desk.world.vault.before_commit = full
    desk.submission.begin()
    assert (desk.phase, desk.state, desk.error) == (Phase.IDLE, OrderState.APPROVED, "vault.disk_full")
    assert desk.sent == ()


def test_a_bank_that_cannot_be_asked_leaves_everything_as_it_was(desk: Desk) -> None:
    desk.unreachable("profile")
    desk.submission.begin()
    assert (desk.phase, desk.state, desk.error) == (Phase.IDLE, OrderState.APPROVED, "bank.unreachable")


def test_a_refused_initiation_ends_the_order(desk: Desk) -> None:
    desk.refuse("initiate")
    desk.submission.begin()
    assert (desk.phase, desk.state, desk.error) == (Phase.ENDED, OrderState.REJECTED, "bank.tpp.service_blocked")


def test_an_initiation_that_did_not_go_out_is_tried_again_as_it_was(desk: Desk) -> None:
    desk.unreachable("initiate")
    desk.submission.begin()
    assert (desk.phase, desk.state) == (Phase.NOT_SENT, OrderState.INTENDED)
    desk.submission.reconcile()
    assert (desk.phase, desk.state) == (Phase.NOT_SENT, OrderState.INTENDED)
    desk.to_password()
    assert desk.kinds().count("submission_intended") == 1
    assert len(desk.bank.held) == 1


def test_an_initiation_that_did_not_go_out_can_be_given_up_and_never_goes_out_then(desk: Desk) -> None:
    desk.bank.never_executes_unauthorised = False
    desk.unreachable("initiate")
    desk.submission.begin()
    desk.submission.abandon("given_up")
    assert (desk.phase, desk.state) == (Phase.ENDED, OrderState.ABANDONED)
    desk.submission.begin()
    desk.submission.progress = Progress()  # even a page that knows nothing of it
    desk.submission.begin()
    assert desk.bank.held == {}
    assert desk.error == "intent.not_the_first"


def test_a_freeze_holds_back_an_initiation_that_did_not_go_out(desk: Desk) -> None:
    desk.unreachable("initiate")
    desk.submission.begin()
    freeze_workspace(desk)
    desk.submission.begin()
    assert (desk.phase, desk.error) == (Phase.NOT_SENT, "intent.frozen")
    assert desk.bank.held == {}


def test_an_order_that_ended_meanwhile_is_not_tried_again(desk: Desk) -> None:
    desk.unreachable("initiate")
    desk.submission.begin()
    with desk.world.vault.transaction() as change:
        change.append(EventDraft(kinds.ORDER_ABANDONED, desk.order, {"reason": "elsewhere"}))
    desk.submission.begin()
    assert (desk.phase, desk.error) == (Phase.ENDED, "order.not_open")
    assert desk.bank.held == {}


def test_a_freeze_blocks_the_intent(desk: Desk) -> None:
    freeze_workspace(desk)
    desk.submission.begin()
    assert (desk.phase, desk.state, desk.error) == (Phase.IDLE, OrderState.APPROVED, "intent.frozen")


def test_a_lost_initiation_is_given_up_where_the_bank_never_executes_what_nobody_authorised(desk: Desk) -> None:
    desk.bank.lost_replies.append("initiate")
    desk.submission.begin()
    assert (desk.phase, desk.state) == (Phase.ENDED, OrderState.ABANDONED)
    desk.submission.begin()
    assert desk.sent == ("initiate",)
    assert desk.bank.executions == []


def test_a_lost_initiation_stays_unknown_where_the_bank_declares_nothing(desk: Desk) -> None:
    desk.bank.never_executes_unauthorised = False
    desk.bank.needs_authorisation = False
    desk.bank.lost_replies.append("initiate")
    desk.submission.begin()
    assert (desk.phase, desk.state) == (Phase.UNKNOWN, OrderState.UNKNOWN)
    for act in (desk.submission.reconcile, desk.submission.begin, desk.submission.go_on, desk.submission.resume):
        act()
        assert (desk.phase, desk.state) == (Phase.UNKNOWN, OrderState.UNKNOWN)
    desk.submission.abandon("given_up")
    assert (desk.state, desk.error) == (OrderState.UNKNOWN, "order.may_be_executed")
    assert desk.sent == ("initiate",)


def test_a_lost_initiation_stays_unknown_where_it_is_the_commit_point(desk: Desk) -> None:
    desk.bank.commit_point = CommitPoint.INITIATION
    desk.bank.lost_replies.append("initiate")
    desk.submission.begin()
    assert (desk.phase, desk.state) == (Phase.UNKNOWN, OrderState.UNKNOWN)


def test_a_payment_that_the_bank_took_and_would_not_show_is_read_back_before_anything_else(desk: Desk) -> None:
    desk.bank.lost_replies.append("initiate")
    desk.submission.begin()
    other = Desk()
    other.lose("initiate", "bank.read_back_failed", payment_id="pay-1", cause="bank.timeout")
    other.submission.begin()
    assert (other.phase, other.state) == (Phase.CONTINUE, OrderState.INITIATED)
    assert other.error == "bank.read_back_failed"
    assert other.record.payment_id == "pay-1"
    other.bank.initiate(other.payment, "elsewhere")
    other.submission.go_on()
    assert other.phase is Phase.PASSWORD
    assert "recall_initiation" in other.bank.calls


@pytest.mark.parametrize("declared", [True, False])
def test_a_reply_with_another_amount_stops_the_order(desk: Desk, declared: bool) -> None:
    desk.bank.never_executes_unauthorised = declared
    desk.bank.echo = {"instructed_amount": Money(999, "EUR")}
    desk.submission.begin()
    wanted = (Phase.ENDED, OrderState.ABANDONED) if declared else (Phase.UNKNOWN, OrderState.UNKNOWN)
    assert (desk.phase, desk.state) == wanted
    assert desk.error == "binding.reply"
    assert "reply_refused" in desk.kinds()
    assert desk.sent == ("initiate",)


def test_an_exempted_payment_is_never_shown_as_waiting(desk: Desk) -> None:
    desk.bank.needs_authorisation = False
    desk.bank.settles_after = 0
    desk.unreachable("report")
    desk.submission.begin()
    assert (desk.phase, desk.state) == (Phase.ACCEPTED, OrderState.ACCEPTED)
    desk.submission.reconcile()
    assert desk.state is OrderState.SETTLED


def test_a_bank_that_says_nothing_of_a_payment_that_needs_no_code_is_asked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.bank.needs_authorisation = False
    desk.bank.settles_after = 0
    taken = desk.bank.initiate
    silent = lambda *asked: replace(taken(*asked), status=None, handle="")  # noqa: E731 - one line says it
    monkeypatch.setattr(type(desk.bank), "initiate", staticmethod(silent))
    desk.submission.begin()
    assert (desk.phase, desk.state) == (Phase.ENDED, OrderState.SETTLED)
    assert desk.bank.calls.count("report") == 1


def test_what_is_not_carried_by_hand_was_not_left_undelivered_either(desk: Desk) -> None:
    desk.submission.not_handed_over()
    assert (desk.phase, desk.state) == (Phase.IDLE, OrderState.APPROVED)
    desk.to_accepted()
    desk.submission.not_handed_over()
    assert (desk.phase, desk.state) == (Phase.ACCEPTED, OrderState.ACCEPTED)


def test_before_anything_ran_no_bank_is_known(desk: Desk) -> None:
    with pytest.raises(UserFacingError, match=r"bank\.not_connected"):
        _ = desk.submission.bank
    desk.submission.begin()
    assert desk.submission.bank is desk.bank


def test_a_payment_that_is_rejected_at_once_says_so(desk: Desk) -> None:
    desk.bank.needs_authorisation = False
    desk.bank.rejects_with = "AM04"
    desk.submission.begin()
    assert (desk.phase, desk.state) == (Phase.ENDED, OrderState.REJECTED)


def test_an_unexpected_mistake_claims_nothing(desk: Desk) -> None:
    desk.bank.failures["initiate"] = deque([ZeroDivisionError()])
    with pytest.raises(ZeroDivisionError):
        desk.submission.begin()
    assert (desk.phase, desk.error) == (Phase.UNKNOWN, "submission.unexpected")
    assert not desk.submission.busy
    desk.submission.resume()
    assert desk.state is OrderState.ABANDONED


def test_a_ledger_that_cannot_be_read_claims_nothing(desk: Desk) -> None:
    desk.to_code()

    def locked(_order: str) -> None:
        raise UserFacingError("vault.locked")

    desk.submission.read = locked  # type: ignore[assignment]  # never returns
    desk.answer()
    assert (desk.phase, desk.error) == (Phase.UNKNOWN, "vault.locked")


# — authorisation —


@pytest.mark.parametrize("kind", list(FailureKind))
def test_an_authorisation_that_cannot_be_opened_can_be_opened_later(desk: Desk, kind: FailureKind) -> None:
    desk.bank.fail("start_authorisation", kind, "bank.timeout")
    desk.submission.begin()
    assert (desk.phase, desk.state, desk.error) == (Phase.CONTINUE, OrderState.INITIATED, "bank.timeout")
    desk.submission.go_on()
    assert desk.phase is Phase.PASSWORD
    assert len(desk.bank.held) == 1


@pytest.mark.parametrize("call", ["start_authorisation", "authenticate", "choose_method"])
def test_a_step_whose_reply_is_about_something_else_stops_and_is_noted(desk: Desk, call: str) -> None:
    desk.lie(call, "authorisation_id")
    desk.submission.begin()
    desk.submission.authenticate(SecretText(fakes.PASSWORD))
    desk.submission.choose(SMS)
    assert (desk.phase, desk.error) == (Phase.UNKNOWN, "binding.reply")
    assert desk.kinds()[-1] == "reply_refused"
    desk.answer()
    assert "answer" not in desk.bank.calls


def test_a_wrong_password_can_be_typed_again(desk: Desk) -> None:
    desk.to_password()
    desk.submission.authenticate(SecretText("wrong"))
    assert (desk.phase, desk.error) == (Phase.PASSWORD, "bank.password_refused")
    desk.to_code()


def test_a_lost_step_is_asked_about(desk: Desk) -> None:
    desk.to_password()
    desk.lose("authenticate")
    desk.submission.authenticate(SecretText(fakes.PASSWORD))
    assert (desk.phase, desk.state, desk.error) == (Phase.CONTINUE, OrderState.AUTHORISING, "bank.timeout")
    desk.submission.go_on()
    desk.to_code()


def test_a_lost_step_that_was_the_end_shows_the_end(desk: Desk) -> None:
    desk.bank.never_executes_unauthorised = False
    desk.bank.settles_after = 99
    desk.to_password()
    desk.bank.execute()
    desk.lose("authenticate")
    desk.submission.authenticate(SecretText(fakes.PASSWORD))
    assert (desk.phase, desk.state, desk.error) == (Phase.ACCEPTED, OrderState.ACCEPTED, "")


def test_a_step_after_which_no_code_is_wanted_is_put_on_record(desk: Desk) -> None:
    desk.to_password()
    desk.bank.execute()
    desk.bank.twist["authenticate"] = lambda found: replace(found, state=AuthorisationState.EXEMPTED)
    desk.submission.authenticate(SecretText(fakes.PASSWORD))
    assert (desk.phase, desk.state) == (Phase.ACCEPTED, OrderState.ACCEPTED)
    assert "authorised" in desk.kinds()


def test_a_step_that_ends_the_authorisation_leaves_the_payment_open(desk: Desk) -> None:
    desk.to_password()
    desk.bank.twist["authenticate"] = lambda found: replace(found, state=AuthorisationState.FAILED)
    desk.submission.authenticate(SecretText(fakes.PASSWORD))
    assert (desk.phase, desk.state) == (Phase.CONTINUE, OrderState.AUTHORISING)


def test_where_a_bank_may_exempt_only_the_bank_can_end_an_initiated_order(desk: Desk) -> None:
    desk.bank.never_executes_unauthorised = False
    desk.to_password()
    desk.submission.abandon("given_up")
    assert (desk.state, desk.error) == (OrderState.AUTHORISING, "order.may_be_executed")


def test_what_the_phase_does_not_offer_does_nothing(desk: Desk) -> None:
    desk.submission.authenticate(SecretText(fakes.PASSWORD))
    desk.submission.choose(SMS)
    desk.answer()
    desk.submission.go_on()
    assert (desk.phase, desk.bank.calls) == (Phase.IDLE, [])
    desk.to_password()
    calls = list(desk.bank.calls)
    desk.submission.begin()
    desk.submission.choose(SMS)
    assert desk.bank.calls == calls


def test_choosing_again_has_another_code_sent(desk: Desk) -> None:
    desk.to_code()
    desk.submission.choose(SMS)
    assert (desk.phase, len(desk.bank.phone)) == (Phase.CODE, 2)


def test_going_on_after_the_bank_wants_no_more_asks_instead(desk: Desk) -> None:
    desk.bank.settles_after = 99
    desk.to_password()
    desk.restart()
    desk.submission.resume()
    assert desk.phase is Phase.CONTINUE
    desk.bank.needs_authorisation = False
    desk.bank.execute()
    desk.submission.go_on()
    assert (desk.phase, desk.state) == (Phase.ACCEPTED, OrderState.ACCEPTED)


def test_going_on_is_held_to_what_was_agreed(desk: Desk) -> None:
    desk.to_password()
    desk.lie("recall_initiation")
    desk.submission.go_on()
    assert (desk.phase, desk.error) == (Phase.UNKNOWN, "binding.reply")


def test_going_on_while_the_bank_cannot_be_reached_changes_nothing(desk: Desk) -> None:
    desk.unreachable("start_authorisation")
    desk.submission.begin()
    desk.unreachable("recall_initiation")
    desk.submission.go_on()
    assert (desk.phase, desk.state, desk.error) == (Phase.CONTINUE, OrderState.INITIATED, "bank.unreachable")
