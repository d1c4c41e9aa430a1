"""An approval is good once, and for one thing (SECURITY rows 13, 16): replayed, moved, cut, renamed, swapped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from countersign.adapters.relays.envelope_file import read_carried_file, write_envelope_file
from countersign.application.use_cases.exchange_envelopes import TakenParcel, parcel_name, take_parcel
from countersign.application.use_cases.publish_envelopes import file_letters
from countersign.application.use_cases.relay_notes import read_notes
from countersign.application.use_cases.seal_envelope import seal_envelope
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.envelope import Purpose
from countersign.domain.ledger.event import Event, EventDraft
from countersign.domain.ledger.letter import Letter
from countersign.domain.money import Money
from countersign.domain.order import OrderContent
from countersign.domain.order_state import OrderState
from countersign.domain.policy import Policy
from countersign.testing.fake_workspace import FakeSuite
from tests.unit.application.workspace.payments import HOUR, ORDER, approve, faults, intend, known, request
from tests.unit.application.workspace.several import Desk, Several, several

OTHER = "dd" * 16


@pytest.fixture
def some() -> Several:
    """Give three people; every payment needs two approvals."""
    made = several(3, policy=Policy(approvals=2, requester_may_approve=False))
    made.rounds(4)
    return made


def approved(desk: Desk, order: str = ORDER) -> Event:
    """Approve an order, and return the event."""
    approve(desk, order)
    return [item for item in desk.vault.events_of(order) if item.kind == kinds.ORDER_APPROVED][-1]


def carried(desk: Desk, path: Path) -> Path:
    """Write what others lack into a file."""
    (content,) = file_letters(desk.vault, desk.tools, read_notes(desk.vault))
    write_envelope_file(path, content)
    return path


def take(desk: Desk, content: bytes) -> TakenParcel:
    """Take a file in."""
    return take_parcel(desk.vault, desk.tools, read_notes(desk.vault), "file", parcel_name(content), content)


def letter(sender: Desk, to: Desk, events: Sequence[Event]) -> bytes:
    """Seal events for one device."""
    found = Letter(tuple(events))
    recipients = [to.vault.own_device]
    now = sender.tools.clock.now_ms()
    return seal_envelope(sender.vault, FakeSuite(), found, recipients, Purpose.EVENTS, sender.tools.entropy, now)


def signers(desk: Desk, order: str = ORDER) -> list[str]:
    """Name those whose approvals count."""
    return [item.member for item in known(desk, order).counted]


def test_the_same_approval_again_is_one(some: Several) -> None:
    request(some[0])
    some.rounds()
    event = approved(some[1])
    some.rounds()
    for _ in range(3):  # in other letters, of other people, as often as they like
        take(some[0], letter(some[1], some[0], [event]))
        take(some[0], letter(some[2], some[0], [event]))
    assert signers(some[0]) == [some[1].vault.identity.member]
    assert faults(some[0]) != ()


def test_an_approval_of_one_payment_is_none_of_another(some: Several) -> None:
    for order in (ORDER, OTHER):
        request(some[0], order)
    some.rounds()
    event = approved(some[1])
    moved = Event(replace(event.header, subject=OTHER), event.signature, event.body)
    assert take(some[0], letter(some[2], some[0], [moved])).refused == "ledger.signature"
    record = known(some[1], OTHER)
    with some[1].vault.transaction() as change:  # the approver's own device says it of the other
        refs = (record.frozen_event, record.assessment_event)
        change.append(EventDraft(kinds.ORDER_APPROVED, OTHER, event.says(), refs=refs))
    some.rounds()
    for desk in some.desks:
        assert signers(desk, OTHER) == []
        assert [item.fault for item in known(desk, OTHER).approvals] == ["approval.other_digest"]


def test_an_approval_of_one_version_is_none_of_the_next(some: Several) -> None:
    request(some[0])
    some.rounds()
    first = approved(some[1])
    some.rounds()
    record = known(some[0])
    dearer = replace(record.content.payment, instructed_amount=Money(99_000_000, "EUR"))
    content: OrderContent = replace(record.content, payment=dearer)
    with some[0].vault.transaction() as change:  # the same order, with another amount
        body: dict[str, Json] = {"content": content.canonical(), "digest": content.digest}
        frozen = change.append(EventDraft(kinds.ORDER_FROZEN, ORDER, body, refs=(record.content.payee_version,)))
        assessed: dict[str, Json] = {"digest": content.digest, "assessment": {"score": 1, "stops": []}}
        change.append(EventDraft(kinds.ORDER_ASSESSED, ORDER, assessed, refs=(frozen.id,)))
    some.rounds()
    approved(some[2])
    some.rounds()
    for desk in some.desks:
        found = known(desk)
        assert found.content.payment.instructed_amount == record.content.payment.instructed_amount
        assert {item.digest for item in found.counted} == {record.digest} == {str(first.says()["digest"])}
        assert "order.frozen_twice" in [code for _, code in found.faults]


def test_an_approval_of_another_workspace_is_refused(some: Several) -> None:
    request(some[0])
    some.rounds()
    event = approved(some[1])
    header = replace(event.header, workspace="99" * 16)
    other = Event(header, some[1].vault.keys.sign(bytes.fromhex(header.id)), event.body)
    taken = some[0].vault.take_in([other])
    assert taken.refused == ((other.id, "ledger.other_workspace"),)
    assert signers(some[0]) == []


@pytest.mark.parametrize(("wait", "counts"), [(24 * HOUR - 60_000, True), (24 * HOUR, False)])
def test_an_approval_ends(some: Several, wait: int, *, counts: bool) -> None:
    request(some[0])
    some.rounds()
    first = approved(some[1])
    approve(some[2])
    some.rounds()
    ends = first.says()["expires_at"]
    assert isinstance(ends, int)
    some.later(max(0, wait - (some.clock.now_ms() - first.header.at)))
    assert (faults(some[0]) == ()) is counts
    if counts:
        intend(some[0])
        some.rounds()
        assert {known(desk).state for desk in some.desks} == {OrderState.INTENDED}
    else:
        assert "intent.rule_not_met" in faults(some[0])
        take(some[0], letter(some[1], some[0], [first]))
        assert "intent.rule_not_met" in faults(some[0])


def test_a_file_that_is_imported_twice_or_under_another_name_changes_nothing_more(
    some: Several, tmp_path: Path
) -> None:
    request(some[0])
    some.rounds()
    approve(some[1])
    path = carried(some[1], tmp_path / "approval.countersign")
    first = take(some[0], read_carried_file(path))
    assert (first.refused, signers(some[0])) == ("", [some[1].vault.identity.member])
    heads = some[0].vault.heads()
    renamed = path.rename(tmp_path / "Approval of Cho (2).pdf")
    for _ in range(2):
        again = take(some[0], read_carried_file(renamed))
        assert (again.events, again.refused) == (0, "")
    assert some[0].vault.heads() == heads
    assert signers(some[0]) == [some[1].vault.identity.member]


def test_a_file_that_is_cut_anywhere_is_refused_and_leaves_nothing(some: Several, tmp_path: Path) -> None:
    request(some[0])
    some.rounds()
    approve(some[1])
    content = read_carried_file(carried(some[1], tmp_path / "approval.countersign"))
    heads = some[0].vault.heads()
    for end in {*range(0, len(content), 37), len(content) - 1}:
        taken = take(some[0], content[:end])
        assert taken.refused.startswith("envelope.") or taken == TakenParcel()  # or it shows no key for us
        assert taken.events == 0
    for place in range(0, len(content), 41):
        changed = bytearray(content)
        changed[place] ^= 1
        assert take(some[0], bytes(changed)).events == 0
    assert some[0].vault.heads() == heads
    assert take(some[0], content).refused == ""
    assert signers(some[0]) == [some[1].vault.identity.member]


def test_two_signers_can_not_be_swapped(some: Several, tmp_path: Path) -> None:
    request(some[0])
    some.rounds()
    one, two = approved(some[1]), approved(some[2])
    swapped = [Event(one.header, two.signature, one.body), Event(two.header, one.signature, two.body)]
    for event in swapped:
        assert take(some[0], letter(some[1], some[0], [event])).refused == "ledger.signature"
    named = replace(one.header, device=two.header.device)
    assert take(some[0], letter(some[1], some[0], [Event(named, one.signature, one.body)])).refused != ""
    said = Event(one.header, one.signature, two.body)
    assert take(some[0], letter(some[1], some[0], [said])).events == 0
    assert signers(some[0]) == []
    files = [carried(desk, tmp_path / f"{place}.countersign") for place, desk in enumerate(some.desks[1:])]
    for path in reversed(files):  # whole files, in the other order
        assert take(some[0], read_carried_file(path)).refused == ""
    assert set(signers(some[0])) == {some[1].vault.identity.member, some[2].vault.identity.member}
    assert faults(some[0]) == ()
