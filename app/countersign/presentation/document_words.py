"""Documents of an order in words: how large they are, what they are, and by what they can be told from others."""

from __future__ import annotations

from countersign.domain.documents import DOCUMENT_BYTES, DOCUMENTS_LIMIT, TOTAL_BYTES, shown_name
from countersign.domain.order import Attachment
from countersign.presentation.formats import isolate
from countersign.presentation.messages import _

_KILO = 1024
_MEGA = 1024 * 1024
_SEEN = 8


def document_name(item: Attachment) -> str:
    """Return its name as it may be shown, whoever chose it."""
    return isolate(shown_name(item.name))


def size_text(size: int) -> str:
    """Say how large something is, rounded up."""
    if size < _MEGA:
        return _("{count} kB").format(count=max(1, -(-size // _KILO)))
    tenths = -(-size * 10 // _MEGA)
    return _("{number} MB").format(number=f"{tenths // 10}.{tenths % 10}")


def kind_text(item: Attachment) -> str:
    """Say what a document is; by its name, which this program gave it after its content."""
    return {
        "pdf": _("PDF"),
        "png": _("Picture (PNG)"),
        "jpg": _("Picture (JPEG)"),
        "jpeg": _("Picture (JPEG)"),
    }.get(item.name.rpartition(".")[2].lower(), _("Text"))


def hash_text(item: Attachment) -> str:
    """Return the ends of the hash that is part of what is signed."""
    return isolate(f"SHA-256 {item.sha256[:_SEEN]}…{item.sha256[-_SEEN:]}")


def bounds_text() -> str:
    """Say what can be attached."""
    return _(
        "PDF, PNG, JPEG or plain text; at most {count} documents, {each} MB each, {total} MB together. "
        "You can also drop them here."
    ).format(count=DOCUMENTS_LIMIT, each=DOCUMENT_BYTES // _MEGA, total=TOTAL_BYTES // _MEGA)
