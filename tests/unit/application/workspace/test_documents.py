"""Documents between devices: they arrive where the order does; forged, withheld, and asked for again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

import pytest

from countersign.application.ports.vault import LocalSpace
from countersign.application.use_cases import carried_documents
from countersign.application.use_cases.approve_order import approve_order
from countersign.application.use_cases.carried_documents import documents_of, documents_to_ask_for, letters_of
from countersign.application.use_cases.exchange_envelopes import parcel_name, take_parcel
from countersign.application.use_cases.letter_desk import Desk as LetterDesk
from countersign.application.use_cases.publish_envelopes import file_letters
from countersign.application.use_cases.relay_notes import read_notes
from countersign.application.use_cases.seal_envelope import seal_envelope
from countersign.domain.canonical import Json
from countersign.domain.documents import attachment_of
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.envelope import Purpose
from countersign.domain.ledger.event import Body, Event
from countersign.domain.ledger.governance import Role
from countersign.domain.ledger.letter import Letter
from countersign.domain.order import Attachment, last_digits
from tests.unit.application.workspace.payments import ORDER, request
from tests.unit.application.workspace.several import Desk, Several, several

PDF = b"%PDF-1.7 contract\n%%EOF\n"
OTHER = b"%PDF-1.7 another\n%%EOF\n"
CONTRACT = attachment_of("contract.pdf", PDF)
APPROVER, AUDITOR, REQUESTER = (Role.APPROVER,), (Role.AUDITOR,), (Role.REQUESTER,)


def heard(some: Several) -> Several:
    some.rounds()
    assert some.agree
    return some


def requested(
    desk: Desk, *attached: Attachment, purpose: str = "", order: str = ORDER, kept: tuple[bytes, ...] = (PDF,)
) -> Event:
    """Put an order with documents on record, as freezing does; return the event that names them."""
    with desk.vault.transaction() as change:
        for data in kept:
            change.keep_blob(data)
    request(desk, order, purpose=purpose, attachments=attached or (CONTRACT,))
    return next(event for event in desk.vault.events_of(order) if event.kind == kinds.ORDER_FROZEN)


def sealed(desk: Desk, letter: Letter, to: Desk) -> bytes:
    own = (to.vault.own_device,)
    return seal_envelope(desk.vault, desk.tools.suite, letter, own, Purpose.EVENTS, desk.tools.entropy, 0)


def taken(desk: Desk, content: bytes) -> str:
    notes = read_notes(desk.vault)
    return take_parcel(desk.vault, desk.tools, notes, "file", parcel_name(content), content).refused


def lacking(desk: Desk) -> Mapping[str, Mapping[str, Json]]:
    return desk.vault.local(LocalSpace.DOCUMENT)


def approve(desk: Desk) -> None:
    record = desk.vault.order(ORDER)
    assert record is not None
    payment = record.content.payment
    approve_order(desk.vault, ORDER, payment, record.digest, last_digits(payment.creditor_account))


def test_they_arrive_with_the_order_at_all_who_read_it() -> None:
    some = heard(several(4, roles=(APPROVER, AUDITOR, REQUESTER)))
    requested(some[0])
    some.rounds()
    for desk in some.desks[1:]:
        assert desk.vault.blob(CONTRACT.sha256) == PDF
        assert lacking(desk) == {}
    approve(some[1])
    some.rounds()
    record = some[0].vault.order(ORDER)
    assert record is not None
    assert len(record.counted) == 1


def test_of_pay_only_those_get_them_who_need_to_know() -> None:
    some = heard(several(4, roles=(APPROVER, AUDITOR, REQUESTER)))
    requested(some[0], purpose="SALA")
    some.rounds()
    assert [desk.vault.blob(CONTRACT.sha256) for desk in some.desks] == [PDF, PDF, PDF, None]
    assert lacking(some[3]) == {}  # it doesn't even know that there is one


def test_the_same_twice_changes_nothing() -> None:
    some = heard(several(2))
    requested(some[0])
    content = sealed(some[0], Letter(tuple(some[0].vault.events_of(ORDER)), None, (PDF,)), some[1])
    assert [taken(some[1], content), taken(some[1], content)] == ["", ""]
    assert some[1].vault.documents == {CONTRACT.sha256: PDF}


@pytest.mark.parametrize("document", [OTHER, PDF + b" ", b""])
def test_a_forged_one_is_refused_and_told_and_the_right_one_is_asked_for(document: bytes) -> None:
    some = heard(several(3))
    frozen = requested(some[0])
    content = sealed(some[0], Letter(tuple(some[0].vault.events_of(ORDER)), None, (document,)), some[1])
    assert taken(some[1], content) == "envelope.document"
    assert some[1].vault.documents == {}
    assert read_notes(some[1].vault).refused[-1][1] == "envelope.document"
    assert list(lacking(some[1])) == [frozen.id]
    some.rounds(2)  # the honest letter comes, too
    assert some[1].vault.blob(CONTRACT.sha256) == PDF
    assert lacking(some[1]) == {}


def test_one_of_another_size_than_stated_is_refused() -> None:
    some = heard(several(2))
    named = replace(CONTRACT, size=CONTRACT.size + 1)
    requested(some[0], named)
    some.rounds()
    assert some[1].vault.documents == {}
    assert len(lacking(some[1])) == 1


def test_one_that_is_far_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    some = heard(several(2))
    requested(some[0])
    monkeypatch.setattr(carried_documents, "CARRIED_LIMIT", len(PDF) - 1)
    some.rounds()
    assert some[1].vault.documents == {}


def test_a_withheld_one_is_told_asked_for_and_waited_for() -> None:
    some = heard(several(3))
    requested(some[0])
    held = some[0].vault.documents.pop(CONTRACT.sha256)
    some.rounds()
    assert len(lacking(some[1])) == 1
    with pytest.raises(UserFacingError, match=r"^document\.not_here$"):
        approve(some[1])
    some[0].vault.documents[CONTRACT.sha256] = held
    some[1].took.clear()
    some.rounds(20, step_ms=10_000)
    assert some[1].vault.blob(CONTRACT.sha256) == PDF
    assert some[2].vault.blob(CONTRACT.sha256) == PDF
    assert frozenset({ORDER}) in some[1].took  # so that pages look again
    assert lacking(some[1]) == {}
    approve(some[1])


def test_another_member_who_has_it_can_send_it() -> None:
    some = heard(several(3))
    requested(some[0])
    held = some[0].vault.documents.pop(CONTRACT.sha256)
    some.rounds()
    some[2].vault.documents[CONTRACT.sha256] = held  # somehow; the first never sends it
    some.rounds(40, step_ms=10_000)
    assert some[1].vault.blob(CONTRACT.sha256) == PDF


def test_nobody_is_asked_for_ever() -> None:
    some = heard(several(2))
    requested(some[0])
    some[0].vault.documents.clear()
    some.rounds()
    asked = 0
    for _ in range(200):
        before = lacking(some[1])
        some.rounds(1, step_ms=600_000)
        asked += lacking(some[1]) != before
    (noted,) = lacking(some[1]).values()
    assert (asked, noted["tries"]) == (10, 10)


def test_what_was_refused_or_makes_no_sense_is_not_asked_for() -> None:
    some = heard(several(2))
    with some[1].vault.transaction() as change:
        change.put(LocalSpace.DOCUMENT, "00" * 32, {"tries": 0, "next_at": 0})
        change.put(LocalSpace.DOCUMENT, "11" * 32, {"tries": "many", "next_at": 0})
        change.put(LocalSpace.DOCUMENT, "22" * 32, {"tries": 0, "next_at": "soon"})
    assert documents_to_ask_for(some[1].vault, some.clock.now_ms()) == []
    own = some[1].say()
    with some[1].vault.transaction() as change:
        carried_documents.note_asked(change, [(own, 3)], 0)
    assert own.id not in lacking(some[1])


def test_a_vault_that_can_only_be_read_keeps_none() -> None:
    some = heard(several(2))
    requested(some[0])
    letter = Letter(tuple(some[0].vault.events_of(ORDER)), None, (PDF,))
    some[1].vault.may_sign = False
    assert taken(some[1], sealed(some[0], letter, some[1])) == ""
    assert (some[1].vault.documents, lacking(some[1])) == ({}, {})


def test_a_document_that_no_event_names_is_nobody_s() -> None:
    some = heard(several(2))
    assert taken(some[1], sealed(some[0], Letter((), None, (PDF,)), some[1])) == ""
    assert some[1].vault.documents == {}


def test_large_ones_travel_in_letters_of_their_own() -> None:
    some = heard(several(2))
    data = [b"%PDF" + bytes([place]) * 3_000_000 + b"%%EOF" for place in range(3)]
    for place, each in enumerate(data):
        item = Attachment(f"{place}.pdf", hashlib.sha256(each).hexdigest(), len(each))
        requested(some[0], item, order=f"{place:032x}", kept=(each,))
    put = len(some.store.put_honestly)
    some[0].round()
    assert len(some.store.put_honestly) - put == 3
    some.rounds()
    assert set(some[1].vault.documents.values()) == set(data)


def test_there_is_room_for_so_much_and_the_last_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    some = heard(several(2))
    second = attachment_of("other.pdf", OTHER)
    events = (requested(some[0]), requested(some[0], second, CONTRACT, order="dd" * 16, kept=(OTHER,)))
    signed = LetterDesk(some[0].vault, some[0].tools, read_notes(some[0].vault), "relay").checkpoint()

    def carried() -> list[tuple[int, tuple[bytes, ...]]]:
        return [(len(each.events), each.documents) for each in letters_of(some[0].vault, events, signed)]

    assert carried() == [(2, (OTHER, PDF))]
    monkeypatch.setattr(carried_documents, "FIRST_LETTER", len(OTHER))
    assert carried() == [(2, (OTHER,)), (1, (PDF,))]
    monkeypatch.setattr(carried_documents, "LETTER_DOCUMENTS", len(OTHER))
    assert carried() == [(2, (OTHER,))]


@pytest.mark.parametrize("first", [0, 1])
def test_one_in_a_letter_of_its_own_arrives_whichever_comes_first(monkeypatch: pytest.MonkeyPatch, first: int) -> None:
    monkeypatch.setattr(carried_documents, "FIRST_LETTER", 0)
    some = heard(several(2))
    requested(some[0])
    letters = file_letters(some[0].vault, some[0].tools, read_notes(some[0].vault))
    assert len(letters) == 2
    for content in (letters[first], letters[1 - first]):
        assert taken(some[1], content) == ""
    assert some[1].vault.blob(CONTRACT.sha256) == PDF
    assert lacking(some[1]) == {}
    approve(some[1])


def test_what_an_event_names_is_untrusted() -> None:
    some = heard(several(1))
    frozen = requested(some[0])
    assert documents_of(frozen) == {CONTRACT.sha256: CONTRACT.size}
    assert documents_of(replace(frozen, body=None)) == {}
    assert documents_of(some[0].say(attachments=[{"sha256": "00" * 32, "size": 1}])) == {}
    for body in (
        b'{"content":{"attachments":[{"size":1}]}}',
        b'{"content":{"attachments":[{"sha256":7,"size":1}]}}',
        b'{"content":{"attachments":[{"sha256":"x","size":"1"}]}}',
        b'{"content":{"other":[{"attachments":[{}]}]}}',
        b'{"content":"attachments","more":{"attachments":[{}]}}',
        b'{"content":{"attachments":[{},"text",7]}}',
        b'{"attachments":[{"sha256":"x","size":1}]}',
        b'"attachments":[{',
    ):
        assert documents_of(replace(frozen, body=Body(bytes(16), body))) == {}
