"""A list that is under way has thousands of orders: the first page lists some of them, and says how many there are."""

from __future__ import annotations

from countersign.application.flows.transfer import TransferDraft
from countersign.application.ports.vault import InFlight
from countersign.application.use_cases.request_batch import request_batch
from countersign.application.use_cases.save_draft import save_draft
from countersign.domain.order_state import BEGUN, OrderState
from countersign.presentation.home_orders import SHOWN
from countersign.testing import fakes
from countersign.testing.fake_team import busy_team
from tests.signed_orders import begun_order
from tests.unit.application.test_batches import checked, many
from tests.unit.application.test_batches import run as run_here
from tests.unit.presentation.test_home import shown


def with_list(world: fakes.World, count: int) -> str:
    head, _lines = checked(world, many(count))
    run_here(world, request_batch(world.session, head.batch))
    return head.batch


def test_orders_of_a_list_are_counted_and_those_that_were_sent_are_shown() -> None:
    world = fakes.make_world()
    with_list(world, 40)
    sent = begun_order(world)
    presenter, view, went = shown(world)
    orders = [item.about for item in view.now.waiting if item.kind == "order"]
    assert orders[0] == sent
    assert len(orders) == SHOWN + 1
    (more,) = [item for item in view.now.waiting if item.kind == "more"]
    assert more.title == "15 more payments are under way"
    presenter.open_waiting(more)
    assert went.to[-1][0] == "history"


def test_an_order_that_was_sent_hides_its_draft_however_many_came_later() -> None:
    world = fakes.make_world()
    first = begun_order(world)
    for _ in range(SHOWN):
        begun_order(world)
    save_draft(world.vault, TransferDraft("d" * 32, order=first))
    _presenter, view, _went = shown(world)
    kinds = [item.kind for item in view.now.waiting]
    assert kinds.count("order") == SHOWN + 1
    assert "draft" not in kinds
    assert "more" not in kinds


def test_where_others_approve_a_list_waits_with_them_and_theirs_is_not_counted_here() -> None:
    team = busy_team()
    _presenter, view, _went = shown(team.world)
    assert not [item for item in view.now.waiting if item.kind == "more"]
    before = [item.about for item in view.now.waiting if item.kind == "order"]
    with_list(team.world, 3)
    _presenter, view, _went = shown(team.world)
    assert [item.about for item in view.now.waiting if item.kind == "order"] == before
    (more,) = [item for item in view.now.waiting if item.kind == "more"]
    assert more.title == "3 more payments are under way"


def test_what_is_asked_for_of_what_is_under_way() -> None:
    world = fakes.make_world()
    batch = with_list(world, 3)
    sent = begun_order(world)
    record = world.vault.order(sent)
    assert record is not None
    payment = record.content.payment
    reader = world.reader

    def named(wanted: InFlight) -> list[str]:
        return [item.content.order for item in reader.orders_in_flight(wanted)]

    assert named(InFlight(states=BEGUN)) == [sent]
    assert named(InFlight(states=BEGUN, to=payment.creditor_account)) == [sent]
    assert named(InFlight(states=BEGUN, to="DE89370400440532013000")) == []
    assert named(InFlight(minors=frozenset({payment.instructed_amount.minor}))) == [sent]
    assert len(named(InFlight(batch=batch))) == 3
    assert len(named(InFlight(batch=batch, limit=2))) == 2
    assert reader.count_in_flight(InFlight(batch=batch, limit=2)) == 3
    assert named(InFlight(states=frozenset({OrderState.UNKNOWN}))) == []
