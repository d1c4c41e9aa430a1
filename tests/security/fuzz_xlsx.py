"""Spreadsheets to be changed: what is in the archive, how it is packed, and archives that grow."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from functools import cache
from random import Random  # noqa: TID251 - the same number makes the same case, and no key comes of it
from typing import Final

from openpyxl import Workbook

_WHEN: Final = (2026, 1, 1, 0, 0, 0)
_NUMBER: Final = re.compile(r"<v>[^<]*</v>")
_PLACE: Final = re.compile(r' r="[A-Z]+[0-9]+"')
_TYPE: Final = re.compile(r' t="[a-z]+"')
_VALUES: Final = ("", "-1", "1e308", "nan", "99999999999999999999", "0.1", "&#x202e;", "=1+1", "x" * 5_000, "1E+999")
_PLACES: Final = ("A1", "XFD1048576", "ZZZZ1", "A0", "A99999999", "", "1A")
_TYPES: Final = ("s", "n", "b", "e", "str", "inlineStr", "d", "zz")
_SHEET: Final = "xl/worksheets/sheet1.xml"
_STRINGS: Final = "xl/sharedStrings.xml"
_GROWS: Final = 8 * 2**20
_PLAIN_KINDS: Final = 3
_HEAVY: Final = 0.02
_MAIN: Final = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DTD: Final = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
_HEAD_ROW: Final = b"".join(
    [
        b"<row>",
        *(b'<c t="inlineStr"><is><t>%s</t></is></c>' % head for head in (b"Beneficiary", b"IBAN", b"Amount EUR")),
        b"</row>",
    ]
)


@cache
def xlsx_seeds() -> tuple[bytes, ...]:
    """Return a list of payments, and one with formulas, dates and a second sheet; the same bytes at every run."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Beneficiary", "IBAN", "Amount", "Currency", "Reference"])
    for number in range(4):
        sheet.append([f"Payee {number}", "DE89370400440532013000", 100 + number / 4, "EUR", f"Invoice {number}"])
    plain = _saved(book)
    sheet.append(["Formula", "DE89370400440532013000", "=SUM(C2:C5)", "EUR", '=HYPERLINK("https://example.org")'])
    book.create_sheet("Second").append(["Name", "Account", "Amount EUR"])
    return plain, _saved(book)


def _saved(book: Workbook) -> bytes:
    made = io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if not name.startswith("docProps")}
    return packed(parts)


def packed(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack parts, whatever the time is."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _WHEN), content, method)
    return made.getvalue()


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def hostile_xlsx(chance: Random, seed: bytes) -> bytes:
    """Return an archive that must be refused: one that grows, one with a DTD, one that holds too many parts."""
    parts = _parts(seed)
    kind = chance.randrange(10)
    if kind > _PLAIN_KINDS:
        parts |= _bomb(kind, chance, parts)
    elif kind == 0:
        name = chance.choice(["xl/sharedStrings.xml", "xl/styles.xml", _SHEET])
        parts[name] = parts.get(name, b"<x>") + b" " * _GROWS
    elif kind == 1:
        name = chance.choice([_SHEET, "xl/workbook.xml", "[Content_Types].xml"])
        declared = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        parts[name] = declared + parts[name][parts[name].find(b"<", 5) :]
    elif kind == 2:
        name = chance.choice([_SHEET, "xl/workbook.xml"])
        parts[name] = parts[name].decode().encode("utf-16")
    else:
        parts |= {f"xl/worksheets/sheet{number}.xml": parts[_SHEET] for number in range(2, 450)}
    return packed(parts)


def _bomb(kind: int, chance: Random, parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return parts that are small when packed: of very many elements, or that hide what must not be there."""
    name = chance.choice([_SHEET, "xl/workbook.xml", "xl/styles.xml"])
    body = parts[name][parts[name].find(b"<", 5) :]
    if kind == 4:  # a declaration behind a long comment
        return {name: b"<?xml version='1.0'?><!--" + b" " * chance.choice([16_000, 70_000]) + b"-->" + _DTD + body}
    if kind == 5:  # a declaration in an encoding in which its bytes are others
        text = "<?xml version='1.0' encoding='cp037'?>".encode("ascii")
        return {name: text + (_DTD + body).decode("utf-8", "replace").encode("cp037", "replace")}
    if kind == 6:
        return {_STRINGS: _table(b"<si/>" * 145_000)}
    if kind == 7:
        return {_SHEET: _sheet(b"<row/>" * 160_000)}
    if kind == 8:
        return {_SHEET: _sheet(b"<row>" + b"<c/>" * 200_000 + b"</row>")}
    laughs = b"".join(b"<!ENTITY a%d '%s'>" % (one, b"&a%d;" % (one - 1) * 10) for one in range(1, 10))
    return {name: b"<!DOCTYPE x [<!ENTITY a0 'ha'>" + laughs + b"]>" + body.replace(b"</", b"&a9;</", 1)}


def _sheet(rows: bytes) -> bytes:
    return b'<worksheet xmlns="' + _MAIN + b'"><sheetData>' + rows + b"</sheetData></worksheet>"


def _table(texts: bytes) -> bytes:
    return b'<sst xmlns="' + _MAIN + b'">' + texts + b"</sst>"


def _heavy(chance: Random) -> dict[str, bytes]:
    """Return parts that are as much as may just be let in: each costs time and memory, none too much."""
    kind = chance.randrange(6)
    if kind == 0:  # rows far apart
        rows = b"".join(b'<row r="%d"><c t="n"><v>1</v></c></row>' % (at * 19_990 + 1) for at in range(52))
        return {_SHEET: _sheet(_HEAD_ROW + rows)}
    if kind == 1:
        return {_SHEET: _sheet(_HEAD_ROW + b"<row/>" * 45_000)}
    if kind == 2:
        return {_SHEET: _sheet(_HEAD_ROW + b"<row>" + b"<c/>" * 45_000 + b"</row>")}
    if kind == 3:
        return {_STRINGS: _table(b"<si><t>\xf0\x9f\x92\xb8" + b"a" * 30_000 + b"</t></si>" + b"<si/>" * 45_000)}
    if kind == 4:
        depth = chance.choice([60, 2_000, 20_000])
        return {_SHEET: _sheet(b"<row>" * depth + b"</row>" * depth)}
    return {_STRINGS: _table(b"<si>" + b"<r><t>a</t></r>" * 12_000 + b"</si>")}


def xlsx_case(chance: Random, seed: bytes) -> bytes:
    """Change what is in some parts, drop or double one, or pack them another way."""
    parts = _parts(seed)
    if chance.random() < _HEAVY:
        return packed(parts | _heavy(chance))
    for _ in range(chance.randint(1, 4)):
        name = chance.choice(list(parts) + [_SHEET] * 3)
        if name not in parts:
            continue
        action = chance.randrange(7)
        if action == 0:
            del parts[name]
        elif action == 1:
            parts[name] = _cut(chance, parts[name])
        elif action == 2:
            parts[name + chance.choice(["x", "/", "/../x", ".xml"])] = parts[name]
        else:
            parts[name] = _changed(chance, parts[name])
    method = zipfile.ZIP_STORED if chance.random() < 0.2 else zipfile.ZIP_DEFLATED
    return packed(parts, method)


def _cut(chance: Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[at + chance.choice([1, 20, 400]) :]


def _changed(chance: Random, data: bytes) -> bytes:
    pattern, values = chance.choice(
        [
            (_NUMBER, [f"<v>{value}</v>" for value in _VALUES]),
            (_PLACE, [f' r="{value}"' for value in _PLACES]),
            (_TYPE, [f' t="{value}"' for value in _TYPES]),
        ]
    )
    text = data.decode("utf-8", "replace")
    found = list(pattern.finditer(text))
    if not found:
        return data
    chosen = chance.choice(found)
    return (text[: chosen.start()] + chance.choice(values) + text[chosen.end() :]).encode()
