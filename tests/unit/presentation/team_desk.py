"""Colleagues around one store, their pages without windows, and the desk where they hand files to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mnemonic import Mnemonic

from countersign.domain.canonical import JsonObject
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.governance import Role
from countersign.presentation.team import TeamPresenter
from countersign.presentation.team_invite import InvitePresenter
from countersign.presentation.team_invite_state import InviteState
from countersign.presentation.team_member import MemberPresenter
from countersign.presentation.team_state import MemberState, TeamState
from countersign.testing.fake_door import FakeDoor
from countersign.testing.fake_sharing import Colleague, Office, member_like
from countersign.testing.fake_workspace import MemoryWorkspace
from countersign.testing.fakes import DAY_MS, START_MS
from tests.unit.presentation.recorded import Seen

WORDS = tuple(Mnemonic("english").wordlist)
FOLDER: JsonObject = {"kind": "folder", "folder": "/srv/shared"}


@dataclass
class Routes:
    """Where the pages of the team send the person."""

    to: list[tuple[str, str]] = field(default_factory=list)

    def open_home(self) -> None:
        self.to.append(("home", ""))

    def open_team(self) -> None:
        self.to.append(("team", ""))

    def open_member(self, member: str) -> None:
        self.to.append(("member", member))

    def open_invite(self, invitation: str = "") -> None:
        self.to.append(("invite", invitation))

    def open_rules(self) -> None:
        self.to.append(("rules", ""))

    def open_export(self) -> None:
        self.to.append(("export", ""))

    def open_relay(self) -> None:
        self.to.append(("relay", ""))


@dataclass
class Desk:
    """The person's files: what is chosen next, and the pictures that lie there."""

    next: Path = Path("/desk/parcel.countersign")
    pictures: dict[Path, bytes] = field(default_factory=dict)

    def choose_file(self, kinds: str, then: Callable[[Path], None]) -> None:
        assert kinds
        then(self.next)

    def choose_folder(self, start: Path | None, then: Callable[[Path], None]) -> None:
        assert start is None or start.is_absolute()
        then(self.next)

    def save_file(self, name: str, kinds: str, then: Callable[[Path], None]) -> None:
        assert kinds
        self.next = Path("/desk") / name
        then(self.next)

    def open_folder(self, folder: Path) -> None:
        raise AssertionError(folder)

    def home_folder(self) -> Path:
        return Path("/desk")

    def read_picture(self, path: Path) -> bytes:
        if path not in self.pictures:
            raise SecurityError("qr.no_picture")
        return self.pictures[path]


def four(office: Office | None = None, *, connected: bool = False) -> Colleague:
    """Begin a workspace of Mei, Tom, Ravi and Anna, and give Mei's desk."""
    tom, tom_device = member_like("Tom Okoro", Role.APPROVER, Role.ADMINISTRATOR, groups=("Finance",))
    soon = START_MS + 5 * DAY_MS
    ravi, ravi_device = member_like("Ravi Singh", Role.REQUESTER, Role.APPROVER, access_until=soon)
    anna, anna_device = member_like("Anna Weiss", Role.AUDITOR)
    return (office or Office()).begin(
        members=(tom, ravi, anna),
        devices=(tom_device, ravi_device, anna_device),
        settings=FOLDER if connected else None,
    )


class TeamDesk:
    """The page of the team, without a window."""

    def __init__(self, who: Colleague) -> None:
        self.seen, self.went = Seen[TeamState](), Routes()
        self.presenter = TeamPresenter(who.world.session, self.seen, self.went)
        self.presenter.start()

    @property
    def now(self) -> TeamState:
        return self.seen.now


class MemberDesk:
    """The page of one member, without a window."""

    def __init__(self, who: Colleague, member: str) -> None:
        self.seen, self.went = Seen[MemberState](), Routes()
        self.presenter = MemberPresenter(who.world.session, self.seen, self.went, FakeDoor(who.world))
        self.presenter.start(member)

    @property
    def now(self) -> MemberState:
        return self.seen.now


class InviteDesk:
    """The page of an invitation, without a window."""

    def __init__(self, who: Colleague, invitation: str = "") -> None:
        self.seen, self.went, self.desk = Seen[InviteState](), Routes(), Desk()
        self.presenter = InvitePresenter(who.world.session, self.seen, self.went, WORDS, self.desk, FakeDoor(who.world))
        self.presenter.start(invitation)

    @property
    def now(self) -> InviteState:
        return self.seen.now


def share(*vaults: MemoryWorkspace) -> None:
    """Let vaults hear of each other."""
    for vault in vaults:
        for other in vaults:
            vault.take_in(other.shared_events(other.identity.device, 0, 99))


def member_named(who: Colleague, name: str) -> str:
    """Return a member's identifier."""
    return next(item.member for item in who.vault.rules.governance.members if item.name == name)
