"""Evidence: what an outsider needs to check an order without the vault or its passphrase (LEDGER rule 20; RFC 9162).

Format 1 is that of an order with which one device alone had to do. Format 2 adds what other devices signed, headers
that connect it (``disclosure``), a checkpoint of the device that made the file, and its signature over all. Evidence
discloses the bodies of an order's events, proves that each is in a chain whose head the device signed, and
carries the genesis, which names the device's key. It does not establish who holds that key: whoever checks must know
the device's fingerprint from elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from countersign.domain.canonical import Fields, Json, canonical_bytes, parse_canonical
from countersign.domain.character_sets import Charset, transliterate
from countersign.domain.disclosure import Disclosure, judge
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chains import Verify
from countersign.domain.ledger.checkpoint import SignedCheckpoint
from countersign.domain.ledger.event import Body, Chain, Event, Header
from countersign.domain.ledger.governance import Device
from countersign.domain.ledger.heads import Head, SignedHead
from countersign.domain.ledger.merkle import verify_inclusion
from countersign.domain.ledger.order_fold import fold_order
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import read_rules
from countersign.domain.order import NAME_LIMIT
from countersign.domain.payee import PayeeRecord, fold_payee
from countersign.domain.quorum import Quorum, quorum_of

EVIDENCE_FORMAT = 1
SHARED_FORMAT = 2
"""Of an order that several devices had to do with. Format 1 is written for all others, and read for ever."""
EVIDENCE_LIMIT = 8 * 1024 * 1024
_DOCUMENT = "countersign.evidence"
_STATEMENT_TAG = b"countersign/evidence/2\x00"
_NODE_BYTES = 32  # SHA-256


class EvidenceError(SecurityError):
    """The evidence can't be read, or does not hold."""


@dataclass(frozen=True, slots=True)
class Disclosed:
    """An event with its body, and the audit path from it to the head's root."""

    event: Event
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class SharedPart:
    """What format 2 adds.

    Attributes:
        others: What other devices signed, in folding order.
        between: Headers that connect the events, see ``Disclosure``.
        floor: See ``Disclosure``.
        checkpoint: How far the device that made the file knew every chain to reach.
        signature: Of that device, over all the rest: it vouches for the founding record and for what others said.
    """

    others: tuple[Event, ...]
    between: tuple[Header, ...]
    floor: int
    checkpoint: SignedCheckpoint
    signature: bytes = b""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything disclosed about one order.

    Attributes:
        order: Its identifier.
        head: Of the shared chain of the device that made the file.
        disclosed: That device's events, in their chain's order. In format 1 the genesis comes first.
        shared: None in format 1.
    """

    order: str
    head: SignedHead
    disclosed: tuple[Disclosed, ...]
    shared: SharedPart | None = None

    @property
    def events(self) -> tuple[Event, ...]:
        """All events, in folding order."""
        own = tuple(item.event for item in self.disclosed)
        others = self.shared.others if self.shared else ()
        return tuple(sorted((*own, *others), key=lambda event: event.order_key)) if others else own

    @property
    def disclosure(self) -> Disclosure | None:
        """What is shown of several devices; None in format 1."""
        shared = self.shared
        return Disclosure(self.order, self.events, shared.between, shared.floor) if shared else None

    @property
    def message(self) -> bytes:
        """The 32 bytes that the device signs which makes a file of format 2."""
        return hashlib.sha256(_STATEMENT_TAG + canonical_bytes(self._canonical())).digest()

    def content(self) -> bytes:
        """Return the evidence as canonical bytes."""
        signed: dict[str, Json] = {"signature": _text(self.shared.signature)} if self.shared else {}
        return canonical_bytes({**self._canonical(), **signed})

    def _canonical(self) -> dict[str, Json]:
        found: dict[str, Json] = {
            "document": _DOCUMENT,
            "v": SHARED_FORMAT if self.shared else EVIDENCE_FORMAT,
            "order": self.order,
            "head": self.head.head.canonical(),
            "head_signature": _text(self.head.signature),
            "events": [_event_object(item) for item in self.disclosed],
        }
        if self.shared:
            found["others"] = [_event_object(Disclosed(event, ())) for event in self.shared.others]
            found["between"] = [_text(header.content) for header in self.shared.between]
            found["floor"] = self.shared.floor
            found["checkpoint"] = _text(self.shared.checkpoint.content)
        return found

    @classmethod
    def parse(cls, content: bytes) -> Evidence:
        """Read evidence.

        Raises:
            EvidenceError: It is too large, or not evidence of a known format.
            SecurityError: A part of it is malformed.
        """
        if len(content) > EVIDENCE_LIMIT:
            raise EvidenceError("evidence.too_large")
        fields = Fields(parse_canonical(content), "evidence")
        document, version = fields.text("document"), fields.integer("v")
        if document != _DOCUMENT or version not in {EVIDENCE_FORMAT, SHARED_FORMAT}:
            raise EvidenceError("evidence.format")
        evidence = cls(
            order=fields.text("order"),
            head=SignedHead(Head.read(fields.mapping("head")), _bytes(fields.text("head_signature"))),
            disclosed=tuple(_disclosed(item) for item in fields.items("events")),
            shared=_shared(fields) if version == SHARED_FORMAT else None,
        )
        fields.end()
        return evidence


@dataclass(frozen=True, slots=True)
class Finding:
    """What checking evidence found.

    Attributes:
        device: The signer's key, as the genesis names it. Its fingerprint is ``device.device``.
        signer: The member's name in the genesis: the workspace's own claim.
        record: The order, as its disclosed events fold.
        faults: Codes of everything that does not hold; empty where the evidence is consistent.
        quorum: Who had a say in it, where several devices had to do with the order.
    """

    device: Device | None
    signer: str
    record: OrderRecord | None
    events: int
    faults: tuple[str, ...] = field(default=())
    quorum: Quorum | None = None

    def trusted(self, fingerprint: str) -> bool:
        """Tell whether the signer is the device with this fingerprint: 64 hex digits, spaces and dashes left out."""
        given = "".join(character for character in fingerprint.lower() if character not in " -:\t\r\n")
        return not self.faults and self.device is not None and given == self.device.device


def check_evidence(evidence: Evidence, verify: Verify) -> Finding:
    """Check signatures, bodies, inclusion and the order's own rules."""
    shared = evidence.shared
    return _check_own(evidence, verify) if shared is None else _check_shared(evidence, shared, verify)


def _check_own(evidence: Evidence, verify: Verify) -> Finding:
    faults: list[str] = []
    head = evidence.head.head
    events = [item.event for item in evidence.disclosed]
    try:
        rules, refused = read_rules(
            [event for event in events if event.kind in kinds.GOVERNANCE_KINDS or event.kind in _STOP_KINDS], verify
        )
    except SecurityError as error:
        return Finding(None, "", None, len(events), (error.code,))
    faults.extend(code for _, code in refused)
    if rules.contested:
        faults.append("evidence.contested")
    device = rules.governance.device(head.device)
    if device is None:
        return Finding(None, "", None, len(events), ("evidence.unknown_device",))
    key = bytes.fromhex(device.signing_public_key)
    if device.closed:  # from the last accepted event on nothing counts, and a head covers the whole chain
        faults.append("evidence.closed_device")
    if not evidence.head.holds(key, verify):
        faults.append("evidence.head_signature")
    if events[0].header.workspace != head.workspace or head.chain is not Chain.SHARED:
        faults.append("evidence.other_workspace")
    for item in evidence.disclosed:
        faults.extend(_event_faults(item, head, key, verify))
    if not _in_order(events):
        faults.append("evidence.order_of_events")
    about = [event for event in events if event.header.subject == evidence.order]
    record = fold_order(about, rules, lambda payee: _payee_in(events, payee))
    if record is None:
        faults.append("evidence.no_order")
    else:
        faults.extend(code for _, code in record.faults)
        faults.extend(_payee_faults(record, events))
    member = rules.governance.member_of(head.device)
    return Finding(device, member.name if member else "", record, len(events), tuple(dict.fromkeys(faults)))


def _check_shared(evidence: Evidence, shared: SharedPart, verify: Verify) -> Finding:
    """Check what several devices signed, and who of them let the order be sent."""
    head, events = evidence.head.head, evidence.events
    judged = judge(Disclosure(evidence.order, events, shared.between, shared.floor), verify)
    if judged.rules is None or judged.before_intent is None:
        return Finding(None, "", None, len(events), judged.faults)
    device = judged.rules.governance.device(head.device)
    if device is None:
        return Finding(None, "", None, len(events), ("evidence.unknown_device",))
    key, checkpoint = bytes.fromhex(device.signing_public_key), shared.checkpoint.checkpoint
    checks = {
        "evidence.statement": not verify(key, shared.signature, evidence.message),
        "evidence.closed_device": device.closed,
        "evidence.head_signature": not evidence.head.holds(key, verify),
        "evidence.checkpoint": checkpoint.device != head.device or not shared.checkpoint.holds(key, verify),
        "evidence.other_workspace": {head.workspace, checkpoint.workspace} != {events[0].header.workspace}
        or head.chain is not Chain.SHARED,
        "evidence.other_device": any(event.header.device == head.device for event in shared.others),
        "evidence.beyond_checkpoint": not _within(events, shared.checkpoint),
        "evidence.order_of_events": not _rising([item.event.header for item in evidence.disclosed])
        or list(shared.others) != sorted(shared.others, key=lambda event: event.order_key),
    }
    faults = [*judged.faults, *(code for code, found in checks.items() if found)]
    for item in evidence.disclosed:
        faults.extend(_event_faults(item, head, key, verify))
    record, quorum = judged.record, None
    if record is not None:
        about = [event for event in events if event.header.subject == evidence.order]
        faults.extend(_payee_faults(record, events))
        quorum = quorum_of(record, judged.before_intent, about, checkpoint.at)
    member = judged.rules.governance.member_of(head.device)
    name = member.name if member else ""
    return Finding(device, name, record, len(events), tuple(dict.fromkeys(faults)), quorum)


def _within(events: Sequence[Event], signed: SignedCheckpoint) -> bool:
    """Tell whether a checkpoint knows of every event, and of no other one at its place."""
    heads = {head.device: head for head in signed.checkpoint.heads}
    for event in events:
        head = heads.get(event.header.device)
        if head is None or event.header.seq >= head.size:
            return False
        if event.header.seq == head.size - 1 and event.id != head.event:
            return False
    return True


_STOP_KINDS = frozenset({kinds.WORKSPACE_FROZEN, kinds.WORKSPACE_UNFROZEN})


def _event_faults(item: Disclosed, head: Head, key: bytes, verify: Verify) -> Sequence[str]:
    header = item.event.header
    body = item.event.body
    checks = {
        "evidence.other_device": (header.device, header.chain, header.workspace)
        != (head.device, head.chain, head.workspace),
        "evidence.signature": not verify(key, item.event.signature, bytes.fromhex(header.id)),
        "evidence.body": body is None or body.hash != header.body_hash,
        "evidence.inclusion": not verify_inclusion(
            bytes.fromhex(header.id), header.seq, head.size, item.path, bytes.fromhex(head.root)
        ),
    }
    return [code for code, found in checks.items() if found]


def _payee_faults(record: OrderRecord, events: Sequence[Event]) -> Sequence[str]:
    """The version of the payee that the order names must be disclosed, and say what was agreed."""
    content = record.content
    payee = _payee_in(events, content.payee)
    version = next((item for item in payee.versions if item.event == content.payee_version), None) if payee else None
    if version is None:
        return ("evidence.no_payee",)
    details, payment = version.details, content.payment
    same = payment.creditor_account == details.account and _names(payment.creditor_name, details.name)
    return () if same else ("evidence.other_payee",)


def _payee_in(events: Sequence[Event], payee: str) -> PayeeRecord | None:
    return fold_payee(event for event in events if event.header.subject == payee)


def _names(agreed: str, kept: str) -> bool:
    """Tell whether the name that was agreed is the payee's, as kept or in the letters that a way to pay carries."""
    return agreed == kept or agreed in {transliterate(kept, charset).text[:NAME_LIMIT] for charset in Charset}


def _in_order(events: Sequence[Event]) -> bool:
    """Tell whether the genesis comes first, and place, order of folding and time go one way along the chain."""
    return events[0].header.seq == 0 and _rising([event.header for event in events])


def _rising(headers: Sequence[Header]) -> bool:
    return all(
        before.seq < after.seq and before.lamport < after.lamport and before.at <= after.at
        for before, after in pairwise(headers)
    )


def _event_object(item: Disclosed) -> dict[str, Json]:
    body = item.event.body
    if body is None:
        raise EvidenceError("evidence.body_absent", kind=item.event.kind)
    return {
        "header": _text(item.event.header.content),
        "signature": _text(item.event.signature),
        "salt": _text(body.salt),
        "body": _text(body.content),
        "path": [_text(step) for step in item.path],
    }


def _disclosed(value: Json) -> Disclosed:
    fields = Fields(value, "evidence_event")
    body = Body(_bytes(fields.text("salt")), _bytes(fields.text("body")))
    body.check_form()
    event = Event(Header.parse(_bytes(fields.text("header"))), _bytes(fields.text("signature")), body)
    item = Disclosed(event, tuple(_bytes(step) for step in fields.texts("path")))
    fields.end()
    if any(len(step) != _NODE_BYTES for step in item.path):
        raise EvidenceError("evidence.path")
    return item


def _shared(fields: Fields) -> SharedPart:
    others = [_disclosed(item) for item in fields.items("others")]
    if any(item.path for item in others):
        raise EvidenceError("evidence.path")
    return SharedPart(
        others=tuple(item.event for item in others),
        between=tuple(Header.parse(_bytes(item)) for item in fields.texts("between")),
        floor=fields.integer("floor"),
        checkpoint=SignedCheckpoint.parse(_bytes(fields.text("checkpoint"))),
        signature=_bytes(fields.text("signature")),
    )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise EvidenceError("evidence.base64") from error
    if _text(data) != text:  # the last letter may hold bits that nobody reads: two spellings of the same bytes
        raise EvidenceError("evidence.base64")
    return data
