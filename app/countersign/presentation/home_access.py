"""What waits on the first page: access, or the check of somebody's identity, ends soon, or has ended."""

from __future__ import annotations

from datetime import tzinfo
from typing import Final

from countersign.domain.ledger.governance import Governance, Member
from countersign.presentation.formats import isolate
from countersign.presentation.inbox_ground import Ground
from countersign.presentation.messages import _
from countersign.presentation.team_words import SOON_MS, check_ends_soon, day_text, in_a_row, name_of
from countersign.presentation.waiting_item import WaitingItem

_SHOWN: Final = 3
"""Who has not confirmed anybody for a quarter looks at the page of the team anyway."""


def access_items(ground: Ground, zone: tzinfo) -> tuple[WaitingItem, ...]:
    """Word them, what ends first in front: everybody's for administrators, who confirm it; one's own for others."""
    state, me = ground.rules.governance, ground.me.member
    governs = me in state.administrators
    about = [item for item in state.members if item.roles and (governs or item.member == me)]
    ending = [item for item in about if item.access_until and item.access_until - ground.now < SOON_MS]
    found = [_access(item, ground, zone) for item in sorted(ending, key=lambda item: item.access_until)]
    found += [_evidence(item, ground, zone) for item in about if check_ends_soon(item, ground.now)]
    return tuple(found[:_SHOWN])


def _access(member: Member, ground: Ground, zone: tzinfo) -> WaitingItem:
    state, own = ground.rules.governance, member.member == ground.me.member
    over = member.access_until <= ground.now
    name, day = name_of(state, member.member), day_text(member.access_until, zone)
    if own:
        title = _("Your access lapsed on {day}") if over else _("Your access ends on {day}")
        text = _("What you sign from then on doesn't count. Ask {names} to confirm your access.")
    else:
        title = _("The access of {name} lapsed on {day}") if over else _("The access of {name} ends on {day}")
        text = _("Confirm it for another quarter, or let it end: what {name} signs from then on doesn't count.")
    return _item(
        member,
        title.format(name=name, day=day),
        text.format(name=name, names=_others(state, ground.me.member)),
        (_("Access lapsed"), "danger") if over else (_("Lapses soon"), "warn"),
    )


def _evidence(member: Member, ground: Ground, zone: tzinfo) -> WaitingItem:
    state, until = ground.rules.governance, member.evidence.until if member.evidence else 0
    over = until <= ground.now
    if member.member == ground.me.member:
        title = _("Your identity was to be checked again by {day}") if over else _("The check of you ends on {day}")
        text = _("Ask {names} to look at your document again: without that your access is confirmed no further.")
    else:
        title = _("The identity of {name} was to be checked again by {day}")
        if not over:
            title = _("The check of the identity of {name} ends on {day}")
        text = _("Check it, and write down on their page what you looked at. Access is confirmed no further than that.")
    return _item(
        member,
        title.format(name=isolate(member.name), day=day_text(until, zone)),
        text.format(names=_others(state, ground.me.member)),
        (_("Identity check expired") if over else _("Identity check ends soon"), "warn"),
    )


def _others(state: Governance, me: str) -> str:
    return in_a_row(name_of(state, item) for item in sorted(state.administrators - {me})) or _("an administrator")


def _item(member: Member, title: str, text: str, chip: tuple[str, str]) -> WaitingItem:
    return WaitingItem(
        kind="access",
        about=member.member,
        icon="key",
        title=title,
        text=text,
        chip=chip[0],
        tone=chip[1],
        action=_("Look at it"),
        action_name=_("Look at it: {title}").format(title=title),
    )
