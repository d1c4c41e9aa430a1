"""What is indexed, and what is asked, in any script."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from countersign.adapters.vault.schema import place_of
from countersign.adapters.vault.search_text import grams_of, search_terms


def test_pairs_of_ideographs_the_last_alone_and_beginnings_of_words() -> None:
    assert grams_of("工商银行 Ltd", "Jürgen") == "工商 商银 银行 行 lt jü"
    assert grams_of("") == ""
    assert grams_of("\uff21\uff22\uff23\uff11") == "ab"


def test_long_terms_ask_the_trigrams_and_short_ones_the_pairs() -> None:
    assert search_terms("Hartwell 工商 r") == search_terms("  hartwell   工商  R ")
    found = search_terms("Hartwell 工商 r")
    assert (found.trigrams, found.grams, found.beginnings) == ('"hartwell"', '"工商"', '"r"*')
    assert found.patterns == ("% r%",)
    assert search_terms("hartwell st").patterns == ("% st %",)
    assert search_terms("工商 r") == search_terms("r 工商")
    assert search_terms("工商 r").grams == '"工商" "r"*'
    assert search_terms("商").grams == '"商"*'
    assert search_terms("工商银行").trigrams == '"工商银行"'
    assert search_terms(' "" - ').trigrams == search_terms(' "" - ').grams == ""
    assert search_terms('say "hi"').trigrams == '"say" """hi"""'


@given(st.text(max_size=40))
def test_whatever_is_typed_is_only_ever_quoted_words(text: str) -> None:
    found = search_terms(text)
    for query in (found.trigrams, found.grams):
        outside = query.replace('""', "").split('"')[::2]
        assert set("".join(outside)) <= {" ", "*"}


@given(st.integers(0, 2**41), st.integers(0, 2**41), st.text("0123456789abcdef", min_size=32, max_size=32))
def test_places_are_in_the_order_of_time(one: int, other: int, row: str) -> None:
    if one < other:
        assert place_of(one, row) < place_of(other, row)
    assert 0 <= place_of(one, row) < 2**63
    assert place_of(-5, row) == place_of(0, row)
