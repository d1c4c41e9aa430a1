"""Signing baskets, from the flow to the journal of the practice bank: what was executed, it alone says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from countersign.application.flows.progress import Phase
from countersign.domain.order_state import OrderState
from countersign.domain.secret import SecretText
from tests.contract.company import DANIEL, INES, Firm
from tests.contract.practice_fixture import Practice, running_practice

S = OrderState


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    with running_practice(tmp_path_factory.mktemp("baskets") / "world") as found:
        yield replace(found, credentials=found.bank.enrol_device(INES))


@pytest.fixture
def firm(practice: Practice) -> Iterator[Firm]:
    practice.reset()
    found = Firm(practice, 1_000_000, 2_000_000)
    yield found
    found.bank.close()
    practice.reset()


def test_one_code_over_the_total_executes_each_payment_once(firm: Firm) -> None:
    firm.to_code()
    challenge = firm.run.progress.challenge
    assert challenge is not None
    assert "30" in challenge.information
    assert "2 payments" in challenge.information
    firm.answer()
    assert firm.run.progress.phase is Phase.ACCEPTED
    assert (firm.states, firm.executed) == ((S.ACCEPTED, S.ACCEPTED), [1, 1])


def test_a_second_person_is_named_and_signs_what_still_waits(practice: Practice) -> None:
    practice.reset()
    firm = Firm(practice, 1_000_000, 6_000_000)
    firm.to_code()
    firm.answer()
    assert firm.executed == [1, 0]
    waiting = firm.records[1]
    assert waiting.awaits_signature
    assert waiting.missing == "One more signature is needed. Who can give it: Daniel Okoye."
    firm.world.session.signing(firm.orders[1]).begin(DANIEL)
    assert firm.world.session.signing(firm.orders[1]).progress.error == "order.tied"
    firm.signing.begin(DANIEL)
    assert firm.signing.progress.phase is Phase.PASSWORD, firm.signing.progress.error
    firm.signing.authenticate(SecretText(practice.bank.practice_password(DANIEL)))
    by_phone = next(item.method for item in firm.signing.progress.methods if item.kind == "SMS_OTP")
    firm.signing.choose(by_phone, firm.shown(waiting=True))
    own = firm.records[1].signing_of(firm.world.vault.identity.device)
    assert own is not None
    code = practice.bank.code_for(own.authorisation, DANIEL)
    firm.signing.answer(SecretText(code), firm.shown(waiting=True))
    assert firm.signing.progress.error == ""
    assert firm.executed == [1, 1]
    assert not firm.records[1].awaits_signature
    firm.bank.close()


def test_who_may_not_sign_is_told_so_by_the_bank(practice: Practice) -> None:
    practice.reset()
    firm = Firm(practice, 1_000_000, 6_000_000)
    firm.to_code()
    firm.answer()
    for person, code in ((INES, "status_invalid"), ("lena.sauber", "service_blocked")):
        firm.signing.begin(person)
        assert firm.signing.progress.error == f"bank.tpp.{code}"
    assert firm.executed == [1, 0]
    firm.bank.close()


def test_a_lost_reply_to_the_code_is_asked_about_and_nothing_is_sent_again(firm: Firm) -> None:
    firm.to_code()
    firm.fault(kind="drop_reply", method="PUT", path="/signing-baskets/", body="scaAuthenticationData")
    firm.answer()
    assert firm.run.progress.phase is Phase.ACCEPTED
    assert (firm.states, firm.executed) == ((S.ACCEPTED, S.ACCEPTED), [1, 1])
    assert firm.world.vault.kinds_of(firm.orders[0]).count("order.outcome_unknown") == 1
    assert firm.world.vault.kinds_of(firm.orders[0]).count("order.answer_intended") == 1


def test_a_code_that_never_arrived_leaves_all_unsigned(firm: Firm) -> None:
    firm.to_code()
    firm.fault(kind="drop_request", method="PUT", path="/signing-baskets/", body="scaAuthenticationData")
    firm.answer()
    assert firm.run.progress.phase is Phase.CONTINUE
    assert (firm.states, firm.executed) == ((S.AUTHORISING, S.AUTHORISING), [0, 0])
    firm.mend()
    firm.to_code()
    firm.answer()
    assert firm.executed == [1, 1]


def test_a_lost_reply_to_tying_is_never_asked_for_again(firm: Firm) -> None:
    firm.fault(kind="drop_reply", method="POST", path="/signing-baskets")
    firm.run.begin()
    assert firm.run.progress.phase is Phase.CONTINUE
    assert all(record.tying and not record.basket for record in firm.records)
    firm.mend()
    firm.run.begin()
    assert firm.run.progress.error == "basket.asked"
    alone = firm.world.session.submission(firm.orders[0])
    alone.go_on()
    assert alone.progress.error == "bank.tpp.status_invalid"  # the bank has it in a basket that nobody can name
    alone.abandon("given_up")
    assert (firm.states, firm.executed) == ((S.CANCELLED, S.INITIATED), [0, 0])


def test_a_bank_that_shows_other_payments_is_not_signed_and_is_untied(firm: Firm) -> None:
    lie = {"kind": "wrong_echo", "path": "/signing-baskets/", "method": "GET", "field": "payments", "value": "other"}
    firm.practice.bank.control.set_faults(lie)
    firm.run.begin()
    assert (firm.run.progress.phase, firm.run.progress.error) == (Phase.CONTINUE, "binding.reply")
    firm.mend()
    firm.run.untie()
    assert {record.basket for record in firm.records} == {""}
    alone = firm.world.session.submission(firm.orders[0])
    alone.go_on()
    assert alone.progress.phase is Phase.PASSWORD
    assert firm.executed == [0, 0]


def test_one_that_the_bank_turns_down_leaves_the_other(firm: Firm) -> None:
    firm.to_code()
    firm.practice.bank.control.set_outcomes({"rejections": [{"next": True, "code": "AC04"}]})
    firm.answer()
    assert sorted(firm.states) == [S.ACCEPTED, S.REJECTED]
    assert sorted(firm.executed) == [0, 1]
    assert next(record.reason for record in firm.records if record.state is S.REJECTED) == "AC04"


def to_app(firm: Firm, outcome: str) -> None:
    """Choose the one method beside the text message."""
    firm.practice.bank.control.set_outcomes({"sca_methods": ["SMS_OTP", outcome]})
    firm.run.begin()
    firm.run.authenticate(SecretText(firm.practice.bank.practice_password(INES)))
    in_app = next(item.method for item in firm.run.progress.methods if item.kind != "SMS_OTP")
    firm.run.choose(in_app, firm.shown())
    assert set(firm.states) == {S.ANSWERING}


def decide(firm: Firm, decision: str) -> None:
    """Decide in the bank's app."""
    control = firm.practice.bank.control
    asked = control.call("GET", f"/phone/approvals?psu_id={INES}")["approvals"]
    assert isinstance(asked, list)
    control.call("POST", f"/phone/approvals/{asked[-1]['authorisation_id']}", {"decision": decision})


@pytest.mark.parametrize("decision", ["approve", "decline"])
@pytest.mark.parametrize("outcome", ["PUSH_OTP", "ALDER_APP"])
def test_the_banks_own_app_decides(firm: Firm, outcome: str, decision: str) -> None:
    to_app(firm, outcome)
    assert firm.run.progress.phase is Phase.UNKNOWN
    assert firm.run.progress.message
    firm.run.reconcile()
    firm.run.look()
    assert (firm.run.progress.phase, firm.executed) == (Phase.UNKNOWN, [0, 0])
    decide(firm, decision)
    firm.run.look()
    if decision == "approve":
        assert (firm.states, firm.executed) == ((S.ACCEPTED, S.ACCEPTED), [1, 1])
    else:
        assert (firm.states, firm.executed) == ((S.AUTHORISING, S.AUTHORISING), [0, 0])


@pytest.mark.parametrize("typed", [True, False])
def test_a_code_of_the_banks_own_app_is_typed_or_it_decides(firm: Firm, *, typed: bool) -> None:
    to_app(firm, "PUSH_OTP_CODE")
    assert (firm.run.progress.phase, firm.run.progress.elsewhere) == (Phase.CODE, True)
    if typed:
        firm.answer()
    else:
        decide(firm, "approve")
        firm.run.look()
    assert firm.run.progress.phase is Phase.ACCEPTED
    assert (firm.states, firm.executed) == ((S.ACCEPTED, S.ACCEPTED), [1, 1])
    assert firm.world.vault.kinds_of(firm.orders[0]).count("order.answer_intended") == (2 if typed else 1)
