"""Respelling is shown change by change, ends within the set, and never touches what fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.character_sets import Charset, Transliterated, charset_of, fits, misfit, transliterate
from countersign.domain.payment import PaymentProduct

CHARSETS = st.sampled_from(Charset)


@given(st.text(), CHARSETS)
def test_whatever_is_typed_ends_within_the_set(text: str, charset: Charset) -> None:
    found = transliterate(text, charset)
    assert fits(found.text, charset)
    assert (found.text == text) == (not found.changes)
    assert transliterate(found.text, charset) == Transliterated(found.text)


@given(st.text("aZ0 -?:().,'+", max_size=70), CHARSETS)
def test_what_fits_every_rail_is_never_touched(text: str, charset: Charset) -> None:
    if text == text.strip():
        assert transliterate(text, charset) == Transliterated(text)


@pytest.mark.parametrize(
    ("text", "charset", "spelt", "changes"),
    [
        ("Müller & Söhne", Charset.SEPA, "Mueller + Soehne", (("ü", "ue"), ("&", "+"), ("ö", "oe"))),
        ("Müller & Söhne", Charset.GERMAN, "Müller & Söhne", ()),
        ("Müller & Söhne", Charset.SWISS, "Müller & Söhne", ()),
        ("MÜLLER", Charset.SEPA, "MUELLER", (("Ü", "UE"),)),
        ("Übung", Charset.SEPA, "Uebung", (("Ü", "Ue"),)),
        ("ÜB", Charset.SEPA, "UEB", (("Ü", "UE"),)),
        ("WEISS Ä", Charset.SEPA, "WEISS Ae", (("Ä", "Ae"),)),
        ("Straße", Charset.SWIFT_X, "Strasse", (("ß", "ss"),)),
        ("José", Charset.GERMAN, "Jose", (("é", "e"),)),
        ("Łódź", Charset.SEPA, "Lodz", (("Ł", "L"), ("ó", "o"), ("ź", "z"))),
        ("50 €", Charset.SEPA, "50 E", (("€", "E"),)),
        ("50 €", Charset.SWISS, "50 €", ()),
        ("a [b] {c} x_y~z", Charset.SEPA, "a (b) (c) x-y-z", None),
        ("“No” – ‘yes’…", Charset.SEPA, "'No' - 'yes'...", None),
        ("½ №5", Charset.SEPA, "1/2 No5", (("½", "1/2"), ("№", "No"))),
        ("\u0416\u0438\u043a", Charset.SEPA, "Zhik", (("\u0416", "Zh"), ("\u0438", "i"), ("\u043a", "k"))),
        ("\u0627", Charset.SEPA, ".", (("\u0627", "."),)),
        ("☺", Charset.SEPA, ".", (("☺", "."),)),
        ("a\u200bb", Charset.SEPA, "ab", (("\u200b", ""),)),
        ("王小明", Charset.CHINESE, "王小明", ()),
        ("王小明", Charset.SWIFT_X, "Wang Xiao Ming", (("王小明", "Wang Xiao Ming"),)),
        ("王小明Co", Charset.SEPA, "Wang Xiao Ming Co", (("王小明", "Wang Xiao Ming "),)),
        ("Co王", Charset.SEPA, "Co Wang", (("王", " Wang"),)),
        ("贸易（集团）公司", Charset.SEPA, "Mao Yi (Ji Tuan) Gong Si", None),
        ("贸易（集团）公司", Charset.CHINESE, "贸易（集团）公司", ()),
        ("José 王", Charset.CHINESE, "Jose 王", (("é", "e"),)),
        ("//a//b/", Charset.SEPA, "a/b", (("//", ""), ("/", ""), ("//", "/"))),
        ("/INV/1", Charset.SWIFT_X, "/INV/1", ()),
        (" a ", Charset.SWISS, "a", ((" ", ""), (" ", ""))),
        ("a\u0301", Charset.SWISS, "á", (("a\u0301", "á"),)),
        ("", Charset.SEPA, "", ()),
    ],
)
def test_spellings(text: str, charset: Charset, spelt: str, changes: tuple[tuple[str, str], ...] | None) -> None:
    found = transliterate(text, charset)
    assert found.text == spelt
    if changes is not None:
        assert found.changes == changes


@pytest.mark.parametrize(
    ("text", "charset", "wrong"),
    [
        ("Müller", Charset.SEPA, "ü"),
        ("Müller", Charset.GERMAN, ""),
        ("José", Charset.GERMAN, "é"),
        ("a//b", Charset.SEPA, "//"),
        ("a/", Charset.IDENTIFIER, "/"),
        ("/a", Charset.GERMAN, "/"),
        ("/a//", Charset.SWIFT_X, ""),
        (" a", Charset.SWIFT_X, " "),
        ("a\u00a0b", Charset.SWISS, "\u00a0"),
        ("Ș", Charset.SWISS, ""),
        ("王", Charset.SWISS, "王"),
        ("\U00020bb7", Charset.CHINESE, ""),
        ("a\nb", Charset.SWIFT_X, "\n"),
        ("", Charset.SEPA, ""),
    ],
)
def test_what_keeps_a_text_from_fitting_is_named(text: str, charset: Charset, wrong: str) -> None:
    assert misfit(text, charset) == wrong
    assert fits(text, charset) == (not wrong)


def test_every_product_has_its_set() -> None:
    assert {product: charset_of(product) for product in PaymentProduct} == {
        PaymentProduct.SEPA: Charset.SEPA,
        PaymentProduct.SEPA_INSTANT: Charset.SEPA,
        PaymentProduct.TARGET: Charset.SEPA,
        PaymentProduct.CROSS_BORDER: Charset.SWIFT_X,
        PaymentProduct.SWISS: Charset.SWISS,
        PaymentProduct.UK_FASTER: Charset.SWIFT_X,
        PaymentProduct.UK_CHAPS: Charset.SWIFT_X,
        PaymentProduct.US_ACH: Charset.SWIFT_X,
        PaymentProduct.US_WIRE: Charset.SWIFT_X,
        PaymentProduct.CN_DOMESTIC: Charset.CHINESE,
        PaymentProduct.TW_DOMESTIC: Charset.CHINESE,
    }
