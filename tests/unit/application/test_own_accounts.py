"""An own account is its number and its bank: the same number at two banks is never carried through the wrong one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.flows.submission import Phase
from countersign.application.ports.bank import Reach
from countersign.application.use_cases.add_account import NewAccount, add_account
from countersign.application.use_cases.assess_transfer import assess_transfer
from countersign.application.use_cases.record_submission import record_intent
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.money import Money
from countersign.domain.order_state import OrderState
from countersign.domain.payment import AccountScheme
from countersign.testing import fakes
from countersign.testing.fake_files import CarriedByHand
from tests.unit.application.orders import Desk, draft_of, reach_by_hand

NUMBER = "12345678"
FIRST, SECOND = "GBDSC:200415", "GBDSC:400500"


def add(world: fakes.World, member: str, how: Reach = Reach.MANUAL) -> str:
    """Add the account with this number at a bank; return its connection."""
    new = NewAccount(NUMBER, AccountScheme.BBAN, "", member, member, "GBP", how, "Bank", {})
    connection, settings = add_account(world.vault, world.entropy, new)
    world.session.attach(connection, settings)
    world.session.accounts[NUMBER, member] = connection
    return connection


def test_the_same_number_at_two_banks_is_two_accounts() -> None:
    desk = Desk()
    world, session = desk.world, desk.world.session
    first, second = add(world, FIRST), add(world, SECOND)
    assert session.bank_of_account(NUMBER, FIRST) is session.banks[first]
    assert session.bank_of_account(NUMBER, SECOND) is session.banks[second]
    payment = replace(desk.payment, debtor_account=NUMBER, debtor_agent_member=SECOND)
    record = replace(desk.record, content=replace(desk.record.content, payment=payment))
    assert session.bank_of(record) == (second, session.banks[second])
    with world.vault.transaction() as change:
        assert change.connections_of(NUMBER, FIRST) == (first,)
        assert change.connections_of(NUMBER, SECOND) == (second,)
        assert change.connections_of(NUMBER, "") == ()


def test_an_account_whose_connection_is_not_there_is_not_paid_through_another() -> None:
    desk = Desk()
    session = desk.world.session
    connection = add(desk.world, FIRST)
    del session.banks[connection]
    assert session.bank_of_account(NUMBER, FIRST) is None
    payment = replace(desk.payment, debtor_account=NUMBER, debtor_agent_member=FIRST)
    record = replace(desk.record, content=replace(desk.record.content, payment=payment))
    with pytest.raises(UserFacingError, match=r"bank\.not_connected"):
        session.bank_of(record)


def test_an_order_is_not_given_to_a_bank_that_is_not_its_account_s() -> None:
    desk = Desk()
    profile = CarriedByHand(desk.world.clock).profile()
    with pytest.raises(SecurityError, match=r"intent\.other_account"):
        record_intent(desk.world.vault, desk.order, "files.other", profile, "request")
    assert desk.state is OrderState.APPROVED
    # Reached in another way since the session began: what it still believes is refused.
    reach_by_hand(desk.world, desk.payment.debtor_account, Reach.MANUAL)
    desk.submission.begin()
    assert (desk.state, desk.error) == (OrderState.APPROVED, "intent.other_account")
    assert "initiate" not in desk.bank.calls
    desk.world.session.banks["own"] = CarriedByHand(desk.world.clock, how=Reach.MANUAL)
    desk.world.session.accounts[desk.payment.debtor_account, ""] = "own"
    desk.restart()
    desk.submission.begin()
    assert desk.phase is Phase.CARRYING


def test_a_balance_is_that_of_the_account_at_its_own_bank() -> None:
    desk = Desk()
    world = desk.world
    add(world, FIRST)
    draft, _version = draft_of(world, debtor_account=fakes.MAIN, debtor_member=FIRST, amount=Money(10**12, "EUR"))
    found = assess_transfer(world.reader, draft, world.clock.now_ms(), fakes.ZONE, "Mei")
    assert "drains_account" not in {reason.code for reason in found.reasons}, "no such account is known"
    found = assess_transfer(world.reader, replace(draft, debtor_member=""), world.clock.now_ms(), fakes.ZONE, "Mei")
    assert "drains_account" in {reason.code for reason in found.reasons}


@pytest.mark.parametrize(
    ("changes", "like"),
    [
        ({}, True),
        ({"amount": Money(600_001, "EUR")}, False),
        ({"account": fakes.SUPPLIER[1]}, False),
        ({"agent_member": FIRST}, False),
    ],
)
def test_a_payment_like_one_on_its_way_is_said(changes: dict[str, object], *, like: bool) -> None:
    desk = Desk()
    world = desk.world

    def said(draft_changes: dict[str, object]) -> bool:
        draft, _version = draft_of(world, **draft_changes)
        found = assess_transfer(world.reader, draft, world.clock.now_ms(), fakes.ZONE, "Mei")
        return "on_its_way" in {reason.code for reason in found.reasons}

    assert not said(changes), "nothing was sent yet"
    desk.submission.begin()
    assert said(changes) is like
    assert not said({"order": desk.order}), "the order itself is not another one"
