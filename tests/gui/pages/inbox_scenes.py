"""The approvals inbox in every state it has, in a workspace of four."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from countersign.testing import fakes
from countersign.testing.fake_door import PASSPHRASE
from countersign.testing.fake_team import RAVI, TOM, Team, busy_team, make_team
from countersign.ui.views.inbox.cards import CardList
from tests.gui.pages.stage import Look, Stage

NOTES: Final = ("Ask them for their account by phone.", "The contract's number is missing.")


def busy(look: Look) -> Stage:
    """Open the inbox of a busy workspace."""
    stage = Stage(look, world=lambda tasks: busy_team(tasks).world).opened()
    stage.press("shell.inbox")
    return stage


def show(stage: Stage, place: int) -> None:
    """Show the order at a place of the list."""
    cards = stage.window.find_as("inbox.list", CardList)
    model = cards.model()
    assert model is not None
    cards.setCurrentIndex(model.index(place, 0))
    cards.pressed_on.emit(cards.current_order())
    stage.settle()


def place_of(stage: Stage, payee: str) -> int:
    """Return where the first order to a payee stands."""
    cards = stage.window.find_as("inbox.list", CardList)
    model = cards.model()
    assert model is not None
    return next(row for row in range(model.rowCount()) if payee in str(model.index(row, 0).data()))


def inbox(look: Look) -> Iterator[tuple[str, Stage]]:
    """Look at what waits, and sign, reject and return."""
    stage = busy(look)
    yield "inbox", stage
    show(stage, place_of(stage, "Hartwell"))
    yield "inbox.changed", stage
    stage.press("inbox.primary")
    yield "inbox.call_back", stage
    stage.press("inbox.call_back.send")
    yield "inbox.call_back.unanswered", stage
    stage.choose("inbox.reasons", "called_known_number")
    stage.press("inbox.call_back.send")
    yield "inbox.called_back", stage
    stage.press("inbox.primary")
    yield "inbox.approve", stage
    stage.window.find("inbox.approve.sign").click()  # type: ignore[attr-defined]  # a button that still waits
    stage.press("inbox.leave", "inbox.reject")
    yield "inbox.reject", stage
    stage.press("inbox.reject.send")
    yield "inbox.reject.errors", stage
    stage.press("inbox.leave", "inbox.repair")
    stage.choose("inbox.reasons", "repair.account")
    stage.type("inbox.note", NOTES[0])
    yield "inbox.repair", stage
    stage.press("inbox.repair.send")
    yield "inbox.returned", stage
    stage.close()


def inbox_batch(look: Look) -> Iterator[tuple[str, Stage]]:
    """Sign several at once; look at what others must sign, at what is flagged, at what isn't there."""
    stage = busy(look)
    cards = stage.window.find_as("inbox.list", CardList)
    cards.mark_all.emit()
    cards.setCurrentIndex(cards.model().index(place_of(stage, "Pacific"), 0))
    cards.marked.emit(cards.current_order())
    stage.settle()
    yield "inbox.marked", stage
    stage.press("inbox.together")
    yield "inbox.batch", stage
    stage.press("inbox.batch.sign")
    yield "inbox.batch.unsigned", stage
    stage.type("inbox.passphrase", PASSPHRASE)
    stage.press("inbox.batch.sign")
    yield "inbox.batch.signed", stage
    stage.press("inbox.filter.all")
    show(stage, 0)
    yield "inbox.own", stage
    stage.press("shell.inbox", "inbox.filter.flagged")
    yield "inbox.flagged", stage
    stage.type("inbox.search", "zzzz")
    stage.window.find("inbox.search").returnPressed.emit()  # type: ignore[attr-defined]  # a TextField
    stage.settle()
    yield "inbox.nothing_found", stage
    stage.close()
    stage = Stage(look, world=lambda tasks: make_team(tasks).world).opened()
    stage.press("shell.inbox")
    yield "inbox.empty", stage
    stage.close()
    stage = Stage(look).opened()
    stage.press("shell.inbox")
    yield "inbox.alone", stage
    stage.close()


def hand_in(stage: Stage) -> str:
    """Ask for a payment to the landlord, as far as handing it in; return the order."""
    stage.press("shell.transfer")
    stage.type("transfer.payee.name", fakes.LANDLORD[0])
    stage.type("transfer.payee.account", fakes.LANDLORD[1])
    stage.choose("transfer.payee.source", "contract")
    stage.press("transfer.payee.continue", "transfer.name_check.continue")
    stage.choose("transfer.amount.account", fakes.MAIN)
    stage.type("transfer.amount.amount", "6000.00")
    stage.type("transfer.amount.remittance", "Rent December")
    stage.press("transfer.amount.continue")
    if stage.window.shows("transfer.risk.continue"):
        stage.press("transfer.risk.continue")
    stage.type("transfer.review.digits", fakes.LANDLORD[1][-4:])
    stage.press("transfer.review.right")
    return stage.world.reader.orders_in_flight()[0].content.order


def inbox_request(look: Look) -> Iterator[tuple[str, Stage]]:
    """Ask others for an approval; have it returned, repair it, have it approved, and send it."""
    team: list[Team] = []

    def world(tasks: fakes.ManualTasks) -> fakes.World:
        team.append(make_team(tasks))
        return team[0].world

    stage = Stage(look, world=world).opened()
    order = hand_in(stage)
    yield "transfer.handed_in", stage
    stage.press("transfer.handed_in.order")
    yield "order.waits", stage
    team[0].send_back(TOM, order, "repair.reference", NOTES[1])
    stage.press("shell.home")
    yield "home.returned", stage
    stage.program.presenter.open_order(order)
    stage.settle()
    yield "order.returned", stage
    stage.press("shell.home", "home.open.returned.0")
    yield "transfer.repaired", stage
    order = hand_in(stage)
    team[0].approve(TOM, order)
    team[0].approve(RAVI, order)
    stage.press("shell.home")
    yield "home.approved", stage
    stage.program.presenter.open_order(order)
    stage.settle()
    yield "order.to_send", stage
    stage.press("order.go_on")
    yield "order.sent", stage
    stage.close()


STORIES: Final[Mapping[str, Callable[[Look], Iterator[tuple[str, Stage]]]]] = {
    story.__name__: story for story in (inbox, inbox_batch, inbox_request)
}
