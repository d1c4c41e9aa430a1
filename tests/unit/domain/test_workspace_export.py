"""The lines of a workspace's export: what is written is read as it was, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.domain.canonical import Json, canonical_bytes, parse_canonical
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.checkpoint import Checkpoint, SignedCheckpoint
from countersign.domain.ledger.event import Body, Chain, Event, Header
from countersign.domain.workspace_export import (
    LINE_LIMIT,
    Closing,
    Opening,
    event_line,
    is_closing,
    is_export,
    read_event,
)

DEVICE, GENESIS, WORKSPACE = "ab" * 32, "cd" * 32, "22" * 16
BODY = Body.of({"name": 'Zoë "Z" 公司\n', "n": 1}, bytes(range(16)))
HEADER = Header(WORKSPACE, DEVICE, Chain.SHARED, 0, "", (), 1, 5, "payee.added", "33" * 16, (), BODY.hash)
EVENT = Event(HEADER, b"\x01" * 64, BODY)
OPENING = Opening(GENESIS, SignedCheckpoint(Checkpoint.of(WORKSPACE, DEVICE, 7, {DEVICE: (1, EVENT.id)}), b"\x02" * 64))
CLOSING = Closing(1, "ef" * 32, b"\x03" * 64)


def changed(line: bytes, **fields: Json) -> bytes:
    return canonical_bytes({**parse_canonical(line[:-1]), **fields}) + b"\n"


def test_lines_are_read_as_they_were_written() -> None:
    assert Opening.parse(OPENING.line) == OPENING
    assert Closing.parse(CLOSING.line) == CLOSING
    assert read_event(event_line(EVENT)) == EVENT
    bare = replace(EVENT, body=None)
    assert read_event(event_line(bare)) == bare
    assert CLOSING.message != replace(CLOSING, events=2).message
    assert CLOSING.message == replace(CLOSING, signature=b"").message


def test_an_export_is_known_by_its_first_line() -> None:
    assert is_export(OPENING.line)
    assert is_export(changed(OPENING.line, v=2))
    assert not is_export(event_line(EVENT) + OPENING.line)
    assert is_closing(CLOSING.line)
    assert not is_closing(event_line(EVENT))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"v": 2}, "export.format"),
        ({"document": "countersign.evidence"}, "export.format"),
        ({"genesis": "CD" * 32}, "export.form"),
        ({"checkpoint_signature": "0"}, "export.form"),
        ({"checkpoint_signature": "AB"}, "export.form"),
        ({"checkpoint": "{}"}, "checkpoint.form"),
        ({"more": 1}, "canonical.field_unknown"),
    ],
)
def test_another_opening_is_none(fields: dict[str, Json], code: str) -> None:
    with pytest.raises(SecurityError) as refusal:
        Opening.parse(changed(OPENING.line, **fields))
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"", "export.form"),
        (event_line(EVENT)[:-1], "export.form"),
        (b" " * LINE_LIMIT + b"\n", "export.form"),
        (b"[]\n", "canonical.not_object"),
        (b'{"header":1}\n', "canonical.field_type"),
        (event_line(EVENT).replace(b'{"body"', b'{"body":"{}","body"'), "canonical.other_bytes"),
        (changed(event_line(EVENT), body='{"n":2}'), "export.body"),
        (changed(event_line(EVENT), salt="00"), "event.salt"),
        (changed(event_line(EVENT), signature="zz"), "export.form"),
        (event_line(Event(replace(HEADER, chain=Chain.PRIVATE), b"", None)), "export.private"),
        (changed(event_line(replace(EVENT, body=None)), salt="00" * 16), "canonical.field_unknown"),
    ],
)
def test_another_line_is_no_event(line: bytes, code: str) -> None:
    with pytest.raises(SecurityError) as refusal:
        read_event(line)
    assert refusal.value.code == code


def test_a_body_that_is_not_canonical_is_none() -> None:
    body = Body(bytes(16), b'{"b":1,"a":2}')
    event = Event(replace(HEADER, body_hash=body.hash), b"", body)
    with pytest.raises(SecurityError, match=r"canonical\.other_bytes"):
        read_event(event_line(event))


def test_a_closing_has_its_fields_and_no_others() -> None:
    with pytest.raises(SecurityError, match=r"canonical\.field_unknown"):
        Closing.parse(changed(CLOSING.line, more=1))
