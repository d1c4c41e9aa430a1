"""Making, opening and closing a real vault; what is refused, and how."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlcipher3.dbapi2 import ProgrammingError

from countersign.adapters.system.keyring_store import NoStore
from countersign.adapters.vault.anchor import device_secret_name
from countersign.adapters.vault.attempts import Throttle
from countersign.adapters.vault.cryptography_suite import KEY_BYTES, VaultKeys, verify_ed25519
from countersign.adapters.vault.database import Connection
from countersign.adapters.vault.door import FileVaultDoor
from countersign.adapters.vault.emergency_stop import STOP_FILE
from countersign.adapters.vault.header import HEADER_FILE, open_slot, read_header
from countersign.adapters.vault.open_vault import OpenVault
from countersign.adapters.vault.recovery_kit import RecoveryKit
from countersign.application.ports.vault import HistoryQuery, LocalSpace
from countersign.application.use_cases.recover_device import close_with_kit
from countersign.domain.canonical import Json
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain, EventDraft
from countersign.domain.ledger.governance import World, recovery_message
from countersign.domain.ledger.merkle import verify_inclusion
from countersign.domain.secret import SecretText
from countersign.testing.fake_keys import FakeKeys
from tests.integration.vault.story import PASSPHRASE, Place, Story, code_of, go_on


def test_a_new_vault_is_described_without_a_key(place: Place) -> None:
    door = place.door()
    assert (door.summary().exists, door.summary().keyring) == (False, True)  # where it would be kept
    place.create(door)
    summary = place.door().summary()
    assert (summary.exists, summary.name, summary.world) == (True, "Mei Hartmann", World.PRACTICE)
    assert (summary.keyring, summary.kit_proved, summary.frozen) == (True, False, False)
    assert code_of(lambda: place.create(door)) == "vault.exists"
    door.lock()


def test_what_was_written_is_there_after_unlocking(place: Place) -> None:
    door = place.door()
    vault = place.create(door)
    with vault.transaction() as transaction:
        transaction.put(LocalSpace.DRAFT, "d", {"step": 3})
    content = Story(vault, place.entropy).approved()
    door.lock()
    reopened = place.door()
    vault = reopened.unlock(SecretText(PASSPHRASE))
    assert vault.may_sign
    assert vault.local(LocalSpace.DRAFT) == {"d": {"step": 3}}
    assert vault.order(content.order) is not None
    assert [event.kind for event in vault.events(Chain.PRIVATE)] == [kinds.VAULT_UNLOCKED]
    report = reopened.verify(go_on)
    assert (report.faults, report.projections_equal, report.anchor) == ((), True, "agrees")
    reopened.lock()


def test_the_keys_of_a_room_are_named_a_few_at_a_time(place: Place) -> None:
    vault = place.create(place.door())
    with vault.transaction() as transaction:
        for key in ("a.1", "a.2", "a.head", "b.1", "b.head"):
            transaction.put(LocalSpace.BATCH, key, {})
    assert vault.local_keys(LocalSpace.BATCH, "a.") == ("a.1", "a.2", "a.head")
    assert vault.local_keys(LocalSpace.BATCH, after="a.\U0010ffff", most=1) == ("b.1",)
    assert vault.local_keys(LocalSpace.BATCH, "a.", after="a.1", most=1) == ("a.2",)
    assert vault.local_keys(LocalSpace.BATCH, after="b.head") == ()


def test_a_passphrase_counts_however_it_was_typed(place: Place) -> None:
    door = place.door()
    place.create(door)
    door.lock()
    fullwidth = "".join(chr(ord(char) + 0xFEE0) if char != " " else "\u3000" for char in PASSPHRASE)
    assert door.unlock(SecretText(fullwidth)).may_sign
    door.lock()


def test_a_wrong_passphrase_and_a_wrong_device_secret_fail_alike(place: Place) -> None:
    door = place.door()
    vault = place.create(door).identity.vault
    door.lock()
    with pytest.raises(UserFacingError) as wrong_passphrase:
        door.unlock(SecretText("wrong"))
    place.keyring.write(device_secret_name(vault), "00" * 16)
    with pytest.raises(UserFacingError) as wrong_secret:
        place.door().unlock(SecretText(PASSPHRASE))
    assert wrong_passphrase.value.code == wrong_secret.value.code == "vault.passphrase_wrong"
    assert set(wrong_passphrase.value.params) == set(wrong_secret.value.params) == {"attempts", "wait_ms"}
    place.keyring.remove(device_secret_name(vault))
    assert code_of(lambda: place.door().unlock(SecretText(PASSPHRASE))) == "vault.device_secret_missing"
    assert code_of(lambda: place.door(NoStore()).unlock(SecretText(PASSPHRASE))) == "vault.device_secret_missing"


def test_a_vault_without_keyring_says_so_and_opens(place: Place) -> None:
    door = place.door(NoStore())
    assert not door.summary().keyring
    place.create(door)
    assert not door.summary().keyring
    assert door.verify(go_on).anchor == "none"
    door.lock()
    assert place.door(NoStore()).unlock(SecretText(PASSPHRASE)).may_sign


def test_a_real_workspace_is_never_kept_with_a_keyring_in_clear(place: Place) -> None:
    assert code_of(lambda: place.create(place.door(), World.REAL)) == "vault.keyring_in_clear"
    door = place.door(NoStore())
    assert place.create(door, World.REAL).identity.world is World.REAL
    door.lock()
    assert code_of(lambda: place.door().unlock(SecretText(PASSPHRASE))) == "vault.keyring_in_clear"
    assert code_of(lambda: place.door().unlock_with_kit(place.kit)) == "vault.keyring_in_clear"
    assert door.unlock(SecretText(PASSPHRASE)).may_sign
    door.lock()


def test_failures_are_recorded_at_the_next_success(place: Place) -> None:
    door = place.door()
    place.create(door)
    door.lock()
    for _ in range(2):
        assert code_of(lambda: place.door().unlock(SecretText("no"))) == "vault.passphrase_wrong"
    assert place.door().summary().failed_attempts == 2
    vault = door.unlock(SecretText(PASSPHRASE))
    private = vault.events(Chain.PRIVATE)
    assert [(event.kind, event.says()) for event in private] == [
        (kinds.UNLOCK_FAILED, {"count": 2}),
        (kinds.VAULT_UNLOCKED, {}),
    ]
    assert private[0].header.seen, "the private chain names the shared head that it knew of"
    door.lock()
    door.unlock(SecretText(PASSPHRASE))
    door.lock()
    assert door.summary().failed_attempts == 0


def test_the_kit_opens_the_data_and_never_signs(place: Place) -> None:
    door = place.door()
    created = place.create(door)
    content = Story(created, place.entropy).approved()
    door.lock()
    # The kit needs no keyring: it is for the day on which the computer is gone.
    door = place.door(NoStore())
    vault = door.unlock_with_kit(tuple(f" {word.upper()} " for word in place.kit))
    assert not vault.may_sign
    assert vault.order(content.order) is not None
    assert vault.identity == created.identity
    assert code_of(lambda: vault.transaction().__enter__()) == "vault.read_only"
    assert code_of(lambda: vault.signed_head(Chain.SHARED)) == "vault.read_only"
    assert door.verify(go_on).projections_equal
    door.lock()
    other = place.door().new_kit()
    assert code_of(lambda: place.door().unlock_with_kit(other)) == "vault.kit_wrong"
    assert code_of(lambda: place.door().unlock_with_kit(("zoo",) * 12)) == "vault.kit_wrong"


def test_the_kit_signs_for_its_members_devices(place: Place) -> None:
    door = place.door()
    vault = place.create(door)
    assert isinstance(vault, OpenVault)
    other = FakeKeys("another device").device(vault.identity.member)
    signature = door.kit_signature(place.kit, recovery_message(vault.identity.workspace, other))
    body: dict[str, Json] = {"device": other.canonical(), "recovery_signature": signature.hex()}
    with vault.transaction() as change:
        change.append(EventDraft(kinds.DEVICE_ADDED, vault.identity.workspace, body))
    assert vault.rules.governance.device(other.device) == other
    words = tuple(f"{word.upper()} " for word in place.kit)
    close_with_kit(vault, verify_ed25519, door.kit_signature, words, other.device)
    found = vault.rules.governance.device(other.device)
    assert found is not None
    assert found.closed
    assert code_of(lambda: door.kit_signature(("zoo",) * 12, b"")) == "vault.kit_wrong"
    door.lock()
    assert code_of(lambda: door.kit_signature(place.kit, b"")) == "vault.locked"


def test_the_recovery_slot_never_holds_the_signing_key(place: Place) -> None:
    door = place.door()
    place.create(door)
    door.lock()
    header = read_header(place.folder)
    assert header is not None
    kit = RecoveryKit.read(place.kit)
    keys = open_slot(header, header.recovery, kit.slot_key(header.recovery.salt))
    assert keys is not None
    assert (len(keys.database), len(keys.header), len(keys.signing), len(keys.exchange)) == (32, 32, 0, 0)


def test_no_key_is_ever_in_a_file(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    canaries: list[bytes] = []
    new = VaultKeys.new.__func__  # type: ignore[attr-defined]

    def watched(cls: type[VaultKeys], entropy: object) -> VaultKeys:
        keys: VaultKeys = new(cls, entropy)
        canaries.extend(bytes(key) for key in (keys.database, keys.header, keys.signing, keys.exchange))
        return keys

    monkeypatch.setattr(VaultKeys, "new", classmethod(watched))
    door = place.door()
    vault = place.create(door)
    canaries += [RecoveryKit.read(place.kit).entropy, PASSPHRASE.encode(), " ".join(place.kit).encode()]
    Story(vault, place.entropy).approved()
    files = [file for file in place.home.rglob("*") if file.is_file()]
    contents = {file: file.read_bytes() for file in files}
    door.lock()
    contents |= {Path(f"{file} locked"): file.read_bytes() for file in files if file.exists()}
    assert len(canaries) == 7
    assert all(len(canary) >= KEY_BYTES // 2 for canary in canaries)
    for file, content in contents.items():
        for canary in canaries:
            assert canary not in content, file
            assert canary.hex().encode() not in content.lower(), file
    plain = b"Hartwell"
    assert not any(plain in content for content in contents.values())


def test_the_keys_are_wiped_on_locking(place: Place) -> None:
    door = place.door()
    place.create(door)
    session = door._session  # noqa: SLF001 - to look at the keys
    assert session is not None
    keys = session._keys  # noqa: SLF001
    assert any(keys.database)
    door.lock()
    assert not any(keys.database + keys.header + keys.signing + keys.exchange)
    assert "redacted" in repr(keys)


def test_a_disk_that_fails_keeps_neither_keys_nor_lock(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    door = place.door()
    place.create(door)
    session = door._session  # noqa: SLF001 - to look at the keys
    assert session is not None
    keys, connection = session._keys, session._connection  # noqa: SLF001

    def fail() -> None:
        raise OSError(5, "input/output error")

    monkeypatch.setattr(session.vault, "close", fail)
    with pytest.raises(OSError, match="input/output"):
        door.lock()
    assert not any(keys.database + keys.header + keys.signing + keys.exchange)
    connection.close()
    other = place.door()
    assert other.unlock(SecretText(PASSPHRASE)).may_sign
    other.lock()


def test_nothing_works_on_a_locked_vault(place: Place) -> None:
    door = place.door()
    vault = place.create(door)
    projections = door.projections()
    door.lock()
    assert code_of(lambda: vault.transaction().__enter__()) == "vault.locked"
    assert code_of(lambda: vault.local(LocalSpace.DRAFT)) == "vault.locked"
    assert code_of(lambda: projections.history(HistoryQuery())) == "vault.locked"
    assert code_of(door.projections) == "vault.locked"
    assert code_of(door.unfreeze) == "vault.locked"
    door.lock()  # again is nothing


def test_one_instance_at_a_time(place: Place) -> None:
    door = place.door()
    place.create(door)
    assert code_of(lambda: place.door().unlock(SecretText(PASSPHRASE))) == "vault.in_use"
    assert code_of(lambda: door.unlock(SecretText(PASSPHRASE))) == "vault.in_use"
    assert door.verify(go_on).faults == (), "a second try does not close the first"
    door.lock()
    other = place.door()
    assert other.unlock(SecretText(PASSPHRASE)).may_sign
    other.lock()


def test_the_emergency_stop_works_locked_and_reaches_the_ledger(place: Place) -> None:
    door = place.door()
    content = Story(place.create(door), place.entropy).approved()
    door.lock()
    other = place.door()
    other.freeze()
    assert other.frozen()
    assert other.summary().frozen
    vault = door.unlock(SecretText(PASSPHRASE))
    assert door.projections().frozen()
    story = Story(vault, place.entropy)
    assert code_of(lambda: story.intent(content)) == "intent.frozen"
    with vault.transaction() as transaction:
        assert transaction.rules.frozen
    door.unfreeze()
    assert not door.frozen()
    story.intent(content)
    other.freeze()  # from the command line, while this one is open
    with vault.transaction() as transaction:
        assert transaction.rules.frozen
    door.lock()
    (place.folder / STOP_FILE).unlink()  # somebody removes the file; the ledger remembers
    door.unlock(SecretText(PASSPHRASE))
    assert door.frozen()
    assert other.frozen(), "the file is back, so that the command line sees it too"
    shared = [event.kind for event in door._session.vault.events(Chain.SHARED)]  # type: ignore[union-attr]  # noqa: SLF001
    assert shared.count(kinds.WORKSPACE_FROZEN) == 2
    assert shared.count(kinds.WORKSPACE_UNFROZEN) == 1
    door.lock()


def test_a_stop_that_is_set_while_another_is_lifted_stands(place: Place) -> None:
    door = place.door()
    vault = place.create(door)
    door.freeze()
    session = door._session  # noqa: SLF001 - to act at the moment between ledger and file
    assert session is not None
    session.vault.committed = lambda _kinds: place.door().freeze()
    door.unfreeze()
    assert door.frozen()
    session.vault.committed = lambda _kinds: None
    with vault.transaction() as transaction:
        assert transaction.rules.frozen
    door.unfreeze()
    assert not door.frozen()
    assert not place.door().frozen()
    door.lock()


def test_an_exception_rolls_everything_back(door: FileVaultDoor, story: Story) -> None:
    vault = story.vault

    def fail() -> None:
        with vault.transaction() as transaction:
            transaction.append(EventDraft(kinds.INCIDENT_RAISED, story.identifier(), {}))
            transaction.put(LocalSpace.DRAFT, "d", {})
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert vault.local(LocalSpace.DRAFT) == {}
    assert len(vault.events(Chain.SHARED)) == 1
    story.approved()
    assert door.verify(go_on).faults == ()


def test_proving_the_kit_shows_while_locked(place: Place) -> None:
    door = place.door()
    vault = place.create(door)
    with vault.transaction() as transaction:
        transaction.append(EventDraft(kinds.RECOVERY_KIT_PROVED, vault.identity.workspace, {}))
    assert door.summary().kit_proved
    door.lock()
    assert door.unlock(SecretText(PASSPHRASE)).may_sign, "the header is authentic with its new content"
    door.lock()


def test_heads_and_proofs_hold(door: FileVaultDoor, story: Story) -> None:
    content = story.approved()
    vault = story.vault
    head = vault.signed_head(Chain.SHARED).head
    for event in vault.events_of(content.order):
        index, path = vault.inclusion_proof(event.id, head.size)
        assert verify_inclusion(bytes.fromhex(event.id), index, head.size, path, bytes.fromhex(head.root))
    assert code_of(lambda: vault.inclusion_proof("00" * 32, head.size)) == "ledger.not_included"
    assert code_of(lambda: vault.inclusion_proof(vault.events_of(content.order)[0].id, 99)) == "ledger.not_included"


def test_a_database_without_a_header_is_set_aside_not_destroyed(place: Place) -> None:
    door = place.door()
    place.create(door)
    door.lock()
    before = (place.folder / "vault.db").read_bytes()
    (place.folder / HEADER_FILE).unlink()
    place.create(door)
    door.lock()
    (left,) = place.folder.glob("vault.db.left-*")
    assert left.read_bytes() == before


@pytest.mark.parametrize("at", [0, 4096 * 3 + 100])
def test_a_damaged_database_is_refused_without_noise(place: Place, at: int, capfd: pytest.CaptureFixture[str]) -> None:
    door = place.door()
    place.create(door)
    door.lock()
    file = place.folder / "vault.db"
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)

    def open_and_verify() -> None:
        door.unlock(SecretText(PASSPHRASE))
        door.verify(go_on)

    assert code_of(open_and_verify) == "vault.damaged"
    door.lock()
    assert capfd.readouterr().err == ""


def test_a_clock_put_back_never_takes_time_back_along_a_chain(place: Place) -> None:
    door = place.door()
    story = Story(place.create(door), place.entropy)
    story.approved()
    place.clock.jump(-10_000_000)
    story.approved("CS2")
    times = [event.header.at for event in story.vault.events(Chain.SHARED)]
    assert times == sorted(times)
    assert door.verify(go_on).faults == ()
    door.lock()


def test_waiting_is_durable_and_a_clock_put_back_does_not_shorten_it(place: Place) -> None:
    door = place.door()
    place.create(door)
    door.lock()
    for _ in range(3):
        assert code_of(lambda: place.door().unlock(SecretText("no"))) == "vault.passphrase_wrong"
    assert code_of(lambda: place.door().unlock(SecretText(PASSPHRASE))) == "vault.wait"
    assert place.door().summary().wait_ms == 1000
    place.clock.jump(-1_000_000)
    fresh = Throttle(place.folder, place.clock)
    assert fresh.wait_ms() == 1000
    place.clock.advance(400)
    assert fresh.wait_ms() == 600
    place.clock.advance(600)
    assert fresh.wait_ms() == 0
    place.clock.jump(2_000_000)
    assert code_of(lambda: place.door().unlock(SecretText("no"))) == "vault.passphrase_wrong"
    assert place.door().summary().wait_ms == 2000
    place.clock.advance(2000)
    assert door.unlock(SecretText(PASSPHRASE)).may_sign
    door.lock()
    assert place.door().summary().wait_ms == 0


def test_a_vault_that_cannot_be_brought_up_to_date_is_closed_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = place.door()
    place.create(door)
    door.lock()
    opened = []

    def fail(connection: Connection) -> None:
        opened.append(connection)
        raise ValueError("upgrade")

    with monkeypatch.context() as patch:
        patch.setattr("countersign.adapters.vault.door.bring_up_to_date", fail)
        with pytest.raises(ValueError, match="upgrade"):
            door.unlock(SecretText(PASSPHRASE))
    with pytest.raises(ProgrammingError, match="closed"):
        opened[0].execute("SELECT 1")
    assert door.unlock(SecretText(PASSPHRASE)).may_sign
    door.lock()
