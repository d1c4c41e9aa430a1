"""One round with a store: leave what others lack, take in what is new, say how far we know, watch what it does.

What is signed here is committed and anchored before it is left in a store (LEDGER rule 16); a round that is cut off
anywhere, by a kill too, is made up for by the next one, and nothing counts twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from countersign.application.failpoints import failpoint
from countersign.application.flows.script import Script, on_network, on_vault
from countersign.application.ports.relay import Relay
from countersign.application.ports.workspace import WorkspaceVault
from countersign.application.use_cases.exchange_envelopes import TakenParcel, Tools, take_parcel, worth_reading
from countersign.application.use_cases.publish_envelopes import mark_sent, next_outgoing
from countersign.application.use_cases.relay_notes import OWN_PARCELS_KEPT, Notes, read_notes
from countersign.application.use_cases.watch_relay import Forked, Unheard, Watched, WentBack, Withheld
from countersign.application.use_cases.watch_relay import note_listing as _note_listing
from countersign.application.use_cases.watch_relay import watch_relay as _watch_relay
from countersign.domain.errors import ConnectorError, SecurityError

LISTING_MS: Final = 300_000
"""So often everything is listed anew: a store that lies about order makes nothing be missed for good."""
LETTERS_AT_ONCE: Final = 20
PARCELS_AT_ONCE: Final = 200
TRIES: Final = 5

_NAMES_AT_ONCE: Final = 1_000


@dataclass(slots=True)
class Memory:
    """What only saves work, while the vault is open.

    Attributes:
        notes: As kept in the vault; None before they were read, and after something failed.
        mark: From where to list.
        listed_at: When everything was listed last, by the clock that never goes back; -1 for never.
        pending: Parcels that are listed and not read yet, with how often that failed.
    """

    notes: Notes | None = None
    mark: str = ""
    listed_at: int = -1
    pending: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExchangeReport:
    """What came of a round.

    Attributes:
        taken: How many events became part of the ledger.
        published: How many were left for others.
        subjects: What the taken events are about.
        refused: Codes of what was refused in this round.
        asked: How many ask to join.
        watched: What the watch saw; its parts are also here.
        more: Whether another round should follow at once.
    """

    taken: int = 0
    published: int = 0
    subjects: frozenset[str] = frozenset()
    refused: tuple[str, ...] = ()
    asked: int = 0
    watched: Watched = field(default_factory=Watched)
    more: bool = False

    @property
    def withheld(self) -> tuple[Withheld, ...]:
        """What others hold and we don't."""
        return self.watched.withheld

    @property
    def forks(self) -> tuple[Forked, ...]:
        """Where two events stand at one place."""
        return self.watched.forks

    @property
    def unheard(self) -> tuple[Unheard, ...]:
        """Of whom nothing is heard."""
        return self.watched.unheard

    @property
    def went_back(self) -> tuple[WentBack, ...]:
        """Whose view went back."""
        return self.watched.went_back


def exchange_once(
    vault: WorkspaceVault,
    relay: Relay,
    tools: Tools,
    memory: Memory,
    took: Callable[[frozenset[str]], None] = lambda _: None,
) -> Script[ExchangeReport]:
    """Make one round with a store.

    Args:
        vault: The unlocked vault.
        relay: The store.
        tools: Cryptography, clock and chance.
        memory: Of earlier rounds with this store.
        took: Called with the subjects of what was taken in, parcel by parcel.

    Raises:
        ConnectorError: ``relay.*``: the store can't be reached. What was done until then stays done.
        SecurityError: ``vault.*``.
    """
    try:
        if memory.notes is None:
            memory.notes = yield from on_vault(partial(read_notes, vault))
        published, full = yield from _publish(vault, relay, tools, memory.notes)
        parcels = yield from _take(vault, relay, tools, memory, took)
        now = tools.clock.now_ms()
        look = partial(_watch_relay, vault, tools.verify, memory.notes, relay.identity, now)
        watched = yield from on_vault(look)
        yield from _tidy(relay, memory.notes)
    except BaseException:
        memory.notes = None  # what was kept in the vault counts
        raise
    report = ExchangeReport(published=published, watched=watched)
    for parcel in parcels:
        report = replace(
            report,
            taken=report.taken + parcel.events,
            subjects=report.subjects | parcel.subjects,
            refused=(*report.refused, parcel.refused) if parcel.refused else report.refused,
            asked=report.asked + parcel.asked,
        )
    unread = len(parcels) >= PARCELS_AT_ONCE
    due = bool(watched.raised or watched.settled or memory.notes.wanted)
    return replace(report, more=full or unread or due)


def _publish(vault: WorkspaceVault, relay: Relay, tools: Tools, notes: Notes) -> Script[tuple[int, bool]]:
    """Leave letters as long as some are due; returns how many events, and whether more are due."""
    events = 0
    for _ in range(LETTERS_AT_ONCE):
        outgoing = yield from on_vault(partial(next_outgoing, vault, tools, notes, relay.identity))
        if outgoing is None:
            return events, False
        names: tuple[str, ...] = ()
        for content in outgoing.parcels:
            name = yield from on_network(partial(_put, relay, content))
            names += (name,)
        yield from on_vault(partial(mark_sent, vault, notes, relay.identity, outgoing, names))
        events += outgoing.events
    return events, True


def _tidy(relay: Relay, notes: Notes) -> Script[None]:
    """Take away what newer parcels replace; what can't be now, or was before a kill, in a later round."""
    for name in notes.to_drop(relay.identity):
        try:
            yield from on_network(partial(_drop, relay, name))
        except ConnectorError:
            return
        kept = notes.dropped.get(relay.identity, ())
        notes.dropped[relay.identity] = (*kept, name)[-OWN_PARCELS_KEPT:]


def _drop(relay: Relay, name: str) -> None:
    failpoint("workspace.drop.before")
    relay.drop(name)
    failpoint("workspace.drop.after")


def _put(relay: Relay, content: bytes) -> str:
    failpoint("workspace.put.before")
    name = relay.put(content)
    failpoint("workspace.put.after")
    return name


def _take(
    vault: WorkspaceVault, relay: Relay, tools: Tools, memory: Memory, took: Callable[[frozenset[str]], None]
) -> Script[Sequence[TakenParcel]]:
    """Read what is new, a parcel at a time; one that can't be had or opened never holds up the others."""
    yield from _list(vault, relay, tools, memory)
    found: list[TakenParcel] = []
    waiting = sorted((tries, place, name) for place, (name, tries) in enumerate(memory.pending.items()))
    for tries, _place, name in waiting[:PARCELS_AT_ONCE]:
        if tries >= TRIES:
            break  # sorted: the rest was tried as often, and waits for the next full listing
        try:
            content = yield from on_network(partial(_get, relay, name))
        except SecurityError as error:
            memory.pending[name] = tries + 1
            found.append(TakenParcel(refused=error.code))
            continue
        if content is None:
            memory.pending[name] = tries + 1
            continue
        try:
            parcel = yield from on_vault(partial(_take_one, vault, tools, memory, relay.identity, name, content))
        except SecurityError as error:
            if error.code.startswith("vault."):
                raise
            found.append(TakenParcel(refused=error.code))
            # What rests on events that never come, or poison of a kind that nobody foresaw: the rest goes on.
            memory.pending[name] = tries + 1
            continue
        del memory.pending[name]
        found.append(parcel)
        if parcel.subjects:
            took(parcel.subjects)
    return found


def _get(relay: Relay, name: str) -> bytes | None:
    failpoint("workspace.get.before")
    content = relay.get(name)
    failpoint("workspace.get.after")
    return content


def _take_one(
    vault: WorkspaceVault, tools: Tools, memory: Memory, relay: str, name: str, content: bytes
) -> TakenParcel:
    return take_parcel(vault, tools, notes_of(memory), relay, name, content, keep_heard=False)


def _list(vault: WorkspaceVault, relay: Relay, tools: Tools, memory: Memory) -> Script[None]:
    now = tools.clock.monotonic_ms()
    everything = memory.listed_at < 0 or now - memory.listed_at >= LISTING_MS
    names, mark = yield from on_network(partial(relay.names, "" if everything else memory.mark))
    failpoint("workspace.names.after")
    if everything:
        memory.listed_at = now
        listed = set(names)  # what was taken away before it was read, nobody waits for any more
        memory.pending = {name: min(tries, TRIES - 1) for name, tries in memory.pending.items() if name in listed}
        yield from on_vault(
            partial(_note_listing, vault, notes_of(memory), relay.identity, names, tools.clock.now_ms())
        )
        after = yield from on_vault(partial(vault.forget_parcels, relay.identity, listed))
        while after:
            after = yield from on_vault(partial(vault.forget_parcels, relay.identity, listed, after))
    memory.mark = mark
    for at in range(0, len(names), _NAMES_AT_ONCE):
        part = names[at : at + _NAMES_AT_ONCE]
        unknown = yield from on_vault(partial(worth_reading, vault, notes_of(memory), relay.identity, part))
        for name in unknown:
            memory.pending.setdefault(name, 0)


def notes_of(memory: Memory) -> Notes:
    """Return the notes, which a round reads first."""
    if memory.notes is None:
        raise RuntimeError("notes are read first")
    return memory.notes
