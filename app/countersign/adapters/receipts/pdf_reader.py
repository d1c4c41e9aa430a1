"""The process that reads one PDF: takes it on standard input, answers with JSON, and may die of it.

``{"evidence": Base64, "text": …}`` or ``{"fault": code}``. Codes: ``broken``, ``encrypted``, ``no_evidence``,
``several_evidences``, ``too_large``, ``pages``.
"""

from __future__ import annotations

import base64
import io
import logging
import sys
from typing import Final

import orjson

EVIDENCE_NAME: Final = "evidence.json"
_MEMORY: Final = 1024 * 1024 * 1024
_CPU_SECONDS: Final = 15
_PAGES: Final = 4
_EVIDENCE_LIMIT: Final = 8 * 1024 * 1024
_TEXT_LIMIT: Final = 200_000


def answer(content: bytes) -> dict[str, str]:
    """Return what a PDF holds, or the fault that keeps it from being read."""
    from pypdf import PdfReader  # noqa: PLC0415 - only this process needs it
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    logging.disable(logging.CRITICAL)  # pypdf tells of every oddity
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            return {"fault": "encrypted"}
        if not 0 < len(reader.pages) <= _PAGES:
            return {"fault": "pages"}
        found = [item for item in reader.attachment_list if item.name == EVIDENCE_NAME]
        if len(found) != 1:
            return {"fault": "several_evidences" if found else "no_evidence"}
        evidence = found[0].content
        text = "\n".join(page.extract_text() for page in reader.pages)
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        RecursionError,
        MemoryError,
        OSError,
    ):
        return {"fault": "broken"}
    if len(evidence) > _EVIDENCE_LIMIT or len(text) > _TEXT_LIMIT:
        return {"fault": "too_large"}
    return {"evidence": base64.b64encode(evidence).decode("ascii"), "text": text.encode(errors="replace").decode()}


def _limit() -> None:
    """Limit memory and time where the system can."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - there is none on Windows

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Read one PDF."""
    _limit()
    sys.stdout.buffer.write(orjson.dumps(answer(sys.stdin.buffer.read())))


if __name__ == "__main__":
    main()
