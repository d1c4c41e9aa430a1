"""Accounts, names and amounts are found in messages as people write them, and in time."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countersign.domain.accounts import AccountFault
from countersign.domain.national_accounts import ReadAccount
from countersign.domain.vetting.message_parts import MOST_PARTS, accounts_in, amounts_in, names_in

LETTER = """Dear Mei,
our bank details have changed. Please pay EUR 12,500.00 (or 1.234,50 \u20ac) immediately to

Account name: Hartwell & Stone LLP
Sort code: 20-04-15
Account number: 55779911

or IBAN DE89 3704 0044 0532 0130 00 bitte, BIC COBADEFF
or gb29 nwbk 6016 1331 9268 19. Not DE89 37\u041e4 0044 0532 0130 00!
户名：张三 卡号：6228 4804 0256 4890 018
银行：工行 联行号：102100099996 账号：0200001234567890123
(822)123456789012 金額 5万元  ¥ 30,000 HKD 12.5k
routing number 021000021 at the bank, account 123456789
20-04-15 and 55779912, again
"""


def test_the_accounts_of_a_letter() -> None:
    found = [
        (seen.line, seen.read.shown if isinstance(seen.read, ReadAccount) else seen.read.code)
        for seen in accounts_in(LETTER)
    ]
    assert found == [
        (5, "20-04-15 55779911"),
        (8, "DE89 3704 0044 0532 0130 00"),
        (9, "GB29 NWBK 6016 1331 9268 19"),
        (9, "mixed_scripts"),
        (10, "6228 4804 0256 4890 018"),
        (11, "102 1000 9999 6 · 0200 0012 3456 7890 123"),
        (12, "822 1234 5678 9012"),
        (13, "021000021 123456789"),
        (14, "20-04-15 55779912"),
    ]


def test_each_account_has_its_rails() -> None:
    assert all(bool(seen.rails) == isinstance(seen.read, ReadAccount) for seen in accounts_in(LETTER))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("55779911 at sort code 20-04-15", "20-04-15 55779911"),
        ("account 55779911, sort code: 200415", "20-04-15 55779911"),
        ("IBAN: DE89\u00a03704\u20090044 0532 0130 00.", "DE89 3704 0044 0532 0130 00"),
        ("\uff24\uff25\uff18\uff19 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 00"),
        ("DE89 3704 0044", "length"),
        ("DE89\u200b3704 0044 0532 0130 00", "characters"),
        ("DE89 3704 0044 0532 0130 0", "length"),
        ("DE89\u20133704\u20130044\u20130532\u20130130\u201300", "DE89 3704 0044 0532 0130 00"),
    ],
)
def test_ways_of_writing(text: str, found: str) -> None:
    (seen,) = accounts_in(text)
    assert (seen.read.shown if isinstance(seen.read, ReadAccount) else seen.read.code) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no account here",
        "call me at 20-04-15 or at noon",
        "XX12 3456 7890 1234",
        "DE89 37",
        "DE89    3704 0044 0532 0130 00",
        "DE89 !",
        "sort code 20-04-15 is ours",
        "sort code of the bank, account 12345678",
        "the order 62001234",
        "\u2028\u0130",
    ],
)
def test_what_is_no_account(text: str) -> None:
    assert accounts_in(text) == ()


def test_only_so_many_are_told() -> None:
    text = "DE89 3704 0044 0532 0130 00\n" * 300
    assert len(accounts_in(text)) == MOST_PARTS
    assert len(amounts_in("EUR 5.00\n" * 300)) == MOST_PARTS
    assert len(names_in("".join(f"Payee: name {count}\n" for count in range(300)))) == MOST_PARTS


def test_names() -> None:
    assert names_in(LETTER) == (("Hartwell & Stone LLP", 4), ("张三", 10))
    assert names_in("Kontoinhaber: Müller GmbH; BLZ 1\nPayee:\nrecipient\nPayee: account 5") == (("Müller GmbH", 1),)
    assert names_in("Payee: A\nPayee: A") == (("A", 1),)


def test_amounts() -> None:
    found = [(seen.written, [money.plain() + money.currency for money in seen.options]) for seen in amounts_in(LETTER)]
    assert found == [
        ("EUR 12,500.00", ["12500.00EUR"]),
        ("1.234,50 \u20ac", ["1234.50EUR"]),
        ("5万元", ["50000.00CNY"]),
        ("¥ 30,000", ["30000.00CNY"]),
        ("HKD 12.5k", ["12500.00HKD"]),
    ]
    (question,) = amounts_in("pay EUR 1.234 today")
    assert len(question.options) == 2
    assert amounts_in("EUR 1.2.3,4,5") == ()
    assert amounts_in("5" + " 000" * 12 + " EUR") == ()


@pytest.mark.parametrize("find", [accounts_in, amounts_in, names_in])
@pytest.mark.parametrize(
    "junk",
    [
        "DE89 " * 20_000,
        "1 2 3 " * 16_000,
        "account 12 sort code 12-" * 4_000,
        "(" * 100_000,
        "户名：" * 30_000,
        "20-20-20 " * 11_000 + "12345678",
        "62" * 50_000,
        "Account name: x\n" * 6_000,
        "e\u0301" * 50_000,
    ],
    ids=lambda text: text[:6],
)
def test_nothing_takes_long(find: Callable[[str], object], junk: str) -> None:
    started = time.process_time()
    find(junk)
    assert time.process_time() - started < 2


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.characters(), st.sampled_from([*LETTER.split(" "), "DE89", "\u202e"])), max_size=80))
def test_any_text_is_searched(parts: list[str]) -> None:
    text = " ".join(parts)
    for seen in accounts_in(text):
        assert isinstance(seen.read, ReadAccount | AccountFault)
        assert 1 <= seen.line <= text.count("\n") + 1
    amounts_in(text)
    names_in(text)
