"""Members and their devices, as an epoch of governance lists them (LEDGER rules 8, 9, 17).

What is not used is not written: a member or a device from before a field existed has the same bytes, and there is one
way to write each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from countersign.domain.canonical import Fields, Json
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.event import device_identifier

_KEY = re.compile(r"[0-9a-f]{64}")


class GovernanceError(SecurityError):
    """A change of members, devices or policy does not carry the authority it needs."""


class Role(StrEnum):
    """What a member may do."""

    REQUESTER = "requester"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


SIGNING_ROLES: Final = frozenset({Role.REQUESTER, Role.APPROVER, Role.ADMINISTRATOR})
"""Who has none of these reads, and signs nothing that counts."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """That somebody made sure who a member is. Times are milliseconds since the epoch; ``until`` 0 is no end."""

    checked: str  # what was looked at, in the checker's words
    by: str  # the member who looked
    at: int
    until: int

    def canonical(self) -> dict[str, Json]:
        """Return the evidence as a canonical object."""
        return {"checked": self.checked, "by": self.by, "at": self.at, "until": self.until}

    @classmethod
    def read(cls, value: Json) -> Evidence:
        """Read evidence."""
        fields = Fields(value, "evidence")
        found = cls(fields.text("checked"), fields.text("by"), fields.integer("at"), fields.integer("until"))
        fields.end()
        if not found.checked or not found.by or found.at < 0 or not (found.until == 0 or found.until > found.at):
            raise GovernanceError("governance.evidence")
        return found


@dataclass(frozen=True, slots=True)
class Member:
    """A person.

    Attributes:
        member: Their identifier; it stays, whatever else changes.
        name: What they are called.
        roles: What they may do; without any, they have left.
        recovery_public_key: Raw Ed25519 in hex; the private half is only in the recovery kit.
        groups: Whom they sign for: approval rules name groups.
        evidence: How it was made sure who they are.
        access_until: When their access lapses unless it is confirmed anew, milliseconds since the epoch; 0 is no end.
    """

    member: str
    name: str
    roles: tuple[Role, ...]
    recovery_public_key: str
    groups: tuple[str, ...] = ()
    evidence: Evidence | None = None
    access_until: int = 0

    @property
    def signs(self) -> bool:
        """Whether anything they sign may count."""
        return not SIGNING_ROLES.isdisjoint(self.roles)

    @property
    def is_of_format_2(self) -> bool:
        """Whether format 1 of governance can't say it."""
        return bool(self.groups or self.evidence or self.access_until)

    def has_access(self, at: int) -> bool:
        """Tell whether their access stands at a time, milliseconds since the epoch."""
        return self.access_until == 0 or at < self.access_until

    def canonical(self) -> dict[str, Json]:
        """Return the member as a canonical object."""
        groups: dict[str, Json] = {"groups": list(self.groups)} if self.groups else {}
        evidence: dict[str, Json] = {"evidence": self.evidence.canonical()} if self.evidence else {}
        access: dict[str, Json] = {"access_until": self.access_until} if self.access_until else {}
        return {
            "member": self.member,
            "name": self.name,
            "roles": [role.value for role in self.roles],
            "recovery_public_key": self.recovery_public_key,
            **groups,
            **evidence,
            **access,
        }

    @classmethod
    def read(cls, value: Json) -> Member:
        """Read a member."""
        fields = Fields(value, "member")
        roles = fields.texts("roles")
        if not set(roles) <= set(Role):
            raise GovernanceError("governance.role")
        found = cls(
            member=fields.text("member"),
            name=fields.text("name"),
            roles=tuple(Role(role) for role in roles),
            recovery_public_key=fields.text("recovery_public_key"),
            groups=fields.texts("groups") if fields.has("groups") else (),
            evidence=Evidence.read(fields.mapping("evidence")) if fields.has("evidence") else None,
            access_until=fields.integer("access_until") if fields.has("access_until") else 0,
        )
        fields.end()
        if not found.member or len(set(roles)) != len(roles) or not _KEY.fullmatch(found.recovery_public_key):
            raise GovernanceError("governance.member")
        groups = found.groups
        if len(set(groups)) != len(groups) or not all(groups) or found.access_until < 0 or found.canonical() != value:
            raise GovernanceError("governance.member")
        return found


@dataclass(frozen=True, slots=True)
class Device:
    """One installation of a member's. Keys are raw Ed25519 and X25519, in hex.

    ``last_shared`` and ``last_private`` name the last accepted event of a closed device; empty while it is open. From
    ``expires_at`` on (milliseconds since the epoch; 0 is never) nothing that it decides counts.
    """

    device: str
    member: str
    signing_public_key: str
    exchange_public_key: str
    closed: bool = False
    last_shared: str = ""
    last_private: str = ""
    expires_at: int = 0

    def is_expired(self, at: int) -> bool:
        """Tell whether its time is over."""
        return 0 < self.expires_at <= at

    def holds_at(self, at: int) -> bool:
        """Tell whether it is neither closed nor expired."""
        return not self.closed and not self.is_expired(at)

    def canonical(self) -> dict[str, Json]:
        """Return the device as a canonical object."""
        expiry: dict[str, Json] = {"expires_at": self.expires_at} if self.expires_at else {}
        return {
            "device": self.device,
            "member": self.member,
            "signing_public_key": self.signing_public_key,
            "exchange_public_key": self.exchange_public_key,
            "closed": self.closed,
            "last_shared": self.last_shared,
            "last_private": self.last_private,
            **expiry,
        }

    @classmethod
    def read(cls, value: Json) -> Device:
        """Read a device; its name must follow from its key."""
        fields = Fields(value, "device")
        found = cls(
            device=fields.text("device"),
            member=fields.text("member"),
            signing_public_key=fields.text("signing_public_key"),
            exchange_public_key=fields.text("exchange_public_key"),
            closed=fields.flag("closed"),
            last_shared=fields.text("last_shared"),
            last_private=fields.text("last_private"),
            expires_at=fields.integer("expires_at") if fields.has("expires_at") else 0,
        )
        fields.end()
        keys = (found.signing_public_key, found.exchange_public_key)
        last = [item for item in (found.last_shared, found.last_private) if item]
        if not all(_KEY.fullmatch(item) for item in (*keys, *last)) or (last and not found.closed):
            raise GovernanceError("governance.device")
        if found.expires_at < 0 or found.canonical() != value:
            raise GovernanceError("governance.device")
        if found.device != device_identifier(bytes.fromhex(found.signing_public_key)):
            raise GovernanceError("governance.device_name")
        return found
