"""The page of an order that a two-faced device may have sent: what that means for the money."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.domain.ledger.several_devices import TWO_FACED
from countersign.domain.order_state import OrderState
from countersign.presentation.home import HomePresenter, HomeState, Safety
from countersign.presentation.order import OrderPresenter
from countersign.presentation.order_page import OrderPageState
from countersign.testing import fakes
from countersign.testing.fake_team import TOM, Team, make_team
from tests.unit.presentation.recorded import Seen, Went
from tests.unit.presentation.transfer_pages import WORDS


@pytest.fixture
def team(monkeypatch: pytest.MonkeyPatch) -> Team:
    """Tom's order, whose device turned out to have two faces after it sent it."""
    team = make_team()
    payee = team.world.payees[fakes.LANDLORD[0]]
    known = team.vault.payee(payee)
    assert known is not None
    record = team.vault.order(team.request(TOM, (payee, known.version.event), 600_000, "Rent"))
    assert record is not None
    sent = "ab" * 32
    found = replace(record, state=OrderState.UNKNOWN, intent_event=sent, doubted=(sent,), reason=TWO_FACED)
    monkeypatch.setattr(team.vault, "order", lambda _order: found)  # a fold of several vaults
    return team


def test_an_order_that_may_have_been_sent_twice_says_so(team: Team) -> None:
    seen = Seen[OrderPageState]()
    OrderPresenter(team.world.session, Went(), seen, WORDS, lambda _order: None).start(_order(team))
    assert seen.now.chip == "Outcome unknown"
    assert "may have been sent twice. Ask the bank" in seen.now.warning


def test_it_is_a_task_on_the_first_page(team: Team) -> None:
    seen, went = Seen[HomeState](), Went()
    presenter = HomePresenter(team.world.session, seen, went, lambda: Safety(keyring=True, lock_minutes=5))
    presenter.start()
    (item,) = [item for item in seen.now.waiting if item.kind == "late"]
    assert (item.chip, item.tone, item.about) == ("May be doubled", "danger", _order(team))
    assert "may have been sent twice" in item.text
    assert item.action_name.startswith("Open the order that may have been sent twice: ")
    presenter.open_waiting(item)
    assert went.to == [("order", _order(team))]


def _order(team: Team) -> str:
    record = team.vault.order("")
    assert record is not None
    return record.content.order
