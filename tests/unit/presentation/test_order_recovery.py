"""On the order's page: what can still be got back, and nothing that has ended."""

from __future__ import annotations

from typing import Final

import pytest

from countersign.presentation.order import OrderPresenter
from countersign.presentation.recovery_words import RecoveryState
from countersign.testing import fakes
from tests.unit.presentation.transfer_pages import WORDS, Sent, TransferPage

HOUR_MS: Final = 3_600_000


class View:
    """Takes states and forgets them."""

    def show_state(self, state: object) -> None:
        """Take it."""


@pytest.fixture
def world() -> fakes.World:
    return fakes.make_world()


def paid(world: fakes.World) -> str:
    page = TransferPage(world)
    page.to_code()
    page.presenter.confirm.send_code(page.presenter.confirm.state().bound, fakes.CODE)  # type: ignore[arg-type]
    return page.sent.to[-1].removeprefix("order ")


def shown(world: fakes.World, order: str) -> RecoveryState | None:
    presenter = OrderPresenter(world.session, Sent(), View(), WORDS, lambda _order: None)
    presenter.start(order)
    return presenter.state().recovery


def whats(state: RecoveryState | None) -> list[str]:
    assert state is not None
    return [line.what.split(":")[0] for line in state.lines]


def test_until_it_has_left_it_can_be_cancelled_and_recalled(world: fakes.World) -> None:
    world.bank.settles_after = 100
    assert whats(shown(world, paid(world)))[:2] == ["Cancel it", "Have it recalled"]


def test_once_it_is_settled_it_cannot_be_cancelled(world: fakes.World) -> None:
    world.bank.settles_after = 0
    assert whats(shown(world, paid(world)))[0] == "Have it recalled"


def test_what_has_ended_is_left_out_and_the_rest_counts_from_the_code(world: fakes.World) -> None:
    world.bank.settles_after = 100
    order = paid(world)
    world.clock.advance(28 * HOUR_MS)  # Monday 17:00: past the cut-off
    assert whats(shown(world, order))[0] == "Have it recalled"
    world.clock.advance(20 * fakes.DAY_MS)
    assert whats(shown(world, order))[0] == "Ask for it back for another reason"


def test_an_order_that_never_left_has_nothing_to_get_back(world: fakes.World) -> None:
    page = TransferPage(world)
    page.to_review()
    order = world.reader.orders_in_flight()[0].content.order
    assert shown(world, order) is None
