"""Many entries in one event: put on record together, and as they would be one by one."""

from __future__ import annotations

from itertools import count

from countersign.adapters.vault.door import FileVaultDoor
from countersign.adapters.vault.open_vault import OpenVault
from countersign.adapters.vault.schema import place_of
from countersign.adapters.vault.statement import row_of
from countersign.application.ports.vault import HistoryQuery, TransferRow
from countersign.domain.canonical import Json
from countersign.testing.fakes import DAY_MS, START_MS
from tests.integration.vault.story import Place, Story, entry, go_on

MANY = 70


def some(first: int = 0, **changes: Json) -> list[dict[str, Json]]:
    """Entries of a few days, in no order of time."""
    return [entry(f"e{each}", -each - 1, START_MS - each * 37 % 5 * DAY_MS, **changes) for each in range(first, MANY)]


def shown(door: FileVaultDoor) -> tuple[TransferRow, ...]:
    page = door.projections().history(HistoryQuery(limit=2 * MANY))
    assert not page.more
    return tuple(page.rows)


def same_place() -> tuple[str, str]:
    """Two names whose rows begin alike."""
    seen: dict[int, str] = {}
    for number in count():
        name = f"n{number}"
        place = place_of(START_MS, row_of("resource-1", name))
        if place in seen:
            return seen[place], name
        seen[place] = name
    raise AssertionError


def test_many_at_once_are_shown_as_one_by_one(place: Place) -> None:
    shows = []
    for name, at_once in (("together", MANY), ("one_by_one", 1)):
        own = Place(place.home / name)
        own.home.mkdir()
        door = own.door()
        story = Story(own.create(door), own.entropy)
        for lines in (some(), some(50, counterparty="Another")):
            for start in range(0, len(lines), at_once):
                story.statement(lines[start : start + at_once])
        shows.append(shown(door))
        assert door.verify(go_on).faults == ()
        door.lock()
    assert shows[0] == shows[1]
    assert len(shows[0]) == MANY
    assert {row.counterparty for row in shows[0]} == {"Another", "Atelier Verhoeven B.V."}


def test_of_one_name_twice_in_one_event_the_first_stands(door: FileVaultDoor, story: Story) -> None:
    story.statement([entry("e1", -5, START_MS), entry("e2", -6, START_MS), entry("e1", -7, START_MS - DAY_MS)])
    assert sorted(row.amount.minor for row in shown(door)) == [-6, -5]
    assert door.verify(go_on).faults == ()


def test_rows_that_want_the_same_place_stand_side_by_side(door: FileVaultDoor, story: Story) -> None:
    first, second = same_place()
    story.statement([entry(second, -2, START_MS), entry(first, -1, START_MS)])
    assert len(shown(door)) == 2
    story.statement([entry(first, -3, START_MS)])
    assert {row.amount.minor for row in shown(door)} == {-2, -3}
    assert door.verify(go_on).faults == ()


def test_the_text_indexes_write_one_segment_for_many(story: Story) -> None:
    """Row by row they write as many segments as rows, and all of them have to be merged."""
    vault = story.vault
    assert isinstance(vault, OpenVault)
    story.statement(some()[:64])
    for index in ("p_search", "p_grams"):
        (segments,) = vault._connection.execute(f"SELECT count(DISTINCT segid) FROM {index}_idx").fetchone()  # noqa: S608, SLF001
        assert segments == 1
