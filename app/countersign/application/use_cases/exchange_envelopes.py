"""Take in what other devices left: open, keep what is new, refuse what is none of ours, and never be held up by it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from countersign.application.failpoints import failpoint
from countersign.application.ports.clock import Clock, Entropy
from countersign.application.ports.relay import EnvelopeSuite
from countersign.application.ports.workspace import WorkspaceVault
from countersign.application.use_cases.carried_documents import keep_documents
from countersign.application.use_cases.invite_member import note_joined, take_request
from countersign.application.use_cases.join_workspace import joining_of
from countersign.application.use_cases.open_envelope import OpenedEnvelope, open_envelope
from countersign.application.use_cases.relay_notes import Notes, noting
from countersign.domain.canonical import Fields, NotCanonicalError, canonical_bytes, parse_canonical
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chains import Verify
from countersign.domain.ledger.envelope import Purpose
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import Governance
from countersign.domain.ledger.joining import JoinRequest
from countersign.domain.ledger.letter import EnvelopeError, Letter

EVENTS_AT_ONCE: Final = 100
"""As many as one transaction takes in well under 100 ms."""
WANTED_LIMIT: Final = 100

_WANTED: Final = b"countersign wanted events 1\n"
_ABOUT: Final = b"countersign about an order 1\n"
_ORDER: Final = re.compile(rb"[0-9a-f]{32}")
_NOT_OURS: Final = frozenset({"envelope.not_for_us"})
_LATER: Final = frozenset({"envelope.unknown_sender"})


@dataclass(frozen=True, slots=True)
class Tools:
    """What exchanging needs beside the vault and a store."""

    suite: EnvelopeSuite
    verify: Verify
    clock: Clock
    entropy: Entropy


@dataclass(frozen=True, slots=True)
class TakenParcel:
    """What came of one parcel.

    Attributes:
        events: How many events became part of the ledger.
        subjects: What they are about, and the orders whose documents came.
        refused: Why the parcel, or something in it, was refused; empty where nothing was.
        later: Whether it may open once more devices are known.
        checkpoint: Whose newest checkpoint it brought; empty where it brought none.
        asked: Whether somebody asks to join.
        passed: Why nothing of it is for this device; empty where something was.
        about: The order that its sender wants looked at; empty where they named none.
    """

    events: int = 0
    subjects: frozenset[str] = frozenset()
    refused: str = ""
    later: bool = False
    checkpoint: str = ""
    asked: bool = False
    passed: str = ""
    about: str = ""

    def along_with(self, other: TakenParcel) -> TakenParcel:
        """Return what came of two parcels that were brought together."""
        return TakenParcel(
            events=self.events + other.events,
            subjects=self.subjects | other.subjects,
            refused=self.refused or other.refused,
            later=self.later or other.later,
            checkpoint=other.checkpoint or self.checkpoint,
            asked=self.asked or other.asked,
            passed=self.passed and other.passed,
            about=self.about or other.about,
        )


def wanted_document(events: Sequence[str]) -> bytes:
    """Return the document that asks for events."""
    return _WANTED + canonical_bytes({"events": list(events[:WANTED_LIMIT])})


def about_document(order: str) -> bytes:
    """Return the document that says which order a letter is about."""
    return _ABOUT + order.encode()


def _about(letter: Letter) -> str:
    """Name the order that a letter says it is about: a hint and no more, what is shown is read from the ledger."""
    named = (item.removeprefix(_ABOUT) for item in letter.documents if item.startswith(_ABOUT))
    return next((item.decode() for item in named if _ORDER.fullmatch(item)), "")


def known_governance(vault: WorkspaceVault) -> Governance | None:
    """Return the newest epoch; None while nothing has arrived yet."""
    try:
        return vault.rules.governance
    except SecurityError as error:
        if error.code == "governance.genesis":
            return None
        raise


def take_parcel(
    vault: WorkspaceVault,
    tools: Tools,
    notes: Notes,
    relay: str,
    name: str,
    content: bytes,
    *,
    keep_heard: bool = True,
) -> TakenParcel:
    """Open a parcel and take in what it holds. VAULT lane.

    When this returns, the parcel is done with for good, unless it says *later*: a poisoned one is remembered as refused
    and is never read again. Taking the same one twice changes nothing.

    Args:
        vault: The unlocked vault.
        tools: Cryptography, clock and chance.
        notes: What is remembered of the store; brought up to date.
        relay: The store's identity; a name of its own for files.
        name: SHA-256 of the content, hex.
        content: Untrusted.
        keep_heard: Whether what was heard is kept in the vault at once; a round does it at its end.

    Raises:
        SecurityError: ``ledger.too_many_waiting``, ``vault.*``: nothing is remembered; to be tried again.
    """
    governance = known_governance(vault)
    failpoint("workspace.open.before")
    try:
        opened = _opened(vault, tools, governance, content)
    except EnvelopeError as error:
        return _unopened(vault, tools, notes, (relay, name), governance, error)
    failpoint("workspace.open.after")
    if opened.header.purpose is Purpose.REQUEST:
        return _requested(vault, tools, notes, (relay, name), opened.letter)
    checkpoint = _heard(vault, tools, notes, name, opened, governance)
    if keep_heard:
        notes.keep_heard(vault)
    letter = opened.letter
    documents = [item for item in letter.documents if not item.startswith((_WANTED, _ABOUT))]
    kept = keep_documents(vault, letter.events, documents, tools.clock.now_ms())
    events, subjects, refused = _taken(vault, letter.events, (relay, name))
    refused = refused or kept.refused
    if refused:
        with noting(vault) as change:
            notes.keep_refused(change, name, refused, tools.clock.now_ms())
    return TakenParcel(events, subjects | kept.subjects, refused, checkpoint=checkpoint, about=_about(letter))


def refuse_parcel(vault: WorkspaceVault, notes: Notes, relay: str, name: str, code: str, now_ms: int) -> None:
    """Remember a parcel as refused; it is never read again."""
    failpoint("workspace.refuse.before")
    with noting(vault) as change:
        notes.keep_refused(change, name, code, now_ms)
        notes.keep_later(change, name, None)
    vault.take_in((), (relay, name))
    failpoint("workspace.refuse.after")


def worth_reading(vault: WorkspaceVault, notes: Notes, relay: str, names: Sequence[str]) -> Sequence[str]:
    """Return those of ``names`` that are unknown, without those that wait for a device which isn't known yet either."""
    governance = known_governance(vault)
    devices = len(governance.devices) if governance else 0
    wanted = [name for name in dict.fromkeys(names) if notes.later.get(name, -1) != devices]
    return vault.unknown_parcels(relay, wanted)


def parcel_name(content: bytes) -> str:
    """Return the name of a parcel: SHA-256 of its bytes, hex."""
    return hashlib.sha256(content).hexdigest()


def _opened(vault: WorkspaceVault, tools: Tools, governance: Governance | None, content: bytes) -> OpenedEnvelope:
    joining = None if vault.admitted else joining_of(vault)

    def key_of(name: str) -> bytes | None:
        known = governance.device(name) if governance else None
        if known is None and joining is not None and joining.invitation.inviter.device == name:
            known = joining.invitation.inviter
        return bytes.fromhex(known.signing_public_key) if known else None

    return open_envelope(vault, tools.suite, content, key_of, tools.verify, _asker_key)


def _asker_key(letter: Letter) -> bytes | None:
    request = _request_in(letter)
    return bytes.fromhex(request.device.signing_public_key) if request else None


def _request_in(letter: Letter) -> JoinRequest | None:
    try:
        return JoinRequest.parse(letter.documents[0]) if len(letter.documents) == 1 else None
    except SecurityError:
        return None


def _unopened(
    vault: WorkspaceVault,
    tools: Tools,
    notes: Notes,
    parcel: tuple[str, str],
    governance: Governance | None,
    error: EnvelopeError,
) -> TakenParcel:
    relay, name = parcel
    if error.code in _LATER:
        with noting(vault) as change:
            notes.keep_later(change, name, len(governance.devices) if governance else 0)
        return TakenParcel(later=True)
    if error.code in _NOT_OURS:
        vault.take_in((), parcel)
        return TakenParcel(passed=error.code)
    refuse_parcel(vault, notes, relay, name, error.code, tools.clock.now_ms())
    return TakenParcel(refused=error.code)


def _requested(
    vault: WorkspaceVault, tools: Tools, notes: Notes, parcel: tuple[str, str], letter: Letter
) -> TakenParcel:
    relay, name = parcel
    if not vault.may_sign:  # nobody is admitted from here
        return TakenParcel(later=True)
    now = tools.clock.now_ms()
    request = _request_in(letter)
    failpoint("workspace.request.before")
    heard = request is not None and request.device.device in notes.heard
    code = take_request(vault, request, now, heard=heard) if request else "joining.request"
    failpoint("workspace.request.after")
    if code:
        refuse_parcel(vault, notes, relay, name, code, now)
        return TakenParcel(refused=code)
    vault.take_in((), parcel)
    return TakenParcel(asked=True)


def _heard(
    vault: WorkspaceVault, tools: Tools, notes: Notes, name: str, opened: OpenedEnvelope, governance: Governance | None
) -> str:
    """Keep the sender's checkpoint and what they ask for.

    Of a closed device only that it spoke: if a rival of what closed it opens it again, what is read anew is no news.
    """
    sender, letter = opened.header.sender, opened.letter
    device = governance.device(sender) if governance else None
    if name in notes.later:
        with noting(vault) as change:
            notes.keep_later(change, name, None)
    if device is None or sender == vault.identity.device:
        return ""
    if device.closed:
        if letter.checkpoint is not None:
            notes.hear(letter.checkpoint.checkpoint, tools.clock.now_ms())
        return ""
    wanted = [event for document in letter.documents for event in _wanted_in(document)]
    if wanted:
        with noting(vault) as change:
            notes.keep_wanted(change, sender, tuple(dict.fromkeys((*notes.wanted.get(sender, ()), *wanted))))
    first, signed = sender not in notes.heard, letter.checkpoint
    if signed is None or not notes.hear(signed.checkpoint, tools.clock.now_ms()):
        return ""
    if first and vault.may_sign and sender not in notes.welcomed:
        note_joined(vault, sender)
    return sender


def faces_of(event: Event) -> Sequence[str]:
    """Name the two events that the record of a two-faced device is about; none for any other event."""
    if event.kind != kinds.INCIDENT_RAISED or event.body is None:
        return ()
    try:
        return Fields(event.says(), "incident").texts("events")[:2]
    except NotCanonicalError:  # another incident, or a body that nobody checked yet
        return ()


def _wanted_in(document: bytes) -> Sequence[str]:
    if not document.startswith(_WANTED):
        return ()
    try:
        fields = Fields(parse_canonical(document[len(_WANTED) :]), "wanted")
        events = fields.texts("events")
        fields.end()
    except SecurityError:
        return ()
    return events[:WANTED_LIMIT]


def _taken(vault: WorkspaceVault, events: Sequence[Event], parcel: tuple[str, str]) -> tuple[int, frozenset[str], str]:
    """Take the events in, a transaction at a time; the last one remembers the parcel."""
    count, subjects, refused = 0, frozenset[str](), ""
    slices = [events[at : at + EVENTS_AT_ONCE] for at in range(0, len(events), EVENTS_AT_ONCE)] or [()]
    for place, part in enumerate(slices):
        failpoint("workspace.take.before")
        taken = vault.take_in(part, parcel if place == len(slices) - 1 else None)
        failpoint("workspace.take.after")
        count += len(taken.accepted)
        subjects |= taken.subjects
        refused = refused or next((code for _, code in taken.refused), "")
    return count, subjects, refused
