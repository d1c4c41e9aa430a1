"""People with real vaults, each in a folder of its own, who exchange through a real folder or by files."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from countersign.adapters.relays.folder import FolderRelay
from countersign.adapters.relays.hand_parcels import HandParcels
from countersign.adapters.relays.sealing import HpkeSuite
from countersign.adapters.vault.cryptography_suite import verify_ed25519
from countersign.adapters.vault.door import FileVaultDoor
from countersign.application.flows.exchange import ExchangeReport, Memory, exchange_once
from countersign.application.flows.script import run_script
from countersign.application.ports.relay import Relay
from countersign.application.ports.vault_door import NewVault
from countersign.application.ports.workspace import WorkspaceVault
from countersign.application.use_cases.admit_member import admit_member
from countersign.application.use_cases.change_governance import (
    endorse_change,
    next_state,
    open_changes,
    propose_change,
    settle_changes,
)
from countersign.application.use_cases.exchange_envelopes import TakenParcel, Tools, parcel_name, take_parcel
from countersign.application.use_cases.hand_over_sending import hand_over_sending, sender_of
from countersign.application.use_cases.invite_member import Stage, askings, invite_member
from countersign.application.use_cases.join_workspace import ask_to_join, joining_of, read_invitation, ticket_of
from countersign.application.use_cases.publish_envelopes import file_letters
from countersign.application.use_cases.relay_notes import read_notes
from countersign.domain.ledger.governance import Role, World
from countersign.domain.secret import SecretText
from countersign.testing.fakes import FakeClock, FakeEntropy, InlineTasks
from tests.integration.vault.story import PASSPHRASE, Place, RememberingStretch
from tests.unit.application.workspace.payments import ORDER, known

ROLES = (Role.REQUESTER, Role.APPROVER)


@dataclass
class Person:
    """One of them, at a device of their own."""

    name: str
    place: Place
    door: FileVaultDoor
    vault: WorkspaceVault
    tools: Tools
    memory: Memory = field(default_factory=Memory)

    @property
    def device(self) -> str:
        return self.vault.identity.device

    def round(self, relay: Relay) -> ExchangeReport:
        """Make one round with a store."""
        found: list[ExchangeReport] = []

        def failed(error: Exception) -> None:
            raise error

        run_script(InlineTasks(), exchange_once(self.vault, relay, self.tools, self.memory), found.append, failed)
        return found[0]

    def take(self, content: bytes) -> TakenParcel:
        """Take a file in."""
        notes = read_notes(self.vault)
        return take_parcel(self.vault, self.tools, notes, "file", parcel_name(content), content)

    def reopen(self) -> None:
        """Lock, and unlock as a program that was just started."""
        self.door.lock()
        self.door = self.place.door()
        self.vault = cast("WorkspaceVault", self.door.unlock(SecretText(PASSPHRASE)))
        self.memory = Memory()


def release(person: Person, to: str) -> None:
    """Let another device send the order, once."""
    if sender_of(known(person)) == person.device:
        hand_over_sending(person.vault, ORDER, to)


@dataclass
class Team:
    """All of them."""

    home: Path
    people: list[Person] = field(default_factory=list)
    clock: FakeClock = field(default_factory=FakeClock)
    stretch: RememberingStretch = field(default_factory=RememberingStretch)

    def __getitem__(self, place: int) -> Person:
        return self.people[place]

    @property
    def folder(self) -> Path:
        """What they share."""
        found = self.home / "shared"
        found.mkdir(exist_ok=True)
        return found

    def relay(self) -> FolderRelay:
        """Return a way to the shared folder."""
        return FolderRelay(self.folder, self[0].vault.identity.workspace)

    def rounds(self, count: int = 3) -> None:
        """Let everybody make some rounds through the folder."""
        for _ in range(count):
            for person in self.people:
                relay = self.relay()
                person.round(relay)
                relay.close()
            self.clock.advance(31_000)

    def by_files(self, count: int = 2) -> None:
        """Let everybody hand everybody files, and nothing else."""
        for turn in range(count):
            for person in self.people:
                path = self.home / f"{turn} {person.name}.countersign"
                HandParcels().write(path, file_letters(person.vault, person.tools, read_notes(person.vault)))
                contents = HandParcels().read(path)
                for other in self.people:
                    if other is not person:
                        assert {other.take(content).refused for content in contents} <= {""}
            self.clock.advance(31_000)

    @property
    def agree(self) -> bool:
        return len({tuple(sorted(item.vault.heads().items())) for item in self.people}) == 1

    def begin(self, name: str) -> Person:
        """Let somebody begin the workspace."""
        return self._enter(name, None)

    def _enter(self, name: str, invitation: bytes | None) -> Person:
        place = Place(self.home / name, self.clock, FakeEntropy(name), self.stretch)
        place.home.mkdir()
        door = place.door()
        new = NewVault(name, World.PRACTICE, SecretText(PASSPHRASE), door.new_kit())
        tools = Tools(HpkeSuite(), verify_ed25519, self.clock, FakeEntropy(f"exchange {name}"))
        if invitation is None:
            vault = cast("WorkspaceVault", door.create(new))
        else:
            read = read_invitation(invitation, verify_ed25519, self.clock.now_ms()).invitation
            vault = cast("WorkspaceVault", door.join(new, ticket_of(read)))
            ask_to_join(vault, read, name)
        person = Person(name, place, door, vault, tools)
        self.people.append(person)
        return person

    def join(self, name: str, roles: tuple[Role, ...] = ROLES, *, files: bool = False) -> Person:
        """Let the first invite somebody, and everybody sign; by the folder, or by files alone."""
        exchange = self.by_files if files else self.rounds
        first = self[0]
        signed = invite_member(first.vault, first.tools.entropy, name=name, roles=roles)
        person = self._enter(name, signed.content)
        exchange(2)
        joining = joining_of(person.vault)
        (asking,) = [item for item in askings(first.vault, self.clock.now_ms()) if item.stage is Stage.ASKED]
        assert joining is not None
        assert asking.phrase_digest == joining.phrase_digest
        admit_member(first.vault, verify_ed25519, signed.invitation.id, asking.phrase_digest)
        self.sign(files=files)
        exchange(2)
        assert person.vault.admitted
        return person

    def need_two(self, *, files: bool = False) -> None:
        """Let every payment need two approvals from now on."""
        rules = self[0].vault.rules
        state = next_state(rules, policy=replace(rules.governance.policy, approvals=2))
        propose_change(self[0].vault, verify_ed25519, state)
        self.sign(files=files)
        assert all(person.vault.rules.governance.policy.approvals == 2 for person in self.people)

    def sign(self, *, files: bool) -> None:
        """Let everybody sign what the first proposed, and put it in force."""
        exchange = self.by_files if files else self.rounds
        exchange(2)
        for other in self.people[1:]:
            for change in open_changes(other.vault, verify_ed25519) if other.vault.admitted else ():
                endorse_change(other.vault, verify_ed25519, change.change)
        exchange(2)
        settle_changes(self[0].vault, verify_ed25519)
        exchange(2)

    def close(self) -> None:
        for person in self.people:
            person.door.lock()
