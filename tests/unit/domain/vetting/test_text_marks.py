"""Characters that hide something are found; those that writing needs are not."""

from __future__ import annotations

import pytest

from countersign.domain.vetting import Level
from countersign.domain.vetting.text_marks import disguised_words, hidden_marks


@pytest.mark.parametrize(
    ("line", "rule", "level", "place"),
    [
        ("pay \u202e001 EUR", "text.direction", Level.STOP, 5),
        ("pay\u200b 100", "text.invisible", Level.LOOK, 4),
        ("pay\u2066 100", "text.direction", Level.LOOK, 4),
        ("a\ue000", "text.private_use", Level.LOOK, 2),
        ("a\ud800", "text.not_text", Level.STOP, 2),
        ("a\x07b", "text.control", Level.LOOK, 2),
        ("a\ufeffb", "text.invisible", Level.LOOK, 2),
        ("a\u200eb", "text.direction", Level.LOOK, 2),
        ("a\u200db", "text.invisible", Level.LOOK, 2),
        ("\u200d", "text.invisible", Level.LOOK, 1),
        ("x\ufe0f", "text.invisible", Level.LOOK, 2),
    ],
)
def test_what_hides_is_found(line: str, rule: str, level: Level, place: int) -> None:
    found = hidden_marks(line, 7)
    assert [(one.rule, one.level, one.params["place"], one.line) for one in found] == [(rule, level, place, 7)]


@pytest.mark.parametrize(
    "line",
    [
        "plain text",
        "Grüße, 谢谢 €",
        "\ufeffDear Mei",
        "well done \U0001f44d\ufe0f",
        "family \U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\u05e9\u05dc\u05d5\u05dd\u200f 100",
        "tab\tand\x85ends",
    ],
)
def test_what_writing_needs_is_left_alone(line: str) -> None:
    assert hidden_marks(line, 1) == []


def test_the_gravest_of_a_line_are_told_and_not_all() -> None:
    found = hidden_marks("\u200b" * 50 + "\u202e", 1)
    assert len(found) == 3
    assert found[0].level is Level.STOP


def test_words_that_mix_alphabets_are_found() -> None:
    found = disguised_words("send to P\u0430ypal now", 3)
    assert [(one.rule, one.params["scripts"], one.line) for one in found] == [
        ("text.mixed_scripts", "cyrillic latin", 3)
    ]
    assert disguised_words("Привет, 王小明 and T恤", 1) == []
    assert disguised_words("ascii only", 1) == []
    assert disguised_words("\u03b1\u0430", 1) == []  # Greek beside Cyrillic imitates nothing Latin
