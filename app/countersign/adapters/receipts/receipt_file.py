"""Read a receipt or an evidence file from anybody. What is in it is hostile until shown otherwise.

A PDF is read by a process of its own, with limits on its time and memory: readers of PDF are large and strangers write
the files.
"""

from __future__ import annotations

import base64
import binascii
import subprocess
import sys
from pathlib import Path
from typing import Final

import orjson

from countersign.application.use_cases.check_receipt import ReceiptFile
from countersign.domain.errors import UserFacingError
from countersign.domain.proof import EVIDENCE_LIMIT

PDF_LIMIT: Final = 32 * 1024 * 1024
_SECONDS: Final = 20
_PDF_MARK: Final = b"%PDF-"
_MARK_WITHIN: Final = 1024  # ISO 32000-2, annex I: the mark may stand a little later
_READER: Final = "countersign.adapters.receipts.pdf_reader"


def read_receipt(path: Path) -> ReceiptFile:
    """Read a PDF receipt or ``evidence.json``.

    Raises:
        UserFacingError: ``receipt.absent``, ``receipt.too_large``, ``receipt.pdf`` (with ``reason``).
    """
    try:
        if path.stat().st_size > PDF_LIMIT:
            raise UserFacingError("receipt.too_large")
        with path.open("rb") as file:
            content = file.read(PDF_LIMIT + 1)
    except OSError as error:
        raise UserFacingError("receipt.absent", reason=error.strerror or "") from error
    if len(content) > PDF_LIMIT:
        raise UserFacingError("receipt.too_large")
    if _PDF_MARK not in content[:_MARK_WITHIN]:
        if len(content) > EVIDENCE_LIMIT:
            raise UserFacingError("receipt.too_large")
        return ReceiptFile(content, None)
    return _read_pdf(content)


def _read_pdf(content: bytes) -> ReceiptFile:
    try:
        ended = subprocess.run(  # noqa: S603 - our own module, in our own interpreter
            [sys.executable, "-m", _READER],
            input=content,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UserFacingError("receipt.pdf", reason="time") from error
    if ended.returncode != 0:
        raise UserFacingError("receipt.pdf", reason="crash")
    try:
        found = orjson.loads(ended.stdout)
        if "fault" in found:
            raise UserFacingError("receipt.pdf", reason=str(found["fault"]))
        return ReceiptFile(base64.b64decode(found["evidence"], validate=True), str(found["text"]))
    except (orjson.JSONDecodeError, KeyError, TypeError, binascii.Error) as error:
        raise UserFacingError("receipt.pdf", reason="crash") from error
