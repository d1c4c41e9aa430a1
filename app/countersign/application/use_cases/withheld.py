"""What others signed and this device has not got, at the moment money may leave (LEDGER 6, 13; SECURITY row 15).

A rejection or an emergency stop may be among it: nothing says what a missing event is. A store that keeps it back shows
by what the others sign of how far they know (see ``watch_relay``), and nothing is sent upon a part of the record.
"""

from __future__ import annotations

from typing import cast

from countersign.application.ports.vault import LocalSpace, Vault, VaultTransaction
from countersign.application.ports.workspace import WorkspaceVault
from countersign.application.use_cases.relay_notes import read_notes
from countersign.application.use_cases.watch_relay import ON_ITS_WAY_MS
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger.governance import Governance


def require_nothing_withheld(vault: Vault, change: VaultTransaction) -> None:
    """Refuse to send while something that a member's device speaks of has been missing for longer than the way takes.

    Asked are open devices that were not proven two-faced, about the chains of open ones: of a closed device what was
    known when it was closed is what counts. Who claims what is nowhere keeps others from sending, until that device is
    closed. It can't be told from somebody who alone was shown a rejection that a store keeps from the rest, so that it
    isn't disbelieved; but the words say who claims what, and where nobody else does.

    Args:
        vault: The unlocked vault; one that shares its workspace, where anything was ever missing.
        change: The transaction in which the intent is put on record.

    Raises:
        UserFacingError: ``intent.withheld`` (``count`` events of ``member`` are missing by what ``by`` says);
            ``intent.claimed`` (likewise, by ``device`` of ``by`` alone, neither that member's own device nor another);
            ``intent.older_copy`` (``count`` events of this device itself): this copy of the vault went back.
    """
    noted = change.get(LocalSpace.RELAY, "missing")
    if not noted:
        return
    shared, governance, own = cast("WorkspaceVault", vault), change.rules.governance, vault.identity.device
    sizes = {device: head.size for device, head in shared.heads().items()}
    faces = {event.header.device for pair in shared.two_faced() for event in pair}
    there = {item.device for item in governance.devices if not item.closed}
    claims = [
        (device, size, speaker)
        for speaker, heard in sorted(read_notes(shared).heard.items())
        if speaker in there - faces - {own}
        for device, (size, _event) in heard.heads.items()
    ]
    # What waits here rests on something that was not among what arrived.
    claims += [(item.device, sizes.get(item.device, 0) + 1, item.device) for item in shared.waiting()]
    for device, since in sorted(noted.items()):
        here = sizes.get(device, 0)
        said = [(size, name) for chain, size, name in claims if chain == device and device in there and size > here]
        size, speaker = max(said, default=(0, ""))
        missing = size - here
        on_its_way = 0 <= change.now_ms - cast("int", since) < ON_ITS_WAY_MS  # a clock that was set back proves nothing
        if missing <= 0 or on_its_way:
            continue
        if device == own:
            raise UserFacingError("intent.older_copy", count=missing)
        names = {"member": _name(governance, device), "by": _name(governance, speaker)}
        if {name for _, name in said} == {speaker} != {device}:
            raise UserFacingError("intent.claimed", count=missing, device=f"{speaker[:4]} {speaker[4:8]}", **names)
        raise UserFacingError("intent.withheld", count=missing, **names)


def _name(governance: Governance, device: str) -> str:
    member = governance.member_of(device)
    return member.name if member else device
