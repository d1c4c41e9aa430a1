"""What was untied after a code may have gone out: its authorisation is gone, and each goes on alone."""

from __future__ import annotations

from countersign.application.flows.progress import Phase
from countersign.application.use_cases.record_basket import record_answer_together
from countersign.domain.order_state import OrderState
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
