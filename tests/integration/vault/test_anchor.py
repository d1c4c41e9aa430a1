"""The anchor: an older copy is noticed, and nothing follows from an event that isn't anchored."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from countersign.adapters.system.keyring_store import FolderStore, SecretStoreError
from countersign.adapters.vault.anchor import anchor_name
from countersign.adapters.vault.open_vault import OpenVault
from countersign.application.use_cases.record_submission import require_sendable
from countersign.domain.ledger.event import Chain
from countersign.domain.secret import SecretText
from tests.integration.vault.story import PASSPHRASE, Place, Story, code_of, go_on


def test_an_older_copy_opens_and_may_not_sign(place: Place) -> None:
    door = place.door()
    vault = place.create(door)
    door.lock()
    copy = {file.name: file.read_bytes() for file in place.folder.iterdir()}
    vault = door.unlock(SecretText(PASSPHRASE))
    Story(vault, place.entropy).approved()
    door.lock()
    for file in list(place.folder.iterdir()):
        file.unlink()
    for name, content in copy.items():
        (place.folder / name).write_bytes(content)
    vault = door.unlock(SecretText(PASSPHRASE))
    assert not vault.may_sign
    assert code_of(lambda: vault.transaction().__enter__()) == "vault.read_only"
    report = door.verify(go_on)
    assert (report.anchor, report.faults) == ("ahead", ("anchor.ahead",))
    door.lock()


@pytest.mark.parametrize("spoil", ["missing", "other_key", "nonsense"])
def test_an_anchor_that_is_not_ours_leaves_the_vault_read_only(place: Place, spoil: str) -> None:
    door = place.door()
    name = anchor_name(place.create(door).identity.vault)
    door.lock()
    if spoil == "missing":
        place.keyring.remove(name)
    else:
        text = place.keyring.read(name) or ""
        place.keyring.write(name, "{}" if spoil == "nonsense" else text[:-3] + ("0" if text[-3] != "0" else "1") + '"}')
    vault = door.unlock(SecretText(PASSPHRASE))
    assert not vault.may_sign
    assert door.verify(go_on).anchor == "damaged"
    door.lock()


def test_a_vault_ahead_of_its_anchor_goes_on_and_anchors(place: Place) -> None:
    door = place.door()
    vault = place.create(door)
    name = anchor_name(vault.identity.vault)
    early = place.keyring.read(name) or ""
    Story(vault, place.entropy).approved()
    place.keyring.write(name, early)
    assert door.verify(go_on).anchor == "behind"
    door.lock()
    assert door.unlock(SecretText(PASSPHRASE)).may_sign
    assert door.verify(go_on).anchor == "agrees"
    door.lock()


class FailingStore(FolderStore):
    """A keyring that stops keeping what it is given."""

    failing = False

    def write(self, name: str, text: str) -> None:
        """Keep a text, or fail."""
        if self.failing:
            raise SecretStoreError(name)
        super().write(name, text)


def test_without_an_anchor_the_event_stays_and_the_caller_is_told(place: Place) -> None:
    store = FailingStore(place.home / "keyring")
    door = place.door(store)
    vault = place.create(door)
    story = Story(vault, place.entropy)
    content = story.approved()
    store.failing = True
    assert code_of(lambda: story.intent(content)) == "vault.anchor_failed"
    record = vault.order(content.order)
    assert record is not None
    assert record.intent_event, "committed, so that it is never made twice"
    assert code_of(lambda: require_sendable(vault, content.order)) == "vault.anchor_failed", "nothing follows before"
    store.failing = False
    require_sendable(vault, content.order)
    assert door.verify(go_on).anchor == "agrees", "a transaction with no event in it caught the anchor up"
    story.settled(content)
    assert door.verify(go_on).anchor == "agrees"
    door.lock()


@dataclass(frozen=True)
class Said:
    """Something to sign for others."""

    message: bytes = bytes(32)


def test_nothing_is_sealed_for_others_before_the_anchor_knows_of_what_was_signed(place: Place) -> None:
    store = FailingStore(place.home / "keyring")
    door = place.door(store)
    vault = place.create(door)
    assert isinstance(vault, OpenVault)
    story = Story(vault, place.entropy)
    store.failing = True
    assert code_of(story.payee) == "vault.anchor_failed"
    assert code_of(lambda: vault.sign(Said())) == "vault.anchor_failed"
    assert code_of(lambda: vault.signed_head(Chain.SHARED)) == "vault.anchor_failed"
    store.failing = False
    vault.sign(Said())
    assert door.verify(go_on).anchor == "agrees"
    door.lock()


def test_of_two_copies_open_at_once_only_one_sends(place: Place, tmp_path: Path) -> None:
    door = place.door()
    story = Story(place.create(door), place.entropy)
    content = story.approved()
    copy = Place(tmp_path / "copy", place.clock, place.entropy, place.stretch)
    shutil.copytree(place.folder, copy.folder)
    other = copy.door(place.keyring)
    vault = other.unlock(SecretText(PASSPHRASE))
    assert vault.may_sign, "as far as anybody can tell here, the copy is the vault"
    Story(vault, place.entropy).intent(content)
    before = place.keyring.read(anchor_name(vault.identity.vault))
    assert code_of(lambda: story.intent(content)) == "vault.anchor_failed"
    assert code_of(story.payee) == "vault.anchor_failed", "nor may anything follow from what it records next"
    assert place.keyring.read(anchor_name(vault.identity.vault)) == before
    other.lock()
    door.lock()
    assert not door.unlock(SecretText(PASSPHRASE)).may_sign
    door.lock()


class ForgetfulStore(FolderStore):
    """A keyring that keeps what it is given and can't say so."""

    forgetful = False

    def write(self, name: str, text: str) -> None:
        """Keep a text, and fail to read it back."""
        super().write(name, text)
        if self.forgetful:
            raise SecretStoreError(name)


def test_an_anchor_that_was_kept_without_a_word_is_still_ours(place: Place) -> None:
    store = ForgetfulStore(place.home / "keyring")
    door = place.door(store)
    story = Story(place.create(door), place.entropy)
    store.forgetful = True
    assert code_of(story.payee) == "vault.anchor_failed"
    store.forgetful = False
    story.payee()
    assert door.verify(go_on).anchor == "agrees"
    door.lock()
