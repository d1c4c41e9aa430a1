"""What people type or paste as an account, in any country's way: an IBAN, or a bank's code and a number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from countersign.domain.accounts import AccountFault, read_iban
from countersign.domain.national_accounts import cn, tw, uk, us
from countersign.domain.national_accounts.account import ReadAccount
from countersign.domain.national_accounts.uk_modulus import ModulusTable
from countersign.domain.payment import AccountScheme

LONGEST_INPUT: Final = 160
"""Characters; a labelled pair of a bank's code and an account has about 80."""

_FULL_WIDTH: Final = range(0xFF01, 0xFF5F)
_BLANKS: Final = frozenset("\u00a0\u2002\u2003\u2007\u2009\u202f\u3000\t\r\n")
_DASHES: Final = frozenset("\u2010\u2011\u2012\u2013\u2014\u2212")

# What stands before a bank's code, by country; and before an account. Longer ones first.
_CODE_LABELS: Final[Mapping[str, tuple[str, ...]]] = {
    "GB": ("sort code", "sort-code", "sortcode"),
    "US": ("aba routing number", "routing number", "routing no", "aba number", "routing", "aba"),
    "CN": ("开户行行号", "開戶行行號", "大额行号", "联行号", "聯行號", "cnaps code", "cnaps", "行号"),
    "TW": ("銀行代碼", "銀行代號", "行庫代碼", "bank code", "代碼", "代號"),
}
_ACCOUNT_LABELS: Final = (
    *("account number", "account no", "account", "acct no", "acct", "a/c no", "a/c", "card number", "card no", "iban"),
    *("银行账号", "银行卡号", "银行帐号", "銀行帳號", "轉入帳號", "账号", "帐号", "卡号", "帳號", "账户", "帳戶"),
)

Pair: TypeAlias = Callable[[str, str], "ReadAccount | AccountFault"]


def _label_pattern(words: tuple[str, ...]) -> str:
    return "|".join(rf"(?<![a-z]){re.escape(word)}(?![a-z])" if word.isascii() else re.escape(word) for word in words)


_LABELS: Final = re.compile(
    "|".join(f"(?P<{country}>{_label_pattern(words)})" for country, words in _CODE_LABELS.items())
    + f"|(?P<account>{_label_pattern(_ACCOUNT_LABELS)})"
)
_BARE_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9 ]*", re.ASCII)
_FILLING: Final = re.compile(r"[^0-9]+")
_GB_SHAPE: Final = re.compile(r"(\d{2}-\d{2}-\d{2}|\d{2} \d{2} \d{2}|\d{6})[ ,/|:-]+(\d{6,8}|\d{4} \d{4})")
_TW_SHAPE: Final = re.compile(r"\(?(\d{3}(?:-?\d{4})?)[)]?[ /-]+(\d[\d -]*)|\((\d{3}(?:-?\d{4})?)\)(\d[\d -]*)")
_US_SHAPE: Final = re.compile(r"(\d{9}|\d{4}-\d{4}-\d)[ ,/|:-]+(\d[\d -]*)")
_CN_SHAPE: Final = re.compile(r"(\d{12}|\d{3} \d{4} \d{4} \d)[ ,/|:-]+(\d[\d -]*)")
_CARD_SHAPE: Final = re.compile(r"\d{4}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?|\d{6} ?\d{10,13}")
_CODE_LENGTHS: Final[Mapping[str, tuple[int, ...]]] = {"GB": (6,), "US": (9,), "CN": (12,), "TW": (7, 3)}
_SHORTEST_ACCOUNT: Final[Mapping[str, int]] = {"GB": 8, "US": 4, "CN": 8, "TW": 10}


def read_account(
    text: str, country_hint: str = "", *, uk_table: ModulusTable | None = None
) -> ReadAccount | AccountFault:
    """Read an account in any way it is written: an IBAN, or a national number with its bank's code.

    Labels ("Sort code", "Routing number", "联行号", "帳號" …), blanks, dashes and full-width digits are taken as people
    write them.

    Args:
        text: Untrusted.
        country_hint: ISO 3166 code of the country meant, where the number alone could be several countries'.
        uk_table: Pay.UK's tables, if the user has them: without them a UK number is checked by its form only.

    Returns:
        Faults are those of ``read_iban``, and ``modulus`` (country), ``range`` (start, country), ``bank_missing``
        (country: an account without its bank's code), ``account_missing`` (country: a bank's code alone) and
        ``unknown_format``.
    """
    if len(text) > LONGEST_INPUT:
        return AccountFault("too_long", {"found": len(text)})
    if _BARE_IBAN.fullmatch(text):  # most of what a list holds; the way below gives the same
        return _iban(text, text)
    plain = "".join(_plain(char) for char in text)
    if not plain.strip():
        return AccountFault("empty")
    pairs: Mapping[str, Pair] = {
        "GB": lambda code, account: uk.uk_account(code, account, uk_table),
        "US": us.us_account,
        "CN": cn.cn_account,
        "TW": tw.tw_account,
    }
    bare = _LABELS.sub(lambda found: " " * len(found[0]), plain)
    if any(char.isalpha() or not char.isascii() for char in bare):
        return _iban(text, bare)
    labelled = _by_labels(plain, pairs)
    if labelled is not None:
        return labelled
    number = bare.strip(" .,:;/|#")
    return _by_shape(number, country_hint, pairs) or _by_hint(_FILLING.sub("", number), country_hint, pairs)


def _iban(text: str, bare: str) -> ReadAccount | AccountFault:
    """Read what has letters left once labels are taken away."""
    lead = len(bare) - len(bare.lstrip(" .:"))
    found = read_iban(text[lead:].rstrip())
    if isinstance(found, AccountFault):
        place = found.params.get("place")
        return replace(found, params={**found.params, "place": place + lead}) if isinstance(place, int) else found
    return ReadAccount(
        AccountScheme.IBAN,
        found.value,
        found.country,
        agent=found.bic,
        bank_name=found.bank_name,
        shown=found.grouped(),
        checks=("iban.check_digits",),
    )


def _by_labels(plain: str, pairs: Mapping[str, Pair]) -> ReadAccount | AccountFault | None:
    """Read digits by the labels before them; None where no label names a bank's code."""
    marks = list(_LABELS.finditer(plain))
    named = next((found for found in marks if found.lastgroup in pairs), None)
    if named is None or named.lastgroup is None:
        return None
    country = named.lastgroup
    ends = [found.start() for found in marks] + [len(plain)]
    code = _FILLING.sub("", plain[named.end() : next(end for end in ends if end >= named.end())])
    before, after = _FILLING.sub("", plain[: named.start()]), ""
    if any(found.lastgroup == "account" for found in marks):
        after = _FILLING.sub("", "".join(plain[found.end() : _end(ends, found)] for found in marks if found != named))
    account = after or before
    if not account:
        sizes = _CODE_LENGTHS[country]
        long_enough = (size for size in sizes if len(code) - size >= _SHORTEST_ACCOUNT[country])
        size = next((size for size in long_enough if _sound(country, code[:size])), sizes[-1])
        code, account = code[:size], code[size:]
    return pairs[country](code, account) if account else AccountFault("account_missing", {"country": country})


def _end(ends: list[int], found: re.Match[str]) -> int:
    return next(end for end in ends if end >= found.end())


def _by_shape(number: str, hint: str, pairs: Mapping[str, Pair]) -> ReadAccount | AccountFault | None:
    """Read what only one country writes this way; None where several could."""
    split = _GB_SHAPE.fullmatch(number)
    if split and hint in {"", "GB"}:
        return pairs["GB"](_digits(split[1]), _digits(split[2]))
    split = _TW_SHAPE.fullmatch(number)
    if split and hint in {"", "TW"}:
        code, account = _digits(split[1] or split[3]), _digits(split[2] or split[4])
        if hint or (_sound("TW", code) and len(account) in tw.ACCOUNT_LENGTHS):
            return pairs["TW"](code, account)
    for country, shape in (("CN", _CN_SHAPE), ("US", _US_SHAPE)):
        split = shape.fullmatch(number)
        if split and hint in {"", country} and (hint or _sound(country, _digits(split[1]))):
            return pairs[country](_digits(split[1]), _digits(split[2]))
    if hint in {"", "CN"} and _CARD_SHAPE.fullmatch(number) and (hint or number.startswith("62")):
        return cn.cn_card(_digits(number))
    return None


def _by_hint(digits: str, hint: str, pairs: Mapping[str, Pair]) -> ReadAccount | AccountFault:
    """Read digits that run together, as the country meant would write them."""
    if hint not in pairs:
        return AccountFault("unknown_format")
    if hint == "CN" and len(digits) <= max(cn.CARD_LENGTHS):
        return cn.cn_card(digits) if len(digits) in cn.CARD_LENGTHS else _alone(digits, hint)
    for size in _CODE_LENGTHS[hint]:
        if _sound(hint, digits[:size]) and len(digits) - size >= _SHORTEST_ACCOUNT[hint]:
            return pairs[hint](digits[:size], digits[size:])
    return _alone(digits, hint)


def _alone(digits: str, country: str) -> AccountFault:
    """Tell which half is missing."""
    is_code = len(digits) in _CODE_LENGTHS[country] and _sound(country, digits)
    return AccountFault("account_missing" if is_code else "bank_missing", {"country": country})


def _sound(country: str, code: str) -> bool:
    """Tell whether digits can be a bank's code of this country."""
    if country == "US":
        return us.routing_fault(code) is None
    if country == "CN":
        return cn.cnaps_fault(code) is None
    return country == "GB" or code[:3] in tw.BANKS


def _digits(text: str) -> str:
    return _FILLING.sub("", text)


def _plain(char: str) -> str:
    """Bring one character to its plain form: full-width to ASCII, capitals to small, blanks and dashes to one each."""
    if char in _BLANKS:
        return " "
    if char in _DASHES:
        return "-"
    plain = unicodedata.normalize("NFKC", char) if ord(char) in _FULL_WIDTH else char
    small = plain.lower()
    return small if len(small) == 1 else plain
