"""Canonical bytes: RFC 8785 (JSON Canonicalization Scheme), narrowed until one fast serialiser gives the same bytes.

Allowed are objects with ASCII keys, strings, integers of magnitude below 2^53, booleans and lists. Floats and null are
not. Within these limits ``orjson`` with sorted keys agrees with RFC 8785 byte for byte; a property test holds it to
that. Source: RFC 8785 §3.2; LEDGER rule 3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias, Union, cast

import orjson

from countersign.domain.errors import SecurityError

Json: TypeAlias = Union[bool, int, str, "Sequence[Json]", "Mapping[str, Json]"]
JsonObject: TypeAlias = Mapping[str, Json]

INTEGER_LIMIT = 2**53
DEPTH_LIMIT = 64  # far below where any reader's own recursion ends


class NotCanonicalError(SecurityError):
    """A value or some bytes lie outside the canonical form."""


def canonical_bytes(value: JsonObject) -> bytes:
    """Return the canonical bytes of ``value``.

    Raises:
        NotCanonicalError: ``value`` is not an object, or holds a float, a null, a large integer, a key that is not
            ASCII, a lone surrogate, or more than 64 levels.
    """
    if not isinstance(value, dict):
        raise NotCanonicalError("canonical.not_object")
    if not _is_plain(value):
        _check(value, "$", DEPTH_LIMIT)  # says what is wrong, and where
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def parse_canonical(data: bytes) -> dict[str, Json]:
    """Read canonical bytes back.

    Raises:
        NotCanonicalError: ``data`` is not JSON, not an object, or not byte for byte what ``canonical_bytes`` makes.
    """
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise NotCanonicalError("canonical.not_json") from error
    if not isinstance(value, dict):
        raise NotCanonicalError("canonical.not_object")
    if canonical_bytes(value) != data:  # also refuses a key given twice
        raise NotCanonicalError("canonical.other_bytes")
    return cast("dict[str, Json]", value)


def _is_plain(value: object) -> bool:
    """Tell quickly whether all of a value is canonical, level by level; where this can't tell, ``_check`` does."""
    level: list[object] = [value]
    for _ in range(DEPTH_LIMIT):
        below = _below(level)
        if not below:
            return below is not None
        level = below
    return False


def _below(level: list[object]) -> list[object] | None:
    """Return what one level of a value holds; None where some of it may not be canonical."""
    below: list[object] = []
    for item in level:
        if type(item) is str:
            fine = item.isascii() or _has_bytes(item)
        elif type(item) is int:
            fine = -INTEGER_LIMIT < item < INTEGER_LIMIT
        elif type(item) is dict:
            fine = all(map(_is_key, item))
            below += item.values()
        elif type(item) is list or type(item) is tuple:
            fine = True
            below += item
        else:
            fine = type(item) is bool
        if not fine:
            return None
    return below


def _is_key(key: object) -> bool:
    return type(key) is str and key.isascii()


def _has_bytes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check(value: object, path: str, depth: int) -> None:
    if depth == 0:
        raise NotCanonicalError("canonical.too_deep")
    if isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, int):  # bool is an int, and its magnitude is fine
        if not -INTEGER_LIMIT < value < INTEGER_LIMIT:
            raise NotCanonicalError("canonical.integer_too_large", path=path)
    elif isinstance(value, dict):
        for key, item in value.items():
            if type(key) is not str or not key.isascii():
                raise NotCanonicalError("canonical.key", path=path)
            _check(item, f"{path}.{key}", depth - 1)
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value):
            _check(item, f"{path}[{place}]", depth - 1)
    else:
        raise NotCanonicalError("canonical.type", path=path, type=type(value).__name__)


def _check_text(value: str, path: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise NotCanonicalError("canonical.lone_surrogate", path=path) from error


class Fields:
    """Read a canonical object strictly: every field once, of its type, and none left over."""

    def __init__(self, value: Json, what: str) -> None:
        if not isinstance(value, Mapping):
            raise NotCanonicalError("canonical.not_object", what=what)
        self._left = dict(value)
        self._what = what

    def _take(self, name: str, kind: type) -> object:
        if name not in self._left:
            raise NotCanonicalError("canonical.field_missing", what=self._what, field=name)
        value = self._left.pop(name)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise NotCanonicalError("canonical.field_type", what=self._what, field=name)
        return value

    def text(self, name: str) -> str:
        """Take a string."""
        return cast("str", self._take(name, str))

    def text_or_empty(self, name: str) -> str:
        """Take a string that a later version added: empty where it is not there."""
        return self.text(name) if name in self._left else ""

    def has(self, name: str) -> bool:
        """Tell whether a field that a later version added is there, and not taken yet."""
        return name in self._left

    def integer(self, name: str) -> int:
        """Take an integer that is not a boolean."""
        return cast("int", self._take(name, int))

    def flag(self, name: str) -> bool:
        """Take a boolean."""
        return cast("bool", self._take(name, bool))

    def mapping(self, name: str) -> JsonObject:
        """Take an object."""
        return cast("JsonObject", self._take(name, dict))

    def items(self, name: str) -> Sequence[Json]:
        """Take a list."""
        return cast("Sequence[Json]", self._take(name, list))

    def texts(self, name: str) -> tuple[str, ...]:
        """Take a list of strings."""
        found = self.items(name)
        if not all(isinstance(item, str) for item in found):
            raise NotCanonicalError("canonical.field_type", what=self._what, field=name)
        return tuple(cast("Sequence[str]", found))

    def end(self) -> None:
        """Refuse whatever was not taken: an unknown field may mean something to somebody else."""
        if self._left:
            raise NotCanonicalError("canonical.field_unknown", what=self._what, field=min(self._left))
