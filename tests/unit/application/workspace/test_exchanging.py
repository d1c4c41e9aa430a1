"""One round after the other: nothing is lost, nothing is doubled, and nothing poisoned holds the rest up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from countersign.application.flows import exchange_round as flow
from countersign.application.ports.vault import LocalSpace
from countersign.application.ports.workspace import Taken
from countersign.application.use_cases import publish_envelopes
from countersign.application.use_cases.carried_documents import documents_of
from countersign.application.use_cases.exchange_envelopes import (
    known_governance,
    parcel_name,
    take_parcel,
    wanted_document,
    worth_reading,
)
from countersign.application.use_cases.invite_member import invite_member
from countersign.application.use_cases.join_workspace import ask_to_join
from countersign.application.use_cases.letter_desk import Desk as LetterDesk
from countersign.application.use_cases.publish_envelopes import file_letters, next_outgoing
from countersign.application.use_cases.relay_notes import LATER_KEPT, Notes, read_notes
from countersign.application.use_cases.seal_envelope import seal_envelope
from countersign.domain.errors import ConnectorError, SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.envelope import Purpose
from countersign.domain.ledger.event import Body, Event
from countersign.domain.ledger.governance import Role
from countersign.domain.ledger.joining import SignedInvitation
from countersign.domain.ledger.letter import Letter
from countersign.testing.fake_relay import FakeRelay
from countersign.testing.fake_workspace import MemoryWorkspace
from tests.unit.application.workspace.several import Desk, Several, newcomer, several


def heard(some: Several) -> Several:
    some.rounds()
    assert some.agree
    return some


def sealed(desk: Desk, letter: Letter, to: Desk, purpose: Purpose = Purpose.EVENTS) -> bytes:
    return seal_envelope(desk.vault, desk.tools.suite, letter, (to.vault.own_device,), purpose, desk.tools.entropy, 0)


def taken(desk: Desk, content: bytes) -> str:
    notes = read_notes(desk.vault)
    return take_parcel(desk.vault, desk.tools, notes, "file", parcel_name(content), content).refused


def test_what_one_signs_all_know_and_nobody_is_told_twice() -> None:
    some = heard(several(3))
    some[1].say("hello")
    put = len(some.store.put_honestly)
    report = some[1].round()
    assert (report.published, report.taken) == (1, 0)
    assert len(some.store.put_honestly) == put + 1
    report = some[2].round()
    assert report.taken == 1
    assert report.subjects == some[2].took[-1] == {"77" * 16}
    some.rounds(5, 100)
    assert len(some.store.put_honestly) == put + 1  # a quiet workspace stays quiet for a while
    assert some.agree


def test_a_long_chain_travels_in_several_letters() -> None:
    some = heard(several(2))
    for place in range(230):
        some[0].say(f"note {place}")
    assert some[0].round().published == 230
    assert some[1].round().taken == 230
    assert some.agree


def test_more_letters_than_a_round_takes_wait_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "LETTERS_AT_ONCE", 1)
    monkeypatch.setattr(flow, "PARCELS_AT_ONCE", 1)
    some = heard(several(2))
    for place in range(150):
        some[0].say(f"note {place}")
    first = some[0].round()
    assert (first.published, first.more) == (100, True)
    some[0].round()
    report = some[1].round()
    assert (report.taken, report.more) == (100, True)
    some.rounds(2)
    assert some.agree


def test_large_bodies_make_letters_of_fewer_events() -> None:
    some = heard(several(2))
    put = len(some.store.put_honestly)
    for _ in range(20):
        some[0].say("x" * 250_000)
    some[0].round()
    assert len(some.store.put_honestly) == put + 2
    some[1].round()
    assert some.agree


def test_a_lost_answer_of_the_store_makes_nothing_be_lost_or_doubled() -> None:
    some = heard(several(2))
    event = some[0].say("once")
    some.store.lost_answers = 1
    with pytest.raises(ConnectorError, match=r"relay\.unreachable"):
        some[0].round()
    some.rounds(2)
    assert some.agree
    assert [item.id for item in some[1].vault.events_of("77" * 16)] == [event.id]


def test_what_the_store_dropped_is_sent_again_once_a_checkpoint_shows_it() -> None:
    some = heard(several(3))
    some[0].say("dropped for one")
    some[0].round()
    for name in list(some.store.put_honestly)[-1:]:
        some.store.shelf("device 2").remove(name)
    some[1].round()
    some[2].round()
    assert not some.agree
    for _ in range(6):
        some.rounds(1, 30_000)
    for _ in range(6):
        some.rounds(1, 60_000)
    assert some.agree


def test_what_a_lost_device_signed_others_pass_on() -> None:
    some = heard(several(4))
    some[0].say("seen by one only")
    some[0].round()
    for name in list(some.store.put_honestly)[-1:]:
        for reader in ("device 2", "device 3"):
            some.store.shelf(reader).remove(name)
    lost = some.desks.pop(0)  # never comes back
    for _ in range(14):
        some.rounds(1, 45_000)
    assert some.agree
    assert some[2].vault.heads()[lost.device].size == 2


def test_an_event_whose_parent_was_dropped_is_asked_for() -> None:
    some = heard(several(3))
    some[0].say("parent")
    some[0].round()
    for name in list(some.store.put_honestly)[-1:]:
        some.store.shelf("device 2").remove(name)
    some[1].round()
    child = some[1].say("child")
    some[1].round()
    some[2].round()
    assert [item.event for item in some[2].vault.waiting()] == [child.id]
    some.later(30_000)
    some[2].round()  # asks who wrote the child
    some[1].round()  # keeps the wish
    assert some[1].round().published >= 1
    some[2].round()
    assert some[2].vault.waiting() == ()
    some.rounds(1)
    assert some.agree


def test_a_store_that_is_new_gets_what_others_lack() -> None:
    some = heard(several(2))
    some[0].say("on the way")
    store = type(some.store)()
    for desk in some.desks:
        desk.relay = FakeRelay(store, desk.vault.keys.name, "another")
        desk.restart()
    some.rounds()
    assert some.agree
    assert len(store.put_honestly) >= 1


def test_a_store_that_lost_everything_is_noticed_and_filled_again() -> None:
    some = heard(several(2))
    some[0].say("lost with the store")
    some[0].round()
    for desk in some.desks:
        for name in list(some.store.put_honestly):
            some.store.shelf(desk.vault.keys.name).remove(name)
    some.later(300_000)
    report = some[0].round()
    assert [item.device for item in report.went_back] == [""]
    some.rounds(4, 30_000)
    assert some.agree


def test_poison_is_remembered_as_refused_and_holds_nothing_up() -> None:
    some = heard(several(2))
    for place in range(3):
        some.store.put("eve", b"poison %d" % place)
    some[0].say("behind the poison")
    some[0].round()
    report = some[1].round()
    assert report.refused == ("envelope.not_one",) * 3
    assert report.taken == 1
    some[1].restart()
    report = some[1].round()
    assert report.refused == ()
    notes = some[1].memory.notes
    assert notes is not None
    assert [code for _, code, _ in notes.refused] == ["envelope.not_one"] * 3


def test_a_parcel_that_the_store_changed_is_tried_again_and_then_left() -> None:
    some = heard(several(2))
    some[0].say("changed on the way")
    some[0].round()
    name = list(some.store.put_honestly)[-1]
    shelf = some.store.shelf("device 1")
    shelf.contents[name] = b"something else"
    for _ in range(7):
        some[1].round()
    assert some[1].memory.pending == {name: flow.TRIES}
    del shelf.contents[name]
    some.later(flow.LISTING_MS)
    some[1].round()
    assert some[1].memory.pending == {name: flow.TRIES}
    shelf.contents[name] = some.store.put_honestly[name]
    some.later(flow.LISTING_MS)
    some[1].round()
    assert some[1].memory.pending == {}
    assert some[1].vault.heads()[some[0].device].size == 2


def test_a_member_whose_events_fill_the_waiting_room_keeps_nobody_elses_word_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    some = heard(several(3))
    flood, word = some[0].say("flood"), some[1].say("no")
    some[0].round()
    some[1].round()
    take_in = type(some[2].vault).take_in

    def full(vault: MemoryWorkspace, events: Iterable[Event], parcel: tuple[str, str] | None = None) -> Taken:
        given = tuple(events)
        if any(item.id == flood.id for item in given):
            raise SecurityError("ledger.too_many_waiting")
        return take_in(vault, given, parcel)

    monkeypatch.setattr(type(some[2].vault), "take_in", full)
    reports = [some[2].round() for _ in range(flow.TRIES + 1)]
    assert reports[-1].refused == ()
    assert some[2].vault.event(word.id) is not None
    monkeypatch.setattr(type(some[2].vault), "take_in", take_in)
    some.later(flow.LISTING_MS)
    some[2].round()
    assert some[2].vault.event(flood.id) is not None


def test_what_can_not_be_taken_in_now_is_tried_again_and_nothing_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    some = heard(several(2))
    some[0].say("one")
    some[0].round()
    take_in = type(some[1].vault).take_in

    def full(vault: object, events: object, parcel: object = None) -> object:
        del vault, events, parcel
        raise SecurityError("ledger.too_many_waiting")

    monkeypatch.setattr(type(some[1].vault), "take_in", full)
    assert some[1].round().refused == ("ledger.too_many_waiting",)

    def broken(vault: object, events: object, parcel: object = None) -> object:
        del vault, events, parcel
        raise SecurityError("vault.damaged")

    def odd(vault: object, events: object, parcel: object = None) -> object:
        del vault, events, parcel
        raise SecurityError("ledger.odd")

    monkeypatch.setattr(type(some[1].vault), "take_in", odd)
    assert set(some[1].round().refused) == {"ledger.odd"}  # the rest goes on
    monkeypatch.setattr(type(some[1].vault), "take_in", broken)
    with pytest.raises(SecurityError, match=r"vault\.damaged"):
        some[1].round()
    assert some[1].memory.notes is None
    monkeypatch.setattr(type(some[1].vault), "take_in", take_in)
    assert some[1].round().taken == 1


def test_documents_travel_with_the_events_that_name_them() -> None:
    some = heard(several(2))
    with some[0].vault.transaction() as change:
        named = change.keep_blob(b"a receipt of the bank")
    some[0].say(kind=kinds.ORDER_PROOF_ADDED, name="receipt.pdf", sha256=named, size=21)
    some[0].say(kind=kinds.ORDER_PROOF_ADDED, name="gone.pdf", sha256="00" * 32, size=21)
    some.rounds()
    assert some.agree
    assert some[1].vault.blob(named) == b"a receipt of the bank"
    letter = Letter(documents=(b"named by nothing",))
    assert taken(some[1], sealed(some[0], letter, some[1])) == ""
    assert len(some[1].vault.documents) == 1
    event = some[0].say(kind=kinds.ORDER_PROOF_ADDED)
    assert documents_of(event) == {}
    assert documents_of(Event(event.header, event.signature, Body(bytes(16), b"nonsense"))) == {}
    large = [some[0].say(kind=kinds.ORDER_PROOF_ADDED, sha256=str(place), size=3 * 2**20) for place in range(2)]
    assert len({event.id for event in large}) == 2
    put = len(some.store.put_honestly)
    some[0].round()
    assert len(some.store.put_honestly) == put + 2


def test_a_letter_of_an_unknown_device_waits_until_it_is_known() -> None:
    some = heard(several(2))
    stranger = several(3)[2]
    content = sealed(stranger, Letter(documents=(b"x",)), some[0])
    name = some.store.put("eve", content)
    report = some[0].round()
    assert (report.refused, report.taken) == ((), 0)
    notes = some[0].memory.notes
    assert notes is not None
    assert list(notes.later) == [name]
    assert worth_reading(some[0].vault, notes, "fake", [name]) == ()
    notes.later[name] = 1  # as if fewer devices had been known
    assert worth_reading(some[0].vault, notes, "fake", [name]) == (name,)


def test_a_checkpoint_never_replaces_a_newer_one_and_an_older_parcel_is_harmless() -> None:
    some = heard(several(2))
    old = LetterDesk(some[0].vault, some[0].tools, Notes(), "x").checkpoint()
    some.later()
    some[0].say()
    some[0].round()
    some[1].round()
    notes = some[1].memory.notes
    assert notes is not None
    newest = notes.heard[some[0].device]
    assert taken(some[1], sealed(some[0], Letter((), old), some[1], Purpose.CHECKPOINT)) == ""
    assert read_notes(some[1].vault).heard[some[0].device] == newest
    assert taken(some[1], sealed(some[0], Letter((), old), some[1], Purpose.CHECKPOINT)) == ""


def test_events_that_break_a_rule_are_refused_and_the_others_taken() -> None:
    some = heard(several(2))
    good, bad = some[0].say("good"), some[0].say("bad")
    forged = Event(bad.header, bytes(64), bad.body)
    assert taken(some[1], sealed(some[0], Letter((good, forged)), some[1])) == "ledger.signature"
    assert some[1].vault.heads()[some[0].device].event == good.id


def test_wishes_that_make_no_sense_are_nothing() -> None:
    some = heard(several(2))
    own = some[0].vault.heads()[some[0].device].event
    documents = (b"x", wanted_document(["no such event", own])[:-1], wanted_document(["00" * 32, own]))
    assert taken(some[0], sealed(some[1], Letter((), None, documents), some[0])) == ""
    some[0].restart()
    assert some[0].round().published == 1
    notes = some[0].memory.notes
    assert notes is not None
    assert notes.wanted == {}
    assert taken(some[0], sealed(some[1], Letter((), None, (wanted_document(["00" * 32]),)), some[0])) == ""
    some[0].restart()
    assert some[0].round().published == 0


def test_by_files_alone_three_devices_come_to_know_the_same() -> None:
    some = several(3)
    some[0].say("one")
    for _ in range(3):
        for desk in some.desks:
            for content in file_letters(desk.vault, desk.tools, read_notes(desk.vault)):
                for other in some.desks:
                    if other is not desk:
                        taken(other, content)
            some.later()
    assert some.agree
    one = file_letters(some[0].vault, some[0].tools, read_notes(some[0].vault), (some[1].device,))
    assert len(one) == 1
    assert taken(some[2], one[0]) == ""  # not for us: nothing is wrong
    assert file_letters(some[0].vault, some[0].tools, read_notes(some[0].vault), ("00" * 32,)) == ()


def test_a_vault_that_may_not_sign_or_belongs_nowhere_publishes_nothing() -> None:
    some = heard(several(2))
    some[0].vault.may_sign = False
    assert next_outgoing(some[0].vault, some[0].tools, Notes(), "fake") is None
    other = several(1)[0]
    assert next_outgoing(other.vault, other.tools, Notes(), "fake") is None
    assert known_governance(other.vault) is not None


def test_what_waits_for_unknown_devices_is_bounded() -> None:
    some = several(1)
    notes = Notes()
    with some[0].vault.transaction() as change:
        for place in range(LATER_KEPT + 5):
            notes.keep_later(change, f"{place}", 1)
        notes.keep_later(change, "no such", None)
    assert len(notes.later) == LATER_KEPT
    assert read_notes(some[0].vault).later == notes.later


def test_a_clock_that_was_set_back_doesn_t_silence_a_device() -> None:
    some = heard(several(2))
    notes = some[1].memory.notes
    assert notes is not None
    before = notes.heard[some[0].device].at
    some.clock.jump(-3_600_000)
    some[0].round()
    some[1].round()
    assert notes.heard[some[0].device].at > before


def test_resending_is_shared_out_and_backs_off() -> None:
    some = heard(several(3))
    desks = [LetterDesk(desk.vault, desk.tools, Notes(), "fake") for desk in some.desks]
    assert sorted(desk.rank(some[2].device) for desk in desks[:2]) == [0, 1]
    assert publish_envelopes.PATIENCE_MS >= publish_envelopes.CHECKPOINT_MS


def test_nobody_of_unknown_rules_is_taken_for_a_fault_of_the_vault(monkeypatch: pytest.MonkeyPatch) -> None:
    some = several(1)

    def broken(_vault: object) -> object:
        raise SecurityError("vault.damaged")

    monkeypatch.setattr(type(some[0].vault), "rules", property(broken))
    with pytest.raises(SecurityError, match=r"vault\.damaged"):
        known_governance(some[0].vault)


def test_notes_survive_a_restart() -> None:
    some = heard(several(3))
    some[0].say("lost")
    some[0].round()
    for name in list(some.store.put_honestly)[-1:]:
        some.store.shelf("device 2").remove(name)
    some[1].round()
    some[1].say("child")
    some[1].round()
    some.store.put("eve", b"poison")
    some[2].round()
    some.later(30_000)
    some[2].round()
    some[1].round()
    for desk in some.desks:
        notes = desk.memory.notes
        assert notes is not None
        kept = read_notes(desk.vault)
        for field in ("heard", "outboxes", "lacks", "snapshot", "missing", "wanted", "asked", "later", "refused"):
            assert getattr(kept, field) == getattr(notes, field), field


def test_a_vault_that_can_only_be_read_still_hears_the_others() -> None:
    some = heard(several(3))
    some[0].vault.may_sign = False
    local = some[0].vault.local(LocalSpace.RELAY)
    some[1].say("heard by all")
    with some[1].vault.transaction() as change:
        named = change.keep_blob(b"a receipt")
    some[1].say(kind=kinds.ORDER_PROOF_ADDED, sha256=named, size=9)
    some.store.put("eve", b"poison")
    signed = invite_member(some[1].vault, some[1].tools.entropy, name="Tom", roles=(Role.APPROVER,))
    invitation = replace(signed.invitation, inviter=some[0].vault.own_device)
    tom = newcomer(some, "Tom", SignedInvitation(invitation, b""))
    ask_to_join(tom.vault, invitation, "Tom")
    some.rounds(3, 31_000)
    some.desks.pop()
    assert some.agree
    assert some[0].vault.local(LocalSpace.RELAY) == local
    assert some[0].round().went_back == ()
