"""*Check these details now* in every state: a story of its own, told like those in `scenes`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from countersign.testing import fakes
from countersign.ui.views.check import CheckPage
from countersign.ui.widgets import TextField
from tests.gui.pages.stage import Look, Stage

SOLICITORS: Final = fakes.SOLICITORS[0]
SAMPLE_LIST: Final = Path(__file__).with_name("payments.csv")
SUSPICIOUS: Final = f"""Dear Mei,
our bank details have changed. Pay EUR 12,500.00 urgently to
Account name: {SOLICITORS}
DE89 3704 0044 0532 0130 00
"""


def check(look: Look) -> Iterator[tuple[str, Stage]]:
    """Check details without a vault, from the first page; with one, from the side bar."""
    stage = Stage(look, exists=False, populated=False, ready=False)
    stage.press("new_vault.check")
    yield "check", stage
    stage.type("check.account_field", "DE89 3704 0044 0532 0130 00")
    stage.type("check.name", SOLICITORS)
    yield "check.clear", stage
    stage.type("check.account_field", "DE89 3704 0044 0532 0130 01")
    yield "check.stop", stage
    typing = stage.window.find_as("check.account_field", TextField)
    typing.setText("DE89 37")
    typing.textEdited.emit("DE89 37")
    stage.settle()
    yield "check.typing", stage
    stage.type("check.account_field", "12345678")
    yield "check.unreadable", stage
    stage.type("check.message", SUSPICIOUS)
    yield "check.message", stage
    stage.press("check.clear")
    stage.hold = True
    stage.window.find_as("check.page", CheckPage).open_file(SAMPLE_LIST)
    yield "check.reading", stage
    stage.let_go()
    yield "check.file", stage
    stage.press("check.back")
    yield "check.left", stage
    stage.close()
    stage = Stage(look).opened()
    stage.press("shell.check")
    yield "check.unlocked", stage
    stage.close()
