"""A store in which nothing happens does not grow, and what it loses is noticed all the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from countersign.application.flows import exchange_round
from countersign.application.flows.exchange_round import LISTING_MS
from countersign.application.ports.workspace import WorkspaceVault
from countersign.application.use_cases.letter_desk import Outgoing
from countersign.application.use_cases.publish_envelopes import NEWS_MS, mark_sent
from countersign.application.use_cases.relay_notes import OWN_PARCELS_KEPT, STANDING_KEPT, Notes, read_notes
from countersign.application.use_cases.watch_relay import SILENCE_MS
from countersign.domain.errors import ConnectorError, FailureKind
from countersign.testing.fake_relay import FakeRelay, RelayStore
from tests.unit.application.workspace.several import Desk, Several, several

MINUTE = 60_000


class KeepingStore(RelayStore):
    """A store that lets nobody take anything away."""

    def drop(self, name: str) -> None:
        """Keep it."""


class ClumsyRelay(FakeRelay):
    """A way on which taking away fails for a while."""

    fails = True
    tried = 0

    def drop(self, name: str) -> None:
        """Fail, or do it."""
        self.tried += 1
        if self.fails:
            raise ConnectorError(FailureKind.RETRYABLE, "relay.unreachable")
        super().drop(name)


def idle(some: Several, minutes: int) -> None:
    for _ in range(minutes):
        some.rounds(1, MINUTE)


def parcels(some: Several) -> int:
    return len(some.store.put_honestly)


def own_parcels(desk: Desk) -> tuple[str, ...]:
    return read_notes(desk.vault).outbox(desk.relay.identity).parcels


def test_idle_hours_leave_a_few_checkpoints_of_each_device() -> None:
    some = several(4)
    some[0].say("all that happens")
    idle(some, 60)
    settled = parcels(some)
    assert settled <= 2 + 4 * STANDING_KEPT  # the letter with what was said, and the first letter of all
    idle(some, 3 * 60)
    assert parcels(some) == settled
    assert all(desk.round().unheard == () for desk in some.desks)
    assert some.agree
    assert NEWS_MS * STANDING_KEPT > LISTING_MS  # each is looked for at least once before it goes


def test_a_store_that_keeps_everything_is_not_taken_to_have_gone_back() -> None:
    some = several(2, store=KeepingStore())
    idle(some, 60)
    assert parcels(some) > 20
    for desk in some.desks:
        report = desk.round()
        assert (report.went_back, report.withheld, report.unheard) == ((), (), ())


def test_a_store_that_goes_back_behind_the_last_checkpoint_is_noticed() -> None:
    some = several(3)
    idle(some, 90)
    before = dict(some.store.put_honestly)
    idle(some, 5)
    assert before.keys() != some.store.put_honestly.keys()
    for desk in some.desks:
        shelf = some.store.shelf(desk.vault.keys.name)
        shelf.names, shelf.contents = list(before), dict(before)
    some.later(SILENCE_MS)
    for desk in some.desks:
        assert [item.device for item in desk.round().went_back] == [""]


def test_no_more_is_remembered_than_before_and_a_new_letter_takes_its_place() -> None:
    some = several(2)
    idle(some, 60)
    assert len(own_parcels(some[0])) == OWN_PARCELS_KEPT
    some[0].say("news")
    some[0].round()
    outbox = read_notes(some[0].vault).outbox(some[0].relay.identity)
    assert outbox.parcels[-1] not in (*outbox.standing, *outbox.replaced)
    assert set(outbox.replaced) < set(outbox.parcels)


def test_what_could_not_be_taken_away_is_taken_away_later() -> None:
    some = several(2)
    way = ClumsyRelay(some.store, "device 0")
    some[0].relay = way
    idle(some, 60)
    assert way.tried > 1
    grown = parcels(some)
    way.fails = False
    idle(some, 5)
    assert parcels(some) < grown
    tried = way.tried
    some[0].round()
    assert way.tried == tried  # once is enough
    some[0].restart()
    some[0].round()
    assert way.tried > tried  # but nobody remembers that after a restart
    assert some[0].round().went_back == ()


@pytest.mark.parametrize("kept", [True, False])
def test_what_was_taken_away_before_it_was_read_is_not_waited_for(*, kept: bool) -> None:
    some = several(2)
    idle(some, 10)
    name = own_parcels(some[0])[-1]
    some[1].memory.pending[name] = 1
    if not kept:
        some[0].relay.drop(name)
    some.later(SILENCE_MS)
    some[1].round()
    assert name not in some[1].memory.pending


def test_what_was_said_since_somebody_last_spoke_is_not_sent_to_them_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a large workspace nearly nobody has spoken yet when an event is a minute old."""
    left: Counter[str] = Counter()

    def count(vault: WorkspaceVault, notes: Notes, relay: str, outgoing: Outgoing, names: Sequence[str]) -> None:
        left[outgoing.what] += len(names)
        mark_sent(vault, notes, relay, outgoing, names)

    monkeypatch.setattr(exchange_round, "mark_sent", count)
    some = several(8)
    idle(some, 12)
    left.clear()
    for desk in some.desks[:4]:
        desk.say("once is enough")
        idle(some, 6)
    assert some.agree
    assert left["events"] == len(some.desks) / 2
    assert left["again"] <= 1  # who spoke before they had read it: a round is made once a minute here


def test_what_a_relay_lists_no_more_is_forgotten() -> None:
    some = several(3)
    idle(some, 3 * 60)
    for desk in some.desks:
        remembered = {name for relay, name in desk.vault.taken if relay == desk.relay.identity}
        assert len(remembered) < 3 * 60
        shown, _ = desk.relay.names()
        assert len(remembered - set(shown)) <= 3 * STANDING_KEPT  # since the last full listing
