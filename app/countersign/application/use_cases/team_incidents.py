"""What several devices brought about that a person should deal with (LEDGER rules 9 and 13): two-faced devices."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.application.ports.workspace import WorkspaceVault
from countersign.application.use_cases.watch_relay import incident_subject
from countersign.domain.ledger import kinds


@dataclass(frozen=True, slots=True)
class TwoFaced:
    """A device that signed two events for one place, and is still open.

    Attributes:
        device: Which.
        reported_by: The device that put it on record first; empty where none has yet.
        at: When it did, milliseconds since the epoch; 0 where none has.
    """

    device: str
    reported_by: str = ""
    at: int = 0


def two_faced_devices(vault: WorkspaceVault) -> tuple[TwoFaced, ...]:
    """List the devices of others that are proven two-faced and not closed yet, each once. VAULT lane."""
    found: dict[str, TwoFaced] = {}
    governance = vault.rules.governance
    for first, _other in vault.two_faced():
        device, seq = first.header.device, first.header.seq
        known = governance.device(device)
        if known is None or known.closed or device in found or device == vault.identity.device:
            continue
        told = (item for item in vault.events_of(incident_subject(device, seq)) if item.kind == kinds.INCIDENT_RAISED)
        report = next((item.header for item in told if item.header.device != device), None)
        found[device] = TwoFaced(device, report.device, report.at) if report else TwoFaced(device)
    return tuple(found.values())
