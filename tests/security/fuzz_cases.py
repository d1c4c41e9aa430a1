"""Makes one case of a door from its number: the same number, the same bytes, for ever."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random  # noqa: TID251 - the same number makes the same case, and no key comes of it
from typing import Final

from tests.security import fuzz_envelopes, fuzz_proofs
from tests.security.fuzz_seeds import XML_DOORS, hostile, naughty, seeds
from tests.security.fuzz_xlsx import hostile_xlsx, xlsx_case

_ELEMENT: Final = re.compile(r"<([A-Za-z0-9]+)[^<>]*>[^<>]*</\1>")
_TEXT: Final = re.compile(r">[^<>]+<")
_TAG: Final = re.compile(r"</?([A-Za-z0-9]+)")
_ATTRIBUTE: Final = re.compile(r'="[^"]*"')
_ENCODINGS: Final = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "iso-8859-1", "iso-8859-15", "utf-7", "utf-32")
_HOSTILE_EVERY: Final = 20
_MOST_TEXT: Final = 70_000
_LONGEST: Final = 1_000_000
_SWIFT: Final = ("?20", "EREF+", "SVWZ+", "/EREF/", "/CNTP/", "//", ":61:", "\r", ",", "{4:", "-}", ":86:", "?", "+")


@dataclass(frozen=True, slots=True)
class Case:
    """What is fed to a door.

    Attributes:
        refused: Whether it must be refused, whatever else is in it.
    """

    door: str
    number: int
    data: bytes
    refused: bool = False


def case(door: str, number: int) -> Case:
    """Return a case of a door."""
    chance = Random(f"{door}:{number}")
    seed = chance.choice(seeds()[door])
    if door in XML_DOORS:
        text = seed.decode("utf-8", "replace")
        if number % _HOSTILE_EVERY == 0:
            return Case(door, number, _with_dtd(chance, text), refused=True)
        for _ in range(chance.randint(1, 4)):
            text = chance.choice(_XML)(chance, text)
        data = _encoded(chance, text) if chance.random() < 0.1 else text.encode("utf-8", "surrogatepass")
    elif door == "xlsx":
        if number % _HOSTILE_EVERY == 0:
            return Case(door, number, hostile_xlsx(chance, seed), refused=True)
        data = xlsx_case(chance, seed)
    elif door in fuzz_envelopes.DOORS:
        change = fuzz_envelopes.envelope_case if door == "envelope" else fuzz_envelopes.qr_case
        data = change(chance, seed)
    elif door in fuzz_proofs.DOORS:
        data = fuzz_proofs.proof_case(door, chance, seed)
    else:
        text = seed.decode("utf-8", "replace")
        for _ in range(chance.randint(1, 6)):
            text = chance.choice(_LINES)(chance, text)[:_LONGEST]
        data = text.encode("utf-8", "surrogatepass")
    if chance.random() < 0.3:
        data = _bytes(chance, data)
    return Case(door, number, data)


def _with_dtd(chance: Random, text: str) -> bytes:
    """Put a declaration before the root element, use its entity, and hide it in an encoding."""
    body = text[text.find("<Document") :]
    place = chance.choice([found.end() - 1 for found in _TEXT.finditer(body)] or [len(body)])
    body = body[:place] + chance.choice(["", "&x;", "&x;&x;"]) + body[place:]
    before = chance.choice(["", "<!-- -->", "<?pi x?>\n", "\n \n"])
    encoding = chance.choice(_ENCODINGS[:5])
    declared = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig").removesuffix("-be")}"?>'
    whole = declared + before + chance.choice(hostile()) + body
    return whole.encode(encoding, "replace")


def _encoded(chance: Random, text: str) -> bytes:
    encoding = chance.choice(_ENCODINGS)
    declared = re.sub(r'encoding="[^"]*"', f'encoding="{chance.choice(_ENCODINGS)}"', text, count=1)
    return declared.encode(encoding, "replace")


def _bytes(chance: Random, data: bytes) -> bytes:
    """Change, cut, double or insert bytes."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(changed) + 1)
        length = chance.choice([1, 1, 2, 16, 300])
        action = chance.randrange(5)
        if action == 0 and at < len(changed):
            changed[at] ^= 1 << chance.randrange(8)
        elif action == 1:
            del changed[at : at + length]
        elif action == 2:
            changed[at:at] = changed[at : at + length]
        elif action == 3:
            changed[at:at] = bytes(chance.randrange(256) for _ in range(min(length, 16)))
        elif chance.random() < 0.2:
            del changed[at:]
    return bytes(changed)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _place(chance: Random, pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    start = chance.randrange(len(text) + 1)
    return pattern.search(text, start) or pattern.search(text)


def _drop(chance: Random, text: str) -> str:
    found = _place(chance, _ELEMENT, text)
    return text[: found.start()] + text[found.end() :] if found else text


def _repeat(chance: Random, text: str) -> str:
    found = _place(chance, _ELEMENT, text)
    return text[: found.end()] + found[0] * chance.choice([1, 2, 50, 1_000]) + text[found.end() :] if found else text


def _put(chance: Random, text: str) -> str:
    found = _place(chance, _TEXT, text)
    if found is None:
        return text
    said = chance.choice(naughty())
    said = _escaped(said) if chance.random() < 0.9 else said
    return text[: found.start() + 1] + said + text[found.end() - 1 :]


def _stretch(chance: Random, text: str) -> str:
    found = _place(chance, _TEXT, text)
    long = chance.choice(["x", "9", " ", "\n", "é", "<!-- -->", "<![CDATA[x]]>", "&#65;"])
    length = chance.choice([100, 5_000, _MOST_TEXT])
    return text[: found.start() + 1] + long * (length // len(long)) + text[found.end() - 1 :] if found else text


def _attribute(chance: Random, text: str) -> str:
    found = _place(chance, _ATTRIBUTE, text)
    said = chance.choice([*naughty(), "XXX", "eur", "JPY", "KWD", "XAU", "€"]).replace('"', "")
    return f'{text[: found.start()]}="{_escaped(said)}"{text[found.end() :]}' if found else text


def _rename(chance: Random, text: str) -> str:
    found, other = _place(chance, _TAG, text), _place(chance, _TAG, text)
    return re.sub(rf"(</?){found[1]}\b", rf"\g<1>{other[1]}", text) if found and other else text


def _nest(chance: Random, text: str) -> str:
    found = _place(chance, _ELEMENT, text)
    depth = chance.choice([3, 60, 70, 300])
    return f"{text[: found.start()]}{'<N>' * depth}{found[0]}{'</N>' * depth}{text[found.end() :]}" if found else text


def _version(chance: Random, text: str) -> str:
    other = chance.choice(["pain.002.001.0", "camt.053.001.0", "camt.052.001.1", "camt.029.001.1", "pain.001.001.0"])
    return re.sub(r"(pain|camt)\.\d{3}\.\d{3}\.\d", other, text, count=1)


def _line_dropped(chance: Random, text: str) -> str:
    lines = text.split("\n")
    del lines[chance.randrange(len(lines))]
    return "\n".join(lines)


def _line_repeated(chance: Random, text: str) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    lines[at:at] = [chance.choice(lines)] * chance.choice([1, 3, 200])
    return "\n".join(lines)


def _said(chance: Random, text: str) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(naughty()) + text[at + chance.choice([0, 0, 3, 12]) :]


def _piled(chance: Random, text: str) -> str:
    at = chance.randrange(len(text) + 1)
    piece = chance.choice([*_SWIFT, '"', ";", "=", "@", "\uff21", "é", " ", "9", "DE89 "])
    return text[:at] + piece * chance.choice([2, 30, 700, 20_000]) + text[at:]


def _digits(chance: Random, text: str) -> str:
    found = _place(chance, re.compile(r"[0-9]+"), text)
    other = chance.choice(["", "0", "99", "9" * 40, "\u0663", "\uff11", "\u00b2", "-5", "3102", "000229"])
    return text[: found.start()] + other + text[found.end() :] if found else text


def _cut(chance: Random, text: str) -> str:
    return text[: chance.randrange(len(text) + 1)]


_XML: Final = (_drop, _repeat, _put, _put, _stretch, _attribute, _rename, _nest, _version)
_LINES: Final = (_line_dropped, _line_repeated, _said, _said, _piled, _digits, _digits, _cut)
