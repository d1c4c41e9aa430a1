"""What one signatory approves on several devices at once, against a limit a day: summed where it is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.domain.approval.rule import ApprovalRule, Need, SignatoryLimit
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.order_state import OrderState
from tests.unit.domain.approval.team import DAY, START, Desk, Firm, firm
from tests.unit.domain.ledger.world import Pen, identifier

ANY = ApprovalRule("any", needs=(Need("", 1),))
AMOUNT = 25_000_000


def _two_orders(limit: int) -> tuple[Firm, Desk, Desk, Pen]:
    """Return a firm where Ben, who has two devices, may approve so much a day, and two orders of Ada's."""
    limits = (SignatoryLimit("ben", "EUR", 0, limit), SignatoryLimit("cho", "EUR", AMOUNT, 0))
    workspace, first = firm(ANY, limits=limits)
    second = Desk(workspace, first.sender, "order 2", "payee 2")
    for desk in (first, second):
        desk.prepared()
    return workspace, first, second, next(pen for pen in workspace.pens if pen.name == "ben 2")


def _code(workspace: Firm, desk: Desk, intent: Event) -> str:
    record = workspace.ledger().order(desk.order)
    assert record is not None
    assert (record.intent_event == intent.id) is (intent.id not in dict(record.faults))
    return dict(record.faults).get(intent.id, "")


@pytest.mark.parametrize("limit", [2 * AMOUNT, 2 * AMOUNT - 1])
def test_rule_13_approvals_of_one_person_on_two_devices_are_summed_at_the_intent(limit: int) -> None:
    workspace, first, second, other = _two_orders(limit)
    one, two = first.sign(workspace.pen("ben")), second.sign(other)  # neither device knew of the other's
    for desk in (first, second):
        record = workspace.ledger().order(desk.order)
        assert record is not None
        assert record.state is OrderState.APPROVED
    fault = "intent.over_daily_limit" if limit < 2 * AMOUNT else ""
    assert _code(workspace, first, first.intend([one], seen=(one, two))) == fault
    assert _code(workspace, second, second.intend([two])) == fault


def test_rule_13_what_the_sender_had_not_heard_of_is_not_summed() -> None:
    workspace, first, second, other = _two_orders(AMOUNT)
    one, two = first.sign(workspace.pen("ben")), second.sign(other)
    sent = first.intend([one], seen=(one,))
    assert _code(workspace, first, sent) == ""
    assert _code(workspace, second, second.intend([two], seen=(two,))) == "intent.over_daily_limit"
    assert _code(workspace, first, sent) == ""  # what was sent was sent


@pytest.mark.parametrize("day", [0, 1])
def test_another_day_is_another_sum(day: int) -> None:
    workspace, first, second, other = _two_orders(AMOUNT)
    one = first.sign(workspace.pen("ben"), expires_at=START + 9 * DAY)
    two = second.sign(other, at=START + day * DAY + 5_000, expires_at=START + 9 * DAY)
    sent = first.intend([one], seen=(one, two))
    assert _code(workspace, first, sent) == ("" if day else "intent.over_daily_limit")


def test_a_limit_for_one_order_asks_for_no_sum() -> None:
    workspace, first, second, _other = _two_orders(AMOUNT)
    one = first.sign(workspace.pen("cho"))
    two = second.sign(workspace.pen("cho"))
    assert _code(workspace, first, first.intend([one], seen=(two,))) == ""


@pytest.mark.parametrize("sent", [True, False])
def test_rule_09_what_a_thief_approved_counts_against_nobody_unless_it_was_sent(sent: bool) -> None:
    workspace, first, second, other = _two_orders(AMOUNT)
    last = other.shared[-1]
    one, theft = first.sign(workspace.pen("ben")), second.sign(other)
    if sent:
        second.intend([theft], seen=(theft,))
    devices = tuple(
        replace(item, closed=True, last_shared=last.id) if item.device == other.device else item
        for item in workspace.state().devices
    )
    closing = workspace.amend("cho", "ada", devices=devices)
    workspace.pen("cho").write(kinds.INCIDENT_RAISED, identifier("note"), {}, seen=(theft,))
    intent = first.intend([one], seen=(workspace.pen("cho").shared[-1], one), epoch=1)
    assert closing.id in {item.event for item in workspace.ledger().rules().epochs}
    assert _code(workspace, first, intent) == ("intent.over_daily_limit" if sent else "")
