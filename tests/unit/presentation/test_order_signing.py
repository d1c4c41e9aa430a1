"""An order for which the bank wants another signature: never called accepted, and signed here by somebody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.flows.submission import Phase
from countersign.domain.errors import FailureKind
from countersign.domain.order_state import OrderState
from countersign.presentation.order_page import empty_page
from countersign.presentation.order_signing import with_signing
from countersign.presentation.order_words import state_tone, state_word
from countersign.presentation.signature_words import missing_steps, words_of
from countersign.presentation.transfer_confirm import ScaState
from countersign.presentation.transfer_desk import Problem
from countersign.testing import fakes
from tests.unit.domain.ledger.test_order_signing import at_the_bank, end, intend, start
from tests.unit.presentation.test_order import OrderPage
from tests.unit.presentation.transfer_pages import TransferPage

DANIEL = "daniel.okoye"


class Signed(OrderPage):
    """An order that the sender authorised; the bank wants a second person."""

    def __init__(self, world: fakes.World, order: str) -> None:
        super().__init__(world, order)
        self.world, self.bank = world, world.bank


@pytest.fixture
def page() -> Signed:
    transfer = TransferPage(fakes.make_world())
    transfer.world.bank.signatures = 2
    transfer.world.bank.settles_after = 99
    transfer.to_code()
    bound = transfer.page(ScaState).bound
    assert bound is not None
    transfer.presenter.confirm.send_code(bound, fakes.CODE)
    return Signed(transfer.world, transfer.sent.to[-1].removeprefix("order "))


def test_it_is_shown_as_waiting_and_never_as_accepted(page: Signed) -> None:
    state = page.state
    assert (state.chip, state.tone) == ("Signature missing", "warn")
    assert "No money has moved" in state.sentence
    assert any("One more signature is needed." in step for step in state.next_steps)
    assert any("a user ID and a password of their own" in step for step in state.next_steps)
    assert (state.may_sign_at_bank, state.may_cancel, state.may_receipt) == (True, True, True)
    assert "The bank waits for another signature" in [line.title for line in state.timeline]
    assert state.poll_after_ms > 0


def to_code(page: Signed) -> ScaState:
    page.presenter.sign_at_bank(f" {DANIEL} ")
    panel = page.presenter.panel
    assert panel is page.presenter.signing
    assert page.state.sca is not None
    assert page.state.sca.phase is Phase.PASSWORD
    assert not page.state.may_sign_at_bank
    panel.give_password("")
    assert "password" in panel.state().problem.text
    panel.give_password(fakes.PASSWORD)
    panel.choose("")
    assert "Choose" in panel.state().problem.text
    panel.choose("sms-1")
    found = panel.state()
    assert found.phase is Phase.CODE
    return found


def test_a_second_person_signs_here_and_the_bank_carries_it_out(page: Signed) -> None:
    shown = to_code(page)
    assert shown.bound is not None
    assert shown.phone is not None
    page.presenter.signing.send_code(shown.bound, "")
    assert "code" in page.presenter.signing.state().problem.text
    page.presenter.signing.send_code(shown.bound, fakes.CODE)
    assert (page.state.chip, page.state.may_sign_at_bank) == ("Accepted", False)
    assert page.bank.signed["pay-1"] == ["", DANIEL]
    assert len(page.bank.executions) == 1
    titles = [line.title for line in page.state.timeline]
    assert titles[-5:-2] == [
        "Another signature was begun at the bank",
        "The code of another signature was sent",
        "The bank has another signature",
    ]
    page.presenter.poll()
    assert page.state.chip == "Accepted"


def test_the_bank_has_to_know_who_signs(page: Signed) -> None:
    page.presenter.sign_at_bank("  ")
    assert "user ID" in page.state.problem.text
    assert page.state.may_sign_at_bank


def test_a_bank_that_says_no_is_quoted(page: Signed) -> None:
    page.bank.fail("start_authorisation", FailureKind.TERMINAL, "bank.tpp.service_blocked", text="Not a signatory.")
    page.presenter.sign_at_bank("lena.sauber")
    assert "Not a signatory." in page.state.problem.text
    assert page.state.chip == "Signature missing"


def test_a_lost_answer_is_shown_and_asked_about(page: Signed) -> None:
    shown = to_code(page)
    assert shown.bound is not None
    page.bank.fail("answer", FailureKind.UNKNOWN, "bank.timeout")
    page.bank.fail("authorisation", FailureKind.RETRYABLE, "bank.unreachable")
    page.presenter.signing.send_code(shown.bound, fakes.CODE)
    state = page.state
    assert (state.chip, state.tone, state.may_check) == ("Signature not confirmed", "danger", True)
    assert not state.may_sign_at_bank
    assert state.timeline[-2].title == "The bank's answer was lost"
    again = OrderPage(page.world, state.order)  # the page asks when it is opened
    assert again.state.chip == "Signature missing"
    assert again.state.timeline[-2].title == "A code for another signature did not count"
    again.presenter.check_again()
    assert again.state.may_sign_at_bank


def test_an_order_that_is_not_there_is_not_signed(page: Signed) -> None:
    page.presenter.signing.open("ff" * 16, lambda _phase: None)
    assert page.presenter.signing.state().problem.text
    page.presenter.signing.close()
    page.presenter.signing.open(page.state.order, lambda _phase: None)


def test_who_signed_is_named_where_each_has_a_device_and_nobody_is_guessed() -> None:
    workspace, desk = at_the_bank()
    rules, ben = workspace.rules(), workspace.pen("ben")
    ada = rules.governance.member_of(desk.sender.device)
    other = rules.governance.member_of(ben.device)
    assert ada is not None
    assert other is not None
    start(desk, ben)
    intend(desk, ben)
    end(desk, ben, "signed")
    record = desk.record()
    steps = missing_steps(record, rules)
    assert steps[:2] == (f"{ada.name} has signed at the bank.", f"{other.name} has signed at the bank.")
    shared = replace(record, signings=tuple(replace(item, device=desk.sender.device) for item in record.signings))
    assert "has signed" not in missing_steps(shared, rules)[0]
    silent = missing_steps(replace(record, missing="", by_hand=True))
    assert "does not say whose" in silent[0]
    assert "portal" in silent[1]


def test_what_a_member_sees_follows_from_their_role_and_their_device() -> None:
    workspace, desk = at_the_bank()
    record, rules, page = desk.record(), workspace.rules(), empty_page(desk.order, Problem())
    world = fakes.make_world()
    for name, may in (("ben", True), ("dan", True), ("eve", False), ("ada", False)):
        me = replace(world.vault.identity, device=workspace.pen(name).device, member=name)
        shown = with_signing(page, record, rules, me, record.changed_at, idle=True)
        assert shown.may_sign_at_bank is may
        assert shown.next_steps == missing_steps(record, rules)
        assert not with_signing(page, record, rules, me, record.changed_at, idle=False).may_sign_at_bank
        assert with_signing(page, record, None, me, record.changed_at, idle=True) == page
    assert words_of(replace(record, state=OrderState.SETTLED)).word == "Settled"


def test_history_has_a_word_of_its_own_for_it() -> None:
    assert (state_word("partly_signed"), state_tone("partly_signed")) == ("Signature missing", "warn")
