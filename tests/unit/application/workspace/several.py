"""Some devices of one workspace on one store in memory: what the tests of exchanging work with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from countersign.application.flows.exchange import ExchangeReport, Memory, exchange_once
from countersign.application.flows.script import run_script
from countersign.application.ports.relay import Relay
from countersign.application.use_cases.exchange_envelopes import Tools
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event, EventDraft
from countersign.domain.ledger.governance import Member, Role
from countersign.domain.ledger.joining import SignedInvitation
from countersign.domain.policy import Policy
from countersign.testing.fake_relay import FakeRelay, RelayStore
from countersign.testing.fake_workspace import FakeKeys, FakeSuite, MemoryWorkspace, fake_verify
from countersign.testing.fakes import FakeClock, FakeEntropy, InlineTasks

WORKSPACE = "22" * 16
NOTE = "77" * 16
ALL = (Role.REQUESTER, Role.APPROVER, Role.ADMINISTRATOR)


@dataclass
class Desk:
    """One device: its vault, its way to the store, and what it remembers."""

    vault: MemoryWorkspace
    relay: Relay
    tools: Tools
    memory: Memory = field(default_factory=Memory)
    took: list[frozenset[str]] = field(default_factory=list)

    @property
    def device(self) -> str:
        return self.vault.identity.device

    def round(self) -> ExchangeReport:
        """Make one round; what it raises is raised."""
        found: list[ExchangeReport] = []

        def failed(error: Exception) -> None:
            raise error

        script = exchange_once(self.vault, self.relay, self.tools, self.memory, self.took.append)
        run_script(InlineTasks(), script, found.append, failed)
        return found[0]

    def say(self, text: str = "note", subject: str = NOTE, kind: str = kinds.TEMPLATE_KEPT, **more: Json) -> Event:
        """Sign something."""
        with self.vault.transaction() as change:
            return change.append(EventDraft(kind, subject, {"text": text, **more}))

    def restart(self) -> None:
        """Forget what a process that dies forgets."""
        self.memory = Memory()


@dataclass
class Several:
    """Devices with one clock, one store and one workspace that was begun by the first."""

    desks: list[Desk]
    store: RelayStore
    clock: FakeClock

    def __getitem__(self, place: int) -> Desk:
        return self.desks[place]

    def later(self, milliseconds: int = 1_000) -> None:
        self.clock.advance(milliseconds)

    def rounds(self, count: int = 3, step_ms: int = 1_000) -> None:
        """Let everybody make some rounds."""
        for _ in range(count):
            for desk in self.desks:
                desk.round()
            self.later(step_ms)

    @property
    def agree(self) -> bool:
        """Whether everybody knows the same."""
        return len({tuple(sorted(desk.vault.heads().items())) for desk in self.desks}) == 1


def several(
    count: int = 3,
    *,
    policy: Policy | None = None,
    roles: Sequence[tuple[Role, ...]] = (),
    store: RelayStore | None = None,
) -> Several:
    """Make a workspace whose genesis names everybody; all but the first still have to hear of it."""
    clock, kept = FakeClock(), store or RelayStore()
    names = [f"device {place}" for place in range(count)]
    keys = [FakeKeys(name) for name in names]
    given = [*roles, *[ALL] * count]
    members = [
        Member(f"{place:02d}" * 16, names[place], given[place - 1], keys[place].kit) for place in range(1, count)
    ]
    rule = policy or Policy(approvals=1, requester_may_approve=count == 1)
    devices = [keys[place].device(members[place - 1].member) for place in range(1, count)]
    first = MemoryWorkspace.begun(
        clock, FakeEntropy(names[0]), keys=keys[0], workspace=WORKSPACE, members=members, devices=devices, policy=rule
    )
    genesis = first.rules.epochs[0].event
    vaults = [first]
    for place in range(1, count):
        vault = MemoryWorkspace(
            clock,
            FakeEntropy(names[place]),
            keys=keys[place],
            workspace=WORKSPACE,
            member=members[place - 1].member,
            genesis=genesis,
        )
        beginning = first.event(genesis)
        assert beginning is not None
        vault.take_in([beginning])
        vaults.append(vault)
    desks = [
        Desk(vault, FakeRelay(kept, vault.keys.name), Tools(FakeSuite(), fake_verify, clock, FakeEntropy(f"x {place}")))
        for place, vault in enumerate(vaults)
    ]
    return Several(desks, kept, clock)


def newcomer(some: Several, name: str, signed: SignedInvitation) -> Desk:
    """Make the device that an invitation is for: it knows nothing but the invitation."""
    invitation = signed.invitation
    vault = MemoryWorkspace(
        some.clock,
        FakeEntropy(name),
        keys=FakeKeys(name),
        workspace=invitation.workspace,
        member=invitation.member,
        genesis=invitation.genesis,
    )
    tools = Tools(FakeSuite(), fake_verify, some.clock, FakeEntropy(f"x {name}"))
    desk = Desk(vault, FakeRelay(some.store, name), tools)
    some.desks.append(desk)
    return desk
