"""Account numbers are read whole or not at all, and what is amiss is named."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from string import ascii_uppercase
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schwifty import registry
from schwifty.exceptions import InvalidCountryCode
from schwifty.registry import get_iban_spec

from countersign.domain import accounts
from countersign.domain.accounts import (
    AccountFault,
    Bic,
    Iban,
    Lei,
    NearMiss,
    Slip,
    countries_with_banks,
    grouped,
    load_banks,
    looks_like_account,
    masked,
    read_bic,
    read_iban,
    read_lei,
)

GB = "GB33BUKB20201555555555"
DE = "DE89370400440532013000"


def fault(code: str, **params: str | int) -> AccountFault:
    return AccountFault(code, params)


def test_what_was_loaded_ahead_is_not_read_from_disk_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_default_registry", registry.Registry())  # others have loaded the usual one
    countries = countries_with_banks()
    assert {"DE", "LT", "GB", "CH"} <= set(countries)
    for country in countries:
        load_banks(country)

    def closed(*_arguments: object, **_words: object) -> NoReturn:
        raise OSError("read again")

    monkeypatch.setattr(Path, "open", closed)
    assert all(registry.get_banks_by_country(country) for country in countries)


def test_a_known_bank_is_named() -> None:
    assert read_iban("de89 3704 0044 0532 0130 00") == Iban(DE, "DE", "37040044", "COBADEFF", "Commerzbank")


@pytest.mark.parametrize(
    "text",
    [
        *(GB, "gb33 bukb 2020 1555 5555 55", " GB33-BUKB-2020-1555-5555-55\n", "IBAN: GB33 BUKB 20201555555555"),
        *("iban gb33bukb20201555555555", "GB33\u00a0BUKB\u202f2020 1555 5555 55"),
        "".join(chr(ord(char) + 0xFEE0) for char in GB),
    ],
)
def test_ways_of_writing_one_number(text: str) -> None:
    read = read_iban(text)
    assert isinstance(read, Iban)
    assert (read.value, read.country, read.bank_code) == (GB, "GB", "BUKB")


def test_an_unknown_bank_leaves_its_name_empty() -> None:
    read = read_iban("GB22WWWW20201555555555".replace("22", _check("GB", "WWWW20201555555555"), 1))
    assert isinstance(read, Iban)
    assert (read.bic, read.bank_name) == ("", "")


def _check(country: str, bban: str) -> str:
    number = "".join(str(int(char, 36)) for char in bban + country + "00")
    return f"{98 - int(number) % 97:02d}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", fault("empty")),
        ("IBAN:  ", fault("empty")),
        (" - ", fault("empty")),
        ("1" * 65, fault("too_long", found=65)),
        ("ZZ33BUKB20201555555555", fault("unknown_country", country="ZZ")),
        ("12345678", fault("unknown_country", country="12")),
        (GB[:-1], fault("length", expected=22, found=21, country="GB")),
        ("GB33BUKB2O201555555555", fault("structure", place=10, country="GB")),
        ("GB33BUK920201555555555", fault("structure", place=8, country="GB")),
        ("GB33BUKB20201555555556", fault("check_digits", country="GB")),
        ("GB33BUKB20201555555*55", fault("characters", place=20, code_point="U+002A", character="*", looks_like="")),
        (
            "GB33\u0412UKB20201555555555",
            fault("mixed_scripts", place=5, code_point="U+0412", character="\u0412", looks_like="B"),
        ),
        (
            "\u0415S9121000418450200051332",
            fault("characters", place=1, code_point="U+0415", character="\u0415", looks_like="E"),
        ),
        (
            "IBAN GB33\u200bBUKB",
            fault("characters", place=10, code_point="U+200B", character="\u200b", looks_like=""),
        ),
        (
            "GB33\U0001d401UKB",
            fault("mixed_scripts", place=5, code_point="U+1D401", character="\U0001d401", looks_like="B"),
        ),
        ("GB33\u2462", fault("characters", place=5, code_point="U+2462", character="\u2462", looks_like="3")),
        ("GB33\u0663", fault("characters", place=5, code_point="U+0663", character="\u0663", looks_like="")),
    ],
)
def test_faults_of_an_iban(text: str, expected: AccountFault) -> None:
    assert read_iban(text) == expected


def test_check_digits_that_the_standard_never_yields_are_refused() -> None:
    # 00, 01 and 99 satisfy the division and still can't be check digits (ISO 7064).
    bban = next(
        f"{'BUKB'}{n:014d}" for n in range(20201500000000, 20201500000200) if _check("GB", f"BUKB{n:014d}") == "02"
    )
    assert isinstance(read_iban("GB02" + bban), Iban)
    assert read_iban("GB99" + bban) == fault("check_digits", country="GB")


def _has_ibans(country: str) -> bool:
    try:
        get_iban_spec(country)
    except InvalidCountryCode:
        return False
    return True


COUNTRIES = [code for code in map("".join, product(ascii_uppercase, repeat=2)) if _has_ibans(code)]


def test_the_registry_is_whole() -> None:
    assert len(COUNTRIES) > 80


@given(st.sampled_from(COUNTRIES), st.data())
def test_every_countrys_numbers_are_read_and_one_changed_digit_is_noticed(country: str, data: st.DataObject) -> None:
    spec = get_iban_spec(country)
    kinds = [kind for count, kind in _parts(spec.bban_spec) for _ in range(count)]
    pools = {"n": "0123456789", "a": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "c": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    bban = "".join(data.draw(st.sampled_from(pools[kind])) for kind in kinds)
    value = country + _check(country, bban) + bban
    read = read_iban(grouped(value).lower())
    assert isinstance(read, Iban)
    assert read.value == value
    assert read.grouped().replace(" ", "") == value
    assert read_iban(read.grouped()) == read
    at = data.draw(st.sampled_from([place for place, char in enumerate(value) if char.isdigit()]))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != value[at]]))
    assert isinstance(read_iban(value[:at] + other + value[at + 1 :]), AccountFault)


def _parts(spec: str) -> list[tuple[int, str]]:
    return [
        (int(part[:-1].rstrip("!")), part[-1])
        for part in spec.replace("n", "n ").replace("a", "a ").replace("c", "c ").split()
    ]


@given(st.text(max_size=80))
def test_any_text_is_answered(text: str) -> None:
    for read in (read_iban, read_bic, read_lei):
        answer = read(text)
        assert isinstance(answer, Iban | Bic | Lei | AccountFault)
        if isinstance(answer, AccountFault):
            assert isinstance(hash(answer), int)


def test_bic() -> None:
    assert read_bic("cobadeff") == Bic("COBADEFF", "DE", "Commerzbank")
    assert read_bic("COBADEFFXXX") == Bic("COBADEFF", "DE", "Commerzbank")
    assert read_bic("QQQQGB2L123") == Bic("QQQQGB2L123", "GB")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", fault("empty")),
        ("COBADEF", fault("length", expected=11, found=7, country="")),
        ("COBAQZFF", fault("unknown_country", country="QZ")),
        ("COBA1EFF", fault("structure", place=5, country="1E")),
        ("COBADEF\u0191", fault("characters", place=8, code_point="U+0191", character="\u0191", looks_like="F")),
    ],
)
def test_faults_of_a_bic(text: str, expected: AccountFault) -> None:
    found = read_bic(text)
    if expected.params.get("looks_like") == "F":
        expected = AccountFault("mixed_scripts", expected.params)
    assert found == expected


def test_lei() -> None:
    assert read_lei("2138 00KU D8LA JWSQ 9D15") == Lei("213800KUD8LAJWSQ9D15")
    assert read_lei("213800KUD8LXJWSQ9D15") == fault("check_digits", country="")
    assert read_lei("213800KUD8LA") == fault("length", expected=20, found=12, country="")
    assert read_lei(" ") == fault("empty")


def test_masking_shows_the_ending() -> None:
    assert masked("GB29NWBK60161331924471") == "\u2022\u20224471"
    assert masked(Iban(DE, "DE", "37040044")) == "\u2022\u20223000"


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ("GB33BUKB20201555555556", [NearMiss(GB, Slip.CHANGED, (22,))]),
        ("GB71BUKB20201555555655", [NearMiss(GB, Slip.CHANGED, (20,))]),
        ("GB33BUKB20205155555555", [NearMiss(GB, Slip.TRANSPOSED, (13, 14))]),
        ("GB33BUKB20201555555577", [NearMiss(GB, Slip.CHANGED, (21, 22))]),
        ("GB33BUKB20205155555556", []),
        (GB, []),
        ("GB34BUKB20201555555555", []),
        ("GB33", []),
    ],
)
def test_near_misses_of_a_trusted_account(account: str, expected: list[NearMiss]) -> None:
    assert looks_like_account(account, [GB, DE]) == tuple(expected)


def test_numbers_without_a_country_are_compared_whole() -> None:
    assert looks_like_account("6222021001112233446", ["6222021001112233445"]) == (
        NearMiss("6222021001112233445", Slip.CHANGED, (19,)),
    )
    assert looks_like_account("6232021001112233445", ["6222021001112233445"]) == (
        NearMiss("6222021001112233445", Slip.CHANGED, (3,)),
    )


def test_banks_are_remembered_as_far_as_there_is_room_and_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    first, again = read_iban("DE89370400440532013000"), read_iban("DE41370400440000000001")
    assert isinstance(first, Iban)
    assert isinstance(again, Iban)
    assert (first.bank_code, first.bic, first.bank_name) == (again.bank_code, again.bic, again.bank_name)
    monkeypatch.setattr(accounts, "_BANKS", {})
    monkeypatch.setattr(accounts, "_MOST_BANKS", 0)
    assert read_iban("DE89370400440532013000") == first
    assert accounts._BANKS == {}  # noqa: SLF001 - what is held is bounded
