"""One order as a code: shown, read on the other side, and what is said where that doesn't work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from countersign.testing.fake_door import PASSPHRASE
from countersign.testing.fake_workspace import MemoryWorkspace
from countersign.ui.views.codes.read import ReadCodePage
from countersign.ui.widgets import ArmingButton, KitButton
from tests.gui.pages.inbox_scenes import show
from tests.gui.pages.stage import Look, Stage
from tests.gui.pages.team_scenes import RAVI, TOM, Floor
from tests.unit.application.workspace.payments import ORDER, request


@dataclass
class Sender:
    """Mei's vault, as the payments of tests want it."""

    vault: MemoryWorkspace

    @property
    def device(self) -> str:
        return self.vault.identity.device


def reader(stage: Stage) -> ReadCodePage:
    """Return the page that reads."""
    return stage.window.find_as("read_code.page", ReadCodePage)


def paste(stage: Stage, text: str) -> None:
    """Paste the text of a code."""
    presenter = reader(stage).presenter
    assert presenter is not None
    presenter.paste(None, text)
    stage.settle()


def showing_codes(look: Look) -> Iterator[tuple[str, Stage]]:
    """Show a payment as a code, for everybody and for one, too long, and as a file."""
    floor = Floor(look)
    stage = floor.stage
    request(Sender(floor.who.vault))
    stage.program.presenter.open_order(ORDER)
    stage.settle()
    yield "order.codes", stage
    stage.press("code.show")
    yield "show_code", stage
    stage.press("show_code.next")
    stage.choose("show_code.reader", floor.office.present(floor.who, TOM).identity.member)
    yield "show_code.one_reader", stage
    floor.office.parcels.longest = 10
    stage.choose("show_code.reader", floor.office.present(floor.who, RAVI).identity.member)
    yield "show_code.too_long", stage
    stage.choose("show_code.reader", "")
    yield "show_code.too_long_for_all", stage
    stage.program.presenter.open_page("show_code", "dd" * 16)
    stage.settle()
    yield "show_code.unknown", stage
    stage.press("shell.inbox", "inbox.filter.all")
    show(stage, 0)
    yield "inbox.code_of_own", stage
    stage.press("inbox.code_of_order", "show_code.back")
    stage.close()


def reading_codes(look: Look) -> Iterator[tuple[str, Stage]]:
    """Read what another device shows, with garbage between, and its answer."""
    floor = Floor(look)
    stage = floor.stage
    stage.press("shell.inbox", "inbox.read_code")
    yield "read_code", stage
    stage.window.find_as("read_code.camera", KitButton).click()
    paste(stage, "")
    yield "read_code.nothing", stage
    floor.office.parcels.frames((b"one",))
    floor.office.parcels.frames((b"two",))
    paste(stage, "PARCEL 0 1")
    yield "read_code.begun", stage
    paste(stage, "PARCEL 1 2")
    yield "read_code.two", stage
    paste(stage, "https://example.org")
    yield "read_code.foreign", stage
    paste(stage, "DAMAGED")
    yield "read_code.damaged", stage
    for part in (1, 2, 3):
        paste(stage, f"PARCEL 0 {part}")
    yield "read_code.refused", stage
    stage.press("read_code.screen")
    yield "read_code.screen", stage
    stage.press("read_code.back")
    yield "inbox.codes", stage
    stage.close()


def answering_by_code(look: Look) -> Iterator[tuple[str, Stage]]:
    """Approve what somebody else asks for, and show the answer."""
    floor = Floor(look)
    stage, mei = floor.stage, floor.who.vault
    request(Sender(mei), "dd" * 16)  # she has paid them before
    ravi = floor.office.present(floor.who, RAVI)
    request(Sender(ravi))
    mei.take_in(ravi.shared_events(ravi.identity.device, 0, 10))
    stage.program.presenter.open_inbox(ORDER)  # as after a code was read
    stage.settle()
    yield "inbox.code_of_order", stage
    stage.press("inbox.primary")
    stage.type("inbox.digits", "2606")
    stage.type("inbox.passphrase", PASSPHRASE)
    stage.window.find_as("inbox.approve.sign", ArmingButton).arm_after(0)
    stage.press("inbox.approve.sign")
    yield "inbox.answered", stage
    stage.press("code.answer.small" if stage.window.shows("code.answer.small") else "code.answer.show")
    yield "show_code.answer", stage
    stage.press("show_code.back")
    yield "order.answered", stage
    stage.close()
