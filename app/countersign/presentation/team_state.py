"""What the pages of a workspace's people show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from countersign.presentation.team_words import DeviceLine, MemberCard, Option
from countersign.presentation.transfer_desk import Fault

DEVICE_OF: Final = "device-of:"
"""Begins the name of a member who gets another device, where an invitation's is expected."""


@dataclass(frozen=True, slots=True)
class ChangeCard:
    """A change of members, devices or rules that waits for signatures.

    Attributes:
        title: Who proposes what, in one sentence.
        progress: How many signed, and who may sign still.
        end: When it ends, or from when on it can be signed; empty where it has no end.
        lines: What it changes, sentence by sentence.
        may_endorse: Why this person can't sign it; empty where they can. ``may_decline`` likewise.
        mine: Whether this person proposed it: declining takes it back.
        may_settle: Why this device can't put it in force in place of the one that proposed it; empty where it can, None
            where that isn't wanted.
    """

    change: str
    title: str
    progress: str
    lines: tuple[str, ...]
    end: str = ""
    may_endorse: str = ""
    may_decline: str = ""
    mine: bool = False
    may_settle: str | None = None


@dataclass(frozen=True, slots=True)
class AskingLine:
    """Somebody who was invited: the invitation waits, or a request to join has come.

    Attributes:
        chip: Where it stands in a word, with ``tone``.
        action: What can be done next.
        may_withdraw: Whether the invitation can be taken back: nobody has answered it yet.
    """

    invitation: str
    name: str
    text: str
    chip: str
    tone: str
    action: str
    may_withdraw: bool = False


@dataclass(frozen=True, slots=True)
class TeamState:
    """The page of the team.

    Attributes:
        changes: What waits for endorsement.
        asking: Invitations that are out, and requests to join.
        may_invite: Why nobody can be invited from here; empty where it can be.
        rules: The approval rules, as sentences.
        endless: Whose access has no end though several sign; empty where nobody's. ``endless_offer`` are the words of
            the button that settles one for all of them, ``endless_effect`` when it takes effect.
        relay: How messages travel, in a sentence, with ``relay_tone``; ``warnings`` is how many were noticed.
    """

    heading: str
    lead: str
    members: tuple[MemberCard, ...] = ()
    changes: tuple[ChangeCard, ...] = ()
    asking: tuple[AskingLine, ...] = ()
    may_invite: str = ""
    rules: tuple[str, ...] = ()
    endless: str = ""
    endless_offer: str = ""
    endless_effect: str = ""
    relay: str = ""
    relay_tone: str = "neutral"
    relay_title: str = ""
    contested: str = ""
    busy: str = ""
    problem: str = ""
    said: str = ""


class TeamView(Protocol):
    """The page."""

    def show_state(self, state: TeamState) -> None:
        """Show the state."""


@dataclass(frozen=True, slots=True)
class MemberState:
    """The page of one member.

    Attributes:
        roles: What can be chosen, as (value, title, text); ``chosen`` are the values that are.
        access_blocked: Why access can't be confirmed, though other things can be changed.
        blocked: Why nothing can be changed from here; empty where it can.
        kit_offered: Whether other devices can be closed with the recovery kit: they are one's own.
        kit_title: The question with which the kit is asked for; empty while it isn't.
        adding_blocked: Why no other device can be invited from here; empty where one can.
        renewal: What renewing a device's keys does.
        remove_blocked: Why this member can't be removed.
        effect: What saving does: at once, or once others have signed.
    """

    heading: str
    lead: str
    roles: tuple[tuple[str, str, str], ...] = ()
    chosen: tuple[str, ...] = ()
    groups: str = ""
    known_groups: str = ""
    evidence: str = ""
    checks: tuple[Option, ...] = ()
    checked: str = ""
    check_until: str = ""
    access: str = ""
    access_blocked: str = ""
    access_offer: str = ""
    devices: tuple[DeviceLine, ...] = ()
    renewal: str = ""
    kit_offered: bool = False
    kit_title: str = ""
    adding_blocked: str = ""
    blocked: str = ""
    remove_blocked: str = ""
    effect: str = ""
    asked: str = ""
    asked_lines: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    busy: str = ""
    problem: str = ""


class MemberView(Protocol):
    """The page."""

    def show_state(self, state: MemberState) -> None:
        """Show the state."""


class TeamNavigate(Protocol):
    """Where the pages of a workspace's people can send the person. The shell knows how."""

    def open_home(self) -> None:
        """Show what waits."""

    def open_team(self) -> None:
        """Show the members."""

    def open_member(self, member: str) -> None:
        """Show one member."""

    def open_invite(self, invitation: str = "") -> None:
        """Invite somebody, or go on with an invitation; ``DEVICE_OF`` and a member: another device of theirs."""

    def open_rules(self) -> None:
        """Show the approval rules."""

    def open_export(self) -> None:
        """Show the export for an audit."""

    def open_relay(self) -> None:
        """Show how messages travel."""
