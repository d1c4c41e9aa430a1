"""A vault in a folder of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from countersign.adapters.vault.door import FileVaultDoor
from tests.integration.vault.story import Place, Story


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Give a folder without a vault."""
    return Place(tmp_path)


@pytest.fixture
def door(place: Place) -> Iterator[FileVaultDoor]:
    """Give a door with an open, new vault behind it."""
    made = place.door()
    place.create(made)
    yield made
    made.lock()


@pytest.fixture
def story(door: FileVaultDoor, place: Place) -> Story:
    """Give a story on the open vault."""
    session = door._session  # noqa: SLF001 - the vault that ``create`` returned
    assert session is not None
    return Story(session.vault, place.entropy)
