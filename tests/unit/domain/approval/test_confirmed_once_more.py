"""Where all is signed and the order is none the less not approved: one more confirmation moves it on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from countersign.domain.approval.progress import confirmation_obstacle, obstacle, progress
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.order_authors import may_forbid
from countersign.domain.order_state import OrderState
from countersign.presentation.rule_words import confirmation_sentence
from tests.unit.domain.approval.team import DAY, LAST, START, Desk, Firm, firm
from tests.unit.domain.approval.test_second_device import (
    BOTH,
    CONFIRMED,
    asks,
    confirm,
    device_of,
    two_devices,
)
from tests.unit.domain.ledger.world import Pen

NOW = START + 200_000


def access_was_renewed() -> tuple[Firm, Desk, Pen]:
    """The approval came while the access of who asked had lapsed, and then that was renewed."""
    workspace, desk = firm(CONFIRMED, roles=BOTH, people={"ada": {"access_until": START + 100_000}})
    second = device_of(workspace, "ada 2", "ada")
    desk.prepared()
    said = confirm(desk, second, at=START + 50_000)
    approval = desk.sign(workspace.pen("cho"), at=START + 100_001, after=())
    renewed = workspace.members_with("ada", access_until=0)
    workspace.amend("ben", "cho", seen=(approval, said), members=renewed)
    return workspace, desk, second


def a_clock_ran_ahead() -> tuple[Firm, Desk, Pen]:
    """The confirming device's clock was days ahead, so that by it the approval's time was over."""
    workspace, desk, second = two_devices()
    approval = desk.sign(workspace.pen("cho"), expires_at=START + 3 * DAY)
    confirm(desk, second, seen=(approval,), at=START + 4 * DAY, expires_at=START + 7 * DAY)
    return workspace, desk, second


def the_sending_came_back() -> tuple[Firm, Desk, Pen]:
    """The confirming device held the sending when the approval came, and gave it back."""
    workspace, desk, second = two_devices()
    said = confirm(desk, second)
    there: dict[str, Json] = {"digest": desk.digest, "to": second.device}
    released = desk.sender.write(kinds.ORDER_SENDER_RELEASED, desk.order, there, seen=(said,))
    approval = desk.sign(workspace.pen("cho"))
    back: dict[str, Json] = {"digest": desk.digest, "to": desk.sender.device}
    second.write(kinds.ORDER_SENDER_RELEASED, desk.order, back, seen=(released, approval))
    return workspace, desk, second


@pytest.mark.parametrize("happened", [access_was_renewed, a_clock_ran_ahead, the_sending_came_back])
def test_an_order_that_has_everything_is_moved_on_by_one_more_confirmation(
    happened: Callable[[], tuple[Firm, Desk, Pen]],
) -> None:
    workspace, desk, second = happened()
    rules, record = workspace.rules(), desk.record()
    assert record.state is OrderState.PREPARED
    assert all(obstacle(record, rules.governance, name, NOW) for name in ("ben", "cho", "dan"))
    come = progress(record, rules, LAST, NOW)
    assert come.confirmation is not None
    assert (come.met, come.wants_confirmation, come.confirmation.again) == (False, True, True)
    assert come.confirmation.given
    assert come.confirmation.devices == (second.device,)
    assert "once more" in confirmation_sentence(come.confirmation, str.title)
    assert confirmation_obstacle(record, rules.governance, second.device, NOW) == ""
    others = tuple(pen.shared[-1] for pen in workspace.pens if pen is not second and pen is not desk.sender)
    confirm(desk, second, seen=others, at=NOW, epoch=rules.governance.epoch)
    record = desk.record()
    assert (record.state, asks(desk, NOW)) == (OrderState.APPROVED, ())
    come = progress(record, rules, LAST, NOW)
    assert come.confirmation is not None
    assert (come.met, come.confirmation.again, come.confirmation.devices) == (True, False, ())
    assert confirmation_obstacle(record, rules.governance, second.device, NOW) == "confirmation.given"


def test_while_approvals_are_missing_one_confirmation_is_enough() -> None:
    workspace, desk, second = two_devices()
    confirm(desk, second)
    come = progress(desk.record(), workspace.rules(), LAST, NOW)
    assert not come.wants_confirmation
    assert confirmation_obstacle(desk.record(), workspace.rules().governance, second.device, NOW) == (
        "confirmation.given"
    )


def test_only_the_requesters_other_device_holds_up_the_sending_with_words_that_are_kept_back() -> None:
    """Whoever has a role could hold up every payment otherwise, by a confirmation that never counts."""
    workspace, desk, second = two_devices()
    said = {pen.name: confirm(desk, pen) for pen in (workspace.pen("dan"), workspace.pen("cho"), second, desk.sender)}
    record, rules = desk.record(), workspace.rules()
    assert [name for name, event in said.items() if may_forbid(record, replace(event, body=None), rules)] == ["ada 2"]


def test_also_a_sender_that_was_handed_it_may_have_confirmed_before() -> None:
    workspace, desk, second = two_devices()
    event = confirm(desk, second)
    body: dict[str, Json] = {"digest": desk.digest, "to": second.device}
    desk.sender.write(kinds.ORDER_SENDER_RELEASED, desk.order, body, seen=(event,))
    record = desk.record()
    assert record.sender == second.device
    assert may_forbid(record, replace(event, body=None), workspace.rules())
