"""What is about to be sent upon a record: the record must count, and no stop may have come in between."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.flows.submission import Phase
from countersign.application.ports.bank import PaymentReport, RawReply
from countersign.application.use_cases import record_submission as record
from countersign.domain.errors import SecurityError
from countersign.domain.order_state import OrderState, TransactionStatus
from countersign.domain.secret import SecretText
from countersign.testing import fakes
from tests.unit.application.orders import SMS, Desk, freeze_workspace


def test_an_answer_that_the_fold_would_leave_out_is_neither_recorded_nor_sent() -> None:
    desk = Desk()
    desk.to_code()
    reply = RawReply(200, "r", b"{}", 1)
    report = PaymentReport("pay-1", TransactionStatus.ACSP, "", None, reply)
    record.record_report(desk.world.vault, desk.order, report, "status")
    before = desk.kinds()
    with pytest.raises(SecurityError, match=r"order\.illegal_move"):
        record.record_answer_intent(desk.world.vault, desk.order, desk.record.authorisation_id, desk.digest)
    desk.answer()
    assert desk.kinds() == before
    assert "answer" not in desk.bank.calls
    assert desk.state is OrderState.ACCEPTED


def test_an_intent_that_the_fold_would_leave_out_is_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    desk.submission.begin()
    before = desk.kinds()
    monkeypatch.setattr(record, "judge_intent", lambda *_args: ())  # the first of two judgements: the fold's remains
    with pytest.raises(SecurityError, match=r"intent\.not_the_first"):
        record.record_intent(desk.world.vault, desk.order, "practice", desk.bank.profile(), "r")
    assert desk.kinds() == before


def test_practice_money_never_goes_to_a_bank_that_does_not_call_itself_practice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk()
    real = replace(desk.bank.profile(), practice=False)
    monkeypatch.setattr(type(desk.bank), "profile", lambda _bank: real)
    desk.submission.begin()
    assert (desk.phase, desk.error) == (Phase.IDLE, "intent.other_world")
    assert desk.sent == ()


@pytest.mark.parametrize("step", ["begin", "go_on", "authenticate", "choose"])
def test_a_freeze_stops_every_step_that_a_bank_may_execute_upon(step: str) -> None:
    desk = Desk()
    desk.bank.never_executes_unauthorised = False
    if step == "begin":
        desk.bank.before_initiation = lambda: freeze_workspace(desk)
        desk.submission.begin()
        assert (desk.phase, desk.state) == (Phase.CONTINUE, OrderState.INITIATED)
    else:
        desk.submission.begin()
        if step == "choose":
            desk.submission.authenticate(SecretText(fakes.PASSWORD))
        freeze_workspace(desk)
        before = tuple(desk.bank.calls)
        if step == "go_on":
            desk.submission.go_on()
        elif step == "authenticate":
            desk.submission.authenticate(SecretText(fakes.PASSWORD))
        else:
            desk.submission.choose(SMS)
        assert set(desk.bank.calls[len(before) :]) <= {"recall_initiation"}
    assert desk.error == "intent.frozen"


def test_a_copy_that_may_not_sign_opens_no_authorisation() -> None:
    desk = Desk()
    desk.submission.begin()
    desk.restart()
    desk.submission.resume()
    assert desk.phase is Phase.CONTINUE
    desk.world.vault.may_sign = False
    before = desk.sent
    desk.submission.go_on()
    assert (desk.phase, desk.error) == (Phase.CONTINUE, "vault.read_only")
    assert desk.sent == before
