"""MT940, the customer statement message of SWIFT, made to fit the same parts as camt.053."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import BinaryIO, Final

from countersign.adapters.banks.files.hardened_xml import unreadable
from countersign.adapters.banks.files.reading.mt940_details import detail
from countersign.adapters.banks.files.reading.mt940_fields import Field, fields, looks_like_mt940, read_by_library
from countersign.adapters.banks.files.reading.totals import Totals
from countersign.application.ports.bank_files import (
    FileHead,
    FileKind,
    FilePart,
    Reading,
    StatementBalance,
    StatementEnd,
    StatementEntry,
    StatementHead,
)
from countersign.domain.accounts import Iban, iban_length, read_iban
from countersign.domain.currencies import EXPONENTS, UnknownCurrencyError
from countersign.domain.money import Money, MoneyError

_BALANCES: Final = {"60F": "OPBD", "60M": "ITBD", "62F": "CLBD", "62M": "ITBD", "64": "CLAV", "65": "FWAV"}
_CLOSINGS: Final = frozenset({"62F", "62M"})
# Strict where the library is not: it takes any digits of any script, and any three characters for a currency.
_BALANCE: Final = re.compile(r"[CD][0-9]{6}[A-Z]{3}[0-9]{1,15},[0-9]{0,5}", re.ASCII)
_ENTRY: Final = re.compile(
    r"[0-9]{6}(?:[0-9]{4}|[ ]{4})?R?[CD][A-Z]?[ ]?[0-9]{1,12},[0-9]{0,5}[A-Z][A-Z0-9 ]{3}", re.ASCII
)
_SUM: Final = re.compile(r"([0-9]{1,5})([A-Z]{3})([0-9]{1,15},[0-9]{0,5})", re.ASCII)
_STATEMENT_FIELDS: Final = frozenset({"20", "21", "25", "25P", "28", "28C", "13", "13D", "34F", "NS", "86"})


def read_mt940(stream: BinaryIO, total: int, progress: Reading | None) -> Iterator[FilePart]:
    """Read a file of one or more statements.

    Raises:
        UserFacingError: As ``BankFiles.read``.
    """
    statement: _Statement | None = None
    for field in fields(stream, total, progress):
        if field.tag == "20":
            if statement is None:
                yield FileHead(FileKind.MT940, "MT940", field.text.strip(), "")
            else:
                yield from statement.end(field.line)
            statement = _Statement(field)
        elif statement is None:
            raise unreadable(field.line, "missing", ":20:")
        else:
            yield from statement.take(field)
    if statement is None:
        raise unreadable(1, "missing", ":20:")
    yield from statement.end(statement.line)


class _Statement:
    """One statement while it is read; an entry waits for its field 86.

    Attributes:
        line: Of the last field.
    """

    def __init__(self, begins: Field) -> None:
        self.line = begins.line
        self._reference = begins.text.strip()
        self._account = ""
        self._number = ""
        self._currency = ""
        self._head: StatementHead | None = None
        self._waiting: Field | None = None
        self._opened = False
        self._closed = False
        self._totals = Totals()

    def take(self, field: Field) -> Iterator[FilePart]:
        """Say what a field means."""
        self.line = field.line
        if field.tag == "86" and self._waiting is not None:
            yield self._entry(field)
            return
        if self._waiting is not None:
            yield self._entry(None)
        if field.tag in _BALANCES:
            yield from self._balance(field)
        elif field.tag == "61":
            if self._closed:
                raise unreadable(field.line, "missing", ":20:")
            yield from self._begin(field)
            self._waiting = field
        elif field.tag in {"25", "25P"}:
            self._account = "".join(field.lines[0].split())
        elif field.tag in {"28", "28C"}:
            self._number = field.lines[0].strip()
        elif field.tag in {"90D", "90C"}:
            self._compare(field)
        elif field.tag not in _STATEMENT_FIELDS:
            raise unreadable(field.line, "form", f":{field.tag}:")

    def end(self, line: int) -> Iterator[FilePart]:
        """End the statement; one that was opened and not closed was cut off."""
        if self._waiting is not None:
            yield self._entry(None)
        if self._head is None or (self._opened and not self._closed):
            raise unreadable(line, "missing", ":62F:")
        yield StatementEnd(self._reference, self._totals.entries, self._totals.differences())

    def _begin(self, field: Field, currency: str = "") -> Iterator[FilePart]:
        """Give the head of the statement before its first part."""
        if self._head is not None:
            return
        if not self._account:
            raise unreadable(field.line, "missing", ":25:")
        account, scheme, said = _account(self._account)
        self._currency = currency or said
        if not self._currency:
            raise unreadable(field.line, "missing", ":60F:")
        self._head = StatementHead(
            identification=self._reference,
            account=account,
            scheme=scheme,
            currency=self._currency,
            owner="",
            servicer=self._account.partition("/")[0] if "/" in self._account else "",
            sequence=self._number,
            created="",
            from_date="",
            to_date="",
        )
        yield self._head

    def _balance(self, field: Field) -> Iterator[FilePart]:
        text = "".join(field.lines).strip()
        if _BALANCE.fullmatch(text) is None:
            raise unreadable(field.line, "form", f":{field.tag}:")
        found, _ = read_by_library(Field(field.tag, field.line, (text,)))
        read = next(iter(found.values()), None)
        amount = _money(field, getattr(getattr(read, "amount", None), "amount", None), text[7:10])
        at = getattr(read, "date", None)
        yield from self._begin(field, amount.currency)
        self._opened = self._opened or field.tag.startswith("60")
        self._closed = self._closed or field.tag in _CLOSINGS
        balance = StatementBalance(_BALANCES[field.tag], amount, at.isoformat() if isinstance(at, date) else "")
        self._totals.balance(balance)
        yield balance

    def _entry(self, about: Field | None) -> StatementEntry:
        field, self._waiting = self._waiting, None
        if field is None:
            raise LookupError("no entry waits")
        if _ENTRY.match(field.lines[0]) is None:
            raise unreadable(field.line, "form", ":61:")
        _, found = read_by_library(*(one for one in (field, about) if one is not None))
        amount = _money(field, getattr(found.get("amount"), "amount", None), self._currency)
        text = "" if about is None else "".join(about.lines).strip()
        kinds = [found.get("id"), found.get("transaction_code")]
        one = detail(found, -amount if amount.minor < 0 else amount, text)
        entry = StatementEntry(
            entry=dict(one.references).get("AcctSvcrRef", ""),
            status="BOOK",
            amount=amount,
            reversal=str(found.get("status", "")).startswith("R"),
            booked_on=_day(found, "entry_date"),
            value_on=_day(found, "date"),
            code=".".join(kind.strip() for kind in kinds if isinstance(kind, str)),
            text=text,
            details=(one,),
            references=tuple(("AddtlNtryInf", line) for line in field.lines[1:] if line.strip()),
        )
        self._totals.entry(entry)
        return entry

    def _compare(self, field: Field) -> None:
        found = _SUM.fullmatch(field.lines[0].strip())
        if found is None:
            raise unreadable(field.line, "form", f":{field.tag}:")
        self._totals.compare("DBIT" if field.tag == "90D" else "CRDT", int(found[1]), found[3].replace(",", "."))


def _account(text: str) -> tuple[str, str, str]:
    """Return account, scheme and currency of field 25: ``IBAN``, ``BIC/IBAN``, ``IBANEUR`` or ``BANK/NUMBER``."""
    number = text.rpartition("/")[2]
    for length in {iban_length(number[:2]), len(number)}:
        iban, rest = number[:length], number[length:]
        if length and isinstance(read_iban(iban), Iban) and (not rest or rest in EXPONENTS):
            return iban, "IBAN", rest
    if len(number) > 3 and number[-3:] in EXPONENTS and number[:-3].isdigit():  # noqa: PLR2004 - a currency's letters
        return number[:-3], "BBAN", number[-3:]
    return number, "BBAN", ""


def _money(field: Field, amount: object, currency: str) -> Money:
    """Turn the library's decimal into money, exactly."""
    if not isinstance(amount, Decimal):
        raise unreadable(field.line, "amount", f":{field.tag}:")
    plain = f"{amount:f}"
    whole, _, fraction = plain.partition(".")
    fraction = fraction.rstrip("0")
    try:
        sign = "-" if whole.startswith("-") else ""
        digits = whole.lstrip("-").lstrip("0") or "0"
        return Money.from_plain(f"{sign}{digits}.{fraction}" if fraction else f"{sign}{digits}", currency)
    except UnknownCurrencyError:
        raise unreadable(field.line, "currency", f":{field.tag}:") from None
    except MoneyError as error:
        reason = "decimals" if error.code == "too_many_decimals" else "amount"
        raise unreadable(field.line, reason, f":{field.tag}:") from None


def _day(found: Mapping[str, object], name: str) -> str:
    value = found.get(name)
    return value.isoformat() if isinstance(value, date) else ""


__all__ = ["looks_like_mt940", "read_mt940"]
