"""Documents of drafts in the real vault: they survive a kill and go with the draft; an order's copies stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from countersign.adapters.vault.database import Connection
from countersign.adapters.vault.door import FileVaultDoor
from countersign.application.flows.transfer import TransferDraft
from countersign.application.use_cases.attach_documents import erase_document, keep_document, without_document
from countersign.application.use_cases.save_draft import drop_draft, saved_drafts
from countersign.domain.documents import attachment_of
from countersign.domain.secret import SecretText
from tests.integration.vault.story import PASSPHRASE, Place, Story, code_of, go_on

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 900 + b"\n%%EOF\n"
DRAFT = "ab" * 16
CONTRACT = attachment_of("contract.pdf", PDF)
SEEN = b"not to be found in any file of the vault" * 3
NOTE = attachment_of("note.txt", SEEN)


def writing(door: FileVaultDoor) -> Connection:
    session = door._session  # noqa: SLF001 - to look where no port leads
    assert session is not None
    return session._connection  # noqa: SLF001 - as above


def rows(door: FileVaultDoor) -> list[tuple[str, str, int]]:
    asked = "SELECT draft, sha256, length(content) FROM draft_documents ORDER BY draft, sha256"
    return writing(door).execute(asked).fetchall()


def drafted(*documents: object) -> TransferDraft:
    return replace(TransferDraft(DRAFT), documents=tuple(documents))  # type: ignore[arg-type]  # tests name them


def test_they_are_kept_with_the_draft_and_go_with_it(door: FileVaultDoor, story: Story) -> None:
    draft = drafted(CONTRACT, NOTE)
    keep_document(story.vault, drafted(CONTRACT), PDF)
    keep_document(story.vault, draft, SEEN)
    keep_document(story.vault, draft, SEEN)
    assert rows(door) == sorted([(DRAFT, CONTRACT.sha256, len(PDF)), (DRAFT, NOTE.sha256, len(SEEN))])
    erase_document(story.vault, without_document(draft, NOTE.sha256), NOTE.sha256)
    assert rows(door) == [(DRAFT, CONTRACT.sha256, len(PDF))]
    (found,) = saved_drafts(story.vault)
    assert found.documents == (CONTRACT,)
    drop_draft(story.vault, DRAFT)
    assert rows(door) == []
    assert story.vault.blob(CONTRACT.sha256) is None


def test_what_an_order_names_stays(door: FileVaultDoor, story: Story) -> None:
    keep_document(story.vault, drafted(CONTRACT), PDF)
    with story.vault.transaction() as change:
        assert change.documents_here((CONTRACT.sha256,)) == frozenset()
        assert change.hand_on_document(DRAFT, CONTRACT.sha256)
        assert not change.hand_on_document(DRAFT, NOTE.sha256)
        assert change.documents_here((CONTRACT.sha256, NOTE.sha256)) == {CONTRACT.sha256}
    drop_draft(story.vault, DRAFT)
    assert rows(door) == []
    assert story.vault.blob(CONTRACT.sha256) == PDF
    assert door.projections().documents_here((NOTE.sha256, CONTRACT.sha256)) == {CONTRACT.sha256}
    assert door.projections().documents_here(()) == frozenset()
    with story.vault.transaction() as change:
        assert change.take_up_document("cd" * 16, CONTRACT.sha256)
        assert not change.take_up_document("cd" * 16, NOTE.sha256)
    assert rows(door) == [("cd" * 16, CONTRACT.sha256, len(PDF))]
    assert door.verify(go_on).faults == ()


def test_nothing_of_them_is_readable_on_disk(door: FileVaultDoor, story: Story, place: Place) -> None:
    keep_document(story.vault, drafted(NOTE), SEEN)
    door.lock()
    for path in place.folder.iterdir():
        if path.is_file():
            assert SEEN[:20] not in path.read_bytes()


def test_a_full_disk_is_told_before_anything_is_kept(door: FileVaultDoor, story: Story) -> None:
    session = door._session  # noqa: SLF001 - as above
    assert session is not None
    session.vault._scarce = lambda: True  # type: ignore[method-assign]  # noqa: SLF001 - a disk that is nearly full
    assert code_of(lambda: keep_document(story.vault, drafted(CONTRACT), PDF)) == "vault.disk_full"
    assert rows(door) == []
    assert saved_drafts(story.vault) == []


def test_a_vault_from_before_gets_the_table_and_nothing_is_folded_anew(place: Place) -> None:
    door = place.door()
    vault = place.create(door)
    Story(vault, place.entropy).approved()
    connection = writing(door)
    connection.execute("DROP TABLE draft_documents")
    connection.execute("UPDATE p_orders SET state = 'told apart'")  # folding anew would mend it
    door.lock()
    door = place.door()
    vault = door.unlock(SecretText(PASSPHRASE))
    keep_document(vault, drafted(CONTRACT), PDF)
    assert rows(door) == [(DRAFT, CONTRACT.sha256, len(PDF))]
    assert writing(door).execute("SELECT DISTINCT state FROM p_orders").fetchall() == [("told apart",)]
    door.lock()


def attach_and_be_killed() -> None:
    """Run in a process of its own: attach, then die without any farewell."""
    place = Place(Path(sys.argv[1]))
    vault = place.door().unlock(SecretText(PASSPHRASE))
    keep_document(vault, drafted(CONTRACT), PDF)
    os.kill(os.getpid(), signal.SIGKILL)


def test_they_survive_a_kill(place: Place, project_root: Path) -> None:
    door = place.door()
    place.create(door)
    door.lock()
    command = [sys.executable, "-m", "tests.integration.vault.test_drafted_documents", str(place.home)]
    environment = {**os.environ, "PYTHONPATH": str(project_root)}
    result = subprocess.run(command, env=environment, cwd=project_root, capture_output=True, check=False, timeout=60)
    assert result.returncode == -signal.SIGKILL, result.stderr.decode()
    door = place.door()
    vault = door.unlock(SecretText(PASSPHRASE))
    (found,) = saved_drafts(vault)
    assert found.documents == (CONTRACT,)
    with vault.transaction() as change:
        assert change.hand_on_document(DRAFT, CONTRACT.sha256)
    assert vault.blob(CONTRACT.sha256) == PDF
    door.lock()


if __name__ == "__main__":
    attach_and_be_killed()
