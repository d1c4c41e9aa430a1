"""Where letters are made: how far every chain reaches here, who else there is, and what lies between two states."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, TypeAlias

from countersign.application.failpoints import failpoint
from countersign.application.ports.vault import VaultTransaction
from countersign.application.ports.workspace import ChainHead, WorkspaceVault
from countersign.application.use_cases.carried_documents import documents_of, letters_of
from countersign.application.use_cases.exchange_envelopes import Tools, faces_of, known_governance
from countersign.application.use_cases.need_to_know import by_need
from countersign.application.use_cases.relay_notes import Notes, Outbox, Sizes, Snapshot
from countersign.application.use_cases.seal_envelope import seal_envelope
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.checkpoint import Checkpoint, SignedCheckpoint
from countersign.domain.ledger.envelope import Purpose
from countersign.domain.ledger.event import Chain, Event
from countersign.domain.ledger.governance import Device, Governance
from countersign.domain.ledger.letter import Letter

LETTER_EVENTS: Final = 100
LETTER_BYTES: Final = 4 * 1024 * 1024
GRACE_MS: Final = 30_000
"""What everybody should have by now is what was known this long ago."""

_WINDOW: Final = 16


Note: TypeAlias = Callable[[Notes, VaultTransaction, Sequence[str]], None]
"""What is remembered once the parcels of these names are left."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Parcels that belong together, sealed.

    Attributes:
        parcels: To be left in the store, all of them.
        events: How many events they bring.
        note: See ``Note``.
        what: What they are for, in a word.
    """

    parcels: tuple[bytes, ...]
    events: int
    note: Note
    what: str


class Desk:
    """What a letter is made from: the chains as they are known here, and who else there is."""

    def __init__(self, vault: WorkspaceVault, tools: Tools, notes: Notes, relay: str) -> None:
        """Read how far the chains reach, and who is there."""
        self.vault, self.tools, self.notes, self.relay = vault, tools, notes, relay
        self.now = tools.clock.now_ms()
        self.own = vault.identity.device
        self.governance: Governance = vault.rules.governance
        self.heads: Mapping[str, ChainHead] = vault.heads()

    @cached_property
    def others(self) -> tuple[Device, ...]:
        """The open devices of everybody who belongs here, without this one.

        While rival epochs contest one another: those that are open in each of them. One of them may have been closed.
        """
        rules = self.vault.rules
        there = (item for item in self.governance.devices if item.device != self.own)
        return tuple(item for item in there if rules.hears(item.device, self.now))

    @cached_property
    def own_end(self) -> int:
        """How much of the own chain is for others: of a device that closed itself, up to that event; else all of it.

        What a device signs after it was closed is void, and so is all that others could not know of (LEDGER rule 9).
        """
        head, known = self.heads.get(self.own), self.governance.device(self.own)
        if known is not None and not known.closed:
            return head.size if head is not None else 0
        closing = self.vault.event(self.vault.rules.closing_of(self.own))
        return closing.header.seq + 1 if closing is not None and closing.header.device == self.own else 0

    @property
    def outbox(self) -> Outbox:
        """What was left in this store."""
        return self.notes.outbox(self.relay)

    @property
    def said_at(self) -> int:
        """When this device last said how far it knows, in any store."""
        return max((item.checkpoint_at for item in self.notes.outboxes.values()), default=0)

    @property
    def told(self) -> str:
        """How far this device knows now, in a few letters: another text where anything changed."""
        said = " ".join(f"{device}{head.event}" for device, head in sorted(self.heads.items()))
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def look_around(self) -> None:
        """Remember how far the chains reach, so that what is missing elsewhere a while later shows."""
        snapshot = self.notes.snapshot
        if self.now - snapshot.at >= GRACE_MS or self.now < snapshot.at:
            sizes = {device: head.size for device, head in self.heads.items()}
            if sizes != snapshot.sizes or sizes != snapshot.before:
                with self.vault.transaction() as change:
                    self.notes.keep_snapshot(change, Snapshot(self.now, sizes, snapshot.sizes))

    def stretch(self, start: Sizes, end: Sizes, most: int = LETTER_EVENTS) -> tuple[Event, ...]:
        """Read what stands between two states of the chains, as much as a letter holds, causes before consequences."""
        behind = [device for device in sorted(end) if start.get(device, 0) < end[device]]
        window = max(1, min(_WINDOW, 2 * most // max(1, len(behind))))  # of each chain at least one is read
        chains = [self._chain(device, start.get(device, 0), end[device], window) for device in behind]
        found: list[Event] = []
        size = 0
        for event in heapq.merge(*chains, key=lambda each: each.order_key):
            size += self._weight(event)
            if found and (len(found) >= most or size > LETTER_BYTES):
                break
            found.append(event)
        return tuple(found)

    def _weight(self, event: Event) -> int:
        body = len(event.body.content) if event.body else 0
        carried = sum(map(self._weight, self._faces((event,))))
        return len(event.header.content) + body + sum(documents_of(event).values()) + carried

    def _faces(self, events: Sequence[Event]) -> tuple[Event, ...]:
        """Return what travels with the records of two-faced devices: both events, as far as they are here.

        Of a chain the end is told, and the first place that was signed twice. What was signed beside a later place
        nobody would ask for: an intent among it may have been sent, and its order is then shown as doubtful.
        """
        known = {event.id for event in events}
        named = dict.fromkeys(name for event in events for name in faces_of(event) if name not in known)
        found = (event for event in map(self.vault.event, named) if event is not None)
        return tuple(event for event in found if event.header.chain is Chain.SHARED and not faces_of(event))

    def _chain(self, device: str, start: int, end: int, count: int) -> Iterator[Event]:
        at = start
        while at < end:
            window = self.vault.shared_events(device, at, count)
            if not window:
                return
            for event in window:
                if event.header.seq < end:
                    yield event
            at = window[-1].header.seq + 1

    def sealed(
        self,
        events: Sequence[Event],
        recipients: Sequence[Device],
        purpose: Purpose,
        *,
        note: bytes = b"",
        documents: bool = True,
    ) -> tuple[bytes, ...]:
        """Seal events with this device's checkpoint, each recipient's as far as their need reaches.

        Args:
            events: What is told.
            recipients: Who is told.
            purpose: What for.
            note: A document of its own for whoever opens it; none where it is empty.
            documents: Whether those that events name go along.
        """
        failpoint("workspace.seal.before")
        carried = sorted((*events, *self._faces(events)), key=lambda each: each.order_key)
        rooms = by_need(self.vault, self.governance, carried, recipients)
        checkpoint = self.checkpoint()
        found: tuple[bytes, ...] = ()
        for part, devices in rooms:
            first, *others = (
                letters_of(self.vault, part, checkpoint) if documents else (Letter(tuple(part), checkpoint),)
            )
            if note:
                first = replace(first, documents=(note, *first.documents))
            found += tuple(self.seal(letter, devices, purpose) for letter in (first, *others))
        failpoint("workspace.seal.after")
        return found

    def seal(self, letter: Letter, recipients: Sequence[Device], purpose: Purpose) -> bytes:
        """Seal a letter."""
        return seal_envelope(self.vault, self.tools.suite, letter, recipients, purpose, self.tools.entropy, self.now)

    def checkpoint(self) -> SignedCheckpoint:
        """Sign how far every chain reaches as it is known here; its time never goes back."""
        at = max(self.now, self.said_at + 1)
        heads = {device: (head.size, head.event) for device, head in self.heads.items() if head.size}
        found = Checkpoint.of(self.vault.identity.workspace, self.own, at, heads)
        return SignedCheckpoint(found, self.vault.sign(found))

    def said(self) -> Outbox:
        """Return the outbox once a checkpoint of now is left."""
        at = max(self.now, self.said_at + 1)
        return replace(self.outbox, checkpoint_at=at, left_at=self.now, checkpoint=self.told)

    def rank(self, device: str) -> int:
        """Return in which turn this device makes up for what another lacks, so that not all do at once."""
        names = [self.own, *(item.device for item in self.others if item.device != device)]
        return sorted(names, key=lambda name: hashlib.sha256((device + name).encode()).digest()).index(self.own)


def closed_desk(vault: WorkspaceVault, tools: Tools, notes: Notes, relay: str) -> Desk | None:
    """Return where a device that is closed, as far as it knows, says how far that is. None for others."""
    if vault.admitted:
        return None
    governance = known_governance(vault)
    if governance is None or governance.device(vault.identity.device) is None:
        return None
    desk = Desk(vault, tools, notes, relay)
    try:
        desk.checkpoint()
    except SecurityError as error:
        if error.code != "vault.read_only":  # an older copy says nothing at all
            raise
        return None
    return desk


def leaving_desk(vault: WorkspaceVault, tools: Tools, notes: Notes, relay: str) -> Desk | None:
    """Return where a device that closed itself says so: nobody else puts its own change in force. None for others."""
    desk = closed_desk(vault, tools, notes, relay)
    return desk if desk is not None and desk.own_end else None


def behind(start: Sizes, events: Sequence[Event]) -> dict[str, int]:
    """Return how far the chains reach once these events were sent."""
    found = dict(start)
    for event in events:
        found[event.header.device] = max(found.get(event.header.device, 0), event.header.seq + 1)
    return found
