"""Asking others for what never came: events that others rest on, and documents that an order names. VAULT lane."""

from __future__ import annotations

from collections.abc import Sequence

from countersign.application.ports.vault import VaultTransaction
from countersign.application.use_cases.carried_documents import documents_to_ask_for, note_asked
from countersign.application.use_cases.exchange_envelopes import wanted_document
from countersign.application.use_cases.letter_desk import GRACE_MS, Desk, Outgoing
from countersign.application.use_cases.relay_notes import Notes, noting
from countersign.domain.ledger.envelope import Purpose
from countersign.domain.ledger.governance import Device
from countersign.domain.ledger.letter import Letter


def wish_events(desk: Desk) -> Outgoing | None:
    """Ask for events that others rest on and that never came: whoever wrote them knows, later everybody is asked."""
    waiting = desk.vault.waiting()
    if not waiting or not desk.others or 0 <= desk.now - desk.notes.asked < GRACE_MS << min(desk.notes.asks, 4):
        return None
    old = [item for item in waiting if desk.now - item.since >= GRACE_MS // 3]
    missing = list(dict.fromkeys(event for item in old for event in item.missing if desk.vault.event(event) is None))
    if not missing:
        return None
    authors = {item.device for item in old}
    asked = tuple(item for item in desk.others if item.device in authors) if desk.notes.asks == 0 else desk.others
    letter = Letter((), desk.checkpoint(), (wanted_document(missing),))
    said = desk.said()

    def note(notes: Notes, change: VaultTransaction, _names: Sequence[str]) -> None:
        notes.asks += 1
        notes.keep_asked(change, desk.now)
        notes.keep_outbox(change, desk.relay, said)

    return Outgoing((desk.seal(letter, asked or desk.others, Purpose.EVENTS),), 0, note, "wish")


def wish_documents(desk: Desk) -> Outgoing | None:
    """Ask for documents that did not come with the events that name them: first their authors, then everybody."""
    lacking = documents_to_ask_for(desk.vault, desk.now)
    if not lacking or not desk.others:
        return None
    first = {event.header.device for event, tries in lacking if not tries}
    asked = tuple(item for item in desk.others if item.device in first) or desk.others
    letter = Letter((), desk.checkpoint(), (wanted_document([event.id for event, _tries in lacking]),))
    said = desk.said()

    def note(notes: Notes, change: VaultTransaction, _names: Sequence[str]) -> None:
        note_asked(change, lacking, desk.now)
        notes.keep_outbox(change, desk.relay, said)

    return Outgoing((desk.seal(letter, asked, Purpose.EVENTS),), 0, note, "wish")


def ask_by_hand(desk: Desk, recipients: Sequence[Device]) -> tuple[bytes, ...]:
    """Ask for documents by file whoever the file is for."""
    lacking = documents_to_ask_for(desk.vault, desk.now)
    if not lacking:
        return ()
    letter = Letter((), desk.checkpoint(), (wanted_document([event.id for event, _tries in lacking]),))
    with noting(desk.vault) as change:
        note_asked(change, lacking, desk.now)
    return (desk.seal(letter, recipients, Purpose.EVENTS),)
