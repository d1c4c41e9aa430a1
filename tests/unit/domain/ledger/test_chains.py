"""Events and chains: a test for each rule of the ledger that a history holds events to, named by its number."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import orjson
import pytest

from countersign.domain.canonical import NotCanonicalError, canonical_bytes
from countersign.domain.ledger import chains, kinds
from countersign.domain.ledger.chain_store import MemoryStore
from countersign.domain.ledger.chains import History, LedgerError
from countersign.domain.ledger.event import BODY_LIMIT, Body, Chain, Event, EventDraft, Header, MalformedEventError
from countersign.domain.ledger.heads import Head, SignedHead
from tests.unit.domain.ledger.world import START, WORKSPACE, Pen, Workspace, identifier, public, resign, verify

NOTE = kinds.INCIDENT_RAISED
SUBJECT = identifier("subject")


def _two() -> tuple[Workspace, Pen, Pen]:
    pens = [Pen("ada 1", "ada"), Pen("ben 1", "ben")]
    return Workspace(pens), pens[0], pens[1]


def _refusal(history: History, event: Event) -> str:
    with pytest.raises((LedgerError, MalformedEventError)) as refused:
        history.add(event)
    assert event.id not in history
    return refused.value.code


def test_rule_01_the_header_is_signed_over_its_identifier_and_read_back() -> None:
    _, ada, _ = _two()
    event = ada.write(NOTE, SUBJECT, {"text": "x"})
    assert Header.parse(event.header.content) == event.header
    assert event.id == hashlib.sha256(b"countersign/event/1\x00" + event.header.content).hexdigest()
    assert set(orjson.loads(event.header.content)) == {
        "v", "workspace", "device", "chain", "seq", "prev", "seen", "lamport", "at", "kind", "subject", "refs",
        "body_hash",
    }  # fmt: skip
    assert verify(public(ada.key), event.signature, bytes.fromhex(event.id))
    assert (event.kind, event.order_key) == (NOTE, (2, ada.device, "shared", 1))


def test_rule_01_any_changed_field_changes_the_identifier_and_breaks_the_signature() -> None:
    workspace, ada, _ = _two()
    event = ada.draft(NOTE, SUBJECT, {})
    changes = {
        "workspace": "0b" * 16, "device": "c" * 64, "chain": Chain.PRIVATE, "seq": 2, "prev": "c" * 64,
        "seen": ("c" * 64,), "lamport": 9, "at": 1, "kind": "a.b", "subject": "0c" * 16, "refs": ("c" * 64,),
        "body_hash": "c" * 64, "v": 2,
    }  # fmt: skip
    assert set(changes) == set(event.header.canonical())
    for name, value in changes.items():
        header = replace(event.header, **{name: value})  # type: ignore[arg-type]  # every field in turn
        assert header.id != event.id
        _refusal(workspace.history(), Event(header, event.signature, event.body))
    assert workspace.history().add(event) == (event.id,)


def test_rule_01_a_foreign_signature_an_unknown_device_and_another_workspace_are_refused() -> None:
    workspace, ada, ben = _two()
    event = ada.draft(NOTE, SUBJECT, {})
    signed_by_ben = Event(event.header, ben.key.sign(bytes.fromhex(event.id)), event.body)
    assert _refusal(workspace.history(), signed_by_ben) == "ledger.signature"
    assert _refusal(workspace.history(), resign(ada, event, workspace="0b" * 16)) == "ledger.other_workspace"
    assert _refusal(workspace.history(), Pen("eve 1", "eve").draft(NOTE, SUBJECT, {})) == "ledger.unknown_device"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"v": 2}, "event.version"),
        ({"workspace": "0A" * 16}, "event.form"),
        ({"subject": "0a"}, "event.form"),
        ({"device": "a" * 63}, "event.form"),
        ({"body_hash": ""}, "event.form"),
        ({"prev": "x" * 64}, "event.form"),
        ({"seen": ("x",)}, "event.form"),
        ({"refs": ("x",)}, "event.form"),
        ({"seq": -1}, "event.form"),
        ({"seq": 0}, "event.form"),
        ({"prev": ""}, "event.form"),
        ({"lamport": 0}, "event.form"),
        ({"at": -1}, "event.form"),
        ({"kind": "order"}, "event.form"),
        ({"kind": "Order.frozen"}, "event.form"),
        ({"kind": "order.frozen\n"}, "event.form"),
        ({"seen": ("b" * 64, "a" * 64)}, "event.unsorted"),
        ({"refs": ("a" * 64, "a" * 64)}, "event.unsorted"),
    ],
)
def test_rule_01_a_header_of_another_form_is_refused(change: dict[str, object], code: str) -> None:
    workspace, ada, _ = _two()
    event = resign(ada, ada.draft(NOTE, SUBJECT, {}), **change)
    assert _refusal(workspace.history(), event) == code
    with pytest.raises(MalformedEventError) as refused:
        Header.parse(event.header.content)
    assert refused.value.code == code


def test_rule_01_unknown_chains_and_fields_are_refused() -> None:
    header = _two()[1].draft(NOTE, SUBJECT, {}).header.canonical()
    with pytest.raises(MalformedEventError, match=r"event\.chain"):
        Header.parse(canonical_bytes({**header, "chain": "secret"}))
    with pytest.raises(NotCanonicalError, match=r"canonical\.field_unknown"):
        Header.parse(canonical_bytes({**header, "more": 1}))
    with pytest.raises(NotCanonicalError, match=r"canonical\.field_missing"):
        Header.parse(canonical_bytes({name: value for name, value in header.items() if name != "refs"}))


def test_rule_02_a_body_is_detached_salted_and_bound_by_its_hash() -> None:
    workspace, ada, _ = _two()
    event = ada.draft(NOTE, SUBJECT, {"text": "x"})
    body = event.body
    assert body is not None
    assert event.says() == {"text": "x"}
    assert body.hash == hashlib.sha256(b"countersign/body/1\x00" + body.salt + body.content).hexdigest()
    erased = Event(event.header, event.signature, None)
    with pytest.raises(MalformedEventError, match=r"event\.body_absent"):
        erased.says()
    assert workspace.history().add(erased) == (event.id,)  # headers alone verify a chain
    other_salt = Event(event.header, event.signature, Body(bytes(16), body.content))
    assert _refusal(workspace.history(), other_salt) == "ledger.body_hash"


def test_rule_02_a_salt_of_another_length_and_a_body_too_large_are_refused() -> None:
    workspace, ada, _ = _two()
    event = ada.draft(NOTE, SUBJECT, {"text": "x"})
    body = event.body
    assert body is not None
    # The same bytes cut elsewhere would have the same hash, so the cut must be where it belongs.
    shifted = Body(body.salt + body.content[:1], body.content[1:])
    assert shifted.hash == body.hash
    assert _refusal(workspace.history(), Event(event.header, event.signature, shifted)) == "event.salt"
    with pytest.raises(MalformedEventError, match=r"event\.salt"):
        Body.of({}, bytes(15))
    with pytest.raises(MalformedEventError, match=r"event\.body_too_large"):
        Body.of({"a": "x" * BODY_LIMIT}, bytes(16))
    assert len(Body.of({"a": "x" * (BODY_LIMIT - 8)}, bytes(16)).content) == BODY_LIMIT


def test_rule_04_each_kind_has_its_chain_and_shared_never_rests_on_private() -> None:
    workspace, ada, ben = _two()
    assert not kinds.SHARED_KINDS & kinds.PRIVATE_KINDS
    named = {value for name, value in vars(kinds).items() if name.isupper() and isinstance(value, str)}
    assert named - {kinds.DATA_ERASED} == kinds.SHARED_KINDS | kinds.PRIVATE_KINDS
    private = ada.write(kinds.VAULT_UNLOCKED, SUBJECT, {}, chain=Chain.PRIVATE)
    history = workspace.history([*workspace.events, private])
    assert _refusal(history, ada.draft(NOTE, SUBJECT, {}, chain=Chain.PRIVATE)) == "ledger.wrong_chain"
    assert _refusal(history, ada.draft(kinds.VAULT_LOCKED, SUBJECT, {})) == "ledger.wrong_chain"
    resting = ada.draft(NOTE, SUBJECT, {}, refs=(private.id,))
    assert _refusal(history, resting) == "ledger.shared_refers_to_private"
    assert _refusal(history, ben.draft(NOTE, SUBJECT, {}, seen=(private,))) == "ledger.seen"
    # A private chain may know of its own device's shared chain, and rest on it.
    knowing = ada.draft(
        kinds.LESSON_FINISHED, SUBJECT, {}, chain=Chain.PRIVATE, seen=(ada.shared[-1],), refs=(ada.shared[0].id,)
    )
    assert history.add(knowing) == (knowing.id,)


def test_rule_05_lamport_is_one_more_than_the_largest_parent() -> None:
    workspace, ada, ben = _two()
    for _ in range(3):
        ada.write(NOTE, SUBJECT, {})
    event = ben.draft(NOTE, SUBJECT, {}, seen=(ada.shared[-1],))
    assert event.header.lamport == 5
    for lamport in (1, 4, 6):
        assert _refusal(workspace.history(), resign(ben, event, lamport=lamport)) == "ledger.lamport"
    assert workspace.history().add(event) == (event.id,)


def test_rule_05_time_never_goes_back_in_a_chain() -> None:
    workspace, ada, ben = _two()
    before = ada.write(NOTE, SUBJECT, {})
    assert _refusal(workspace.history(), ada.draft(NOTE, SUBJECT, {}, at=before.header.at - 1)) == (
        "ledger.time_went_back"
    )
    same = ada.draft(NOTE, SUBJECT, {}, at=before.header.at)
    assert workspace.history().add(same) == (same.id,)
    behind = ben.draft(NOTE, SUBJECT, {}, seen=(before,), at=1)  # another device's clock may be behind
    assert workspace.history().add(behind) == (behind.id,)


def test_rule_05_prev_continues_the_same_chain_and_seen_names_other_ones() -> None:
    workspace, ada, ben = _two()
    ben.write(NOTE, SUBJECT, {})
    event = ada.draft(NOTE, SUBJECT, {})
    foreign = resign(ada, event, prev=ben.shared[0].id)
    assert _refusal(workspace.history(), foreign) == "ledger.prev"
    assert _refusal(workspace.history(), resign(ada, event, seq=2)) == "ledger.prev"
    ada.write(NOTE, SUBJECT, {})
    seeing_itself = ada.draft(NOTE, SUBJECT, {}, seen=(ada.shared[0],))
    assert _refusal(workspace.history(), seeing_itself) == "ledger.seen"


def test_rule_05_refs_lie_in_the_past() -> None:
    workspace, ada, ben = _two()
    heard = ben.write(NOTE, SUBJECT, {})
    unheard = ben.write(NOTE, SUBJECT, {})
    event = ada.draft(NOTE, SUBJECT, {}, seen=(heard,), refs=(heard.id, workspace.genesis.id))
    history = workspace.history()
    assert history.add(event) == (event.id,)
    assert history.in_past(heard.id, event.id)
    assert not history.in_past(unheard.id, event.id)
    assert not history.in_past(event.id, event.id)
    assert not history.in_past("f" * 64, event.id)
    for ref in (unheard.id, "f" * 64):
        wrong = ada.draft(NOTE, SUBJECT, {}, seen=(heard,), refs=(ref,))
        assert _refusal(history, wrong) == "ledger.ref_not_in_past"


def test_rule_05_the_past_passes_through_others() -> None:
    pens = [Pen("ada 1", "ada"), Pen("ben 1", "ben"), Pen("cho 1", "cho")]
    workspace = Workspace(pens)
    ada, ben, cho = pens
    first = ada.write(NOTE, SUBJECT, {})
    second = ben.write(NOTE, SUBJECT, {}, seen=(first,))
    later = ada.write(NOTE, SUBJECT, {})
    third = cho.write(NOTE, SUBJECT, {}, seen=(second,), refs=(first.id,))
    both = cho.write(NOTE, SUBJECT, {}, seen=(later, second))
    history = workspace.history()
    assert history.in_past(first.id, third.id)
    assert not history.in_past(later.id, third.id)
    assert history.in_past(later.id, both.id)


def test_rule_06_events_wait_for_their_parents_and_a_duplicate_changes_nothing() -> None:
    workspace, ada, ben = _two()
    for _ in range(5):
        ada.write(NOTE, SUBJECT, {}, refs=(ada.shared[-1].id,))
    last = ben.write(NOTE, SUBJECT, {}, seen=(ada.shared[-1],))
    history = workspace.history([])
    for event in reversed(ada.shared[1:]):
        assert history.add(event) == ()
    assert history.add(last) == ()
    assert history.add(last) == ()
    assert (history.waiting, last.id in history) == (6, False)
    assert history.add(workspace.genesis) == (*(item.id for item in ada.shared), last.id)
    assert history.waiting == 0
    assert history.add(last) == ()
    assert history.tips[ada.device, Chain.SHARED].id == ada.shared[-1].id
    assert history.tips[ben.device, Chain.SHARED].lamport == last.header.lamport


def test_rule_06_waiting_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains, "WAITING_LIMIT", 3)
    workspace, ada, _ = _two()
    for _ in range(5):
        ada.write(NOTE, SUBJECT, {})
    history = workspace.history([])
    for event in ada.shared[2:5]:
        history.add(event)
    assert _refusal(history, ada.shared[5]) == "ledger.too_many_waiting"
    assert history.waiting == 3
    history.extend(ada.shared)
    assert (history.waiting, ada.shared[5].id in history) == (0, True)


def test_rule_06_one_bad_event_that_waited_holds_nobody_else_up() -> None:
    workspace, ada, ben = _two()
    parent = ada.write(NOTE, SUBJECT, {})
    bad = resign(ada, ada.draft(NOTE, SUBJECT, {}), lamport=9)
    good = ben.write(NOTE, SUBJECT, {}, seen=(parent,))
    history = workspace.history([workspace.genesis, bad, good])
    assert history.add(parent) == (parent.id, good.id)
    assert history.refused == [(bad.id, "ledger.lamport")]
    assert (bad.id in history, history.waiting) == (False, 0)


def _fork() -> tuple[Workspace, Pen, Pen, list[Event]]:
    """Let Ada sign two events for place 2, each with a successor."""
    workspace, ada, ben = _two()
    base = ada.write(NOTE, SUBJECT, {})
    left = ada.draft(NOTE, SUBJECT, {"side": "left"})
    right = ada.draft(NOTE, SUBJECT, {"side": "right"}, at=START + 5000)
    after_left = ada.draft(NOTE, SUBJECT, {}, after=left)
    after_right = ada.draft(NOTE, SUBJECT, {}, after=right)
    return workspace, ada, ben, [base, left, right, after_left, after_right]


def test_rule_09_two_events_at_one_place_are_both_kept_and_void_from_there() -> None:
    workspace, ada, _, (base, left, right, after_left, after_right) = _fork()
    for order in ((left, after_left, right, after_right), (right, after_right, left, after_left)):
        history = workspace.history([workspace.genesis, base, *order])
        pairs = [(left.id, right.id), (after_left.id, after_right.id)]
        assert history.proofs == tuple(sorted((min(pair), max(pair)) for pair in pairs))
        assert [history.is_void(item.id) for item in (workspace.genesis, base)] == [False, False]
        assert all(history.is_void(item.id) for item in order)
        assert history.tips[ada.device, Chain.SHARED].id == min(after_left.id, after_right.id)


def test_rule_09_one_branch_of_a_fork_is_not_the_past_of_the_other() -> None:
    workspace, ada, ben, (base, left, right, after_left, after_right) = _fork()
    history = workspace.history([workspace.genesis, base, left, right, after_left, after_right])
    assert not history.in_past(left.id, after_right.id)
    assert history.in_past(right.id, after_right.id)
    assert _refusal(history, ada.draft(NOTE, SUBJECT, {}, after=after_right, refs=(left.id,))) == (
        "ledger.ref_not_in_past"
    )
    on_the_left = ben.draft(NOTE, SUBJECT, {}, seen=(after_left,), refs=(left.id, base.id))
    assert history.add(on_the_left) == (on_the_left.id,)
    assert _refusal(history, ben.draft(NOTE, SUBJECT, {"a": 1}, seen=(after_left,), refs=(right.id,))) == (
        "ledger.ref_not_in_past"
    )
    proof = ben.draft(NOTE, SUBJECT, {}, after=on_the_left, seen=(right,), refs=(left.id, right.id))
    assert history.add(proof) == (proof.id,)  # who has seen both may name both
    # The two-faced device itself hears of its other branch through Ben.
    heard = ada.draft(NOTE, SUBJECT, {}, after=after_right, seen=(on_the_left,), refs=(left.id,))
    assert history.add(heard) == (heard.id,)
    assert history.in_past(after_left.id, heard.id)


def test_rule_09_after_a_closing_later_events_are_void() -> None:
    workspace, ada, ben = _two()
    accepted, later = ada.write(NOTE, SUBJECT, {}), ada.write(NOTE, SUBJECT, {})
    other = ben.write(NOTE, SUBJECT, {})
    history = workspace.history()
    closings = {(ada.device, Chain.SHARED): accepted.id}
    assert [history.is_void(item.id, closings) for item in (workspace.genesis, accepted, later, other)] == [
        False, False, True, False,
    ]  # fmt: skip
    for last in ("", "f" * 64, other.id):
        assert history.is_void(workspace.genesis.id, {(ada.device, Chain.SHARED): last})


def test_rule_07_a_fork_voids_only_for_who_knows_of_it() -> None:
    workspace, _, _, (base, left, right, after_left, _) = _fork()
    history = workspace.history([workspace.genesis, base, left, right, after_left])
    half = {base.id, left.id, after_left.id}
    assert not history.is_void(after_left.id, known=half.__contains__)
    assert history.is_void(after_left.id, known=(half | {right.id}).__contains__)


def test_rule_20_a_head_is_signed_by_the_device_it_names() -> None:
    _, ada, ben = _two()
    head = Head(WORKSPACE, ada.device, Chain.SHARED, 3, "a" * 64, START)
    assert Head.read(head.canonical()) == head
    signed = SignedHead(head, ada.key.sign(head.message))
    assert signed.holds(public(ada.key), verify)
    assert not SignedHead(replace(head, size=4), signed.signature).holds(public(ada.key), verify)
    assert not SignedHead(head, ben.key.sign(head.message)).holds(public(ben.key), verify)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2}, {"chain": "other"}, {"size": -1}, {"at": -1}, {"root": "A" * 64}, {"device": "a"}, {"workspace": ""},
    ],
)  # fmt: skip
def test_rule_20_a_head_of_another_form_is_refused(change: dict[str, str | int]) -> None:
    head = Head(WORKSPACE, "b" * 64, Chain.SHARED, 3, "a" * 64, START).canonical()
    with pytest.raises(MalformedEventError, match=r"head\.form"):
        Head.read({**head, **change})


def test_a_draft_goes_to_the_shared_chain_unless_told_otherwise() -> None:
    assert EventDraft(NOTE, SUBJECT, {}).chain is Chain.SHARED


def test_twenty_thousand_events_share_one_past() -> None:
    """A chain without ``seen`` keeps one vector, however long it is: memory grows with events, not their square."""
    count = 20_000
    workspace, ada, ben = _two()
    ben.write(NOTE, SUBJECT, {})
    ada.write(NOTE, SUBJECT, {}, seen=(ben.shared[0],))
    for _ in range(count):
        ada.write(NOTE, SUBJECT, {})
    history = History(WORKSPACE, workspace.keys, lambda _key, _signature, _message: True)
    history.extend([*ben.shared, *ada.shared])
    store = history.store
    assert isinstance(store, MemoryStore)
    pasts = {id(past) for _, past in store._events.values()}  # noqa: SLF001 - what is kept is the point here
    assert len(store._events) == count + 3  # noqa: SLF001
    assert len(pasts) <= 3


def test_rule_05_of_a_part_of_a_history_only_refs_that_are_there_are_judged() -> None:
    workspace, ada, ben = _two()
    unheard = ben.write(NOTE, SUBJECT, {})
    event = ada.draft(NOTE, SUBJECT, {}, refs=(unheard.id,))
    whole = workspace.history()
    parts = [History(WORKSPACE, workspace.keys, verify) for _ in range(2)]
    for part in parts:
        part.extend(ada.shared)
    assert parts[0].place(event, partial=True) == event.id
    for history, partial in ((parts[1], False), (whole, True)):
        with pytest.raises(LedgerError, match=r"ledger\.ref_not_in_past"):
            history.place(event, partial=partial)
