"""Where the bank's own app may decide, asking it is the commit point: on record before, stopped by a stop, kept.

The same rules as for a code (LEDGER 19), for all who authorise. Whether a code is typed or the app is waited for is
what the bank answers; the name of the method says only which methods are safe to ask for without a record.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import pytest

from countersign.application.flows.progress import TYPED, Phase
from countersign.application.ports.bank import Authorisation, AuthorisationState, Challenge, ScaMethod
from countersign.domain.errors import FailureKind, SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.order import BindingError
from countersign.domain.order_state import OrderState
from countersign.domain.secret import SecretText
from countersign.testing import fakes
from countersign.testing.fake_bank import SMS as BY_SMS
from tests.unit.application.app_scenes import APP, TOLD, WHO, Asked, One, Several, make, says_that_it_asks
from tests.unit.application.orders import OddBank

S = OrderState
A = AuthorisationState
OWN_KINDS = ("PUSH_OTP", "PUSH_DEC", "VENDOR_APP", "")


@pytest.fixture(params=WHO)
def asked(request: pytest.FixtureRequest) -> Asked:
    """Somebody who is to choose a method; the bank's app decides without a code."""
    found = make(request.param)
    found.to_method()
    found.bank.calls.clear()
    return found


@pytest.fixture
def coded(asked: Asked) -> Asked:
    """The same, where the app shows a code that is typed."""
    asked.bank.in_app = frozenset()
    asked.choose()
    assert asked.phase == Phase.CODE.value
    return asked


def freeze(asked: Asked) -> None:
    """Pull the emergency stop."""
    vault = asked.world.vault
    with vault.transaction() as change:
        change.append(EventDraft(kinds.WORKSPACE_FROZEN, vault.identity.workspace, {}))


def lie(asked: Asked, call: str) -> None:
    """Have the next reply to a call be about something else."""
    asked.bank.failures.setdefault(call, deque()).append(BindingError("binding.reply", field="amount", count=1))


def lookup(asked: Asked) -> str:
    return "basket_authorisation" if isinstance(asked, Several) else "authorisation"


# — what is on record before —


@pytest.mark.parametrize("kind", OWN_KINDS)
def test_asking_by_any_kind_of_its_own_is_on_record_before(
    asked: Asked, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = ScaMethod("own-1", kind, "Own")
    asked.bank.methods, asked.bank.in_app = (BY_SMS, own), frozenset({kind})
    asked.run.progress = replace(asked.progress, methods=(BY_SMS, own))
    seen: list[bool] = []
    real = fakes.ScriptedBank.choose_method

    def look(bank: OddBank, handle: str, method: str) -> Authorisation:
        seen.append(asked.pending)
        return replace(real(bank, handle, method), message=TOLD)

    monkeypatch.setattr(fakes.ScriptedBank, "choose_method", look)
    asked.choose(own)
    assert seen == [True]
    assert (asked.phase, asked.progress.message, asked.progress.elsewhere) == (Phase.UNKNOWN, TOLD, True)
    assert "answer" not in asked.bank.calls


def test_a_method_that_the_bank_did_not_offer_is_a_commit_point(asked: Asked) -> None:
    asked.bank.methods = (ScaMethod("unheard", "SMS_OTP", ""),)
    asked.choose(ScaMethod("unheard", "SMS_OTP", ""))  # what the page offered knows no such method
    assert asked.pending


@pytest.mark.parametrize("kind", sorted(TYPED))
def test_asking_for_a_code_that_is_typed_commits_to_nothing(asked: Asked, kind: str) -> None:
    known = ScaMethod("known-1", kind, "Known")
    asked.bank.methods = (known,)
    asked.run.progress = replace(asked.progress, methods=(known,))
    asked.choose(known)
    assert (asked.phase, asked.pending, asked.progress.elsewhere) == (Phase.CODE, False, False)
    asked.choose(known)  # another code
    assert (asked.phase, asked.pending) == (Phase.CODE, False)
    asked.answer()
    assert asked.phase == Phase.ACCEPTED.value


def test_an_emergency_stop_keeps_the_app_from_being_asked(asked: Asked) -> None:
    freeze(asked)
    asked.choose()
    assert asked.progress.error == "intent.frozen"
    assert "choose_method" not in asked.bank.calls


def test_what_the_page_did_not_show_is_not_asked(asked: Asked) -> None:
    asked.choose(other=True)
    assert asked.progress.error == "binding.otp"
    if isinstance(asked, One):
        asked.run.choose(APP.method)
        assert asked.progress.error == "binding.otp"
    assert "choose_method" not in asked.bank.calls


# — the app decides —


def test_while_the_app_asks_nothing_is_given_up_and_nothing_new_is_begun(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    says_that_it_asks(monkeypatch)
    asked.choose()
    asked.restart()
    asked.run.reconcile()
    assert (asked.phase, asked.pending, asked.progress.message) == (Phase.UNKNOWN, True, TOLD)
    assert asked.progress.elsewhere
    alone = asked.session.submission(asked.records[-1].content.order)
    alone.abandon("given_up")
    assert asked.records[-1].state is not S.ABANDONED
    asked.choose()
    assert asked.bank.calls.count("choose_method") == 1


def test_a_bank_that_says_nothing_of_its_app_is_waited_for(asked: Asked) -> None:
    asked.choose()
    asked.run.reconcile()  # it says that the authorisation is open, and no more
    assert (asked.phase, asked.pending, asked.progress.elsewhere) == (Phase.UNKNOWN, True, True)


@pytest.mark.parametrize("quietly", [False, True])
def test_what_was_decided_in_the_app_is_heard(asked: Asked, *, quietly: bool) -> None:
    asked.choose()
    asked.run.look()
    assert (asked.phase, asked.pending) == (Phase.UNKNOWN, True)
    asked.approve()
    (asked.run.look if quietly else asked.run.reconcile)()
    assert (asked.phase, asked.pending, asked.progress.elsewhere) == (Phase.ACCEPTED, False, False)
    assert len(asked.bank.executions) == (3 if isinstance(asked, Several) else 1)
    assert "outcome_unknown" not in asked.kinds
    asked.bank.calls.clear()
    asked.run.look()
    assert asked.bank.calls == []


@pytest.mark.parametrize("quietly", [False, True])
def test_who_declines_signs_nothing(asked: Asked, *, quietly: bool) -> None:
    asked.choose()
    asked.decline()
    (asked.run.look if quietly else asked.run.reconcile)()
    assert (asked.phase, asked.pending) == (Phase.CONTINUE, False)


@pytest.mark.parametrize("state", [A.FINALISED, A.FAILED])
def test_an_app_that_decided_at_once_is_believed(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, state: AuthorisationState
) -> None:
    real = fakes.ScriptedBank.choose_method

    def at_once(bank: OddBank, handle: str, method: str) -> Authorisation:
        found = real(bank, handle, method)
        (asked.approve if state is A.FINALISED else asked.decline)()
        return replace(found, state=state, elsewhere=False)

    monkeypatch.setattr(fakes.ScriptedBank, "choose_method", at_once)
    asked.choose()
    done = state is A.FINALISED
    assert (asked.phase, asked.pending) == (Phase.ACCEPTED if done else Phase.CONTINUE, False)


def test_an_app_that_could_not_be_asked_is_asked_again(asked: Asked) -> None:
    asked.bank.fail("choose_method", FailureKind.RETRYABLE, "bank.unreachable")
    asked.choose()
    assert (asked.phase, asked.progress.error) == (Phase.METHOD, "bank.unreachable")
    assert not asked.pending
    asked.choose()
    assert (asked.phase, asked.pending) == (Phase.UNKNOWN, True)


def test_an_app_of_which_nobody_knows_whether_it_asks_is_asked_about(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    says_that_it_asks(monkeypatch)
    asked.bank.lost_replies.append("choose_method")
    real = fakes.ScriptedBank.choose_method

    def lost(bank: OddBank, handle: str, method: str) -> Authorisation:
        found = real(bank, handle, method)
        bank.may_lose("choose_method")
        return found

    monkeypatch.setattr(fakes.ScriptedBank, "choose_method", lost)
    asked.choose()
    assert (asked.phase, asked.pending, asked.progress.elsewhere) == (Phase.UNKNOWN, True, True)
    assert "outcome_unknown" in asked.kinds or asked.further
    asked.run.look()
    assert asked.phase == Phase.UNKNOWN.value
    monkeypatch.undo()
    asked.run.look()  # it asks nobody any more, and nobody decided
    assert (asked.phase, asked.pending) == (Phase.CONTINUE, False)


def test_a_reply_about_something_else_leaves_it_unknown(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    says_that_it_asks(monkeypatch)
    real = fakes.ScriptedBank.choose_method

    def another(bank: OddBank, handle: str, method: str) -> Authorisation:
        real(bank, handle, method)
        raise BindingError("binding.reply", field="method", count=1)

    monkeypatch.setattr(fakes.ScriptedBank, "choose_method", another)
    asked.choose()
    assert (asked.phase, asked.pending) == (Phase.UNKNOWN, True)
    assert "reply_refused" in asked.kinds


# — the app shows a code, or decides all the same —


def test_a_code_of_the_app_is_typed_and_goes_out_once(coded: Asked) -> None:
    assert coded.pending  # the app may decide while the code is typed
    assert coded.progress.elsewhere
    coded.answer()
    assert (coded.phase, coded.pending) == (Phase.ACCEPTED, False)
    assert len(coded.bank.executions) == (3 if isinstance(coded, Several) else 1)
    assert coded.bank.calls.count("answer") == coded.bank.calls.count("choose_method") == 1
    counted = {"signing_intended", "signing_ended"} if coded.further else {"answer_intended", "answer_refused"}
    told = [kind for kind in coded.kinds if kind in counted]
    if coded.further:
        assert told == ["signing_intended", "signing_ended", "signing_intended", "signing_ended"]
    else:
        assert told == ["answer_intended", "answer_refused", "answer_intended"]


INTENTS = {
    "sender": "record_submission._answer_intent",
    "further": "record_signing._intent",
    "together": "record_basket.intent_of",
    "together_further": "record_basket_signing._signing_intent",
}


@pytest.mark.parametrize("who", WHO)
def test_what_the_app_was_asked_is_taken_back_with_the_code_or_not_at_all(
    who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = make(who)
    asked.bank.in_app = frozenset()
    asked.to_method()
    asked.choose()

    def full(*_args: object) -> EventDraft:
        raise SecurityError("vault.full")

    monkeypatch.setattr(f"countersign.application.use_cases.{INTENTS[who]}", full)
    before = asked.kinds
    asked.answer()
    assert (asked.phase, asked.progress.error, asked.pending) == (Phase.CODE, "vault.full", True)
    assert asked.kinds == before
    assert "answer" not in asked.bank.calls


def test_a_code_of_which_nobody_knows_is_asked_about(coded: Asked) -> None:
    coded.bank.fail("answer", FailureKind.UNKNOWN, "bank.timeout")
    coded.answer()
    assert (coded.phase, coded.pending) == (Phase.CONTINUE, False)  # the bank says that it still waits for it
    assert coded.bank.calls.count("answer") == 1


@pytest.mark.parametrize("told", [False, True])
def test_what_the_app_asked_stays_open_where_a_choice_after_it_is_lost(
    coded: Asked, monkeypatch: pytest.MonkeyPatch, *, told: bool
) -> None:
    if told:
        says_that_it_asks(monkeypatch)
    coded.bank.fail("choose_method", FailureKind.UNKNOWN, "bank.timeout")
    coded.choose(BY_SMS)
    assert coded.progress.error == ("signing.under_way" if coded.further else "bank.timeout")
    assert coded.pending is (told or isinstance(coded, One) or coded.further)
    assert "answer" not in coded.bank.calls


def test_a_stop_keeps_the_code_of_the_app_from_being_sent(coded: Asked) -> None:
    freeze(coded)
    coded.answer()
    assert (coded.phase, coded.progress.error, coded.pending) == (Phase.CODE, "intent.frozen", True)
    assert "answer" not in coded.bank.calls


def test_the_app_decides_while_the_field_is_open(coded: Asked) -> None:
    coded.run.look()
    assert (coded.phase, coded.pending) == (Phase.CODE, True)
    coded.approve()
    coded.run.look()
    assert (coded.phase, coded.pending) == (Phase.ACCEPTED, False)
    assert "answer" not in coded.bank.calls


def test_a_look_that_brings_nothing_changes_nothing(coded: Asked) -> None:
    coded.bank.fail(lookup(coded), FailureKind.RETRYABLE, "bank.unreachable")
    before = coded.progress
    coded.run.look()
    assert coded.progress == replace(before, look_ms=2 * before.look_ms, still=True)  # but that it looks later
    coded.approve()
    coded.run.look()
    assert coded.phase == Phase.ACCEPTED.value


def test_a_look_at_something_else_is_put_on_record(coded: Asked) -> None:
    lie(coded, lookup(coded))
    lie(coded, lookup(coded))
    coded.run.look()
    assert (coded.phase, coded.progress.error) == (Phase.UNKNOWN, "binding.reply")
    assert "reply_refused" in coded.kinds


def test_a_mistake_in_a_look_is_not_swallowed(coded: Asked) -> None:
    coded.bank.failures.setdefault(lookup(coded), deque()).append(RuntimeError("a mistake"))
    with pytest.raises(RuntimeError):
        coded.run.look()


def test_a_wrong_code_leaves_the_app_to_decide(coded: Asked) -> None:
    coded.answer("000000")
    assert (coded.phase, coded.progress.error, coded.pending) == (Phase.CODE, "bank.code_refused", False)
    coded.run.look()
    assert coded.phase == Phase.CODE.value  # nothing is taken out of the person's hands
    coded.approve()
    coded.run.look()
    assert (coded.phase, coded.pending) == (Phase.ACCEPTED, False)


def test_a_second_code_after_a_wrong_one_counts(coded: Asked) -> None:
    coded.answer("000000")
    coded.answer()
    assert coded.phase == Phase.ACCEPTED.value
    assert coded.bank.calls.count("answer") == 2


def test_after_a_wrong_code_the_bank_is_heard_when_it_is_asked(coded: Asked) -> None:
    coded.answer("000000")
    coded.restart()
    coded.run.reconcile()
    assert (coded.phase, coded.pending) == (Phase.CONTINUE, False)
    coded.approve()
    coded.run.reconcile()
    assert coded.phase == Phase.ACCEPTED.value


def test_after_a_wrong_code_an_app_that_asks_is_put_on_record_again(
    coded: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    coded.answer("000000")
    coded.restart()
    says_that_it_asks(monkeypatch)
    coded.run.reconcile()
    tied = isinstance(coded, Several) and coded.further  # a further signer's page asks of what was sent only
    assert (coded.phase, coded.pending) == ((Phase.CONTINUE, False) if tied else (Phase.UNKNOWN, True))


def test_who_leaves_the_field_may_go_on_later(coded: Asked) -> None:
    coded.restart()
    coded.run.reconcile()
    assert (coded.phase, coded.pending) == (Phase.CONTINUE, False)


def test_another_method_may_be_chosen_by_a_sender_while_the_field_is_open(coded: Asked) -> None:
    coded.choose(BY_SMS)
    if coded.further:  # whose page says so: another device may be told meanwhile that it is under way
        assert (coded.phase, coded.progress.error) == (Phase.CODE, "signing.under_way")
        return
    assert (coded.phase, coded.pending) == (Phase.CODE, True)
    coded.answer()
    assert coded.phase == Phase.ACCEPTED.value


# — a bank that asks in its app though nobody chose that —


def decoupled(found: Authorisation) -> Authorisation:
    return replace(found, methods=(), challenge=None, message=TOLD, elsewhere=True)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("call", ["start_authorisation", "authenticate"])
def test_a_bank_that_asks_of_itself_is_put_on_record_at_once(who: str, call: str) -> None:
    asked = make(who)
    asked.bank.twist[call] = decoupled
    asked.begin()
    asked.run.authenticate(SecretText(fakes.PASSWORD))
    assert (asked.phase, asked.pending) == (Phase.UNKNOWN, True)
    assert (asked.progress.message, asked.progress.elsewhere) == (TOLD, True)
    alone = asked.session.submission(asked.records[-1].content.order)
    alone.abandon("given_up")
    assert asked.records[-1].state is not S.ABANDONED
    asked.approve()
    asked.run.look()
    assert asked.phase == Phase.ACCEPTED.value


def test_a_method_with_a_code_that_is_decided_in_the_app_after_all_is_put_on_record(asked: Asked) -> None:
    asked.bank.in_app = frozenset({"SMS_OTP"})
    asked.choose(BY_SMS)
    assert (asked.phase, asked.pending) == (Phase.UNKNOWN, True)


def test_a_stop_does_not_keep_what_is_asked_off_the_record(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    asked.bank.in_app = frozenset({"SMS_OTP"})
    real = fakes.ScriptedBank.choose_method

    def stopped(bank: OddBank, handle: str, method: str) -> Authorisation:
        freeze(asked)  # while the request is on its way
        return real(bank, handle, method)

    monkeypatch.setattr(fakes.ScriptedBank, "choose_method", stopped)
    asked.choose(BY_SMS)
    assert asked.pending


def test_either_decides_where_the_bank_offers_both_of_itself(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    real = fakes.ScriptedBank.choose_method

    def both(bank: OddBank, handle: str, method: str) -> Authorisation:
        return replace(real(bank, handle, method), challenge=Challenge(BY_SMS, "integer", 6, ""), elsewhere=True)

    monkeypatch.setattr(fakes.ScriptedBank, "choose_method", both)
    asked.choose(BY_SMS)
    assert (asked.phase, asked.pending, asked.progress.elsewhere) == (Phase.CODE, True, True)
    asked.answer()
    assert asked.phase == Phase.ACCEPTED.value


# — one look at a time, and what a person does goes first —


def test_a_look_waits_for_the_look_before_it_and_gives_way_to_a_step() -> None:
    tasks = fakes.ManualTasks()
    asked = One(tasks=tasks)

    asked.bank.in_app = frozenset()
    asked.begin()
    tasks.finish()
    asked.run.authenticate(SecretText(fakes.PASSWORD))
    tasks.finish()
    asked.choose()
    tasks.finish()
    assert asked.phase == Phase.CODE.value
    asked.run.look()
    asked.run.look()
    assert len(tasks.waiting) == 1
    asked.approve()
    asked.answer()  # the person is faster
    assert asked.phase == Phase.WORKING.value
    asked.run.look()
    tasks.finish()
    assert asked.phase == Phase.ACCEPTED.value


@pytest.mark.parametrize("who", WHO)
def test_replies_of_two_authorisations_are_not_mixed_up(who: str) -> None:
    asked = make(who)
    asked.bank.twist["authenticate"] = lambda found: replace(decoupled(found), authorisation_id="auth-99")
    asked.begin()
    asked.run.authenticate(SecretText(fakes.PASSWORD))
    assert asked.progress.error in {"binding.otp", "order.other_authorisation"}
    assert not asked.pending
