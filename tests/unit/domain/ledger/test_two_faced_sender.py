"""A sender's device that signed two events for one place: what it sent may have left, and no screen says otherwise."""

from __future__ import annotations

import pytest

from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.several_devices import TWO_FACED
from countersign.domain.order_state import OrderState
from tests.unit.domain.approval.team import START, Desk, Firm, firm
from tests.unit.domain.ledger.world import Pen, identifier

S = OrderState


def _sent() -> tuple[Firm, Desk, Event, Event]:
    workspace, desk = firm()
    desk.prepared()
    approval = desk.sign(workspace.pen("cho"))
    return workspace, desk, approval, desk.intend([approval], seen=(approval,))


def _other_face(pen: Pen, instead_of: Event, *seen: Event) -> Event:
    """Sign something else for the place of an event."""
    before = next(item for item in pen.shared if item.id == instead_of.header.prev)
    return pen.draft(kinds.INCIDENT_RAISED, identifier("face"), {}, after=before, seen=seen, at=START + 90_000)


def _order(workspace: Firm, desk: Desk, *more: Event, without: Event | None = None) -> OrderRecord:
    events = [event for event in (*workspace.events, *more) if event is not without]
    record = workspace.ledger(events).order(desk.order)
    assert record is not None
    return record


def test_rule_09_what_a_two_faced_device_sent_is_not_called_approved() -> None:
    workspace, desk, _approval, intent = _sent()
    desk.report("ACSC")  # void, too: nobody can tell which of its faces speaks the truth
    found = _order(workspace, desk, _other_face(desk.sender, intent))
    assert (found.state, found.reason, found.doubted) == (S.UNKNOWN, TWO_FACED, (intent.id,))
    assert (found.intent_event, found.bank) == (intent.id, "practice")
    assert not found.abandonable
    assert _order(workspace, desk).doubted == ()


def test_rule_14_what_others_hear_of_the_bank_settles_it() -> None:
    workspace, desk, _approval, intent = _sent()
    face = _other_face(desk.sender, intent)
    ben = workspace.pen("ben")
    stop = ben.write(kinds.ORDER_STOPPED, desk.order, {"digest": desk.digest, "reason": "repair.odd"}, seen=(intent,))
    fact = desk.report("ACSC", ben)
    found = _order(workspace, desk, face)
    assert (found.state, found.doubted, found.sent_before_known) == (S.SETTLED, (intent.id,), (stop.id,))
    assert fact.header.device == ben.device


def test_rule_09_an_order_whose_content_is_void_by_now_stays_where_it_may_have_been_paid() -> None:
    workspace, desk, _approval, intent = _sent()
    face = _other_face(desk.sender, desk.frozen)
    found = _order(workspace, desk, face)
    assert (found.state, found.digest, found.doubted) == (S.UNKNOWN, desk.digest, (intent.id,))
    gone = [item for item in (*workspace.events, face) if item.header.at < intent.header.at or item is face]
    assert workspace.ledger(gone).order(desk.order) is None  # nothing was sent


def test_rule_12_two_intents_of_two_faces_are_both_named() -> None:
    workspace, desk, approval, intent = _sent()
    before = desk.sender.shared[-2]
    body = {**intent.says(), "request_id": "99999999-2222-4333-8444-555555555555"}
    again = desk.sender.draft(
        kinds.ORDER_SUBMISSION_INTENDED, desk.order, body, refs=intent.header.refs, seen=(approval,), after=before
    )
    found = _order(workspace, desk, again)
    assert (found.state, set(found.doubted)) == (S.UNKNOWN, {intent.id, again.id})


def test_rule_12_another_face_that_handed_the_sending_over_leaves_a_doubt_about_what_was_sent() -> None:
    workspace, desk, approval, intent = _sent()
    ben = workspace.pen("ben")
    release = desk.sender.draft(
        kinds.ORDER_SENDER_RELEASED,
        desk.order,
        {"digest": desk.digest, "to": ben.device},
        after=desk.assessed,
        seen=(approval,),
    )
    sent = desk.intend([approval], pen=ben, seen=(release,))
    found = _order(workspace, desk, release)
    assert (found.state, found.intent_event, found.doubted) == (S.INTENDED, sent.id, (intent.id,))


@pytest.mark.parametrize("what", ["no body", "no quorum", "no genesis"])
def test_an_intent_that_never_held_leaves_no_doubt(what: str) -> None:
    workspace, desk = firm()
    desk.prepared()
    approval = desk.sign(workspace.pen("cho"))
    pen = workspace.pen("dan") if what == "no genesis" else desk.sender
    if what == "no genesis":
        pen.shared.clear()
        pen.write(kinds.INCIDENT_RAISED, identifier("note"), {})
    heard = () if what != "no body" else (approval,)
    intent = desk.intend([approval] if what == "no body" else [], pen=pen, refs=() if not heard else None, seen=heard)
    known = [
        Event(item.header, item.signature, None) if item is intent and heard else item for item in workspace.events
    ]
    face = _other_face(pen, intent)
    record = workspace.ledger([*known, face]).order(desk.order)
    assert record is not None
    assert (record.state, record.doubted, record.intent_event) == (S.APPROVED, (), "")
