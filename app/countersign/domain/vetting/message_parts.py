"""Find accounts, names and amounts in a message that somebody was sent, as a careful reader would."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice
from typing import Final

from countersign.domain.accounts import iban_length
from countersign.domain.amount_input import Choice, Exact, Offer, read_amount
from countersign.domain.confusables import ascii_look_alike
from countersign.domain.currencies import EXPONENTS
from countersign.domain.money import Money
from countersign.domain.national_accounts import ModulusTable, ReadAccount, rails_for, read_account
from countersign.domain.unicode_safety import refused_kind
from countersign.domain.vetting.findings import AccountSeen, AmountSeen

MOST_PARTS: Final = 50
"""Accounts, names and amounts that are told of one message, each."""

_FULL_WIDTH: Final = range(0xFF01, 0xFF5F)
_IBAN_START: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?=[ -]{0,3}[A-Za-z0-9])")
_UK: Final = re.compile(
    r"(?<![\d-])(\d{2}-\d{2}-\d{2})(?![\d-])\D{1,60}?(\d{8})(?!\d)"
    r"|(?<!\d)(\d{8})(?!\d)\D{1,60}?(\d{2}-\d{2}-\d{2})(?![\d-])"
)
_CARD: Final = re.compile(r"(?<![\d-])62\d{2}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?(?![\d-])")
_TW: Final = re.compile(r"(?<![\d-])(?:\(\d{3}\)[ -]?|\d{3}(?:-\d{4})?[-/])\d{10,16}(?![\d-])")
_CODE_LABEL: Final = re.compile(
    r"(?P<GB>sort ?-?code)|(?P<US>routing(?: number| no)?|(?<![a-z])aba(?![a-z]))"
    r"|(?P<CN>联行号|聯行號|大额行号|行号|cnaps(?: code)?)|(?P<TW>銀行代碼|銀行代號|行庫代碼)"
)
_ACCOUNT_LABEL: Final = re.compile(r"(?:account|acct|a/c)(?: ?(?:number|no|#))?|账号|帐号|帳號|卡号|账户|帳戶")
_DIGITS: Final = re.compile(r"[^0-9\n]{0,12}?([0-9][0-9 -]{2,40})")
_WIDEST_GAP: Final = 3  # blanks and dashes between two characters of an IBAN
_NEAR: Final = 200  # characters between a bank's code and its account
_NAME_LABEL: Final = re.compile(
    r"(?i:account (?:name|holder)|beneficiary(?: name)?|payee(?: name)?|recipient|in the name of|kontoinhaber(?:in)?"
    r"|empfänger(?:in)?|begünstigter?|zahlungsempfänger|titulaire|bénéficiaire)"
    r"|收款人(?:名称|名稱|姓名)?|收款单位|账户名称|帳戶名稱|户名|戶名|受款人"
)
_NAME_ENDS: Final = re.compile(rf"[;；，]|\s{{2,}}|{_CODE_LABEL.pattern}|{_ACCOUNT_LABEL.pattern}", re.IGNORECASE)
_NAME: Final = re.compile(r"[ \t]*[:：][ \t]*([^\n]{1,140})")
_NUMBER: Final = r"[0-9](?:[0-9.,' \u00a0\u2009\u202f]{0,24}[0-9])?"
_CODES: Final = "|".join(sorted(EXPONENTS))
_SIGNS: Final = {"€": "EUR", "£": "GBP", "$": "USD", "¥": "CNY", "元": "CNY", "人民币": "CNY", "人民幣": "CNY"}
_AMOUNT: Final = re.compile(
    rf"(?<![A-Za-z0-9])(?P<code>{_CODES}|[€£$¥]|人民[币幣]) ?(?P<after>{_NUMBER}(?: ?[万萬亿億]|[km](?!\w))?)"
    rf"|(?<![A-Za-z0-9.,])(?P<before>{_NUMBER}) ?(?P<scale>[万萬亿億])?(?P<code2>(?:{_CODES})(?![A-Za-z])|[€£元])"
)


def accounts_in(text: str, uk_table: ModulusTable | None = None) -> tuple[AccountSeen, ...]:
    """Find the accounts in a text, in the order in which they stand there; look-alike letters don't hide one."""
    flat = "".join(_flat(char) for char in text)
    found: dict[int, AccountSeen] = {}
    taken: list[range] = []
    for start, end, country, typed in islice(_candidates(flat), 4 * MOST_PARTS):
        if any(start in span or end - 1 in span for span in taken):
            continue
        written = text[start:end]
        read = read_account(typed or written, country, uk_table=uk_table)
        taken.append(range(start, end))
        rails = rails_for(read) if isinstance(read, ReadAccount) else ()
        found[start] = AccountSeen(written, read, rails, text.count("\n", 0, start) + 1)
        if len(found) == MOST_PARTS:
            break
    return tuple(found[start] for start in sorted(found))


def names_in(text: str) -> tuple[tuple[str, int], ...]:
    """Find the names after words such as "Account name:" or "户名：", each with its line."""
    found: dict[str, int] = {}
    for label in islice(_NAME_LABEL.finditer(text), 10 * MOST_PARTS):
        named = _NAME.match(text, label.end())
        name = _NAME_ENDS.split(named[1].strip(), maxsplit=1)[0].strip() if named else ""
        if name:
            found.setdefault(name, text.count("\n", 0, label.start()) + 1)
    return tuple(islice(found.items(), MOST_PARTS))


def amounts_in(text: str) -> tuple[AmountSeen, ...]:
    """Find amounts with a currency beside them. A dollar sign is read as US dollars, a yen sign as yuan."""
    found = []
    for match in _AMOUNT.finditer(text):
        code = match["code"] or match["code2"]
        number = match["after"] or match["before"] + (match["scale"] or "")
        options = _options(number, _SIGNS.get(code, code))
        if options:
            found.append(AmountSeen(match[0].strip(), options, text.count("\n", 0, match.start()) + 1))
        if len(found) == MOST_PARTS:
            break
    return tuple(found)


def _options(number: str, currency: str) -> tuple[Money, ...]:
    reading = read_amount(number, currency, ".")
    if isinstance(reading, Choice):
        return reading.options
    return (reading.money,) if isinstance(reading, Exact | Offer) else ()


def _candidates(flat: str) -> Iterator[tuple[int, int, str, str]]:
    """Yield where accounts may stand, of which country they would be, and their digits; surer ways first."""
    lower = "".join(small if len(small := char.lower()) == 1 else char for char in flat)
    for start in _IBAN_START.finditer(flat):
        end = _iban_end(flat, start.start())
        if end:
            yield start.start(), end, "", ""
    yield from _labelled(lower)
    for match in _UK.finditer(flat):
        yield match.start(), match.end(), "GB", f"{match[1] or match[4]} {match[2] or match[3]}"
    for shape, country in ((_TW, "TW"), (_CARD, "CN")):
        for match in shape.finditer(flat):
            yield match.start(), match.end(), country, match[0]


def _iban_end(flat: str, start: int) -> int:
    """Return where an IBAN ends by its country's length, or where its characters end before that; 0 for none."""
    wanted = iban_length(flat[start : start + 2].upper())
    count, place, last = 0, start, start
    while wanted and place < len(flat) and count < wanted:
        if flat[place].isascii() and flat[place].isalnum():
            count, last = count + 1, place
        elif flat[place] not in " -\t" or place - last > _WIDEST_GAP:
            break
        place += 1
    return last + 1 if wanted and count > wanted // 2 else 0


def _labelled(lower: str) -> Iterator[tuple[int, int, str, str]]:
    """Yield stretches from a bank's code with its label to an account with its label."""
    for label in islice(_CODE_LABEL.finditer(lower), MOST_PARTS):
        code = _DIGITS.match(lower, label.end())
        if code is None or label.lastgroup is None:
            continue
        near = max(0, label.start() - _NEAR)
        accounts = [
            (mark.start(), digits.end(), digits[1])
            for mark in _ACCOUNT_LABEL.finditer(lower, near, code.end() + _NEAR)
            if (digits := _DIGITS.match(lower, mark.end())) and digits[1] != code[1]
        ]
        if accounts:
            nearest = min(accounts, key=lambda span: abs(span[0] - label.start()))
            start, end = min(label.start(), nearest[0]), max(code.end(), nearest[1])
            end = start + len(lower[start:end].rstrip(" -"))
            yield start, end, label.lastgroup, f"{label[0]} {code[1]} account {nearest[2]}"


def _flat(char: str) -> str:
    """Write a character as what it is taken for: one for one, so that places stay."""
    if char.isascii():
        return char
    if ord(char) in _FULL_WIDTH:
        return unicodedata.normalize("NFKC", char)
    if refused_kind(char) or char.isspace():
        return "\n" if char in "\u2028\u2029\x85" else " "
    return ascii_look_alike(char) or ("-" if unicodedata.category(char) == "Pd" else char)
