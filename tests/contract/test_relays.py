"""One contract for every relay: memory, a folder, a real PostgreSQL server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from countersign.adapters.relays.folder import FolderRelay
from countersign.adapters.relays.parcels import workspace_tag
from countersign.adapters.relays.postgres import PostgresRelay
from countersign.application.ports.relay import PARCEL_LIMIT, Relay
from countersign.domain.errors import SecurityError
from countersign.testing.fake_relay import FakeRelay, RelayStore, parcel_name
from tests.postgres import PostgresServer

WORKSPACE = "22" * 16
OTHER_WORKSPACE = "44" * 16
PARCELS = [f"parcel {place}".encode() for place in range(5)]


@dataclass
class Store:
    """A store in one of its kinds: ways to it, and what whoever runs it can do."""

    way: Callable[[str], Relay]
    alter: Callable[[str, bytes], None]
    remove: Callable[[str], None]
    ways: list[Relay] = field(default_factory=list)

    def relay(self, workspace: str = WORKSPACE) -> Relay:
        self.ways.append(self.way(workspace))
        return self.ways[-1]


def in_memory() -> Store:
    stores = {WORKSPACE: RelayStore(), OTHER_WORKSPACE: RelayStore()}

    def alter(name: str, content: bytes) -> None:
        stores[WORKSPACE].shelf("").contents[name] = content

    def remove(name: str) -> None:
        stores[WORKSPACE].put_honestly.pop(name)
        stores[WORKSPACE].shelf("").remove(name)

    return Store(lambda workspace: FakeRelay(stores[workspace]), alter, remove)


def in_a_folder(path: Path) -> Store:
    def file(name: str) -> Path:
        return path / workspace_tag(WORKSPACE) / f"{name}.countersign"

    return Store(
        lambda workspace: FolderRelay(path, workspace, poll_ms=20),
        lambda name, content: (file(name).write_bytes(content), None)[1],
        lambda name: file(name).unlink(),
    )


def in_postgres(server: PostgresServer) -> Store:
    def run(query: str, *values: object) -> None:
        with server.owner() as connection:
            connection.execute(query, values)

    run("DELETE FROM countersign_parcels")
    return Store(
        lambda workspace: PostgresRelay(server.settings(), workspace, poll_ms=50),
        lambda name, content: run("UPDATE countersign_parcels SET content = %s WHERE name = %s", content, name),
        lambda name: run("DELETE FROM countersign_parcels WHERE name = %s", name),
    )


@pytest.fixture(params=["memory", "folder", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        made = in_memory()
    elif request.param == "folder":
        made = in_a_folder(tmp_path)
    else:
        made = in_postgres(request.getfixturevalue("postgres"))
    yield made
    for way in made.ways:
        way.close()


@pytest.fixture
def may_drop(request: pytest.FixtureRequest, store: Store) -> Iterator[None]:
    """Let a device take away, which whoever runs a database may also not."""
    del store
    if request.node.callspec.params["store"] != "postgres":
        yield
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.owner() as connection:
        connection.execute("GRANT DELETE ON countersign_parcels TO countersign_device")
    yield
    with server.owner() as connection:
        connection.execute("REVOKE DELETE ON countersign_parcels FROM countersign_device")


def test_a_parcel_is_named_by_its_bytes_and_given_back(store: Store) -> None:
    ours, theirs = store.relay(), store.relay()
    name = ours.put(PARCELS[0])
    assert name == parcel_name(PARCELS[0])
    assert theirs.get(name) == PARCELS[0]
    assert theirs.identity == ours.identity


def test_trying_leaves_nothing(store: Store) -> None:
    ours, theirs = store.relay(), store.relay()
    ours.probe()
    assert list(theirs.names()[0]) == []
    name = ours.put(PARCELS[0])
    ours.probe()
    assert list(theirs.names()[0]) == [name]


def test_the_same_one_twice_is_kept_once(store: Store) -> None:
    ours, theirs = store.relay(), store.relay()
    assert ours.put(PARCELS[0]) == ours.put(PARCELS[0]) == theirs.put(PARCELS[0])
    assert list(theirs.names()[0]) == [parcel_name(PARCELS[0])]


def test_all_are_listed(store: Store) -> None:
    ours, theirs = store.relay(), store.relay()
    names = [ours.put(parcel) for parcel in PARCELS]
    assert sorted(theirs.names()[0]) == sorted(names)
    assert list(store.relay(OTHER_WORKSPACE).names()[0]) == []


def test_a_mark_misses_nothing_that_came_later(store: Store) -> None:
    ours, theirs = store.relay(), store.relay()
    first = ours.put(PARCELS[0])
    listed, mark = theirs.names()
    assert list(listed) == [first]
    later = [ours.put(parcel) for parcel in PARCELS[1:]]
    listed, mark = theirs.names(mark)
    assert set(later) <= set(listed) <= {first, *later}
    listed, _ = theirs.names(mark)
    assert set(listed) <= {first, *later}


def test_a_mark_of_another_session_or_of_nobody_lists_everything(store: Store) -> None:
    ours = store.relay()
    name = ours.put(PARCELS[0])
    for mark in ("", "0"):
        assert name in ours.names(mark)[0]
    _, mark = ours.names()
    assert name in store.relay().names("" if ours.identity == "fake" else mark)[0]


def test_what_is_not_there_is_gone(store: Store) -> None:
    ours = store.relay()
    assert ours.get("00" * 32) is None
    assert ours.get(parcel_name(PARCELS[0])) is None
    name = ours.put(PARCELS[0])
    store.remove(name)
    assert ours.get(name) is None
    assert name not in ours.names()[0]
    assert ours.put(PARCELS[0]) == name  # left again, as if for the first time
    assert ours.get(name) == PARCELS[0]


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "x" * 64, "AB" * 32, "ab" * 32 + "\n", "%s"])
def test_no_other_name_is_asked_for(store: Store, name: str) -> None:
    assert store.relay().get(name) is None
    store.relay().drop(name)


@pytest.mark.usefixtures("may_drop")
def test_what_a_newer_one_replaces_is_taken_away(store: Store) -> None:
    ours, theirs = store.relay(), store.relay()
    first, other = ours.put(PARCELS[0]), ours.put(PARCELS[1])
    _, mark = theirs.names()
    ours.drop(first)
    ours.drop(first)  # twice does no harm
    ours.drop("00" * 32)
    later = ours.put(PARCELS[2])
    assert later in theirs.names(mark)[0]
    assert set(theirs.names()[0]) == {other, later}
    assert theirs.get(first) is None


def test_other_bytes_under_a_name_are_refused(store: Store) -> None:
    ours = store.relay()
    name = ours.put(PARCELS[0])
    store.alter(name, PARCELS[1])
    with pytest.raises(SecurityError, match=r"^relay\.altered$"):
        ours.get(name)


def test_too_much_is_neither_left_nor_taken(store: Store) -> None:
    ours = store.relay()
    with pytest.raises(SecurityError, match=r"^relay\.too_large$"):
        ours.put(bytes(PARCEL_LIMIT + 1))
    name = ours.put(PARCELS[0])
    store.alter(name, bytes(PARCEL_LIMIT + 1))
    with pytest.raises(SecurityError, match=r"^relay\.too_large$"):
        ours.get(name)


def test_the_largest_parcel_passes(store: Store) -> None:
    ours = store.relay()
    largest = b"\xff" * PARCEL_LIMIT
    assert ours.get(ours.put(largest)) == largest


def test_a_wait_ends_when_something_comes(store: Store) -> None:
    ours, theirs = store.relay(), store.relay()
    theirs.names()
    assert not theirs.wait(0)
    told: list[bool] = []
    waiting = threading.Thread(target=lambda: told.append(theirs.wait(20_000)))
    waiting.start()
    name = ours.put(PARCELS[0])
    waiting.join()
    assert told == [True]
    assert name in theirs.names()[0]
    assert not theirs.wait(0)


def test_a_wait_ends_when_the_time_is_over(store: Store) -> None:
    ours = store.relay()
    ours.put(PARCELS[0])
    ours.names()
    began = time.monotonic()
    assert not ours.wait(150)
    assert time.monotonic() - began >= 0.14


def test_what_came_before_the_wait_is_not_missed(store: Store) -> None:
    ours, theirs = store.relay(), store.relay()
    theirs.names()
    ours.put(PARCELS[0])
    assert theirs.wait(20_000)


def test_a_wait_can_be_ended_from_outside(store: Store) -> None:
    ours = store.relay()
    ours.names()
    told: list[bool] = []
    waiting = threading.Thread(target=lambda: told.append(ours.wait(60_000)))
    waiting.start()
    ours.wake()
    waiting.join()
    assert told == [False]


def test_a_relay_is_closed_more_than_once_without_harm(store: Store) -> None:
    ours = store.relay()
    ours.put(PARCELS[0])
    ours.close()
    ours.close()


def test_many_devices_leave_parcels_at_once(store: Store) -> None:
    ways = [store.relay() for _ in range(6)]
    left: list[str] = []

    def leave(place: int) -> None:
        left.extend([ways[place].put(f"{place} {count}".encode()) for count in range(10)])

    devices = [threading.Thread(target=leave, args=(place,)) for place in range(6)]
    for device in devices:
        device.start()
    for device in devices:
        device.join()
    assert len(left) == 60
    assert sorted(ways[0].names()[0]) == sorted(left)
