"""Opening the unlocked session on a real vault: a connection that can't be read takes nothing else with it."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from countersign.adapters.system.keyring_store import FolderStore
from countersign.adapters.vault.cryptography_suite import FLOOR
from countersign.application.flows.script import run_script
from countersign.application.ports.bank import Reach
from countersign.application.ports.vault import LocalSpace
from countersign.application.ports.vault_door import NewVault
from countersign.application.sharing import Sharing
from countersign.application.use_cases.add_account import NewAccount, add_account
from countersign.bootstrap import lay_ground, session_opener
from countersign.domain.canonical import Json
from countersign.domain.ledger.governance import World
from countersign.domain.payment import AccountScheme
from countersign.domain.secret import SecretText
from countersign.presentation.shell import Opened
from countersign.testing.fakes import FakeEntropy, InlineTasks
from tests.integration.vault.story import PASSPHRASE


class ProtectedStore(FolderStore):
    """A stand-in for a keyring that protects what it holds."""

    protected = True


def own(number: str, member: str) -> NewAccount:
    return NewAccount(number, AccountScheme.BBAN, "", member, "Own", "GBP", Reach.MANUAL, "Own bank", {})


@pytest.mark.parametrize("broken", [{"reach": "pigeon"}, {"key": "no hex"}, {"key": 5}, {"name": ""}, {}])
def test_a_connection_that_cannot_be_read_is_left_out(tmp_path: Path, broken: dict[str, Json]) -> None:
    ground = lay_ground("test", tmp_path / "home", ProtectedStore(tmp_path / "outside"), FLOOR)
    kit = ground.door.new_kit()
    vault = ground.door.create(NewVault("Mei Hartmann", World.REAL, SecretText(PASSPHRASE), kit))
    good, _ = add_account(vault, FakeEntropy(), own("12345678", "GBDSC:200415"))
    bad, settings = add_account(vault, FakeEntropy("other"), own("12345678", "GBDSC:400500"))
    with vault.transaction() as change:
        change.put(LocalSpace.CREDENTIAL, bad, {**settings, **broken} if broken else {"reach": "manual"})
    opened: list[Opened] = []
    failed: list[Exception] = []
    run_script(InlineTasks(), session_opener(ground, InlineTasks(), UTC)(vault), opened.append, failed.append)
    assert failed == []
    session = opened[0].session
    assert session.bank_of_account("12345678", "GBDSC:200415") is session.banks[good]
    unread = session.bank_of_account("12345678", "GBDSC:400500")
    assert (unread is None) is (broken != {"name": ""}), "another name is no reason"
    session.close()
    ground.door.lock()


def test_whatever_is_signed_in_a_session_is_said_to_what_publishes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    monkeypatch.setattr(Sharing, "signed", lambda _sharing: told.append(1))
    ground = lay_ground("test", tmp_path / "home", ProtectedStore(tmp_path / "outside"), FLOOR)
    vault = ground.door.create(NewVault("Mei Hartmann", World.REAL, SecretText(PASSPHRASE), ground.door.new_kit()))
    opened: list[Opened] = []
    failed: list[Exception] = []
    run_script(InlineTasks(), session_opener(ground, InlineTasks(), UTC)(vault), opened.append, failed.append)
    assert (len(opened), failed, told) == (1, [], [])
    with vault.transaction() as change:
        change.put(LocalSpace.CREDENTIAL, "of no concern to others", {})
    assert told == []
    add_account(vault, FakeEntropy(), own("12345678", "GBDSC:200415"))
    assert told == [1]
    opened[0].session.close()
    ground.door.lock()
