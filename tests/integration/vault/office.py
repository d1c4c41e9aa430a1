"""Vaults on disk that share a workspace, with doors, keys and anchors of their own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from countersign.adapters.vault.door import FileVaultDoor
from countersign.adapters.vault.open_vault import OpenVault
from countersign.application.ports.vault_door import JoinTicket, NewVault
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Body, Event, Header
from countersign.domain.ledger.governance import Device, Governance, Member, Role, World, change_message
from countersign.domain.secret import SecretText
from countersign.testing.fakes import FakeEntropy
from tests.integration.vault.story import PASSPHRASE, Place, RememberingStretch, Story

STRETCH = RememberingStretch()
ALL = (Role.REQUESTER, Role.APPROVER, Role.ADMINISTRATOR)


@dataclass(frozen=True)
class Change:
    """What administrators sign."""

    message: bytes


@dataclass
class Desk:
    """One person's device."""

    place: Place
    door: FileVaultDoor
    vault: OpenVault

    @property
    def story(self) -> Story:
        """Tells its ledger what happens."""
        return Story(self.vault, self.place.entropy)

    @property
    def device(self) -> str:
        """Its name."""
        return self.vault.identity.device

    def shared(self) -> Sequence[Event]:
        """All that it wrote for others."""
        return self.vault.shared_events(self.device, 0, 10_000)

    def all_shared(self) -> list[Event]:
        """All that it knows."""
        return [event for each in self.vault.heads() for event in self.vault.shared_events(each, 0, 10_000)]

    def reopen(self) -> OpenVault:
        """Lock, and unlock as a program that was just started."""
        self.door.lock()
        self.door = self.place.door()
        self.vault = opened(self.door.unlock(SecretText(PASSPHRASE)))
        return self.vault


def opened(vault: object) -> OpenVault:
    """Return what a door opened, as what it is."""
    assert isinstance(vault, OpenVault)
    return vault


@dataclass
class Office:
    """A workspace that Ada founded."""

    home: Path
    desks: dict[str, Desk] = field(default_factory=dict)

    def found(self) -> Desk:
        """Let Ada begin the workspace."""
        place = self._place("Ada")
        door = place.door()
        self.desks["Ada"] = Desk(place, door, opened(place.create(door)))
        return self.desks["Ada"]

    def _place(self, name: str) -> Place:
        home = self.home / name
        home.mkdir()
        return Place(home, stretch=STRETCH, entropy=FakeEntropy(f"{self.home.name} {name}"))

    @property
    def genesis(self) -> Event:
        """The event that the ledger begins with."""
        return self.desks["Ada"].shared()[0]

    def join(self, name: str) -> Desk:
        """Let somebody make a vault for it, and not be admitted yet."""
        place = self._place(name)
        door = place.door()
        place.kit = door.new_kit()
        new = NewVault(name, World.PRACTICE, SecretText(PASSPHRASE), place.kit)
        ticket = JoinTicket(self.genesis.header.workspace, self.genesis.id, World.PRACTICE)
        self.desks[name] = Desk(place, door, opened(door.join(new, ticket)))
        return self.desks[name]

    def admit(self, *names: str, roles: tuple[Role, ...] = ALL) -> Event:
        """Let Ada name devices that joined, each as a person of its own."""
        ada = self.desks["Ada"].vault
        state = ada.rules.governance
        people = [Member(name.lower().ljust(32, "0"), name, roles, self._key(name)) for name in names]
        devices = [replace(self.desks[each.name].vault.own_device, member=each.member) for each in people]
        policy = replace(state.policy, requester_may_approve=False)
        return self.change(
            members=(*state.members, *people), devices=(*state.devices, *devices), policy=policy, signers=("Ada",)
        )

    def _key(self, name: str) -> str:
        return self.desks[name].vault.recovery_public_key

    def change(self, signers: Iterable[str] = ("Ada",), by: str = "Ada", **changes: object) -> Event:
        """Change governance, with the signatures it needs."""
        rules = self.desks[by].vault.rules
        state = replace(rules.governance, epoch=rules.governance.epoch + 1, **changes)  # type: ignore[arg-type]
        parents = [rules.epochs[-1].event]
        message = change_message(parents, state)
        signed: list[Json] = [
            {"device": self.desks[name].device, "signature": self.desks[name].vault.sign(Change(message)).hex()}
            for name in signers
        ]
        body: dict[str, Json] = {"parents": list[Json](parents), "state": state.canonical(), "signatures": signed}
        return self.desks[by].story.add(kinds.GOVERNANCE_CHANGED, self.genesis.header.workspace, body)

    def closed(self, name: str, last: str) -> tuple[Device, ...]:
        """Return the devices with one of them closed."""
        state: Governance = self.desks["Ada"].vault.rules.governance
        device = self.desks[name].device
        gone = {"closed": True, "last_shared": last}
        return tuple(replace(item, **gone) if item.device == device else item for item in state.devices)  # type: ignore[arg-type]

    def of_three(self) -> tuple[Desk, Desk, Desk]:
        """Found it, and let two more in."""
        ada = self.found()
        ben, cho = self.join("Ben"), self.join("Cho")
        self.admit("Ben", "Cho")
        for desk in (ben, cho):
            assert desk.vault.take_in(ada.shared()).refused == ()
        return ada, ben, cho

    def close(self) -> None:
        """Lock all."""
        for desk in self.desks.values():
            desk.door.lock()


def written(events: Iterable[Event]) -> str:
    """Return events as text, for another process."""
    rows = [
        [event.header.content.decode(), event.signature.hex(), event.body.salt.hex(), event.body.content.decode()]
        for event in events
        if event.body is not None
    ]
    return json.dumps(rows)


def read_back(text: str) -> list[Event]:
    """Read what ``written`` wrote."""
    return [
        Event(Header.parse(header.encode()), bytes.fromhex(signature), Body(bytes.fromhex(salt), content.encode()))
        for header, signature, salt, content in json.loads(text)
    ]
