"""Watching a store: what is withheld, forked, silent or gone back is noticed within one checkpoint."""

from __future__ import annotations

from countersign.application.use_cases.change_governance import endorse_change, propose_change, without_device
from countersign.application.use_cases.exchange_envelopes import Tools, faces_of
from countersign.application.use_cases.watch_relay import ON_ITS_WAY_MS, SILENCE_MS, Withheld
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain, Event
from countersign.testing.fake_relay import FakeRelay
from countersign.testing.fake_workspace import FakeKeys, FakeSuite, MemoryWorkspace, fake_verify
from countersign.testing.fakes import FakeEntropy
from tests.unit.application.workspace.several import NOTE, WORKSPACE, Desk, Several, several


def heard(some: Several) -> Several:
    some.rounds()
    return some


def hide_last(some: Several, reader: str) -> None:
    some.store.shelf(reader).remove(list(some.store.put_honestly)[-1])


def test_what_is_withheld_shows_with_the_next_checkpoint_of_anybody() -> None:
    some = heard(several(3))
    some[0].say("withheld from one")
    some[0].round()
    hide_last(some, "device 2")
    some[1].round()
    some.later(60_000)
    some[1].round()
    report = some[2].round()
    (found,) = report.withheld
    assert (found.device, found.have, found.claimed) == (some[0].device, 1, 2)
    now = some.clock.now_ms()
    assert (found.since, found.is_late(now), found.is_late(now + ON_ITS_WAY_MS)) == (now, False, True)
    some[2].restart()
    some.later(ON_ITS_WAY_MS)
    assert some[2].round().withheld == (Withheld(some[0].device, 1, 2, now, some[1].device),)  # remembered since when
    for _ in range(6):
        some.rounds(1, 45_000)
    assert some[2].round().withheld == ()
    assert some.agree


def test_an_event_that_rests_on_something_missing_is_withheld_too() -> None:
    some = heard(several(3))
    some[0].say("parent")
    some[0].round()
    hide_last(some, "device 2")
    some[1].round()
    some[1].say("child")
    some[1].round()
    report = some[2].round()
    assert {item.device for item in report.withheld} == {some[0].device, some[1].device}


def test_who_is_silent_for_five_minutes_is_shown_and_comes_back() -> None:
    some = heard(several(2))
    assert some[0].round().unheard == ()
    some.later(SILENCE_MS + 1)
    (found,) = some[0].round().unheard
    notes = some[0].memory.notes
    assert notes is not None
    assert (found.device, found.since) == (some[1].device, notes.heard[some[1].device].arrived)
    some[1].round()
    assert some[0].round().unheard == ()


def test_that_a_closed_device_spoke_is_no_news_when_it_is_read_again() -> None:
    some = heard(several(3))
    closing = propose_change(some[0].vault, fake_verify, without_device(some[0].vault, some[2].device)).change
    some[0].round()
    some[1].round()
    endorse_change(some[1].vault, fake_verify, closing)
    some[1].round()
    some[0].round()
    found = some[0].vault.rules.governance.device(some[2].device)
    assert found is not None
    assert found.closed
    some[2].say("hasn't heard of it")
    some[2].round()
    some.later(1_000)
    some[0].round()
    notes = some[0].memory.notes
    assert notes is not None
    spoke = notes.heard[some[2].device]
    assert (spoke.arrived, spoke.size(some[2].device)) == (some.clock.now_ms(), 1)
    some[0].vault.taken.clear()
    some[0].restart()
    some.later(SILENCE_MS)
    report = some[0].round()
    notes = some[0].memory.notes
    assert notes is not None
    assert notes.heard[some[2].device] == spoke
    assert [item.device for item in report.unheard] == [some[1].device]


def test_what_agreed_long_ago_is_forgotten_and_compared_anew() -> None:
    some = heard(several(2))
    notes = some[0].memory.notes
    assert notes is not None
    notes.agreed |= {("x", place, "y") for place in range(20_001)}
    assert some[0].round().forks == ()
    assert len(notes.agreed) < 10


def twin(some: Several, place: int) -> Desk:
    """Copy a device: two programs with the same keys, which know nothing of each other."""
    known = some[place]
    genesis = some[0].vault.rules.epochs[0].event
    vault = MemoryWorkspace(
        some.clock,
        FakeEntropy("twin"),
        keys=FakeKeys(known.vault.keys.name),
        workspace=WORKSPACE,
        member=known.vault.identity.member,
        genesis=genesis,
    )
    vault.take_in(event for desk in some.desks for event in known.vault.shared_events(desk.device, 0, 100))
    tools = Tools(FakeSuite(), fake_verify, some.clock, FakeEntropy("x twin"))
    return Desk(vault, FakeRelay(some.store, "twin"), tools)


def incidents(desk: Desk) -> list[Event]:
    events = [item for other in desk.vault.heads() for item in desk.vault.shared_events(other, 0, 1_000)]
    return [item for item in events if item.kind == kinds.INCIDENT_RAISED]


def test_a_device_that_signs_two_events_for_one_place_is_proven_two_faced_and_put_on_record() -> None:
    some = heard(several(3))
    some[2].say("so far")
    some.rounds(2)
    copy = twin(some, 2)
    first, other = some[2].say("to you"), copy.say("to others")
    for desk in (some[2], copy):
        desk.round()
    for _ in range(5):
        some[0].round()
        some[1].round()
        some.later(60_000)
    for desk in (some[0], some[1]):
        (fork,) = desk.round().forks
        assert (fork.device, fork.seq, set(fork.events), fork.proven) == (
            some[2].device,
            1,
            {first.id, other.id},
            True,
        )
        assert len(incidents(desk)) == 1
        assert all(item.header.device != some[2].device for item in desk.vault.ledger.standing(NOTE)[1:])


def test_a_third_face_and_a_second_place_hold_up_no_round() -> None:
    some = heard(several(3))
    some[2].say("so far")
    some.rounds(2)
    copies = [twin(some, 2), twin(some, 2)]
    for desk in (some[2], *copies):
        desk.say(f"first {id(desk)}")
        desk.say(f"second {id(desk)}")
        desk.round()
    for _ in range(8):
        some[0].round()
        some[1].round()
        some.later(60_000)
    for desk in (some[0], some[1]):
        assert {(item.device, item.proven) for item in desk.round().forks} == {(some[2].device, True)}
        assert len(incidents(desk)) >= 1


def test_each_face_of_a_place_reaches_everybody_also_behind_the_first_fork() -> None:
    some = heard(several(3))
    some[2].say("so far")
    some.rounds(2)
    copies = [twin(some, 2), twin(some, 2)]
    copies[1].vault.take_in([copies[0].say("first beside")])
    faces = [some[2].say("first"), some[2].say("second"), *(desk.say("second beside") for desk in copies)]
    some[2].say("third")  # the longest branch: that it is, all agree
    some[2].round()
    copies[1].round()
    for desk in some.desks[:2]:
        desk.round()
    some[0].vault.take_in([faces[2]])  # what only one of them is shown
    for _ in range(10):
        some[0].round()
        some[1].round()
        some.later(60_000)
    for desk in some.desks[:2]:
        assert all(desk.vault.event(item.id) for item in faces)
        named = [set(faces_of(item)) for item in incidents(desk)]
        assert all(any(item.id in each for each in named) for item in faces)
        assert len(named) == len({frozenset(each) for each in named})
    assert some[0].round().forks == some[1].round().forks


def test_a_record_that_names_private_events_or_other_records_carries_nothing_with_it() -> None:
    some = heard(several(2))
    own = some[0].say(kind=kinds.VAULT_UNLOCKED)
    assert own.header.chain is Chain.PRIVATE
    before = some[0].say("before", kind=kinds.INCIDENT_RAISED, events=["00" * 32, own.id])
    some[0].say("named", kind=kinds.INCIDENT_RAISED, events=[before.id, own.id])
    some[0].say("no list", kind=kinds.INCIDENT_RAISED, events=7)
    some.rounds(2)
    assert some.agree
    assert len(incidents(some[1])) == 3
    assert some[1].vault.event(own.id) is None


def test_a_store_that_shows_two_views_is_found_out_by_the_checkpoints() -> None:
    some = heard(several(3))
    some[2].say("so far")
    some.rounds(2)
    copy = twin(some, 2)
    put = set(some.store.put_honestly)
    first = some[2].say("to you")
    some[2].round()
    for name in set(some.store.put_honestly) - put:
        some.store.shelf("device 1").remove(name)
    put = set(some.store.put_honestly)
    other = copy.say("to others")
    copy.memory.listed_at = 0
    copy.round()
    for name in set(some.store.put_honestly) - put:
        some.store.shelf("device 0").remove(name)
    some[0].round()
    some[1].round()
    assert some[0].vault.heads()[some[2].device].event == first.id
    assert some[1].vault.heads()[some[2].device].event == other.id
    some.later(60_000)
    some[0].round()
    (fork,) = some[1].round().forks
    assert (fork.device, fork.events, fork.proven) == (some[2].device, (other.id, first.id), False)
    for _ in range(8):
        some.later(45_000)
        some[0].round()
        some[1].round()
    for desk in (some[0], some[1]):  # each sent the other what it holds: now it is proven
        (fork,) = desk.round().forks
        assert fork.proven


def test_our_own_fork_is_shown_and_not_reported_by_ourselves() -> None:
    some = heard(several(2))
    copy = twin(some, 1)
    some[1].say("one")
    copy.say("other")
    some[1].round()
    copy.round()
    for _ in range(8):
        some.later(45_000)
        some[0].round()
        some[1].round()
    report = some[1].round()
    assert [item.device for item in report.forks] == [some[1].device]
    assert [item.header.device for item in incidents(some[1])] == [some[0].device]


def test_a_view_that_goes_back_stays_noticed() -> None:
    some = heard(several(3))
    some[1].say("known")
    some.rounds(2, 61_000)
    copy = twin(some, 2)  # an older copy of the third device
    copy.vault = MemoryWorkspace(
        some.clock,
        FakeEntropy("old"),
        keys=FakeKeys("device 2"),
        workspace=WORKSPACE,
        member=some[2].vault.identity.member,
        genesis=some[0].vault.rules.epochs[0].event,
    )
    beginning = some[0].vault.event(some[0].vault.rules.epochs[0].event)
    assert beginning is not None
    copy.vault.take_in([beginning])
    copy.relay = FakeRelay(type(some.store)(), "alone")
    copy.round()
    for content in copy.relay.store.put_honestly.values():
        some.store.put("copy", content)
    report = some[0].round()
    assert [item.device for item in report.went_back] == [some[2].device]
    some[0].restart()
    some.rounds(2, 61_000)
    assert [item.device for item in some[0].round().went_back] == [some[2].device]
