"""Placing signatures into needs: as many as possible, each into one."""

from __future__ import annotations

from collections.abc import Sequence


def placed(places: Sequence[int], fitting: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    """Return which items fill which need: a maximum matching by augmenting paths (Berge 1957).

    Args:
        places: For each need how many items it takes.
        fitting: For each item the needs that it fits.

    Returns:
        For each need the items that fill it, ascending. One more item fills one need more, or none.
    """
    found: list[list[int]] = [[] for _ in places]

    def place(item: int, tried: set[int]) -> bool:
        for need in fitting[item]:
            if need in tried:
                continue
            tried.add(need)
            if len(found[need]) < places[need]:
                found[need].append(item)
                return True
            for other in found[need]:
                if place(other, tried):  # it goes elsewhere and makes room
                    found[need].remove(other)
                    found[need].append(item)
                    return True
        return False

    for item in range(len(fitting)):
        place(item, set())
    return tuple(tuple(sorted(items)) for items in found)
