"""Who asked for an order, who looked at it, signed it or turned it down, and whether that was enough: for outsiders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from countersign.domain.approval.progress import ApprovalProgress, progress_under
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import Evidence, Governance
from countersign.domain.ledger.order_record import OrderRecord, standing_confirmations, standing_under
from countersign.domain.ledger.rules import Rules


@dataclass(frozen=True, slots=True)
class Signatory:
    """One person's say.

    Attributes:
        event: What they signed.
        name: As the workspace calls them.
        roles: What they might do then.
        groups: Whom they signed for.
        device: The device that signed.
        at: Milliseconds since the epoch, by that device's clock.
        on_behalf: Whose authority it carries, where that is another's.
        fault: Why it does not count; empty where it does.
        listed: Whether it was signed together with others, from a list.
        unopened: Whether it was, and nothing says that this person had opened the order by itself before.
        identity: How it stood with the check of who they are: ``checked``, ``lapsed``, ``unchecked``, or empty where
            that can't be told.
    """

    event: str
    name: str
    roles: tuple[str, ...]
    groups: tuple[str, ...]
    device: str
    at: int
    on_behalf: str = ""
    fault: str = ""
    listed: bool = False
    unopened: bool = False
    identity: str = ""


@dataclass(frozen=True, slots=True)
class Quorum:
    """Who had a say in an order.

    Attributes:
        epoch: The epoch of governance that it was judged by.
        names: Members to what they are called.
        requester: Who asked for it.
        sender: The device that may send it, and whose that is.
        approvals: Every approval.
        confirmations: What devices said as the requester's other one, where a rule asks for that.
        rejections: Who stopped it, with the reason's code in ``fault``.
        opened: Who looked at it, and when.
        progress: The rules that apply, and how far each is met.
        limited: Whether signatories have limits a day, which can't be judged from one order.
        left_out: Codes of what was said of it by devices without a say in it.
    """

    epoch: int
    names: Mapping[str, str]
    requester: Signatory
    sender: Signatory
    approvals: tuple[Signatory, ...]
    confirmations: tuple[Signatory, ...]
    rejections: tuple[Signatory, ...]
    opened: tuple[tuple[str, int], ...]
    progress: ApprovalProgress
    limited: bool
    left_out: tuple[str, ...]

    @property
    def met(self) -> bool:
        """Whether the rules are met."""
        return self.progress.met


def quorum_of(record: OrderRecord, rules: Rules, events: Iterable[Event], at: int) -> Quorum:
    """Tell who had a say in an order.

    Args:
        record: The order.
        rules: As they were known when it was sent, or as they are.
        events: The order's.
        at: When it is asked where nothing was sent, milliseconds since the epoch.
    """
    by_id = {event.id: event for event in events}
    intent = by_id.get(record.intent_event)
    governance = rules.governance_before(intent.order_key) if intent else rules.governance
    when = intent.header.at if intent else at
    names = {item.member: item.name for item in governance.members}
    counting = {item.event for item in standing_under(record, governance, when)}
    confirming = {item.event for item in standing_confirmations(record, governance, when)}
    approvals = []
    for item in record.approvals:
        found = _signatory(by_id[item.event], governance)
        behalf = names.get(item.authority, "") if item.authority != item.member else ""
        fault = "" if item.event in counting else item.fault or "approval.lapsed"
        listed = bool(_said(by_id[item.event], "batch"))
        looked = any(member == item.member and seen <= found.at for member, seen in record.opened)
        judged = _judged(found, behalf, fault)
        approvals.append(replace(judged, listed=listed, unopened=listed and not looked))
    return Quorum(
        epoch=governance.epoch,
        names=names,
        requester=_signatory(by_id[record.frozen_event], governance),
        sender=_of_device(record.sender, governance),
        approvals=tuple(approvals),
        confirmations=tuple(
            _judged(
                _signatory(by_id[item.event], governance),
                "",
                "" if item.event in confirming else item.fault or "confirmation.lapsed",
            )
            for item in record.confirmations
        ),
        rejections=tuple(
            _judged(_signatory(event, governance), "", _said(event, "reason"))
            for event in by_id.values()
            if event.kind == kinds.ORDER_STOPPED
        ),
        opened=tuple((names.get(member, ""), opened) for member, opened in record.opened),
        progress=progress_under(record, governance, when),
        limited=any(item.day_minor for item in governance.policy.limits),
        left_out=tuple(code for _, code in record.faults),
    )


def _signatory(event: Event, governance: Governance) -> Signatory:
    found = _of_device(event.header.device, governance)
    member, at = governance.member_of(event.header.device), event.header.at
    identity = "" if member is None else _identity(member.evidence, at)
    return replace(found, event=event.id, at=at, identity=identity)


def _identity(evidence: Evidence | None, at: int) -> str:
    """Say how it stood with a check of identity at a time; of an earlier one nothing is known."""
    if evidence is None:
        return "unchecked"
    if evidence.at > at:
        return ""
    return "lapsed" if 0 < evidence.until <= at else "checked"


def _of_device(device: str, governance: Governance) -> Signatory:
    member = governance.member_of(device)
    if member is None:
        return Signatory("", "", (), (), device, 0)
    return Signatory("", member.name, tuple(role.value for role in member.roles), member.groups, device, 0)


def _judged(found: Signatory, on_behalf: str, fault: str) -> Signatory:
    return replace(found, on_behalf=on_behalf, fault=fault)


def _said(event: Event, name: str) -> str:
    try:
        return str(event.says().get(name, ""))
    except SecurityError:
        return ""
