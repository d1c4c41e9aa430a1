"""The pages of a workspace's people in every state: the team, a member, an invitation, rules, messages, joining."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from countersign.application.flows.exchange import ExchangeReport, ExchangeState
from countersign.application.use_cases.change_governance import propose_change, with_member
from countersign.application.use_cases.invite_member import invite_member
from countersign.application.use_cases.watch_relay import Forked, Unheard, Watched, WentBack, Withheld
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.governance import Evidence, Role, recovery_message
from countersign.domain.ledger.members import Device, Member
from countersign.presentation.join_state import JoiningParts
from countersign.testing import fakes
from countersign.testing.fake_door import KIT
from countersign.testing.fake_keys import FakeKeys
from countersign.testing.fake_sharing import Colleague, Office, gathered, member_like
from countersign.testing.fake_workspace import MemoryWorkspace, fake_verify
from countersign.ui.views.join.waiting import WaitingPage
from countersign.ui.views.new_vault import NewVaultPage
from countersign.ui.views.team.invite import InvitePage
from countersign.ui.widgets import KitButton
from tests.gui.pages.stage import Look, Stage
from tests.unit.application.workspace.payments import ORDER, request

TOM, RAVI, ANNA, LIN = "Tom Okoro", "Ravi Singh", "Anna Weiss", "Lin Wei"
FOLDER: Final = {"kind": "folder", "folder": "/srv/shared"}


def staff() -> tuple[tuple[Member, ...], tuple[Device, ...]]:
    """Return three colleagues: one lapses soon, one was checked."""
    tom, tom_device = member_like(TOM, Role.APPROVER, Role.ADMINISTRATOR, groups=("Finance",))
    ravi, ravi_device = member_like(RAVI, Role.REQUESTER, Role.APPROVER, access_until=fakes.START_MS + fakes.DAY_MS)
    anna, anna_device = member_like(ANNA, Role.AUDITOR)
    seen = Evidence("Passport", tom.member, fakes.START_MS - fakes.DAY_MS, fakes.START_MS + 300 * fakes.DAY_MS)
    old = replace(anna_device, device=anna_device.device, expires_at=fakes.START_MS + 3 * fakes.DAY_MS)
    return (tom, ravi, replace(anna, evidence=seen)), (tom_device, ravi_device, old)


class Floor:
    """A workspace of four on stage, seen from Mei's desk."""

    def __init__(self, look: Look, *, connected: bool = False) -> None:
        self.office = Office()
        self.mei: Colleague | None = None
        members, devices = staff()

        def world(tasks: fakes.ManualTasks) -> fakes.World:
            self.mei = self.office.begin(
                tasks=tasks, members=members, devices=devices, settings=FOLDER if connected else None
            )
            return self.mei.world

        self.stage = Stage(look, world=world).opened()

    @property
    def who(self) -> Colleague:
        """Mei."""
        assert self.mei is not None
        return self.mei

    def proposed(self, by: str) -> None:
        """Let somebody propose that Ravi becomes administrator."""
        vault = self.who.vault if by == "" else self.office.present(self.who, by)
        ravi = next(item for item in vault.rules.governance.members if item.name == RAVI)
        roles = (Role.REQUESTER, Role.APPROVER, Role.ADMINISTRATOR)
        propose_change(vault, fake_verify, with_member(vault.rules, replace(ravi, roles=roles, groups=("Finance",))))
        head = vault.heads()[vault.identity.device]
        self.who.vault.take_in(vault.shared_events(vault.identity.device, 0, head.size))


def second_device(who: Colleague) -> str:
    """Add another device of somebody's, by their recovery kit; return it."""
    vault = who.vault
    other = FakeKeys("another device").device(vault.identity.member)
    signature = vault.keys.kit_sign(recovery_message(vault.identity.workspace, other)).hex()
    body: dict[str, Json] = {"device": other.canonical(), "recovery_signature": signature}
    with vault.transaction() as change:
        change.append(EventDraft(kinds.DEVICE_ADDED, vault.identity.workspace, body))
    return other.device


def team(look: Look) -> Iterator[tuple[str, Stage]]:
    """Look at the team, at what somebody proposes, and at one member."""
    floor = Floor(look, connected=True)
    stage = floor.stage
    stage.press("shell.team")
    yield "team", stage
    stage.press("team.export")
    yield "export", stage
    floor.proposed(TOM)
    stage.press("shell.team")
    yield "team.change", stage
    stage.press("team.change.endorse")
    yield "team.signed", stage
    stage.press("team.member.2.change")
    yield "member", stage
    stage.window.tick("member.role.requester")
    stage.window.tick("member.role.approver")
    stage.press("member.save_roles")
    yield "member.errors", stage
    stage.window.tick("member.role.approver")
    stage.press("member.save_roles")
    yield "member.proposal", stage
    stage.press("member.withdraw", "member.save_evidence")
    yield "member.evidence", stage
    stage.press("member.propose")
    yield "team.waiting", stage
    stage.press("team.member.0.change")
    yield "member.own", stage
    second_device(floor.who)
    stage.press("member.back", "team.member.0.change")
    yield "member.two_devices", stage
    stage.press("member.device.1.kit")
    yield "member.kit", stage
    stage.press("member.kit_leave")
    stage.press("member.device.0.renew")
    yield "member.renewal", stage
    stage.press("member.withdraw", "member.add_device")
    yield "invite.device", stage
    stage.press("invite.go_on", "invite.back")
    yield "team.device_invited", stage
    stage.close()


def invitation(look: Look) -> Iterator[tuple[str, Stage]]:
    """Invite somebody, compare the words, admit."""
    floor = Floor(look)
    stage = floor.stage
    stage.press("shell.team", "team.invite")
    yield "invite", stage
    stage.press("invite.go_on")
    yield "invite.errors", stage
    stage.type("invite.name", LIN)
    stage.type("invite.groups", "Finance")
    stage.press("invite.go_on")
    yield "invite.out", stage
    stage.press("invite.parcel.show", "invite.parcel.next")
    yield "invite.code", stage
    hands = stage.window.find_as("invite.page", InvitePage).answer.hands
    assert hands is not None
    hands.paste_parcel(b"", "PARCEL 0 1")
    stage.settle()
    yield "invite.reading", stage
    asking = floor.office.parcels.shown["PARCEL 0"][0]
    request = gathered(floor.office.join(LIN, asking).sharing)
    floor.office.parcels.frames(request)
    for text in floor.office.parcels.frames(request):
        hands.paste_parcel(b"", text)
    stage.settle()
    yield "invite.compare", stage
    stage.window.find_as("invite.go_on", KitButton).click()  # it says what is to be done first
    yield "invite.untold", stage
    stage.window.tick("invite.same")
    stage.press("invite.go_on")
    yield "invite.waiting", stage
    stage.press("invite.back")
    yield "team.asking", stage
    stage.close()


def approval_rules(look: Look) -> Iterator[tuple[str, Stage]]:
    """Write rules, a limit and a delegation; try them out; propose them."""
    stage = Floor(look).stage
    stage.press("shell.team", "team.rules")
    yield "rules", stage
    stage.press("rules.add_rule")
    yield "rules.rule", stage
    stage.type("rules.rule.above", "1,234")
    stage.choose("rules.rule.second_count", "5")
    stage.choose("rules.rule.second_group", "Finance")
    stage.press("rules.rule.keep")
    yield "rules.errors", stage
    stage.type("rules.rule.above", "50000")
    stage.choose("rules.rule.second_count", "1")
    stage.choose("rules.rule.account", "")
    stage.press("rules.rule.keep")
    yield "rules.written", stage
    stage.press("rules.add_limit")
    stage.press("rules.limit.keep")
    yield "rules.limit.errors", stage
    stage.type("rules.limit.order", "20000")
    stage.press("rules.limit.keep", "rules.add_delegation")
    yield "rules.delegation", stage
    stage.press("rules.delegation.keep", "rules.simulate")
    yield "rules.simulated", stage
    stage.press("rules.save")
    yield "rules.proposal", stage
    stage.close()


def messages_travel(look: Look) -> Iterator[tuple[str, Stage]]:
    """Choose how messages travel; look at what a store did."""
    floor = Floor(look, connected=True)
    stage, who = floor.stage, floor.who
    stage.press("shell.team", "team.relay")
    yield "relay", stage
    stage.press("relay.make_parcel")
    stage.press("relay.parcel.show")
    yield "relay.parcel", stage
    stage.choose("relay.kind", "postgres")
    stage.press("relay.save")
    yield "relay.errors", stage
    stage.choose("relay.kind", "folder")
    stage.press("relay.test")
    yield "relay.tested", stage
    devices = [item.device for item in who.vault.rules.governance.devices]
    watched = Watched(
        withheld=(Withheld(devices[1], 2, 5, 0), Withheld(devices[0], 2, 5, 0)),
        forks=(
            Forked(devices[2], 1, ("a", "b"), proven=True),
            Forked(devices[3], 1, ("a", "b"), proven=False),
        ),
        unheard=(Unheard(devices[3], 0),),
        went_back=(WentBack("", 1), WentBack(devices[1], 1)),
    )
    who.sharing.state = ExchangeState(
        connected=True,
        round_at=fakes.START_MS,
        error="relay.unreachable",
        report=ExchangeReport(watched=watched),
        refused=(("p", "envelope.altered", 1),),
    )
    stage.program.presenter.open_page("relay")
    stage.settle()
    yield "relay.warnings", stage
    stage.press("relay.back")
    yield "team.unreached", stage
    stage.close()


def joining(look: Look) -> Iterator[tuple[str, Stage]]:
    """Be invited: read the invitation, make a vault, wait to be admitted."""
    office = Office()
    members, devices = staff()
    mei = office.begin(members=members, devices=devices)
    signed = invite_member(
        mei.vault,
        mei.world.entropy,
        name=LIN,
        roles=(Role.APPROVER,),
        groups=("Finance",),
        relay={"kind": "folder", "folder": "/srv/shared"},
    )
    office.parcels.frames((signed.content,))
    made: list[Colleague] = []

    def world(tasks: fakes.ManualTasks) -> fakes.World:
        made.append(office.join(LIN, signed.content, tasks))
        return made[0].world

    parts = JoiningParts(office.parcels, fake_verify, lambda _new, _invitation: made[0].vault)
    stage = Stage(look, exists=False, world=world, joining=parts)
    yield "join.offered", stage
    stage.choose("new_vault.way", "join")
    yield "join.chosen", stage
    stage.press("new_vault.next")
    yield "join.errors", stage
    page = stage.window.find_as("new_vault.page", NewVaultPage)
    assert page.join_card is not None
    hands = page.join_card.reading.hands
    assert hands is not None
    hands.paste_parcel(b"", "no code")
    stage.settle()
    yield "join.no_code", stage
    for part in (1, 2, 3):
        hands.paste_parcel(b"", f"PARCEL 0 {part}")
    stage.settle()
    yield "join.invited", stage
    stage.type("new_vault.name", LIN)
    stage.press("new_vault.take_offer", "new_vault.next", "new_vault.kept")
    for place in range(2):
        label = stage.window.find(f"new_vault.proof{place}").accessibleName()
        number = int("".join(sign for sign in label if sign.isdigit()))
        stage.type(f"new_vault.proof{place}", KIT[number - 1])
    stage.press("new_vault.make")
    yield "join.waiting", stage
    stage.press("join.request.show")
    yield "join.code", stage
    assert stage.window.find_as("join.page", WaitingPage).isVisibleTo(stage.program.shell)
    stage.close()


@dataclass
class _Sender:
    """Mei's vault, as the payments of tests want it."""

    vault: MemoryWorkspace

    @property
    def device(self) -> str:
        return self.vault.identity.device


def sending(look: Look) -> Iterator[tuple[str, Stage]]:
    """See who sends an order, and hand that over."""
    floor = Floor(look)
    stage = floor.stage
    request(_Sender(floor.who.vault))
    stage.program.presenter.open_order(ORDER)
    stage.settle()
    yield "sending", stage
    stage.press("sending.ask")
    yield "sending.question", stage
    stage.press("sending.hand_over")
    yield "sending.handed_over", stage
    stage.close()
