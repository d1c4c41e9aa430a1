"""A payment that its requester confirms on another device: the rule, the device that made it, and the other one."""

from __future__ import annotations

from collections.abc import Iterator

from countersign.domain.approval.rule import ApprovalRule
from countersign.domain.order import last_digits
from countersign.domain.policy import Policy
from countersign.testing import fakes
from countersign.testing.fake_door import PASSPHRASE
from countersign.testing.fake_team import ELSEWHERE, ME, Team, make_team
from tests.gui.pages.inbox_scenes import hand_in, show
from tests.gui.pages.stage import Look, Stage
from tests.gui.pages.team_scenes import Floor

ALONE = Policy(rules=(ApprovalRule("large", "EUR", 100_000, second_device=True),))


def second_device(look: Look) -> Iterator[tuple[str, Stage]]:
    """Write the rule where people have one device; make a payment here, and confirm one that was made elsewhere."""
    stage = Floor(look).stage
    stage.press("shell.team", "team.rules", "rules.add_rule")
    stage.type("rules.rule.above", "50000")
    stage.window.tick("rules.rule.second_device")
    yield "rules.second_device", stage
    stage.press("rules.rule.keep", "rules.save")
    yield "rules.second_device.proposal", stage
    stage.close()

    team: list[Team] = []

    def world(tasks: fakes.ManualTasks) -> fakes.World:
        team.append(make_team(tasks, ALONE, people=(ME,)))
        return team[0].world

    stage = Stage(look, world=world).opened()
    hand_in(stage)
    yield "second_device.made", stage
    stage.press("transfer.handed_in.order")
    yield "second_device.waits", stage
    payee = team[0].world.payees[fakes.LANDLORD[0]]
    record = team[0].vault.payee(payee)
    assert record is not None
    order = team[0].request(ELSEWHERE, (payee, record.version.event), 600_000, "Flat 12")
    team[0].approve(ELSEWHERE, order)
    stage.press("shell.inbox")
    yield "second_device.inbox", stage
    show(stage, 0)
    yield "second_device.detail", stage
    stage.press("inbox.primary")
    yield "second_device.read_back", stage
    stage.type("inbox.digits", last_digits(fakes.LANDLORD[1]))
    stage.type("inbox.passphrase", PASSPHRASE)
    stage.press("inbox.approve.sign")
    yield "second_device.confirmed", stage
    stage.close()
