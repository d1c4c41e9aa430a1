"""What this device remembers of the others and of a store: working state, in the vault, read once a session.

Nothing here is trusted by the ledger. It says what others were told, what they say they hold, and what went wrong.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final, cast

from countersign.application.ports.vault import LocalSpace, VaultTransaction
from countersign.application.ports.workspace import WorkspaceVault
from countersign.domain.canonical import Json, JsonObject
from countersign.domain.ledger.checkpoint import Checkpoint

REFUSED_KEPT: Final = 100
OWN_PARCELS_KEPT: Final = 8
STANDING_KEPT: Final = 6
"""So many checkpoints stay: however fast they follow one another, all is listed in that time, and each is missed."""
WANTED_KEPT: Final = 200
LATER_KEPT: Final = 2_000

Sizes = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Heard:
    """The newest checkpoint of another device.

    Attributes:
        at: By its clock.
        arrived: When it came here, by our clock.
        heads: Device to size and last event, as that device knows them.
        went_back: When it was noticed that its view had gone back; 0 where it never did.
    """

    at: int
    arrived: int
    heads: Mapping[str, tuple[int, str]]
    went_back: int = 0

    def size(self, device: str) -> int:
        """Return how much of a chain it holds."""
        return self.heads[device][0] if device in self.heads else 0


@dataclass(frozen=True, slots=True)
class Outbox:
    """What was left in one store.

    Attributes:
        size: How many events of the own chain.
        parcels: The newest parcels, by name: a store that lists none of them any more has gone back.
        checkpoint_at: The time in what this device last said of how far it knows; 0 for never. It never goes back.
        left_at: When that was left, by our clock, which may be set back.
        checkpoint: What it said: the event of every head, so that a change shows.
        went_back: When it was noticed that the store had lost what was left there; 0 where it never did.
        standing: The newest parcels in which this device said nothing but how far it knows.
        replaced: Those of ``parcels`` in which it had said so before: they are taken away, and nobody misses them.
    """

    size: int = -1
    parcels: tuple[str, ...] = ()
    checkpoint_at: int = 0
    left_at: int = 0
    checkpoint: str = ""
    went_back: int = 0
    standing: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()

    def with_left(self, names: Sequence[str], *, checkpoint: bool) -> Outbox:
        """Return the outbox once parcels are left there too; a checkpoint replaces an old one."""
        parcels = (*self.parcels, *names)[-OWN_PARCELS_KEPT:]
        said = (*self.standing, *names) if checkpoint else self.standing
        replaced = {*self.replaced, *said[:-STANDING_KEPT]}
        return replace(
            self,
            parcels=parcels,
            standing=said[-STANDING_KEPT:],
            replaced=tuple(name for name in parcels if name in replaced),
        )


@dataclass(frozen=True, slots=True)
class Lack:
    """That a device does not hold what it should.

    Attributes:
        since: When it was noticed.
        answered: The time in its checkpoint that was answered last.
        next_at: Not again before this.
        tries: How often it was sent since its checkpoint last brought news.
        known: How much it held then, summed over all chains.
    """

    since: int
    answered: int = -1
    next_at: int = 0
    tries: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How far the chains reached some time ago: what everybody should have by now."""

    at: int = 0
    sizes: Sizes = field(default_factory=dict)
    before: Sizes = field(default_factory=dict)


@dataclass(slots=True)
class Notes:
    """All of it.

    Attributes:
        heard: By device.
        outboxes: By the identity of the store.
        lacks: By device.
        snapshot: Of the chains.
        missing: (event or device) to when it was first noticed to be missing here.
        wanted: Events that a device asked for.
        welcomed: How much of each chain a new device was sent.
        asked: When this device last asked for events that it waits for, or to join; 0 for never.
        later: Parcels of senders that aren't known yet, with how many devices were known then.
        refused: Parcels that were refused: name, code, when; oldest first.
        diverged: Chains of which a device names an event that is unknown here; worked out anew, not kept.
        resent: How far what a device lacks was sent again; not kept.
        due: What a device should have had when it last said how far it knows; not kept: it will say so again.
        agreed: (device, size, event) in checkpoints that our own history agrees with; not kept.
        asks: How often in a row this device asked for what it waits for; not kept.
        unkept: Devices whose checkpoint is not kept in the vault yet.
        suspected: Proofs against two-faced devices, by subject and events, to when they were first seen; not kept.
        dropped: Parcels that were taken away again, by the store; not kept.
    """

    heard: dict[str, Heard] = field(default_factory=dict)
    outboxes: dict[str, Outbox] = field(default_factory=dict)
    lacks: dict[str, Lack] = field(default_factory=dict)
    snapshot: Snapshot = field(default_factory=Snapshot)
    missing: dict[str, int] = field(default_factory=dict)
    wanted: dict[str, tuple[str, ...]] = field(default_factory=dict)
    welcomed: dict[str, Sizes] = field(default_factory=dict)
    asked: int = 0
    later: dict[str, int] = field(default_factory=dict)
    refused: tuple[tuple[str, str, int], ...] = ()
    diverged: dict[str, frozenset[str]] = field(default_factory=dict)
    resent: dict[str, Sizes] = field(default_factory=dict)
    due: dict[str, Sizes] = field(default_factory=dict)
    agreed: set[tuple[str, int, str]] = field(default_factory=set)
    asks: int = 0
    unkept: set[str] = field(default_factory=set)
    suspected: dict[str, int] = field(default_factory=dict)
    dropped: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def to_drop(self, relay: str) -> tuple[str, ...]:
        """Name the parcels that are still to be taken away."""
        done = self.dropped.get(relay, ())
        return tuple(name for name in self.outbox(relay).replaced if name not in done)

    def outbox(self, relay: str) -> Outbox:
        """Return what was left in a store."""
        return self.outboxes.get(relay, Outbox())

    def hear(self, checkpoint: Checkpoint, now_ms: int) -> bool:
        """Note a checkpoint whose signature holds, unless a newer one is known; tells whether it is news.

        ``keep_heard`` keeps what was heard in the vault: lost before that, it is said again within minutes. A
        checkpoint never goes back: where it knows less of a chain than the one before, that stays noticed.
        """
        before = self.heard.get(checkpoint.device)
        if before is not None and checkpoint.at <= before.at:
            return False
        heads = {head.device: (head.size, head.event) for head in checkpoint.heads}
        found = Heard(checkpoint.at, now_ms, heads, before.went_back if before else 0)
        if before is not None and any(size > found.size(device) for device, (size, _) in before.heads.items()):
            found = replace(found, went_back=before.went_back or now_ms)
        self.heard[checkpoint.device] = found
        self.due[checkpoint.device] = self.snapshot.before
        self.unkept.add(checkpoint.device)
        return True

    def keep_heard(self, vault: WorkspaceVault) -> None:
        """Keep what was heard since; nothing happens where nothing was."""
        if not self.unkept:
            return
        with noting(vault) as change:
            for device in sorted(self.unkept):
                found = self.heard[device]
                said: list[Json] = [f"{known} {size} {event}" for known, (size, event) in found.heads.items()]
                body: dict[str, Json] = {
                    "at": found.at,
                    "arrived": found.arrived,
                    "heads": said,
                    "went_back": found.went_back,
                }
                change.put(LocalSpace.RELAY, f"heard.{device}", body)
        self.unkept.clear()

    def keep_outbox(self, change: VaultTransaction, relay: str, outbox: Outbox) -> None:
        """Keep what was left in a store."""
        kept = self.outboxes[relay] = outbox
        body: dict[str, Json] = {
            "size": kept.size,
            "parcels": list[Json](kept.parcels),
            "checkpoint_at": kept.checkpoint_at,
            "left_at": kept.left_at,
            "checkpoint": kept.checkpoint,
            "went_back": kept.went_back,
            "standing": list[Json](kept.standing),
            "replaced": list[Json](kept.replaced),
        }
        change.put(LocalSpace.RELAY, f"outbox.{relay}", body)

    def keep_lack(self, change: VaultTransaction, device: str, lack: Lack | None) -> None:
        """Keep that a device lacks something; None: it lacks nothing any more."""
        if lack is None:
            if self.lacks.pop(device, None) is not None:
                change.drop(LocalSpace.RELAY, f"lack.{device}")
            return
        self.lacks[device] = lack
        body = {
            "since": lack.since,
            "answered": lack.answered,
            "next_at": lack.next_at,
            "tries": lack.tries,
            "known": lack.known,
        }
        change.put(LocalSpace.RELAY, f"lack.{device}", body)

    def keep_snapshot(self, change: VaultTransaction, snapshot: Snapshot) -> None:
        """Keep how far the chains reach now."""
        self.snapshot = snapshot
        body: dict[str, Json] = {"at": snapshot.at, "sizes": dict(snapshot.sizes), "before": dict(snapshot.before)}
        change.put(LocalSpace.RELAY, "snapshot", body)

    def keep_missing(self, change: VaultTransaction, missing: Mapping[str, int]) -> None:
        """Keep since when what is missing."""
        if self.missing != missing:
            self.missing = dict(missing)
            change.put(LocalSpace.RELAY, "missing", dict(missing))

    def keep_wanted(self, change: VaultTransaction, device: str, wanted: tuple[str, ...]) -> None:
        """Keep which events a device asked for."""
        self.wanted[device] = wanted[:WANTED_KEPT]
        if wanted:
            change.put(LocalSpace.RELAY, f"wanted.{device}", {"events": list[Json](self.wanted[device])})
        else:
            del self.wanted[device]
            change.drop(LocalSpace.RELAY, f"wanted.{device}")

    def keep_welcomed(self, change: VaultTransaction, device: str, sizes: Sizes | None) -> None:
        """Keep how much a new device was sent; None: all of it."""
        if sizes is None:
            self.welcomed.pop(device, None)
            change.drop(LocalSpace.RELAY, f"welcomed.{device}")
            return
        self.welcomed[device] = sizes
        change.put(LocalSpace.RELAY, f"welcomed.{device}", dict(sizes))

    def keep_asked(self, change: VaultTransaction, now_ms: int) -> None:
        """Keep when this device last asked."""
        self.asked = now_ms
        change.put(LocalSpace.RELAY, "asked", {"at": now_ms})

    def keep_later(self, change: VaultTransaction, name: str, devices: int | None) -> None:
        """Keep that a parcel may open once more devices are known; None: it is done with."""
        if devices is None:
            if self.later.pop(name, None) is not None:
                change.drop(LocalSpace.RELAY, f"later.{name}")
            return
        while name not in self.later and len(self.later) >= LATER_KEPT:
            oldest = next(iter(self.later))
            del self.later[oldest]
            change.drop(LocalSpace.RELAY, f"later.{oldest}")
        self.later[name] = devices
        change.put(LocalSpace.RELAY, f"later.{name}", {"devices": devices})

    def keep_refused(self, change: VaultTransaction, name: str, code: str, now_ms: int) -> None:
        """Keep that a parcel was refused, and why."""
        self.refused = (*self.refused, (name, code, now_ms))[-REFUSED_KEPT:]
        said: list[Json] = [f"{known} {why} {at}" for known, why, at in self.refused]
        change.put(LocalSpace.RELAY, "refused", {"parcels": said})


class _Unkept:
    """Stands in for a transaction of a vault that can only be read: what is noted lasts as long as the session."""

    def put(self, space: LocalSpace, key: str, value: JsonObject) -> None:
        """Keep nothing."""

    def drop(self, space: LocalSpace, key: str) -> None:
        """Forget nothing."""

    def keep_blob(self, data: bytes) -> str:
        """Keep nothing; return what it would be called."""
        return hashlib.sha256(data).hexdigest()


@contextmanager
def noting(vault: WorkspaceVault) -> Iterator[VaultTransaction]:
    """Open a transaction for notes; a vault that can only be read takes in what others say, and keeps no notes."""
    if not vault.may_sign:
        yield cast("VaultTransaction", _Unkept())
        return
    with vault.transaction() as change:
        yield change


def read_notes(vault: WorkspaceVault) -> Notes:
    """Read what was kept. VAULT lane."""
    notes = Notes()
    for key, body in vault.local(LocalSpace.RELAY).items():
        room, _, name = key.partition(".")
        _READERS[room](notes, name, body)
    return notes


def _heard(notes: Notes, name: str, body: JsonObject) -> None:
    parts = [str(item).split(" ") for item in cast("list[Json]", body["heads"])]
    heads = {device: (int(size), event) for device, size, event in parts}
    notes.heard[name] = Heard(_int(body, "at"), _int(body, "arrived"), heads, _int(body, "went_back"))


def _outbox(notes: Notes, name: str, body: JsonObject) -> None:
    notes.outboxes[name] = Outbox(
        size=_int(body, "size"),
        parcels=_names(body, "parcels"),
        checkpoint_at=_int(body, "checkpoint_at"),
        left_at=_int(body, "left_at"),
        checkpoint=str(body["checkpoint"]),
        went_back=_int(body, "went_back"),
        standing=_names(body, "standing"),
        replaced=_names(body, "replaced"),
    )


def _names(body: JsonObject, key: str) -> tuple[str, ...]:
    return tuple(str(item) for item in cast("list[Json]", body.get(key, [])))  # earlier versions kept fewer


def _lack(notes: Notes, name: str, body: JsonObject) -> None:
    notes.lacks[name] = Lack(*(_int(body, key) for key in ("since", "answered", "next_at", "tries", "known")))


def _snapshot(notes: Notes, _name: str, body: JsonObject) -> None:
    notes.snapshot = Snapshot(_int(body, "at"), _sizes(body["sizes"]), _sizes(body["before"]))


def _missing(notes: Notes, _name: str, body: JsonObject) -> None:
    notes.missing = dict(_sizes(body))


def _wanted(notes: Notes, name: str, body: JsonObject) -> None:
    notes.wanted[name] = tuple(str(item) for item in cast("list[Json]", body["events"]))


def _welcomed(notes: Notes, name: str, body: JsonObject) -> None:
    notes.welcomed[name] = _sizes(body)


def _asked(notes: Notes, _name: str, body: JsonObject) -> None:
    notes.asked = _int(body, "at")


def _later(notes: Notes, name: str, body: JsonObject) -> None:
    notes.later[name] = _int(body, "devices")


def _refused(notes: Notes, _name: str, body: JsonObject) -> None:
    parts = [str(item).split(" ") for item in cast("list[Json]", body["parcels"])]
    notes.refused = tuple((name, code, int(at)) for name, code, at in parts)


_READERS: Final = {
    "heard": _heard,
    "outbox": _outbox,
    "lack": _lack,
    "snapshot": _snapshot,
    "missing": _missing,
    "wanted": _wanted,
    "welcomed": _welcomed,
    "asked": _asked,
    "later": _later,
    "refused": _refused,
}


def _sizes(value: Json) -> Sizes:
    return {str(key): cast("int", size) for key, size in cast("JsonObject", value).items()}


def _int(body: JsonObject, key: str) -> int:
    return cast("int", body[key])
