"""Stories of many payments from a list: columns, the check, what stays out, and requesting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from countersign.adapters.banks.files.bank_files import LocalBankFiles
from countersign.testing.fake_team import busy_team
from countersign.ui.views.batch.page import BatchPage
from tests.gui.pages.stage import Look, Stage

LIST: Final = Path(__file__).with_name("batch.csv")


def from_list(look: Look) -> Iterator[tuple[str, Stage]]:
    """Choose a list, say what is missing, check it, look at a line, request the rest, and come back to it."""
    stage = Stage(look, world=lambda tasks: busy_team(tasks).world).opened()
    stage.world.session.files = LocalBankFiles()
    stage.press("shell.transfer", "transfer.payee.batch")
    yield "batch.choose", stage
    stage.program.presenter.open_batch(str(LIST))
    stage.settle()
    stage.choose("batch.column.remittance", "")
    stage.press("batch.primary")
    yield "batch.setup.errors", stage
    stage.choose("batch.column.remittance", "3")
    stage.choose("batch.account", "acc-1")
    stage.choose("batch.source", "contract")
    stage.window.tick("batch.payroll")
    stage.settle()
    yield "batch.setup", stage
    stage.hold = True
    stage.press("batch.primary")
    yield "batch.checking", stage
    stage.let_go()
    page = stage.window.find_as("batch.page", BatchPage)
    yield "batch.checked", stage
    page.table.selectRow(page.rows.rowCount() - 1)
    stage.settle()
    yield "batch.line", stage
    stage.press("batch.take", "batch.filter.goes")
    yield "batch.goes", stage
    stage.press("batch.primary")
    yield "batch.requested", stage
    stage.press("batch.leave")
    yield "batch.kept", stage
    stage.program.presenter.open_order(stage.world.reader.orders_in_flight()[0].content.order)
    stage.settle()
    stage.press("order.again")
    yield "templates", stage
    stage.press("templates.drop.0")
    yield "templates.empty", stage
    stage.close()
