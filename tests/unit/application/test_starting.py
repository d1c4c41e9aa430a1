"""The start of an authorisation is on record before: the bank's own app may ask, or have decided, upon it (LEDGER 19).

Killed there, an order comes back as one of which nobody knows; the bank's list of authorisations says more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace

import pytest

from countersign.application.flows.basket_signing import BasketSigning
from countersign.application.flows.basket_submission import BasketSubmission
from countersign.application.flows.progress import LOOK_MS, Phase
from countersign.application.flows.signing import Signing
from countersign.application.ports.bank import Authorisation, AuthorisationState, Initiation
from countersign.domain.canonical import Json
from countersign.domain.errors import ConnectorError, FailureKind
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.order import BindingError
from countersign.domain.order_state import OrderState, TransactionStatus
from countersign.domain.secret import SecretText
from countersign.testing import fakes
from tests.unit.application.app_scenes import TOLD, WHO, Asked, KilledError, One, Several, make
from tests.unit.application.orders import Desk, OddBank

S = OrderState


@pytest.fixture(params=WHO)
def asked(request: pytest.FixtureRequest) -> Asked:
    """Somebody who is to start an authorisation."""
    return make(request.param)


def die_at_start(asked: Asked, monkeypatch: pytest.MonkeyPatch, *, after: bool, decides: bool = False) -> None:
    """Kill the program just before or just after the bank has the start; ``decides``: at once, in its app."""
    real = fakes.ScriptedBank.start_authorisation

    def start(bank: OddBank, handle: str, person: str = "") -> Authorisation:
        if after:
            real(bank, handle, person)
            if decides:
                asked.approve()
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(fakes.ScriptedBank, "start_authorisation", start)
        with pytest.raises(KilledError):
            asked.begin()
    asked.restart()


def says(asked: Asked, monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    """Have the bank say this of every authorisation that is open."""
    real = fakes.ScriptedBank.authorisation_now

    def now(bank: fakes.ScriptedBank, name: str) -> Authorisation:
        found = real(bank, name)
        return replace(found, **changes) if found.state is AuthorisationState.OPEN else found  # type: ignore[arg-type]

    monkeypatch.setattr(fakes.ScriptedBank, "authorisation_now", now)
    del asked


def give_up(asked: Asked) -> str:
    alone = asked.session.submission(asked.records[-1].content.order)
    alone.abandon("given_up")
    assert asked.records[-1].state is not S.ABANDONED
    return alone.progress.error


# — what is on record —


def test_a_start_is_on_record_before(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    real = fakes.ScriptedBank.start_authorisation

    def start(bank: OddBank, handle: str, person: str = "") -> Authorisation:
        seen.append(asked.pending)
        return real(bank, handle, person)

    monkeypatch.setattr(fakes.ScriptedBank, "start_authorisation", start)
    asked.begin()
    assert seen == [True]
    assert (asked.phase, asked.pending) == (Phase.PASSWORD, False)


@pytest.mark.parametrize("after", [False, True])
def test_what_was_killed_at_its_start_is_not_given_up(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, *, after: bool
) -> None:
    die_at_start(asked, monkeypatch, after=after)
    assert asked.pending
    if not asked.further:
        assert not any(record.abandonable for record in asked.records)
    asked.bank.calls.clear()
    assert give_up(asked)
    assert "start_authorisation" not in asked.bank.calls


def test_a_start_that_the_app_decided_at_once_is_found(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    die_at_start(asked, monkeypatch, after=True, decides=True)
    calls = len(asked.bank.executions)
    asked.run.reconcile()
    assert (asked.phase, asked.pending) == (Phase.ACCEPTED, False)
    assert len(asked.bank.executions) == calls
    expected = {"signing_started", "signing_ended"} if asked.further else {"authorisation_started", "authorised"}
    assert expected <= set(asked.kinds)


def test_an_app_that_asks_since_is_waited_for(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    die_at_start(asked, monkeypatch, after=True)
    says(asked, monkeypatch, elsewhere=True, message=TOLD)
    asked.run.reconcile()
    assert (asked.phase, asked.pending, asked.progress.elsewhere) == (Phase.UNKNOWN, True, True)
    assert (asked.progress.message, asked.progress.still) == (TOLD, True)
    asked.restart()
    asked.run.reconcile()
    assert (asked.phase, asked.pending, asked.progress.elsewhere) == (Phase.UNKNOWN, True, True)
    asked.approve()
    asked.run.look()
    assert (asked.phase, asked.pending) == (Phase.ACCEPTED, False)


def test_a_start_that_waits_for_a_password_is_gone_on_with(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    die_at_start(asked, monkeypatch, after=True)
    asked.run.reconcile()
    assert (asked.phase, asked.pending, asked.progress.error) == (Phase.CONTINUE, False, "")
    assert give_up(asked)  # it may ask in its app without saying so
    one = asked.run
    if isinstance(one, (Signing, BasketSigning, BasketSubmission)):
        asked.begin()
    else:
        one.go_on()
    assert asked.phase == Phase.PASSWORD.value


@pytest.mark.parametrize("lists", [True, False])
def test_a_start_of_which_the_bank_knows_nothing_is_begun_anew(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, *, lists: bool
) -> None:
    die_at_start(asked, monkeypatch, after=False)
    call = "basket_authorisations" if isinstance(asked, Several) else "authorisations"
    if not lists:
        asked.bank.fail(call, FailureKind.RETRYABLE, "bank.not_found_proves_nothing")
    asked.run.reconcile()
    assert (asked.phase, asked.pending) == (Phase.CONTINUE, False)
    assert asked.progress.error == "bank.start_not_found"
    assert give_up(asked)  # absence proves nothing
    run = asked.run
    if isinstance(run, (Signing, BasketSigning, BasketSubmission)):
        asked.begin()
    else:
        run.go_on()
    assert asked.phase == Phase.PASSWORD.value


OPEN, FAILED, FINALISED = AuthorisationState.OPEN, AuthorisationState.FAILED, AuthorisationState.FINALISED


@pytest.mark.parametrize(
    ("older", "newer", "asks", "taken"),
    [
        (OPEN, FAILED, "auth-1", "auth-1"),
        (OPEN, OPEN, "auth-1", "auth-1"),
        (FINALISED, OPEN, "auth-2", "auth-1"),
        (FINALISED, FAILED, "", "auth-1"),
        (OPEN, OPEN, "", "auth-2"),
        (FAILED, OPEN, "", "auth-2"),
    ],
)
def test_of_several_that_nobody_heard_of_the_most_telling_is_taken_up(
    monkeypatch: pytest.MonkeyPatch, older: AuthorisationState, newer: AuthorisationState, asks: str, taken: str
) -> None:
    one = One()
    die_at_start(one, monkeypatch, after=True)
    fakes.ScriptedBank.start_authorisation(one.bank, "pay-1")
    one.bank.opened["auth-1"].state, one.bank.opened["auth-2"].state = older, newer
    real = fakes.ScriptedBank.authorisation_now

    def now(bank: fakes.ScriptedBank, name: str) -> Authorisation:
        found = real(bank, name)
        return replace(found, elsewhere=name == asks and found.state is OPEN)

    monkeypatch.setattr(fakes.ScriptedBank, "authorisation_now", now)
    one.run.reconcile()
    assert one.desk.record.begun == (taken,)
    assert one.pending is (asks == taken)
    assert (one.desk.state is S.ACCEPTED) is (one.bank.opened[taken].state is FINALISED)


def test_a_bank_that_can_not_be_asked_leaves_it_unknown(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    die_at_start(asked, monkeypatch, after=True, decides=True)
    call = "basket_authorisations" if isinstance(asked, Several) else "authorisations"
    asked.bank.fail(call, FailureKind.RETRYABLE, "bank.unreachable")
    asked.bank.fail("report", FailureKind.RETRYABLE, "bank.unreachable")
    asked.run.reconcile()
    assert (asked.phase, asked.pending, asked.progress.error) == (Phase.UNKNOWN, True, "bank.unreachable")
    asked.run.reconcile()
    assert (asked.phase, asked.pending) == (Phase.ACCEPTED, False)


@pytest.mark.parametrize(
    ("call", "code"),
    [("authorisations", "bank.tpp.service_invalid"), ("authorisation", "bank.not_found_proves_nothing")],
)
def test_a_bank_that_shows_no_authorisation_is_still_asked_for_the_payment(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, call: str, code: str
) -> None:
    die_at_start(asked, monkeypatch, after=True, decides=True)
    name = f"basket_{call}" if isinstance(asked, Several) else call
    for _ in range(3):
        asked.bank.fail(name, FailureKind.RETRYABLE, code)
    asked.run.reconcile()
    assert all(record.state is S.ACCEPTED for record in asked.records)
    assert not any(record.awaits_signature for record in asked.records)
    if asked.further:  # only the bank can say whose signature that was
        assert (asked.pending, asked.progress.error) == (True, code)
    else:
        assert asked.phase == Phase.ACCEPTED.value


def test_a_lost_reply_to_a_start_is_asked_about_at_once(asked: Asked) -> None:
    def lost(_found: Authorisation) -> Authorisation:
        asked.approve()
        raise ConnectorError(FailureKind.UNKNOWN, "bank.timeout")

    asked.bank.twist["start_authorisation"] = lost
    asked.begin()
    assert (asked.phase, asked.pending) == (Phase.ACCEPTED, False)
    assert asked.bank.calls.count("start_authorisation") == 1


def test_a_reply_to_a_start_about_something_else_leaves_it_unknown(asked: Asked) -> None:
    def other(_found: Authorisation) -> Authorisation:
        raise BindingError("binding.reply", field="request_id", count=1)

    asked.bank.twist["start_authorisation"] = other
    asked.begin()
    assert (asked.phase, asked.pending, asked.progress.error) == (Phase.UNKNOWN, True, "binding.reply")
    del asked.bank.twist["start_authorisation"]
    asked.run.reconcile()
    assert (asked.phase, asked.pending) == (Phase.CONTINUE, False)


@pytest.mark.parametrize("kind", [FailureKind.RETRYABLE, FailureKind.TERMINAL])
def test_a_start_that_is_known_not_to_have_been_changes_nothing(asked: Asked, kind: FailureKind) -> None:
    asked.bank.fail("start_authorisation", kind, "bank.unreachable")
    asked.begin()
    assert (asked.phase, asked.pending, asked.progress.error) == (Phase.CONTINUE, False, "bank.unreachable")
    if not asked.further:
        assert {record.state for record in asked.records} == {S.INITIATED}
        assert not any(record.answered for record in asked.records)
    asked.begin() if not isinstance(asked, One) or asked.further else asked.desk.submission.go_on()
    assert asked.phase == Phase.PASSWORD.value


def test_a_stop_keeps_an_authorisation_from_being_started(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = asked.world.vault
    real = OddBank.recall_initiation

    def frozen(bank: OddBank, *args: object) -> Initiation:
        with vault.transaction() as change:
            change.append(EventDraft(kinds.WORKSPACE_FROZEN, vault.identity.workspace, {}))
        return real(bank, *args)  # type: ignore[arg-type]

    if isinstance(asked, One) and not asked.further:
        asked.bank.fail("start_authorisation", FailureKind.RETRYABLE, "bank.unreachable")
        asked.begin()
        asked.bank.calls.clear()
    monkeypatch.setattr(OddBank, "recall_initiation", frozen)
    if isinstance(asked, One) and not asked.further:
        asked.desk.submission.go_on()
    else:
        asked.begin()
    assert asked.progress.error == "intent.frozen"
    assert "start_authorisation" not in asked.bank.calls
    assert not asked.pending


def test_a_stop_keeps_the_password_back(asked: Asked) -> None:
    asked.begin()
    vault = asked.world.vault
    with vault.transaction() as change:
        change.append(EventDraft(kinds.WORKSPACE_FROZEN, vault.identity.workspace, {}))
    asked.bank.calls.clear()
    asked.run.authenticate(SecretText(fakes.PASSWORD))
    assert asked.progress.error == "intent.frozen"
    assert "authenticate" not in asked.bank.calls


def test_a_start_that_fails_at_once_leaves_everything_as_it_was(asked: Asked) -> None:
    def failed(found: Authorisation) -> Authorisation:
        asked.bank.opened[found.authorisation_id].state = AuthorisationState.FAILED
        return replace(found, state=AuthorisationState.FAILED)

    asked.bank.twist["start_authorisation"] = failed
    asked.begin()
    assert (asked.phase, asked.pending) == (Phase.CONTINUE, False)
    if not asked.further:
        assert not any(record.answered for record in asked.records)
    if isinstance(asked, One) and not asked.further:
        asked.desk.submission.abandon("given_up")
        assert asked.desk.state is S.ABANDONED


@pytest.mark.parametrize("told", [False, True])
def test_a_lost_reply_to_the_password_is_asked_about(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, *, told: bool
) -> None:
    asked.begin()

    def lost(_found: Authorisation) -> Authorisation:
        raise ConnectorError(FailureKind.UNKNOWN, "bank.timeout")

    asked.bank.twist["authenticate"] = lost
    if told:
        says(asked, monkeypatch, elsewhere=True, message=TOLD)
    asked.run.authenticate(SecretText(fakes.PASSWORD))
    assert (asked.phase, asked.pending) == (Phase.UNKNOWN if told else Phase.CONTINUE, told)
    assert (asked.progress.elsewhere, asked.progress.error) == (told, "bank.timeout")
    if told:
        asked.approve()
        asked.run.look()
        assert (asked.phase, asked.pending) == (Phase.ACCEPTED, False)


# — one of several, looked at by itself —


@pytest.mark.parametrize("decides", [False, True])
def test_what_was_tied_is_found_on_its_own_page_too(monkeypatch: pytest.MonkeyPatch, *, decides: bool) -> None:
    several = Several()
    die_at_start(several, monkeypatch, after=True, decides=decides)
    says(several, monkeypatch, elsewhere=True, message=TOLD)
    alone = several.session.submission(several.orders[0])
    alone.resume()
    assert alone.progress.phase is (Phase.ACCEPTED if decides else Phase.UNKNOWN)
    assert [record.state for record in several.records][1:] == [S.ANSWERING, S.ANSWERING]
    several.run.reconcile()
    assert (several.phase, several.progress.error) == (Phase.ACCEPTED if decides else Phase.UNKNOWN, "")
    names = {name for record in several.records for name in record.begun}
    assert names == {several.authorisation}
    if not decides:
        assert several.pending
        several.approve()
        several.run.look()
        assert {record.state for record in several.records} == {S.ACCEPTED}


def test_what_one_page_was_told_is_not_told_the_other_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    several = Several()
    die_at_start(several, monkeypatch, after=True)
    alone = several.session.submission(several.orders[0])
    alone.resume()  # the bank says that it waits
    assert several.records[0].begun == (several.authorisation,)
    several.run.reconcile()
    assert (several.phase, several.progress.error) == (Phase.CONTINUE, "")
    assert {record.begun for record in several.records} == {(several.authorisation,)}
    assert all(record.answered for record in several.records)


def test_one_of_several_that_has_ended_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    several = Several()
    die_at_start(several, monkeypatch, after=False)
    several.bank.held["pay-1"].status = TransactionStatus.RJCT
    several.bank.fail("basket_authorisations", FailureKind.RETRYABLE, "bank.unreachable")
    several.session.submission(several.orders[0]).resume()
    assert several.records[0].starting
    several.run.reconcile()
    assert several.records[0].state is S.REJECTED
    several.run.reconcile()
    assert {record.state for record in several.records[1:]} == {S.INITIATED}


@pytest.mark.parametrize("found", [False, True])
def test_one_of_several_that_was_turned_down_does_not_keep_the_others(
    monkeypatch: pytest.MonkeyPatch, *, found: bool
) -> None:
    several = Several()
    die_at_start(several, monkeypatch, after=found)
    body: dict[str, Json] = {
        "payment_id": "",
        "transaction_status": "RJCT",
        "authorised": False,
        "reason": "AM04",
        "source": "status",
    }
    with several.world.vault.transaction() as change:
        change.append(EventDraft(kinds.ORDER_STATUS_CHANGED, several.orders[1], body))
    several.bank.held["pay-2"].status = TransactionStatus.RJCT
    several.run.reconcile()
    wanted = S.AUTHORISING if found else S.INITIATED
    assert [record.state for record in several.records] == [wanted, S.REJECTED, wanted]


# — a second start after a first —


def test_a_second_start_keeps_the_first_until_it_is_known() -> None:
    desk = Desk()
    desk.to_password()
    desk.restart()
    desk.bank.fail("start_authorisation", FailureKind.RETRYABLE, "bank.unreachable")
    desk.submission.go_on()
    assert (desk.state, desk.record.authorisation_id, desk.record.begun) == (S.AUTHORISING, "auth-1", ("auth-1",))
    desk.submission.go_on()
    assert (desk.state, desk.record.begun) == (S.AUTHORISING, ("auth-1", "auth-2"))


def test_a_second_start_is_not_taken_for_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    one = One()
    one.begin()
    one.restart()
    real = fakes.ScriptedBank.start_authorisation

    def start(bank: OddBank, handle: str, person: str = "") -> Authorisation:
        del bank, handle, person
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(fakes.ScriptedBank, "start_authorisation", start)
        with pytest.raises(KilledError):
            one.desk.submission.go_on()
    assert real is fakes.ScriptedBank.start_authorisation
    one.restart()
    one.desk.submission.resume()
    assert (one.phase, one.progress.error) == (Phase.CONTINUE, "bank.start_not_found")
    assert (one.desk.record.begun, one.desk.record.authorisation_id) == (("auth-1",), "auth-1")


# — giving up what the bank may have begun all the same —


def ask_and_give_up(one: One, monkeypatch: pytest.MonkeyPatch) -> None:
    says(one, monkeypatch, elsewhere=True, message=TOLD)
    assert one.desk.state is S.INITIATED
    one.desk.submission.abandon("given_up")
    assert (one.phase, one.pending, one.progress.elsewhere) == (Phase.UNKNOWN, True, True)
    assert not one.desk.record.abandonable
    one.approve()
    one.run.look()
    assert one.phase == Phase.ACCEPTED.value


def test_a_start_that_an_older_version_was_killed_at_is_not_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    one = One()
    one.bank.fail("start_authorisation", FailureKind.RETRYABLE, "bank.unreachable")
    one.begin()
    fakes.ScriptedBank.start_authorisation(one.bank, "pay-1")
    one.restart()
    one.desk.submission.resume()
    ask_and_give_up(one, monkeypatch)


def test_a_start_that_is_refused_since_one_is_open_is_not_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    one = One()

    def refused(_found: Authorisation) -> Authorisation:
        raise ConnectorError(FailureKind.TERMINAL, "bank.tpp.status_invalid", text="One is open.", status=409)

    one.bank.twist["start_authorisation"] = refused
    one.begin()
    ask_and_give_up(one, monkeypatch)


def test_what_the_bank_began_with_a_payment_that_it_would_not_show_is_not_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = One()

    def unread(_bank: fakes.ScriptedBank) -> None:
        raise ConnectorError(FailureKind.UNKNOWN, "bank.read_back_failed", payment_id="pay-1", cause="x")

    begins_of_itself(monkeypatch, unread)
    one.begin()
    ask_and_give_up(one, monkeypatch)


@pytest.mark.parametrize("code", ["", "bank.not_found_proves_nothing", "bank.unreachable"])
def test_a_payment_is_given_up_only_if_the_bank_lists_no_authorisation(code: str) -> None:
    one = One()
    one.bank.fail("start_authorisation", FailureKind.RETRYABLE, "bank.unreachable")
    one.begin()
    if code:
        one.bank.fail("authorisations", FailureKind.RETRYABLE, code)
    one.desk.submission.abandon("given_up")
    given_up = code != "bank.unreachable"
    assert one.desk.state is (S.ABANDONED if given_up else S.INITIATED)
    assert one.progress.error == ("" if given_up else code)


def test_an_open_authorisation_that_the_bank_does_not_show_is_not_given_up() -> None:
    one = One()
    one.begin()
    one.bank.fail("authorisation", FailureKind.RETRYABLE, "bank.not_found_proves_nothing")
    one.desk.submission.abandon("given_up")
    assert (one.desk.state, one.progress.error) == (S.AUTHORISING, "bank.not_found_proves_nothing")
    one.desk.submission.abandon("given_up")
    assert one.desk.state is S.ABANDONED


# — a bank that begins of itself —


def begins_of_itself(monkeypatch: pytest.MonkeyPatch, then: Callable[[fakes.ScriptedBank], None]) -> None:
    real = fakes.ScriptedBank.initiate

    def initiate(bank: fakes.ScriptedBank, *args: object) -> Initiation:
        found = real(bank, *args)  # type: ignore[arg-type]
        name = fakes.ScriptedBank.start_authorisation(bank, found.handle).authorisation_id
        then(bank)
        return replace(found, handle="", authorisation_id=name)

    monkeypatch.setattr(OddBank, "initiate", initiate)


@pytest.mark.parametrize("asks", [False, True])
def test_an_authorisation_that_the_bank_began_is_on_record_with_the_payment(
    monkeypatch: pytest.MonkeyPatch, *, asks: bool
) -> None:
    one = One()
    begins_of_itself(monkeypatch, lambda _bank: None)
    says(one, monkeypatch, elsewhere=asks)
    one.begin()
    assert one.desk.record.authorisation_id == "auth-1"
    assert (one.phase, one.pending) == (Phase.UNKNOWN if asks else Phase.PASSWORD, asks)
    if not asks:
        one.run.authenticate(SecretText(fakes.PASSWORD))
        assert one.phase == Phase.METHOD.value
        return
    assert give_up(one) == "order.may_be_executed"
    one.approve()
    one.run.look()
    assert one.phase == Phase.ACCEPTED.value


def test_what_the_bank_began_and_would_not_show_is_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    one = One()
    begins_of_itself(
        monkeypatch,
        lambda bank: bank.failures.update(
            authorisation=deque([BindingError("binding.reply", field="authorisation_id", count=1)])
        ),
    )
    one.begin()
    assert (one.phase, one.progress.error) == (Phase.UNKNOWN, "binding.reply")
    assert not one.desk.record.abandonable


# — taking back —


def test_the_app_is_asked_about_taking_back_by_the_right_list(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    desk.to_accepted()
    with monkeypatch.context() as patched:

        def start(bank: OddBank, handle: str, person: str = "") -> Authorisation:
            found = fakes.ScriptedBank.start_authorisation(bank, handle, person)
            return replace(found, elsewhere=True, message=TOLD)

        patched.setattr(OddBank, "start_authorisation", start)
        desk.submission.cancel()
    assert (desk.state, desk.phase, desk.submission.progress.elsewhere) == (S.CANCELLING, Phase.UNKNOWN, True)
    desk.submission.look()
    assert (desk.phase, desk.submission.progress.look_ms) == (Phase.UNKNOWN, 2 * LOOK_MS)
    desk.submission.reconcile()
    assert (desk.phase, desk.submission.progress.look_ms) == (Phase.UNKNOWN, LOOK_MS)
    desk.bank.opened["auth-2"].state = AuthorisationState.FINALISED
    desk.bank.execute_cancellation("pay-1")
    desk.submission.look()
    assert (desk.state, desk.phase) == (S.CANCELLED, Phase.ENDED)


@pytest.mark.parametrize("asks", [False, True])
def test_a_lost_start_of_taking_back_is_found(monkeypatch: pytest.MonkeyPatch, *, asks: bool) -> None:
    desk = Desk()
    desk.to_accepted()

    def lost(_found: Authorisation) -> Authorisation:
        raise ConnectorError(FailureKind.UNKNOWN, "bank.timeout")

    one = One()
    says(one, monkeypatch, elsewhere=asks, message=TOLD if asks else "")
    desk.bank.twist["start_authorisation"] = lost
    desk.submission.cancel()
    assert (desk.state, desk.record.authorisation_id) == (S.CANCELLING, "auth-2")
    assert desk.submission.progress.elsewhere is asks
    desk.bank.opened["auth-2"].state = AuthorisationState.FAILED
    desk.submission.reconcile()
    assert (desk.phase, desk.submission.progress.elsewhere) == (Phase.UNKNOWN, False)
    del desk.bank.twist["start_authorisation"]
    desk.submission.cancel()
    assert desk.phase is (Phase.UNKNOWN if asks else Phase.PASSWORD)


def test_a_read_only_vault_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    one = One()
    one.bank.fail("start_authorisation", FailureKind.RETRYABLE, "bank.unreachable")
    one.begin()
    monkeypatch.setattr(one.world.vault, "may_sign", False, raising=False)
    one.desk.submission.go_on()
    assert one.progress.error == "vault.read_only"
    assert one.bank.calls.count("start_authorisation") == 1


def test_it_is_asked_less_and_less_often_up_to_a_minute() -> None:
    one = One()
    one.to_method()
    one.choose()
    found = []
    for _ in range(7):
        found.append(one.progress.look_ms)
        one.run.look()
    assert found == [3_000, 6_000, 12_000, 24_000, 48_000, 60_000, 60_000]
    assert one.bank.calls.count("choose_method") == one.bank.calls.count("start_authorisation") == 1


def test_no_answer_goes_out_while_a_start_is_open() -> None:
    desk = Desk()
    desk.to_password()
    vault = desk.world.vault
    record = desk.record
    with vault.transaction() as change:
        body: dict[str, Json] = {"digest": record.digest, "purpose": "payment"}
        change.append(EventDraft(kinds.ORDER_START_INTENDED, desk.order, body))
    with vault.transaction() as change:
        event = change.append(EventDraft(kinds.ORDER_START_INTENDED, desk.order, body))
    assert dict(desk.record.faults)[event.id] == "order.illegal_move"
    with vault.transaction() as change:
        answer: dict[str, Json] = {"digest": record.digest, "authorisation_id": "auth-1", "attempt": 1}
        event = change.append(EventDraft(kinds.ORDER_ANSWER_INTENDED, desk.order, answer))
    assert dict(desk.record.faults)[event.id] == "order.other_authorisation"


def test_a_look_that_brings_nothing_while_a_person_acts_says_nothing() -> None:
    tasks = fakes.ManualTasks()
    asked = One(tasks=tasks)
    asked.bank.in_app = frozenset()
    asked.begin()
    tasks.finish()
    asked.run.authenticate(SecretText(fakes.PASSWORD))
    tasks.finish()
    asked.choose()
    tasks.finish()
    asked.run.look()
    asked.answer()  # what a person does goes first
    heard: list[bool] = []
    listener = asked.session.submissions.listen(asked.desk.order, lambda progress: heard.append(progress.still))
    tasks.finish()
    listener()
    assert asked.phase == Phase.ACCEPTED.value
    assert not any(heard)
