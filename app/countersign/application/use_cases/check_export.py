"""Check the export of a whole workspace: by the same folds as every device of it, and nothing but the file.

The file is read twice: once from its beginning, to see that every chain is whole and signed, then order by order. Of
each record only its place is held in memory, not what it says.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from countersign.application.ports.exports import ExportLines
from countersign.application.use_cases.check_receipt import Verdict
from countersign.application.use_cases.export_index import ExportIndex
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chain_store import MemoryStore
from countersign.domain.ledger.chains import History, Verify
from countersign.domain.ledger.checkpoint import Checkpoint
from countersign.domain.ledger.event import Chain, Event
from countersign.domain.ledger.governance import Device, Member
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import Rules
from countersign.domain.ledger.several_devices import RULE_KINDS, Ledger, keys_named_in
from countersign.domain.quorum import Quorum, quorum_of
from countersign.domain.workspace_export import Closing, ExportError, Opening, is_closing, read_event

_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class OrderFinding:
    """What the file says of one order.

    Attributes:
        order: Its identifier.
        records: How many records are about it.
        missing: How many of these are there without what they say.
        record: The order as it folds; None where its own content is not in the file, or nobody could make it.
        quorum: Who asked, looked, signed, or turned it down, and which rules it had to meet.
        faults: Codes of what was sent against the rules.
        void: How many records do not count: their device was closed, unknown, or had signed two for one place.
    """

    order: str
    records: int
    missing: int
    record: OrderRecord | None = None
    quorum: Quorum | None = None
    faults: tuple[str, ...] = ()
    void: int = 0

    @property
    def whole(self) -> bool:
        """Whether it can be judged: all that was said of it is there."""
        return self.record is not None and not self.missing


@dataclass(frozen=True, slots=True)
class RuleAct:
    """A change of members, devices or rules, or an emergency stop or its lifting.

    Attributes:
        event: Its identifier.
        kind: Of the event.
        at: Milliseconds since the epoch, by its device's clock.
        name: Who put it in force.
        counts: Whether it took effect.
    """

    event: str
    kind: str
    at: int
    name: str
    counts: bool


@dataclass(frozen=True, slots=True)
class ListLook:
    """Somebody was shown several orders at once: totals, and a line for each.

    Attributes:
        event: Its identifier.
        at: Milliseconds since the epoch, by its device's clock.
        name: Who; empty where the workspace doesn't name the device.
        count: How many orders could be signed together.
        digest: Over them; approvals that were signed from there name it.
    """

    event: str
    at: int
    name: str
    count: int
    digest: str


@dataclass(frozen=True, slots=True)
class ExportCheck:
    """What checking an export found.

    Attributes:
        faults: Codes of what does not hold.
        genesis: The workspace's fingerprint; empty where the file can't be read.
        checkpoint: How far every chain reaches, as the device says that made the file.
        rules: Governance and stops by all that is there; None where they can't be read.
        device: That made the file; None where the workspace doesn't know it.
        member: Whose it is.
        acts: What changed the rules, oldest first.
        looks: Who was shown which lists as a whole, oldest first.
        events: How many records there are.
        bodies_missing: How many records of each kind are there without what they say.
        two_faced: Devices that signed two records for one place: such a chain counts for nothing from there on.
        orders: How many there are.
        unjudged: How many of these can't be judged from this file.
    """

    verdict: Verdict
    faults: tuple[str, ...] = ()
    genesis: str = ""
    checkpoint: Checkpoint | None = None
    rules: Rules | None = None
    device: Device | None = None
    member: Member | None = None
    acts: tuple[RuleAct, ...] = ()
    looks: tuple[ListLook, ...] = ()
    events: int = 0
    bodies_missing: Mapping[str, int] = field(default_factory=dict)
    two_faced: tuple[str, ...] = ()
    orders: int = 0
    unjudged: int = 0


def check_export(
    file: ExportLines, trust: str, verify: Verify, found: Callable[[OrderFinding], None] = lambda _finding: None
) -> ExportCheck:
    """Check an export.

    Args:
        file: From anybody.
        trust: The fingerprint that is believed, known from elsewhere: the workspace's, or that of the device which
            made the file; empty if none is.
        verify: Ed25519.
        found: Is given what is found of each order, in the order in which they were made.

    Raises:
        UserFacingError: ``receipt.*``: the file can't be read at all.
    """
    reading = _Reading(file, verify)
    try:
        reading.begin()
    except SecurityError as error:
        return ExportCheck(Verdict.UNREADABLE, (error.code,))
    known = {"genesis": reading.opening.genesis, "checkpoint": reading.opening.checkpoint.checkpoint}
    try:
        reading.read()
        rules = reading.ledger.rules()
    except SecurityError as error:
        return ExportCheck(Verdict.REFUTED, (error.code,), **known)  # type: ignore[arg-type]  # as named
    faults = list(reading.maker_faults(rules))
    unjudged = 0
    for finding in reading.orders(rules):
        faults.extend(finding.faults)
        unjudged += not finding.whole
        found(finding)
    device = rules.governance.device(reading.maker)
    if trust and not faults:
        faults.extend(_trust_faults(trust, reading))
    verdict = Verdict.PROVEN if trust else Verdict.CONSISTENT
    return ExportCheck(
        verdict=Verdict.REFUTED if faults else verdict,
        faults=tuple(dict.fromkeys(faults)),
        genesis=reading.opening.genesis,
        checkpoint=reading.opening.checkpoint.checkpoint,
        rules=rules,
        device=device,
        member=rules.governance.member_of(reading.maker),
        acts=tuple(reading.acts(rules)),
        looks=tuple(reading.looks(rules)),
        events=reading.events,
        bodies_missing=dict(sorted(reading.missing.items())),
        two_faced=tuple(sorted({device for device, _chain in reading.history.store.forks()})),
        orders=len(reading.index.orders),
        unjudged=unjudged,
    )


def _trust_faults(trust: str, reading: _Reading) -> Sequence[str]:
    digits = "".join(character for character in trust.lower() if character not in " -:\t\r\n")
    if digits in {reading.opening.genesis, reading.maker}:
        return ()
    return ("signer.other" if _FINGERPRINT.fullmatch(digits) else "signer.form",)


class _Reading:
    """One export, as far as it was read."""

    def __init__(self, file: ExportLines, verify: Verify) -> None:
        self._file, self._verify = file, verify
        self._lines = iter(file.lines())
        self._hash = hashlib.sha256()
        self._keys: dict[str, bytes] = {}
        self._closing: Closing | None = None
        self.events = 0
        self.missing: Counter[str] = Counter()
        self.index = ExportIndex(file)

    def begin(self) -> None:
        """Read the opening."""
        _place, line = next(self._lines, (0, b""))
        self.opening = Opening.parse(line)
        self._hash.update(line)
        self.maker = self.opening.checkpoint.checkpoint.device
        workspace = self.opening.checkpoint.checkpoint.workspace
        self.history = History(workspace, self._keys, self._verify, MemoryStore(), patient=True)
        self.ledger = Ledger(self.history, self.index, self.opening.genesis, self._verify)

    def read(self) -> None:
        """Read the events and the closing, and see that every chain is whole.

        Raises:
            SecurityError: It isn't, or something else does not hold.
        """
        for place, line in self._lines:
            if self._closing is not None:
                raise ExportError("export.after_closing")
            if is_closing(line):
                self._close(line)
                continue
            self._hash.update(line)
            self._take(place, read_event(line))
        if self._closing is None:
            raise ExportError("export.cut")
        self._whole()

    def _close(self, line: bytes) -> None:
        self._closing = closing = Closing.parse(line)
        if (closing.events, closing.hash) != (self.events, self._hash.hexdigest()):
            raise ExportError("export.altered")

    def _take(self, place: int, event: Event) -> None:
        header = event.header
        if event.id in self.history or self.history.store.waits(event.id):
            raise ExportError("export.twice")
        if event.kind == kinds.WORKSPACE_CREATED and event.id != self.opening.genesis:
            raise ExportError("governance.genesis")
        if event.body is None:
            if event.kind in RULE_KINDS:
                raise ExportError("export.rules_withheld")
            self.missing[event.kind] += 1
        named = keys_named_in(event)
        fresh = [device for device in named if device not in self._keys]
        self._keys.update(named)
        self.history.add(Event(header, event.signature, None))  # what waits for a parent holds no body
        for device in fresh:
            self.history.meet(device)
        if self.history.refused:
            raise ExportError(self.history.refused[0][1])
        self.events += 1
        self.index.add(place, event)

    def _whole(self) -> None:
        """Every chain reaches as far as the checkpoint says, and no other one is there."""
        if self.history.waiting:
            raise ExportError("export.parents_missing")
        heads = {head.device: head for head in self.opening.checkpoint.checkpoint.heads}
        tips = {device: tip for (device, _chain), tip in self.history.tips.items()}
        if set(heads) != set(tips):
            raise ExportError("export.chains")
        for device, head in heads.items():
            at_end = self.history.store.at((device, Chain.SHARED), head.size - 1)
            if tips[device].seq != head.size - 1 or head.event not in at_end:
                raise ExportError("export.chains")

    def maker_faults(self, rules: Rules) -> Iterator[str]:
        """Say what is wrong with the device that made the file, and with what it signed."""
        device = rules.governance.device(self.maker)
        if device is None or self._closing is None:
            yield "export.unknown_device"
            return
        key = bytes.fromhex(device.signing_public_key)
        if not self._verify(key, self._closing.signature, self._closing.message):
            yield "export.signature"
        if not self.opening.checkpoint.holds(key, self._verify):
            yield "evidence.checkpoint"
        if device.closed:
            yield "evidence.closed_device"
        if rules.contested:
            yield "evidence.contested"

    def orders(self, rules: Rules) -> Iterator[OrderFinding]:
        """Judge every order."""
        at = self.opening.checkpoint.checkpoint.at
        for order in self.index.orders:
            yield self._order(order, rules, at)

    def acts(self, rules: Rules) -> Iterator[RuleAct]:
        """List what changed the rules."""
        effective = {item.event for item in rules.stops} | {
            name for item in rules.epochs for name in (item.event, item.step)
        }
        for event in self.index.of_rules():
            member = rules.governance.member_of(event.header.device)
            name = member.name if member else ""
            yield RuleAct(event.id, event.kind, event.header.at, name, event.id in effective)

    def looks(self, rules: Rules) -> Iterator[ListLook]:
        """List who was shown which lists; what a device without a say had signed, or came empty, is left out."""
        for event in self.ledger.counting(self.index.of_looks(), rules):
            try:
                said = event.says()
            except SecurityError:
                continue
            count, digest = said.get("count"), said.get("digest")
            member = rules.governance.member_of(event.header.device)
            if isinstance(count, int) and isinstance(digest, str):
                yield ListLook(event.id, event.header.at, member.name if member else "", count, digest)

    def _order(self, order: str, rules: Rules, at: int) -> OrderFinding:
        about = self.index.of_subject(order)
        missing = sum(event.body is None for event in about)
        void = len(about) - len(self.ledger.counting(about, rules))
        try:
            record = self.ledger.order(order)
            if record is None:
                return OrderFinding(order, len(about), missing, void=void)
            known = self.ledger.rules(record.intent_event) if record.intent_event else rules
            quorum = quorum_of(record, known, about, at)
        except SecurityError as error:
            return OrderFinding(order, len(about), missing, faults=(error.code,))
        faults = tuple(_sending_faults(record, about))
        return OrderFinding(order, len(about), missing, record, quorum, faults, void)


def _sending_faults(record: OrderRecord, about: Sequence[Event]) -> Iterator[str]:
    """Whatever was said without a say in it is left out, and no fault; what was sent against the rules is one.

    An intent that came without what it says can't be judged, and one of a device that had no word any more is void.
    """
    intents = {event.id for event in about if event.kind == kinds.ORDER_SUBMISSION_INTENDED}
    for event, code in record.faults:
        if event in intents and event != record.intent_event:
            yield "export.second_intent" if record.intent_event else code
