"""Canonical bytes: RFC 8785 byte for byte, one reading, and a refusal for everything outside (LEDGER rule 3)."""

from __future__ import annotations

from types import MappingProxyType
from typing import cast

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.canonical import (
    DEPTH_LIMIT,
    INTEGER_LIMIT,
    Fields,
    Json,
    JsonObject,
    NotCanonicalError,
    canonical_bytes,
    parse_canonical,
)

texts = st.text(st.characters(exclude_categories=["Cs"]))
keys = st.text(st.characters(max_codepoint=127))
whole = st.integers(-INTEGER_LIMIT + 1, INTEGER_LIMIT - 1)
values = st.recursive(
    texts | whole | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)
objects = st.dictionaries(keys, values, max_size=6)


@given(objects)
def test_rule_03_the_bytes_are_those_of_rfc_8785(value: dict[str, Json]) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


@given(objects)
def test_reading_returns_what_was_written(value: dict[str, Json]) -> None:
    assert parse_canonical(canonical_bytes(value)) == value


@given(st.binary(max_size=60))
def test_arbitrary_bytes_are_read_or_refused_never_worse(data: bytes) -> None:
    try:
        value = parse_canonical(data)
    except NotCanonicalError:
        return
    assert canonical_bytes(value) == data


@given(objects, st.data())
def test_other_spellings_of_the_same_value_are_refused(value: dict[str, Json], data: st.DataObject) -> None:
    spelt = orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    other = data.draw(st.sampled_from([spelt, b" " + canonical_bytes(value), canonical_bytes(value) + b"\n"]))
    if other == canonical_bytes(value):  # the empty object has no place for a line break
        return
    with pytest.raises(NotCanonicalError, match=r"canonical\.other_bytes"):
        parse_canonical(other)


def _nested(levels: int) -> dict[str, Json]:
    value: dict[str, Json] = {}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"a": 1.5}, "canonical.type"),
        ({"a": None}, "canonical.type"),
        ({"a": b"x"}, "canonical.type"),
        ({"a": [{"b": 0.0}]}, "canonical.type"),
        ({"a": 1, "b": {"c": True}, "d": ["e", 2], "f": 1.5}, "canonical.type"),
        ({"a": INTEGER_LIMIT}, "canonical.integer_too_large"),
        ({"a": -INTEGER_LIMIT}, "canonical.integer_too_large"),
        ({"é": 1}, "canonical.key"),
        ({1: 1}, "canonical.key"),
        ({"a": "\ud800"}, "canonical.lone_surrogate"),
        ({"a": MappingProxyType({})}, "canonical.type"),
        (MappingProxyType({}), "canonical.not_object"),
        ([1], "canonical.not_object"),
        (_nested(DEPTH_LIMIT + 1), "canonical.too_deep"),
    ],
)
def test_what_lies_outside_the_form_is_refused(value: object, code: str) -> None:
    with pytest.raises(NotCanonicalError) as refused:
        canonical_bytes(cast("JsonObject", value))
    assert refused.value.code == code
    assert str(refused.value) == code  # parameters may hold account numbers: no log sees them


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "canonical.not_json"),
        (b"{", "canonical.not_json"),
        (b'{"a":NaN}', "canonical.not_json"),
        (b'{"a":"\xff"}', "canonical.not_json"),
        (b'{"a":"\\ud800"}', "canonical.not_json"),
        (b"[]", "canonical.not_object"),
        (b"null", "canonical.not_object"),
        (b'{"a":null}', "canonical.type"),
        (b'{"a":1.0}', "canonical.type"),
        (b'{"a":1e2}', "canonical.type"),
        (b'{"a":18446744073709551616}', "canonical.type"),
        (b'{"a":-0}', "canonical.other_bytes"),
        (b'{"a":1,"a":1}', "canonical.other_bytes"),
        (b'{"b":1,"a":1}', "canonical.other_bytes"),
        (b'{"a":"\\u0041"}', "canonical.other_bytes"),
        (b'{"a":"\\/"}', "canonical.other_bytes"),
        (b'{"a":' * 500 + b"1" + b"}" * 500, "canonical.too_deep"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "canonical.not_json"),
    ],
)
def test_bytes_outside_the_form_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(NotCanonicalError) as refused:
        parse_canonical(data)
    assert refused.value.code == code


def test_the_deepest_allowed_object_is_read_back() -> None:
    deepest = _nested(DEPTH_LIMIT)
    assert parse_canonical(canonical_bytes(deepest)) == deepest


def test_fields_are_taken_once_of_their_type_and_none_is_left_over() -> None:
    fields = Fields({"t": "x", "i": 7, "f": True, "m": {"a": 1}, "l": ["p", "q"], "o": [1]}, "thing")
    assert (fields.text("t"), fields.integer("i"), fields.flag("f")) == ("x", 7, True)
    assert (dict(fields.mapping("m")), fields.texts("l"), list(fields.items("o"))) == ({"a": 1}, ("p", "q"), [1])
    fields.end()
    with pytest.raises(NotCanonicalError, match=r"canonical\.field_missing"):
        fields.text("t")


@pytest.mark.parametrize(
    ("taker", "value"),
    [
        ("text", 1), ("text", ["x"]), ("integer", True), ("integer", "1"), ("flag", 1),
        ("mapping", []), ("mapping", "x"), ("items", {}), ("items", "ab"), ("texts", ["a", 1]), ("texts", "ab"),
    ],
)  # fmt: skip
def test_fields_of_another_type_are_refused(taker: str, value: Json) -> None:
    with pytest.raises(NotCanonicalError) as refused:
        getattr(Fields({"a": value}, "thing"), taker)("a")
    assert (refused.value.code, refused.value.params) == ("canonical.field_type", {"what": "thing", "field": "a"})


def test_fields_refuse_what_is_no_object_and_what_nobody_took() -> None:
    with pytest.raises(NotCanonicalError, match=r"canonical\.not_object"):
        Fields("text", "thing")
    with pytest.raises(NotCanonicalError) as refused:
        Fields({"b": 1, "a": 1}, "thing").end()
    assert (refused.value.code, refused.value.params["field"]) == ("canonical.field_unknown", "a")
