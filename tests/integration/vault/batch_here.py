"""A program that requests a list of payments and may be killed on the way: run in a process of its own, or here."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TypeVar, cast

from countersign.adapters.banks.files.bank_files import LocalBankFiles
from countersign.adapters.system.failpoint_trigger import arm_from_environment
from countersign.adapters.vault.door import FileVaultDoor
from countersign.application.batch_state import BatchHead
from countersign.application.flows.script import Script
from countersign.application.ports.vault import Vault
from countersign.application.session import Session
from countersign.application.use_cases.check_batch import begin_batch, check_batch, kept_batches
from countersign.application.use_cases.request_batch import request_batch
from countersign.domain.payee import DetailsSource
from countersign.domain.secret import SecretText
from countersign.testing import fakes
from countersign.testing.fake_files import carried_connector
from tests.integration.vault.story import PASSPHRASE, Place

T = TypeVar("T")


def session_of(door: FileVaultDoor, vault: Vault, place: Place) -> Session:
    """Return a session on a real vault, whose work is done at once."""
    return Session(
        vault=vault,
        reader=door.projections(),
        tasks=fakes.InlineTasks(),
        clock=place.clock,
        entropy=place.entropy,
        zone=fakes.ZONE,
        new_request_id=place.entropy.request_id,
        connector=carried_connector(place.clock),
        files=LocalBankFiles(),
        rails=fakes.RAILS,
    )


def run(_session: Session, script: Script[T]) -> T:
    """Run a script to its end, one job after the other: a long list has many."""
    answer: object = None
    while True:
        try:
            job = script.send(answer)
        except StopIteration as end:
            return cast("T", end.value)
        answer = job.work()


def check(session: Session, path: Path) -> BatchHead:
    """Check a list, or go on with the one that was begun."""
    kept = kept_batches(session.vault)
    if kept:
        head = kept[0]
    else:
        columns = session.files.preview(path)
        assert columns is not None
        paying = (fakes.MAIN, "")
        head = run(session, begin_batch(session, path, columns.columns, paying, DetailsSource.CONTRACT))
    return run(session, check_batch(session, head, None, lambda: False))


def main() -> None:
    """Unlock, arm, and check or request the list."""
    place = Place(Path(sys.argv[1]), entropy=fakes.FakeEntropy(sys.argv[3]))
    door = place.door()
    session = session_of(door, door.unlock(SecretText(PASSPHRASE)), place)
    arm_from_environment()
    if sys.argv[2] == "check":
        check(session, place.home / "list.csv")
        return
    run(session, request_batch(session, kept_batches(session.vault)[0].batch))


if __name__ == "__main__":
    main()
