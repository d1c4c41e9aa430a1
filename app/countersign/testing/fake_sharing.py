"""Workspaces of several whose vaults are in memory: a world for each member, a store between them, parcels by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from countersign.application.flows.script import run_script
from countersign.application.ports.parcels import Collected, Gathered
from countersign.application.ports.relay import Relay
from countersign.application.ports.tasks import Tasks
from countersign.application.ports.vault import LocalSpace
from countersign.application.sharing import Sharing
from countersign.application.use_cases.exchange_envelopes import Tools
from countersign.application.use_cases.join_workspace import ask_to_join, read_invitation
from countersign.domain.canonical import JsonObject
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger.governance import Device, Member, Role
from countersign.domain.policy import Policy
from countersign.testing import fakes
from countersign.testing.fake_relay import FakeRelay, RelayStore
from countersign.testing.fake_workspace import FakeKeys, FakeSuite, MemoryWorkspace, fake_verify

WORKSPACE = "77" * 16

_PARTS = 3


class PromptRelay(FakeRelay):
    """A way to a store that never keeps anybody waiting: tests do their work in one thread."""

    def wait(self, timeout_ms: int) -> bool:
        """Say that nothing is new."""
        del timeout_ms
        return False


@dataclass
class FakeExport:
    """Implements ``ExportFile`` in memory.

    Attributes:
        pieces: What was written.
        ended: ``finished`` or ``discarded``; empty while it is written.
        full: Whether there is no more room.
    """

    pieces: list[bytes] = field(default_factory=list)
    ended: str = ""
    full: bool = False

    def write(self, content: bytes) -> None:
        """Write the next piece."""
        if self.full:
            raise UserFacingError("export.disk_full")
        self.pieces.append(content)

    def finish(self) -> None:
        """Be done."""
        self.ended = "finished"

    def discard(self) -> None:
        """Leave nothing behind."""
        self.ended = self.ended or "discarded"


class FakeParcels:
    """Implements the ``Parcels`` port in memory: files by their paths, and codes that hold ten bytes each.

    Attributes:
        files: What was written, or lies there.
        pictures: The texts of the codes in a picture, by its bytes.
        shown: What was shown as codes, by its name: the texts are the name and a number from 1 to 3.
        longest: How many bytes are shown as codes at most.
        exports: What was exported, by where to.
    """

    def __init__(self) -> None:
        self.files: dict[Path, tuple[bytes, ...]] = {}
        self.pictures: dict[bytes, tuple[str, ...]] = {}
        self.shown: dict[str, tuple[bytes, ...]] = {}
        self.longest = 1_000_000
        self.exports: dict[Path, FakeExport] = {}

    def write(self, path: Path, contents: Sequence[bytes]) -> None:
        """Write parcels."""
        if path.name == "full.countersign":
            raise UserFacingError("envelope.file_unwritable")
        self.files[path] = tuple(contents)

    def read(self, path: Path) -> Sequence[bytes]:
        """Read a file."""
        if path.suffix != ".countersign":
            return ()
        if path not in self.files:
            raise UserFacingError("envelope.file_unreadable")
        return self.files[path]

    def begin_export(self, path: Path) -> FakeExport:
        """Begin an export; there is no room for one that is called so."""
        self.exports[path] = FakeExport(full=path.name.startswith("full"))
        return self.exports[path]

    def texts(self, picture: bytes) -> Sequence[str]:
        """Read the codes in a picture."""
        return self.pictures.get(picture, ())

    def frames(self, contents: Sequence[bytes]) -> Sequence[str]:
        """Give three codes for whatever it is."""
        if sum(len(content) for content in contents) > self.longest:
            raise SecurityError("qr.too_long")
        name = f"PARCEL {len(self.shown)}"
        self.shown[name] = tuple(contents)
        return tuple(f"{name} {part}" for part in (1, 2, 3))

    def gather(self, texts: Sequence[str]) -> Gathered:
        """Put parcels together."""
        names = {text.rpartition(" ")[0] for text in texts}
        if not names <= set(self.shown):
            raise SecurityError("qr.foreign")
        if len(names) != 1:
            raise SecurityError("qr.mixed")
        have = len(set(texts))
        return Gathered(self.shown[names.pop()] if have == _PARTS else (), have, _PARTS)

    def collector(self) -> FakeCollector:
        """Begin to put together what comes picture by picture."""
        return FakeCollector(self)


class FakeCollector:
    """Implements ``Collector`` over fake codes; a foreign one is any other text, a damaged one says so."""

    def __init__(self, parcels: FakeParcels) -> None:
        """Put together what these parcels show."""
        self._parcels = parcels
        self._texts: dict[str, set[str]] = {}

    def add(self, texts: Sequence[str]) -> Collected:
        """Take in the codes of a picture."""
        foreign, damaged, last = False, "DAMAGED" in texts, ""
        for text in texts:
            name = text.rpartition(" ")[0]
            if name not in self._parcels.shown:
                foreign = foreign or text != "DAMAGED"
                continue
            last = name
            self._texts.setdefault(name, set()).add(text)
            if len(self._texts[name]) == _PARTS:
                return Collected(self._parcels.shown[name], _PARTS, _PARTS)
        have = len(self._texts.get(last, ()))
        several = len(self._texts) > 1
        return Collected((), have, _PARTS if have else 0, foreign=foreign, damaged=damaged, several=several)


@dataclass(slots=True)
class Colleague:
    """One member: their world, and how it is shared.

    Attributes:
        parcels: What is carried; the same for all, as if they shared a desk.
    """

    world: fakes.World
    vault: MemoryWorkspace
    sharing: Sharing

    @property
    def member(self) -> str:
        """Their identifier."""
        return self.vault.identity.member


@dataclass(slots=True)
class Office:
    """Colleagues around one store.

    Attributes:
        store: Between those who exchange through it.
        parcels: What they carry to each other.
        keys: Everybody's.
    """

    store: RelayStore = field(default_factory=RelayStore)
    parcels: FakeParcels = field(default_factory=FakeParcels)
    number: int = 0

    def begin(
        self,
        name: str = "Mei Chen",
        *,
        tasks: Tasks | None = None,
        members: Sequence[Member] = (),
        devices: Sequence[Device] = (),
        policy: Policy | None = None,
        settings: JsonObject | None = None,
    ) -> Colleague:
        """Begin a workspace; of one, or with members that are there already."""
        clock, entropy = fakes.FakeClock(fakes.START_MS - 60 * fakes.DAY_MS), fakes.FakeEntropy(name)
        vault = MemoryWorkspace.begun(
            clock,
            entropy,
            keys=FakeKeys(name),
            workspace=WORKSPACE,
            members=members,
            devices=devices,
            policy=policy or Policy(requester_may_approve=not members),
        )
        return self.colleague(vault, clock, entropy, tasks, settings)

    def join(
        self, name: str, content: bytes, tasks: Tasks | None = None, settings: JsonObject | None = None
    ) -> Colleague:
        """Make a vault for an invitation, and ask to be admitted."""
        clock, entropy = fakes.FakeClock(fakes.START_MS - 60 * fakes.DAY_MS), fakes.FakeEntropy(name)
        invitation = read_invitation(content, fake_verify, clock.now_ms()).invitation
        vault = MemoryWorkspace(
            clock,
            entropy,
            keys=FakeKeys(name),
            workspace=invitation.workspace,
            member=invitation.member,
            genesis=invitation.genesis,
        )
        ask_to_join(vault, invitation, name)
        return self.colleague(vault, clock, entropy, tasks, settings)

    def present(self, who: Colleague, name: str) -> MemoryWorkspace:
        """Give the vault of somebody who belongs here already, with all that ``who`` knows."""
        member = hashlib.sha256(name.encode()).hexdigest()[:32]
        genesis = who.vault.rules.epochs[0].event
        vault = MemoryWorkspace(
            who.world.clock,
            fakes.FakeEntropy(name),
            keys=FakeKeys(name),
            workspace=WORKSPACE,
            member=member,
            genesis=genesis,
        )
        for device, head in who.vault.heads().items():
            vault.take_in(who.vault.shared_events(device, 0, head.size))
        return vault

    def colleague(
        self,
        vault: MemoryWorkspace,
        clock: fakes.FakeClock,
        entropy: fakes.FakeEntropy,
        tasks: Tasks | None = None,
        settings: JsonObject | None = None,
    ) -> Colleague:
        """Make the world around a vault, and share it."""
        world = fakes.world_around(vault, clock, entropy, tasks, populated=False)
        sharing = self.share(world, vault)
        if settings:
            with vault.transaction() as change:
                change.put(LocalSpace.CREDENTIAL, "relay", settings)
        run_script(world.session.tasks, sharing.begin(), lambda _none: None, _raise)
        return Colleague(world, vault, sharing)

    def share(self, world: fakes.World, vault: MemoryWorkspace) -> Sharing:
        """Let a world share its workspace."""
        session, self.number = world.session, self.number + 1
        reader = f"reader {self.number}"
        tools = Tools(FakeSuite(), fake_verify, session.clock, session.entropy)

        def make(settings: JsonObject) -> Relay:
            if settings.get("folder") == "/missing":
                raise UserFacingError("relay.settings", field="folder")
            return PromptRelay(self.store, reader)

        session.shared = Sharing(vault, session.tasks, tools, self.parcels, make)
        return session.shared


def gathered(sharing: Sharing, *to: str) -> tuple[bytes, ...]:
    """Gather what others lack, at once."""
    found: list[tuple[bytes, ...]] = []
    run_script(fakes.InlineTasks(), sharing.gather(to), found.append, _raise)
    return found[0]


def member_like(name: str, *roles: Role, groups: Sequence[str] = (), access_until: int = 0) -> tuple[Member, Device]:
    """Make a member with one device, by name."""
    member = hashlib.sha256(name.encode()).hexdigest()[:32]
    keys = FakeKeys(name)
    found = Member(member, name, tuple(roles), keys.kit, groups=tuple(groups), access_until=access_until)
    return found, keys.device(member)


def _raise(error: Exception) -> None:
    raise error
