"""A further signature on a basket: that it signs all that waits, nothing else, and that nothing is sent twice."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import pytest

from countersign.application.flows.progress import Phase
from countersign.application.ports.bank import Authorisation, AuthorisationState, Basket
from countersign.application.use_cases import record_basket_signing
from countersign.application.use_cases.record_giving_up import record_abandoned
from countersign.domain.errors import FailureKind, SecurityError, UserFacingError
from countersign.domain.ledger.bank_signing import BankSigning, SigningState
from countersign.domain.money import Money
from countersign.domain.order import BindingError
from countersign.domain.order_state import OrderState, TransactionStatus
from countersign.domain.secret import SecretText
from countersign.testing import fakes
from countersign.testing.fake_baskets import FakeBaskets
from tests.unit.application.baskets import DANIEL, INES, Table
from tests.unit.application.orders import SMS

S = OrderState


@pytest.fixture
def table() -> Table:
    """A basket of three, signed once; the bank wants another signature on the last of them."""
    found = Table()
    found.partly_signed()
    assert [record.awaits_signature for record in found.records] == [False, False, True]
    assert found.records[2].missing == "One more signature is needed."
    found.bank.calls.clear()
    return found


def own(table: Table, place: int = 2) -> BankSigning:
    found = table.records[place].signing_of(table.world.vault.identity.device)
    assert found is not None
    return found


def phase(table: Table) -> Phase:
    return table.signing.progress.phase


def error(table: Table) -> str:
    return table.signing.progress.error


def test_a_second_person_signs_what_still_waits(table: Table) -> None:
    assert len(table.bank.executions) == 2
    table.sign_to_code()
    table.sign_answer()
    assert (phase(table), own(table).state, own(table).attempts) == (Phase.ACCEPTED, SigningState.SIGNED, 1)
    assert len(set(table.bank.executions)) == len(table.bank.executions) == 3
    assert table.bank.signed["pay-3"] == ["", DANIEL]
    assert table.records[0].signings == ()
    assert table.kinds(2)[-4:] == ("signing_started", "signing_intended", "signing_ended", "status_changed")
    assert table.world.session.signing_together(table.orders) is table.signing


def test_where_a_third_is_wanted_the_bank_goes_on_waiting() -> None:
    table = Table()
    table.partly_signed(wants=3)
    table.sign_to_code()
    table.sign_answer()
    assert (phase(table), own(table).state) == (Phase.CONTINUE, SigningState.SIGNED)
    table.sign_to_code(INES)


def test_all_that_wait_are_signed_together() -> None:
    table = Table()
    table.bank.signatures = 2
    table.to_code()
    table.answer()
    table.sign_to_code()
    table.sign_answer()
    assert len(table.bank.executions) == 3
    assert [own(table, place).state for place in range(3)] == [SigningState.SIGNED] * 3


def test_the_bank_has_to_know_who_signs(table: Table) -> None:
    table.signing.begin("")
    assert (phase(table), error(table), table.bank.calls) == (Phase.CONTINUE, "signing.person_missing", [])


def test_where_nothing_waits_nothing_is_begun(table: Table) -> None:
    table.bank.execute("pay-3")
    table.run.reconcile()
    table.bank.calls.clear()
    table.signing.begin(DANIEL)
    assert (phase(table), error(table), table.bank.calls) == (Phase.ACCEPTED, "signing.not_awaited", [])


def test_a_basket_of_which_not_all_orders_are_known_is_not_signed(table: Table) -> None:
    table.signing.orders = table.orders[1:]
    table.signing.begin(DANIEL)
    assert (phase(table), error(table), table.bank.calls) == (Phase.CONTINUE, "basket.not_all_known", [])


def test_what_is_in_no_basket_is_not_signed_so() -> None:
    table = Table()
    table.signing.begin(DANIEL)
    assert (error(table), table.bank.calls) == ("basket.not_all_known", [])


def test_where_the_bank_says_that_others_wait_nothing_is_signed(table: Table) -> None:
    table.bank.held["pay-1"].status = TransactionStatus.PATC
    table.signing.begin(DANIEL)
    assert (phase(table), error(table)) == (Phase.CONTINUE, "basket.changed")
    assert "start_authorisation" not in table.bank.calls


def test_what_is_final_is_not_asked_about(table: Table) -> None:
    table.bank.settles_after = 0
    table.run.reconcile()
    assert table.states == (S.SETTLED, S.SETTLED, S.ACCEPTED)
    table.bank.calls.clear()
    table.signing.begin(DANIEL)
    assert table.bank.calls.count("recall_initiation") == 1
    table.signing.progress = replace(table.signing.progress, phase=Phase.IDLE)
    table.bank.execute("pay-3")
    table.signing.reconcile()
    assert phase(table) is Phase.ENDED


def test_a_basket_that_wants_no_authorisation_is_asked_about(table: Table) -> None:
    table.bank.held_baskets["basket-1"].status = TransactionStatus.ACTC
    table.signing.begin(DANIEL)
    assert (phase(table), "start_authorisation" in table.bank.calls) == (Phase.CONTINUE, False)


def test_a_payment_that_reads_otherwise_is_not_signed(table: Table) -> None:
    table.bank.echo = {"instructed_amount": Money(1, "EUR")}
    table.signing.begin(DANIEL)
    assert error(table) == "binding.reply"
    assert "start_authorisation" not in table.bank.calls
    assert table.kinds(0)[-1] == "reply_refused"


def test_a_basket_that_lists_other_payments_is_not_signed(table: Table) -> None:
    ties = table.bank.ties
    assert ties is not None
    ties.listed = ("pay-1", "pay-2", "pay-3", "pay-4")
    table.signing.begin(DANIEL)
    assert error(table) == "binding.reply"
    assert "start_authorisation" not in table.bank.calls


def test_who_signed_already_is_told_so_by_the_bank(table: Table) -> None:
    table.bank.signed["pay-3"].append(DANIEL)
    table.signing.begin(DANIEL)
    assert (phase(table), error(table)) == (Phase.CONTINUE, "bank.tpp.status_invalid")
    assert table.records[2].signings == ()


def test_an_emergency_stop_and_a_vault_that_can_not_record_keep_codes_back(table: Table) -> None:
    table.sign_to_code()
    table.world.vault.may_sign = False
    table.signing.choose(SMS, table.waiting())
    assert error(table) == "vault.read_only"
    table.world.vault.may_sign = True
    table.freeze_workspace()
    table.sign_answer()
    assert (error(table), own(table).state) == ("intent.frozen", SigningState.OPEN)
    assert "answer" not in table.bank.calls


def test_a_code_for_something_else_is_not_sent(table: Table) -> None:
    table.sign_to_code()
    waiting = table.waiting()
    for spoilt in (
        table.shown(),
        replace(waiting, digest="0" * 64),
        replace(waiting, payments={order: (payment, "0" * 64) for order, (payment, _d) in waiting.payments.items()}),
    ):
        table.signing.answer(SecretText(fakes.CODE), spoilt)
        assert error(table) == "binding.otp"
    table.signing._authorisation = "another"  # noqa: SLF001 - as a mistake in the program would
    table.sign_answer()
    assert (error(table), own(table).attempts) == ("binding.otp", 0)
    assert "answer" not in table.bank.calls


def test_a_signature_that_would_count_for_an_order_that_is_not_shown_is_not_recorded() -> None:
    table = Table()
    table.bank.signatures = 2
    table.to_code()
    table.answer()
    table.sign_to_code()
    vault, some = table.world.vault, table.shown(table.orders[:2])
    name = own(table).authorisation
    for orders in (table.orders, table.orders[:2]):
        with pytest.raises(SecurityError) as refused:
            record_basket_signing.record_signing_intent_together(vault, orders, name, some.digests, some.digest)
        assert refused.value.params["field"] == "payments"
    with pytest.raises(SecurityError):
        record_basket_signing.record_signing_intent_together(vault, table.orders, name, {}, some.digest)
    with pytest.raises(UserFacingError):
        record_basket_signing.require_may_sign_together(vault, ("ff" * 16,))


def test_a_wrong_code_leaves_room_and_one_that_did_not_go_out_too(table: Table) -> None:
    table.sign_to_code()
    table.sign_answer("000000")
    assert (phase(table), error(table), own(table).state) == (Phase.CODE, "bank.code_refused", SigningState.OPEN)
    table.bank.fail("answer", FailureKind.RETRYABLE, "bank.unreachable")
    table.sign_answer()
    assert (phase(table), own(table).reason) == (Phase.CODE, "not_sent")
    table.sign_answer()
    assert (own(table).state, own(table).attempts) == (SigningState.SIGNED, 3)


def test_a_lost_reply_is_asked_about_and_never_sent_again(table: Table) -> None:
    table.sign_to_code()
    table.bank.lost_replies.append("answer")
    table.sign_answer()
    assert (phase(table), own(table).state) == (Phase.ACCEPTED, SigningState.SIGNED)
    assert table.bank.calls.count("answer") == table.bank.calls.count("basket_authorisation") == 1
    assert len(table.bank.executions) == 3


def test_while_nobody_knows_no_other_signature_is_begun(table: Table) -> None:
    table.sign_to_code()
    table.bank.fail("answer", FailureKind.UNKNOWN, "bank.timeout")
    table.bank.fail("basket_authorisation", FailureKind.RETRYABLE, "bank.unreachable")
    table.sign_answer()
    assert (phase(table), own(table).state, error(table)) == (Phase.UNKNOWN, SigningState.UNKNOWN, "bank.unreachable")
    table.signing.begin(DANIEL)
    table.restart()
    table.signing.begin(DANIEL)
    assert (phase(table), error(table)) == (Phase.UNKNOWN, "signing.under_way")
    assert table.bank.calls.count("start_authorisation") == 1
    table.signing.reconcile()
    assert (phase(table), own(table).state, own(table).reason) == (Phase.CONTINUE, SigningState.OPEN, "not_received")


def test_a_single_order_is_neither_signed_alone_nor_asked_about_wrongly(table: Table) -> None:
    alone = table.world.session.signing(table.orders[2])
    alone.begin(DANIEL)
    assert alone.progress.error == "order.tied"
    table.sign_to_code()
    table.bank.lost_replies.append("answer")
    table.bank.fail("basket_authorisation", FailureKind.RETRYABLE, "bank.unreachable")
    table.sign_answer()
    assert own(table).state is SigningState.UNKNOWN
    alone.reconcile()
    assert own(table).state is SigningState.SIGNED
    assert "authorisation" not in table.bank.calls


def test_a_program_killed_while_the_code_was_sent_asks(table: Table) -> None:
    table.sign_to_code()
    shown, name = table.waiting(), own(table).authorisation
    record_basket_signing.record_signing_intent_together(
        table.world.vault, table.orders, name, shown.digests, shown.digest
    )
    table.restart()
    table.bank.opened[name].state = AuthorisationState.FAILED
    table.signing.reconcile()
    assert (phase(table), own(table).state) == (Phase.CONTINUE, SigningState.FAILED)


def test_an_app_that_still_asks_after_a_restart_is_waited_for(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    def asking(self: FakeBaskets, basket_id: str, authorisation_id: str) -> Authorisation:
        return replace(real(self, basket_id, authorisation_id), message="Decide in the app.")

    real = FakeBaskets.authorisation
    table.sign_to_code()
    table.bank.fail("answer", FailureKind.UNKNOWN, "bank.timeout")
    monkeypatch.setattr(FakeBaskets, "authorisation", asking)
    table.sign_answer()
    alone = table.world.session.signing(table.orders[2])
    alone.reconcile()
    assert (phase(table), alone.progress.phase, own(table).state) == (
        Phase.UNKNOWN,
        Phase.UNKNOWN,
        SigningState.UNKNOWN,
    )


def test_a_reply_about_something_else_leaves_the_outcome_open(table: Table) -> None:
    table.sign_to_code()
    table.bank.failures["answer"] = deque([BindingError("binding.reply", field="authorisation_id", count=1)])
    table.sign_answer()
    assert (phase(table), own(table).reason) == (Phase.CONTINUE, "not_received")
    assert table.kinds(2).count("reply_refused") == 1


def test_a_basket_that_the_bank_ended_with_a_signature_missing_is_signed_one_by_one(table: Table) -> None:
    table.bank.held_baskets["basket-1"].status = TransactionStatus.RJCT
    table.run.reconcile()
    assert (table.records[2].basket, table.records[0].basket) == ("", "basket-1")
    alone = table.world.session.signing(table.orders[2])
    alone.begin(DANIEL)
    assert alone.progress.phase is Phase.PASSWORD


def test_a_basket_with_one_that_was_given_up_is_not_signed_further(monkeypatch: pytest.MonkeyPatch) -> None:
    def tie(self: FakeBaskets, payments: tuple[str, ...], request_id: str) -> Basket:
        found = real(self, payments, request_id)
        record_abandoned(table.world.vault, table.orders[1], "given_up")  # while the reply is on its way
        return found

    table, real = Table(), FakeBaskets.tie
    monkeypatch.setattr(FakeBaskets, "tie", tie)
    table.run.begin()
    for status in (TransactionStatus.ACTC, TransactionStatus.PATC):  # somebody signs the others elsewhere
        for name in ("pay-1", "pay-3"):
            table.bank.held[name].status = status
        table.run.reconcile()
    assert [record.awaits_signature for record in table.records] == [True, False, True]
    table.sign_to_code()
    table.sign_answer()
    assert table.signing.progress.error == "binding.otp"
    assert "answer" not in table.bank.calls
