"""The export of a whole workspace: an outsider finds in it what every device knows, and no change gets past."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from countersign.application.use_cases.check_export import OrderFinding
from countersign.application.use_cases.check_receipt import Verdict
from countersign.application.use_cases.export_workspace import SLICE
from countersign.domain.canonical import Json, canonical_bytes, parse_canonical
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain, Event, Header
from countersign.domain.ledger.governance import Role
from countersign.domain.order_state import OrderState
from countersign.domain.policy import Policy
from countersign.domain.workspace_export import Closing, Opening, event_line, read_event
from countersign.testing.fake_workspace import MemoryWorkspace
from tests.unit.application.workspace.exports import MemoryExport, checked, exported
from tests.unit.application.workspace.several import several
from tests.unit.domain.test_shared_proof import Office


@pytest.fixture(scope="module")
def office() -> Office:
    office = Office()
    office.sent(1)
    office.asked(2)
    return office


@pytest.fixture(scope="module")
def content(office: Office) -> bytes:
    file = MemoryExport()
    exported(office.vault(1), file)
    return file.content


def closed(lines: list[bytes], maker: MemoryWorkspace) -> bytes:
    """Close an export that was changed, as the device that made it would: it may be a forger's."""
    before = b"".join(lines)
    closing = Closing(len(lines) - 1, hashlib.sha256(before).hexdigest())
    return before + replace(closing, signature=maker.sign(closing)).line


def lines_of(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)[:-1]


def test_an_outsider_finds_what_every_device_knows(office: Office, content: bytes) -> None:
    check, orders = checked(content)
    assert (check.verdict, check.faults) == (Verdict.CONSISTENT, ())
    vault = office.vault(0)
    assert [finding.record for finding in orders] == [vault.order(finding.order) for finding in orders]
    sent, asked = orders
    assert sent.record is not None
    assert sent.record.state is OrderState.INTENDED
    assert sent.whole
    assert sent.quorum is not None
    assert sent.quorum.met
    assert sorted(item.name for item in sent.quorum.approvals) == ["device 1", "device 2"]
    assert all(item.at for item in sent.quorum.approvals)
    assert [name for name, _at in sent.quorum.opened] == ["device 1"]
    assert asked.quorum is not None
    assert not asked.quorum.met
    assert check.events == sum(head.size for head in vault.heads().values())
    assert check.bodies_missing == {}
    assert (check.orders, check.unjudged) == (2, 0)
    assert [(act.kind, act.name, act.counts) for act in check.acts] == [(kinds.WORKSPACE_CREATED, "device 0", True)]
    assert check.rules is not None
    assert check.rules.governance == vault.rules.governance
    assert check.member is not None
    assert check.member.name == "device 1"


def test_it_is_proven_to_who_knows_the_workspace_or_the_device(office: Office, content: bytes) -> None:
    genesis, maker = office.vault(0).rules.epochs[0].event, office.vault(1).identity.device
    for trust in (genesis, maker, " ".join(maker[at : at + 4] for at in range(0, 64, 4)).upper()):
        assert checked(content, trust)[0].verdict is Verdict.PROVEN
    assert checked(content, office.vault(0).identity.device)[0].faults == ("signer.other",)
    assert checked(content, "abc")[0].faults == ("signer.form",)


def test_it_is_on_private_record(office: Office) -> None:
    vault, file = office.vault(2), MemoryExport()
    found = exported(vault, file)
    assert found is not None
    assert file.finished
    event = vault.events(Chain.PRIVATE)[-1]
    assert event.kind == kinds.WORKSPACE_EXPORTED
    said = {"sha256": hashlib.sha256(file.content).hexdigest(), "events": found.events, "withheld": 0}
    assert event.says() == said
    assert (found.hash, found.size) == (said["sha256"], len(file.content))


def test_every_flipped_bit_is_noticed(office: Office, content: bytes) -> None:
    trust = office.vault(0).rules.epochs[0].event
    for place in range(0, len(content), 149):
        changed = bytearray(content)
        changed[place] ^= 1 if place % 2 else 0x20
        assert checked(bytes(changed), trust)[0].faults, place


def test_every_cut_is_noticed(content: bytes) -> None:
    whole = content.splitlines(keepends=True)
    for end in range(len(whole)):
        assert checked(b"".join(whole[:end]))[0].faults
        assert checked(b"".join(whole[:end]) + whole[end][:-1])[0].faults
        assert checked(b"".join(whole[:end] + whole[end + 1 :]))[0].faults


def test_what_is_doubled_moved_or_added_is_noticed(content: bytes) -> None:
    whole = content.splitlines(keepends=True)
    for at in range(len(whole)):
        assert checked(b"".join([*whole[: at + 1], *whole[at:]]))[0].faults
    for at in range(1, len(whole) - 1):
        swapped = [*whole[:at], whole[at + 1], whole[at], *whole[at + 2 :]]
        assert checked(b"".join(swapped))[0].faults
    assert checked(content + whole[1])[0].faults == ("export.after_closing",)
    assert checked(content + b"\n")[0].faults == ("export.after_closing",)


def test_an_event_of_another_workspace_is_noticed(office: Office, content: bytes) -> None:
    other = Office()
    other.sent(3)
    foreign = MemoryExport()
    exported(other.vault(1), foreign)
    spliced = [*lines_of(content), *lines_of(foreign.content)[2:]]
    assert checked(closed(spliced, office.vault(1)))[0].faults


def test_a_maker_can_leave_nothing_out_in_the_middle(office: Office, content: bytes) -> None:
    """Whoever makes the file may sign it again, but the others' chains hold."""
    lines = lines_of(content)
    for at in range(1, len(lines)):
        forged = closed([*lines[:at], *lines[at + 1 :]], office.vault(1))
        assert checked(forged)[0].faults, read_event(lines[at]).kind


def test_a_maker_can_not_withhold_the_rules(office: Office, content: bytes) -> None:
    lines = lines_of(content)
    at = next(at for at, line in enumerate(lines[1:], 1) if read_event(line).kind == kinds.WORKSPACE_CREATED)
    bare = [*lines[:at], event_line(replace(read_event(lines[at]), body=None)), *lines[at + 1 :]]
    assert checked(closed(bare, office.vault(1)))[0].faults == ("export.rules_withheld",)


def test_what_is_withheld_is_there_by_its_hash_and_named(office: Office, content: bytes) -> None:
    lines = lines_of(content)
    bare = [
        event_line(replace(event, body=None)) if event.kind == kinds.ORDER_FROZEN else line
        for line in lines[1:]
        for event in (read_event(line),)
    ]
    check, orders = checked(closed([lines[0], *bare], office.vault(1)))
    assert (check.verdict, check.faults) == (Verdict.CONSISTENT, ())
    assert check.bodies_missing == {kinds.ORDER_FROZEN: 2}
    assert check.unjudged == 2
    assert [(item.record, item.missing) for item in orders] == [(None, 1), (None, 1)]


def test_what_forbids_and_is_withheld_leaves_the_order_unjudged(office: Office, content: bytes) -> None:
    lines = lines_of(content)
    bare = [
        event_line(replace(event, body=None)) if event.kind == kinds.ORDER_SUBMISSION_INTENDED else line
        for line in lines[1:]
        for event in (read_event(line),)
    ]
    check, orders = checked(closed([lines[0], *bare], office.vault(1)))
    assert check.faults == ()
    assert [item.whole for item in orders] == [False, True]


def signed_by(vault: MemoryWorkspace, header: Header, body: Event) -> Event:
    return Event(header, vault.keys.sign(bytes.fromhex(header.id)), body.body)


def test_a_second_intent_is_named(office: Office) -> None:
    """The sender's device signs a second intent, as no honest one would."""
    there = Office()
    order = there.sent(9)
    vault = there.vault(0)
    intent = next(e for e in vault.events_of(order.order) if e.kind == kinds.ORDER_SUBMISSION_INTENDED)
    tip = vault.heads()[vault.identity.device]
    last = vault.event(tip.event)
    assert last is not None
    seen, refs = intent.header.seen, intent.header.refs
    header = replace(intent.header, seq=tip.size, prev=tip.event, lamport=last.header.lamport + 1, seen=(), refs=refs)
    assert seen
    second = signed_by(vault, header, intent)
    assert there.vault(1).take_in([second]).refused == ()
    file = MemoryExport()
    exported(there.vault(1), file)
    check, orders = checked(file.content)
    assert check.verdict is Verdict.REFUTED
    assert check.faults == ("export.second_intent",)
    assert orders[0].faults == ("export.second_intent",)


def test_an_intent_without_approvals_is_named() -> None:
    there = Office()
    asked = there.asked(1)
    vault = there.vault(0)
    body: dict[str, Json] = {
        "digest": asked.digest,
        "epoch": 0,
        "approvals": [],
        "bank": "bank",
        "request_id": "r",
        "end_to_end_id": asked.payment.end_to_end_id,
        "never_executes_unauthorised": True,
    }
    tip = vault.heads()[vault.identity.device]
    last = vault.event(tip.event)
    assert last is not None
    from countersign.domain.ledger.event import Body  # noqa: PLC0415 - here alone

    said = Body.of(body, bytes(16))
    record = vault.order(asked.order)
    assert record is not None
    refs = tuple(sorted((record.frozen_event, record.assessment_event)))
    header = replace(
        last.header,
        seq=tip.size,
        prev=tip.event,
        lamport=last.header.lamport + 1,
        seen=(),
        refs=refs,
        kind=kinds.ORDER_SUBMISSION_INTENDED,
        subject=asked.order,
        body_hash=said.hash,
    )
    event = Event(header, vault.keys.sign(bytes.fromhex(header.id)), said)
    assert there.vault(1).take_in([event]).refused == ()
    file = MemoryExport()
    exported(there.vault(1), file)
    check, _orders = checked(file.content)
    assert check.verdict is Verdict.REFUTED
    assert check.faults
    assert check.faults[0].startswith(("intent.", "order."))


def test_a_device_that_signed_two_for_one_place_is_named() -> None:
    there = Office()
    there.sent(1)
    vault = there.vault(2)
    tip = vault.heads()[vault.identity.device]
    last = vault.event(tip.event)
    assert last is not None
    header = replace(last.header, at=last.header.at + 1)
    twin = signed_by(vault, header, last)
    assert there.vault(1).take_in([twin]).refused == ()
    file = MemoryExport()
    exported(there.vault(1), file)
    check, orders = checked(file.content)
    assert check.two_faced == (vault.identity.device,)
    assert orders[0].void == 2


def test_a_stranger_made_none(office: Office, content: bytes) -> None:
    lines, stranger = lines_of(content), several(1)[0].vault
    opening = Opening.parse(lines[0])
    checkpoint = replace(opening.checkpoint.checkpoint, device=stranger.identity.device)
    signed = replace(opening.checkpoint, checkpoint=checkpoint, signature=stranger.sign(checkpoint))
    foreign = closed([replace(opening, checkpoint=signed).line, *lines[1:]], stranger)
    if stranger.identity.device != office.vault(0).identity.device:
        assert checked(foreign)[0].faults == ("export.unknown_device",)
    by_another = closed(lines, office.vault(0))
    assert checked(by_another)[0].faults == ("export.signature",)
    unsigned = [replace(opening, checkpoint=replace(opening.checkpoint, signature=bytes(64))).line, *lines[1:]]
    assert checked(closed(unsigned, office.vault(1)))[0].faults == ("evidence.checkpoint",)


def test_chains_reach_as_far_as_is_said(office: Office, content: bytes) -> None:
    lines, maker = lines_of(content), office.vault(1)
    opening = Opening.parse(lines[0])

    def stated(heads: dict[str, tuple[int, str]]) -> tuple[str, ...]:
        checkpoint = type(opening.checkpoint.checkpoint).of(
            opening.checkpoint.checkpoint.workspace, maker.identity.device, 5, heads
        )
        signed = replace(opening.checkpoint, checkpoint=checkpoint, signature=maker.sign(checkpoint))
        return checked(closed([replace(opening, checkpoint=signed).line, *lines[1:]], maker))[0].faults

    known = {head.device: (head.size, head.event) for head in opening.checkpoint.checkpoint.heads}
    assert stated(known) == ()
    first = min(known)
    assert stated({device: found for device, found in known.items() if device != first}) == ("export.chains",)
    assert stated({**known, first: (known[first][0] + 1, known[first][1])}) == ("export.chains",)
    assert stated({**known, first: (known[first][0], "ab" * 32)}) == ("export.chains",)


def test_another_founding_record_is_noticed(office: Office, content: bytes) -> None:
    lines = lines_of(content)
    opening = Opening.parse(lines[0])
    other = closed([replace(opening, genesis="ab" * 32).line, *lines[1:]], office.vault(1))
    assert checked(other)[0].faults == ("governance.genesis",)
    only = closed([lines[0], *lines[2:]], office.vault(1))
    assert checked(only)[0].faults == ("export.parents_missing",)


def test_what_is_no_export_is_unreadable() -> None:
    for content in (b"", b"{}\n", b"%PDF-1.7\n", b'{"document":"countersign.workspace","v":9}\n'):
        check, _orders = checked(content)
        assert check.verdict is Verdict.UNREADABLE
        assert check.faults


def test_auditors_export_and_those_who_only_pay_do_not() -> None:
    some = several(3, roles=((Role.AUDITOR,), (Role.REQUESTER, Role.APPROVER)))
    file = MemoryExport()
    assert exported(some[1].vault, file) is not None
    assert checked(file.content)[0].faults == ()
    with pytest.raises(UserFacingError, match=r"export\.role"):
        exported(some[2].vault, MemoryExport())


def test_a_copy_that_may_not_sign_exports_nothing() -> None:
    alone = several(1)[0].vault
    alone.may_sign = False
    with pytest.raises(SecurityError, match=r"vault\.read_only"):
        exported(alone, MemoryExport())


def test_nothing_is_left_where_it_is_stopped_or_fails() -> None:
    vault = several(1)[0].vault
    file = MemoryExport()
    assert exported(vault, file, lambda _done, _total: False) is None
    assert file.discarded
    assert not [event for event in vault.events(Chain.PRIVATE) if event.kind == kinds.WORKSPACE_EXPORTED]
    full = MemoryExport(fail_at=1, error=UserFacingError("export.disk_full"))
    with pytest.raises(UserFacingError, match=r"export\.disk_full"):
        exported(vault, full)
    assert full.discarded


def test_it_is_written_in_pieces_and_says_how_far_it_is() -> None:
    some = several(2)
    for number in range(3 * SLICE):
        some[0].say(f"note {number} " + "x" * 400)
    told: list[tuple[int, int]] = []
    file = MemoryExport()

    def go_on(done: int, total: int) -> bool:
        told.append((done, total))
        if done == SLICE:  # what arrives meanwhile is not in it
            some[0].say("afterwards")
        return True

    found = exported(some[0].vault, file, go_on)
    assert found is not None
    assert found.events == 3 * SLICE + 1
    assert told[0] == (0, found.events)
    assert told[-1] == (found.events, found.events)
    assert file.pieces >= 5
    assert file.largest < 100_000
    assert b"afterwards" not in file.content
    assert checked(file.content)[0].faults == ()


def test_what_never_came_here_is_named_and_not_in_it() -> None:
    """What an order pays may be kept from somebody: its records come without what they say."""
    some = several(2, policy=Policy(approvals=1, requester_may_approve=False), roles=((Role.AUDITOR,),))
    office, ada, auditor = Office(), some[0].vault, some[1].vault
    office.some = some
    office.share = lambda: None  # type: ignore[method-assign]  # nothing travels by itself here
    content = office.asked(4)
    events = ada.shared_events(ada.identity.device, 0, 1_000)
    auditor.take_in(replace(item, body=None) if item.header.subject == content.order else item for item in events)
    file = MemoryExport()
    found = exported(auditor, file)
    assert found is not None
    assert found.withheld == 2
    check, orders = checked(file.content)
    assert check.faults == ()
    assert check.bodies_missing == {kinds.ORDER_ASSESSED: 1, kinds.ORDER_FROZEN: 1}
    assert orders == [OrderFinding(content.order, 2, 2)]
    assert content.payment.creditor_account.encode() in file.content  # the payee's own record is for everybody
    assert content.payment.end_to_end_id.encode() not in file.content


def test_an_order_that_nobody_could_make_is_told_without_a_record(office: Office, content: bytes) -> None:
    vault = several(1)[0].vault
    from countersign.domain.ledger.event import EventDraft  # noqa: PLC0415 - here alone

    with vault.transaction() as change:
        change.append(EventDraft(kinds.ORDER_FROZEN, "0f" * 16, {"digest": "?"}))
    file = MemoryExport()
    exported(vault, file)
    check, orders = checked(file.content)
    assert check.faults == ()
    assert orders == [OrderFinding("0f" * 16, 1, 0)]
    assert check.unjudged == 1


def test_a_line_with_a_key_twice_is_refused(content: bytes) -> None:
    lines = content.splitlines(keepends=True)
    doubled = lines[2].replace(b'"header":', b'"header":"","header":', 1)
    assert checked(b"".join([*lines[:2], doubled, *lines[3:]]))[0].faults == ("canonical.other_bytes",)
    spaced = canonical_bytes(parse_canonical(lines[2][:-1])).replace(b",", b", ", 1) + b"\n"
    assert checked(b"".join([*lines[:2], spaced, *lines[3:]]))[0].faults
