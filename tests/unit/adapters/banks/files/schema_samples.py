"""Writes a message as large as its schema allows it once over: every element, each with a text of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from typing import Final

from lxml import etree

_XS: Final = "{http://www.w3.org/2001/XMLSchema}"
_DEEPEST: Final = 12
_BY_TYPE: Final = (
    ("IBAN", "DE02120300000000202051"),
    ("BIC", "DEUTDEFFXXX"),
    ("CountryCode", "DE"),
    ("Currency", "EUR"),
    ("LEI", "529900T8BM49AURSDO55"),
    ("UUID", "3fa85f64-5717-4562-b3fc-2c963f66afa6"),
    ("Phone", "+49-301234"),
    ("ISIN", "DE0005140008"),
    ("BBAN", "370400440532013000"),
    ("UPIC", "12345678"),
    ("EANGLN", "4006381333931"),
    ("CHIPS", "CH123456"),
    ("DUNS", "123456789"),
    ("IBEI", "DEBCDFGHJ1"),
    ("UTIIdentifier", "529900T8BM49AURSDO55"),
    ("BEI", "DEUTDEFFXXX"),
)
_RUN: Final = re.compile(r"\[[^\]]*0-9\]\{([0-9]+)(?:,[0-9]+)?\}")
_BUILT_IN: Final = {
    "date": "2026-03-01",
    "dateTime": "2026-03-01T06:00:00Z",
    "time": "06:00:00Z",
    "boolean": "true",
    "gYear": "2026",
    "gYearMonth": "2026-03",
    "gMonth": "--03",
    "base64Binary": "QUJD",
}


class Sample:
    """One document for one schema.

    Args:
        schema: The parsed XSD.
        choice: Which of several alternatives is written, counted from 0 and starting over.
        left_out: Names of optional elements that are not written.
    """

    def __init__(self, schema: etree._ElementTree, choice: int, left_out: frozenset[str]) -> None:
        self._root = schema.getroot()
        self._types = {
            str(one.get("name")): one for one in self._root if one.get("name") and one.tag != f"{_XS}element"
        }
        self._namespace = str(self._root.get("targetNamespace"))
        self._choice = choice
        self._left_out = left_out
        self._numbers = count(1)

    def document(self) -> etree._Element:
        """Write it."""
        root = etree.Element(f"{{{self._namespace}}}Document", nsmap={"iso": self._namespace})
        declared = next(one for one in self._root if one.tag == f"{_XS}element")
        self._fill(root, str(declared.get("type")), 1)
        return root

    def _fill(self, element: etree._Element, name: str, depth: int) -> None:
        declared = self._types.get(name)
        if declared is None:
            element.text = self._simple(name.partition(":")[2], name, None)
        elif declared.tag == f"{_XS}simpleType":
            restricted = declared[-1]
            element.text = self._simple(str(restricted.get("base")).partition(":")[2], name, restricted)
        elif (extended := declared.find(f"{_XS}simpleContent/{_XS}extension")) is not None:
            self._fill(element, str(extended.get("base")), depth)
            for attribute in extended.findall(f"{_XS}attribute"):
                element.set(str(attribute.get("name")), "EUR")
        else:
            for child in self._children(declared[-1], depth):
                inner = etree.SubElement(element, f"{{{self._namespace}}}{child.get('name')}")
                self._fill(inner, str(child.get("type")), depth + 1)

    def _children(self, group: etree._Element, depth: int) -> Iterator[etree._Element]:
        if group.tag == f"{_XS}choice":
            alternatives = list(group)
            group = [alternatives[self._choice % len(alternatives)]]  # type: ignore[assignment]
        for one in group:
            if one.tag in {f"{_XS}sequence", f"{_XS}choice"}:
                yield from self._children(one, depth)
            elif one.tag == f"{_XS}element":
                optional = one.get("minOccurs") == "0"
                if not optional or (depth < _DEEPEST and one.get("name") not in self._left_out):
                    yield one

    def _simple(self, base: str, name: str, restricted: etree._Element | None) -> str:
        if base in _BUILT_IN:
            return _BUILT_IN[base]
        number = next(self._numbers)
        if base == "decimal":
            digits = restricted.find(f"{_XS}fractionDigits") if restricted is not None else None
            return (
                f"{number}.{number % 90 + 10}" if digits is None or int(str(digits.get("value"))) > 1 else str(number)
            )
        listed = restricted.find(f"{_XS}enumeration") if restricted is not None else None
        if listed is not None:
            return str(listed.get("value"))
        for part, text in _BY_TYPE:
            if part in name:
                return text
        pattern = restricted.find(f"{_XS}pattern") if restricted is not None else None
        if pattern is not None and (run := _RUN.fullmatch(str(pattern.get("value")))):
            return str(number % 10) * int(run[1])
        length = restricted.find(f"{_XS}maxLength") if restricted is not None else None
        text = f"t{number}"
        return text if length is None else text[-int(str(length.get("value"))) :]
