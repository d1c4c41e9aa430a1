"""The modulus check of UK sort codes and accounts, with its fourteen exceptions.

Source: Pay.UK, "Validating account numbers" (the weight table valacdos and the substitution table scsubtab are
Pay.UK's; they are not shipped, and read from files that the user has).

Letters are those of the source: u v w x y z are the digits of the sort code, a b c d e f g h those of the account.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

_SORT_CODE: Final = 6
_WEIGHTS: Final = 14
_A, _B, _C, _G, _H = 6, 7, 8, 12, 13  # places of those letters
_LEAST_COLUMNS: Final = 3 + _WEIGHTS
_EXCEPTIONS: Final = range(1, 15)
_MOST_ROWS: Final = 2  # the source has never more than two checks for one sort code
_EIGHT_FOR_EXCEPTION_8: Final = "090126"
_NINE_FOR_EXCEPTION_9: Final = "309634"
_EXCEPTION_2_WITHOUT_9: Final = (0, 0, 1, 2, 5, 3, 6, 4, 8, 7, 10, 9, 3, 1)
_EXCEPTION_2_WITH_9: Final = (0, 0, 0, 0, 0, 0, 0, 0, 8, 7, 10, 9, 3, 1)
_EITHER_WILL_DO: Final = frozenset({(2, 9), (10, 11), (12, 13)})


class Method(Enum):
    """How digits and weights become one figure."""

    MOD10 = "MOD10"
    MOD11 = "MOD11"
    DOUBLE_ALTERNATE = "DBLAL"


class Modulus(Enum):
    """What came of the check."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_LISTED = "not_listed"
    NOT_APPLICABLE = "not_applicable"  # the rules exempt this account


class ModulusTableError(ValueError):
    """Say that a text is not the weight table or the substitution table.

    Attributes:
        line: From 1.
    """

    def __init__(self, line: int) -> None:
        """Keep the line."""
        super().__init__(f"line {line}")
        self.line = line


@dataclass(frozen=True, slots=True)
class WeightRow:
    """One rule of the weight table, for the sort codes from ``first`` to ``last``."""

    first: str
    last: str
    method: Method
    weights: tuple[int, ...]
    exception: int = 0


@dataclass(frozen=True, slots=True)
class ModulusTable:
    """Both tables, as read."""

    rows: tuple[WeightRow, ...]
    substitutions: Mapping[str, str]

    def rows_for(self, sort_code: str) -> tuple[WeightRow, ...]:
        """Return the rules of a sort code, in the table's order."""
        return tuple(row for row in self.rows if row.first <= sort_code <= row.last)[:_MOST_ROWS]


def read_modulus_table(weights: str, substitutions: str = "") -> ModulusTable:
    """Read the text of ``valacdos`` and of ``scsubtab``.

    Raises:
        ModulusTableError: A line is no rule, or there is none.
    """
    rows = [_row(number, line.split()) for number, line in enumerate(weights.splitlines(), 1) if line.strip()]
    if not rows:
        raise ModulusTableError(1)
    pairs = {}
    for number, line in enumerate(substitutions.splitlines(), 1):
        parts = line.split()
        if parts and not (len(parts) == 2 and all(_is_sort_code(part) for part in parts)):  # noqa: PLR2004
            raise ModulusTableError(number)
        if parts:
            pairs[parts[0]] = parts[1]
    return ModulusTable(tuple(rows), pairs)


def check_modulus(sort_code: str, account: str, table: ModulusTable) -> Modulus:
    """Check an account of eight digits at a sort code of six."""
    rows = table.rows_for(sort_code)
    if not rows:
        return Modulus.NOT_LISTED
    if any(row.exception == 6 for row in rows) and _is_foreign_currency(account):  # noqa: PLR2004
        return Modulus.NOT_APPLICABLE
    if len(rows) == _MOST_ROWS:
        first, second = rows
        if (first.exception, second.exception) in _EITHER_WILL_DO:
            held = _holds(first, sort_code, account, table) or _holds(second, sort_code, account, table)
            return Modulus.HOLDS if held else Modulus.FAILS
    rows = tuple(row for row in rows if not (row.exception == 3 and account[2] in "69"))  # noqa: PLR2004
    held = all(_holds(row, sort_code, account, table) for row in rows)
    return Modulus.HOLDS if held else Modulus.FAILS


def _holds(row: WeightRow, sort_code: str, account: str, table: ModulusTable) -> bool:
    if row.exception == 5:  # noqa: PLR2004
        sort_code = table.substitutions.get(sort_code, sort_code)
    elif row.exception == 8:  # noqa: PLR2004
        sort_code = _EIGHT_FOR_EXCEPTION_8
    elif row.exception == 9:  # noqa: PLR2004
        sort_code = _NINE_FOR_EXCEPTION_9
    digits = [int(digit) for digit in sort_code + account]
    total = _total(row.method, digits, _weights(row, digits))
    if row.exception == 1:
        total += 27
    if row.exception == 5:  # noqa: PLR2004
        return _exception_5(row.method, total, digits)
    if row.exception == 4:  # noqa: PLR2004
        return total % 11 == 10 * digits[_G] + digits[_H]
    held = total % (11 if row.method is Method.MOD11 else 10) == 0
    if row.exception == 14 and not held and account[-1] in "019":  # noqa: PLR2004
        moved = [int(digit) for digit in sort_code + "0" + account[:-1]]
        return _total(row.method, moved, row.weights) % 11 == 0
    return held


def _weights(row: WeightRow, digits: Sequence[int]) -> tuple[int, ...]:
    without_sort_code = (*(0,) * (_B + 1), *row.weights[_C:])
    if row.exception == 2 and digits[_A] != 0:  # noqa: PLR2004
        return _EXCEPTION_2_WITH_9 if digits[_G] == 9 else _EXCEPTION_2_WITHOUT_9  # noqa: PLR2004
    if row.exception == 7 and digits[_G] == 9:  # noqa: PLR2004
        return without_sort_code
    nine_nine = digits[_A] in {0, 9} and digits[_B] == 9 and digits[_G] == 9  # noqa: PLR2004
    return without_sort_code if row.exception == 10 and nine_nine else row.weights  # noqa: PLR2004


def _total(method: Method, digits: Sequence[int], weights: Sequence[int]) -> int:
    products = [digit * weight for digit, weight in zip(digits, weights, strict=True)]
    if method is Method.DOUBLE_ALTERNATE:
        return sum(int(digit) for product in products for digit in str(product))
    return sum(products)


def _exception_5(method: Method, total: int, digits: Sequence[int]) -> bool:
    """Compare the remainder with a check digit: g after modulus 11, h after double alternate."""
    modulus, place = (11, _G) if method is Method.MOD11 else (10, _H)
    expected = -total % modulus  # nothing for a remainder of nothing; ten, which no digit is, for a remainder of one
    return expected == digits[place]


def _is_foreign_currency(account: str) -> bool:
    return account[0] in "45678" and account[6] == account[7]


def _row(number: int, parts: Sequence[str]) -> WeightRow:
    methods = {method.value: method for method in Method}
    if len(parts) not in {_LEAST_COLUMNS, _LEAST_COLUMNS + 1}:
        raise ModulusTableError(number)
    first, last, name, *figures = parts
    figures_fit = all(figure.lstrip("-").isascii() and figure.lstrip("-").isdigit() for figure in figures)
    if not (_is_sort_code(first) and _is_sort_code(last) and name in methods and figures_fit):
        raise ModulusTableError(number)
    exception = int(figures[_WEIGHTS]) if len(figures) > _WEIGHTS else 0
    if exception and exception not in _EXCEPTIONS:
        raise ModulusTableError(number)
    return WeightRow(first, last, methods[name], tuple(int(figure) for figure in figures[:_WEIGHTS]), exception)


def _is_sort_code(text: str) -> bool:
    return len(text) == _SORT_CODE and text.isascii() and text.isdigit()
