"""A program that makes one order and is killed at a named place: run by the kill tests, in a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

from countersign.adapters.system.failpoint_trigger import arm_from_environment
from countersign.domain.secret import SecretText
from countersign.testing.fakes import FakeEntropy
from tests.integration.vault.office import opened, read_back
from tests.integration.vault.story import PASSPHRASE, Place, Story


def main() -> None:
    """Unlock, arm, and go through a whole transfer; or make the vault, armed."""
    home, what = Path(sys.argv[1]), sys.argv[2]
    place = Place(home, entropy=FakeEntropy(sys.argv[3]))  # other identifiers than at the last run
    door = place.door()
    if what == "create":
        arm_from_environment()
        place.create(door)
        return
    if what == "wrong":
        arm_from_environment()
        door.unlock(SecretText("wrong"))
        return
    vault = door.unlock(SecretText(PASSPHRASE))
    arm_from_environment()
    if what == "freeze":
        door.freeze()
        door.unfreeze()
        return
    if what == "take":
        opened(vault).take_in(read_back((home / "events").read_text("utf-8")), ("folder", "a" * 64))
        return
    story = Story(vault, place.entropy)
    content = story.approved()
    story.intent(content)
    story.settled(content)


if __name__ == "__main__":
    main()
