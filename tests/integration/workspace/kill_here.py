"""A program that plays one of a team and is killed at a named place: run by the kill tests, in a process of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

from countersign.adapters.relays.folder import FolderRelay
from countersign.adapters.relays.sealing import HpkeSuite
from countersign.adapters.system.failpoint_trigger import arm_from_environment
from countersign.adapters.vault.cryptography_suite import verify_ed25519
from countersign.application.ports.workspace import WorkspaceVault
from countersign.application.use_cases.exchange_envelopes import Tools
from countersign.domain.secret import SecretText
from countersign.testing.fakes import FakeClock, FakeEntropy
from tests.integration.vault.story import PASSPHRASE, Place
from tests.integration.workspace.team import Person, release
from tests.unit.application.workspace.payments import approve, intend, request


def main() -> None:
    """Unlock, arm, act, and exchange."""
    home, shared, act, now, seed = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), sys.argv[5]
    clock = FakeClock(now)
    place = Place(home, clock, FakeEntropy(seed))
    door = place.door()
    vault = cast("WorkspaceVault", door.unlock(SecretText(PASSPHRASE)))
    tools = Tools(HpkeSuite(), verify_ed25519, clock, FakeEntropy(f"exchange {seed}"))
    person = Person(home.name, place, door, vault, tools)
    relay = FolderRelay(shared, vault.identity.workspace)
    arm_from_environment()
    person.round(relay)
    others = [item.device for item in vault.rules.governance.devices if item.device != person.device]
    acts: dict[str, Callable[[Person], object]] = {
        "request": request,
        "approve": approve,
        "intend": intend,
        "release": lambda person: release(person, others[0]),
        "nothing": lambda _person: None,
    }
    acts[act](person)
    person.round(relay)


if __name__ == "__main__":
    main()
