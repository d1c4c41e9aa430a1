"""Four devices: whatever the order of arrival, the same projection; and what an intent's device could not know."""

from __future__ import annotations

import hashlib
import os
import random  # noqa: TID251 - orders of arrival, drawn from a printed seed
from dataclasses import asdict, replace

import orjson
import pytest

from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chains import LedgerError
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.several_devices import EventList, Ledger
from countersign.domain.order_state import OrderState
from countersign.domain.payee import fold_payee
from tests.unit.domain.ledger.world import OrderDesk, Pen, Workspace, identifier, treasury, verify

RUNS = int(os.environ.get("COUNTERSIGN_RUNS", "300"))
S = OrderState


def _hash(ledger: Ledger, subjects: list[str]) -> str:
    orders = [ledger.order(subject) for subject in subjects]
    rules = ledger.rules()
    said = {
        "orders": [asdict(item) | {"content": item.digest} if item else None for item in orders],
        "payees": [repr(fold_payee(ledger.standing(subject))) for subject in subjects],
        "governance": rules.governance.canonical(),
        "frozen": rules.frozen,
        "tips": sorted((device, tip.id) for (device, _), tip in ledger.history.tips.items()),
        "proofs": ledger.history.proofs,
    }
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _busy_world(seed: int) -> tuple[Workspace, list[str]]:
    """Let four devices work on two orders, hearing of each other now and then; on some seeds one of them forks."""
    rng = random.Random(seed)
    workspace, first = treasury(approvals=rng.choice([1, 2]))
    second = OrderDesk(workspace, workspace.pens[3], "order 2", "payee 2")
    _, ben, ben_too, cho = workspace.pens
    cho.write(kinds.INCIDENT_RAISED, identifier("note"), {}, seen=(workspace.genesis,))
    for desk in (first, second):
        desk.add_payee()
        desk.freeze()
        desk.assess()
    approvals: dict[str, list[Event]] = {first.order: [], second.order: []}
    for _ in range(rng.randrange(2, 7)):
        desk = rng.choice([first, second])
        pen = rng.choice([pen for pen in workspace.pens if pen is not desk.sender])
        act = rng.randrange(6)
        if act == 0:
            desk.say(kinds.ORDER_STOPPED, pen, reason="no")
        elif act == 1:
            pen.write(kinds.WORKSPACE_FROZEN, identifier("stop"), {}, seen=(desk.sender.shared[-1],))
        else:
            approvals[desk.order].append(desk.approve(pen))
    for desk in (first, second):
        known = [pen.shared[-1] for pen in workspace.pens if pen is not desk.sender and len(pen.shared) > 0]
        heard = [event for event in known if rng.random() < 0.8]
        named = [event for event in approvals[desk.order] if any(event in _upto(workspace, head) for head in heard)]
        one_each = {_member(workspace, event): event for event in named}
        desk.intend(list(one_each.values()), seen=heard)
        desk.report(rng.choice(["ACSP", "ACSC", "RJCT"]), authorised=True)
        desk.report("ACSC", rng.choice([ben, ben_too]))
    if seed % 3 == 0 and len(ben_too.shared) > 1:
        before = ben_too.shared[rng.randrange(len(ben_too.shared) - 1)]
        ben_too.shared.append(ben_too.draft(kinds.INCIDENT_RAISED, first.order, {"f": 1}, after=before))
    return workspace, [first.order, second.order, first.payee, second.payee]


def _upto(workspace: Workspace, head: Event) -> list[Event]:
    pen = next(pen for pen in workspace.pens if pen.device == head.header.device)
    return [event for event in pen.shared if event.header.seq <= head.header.seq]


def _member(workspace: Workspace, event: Event) -> str:
    return next(pen.member for pen in workspace.pens if pen.device == event.header.device)


def _arrive(workspace: Workspace, events: list[Event], rng: random.Random) -> Ledger:
    """Deliver every event at least once, in any order, with duplicates; some only after the rest was read."""
    late = [event for event in events if rng.random() < 0.2]
    early = [event for event in events if event not in late]
    history = workspace.history([])
    ledger = Ledger(history, EventList([]), workspace.genesis.id, verify)
    for batch in (early, late):
        arriving = batch + [event for event in batch if rng.random() < 0.3]
        rng.shuffle(arriving)
        history.extend(arriving)
        known = [event for event in events if event.id in history]
        rng.shuffle(known)
        ledger = Ledger(history, EventList(known), workspace.genesis.id, verify)
        if workspace.genesis.id in history:
            ledger.order(identifier("order 1"))  # reading between two imports changes nothing
    assert (history.waiting, history.refused) == (0, [])
    return ledger


def test_rule_15_any_order_of_arrival_gives_the_same_hashes() -> None:
    states = set()
    worlds = max(RUNS // 10, 1)
    for seed in range(worlds):
        workspace, subjects = _busy_world(seed)
        events = workspace.events
        found = _arrive(workspace, events, random.Random(seed))
        expected = _hash(found, subjects)
        for run in range(10):
            found = _arrive(workspace, events, random.Random(f"{seed} {run}"))
            assert _hash(found, subjects) == expected, (seed, run)
        states |= {record.state for record in (found.order(subject) for subject in subjects) if record}
    assert len(states) >= 3  # the worlds differ: some orders were sent, some stopped, some never approved


def _sent() -> tuple[Workspace, OrderDesk, Event]:
    workspace, desk = treasury()
    desk.add_payee()
    desk.freeze()
    desk.assess()
    approval = desk.approve(workspace.pens[1])
    return workspace, desk, approval


def test_rule_13_a_stop_concurrent_with_an_intent_does_not_undo_it_and_becomes_a_task() -> None:
    workspace, desk, approval = _sent()
    cho = workspace.pens[3]
    early = cho.write(kinds.ORDER_STOPPED, desk.order, {"reason": "no"})  # knows nothing: it folds before everything
    intent = desk.intend([approval], seen=(approval,))
    beside = cho.write(kinds.ORDER_STOPPED, desk.order, {"reason": "no"}, seen=(approval,))
    unseen = cho.write(kinds.ORDER_STOPPED, desk.order, {"reason": "no"}, seen=(desk.sender.shared[-2],))
    after = cho.write(kinds.ORDER_STOPPED, desk.order, {"reason": "no"}, seen=(intent,))
    desk.report("ACSC", authorised=True)
    record = workspace.ledger().order(desk.order)
    assert record is not None
    assert (record.state, record.intent_event) == (S.SETTLED, intent.id)
    assert set(record.sent_before_known) >= {beside.id, unseen.id, after.id}
    del early


def test_rule_13_a_stop_that_the_sender_knew_of_prevails() -> None:
    workspace, desk, approval = _sent()
    stop = workspace.pens[3].write(kinds.ORDER_STOPPED, desk.order, {"reason": "no"}, seen=(approval,))
    intent = desk.intend([approval], seen=(stop,))
    record = workspace.ledger().order(desk.order)
    assert record is not None
    assert (record.state, record.faults) == (S.STOPPED, ((intent.id, "intent.not_approved"),))


@pytest.mark.parametrize("heard", [True, False])
def test_rule_13_a_freeze_counts_where_the_sender_knew_of_it(heard: bool) -> None:
    workspace, desk, approval = _sent()
    genesis = workspace.genesis
    freeze = workspace.pens[3].write(kinds.WORKSPACE_FROZEN, identifier("stop"), {}, seen=(genesis,))
    intent = desk.intend([approval], seen=(approval, freeze) if heard else (approval,))
    ledger = workspace.ledger()
    record = ledger.order(desk.order)
    assert record is not None
    assert ledger.rules().frozen
    assert freeze.order_key < intent.order_key  # folded before it, but known to it only where it was heard
    assert record.intent_event == ("" if heard else intent.id)
    assert dict(record.faults).get(intent.id, "") == ("intent.frozen" if heard else "")


def test_rule_13_an_approval_that_the_sender_had_not_seen_is_no_ground_to_send() -> None:
    workspace, desk, approval = _sent()
    intent = desk.intend([], refs=(desk.frozen.id, desk.assessed.id))
    record = workspace.ledger().order(desk.order)
    assert record is not None
    assert approval.id in {item.event for item in record.approvals}
    assert record.intent_event == ""
    assert record.faults == ((intent.id, "intent.rule_not_met"),)


def test_rule_13_the_second_intent_of_the_sender_is_void_here_too() -> None:
    workspace, desk, approval = _sent()
    first = desk.intend([approval], seen=(approval,))
    second = desk.intend([approval])
    record = workspace.ledger().order(desk.order)
    assert record is not None
    assert (record.intent_event, record.faults) == (first.id, ((second.id, "intent.not_the_first"),))


def test_rule_13_an_intent_with_a_wrong_body_is_void() -> None:
    workspace, desk, approval = _sent()
    intent = desk.intend([approval], seen=(approval,), changes={"end_to_end_id": "CS9"})
    record = workspace.ledger().order(desk.order)
    assert record is not None
    assert record.faults == ((intent.id, "intent.end_to_end_id"),)


def test_rule_10_a_payee_conflict_that_the_sender_knew_of_blocks() -> None:
    workspace, desk, approval = _sent()
    other = desk.version.says() | {"account": "DE02120300000000202051"}
    rival = workspace.pens[3].write(kinds.PAYEE_ADDED, desk.payee, other, seen=(approval,))
    intent = desk.intend([approval], seen=(rival,))
    record = workspace.ledger().order(desk.order)
    assert record is not None
    assert record.faults == ((intent.id, "intent.payee_conflict"),)


def test_rule_09_a_closed_devices_later_events_are_void_whatever_their_time() -> None:
    workspace, desk, approval = _sent()
    _, ben, _, cho = workspace.pens
    late = desk.approve(ben)  # after the one that will be the last accepted
    closed = replace(ben.entry, closed=True, last_shared=approval.id)
    state = workspace.state(epoch=1)
    state = replace(state, devices=tuple(closed if item.device == ben.device else item for item in state.devices))
    said = workspace.change([workspace.genesis.id], state, [cho, desk.sender])
    cho.write(kinds.GOVERNANCE_CHANGED, identifier("governance"), said, seen=(approval,))
    stop = ben.write(kinds.ORDER_STOPPED, desk.order, {"reason": "thief"})
    ledger = workspace.ledger()
    standing = {event.id for event in ledger.standing(desk.order)}
    assert {late.id, stop.id} & standing == set()
    record = ledger.order(desk.order)
    assert record is not None
    assert (record.state, [item.event for item in record.counted]) == (S.APPROVED, [approval.id])
    desk.intend([approval], seen=(cho.shared[-1],), epoch=1)
    record = workspace.ledger().order(desk.order)
    assert record is not None
    assert record.state is S.INTENDED


def test_rule_09_a_two_faced_approver_counts_for_nothing_once_it_is_known() -> None:
    workspace, desk, approval = _sent()
    ben = workspace.pens[1]
    other_face = ben.draft(kinds.INCIDENT_RAISED, identifier("note"), {"a": 1}, seen=(workspace.genesis,))
    other_face = ben.sign(replace(other_face.header, seq=0, prev="", lamport=2), other_face.body)
    before = desk.intend([approval], seen=(approval,))
    knowing = [*workspace.events, other_face]
    record = workspace.ledger(knowing).order(desk.order)
    assert record is not None
    assert record.intent_event == before.id  # it could not know, and what was sent was sent
    assert record.counted != ()
    assert workspace.ledger(knowing).history.proofs == (tuple(sorted((approval.id, other_face.id))),)
    desk.sender.shared.pop()
    late = desk.intend([approval], seen=(approval, other_face))
    record = workspace.ledger([*workspace.events, other_face]).order(desk.order)
    assert record is not None
    assert dict(record.faults)[late.id] == "intent.rule_not_met"


def test_one_identifier_claimed_twice_stays_with_the_content_that_was_sent() -> None:
    workspace, desk, approval = _sent()
    cho = workspace.pens[3]
    intent = desk.intend([approval], seen=(approval,))
    thief = OrderDesk(workspace, cho)
    thief.version = desk.version
    body = thief.content(nonce=identifier("other"))
    claim = cho.write(kinds.ORDER_FROZEN, desk.order, {"content": body.canonical(), "digest": body.digest})
    assert claim.order_key < desk.frozen.order_key
    record = workspace.ledger().order(desk.order)
    assert record is not None
    assert (record.digest, record.intent_event) == (desk.digest, intent.id)


def test_nothing_is_read_without_the_genesis_that_was_agreed() -> None:
    workspace, desk, _ = _sent()
    ledger = workspace.ledger()
    assert ledger.order(identifier("nothing")) is None
    with pytest.raises(SecurityError, match=r"governance\.genesis"):
        Ledger(ledger.history, EventList(workspace.events[1:]), workspace.genesis.id, verify).order(desk.order)


def test_rule_06_missing_parents_keep_events_out_of_every_fold() -> None:
    workspace, desk, approval = _sent()
    history = workspace.history([event for event in workspace.events if event.id != desk.frozen.id])
    assert history.waiting >= 2
    assert approval.id not in history
    with pytest.raises(LedgerError, match=r"ledger\.unknown_device"):
        history.add(Pen("eve 1", "eve").draft(kinds.INCIDENT_RAISED, identifier("x"), {}))
