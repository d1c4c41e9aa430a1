"""The shipped pack: complete, of its schema, with a source and dates for each entry, and read strictly."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import jsonschema
import orjson
import pytest

from countersign.domain.canonical import NotCanonicalError
from countersign.domain.payment import Arrival, PaymentProduct
from countersign.domain.rails.rail import GetBackAction, RailPack
from tests.unit.domain.rails.pack import FOLDER, PACK, rail


def raw() -> dict[str, Any]:
    return dict(orjson.loads((FOLDER / "rails.json").read_bytes()))


def test_the_pack_follows_its_schema() -> None:
    schema = orjson.loads((FOLDER / "rails.schema.json").read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(raw())


def test_there_is_one_rail_for_each_product() -> None:
    assert sorted(found.product for found in PACK.rails) == sorted(PaymentProduct)


def test_no_number_in_the_pack_is_a_float() -> None:
    def numbers(value: object) -> list[object]:
        if isinstance(value, dict):
            return [found for item in value.values() for found in numbers(item)]
        if isinstance(value, list):
            return [found for item in value for found in numbers(item)]
        return [value]

    assert not [found for found in numbers(raw()) if isinstance(found, float)]


def test_each_entry_is_reviewed_before_it_goes_stale_and_says_so_after() -> None:
    for found in PACK.rails:
        assert found.reviewed < found.stale_after
        assert not found.stale_on(found.stale_after)
        assert found.stale_on(date(2030, 1, 1))


def test_each_rail_says_how_money_comes_back_or_who_is_asked() -> None:
    for found in PACK.rails:
        assert found.get_back, found.product
    chinese = rail(PaymentProduct.CN_DOMESTIC)
    assert [mode.arrival for mode in chinese.arrivals] == [Arrival.REAL_TIME, Arrival.ORDINARY, Arrival.NEXT_DAY]
    wire = {rule.action for rule in rail(PaymentProduct.US_WIRE).get_back}
    assert GetBackAction.UNAUTHORISED not in wire  # Article 4A of the UCC has no such right after acceptance


def test_the_british_refund_has_its_cap_and_excess() -> None:
    for product in (PaymentProduct.UK_FASTER, PaymentProduct.UK_CHAPS):
        found = next(item for item in rail(product).protection if item.code == "uk_reimbursement")
        assert found.cap is not None
        assert found.excess is not None
        assert (found.cap.plain(), found.excess.plain()) == ("85000.00", "100.00")


def test_what_was_not_checked_is_marked() -> None:
    assert rail(PaymentProduct.SEPA).doubts >= {"cut_off"}  # each bank has one of its own
    assert rail(PaymentProduct.SEPA_INSTANT).doubts == {"ceiling"}


def test_an_unknown_product_is_no_rail() -> None:
    with pytest.raises(KeyError):
        RailPack("none", ()).rail(PaymentProduct.SEPA)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("format",), 2),
        (("rails", 0, "product"), "carrier-pigeon"),
        (("rails", 0, "reviewed"), "last week"),
        (("rails", 0, "cut_off", 0, "hour"), 24),
        (("rails", 0, "cut_off", 0, "minute"), 60),
        (("rails", 0, "speed", "count"), 1.5),
        (("rails", 0, "speed", "extra"), 1),
        (("rails", 0, "get_back", 0, "until", "kind"), "someday"),
    ],
)
def test_a_pack_of_another_form_is_refused(path: tuple[str | int, ...], value: object) -> None:
    changed: Any = copy.deepcopy(raw())
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(NotCanonicalError):
        RailPack.read(changed)
