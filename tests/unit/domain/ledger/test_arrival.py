"""What comes from devices nobody knows yet, what a device has to name, and what is asked of an event's past."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.domain.approval.limits import day_of
from countersign.domain.canonical import Json
from countersign.domain.ledger import answers, chains, kinds
from countersign.domain.ledger.answers import Answers, RememberedRules
from countersign.domain.ledger.chain_store import MemoryStore
from countersign.domain.ledger.chains import History, LedgerError
from countersign.domain.ledger.event import Chain, Event
from countersign.domain.ledger.several_devices import EventList, Ledger, keys_named_in
from countersign.domain.policy import Policy
from tests.unit.domain.ledger.world import (
    START,
    WORKSPACE,
    OrderDesk,
    Pen,
    Workspace,
    identifier,
    public,
    resign,
    treasury,
    verify,
)

NOTE = kinds.INCIDENT_RAISED
SUBJECT = identifier("subject")


def _patient(workspace: Workspace, *known: Pen) -> History:
    keys = {pen.device: public(pen.key) for pen in known}
    history = History(WORKSPACE, keys, verify, patient=True)
    history.extend([workspace.genesis])
    return history


def _two() -> tuple[Workspace, Pen, Pen]:
    pens = [Pen("ada 1", "ada"), Pen("ben 1", "ben")]
    return Workspace(pens, Policy(requester_may_approve=False)), pens[0], pens[1]


def test_rule_06_an_event_of_a_device_without_a_key_waits_for_it() -> None:
    workspace, ada, ben = _two()
    first = ben.write(NOTE, SUBJECT, {}, seen=(workspace.genesis,))
    second = ben.write(NOTE, SUBJECT, {})
    forged = Event(ben.draft(NOTE, SUBJECT, {}).header, bytes(64), None)
    history = _patient(workspace, ada)
    for event in (second, forged, first):
        assert history.add(event) == ()
    assert history.meet(ben.device) == ()  # still without a key
    assert history.waiting == 3
    history.keys = {**history.keys, ben.device: public(ben.key)}
    assert history.meet(ben.device) == (first.id, second.id)
    assert (history.waiting, history.refused) == (0, [(forged.id, "ledger.signature")])


def test_rule_06_who_is_known_takes_the_place_of_strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains, "WAITING_LIMIT", 2)
    workspace, ada, ben = _two()
    strange = ben.write(NOTE, SUBJECT, {}, seen=(workspace.genesis,))
    other = ben.write(NOTE, SUBJECT, {})
    for _ in range(4):
        ada.write(NOTE, SUBJECT, {})
    history = _patient(workspace, ada)
    history.add(strange)
    history.add(ada.shared[2])
    with pytest.raises(LedgerError, match=r"ledger\.too_many_waiting"):
        history.add(other)  # nobody makes room for a stranger
    history.add(ada.shared[3])
    assert (history.waiting, history.store.waits(strange.id), history.store.waits(ada.shared[3].id)) == (2, False, True)
    with pytest.raises(LedgerError, match=r"ledger\.too_many_waiting"):
        history.add(ada.shared[4])
    assert history.add(ada.shared[1]) == tuple(event.id for event in ada.shared[1:4])


def test_what_waits_for_two_is_let_in_by_the_later() -> None:
    store = MemoryStore()
    _, ada, _ = _two()
    event = ada.write(NOTE, SUBJECT, {})
    store.hold(event, ["a", "b"])
    assert list(store.wake("a")) == []
    assert not store.make_room()
    assert list(store.wake("b")) == [event]
    store.hold(event, ["c", "d", event.header.device])
    assert store.make_room()
    assert list(store.wake("c")) == []


def test_rule_05_a_device_names_the_heads_it_did_not_know_and_no_more() -> None:
    pens = [Pen("ada 1", "ada"), Pen("ben 1", "ben"), Pen("cho 1", "cho")]
    workspace = Workspace(pens)
    ada, ben, cho = pens
    first = ben.write(NOTE, SUBJECT, {}, seen=(workspace.genesis,))
    second = cho.write(NOTE, SUBJECT, {}, seen=(first,))
    private = cho.write(kinds.VAULT_UNLOCKED, SUBJECT, {}, chain=Chain.PRIVATE)
    history = workspace.history([*workspace.events, private])
    assert [item.id for item in history.news(ada.device)] == [second.id]  # Ben's lies before it
    assert [item.id for item in history.news("f" * 64)] == [second.id]
    assert history.news(cho.device) == ()
    own = ada.write(NOTE, SUBJECT, {}, seen=(second,))
    history.add(own)
    assert history.news(ada.device) == ()


def test_rule_09_who_has_seen_both_faces_names_both() -> None:
    workspace, ada, ben = _two()
    ben.write(NOTE, SUBJECT, {}, seen=(workspace.genesis,))
    left, right = ben.draft(NOTE, SUBJECT, {"a": 1}), ben.draft(NOTE, SUBJECT, {"a": 2}, at=START + 9_000)
    ahead = ben.draft(NOTE, SUBJECT, {}, after=left)
    history = workspace.history([*workspace.events, left, right, ahead])
    assert {item.id for item in history.news(ada.device)} == {ahead.id, right.id}
    both = ada.write(NOTE, SUBJECT, {}, seen=(ahead, right))
    history.add(both)
    assert history.news(ada.device) == ()
    assert history.is_void(left.id, known=lambda item: history.in_past(item, both.id))


def test_an_event_is_not_placed_before_its_parents() -> None:
    _, ada, ben = _two()
    heard = ben.write(NOTE, SUBJECT, {})
    with pytest.raises(LedgerError, match=r"ledger\.parents_missing"):
        History(WORKSPACE, {}, verify).place(ada.draft(NOTE, SUBJECT, {}, seen=(heard,)))


def test_rule_13_an_intent_of_who_knows_of_no_workspace_is_left_out() -> None:
    workspace, desk = treasury()
    desk.add_payee()
    desk.freeze()
    desk.assess()
    stranger = workspace.pens[3]
    for _ in range(6):
        stranger.write(NOTE, SUBJECT, {})  # stands after the content, and knows of nothing
    intent = desk.intend([], pen=stranger, refs=())
    record = workspace.ledger().order(desk.order)
    assert record is not None
    assert record.faults == ((intent.id, "governance.genesis"),)


def test_the_rules_of_a_past_are_read_once_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, ada, _ = _two()
    refused = ada.write(kinds.GOVERNANCE_CHANGED, SUBJECT, {"parents": []})
    stop = ada.write(kinds.WORKSPACE_FROZEN, SUBJECT, {})
    remembered = RememberedRules()
    events = [workspace.genesis, refused, stop]
    monkeypatch.setattr(answers, "_REMEMBERED", 2)
    rules = remembered.read(events, verify)
    assert (rules.frozen, len(rules.epochs)) == (True, 1)
    assert remembered.read(events, verify) is rules
    assert not remembered.read(events[:1], verify).frozen
    monkeypatch.setattr(answers, "_ANSWERS", 0)
    ledger = workspace.ledger()
    assert ledger.rules(stop.id).governance == ledger.rules(stop.id).governance
    known = Answers()
    known.rules["x"] = rules
    known.bound()
    assert known.rules == {}


def test_what_was_approved_on_a_day_is_judged_by_the_past_of_each_approval() -> None:
    workspace, first = treasury()
    ben = workspace.pens[1]
    second, third = (OrderDesk(workspace, first.sender, f"order {name}", f"payee {name}") for name in (2, 3))
    for desk in (first, second, third):
        desk.add_payee()
        desk.freeze()
        desk.assess()
    one, two = first.approve(ben), second.approve(ben)
    wrong = third.approve(ben, digest="other")
    own = second.approve(first.sender)
    blind = workspace.pens[3].write(kinds.ORDER_APPROVED, first.order, first.approval_body())
    nowhere = ben.write(kinds.ORDER_APPROVED, identifier("no order"), first.approval_body())
    assert all((wrong, own, blind, nowhere))
    ledger = workspace.ledger()
    day, amount = day_of(one.header.at), first.frozen_content.payment.instructed_amount.minor
    spent = ledger.spent(third.order)
    assert spent("ben", "EUR", day, "") == 2 * amount
    assert spent("ben", "EUR", day, two.id) == amount
    assert spent("ben", "USD", day, "") == spent("ben", "EUR", day + 1, "") == spent("ada", "EUR", day, "") == 0
    assert ledger.spent(first.order)("ben", "EUR", day, "") == amount
    first.approve(ben)  # a second approval of the same order is no second amount
    assert workspace.ledger().spent(third.order)("ben", "EUR", day, "") == 2 * amount


def test_the_keys_that_an_event_of_governance_names_follow_from_the_names() -> None:
    workspace, ada, ben = _two()
    assert keys_named_in(workspace.genesis) == workspace.keys
    changed = ada.draft(kinds.GOVERNANCE_CHANGED, SUBJECT, workspace.change([], workspace.state(), []))
    assert keys_named_in(changed) == workspace.keys
    added = ada.draft(kinds.DEVICE_ADDED, SUBJECT, {"device": ben.entry.canonical()})
    assert keys_named_in(added) == {ben.device: public(ben.key)}
    assert keys_named_in(replace(workspace.genesis, body=None)) == {}
    assert keys_named_in(ada.draft(NOTE, SUBJECT, {"device": ben.entry.canonical()})) == {}
    lies: list[Json] = [
        {"device": ada.device, "signing_public_key": public(ben.key).hex()},
        {"device": ada.device, "signing_public_key": "no hex"},
        {"device": 1, "signing_public_key": "00"},
        "nothing",
    ]
    for body in ({"devices": lies}, {"devices": "none"}, {"state": "none"}):
        assert keys_named_in(ada.draft(kinds.GOVERNANCE_CHANGED, SUBJECT, body)) == {}


def test_what_a_device_says_that_governance_does_not_know_counts_for_nothing() -> None:
    workspace, ada, _ = _two()
    eve = Pen("eve 1", "eve")
    payee = eve.write(kinds.PAYEE_ADDED, SUBJECT, {}, seen=(workspace.genesis,))
    history = History(WORKSPACE, {**workspace.keys, eve.device: public(eve.key)}, verify)
    events = [*workspace.events, payee]
    history.extend(events)
    ledger = Ledger(history, EventList(events), workspace.genesis.id, verify)
    assert payee.id in history
    assert ledger.standing(SUBJECT) == []
    assert ledger.payee(SUBJECT) is None
    assert resign(ada, workspace.genesis, seq=0).id == workspace.genesis.id
