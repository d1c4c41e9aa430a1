"""A workspace of fifty devices with thousands of orders in two real vaults; made once, kept in ``build/bench``.

Ada begins the workspace, Ben joins it: their vaults are on disk, with keys, anchors and projections of their own. The
other forty-eight devices hold their keys in memory and write what real ones would; their keys follow from their names.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final, cast

from countersign.adapters.system.clock import SystemEntropy
from countersign.adapters.system.keyring_store import FolderStore
from countersign.adapters.vault import schema
from countersign.adapters.vault.cryptography_suite import FLOOR
from countersign.adapters.vault.door import FileVaultDoor
from countersign.application.ports.clock import Clock
from countersign.application.ports.vault_door import JoinTicket, NewVault
from countersign.application.ports.workspace import WorkspaceVault
from countersign.domain.canonical import Json, JsonObject
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Body, Chain, Event, EventDraft, Header
from countersign.domain.ledger.governance import Device, Member, Role, World, change_message
from countersign.domain.money import Money
from countersign.domain.order import OrderContent
from countersign.domain.payee import DetailsSource, PayeeDetails, PayeeKind
from countersign.domain.payment import PaymentFields, PaymentProduct
from countersign.testing.fake_team import QUIET
from countersign.testing.fake_workspace_keys import DeviceKeys
from countersign.testing.fakes import FakeClock
from tests.benchmarks.bench_vault import PASSPHRASE, counterparty

CROWD: Final = 48
REQUESTERS: Final = 16
APPROVALS: Final = 3
OPEN_ORDERS: Final = 600
"""Orders that nobody has approved yet: what is measured."""
BEGUN_MS: Final = 1_763_769_600_000
"""A year before the measuring: 22 November 2025."""
_SPAN_MS: Final = 300 * 86_400_000
_FORMAT: Final = 1
_BATCH: Final = 1_000
_PAYEES: Final = 160
_ALL: Final = (Role.REQUESTER, Role.APPROVER, Role.ADMINISTRATOR)


@dataclass(frozen=True)
class _Change:
    message: bytes


@dataclass
class Pen:
    """One of the forty-eight: writes the events of its chain, and keeps the last only."""

    number: int
    workspace: str
    last: Event | None = None

    @cached_property
    def keys(self) -> DeviceKeys:
        """Its keys."""
        return DeviceKeys(f"crowd {self.number}", self.workspace)

    @property
    def member(self) -> str:
        """Whose it is."""
        return self.keys.device.member

    def write(
        self, kind: str, subject: str, body: JsonObject, at: int, refs: Sequence[str] = (), seen: Sequence[Event] = ()
    ) -> Event:
        """Sign the next event."""
        seq = self.last.header.seq + 1 if self.last else 0
        known = [item.header.lamport for item in (*seen, *((self.last,) if self.last else ()))]
        content = Body.of(body, hashlib.sha256(f"{self.number} {seq}".encode()).digest()[:16])
        header = Header(
            workspace=self.workspace,
            device=self.keys.device.device,
            chain=Chain.SHARED,
            seq=seq,
            prev=self.last.id if self.last else "",
            seen=tuple(sorted(item.id for item in seen)),
            lamport=1 + max(known, default=0),
            at=max(at, self.last.header.at if self.last else 0),
            kind=kind,
            subject=subject,
            refs=tuple(sorted(refs)),
            body_hash=content.hash,
        )
        self.last = Event(header, self.keys.sign(_Change(bytes.fromhex(header.id))), content)
        return self.last


@dataclass
class Crowd:
    """All of them, and what they write."""

    workspace: str
    admitted: Event
    orders: int
    pens: list[Pen] = field(init=False)

    def __post_init__(self) -> None:
        """Take up forty-eight pens."""
        self.pens = [Pen(number, self.workspace) for number in range(CROWD)]

    def events(self) -> Iterator[Event]:
        """Write everything, causes before consequences."""
        seen = (self.admitted,)
        versions: list[Event] = []
        for number in range(_PAYEES):
            pen = self.pens[number % REQUESTERS]
            name, account = counterparty(number)
            details = PayeeDetails(name, account, "", PayeeKind.COMPANY, DetailsSource.CONTRACT)
            body: JsonObject = {**details.canonical(), "supersedes": []}
            subject = _identifier(f"payee {number}")
            versions.append(pen.write(kinds.PAYEE_ADDED, subject, body, BEGUN_MS, seen=() if pen.last else seen))
            yield versions[-1]
        step = _SPAN_MS // (self.orders + OPEN_ORDERS)
        for number in range(self.orders + OPEN_ORDERS):
            at = BEGUN_MS + step * (number + 1)
            yield from self._order(number, at, versions[number % _PAYEES], paid=number < self.orders)

    def _order(self, number: int, at: int, version: Event, *, paid: bool) -> Iterator[Event]:
        pen = self.pens[number % REQUESTERS]
        content = _content(number, pen, version)
        order, digest = content.order, content.digest
        frozen = pen.write(kinds.ORDER_FROZEN, order, {"content": content.canonical(), "digest": digest}, at)
        yield frozen
        said: JsonObject = {"digest": digest, "assessment": QUIET.canonical()}
        assessed = pen.write(kinds.ORDER_ASSESSED, order, said, at + 1_000, (frozen.id,))
        yield assessed
        if not paid:
            return
        given: list[Event] = []
        for turn in range(APPROVALS):
            who = self.pens[REQUESTERS + (number * APPROVALS + turn) % (CROWD - REQUESTERS)]
            body: JsonObject = {
                "digest": digest,
                "epoch": 1,
                "assessment": assessed.id,
                "expires_at": at + 86_400_000,
            }
            refs = (frozen.id, assessed.id)
            given.append(who.write(kinds.ORDER_APPROVED, order, body, at + 2_000 + turn, refs, (assessed,)))
        yield from given
        named = sorted(item.id for item in given)
        intent: JsonObject = {
            "digest": digest,
            "epoch": 1,
            "approvals": list[Json](named),
            "end_to_end_id": content.payment.end_to_end_id,
            "request_id": f"request {number}",
            "bank": "practice",
            "never_executes_unauthorised": True,
        }
        yield pen.write(
            kinds.ORDER_SUBMISSION_INTENDED, order, intent, at + 3_000, (frozen.id, assessed.id, *named), given
        )
        yield pen.write(kinds.ORDER_INITIATED, order, {"payment_id": f"P{number}"}, at + 4_000)
        status: JsonObject = {
            "payment_id": f"P{number}",
            "transaction_status": "ACSC",
            "authorised": True,
            "reason": "",
            "source": "status",
        }
        yield pen.write(kinds.ORDER_STATUS_CHANGED, order, status, at + 5_000)


def _identifier(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _content(number: int, pen: Pen, version: Event) -> OrderContent:
    said = version.says()
    return OrderContent(
        workspace=pen.workspace,
        world=World.PRACTICE,
        order=_identifier(f"order {number}"),
        nonce=_identifier(f"nonce {number}"),
        sender_device=pen.keys.device.device,
        requester=pen.member,
        payee=version.header.subject,
        payee_version=version.id,
        debtor_name="Northern Mills Group",
        payment=PaymentFields(
            instructed_amount=Money(10_000_00 + number * 7_919 % 90_000_000, "EUR"),
            debtor_account="LU209990012345678901",
            creditor_name=str(said["name"]),
            creditor_account=str(said["account"]),
            creditor_agent="",
            end_to_end_id=f"CS{number:024X}",
            remittance=f"Invoice {number * 37 % 99_991:05}",
            requested_execution_date="",
            product=PaymentProduct.SEPA,
        ),
    )


def open_order(number: int) -> str:
    """Return the identifier of an order by its number; those from ``orders`` on are open."""
    return _identifier(f"order {number}")


def team_door(folder: Path, clock: Clock) -> FileVaultDoor:
    """Stand before the vault of one of the two."""
    secrets = FolderStore(folder / "keyring")
    return FileVaultDoor(folder / "vault", clock=clock, entropy=SystemEntropy(), secrets=secrets, cost=FLOOR)


def team_of(root: Path, orders: int) -> Path:
    """Return the folder of a workspace with so many paid orders; made where it is missing, which takes minutes."""
    tables = (schema.LEDGER + schema.PROJECTIONS + schema.SEARCH).encode()
    mark = hashlib.sha256(tables + f"{_FORMAT} {OPEN_ORDERS}".encode()).hexdigest()[:12]
    folder = root / f"team-{orders}-{mark}"
    finished = folder / "finished"
    if not finished.exists():
        if folder.exists():
            raise FileExistsError(f"{folder} was never finished: remove it")
        _make(folder, orders)
        finished.touch()
    return folder


def _make(folder: Path, orders: int) -> None:
    clock = FakeClock(BEGUN_MS)
    for name in ("ada", "ben"):
        (folder / name).mkdir(parents=True)
    doors = {name: team_door(folder / name, clock) for name in ("ada", "ben")}
    ada = cast("WorkspaceVault", doors["ada"].create(_new("Ada", doors["ada"])))
    genesis = ada.shared_events(ada.identity.device, 0, 1)[0]
    ticket = JoinTicket(ada.identity.workspace, genesis.id, World.PRACTICE)
    ben = cast("WorkspaceVault", doors["ben"].join(_new("Ben", doors["ben"]), ticket))
    first = _admit(ada, ben, genesis)
    for door in doors.values():
        door.lock()
    context = multiprocessing.get_context("fork")
    others = [context.Process(target=_fill, args=(folder / name, first, orders)) for name in doors]
    for other in others:
        other.start()
    for other in others:
        other.join()
        if other.exitcode:
            raise RuntimeError("a vault could not be made")


def _new(name: str, door: FileVaultDoor) -> NewVault:
    return NewVault(name, World.PRACTICE, PASSPHRASE, door.new_kit())


def _admit(ada: WorkspaceVault, ben: WorkspaceVault, genesis: Event) -> tuple[Event, Event]:
    """Let Ada name the other forty-nine devices, each as a person's of its own."""
    pens = [Pen(number, ada.identity.workspace) for number in range(CROWD)]
    state = ada.rules.governance
    people = [
        Member(ben.own_device.member or _identifier("Ben"), "Ben", _ALL, ben.recovery_public_key),
        *(Member(pen.member, f"Person {pen.number}", _ALL, _identifier(f"kit {pen.number}") * 2) for pen in pens),
    ]
    devices: list[Device] = [
        replace(ben.own_device, member=people[0].member),
        *(pen.keys.device for pen in pens),
    ]
    following = replace(
        state,
        epoch=1,
        members=(*state.members, *people),
        devices=(*state.devices, *devices),
        policy=replace(state.policy, approvals=APPROVALS, requester_may_approve=False),
    )
    signature = ada.sign(_Change(change_message([genesis.id], following))).hex()
    body: dict[str, Json] = {
        "parents": [genesis.id],
        "state": following.canonical(),
        "signatures": [{"device": ada.identity.device, "signature": signature}],
    }
    with ada.transaction() as change:
        admitted = change.append(EventDraft(kinds.GOVERNANCE_CHANGED, ada.identity.workspace, body))
    taken = ben.take_in((genesis, admitted))
    if taken.refused or taken.waiting or not ben.admitted:
        raise RuntimeError(f"Ben was not admitted: {taken}")
    return genesis, admitted


def _fill(folder: Path, first: tuple[Event, Event], orders: int) -> None:
    """Take in what the crowd writes."""
    door = team_door(folder, FakeClock(BEGUN_MS + _SPAN_MS))
    vault = cast("WorkspaceVault", door.unlock(PASSPHRASE))
    batch: list[Event] = []
    count = 0
    for event in Crowd(first[0].header.workspace, first[1], orders).events():
        batch.append(event)
        if len(batch) >= _BATCH:
            _take(vault, batch)
            count += len(batch)
            sys.stderr.write(f"  {folder.name}: {count} events\n")
            batch.clear()
    _take(vault, batch)
    door.lock()


def _take(vault: WorkspaceVault, batch: list[Event]) -> None:
    taken = vault.take_in(batch)
    if taken.refused or taken.waiting or len(taken.accepted) != len(batch):
        raise RuntimeError(f"not all was taken: {taken.refused[:3]} {len(taken.waiting)}")
