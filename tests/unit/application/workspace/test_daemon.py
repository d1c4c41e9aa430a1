"""The exchange that outlives pages: when it makes rounds, what it shows, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from countersign.application.flows import exchange_round as flow
from countersign.application.flows.exchange import ROUND_MS, Exchange, ExchangeState, Memory
from countersign.application.ports.tasks import Lane
from countersign.testing.fake_relay import FakeRelay, RelayStore
from countersign.testing.fakes import ManualTasks
from tests.unit.application.workspace.several import Desk, Several, several


class QuietRelay(FakeRelay):
    """A way to a store whose wait ends at once, with what the test wants."""

    def __init__(self, store: RelayStore, reader: str) -> None:
        super().__init__(store, reader)
        self.news: list[bool | Exception] = []
        self.woken = self.closed = 0

    def wait(self, timeout_ms: int) -> bool:
        del timeout_ms
        found = self.news.pop(0) if self.news else False
        if isinstance(found, Exception):
            raise found
        return found

    def wake(self) -> None:
        self.woken += 1

    def close(self) -> None:
        self.closed += 1


class Watched:
    """One device's exchange, its work done step by step."""

    def __init__(self, some: Several, place: int = 0) -> None:
        desk: Desk = some[place]
        self.some, self.desk = some, desk
        self.relay = QuietRelay(some.store, desk.vault.keys.name)
        self.tasks = ManualTasks()
        self.states: list[ExchangeState] = []
        self.took: list[frozenset[str]] = []
        self.exchange = Exchange(
            vault=desk.vault,
            relay=self.relay,
            tasks=self.tasks,
            tools=desk.tools,
            changed=self.states.append,
            took=self.took.append,
        )

    @property
    def lanes(self) -> list[Lane]:
        return list(self.tasks.waiting)

    def work(self, until: Callable[[], bool] = lambda: False) -> None:
        while self.tasks.waiting and not until():
            self.tasks.step()


def test_it_makes_a_round_at_the_start_and_then_waits_for_news() -> None:
    some = several(2)
    some[1].round()
    watched = Watched(some)
    watched.exchange.start()
    assert watched.exchange.state.busy
    assert not watched.exchange.state.connected
    watched.work()
    state = watched.exchange.state
    assert (state.connected, state.busy, state.error, state.round_at) == (True, False, "", some.clock.now_ms())
    assert list(state.heard) == [some[1].device]
    assert watched.states[-1] == state
    assert watched.lanes == []
    watched.exchange.tick()
    assert watched.lanes == [Lane.NEWS]  # waits for news
    watched.exchange.tick()
    assert watched.lanes == [Lane.NEWS]
    watched.relay.news = [True]
    some[1].say("news")
    some[1].round()
    watched.work()
    assert watched.took[-1] == {"77" * 16}


def test_it_makes_a_round_every_half_minute_and_when_something_was_signed() -> None:
    some = several(2)
    watched = Watched(some)
    watched.exchange.start()
    watched.work()
    rounds = watched.exchange.state.round_at
    some.later(ROUND_MS - 1)
    watched.exchange.tick()
    watched.work()
    assert watched.exchange.state.round_at == rounds
    some.later(1)
    watched.exchange.tick()
    watched.work()
    assert watched.exchange.state.round_at == rounds + ROUND_MS
    some.later(5)
    some[0].say("signed here")
    watched.exchange.appended()
    assert watched.relay.woken == 1
    watched.exchange.tick()
    watched.exchange.exchange()  # while one is under way: another one follows
    watched.work()
    assert watched.exchange.state.round_at == rounds + ROUND_MS + 5
    some[1].round()
    assert some.agree


def test_a_store_that_is_away_is_tried_again_less_and_less_often() -> None:
    some = several(2)
    watched = Watched(some)
    some.store.down = True
    watched.exchange.start()
    watched.work()
    assert (watched.exchange.state.connected, watched.exchange.state.error) == (False, "relay.unreachable")
    watched.exchange.exchange()
    watched.exchange.tick()
    assert watched.lanes == []  # not before a second is over, and there is nothing to wait at
    some.later(1_000)
    watched.exchange.tick()
    watched.work()
    some.later(1_000)
    watched.exchange.tick()
    assert watched.lanes == []
    some.store.down = False
    some.later(1_000)
    watched.exchange.tick()
    watched.work()
    assert (watched.exchange.state.connected, watched.exchange.state.error) == (True, "")


def test_a_wait_that_fails_is_no_news() -> None:
    watched = Watched(several(2))
    watched.exchange.start()
    watched.work()
    watched.relay.news = [RuntimeError("away")]
    watched.exchange.tick()
    watched.work()
    assert watched.exchange.state.connected


def test_what_nobody_foresaw_is_raised_where_it_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    some = several(2)
    watched = Watched(some)

    def broken(_mark: str = "") -> tuple[Sequence[str], str]:
        raise ZeroDivisionError

    monkeypatch.setattr(watched.relay, "names", broken)
    watched.exchange.start()
    with pytest.raises(ZeroDivisionError):
        watched.work()


@pytest.mark.parametrize("fails", [False, True])
def test_it_ends_once_nothing_is_under_way(*, fails: bool) -> None:
    some = several(2)
    watched = Watched(some)
    watched.exchange.start()
    some.store.down = fails
    watched.exchange.stop()
    watched.exchange.stop()
    assert watched.relay.woken == 1
    watched.work()
    assert watched.relay.closed == 1
    watched.exchange.tick()
    watched.exchange.exchange()
    watched.work()
    assert watched.states[-1].busy  # nothing is shown any more


def test_it_ends_while_it_waits() -> None:
    watched = Watched(several(2))
    watched.exchange.start()
    watched.work()
    watched.exchange.tick()
    watched.exchange.stop()
    assert watched.relay.closed == 0
    watched.work()
    assert watched.relay.closed == 1
    idle = Watched(several(2))
    idle.exchange.stop()
    idle.work()
    assert idle.relay.closed == 1


def test_a_round_that_has_more_to_do_is_followed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "LETTERS_AT_ONCE", 1)
    some = several(2)
    some.rounds()
    for place in range(150):
        some[0].say(f"note {place}")
    watched = Watched(some)
    watched.exchange.start()
    watched.work()
    while some[1].round().more:
        pass
    assert some.agree


def test_a_state_that_stays_the_same_is_not_shown_again() -> None:
    watched = Watched(several(1))
    watched.exchange._show(ExchangeState())  # noqa: SLF001 - what a round that changes nothing does
    assert watched.states == []


def test_notes_are_read_first() -> None:
    with pytest.raises(RuntimeError, match="read first"):
        flow.notes_of(Memory())
