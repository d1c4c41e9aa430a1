"""Attacks by a member, a closed device or a store, at the moment money may leave (LEDGER 7, 9, 10, 13)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.domain.approval.rule import ApprovalRule, Need, PayeeStanding
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order_state import OrderState
from tests.unit.domain.approval.team import DAY, START, Desk, Firm, firm
from tests.unit.domain.ledger.world import identifier, payment

S = OrderState
NEW_PAYEES = ApprovalRule("new", payees=(PayeeStanding.NEW,), needs=(Need("", 2),))


def _given(workspace: Firm, desk: Desk, *stripped: Event) -> OrderRecord:
    """Return the order as a device has it that was given these events without what they say."""
    names = {item.id for item in stripped}
    known = [replace(item, body=None) if item.id in names else item for item in workspace.events]
    record = workspace.ledger(known).order(desk.order)
    assert record is not None
    return record


def test_a_rejection_that_was_passed_on_without_its_body_keeps_the_order_from_being_sent() -> None:
    workspace, desk = firm()
    desk.prepared()
    approval = desk.sign(workspace.pen("ben"))
    stop = desk.say(kinds.ORDER_STOPPED, workspace.pen("cho"), digest=desk.digest, reason="rejected.suspicious")
    intent = desk.intend([approval], seen=(approval, stop))
    found = _given(workspace, desk, stop)
    assert (found.state, found.unread, found.faults) == (S.APPROVED, (stop.id,), ((intent.id, "intent.unread"),))
    assert _given(workspace, desk).state is S.STOPPED


def test_nothing_is_sent_upon_other_approvals_than_will_count_once_all_are_read() -> None:
    workspace, desk = firm(approvals=2)
    desk.prepared()
    first = desk.sign(workspace.pen("ben"))
    second = desk.sign(workspace.pen("cho"), after=(first,))
    third = desk.sign(workspace.pen("dan"), after=(first, second))
    intent = desk.intend([second, third], seen=(third,))
    assert dict(_given(workspace, desk, first).faults)[intent.id] == "intent.unread"
    assert not _given(workspace, desk).intent_event


def test_a_version_of_the_payee_that_nobody_can_read_keeps_the_order_from_being_sent() -> None:
    workspace, desk = firm()
    desk.prepared()
    approval = desk.sign(workspace.pen("ben"))
    details = dict(desk.version.says()) | {"account": "GB33BUKB20201555555555", "supersedes": [desk.version.id]}
    edit = workspace.pen("cho").write(kinds.PAYEE_CHANGED, desk.payee, details, seen=(desk.assessed,))
    intent = desk.intend([approval], seen=(approval, edit))
    assert dict(_given(workspace, desk, edit).faults)[intent.id] == "intent.unread"
    assert dict(_given(workspace, desk).faults)[intent.id] == "intent.payee_changed"


@pytest.mark.parametrize(
    ("kind", "author"),
    [
        (kinds.ORDER_STOPPED, "eve"),  # an auditor stops nothing
        (kinds.ORDER_SUBMISSION_INTENDED, "cho"),  # nor does anybody but the sender speak of sending
        (kinds.ORDER_OPENED, "cho"),
    ],
)
def test_an_unread_word_without_weight_holds_nothing_up(kind: str, author: str) -> None:
    workspace, desk = firm()
    desk.prepared()
    approval = desk.sign(workspace.pen("ben"))
    word = desk.say(kind, workspace.pen(author), digest=desk.digest)
    intent = desk.intend([approval], seen=(approval, word))
    assert _given(workspace, desk, word).intent_event == intent.id


def test_what_the_sender_itself_said_holds_its_successor_up_until_it_is_read() -> None:
    workspace, desk = firm()
    desk.prepared()
    approval = desk.sign(workspace.pen("ben"))
    release = desk.say(kinds.ORDER_SENDER_RELEASED, digest=desk.digest, to=workspace.pen("ben").device)
    assert _given(workspace, desk, release).unread == (release.id,)
    intent = desk.intend([approval], pen=workspace.pen("ben"), seen=(release,))
    assert _given(workspace, desk).intent_event == intent.id


def test_a_check_of_a_payee_that_nobody_can_read_holds_nothing_up() -> None:
    workspace, desk = firm()
    desk.add_payee()
    check = workspace.pen("cho").write(kinds.PAYEE_VERIFIED, desk.payee, {}, seen=(desk.version,))
    known = [replace(item, body=None) if item == check else item for item in workspace.events]
    payee = workspace.ledger(known).payee(desk.payee)
    assert payee is not None
    assert payee.unread == ()


@pytest.mark.parametrize("late", [False, True])
def test_a_closed_device_lifts_no_stop_after_its_last_accepted_event(late: bool) -> None:
    workspace, _desk = firm()
    ben, cho = workspace.pen("ben"), workspace.pen("cho")
    stop = ben.write(kinds.WORKSPACE_FROZEN, identifier("stop"), {})
    last = cho.shared[-1]
    if not late:
        last = cho.write(kinds.WORKSPACE_UNFROZEN, identifier("stop"), {}, refs=(stop.id,), seen=(stop,))
    devices = [
        replace(item, closed=True, last_shared=last.id) if item.device == cho.device else item
        for item in workspace.state().devices
    ]
    closing = workspace.amend("ada", "ben", seen=(stop, last), devices=tuple(devices))
    if late:
        cho.write(kinds.WORKSPACE_UNFROZEN, identifier("stop"), {}, refs=(stop.id,), seen=(stop, closing))
    assert workspace.ledger().rules().frozen is late


@pytest.mark.parametrize(
    "changes", [{"creditor_account": "GB33BUKB20201555555555"}, {"creditor_agent_member": "USABA:1"}]
)
def test_an_order_into_another_account_than_its_payees_is_an_order_to_a_new_payee(changes: dict[str, str]) -> None:
    workspace, desk = firm(NEW_PAYEES)
    desk.add_payee()
    desk.sender.write(kinds.INCIDENT_RAISED, identifier("later"), {}, at=START + 40 * DAY)
    desk.freeze(payment=payment(**changes))
    desk.assess()
    first = desk.sign(workspace.pen("ben"), expires_at=START + 80 * DAY)
    assert (_given(workspace, desk).standing, _given(workspace, desk).state) == (PayeeStanding.NEW, S.PREPARED)
    second = desk.sign(workspace.pen("cho"), after=(first,), expires_at=START + 80 * DAY)
    intent = desk.intend([first, second], seen=(second,))
    assert dict(_given(workspace, desk).faults)[intent.id] == "intent.payee_changed"
