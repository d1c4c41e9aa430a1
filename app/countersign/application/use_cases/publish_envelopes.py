"""What this device leaves in a store: what others lack, by what they said last, a letter at a time. VAULT lane.

Each letter is sealed, left in the store, and then noted as left. A process that dies in between leaves it once more:
that does no harm, since events are known by their identifiers. Everything is bounded: a letter holds about a hundred
events, and nobody is sent the same again before they have said anew how far they know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from countersign.application.failpoints import failpoint
from countersign.application.ports.vault import VaultTransaction
from countersign.application.ports.workspace import WorkspaceVault
from countersign.application.use_cases.exchange_envelopes import Tools
from countersign.application.use_cases.invite_member import Asking, Stage, askings, keep_asking, kept_asking
from countersign.application.use_cases.join_workspace import joining_of, seal_request
from countersign.application.use_cases.letter_desk import (
    GRACE_MS,
    LETTER_EVENTS,
    Desk,
    Outgoing,
    behind,
    closed_desk,
    leaving_desk,
)
from countersign.application.use_cases.relay_notes import Lack, Notes, Outbox, Sizes, noting
from countersign.application.use_cases.wish_letters import ask_by_hand, wish_documents, wish_events
from countersign.domain.ledger.envelope import Purpose
from countersign.domain.ledger.event import Chain, Event
from countersign.domain.ledger.governance import Device

CHECKPOINT_MS: Final = 240_000
"""Well within the five minutes after which silence is noticed."""
NEWS_MS: Final = 60_000
NEWS_PER_DEVICE_MS: Final = 5_000
"""In a large workspace everybody says less often how far they know: it would be most of what is said."""
PATIENCE_MS: Final = 300_000
BRANCH: Final = 64
"""How much of a chain is sent beside an event of it that somebody lacks."""

CARRIED_EVENTS: Final = 50
"""Of many chains, as many as are read and sealed in well under 100 ms."""

_ANSWERED_AT_ONCE: Final = 16
_CHECKPOINT: Final = "checkpoint"


def next_outgoing(vault: WorkspaceVault, tools: Tools, notes: Notes, relay: str) -> Outgoing | None:
    """Seal the next letter that is due in a store; None where nothing is.

    Args:
        vault: The unlocked vault.
        tools: Cryptography, clock and chance.
        notes: What is remembered.
        relay: The store's identity.

    Raises:
        SecurityError: ``vault.*``.
    """
    if not vault.admitted:  # nothing of its own is signed before that, but the request is
        desk = closed_desk(vault, tools, notes, relay)
        return (_own(desk) or _overruled(desk)) if desk is not None else _request(vault, tools, notes)
    if not vault.may_sign:
        return None
    desk = Desk(vault, tools, notes, relay)
    desk.look_around()
    for due in (_welcome, _own, _answer, _lacking, wish_events, wish_documents, _checkpoint):
        found = due(desk)
        if found is not None:
            return found
    return None


def mark_sent(vault: WorkspaceVault, notes: Notes, relay: str, outgoing: Outgoing, names: Sequence[str]) -> None:
    """Remember that parcels were left in a store. VAULT lane."""
    failpoint("workspace.note.before")
    with vault.transaction() as change:
        outgoing.note(notes, change, names)
        checkpoint = outgoing.what == _CHECKPOINT
        notes.keep_outbox(change, relay, notes.outbox(relay).with_left(names, checkpoint=checkpoint))
    for name in names:
        vault.take_in((), (relay, name))
    failpoint("workspace.note.after")


@dataclass(frozen=True, slots=True)
class Carried:
    """How far the letters that people carry as files have come.

    Attributes:
        parcels: What is sealed.
        done: How many events are in them.
        total: How many there will be.
        start: What follows: how much of each chain is in them, or known to all of those they are for.
        end: How far the chains reached when it began.
        recipients: Whom they are for.
        ended: Whether that is all.
    """

    parcels: tuple[bytes, ...] = ()
    done: int = 0
    total: int = 0
    start: Sizes = field(default_factory=dict)
    end: Sizes = field(default_factory=dict)
    recipients: tuple[Device, ...] = ()
    ended: bool = False


def begin_carried(vault: WorkspaceVault, tools: Tools, notes: Notes, to: Sequence[str] = ()) -> Carried:
    """Look what others lack by what they said last; a joining device's request is sealed at once. VAULT lane.

    Args:
        vault: The unlocked vault.
        tools: Cryptography, clock and chance.
        notes: What is remembered.
        to: Devices; all others, if not given.
    """
    leaving = leaving_desk(vault, tools, notes, "file")
    if leaving is None and not vault.admitted:
        asked, now = joining_of(vault), tools.clock.now_ms()
        sealed = () if asked is None else (seal_request(vault, tools.suite, tools.entropy, asked, now),)
        return Carried(sealed, ended=True)
    desk = leaving or Desk(vault, tools, notes, "file")
    recipients = tuple(item for item in desk.others if not to or item.device in to)
    if not recipients:
        return Carried(ended=True)
    known = [notes.heard.get(item.device) for item in recipients]
    start = {chain: min(heard.size(chain) if heard else 0 for heard in known) for chain in desk.heads}
    end = {chain: head.size for chain, head in desk.heads.items()} if leaving is None else {desk.own: desk.own_end}
    total = sum(max(0, size - start[chain]) for chain, size in end.items())
    return Carried(total=total, start=start, end=end, recipients=recipients)


def go_on_carried(vault: WorkspaceVault, tools: Tools, notes: Notes, carried: Carried) -> Carried:
    """Seal the next letter, and say how far that is; where nothing was lacking, a checkpoint alone. VAULT lane."""
    desk = Desk(vault, tools, notes, "file")
    events = desk.stretch(carried.start, carried.end, CARRIED_EVENTS)
    if not events:
        found = (*carried.parcels, *_asked_by_hand(desk, carried.recipients))
        last = () if found else desk.sealed((), carried.recipients, Purpose.CHECKPOINT)
        return replace(carried, parcels=(*found, *last), ended=True)
    return replace(
        carried,
        parcels=(*carried.parcels, *desk.sealed(events, carried.recipients, Purpose.EVENTS)),
        done=carried.done + len(events),
        start=behind(carried.start, events),
    )


def file_letters(vault: WorkspaceVault, tools: Tools, notes: Notes, to: Sequence[str] = ()) -> tuple[bytes, ...]:
    """Seal everything that others lack in one go: for few events; ``Sharing.gather`` does it a letter at a time.

    Returns:
        At least one letter: where nothing is lacking, this device's checkpoint alone. A joining device's request.
    """
    carried = begin_carried(vault, tools, notes, to)
    while not carried.ended:
        carried = go_on_carried(vault, tools, notes, carried)
    return carried.parcels


def _request(vault: WorkspaceVault, tools: Tools, notes: Notes) -> Outgoing | None:
    """Ask to join, and again as long as no welcome comes."""
    now = tools.clock.now_ms()
    joining = joining_of(vault)
    if joining is None or 0 <= now - notes.asked < PATIENCE_MS:
        return None
    sealed = seal_request(vault, tools.suite, tools.entropy, joining, now)
    return Outgoing((sealed,), 0, lambda kept, change, _names: kept.keep_asked(change, now), "request")


def _welcome(desk: Desk) -> Outgoing | None:
    """Send whom this device invited, and who belongs here now, all that their role permits."""
    for asking in askings(desk.vault, desk.now):
        device = desk.governance.device(asking.request.device.device) if asking.request else None
        if asking.stage is Stage.PROPOSED and device is not None and not device.closed:
            return _welcome_to(desk, asking, device)
    return None


def _welcome_to(desk: Desk, asking: Asking, device: Device) -> Outgoing:
    start = desk.notes.welcomed.get(device.device, {})
    end = {chain: head.size for chain, head in desk.heads.items() if chain != device.device}
    events = desk.stretch(start, end)
    following = behind(start, events)
    done = all(following.get(chain, 0) >= size for chain, size in end.items())
    said = desk.said()

    def note(notes: Notes, change: VaultTransaction, _names: Sequence[str]) -> None:
        notes.keep_welcomed(change, device.device, None if done else following)
        outbox = said if said.size >= 0 or not done else replace(said, size=following.get(desk.own, 0))
        notes.keep_outbox(change, desk.relay, outbox)
        kept = kept_asking(change, asking.invitation.id)
        if done and kept is not None:
            keep_asking(change, replace(kept, stage=Stage.JOINED))

    return Outgoing(desk.sealed(events, (device,), Purpose.WELCOME), len(events), note, "welcome")


def _own(desk: Desk) -> Outgoing | None:
    """Publish what this device signed since."""
    if not desk.own_end or not desk.others:
        return None
    start = desk.outbox.size
    if start < 0:  # a store that was never used: from where the others are
        heard = [desk.notes.heard.get(item.device) for item in desk.others]
        start = min((item.size(desk.own) if item else 0) for item in heard)
    if start >= desk.own_end:
        return None
    events = desk.stretch({desk.own: start}, {desk.own: desk.own_end})
    reached = behind({desk.own: start}, events)[desk.own]
    said = replace(desk.said(), size=reached)
    return Outgoing(
        desk.sealed(events, desk.others, Purpose.EVENTS),
        len(events),
        lambda notes, change, _names: notes.keep_outbox(change, desk.relay, said),
        "events",
    )


def _overruled(desk: Desk) -> Outgoing | None:
    """Say how far a device knows that believes itself closed, where others hold more and tell it so.

    Nobody writes to a device that is closed. Where the change that closed it, its own perhaps, had a rival, and a
    settlement keeps it open, the others do, and wait to hear what it lacks: the settlement, too.
    """
    since = desk.outbox.left_at
    sent = (item for item in desk.notes.heard.values() if item.arrived > since)
    more = any(size > _have(desk, chain) for item in sent for chain, (size, _event) in item.heads.items())
    return _said(desk) if more and desk.others and desk.now - since >= GRACE_MS else None


def _have(desk: Desk, chain: str) -> int:
    return desk.heads[chain].size if chain in desk.heads else 0


def _answer(desk: Desk) -> Outgoing | None:
    """Send events that somebody waits for, with what stands before them in their chain."""
    for device in desk.others:
        wanted = desk.notes.wanted.get(device.device)
        if not wanted:
            continue
        events, left = _wanted_by(desk, device)

        def note(
            notes: Notes,
            change: VaultTransaction,
            _names: Sequence[str],
            asker: str = device.device,
            still: tuple[str, ...] = left,
        ) -> None:
            notes.keep_wanted(change, asker, still)

        parcels = desk.sealed(events, (device,), Purpose.EVENTS) if events else ()
        return Outgoing(parcels, len(events), note, "answer")
    return None


def _wanted_by(desk: Desk, device: Device) -> tuple[Sequence[Event], tuple[str, ...]]:
    """Return what answers a device that asked, as much as a letter holds, and what it asks for beyond that."""
    found: dict[str, Event] = {}
    wanted = desk.notes.wanted.get(device.device, ())
    for name in wanted[:_ANSWERED_AT_ONCE]:
        for event in _up_to(desk, name, device.device):
            found.setdefault(event.id, event)
    return sorted(found.values(), key=lambda each: each.order_key)[:LETTER_EVENTS], wanted[_ANSWERED_AT_ONCE:]


def _asked_by_hand(desk: Desk, recipients: Sequence[Device]) -> tuple[bytes, ...]:
    """Answer by file what these devices asked for, and ask them for documents that did not come."""
    if not desk.vault.admitted:  # who leaves says that, and no more
        return ()
    found: tuple[bytes, ...] = ()
    for device in recipients:
        events, left = _wanted_by(desk, device)
        if events:
            found += desk.sealed(events, (device,), Purpose.EVENTS)
            with noting(desk.vault) as change:
                desk.notes.keep_wanted(change, device.device, left)
    return found + ask_by_hand(desk, recipients)


def _up_to(desk: Desk, name: str, asker: str) -> Sequence[Event]:
    event = desk.vault.event(name)
    if event is None or event.header.chain is not Chain.SHARED:
        return ()
    heard = desk.notes.heard.get(asker)
    known = heard.size(event.header.device) if heard else 0
    start = max(min(known, event.header.seq), event.header.seq - BRANCH)
    before = desk.vault.shared_events(event.header.device, start, BRANCH)
    return (*(item for item in before if item.header.seq <= event.header.seq), event)


def _lacking(desk: Desk) -> Outgoing | None:
    """Send again what a checkpoint shows to be missing, to all who miss the same."""
    due: dict[tuple[tuple[str, int, int], ...], list[Device]] = {}
    for device in desk.others:
        spans = _spans(desk, device.device)
        if spans:
            due.setdefault(spans, []).append(device)
    for spans, devices in due.items():
        start, end = {chain: at for chain, at, _ in spans}, {chain: size for chain, _, size in spans}
        events = desk.stretch(start, end)
        following = behind(start, events)
        done = not events or all(following[chain] >= size for chain, size in end.items())
        said = desk.said()

        def note(
            notes: Notes,
            change: VaultTransaction,
            _names: Sequence[str],
            sent: tuple[Device, ...] = tuple(devices),
            reached: Sizes = following,
            ended: bool = done,  # noqa: FBT001
            outbox: Outbox = said,
        ) -> None:
            notes.keep_outbox(change, desk.relay, outbox)
            for device in sent:
                if ended:
                    notes.resent.pop(device.device, None)
                    notes.keep_lack(change, device.device, _answered(desk, device.device))
                else:
                    notes.resent[device.device] = reached

        return Outgoing(desk.sealed(events, devices, Purpose.EVENTS), len(events), note, "again")
    return None


def _spans(desk: Desk, device: str) -> tuple[tuple[str, int, int], ...]:
    """Return the stretches that a device lacks and that are due from here now: chain, from, to.

    It lacks what it should have had when it last said how far it knows. Of what came since it has not spoken yet: in a
    large workspace everything would be sent to nearly everybody once more.
    """
    heard = desk.notes.heard.get(device)
    lack = desk.notes.lacks.get(device)
    if heard is None:
        return ()
    missing = {
        chain: (heard.size(chain), size)
        for chain, size in desk.notes.due.get(device, {}).items()
        if chain != device and heard.size(chain) < size
    }
    for chain in desk.notes.diverged.get(device, ()):
        tries = lack.tries if lack else 0
        missing[chain] = (max(0, heard.size(chain) - (BRANCH << min(tries, 6))), desk.heads[chain].size)
    if not missing:
        if lack is not None:
            with desk.vault.transaction() as change:
                desk.notes.keep_lack(change, device, None)
        return ()
    if lack is None:
        lack = Lack(desk.now)
        with desk.vault.transaction() as change:
            desk.notes.keep_lack(change, device, lack)
    if heard.at == lack.answered or desk.now < lack.next_at:
        return ()
    turn = desk.now - lack.since >= GRACE_MS * desk.rank(device)
    reached = desk.notes.resent.get(device, {})
    spans = ((chain, max(start, reached.get(chain, 0)), end) for chain, (start, end) in sorted(missing.items()))
    return tuple(item for item in spans if item[1] < item[2] and (turn or item[0] == desk.own))


def _answered(desk: Desk, device: str) -> Lack:
    heard, lack = desk.notes.heard[device], desk.notes.lacks.get(device) or Lack(desk.now)
    known = sum(size for size, _ in heard.heads.values())
    tries = 0 if known > lack.known else lack.tries + 1
    wait = min(GRACE_MS << min(tries, 10), PATIENCE_MS)
    return Lack(lack.since, heard.at, desk.now + wait, tries, known)


def _checkpoint(desk: Desk) -> Outgoing | None:
    """Say how far this device knows: in time, sooner where something is new, soonest where something is missing."""
    if not desk.others:
        return None
    since = desk.now - desk.outbox.left_at
    news = desk.told != desk.outbox.checkpoint
    rest = min(CHECKPOINT_MS, max(NEWS_MS, NEWS_PER_DEVICE_MS * len(desk.others)))
    due = since >= CHECKPOINT_MS or (news and since >= rest) or (bool(desk.notes.missing) and since >= GRACE_MS)
    if not due and since >= 0:  # below 0: our own clock was set back
        return None
    return _said(desk)


def _said(desk: Desk) -> Outgoing:
    said = desk.said()
    return Outgoing(
        desk.sealed((), desk.others, Purpose.CHECKPOINT),
        0,
        lambda notes, change, _names: notes.keep_outbox(change, desk.relay, said),
        _CHECKPOINT,
    )
