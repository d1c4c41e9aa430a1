"""One function reads what people type: labels, blanks, dashes, full-width digits, and what is wrong with it."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countersign.domain.accounts import AccountFault
from countersign.domain.national_accounts import ModulusTable, ReadAccount, read_account
from countersign.domain.national_accounts.cn import cnaps_fault
from countersign.domain.national_accounts.uk_modulus import Method, WeightRow
from countersign.domain.payment import AccountScheme

# typed, country meant, account, bank within its clearing, shown
READ: Final = (
    ("20-04-15 55779911", "", "55779911", "GBDSC:200415", "20-04-15 55779911"),
    ("20 04 15 5577 9911", "", "55779911", "GBDSC:200415", "20-04-15 55779911"),
    ("Sort code: 20-04-15, Account number: 55779911", "", "55779911", "GBDSC:200415", "20-04-15 55779911"),
    ("Account: 55779911 Sort code: 20\u201304\u201315", "", "55779911", "GBDSC:200415", "20-04-15 55779911"),
    ("55779911 sort code 200415", "", "55779911", "GBDSC:200415", "20-04-15 55779911"),
    ("sort code 200415 55779911", "", "55779911", "GBDSC:200415", "20-04-15 55779911"),
    ("20041555779911", "GB", "55779911", "GBDSC:200415", "20-04-15 55779911"),
    ("20-04-15 123456", "", "00123456", "GBDSC:200415", "20-04-15 00123456"),
    ("Routing number 021000021 Account 123456789", "", "123456789", "USABA:021000021", "021000021 123456789"),
    ("021000021/123456789", "", "123456789", "USABA:021000021", "021000021 123456789"),
    ("ABA 021000021 1234", "", "1234", "USABA:021000021", "021000021 1234"),
    ("021000021123456", "US", "123456", "USABA:021000021", "021000021 123456"),
    ("6228480402564890018", "", "6228480402564890018", "", "6228 4804 0256 4890 018"),
    ("卡号：6228 4804 0256 4890 018", "", "6228480402564890018", "", "6228 4804 0256 4890 018"),
    ("6228480402564890018", "CN", "6228480402564890018", "", "6228 4804 0256 4890 018"),
    ("622848 0402564890018", "", "6228480402564890018", "", "6228 4804 0256 4890 018"),
    (
        "联行号：102100099996 账号：0200001234567890123",
        "",
        "0200001234567890123",
        "CNAPS:102100099996",
        "102 1000 9999 6 · 0200 0012 3456 7890 123",
    ),
    (
        "102 1000 9999 6 6228480402564890018",
        "",
        "6228480402564890018",
        "CNAPS:102100099996",
        "102 1000 9999 6 · 6228 4804 0256 4890 018",
    ),
    ("1021000999960200001234567", "CN", "0200001234567", "CNAPS:102100099996", "102 1000 9999 6 · 0200 0012 3456 7"),
    ("822-123456789012", "", "123456789012", "TWNCC:822", "822 1234 5678 9012"),
    ("(822)123456789012", "", "123456789012", "TWNCC:822", "822 1234 5678 9012"),
    ("004-0037 123456789012", "", "123456789012", "TWNCC:0040037", "004-0037 1234 5678 9012"),
    ("銀行代碼 822 帳號 123456789012", "", "123456789012", "TWNCC:822", "822 1234 5678 9012"),
    ("代號\uff18\uff12\uff12123456789012", "", "123456789012", "TWNCC:822", "822 1234 5678 9012"),
    ("822123456789012", "TW", "123456789012", "TWNCC:822", "822 1234 5678 9012"),
    ("999-123456789012", "TW", "123456789012", "TWNCC:999", "999 1234 5678 9012"),
)


@pytest.mark.parametrize(("typed", "country", "account", "member", "shown"), READ)
def test_what_people_type_is_read(typed: str, country: str, account: str, member: str, shown: str) -> None:
    found = read_account(typed, country)
    assert isinstance(found, ReadAccount), found
    assert (found.account, found.agent_member, found.shown) == (account, member, shown)
    assert found.scheme is AccountScheme.BBAN
    assert found.country == ({"GBDSC": "GB", "USABA": "US", "TWNCC": "TW"}.get(member.partition(":")[0], "CN"))


def test_an_iban_is_read_with_its_label() -> None:
    found = read_account("IBAN: DE89 3704 0044 0532 0130 00")
    assert isinstance(found, ReadAccount)
    assert (found.scheme, found.account, found.country) == (AccountScheme.IBAN, "DE89370400440532013000", "DE")
    assert found.agent == "COBADEFF"
    assert found.shown == "DE89 3704 0044 0532 0130 00"
    assert found.checks == ("iban.check_digits",)
    assert found.fully_checked


@pytest.mark.parametrize(
    ("typed", "country", "code"),
    [
        ("", "", "empty"),
        (" \u3000", "", "empty"),
        ("1" * 161, "", "too_long"),
        ("1234", "", "unknown_format"),
        ("4111 1111 1111 1111", "", "unknown_format"),
        ("021000022 123456789", "", "unknown_format"),
        ("hello", "", "unknown_country"),
        ("DE89 3704 0044 0532 0130 01", "", "check_digits"),
        ("55779911", "GB", "bank_missing"),
        ("200415", "GB", "account_missing"),
        ("20-04-15 12345", "GB", "bank_missing"),
        ("sort code 20-04 account 55779911", "", "length"),
        ("sort code 200415 account 123", "", "length"),
        ("021000022 123456789", "US", "check_digits"),
        ("130000000 12345", "US", "range"),
        ("ABA 021000021", "", "account_missing"),
        ("021000021", "US", "account_missing"),
        ("ABA 021000021 account 123", "", "length"),
        ("aba 02100002 account 12345", "", "length"),
        ("6228480402564890019", "", "check_digits"),
        ("622848040256489001", "", "length"),
        ("622202123456789", "CN", "bank_missing"),
        ("102100099996", "CN", "account_missing"),
        ("cnaps 102100099995 account 0200001234567", "", "check_digits"),
        ("cnaps 10210009999 account 0200001234567", "", "length"),
        ("cnaps 102100099996 account 1234567", "", "length"),
        ("cnaps 102100099996 account 6228480402564890019", "", "check_digits"),
        ("帳號 123456789012", "TW", "bank_missing"),
        ("代號 8221 帳號 123456789012", "", "length"),
        ("822-123456789", "TW", "length"),
        ("銀行代碼 822", "", "account_missing"),
    ],
)
def test_what_is_wrong_is_told(typed: str, country: str, code: str) -> None:
    found = read_account(typed, country)
    assert isinstance(found, AccountFault), found
    assert found.code == code


def test_a_letter_of_another_alphabet_is_named_with_its_place_in_what_was_typed() -> None:
    found = read_account("account DE89 3704 0044 0532 \u041e130 00")
    assert isinstance(found, AccountFault)
    assert (found.code, found.params["place"], found.params["looks_like"]) == ("mixed_scripts", 29, "O")
    assert found.params["code_point"] == "U+041E"


def test_without_a_table_it_says_that_the_modulus_was_not_checked() -> None:
    found = read_account("08-99-99 66374958")
    assert isinstance(found, ReadAccount)
    assert found.checks == ("uk.modulus.not_loaded",)
    assert not found.fully_checked


def test_with_a_table_the_modulus_is_checked() -> None:
    weights = (0, 0, 0, 0, 0, 0, 7, 1, 3, 7, 1, 3, 7, 1)
    table = ModulusTable((WeightRow("089000", "089999", Method.MOD10, weights),), {})
    right = read_account("08-99-99 66374958", uk_table=table)
    assert isinstance(right, ReadAccount)
    assert right.checks == ("uk.modulus",)
    assert right.fully_checked
    wrong = read_account("08-99-99 66374959", uk_table=table)
    assert isinstance(wrong, AccountFault)
    assert wrong.code == "modulus"
    unlisted = read_account("20-04-15 123456", uk_table=table)
    assert isinstance(unlisted, ReadAccount)
    assert unlisted.checks == ("uk.modulus.not_listed", "uk.padded")


def test_banks_are_named_where_they_are_known() -> None:
    for typed, name, checks in (
        ("6228480402564890018", "中国农业银行", ("cn.luhn", "cn.issuer")),
        ("6210940000000000", "", ("cn.luhn", "cn.issuer.not_known")),
        ("102100099996 0200001234567", "中国工商银行", ("cn.cnaps.check_digit", "cn.account.not_checkable")),
        ("102100099996 6228480402564890018", "中国工商银行", ("cn.cnaps.check_digit", "cn.luhn")),
        ("822-123456789012", "中國信託", ("tw.bank", "tw.account.not_checkable")),
    ):
        found = read_account(typed)
        assert isinstance(found, ReadAccount), typed
        assert (found.bank_name, found.checks) == (name, checks)
    unknown = read_account("999-123456789012", "TW")
    assert isinstance(unknown, ReadAccount)
    assert (unknown.bank_name, unknown.checks) == ("", ("tw.bank.not_known", "tw.account.not_checkable"))


# Codes that banks publish for themselves and their branches.
PUBLISHED_CNAPS: Final = (
    *("102100099996", "103100000026", "104100000004", "105100000017", "301290000007", "308584000013"),
    *("302100011000", "303100000006", "304100040000", "305100000013", "306581000003", "307584007998"),
    *("309391000011", "310290000013", "403100000004", "313100000013", "318110000014", "316331000018"),
    *("315456000105", "322290000011", "102100000021", "102100000030", "102100000048", "102100000056"),
    *("102100000064", "102100000072", "102100000089", "102100000097", "313333007331", "304521041448"),
    *("309421002015", "313110000017", "104881005100"),
)


def test_published_cnaps_codes_keep_to_the_check_digit() -> None:
    assert len(PUBLISHED_CNAPS) == 33
    assert [code for code in PUBLISHED_CNAPS if cnaps_fault(code)] == []


@pytest.mark.parametrize("code", PUBLISHED_CNAPS)
def test_one_digit_of_a_cnaps_code_changed_is_noticed(code: str) -> None:
    """ISO 7064 MOD 11,10 finds every single substitution."""
    for place in range(12):
        changed = code[:place] + str((int(code[place]) + 1) % 10) + code[place + 1 :]
        assert cnaps_fault(changed) is not None


ALPHABET: Final = st.one_of(
    st.characters(),
    st.sampled_from([*"0123456789 -./()", "sort code ", "iban", "aba ", "账号", "代號", "62", "\u202e", "\uff11"]),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(ALPHABET, max_size=60).map("".join), st.sampled_from(["", "GB", "US", "CN", "TW", "DE", "?"]))
def test_any_text_is_read_or_refused(text: str, country: str) -> None:
    found = read_account(text, country)
    if isinstance(found, ReadAccount):
        assert found.account.isascii()
        assert found.account.isalnum()
        assert len(found.account) <= 34
        assert found.shown
        again = read_account(f"{found.agent_member.partition(':')[2]} {found.account}", found.country)
        assert isinstance(again, ReadAccount), (found, again)
        assert again.account == found.account
