"""The page that exports the workspace, without a window: who may, how far it is, what is said of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain, EventDraft
from countersign.domain.ledger.governance import Role
from countersign.presentation.audit_export import AuditPresenter, AuditState
from countersign.testing import fakes
from countersign.testing.fake_sharing import Colleague, Office
from tests.unit.application.workspace.exports import checked
from tests.unit.presentation.recorded import Seen
from tests.unit.presentation.team_desk import WORDS, Desk, TeamDesk, four

AUDIT = Path("/desk/workspace.csexport")


class AuditDesk:
    """The page of the export, without a window."""

    def __init__(self, who: Colleague) -> None:
        self.seen, self.desk = Seen[AuditState](), Desk()
        self.presenter = AuditPresenter(who.world.session, self.seen, WORDS, self.desk)
        self.presenter.start()

    @property
    def now(self) -> AuditState:
        return self.seen.now


def test_it_is_reached_from_the_team() -> None:
    page = TeamDesk(four())
    page.presenter.open_export()
    assert page.went.to == [("export", "")]


def test_an_administrator_saves_it_and_it_holds() -> None:
    mei = four()
    page = AuditDesk(mei)
    assert page.now.blocked == ""
    assert len(page.now.phrase.split()) == 6
    page.presenter.save()
    assert page.now.said == "Saved as workspace.csexport: 1 record."
    assert (page.now.busy, page.now.problem) == ("", "")
    file = mei.sharing.parcels.exports[AUDIT]  # type: ignore[attr-defined]  # the fake one
    assert file.ended == "finished"
    check, _orders = checked(b"".join(file.pieces))
    assert check.faults == ()
    assert check.genesis == page.now.fingerprint.replace(" ", "")
    assert [event.kind for event in mei.vault.events(Chain.PRIVATE)] == [kinds.WORKSPACE_EXPORTED]


def test_a_lone_payer_exports_too() -> None:
    assert AuditDesk(Office().begin()).now.blocked == ""


def test_who_only_pays_is_told_whom_to_ask() -> None:
    mei = four()
    state = mei.vault.rules.governance
    ravi = next(item for item in state.members if item.name == "Ravi Singh")
    assert Role.ADMINISTRATOR not in ravi.roles
    device = next(item.device for item in state.devices if item.member == ravi.member)
    mei.vault.identity = replace(mei.vault.identity, device=device)
    page = AuditDesk(mei)
    assert page.now.blocked.startswith("Auditors and administrators export: ask ")
    assert "Anna Weiss" in page.now.blocked
    page.presenter.save()
    assert mei.sharing.parcels.exports == {}  # type: ignore[attr-defined]  # the fake one


def test_a_copy_says_that_it_can_only_be_read() -> None:
    mei = four()
    mei.vault.may_sign = False
    assert AuditDesk(mei).now.blocked == "This copy of the vault can only be read."


def test_a_full_disk_is_said_and_nothing_is_left() -> None:
    mei = four()
    page = AuditDesk(mei)
    page.presenter._write(Path("/desk/full.csexport"))  # noqa: SLF001 - as the dialog would answer
    assert page.now.problem.startswith("There was no room for the export")
    assert page.now.busy == ""
    assert mei.sharing.parcels.exports[Path("/desk/full.csexport")].ended == "discarded"  # type: ignore[attr-defined]
    page.presenter.save()
    assert page.now.problem == ""
    assert page.now.said


def test_how_far_it_is_is_shown_and_it_can_be_stopped() -> None:
    tasks = fakes.ManualTasks()
    mei = Office().begin(tasks=tasks)
    tasks.finish()
    with mei.vault.transaction() as change:
        for _ in range(300):
            change.append(EventDraft(kinds.TEMPLATE_KEPT, "77" * 16, {"text": "note"}))
    page = AuditDesk(mei)
    tasks.finish()
    page.presenter.save()
    seen: set[str] = set()
    while tasks.waiting and "100 of 301 records" not in seen:
        tasks.step()
        seen.add(page.now.busy)
    assert (page.now.done, page.now.total) == (100, 301)
    page.presenter.save()  # once is enough
    page.presenter.cancel()
    assert page.now.busy == "Stopping …"
    tasks.finish()
    assert page.now.said == "Stopped. Nothing is left of the file."
    assert mei.sharing.parcels.exports[AUDIT].ended == "discarded"  # type: ignore[attr-defined]  # the fake one
    assert not mei.vault.events(Chain.PRIVATE)
    page.presenter.save()
    tasks.step()
    page.presenter.close()  # whoever leaves the page stops it, too
    tasks.finish()
    assert mei.sharing.parcels.exports[AUDIT].ended == "discarded"  # type: ignore[attr-defined]  # the fake one
