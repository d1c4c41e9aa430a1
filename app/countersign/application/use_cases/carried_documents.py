"""Documents that travel with the events that name them, are checked before they are kept, and are asked for again.

Who receives the body of an event receives its documents, and nobody else: they go along with it. One that did not
come is noted under the event that names it, and asked for like an event that others rest on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from countersign.application.ports.vault import LocalSpace, VaultTransaction
from countersign.application.ports.workspace import WorkspaceVault
from countersign.domain.canonical import NotCanonicalError
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.checkpoint import SignedCheckpoint
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.letter import Letter

LETTER_DOCUMENTS: Final = 20 * 1024 * 1024
"""All documents that are sent at once: those of one order fit."""
FIRST_LETTER: Final = 4 * 1024 * 1024
CARRIED_LIMIT: Final = 10 * 1024 * 1024

_FIRST_WAIT_MS: Final = 10_000
_WAIT_MS: Final = 30_000
_TRIES: Final = 10
_AT_ONCE: Final = 4
_NAMES_SOME: Final = b'"attachments":[{'  # quotation marks within a text are escaped: this is no text


@dataclass(frozen=True, slots=True)
class KeptDocuments:
    """What came of a letter's documents.

    Attributes:
        subjects: The orders whose documents came.
        refused: Why one was refused that came with events which name others; empty where none was. What comes with
            events that name none is nobody's, and is not kept either.
    """

    subjects: frozenset[str] = frozenset()
    refused: str = ""


def documents_of(event: Event) -> Mapping[str, int]:
    """Map the documents that travel with an event, by their SHA-256, to their sizes; untrusted as the event is."""
    if event.body is None:
        return {}
    try:
        if event.kind == kinds.ORDER_PROOF_ADDED:
            return _named((event.says(),))
        if event.kind == kinds.ORDER_FROZEN and _NAMES_SOME in event.body.content:
            content = event.says().get("content")
            return _named(content.get("attachments") if isinstance(content, Mapping) else ())
    except NotCanonicalError:  # a body that nobody checked yet
        pass
    return {}


def _named(items: object) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for item in items if isinstance(items, Sequence) else ():
        name, size = (item.get("sha256"), item.get("size")) if isinstance(item, Mapping) else (None, None)
        if isinstance(name, str) and isinstance(size, int):
            found[name] = size
    return found


def letters_of(vault: WorkspaceVault, events: Sequence[Event], checkpoint: SignedCheckpoint) -> tuple[Letter, ...]:
    """Return the letters that carry events with their documents, as far as these are here. VAULT lane.

    All events are in the first. A document that makes it long has one of its own, with the event that names it, so that
    nobody has to take in much at once. Those of the last events go first: they are what was asked for; what is too much
    altogether is asked for again.
    """
    room, first, known = LETTER_DOCUMENTS, FIRST_LETTER, set[str]()
    along: list[bytes] = []
    own: list[Letter] = []
    for event in reversed(events):
        for name in documents_of(event):
            data = vault.blob(name) if name not in known else None
            if data is None or len(data) > room:
                continue
            known.add(name)
            room -= len(data)
            if len(data) <= first:
                first -= len(data)
                along.append(data)
            else:
                own.append(Letter((event,), checkpoint, (data,)))
    return (Letter(tuple(events), checkpoint, tuple(along)), *own)


def keep_documents(
    vault: WorkspaceVault, events: Sequence[Event], documents: Sequence[bytes], now_ms: int
) -> KeptDocuments:
    """Keep the documents that a letter's events name, and no others; note what did not come. VAULT lane.

    Args:
        vault: One that can only be read keeps nothing.
        events: Of the letter.
        documents: Of the letter, untrusted: each has to have the hash and the size that an event states.
        now_ms: The time.
    """
    naming = [(event, stated) for event in events if (stated := documents_of(event))]
    sizes = {name: size for _event, stated in naming for name, size in stated.items()}
    came: dict[str, bytes] = {}
    refused = ""
    for document in documents:
        name = hashlib.sha256(document).hexdigest()
        if sizes.get(name) == len(document) <= CARRIED_LIMIT:
            came[name] = document
        elif sizes:
            refused = "envelope.document"
    if naming:
        try:  # a device that waits to be admitted keeps them, too, though it may sign nothing yet
            with vault.transaction() as change:
                for document in came.values():
                    change.keep_blob(document)
                for event, stated in naming:
                    _note(change, event, tuple(stated), now_ms)
        except SecurityError as error:
            if error.code != "vault.read_only":
                raise
    subjects = frozenset(event.header.subject for event, stated in naming if not came.keys().isdisjoint(stated))
    return KeptDocuments(subjects, refused)


def _note(change: VaultTransaction, event: Event, names: tuple[str, ...], now_ms: int) -> None:
    if event.kind != kinds.ORDER_FROZEN:
        return
    if len(change.documents_here(names)) == len(names):
        change.drop(LocalSpace.DOCUMENT, event.id)
    elif change.get(LocalSpace.DOCUMENT, event.id) is None:
        change.put(LocalSpace.DOCUMENT, event.id, {"tries": 0, "next_at": now_ms + _FIRST_WAIT_MS})


def documents_to_ask_for(vault: WorkspaceVault, now_ms: int) -> Sequence[tuple[Event, int]]:
    """Return the events whose documents are to be asked for now, with how often that was done. VAULT lane.

    What nobody sent after many questions is asked for no more: then people have to speak.
    """
    found: list[tuple[int, Event]] = []
    for name, noted in vault.local(LocalSpace.DOCUMENT).items():
        tries, next_at = noted["tries"], noted["next_at"]
        if not isinstance(tries, int) or not isinstance(next_at, int) or tries >= _TRIES or next_at > now_ms:
            continue
        event = vault.event(name)  # one that was refused is asked for by nobody
        if event is not None:
            found.append((tries, event))
    found.sort(key=lambda each: (each[0], each[1].id))
    return [(event, tries) for tries, event in found[:_AT_ONCE]]


def note_asked(change: VaultTransaction, asked: Sequence[tuple[Event, int]], now_ms: int) -> None:
    """Remember that documents were asked for: each next time is later."""
    for event, tries in asked:
        if change.get(LocalSpace.DOCUMENT, event.id) is not None:
            again = now_ms + (_WAIT_MS << tries)
            change.put(LocalSpace.DOCUMENT, event.id, {"tries": tries + 1, "next_at": again})
