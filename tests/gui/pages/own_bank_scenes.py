"""Stories of paying from one's own bank: adding an account, carrying a payment there, and what comes back."""

from __future__ import annotations

from collections.abc import Iterator

from countersign.testing import fakes
from tests.gui.pages.stage import Look, Stage

OWN = "LU579990055500067890"
LANDLORD, LANDLORD_ACCOUNT, _ = fakes.LANDLORD


def add_own(stage: Stage, reach: str, number: str = OWN) -> None:
    """Fill in the form of an own account."""
    stage.type("own.add.number", number)
    stage.type("own.add.name", "Household")
    stage.type("own.add.bank", "Alder Bank")
    stage.choose("own.add.reach", reach)


def own_account(look: Look) -> Iterator[tuple[str, Stage]]:
    """Add an account by file, and try it out; leave something out; by hand."""
    stage = Stage(look).opened()
    stage.program.presenter.open_setup()
    stage.settle()
    yield "setup.own", stage
    stage.press("setup.account")
    yield "own.form", stage
    stage.press("own.add.add")
    yield "own.errors", stage
    add_own(stage, "manual")
    yield "own.by_hand", stage
    stage.choose("own.add.reach", "files")
    yield "own.by_file", stage
    stage.press("own.add.add")
    yield "own.added", stage
    stage.press("own.test.write")
    yield "own.tested", stage
    stage.close()


def to_carrying(look: Look, reach: str) -> Stage:
    """Lead a transfer from an own account to where it is carried."""
    stage = Stage(look).opened()
    stage.program.presenter.open_add_account()
    stage.settle()
    add_own(stage, reach)
    stage.press("own.add.add")
    stage.press("shell.transfer")
    stage.type("transfer.payee.name", LANDLORD)
    stage.type("transfer.payee.account", LANDLORD_ACCOUNT)
    stage.choose("transfer.payee.source", "contract")
    stage.press("transfer.payee.continue", "transfer.name_check.continue")
    stage.choose("transfer.amount.account", OWN)
    stage.type("transfer.amount.amount", "6000.00")
    stage.type("transfer.amount.remittance", "Rent December")
    stage.press("transfer.amount.continue")
    if stage.window.shows("transfer.risk.continue"):
        stage.press("transfer.risk.continue")
    stage.type("transfer.review.digits", LANDLORD_ACCOUNT[-4:])
    stage.press("transfer.review.right")
    return stage


def by_hand(look: Look) -> Iterator[tuple[str, Stage]]:
    """Carry a payment into the bank's app: compare, be stopped, say what was done."""
    stage = to_carrying(look, "manual")
    yield "carry.manual", stage
    stage.press("carry.practice.type")
    yield "carry.practice.typed", stage
    stage.choose("carry.question.name", "other")
    stage.choose("carry.question.amount", "fee")
    yield "carry.stopped", stage
    for key, value in {"name": "same", "amount": "same", "date": "same", "warning": "none"}.items():
        stage.choose(f"carry.question.{key}", value)
    stage.press("carry.not_done")
    yield "carry.not_done", stage
    stage.press("carry.not_done.keep", "carry.practice.confirm")
    stage.type("carry.reference", "ALD77F")
    yield "carry.answered", stage
    stage.press("carry.handed_over")
    yield "order.handed_over", stage
    stage.close()


def by_file(look: Look) -> Iterator[tuple[str, Stage]]:
    """Hand a payment file over."""
    stage = to_carrying(look, "files")
    yield "carry.file", stage
    stage.press("shell.home")
    yield "home.to_be_carried", stage
    stage.close()
