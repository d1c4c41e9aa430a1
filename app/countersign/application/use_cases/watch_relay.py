"""Watch a store that nobody trusts: what it withholds, who is shown another history, of whom nothing is heard.

Others say in their checkpoints how far they know every chain. What they hold and we don't was withheld, or is on its
way; another event at one place is a fork; a checkpoint that knows less than the one before, or a store that no longer
lists what was left there, has gone back. Only a device's own two signatures for one place prove it two-faced: that is
put on record once. Nothing else is decided here (LEDGER rules 9, 13; SECURITY row 15).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from countersign.application.failpoints import failpoint
from countersign.application.ports.workspace import ChainHead, WorkspaceVault
from countersign.application.use_cases.change_governance import settle_changes
from countersign.application.use_cases.exchange_envelopes import faces_of
from countersign.application.use_cases.letter_desk import GRACE_MS
from countersign.application.use_cases.relay_notes import Heard, Notes, noting
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chains import Verify
from countersign.domain.ledger.event import Event, EventDraft

SILENCE_MS: Final = 300_000
"""A device that is there says at least this often how far it knows."""
ON_ITS_WAY_MS: Final = 30_000
"""What is missing for a shorter time is probably still under way."""

_AGREED_KEPT: Final = 20_000
_INCIDENT_TAG: Final = b"countersign/two-faced/1\x00"


@dataclass(frozen=True, slots=True)
class Withheld:
    """Somebody holds more of a device's chain than arrived here.

    Attributes:
        device: Whose chain. Our own: this vault is older than what others have of it.
        have: How many events are here.
        claimed: How many there are at the least.
        since: When it was first noticed, by our clock.
        by: The device that says so, or whose event rests on it: it may be wrong, and can be asked.
    """

    device: str
    have: int
    claimed: int
    since: int
    by: str = ""

    def is_late(self, now_ms: int) -> bool:
        """Tell whether it is missing for longer than the way takes."""
        return now_ms - self.since >= ON_ITS_WAY_MS


@dataclass(frozen=True, slots=True)
class Forked:
    """Two events at one place of a device's chain.

    Attributes:
        device: Whose chain.
        seq: The place, from 0.
        events: What is here, and what somebody else holds there.
        proven: Whether both are here, signed by the device. Otherwise it was only said.
    """

    device: str
    seq: int
    events: tuple[str, str]
    proven: bool


@dataclass(frozen=True, slots=True)
class Unheard:
    """A device of which nothing was heard for longer than five minutes.

    Attributes:
        since: When its newest checkpoint came; 0 where none ever did.
    """

    device: str
    since: int


@dataclass(frozen=True, slots=True)
class WentBack:
    """A view that knows less than before.

    Attributes:
        device: Whose; empty for the store itself, which no longer lists what was left there.
        since: When it was noticed.
    """

    device: str
    since: int


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen.

    Attributes:
        raised: Incidents that were put on record now: the devices.
        settled: Changes of governance that were put in force now.
    """

    withheld: tuple[Withheld, ...] = ()
    forks: tuple[Forked, ...] = ()
    unheard: tuple[Unheard, ...] = ()
    went_back: tuple[WentBack, ...] = ()
    raised: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()


def watch_relay(vault: WorkspaceVault, verify: Verify, notes: Notes, relay: str, now_ms: int) -> Watched:
    """Compare what others say with what is here; record what is proven; put in force what enough have signed.

    VAULT lane, at the end of every round.

    Args:
        vault: The unlocked vault.
        verify: Checks an Ed25519 signature.
        notes: What is remembered; brought up to date.
        relay: The store's identity.
        now_ms: Milliseconds since the epoch.
    """
    if not vault.admitted:
        return Watched()
    failpoint("workspace.watch.before")
    notes.keep_heard(vault)
    governance, heads = vault.rules.governance, vault.heads()
    devices = [item for item in governance.devices if not item.closed and item.device != vault.identity.device]
    heard = {item.device: notes.heard[item.device] for item in devices if item.device in notes.heard}
    said = _disagreements(vault, notes, heard, heads)
    withheld = _withheld(vault, notes, heard, heads, now_ms)
    pairs = vault.two_faced()
    proven = tuple(_proven(first, other) for first, other in pairs)
    places = {(item.device, item.seq) for item in proven}
    forks = (*proven, *(item for item in said if (item.device, item.seq) not in places))
    unheard = tuple(
        Unheard(item.device, notes.heard[item.device].arrived if item.device in notes.heard else 0)
        for item in devices
        if item.device not in heard or now_ms - heard[item.device].arrived > SILENCE_MS
    )
    store = notes.outbox(relay).went_back
    went_back = (
        *((WentBack("", store),) if store else ()),
        *(WentBack(device, item.went_back) for device, item in heard.items() if item.went_back),
    )
    raised = _raise_incidents(vault, notes, pairs, now_ms)
    settled = settle_changes(vault, verify)
    failpoint("workspace.watch.after")
    return Watched(withheld, forks, unheard, went_back, raised, settled)


def note_listing(vault: WorkspaceVault, notes: Notes, relay: str, names: Sequence[str], now_ms: int) -> bool:
    """Compare a full listing with what this device left last: a store that lists not all of it has gone back.

    Then whatever others lack, by what they said last, is left there once more. Returns whether that is so.
    """
    outbox, listed = notes.outbox(relay), set(names)
    kept = tuple(name for name in outbox.parcels if name in listed or name in outbox.replaced)
    if kept == outbox.parcels:
        return False
    with noting(vault) as change:
        again = replace(outbox, size=-1, parcels=kept, left_at=0, checkpoint="", went_back=now_ms)
        notes.keep_outbox(change, relay, again)
    return True


def incident_subject(device: str, seq: int) -> str:
    """Return what the record of a place that a device signed twice is about: the same for whoever reports it."""
    return hashlib.sha256(_INCIDENT_TAG + f"{device} {seq}".encode()).hexdigest()[:32]


def _disagreements(
    vault: WorkspaceVault, notes: Notes, heard: Mapping[str, Heard], heads: Mapping[str, ChainHead]
) -> tuple[Forked, ...]:
    """Return where others name another event at a place that is filled here, and remember with whom we disagree."""
    if len(notes.agreed) > _AGREED_KEPT:
        notes.agreed.clear()
    found: dict[tuple[str, int, str], Forked] = {}
    diverged: dict[str, set[str]] = {}
    for speaker, item in heard.items():
        for device, (size, event) in item.heads.items():
            head = heads.get(device)
            if head is None or head.size < size or (device, size, event) in notes.agreed:
                continue
            if (head.size == size and head.event == event) or _stands_at(vault.event(event), device, size - 1):
                notes.agreed.add((device, size, event))
                continue
            diverged.setdefault(speaker, set()).add(device)
            here = vault.shared_events(device, size - 1, 1)
            ours = here[0].id if here else head.event
            found[device, size, event] = Forked(device, size - 1, (ours, event), proven=False)
    notes.diverged = {speaker: frozenset(devices) for speaker, devices in diverged.items()}
    return tuple(found[key] for key in sorted(found))


def _stands_at(event: Event | None, device: str, seq: int) -> bool:
    return event is not None and (event.header.device, event.header.seq) == (device, seq)


def _withheld(
    vault: WorkspaceVault, notes: Notes, heard: Mapping[str, Heard], heads: Mapping[str, ChainHead], now_ms: int
) -> tuple[Withheld, ...]:
    """Return what others hold and we don't, and what our own waiting events rest on."""
    sizes = {device: head.size for device, head in heads.items()}
    claimed: dict[str, tuple[int, str]] = {}
    for speaker, item in heard.items():
        for device, (size, _event) in item.heads.items():
            if size > max(sizes.get(device, 0), claimed.get(device, (0, ""))[0]):
                claimed[device] = (size, speaker)
    for waits in vault.waiting():
        claimed.setdefault(waits.device, (sizes.get(waits.device, 0) + 1, waits.device))
    missing = {device: notes.missing.get(device, now_ms) for device in sorted(claimed)}
    if missing != notes.missing:
        if not missing:
            notes.asks = 0
        with noting(vault) as change:
            notes.keep_missing(change, missing)
    return tuple(
        Withheld(device, sizes.get(device, 0), claimed[device][0], since, claimed[device][1])
        for device, since in missing.items()
    )


def _proven(first: Event, other: Event) -> Forked:
    return Forked(first.header.device, first.header.seq, (first.id, other.id), proven=True)


def _raise_incidents(
    vault: WorkspaceVault, notes: Notes, pairs: Sequence[tuple[Event, Event]], now_ms: int
) -> tuple[str, ...]:
    """Put on record who was proven two-faced; once: one of us in turn, the next where the first stays silent.

    Each event at such a place is named by a record: what a record names travels with it.
    """
    raised: list[str] = []
    for first, other in pairs:
        device, seq = first.header.device, first.header.seq
        subject = incident_subject(device, seq)
        events = sorted((first.id, other.id))
        records = (item for item in vault.events_of(subject) if item.header.device != device)
        told = {*events} <= {name for item in records for name in faces_of(item)}
        if device == vault.identity.device or not vault.may_sign or told:
            continue
        since = notes.suspected.setdefault(" ".join((subject, *events)), now_ms)
        if now_ms - since < GRACE_MS * _turn(vault, device, subject):
            continue
        body: dict[str, Json] = {"incident": "two_faced", "device": device, "seq": seq, "events": list[Json](events)}
        failpoint("workspace.incident.before")
        with vault.transaction() as change:
            # No refs: of three events at one place, or of a second such place, not every one is in our past.
            change.append(EventDraft(kinds.INCIDENT_RAISED, subject, body))
        failpoint("workspace.incident.after")
        raised.append(device)
    return tuple(raised)


def _turn(vault: WorkspaceVault, accused: str, subject: str) -> int:
    """Return our turn among those who may report a device."""
    there = [item.device for item in vault.rules.governance.devices if not item.closed and item.device != accused]
    ranked = sorted(there, key=lambda name: hashlib.sha256((subject + name).encode()).digest())
    return ranked.index(vault.identity.device)
