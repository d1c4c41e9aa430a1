"""Amounts in words lose nothing, and capital amounts follow the central bank's rules."""

from __future__ import annotations

import cn2an
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from countersign.domain.currencies import EXPONENTS
from countersign.domain.money import MAX_MINOR, Money
from countersign.presentation.amount_words import amount_in_words


def capitals(minor: int, currency: str = "CNY") -> str:
    return amount_in_words(Money(minor, currency), "zh_CN")


@pytest.mark.parametrize(
    ("minor", "words"),
    [
        # The examples of the rules themselves (annex 1, article 3), in the form that keeps 零 after 元.
        (140_950, "人民币壹仟肆佰零玖元伍角"),
        (600_714, "人民币陆仟零柒元壹角肆分"),
        (168_032, "人民币壹仟陆佰捌拾元零叁角贰分"),
        (10_700_053, "人民币壹拾万柒仟元零伍角叁分"),
        (1_640_902, "人民币壹万陆仟肆佰零玖元零贰分"),
        (32_504, "人民币叁佰贰拾伍元零肆分"),
        # And what they leave to the reader.
        (0, "人民币零元整"),
        (5, "人民币伍分"),
        (50, "人民币伍角"),
        (100, "人民币壹元整"),
        (1_000, "人民币壹拾元整"),
        (10_000_500_000, "人民币壹亿零伍仟元整"),
        (10_000_000_000, "人民币壹亿元整"),
        (1_000_000_000_000_00, "人民币壹万亿元整"),
        (1_000_020_000_000_00, "人民币壹万亿贰仟万元整"),
        (5 * 10**15, "人民币伍拾万亿元整"),
        (1_005_000_00, "人民币壹佰万伍仟元整"),
    ],
)
def test_capital_amounts(minor: int, words: str) -> None:
    assert capitals(minor) == words


@pytest.mark.parametrize(
    ("minor", "currency", "simplified", "traditional"),
    [
        (25_000_000, "GBP", "英镑贰拾伍万元整", "英鎊貳拾伍萬元整"),
        (25_000_000, "EUR", "欧元贰拾伍万元整", "歐元貳拾伍萬元整"),
        (25_000_000, "USD", "美元贰拾伍万元整", "美元貳拾伍萬元整"),
        (32_504, "TWD", "新台币叁佰贰拾伍元零肆分", "新臺幣參佰貳拾伍元零肆分"),
        (32_504, "CNY", "人民币叁佰贰拾伍元零肆分", "人民幣參佰貳拾伍元零肆分"),
        (32_504, "HKD", "港币叁佰贰拾伍元零肆分", "港幣參佰貳拾伍元零肆分"),
        (32_504, "JPY", "日元叁万贰仟伍佰零肆元整", "日圓參萬貳仟伍佰零肆元整"),
        (1_101, "KWD", "科威特第纳尔壹元壹角零壹厘", "科威特第納爾壹元壹角零壹厘"),
    ],
)
def test_other_currencies(minor: int, currency: str, simplified: str, traditional: str) -> None:
    assert amount_in_words(Money(minor, currency), "zh_CN") == simplified
    assert amount_in_words(Money(minor, currency), "zh_TW") == traditional
    assert amount_in_words(Money(minor, currency), "zh-Hant") == traditional


DIGITS = {char: value for value, char in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"拾": 10, "佰": 100, "仟": 1000}


def read(words: str) -> int:
    """Read a capital amount back by value, without any rule about zeros: an independent check."""
    whole, _, rest = words.removeprefix("人民币").rpartition("元")
    total = section = digit = 0
    for char in whole:
        if char in DIGITS:
            digit = DIGITS[char]
        elif char in PLACES:
            section, digit = section + digit * PLACES[char], 0
        elif char == "万":
            total, section, digit = total + (section + digit) * 10**4, 0, 0
        else:
            total, section, digit = (total + section + digit) * 10**8, 0, 0
    minor = (total + section + digit) * 100
    for char in rest:
        if char in DIGITS:
            digit = DIGITS[char]
        elif char in "角分":
            minor += digit * (10 if char == "角" else 1)
    return minor


@given(st.integers(0, MAX_MINOR))
def test_capital_amounts_read_back(minor: int) -> None:
    words = capitals(minor)
    assert read(words) == minor
    assert "零零" not in words
    assert "零元" not in words or words == "人民币零元整"


@given(st.integers(1, 10**14))
def test_capital_amounts_agree_with_cn2an_where_it_is_right(minor: int) -> None:
    # cn2an 0.5.24 leaves 零 out after a 元 whose own digit is 0 (optional by the rules), and after 万 or
    # 亿 although a whole group of zeros follows (壹亿伍仟 could be read as 1.5 亿: not optional).
    units = minor // 100
    assume(units % 10 or not minor % 100)
    assume(all(int(group) >= 1000 or not int(group) for group in _groups(units)[1:]))
    assume("0000" not in _groups(units)[1:-1] or not units % 10**4)
    assert capitals(minor) == "人民币" + cn2an.an2cn(f"{units}.{minor % 100:02d}", "rmb")


def _groups(units: int) -> list[str]:
    text = str(units)
    text = text.zfill(-len(text) // 4 * -4)
    return [text[at : at + 4] for at in range(0, len(text), 4)]


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [
        (25_000_000, "GBP", "two hundred and fifty thousand British pounds"),
        (100, "EUR", "one euro"),
        (101, "EUR", "one euro and 01/100"),
        (0, "EUR", "zero euros"),
        (50, "USD", "zero US dollars and 50/100"),
        (123_456, "CNY", "one thousand, two hundred and thirty-four Chinese yuan and 56/100"),
        (1, "JPY", "one Japanese yen"),
        (1_001, "KWD", "one Kuwaiti dinar and 001/1000"),
    ],
)
def test_english(minor: int, currency: str, words: str) -> None:
    assert amount_in_words(Money(minor, currency), "en") == words
    assert amount_in_words(Money(minor, currency), "en_GB") == words


@given(st.integers(0, MAX_MINOR), st.sampled_from(sorted(EXPONENTS)), st.sampled_from(["en", "zh_CN", "zh_TW"]))
def test_every_currency_has_words(minor: int, currency: str, language: str) -> None:
    assert amount_in_words(Money(minor, currency), language)


def test_negative_amounts_have_none() -> None:
    with pytest.raises(ValueError, match="negative"):
        amount_in_words(Money(-1, "EUR"), "en")
