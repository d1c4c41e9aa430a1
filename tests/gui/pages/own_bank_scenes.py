"""Stories of paying from one's own bank: adding an account, carrying a payment there, and what comes back."""

from __future__ import annotations

from collections.abc import Iterator

from countersign.application.ports.bank_files import (
    EntryDetail,
    FileHead,
    FileKind,
    FilePart,
    Party,
    StatementBalance,
    StatementEnd,
    StatementEntry,
    StatementHead,
)
from countersign.application.ports.practice import PortalDownload
from countersign.application.use_cases.differences import open_differences
from countersign.domain.money import Money
from countersign.testing import fakes
from countersign.testing.fake_files import ListedFiles
from tests.gui.pages.stage import Look, Stage

OWN = "LU579990055500067890"
LANDLORD, LANDLORD_ACCOUNT, _ = fakes.LANDLORD


def add_own(stage: Stage, reach: str, number: str = OWN) -> None:
    """Fill in the form of an own account, one that the practice bank has statements of."""
    stage.world.practice.documents.append((PortalDownload(number, "camt.053.001.08", 0, "", number), b""))
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
    for key, value in {"name": "same", "from": "same", "amount": "same", "date": "same", "warning": "none"}.items():
        stage.choose(f"carry.question.{key}", value)
    stage.press("carry.not_done")
    yield "carry.not_done", stage
    stage.press("carry.not_done.keep", "carry.practice.confirm")
    stage.type("carry.reference", "ALD77F")
    yield "carry.answered", stage
    stage.press("carry.handed_over")
    yield "order.handed_over", stage
    stage.close()


def differing(look: Look) -> Iterator[tuple[str, Stage]]:
    """Bring in a statement that differs, close what differs; write down a payment made elsewhere."""
    stage = to_carrying(look, "manual")
    for key, value in {"name": "same", "from": "same", "amount": "same", "date": "same", "warning": "none"}.items():
        stage.choose(f"carry.question.{key}", value)
    stage.press("carry.handed_over", "carry.bring")
    yield "bring", stage
    files = stage.world.session.files
    assert isinstance(files, ListedFiles)
    files.files["statement.xml"] = statement(stage, -601_000, 1)
    stage.hold = True
    stage.drop("statement.xml")
    yield "bring.reading", stage
    stage.let_go()
    yield "bring.difference", stage
    key = open_differences(stage.world.vault)[0].key
    stage.press(f"bring.close.{key}")
    stage.choose(f"bring.answer.{key}", "other")
    yield "bring.reason", stage
    files.files["statement.xml"] = statement(stage, -600_000, 2)
    stage.drop("statement.xml")
    yield "bring.settled", stage
    stage.drop("holiday.jpg")
    yield "bring.unreadable", stage
    stage.press("shell.home")
    yield "home.difference", stage
    stage.program.presenter.open_elsewhere()
    stage.settle()
    yield "elsewhere", stage
    stage.press("elsewhere.save")
    yield "elsewhere.errors", stage
    stage.type("elsewhere.amount", "250.00")
    stage.type("elsewhere.payee", "Garage Schmidt")
    stage.press("elsewhere.save")
    yield "history.elsewhere", stage
    stage.close()


def statement(stage: Stage, minor: int, number: int) -> tuple[FilePart, ...]:
    """Return a statement with one payment for the order under way, and one of an account that is not ours."""
    order = stage.world.reader.orders_in_flight()[0].content.payment
    other = Party(order.creditor_name, order.creditor_account)
    detail = EntryDetail(None, other, end_to_end_id=order.end_to_end_id, remittance=order.remittance)
    entry = StatementEntry(
        f"E{number}", "BOOK", Money(minor, "EUR"), reversal=False, booked_on="2026-11-22", value_on="", code="",
        text="", details=(detail,), references=(("AcctSvcrRef", f"E{number}"),),
    )  # fmt: skip
    return (
        FileHead(FileKind.CAMT_053, "camt.053.001.08", "M", ""),
        StatementHead("S1", OWN, "IBAN", "EUR", "", "", "", "", "", ""),
        StatementBalance("OPBD", Money(900_000, "EUR"), "2026-11-21"),
        entry,
        StatementBalance("CLBD", Money(300_000, "EUR"), "2026-11-22"),
        StatementEnd("S1", 1),
        StatementHead("S2", "CH9300762011623852957", "IBAN", "CHF", "", "", "", "", "", ""),
        StatementEnd("S2", 0),
    )


def by_file(look: Look) -> Iterator[tuple[str, Stage]]:
    """Hand a payment file over."""
    stage = to_carrying(look, "files")
    yield "carry.file", stage
    stage.press("shell.home")
    yield "home.to_be_carried", stage
    stage.close()
