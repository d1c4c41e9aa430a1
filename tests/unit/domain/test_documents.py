"""Documents by their content, within their bounds, under names that hide nothing."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain import documents
from countersign.domain.documents import (
    DOCUMENT_BYTES,
    DOCUMENT_NAME_LIMIT,
    DOCUMENTS_LIMIT,
    TOTAL_BYTES,
    DocumentKind,
    attachment_of,
    clean_name,
    kind_of,
    require_room,
    require_same_bytes,
    require_size,
    shown_name,
    viewed_name,
)
from countersign.domain.errors import CountersignError, SecurityError, UserFacingError
from countersign.domain.order import Attachment
from countersign.domain.unicode_safety import refused_kind

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\x0dIHDR" + bytes(17) + b"\x00\x00\x00\x00IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(20) + b"\xff\xd9"
TEXT = "Rechnung 4711\nBetrag: 6 000,00 €\r\n\t付款\f".encode()


def code_of(data: bytes, name: str = "") -> str:
    with pytest.raises(UserFacingError) as caught:
        kind_of(data, name)
    return caught.value.code


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PDF, DocumentKind.PDF),
        (PDF + b"\r\n\r\n", DocumentKind.PDF),
        (PNG, DocumentKind.PNG),
        (JPEG, DocumentKind.JPEG),
        (TEXT, DocumentKind.TEXT),
        (b"\xef\xbb\xbfplain", DocumentKind.TEXT),
        (b"MZ is how this note begins", DocumentKind.TEXT),
        (b'<?xml version="1.0"?><Invoice/>', DocumentKind.TEXT),
    ],
)
def test_what_it_is_its_content_says(data: bytes, kind: DocumentKind) -> None:
    assert kind_of(data, "whatever.exe" if kind is not DocumentKind.TEXT else "note.txt") is kind


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (PDF[:-7], "incomplete"),
        (PNG[:-1], "incomplete"),
        (JPEG[:-2], "incomplete"),
        (PDF + b"PK\x03\x04" + bytes(5000), "incomplete"),
        (b"MZ\x90\x00" + bytes(60), "program"),
        (b"\x7fELF\x02\x01\x01\x00", "program"),
        (b"\xcf\xfa\xed\xfe\x07\x00\x00\x01", "program"),
        (b"\xca\xfe\xba\xbe\x00\x00", "program"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(8), "office"),
        (b"PK\x03\x04\x14\x00" + b"[Content_Types].xml" + b"word/vbaProject.bin\x00", "office"),
        (b"PK\x03\x04\x00mimetypeapplication/vnd.oasis.opendocument.text", "office"),
        (b"PK\x03\x04\x00\x00readme", "archive"),
        (b"Rar!\x1a\x07\x00", "archive"),
        (b"\x1f\x8b\x08\x00", "archive"),
        (b"#!/bin/sh\nrm -rf /\n", "script"),
        (b"<!DOCTYPE HTML><title>x</title>", "web_page"),
        (b"\xef\xbb\xbf  <Script>alert(1)</script>", "web_page"),
        (b"<svg onload='x'/>", "web_page"),
        (b"\x00\x01\x02", "unknown"),
        (b"caf\xe9", "unknown"),
        (b"bell\x07", "unknown"),
    ],
)
def test_anything_else_is_refused_with_its_reason(data: bytes, code: str) -> None:
    assert code_of(data) == f"document.{code}"


@pytest.mark.parametrize("name", ["pay.bat", "PAY.VBS", "x/y.ps1", "a\\b.sh", "run.cmd. ", "link.url"])
def test_text_that_is_called_as_scripts_are_is_refused(name: str) -> None:
    assert code_of(b"del *.*", name) == "document.script"


def test_it_is_named_by_its_hash() -> None:
    found = attachment_of("/home/mei/Invoice 4711.PDF", PDF)
    assert found == Attachment("Invoice 4711.pdf", hashlib.sha256(PDF).hexdigest(), len(PDF))


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    require_size(DOCUMENT_BYTES)
    with pytest.raises(UserFacingError) as caught:
        attachment_of("a.txt", b"x" * (DOCUMENT_BYTES + 1))
    assert (caught.value.code, caught.value.params) == ("document.too_large", {"megabytes": 5})
    there = [Attachment(f"{n}.pdf", f"{n:064x}", 1) for n in range(DOCUMENTS_LIMIT)]
    added = Attachment("new.pdf", "f" * 64, 1)
    require_room(there[:-1], added)
    assert refusal(there, added) == ("document.too_many", {"count": 8})
    assert refusal(there[:2], replace(there[1], name="other.pdf")) == ("document.already", {"name": "1.pdf"})
    full = [replace(item, size=DOCUMENT_BYTES) for item in there[:3]]
    require_room(full, replace(added, size=TOTAL_BYTES - 3 * DOCUMENT_BYTES))
    assert refusal(full, replace(added, size=TOTAL_BYTES - 3 * DOCUMENT_BYTES + 1)) == (
        "document.total",
        {"megabytes": 16},
    )
    monkeypatch.setattr(documents, "DOCUMENTS_LIMIT", 3)
    assert refusal(full, added)[0] == "document.too_many"


def refusal(there: list[Attachment], added: Attachment) -> tuple[str, object]:
    with pytest.raises(UserFacingError) as caught:
        require_room(there, added)
    return caught.value.code, caught.value.params


def test_other_bytes_than_the_ones_agreed_are_refused() -> None:
    agreed = attachment_of("a.pdf", PDF)
    assert require_same_bytes(agreed, PDF) is DocumentKind.PDF
    for agreed_wrongly, data in ((agreed, PDF + b" "), (replace(agreed, size=agreed.size + 1), PDF)):
        with pytest.raises(SecurityError) as caught:
            require_same_bytes(agreed_wrongly, data)
        assert caught.value.code == "document.differs"
    program = b"MZ\x90\x00"
    hostile = Attachment("a.pdf", hashlib.sha256(program).hexdigest(), len(program))
    with pytest.raises(CountersignError) as refused:
        require_same_bytes(hostile, program)
    assert refused.value.code == "document.program"


@pytest.mark.parametrize(
    ("name", "kind", "clean"),
    [
        ("Rechnung Nr. 4711.pdf", DocumentKind.PDF, "Rechnung Nr. 4711.pdf"),
        ("../../etc/passwd", DocumentKind.TEXT, "passwd.txt"),
        ("C:\\Users\\Mei\\scan.JPEG", DocumentKind.JPEG, "scan.jpeg"),
        ("invoice.pdf.exe", DocumentKind.PDF, "invoice.pdf.exe.pdf"),
        ("invoice\u202efdp.exe", DocumentKind.PDF, "invoicefdp.exe.pdf"),
        ("in\u200bvoi\x00ce\n.pdf", DocumentKind.PDF, "invoice.pdf"),
        ("  spaced \u3000 out .png", DocumentKind.PNG, "spaced out.png"),
        ("a<b>:c?.txt", DocumentKind.TEXT, "a_b__c_.txt"),
        ("table.csv", DocumentKind.TEXT, "table.csv"),
        ("CON.pdf", DocumentKind.PDF, "_CON.pdf"),
        ("lpt1 .x.pdf", DocumentKind.PDF, "_lpt1 .x.pdf"),
        (".pdf", DocumentKind.PDF, "pdf.pdf"),
        ("...", DocumentKind.PNG, "document.png"),
        ("", DocumentKind.TEXT, "document.txt"),
        ("付款合同", DocumentKind.PDF, "付款合同.pdf"),
        ("folder/", DocumentKind.PDF, "folder.pdf"),
        ("Zalgo e" + "\u0301\u0316" * 6 + ".pdf", DocumentKind.PDF, None),
    ],
)
def test_a_name_hides_nothing(name: str, kind: DocumentKind, clean: str | None) -> None:
    found = clean_name(name, kind)
    assert clean is None or found == clean
    assert clean_name(found, kind) == found


@given(st.text(max_size=700), st.sampled_from(DocumentKind))
def test_any_name_becomes_one_that_a_file_may_have(name: str, kind: DocumentKind) -> None:
    found = clean_name(name, kind)
    assert 0 < len(found) <= DOCUMENT_NAME_LIMIT
    assert not set(found) & set('/\\<>:"|?*')
    assert not any(refused_kind(char) for char in found)
    assert not found.startswith(".")
    assert viewed_name(name, kind).endswith(f".{kind.value}")
    shown = shown_name(name)
    assert 0 < len(shown) <= DOCUMENT_NAME_LIMIT
    assert not any(refused_kind(char) for char in shown)


def test_a_very_long_name_keeps_its_ending() -> None:
    found = clean_name("x" * 900 + ".pdf", DocumentKind.PDF)
    assert (len(found), found[-5:]) == (DOCUMENT_NAME_LIMIT - 1, "x.pdf")
    shown = shown_name("y" * 900 + ".pdf")
    assert shown.endswith("y.pdf")
    assert "…" in shown


def test_text_of_any_sort_is_viewed_as_text() -> None:
    assert viewed_name("mail.eml", DocumentKind.TEXT) == "mail.eml.txt"
    assert viewed_name("scan.jpeg", DocumentKind.JPEG) == "scan.jpeg.jpg"
    assert viewed_name("note.txt", DocumentKind.TEXT) == "note.txt"


def test_what_turns_the_direction_is_seen() -> None:
    assert shown_name("invoice\u202efdp.exe") == "invoice\ufffdfdp.exe"
    assert shown_name("\u2066") == "\ufffd"
    assert shown_name("  ") == "document"
