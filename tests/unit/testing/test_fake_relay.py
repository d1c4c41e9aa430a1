"""The store that cheats does what it says, the same for the same seed, and never what needs a key."""

from __future__ import annotations

import pytest

from countersign.domain.errors import ConnectorError, SecurityError
from countersign.testing.fake_relay import AdversaryStore, FakeRelay, Mischief, RelayStore, parcel_name

READERS = ("anna", "ben", "cleo")
PARCELS = [bytes([place]) * (200 + place) for place in range(8)]


def stocked(seed: str = "seed") -> tuple[AdversaryStore, dict[str, FakeRelay]]:
    store = AdversaryStore(seed)
    ways = {reader: FakeRelay(store, reader) for reader in READERS}
    for place, parcel in enumerate(PARCELS):
        ways[READERS[place % 3]].put(parcel)
    return store, ways


def shown(way: FakeRelay) -> dict[str, bytes | str | None]:
    found: dict[str, bytes | str | None] = {}
    for name in way.names()[0]:
        try:
            found[name] = way.get(name)
        except SecurityError as error:
            found[name] = error.code
    return found


def test_an_honest_store_hides_nothing() -> None:
    store, ways = stocked()
    for reader in READERS:
        assert store.hidden_from(reader) == frozenset()
        assert shown(ways[reader]) == {parcel_name(parcel): parcel for parcel in PARCELS}
    late = FakeRelay(store, "dora")
    assert shown(late) == shown(ways["anna"])


@pytest.mark.parametrize("mischief", Mischief)
def test_every_deed_is_done_and_told(mischief: Mischief) -> None:
    deeds = 0
    for seed in range(12):
        store, ways = stocked(f"{mischief} {seed}")
        before = {reader: (list(ways[reader].names()[0]), shown(ways[reader])) for reader in READERS}
        deed = store.act(mischief, "ben")
        if deed is None:
            continue
        deeds += 1
        assert store.deeds == [deed]
        if mischief is Mischief.FORK:
            ways["ben"].put(b"from ben")
            others = [reader for reader in ("anna", "cleo") if parcel_name(b"from ben") in store.hidden_from(reader)]
            assert others
        else:
            after = {reader: (list(ways[reader].names()[0]), shown(ways[reader])) for reader in READERS}
            assert after != before or mischief is Mischief.REORDER
    assert deeds >= 6


def test_whatever_it_shows_under_a_name_hashes_to_it_or_is_refused() -> None:
    """What an adapter checks the store can't get round: other bytes never pass under a name."""
    store, ways = stocked()
    for _ in range(2_000):
        store.act()
        for reader in READERS:
            for name, found in shown(ways[reader]).items():
                assert found in {None, "relay.altered"} or (isinstance(found, bytes) and parcel_name(found) == name)
        if not any(ways[reader].names()[0] for reader in READERS):
            store.heal()
    assert {deed.mischief for deed in store.deeds} == set(Mischief)


def test_the_same_seed_does_the_same() -> None:
    first, second, other = (stocked(seed)[0] for seed in ("a", "a", "b"))
    for store in (first, second, other):
        for _ in range(100):
            store.act()
    assert first.deeds == second.deeds
    assert first.deeds != other.deeds
    assert [first.shelf(reader) for reader in READERS] == [second.shelf(reader) for reader in READERS]


def test_it_knows_what_it_hides() -> None:
    store, ways = stocked()
    store.act(Mischief.DELAY, "ben")
    (hidden,) = store.hidden_from("ben")
    assert hidden not in ways["ben"].names()[0]
    store.release()
    assert store.hidden_from("ben") == frozenset()


def test_once_it_is_honest_again_everything_arrives() -> None:
    store, ways = stocked()
    for _ in range(200):
        store.act()
        ways["anna"].put(f"{len(store.deeds)}".encode())
    store.heal()
    ways["cleo"].put(b"after")
    for reader in READERS:
        assert store.hidden_from(reader) == frozenset()
        assert all(ways[reader].get(name) == content for name, content in store.put_honestly.items())
        assert store.put_honestly.keys() <= set(ways[reader].names()[0])


def test_with_nobody_else_there_is_nobody_to_be_split_from() -> None:
    store = AdversaryStore("alone")
    FakeRelay(store, "anna").put(b"x")
    assert store.act(Mischief.FORK) is None
    assert AdversaryStore("empty").shelf("anna").names == []


def test_troubles_of_an_honest_store() -> None:
    store = RelayStore()
    way = FakeRelay(store)
    store.lost_answers = 1
    with pytest.raises(ConnectorError, match=r"^relay\.unreachable$"):
        way.put(b"kept all the same")
    assert way.get(parcel_name(b"kept all the same"))
    store.down = True
    with pytest.raises(ConnectorError, match=r"^relay\.unreachable$"):
        way.names()
    store.down, store.room = False, 3
    with pytest.raises(ConnectorError, match=r"^relay\.full$"):
        way.put(b"four")


def test_what_was_taken_away_it_may_show_again() -> None:
    store = AdversaryStore("keeps everything")
    way = FakeRelay(store, "anna")
    name = way.put(b"replaced")
    store.act(Mischief.DELAY, "anna")
    way.drop(name)
    store.release()
    assert way.names()[0] == ()
    deed = store.act(Mischief.REPLAY, "anna")
    assert deed is None
    way.put(b"newer")
    while name not in way.names()[0]:
        store.act(Mischief.REPLAY, "anna")
    assert way.get(name) == b"replaced"
