"""A further signature at the bank: every way in which it can end, and that it sends nothing but a signature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from countersign.application.flows.signing import Signing
from countersign.application.flows.submission import Phase
from countersign.application.ports.bank import AuthorisationState, Initiation
from countersign.application.session import Submissions, signing_of
from countersign.application.use_cases import record_signing
from countersign.domain.errors import FailureKind, SecurityError, UserFacingError
from countersign.domain.ledger.bank_signing import BankSigning, SigningState
from countersign.domain.money import Money
from countersign.domain.order_state import OrderState, TransactionStatus
from countersign.domain.payment import PaymentFields, PaymentProduct
from countersign.domain.secret import SecretText
from countersign.testing import fakes
from tests.unit.application.orders import SMS, Desk, OddBank, freeze_workspace

DANIEL = "daniel.okoye"


class Pair:
    """An order for which the bank wants a second signature, and the second person's acts."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.bank: OddBank = self.desk.bank
        self.bank.signatures = 2
        self.bank.settles_after = 99
        self.desk.to_code()
        self.desk.answer()
        assert self.desk.record.awaits_signature
        self.signing: Signing = self.desk.world.session.signing(self.desk.order)
        self.bank.calls.clear()

    @property
    def phase(self) -> Phase:
        """What the page shows."""
        return self.signing.progress.phase

    @property
    def error(self) -> str:
        """What went wrong last."""
        return self.signing.progress.error

    @property
    def own(self) -> BankSigning:
        """The signature as the ledger has it."""
        found = self.desk.record.signing_of(self.desk.world.vault.identity.device)
        assert found is not None
        return found

    def restart(self) -> None:
        """Begin again, as a program that was killed."""
        session = self.desk.world.session
        session.submissions = Submissions()
        self.signing = session.signing(self.desk.order)

    def to_code(self) -> None:
        """Go as far as the code."""
        phases: list[Phase] = []
        acts: tuple[Callable[[], None], ...] = (
            lambda: self.signing.begin(DANIEL),
            lambda: self.signing.authenticate(SecretText(fakes.PASSWORD)),
            lambda: self.signing.choose(SMS),
        )
        for act in acts:
            act()
            phases.append(self.phase)
        assert phases == [Phase.PASSWORD, Phase.METHOD, Phase.CODE]

    def answer(self, code: str = fakes.CODE) -> None:
        """Type a code."""
        self.signing.answer(SecretText(code), self.desk.payment, self.desk.digest)


@pytest.fixture
def pair() -> Pair:
    return Pair()


def test_the_bank_waits_until_a_second_person_has_signed(pair: Pair) -> None:
    assert (pair.desk.phase, pair.desk.state) == (Phase.ACCEPTED, OrderState.ACCEPTED)
    assert pair.desk.record.missing == "One more signature is needed."
    assert pair.bank.executions == []
    pair.to_code()
    assert pair.own.state is SigningState.OPEN
    pair.answer()
    assert (pair.phase, pair.own.state, pair.own.attempts) == (Phase.ACCEPTED, SigningState.SIGNED, 1)
    assert pair.desk.record.status is TransactionStatus.ACSP
    assert not pair.desk.record.awaits_signature
    assert pair.bank.executions == [pair.desk.payment.end_to_end_id]
    assert pair.bank.signed["pay-1"] == ["", DANIEL]
    assert pair.desk.sent == ("start_authorisation", "authenticate", "choose_method", "answer")
    assert pair.desk.kinds()[-4:] == ("signing_started", "signing_intended", "signing_ended", "status_changed")


def test_where_a_third_is_wanted_the_bank_goes_on_waiting(pair: Pair) -> None:
    pair.bank.signatures = 3
    pair.to_code()
    pair.answer()
    assert (pair.phase, pair.own.state) == (Phase.CONTINUE, SigningState.SIGNED)
    pair.signing.begin("ines.vogt")
    assert (pair.phase, pair.own.state) == (Phase.PASSWORD, SigningState.OPEN)


def test_it_is_told_to_those_who_listen_and_work_waits_for_it(pair: Pair) -> None:
    heard: list[Phase] = []
    session = pair.desk.world.session
    session.submissions.listen(signing_of(pair.desk.order), lambda progress: heard.append(progress.phase))
    assert session.signing(pair.desk.order) is pair.signing
    pair.signing.begin(DANIEL)
    assert heard == [Phase.WORKING, Phase.PASSWORD]
    quiet: list[str] = []
    pair.signing._busy = True  # noqa: SLF001 - an exchange is under way
    session.submissions.when_quiet(lambda: quiet.append("quiet"))
    assert quiet == []


def test_what_the_phase_does_not_offer_does_nothing(pair: Pair) -> None:
    pair.signing.authenticate(SecretText(fakes.PASSWORD))
    pair.signing.choose(SMS)
    pair.answer()
    assert pair.bank.calls == []


def test_the_bank_has_to_know_who_signs(pair: Pair) -> None:
    pair.signing.begin("")
    assert (pair.phase, pair.error) == (Phase.CONTINUE, "signing.person_missing")
    assert pair.bank.calls == []


def test_a_signature_that_nobody_waits_for_is_not_begun(pair: Pair) -> None:
    pair.bank.execute()
    pair.desk.submission.reconcile()
    pair.bank.calls.clear()
    pair.signing.begin(DANIEL)
    assert (pair.phase, pair.error) == (Phase.ACCEPTED, "signing.not_awaited")
    assert pair.bank.calls == []


def test_a_bank_that_has_all_signatures_meanwhile_is_asked_and_nothing_is_signed(pair: Pair) -> None:
    pair.bank.execute()
    pair.signing.begin(DANIEL)
    assert (pair.phase, pair.desk.record.status) == (Phase.ACCEPTED, TransactionStatus.ACSP)
    assert pair.desk.sent == ()


def test_a_payment_without_a_way_to_authorise_is_not_signed(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(self: OddBank, payment_id: str, product: PaymentProduct, payment: PaymentFields) -> Initiation:
        return replace(fakes.ScriptedBank.recall_initiation(self, payment_id, product, payment), handle="")

    monkeypatch.setattr(OddBank, "recall_initiation", closed, raising=False)
    pair.signing.begin(DANIEL)
    assert pair.phase is Phase.CONTINUE
    assert pair.desk.sent == ()


def test_who_signed_already_is_told_so_by_the_bank(pair: Pair) -> None:
    pair.bank.signed["pay-1"].append(DANIEL)
    pair.signing.begin(DANIEL)
    assert (pair.phase, pair.error) == (Phase.CONTINUE, "bank.tpp.status_invalid")
    assert pair.desk.record.signings == ()


def test_a_payment_that_reads_otherwise_is_not_signed(pair: Pair) -> None:
    pair.bank.echo = {"instructed_amount": Money(1, "EUR")}
    pair.signing.begin(DANIEL)
    assert (pair.phase, pair.error) == (Phase.UNKNOWN, "binding.reply")
    assert pair.desk.kinds()[-1] == "reply_refused"
    assert pair.desk.sent == ()


def test_an_emergency_stop_keeps_codes_back(pair: Pair) -> None:
    pair.to_code()
    freeze_workspace(pair.desk)
    pair.answer()
    assert (pair.error, pair.own.state) == ("intent.frozen", SigningState.OPEN)
    assert pair.bank.calls[-1] == "choose_method"
    pair.signing.choose(SMS)
    assert pair.error == "intent.frozen"


def test_a_vault_that_can_not_record_begins_nothing(pair: Pair) -> None:
    pair.desk.world.vault.may_sign = False
    pair.signing.begin(DANIEL)
    assert (pair.error, pair.bank.calls) == ("vault.read_only", [])


def test_a_code_for_something_else_is_not_sent(pair: Pair) -> None:
    pair.to_code()
    other = replace(pair.desk.payment, instructed_amount=Money(1, "EUR"))
    pair.signing.answer(SecretText(fakes.CODE), other, pair.desk.digest)
    assert (pair.error, pair.own.attempts) == ("binding.otp", 0)
    pair.signing.answer(SecretText(fakes.CODE), pair.desk.payment, "0" * 64)
    assert (pair.error, pair.own.attempts) == ("binding.otp", 0)
    pair.signing._authorisation = "another"  # noqa: SLF001 - as a mistake in the program would
    pair.answer()
    assert (pair.error, pair.own.attempts) == ("binding.otp", 0)
    assert "answer" not in pair.bank.calls


def test_a_code_without_a_begun_signature_is_not_recorded(pair: Pair) -> None:
    vault, order = pair.desk.world.vault, pair.desk.order
    with pytest.raises(SecurityError) as refused:
        record_signing.record_signing_intent(vault, order, "auth-9", pair.desk.digest)
    assert refused.value.code == "binding.otp"
    with pytest.raises(SecurityError) as refused:
        record_signing.record_signing_ended(vault, order, "auth-9", "signed", "")
    assert refused.value.code == "order.other_authorisation"
    with pytest.raises(UserFacingError) as unknown:
        record_signing.require_may_sign(vault, "ff" * 16)
    assert unknown.value.code == "order.unknown"


def test_a_wrong_code_leaves_room_for_another(pair: Pair) -> None:
    pair.to_code()
    pair.answer("000000")
    assert (pair.phase, pair.error, pair.own.state) == (Phase.CODE, "bank.code_refused", SigningState.OPEN)
    assert pair.signing.progress.error_params["attempts_left"] == 4
    pair.answer()
    assert (pair.own.state, pair.own.attempts) == (SigningState.SIGNED, 2)


def test_a_code_that_did_not_go_out_may_be_sent_again(pair: Pair) -> None:
    pair.to_code()
    pair.desk.unreachable("answer")
    pair.answer()
    assert (pair.phase, pair.own.state, pair.own.reason) == (Phase.CODE, SigningState.OPEN, "not_sent")
    pair.answer()
    assert pair.own.state is SigningState.SIGNED


def test_the_last_wrong_code_ends_the_authorisation(pair: Pair) -> None:
    pair.bank.max_failures = 1
    pair.to_code()
    pair.answer("000000")
    assert (pair.phase, pair.own.state) == (Phase.CONTINUE, SigningState.FAILED)
    pair.bank.max_failures = 5
    pair.to_code()
    pair.answer()
    assert pair.own.state is SigningState.SIGNED


def test_a_lost_reply_is_asked_about_and_never_sent_again(pair: Pair) -> None:
    pair.to_code()
    pair.bank.lost_replies.append("answer")
    pair.answer()
    assert (pair.phase, pair.own.state) == (Phase.ACCEPTED, SigningState.SIGNED)
    assert pair.bank.calls.count("answer") == 1
    assert len(pair.bank.executions) == 1


def test_a_code_that_never_arrived_may_be_given_anew(pair: Pair) -> None:
    pair.to_code()
    pair.desk.lose("answer")
    pair.answer()
    assert (pair.phase, pair.own.state, pair.own.reason) == (Phase.CONTINUE, SigningState.OPEN, "not_received")


def test_while_nobody_knows_no_other_signature_is_begun(pair: Pair) -> None:
    pair.to_code()
    pair.desk.lose("answer")
    pair.desk.unreachable("authorisation")
    pair.answer()
    assert (pair.phase, pair.own.state, pair.error) == (Phase.UNKNOWN, SigningState.UNKNOWN, "bank.unreachable")
    pair.signing.begin(DANIEL)
    assert (pair.phase, pair.error) == (Phase.UNKNOWN, "signing.under_way")
    pair.bank.fail("authorisation", FailureKind.RETRYABLE, "bank.not_found_proves_nothing")
    pair.signing.reconcile()
    assert (pair.phase, pair.error) == (Phase.UNKNOWN, "bank.not_found_proves_nothing")
    pair.signing.reconcile()
    assert (pair.phase, pair.own.state) == (Phase.CONTINUE, SigningState.OPEN)


def test_a_program_killed_while_the_code_was_sent_asks(pair: Pair) -> None:
    pair.to_code()
    record_signing.record_signing_intent(
        pair.desk.world.vault, pair.desk.order, pair.own.authorisation, pair.desk.digest
    )
    pair.restart()
    pair.signing.reconcile()
    assert (pair.phase, pair.own.state) == (Phase.CONTINUE, SigningState.OPEN)
    pair.restart()
    pair.bank.opened[pair.own.authorisation].state = AuthorisationState.FAILED
    record_signing.record_signing_intent(
        pair.desk.world.vault, pair.desk.order, pair.own.authorisation, pair.desk.digest
    )
    pair.signing.reconcile()
    assert pair.own.state is SigningState.FAILED


def test_a_reply_about_something_else_leaves_the_outcome_open_until_the_bank_is_asked(pair: Pair) -> None:
    pair.to_code()
    pair.desk.lie("answer")
    pair.answer()
    assert pair.desk.kinds().count("reply_refused") == 1
    assert (pair.phase, pair.own.state) == (Phase.CONTINUE, SigningState.OPEN)
    pair.desk.lie("report")
    pair.signing.reconcile()
    assert (pair.phase, pair.error) == (Phase.UNKNOWN, "binding.reply")
    pair.desk.lie("authenticate")
    pair.signing.begin(DANIEL)
    pair.signing.authenticate(SecretText(fakes.PASSWORD))
    assert (pair.phase, pair.error) == (Phase.UNKNOWN, "binding.reply")


def test_an_answer_that_is_followed_by_another_question_is_asked_about(pair: Pair) -> None:
    pair.to_code()
    pair.bank.twist["answer"] = lambda found: replace(found, state=AuthorisationState.OPEN)
    pair.answer()
    assert pair.own.state is SigningState.SIGNED


def test_a_lost_step_is_taken_anew_once_the_bank_has_said_that_it_only_waits(pair: Pair) -> None:
    pair.signing.begin(DANIEL)
    pair.desk.lose("authenticate")
    pair.signing.authenticate(SecretText(fakes.PASSWORD))
    assert (pair.phase, pair.error, pair.own.state) == (Phase.CONTINUE, "bank.timeout", SigningState.OPEN)
    pair.signing.begin(DANIEL)
    assert (pair.phase, pair.own.state) == (Phase.PASSWORD, SigningState.OPEN)


def test_a_lost_step_at_a_bank_that_exempts_is_asked_about() -> None:
    desk = Desk()
    desk.bank.never_executes_unauthorised = False
    desk.bank.signatures = 2
    desk.to_code()
    desk.answer()
    signing = desk.world.session.signing(desk.order)
    signing.begin(DANIEL)
    desk.lose("authenticate")
    signing.authenticate(SecretText(fakes.PASSWORD))
    own = desk.record.signing_of(desk.world.vault.identity.device)
    assert own is not None
    assert (own.state, own.reason) == (SigningState.OPEN, "not_received")
    signing.begin(DANIEL)
    desk.refuse("authenticate", "bank.password_refused")
    signing.authenticate(SecretText("wrong"))
    assert (signing.progress.phase, signing.progress.error) == (Phase.PASSWORD, "bank.password_refused")


def test_an_exemption_counts_as_a_signature(pair: Pair) -> None:
    pair.bank.twist["start_authorisation"] = lambda found: replace(found, state=AuthorisationState.EXEMPTED)
    pair.signing.begin(DANIEL)
    assert pair.own.state is SigningState.SIGNED


def test_a_final_order_is_not_asked_about(pair: Pair) -> None:
    pair.bank.execute()
    pair.bank.settles_after = 0
    pair.desk.submission.reconcile()
    assert pair.desk.state is OrderState.SETTLED
    pair.bank.calls.clear()
    pair.signing.reconcile()
    assert (pair.phase, pair.bank.calls) == (Phase.ENDED, [])


def test_a_failing_record_sends_no_code(pair: Pair) -> None:
    pair.to_code()

    def full() -> None:
        raise UserFacingError("vault.disk_full")

    pair.desk.world.vault.before_commit = full
    pair.answer()
    assert pair.error == "vault.disk_full"
    assert "answer" not in pair.bank.calls
    assert pair.bank.executions == []
