"""Asking for the money back on the order's page: the reason, where the request is, and what the story tells."""

from __future__ import annotations

import pytest

from countersign.application.ports.bank import Reach
from countersign.presentation.bring_in_state import rule_text, status_words
from countersign.presentation.order_recall import RecallState, recall_reason
from countersign.testing import fakes
from countersign.testing.fake_files import CarriedByHand
from tests.unit.presentation.own_account import OWN, to_carrying
from tests.unit.presentation.test_carry import OrderPage, order_of


@pytest.fixture
def world() -> fakes.World:
    return fakes.make_world()


def handed_over(world: fakes.World, reach: Reach = Reach.FILES) -> OrderPage:
    to_carrying(world, reach)
    page = OrderPage(world, order_of(world))
    assert page.state.recall is None, "nobody has said that the bank has it"
    page.presenter.carry.handed_over("")
    return page


def recall(page: OrderPage) -> RecallState:
    assert page.state.recall is not None, page.state
    return page.state.recall


def test_it_is_asked_why_and_then_told_what_to_do(world: fakes.World) -> None:
    page = handed_over(world)
    assert recall(page).may_ask
    page.presenter.recall.ask()
    assert [item.value for item in recall(page).reasons] == ["FRAD", "DUPL", "TECH", "CUST"]
    assert (recall(page).asks, recall(page).may_ask) == (True, False)
    page.presenter.write_recall()
    assert recall(page).asks, "no reason was chosen"
    page.presenter.recall.choose("DUPL")
    assert recall(page).chosen == "DUPL"
    page.presenter.write_recall()
    found = recall(page)
    assert found.file.startswith("RECALL-")
    assert "payments" in found.folder
    assert "Sent twice" in found.written
    assert len(found.steps) == 3
    assert found.may_ask
    assert any(line.title == "You had a request written to get the money back" for line in page.state.timeline)


def test_it_can_be_left(world: fakes.World) -> None:
    page = handed_over(world)
    page.presenter.recall.ask()
    page.presenter.recall.leave()
    assert not recall(page).asks
    page.presenter.recall.choose("FRAD")
    page.presenter.write_recall()
    assert recall(page).written == ""


def test_after_a_restart_the_file_is_named_and_its_place_in_words(world: fakes.World) -> None:
    page = handed_over(world)
    page.presenter.recall.ask()
    page.presenter.recall.choose("FRAD")
    page.presenter.write_recall()
    world.session.submissions = type(world.session.submissions)()
    again = OrderPage(world, page.state.order)
    assert recall(again).file == recall(page).file
    assert recall(again).folder == "In your folder for payment files, beside the payment file"


def test_where_the_payment_file_is_gone_it_says_how_to_go_on(world: fakes.World) -> None:
    page = handed_over(world)
    bank = world.session.banks[world.session.accounts[OWN, ""]]
    assert isinstance(bank, CarriedByHand)
    bank.taken = True
    page.presenter.recall.ask()
    page.presenter.recall.choose("FRAD")
    page.presenter.write_recall()
    assert "by phone" in page.state.problem.text
    assert recall(page).may_ask


def test_what_was_typed_is_not_asked_back_by_file(world: fakes.World) -> None:
    assert handed_over(world, Reach.MANUAL).state.recall is None


def test_codes_have_words() -> None:
    assert recall_reason("FRAD") == "Fraud"
    assert recall_reason("AGNT") == "AGNT"
    assert [status_words(code)[0] for code in ("ACCR", "PACR", "PDCR", "RJCR")] == [
        *("Request accepted", "Request partly accepted", "Request pending", "Request refused"),
    ]
    assert "Only a statement" in rule_text("camt.029")
