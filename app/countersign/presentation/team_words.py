"""Members, devices and what is known of them, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final

from countersign.domain.ledger.governance import Device, Governance, Member, Role
from countersign.presentation.formats import date_text, isolate, time_text
from countersign.presentation.messages import _, language

Option = tuple[str, str]

ROLES: Final = (Role.REQUESTER, Role.APPROVER, Role.ADMINISTRATOR, Role.AUDITOR)
SOON_MS: Final = 14 * 86_400_000
"""So long before it ends access, or the check of somebody's identity, is said to end soon."""


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A device of a member.

    Attributes:
        title: What it is called: a name follows from its key, so that no other can take it.
        text: When it was last heard of, or since when it is closed.
        chip: Its state in a word, with ``tone``; empty where all is well.
        blocked: Why it can't be closed from here; empty where it can.
    """

    device: str
    title: str
    text: str
    chip: str = ""
    tone: str = "neutral"
    blocked: str = ""
    open: bool = True


@dataclass(frozen=True, slots=True)
class MemberCard:
    """A member, as the page of the team shows one."""

    member: str
    name: str
    roles: str
    chip: str
    tone: str
    evidence: str
    access: str
    devices: tuple[DeviceLine, ...]
    gone: bool = False


def role_name(role: Role) -> str:
    """Name a role."""
    return {
        Role.REQUESTER: _("requester"),
        Role.APPROVER: _("approver"),
        Role.ADMINISTRATOR: _("administrator"),
        Role.AUDITOR: _("auditor"),
    }[role]


def role_options() -> tuple[tuple[str, str, str], ...]:
    """Return the roles as (value, title, what it may do)."""
    return (
        (Role.REQUESTER.value, _("Requester"), _("Prepares payments and asks for approval.")),
        (Role.APPROVER.value, _("Approver"), _("Approves what others request; never their own request.")),
        (Role.ADMINISTRATOR.value, _("Administrator"), _("Signs changes of members, devices and rules.")),
        (Role.AUDITOR.value, _("Auditor"), _("Reads everything and signs nothing.")),
    )


def in_a_row(words: Iterable[str]) -> str:
    """List words: "requester, approver"."""
    return _(", ").join(words)


def roles_text(member: Member) -> str:
    """Say what a member may do, and in which groups: "approver, administrator · Finance"."""
    roles = in_a_row(role_name(role) for role in ROLES if role in member.roles) or _("no role")
    groups = in_a_row(isolate(group) for group in member.groups)
    return _("{roles} · {groups}").format(roles=roles, groups=groups) if groups else roles


def day_text(at_ms: int, zone: tzinfo) -> str:
    """Write the day of a moment."""
    return isolate(date_text(datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(zone).date(), language()))


def day_iso(at_ms: int, zone: tzinfo) -> str:
    """Write the day of a moment as ``YYYY-MM-DD``."""
    return datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(zone).date().isoformat()


def moment_text(at_ms: int, zone: tzinfo) -> str:
    """Write a moment."""
    return isolate(time_text(at_ms, str(zone), language()))


def device_title(device: str) -> str:
    """Name a device by the first characters of what follows from its key."""
    return _("Device {name}").format(name=isolate(f"{device[:4]} {device[4:8]}"))


def name_of(governance: Governance, member: str) -> str:
    """Name a member; one who isn't known by the first characters of the identifier."""
    found = next((item.name for item in governance.members if item.member == member), member[:8])
    return isolate(found)


@dataclass(frozen=True, slots=True)
class Looking:
    """Who looks, with which device, when; and when each device was last heard of (milliseconds; none: never)."""

    member: str
    device: str
    at: int
    zone: tzinfo
    heard: Mapping[str, int]


def member_cards(governance: Governance, look: Looking) -> tuple[MemberCard, ...]:
    """Return a card for everybody, oneself first, those who left last."""
    people = sorted(governance.members, key=lambda item: (not item.roles, item.member != look.member))
    return tuple(_card(governance, item, look) for item in people)


def _card(governance: Governance, member: Member, look: Looking) -> MemberCard:
    chip, tone = standing(member, look)
    return MemberCard(
        member=member.member,
        name=_("{name} (you)").format(name=isolate(member.name)) if member.member == look.member else member.name,
        roles=roles_text(member),
        chip=chip,
        tone=tone,
        evidence=evidence_text(governance, member, look),
        access=access_text(member, look),
        devices=device_lines(governance, member, look),
        gone=not member.roles,
    )


def standing(member: Member, look: Looking) -> tuple[str, str]:
    """Say in a word how a member stands, with its tone; empty where all is well."""
    if not member.roles:
        return _("Left"), "neutral"
    if member.access_until and member.access_until <= look.at:
        return _("Access lapsed"), "danger"
    if member.access_until and member.access_until - look.at < SOON_MS:
        return _("Lapses soon"), "warn"
    if member.evidence is None:
        return (_("Identity not checked"), "warn") if member.member != look.member else ("", "neutral")
    if member.evidence.until and member.evidence.until <= look.at:
        return _("Identity check expired"), "warn"
    if check_ends_soon(member, look.at):
        return _("Identity check ends soon"), "warn"
    return "", "ok"


def check_ends_soon(member: Member, at: int) -> bool:
    """Tell whether a check of identity ends within ``SOON_MS``, or has ended."""
    return member.evidence is not None and 0 < member.evidence.until < at + SOON_MS


def evidence_text(governance: Governance, member: Member, look: Looking) -> str:
    """Say what was checked of a member's identity, by whom and until when."""
    found = member.evidence
    if found is None:
        return _("Nobody wrote down how this identity was checked.")
    words = _("{what}, checked by {name} on {day}.").format(
        what=isolate(found.checked), name=name_of(governance, found.by), day=day_text(found.at, look.zone)
    )
    if not found.until:
        return words
    until = _("Check again by {day}.") if found.until > look.at else _("This was to be checked again by {day}.")
    return f"{words} {until.format(day=day_text(found.until, look.zone))}"


def access_text(member: Member, look: Looking) -> str:
    """Say until when a member's access is confirmed."""
    if not member.roles:
        return _("This member left. What they signed before stays on record.")
    if not member.access_until:
        return _("Access has no end.")
    day = day_text(member.access_until, look.zone)
    if member.access_until <= look.at:
        return _("Access lapsed on {day}: what this member signs doesn't count until it is confirmed again.").format(
            day=day
        )
    return _("Access is confirmed until {day}.").format(day=day)


def device_lines(governance: Governance, member: Member, look: Looking) -> tuple[DeviceLine, ...]:
    """List a member's devices, open ones first."""
    mine = sorted((item for item in governance.devices if item.member == member.member), key=lambda item: item.closed)
    return tuple(_device(item, look) for item in mine)


def _device(device: Device, look: Looking) -> DeviceLine:
    title, own = device_title(device.device), device.device == look.device
    if own:
        title = _("{device} (this one)").format(device=title)
    if device.closed:
        return DeviceLine(
            device.device,
            title,
            _("What it signed after its last accepted event doesn't count."),
            _("Closed"),
            blocked=_("It is closed already."),
            open=False,
        )
    if own:
        heard = _("You are using it now.")
    elif look.heard.get(device.device):
        heard = _("Last heard of {time}.").format(time=moment_text(look.heard[device.device], look.zone))
    else:
        heard = _("Not heard of yet.")
    chip, tone = "", "neutral"
    if not device.expires_at:
        heard = f"{heard} " + _("Its keys have no end.")
    else:
        over = device.expires_at <= look.at
        words = _("Its keys expired on {day}.") if over else _("Its keys expire on {day}.")
        heard = f"{heard} {words.format(day=day_text(device.expires_at, look.zone))}"
        if over or device.expires_at - look.at < SOON_MS:
            chip, tone = (_("Expired"), "danger") if over else (_("Expires soon"), "warn")
    blocked = _("Close it from another device: nothing could be signed any more on this one.") if own else ""
    return DeviceLine(device.device, title, heard, chip, tone, blocked)


def groups_of(governance: Governance) -> tuple[str, ...]:
    """List the groups that somebody is in, by name."""
    return tuple(sorted({group for item in governance.members for group in item.groups}))


def read_groups(text: str) -> tuple[str, ...]:
    """Read groups that were typed with commas between them, in the order typed, each once."""
    parts = text.replace("，", ",").replace("、", ",").split(",")
    return tuple(dict.fromkeys(" ".join(part.split()) for part in parts if part.strip()))


def names_text(governance: Governance, members: Sequence[str]) -> str:
    """List members by name."""
    return in_a_row(name_of(governance, item) for item in members)
