"""The UK modulus check against the cases that its source publishes, with the source's own tables."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from countersign.domain.national_accounts.uk_modulus import (
    Method,
    Modulus,
    ModulusTable,
    ModulusTableError,
    WeightRow,
    check_modulus,
    read_modulus_table,
)

TABLES: Final = Path(__file__).resolve().parents[5] / "shared" / "data" / "accounts"
WEIGHTS, SUBSTITUTIONS = TABLES / "uk-valacdos-v640.txt", TABLES / "uk-scsubtab.txt"

# "Validating account numbers", section 6: number of the case, sort code, account, whether it holds.
PUBLISHED: Final = (
    (1, "089999", "66374958", Modulus.HOLDS),
    (2, "107999", "88837491", Modulus.HOLDS),
    (3, "202959", "63748472", Modulus.HOLDS),
    (4, "871427", "46238510", Modulus.HOLDS),
    (5, "872427", "46238510", Modulus.HOLDS),
    (6, "871427", "09123496", Modulus.HOLDS),
    (7, "871427", "99123496", Modulus.HOLDS),
    (8, "820000", "73688637", Modulus.HOLDS),
    (9, "827999", "73988638", Modulus.HOLDS),
    (10, "827101", "28748352", Modulus.HOLDS),
    (11, "134020", "63849203", Modulus.HOLDS),
    (12, "118765", "64371389", Modulus.HOLDS),
    (13, "200915", "41011166", Modulus.NOT_APPLICABLE),
    (14, "938611", "07806039", Modulus.HOLDS),
    (15, "938600", "42368003", Modulus.HOLDS),
    (16, "938063", "55065200", Modulus.HOLDS),
    (17, "772798", "99345694", Modulus.HOLDS),
    (18, "086090", "06774744", Modulus.HOLDS),
    (19, "309070", "02355688", Modulus.HOLDS),
    (20, "309070", "12345668", Modulus.HOLDS),
    (21, "309070", "12345677", Modulus.HOLDS),
    (22, "309070", "99345694", Modulus.HOLDS),
    (23, "938063", "15764273", Modulus.FAILS),
    (24, "938063", "15764264", Modulus.FAILS),
    (25, "938063", "15763217", Modulus.FAILS),
    (26, "118765", "64371388", Modulus.FAILS),
    (27, "203099", "66831036", Modulus.FAILS),
    (28, "203099", "58716970", Modulus.FAILS),
    (29, "089999", "66374959", Modulus.FAILS),
    (30, "107999", "88837493", Modulus.FAILS),
    (31, "074456", "12345112", Modulus.HOLDS),
    (32, "070116", "34012583", Modulus.HOLDS),
    (33, "074456", "11104102", Modulus.HOLDS),
    (34, "180002", "00000190", Modulus.HOLDS),
)


@pytest.fixture(scope="module")
def table() -> ModulusTable:
    if not WEIGHTS.exists():
        pytest.skip("no weight table beside this checkout")
    return read_modulus_table(WEIGHTS.read_text(), SUBSTITUTIONS.read_text())


@pytest.mark.parametrize(("case", "sort_code", "account", "outcome"), PUBLISHED)
def test_the_published_cases(table: ModulusTable, case: int, sort_code: str, account: str, outcome: Modulus) -> None:
    assert check_modulus(sort_code, account, table) is outcome


def test_every_published_exception_is_in_the_table(table: ModulusTable) -> None:
    found = {row.exception for _case, sort_code, _account, _held in PUBLISHED for row in table.rows_for(sort_code)}
    assert found == {row.exception for row in table.rows}
    assert found == set(range(15))


def test_one_digit_changed_is_noticed_nearly_always(table: ModulusTable) -> None:
    """What a modulus check is for: most single slips fail, where the plain rules apply."""
    noticed = tried = 0
    for place in range(8):
        for digit in "0123456789":
            account = "66374958"
            changed = account[:place] + digit + account[place + 1 :]
            if changed != account:
                tried += 1
                noticed += check_modulus("089999", changed, table) is Modulus.FAILS
    assert tried == 72
    assert noticed >= 60


def test_an_unlisted_sort_code_is_not_judged(table: ModulusTable) -> None:
    assert check_modulus("000000", "12345678", table) is Modulus.NOT_LISTED


# — the same rules by small tables of our own: every way through them, whether or not the tables are here —


def row(exception: int, method: Method = Method.MOD11, weights: str = "0 0 0 0 0 0 8 7 6 5 4 3 2 1") -> WeightRow:
    return WeightRow("000000", "999999", method, tuple(int(weight) for weight in weights.split()), exception)


def judged(account: str, *rows: WeightRow, sort_code: str = "112233") -> Modulus:
    return check_modulus(sort_code, account, ModulusTable(rows, {"112233": "445566"}))


def test_plain_checks() -> None:
    assert judged("00000012", row(0)) is Modulus.FAILS
    assert judged("00000045", row(0, weights="0 0 0 0 0 0 8 7 6 5 4 3 2 3")) is Modulus.FAILS
    assert judged("00000051", row(0)) is Modulus.HOLDS
    assert judged("00000042", row(0, Method.MOD10)) is Modulus.HOLDS
    assert judged("00000018", row(0, Method.DOUBLE_ALTERNATE, "0 0 0 0 0 0 2 1 2 1 2 1 2 1")) is Modulus.HOLDS
    assert judged("00000019", row(0, Method.DOUBLE_ALTERNATE, "0 0 0 0 0 0 2 1 2 1 2 1 2 1")) is Modulus.FAILS
    assert judged("00000051", row(0), row(0, Method.MOD10)) is Modulus.FAILS  # both must hold


def test_exceptions_that_change_the_rule() -> None:
    double = "0 0 0 0 0 0 2 1 2 1 2 1 2 1"
    assert judged("00000003", row(1, Method.DOUBLE_ALTERNATE, double)) is Modulus.HOLDS  # 27 and 3
    assert judged("00900009", row(0), row(3, Method.MOD10)) is Modulus.FAILS
    assert judged("00900101", row(3, Method.DOUBLE_ALTERNATE, double)) is Modulus.HOLDS  # nothing left to check
    assert judged("00000104", row(4, weights="0 0 0 0 0 0 8 7 6 5 4 4 0 0")) is Modulus.HOLDS  # remainder is gh
    assert judged("00000105", row(4, weights="0 0 0 0 0 0 8 7 6 5 4 4 0 0")) is Modulus.FAILS
    assert judged("70000055", row(6)) is Modulus.NOT_APPLICABLE
    assert judged("70000056", row(6)) is Modulus.FAILS
    assert judged("00000097", row(7, weights="1 1 1 1 1 1 1 1 1 1 1 1 1 2")) is Modulus.FAILS
    assert judged("00000096", row(7, weights="1 1 1 1 1 1 1 1 1 1 1 1 1 4")) is Modulus.HOLDS  # without the sort code


def test_exceptions_that_change_the_sort_code() -> None:
    u_to_z = "1 1 1 1 1 1 0 0 0 0 0 0 0 1"
    assert judged("00000004", row(8, weights=u_to_z)) is Modulus.HOLDS  # 090126 makes 18
    assert judged("00000008", row(9, weights=u_to_z)) is Modulus.HOLDS  # 309634 makes 25
    assert judged("00000003", row(5, Method.DOUBLE_ALTERNATE, "1 1 1 1 1 1 0 0 0 0 0 0 0 0")) is Modulus.FAILS
    assert judged("00000000", row(5, Method.DOUBLE_ALTERNATE, "1 1 1 1 1 1 0 0 0 0 0 0 0 0")) is Modulus.HOLDS


def test_exception_5_compares_with_a_digit() -> None:
    only_f = "0 0 0 0 0 0 0 0 0 0 0 1 0 0"
    assert judged("00000290", row(5, weights=only_f)) is Modulus.HOLDS
    assert judged("00000000", row(5, weights=only_f)) is Modulus.HOLDS
    assert judged("00000190", row(5, weights=only_f)) is Modulus.FAILS  # a remainder of one has no digit
    assert judged("00000208", row(5, Method.DOUBLE_ALTERNATE, only_f)) is Modulus.HOLDS


def test_exception_2_has_weights_of_its_own_unless_the_account_begins_with_0() -> None:
    nothing = "0 0 0 0 0 0 0 0 0 0 0 0 0 1"
    assert judged("10000008", row(2, weights=nothing)) is Modulus.HOLDS  # 30 of the sort code, 6 and 8
    assert judged("10000009", row(2, weights=nothing)) is Modulus.FAILS
    assert judged("10000096", row(2, weights=nothing)) is Modulus.HOLDS  # without the sort code: 27 and 6
    assert judged("10000090", row(2, weights=nothing)) is Modulus.FAILS
    assert judged("00000090", row(2, weights=nothing)) is Modulus.HOLDS  # the table's own


def test_exceptions_2_and_9_and_10_and_11_want_one_of_two() -> None:
    fails = "0 0 0 0 0 0 0 0 0 0 0 0 0 1"
    assert judged("00000051", row(12), row(13, Method.MOD10)) is Modulus.HOLDS
    assert judged("00000042", row(12), row(13, Method.MOD10)) is Modulus.HOLDS
    assert judged("00000041", row(12), row(13, Method.MOD10)) is Modulus.FAILS
    assert judged("09000096", row(10, weights="9 9 9 9 9 9 9 9 0 0 0 0 0 0"), row(11, weights=fails)) is Modulus.HOLDS
    assert judged("08000096", row(10, weights="1 0 0 0 0 0 0 0 0 0 0 0 0 0"), row(11, weights=fails)) is Modulus.FAILS


def test_exception_14_moves_the_last_digit() -> None:
    weights = "0 0 0 0 0 0 0 7 6 5 4 3 2 1"
    assert judged("00000190", row(14, weights=weights)) is Modulus.HOLDS
    assert judged("00000520", row(14, weights=weights)) is Modulus.FAILS
    assert judged("00000510", row(14, weights=weights)) is Modulus.HOLDS
    assert judged("00000512", row(14, weights=weights)) is Modulus.FAILS


@pytest.mark.parametrize(
    ("weights", "substitutions", "line"),
    [
        ("", "", 1),
        ("938173 938017", "", 1),
        ("000000 000001 MOD12 " + "1 " * 14, "", 1),
        ("00000a 000001 MOD10 " + "1 " * 14, "", 1),
        ("000000 000001 MOD10 " + "x " * 14, "", 1),
        ("\n000000 000001 MOD10 " + "1 " * 14 + "15", "", 2),
        ("000000 000001 MOD10 " + "1 " * 14, "123456 654321\n1 2 3", 2),
        ("000000 000001 MOD10 " + "1 " * 14, "12345 654321", 1),
    ],
)
def test_another_file_is_refused_with_its_line(weights: str, substitutions: str, line: int) -> None:
    with pytest.raises(ModulusTableError) as refused:
        read_modulus_table(weights, substitutions)
    assert refused.value.line == line


def test_a_table_is_read_with_blank_lines() -> None:
    table = read_modulus_table("\n000000 000001 MOD10 " + "1 " * 14 + "7\n\n", "\n123456 654321\n")
    assert table.rows == (WeightRow("000000", "000001", Method.MOD10, (1,) * 14, 7),)
    assert table.substitutions == {"123456": "654321"}
