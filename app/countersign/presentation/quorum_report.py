"""Who had a say in an order of several people: as text for outsiders, and as JSON for programs (``docs/verify.md``)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from countersign.domain.approval.requirement import Requirement
from countersign.domain.canonical import Json
from countersign.domain.ledger.governance import Role
from countersign.domain.quorum import Quorum, Signatory
from countersign.presentation.error_texts import is_known, title
from countersign.presentation.inbox_words import reason_title
from countersign.presentation.messages import _
from countersign.presentation.rule_words import progress_sentences, requirement_sentences
from countersign.presentation.team_words import role_name

_ISOLATES: Final = str.maketrans("", "", "\u2066\u2067\u2068\u2069")


def quorum_lines(quorum: Quorum) -> Sequence[str]:
    """Say who asked, who looked, who signed or turned it down, which rules apply, and whether they are met."""
    rules = requirement_sentences(Requirement(tuple(dict.fromkeys(step.rule for step in quorum.progress.steps))))
    lines = [_("Asked for by {name}.").format(name=_person(quorum.requester))]
    lines += [_("{name} looked at it at {time}.").format(name=name, time=utc(at)) for name, at in quorum.opened]
    lines += [_approval(item) for item in quorum.approvals]
    lines += [_confirmation(item) for item in quorum.confirmations]
    lines += [
        _("{name} stopped it at {time}: {reason}.").format(
            name=_person(item), time=utc(item.at), reason=reason_title(item.fault)
        )
        for item in quorum.rejections
    ]
    lines += [_("The rule: {sentence}").format(sentence=sentence) for sentence in rules]
    lines += progress_sentences(quorum.progress, lambda member: quorum.names.get(member, member))
    lines.append(_("The rules are met.") if quorum.met else _("The rules are not met."))
    lines.append(_("Only this device may send it: {name}.").format(name=_person(quorum.sender)))
    if quorum.left_out:
        lines.append(
            _("Left out, because it does not count: {codes}.").format(codes=", ".join(sorted(set(quorum.left_out))))
        )
    return [line.translate(_ISOLATES) for line in lines]


def unproven_lines(quorum: Quorum, *, shows_what_was_known: bool) -> Sequence[str]:
    """Say what an outsider can't know of what several devices signed."""
    lines = [
        _("Whose devices the others are: the workspace names them, and the device that made this file vouches for it."),
        _("That nobody turned it down later, or at the same time without the sender's knowing of it."),
    ]
    if not shows_what_was_known:
        lines.append(_("That nobody had turned it down before it was sent: too much happened in between to show it."))
    if quorum.limited:
        lines.append(_("That nobody signed for more than their limit a day: other orders would have to be shown."))
    return lines


def quorum_object(quorum: Quorum) -> dict[str, Json]:
    """Return the same for programs."""
    steps, come = quorum.progress.steps, quorum.progress
    return {
        "epoch": quorum.epoch,
        "met": quorum.met,
        "requester": _object(quorum.requester),
        "sender": _object(quorum.sender),
        "approvals": [_object(item) for item in quorum.approvals],
        "confirmation": {"asked": come.confirmation is not None, "missing": come.wants_confirmation},
        "confirmations": [_object(item) for item in quorum.confirmations],
        "stops": [_object(item) for item in quorum.rejections],
        "opened": [{"name": name, "at": at} for name, at in quorum.opened],
        "needs": [
            {
                "rule": step.rule.rule,
                "group": step.need.group,
                "count": step.need.count,
                "signed": [item.event for item in step.signed],
                "missing": step.missing,
            }
            for step in steps
        ],
        "left_out": list(quorum.left_out),
    }


def _confirmation(item: Signatory) -> str:
    name, time = _person(item), utc(item.at)
    if item.fault:
        why = title(item.fault) if is_known(item.fault) else item.fault
        text = _("{name} confirmed it on another device at {time}, which does not count: {reason}.")
        return text.format(name=name, time=time, reason=why)
    return _("{name} confirmed it on another device at {time}.").format(name=name, time=time)


def utc(at_ms: int) -> str:
    """Write a time as its device had it, in UTC (ISO 8601)."""
    try:
        return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")
    except (OverflowError, ValueError, OSError):
        return str(at_ms)  # a year that no calendar has


def _approval(item: Signatory) -> str:
    """Say that somebody approved it, whether their identity check held, and whether they had opened it before."""
    line = _approval_line(item)
    if item.identity == "lapsed":
        line = _("{sentence} The last check of who they are had ended by then.").format(sentence=line)
    if item.unopened:
        return _("{sentence} It was signed from a list of several, without opening this one.").format(sentence=line)
    return _("{sentence} It was signed from a list of several.").format(sentence=line) if item.listed else line


def _approval_line(item: Signatory) -> str:
    name, time = _person(item), utc(item.at)
    if item.fault:
        why = title(item.fault) if is_known(item.fault) else item.fault
        return _("{name} approved it at {time}, which does not count: {reason}.").format(
            name=name, time=time, reason=why
        )
    if item.on_behalf:
        text = _("{name} approved it at {time}, in place of {other}.")
        return text.format(name=name, time=time, other=item.on_behalf)
    return _("{name} approved it at {time}.").format(name=name, time=time)


def _person(item: Signatory) -> str:
    if not item.name:
        return _("a device that the workspace does not name")
    said = [*(role_name(Role(role)) for role in item.roles), *item.groups]
    text = _("{name} ({roles}; device {device})")
    return text.format(name=item.name, roles=", ".join(said), device=item.device[:8])


def _object(item: Signatory) -> dict[str, Json]:
    return {
        "event": item.event,
        "name": item.name,
        "roles": list(item.roles),
        "groups": list(item.groups),
        "device": item.device,
        "at": item.at,
        "on_behalf": item.on_behalf,
        "code": item.fault,
        "listed": item.listed,
        "unopened": item.unopened,
        "identity": item.identity,
    }
