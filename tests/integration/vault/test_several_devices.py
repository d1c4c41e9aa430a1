"""Several vaults that share a workspace: what each takes in of the others, in whatever order it comes (LEDGER 5-15)."""

from __future__ import annotations

import contextlib
import os
import random  # noqa: TID251 - orders of arrival, drawn from a printed seed
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from countersign.adapters.relays.sealing import HpkeSuite
from countersign.adapters.vault import book as book_module
from countersign.adapters.vault import workspace_vault
from countersign.adapters.vault.cryptography_suite import verify_ed25519
from countersign.adapters.vault.event_store import EventStore
from countersign.adapters.vault.schema import DAY_MS
from countersign.application import failpoints
from countersign.application.ports.vault import HistoryQuery
from countersign.domain.canonical import Json
from countersign.domain.ledger import chains, kinds
from countersign.domain.ledger.event import Chain, Event, EventDraft
from countersign.domain.order_state import OrderState
from tests.integration.vault.crowd import Crowd, Shelf, in_any_order
from tests.integration.vault.office import Desk, Office
from tests.integration.vault.story import code_of, go_on
from tests.unit.domain.ledger.world import Pen, resign

NOTE = kinds.INCIDENT_RAISED
SUBJECT = "0c" * 16
RUNS = int(os.environ.get("COUNTERSIGN_RUNS", "60"))
RUNS_AT_NIGHT = int(os.environ.get("COUNTERSIGN_RUNS", "5000"))
_PER_WORLD = 10


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give an empty office."""
    made = Office(tmp_path)
    yield made
    made.close()


def sound(desk: Desk) -> bool:
    """Verify a vault in full."""
    report = desk.door.verify(go_on)
    assert report.faults == ()
    return report.projections_equal


# — joining —


def test_who_joins_is_admitted_by_what_arrives_and_signs_from_then_on(office: Office) -> None:
    ada = office.found()
    ada.story.approved("CS-ONE")
    ben = office.join("Ben")
    for _ in range(2):
        assert (ben.vault.admitted, ben.vault.may_sign, ben.vault.identity.member) == (False, False, "")
        assert ben.vault.heads() == {}
        assert sound(ben)
        ben.reopen()
    assert code_of(lambda: ben.vault.rules) == "governance.genesis"
    assert code_of(lambda: ben.story.add(NOTE, SUBJECT, {})) == "vault.read_only"
    assert not ben.door.frozen()
    assert ben.door.projections().history(HistoryQuery()).rows == ()
    office.admit("Ben")
    taken = ben.vault.take_in(reversed(ada.shared()))
    assert (len(taken.accepted), taken.waiting, taken.refused) == (len(ada.shared()), (), ())
    assert (ben.vault.admitted, ben.vault.may_sign, ben.vault.identity.member_name) == (True, True, "Ben")
    assert ben.vault.identity.member == ben.vault.rules.governance.member_of(ben.device).member  # type: ignore[union-attr]
    said = ben.story.add(NOTE, SUBJECT, {})
    assert ada.vault.take_in([said]).accepted == (said.id,)
    assert dict(ada.vault.heads()) == dict(ben.vault.heads())
    ben.reopen()
    assert ben.vault.may_sign
    assert sound(ada)
    assert sound(ben)


def test_nothing_but_the_genesis_of_the_ticket_begins_a_ledger(office: Office, tmp_path: Path) -> None:
    office.found()
    (tmp_path / "other").mkdir()
    other = Office(tmp_path / "other")
    other.found()
    ben = office.join("Ben")
    assert ben.vault.take_in([other.genesis]).refused == ((other.genesis.id, "governance.genesis"),)
    bare = replace(office.genesis, body=None)
    assert ben.vault.take_in([bare]).refused == ((bare.id, "event.body_absent"),)
    swapped = replace(office.genesis, body=other.genesis.body)
    assert ben.vault.take_in([swapped]).refused == ((swapped.id, "ledger.body_hash"),)
    assert ben.vault.take_in([office.genesis]).accepted == (office.genesis.id,)
    assert not ben.vault.admitted
    other.close()


# — what one says after what others said —


def test_rule_05_own_events_name_what_was_taken_in_and_stand_after_it(office: Office) -> None:
    ada, ben, cho = office.of_three()
    first = ben.story.add(NOTE, SUBJECT, {})
    second = cho.story.add(NOTE, SUBJECT, {})
    cho.vault.take_in([first])
    third = cho.story.add(NOTE, SUBJECT, {}, refs=(first.id,))
    assert third.header.seen == (first.id,)
    ada.vault.take_in([third, second, first])
    own = ada.story.add(NOTE, SUBJECT, {}, refs=(first.id, second.id))
    assert own.header.seen == (third.id,)  # Ben's lies before it
    assert own.header.lamport == third.header.lamport + 1
    assert ada.story.add(NOTE, SUBJECT, {}).header.seen == ()
    ada.reopen()
    assert ada.story.add(NOTE, SUBJECT, {}).header.seen == ()
    assert ben.vault.take_in(ada.all_shared()).refused == ()
    assert all(map(sound, (ada, ben, cho)))


def test_four_eyes_from_request_to_intent(office: Office) -> None:
    ada, ben, cho = office.of_three()
    story = ada.story
    content = replace(story.content(*story.payee(), "CS-ONE"))
    frozen = story.add(kinds.ORDER_FROZEN, content.order, {"content": content.canonical(), "digest": content.digest})
    assessed = story.add(
        kinds.ORDER_ASSESSED,
        content.order,
        {"digest": content.digest, "assessment": {"score": 10, "stops": list[Json]()}},
        (frozen.id,),
    )
    ben.vault.take_in(ada.shared())
    assert ben.vault.order(content.order) == ada.vault.order(content.order)
    approved = ben.story.add(
        kinds.ORDER_APPROVED,
        content.order,
        {
            "digest": content.digest,
            "epoch": 1,
            "assessment": assessed.id,
            "expires_at": assessed.header.at + 86_400_000,
        },
        (frozen.id, assessed.id),
    )
    taken = ada.vault.take_in([approved])
    assert taken.subjects == {content.order}
    found = ada.door.projections().order(content.order)
    assert found is not None
    assert (found.state, [item.event for item in found.counted]) == (OrderState.APPROVED, [approved.id])
    cho.vault.take_in([*reversed(ada.shared()), *ben.shared()])
    assert cho.vault.order(content.order) == found
    assert all(map(sound, (ada, ben, cho)))


def test_what_the_fold_leaves_out_of_others_is_kept_and_named_and_refused_of_ones_own(office: Office) -> None:
    ada, ben, _ = office.of_three()
    content = ada.story.content(*ada.story.payee(), "CS-ONE")
    said: dict[str, Json] = {"content": content.canonical(), "digest": content.digest}
    ada.story.add(kinds.ORDER_FROZEN, content.order, said)
    ben.vault.take_in(ada.shared())
    assert code_of(lambda: ben.story.add(kinds.ORDER_INITIATED, content.order, {"payment_id": "P1"})) == (
        "order.not_the_sender"
    )
    assert ben.shared() == []


# — waiting, parcels, envelopes' keys —


def test_rule_06_what_comes_before_its_parents_waits_is_seen_and_survives_a_restart(office: Office) -> None:
    ada, ben, _ = office.of_three()
    said = [ada.story.add(NOTE, SUBJECT, {"n": number}) for number in range(4)]
    taken = ben.vault.take_in([said[3], said[1]], ("folder", "a" * 64))
    assert (taken.accepted, set(taken.waiting)) == ((), {said[1].id, said[3].id})
    ben.reopen()
    assert [(item.event, item.device, item.missing) for item in ben.vault.waiting()] == [
        (said[3].id, ada.device, (said[2].id,)),
        (said[1].id, ada.device, (said[0].id,)),
    ]
    assert ben.vault.take_in([said[3], said[0]]).accepted == (said[0].id, said[1].id)
    assert ben.vault.take_in([said[2]]).accepted == (said[2].id, said[3].id)
    assert ben.vault.waiting() == []
    assert ben.vault.unknown_parcels("folder", ["b" * 64, "a" * 64]) == ["b" * 64]
    assert ben.vault.unknown_parcels("other", ["a" * 64]) == ["a" * 64]
    assert sound(ben)


def test_parcels_are_forgotten_once_the_relay_has_not_listed_them_for_a_day(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace_vault, "_PARCELS_AT_ONCE", 2)
    _, ben, _ = office.of_three()
    kept, flaky, gone = names = ["a" * 64, "b" * 64, "c" * 64]
    for name in names:
        ben.vault.take_in((), ("folder", name))
    ben.vault.take_in((), ("other", gone))

    def listing(*listed: str) -> None:
        after = ben.vault.forget_parcels("folder", set(listed))
        assert after == flaky  # two at once
        while after:
            after = ben.vault.forget_parcels("folder", set(listed), after)

    def unknown() -> list[str]:
        return [*ben.vault.unknown_parcels("folder", names)]

    listing(kept)
    ben.place.clock.advance(DAY_MS - 1)
    listing(kept, flaky)  # back: a day begins anew when it is missed again
    ben.reopen()
    assert unknown() == []
    ben.place.clock.advance(1)
    listing(kept)
    assert unknown() == [gone]
    ben.place.clock.advance(DAY_MS)
    assert ben.vault.forget_parcels("folder", {kept}) == flaky
    assert unknown() == [flaky, gone]
    assert ben.vault.unknown_parcels("other", [gone]) == []
    assert sound(ben)


def test_rule_06_waiting_is_bounded_and_strangers_make_room(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains, "WAITING_LIMIT", 3)
    ada, ben, _ = office.of_three()
    said = [ada.story.add(NOTE, SUBJECT, {"n": number}) for number in range(6)]
    workspace = office.genesis.header.workspace
    eve = Pen("eve", "eve")
    strange = [resign(eve, eve.write(NOTE, SUBJECT, {}), workspace=workspace)]
    assert ben.vault.take_in([*strange, said[2], said[3]]).waiting == (strange[0].id, said[2].id, said[3].id)
    assert strange[0].header.device in {name for item in ben.vault.waiting() for name in item.missing}
    ben.vault.take_in([said[4]])  # takes the stranger's place
    assert {item.event for item in ben.vault.waiting()} == {said[2].id, said[3].id, said[4].id}
    assert code_of(lambda: ben.vault.take_in([said[0], said[5]])) == "ledger.too_many_waiting"
    assert ben.vault.heads()[ada.device].size == said[0].header.seq  # all or nothing
    assert len(ben.vault.take_in(said).accepted) == len(said)
    assert sound(ben)


def test_what_breaks_a_rule_is_refused_and_everything_else_is_taken(office: Office) -> None:
    ada, ben, cho = office.of_three()
    good = cho.story.add(NOTE, SUBJECT, {})
    with ada.vault.transaction() as change:
        private = change.append(EventDraft(kinds.VAULT_LOCKED, SUBJECT, {}, chain=Chain.PRIVATE))
    fine = ada.story.add(NOTE, SUBJECT, {})
    forged = replace(fine, signature=bytes(64))
    refused = dict(ben.vault.take_in([private, forged, good]).refused)
    assert refused == {private.id: "ledger.wrong_chain", forged.id: "ledger.signature"}
    assert ben.vault.heads()[cho.device].event == good.id
    assert ben.vault.take_in([fine]).accepted == (fine.id,)


def test_a_body_may_come_after_its_event(office: Office) -> None:
    ada, ben, _ = office.of_three()
    payee, _ = ada.story.payee()
    bare = [replace(event, body=None) if event.kind.startswith("payee.") else event for event in ada.shared()]
    ben.vault.take_in(bare)
    assert ben.door.projections().payee(payee) is None
    assert ben.vault.take_in(ada.shared()).subjects == {payee}
    assert ben.door.projections().payee(payee) == ada.door.projections().payee(payee)
    assert sound(ben)


def test_rule_21_what_is_wrapped_for_a_device_is_opened_by_it_alone(office: Office) -> None:
    _, ben, cho = office.of_three()
    key, info = bytes(range(32)), b"this envelope"
    wrapped = HpkeSuite().wrap(bytes.fromhex(ben.vault.own_device.exchange_public_key), key, info)
    assert ben.vault.unwrap(wrapped, info) == key
    for vault, bound in ((cho.vault, info), (ben.vault, b"another")):
        assert code_of(lambda vault=vault, bound=bound: vault.unwrap(wrapped, bound)) == "envelope.not_for_us"  # type: ignore[misc]


# — void —


def test_rule_09_two_events_at_one_place_are_both_kept_and_void_from_there(office: Office) -> None:
    ada, ben, cho = office.of_three()
    before = len(ben.shared())
    other = _taken_back(ben, EventDraft(kinds.PAYEE_ADDED, SUBJECT, _payee("Other")))
    one = ben.story.add(kinds.PAYEE_ADDED, SUBJECT, _payee("One"))
    assert (one.header.seq, other.header.seq) == (before, before)
    for desk, first, second in ((ada, one, other), (cho, other, one)):
        desk.vault.take_in([first])
        known = desk.door.projections().payee(SUBJECT)
        assert known is not None
        assert desk.vault.take_in([second]).accepted == (second.id,)
        assert desk.door.projections().payee(SUBJECT) is None
        assert {event.id for pair in desk.vault.two_faced() for event in pair} == {one.id, other.id}
        assert {event.id for event in desk.vault.shared_events(ben.device, before, 1)} == {one.id, other.id}
        said = desk.story.add(NOTE, SUBJECT, {})
        assert set(said.header.seen) >= {one.id, other.id}
        assert desk.door.verify(go_on).forks == (f"{ben.device[:12]} {before}",)
        assert sound(desk)
        desk.reopen()
        assert len(desk.vault.two_faced()) == 1
    assert ben.vault.take_in([other]).accepted == (other.id,)
    assert not ben.vault.may_sign  # its own key signed something that it didn't: there is a copy
    assert not ben.reopen().may_sign


def _taken_back(desk: Desk, draft: EventDraft) -> Event:
    """Sign an event that the vault then forgets, as a copy of it might have it."""
    made: list[Event] = []
    with contextlib.suppress(ZeroDivisionError), desk.vault.transaction() as change:
        made.append(change.append(draft))
        raise ZeroDivisionError
    return made[0]


def _payee(name: str) -> dict[str, Json]:
    return {
        "name": name,
        "account": "FR1420041010050500013M02606",
        "agent": "",
        "kind": "escrow",
        "source": "contract",
        "supersedes": [],
    }


def test_rule_09_what_a_closed_device_said_later_counts_no_more(office: Office) -> None:
    ada, ben, cho = office.of_three()
    kept = ben.story.add(kinds.PAYEE_ADDED, SUBJECT, _payee("Kept"))
    late = ben.story.add(kinds.PAYEE_ADDED, "0d" * 16, _payee("Late"))
    for desk in (ada, cho):
        desk.vault.take_in([kept, late])
        assert len(desk.door.projections().payees()) == 2
    closing = office.change(signers=("Ada", "Cho"), devices=office.closed("Ben", kept.id))
    cho.vault.take_in([closing])
    for desk in (ada, cho):
        assert [row.name for row in desk.door.projections().payees()] == ["Kept"]
        assert sound(desk)
    ben.vault.take_in([closing])
    assert not ben.vault.may_sign
    assert code_of(lambda: ben.story.add(NOTE, SUBJECT, {})) == "vault.read_only"


def test_a_stop_that_others_set_holds_here_and_goes_when_they_lift_it(office: Office) -> None:
    ada, ben, _ = office.of_three()
    ben.door.freeze()
    ben.vault.bring_in_stop()
    assert not ada.door.frozen()
    ada.vault.take_in(ben.shared())
    assert ada.door.frozen()
    assert ada.door.summary().frozen  # also while it is locked
    ada.door.unfreeze()
    ben.vault.take_in(ada.shared())
    assert not ben.door.frozen()
    assert not ben.door.summary().frozen


# — somebody writes into the tables —


def _written_into(desk: Desk, event: Event) -> None:
    """Write an event into the tables past all rules, as somebody with the database's key could."""
    connection = desk.vault._connection  # noqa: SLF001 - where no port leads
    EventStore(connection).add(event)
    desk.reopen()


def _approval(desk: Desk, order: str) -> Event:
    record = desk.vault.order(order)
    assert record is not None
    return desk.story.add(
        kinds.ORDER_APPROVED,
        order,
        {
            "digest": record.digest,
            "epoch": 1,
            "assessment": record.assessment_event,
            "expires_at": record.created_at + 86_400_000,
        },
        (record.frozen_event, record.assessment_event),
    )


def _assessed(desk: Desk) -> str:
    story = desk.story
    content = story.content(*story.payee(), "CS-ONE")
    story.add(kinds.ORDER_FROZEN, content.order, {"content": content.canonical(), "digest": content.digest})
    assessment: dict[str, Json] = {"score": 10, "stops": list[Json]()}
    story.add(kinds.ORDER_ASSESSED, content.order, {"digest": content.digest, "assessment": assessment})
    return content.order


def test_an_approval_that_is_written_into_the_tables_counts_for_nothing_and_is_named(office: Office) -> None:
    ada, ben, _ = office.of_three()
    order = _assessed(ada)
    ben.vault.take_in(ada.shared())
    real = _approval(ben, order)
    _written_into(ada, replace(real, signature=bytes(64)))
    record = ada.vault.order(order)
    assert record is not None
    assert (record.state, record.approvals) == (OrderState.PREPARED, ())
    faults = ada.door.verify(go_on).faults
    assert any(fault.startswith("ledger.signature") for fault in faults)


def test_a_rejection_that_is_taken_out_of_the_tables_stops_the_vault_and_comes_back(office: Office) -> None:
    ada, ben, cho = office.of_three()
    order = _assessed(ada)
    for desk in (ben, cho):
        desk.vault.take_in(ada.shared())
    approval = _approval(ben, order)
    stop = cho.story.add(kinds.ORDER_STOPPED, order, {"reason": "rejected.other"})
    later = cho.story.add(NOTE, SUBJECT, {})
    ada.vault.take_in([approval, stop, later])
    connection = ada.vault._connection  # noqa: SLF001 - as above
    connection.executescript("PRAGMA foreign_keys = OFF; DROP TRIGGER events_stay; DROP TRIGGER bodies_stay")
    connection.execute("DELETE FROM bodies WHERE event = (SELECT number FROM events WHERE id = ?)", (stop.id,))
    connection.execute("DELETE FROM events WHERE id = ?", (stop.id,))
    ada.reopen()
    assert (ada.vault.may_sign, ada.vault.heads()[cho.device].size) == (False, stop.header.seq)
    assert any(fault.startswith("ledger.") for fault in ada.door.verify(go_on).faults)
    assert ada.vault.take_in(cho.shared()).accepted == (stop.id,)
    assert (ada.vault.may_sign, ada.vault.heads()[cho.device].size) == (True, later.header.seq + 1)
    record = ada.vault.order(order)
    assert record is not None
    assert record.state is OrderState.STOPPED
    assert sound(ada)


# — all or nothing —


class _Stopped(BaseException):
    pass


@pytest.mark.parametrize(("point", "there"), [("workspace.take_in.before", False), ("workspace.take_in.after", True)])
def test_taking_in_is_all_or_nothing(office: Office, point: str, *, there: bool) -> None:
    ada, ben, _ = office.of_three()
    said = [ada.story.add(NOTE, SUBJECT, {"n": number}) for number in range(3)]

    def stop(name: str) -> None:
        if name == point:
            raise _Stopped

    failpoints.arm(stop)
    try:
        with pytest.raises(_Stopped):
            ben.vault.take_in([said[0], said[2]], ("folder", "a" * 64))
    finally:
        failpoints.arm(None)
    ben.reopen()
    assert (ben.vault.heads()[ada.device].event == said[0].id) is there
    assert ben.vault.unknown_parcels("folder", ["a" * 64]) == ([] if there else ["a" * 64])
    assert [item.event for item in ben.vault.waiting()] == ([said[2].id] if there else [])
    assert set(ben.vault.take_in(said).accepted) == {item.id for item in said[int(there) :]}
    assert sound(ben)


# — any order —


def _all_the_same(runs: int, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    monkeypatch.setattr(book_module, "verify_ed25519", cache(verify_ed25519))  # each event arrives many times
    seen: Counter[str] = Counter()
    for seed in range(max(runs // _PER_WORLD, 1)):
        crowd = Crowd(seed)
        expected, states = _in_order(crowd)
        seen.update(states)
        for run in range(_PER_WORLD):
            shelf = Shelf(crowd.workspace)
            for batch in in_any_order(crowd.events, random.Random(f"{seed} {run}")):
                assert shelf.take(batch).refused == (), (seed, run)
            assert shelf.said() == expected, (seed, run)
            shelf.close()
    return seen


def _in_order(crowd: Crowd) -> tuple[tuple[object, ...], list[str]]:
    shelf = Shelf(crowd.workspace)
    for event in crowd.events:
        taken = shelf.take([event])
        assert (taken.waiting, taken.refused) == ((), ()), crowd.seed
    said = shelf.said()
    assert shelf.rebuilt() == said[0]
    records = [shelf.book.ledger.order(desk.order) for desk in crowd.desks]
    rules = shelf.book.ledger.rules()
    states = [record.state.value for record in records if record]
    states += ["fork"] * bool(shelf.book.tables.forks()) + ["contested"] * bool(rules.contested)
    states += ["closed"] * any(item.closed for item in rules.governance.devices)
    shelf.close()
    return said, states


def test_rule_15_any_order_of_arrival_gives_the_same_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = _all_the_same(RUNS, monkeypatch)
    assert len(set(seen) & {state.value for state in OrderState}) >= 3


@pytest.mark.nightly
@pytest.mark.timeout(7200)
def test_rule_15_any_order_of_arrival_gives_the_same_hashes_in_thousands_of_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = _all_the_same(RUNS_AT_NIGHT, monkeypatch)
    assert set(seen) >= {"fork", "contested", "closed", "settled", "stopped", "approved", "prepared"}
