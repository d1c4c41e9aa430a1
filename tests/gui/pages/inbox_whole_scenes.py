"""All of a large batch, approved together: gathered, shown, signed and said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from countersign.application.use_cases.look_at_order import look_at_list
from countersign.testing import fakes
from countersign.testing.fake_door import PASSPHRASE
from countersign.testing.fake_team import ANNA, RAVI, busy_team
from tests.gui.pages.inbox_scenes import place_of, show
from tests.gui.pages.stage import Look, Stage

LIST: Final = "b" * 32
MANY: Final = 104  # more than are drawn one by one


def with_list(tasks: fakes.ManualTasks) -> fakes.World:
    """Let somebody ask for a whole list."""
    team = busy_team(tasks)
    payee = team.world.payees[fakes.LANDLORD[0]]
    record = team.vault.payee(payee)
    assert record is not None
    team.batch = LIST
    for number in range(MANY):
        team.request(RAVI, (payee, record.version.event), 120_000 + 731 * number, f"Flat {number}")
    for number in range(2):
        new = team.payee("Hotel Adler GmbH", "DE89370400440532013000")
        team.request(RAVI, new, 90_000 + number, f"Room {number}")
    team.batch = ""
    with team.vault.by(ANNA):
        look_at_list(team.vault, LIST, "ab" * 32, ["cd" * 16])
    return team.world


def inbox_whole(look: Look) -> Iterator[tuple[str, Stage]]:
    """Choose the batch, gather it, look at one of its payments, come back, and sign them all."""
    stage = Stage(look, world=with_list).opened()
    stage.press("shell.inbox")
    show(stage, place_of(stage, "106"))
    yield "inbox.whole", stage
    stage.hold = True
    stage.press("inbox.whole")
    yield "inbox.whole.gathering", stage
    stage.let_go()
    yield "inbox.whole.gathered", stage
    stage.press("inbox.batch.sign")
    yield "inbox.whole.unsigned", stage
    stage.type("inbox.passphrase", PASSPHRASE)
    stage.press("inbox.batch.sign")
    yield "inbox.whole.signed", stage
    stage.close()
