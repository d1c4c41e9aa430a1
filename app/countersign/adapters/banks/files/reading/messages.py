"""Which message an XML file holds: its namespace decides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from countersign.adapters.banks.files.hardened_xml import Document
from countersign.application.ports.bank_files import FileKind
from countersign.domain.errors import UserFacingError

_NAME: Final = re.compile(
    r"(?:^|[:$/])((pain|camt)\.([0-9]{3})\.([0-9]{3})\.([0-9]{2}))(?:\.ch\.[0-9]{2})?(?:\.xsd)?(?:$|\s)"
)
_VERSIONS: Final[Mapping[FileKind, range]] = {
    FileKind.PAIN_001: range(3, 14),
    FileKind.PAIN_002: range(2, 16),
    FileKind.CAMT_029: range(3, 15),
    FileKind.CAMT_052: range(1, 15),
    FileKind.CAMT_053: range(1, 15),
    FileKind.CAMT_054: range(1, 15),
}
# Germany's banks numbered their own variants of version .03 so, until 2019.
_VARIANTS: Final = {FileKind.PAIN_001: {"001", "002", "003"}, FileKind.PAIN_002: {"001", "002", "003"}}


def message_of(document: Document) -> tuple[FileKind, str]:
    """Return the kind of a file and its message's full name, ``camt.053.001.08``.

    A root element with no namespace is taken at its word where one of its attributes names the message: some banks
    write ``Xmlns``, which declares nothing.

    Raises:
        UserFacingError: ``file.unknown_kind``, or ``file.unknown_version`` (``version``).
    """
    said = [document.namespace] if document.namespace else list(document.attributes.values())
    found = next((match for text in said if (match := _NAME.search(text[:1000]))), None)
    if found is None or document.root != "Document":
        raise UserFacingError("file.unknown_kind", version=document.message[:35])
    name, area, message, variant, version = found.groups()
    try:
        kind = FileKind(f"{area}.{message}")
        known = _VERSIONS[kind]
    except (ValueError, KeyError):
        raise UserFacingError("file.unknown_kind", version=name) from None
    if int(version) not in known or variant not in _VARIANTS.get(kind, {"001"}):
        raise UserFacingError("file.unknown_version", version=name)
    return kind, name
