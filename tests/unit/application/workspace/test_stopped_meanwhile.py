"""A stop that was learned of after the intent: that stands, and yet nothing is authorised upon it (LEDGER 13, 19)."""

from __future__ import annotations

import pytest

from countersign.application.ports.bank import Basket, PaymentReport, RawReply
from countersign.application.use_cases import record_basket, record_signing
from countersign.application.use_cases import record_submission as record
from countersign.application.use_cases.record_giving_up import record_abandoned
from countersign.domain.batch_digest import batch_digest
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.order_state import OrderState, TransactionStatus
from countersign.domain.policy import Policy
from countersign.testing.fakes import FakeClock, ScriptedBank
from tests.unit.application.workspace.payments import ORDER, approve, known, request
from tests.unit.application.workspace.several import Several, several

BANK = ScriptedBank(FakeClock())
STOPPED = r"intent\.stopped_meanwhile"
REPLY = RawReply(200, "r", b"{}", 1)


def intended(*, exempts: bool = False) -> Several:
    """One has begun to send what another stops at the same time."""
    some = several(3, policy=Policy(approvals=1, requester_may_approve=False))
    some.rounds()
    request(some[0])
    some.rounds()
    approve(some[1])
    some.rounds()
    BANK.never_executes_unauthorised = not exempts
    record.record_intent(some[0].vault, ORDER, "practice", BANK.profile(), "r")
    with some[1].vault.transaction() as change:
        change.append(EventDraft(kinds.ORDER_STOPPED, ORDER, {"reason": "rejected.payee", "note": ""}))
    return some


def held(some: Several, basket: str = "") -> None:
    """The bank has it, and an authorisation is open."""
    vault = some[0].vault
    record.record_held(vault, ORDER, "pay-1")
    if basket:
        record_basket.record_tying_intent(vault, [ORDER], "r")
        tied = Basket(basket, TransactionStatus.RCVD, ("pay-1",), "", REPLY)
        record_basket.record_tied(vault, [ORDER], tied)
        record_basket.record_together(vault, [ORDER], basket, "auth-1")
    else:
        record.record_authorisation(vault, ORDER, "auth-1", "payment")


def heard(some: Several) -> None:
    some.rounds()
    assert known(some[0]).sent_before_known


def test_no_code_goes_out_and_the_order_can_be_given_up() -> None:
    some = intended()
    held(some)
    heard(some)
    with pytest.raises(UserFacingError, match=STOPPED):
        record.record_answer_intent(some[0].vault, ORDER, "auth-1", known(some[0]).digest)
    with pytest.raises(UserFacingError, match=STOPPED):  # nor a password: upon that the bank's own app may ask
        record.require_not_frozen(some[0].vault, ORDER)
    record_abandoned(some[0].vault, ORDER, "given_up")
    assert known(some[0]).state is OrderState.ABANDONED


def test_no_code_goes_out_for_a_basket() -> None:
    some = intended()
    held(some, basket="basket-1")
    heard(some)
    digest = known(some[0]).digest
    with pytest.raises(UserFacingError, match=STOPPED):
        record_basket.record_answer_together(
            some[0].vault, "basket-1", "auth-1", {ORDER: digest}, batch_digest([digest])
        )


def test_nobody_signs_it_further() -> None:
    some = intended()
    held(some)
    vault = some[0].vault
    record.record_answer_intent(vault, ORDER, "auth-1", known(some[0]).digest)  # nothing was heard yet
    record.record_authorised(vault, ORDER, "auth-1", None)
    record.record_report(vault, ORDER, PaymentReport("pay-1", TransactionStatus.PATC, "", None, REPLY), "status")
    heard(some)
    with pytest.raises(UserFacingError, match=STOPPED):
        record_signing.require_may_sign(some[2].vault, ORDER)


def test_what_did_not_go_out_is_not_tried_again() -> None:
    some = intended()
    record.require_sendable(some[0].vault, ORDER)
    heard(some)
    with pytest.raises(UserFacingError, match=STOPPED):
        record.require_sendable(some[0].vault, ORDER)
    record_abandoned(some[0].vault, ORDER, "given_up", nothing_sent=True)


def test_no_step_is_taken_at_a_bank_that_may_execute_upon_any() -> None:
    some = intended(exempts=True)
    held(some)
    record.require_not_frozen(some[0].vault, ORDER)
    heard(some)
    with pytest.raises(UserFacingError, match=STOPPED):
        record.require_not_frozen(some[0].vault, ORDER)


def test_taking_it_back_is_not_kept_from_anybody() -> None:
    some = intended()
    held(some)
    vault = some[0].vault
    record.record_answer_intent(vault, ORDER, "auth-1", known(some[0]).digest)
    record.record_authorised(vault, ORDER, "auth-1", None)
    heard(some)
    record.record_cancellation_intent(vault, ORDER, "r")
    record.record_authorisation(vault, ORDER, "auth-2", "cancellation")
    record.require_not_frozen(vault, ORDER)
    record.record_answer_intent(vault, ORDER, "auth-2", known(some[0]).digest)
    assert known(some[0]).attempts == 1
