"""Documents in every state: attached, refused, read back, opened, not here yet, and not the ones that were signed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from countersign.domain.documents import attachment_of
from countersign.testing import fakes
from countersign.testing.fake_documents import ScriptedFiles
from countersign.testing.fake_team import TOM, Team, busy_team
from countersign.ui.views.transfer.amount_page import AmountPage
from tests.gui.pages.inbox_scenes import place_of, show
from tests.gui.pages.stage import Look, Stage

CONTRACT: Final = b"%PDF-1.7\n" + b" " * 1_400_000 + b"\n%%EOF\n"
INVOICE: Final = b"%PDF-1.4 invoice\n%%EOF\n"
PROGRAM: Final = b"MZ\x90\x00\x03"
LONG: Final = "Purchase agreement between Hartwell and Stone about the flat in 12 Königstraße, signed on 3 November.pdf"
NAMES: Final = ("contract.pdf", LONG, "note.txt", "invoice\ufffdfdp.exe")
"""As they are shown."""
PAYEE: Final = "Notariat Königstraße"


def files_of(stage: Stage) -> ScriptedFiles:
    """Return the files of a stage."""
    found = stage.world.session.documents
    assert isinstance(found, ScriptedFiles)
    return found


def drop(stage: Stage, *files: tuple[str, bytes]) -> None:
    """Drop files on the page with the amount."""
    page = stage.program.shell.findChildren(AmountPage)[-1]
    urls = [QUrl.fromLocalFile(f"/files/{name}") for name, _data in files]
    paths = [Path(url.toLocalFile()) for url in urls]  # as this system writes them
    files_of(stage).files |= {path: data for path, (_name, data) in zip(paths, files, strict=True)}
    data = QMimeData()
    data.setUrls(urls)
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    page.dropEvent(QDropEvent(QPointF(page.rect().center()), copy, data, left, none))
    stage.settle()


def to_amount(look: Look) -> Stage:
    """Go as far as the amount."""
    stage = Stage(look).opened()
    stage.press("shell.transfer", "transfer.payee.known.0", "transfer.payee.continue", "transfer.name_check.continue")
    stage.type("transfer.amount.amount", "6000.00")
    stage.choose("transfer.amount.account", fakes.MAIN)
    return stage


def attaching(look: Look) -> Iterator[tuple[str, Stage]]:
    """Attach documents, have one refused, remove one, read them back, and see them on the order's page."""
    stage = to_amount(look)
    stage.hold = True
    drop(stage, ("contract.pdf", CONTRACT))
    yield "documents.reading", stage
    stage.let_go()
    drop(stage, (LONG, INVOICE), ("note.txt", "Zahlung gemäß Vertrag".encode()))
    yield "documents.attached", stage
    drop(stage, ("invoice.pdf", PROGRAM))
    yield "documents.refused", stage
    stage.press("transfer.amount.remove.2")
    yield "documents.removed", stage
    stage.press("transfer.amount.continue")
    if stage.window.shows("transfer.risk.continue"):
        stage.press("transfer.risk.continue")
    yield "documents.read_back", stage
    order = stage.world.reader.orders_in_flight()[0].content.order
    stage.program.presenter.open_order(order)
    stage.settle()
    yield "documents.of_order", stage
    stage.press("documents.open.0")
    yield "documents.opened", stage
    held = stage.world.vault.documents
    first = next(iter(held))
    held[first] = held[first] + b" "
    stage.press("documents.open.0")
    yield "documents.tampered", stage
    stage.close()


def with_documents(team: Team, *, here: bool) -> None:
    """Have a payment wait that another person attached documents to; the second of them is here, or is not."""
    items = (attachment_of("contract.pdf", CONTRACT), attachment_of("invoice.pdf", INVOICE))
    team.attachments = (items[0], replace(items[1], name="invoice\u202efdp.exe"))
    for each in (CONTRACT, INVOICE) if here else (CONTRACT,):
        team.vault.keep_blob(each)
    payee = team.payee(PAYEE, "FR7630006000011234567890189")
    team.request(TOM, payee, 4_800_000, "Contract 12/2026")


def evidence(look: Look) -> Iterator[tuple[str, Stage]]:
    """Look at another person's documents before signing: here, and not here yet."""
    for here in (True, False):
        stage = Stage(look, world=_documented if here else _lacking).opened()
        stage.press("shell.inbox")
        show(stage, place_of(stage, PAYEE))
        yield f"documents.evidence.{'here' if here else 'missing'}", stage
        if here:
            stage.press("documents.open.0")
            yield "documents.evidence.opened", stage
        stage.close()


def _documented(tasks: fakes.ManualTasks) -> fakes.World:
    team = busy_team(tasks)
    with_documents(team, here=True)
    return team.world


def _lacking(tasks: fakes.ManualTasks) -> fakes.World:
    team = busy_team(tasks)
    with_documents(team, here=False)
    return team.world
