"""Attacks by a member, a closed device or a store, at the moment money may leave (LEDGER 7, 9, 10, 13)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.domain.approval.rule import ApprovalRule, Need, PayeeStanding
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chains import History
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import recovery_message
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.several_devices import EventList, Ledger
from countersign.domain.order_state import OrderState
from tests.unit.domain.approval.team import DAY, START, Desk, Firm, firm
from tests.unit.domain.ledger.world import WORKSPACE, Pen, Workspace, identifier, key_of, payment, public, verify

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


def _close_by_recovery(author: Pen, closed: Pen, last: Event, *, key: str = "") -> Event:
    """Close a device by its member's recovery key, in an event of another device."""
    entry = replace(closed.entry, closed=True, last_shared=last.id)
    signature = key_of(f"recovery {key or closed.member}").sign(recovery_message(WORKSPACE, entry)).hex()
    body: dict[str, Json] = {"device": entry.canonical(), "recovery_signature": signature}
    return author.write(kinds.DEVICE_CLOSED, identifier("closing"), body)


@pytest.mark.parametrize("late", [False, True])
def test_rule_17_a_stolen_device_that_its_recovery_key_closed_changes_nothing_though_its_change_folds_first(
    late: bool,
) -> None:
    ada, spare = Pen("ada 1", "ada"), Pen("ada 2", "ada")
    workspace = Workspace([ada, spare])
    last = ada.shared[-1]
    spare.write(kinds.INCIDENT_RAISED, identifier("hello"), {}, seen=(last,))
    thief = Pen("thief 1", "ada")
    state = workspace.state(epoch=1)
    stolen = ada.draft(
        kinds.GOVERNANCE_CHANGED,
        identifier("change"),
        workspace.change([workspace.genesis.id], replace(state, devices=(*state.devices, thief.entry)), [ada]),
    )
    ada.shared.append(stolen)
    if not late:  # who closes the device knows of it
        spare.write(kinds.INCIDENT_RAISED, identifier("hello"), {"n": 1}, seen=(stolen,))
    _close_by_recovery(spare, ada, last)
    found = workspace.ledger().rules()
    governance = found.governance
    entry = governance.device(ada.device)
    assert entry is not None
    assert entry.closed
    assert (governance.epoch, governance.device(thief.device) is None, found.contested) == (
        (0 if late else 1),
        late,
        (),
    )


def test_rule_17_a_closing_by_another_key_makes_no_change_void() -> None:
    ada, spare = Pen("ada 1", "ada"), Pen("ada 2", "ada")
    workspace = Workspace([ada, spare])
    last = ada.shared[-1]
    spare.write(kinds.INCIDENT_RAISED, identifier("hello"), {}, seen=(last,))
    body = workspace.change([workspace.genesis.id], workspace.state(epoch=1), [ada])
    ada.write(kinds.GOVERNANCE_CHANGED, identifier("change"), body)
    spare.write(kinds.GOVERNANCE_CHANGED, identifier("change"), {"parents": 1})  # says nothing that can be read
    _close_by_recovery(spare, ada, last, key="nobody")
    assert workspace.ledger().rules().governance.epoch == 1


def test_rule_17_a_rival_that_a_settlement_names_stands() -> None:
    ada, spare = Pen("ada 1", "ada"), Pen("ada 2", "ada")
    workspace = Workspace([ada, spare])
    last = ada.shared[-1]
    spare.write(kinds.INCIDENT_RAISED, identifier("hello"), {}, seen=(last,))
    ada.write(kinds.INCIDENT_RAISED, identifier("late"), {})
    origin = [workspace.genesis.id]
    rivals = [
        pen.write(kinds.GOVERNANCE_CHANGED, identifier("g"), workspace.change(origin, workspace.state(epoch=1), [pen]))
        for pen in (ada, spare)
    ]
    _close_by_recovery(spare, ada, last)
    settled = workspace.change([item.id for item in rivals], workspace.state(epoch=2), [spare])
    assert workspace.ledger().rules().governance.epoch == 1
    spare.write(kinds.GOVERNANCE_CHANGED, identifier("g"), settled, seen=(rivals[0],))
    assert workspace.ledger().rules().governance.epoch == 2


def _closed_at(workspace: Firm, name: str, last: Event, *seen: Event) -> Event:
    """Let two administrators close somebody's device at an event, knowing of others."""
    pen = workspace.pen(name)
    devices = workspace.state().devices
    closed = tuple(replace(i, closed=True, last_shared=last.id) if i.device == pen.device else i for i in devices)
    return workspace.amend("ada", "ben", seen=seen, devices=closed)


@pytest.mark.parametrize("heard", [False, True])
def test_rule_09_a_closing_erases_no_rejection_that_its_author_knew_of(heard: bool) -> None:
    workspace, desk = firm()
    desk.prepared()
    cho = workspace.pen("cho")
    last = cho.shared[-1]
    approval = desk.sign(cho)
    stop = desk.say(kinds.ORDER_STOPPED, cho, digest=desk.digest, reason="rejected.suspicious")
    _closed_at(workspace, "cho", last, *((stop,) if heard else ()))
    found = _given(workspace, desk)
    assert found.state is (S.STOPPED if heard else S.PREPARED)
    assert approval.id not in {item.event for item in found.approvals}  # what allows is void all the same


def test_rule_09_a_closing_erases_no_intent_that_its_author_knew_of() -> None:
    workspace, desk = firm()
    desk.prepared()
    last = desk.sender.shared[-1]
    approval = desk.sign(workspace.pen("cho"))
    intent = desk.intend([approval], seen=(approval,))
    devices = workspace.state().devices
    closed = tuple(
        replace(i, closed=True, last_shared=last.id) if i.device == desk.sender.device else i for i in devices
    )
    workspace.amend("ben", "cho", seen=(intent,), devices=closed)
    assert (_given(workspace, desk).intent_event, _given(workspace, desk).state) == (intent.id, S.INTENDED)


@pytest.mark.parametrize("heard", [False, True])
def test_rule_09_a_closed_device_stops_nothing_after_its_last_accepted_event_but_what_was_known(heard: bool) -> None:
    workspace, _desk = firm()
    cho = workspace.pen("cho")
    last = cho.shared[-1]
    stop = cho.write(kinds.WORKSPACE_FROZEN, identifier("stop"), {})
    _closed_at(workspace, "cho", last, *((stop,) if heard else ()))
    assert workspace.ledger().rules().frozen is heard


def test_a_device_that_governance_does_not_know_stops_nothing() -> None:
    workspace, desk = firm()
    stranger = Pen("zoe 1", "zoe")
    stranger.write(kinds.WORKSPACE_FROZEN, identifier("stop"), {}, seen=(workspace.genesis,))
    keys = {**workspace.keys, stranger.device: public(stranger.key)}
    events = [*workspace.events, *stranger.shared]
    history = History(WORKSPACE, keys, verify)
    history.extend(events)
    assert not Ledger(history, EventList(events), workspace.genesis.id, verify).rules().frozen
    desk.sender.write(kinds.WORKSPACE_FROZEN, identifier("stop"), {})
    assert workspace.ledger().rules().frozen


def _frozen_again(workspace: Firm, desk: Desk, *seen: Event) -> Event:
    """Let Ben claim Ada's order for a content that his own device would send."""
    ben = workspace.pen("ben")
    content = desk.content(sender_device=ben.device, requester="ben")
    body: dict[str, Json] = {"content": content.canonical(), "digest": content.digest}
    return ben.write(kinds.ORDER_FROZEN, desk.order, body, seen=seen)


def test_an_identifier_that_was_taken_is_not_taken_again_by_who_knew() -> None:
    workspace, desk = firm()
    desk.prepared()
    last = workspace.pen("ada").shared[-1]
    other = _frozen_again(workspace, desk, desk.assessed)
    devices = workspace.state().devices
    gone = tuple(
        replace(i, closed=True, last_shared=desk.version.id) if i.device == last.header.device else i for i in devices
    )
    assert (_given(workspace, desk).frozen_event, dict(_given(workspace, desk).faults)) == (
        desk.frozen.id,
        {other.id: "order.frozen_twice"},
    )
    workspace.amend("cho", "ben", seen=(other,), devices=gone)
    assert workspace.ledger().order(desk.order) is None  # nor once the first counts no more


def test_of_two_contents_at_once_the_other_is_named() -> None:
    workspace, desk = firm()
    desk.add_payee()
    desk.sender.write(kinds.INCIDENT_RAISED, identifier("later"), {})
    desk.freeze()
    other = _frozen_again(workspace, desk, desk.version)  # folds first
    found = _given(workspace, desk)
    assert (found.frozen_event, dict(found.faults)) == (other.id, {desk.frozen.id: "order.frozen_twice"})
    desk.assess()
    approval = desk.sign(workspace.pen("cho"))
    sent = desk.intend([approval], seen=(approval,))
    found = _given(workspace, desk)
    assert (found.frozen_event, found.intent_event) == (desk.frozen.id, sent.id)
    assert dict(found.faults)[other.id] == "order.frozen_twice"
