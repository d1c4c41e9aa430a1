"""What was untied after a code may have gone out: its authorisation is gone, and each goes on alone."""

from __future__ import annotations

import pytest

from countersign.application.flows.progress import Phase
from countersign.application.use_cases.record_basket import record_answer_together
from countersign.domain.order_state import OrderState, TransactionStatus
from tests.unit.application.app_scenes import APP, Several, says_that_it_asks
from tests.unit.application.baskets import Table
from tests.unit.application.orders import SMS


def test_what_was_untied_after_an_intent_is_asked_about_and_paid_alone() -> None:
    """Killed between the record of the code and the code: the bank still waits, and the person unties them."""
    table = Table(2)
    table.to_code()
    first, shown = table.records[0], table.shown()
    record_answer_together(table.world.vault, first.basket, first.authorisation_id, shown.digests, shown.digest)
    table.restart()
    table.run.reconcile()
    assert set(table.states) == {OrderState.AUTHORISING}
    table.run.untie()
    assert {(record.basket, record.authorisation_id, record.answered) for record in table.records} == {("", "", True)}
    alone = table.world.session.submission(table.orders[0])
    table.bank.calls.clear()
    alone.resume()
    assert (alone.progress.phase, alone.progress.error) == (Phase.CONTINUE, "")
    assert table.bank.calls == ["report"]  # there is no authorisation that could be asked about
    alone.abandon("given_up")
    assert alone.progress.error == "order.may_be_executed"  # a code may have gone out for it
    alone.go_on()
    assert alone.progress.phase is Phase.PASSWORD
    assert SMS in {item.method for item in table.bank.methods}


def test_where_one_was_turned_down_the_others_are_asked_about_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a wrong code one was turned down, and the app asks about the rest: what has ended stays so."""
    several = Several()
    several.to_method()
    several.bank.in_app = frozenset()
    several.choose(APP)
    several.answer("000000")
    several.bank.held["pay-1"].status = TransactionStatus.RJCT
    several.restart()
    several.run.reconcile()
    assert [record.state for record in several.records][1:] == [OrderState.AUTHORISING] * 2
    says_that_it_asks(monkeypatch)
    several.run.reconcile()
    assert (several.phase, several.progress.error) == (Phase.UNKNOWN, "")
    found = [record.state for record in several.records]
    assert (sorted(found), found[0]) == (
        sorted([OrderState.REJECTED, OrderState.ANSWERING, OrderState.ANSWERING]),
        OrderState.REJECTED,
    )
