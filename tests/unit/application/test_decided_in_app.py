"""Where the bank's own app decides, asking it is the commit point: on record before, stopped by a stop, never given up.

The same rules as for a code (LEDGER 19): one payment, and a further signature on one.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.flows.basket_run import IN_APP
from countersign.application.flows.progress import Phase
from countersign.application.flows.signing import Signing
from countersign.application.flows.submission import Submission
from countersign.application.ports.bank import Authorisation, AuthorisationState, ScaMethod
from countersign.domain.errors import FailureKind
from countersign.domain.ledger.bank_signing import SigningState
from countersign.domain.order_state import OrderState
from countersign.domain.payment import PaymentFields
from countersign.domain.secret import SecretText
from countersign.testing import fakes
from countersign.testing.fake_bank import SMS as BY_SMS
from tests.unit.application.orders import Desk, OddBank, freeze_workspace

S = OrderState
APP = ScaMethod("push-1", IN_APP, "The bank's app")
TOLD = "Open the bank's app and decide there."


class Asked:
    """An order whose bank asks in its app: by its sender, or by a further signer."""

    def __init__(self, *, further: bool) -> None:
        self.desk = Desk()
        self.bank: OddBank = self.desk.bank
        self.bank.settles_after = 99
        self.further = further
        if further:
            self.bank.signatures = 2
            self.desk.to_code()
            self.desk.answer()
            assert self.desk.record.awaits_signature
        self.bank.methods = (BY_SMS, APP)
        self.bank.calls.clear()

    @property
    def run(self) -> Submission | Signing:
        session = self.desk.world.session
        return session.signing(self.desk.order) if self.further else session.submission(self.desk.order)

    @property
    def pending(self) -> bool:
        """Whether the ledger says that nobody knows."""
        own = self.desk.record.signing_of(self.desk.world.vault.identity.device)
        if self.further:
            return own is not None and own.under_way
        return self.desk.state in {S.ANSWERING, S.UNKNOWN}

    def to_method(self) -> None:
        run = self.run
        if isinstance(run, Signing):
            run.begin("daniel.okoye")
        else:
            run.begin()
        run.authenticate(SecretText(fakes.PASSWORD))
        assert run.progress.phase is Phase.METHOD, run.progress.error

    def choose(self, payment: PaymentFields | None = None) -> None:
        self.run.choose(APP.method, payment or self.desk.payment, self.desk.digest)

    def asks(self, monkeypatch: pytest.MonkeyPatch, state: AuthorisationState = AuthorisationState.OPEN) -> None:
        """Have the bank say of every authorisation that its app asks, or how it was decided there."""

        def now(bank: OddBank, name: str) -> Authorisation:
            found = fakes.ScriptedBank.authorisation_now(bank, name)
            begun = bank.opened[name].method == APP
            return replace(found, state=state, message=TOLD, elsewhere=True) if begun else found

        monkeypatch.setattr(OddBank, "authorisation_now", now, raising=False)

    def restart(self) -> None:
        """Begin again, as a program that was killed."""
        self.desk.restart()


@pytest.fixture(params=[False, True], ids=["sender", "further"])
def asked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Asked:
    found = Asked(further=request.param)
    found.asks(monkeypatch)
    found.to_method()
    return found


def test_asking_the_app_is_on_record_before_it_is_asked(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def look(bank: OddBank, handle: str, method: str) -> Authorisation:
        seen.append(asked.pending)
        return fakes.ScriptedBank.choose_method(bank, handle, method)

    monkeypatch.setattr(OddBank, "choose_method", look, raising=False)
    asked.choose()
    assert seen == [True]
    assert (asked.run.progress.phase, asked.run.progress.message) == (Phase.UNKNOWN, TOLD)
    assert "answer" not in asked.bank.calls


def test_an_emergency_stop_keeps_the_app_from_being_asked(asked: Asked) -> None:
    freeze_workspace(asked.desk)
    asked.choose()
    assert asked.run.progress.error == "intent.frozen"
    assert "choose_method" not in asked.bank.calls


def test_what_the_page_did_not_show_is_not_asked(asked: Asked) -> None:
    asked.choose(replace(asked.desk.payment, creditor_name="Somebody Else"))
    assert asked.run.progress.error == "binding.otp"
    asked.run.choose(APP.method)
    assert asked.run.progress.error == "binding.otp"
    assert "choose_method" not in asked.bank.calls


def test_while_the_app_asks_nothing_is_given_up_and_nothing_new_is_begun(asked: Asked) -> None:
    asked.choose()
    asked.restart()
    asked.run.reconcile()
    assert (asked.run.progress.phase, asked.pending) == (Phase.UNKNOWN, True)
    alone = asked.desk.world.session.submission(asked.desk.order)
    alone.abandon("given_up")
    assert asked.desk.state is not S.ABANDONED
    asked.run.choose(APP.method, asked.desk.payment, asked.desk.digest)
    assert asked.bank.calls.count("choose_method") == 1


def test_what_was_decided_in_the_app_is_heard(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    asked.choose()
    asked.asks(monkeypatch, AuthorisationState.FINALISED)
    asked.bank.sign("pay-1", "daniel.okoye" if asked.further else "")
    asked.run.reconcile()
    assert (asked.run.progress.phase, asked.pending) == (Phase.ACCEPTED, False)
    assert len(asked.bank.executions) == 1


def test_who_declines_signs_nothing(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    asked.choose()
    asked.asks(monkeypatch, AuthorisationState.FAILED)
    asked.run.reconcile()
    assert (asked.run.progress.phase, asked.pending) == (Phase.CONTINUE, False)


@pytest.mark.parametrize("state", [AuthorisationState.FINALISED, AuthorisationState.FAILED])
def test_an_app_that_decided_at_once_is_believed(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, state: AuthorisationState
) -> None:
    if state is AuthorisationState.FINALISED:
        asked.bank.sign("pay-1", "daniel.okoye" if asked.further else "")
    asked.asks(monkeypatch, state)
    asked.choose()
    assert not asked.pending
    done = state is AuthorisationState.FINALISED
    assert asked.run.progress.phase is (Phase.ACCEPTED if done else Phase.CONTINUE)


def test_an_app_that_could_not_be_asked_is_asked_again(asked: Asked) -> None:
    asked.bank.fail("choose_method", FailureKind.RETRYABLE, "bank.unreachable")
    asked.choose()
    assert (asked.run.progress.phase, asked.run.progress.error) == (Phase.METHOD, "bank.unreachable")
    assert not asked.pending
    asked.choose()
    assert (asked.run.progress.phase, asked.pending) == (Phase.UNKNOWN, True)


def test_an_app_of_which_nobody_knows_whether_it_asks_is_asked_about(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = OddBank.choose_method

    def lost(bank: OddBank, handle: str, method: str) -> Authorisation:
        found = real(bank, handle, method)
        bank.lost_replies.append("choose_method")
        bank.may_lose("choose_method")
        return found

    monkeypatch.setattr(OddBank, "choose_method", lost, raising=False)
    asked.choose()
    assert (asked.run.progress.phase, asked.pending) == (Phase.UNKNOWN, True)
    own = asked.desk.record.signing_of(asked.desk.world.vault.identity.device)
    assert own is None or own.state is SigningState.UNKNOWN
