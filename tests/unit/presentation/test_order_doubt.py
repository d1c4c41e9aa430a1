"""The page of an order that a two-faced device may have sent: what that means for the money."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.domain.ledger.several_devices import TWO_FACED
from countersign.domain.order_state import OrderState
from countersign.presentation.order import OrderPresenter
from countersign.presentation.order_page import OrderPageState
from countersign.testing import fakes
from countersign.testing.fake_team import TOM, make_team
from tests.unit.presentation.recorded import Seen, Went
from tests.unit.presentation.transfer_pages import WORDS


def test_an_order_that_may_have_been_sent_twice_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    team = make_team()
    payee = team.world.payees[fakes.LANDLORD[0]]
    known = team.vault.payee(payee)
    assert known is not None
    order = team.request(TOM, (payee, known.version.event), 600_000, "Rent")
    record = team.vault.order(order)
    assert record is not None
    sent = "ab" * 32
    found = replace(record, state=OrderState.UNKNOWN, intent_event=sent, doubted=(sent,), reason=TWO_FACED)
    monkeypatch.setattr(team.vault, "order", lambda _order: found)  # a fold of several vaults
    seen = Seen[OrderPageState]()
    OrderPresenter(team.world.session, Went(), seen, WORDS, lambda _order: None).start(order)
    assert seen.now.chip == "Outcome unknown"
    assert "may have been sent twice. Ask the bank" in seen.now.warning
