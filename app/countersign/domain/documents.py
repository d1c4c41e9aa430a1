"""Documents that are attached to an order: of which kinds, how large, how many, and under which names.

What a file is, its content says; its name is foreign text, which may lie about both (OWASP ASVS 4.0.3, V12.1 to V12.3).
The kinds are few on purpose: what can be looked at, and runs nothing of its own where it is looked at.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.order import Attachment
from countersign.domain.unicode_safety import MAX_STACKED_MARKS, refused_kind

DOCUMENTS_LIMIT: Final = 8
DOCUMENT_BYTES: Final = 5 * 1024 * 1024
TOTAL_BYTES: Final = 16 * 1024 * 1024
DOCUMENT_NAME_LIMIT: Final = 120

_MEGABYTE: Final = 1024 * 1024
_TAIL: Final = 4096  # writers leave a little behind the end of a PDF or a JPEG
_HEAD: Final = 512

# ISO 32000-2 §7.5.2 and §7.5.5; W3C PNG §5.2 and §11.2.5; ISO/IEC 10918-1 §B.1.1.3.
_PDF, _PDF_END = b"%PDF-", b"%%EOF"
_PNG, _PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
_JPEG, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"

_PROGRAMS: Final = (
    b"MZ",
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"\x00asm",
    b"dex\n",
)
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # [MS-CFB] §2.2: what Office wrote before 2007
_ZIP: Final = b"PK\x03\x04"
_OFFICE_PARTS: Final = (b"[Content_Types].xml", b"mimetypeapplication/vnd.")  # ECMA-376-2; OpenDocument 1.3, part 2
_ARCHIVES: Final = (_ZIP, b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_WEB_PAGES: Final = (b"<!doctype html", b"<html", b"<script", b"<svg", b"<hta:")
_SCRIPT_NAMES: Final = (
    "bat cmd com ps1 psm1 vbs vbe js jse mjs wsf wsh hta sh bash zsh csh ksh fish command py pyw rb pl php lua tcl "
    "scpt applescript reg inf scf url lnk desktop jar"
)
_SCRIPTS: Final = frozenset(_SCRIPT_NAMES.split())
_PLAIN: Final = b"\t\n\r\f" + bytes(range(0x20, 0x7F)) + bytes(range(0x80, 0x100))

_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
)
_UNFIT: Final = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
_UNNAMED: Final = "document"
_HIDDEN: Final = "\ufffd"


class DocumentKind(StrEnum):
    """What a document is, by its content; the value is the ending of its name."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpg"
    TEXT = "txt"


_ENDINGS: Final = {
    DocumentKind.PDF: ("pdf",),
    DocumentKind.PNG: ("png",),
    DocumentKind.JPEG: ("jpg", "jpeg"),
    DocumentKind.TEXT: ("txt", "text", "csv", "md", "xml", "eml", "log"),
}


def kind_of(data: bytes, name: str = "") -> DocumentKind:
    """Tell what a document is by its content.

    Args:
        data: All of it.
        name: As it came: plain text that is called as scripts are is refused, too.

    Raises:
        UserFacingError: ``document.empty``, ``document.incomplete``, ``document.program``, ``document.script``,
            ``document.office``, ``document.archive``, ``document.web_page``, ``document.unknown``.
    """
    if not data:
        raise UserFacingError("document.empty")
    for kind, head, end in (
        (DocumentKind.PDF, _PDF, _PDF_END),
        (DocumentKind.PNG, _PNG, _PNG_END),
        (DocumentKind.JPEG, _JPEG, _JPEG_END),
    ):
        if data.startswith(head):
            if end not in data[-_TAIL:]:
                raise UserFacingError("document.incomplete")
            return kind
    if _is_text(data):
        fault = _fault_of_text(data, name)
        if fault:
            raise UserFacingError(fault)
        return DocumentKind.TEXT
    raise UserFacingError(_fault_of_binary(data))


def _is_text(data: bytes) -> bool:
    """Tell whether it is text in UTF-8, without the control characters that no document has."""
    if data.translate(None, _PLAIN):
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _fault_of_text(data: bytes, name: str) -> str:
    head = data[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith(b"#!") or _ending(_last_part(name).rstrip(". ")) in _SCRIPTS:
        return "document.script"
    return "document.web_page" if head.startswith(_WEB_PAGES) else ""


def _fault_of_binary(data: bytes) -> str:
    if data.startswith(_PROGRAMS):
        return "document.program"
    if data.startswith(_OLE) or (data.startswith(_ZIP) and any(part in data for part in _OFFICE_PARTS)):
        return "document.office"
    return "document.archive" if data.startswith(_ARCHIVES) else "document.unknown"


def attachment_of(name: str, data: bytes) -> Attachment:
    """Return how an order names a document.

    Args:
        name: As the file is called; untrusted.
        data: All of it.

    Raises:
        UserFacingError: ``document.too_large`` (``megabytes``); as ``kind_of``.
    """
    require_size(len(data))
    kind = kind_of(data, name)
    return Attachment(clean_name(name, kind), hashlib.sha256(data).hexdigest(), len(data))


def require_size(size: int) -> None:
    """Refuse a document that is too large; raises ``document.too_large`` (``megabytes``)."""
    if size > DOCUMENT_BYTES:
        raise UserFacingError("document.too_large", megabytes=DOCUMENT_BYTES // _MEGABYTE)


def require_room(there: Sequence[Attachment], added: Attachment) -> None:
    """Refuse one more document where there is no room for it.

    Raises:
        UserFacingError: ``document.already`` (``name``), ``document.too_many`` (``count``), ``document.total``
            (``megabytes``).
    """
    same = next((item.name for item in there if item.sha256 == added.sha256), "")
    if same:
        raise UserFacingError("document.already", name=same)
    if len(there) >= DOCUMENTS_LIMIT:
        raise UserFacingError("document.too_many", count=DOCUMENTS_LIMIT)
    if sum(item.size for item in there) + added.size > TOTAL_BYTES:
        raise UserFacingError("document.total", megabytes=TOTAL_BYTES // _MEGABYTE)


def require_same_bytes(agreed: Attachment, data: bytes) -> DocumentKind:
    """Make sure that bytes are the document that an order names, and tell what they are.

    Raises:
        SecurityError: ``document.differs``.
        UserFacingError: As ``kind_of``.
    """
    if len(data) != agreed.size or hashlib.sha256(data).hexdigest() != agreed.sha256:
        raise SecurityError("document.differs")
    return kind_of(data, agreed.name)


def clean_name(name: str, kind: DocumentKind) -> str:
    """Return a name that can be shown, signed and given to a file.

    No folders, nothing that is not seen or that turns the direction, no signs or names that systems reserve; it ends as
    its kind ends, so that "invoice.pdf.exe" that is a PDF is called "invoice.pdf.exe.pdf". At most 120 characters.

    Args:
        name: As the file is called; untrusted.
        kind: What it is.
    """
    whole = _last_part(name)
    text = " ".join(_seen(whole, "").translate(_UNFIT).split()).strip(". ")
    ending = _ending(text)
    if ending in _ENDINGS[kind]:
        stem = text[: -len(ending) - 1]
    else:
        stem, ending = text, kind.value
    stem = stem[: DOCUMENT_NAME_LIMIT - len(ending) - 2].strip(". ") or _UNNAMED
    if stem.partition(".")[0].strip().lower() in _RESERVED:
        stem = f"_{stem}"
    return f"{stem}.{ending}"


def viewed_name(name: str, kind: DocumentKind) -> str:
    """Return the name of a copy that is given to a viewer: text of any sort as text, not as mail or as a table."""
    clean = clean_name(name, kind)
    return clean if _ending(clean) == kind.value else f"{clean}.{kind.value}"


def shown_name(name: str) -> str:
    """Return the name in an order as it may be shown: what hides or turns the direction becomes a sign that is seen.

    Names of foreign devices are what their programs signed; a long one is cut in its middle, so that its ending stays.
    """
    text = _seen(name, _HIDDEN)
    if len(text) > DOCUMENT_NAME_LIMIT:
        half = DOCUMENT_NAME_LIMIT // 2 - 1
        text = f"{text[:half]}…{text[-half:]}"
    return text.strip() or _UNNAMED


def _last_part(name: str) -> str:
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _ending(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return ending.lower() if dot and stem else ""


def _seen(text: str, instead: str) -> str:
    """Replace what is not seen, and what is piled up beyond any writing."""
    found: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", text[: 4 * DOCUMENT_NAME_LIMIT] + text[4 * DOCUMENT_NAME_LIMIT :][-64:]):
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= MAX_STACKED_MARKS:
            found.append(instead if refused_kind(char) else char)
    return "".join(found)
