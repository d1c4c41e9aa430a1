"""Several orders signed by one code: every way in which it can end, and that nothing is sent twice."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace

import pytest

from countersign.application.flows.progress import Phase
from countersign.application.ports.bank import Authorisation, AuthorisationState, BankProfile, Basket, ScaMethod
from countersign.application.use_cases import record_basket
from countersign.application.use_cases.approve_order import stop_order
from countersign.application.use_cases.record_giving_up import record_abandoned
from countersign.domain.errors import FailureKind, SecurityError, UserFacingError
from countersign.domain.ledger.order_baskets import MOST_TIED
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.money import Money
from countersign.domain.order import BindingError
from countersign.domain.order_state import OrderState, TransactionStatus
from countersign.domain.secret import SecretText
from countersign.testing import fakes
from countersign.testing.fake_bank import SMS as BY_SMS
from countersign.testing.fake_baskets import FakeBaskets
from tests.unit.application.baskets import Table
from tests.unit.application.orders import SMS, OddBank

S = OrderState
APP = ScaMethod("push-1", "PUSH_OTP", "The bank's app")


@pytest.fixture
def table() -> Table:
    return Table()


def lie(table: Table, call: str) -> None:
    """Have the next reply to a call be about something else."""
    error = BindingError("binding.reply", field="amount", count=1)
    table.bank.failures.setdefault(call, deque()).append(error)


def all_in(table: Table, state: OrderState) -> bool:
    return table.states == (state,) * len(table.orders)


def test_one_code_signs_all_of_them_and_each_is_executed_once(table: Table) -> None:
    table.to_code()
    assert all_in(table, S.AUTHORISING)
    first = table.records[0]
    assert (first.basket, first.tied, first.tying) == ("basket-1", ("pay-1", "pay-2", "pay-3"), "")
    table.answer()
    assert (table.phase, table.error) == (Phase.ACCEPTED, "")
    assert all_in(table, S.ACCEPTED)
    assert sorted(table.bank.executions) == sorted(record.content.payment.end_to_end_id for record in table.records)
    assert table.bank.calls.count("answer") == table.bank.calls.count("tie") == 1
    assert table.bank.calls.count("initiate") == 3
    assert table.kinds()[-9:] == (
        "submission_intended",
        "initiated",
        "tying_intended",
        "tied",
        "start_intended",
        "authorisation_started",
        "answer_intended",
        "authorised",
        "status_changed",
    )


def test_the_record_of_the_code_names_the_basket_and_all_that_it_was_asked_for(table: Table) -> None:
    table.to_code()
    table.answer()
    bodies = [
        event.says()
        for order in table.orders
        for event in table.world.vault.events_of(order)
        if event.kind == "order.answer_intended"
    ]
    assert {body["basket"] for body in bodies} == {"basket-1"}
    assert {body["together"] for body in bodies} == {table.shown().digest}
    assert len({body["digest"] for body in bodies}) == 3


def test_those_who_listen_are_told_and_work_waits_for_it(table: Table) -> None:
    session = table.world.session
    assert session.together(tuple(reversed(table.orders))) is table.run
    quiet: list[str] = []
    table.run._busy = True  # noqa: SLF001 - an exchange is under way
    session.submissions.when_quiet(lambda: quiet.append("quiet"))
    assert (quiet, table.run.busy) == ([], True)
    table.run.begin()
    assert table.bank.calls == []


def test_what_the_phase_does_not_offer_does_nothing(table: Table) -> None:
    table.run.authenticate(SecretText(fakes.PASSWORD))
    table.run.choose(SMS, table.shown())
    table.answer()
    assert table.bank.calls == []
    table.to_code()
    table.bank.calls.clear()
    table.run.begin()
    assert table.bank.calls == []


# — what can be signed together —


def test_orders_of_two_banks_are_not_signed_together(table: Table) -> None:
    session, found = table.world.session, iter(("practice", "other", "other"))
    session.banks["other"] = table.bank
    table.run.find_bank = lambda _record: (next(found, "other"), table.bank)
    table.run.begin()
    assert (table.phase, table.error, table.bank.calls) == (Phase.CONTINUE, "basket.several_banks", [])


def test_a_bank_that_ties_nothing_is_not_asked(table: Table) -> None:
    table.bank.ties = None
    table.run.begin()
    assert (table.error, table.bank.calls) == ("basket.not_offered", [])


def test_before_a_bank_is_found_nothing_can_be_asked(table: Table) -> None:
    with pytest.raises(UserFacingError) as missing:
        _ = table.run.bank
    assert missing.value.code == "bank.not_connected"


def test_at_a_bank_that_exempts_nothing_is_signed_together() -> None:
    table = Table(2)
    table.bank.never_executes_unauthorised = False
    table.run.begin()
    assert (table.phase, table.error, table.bank.calls) == (Phase.CONTINUE, "basket.not_offered", ["profile"])
    table.world.session.submission(table.orders[0]).begin()
    table.bank.never_executes_unauthorised = True  # so it says now; when this one was sent, it did not
    table.run.begin()
    assert table.error == "basket.not_offered"
    assert "tie" not in table.bank.calls


def test_too_many_are_not_tied(table: Table) -> None:
    table.run.orders = table.orders[:1] * (MOST_TIED + 1)
    table.run.begin()
    assert (table.error, table.bank.calls) == ("basket.too_many", [])


def test_only_the_sender_hands_in(table: Table) -> None:
    table.world.vault.identity = replace(table.world.vault.identity, device="ff" * 32)
    table.run.begin()
    assert (table.error, table.bank.calls) == ("intent.not_the_sender", [])


def test_what_is_under_way_alone_is_not_signed_with_others(table: Table) -> None:
    table.world.session.submission(table.orders[1])._busy = True  # noqa: SLF001 - as an exchange under way
    table.run.begin()
    assert table.error == "basket.busy"
    assert "tie" not in table.bank.calls


def test_what_is_begun_alone_while_others_are_handed_in_is_not_signed_with_them(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone, profile = table.world.session.submission(table.orders[1]), table.bank.profile()

    def meanwhile(_bank: object) -> BankProfile:
        alone._busy = True  # noqa: SLF001 - as an exchange that begins just now
        return profile

    monkeypatch.setattr(type(table.bank), "profile", meanwhile)
    table.run.begin()
    assert table.error == "basket.busy"
    assert table.bank.calls.count("initiate") == 1
    assert "tie" not in table.bank.calls


def test_an_order_in_another_basket_is_not_tied(table: Table) -> None:
    both = table.world.session.together(table.orders[:2])
    both.begin()
    assert both.progress.phase is Phase.PASSWORD
    table.run.begin()
    assert (table.phase, table.error) == (Phase.CONTINUE, "basket.mixed")
    assert table.bank.calls.count("tie") == 1


# — handing in —


def test_where_one_is_not_taken_the_rest_is_looked_at_before_anything_is_tied(table: Table) -> None:
    table.bank.fail("initiate", FailureKind.TERMINAL, "bank.tpp.format_error")
    table.run.begin()
    assert (table.phase, table.error) == (Phase.CONTINUE, "basket.fewer")
    assert table.states == (S.REJECTED, S.INITIATED, S.INITIATED)
    assert table.run.orders == table.orders[1:]
    assert "tie" not in table.bank.calls
    table.to_code()
    table.answer()
    assert table.states == (S.REJECTED, S.ACCEPTED, S.ACCEPTED)


def test_where_none_is_taken_nothing_is_tied() -> None:
    table = Table(1)
    table.bank.fail("initiate", FailureKind.TERMINAL, "bank.tpp.format_error")
    table.run.begin()
    assert (table.phase, table.error, table.run.orders) == (Phase.ENDED, "basket.fewer", table.orders)


def test_a_bank_out_of_reach_is_tried_again_with_the_same_initiation(table: Table) -> None:
    table.bank.fail("initiate", FailureKind.RETRYABLE, "bank.unreachable")
    table.run.begin()
    assert (table.phase, table.error) == (Phase.NOT_SENT, "bank.unreachable")
    request = table.records[0].request_id
    table.run.begin()
    assert table.phase is Phase.PASSWORD
    assert table.records[0].request_id == request


def test_a_lost_initiation_is_never_sent_again(table: Table) -> None:
    table.bank.lost_replies.append("initiate")
    table.run.begin()
    assert table.states == (S.ABANDONED, S.INITIATED, S.INITIATED)
    assert table.bank.calls.count("initiate") == 3
    assert table.error == "basket.fewer"


def test_a_stopped_workspace_hands_nothing_in(table: Table) -> None:
    table.freeze_workspace()
    table.run.begin()
    assert (table.phase, table.error) == (Phase.NOT_SENT, "intent.frozen")
    assert "initiate" not in table.bank.calls


def test_an_order_whose_handing_in_failed_in_the_program_is_not_busy_for_ever(table: Table) -> None:
    submission = table.world.session.submission(table.orders[0])

    def broken(_order: str) -> None:
        raise RuntimeError("a mistake")

    submission.read = broken  # type: ignore[assignment]
    with pytest.raises(RuntimeError):
        table.run.begin()
    assert not submission.busy
    assert (submission.progress.phase, table.phase) == (Phase.UNKNOWN, Phase.UNKNOWN)
    assert table.error == "submission.unexpected"


def test_an_order_that_was_begun_alone_and_left_is_tied_too(table: Table) -> None:
    alone = table.world.session.submission(table.orders[0])
    alone.begin()
    assert alone.progress.phase is Phase.PASSWORD
    table.to_code()
    alone.authenticate(SecretText(fakes.PASSWORD))  # the panel that was left: its code counts for nothing any more
    alone.choose(SMS)
    record = table.records[0]
    alone.answer(SecretText(fakes.CODE), record.content.payment, record.digest)
    assert alone.progress.error == "binding.otp"
    assert "answer" not in table.bank.calls
    table.answer()
    assert all_in(table, S.ACCEPTED)


# — tying —


def test_a_payment_that_reads_otherwise_is_not_tied(table: Table) -> None:
    for order in table.orders:
        table.world.session.submission(order).begin()
    table.bank.echo = {"instructed_amount": Money(1, "EUR")}
    table.run.begin()
    assert (table.phase, table.error) == (Phase.CONTINUE, "binding.reply")
    assert table.kinds(0)[-1] == "reply_refused"
    assert table.kinds(1)[-1] != "reply_refused"
    assert "tie" not in table.bank.calls


def test_a_payment_that_somebody_signed_meanwhile_is_not_tied(table: Table) -> None:
    for order in table.orders:
        table.world.session.submission(order).begin()
    table.bank.execute("pay-2")
    table.run.begin()
    assert table.error == "basket.changed"
    assert table.states[1] is S.ACCEPTED
    assert "tie" not in table.bank.calls


@pytest.mark.parametrize("listed", [("pay-1", "pay-2", "other"), ("pay-1", "pay-2"), ()])
def test_a_basket_of_other_payments_is_never_signed(table: Table, listed: tuple[str, ...]) -> None:
    ties = table.bank.ties
    assert ties is not None
    ties.listed = listed
    table.run.begin()
    assert (table.phase, table.error) == (Phase.CONTINUE, "binding.reply")
    assert {record.basket for record in table.records} == {"basket-1"}  # so that it can be dissolved
    assert table.kinds()[-1] == "reply_refused"
    table.run.begin()
    assert table.error == "binding.reply"
    assert "start_authorisation" not in table.bank.calls
    table.run.untie()
    assert (table.phase, table.error) == (Phase.CONTINUE, "")
    assert {record.basket for record in table.records} == {""}
    assert table.bank.held_baskets["basket-1"].status is TransactionStatus.CANC


def test_a_connector_that_reads_a_basket_less_strictly_is_caught_by_the_record(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def loose(self: FakeBaskets, payments: tuple[str, ...], request_id: str) -> Basket:
        return replace(real(self, payments, request_id), payments=payments[:-1])

    real = FakeBaskets.tie
    monkeypatch.setattr(FakeBaskets, "tie", loose)
    table.run.begin()
    assert (table.phase, table.error) == (Phase.CONTINUE, "binding.reply")
    assert "start_authorisation" not in table.bank.calls


def test_a_tie_whose_reply_is_lost_is_never_asked_for_again(table: Table) -> None:
    table.bank.lost_replies.append("tie")
    table.run.begin()
    assert (table.phase, table.error) == (Phase.CONTINUE, "bank.no_reply")
    assert all(record.tying and not record.basket for record in table.records)
    table.run.begin()
    assert (table.phase, table.error) == (Phase.CONTINUE, "basket.asked")
    table.restart()
    table.run.begin()
    assert table.error == "basket.asked"
    table.run.untie()  # nobody knows its name
    assert table.bank.calls.count("tie") == 1
    assert "dissolve" not in table.bank.calls
    alone = table.world.session.submission(table.orders[0])
    alone.go_on()  # the bank says what it has
    assert alone.progress.error == "bank.tpp.status_invalid"
    alone.abandon("given_up")
    assert table.states[0] is S.ABANDONED


def test_where_one_was_given_up_while_the_bank_tied_them_the_rest_can_be_untied(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tie(self: FakeBaskets, payments: tuple[str, ...], request_id: str) -> Basket:
        found = real(self, payments, request_id)
        record_abandoned(table.world.vault, table.orders[0], "given_up")  # while the reply is on its way
        assert table.states[0] is S.ABANDONED
        return found

    real = FakeBaskets.tie
    monkeypatch.setattr(FakeBaskets, "tie", tie)
    table.run.begin()
    assert (table.phase, table.error) == (Phase.CONTINUE, "order.illegal_move")
    assert "start_authorisation" not in table.bank.calls
    assert [record.basket for record in table.records] == ["", "basket-1", "basket-1"]
    table.run.untie()
    assert table.bank.held_baskets["basket-1"].status is TransactionStatus.CANC
    assert {(record.basket, record.tying) for record in table.records[1:]} == {("", "")}


@pytest.mark.parametrize("kind", [FailureKind.TERMINAL, FailureKind.RETRYABLE])
def test_a_tie_that_was_not_made_may_be_asked_for_again(table: Table, kind: FailureKind) -> None:
    table.bank.fail("tie", kind, "bank.tpp.reference_status_invalid")
    table.run.begin()
    assert (table.phase, table.error) == (Phase.CONTINUE, "bank.tpp.reference_status_invalid")
    assert {record.tying for record in table.records} == {""}
    table.run.begin()
    assert table.phase is Phase.PASSWORD


def test_a_basket_that_is_not_shown_can_be_looked_at_again(table: Table) -> None:
    table.bank.fail("tie", FailureKind.UNKNOWN, "bank.basket_not_shown", basket_id="basket-1")
    table.run.begin()
    assert (table.phase, table.error) == (Phase.CONTINUE, "bank.basket_not_shown")
    assert {record.basket for record in table.records} == {"basket-1"}


# — the basket, later —


def test_a_basket_is_gone_on_with_after_a_restart(table: Table) -> None:
    table.to_tied()
    table.to_code()
    table.answer()
    assert all_in(table, S.ACCEPTED)
    assert table.bank.calls.count("tie") == 1


def test_a_dissolved_basket_leaves_its_payments(table: Table) -> None:
    table.to_tied()
    table.run.untie()
    assert (table.phase, table.error) == (Phase.CONTINUE, "")
    assert table.kinds()[-1] == "untied"
    alone = table.world.session.submission(table.orders[0])
    alone.go_on()
    assert alone.progress.phase is Phase.PASSWORD
    table.run.untie()
    assert table.bank.calls.count("dissolve") == 1


def test_a_basket_is_dissolved_while_the_bank_asks_and_its_code_counts_no_more(table: Table) -> None:
    table.to_code()
    table.run.untie()
    assert (table.phase, {record.basket for record in table.records}) == (Phase.CONTINUE, {""})
    table.answer()
    table.run.progress = replace(table.run.progress, phase=Phase.CODE)  # as a page that was left behind
    table.answer()
    assert table.error == "binding.otp"
    assert "answer" not in table.bank.calls


def test_a_lost_reply_to_dissolving_is_asked_about(table: Table) -> None:
    table.to_tied()
    table.bank.lost_replies.append("dissolve")
    table.run.untie()
    assert (table.phase, table.error) == (Phase.CONTINUE, "bank.no_reply")
    table.run.begin()
    assert (table.phase, table.error) == (Phase.CONTINUE, "")
    assert {record.basket for record in table.records} == {""}
    assert table.bank.calls.count("dissolve") == 1


def test_a_basket_that_the_bank_turned_down_is_put_on_record(table: Table) -> None:
    table.to_tied()
    table.bank.held_baskets["basket-1"].status = TransactionStatus.RJCT
    table.run.reconcile()
    assert (table.phase, {record.basket for record in table.records}) == (Phase.CONTINUE, {""})
    assert table.records[0].reason == "RJCT"


def test_where_one_of_a_basket_was_turned_down_it_is_untied_first(table: Table) -> None:
    table.to_tied()
    table.bank.held["pay-1"].status = TransactionStatus.RJCT
    table.run.reconcile()
    assert table.states == (S.REJECTED, S.AUTHORISING, S.AUTHORISING)
    table.run.begin()
    assert (table.phase, table.error) == (Phase.CONTINUE, "basket.changed")
    table.run.untie()
    assert {record.basket for record in table.records[1:]} == {""}


def test_what_is_tied_is_neither_signed_nor_given_up_alone(table: Table) -> None:
    table.to_tied()
    alone = table.world.session.submission(table.orders[0])
    alone.resume()
    alone.go_on()
    assert (alone.progress.phase, alone.progress.error) == (Phase.CONTINUE, "order.tied")
    alone.abandon("given_up")
    assert alone.progress.error == "order.tied"
    assert all_in(table, S.AUTHORISING)


def test_a_refused_authorisation_leaves_the_basket(table: Table) -> None:
    table.bank.fail("start_authorisation", FailureKind.TERMINAL, "bank.tpp.service_blocked")
    table.run.begin()
    assert (table.phase, table.error) == (Phase.CONTINUE, "bank.tpp.service_blocked")
    lie(table, "start_authorisation")
    table.run.begin()
    assert (table.phase, table.error) == (Phase.UNKNOWN, "binding.reply")  # its app may ask since
    table.run.reconcile()
    assert (table.phase, table.error) == (Phase.CONTINUE, "bank.start_not_found")
    table.run.begin()
    assert table.phase is Phase.PASSWORD


# — the code —


def test_a_wrong_password_and_a_wrong_code_leave_room(table: Table) -> None:
    table.run.begin()
    table.run.authenticate(SecretText("wrong"))
    assert (table.phase, table.error) == (Phase.PASSWORD, "bank.password_refused")
    table.run.authenticate(SecretText(fakes.PASSWORD))
    table.run.choose(SMS, table.shown())
    table.answer("000000")
    assert (table.phase, table.error) == (Phase.CODE, "bank.code_refused")
    assert all_in(table, S.AUTHORISING)
    table.answer()
    assert all_in(table, S.ACCEPTED)
    assert table.records[0].attempts == 2


def test_a_code_that_did_not_go_out_may_be_sent_again(table: Table) -> None:
    table.to_code()
    table.bank.fail("answer", FailureKind.RETRYABLE, "bank.unreachable")
    table.answer()
    assert (table.phase, table.records[0].reason) == (Phase.CODE, "not_sent")
    table.answer()
    assert all_in(table, S.ACCEPTED)


def test_the_last_wrong_code_ends_the_authorisation(table: Table) -> None:
    table.bank.max_failures = 1
    table.to_code()
    table.answer("000000")
    assert (table.phase, table.records[0].reason) == (Phase.CONTINUE, "failed")
    table.bank.max_failures = 5
    table.to_code()
    table.answer()
    assert all_in(table, S.ACCEPTED)


def test_a_lost_reply_is_asked_about_once_for_all_and_never_sent_again(table: Table) -> None:
    table.to_code()
    table.bank.lost_replies.append("answer")
    table.answer()
    assert (table.phase, table.error) == (Phase.ACCEPTED, "")
    assert all_in(table, S.ACCEPTED)
    assert table.bank.calls.count("answer") == 1
    assert table.bank.calls.count("basket_authorisation") == 1
    assert len(table.bank.executions) == 3


def test_a_code_that_never_arrived_may_be_given_anew(table: Table) -> None:
    table.to_code()
    table.bank.fail("answer", FailureKind.UNKNOWN, "bank.timeout")
    table.answer()
    assert (table.phase, table.records[0].reason) == (Phase.CONTINUE, "not_received")
    assert len(table.bank.executions) == 0


def test_while_nobody_knows_nothing_else_is_offered(table: Table) -> None:
    table.to_code()
    table.bank.fail("answer", FailureKind.UNKNOWN, "bank.timeout")
    table.bank.fail("basket_authorisation", FailureKind.RETRYABLE, "bank.unreachable")
    table.answer()
    assert (table.phase, table.error) == (Phase.UNKNOWN, "bank.unreachable")
    assert all_in(table, S.UNKNOWN)
    table.run.begin()
    table.run.untie()
    table.bank.fail("basket_authorisation", FailureKind.RETRYABLE, "bank.not_found_proves_nothing")
    table.run.reconcile()
    assert (table.phase, table.error) == (Phase.UNKNOWN, "bank.not_found_proves_nothing")
    assert table.bank.calls.count("answer") == 1
    assert "dissolve" not in table.bank.calls
    before = len(table.kinds())
    table.run.reconcile()
    assert table.phase is Phase.CONTINUE
    assert len(table.kinds()) == before + 1  # asking puts on record what it found, and nothing else


def test_a_single_order_asks_about_the_basket_too(table: Table) -> None:
    table.to_code()
    table.bank.lost_replies.append("answer")
    table.bank.fail("basket_authorisation", FailureKind.RETRYABLE, "bank.unreachable")
    table.bank.fail("report", FailureKind.RETRYABLE, "bank.unreachable")
    table.answer()
    assert all_in(table, S.UNKNOWN)
    alone = table.world.session.submission(table.orders[0])
    alone.resume()
    assert table.states == (S.ACCEPTED, S.UNKNOWN, S.UNKNOWN)
    table.bank.ties = None
    other = table.world.session.submission(table.orders[1])
    other.resume()
    assert (other.progress.phase, other.progress.error) == (Phase.UNKNOWN, "basket.not_offered")
    table.bank.ties = FakeBaskets(table.bank)
    table.run.reconcile()
    assert all_in(table, S.ACCEPTED)


def test_a_program_killed_while_the_code_was_sent_asks(table: Table) -> None:
    table.to_code()
    record = table.records[0]
    record_basket.record_answer_together(
        table.world.vault, record.basket, record.authorisation_id, table.shown().digests, table.shown().digest
    )
    table.restart()
    table.run.reconcile()
    assert (table.phase, table.records[0].reason) == (Phase.CONTINUE, "not_received")
    assert "answer" not in table.bank.calls


def test_a_reply_about_something_else_leaves_the_outcome_open_until_the_bank_is_asked(table: Table) -> None:
    table.to_code()
    lie(table, "answer")
    table.answer()
    assert table.kinds().count("reply_refused") == 1
    assert table.phase is Phase.CONTINUE
    assert table.bank.calls.count("answer") == 1


def test_one_more_question_after_the_code_is_asked_about(table: Table) -> None:
    table.to_code()
    table.bank.twist["answer"] = lambda found: replace(found, state=AuthorisationState.OPEN)
    table.answer()
    assert all_in(table, S.ACCEPTED)


def test_an_exempted_basket_is_signed(table: Table) -> None:
    def exempted(found: Authorisation) -> Authorisation:
        table.bank.opened[found.authorisation_id].state = AuthorisationState.EXEMPTED
        FakeBaskets(table.bank).sign("basket-1", "")
        return replace(found, state=AuthorisationState.EXEMPTED)

    table.bank.twist["authenticate"] = exempted
    table.run.begin()
    table.run.authenticate(SecretText(fakes.PASSWORD))
    assert table.phase is Phase.ACCEPTED
    assert all_in(table, S.ACCEPTED)


def test_one_that_the_bank_turns_down_leaves_the_others(table: Table) -> None:
    table.bank.refuses["pay-2"] = "AM02"
    table.to_code()
    table.answer()
    assert table.states == (S.ACCEPTED, S.REJECTED, S.ACCEPTED)
    assert (table.phase, table.records[1].reason) == (Phase.ACCEPTED, "AM02")


def test_when_all_are_final_nobody_is_asked(table: Table) -> None:
    table.bank.settles_after = 0
    table.to_code()
    table.answer()
    table.run.reconcile()
    assert (table.phase, set(table.states)) == (Phase.ENDED, {S.SETTLED})
    table.bank.calls.clear()
    table.run.reconcile()
    assert table.bank.calls == []


def test_a_status_that_reads_otherwise_stops(table: Table) -> None:
    table.to_code()
    lie(table, "report")
    table.answer()
    assert (table.phase, table.error) == (Phase.UNKNOWN, "binding.reply")
    assert (table.kinds(0)[-1], table.kinds(1)[-1]) == ("reply_refused", "authorised")
    table.run.reconcile()
    assert (table.phase, table.error) == (Phase.ACCEPTED, "")


def test_a_step_that_reads_otherwise_stops(table: Table) -> None:
    table.run.begin()
    lie(table, "authenticate")
    table.run.authenticate(SecretText(fakes.PASSWORD))
    assert (table.phase, table.error) == (Phase.CONTINUE, "binding.reply")


# — what may not be sent —


def test_an_emergency_stop_keeps_codes_back(table: Table) -> None:
    table.to_code()
    table.freeze_workspace()
    table.answer()
    assert (table.error, table.records[0].attempts) == ("intent.frozen", 0)
    assert "answer" not in table.bank.calls
    table.run.choose(SMS, table.shown())
    assert table.error == "intent.frozen"


def test_a_stop_between_handing_in_and_tying_ties_nothing(table: Table) -> None:
    for order in table.orders:
        table.world.session.submission(order).begin()
    table.freeze_workspace()
    table.run.begin()
    assert table.error == "intent.frozen"
    assert "tie" not in table.bank.calls


def test_a_vault_that_can_not_record_takes_no_step(table: Table) -> None:
    table.run.begin()
    table.world.vault.may_sign = False
    table.run.authenticate(SecretText(fakes.PASSWORD))
    assert table.error == "vault.read_only"
    assert "authenticate" not in table.bank.calls


Spoil = Callable[[Table], None]


def _another_amount(table: Table) -> None:
    shown = table.shown()
    payment, digest = shown.payments[table.orders[0]]
    other = replace(payment, instructed_amount=Money(1, "EUR"))
    table.run.answer(
        SecretText(fakes.CODE), replace(shown, payments={**shown.payments, table.orders[0]: (other, digest)})
    )


def _another_digest(table: Table) -> None:
    shown = table.shown()
    payment, _digest = shown.payments[table.orders[0]]
    spoilt = {**shown.payments, table.orders[0]: (payment, "0" * 64)}
    table.run.answer(SecretText(fakes.CODE), replace(shown, payments=spoilt))


def _another_total(table: Table) -> None:
    table.run.answer(SecretText(fakes.CODE), replace(table.shown(), digest="0" * 64))


def _one_missing(table: Table) -> None:
    table.run.answer(SecretText(fakes.CODE), table.shown(table.orders[:2]))


def _a_run_of_fewer(table: Table) -> None:
    table.run.orders = table.orders[:2]
    table.run.answer(SecretText(fakes.CODE), table.shown(table.orders[:2]))


def _another_authorisation(table: Table) -> None:
    table.run._authorisation = "auth-99"  # noqa: SLF001 - as a mistake in the program would
    table.answer()


@pytest.mark.parametrize(
    "spoil",
    [_another_amount, _another_digest, _another_total, _one_missing, _a_run_of_fewer, _another_authorisation],
)
def test_a_code_for_something_else_is_not_sent(table: Table, spoil: Spoil) -> None:
    table.to_code()
    spoil(table)
    assert table.error == "binding.otp"
    assert {record.attempts for record in table.records} == {0}
    assert "answer" not in table.bank.calls


def test_a_basket_that_was_untied_meanwhile_is_not_signed(table: Table) -> None:
    table.to_code()
    record_basket.record_untied(table.world.vault, table.orders[:1], "basket-1", "dissolved")
    table.answer()
    assert table.error == "binding.otp"
    with pytest.raises(SecurityError):
        record_basket.record_answer_together(table.world.vault, "", "auth-1", {}, "")
    with pytest.raises(UserFacingError):
        record_basket.record_untied(table.world.vault, ("ff" * 16,), "basket-1", "dissolved")


def test_a_failing_record_sends_no_code(table: Table) -> None:
    table.to_code()

    def full() -> None:
        raise UserFacingError("vault.disk_full")

    table.world.vault.before_commit = full
    table.answer()
    assert table.error == "vault.disk_full"
    assert "answer" not in table.bank.calls
    assert all_in(table, S.AUTHORISING)


def test_one_order_that_may_not_be_answered_holds_all_of_them_back(table: Table) -> None:
    table.to_code()
    table.bank.held["pay-2"].status = TransactionStatus.RJCT
    alone = table.world.session.submission(table.orders[1])
    alone.resume()
    assert table.states[1] is S.REJECTED
    table.answer()
    assert "answer" not in table.bank.calls
    assert table.states[0] is S.AUTHORISING


def test_what_was_stopped_is_not_handed_in(table: Table) -> None:
    stop_order(table.world.vault, table.orders[0], "not_right")
    table.run.begin()
    assert (table.phase, table.error) == (Phase.CONTINUE, "basket.fewer")
    assert table.bank.calls.count("initiate") == 2


# — the bank's own app —


@pytest.fixture
def app_table() -> Table:
    table = Table(2)
    table.bank.methods = (BY_SMS, APP)
    return table


def to_app(table: Table) -> None:
    table.run.begin()
    table.run.authenticate(SecretText(fakes.PASSWORD))
    table.run.choose(APP.method, table.shown())


def test_the_banks_app_decides_and_the_record_of_it_comes_before_it_is_asked(app_table: Table) -> None:
    to_app(app_table)
    assert app_table.phase is Phase.UNKNOWN
    assert all_in(app_table, S.ANSWERING)
    app_table.run.reconcile()  # the person hasn't decided yet
    assert (app_table.phase, all_in(app_table, S.ANSWERING)) == (Phase.UNKNOWN, True)
    opened = app_table.bank.opened[app_table.records[0].authorisation_id]
    opened.state = AuthorisationState.FINALISED
    FakeBaskets(app_table.bank).sign("basket-1", "")
    app_table.run.reconcile()
    assert (app_table.phase, all_in(app_table, S.ACCEPTED)) == (Phase.ACCEPTED, True)
    assert "answer" not in app_table.bank.calls


def test_an_app_that_still_asks_after_a_restart_is_waited_for(
    app_table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asking(self: FakeBaskets, basket_id: str, authorisation_id: str) -> Authorisation:
        return replace(real(self, basket_id, authorisation_id), message="Decide in the app.")

    real = FakeBaskets.authorisation
    to_app(app_table)
    monkeypatch.setattr(FakeBaskets, "authorisation", asking)
    app_table.restart()
    app_table.run.reconcile()
    assert (app_table.phase, app_table.run.progress.message) == (Phase.UNKNOWN, "Decide in the app.")
    assert all_in(app_table, S.UNKNOWN)
    alone = app_table.world.session.submission(app_table.orders[0])  # as every order is asked about at the start
    alone.resume()
    assert (alone.progress.phase, all_in(app_table, S.UNKNOWN)) == (Phase.UNKNOWN, True)
    monkeypatch.setattr(FakeBaskets, "authorisation", real)
    app_table.run.reconcile()
    assert all_in(app_table, S.AUTHORISING)


def test_who_declines_in_the_app_signs_nothing(app_table: Table) -> None:
    to_app(app_table)
    app_table.bank.opened[app_table.records[0].authorisation_id].state = AuthorisationState.FAILED
    app_table.run.reconcile()
    assert (app_table.phase, all_in(app_table, S.AUTHORISING)) == (Phase.CONTINUE, True)


def test_an_app_that_could_not_be_asked_is_asked_again(app_table: Table) -> None:
    app_table.bank.fail("choose_method", FailureKind.RETRYABLE, "bank.unreachable")
    to_app(app_table)
    assert (app_table.phase, app_table.error) == (Phase.METHOD, "bank.unreachable")
    assert all_in(app_table, S.AUTHORISING)
    app_table.run.choose(APP.method, app_table.shown())
    assert app_table.phase is Phase.UNKNOWN


def test_an_app_of_which_nobody_knows_whether_it_asks_is_asked_about(app_table: Table) -> None:
    app_table.bank.fail("choose_method", FailureKind.UNKNOWN, "bank.timeout")
    to_app(app_table)
    assert (app_table.phase, app_table.records[0].reason) == (Phase.CONTINUE, "not_received")


def test_an_app_that_decided_at_once_is_believed(app_table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    def at_once(self: OddBank, handle: str, method: str) -> Authorisation:
        found = fakes.ScriptedBank.choose_method(self, handle, method)
        FakeBaskets(self).sign("basket-1", "")
        return replace(found, state=AuthorisationState.FINALISED)

    monkeypatch.setattr(OddBank, "choose_method", at_once, raising=False)
    to_app(app_table)
    assert (app_table.phase, all_in(app_table, S.ACCEPTED)) == (Phase.ACCEPTED, True)


# — what is left —


def test_an_answer_about_another_authorisation_leaves_it_open(table: Table) -> None:
    table.to_code()
    table.bank.fail("answer", FailureKind.UNKNOWN, "bank.timeout")
    lie(table, "basket_authorisation")
    table.answer()
    assert (table.phase, table.error) == (Phase.UNKNOWN, "binding.reply")
    assert all_in(table, S.UNKNOWN)


def test_where_not_even_the_ledger_can_be_read_nothing_is_claimed(table: Table) -> None:
    def closed(_order: str) -> OrderRecord:
        raise UserFacingError("vault.closed")

    table.run.read = closed
    table.run.begin()
    assert (table.phase, table.error) == (Phase.UNKNOWN, "vault.closed")


def test_a_code_for_another_basket_is_not_recorded(table: Table) -> None:
    table.to_code()
    shown, name = table.shown(), table.records[0].authorisation_id
    with pytest.raises(SecurityError) as refused:
        record_basket.record_answer_together(table.world.vault, "basket-9", name, shown.digests, shown.digest)
    assert refused.value.params["field"] == "basket"
    record_basket.record_answer_together(table.world.vault, "basket-1", name, shown.digests, shown.digest)
    record_basket.record_outcome_together(table.world.vault, table.orders[:2], name, "signed", "finalised")
    assert table.states == (S.ACCEPTED, S.ACCEPTED, S.ANSWERING)
