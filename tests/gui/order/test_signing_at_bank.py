"""A second person signs at the bank, by hand, on the page of the order."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from countersign.testing import fakes
from countersign.ui.widgets import Chip, PlainLabel
from tests.gui.order.order_window import OrderWindow, accepted_order

OpenOrder = Callable[..., OrderWindow]


@pytest.fixture
def world() -> fakes.World:
    world = fakes.make_world()
    world.bank.settles_after = 99
    world.bank.signatures = 2
    return world


def test_a_second_person_signs_with_their_own_user_id(open_order: OpenOrder, world: fakes.World) -> None:
    window = open_order(world, accepted_order(world))
    assert window.find("order.state", Chip).text() == "Signature missing"
    assert "No money has moved" in window.find("order.sentence", PlainLabel).text()
    window.press("order.signing.sign")
    assert window.has("order.problem")
    window.fill("order.signing.person", "daniel.okoye")
    window.press("order.signing.sign")
    assert not window.has("order.signing")
    window.fill("order.sca.password", fakes.PASSWORD)
    window.press("order.sca.sign_in")
    window.pick("order.sca.method.sms-1")
    window.press("order.sca.choose")
    window.fill("order.sca.code", fakes.CODE)
    window.press("order.sca.confirm")
    assert window.find("order.state", Chip).text() == "Accepted"
    assert world.bank.signed["pay-1"] == ["", "daniel.okoye"]
    assert len(world.bank.executions) == 1


def test_nothing_is_offered_where_no_signature_is_missing(open_order: OpenOrder, world: fakes.World) -> None:
    world.bank.signatures = 1
    window = open_order(world, accepted_order(world))
    assert not window.has("order.signing")
    assert not window.has("order.signing.sign")
