"""Whoever runs the database writes into it, or takes away, what they like: it is ignored, and it is told.

A real PostgreSQL server, attacked through its owner's connection, and three people with real vaults (SECURITY rows 14,
15).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from countersign.adapters.relays.parcels import workspace_tag
from countersign.adapters.relays.postgres import PostgresRelay
from countersign.adapters.relays.sealing import HpkeSuite
from countersign.application.flows.exchange import ExchangeReport
from countersign.application.ports.vault import Identity
from countersign.application.ports.workspace import Statement
from countersign.application.use_cases.approve_order import append_stop
from countersign.application.use_cases.seal_envelope import seal_envelope
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.envelope import Purpose
from countersign.domain.ledger.event import Body, Chain, Event, Header, device_identifier
from countersign.domain.ledger.governance import Device, Member, Role, change_message
from countersign.domain.ledger.letter import Letter
from countersign.domain.order_state import OrderState
from countersign.domain.policy import Policy
from tests.integration.workspace.team import Person, Team
from tests.postgres import PostgresServer
from tests.unit.application.workspace.payments import approve, faults, intend, known, request

EVE = "ee" * 16
SALT = bytes(16)


@dataclass
class InDatabase(Team):
    """People who share a database."""

    server: PostgresServer | None = None

    def relay(self) -> PostgresRelay:  # type: ignore[override]
        assert self.server is not None
        return PostgresRelay(self.server.settings(), self[0].vault.identity.workspace)

    def reports(self, count: int = 1) -> dict[str, list[ExchangeReport]]:
        """Let everybody make some rounds, and keep what they report."""
        found: dict[str, list[ExchangeReport]] = {person.name: [] for person in self.people}
        for _ in range(count):
            for person in self.people:
                relay = self.relay()
                found[person.name].append(person.round(relay))
                relay.close()
            self.clock.advance(31_000)
        return found

    def insert(self, content: bytes) -> None:
        """Write a parcel into the table, as its owner."""
        assert self.server is not None
        row = (workspace_tag(self[0].vault.identity.workspace), hashlib.sha256(content).hexdigest(), content)
        with self.server.owner() as owner:
            owner.execute("INSERT INTO countersign_parcels (workspace_tag, name, content) VALUES (%s, %s, %s)", row)

    def names(self) -> set[str]:
        assert self.server is not None
        with self.server.owner() as owner:
            return {str(name) for (name,) in owner.execute("SELECT name FROM countersign_parcels").fetchall()}

    def delete(self, names: set[str]) -> None:
        assert self.server is not None
        with self.server.owner() as owner:
            owner.execute("DELETE FROM countersign_parcels WHERE name = ANY(%s)", (list(names),))


@dataclass(frozen=True)
class Outsider:
    """Has the database and keys of their own, and seals in anybody's name."""

    identity: Identity
    key: Ed25519PrivateKey

    def sign(self, statement: Statement) -> bytes:
        return self.key.sign(statement.message)

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        raise AssertionError((wrapped, info))


@pytest.fixture(scope="module")
def team(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InDatabase]:
    made = InDatabase(tmp_path_factory.mktemp("team"), server=postgres)
    made.begin("Mei")
    made.join("Tom")
    made.join("Cho")
    made.need_two()
    yield made
    made.close()


@pytest.fixture
def outsider(team: InDatabase) -> Outsider:
    return Outsider(team[2].vault.identity, Ed25519PrivateKey.from_private_bytes(b"\x07" * 32))


def continued(
    person: Person, outsider: Outsider, said: tuple[str, str, Mapping[str, Json]], refs: Sequence[str]
) -> Event:
    """Continue somebody's chain with a key that isn't theirs."""
    vault = person.vault
    head = vault.heads()[person.device]
    last = vault.event(head.event)
    assert last is not None
    others = [
        event
        for device, each in vault.heads().items()
        if device != person.device and (event := vault.event(each.event))
    ]
    body = Body.of(dict(said[2]), SALT)
    header = Header(
        workspace=vault.identity.workspace,
        device=person.device,
        chain=Chain.SHARED,
        seq=head.size,
        prev=head.event,
        seen=tuple(sorted(event.id for event in others)),
        lamport=1 + max(event.header.lamport for event in (last, *others)),
        at=last.header.at,
        kind=said[0],
        subject=said[1],
        refs=tuple(sorted(refs)),
        body_hash=body.hash,
    )
    return Event(header, outsider.key.sign(bytes.fromhex(header.id)), body)


def sealed(team: InDatabase, sender: object, letter: Letter) -> bytes:
    """Seal a letter for all."""
    devices = [item for item in team[0].vault.rules.governance.devices if not item.closed]
    entropy, now = team[0].tools.entropy, team.clock.now_ms()
    return seal_envelope(sender, HpkeSuite(), letter, devices, Purpose.EVENTS, entropy, now)  # type: ignore[arg-type]


def approval(team: InDatabase, outsider: Outsider, order: str) -> Event:
    """Make an approval that Cho never gave."""
    record = known(team[1], order)
    body: dict[str, Json] = {
        "digest": record.digest,
        "epoch": team[1].vault.rules.governance.epoch,
        "assessment": record.assessment_event,
        "expires_at": team.clock.now_ms() + 3_600_000,
    }
    refs = (record.frozen_event, record.assessment_event)
    return continued(team[2], outsider, (kinds.ORDER_APPROVED, order, body), refs)


def governance(team: InDatabase, outsider: Outsider, what: str) -> Event:
    """Make an epoch that nobody signed: with a member and a key more, or with rules that let one person do all."""
    vault = team[0].vault
    state = vault.rules.governance
    signing = outsider.key.public_key().public_bytes_raw()
    exchange = X25519PrivateKey.from_private_bytes(b"\x08" * 32).public_key().public_bytes_raw()
    everything = (Role.REQUESTER, Role.APPROVER, Role.ADMINISTRATOR)
    device = Device(
        device_identifier(signing),
        EVE if what == "member" else team[2].vault.identity.member,
        signing.hex(),
        exchange.hex(),
    )
    following = replace(state, epoch=state.epoch + 1)
    if what == "member":
        member = Member(EVE, "Eve", everything, "ab" * 32)
        following = replace(following, members=(*state.members, member), devices=(*state.devices, device))
    elif what == "key":
        following = replace(following, devices=(*state.devices, device))
    else:
        following = replace(following, policy=Policy(approvals=1, requester_may_approve=False))
    parents = (vault.rules.epochs[-1].event,)
    signature = outsider.key.sign(change_message(parents, following)).hex()
    said: dict[str, Json] = {
        "parents": list(parents),
        "state": following.canonical(),
        "signatures": [{"device": item.device, "signature": signature} for item in state.devices],
    }
    return continued(team[0], outsider, (kinds.GOVERNANCE_CHANGED, vault.identity.workspace, said), parents)


def nothing_came_of(team: InDatabase, event: Event) -> None:
    for person in team.people:
        assert person.vault.event(event.id) is None
        assert not any(item.event == event.id for item in person.vault.waiting())


def test_an_inserted_approval_is_ignored_and_told(team: InDatabase, outsider: Outsider) -> None:
    order = "a1" * 16
    request(team[1], order)
    team.reports(2)
    approve(team[0], order)
    team.reports(2)
    event = approval(team, outsider, order)
    team.insert(sealed(team, outsider, Letter((event,))))
    told = team.reports(2)
    for person in team.people:
        if person is not team[2]:
            assert "envelope.signature" in [code for report in told[person.name] for code in report.refused]
        assert [item.member for item in known(person, order).counted] == [team[0].vault.identity.member]
    assert "intent.rule_not_met" in faults(team[1], order)
    nothing_came_of(team, event)


@pytest.mark.parametrize("what", ["key", "member", "policy"])
def test_inserted_governance_is_ignored_and_told(team: InDatabase, outsider: Outsider, what: str) -> None:
    before = [person.vault.rules.governance for person in team.people]
    event = governance(team, outsider, what)
    own = replace(outsider.identity, device=device_identifier(outsider.key.public_key().public_bytes_raw()))
    team.insert(sealed(team, outsider, Letter((event,))))
    team.insert(sealed(team, replace(outsider, identity=own), Letter((event,))))  # as somebody whom nobody knows
    told = team.reports(2)
    assert [person.vault.rules.governance for person in team.people] == before
    assert "envelope.signature" in [code for report in told["Tom"] for code in report.refused]
    nothing_came_of(team, event)


@pytest.mark.parametrize("what", ["approval", "key", "member", "policy"])
def test_what_a_member_passes_on_is_not_thereby_signed(team: InDatabase, outsider: Outsider, what: str) -> None:
    order = hashlib.sha256(what.encode()).hexdigest()[:32]
    request(team[1], order)
    team.reports(2)
    event = approval(team, outsider, order) if what == "approval" else governance(team, outsider, what)
    before = team[0].vault.rules.governance
    team.insert(sealed(team, team[1].vault, Letter((event,))))  # a letter of Tom's own, as it should be
    told = team.reports(2)
    assert "ledger.signature" in [code for report in told["Mei"] + told["Cho"] for code in report.refused]
    assert team[0].vault.rules.governance == before
    assert known(team[0], order).counted == ()
    nothing_came_of(team, event)


def test_a_deleted_rejection_is_missed_and_comes_back(team: InDatabase) -> None:
    order = "d1" * 16
    request(team[1], order)
    team.reports(2)
    before = team.names()
    with team[2].vault.transaction() as change:
        rejected = append_stop(change, order, "rejected.suspicious", "call me")
    relay = team.relay()
    team[2].round(relay)
    relay.close()
    gone = team.names() - before
    assert gone
    team.delete(gone)
    told = team.reports(1)
    assert team[0].vault.event(rejected.id) is None
    assert not any(report.withheld for report in told["Mei"])  # nobody has told her yet
    team.clock.advance(300_000)  # within one checkpoint
    told = team.reports(3)
    mei = [*told["Mei"], *told["Tom"]]
    missed = any(item.device == team[2].device for report in mei for item in report.withheld)
    assert missed or any(item.device == "" for report in told["Cho"] for item in report.went_back)
    team.reports(4)
    for person in team.people:
        assert known(person, order).state is OrderState.STOPPED
        assert person.vault.event(rejected.id) is not None


def test_after_all_of_it_a_payment_still_passes(team: InDatabase) -> None:
    order = "f1" * 16
    request(team[1], order)
    team.reports(2)
    for place in (0, 2):
        approve(team[place], order)
        team.reports(2)
    intend(team[1], order)
    team.reports(2)
    assert team.agree
    assert {known(person, order).state for person in team.people} == {OrderState.INTENDED}
