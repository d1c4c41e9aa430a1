"""Joining a workspace: what an inviter hands over, and what whoever joins answers (LEDGER rule 8; SECURITY row 14).

An invitation travels outside the workspace, by any way, and is worth nothing by itself: it pins the workspace by its
genesis, names the keys of the inviter, and holds a secret that works once. What binds people to keys is the phrase that
both sides read to each other: it follows from the inviter's keys, the genesis and everything that was asked for, so an
edited or forged invitation, or a request by somebody else, gives another phrase.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field, replace
from functools import cached_property

from countersign.domain.canonical import Fields, Json, JsonObject, canonical_bytes, parse_canonical
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.byte_reader import ByteReader, counted, refused_as
from countersign.domain.ledger.chains import Verify
from countersign.domain.ledger.event import SIGNATURE_BYTES
from countersign.domain.ledger.governance import Device, Role, World

INVITATION_FORMAT = 1
MAGIC = b"countersign invitation 1\r\n\x1a\n"
SECRET_BYTES = 32
INVITATION_LIMIT = 16 * 1024
REQUEST_LIMIT = 16 * 1024
NAME_LIMIT = 140

_INVITATION_TAG = b"countersign/invitation/1\x00"
_IDENTIFIER_TAG = b"countersign/invitation-name/1\x00"
_PROOF_TAG = b"countersign/join-proof/1\x00"
_PHRASE_TAG = b"countersign/join-phrase/1\x00"
_IDENTIFIER = re.compile(r"[0-9a-f]{32}")
_HASH = re.compile(r"[0-9a-f]{64}")


class JoiningError(SecurityError):
    """An invitation or a request is not what it must be."""


@dataclass(frozen=True)
class Invitation:
    """What an inviter hands over.

    Attributes:
        workspace: 32 hex digits.
        genesis: The event that began the workspace: all that a joining device takes on trust, beside the phrase.
        world: Whether money moves there.
        inviter: The device that will answer, with its keys.
        inviter_name: Who invites.
        member: Who the invited will be: 32 hex digits; a known member's where that person gets another device.
        name: How the inviter calls the invited.
        roles: What they shall do; empty where a known member gets another device.
        groups: To which groups they shall belong.
        secret: 32 random bytes in hex: shows that a request answers this invitation.
        expires_at: Milliseconds since the epoch.
        relay: How the store is reached, without passwords; empty where messages travel as files.
    """

    workspace: str
    genesis: str
    world: World
    inviter: Device
    inviter_name: str
    member: str
    name: str
    roles: tuple[Role, ...]
    groups: tuple[str, ...]
    secret: str = field(repr=False)
    expires_at: int
    relay: JsonObject
    v: int = INVITATION_FORMAT

    def canonical(self) -> dict[str, Json]:
        """Return the invitation as a canonical object."""
        return {
            "v": self.v,
            "workspace": self.workspace,
            "genesis": self.genesis,
            "world": self.world.value,
            "inviter": self.inviter.canonical(),
            "inviter_name": self.inviter_name,
            "member": self.member,
            "name": self.name,
            "roles": [role.value for role in self.roles],
            "groups": list(self.groups),
            "secret": self.secret,
            "expires_at": self.expires_at,
            "relay": self.relay,
        }

    @property
    def message(self) -> bytes:
        """The 32 bytes that the inviter signs."""
        return hashlib.sha256(_INVITATION_TAG + canonical_bytes(self.canonical())).digest()

    @cached_property
    def id(self) -> str:
        """A name that tells nothing of the secret: 32 hex digits."""
        return hashlib.sha256(_IDENTIFIER_TAG + self.secret.encode()).hexdigest()[:32]

    @classmethod
    def read(cls, value: Json) -> Invitation:
        """Read an invitation from a canonical object.

        Raises:
            JoiningError: ``joining.version``, ``joining.form``.
        """
        with refused_as(JoiningError, "joining.form"):
            fields = Fields(value, "invitation")
            version, world, roles = fields.integer("v"), fields.text("world"), fields.texts("roles")
            if version != INVITATION_FORMAT:
                raise JoiningError("joining.version", version=version)
            if world not in World._value2member_map_ or not set(roles) <= set(Role):
                raise JoiningError("joining.form", reason="world")
            found = cls(
                v=version,
                workspace=fields.text("workspace"),
                genesis=fields.text("genesis"),
                world=World(world),
                inviter=Device.read(fields.mapping("inviter")),
                inviter_name=fields.text("inviter_name"),
                member=fields.text("member"),
                name=fields.text("name"),
                roles=tuple(Role(role) for role in roles),
                groups=fields.texts("groups"),
                secret=fields.text("secret"),
                expires_at=fields.integer("expires_at"),
                relay=fields.mapping("relay"),
            )
            fields.end()
        well_formed = (
            _IDENTIFIER.fullmatch(found.workspace)
            and _IDENTIFIER.fullmatch(found.member)
            and _HASH.fullmatch(found.genesis)
            and _HASH.fullmatch(found.secret)
            and 0 < len(found.name) <= NAME_LIMIT
            and not found.inviter.closed
        )
        if not well_formed:
            raise JoiningError("joining.form", reason="field")
        return found


@dataclass(frozen=True, slots=True)
class SignedInvitation:
    """An invitation and the inviter's signature over it, as handed over."""

    invitation: Invitation
    signature: bytes

    @property
    def content(self) -> bytes:
        """The bytes of the file, or of the picture."""
        return MAGIC + counted(canonical_bytes(self.invitation.canonical())) + self.signature

    @classmethod
    def parse(cls, content: bytes, verify: Verify) -> SignedInvitation:
        """Read an invitation, untrusted.

        Raises:
            JoiningError: ``joining.not_one``: another kind of file; ``joining.form``, ``joining.version``;
                ``joining.altered``: the inviter that it names did not sign this.
        """
        if not content.startswith(MAGIC) or len(content) > INVITATION_LIMIT:
            raise JoiningError("joining.not_one")
        with refused_as(JoiningError, "joining.form"):
            reader = ByteReader(content[len(MAGIC) :])
            value = parse_canonical(reader.counted(INVITATION_LIMIT))
            signature = reader.take(SIGNATURE_BYTES)
            reader.end()
        found = Invitation.read(value)
        if not verify(bytes.fromhex(found.inviter.signing_public_key), signature, found.message):
            raise JoiningError("joining.altered")
        return cls(found, signature)


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """What whoever joins answers: travels as a document in an envelope that their device signs.

    Attributes:
        workspace: 32 hex digits.
        invitation: Its name, see ``Invitation.id``.
        member: As the invitation has it.
        name: How they call themselves.
        device: Their device with its public keys.
        recovery_public_key: Of their recovery kit: raw Ed25519 in hex.
        at: Milliseconds since the epoch, by their clock.
        proof: Shows that they hold the invitation's secret: 64 hex digits.
    """

    workspace: str
    invitation: str
    member: str
    name: str
    device: Device
    recovery_public_key: str
    at: int
    proof: str = ""

    def canonical(self) -> dict[str, Json]:
        """Return the request as a canonical object."""
        return {
            "workspace": self.workspace,
            "invitation": self.invitation,
            "member": self.member,
            "name": self.name,
            "device": self.device.canonical(),
            "recovery_public_key": self.recovery_public_key,
            "at": self.at,
            "proof": self.proof,
        }

    @property
    def content(self) -> bytes:
        """The bytes of the document."""
        return canonical_bytes(self.canonical())

    def proven(self, secret: str) -> JoinRequest:
        """Return the request with its proof (HMAC-SHA256, RFC 2104)."""
        return replace(self, proof=self._proof(secret))

    def holds(self, secret: str) -> bool:
        """Tell whether whoever asks holds the invitation's secret."""
        return hmac.compare_digest(self.proof, self._proof(secret))

    def _proof(self, secret: str) -> str:
        content = _PROOF_TAG + replace(self, proof="").content
        return hmac.new(bytes.fromhex(secret), content, hashlib.sha256).hexdigest()

    @classmethod
    def parse(cls, content: bytes) -> JoinRequest:
        """Read a request, untrusted.

        Raises:
            JoiningError: ``joining.request``.
        """
        if len(content) > REQUEST_LIMIT:
            raise JoiningError("joining.request", reason="size")
        with refused_as(JoiningError, "joining.request"):
            fields = Fields(parse_canonical(content), "join request")
            found = cls(
                workspace=fields.text("workspace"),
                invitation=fields.text("invitation"),
                member=fields.text("member"),
                name=fields.text("name"),
                device=Device.read(fields.mapping("device")),
                recovery_public_key=fields.text("recovery_public_key"),
                at=fields.integer("at"),
                proof=fields.text("proof"),
            )
            fields.end()
        well_formed = (
            _IDENTIFIER.fullmatch(found.workspace)
            and _IDENTIFIER.fullmatch(found.invitation)
            and _IDENTIFIER.fullmatch(found.member)
            and _HASH.fullmatch(found.recovery_public_key)
            and _HASH.fullmatch(found.proof)
            and 0 < len(found.name) <= NAME_LIMIT
            and found.device.member == found.member
            and not found.device.closed
        )
        if not well_formed:
            raise JoiningError("joining.request", reason="field")
        return found


def phrase_digest(invitation: Invitation, request: JoinRequest) -> str:
    """Return what the phrase of both sides follows from: 64 hex digits.

    It covers the genesis, the inviter's keys as the invited know them, and the whole request: keys, name, recovery key.
    """
    content = canonical_bytes({"invitation": invitation.canonical(), "request": request.canonical()})
    return hashlib.sha256(_PHRASE_TAG + content).hexdigest()
