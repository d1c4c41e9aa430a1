"""A step of which nobody knows what became of it: the bank's own app may ask since, so the order isn't given up.

NextGenPSD2 leaves it to the bank when its app asks: upon the start of an authorisation, or upon the password already.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.flows.basket_submission import BasketSubmission
from countersign.application.flows.progress import Phase
from countersign.application.ports.bank import Authorisation, AuthorisationState
from countersign.application.use_cases import record_submission
from countersign.domain.errors import ConnectorError, FailureKind, SecurityError
from countersign.domain.order import BindingError
from countersign.domain.order_state import OrderState
from countersign.domain.secret import SecretText
from countersign.testing import fakes
from countersign.testing.fake_bank import SMS as BY_SMS
from tests.unit.application.app_scenes import TOLD, Asked, make
from tests.unit.application.baskets import Table
from tests.unit.application.orders import Desk

S = OrderState


def lost(_found: Authorisation) -> Authorisation:
    raise ConnectorError(FailureKind.UNKNOWN, "bank.timeout")


@pytest.fixture
def sender() -> Asked:
    """The one who sends an order."""
    return make("sender")


def state_of(asked: Asked) -> OrderState:
    return asked.records[0].state


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("call", ["start_authorisation", "authenticate"])
def test_what_the_app_may_ask_is_not_given_up(sender: Asked, call: str, *, restarted: bool) -> None:
    sender.bank.twist[call] = lost  # the bank did it, and its reply is lost
    sender.begin()
    sender.run.authenticate(SecretText(fakes.PASSWORD))
    assert (sender.phase, sender.progress.error) == (Phase.CONTINUE, "bank.timeout")
    if restarted:
        sender.restart()
        sender.run.reconcile()
    alone = sender.session.submission(sender.records[0].content.order)
    alone.abandon("given_up")
    assert (sender.progress.error, sender.records[0].abandonable) == ("order.may_be_executed", False)
    assert state_of(sender) is not S.ABANDONED
    del sender.bank.twist[call]
    alone.go_on()  # the same payment, which executes once
    assert sender.phase == Phase.PASSWORD.value


@pytest.mark.parametrize("call", ["start_authorisation", "authenticate"])
def test_what_an_unusable_reply_was_to_is_not_given_up(sender: Asked, call: str) -> None:
    def other(_found: Authorisation) -> Authorisation:
        raise BindingError("binding.reply", field="request_id", count=1)

    sender.bank.twist[call] = other
    sender.begin()
    sender.run.authenticate(SecretText(fakes.PASSWORD))
    assert (sender.phase, sender.progress.error) == (Phase.UNKNOWN, "binding.reply")
    assert not sender.records[0].abandonable


@pytest.mark.parametrize("kind", [FailureKind.RETRYABLE, FailureKind.TERMINAL])
def test_what_is_known_not_to_have_been_done_may_be_given_up(sender: Asked, kind: FailureKind) -> None:
    sender.bank.fail("start_authorisation", kind, "bank.unreachable")
    sender.begin()
    sender.session.submission(sender.records[0].content.order).abandon("given_up")
    assert state_of(sender) is S.ABANDONED


def asks(found: Authorisation) -> Authorisation:
    return replace(found, message=TOLD, elsewhere=True)


def signed(found: Authorisation) -> Authorisation:
    return replace(found, state=AuthorisationState.FINALISED)


@pytest.mark.parametrize(("says", "then"), [(asks, (Phase.UNKNOWN, S.UNKNOWN)), (signed, (Phase.ACCEPTED, S.ACCEPTED))])
def test_the_bank_is_asked_before_an_order_is_given_up(
    sender: Asked, says: object, then: tuple[Phase, OrderState]
) -> None:
    sender.begin()
    sender.restart()  # as killed while the password was on its way, upon which the app asks
    sender.bank.twist["authorisation"] = says  # type: ignore[assignment]  # one of the two above
    sender.session.submission(sender.records[0].content.order).abandon("given_up")
    assert (sender.phase, state_of(sender)) == then
    assert "abandoned" not in sender.kinds


def test_a_bank_that_can_not_be_asked_leaves_the_order_as_it_is(sender: Asked) -> None:
    sender.begin()
    sender.bank.fail("authorisation", FailureKind.RETRYABLE, "bank.unreachable")
    alone = sender.session.submission(sender.records[0].content.order)
    alone.abandon("given_up")
    assert (sender.progress.error, state_of(sender)) == ("bank.unreachable", S.AUTHORISING)
    alone.abandon("given_up")
    assert state_of(sender) is S.ABANDONED


def test_after_a_restart_an_app_that_asks_of_itself_is_put_on_record(sender: Asked) -> None:
    sender.begin()
    sender.restart()
    sender.bank.twist["authorisation"] = asks
    sender.run.reconcile()
    assert (sender.phase, sender.pending, sender.progress.elsewhere) == (Phase.UNKNOWN, True, True)


def test_a_lost_step_while_the_app_asks_is_no_news(sender: Asked) -> None:
    sender.bank.in_app = frozenset()
    sender.to_method()
    sender.choose()
    sender.bank.fail("choose_method", FailureKind.UNKNOWN, "bank.timeout")
    sender.choose(BY_SMS)
    assert (sender.phase, sender.pending) == (Phase.UNKNOWN, True)
    assert "outcome_unknown" not in sender.kinds


def test_taking_a_payment_back_begins_anew_what_the_app_was_asked_before(sender: Asked) -> None:
    sender.to_method()
    sender.choose()
    opened = sender.bank.opened[sender.authorisation]
    sender.bank.sign(opened.payment_id, opened.person)  # carried out, and the authorisation is said to be open yet
    sender.run.reconcile()
    assert sender.phase == Phase.ACCEPTED.value
    sender.session.submission(sender.records[0].content.order).cancel()
    assert (sender.phase, sender.progress.elsewhere) == (Phase.PASSWORD, False)


def test_a_lost_start_of_a_cancellation_is_no_word_about_the_payment() -> None:
    desk = Desk()
    desk.to_accepted()
    desk.lose("start_authorisation")
    desk.submission.cancel()
    assert (desk.state, desk.phase) == (S.CANCELLING, Phase.UNKNOWN)
    assert desk.kinds()[-3:] == ("start_intended", "outcome_unknown", "answer_refused")
    assert desk.record.answered  # by the code, and by nothing of this


@pytest.mark.parametrize("who", ["sender", "together"])
def test_a_code_that_went_out_and_could_not_be_put_on_record_is_not_asked_for_again(
    who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = make(who)
    asked.bank.in_app = frozenset()
    asked.to_method()
    asked.choose()
    assert asked.phase == Phase.CODE.value

    def full(*_args: object) -> None:
        raise SecurityError("vault.full")

    alone, several = "record_submission.record_authorised", "record_basket.record_outcome_together"
    name = alone if who == "sender" else several
    monkeypatch.setattr(f"countersign.application.use_cases.{name}", full)
    asked.answer()
    assert (asked.phase, asked.progress.error, asked.pending) == (Phase.UNKNOWN, "vault.full", True)
    monkeypatch.undo()
    asked.run.reconcile()
    assert asked.phase == Phase.ACCEPTED.value
    assert asked.bank.calls.count("answer") == 1


def test_a_lost_step_is_said_of_what_the_bank_holds_and_of_nothing_before() -> None:
    desk = Desk()
    with pytest.raises(SecurityError, match=r"order\.illegal_move"):
        record_submission.record_unknown(desk.world.vault, desk.order, "authorisation", "bank.timeout")


def test_what_the_app_may_decide_is_not_untied() -> None:
    asked = make("together")
    asked.bank.in_app = frozenset()
    asked.to_method()
    asked.choose()
    assert isinstance(asked.run, BasketSubmission)
    assert (asked.phase, asked.pending) == (Phase.CODE, True)
    asked.run.untie()
    assert (asked.phase, asked.pending) == (Phase.UNKNOWN, True)
    assert "dissolve" not in asked.bank.calls
    asked.approve()
    asked.run.reconcile()
    assert asked.phase == Phase.ACCEPTED.value


def test_nothing_is_tied_while_a_step_of_one_of_them_is_under_way() -> None:
    tasks = fakes.ManualTasks()
    table = Table(tasks=tasks)
    alone = table.world.session.submission(table.orders[0])
    alone.begin()
    tasks.finish()
    alone.authenticate(SecretText(fakes.PASSWORD))
    table.run.begin()
    tasks.finish()
    assert table.error == "basket.busy"
    assert "tie" not in table.bank.calls
    assert alone.progress.phase is Phase.METHOD
    table.run.begin()
    tasks.finish()
    assert table.phase == Phase.PASSWORD.value
