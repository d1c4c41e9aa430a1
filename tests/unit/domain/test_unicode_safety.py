"""Text is what it looks like."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.unicode_safety import (
    CleanText,
    CodePoint,
    TextFault,
    clean_text,
    code_point,
    refused_kind,
    script_of,
)

NAUGHTY = Path(__file__).parents[4] / "shared" / "data" / "text" / "naughty-strings.json"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Hartwell & Stone", "Hartwell & Stone"),
        ("  A \u00a0\u3000 B  ", "A B"),
        ("Jose\u0301", "Jos\u00e9"),
        ("\u4e0a\u6d77\u5f20\u6c5f", "\u4e0a\u6d77\u5f20\u6c5f"),
        ("", ""),
        ("\U0001f600", "\U0001f600"),
        ("Nguy\u1ec5n", "Nguy\u1ec5n"),
    ],
)
def test_what_passes(text: str, clean: str) -> None:
    assert clean_text(text, 40) == CleanText(clean)


@pytest.mark.parametrize(
    ("text", "code", "place", "name"),
    [
        ("abc\u202edef", "direction", 4, "U+202E"),
        ("a\u2066b", "direction", 2, "U+2066"),
        ("\u061c", "direction", 1, "U+061C"),
        ("a\x00", "control", 2, "U+0000"),
        ("a\nb", "control", 2, "U+000A"),
        ("a\u2028b", "control", 2, "U+2028"),
        ("a\u200bb", "invisible", 2, "U+200B"),
        ("\ufeffa", "invisible", 1, "U+FEFF"),
        ("a\u00adb", "invisible", 2, "U+00AD"),
        ("a\u3164", "invisible", 2, "U+3164"),
        ("\u845b\U000e0100", "invisible", 2, "U+E0100"),
        ("\u2764\ufe0f", "invisible", 2, "U+FE0F"),
        ("a\ud800", "not_text", 2, "U+D800"),
        ("\uffff", "not_text", 1, "U+FFFF"),
        ("\ufdd0", "not_text", 1, "U+FDD0"),
        ("\ue000", "private_use", 1, "U+E000"),
        ("a\u0301\u0301\u0301\u0301\u0301", "stacked_marks", 6, "U+0301"),
        ("\u1ec5\u0301\u0301\u0301b", "stacked_marks", 4, "U+0301"),
    ],
)
def test_what_is_refused_and_where(text: str, code: str, place: int, name: str) -> None:
    assert clean_text(text, 40) == TextFault(code, (CodePoint(place, name),))


def test_length_counts_what_is_kept() -> None:
    assert clean_text("  abc  ", 3) == CleanText("abc")
    assert clean_text("abcd", 3) == TextFault("too_long", length=4, limit=3)
    assert clean_text("a" * 10_000_000, 3) == TextFault("too_long", length=10_000_000, limit=3)
    assert clean_text("e\u0301", 1) == CleanText("\u00e9")


def test_a_report_stays_short() -> None:
    fault = clean_text("\u200b" * 100, 100)
    assert isinstance(fault, TextFault)
    assert len(fault.places) == 8


@given(st.text(max_size=200), st.integers(0, 140))
def test_clean_text_is_stable_and_hides_nothing(text: str, limit: int) -> None:
    answer = clean_text(text, limit)
    if isinstance(answer, TextFault):
        assert answer.code
        return
    assert clean_text(answer.text, limit) == answer
    assert len(answer.text) <= limit
    assert unicodedata.is_normalized("NFC", answer.text)
    assert not any(refused_kind(char) for char in answer.text)
    answer.text.encode()


def test_strings_that_break_programs() -> None:
    if not NAUGHTY.exists():
        pytest.skip("the shared naughty strings are not beside this checkout")
    strings = json.loads(NAUGHTY.read_text(encoding="utf-8"))
    refused = {text: answer for text in strings if isinstance(answer := clean_text(text, 1000), TextFault)}
    assert len(strings) > 400
    for text in strings:
        has = any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for char in text)
        assert has <= (text in refused), ascii(text)
    assert {answer.code for answer in refused.values()} >= {"direction", "control", "invisible", "stacked_marks"}


@pytest.mark.parametrize(
    ("char", "script"),
    [
        *(("a", "latin"), ("\u0430", "cyrillic"), ("\u03b1", "greek"), ("\u4e0a", "han"), ("\u3042", "hiragana")),
        *(("\uff21", "latin"), ("\U0001d400", "latin"), ("\uff76", "katakana"), ("\uac00", "hangul")),
        *(("1", ""), (" ", ""), ("&", ""), ("\u0301", ""), ("\uf900", "han")),
    ],
)
def test_scripts(char: str, script: str) -> None:
    assert script_of(char) == script
    assert code_point("\u0430") == "U+0430"


def test_a_letter_without_a_name_still_has_a_script() -> None:
    assert script_of("\U00017000") in {"tangut", "unnamed"}  # Python learns such names over the years
