"""One order for somebody without a network: just what another device lacks to judge it. VAULT lane.

What it lacks is reckoned from the checkpoint that it last said. What is sent is closed under causes: of each chain all
up to what the order, governance and stops rest on, so that nothing which is read has to wait (LEDGER rules 5 and 6).
Everything is signed and sealed as in any other letter; need to know holds as it does there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from countersign.application.ports.workspace import WorkspaceVault
from countersign.application.use_cases.carried_documents import documents_of
from countersign.application.use_cases.exchange_envelopes import Tools, about_document
from countersign.application.use_cases.letter_desk import Desk, behind
from countersign.application.use_cases.relay_notes import Notes, Sizes
from countersign.domain.ledger.envelope import Purpose
from countersign.domain.ledger.event import Chain, Event
from countersign.domain.ledger.governance import Device

EVENTS_AT_ONCE: Final = 50
"""As many as are read, or sealed, in well under 100 ms."""
CODE_DOCUMENTS: Final = 6_000
"""Bytes: documents beyond that would make a code too long. They go in the file, or are asked for later."""

_RELAY: Final = "file"


@dataclass(frozen=True, slots=True)
class OrderParcel:
    """What another device lacks to judge an order.

    Attributes:
        recipients: Whom it is sealed for; none where nobody is there to read it.
        start: How far all of them know each chain.
        end: How far each chain must reach at theirs.
        walked: How far the causes of what is in it were looked through.
        sent: How far it is sealed.
        code: Sealed, without documents that would be too long for a code.
        whole: Sealed, with all documents: for a file.
        events: How many events are in it.
        left_out: How many documents are in ``whole`` alone.
        ended: Whether that is all.
    """

    order: str
    recipients: tuple[Device, ...] = ()
    start: Sizes = field(default_factory=dict)
    end: Sizes = field(default_factory=dict)
    walked: Sizes = field(default_factory=dict)
    sent: Sizes = field(default_factory=dict)
    code: tuple[bytes, ...] = ()
    whole: tuple[bytes, ...] = ()
    events: int = 0
    left_out: int = 0
    ended: bool = False

    @property
    def total(self) -> int:
        """How many events it will have, as far as that is known."""
        return sum(max(0, size - self.start.get(device, 0)) for device, size in self.end.items())


def begin_order_parcel(
    vault: WorkspaceVault, tools: Tools, notes: Notes, order: str, to: Sequence[str] = ()
) -> OrderParcel:
    """Look what an order, governance and stops rest on.

    Args:
        vault: The unlocked vault of a device that belongs to its workspace.
        tools: Cryptography, clock and chance.
        notes: What others said last of how far they know.
        order: The order.
        to: Devices; all others, if not given.
    """
    desk = Desk(vault, tools, notes, _RELAY)
    recipients = tuple(item for item in desk.others if not to or item.device in to)
    if not recipients:
        return OrderParcel(order, ended=True)
    known = [notes.heard.get(item.device) for item in recipients]
    start = {chain: min(heard.size(chain) if heard else 0 for heard in known) for chain in desk.heads}
    record = vault.order(order)
    subjects = (order, vault.identity.workspace, record.content.batch if record is not None else "")
    about = [event for subject in subjects if subject for event in vault.events_of(subject)]
    end = behind({}, [event for event in about if event.header.chain is Chain.SHARED])
    return OrderParcel(order, recipients, start, end, start, start)


def walk_causes(vault: WorkspaceVault, parcel: OrderParcel) -> OrderParcel:
    """Look through some more of what is in it: where it rests on others' events, these are in it, too.

    What all recipients are known to have needs no look: who holds an event holds all that it rests on.
    """
    end, walked = dict(parcel.end), dict(parcel.walked)
    room = EVENTS_AT_ONCE
    for device in sorted(end):
        at = walked.get(device, 0)
        if at >= end[device] or room <= 0:
            continue
        events = vault.shared_events(device, at, min(room, end[device] - at))
        room -= max(1, len(events))
        walked[device] = events[-1].header.seq + 1 if events else end[device]
        for parent in (vault.event(name) for event in events for name in event.header.seen):
            if parent is not None:
                chain = parent.header.device
                end[chain] = max(end.get(chain, 0), parent.header.seq + 1)
    return replace(parcel, end=end, walked=walked)


def causes_known(parcel: OrderParcel) -> bool:
    """Tell whether all causes were looked through."""
    return all(parcel.walked.get(device, 0) >= size for device, size in parcel.end.items())


def seal_order_parcel(vault: WorkspaceVault, tools: Tools, notes: Notes, parcel: OrderParcel) -> OrderParcel:
    """Seal the next letter; the last one says how far this device knows, where nothing was lacking."""
    desk = Desk(vault, tools, notes, _RELAY)
    events = desk.stretch(parcel.sent, parcel.end, EVENTS_AT_ONCE)
    if not events and parcel.code:
        return replace(parcel, ended=True)
    note = about_document(parcel.order)
    light = whole = desk.sealed(events, parcel.recipients, Purpose.EVENTS, note=note)
    heavy = _documents(vault, events)
    too_long = sum(heavy) > CODE_DOCUMENTS
    if too_long:
        light = desk.sealed(events, parcel.recipients, Purpose.EVENTS, note=note, documents=False)
    return replace(
        parcel,
        sent=behind(parcel.sent, events),
        code=(*parcel.code, *light),
        whole=(*parcel.whole, *whole),
        events=parcel.events + len(events),
        left_out=parcel.left_out + (len(heavy) if too_long else 0),
    )


def _documents(vault: WorkspaceVault, events: Sequence[Event]) -> tuple[int, ...]:
    """Return the sizes of the documents that travel with events and are here."""
    named = {name: size for event in events for name, size in documents_of(event).items()}
    return tuple(size for name, size in named.items() if vault.blob(name) is not None)
