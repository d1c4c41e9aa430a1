"""What is loaded at the start is not searched for garbage again and again; what is made later is."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from countersign.ui.collector import Collector

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


class Knot:
    """Refers to itself: only a search frees it."""

    def __init__(self) -> None:
        self.own = self


@pytest.fixture
def collector(qapp: QApplication) -> Iterator[Collector]:
    assert qapp is not None
    made = Collector()
    yield made
    made.close()


def knots() -> list[weakref.ref[Knot]]:
    """Make more of them than the interpreter leaves unsearched."""
    return [weakref.ref(Knot()) for _number in range(gc.get_threshold()[0] + 200)]


def test_what_is_loaded_until_all_is_settled_is_searched_once(collector: Collector) -> None:
    kept = [Knot() for _number in range(gc.get_threshold()[0] + 200)]
    before = gc.get_freeze_count()
    collector.turn()
    assert gc.get_freeze_count() >= before + len(kept)
    assert gc.get_count()[0] < gc.get_threshold()[0]


def test_garbage_is_freed_while_libraries_are_loaded(collector: Collector) -> None:
    made = knots()
    collector.turn()
    assert not any(knot() for knot in made)


def test_what_is_made_later_is_searched(collector: Collector) -> None:
    collector.settled()
    kept = [Knot() for _number in range(gc.get_threshold()[0] + 200)]
    before = gc.get_freeze_count()
    collector.turn()
    collector.settled()  # a second language: nothing more is left out for that
    assert gc.get_freeze_count() <= before
    seen = [weakref.ref(knot) for knot in kept]
    del kept
    gc.collect()
    assert not any(knot() for knot in seen)
