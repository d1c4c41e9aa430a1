"""The outcome of checking a workspace's export: as text for people, and as JSON for programs (``docs/verify.md``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from countersign.application.ports.exports import ExportLines
from countersign.application.use_cases.check_export import (
    ExportCheck,
    ListLook,
    OrderFinding,
    RuleAct,
    check_export,
)
from countersign.application.use_cases.check_receipt import Verdict
from countersign.domain.accounts import grouped
from countersign.domain.canonical import Json, canonical_bytes
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chains import Verify
from countersign.domain.ledger.governance import Governance, Member, World
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order import fingerprint_phrase
from countersign.presentation.evidence_report import EXIT_CODES, in_fours, order_object, points, printable
from countersign.presentation.formats import money_text
from countersign.presentation.messages import _, language, ngettext
from countersign.presentation.quorum_report import quorum_lines, quorum_object, utc
from countersign.presentation.signature_words import words_of
from countersign.presentation.team_words import role_name
from countersign.presentation.verify_texts import fault_text

_REPORT_FORMAT: Final = 1


def report_on(
    file: ExportLines, trust: str, verify: Verify, words: Sequence[str], *, as_json: bool
) -> tuple[str, Verdict]:
    """Check an export, and say what came of it.

    Args:
        file: From anybody.
        trust: See ``check_export``.
        verify: Ed25519.
        words: The list that fingerprint phrases are made from.
        as_json: For programs.

    Returns:
        Text that ends with a line feed, and the verdict.

    Raises:
        UserFacingError: ``receipt.*``: the file can't be read at all.
    """
    report = ExportReport(words, as_json)
    check = check_export(file, trust, verify, report.take)
    said = canonical_bytes(report.as_json(check)).decode() + "\n" if as_json else report.as_text(check)
    return said, check.verdict


@dataclass(slots=True)
class ExportReport:
    """Collects what is found of each order, in words or as objects, so that no order has to be kept.

    Attributes:
        words: The list that fingerprint phrases are made from.
        for_programs: Whether JSON is wanted.
    """

    words: Sequence[str]
    for_programs: bool
    _objects: list[Json] = field(default_factory=list)
    _lines: list[Sequence[str]] = field(default_factory=list)
    _broken: list[Sequence[str]] = field(default_factory=list)

    def take(self, finding: OrderFinding) -> None:
        """Take what was found of one order."""
        if self.for_programs:
            self._objects.append(_object(finding))
            return
        lines = [line for line in _order_lines(finding) if line]
        self._lines.append(lines)
        if finding.faults:
            self._broken.append(lines)

    def as_json(self, check: ExportCheck) -> dict[str, Json]:
        """Return the outcome for programs."""
        report: dict[str, Json] = {
            "v": _REPORT_FORMAT,
            "verdict": check.verdict.value,
            "exit_code": EXIT_CODES[check.verdict],
            "faults": list(check.faults),
        }
        if not check.genesis or check.checkpoint is None:
            return report
        report["workspace"] = {
            "workspace": check.checkpoint.workspace,
            "fingerprint": check.genesis,
            "phrase": " ".join(fingerprint_phrase(check.genesis, self.words)),
        }
        report["made"] = {
            "device": check.checkpoint.device,
            "name": check.member.name if check.member else "",
            "at": check.checkpoint.at,
        }
        report["chains"] = [
            {"device": head.device, "size": head.size, "event": head.event} for head in check.checkpoint.heads
        ]
        if check.rules is None:
            return report
        state = check.rules.governance
        report["events"] = check.events
        report["bodies_missing"] = dict(check.bodies_missing)
        report["two_faced"] = list(check.two_faced)
        report["epoch"] = state.epoch
        report["world"] = state.world.value
        report["members"] = [
            {
                "member": item.member,
                "name": item.name,
                "roles": [role.value for role in item.roles],
                "groups": list(item.groups),
                "access_until": item.access_until,
                "evidence": item.evidence.canonical() if item.evidence else {},
                "devices": [
                    {"device": one.device, "closed": one.closed} for one in state.devices if one.member == item.member
                ],
            }
            for item in state.members
        ]
        report["acts"] = [
            {"event": act.event, "kind": act.kind, "at": act.at, "name": act.name, "counts": act.counts}
            for act in check.acts
        ]
        report["looks"] = [
            {"event": look.event, "at": look.at, "name": look.name, "count": look.count, "digest": look.digest}
            for look in check.looks
        ]
        report["unjudged"] = check.unjudged
        report["orders"] = self._objects
        return report

    def as_text(self, check: ExportCheck) -> str:
        """Return the outcome for people, as lines of plain text; foreign text in it can't move the cursor."""
        headings = {
            Verdict.PROVEN: _("PROVEN, and it is the workspace or the device that you trust."),
            Verdict.CONSISTENT: _("CONSISTENT, but whose workspace it is is not established."),
            Verdict.REFUTED: _("REFUTED. Do not rely on this export."),
            Verdict.UNREADABLE: _("UNREADABLE. Nothing can be said about this file."),
        }
        lines = [headings[check.verdict], *points([fault_text(code) for code in check.faults])]
        if check.genesis:
            lines += ["", _("Fingerprint of the workspace"), f"  {in_fours(check.genesis)}"]
            lines.append("  " + " ".join(fingerprint_phrase(check.genesis, self.words)))
        if check.rules is not None and check.verdict is not Verdict.REFUTED:
            lines += ["", _("The file"), *points(_file_lines(check))]
            lines += ["", _("Who belongs to the workspace"), *points(_member_lines(check))]
            lines += ["", _("What changed the rules"), *points([_act_line(act) for act in check.acts])]
            if check.looks:
                lines += ["", _("Who was shown lists of payments"), *points([_look_line(look) for look in check.looks])]
            for found in self._lines:
                lines += ["", found[0], *points(found[1:])]
            lines += ["", _("What is proven"), *points(_proven(check))]
            lines += ["", _("What is not proven"), *points(_unproven(check))]
        for found in self._broken:
            lines += ["", found[0], *points(found[1:])]
        if check.verdict is Verdict.CONSISTENT:
            lines += [
                "",
                _("Have a member read the six words to you (Team, Export for an audit), by a way you trust, or run"),
                "  countersign verify FILE --trust FINGERPRINT",
            ]
        return "\n".join(printable(line) for line in lines) + "\n"


def _file_lines(check: ExportCheck) -> Sequence[str]:
    checkpoint = check.checkpoint
    if checkpoint is None:
        return ()
    name = check.member.name if check.member else _("a device that the workspace does not name")
    devices = len(checkpoint.heads)
    lines = [
        _("Made by {name} at {time}, by the clock of device {device}.").format(
            name=name, time=utc(checkpoint.at), device=checkpoint.device[:8]
        ),
        ngettext("{count} record", "{count} records", check.events).format(count=check.events)
        + "; "
        + ngettext("{count} device signed", "{count} devices signed", devices).format(count=devices),
    ]
    if check.rules is not None:
        practice = check.rules.governance.world is World.PRACTICE
        world = _("practice: no real money") if practice else _("real")
        lines.insert(0, _("{label}: {value}").format(label=_("World"), value=world))
    missing = sum(check.bodies_missing.values())
    if missing:
        kinds_named = ", ".join(f"{kind} {count}" for kind, count in check.bodies_missing.items())
        text = ngettext(
            "{count} record is here without what it says: {kinds}.",
            "{count} records are here without what they say: {kinds}.",
            missing,
        )
        lines.append(text.format(count=missing, kinds=kinds_named))
    else:
        lines.append(_("What every record says is in the file."))
    lines += [
        _("Device {device} signed two records for one place: what it signed from there on counts for nothing.").format(
            device=device[:8]
        )
        for device in check.two_faced
    ]
    return lines


def _member_lines(check: ExportCheck) -> Sequence[str]:
    if check.rules is None:
        return ()
    state = check.rules.governance
    lines = []
    for member in state.members:
        said = [*(role_name(role) for role in member.roles), *member.groups] or [_("has left")]
        devices = ", ".join(
            _("{device} (closed)").format(device=item.device[:8]) if item.closed else item.device[:8]
            for item in state.devices
            if item.member == member.member
        )
        text = _("{name}: {roles}; devices: {devices}")
        lines.append(text.format(name=member.name, roles=", ".join(said), devices=devices or "–"))
        if member.roles:
            lines += _standing_lines(member, state, check.checkpoint.at if check.checkpoint else 0)
    return lines


def _standing_lines(member: Member, state: Governance, at: int) -> Sequence[str]:
    """Say how it was made sure who a member is, and until when their access was confirmed, as the file was made."""
    found, name = member.evidence, member.name
    if found is None:
        lines = [_("{name}: nobody wrote down how this identity was checked.").format(name=name)]
    else:
        checker = state.member(found.by)
        text = _("{name}: {what}, checked by {checker} at {time}.").format(
            name=name, what=found.checked, checker=checker.name if checker else found.by[:8], time=utc(found.at)
        )
        if found.until:
            over = found.until <= at
            until = _("It was to be checked again by {time}.") if over else _("To be checked again by {time}.")
            text = f"{text} {until.format(time=utc(found.until))}"
        lines = [text]
    if not member.access_until:
        return [*lines, _("{name}: access has no end.").format(name=name)]
    until = _("{name}: access lapsed at {time}.")
    if member.has_access(at):
        until = _("{name}: access is confirmed until {time}.")
    return [*lines, until.format(name=name, time=utc(member.access_until))]


def _act_line(act: RuleAct) -> str:
    texts = {
        kinds.WORKSPACE_CREATED: _("{time}: {name} began the workspace."),
        kinds.GOVERNANCE_CHANGED: _("{time}: {name} put a change of members, devices or rules in force."),
        kinds.DEVICE_ADDED: _("{time}: {name} added a device with a recovery kit."),
        kinds.DEVICE_CLOSED: _("{time}: {name} closed a device with a recovery kit."),
        kinds.WORKSPACE_FROZEN: _("{time}: {name} stopped all payments."),
        kinds.WORKSPACE_UNFROZEN: _("{time}: {name} allowed payments again."),
    }
    name = act.name or _("a device that the workspace does not name")
    line = texts[act.kind].format(time=utc(act.at), name=name)
    return line if act.counts else _("{sentence} It does not count.").format(sentence=line)


def _look_line(look: ListLook) -> str:
    text = ngettext(
        "{time}: {name} was shown {count} payment in a list, digest {digest}.",
        "{time}: {name} was shown {count} payments in a list, with their total, digest {digest}.",
        look.count,
    )
    name = look.name or _("a device that the workspace does not name")
    return text.format(time=utc(look.at), name=name, count=look.count, digest=look.digest)


def _order_lines(finding: OrderFinding) -> Sequence[str]:
    """Say of one order what it is, who had a say in it, and what is wrong or missing; the first line is its heading."""
    record, quorum = finding.record, finding.quorum
    head = _("Order {order}").format(order=finding.order[:8]) if record is None else _heading(record)
    lines = [head]
    if record is not None and quorum is not None:
        payment = record.content.payment
        lines += [
            _("To {account}; end-to-end identification {number}; digest {digest}").format(
                account=grouped(payment.creditor_account), number=payment.end_to_end_id, digest=record.digest
            ),
            _("State: {state}").format(state=words_of(record).word),
            *quorum_lines(quorum),
        ]
        if record.sent_before_known:
            lines.append(_("It was sent before its sender knew of all that was said of it."))
    else:
        lines.append(_("What it says is not in this file, so it can't be judged."))
    if finding.missing:
        text = ngettext(
            "{count} of its {all} records is here without what it says.",
            "{count} of its {all} records are here without what they say.",
            finding.missing,
        )
        lines.append(text.format(count=finding.missing, all=finding.records))
    if finding.void:
        text = ngettext(
            "{count} record about it does not count: its device was closed, unknown, or signed two for one place.",
            "{count} records about it do not count: their device was closed, unknown, or signed two for one place.",
            finding.void,
        )
        lines.append(text.format(count=finding.void))
    return [*lines, *(fault_text(code) for code in finding.faults)]


def _heading(record: OrderRecord) -> str:
    payment = record.content.payment
    return _("{amount} to {payee}").format(
        amount=money_text(payment.instructed_amount, language()), payee=payment.creditor_name
    )


def _proven(check: ExportCheck) -> Sequence[str]:
    found = [
        _("Every chain is whole from its beginning, and each record is signed by the device that is named."),
        _("Members, devices and rules follow from the founding record by the signatures that each change needed."),
        _("Each approval counts as said: of exactly that order, under the rules that held, each person once."),
    ]
    if not check.unjudged:
        found.append(_("Nothing was sent against the workspace's own rules, and each order at most once."))
    else:
        text = _("Of the orders that can be judged, none was sent against the rules or twice. Not judged: {count}.")
        found.append(text.format(count=check.unjudged))
    return found


def _unproven(check: ExportCheck) -> Sequence[str]:
    found = [
        _("That the chains end here: later records may exist, and what came last may have been left out."),
        _("The times: each is by the clock of the device that signed."),
        _("Who held the devices, and that somebody who opened an order understood it."),
        _("That the bank's replies are genuine: they are as a device recorded them, and no bank has signed them."),
    ]
    if check.verdict is Verdict.CONSISTENT:
        found.insert(0, _("Whose workspace it is. Anybody can begin one, and fill it with whatever they like."))
    if check.bodies_missing:
        found.append(_("What the records say whose content is missing: only that it can't be changed afterwards."))
    return found


def _object(finding: OrderFinding) -> dict[str, Json]:
    found: dict[str, Json] = {
        "order": finding.order,
        "records": finding.records,
        "missing": finding.missing,
        "void": finding.void,
        "judged": finding.whole,
        "faults": list(finding.faults),
    }
    if finding.record is not None and finding.quorum is not None:
        found["content"] = order_object(finding.record)
        found["quorum"] = quorum_object(finding.quorum)
        found["sent_before_known"] = list(finding.record.sent_before_known)
    return found
