"""The pages of a workspace's people: the team, one member, invitations, approval rules, messages, the audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from countersign.presentation.shell import Page, ShellPresenter

if TYPE_CHECKING:
    from countersign.application.ports.vault_door import VaultDoor
    from countersign.presentation.parcels import PictureHands
    from countersign.ui.shell import MakePage, Making
    from countersign.ui.widgets import ScrollPage


@dataclass(frozen=True, slots=True)
class TeamRoutes:
    """Implements ``presentation.team_state.TeamNavigate`` over the shell."""

    shell: ShellPresenter

    def open_home(self) -> None:
        """Show what waits."""
        self.shell.open_home()

    def open_team(self) -> None:
        """Show the members."""
        self.shell.open_page(Page.TEAM)

    def open_member(self, member: str) -> None:
        """Show one member."""
        self.shell.open_page(Page.MEMBER, member)

    def open_invite(self, invitation: str = "") -> None:
        """Invite somebody, or go on with an invitation."""
        self.shell.open_page(Page.INVITE, invitation)

    def open_rules(self) -> None:
        """Show the approval rules."""
        self.shell.open_page(Page.RULES)

    def open_export(self) -> None:
        """Show the export for an audit."""
        self.shell.open_page(Page.EXPORT)

    def open_relay(self) -> None:
        """Show how messages travel."""
        self.shell.open_page(Page.RELAY)


def team_pages(
    shell: ShellPresenter, hands: PictureHands, words: Sequence[str], door: VaultDoor
) -> dict[Page, MakePage]:
    """Return what makes each of them; they are loaded when they are first wanted, or in a worker before that."""
    return {
        Page.TEAM: partial(_team, shell),
        Page.MEMBER: partial(_member, shell, door),
        Page.INVITE: partial(_invite, shell, hands, words, door),
        Page.RULES: partial(_rules, shell),
        Page.RELAY: partial(_relay, shell, hands),
        Page.EXPORT: partial(_export, shell, hands, words),
        Page.JOIN: partial(_join, shell, hands, words),
    }


def _team(shell: ShellPresenter, _about: str) -> Making:
    from countersign.presentation.team import TeamPresenter  # noqa: PLC0415 - see above
    from countersign.ui.views.team.page import TeamPage  # noqa: PLC0415 - see above

    page = TeamPage()
    yield page
    page.attach(TeamPresenter(shell.session, page, TeamRoutes(shell)))


def _member(shell: ShellPresenter, door: VaultDoor, member: str) -> Making:
    from countersign.presentation.team_member import MemberPresenter  # noqa: PLC0415 - see above
    from countersign.ui.views.team.member import MemberPage  # noqa: PLC0415 - see above

    page = MemberPage()
    yield page
    page.attach(MemberPresenter(shell.session, page, TeamRoutes(shell), door), member)


def _invite(
    shell: ShellPresenter, hands: PictureHands, words: Sequence[str], door: VaultDoor, invitation: str
) -> Making:
    from countersign.presentation.team_invite import InvitePresenter  # noqa: PLC0415 - see above
    from countersign.ui.views.team.invite import InvitePage  # noqa: PLC0415 - see above

    page = InvitePage()
    yield page
    page.attach(InvitePresenter(shell.session, page, TeamRoutes(shell), words, hands, door), invitation)


def _rules(shell: ShellPresenter, _about: str) -> Making:
    from countersign.presentation.rules_editor import RulesPresenter  # noqa: PLC0415 - see above
    from countersign.ui.views.team.rules import RulesPage  # noqa: PLC0415 - see above

    page = RulesPage()
    yield page
    page.attach(RulesPresenter(shell.session, page, TeamRoutes(shell)))


def _relay(shell: ShellPresenter, hands: PictureHands, _about: str) -> Making:
    from countersign.presentation.relay_settings import RelayPresenter  # noqa: PLC0415 - see above
    from countersign.ui.views.team.relay import RelayPage  # noqa: PLC0415 - see above

    page = RelayPage()
    yield page
    page.attach(RelayPresenter(shell.session, page, TeamRoutes(shell), hands))


def _export(shell: ShellPresenter, hands: PictureHands, words: Sequence[str], _about: str) -> Making:
    from countersign.presentation.audit_export import AuditPresenter  # noqa: PLC0415 - see above
    from countersign.ui.views.team.export import AuditPage  # noqa: PLC0415 - see above

    page = AuditPage()
    yield page
    page.attach(AuditPresenter(shell.session, page, words, hands))


def _join(shell: ShellPresenter, hands: PictureHands, words: Sequence[str], _about: str) -> Making:
    from countersign.presentation.join import WaitingPresenter  # noqa: PLC0415 - see above
    from countersign.ui.views.join.waiting import WaitingPage  # noqa: PLC0415 - see above

    page = WaitingPage()
    yield page
    page.attach(WaitingPresenter(shell.session, page, shell.admitted, words, hands))


def add_sending(shell: ShellPresenter, page: ScrollPage, order: str) -> None:
    """Add to an order's page who sends it; in a workspace of one device nothing of it is seen."""
    if shell.session.shared is None:
        return
    from countersign.presentation.team_sending import SendingPresenter  # noqa: PLC0415 - see above
    from countersign.ui.views.team.sending import SendingCard  # noqa: PLC0415 - see above

    card = SendingCard()
    page.add_aside(card)
    card.attach(SendingPresenter(shell.session, card, partial(shell.open_order, order)), order)
