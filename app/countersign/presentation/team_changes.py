"""What a change of governance changes, in sentences: what an administrator reads before signing it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import TypeVar

from countersign.domain.ledger.governance import Device, Evidence, Governance, Member, Role
from countersign.domain.policy import Policy
from countersign.presentation.formats import isolate
from countersign.presentation.messages import _, ngettext
from countersign.presentation.rule_words import (
    delegation_sentence,
    limit_sentence,
    one_device_warning,
    rule_sentence,
)
from countersign.presentation.team_words import ROLES, day_text, device_title, in_a_row, name_of, role_name, roles_text

T = TypeVar("T")


def change_sentences(before: Governance, after: Governance, zone: tzinfo) -> tuple[str, ...]:
    """Say sentence by sentence what differs; empty where nothing does."""
    known = {item.member: item for item in before.members}
    found: list[str] = []
    for member in after.members:  # who joins comes first: it is what the others' access is settled for
        if member.member not in known:
            found += _joining(member, after, zone)
    for member in after.members:
        if member.member in known:
            found += _of_member(known[member.member], member, after, zone)
    devices = {item.device: item for item in before.devices}
    for device in after.devices:
        found += _of_device(devices.get(device.device), device, after, zone, new=device.member not in known)
    found += _of_policy(before.policy, after.policy, before, after, zone)
    warning = one_device_warning(after.policy.rules, after)
    if warning and warning != one_device_warning(before.policy.rules, before):
        found.append(warning)
    return tuple(found)


def _joining(member: Member, after: Governance, zone: tzinfo) -> list[str]:
    found = [_("{name} joins as {roles}.").format(name=isolate(member.name), roles=roles_text(member))]
    found += _evidence(None, member.evidence, member, after, zone)
    return found + _access(0, member, zone)


def _of_member(before: Member, after: Member, state: Governance, zone: tzinfo) -> list[str]:
    name = isolate(after.name)
    found = []
    if before.name != after.name:
        found.append(_("{before} is called {name} from now on.").format(before=isolate(before.name), name=name))
    if before.roles and not after.roles:
        return [*found, _("{name} leaves: no role is left. What was signed before stays on record.").format(name=name)]
    found += _roles(before.roles, after.roles, name)
    for group in [item for item in after.groups if item not in before.groups]:
        found.append(_("{name} joins the group {group}.").format(name=name, group=isolate(group)))
    for group in [item for item in before.groups if item not in after.groups]:
        found.append(_("{name} leaves the group {group}.").format(name=name, group=isolate(group)))
    if before.recovery_public_key != after.recovery_public_key:
        found.append(_("{name} has another recovery kit from now on.").format(name=name))
    found += _evidence(before.evidence, after.evidence, after, state, zone)
    return found + _access(before.access_until, after, zone)


def _roles(before: Sequence[Role], after: Sequence[Role], name: str) -> list[str]:
    gained = in_a_row(role_name(role) for role in ROLES if role in after and role not in before)
    lost = in_a_row(role_name(role) for role in ROLES if role in before and role not in after)
    found = []
    if gained:
        found.append(_("{name} becomes {roles}.").format(name=name, roles=gained))
    if lost:
        found.append(_("{name} is no longer {roles}.").format(name=name, roles=lost))
    return found


def _evidence(
    before: Evidence | None, after: Evidence | None, member: Member, state: Governance, zone: tzinfo
) -> list[str]:
    if before == after:
        return []
    name = isolate(member.name)
    if after is None:
        return [_("What was checked of the identity of {name} is dropped.").format(name=name)]
    words = _("The identity of {name} was checked by {checker}: {what}.").format(
        name=name, checker=name_of(state, after.by), what=isolate(after.checked)
    )
    if not after.until:
        return [words]
    return [f"{words} " + _("Check again by {day}.").format(day=day_text(after.until, zone))]


def _access(before: int, member: Member, zone: tzinfo) -> list[str]:
    if before == member.access_until:
        return []
    name = isolate(member.name)
    if not member.access_until:
        return [_("The access of {name} has no end.").format(name=name)]
    return [
        _("The access of {name} is confirmed until {day}.").format(name=name, day=day_text(member.access_until, zone))
    ]


def _of_device(before: Device | None, after: Device, state: Governance, zone: tzinfo, *, new: bool) -> list[str]:
    owner, title = name_of(state, after.member), device_title(after.device)
    found = []
    if before is None:
        words = _("{name} signs with {device}.") if new else _("{name} gets a further device: {device}.")
        found.append(words.format(name=owner, device=title))
    elif after.closed and not before.closed:
        words = _("{device} of {name} is closed: what it signs from now on doesn't count.")
        found.append(words.format(device=title, name=owner))
    if after.expires_at != (before.expires_at if before else 0):
        if after.expires_at:
            words = _("The keys of {device} expire on {day}.")
            found.append(words.format(device=title, day=day_text(after.expires_at, zone)))
        else:
            found.append(_("The keys of {device} don't expire.").format(device=title))
    return found


def _of_policy(before: Policy, after: Policy, old: Governance, new: Governance, zone: tzinfo) -> list[str]:
    found = []
    if before.approvals != after.approvals:
        text = ngettext(
            "Every payment needs {count} approval instead of {before}.",
            "Every payment needs {count} approvals instead of {before}.",
            after.approvals,
        )
        found.append(text.format(count=after.approvals, before=before.approvals))
    if before.requester_may_approve and not after.requester_may_approve:
        found.append(_("Nobody approves their own request from now on."))
    elif after.requester_may_approve and not before.requester_may_approve:
        found.append(_("The only approver may approve their own request."))
    if (before.wait_seconds, before.wait_above_minor) != (after.wait_seconds, after.wait_above_minor):
        found.append(_("How long a large amount waits before it can be sent changes."))
    found += _listed(before.rules, after.rules, _("New rule: {rule}"), _("No longer: {rule}"), rule_sentence)
    found += _listed(
        before.limits,
        after.limits,
        _("New limit: {rule}"),
        _("No longer: {rule}"),
        lambda item: limit_sentence(item, lambda member: _either(old, new, member)),
    )
    found += _listed(
        before.delegations,
        after.delegations,
        _("New delegation: {rule}"),
        _("No longer: {rule}"),
        lambda item: delegation_sentence(item, lambda member: _either(old, new, member), zone),
    )
    return found


def _either(old: Governance, new: Governance, member: str) -> str:
    known = any(item.member == member for item in new.members)
    return name_of(new if known else old, member)


def _listed(before: Sequence[T], after: Sequence[T], added: str, dropped: str, words: Callable[[T], str]) -> list[str]:
    gone = [dropped.format(rule=words(item)) for item in before if item not in after]
    return gone + [added.format(rule=words(item)) for item in after if item not in before]
