"""Relays in memory: an honest one, and one that does whatever a store can do to what passes through it.

``RelayStore`` is what the devices share; ``FakeRelay`` is one device's way to it. ``AdversaryStore`` is a store whose
operations are drawn from a seed: the same seed and the same puts give the same mischief.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from threading import Condition

from countersign.application.ports.relay import PARCEL_LIMIT
from countersign.domain.errors import ConnectorError, FailureKind, SecurityError
from countersign.domain.ledger.envelope import BINDING_BYTES, HINT_BYTES, MAGIC, WRAPPED_BYTES

_BINDING_END = len(MAGIC) + BINDING_BYTES
_KEYS_START = _BINDING_END + 4


def parcel_name(content: bytes) -> str:
    """Return the name of a parcel."""
    return hashlib.sha256(content).hexdigest()


@dataclass(slots=True)
class Shelf:
    """What one reader is shown: names in order (a name may stand there twice), and what each gives.

    Attributes:
        dropped: How many were taken away by those who had left them: marks are counted over them too.
    """

    names: list[str] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    dropped: int = 0

    def add(self, name: str, content: bytes) -> None:
        """Put a parcel at the end; the same one twice is kept once."""
        if name not in self.contents:
            self.names.append(name)
            self.contents[name] = content

    def remove(self, name: str) -> None:
        """Take a parcel away."""
        self.names = [known for known in self.names if known != name]
        self.contents.pop(name, None)


class RelayStore:
    """An honest store: everybody is shown everything, in the order in which it came.

    Attributes:
        put_honestly: Every parcel that anybody left, by name: what a store that hides nothing would show.
        down: While true nobody reaches it.
        lost_answers: How many of the next puts are kept and then answered with a failure.
        room: How many more bytes it holds.
        read_only: Whether nothing can be left.
    """

    def __init__(self) -> None:
        self.put_honestly: dict[str, bytes] = {}
        self.down = False
        self.lost_answers = 0
        self.room = 1 << 40
        self.read_only = False
        self.changed = Condition()
        self.version = 0
        self._shelves: dict[str, Shelf] = {}

    def shelf(self, reader: str) -> Shelf:
        """Return what a reader is shown; a new one is shown everything that was left."""
        if reader not in self._shelves:
            self._shelves[reader] = Shelf(list(self.put_honestly), dict(self.put_honestly))
        return self._shelves[reader]

    def put(self, writer: str, content: bytes) -> str:
        """Keep a parcel."""
        self.probe()
        name = parcel_name(content)
        if name not in self.put_honestly:
            if len(content) > self.room:
                raise ConnectorError(FailureKind.TERMINAL, "relay.full")
            self.room -= len(content)
            self.put_honestly[name] = content
        self.shelf(writer)
        self._shelve(writer, name, content)
        self.touch()
        if self.lost_answers:
            self.lost_answers -= 1
            raise ConnectorError(FailureKind.RETRYABLE, "relay.unreachable")
        return name

    def probe(self) -> None:
        """Say whether anything can be left."""
        self._answer()
        if self.read_only:
            raise ConnectorError(FailureKind.TERMINAL, "relay.read_only")

    def listed(self, reader: str) -> Sequence[str]:
        """Show the names."""
        self._answer()
        return tuple(self.shelf(reader).names)

    def given(self, reader: str, name: str) -> bytes | None:
        """Give whatever stands under a name."""
        self._answer()
        return self.shelf(reader).contents.get(name)

    def drop(self, name: str) -> None:
        """Take a parcel away for everybody."""
        self._answer()
        content = self.put_honestly.pop(name, None)
        if content is not None:
            self.room += len(content)
        for shelf in self._shelves.values():
            shelf.dropped += shelf.names.count(name)
            shelf.remove(name)

    def touch(self) -> None:
        """Let those who wait know that something may be new."""
        with self.changed:
            self.version += 1
            self.changed.notify_all()

    def _answer(self) -> None:
        if self.down:
            raise ConnectorError(FailureKind.RETRYABLE, "relay.unreachable")

    def _shelve(self, writer: str, name: str, content: bytes) -> None:
        """Show a new parcel to its readers."""
        del writer
        for shelf in self._shelves.values():
            shelf.add(name, content)


class FakeRelay:
    """One device's way to a store; implements the ``Relay`` port and checks what an adapter must check.

    Args:
        store: Shared by the devices; one of its own where none is given.
        reader: Who reads here: what an adversary tells readers apart by.
        identity: Under which what was taken is remembered.
    """

    def __init__(self, store: RelayStore | None = None, reader: str = "", identity: str = "fake") -> None:
        self.store = store or RelayStore()
        self._reader = reader
        self._identity = identity
        self._seen = 0
        self._woken = False
        self.store.shelf(reader)

    @property
    def identity(self) -> str:
        """The store's name."""
        return self._identity

    def put(self, content: bytes) -> str:
        """Leave a parcel."""
        if len(content) > PARCEL_LIMIT:
            raise SecurityError("relay.too_large", size=len(content))
        return self.store.put(self._reader, content)

    def probe(self) -> None:
        """Find out whether parcels can be left."""
        self.store.probe()

    def names(self, mark: str = "") -> tuple[Sequence[str], str]:
        """List parcels: all of them, or those behind the mark."""
        self._seen = self.store.version
        listed, dropped = self.store.listed(self._reader), self.store.shelf(self._reader).dropped
        return listed[max(0, int(mark or "0") - dropped) :], str(len(listed) + dropped)

    def get(self, name: str) -> bytes | None:
        """Read a parcel."""
        found = self.store.given(self._reader, name)
        if found is not None and len(found) > PARCEL_LIMIT:
            raise SecurityError("relay.too_large", size=len(found))
        if found is not None and parcel_name(found) != name:
            raise SecurityError("relay.altered", name=name)
        return found

    def drop(self, name: str) -> None:
        """Take a parcel away."""
        self.store.drop(name)

    def wait(self, timeout_ms: int) -> bool:
        """Wait for anything that came since names were listed last."""
        with self.store.changed:
            self.store.changed.wait_for(lambda: self._woken or self.store.version != self._seen, timeout_ms / 1000)
            woken, self._woken = self._woken, False
            return not woken and self.store.version != self._seen

    def wake(self) -> None:
        """End a wait."""
        with self.store.changed:
            self._woken = True
            self.store.changed.notify_all()

    def close(self) -> None:
        """Nothing is held."""


class Mischief(StrEnum):
    """What a store can do."""

    DROP = "drop"  # a parcel disappears from one reader's shelf, or from all
    DELAY = "delay"  # a parcel is held back until ``release``
    DUPLICATE = "duplicate"  # a name stands twice
    REORDER = "reorder"  # names stand in another order
    EDIT = "edit"  # bytes are changed, under the old name or under the name of the new bytes
    SPLICE = "splice"  # the front of one envelope before the content of another
    ROLL_BACK = "roll_back"  # a reader is shown what stood there earlier
    FORK = "fork"  # readers are split in two: neither is shown what the other writes
    TRUNCATE = "truncate"  # the end is cut off, under the old name or under the name of what is left
    REPLAY = "replay"  # something old, gone or rolled back turns up as if it were new


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done, so that a failing run can be read."""

    mischief: Mischief
    reader: str  # empty: to all of them
    name: str
    made: str = ""  # the name of a parcel that the adversary made


class AdversaryStore(RelayStore):
    """A store that cheats. It knows no keys: whatever it does, it does to bytes and names.

    Attributes:
        deeds: What it did, oldest first.
    """

    def __init__(self, seed: str) -> None:
        super().__init__()
        self.deeds: list[Deed] = []
        self._chance = Random(seed)  # noqa: S311
        self._held: dict[str, dict[str, bytes]] = {}
        self._dropped: dict[str, bytes] = {}
        self._side: dict[str, bool] = {}
        self._acts: dict[Mischief, Callable[[str, str], Deed | None]] = {
            Mischief.DROP: self._drop,
            Mischief.DELAY: self._delay,
            Mischief.DUPLICATE: self._duplicate,
            Mischief.REORDER: self._reorder,
            Mischief.EDIT: self._edit,
            Mischief.SPLICE: self._splice,
            Mischief.ROLL_BACK: self._roll_back,
            Mischief.FORK: self._fork,
            Mischief.TRUNCATE: self._truncate,
            Mischief.REPLAY: self._replay,
        }

    def act(self, mischief: Mischief | None = None, reader: str | None = None) -> Deed | None:
        """Do something, chosen by the seed where it isn't given; None where there is nothing to do it to."""
        chosen = mischief or self._chance.choice(list(Mischief))
        readers = sorted(self._shelves)
        who = self._chance.choice(readers) if reader is None else reader
        names = self.shelf(who).names
        name = self._chance.choice(names) if names else ""
        deed = self._acts[chosen](who, name) if names or (chosen is Mischief.REPLAY and self.put_honestly) else None
        if deed is not None:
            self.deeds.append(deed)
            self.touch()
        return deed

    def hidden_from(self, reader: str) -> frozenset[str]:
        """Name the parcels that somebody left and this reader can't get as they were."""
        shown = self.shelf(reader)
        listed = set(shown.names)
        return frozenset(
            name
            for name, content in self.put_honestly.items()
            if name not in listed or shown.contents.get(name) != content
        )

    def release(self) -> None:
        """Show what was held back."""
        for reader, held in self._held.items():
            for name, content in held.items():
                self.shelf(reader).add(name, content)
        self._held.clear()
        self.touch()

    def heal(self) -> None:
        """Be honest from now on: everybody is shown everything that was left, beside what the adversary made."""
        self._side.clear()
        self.release()
        for shelf in self._shelves.values():
            for name, content in self.put_honestly.items():
                shelf.add(name, content)
                shelf.contents[name] = content
        self.touch()

    def drop(self, name: str) -> None:
        """Take a parcel away, and keep it for another day."""
        if name in self.put_honestly and not self.down:
            self._dropped[name] = self.put_honestly[name]
        super().drop(name)
        for held in self._held.values():
            held.pop(name, None)

    def _shelve(self, writer: str, name: str, content: bytes) -> None:
        side = self._side.get(writer)
        for reader, shelf in self._shelves.items():
            if not self._side or self._side.get(reader) == side:
                shelf.add(name, content)

    def _victims(self, reader: str) -> Sequence[str]:
        return (reader,) if self._chance.choice((True, False)) else sorted(self._shelves)

    def _drop(self, reader: str, name: str) -> Deed:
        victims = self._victims(reader)
        for victim in victims:
            self.shelf(victim).remove(name)
        return Deed(Mischief.DROP, reader if len(victims) == 1 else "", name)

    def _delay(self, reader: str, name: str) -> Deed:
        shelf = self.shelf(reader)
        self._held.setdefault(reader, {})[name] = shelf.contents[name]
        shelf.remove(name)
        return Deed(Mischief.DELAY, reader, name)

    def _duplicate(self, reader: str, name: str) -> Deed:
        names = self.shelf(reader).names
        names.insert(self._chance.randrange(len(names) + 1), name)
        return Deed(Mischief.DUPLICATE, reader, name)

    def _reorder(self, reader: str, name: str) -> Deed:
        self._chance.shuffle(self.shelf(reader).names)
        return Deed(Mischief.REORDER, reader, name)

    def _edit(self, reader: str, name: str) -> Deed:
        changed = bytearray(self.shelf(reader).contents[name])
        if not changed:
            return self._drop(reader, name)
        for _ in range(self._chance.randint(1, 4)):
            changed[self._chance.randrange(len(changed))] ^= 1 << self._chance.randrange(8)
        return self._exchanged(Mischief.EDIT, reader, name, bytes(changed))

    def _truncate(self, reader: str, name: str) -> Deed:
        content = self.shelf(reader).contents[name]
        return self._exchanged(Mischief.TRUNCATE, reader, name, content[: self._chance.randrange(len(content) + 1)])

    def _splice(self, reader: str, name: str) -> Deed | None:
        """Cut two envelopes at one place: after the binding, between the keys and the content, or anywhere."""
        shelf = self.shelf(reader)
        other = self._chance.choice(shelf.names)
        first, second = shelf.contents[name], shelf.contents[other]
        shorter = min(len(first), len(second))
        if other == name or shorter == 0:
            return None
        behind_keys = _KEYS_START + (HINT_BYTES + WRAPPED_BYTES) * self._chance.randint(1, 4)
        places = [len(MAGIC), _BINDING_END, _KEYS_START, behind_keys]
        at = min(self._chance.choice([*places, self._chance.randrange(shorter)]), shorter)
        made = first[:at] + second[at:]
        return self._exchanged(Mischief.SPLICE, reader, name, made)

    def _exchanged(self, mischief: Mischief, reader: str, name: str, made: bytes) -> Deed:
        """Put changed bytes in place of a parcel, beside it, or under its name."""
        shelf = self.shelf(reader)
        way = self._chance.randrange(3)
        if way == 0:
            shelf.contents[name] = made
            return Deed(mischief, reader, name)
        if way == 1:
            shelf.remove(name)
        shelf.add(parcel_name(made), made)
        return Deed(mischief, reader, name, parcel_name(made))

    def _roll_back(self, reader: str, name: str) -> Deed:
        shelf = self.shelf(reader)
        for later in shelf.names[self._chance.randrange(len(shelf.names)) :]:
            shelf.remove(later)
        return Deed(Mischief.ROLL_BACK, reader, name)

    def _fork(self, reader: str, name: str) -> Deed | None:
        others = [known for known in sorted(self._shelves) if known != reader]
        if not others:
            return None
        self._side = {known: self._chance.choice((True, False)) for known in others}
        self._side |= {reader: True, self._chance.choice(others): False}
        return Deed(Mischief.FORK, reader, name)

    def _replay(self, reader: str, name: str) -> Deed:
        del name
        every = {**self._dropped, **self.put_honestly}
        old = self._chance.choice(list(every))
        shelf = self.shelf(reader)
        shelf.contents[old] = every[old]
        shelf.names.append(old)
        return Deed(Mischief.REPLAY, reader, old)
