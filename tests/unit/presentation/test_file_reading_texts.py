"""Every reason for which a file can't be read has words, with the line and the element."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from countersign.presentation.error_texts import sentence
from countersign.presentation.error_texts.file_reading import place_and_reason

FILES = Path(__file__).parents[3] / "app" / "countersign" / "adapters" / "banks" / "files"
REASONS = sorted(
    {
        reason
        for path in FILES.rglob("*.py")
        for found in re.finditer(
            r'unreadable\([^"]*?,\s*"([a-z_]+)"|"file\.unreadable", line=\w+, reason="([a-z_]+)"',
            path.read_text("utf-8"),
        )
        for reason in found.groups()
        if reason
    }
)


def test_reasons_are_found_where_files_are_read() -> None:
    assert set(REASONS) >= {"xml", "encoding", "depth", "missing", "twice", "amount", "decimals", "quotes", "form"}


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_has_words(reason: str) -> None:
    words = sentence("file.unreadable", {"line": 4711, "reason": reason, "element": "Amt"})
    assert "line 4711, " in words
    assert "for a report" not in words
    assert "{" not in words


def test_a_missing_line_and_a_reason_of_the_future_are_said_as_they_are() -> None:
    assert place_and_reason({"line": 0, "reason": "new"}) == {
        "place": "somewhere in it",
        "reason": "for a report, the reason is new",
    }
    assert place_and_reason({})["reason"] == "for a report, the reason is ?"
    assert place_and_reason({"line": 2, "reason": "missing", "element": "Stmt"})["reason"] == "“Stmt” is missing"
