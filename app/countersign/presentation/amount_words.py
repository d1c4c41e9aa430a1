"""Amounts in words, for reading back and for receipts: a second writing that no lost digit survives.

English: cardinals and the currency's name; a fraction as on a cheque ("and 50/100").
Chinese: capital amounts (大写金额), written by us after the People's Bank of China's "Basic rules for
correctly filling in negotiable instruments and settlement vouchers" (annex 1 to the Measures for
Payment and Settlement, 1997). Where its article 3 leaves a 零 free, we write it after 元 and leave it
out after 万. Libraries drop a 零 or write 10¹² in a way that reads as a million.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from babel import Locale
from babel.numbers import get_currency_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from countersign.domain.money import Money

_TEN_THOUSAND: Final = 10**4
_HUNDRED_MILLION: Final = 10**8


@dataclass(frozen=True, slots=True)
class _Capitals:
    """The characters one form of Chinese writes amounts with.

    Attributes:
        digits: zero to nine.
        small: thousands, hundreds, tens, ones, within a group of four.
        wan: ten thousand.
        yi: a hundred million.
        fractions: tenth, hundredth, thousandth, ten-thousandth of the currency's unit.
        locale: Babel's locale, for names of currencies.
        names: what stands before the number, where banks write it otherwise than CLDR.
    """

    digits: str
    small: tuple[str, str, str, str]
    wan: str
    yi: str
    fractions: str
    locale: str
    names: Mapping[str, str]


_SIMPLIFIED: Final = _Capitals(
    digits="零壹贰叁肆伍陆柒捌玖",
    small=("仟", "佰", "拾", ""),
    wan="万",
    yi="亿",
    fractions="角分厘毫",
    locale="zh_Hans_CN",
    names={"CNY": "人民币", "TWD": "新台币", "HKD": "港币", "MOP": "澳门币"},
)
_TRADITIONAL: Final = _Capitals(
    digits="零壹貳參肆伍陸柒捌玖",
    small=("仟", "佰", "拾", ""),
    wan="萬",
    yi="億",
    fractions="角分厘毫",
    locale="zh_Hant_TW",
    names={"CNY": "人民幣", "TWD": "新臺幣", "HKD": "港幣", "MOP": "澳門幣"},
)
_UNIT: Final = "元"
_WHOLE: Final = "整"


def amount_in_words(money: Money, language: str) -> str:
    """Write an amount in words.

    Args:
        money: an amount that is not negative.
        language: `zh_CN`, `zh_TW`; anything else gives English.

    Raises:
        ValueError: the amount is negative; no instrument has such a one.
    """
    if money.minor < 0:
        raise ValueError("negative")
    if language.replace("-", "_") in {"zh_TW", "zh_HK", "zh_Hant", "zh_Hant_TW"}:
        return _in_capitals(money, _TRADITIONAL)
    return _in_capitals(money, _SIMPLIFIED) if language.startswith("zh") else _in_english(money)


def _in_english(money: Money) -> str:
    from num2words import num2words  # noqa: PLC0415 - forty languages, 60 ms; only receipts and reviews need it

    divisor = 10**money.exponent
    units, fraction = divmod(money.minor, divisor)
    number: str = num2words(units, lang="en")
    name = get_currency_name(money.currency, count=1 if units == 1 else 2, locale=Locale.parse("en"))
    return f"{number} {name}" + (f" and {fraction:0{money.exponent}d}/{divisor}" if fraction else "")


def _in_capitals(money: Money, form: _Capitals) -> str:
    units, fraction = divmod(money.minor, 10**money.exponent)
    name = form.names.get(money.currency) or get_currency_name(money.currency, locale=Locale.parse(form.locale))
    if not fraction:
        return f"{name}{_number(units, form) or form.digits[0]}{_UNIT}{_WHOLE}"
    whole = f"{_number(units, form)}{_UNIT}" if units else ""
    # Rules 2 and 3 for 零: once for any run of zeros, in front of the digit that follows it.
    gap = bool(units) and not units % 10
    for digit, place in zip(f"{fraction:0{money.exponent}d}", form.fractions, strict=False):
        if digit == "0":
            gap = bool(whole)
            continue
        whole += (form.digits[0] if gap else "") + form.digits[int(digit)] + place
        gap = False
    return name + whole


def _number(value: int, form: _Capitals) -> str:
    """Write a whole number below 10¹⁶; "" for 0."""
    high, low = divmod(value, _HUNDRED_MILLION)
    text = _below_yi(high, form) + form.yi if high else ""
    gap = form.digits[0] if high and 0 < low < _HUNDRED_MILLION // 10 else ""
    return text + gap + _below_yi(low, form)


def _below_yi(value: int, form: _Capitals) -> str:
    high, low = divmod(value, _TEN_THOUSAND)
    text = _group(high, form) + form.wan if high else ""
    gap = form.digits[0] if high and 0 < low < _TEN_THOUSAND // 10 else ""
    return text + gap + _group(low, form)


def _group(value: int, form: _Capitals) -> str:
    """Write a number below 10 000, without zeros at its ends."""
    text, gap = "", False
    for digit, unit in zip(f"{value:04d}", form.small, strict=True):
        if digit == "0":
            gap = bool(text)
            continue
        text += (form.digits[0] if gap else "") + form.digits[int(digit)] + unit
        gap = False
    return text
