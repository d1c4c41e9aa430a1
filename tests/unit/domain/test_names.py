"""Names that resemble each other are told apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.confusables import PLAIN_FORM, ascii_look_alike
from countersign.domain.names import (
    Likeness,
    LookAlike,
    MixedWord,
    NameDifference,
    Segment,
    look_alike,
    mixed_scripts,
    name_differences,
    same_name,
    skeleton,
)

NAUGHTY = Path(__file__).parents[4] / "shared" / "data" / "text" / "naughty-strings.json"
STONE = "Hartwell & Stone LLP"


@pytest.mark.parametrize(
    "name",
    [
        *("HARTWELL & STONE LLP", "H\u0430rtwell & Stone LLP", "Hartwe11 & Stone LLP", "Hartwell  Stone, L.L.P."),
        *("Hartw\u00e9ll & Stone LLP", "Hartvvell & Stone LLP", "\uff28\uff41\uff52twell & Stone LLP"),
        *(
            "\U0001d407artwell & Stone LLP",
            "Hartwell & St\u03bfne LLP",
            "Hartweii & Stone LLP",
            "H\u0251rtwell Stone LLP",
        ),
    ],
)
def test_shapes_that_are_taken_for_one_another(name: str) -> None:
    assert skeleton(name) == skeleton(STONE)
    expected = () if same_name(name, STONE) else (LookAlike(STONE, Likeness.SAME_SHAPE, 100),)
    assert look_alike(name, ["Other Ltd", STONE]) == expected


def test_closed_up_pairs() -> None:
    assert skeleton("Barnes") == skeleton("Bames")
    assert skeleton("\u738b\u65e5") == skeleton("\u7389\u66f0")
    assert skeleton("Stra\u00dfe") == skeleton("STRASSE")
    assert skeleton("\u0418\u0432\u0430\u043d") != ""
    assert skeleton("\u10d0\u10d1") == "ab"
    assert skeleton("&-. \u0301") == ""


def test_one_name_in_other_capitals_is_that_name() -> None:
    assert same_name("ACME  ltd", "Acme Ltd")
    assert same_name("Jose\u0301", "JOS\u00c9")
    assert not same_name("Acme", "\u0410cme")
    assert look_alike("ACME LTD", ["Acme Ltd"]) == ()


@pytest.mark.parametrize(
    ("name", "known", "likeness"),
    [
        ("Hartwell & Stones LLP", STONE, Likeness.NEARLY_SAME),
        ("Stone Hartwell LLP", STONE, Likeness.SAME_SHAPE),
        ("Hartwell & Stone Ltd", "Hartwell & Stone Solicitors Ltd", None),
        ("Jane Doe", "John Poe", None),
        ("\u5f20\u4e09", "\u5f20\u56db", None),
        (
            "\u4e0a\u6d77\u5f20\u6c5f\u7f6e\u4e1a\u6709\u9650\u516c\u53f8",
            "\u4e0a\u6d77\u5f20\u6c5f\u4f01\u4e1a\u6709\u9650\u516c\u53f8",
            Likeness.NEARLY_SAME,
        ),
        ("&&", "!", None),
        ("Acme", "&", None),
    ],
)
def test_near_names(name: str, known: str, likeness: Likeness | None) -> None:
    found = look_alike(name, [known])
    assert [like.likeness for like in found] == ([likeness] if likeness else [])


def test_the_likest_comes_first_and_once() -> None:
    found = look_alike("Hartwe11 & Stone LLP", ["Hartwell & Stones LLP", STONE, STONE])
    assert [like.name for like in found] == [STONE, "Hartwell & Stones LLP"]
    assert 85 <= found[1].percent < 100


def test_mixed_scripts() -> None:
    assert mixed_scripts("P\u0430ypal Ltd") == (MixedWord("P\u0430ypal", ("cyrillic", "latin")),)
    assert mixed_scripts("\u0418\u0432\u0430\u043d Smith \u4e0a\u6d77 Ltd\u516c\u53f8 \u30a2A\u5f20 123") == ()
    assert mixed_scripts("\u5f20\u0430") == (MixedWord("\u5f20\u0430", ("cyrillic", "han")),)


def test_differences_are_cut_out() -> None:
    assert name_differences("Hartwell & Stone", "HARTWELL AND STONE") == NameDifference(
        (Segment("Hartwell ", same=True), Segment("&", same=False), Segment(" Stone", same=True)),
        (Segment("HARTWELL ", same=True), Segment("AND", same=False), Segment(" STONE", same=True)),
    )
    assert name_differences("", "a") == NameDifference((), (Segment("a", same=False),))
    assert name_differences("e\u0301", "e") == NameDifference(
        (Segment("e\u0301", same=False),),
        (Segment("e", same=False),),
    )


@given(st.text(max_size=40), st.text(max_size=40))
def test_segments_join_to_the_names(left: str, right: str) -> None:
    cut = name_differences(left, right)
    assert "".join(part.text for part in cut.left) == left
    assert "".join(part.text for part in cut.right) == right
    same = [[part.text for part in side if part.same] for side in (cut.left, cut.right)]
    assert len(same[0]) <= len(left) or not left
    if left == right:
        assert all(part.same for part in cut.left)


@given(st.text(alphabet=st.characters(max_codepoint=0x7F), max_size=40))
def test_plain_names_have_the_shape_they_have_among_other_letters(name: str) -> None:
    assert skeleton(name + " \u00e9") == skeleton(name) + "e"


@given(st.text(max_size=40), st.text(max_size=40))
def test_resemblance_goes_both_ways(one: str, other: str) -> None:
    there, back = look_alike(one, [other]), look_alike(other, [one])
    assert [like.percent for like in there] == [like.percent for like in back]
    assert look_alike(one, [one]) == ()


def test_ascii_look_alikes() -> None:
    assert ascii_look_alike("\u0412") == "B"
    assert ascii_look_alike("\u0430") == "A"
    assert [ascii_look_alike(char) for char in ("A", "1", "\u4e0a", "\u53e3", "\u00df")] == [""] * 5
    assert all(plain not in PLAIN_FORM or plain == "3" for plain in PLAIN_FORM.values())


def test_strings_that_break_programs() -> None:
    if not NAUGHTY.exists():
        pytest.skip("the shared naughty strings are not beside this checkout")
    strings = json.loads(NAUGHTY.read_text(encoding="utf-8"))
    for text in strings:
        assert isinstance(skeleton(text), str)
        assert look_alike(text, [text]) == ()
        mixed_scripts(text)
        cut = name_differences(text, STONE)
        assert "".join(part.text for part in cut.left) == text
