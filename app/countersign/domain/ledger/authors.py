"""Whose word counts: the person behind a device, with a role, access that stands and a device that has not expired."""

from __future__ import annotations

from countersign.domain.errors import SecurityError
from countersign.domain.ledger.governance import Governance
from countersign.domain.ledger.members import Member


def acting_member(governance: Governance, device: str, at: int) -> Member:
    """Return the person behind a device whose word counts at a time.

    A closed device is no matter of this: its events up to the last accepted one stand, the later are void (LEDGER 9).

    Args:
        governance: The epoch in force.
        device: Who signed.
        at: When, milliseconds since the epoch.

    Raises:
        SecurityError: ``author.unknown_device``, ``author.no_role``, ``author.device_expired``,
            ``author.access_lapsed``.
    """
    found, member = governance.device(device), governance.member_of(device)
    if found is None or member is None:
        raise SecurityError("author.unknown_device")
    if not member.signs:
        raise SecurityError("author.no_role")
    if found.is_expired(at):
        raise SecurityError("author.device_expired")
    if not member.has_access(at):
        raise SecurityError("author.access_lapsed")
    return member
