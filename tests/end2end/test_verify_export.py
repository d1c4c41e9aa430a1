"""The export of a workspace of real vaults, checked by the real command line."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from countersign import cli
from countersign.adapters.system.export_file import NewExport
from countersign.application.exporting import export_workspace
from countersign.application.flows.script import run_script
from countersign.application.use_cases.approve_order import approve_order
from countersign.application.use_cases.export_workspace import Exported
from countersign.application.use_cases.hand_in_order import hand_in_order
from countersign.application.use_cases.look_at_order import look_at_order
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain
from countersign.testing.fake_team import QUIET
from countersign.testing.fakes import FakeEntropy, InlineTasks
from tests.integration.vault.office import Desk, Office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Three real vaults; Ada asked for a payment, Ben looked at it and approved it."""
    office = Office(tmp_path_factory.mktemp("office"))
    ada, ben, cho = office.of_three()
    payee, version = ada.story.payee()
    content = ada.story.content(payee, version, "CS0001")
    body: dict[str, Json] = {"content": content.canonical(), "digest": content.digest}
    ada.story.add(kinds.ORDER_FROZEN, content.order, body, (version,))
    digits = content.payment.creditor_account[-4:]
    hand_in_order(ada.vault, content.order, content.payment, content.digest, digits, QUIET)
    ben.vault.take_in(ada.shared())
    look_at_order(ben.vault, content.order, content.digest)
    approve_order(ben.vault, content.order, content.payment, content.digest, digits)
    for desk in (ada, cho):
        desk.vault.take_in([*ada.shared(), *ben.shared()])
    yield office
    office.close()


def export_to(desk: Desk, path: Path) -> Exported:
    found: list[Exported | None] = []

    def failed(error: Exception) -> None:
        raise error

    go_on = lambda _done, _total: True  # noqa: E731 - all of it
    script = export_workspace(desk.vault, desk.place.clock, FakeEntropy("x"), partial(NewExport, path), go_on)
    run_script(InlineTasks(), script, found.append, failed)
    assert found[0] is not None
    return found[0]


@pytest.fixture(scope="module")
def export(office: Office, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Exported]:
    path = tmp_path_factory.mktemp("audit") / "workspace.csexport"
    return path, export_to(office.desks["Cho"], path)


def test_the_file_is_its_owners_and_on_record(office: Office, export: tuple[Path, Exported]) -> None:
    path, found = export
    assert path.stat().st_size == found.size
    assert list(path.parent.iterdir()) == [path]
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    event = office.desks["Cho"].vault.events(Chain.PRIVATE)[-1]
    assert event.kind == kinds.WORKSPACE_EXPORTED
    assert event.says()["sha256"] == found.hash


def test_it_is_proven_by_the_command(
    office: Office, export: tuple[Path, Exported], capfd: pytest.CaptureFixture[str]
) -> None:
    path, found = export
    trust = office.genesis.id
    assert cli.main(["verify", str(path), "--json", "--trust", trust]) == 0
    report = json.loads(capfd.readouterr().out)
    assert (report["verdict"], report["exit_code"], report["faults"]) == ("proven", 0, [])
    assert report["workspace"]["fingerprint"] == trust
    assert len(report["workspace"]["phrase"].split()) == 6
    assert report["made"]["name"] == "Cho"
    assert report["events"] == found.events
    assert [item["name"] for item in report["members"]] == ["Mei Hartmann", "Ben", "Cho"]
    (order,) = report["orders"]
    assert order["judged"]
    assert [item["name"] for item in order["quorum"]["approvals"]] == ["Ben"]
    assert [item["name"] for item in order["quorum"]["opened"]] == ["Ben"]
    assert cli.main(["verify", str(path)]) == 2
    said = capfd.readouterr().out
    assert said.startswith("CONSISTENT")
    assert report["workspace"]["phrase"] in said
    assert "Ben" in said
    assert "later records may exist" in said
    assert cli.main(["verify", str(path), "--trust", "00" * 32]) == 1
    assert "REFUTED" in capfd.readouterr().out


def test_a_changed_file_is_refuted(
    export: tuple[Path, Exported], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    content = export[0].read_bytes()
    changed = tmp_path / "changed.csexport"
    for made, code in (
        (content.replace(b"Ben", b"Bem"), 1),
        (content[:-200], 1),
        (content + b"x", 1),
        (b"x" + content, 3),
        (content[:100], 3),
    ):
        changed.write_bytes(made)
        assert cli.main(["verify", str(changed), "--json"]) == code
        assert json.loads(capfd.readouterr().out)["faults"]
    changed.write_bytes(content.replace(b'"v":1}\n', b'"v":2}\n', 1))
    assert cli.main(["verify", str(changed)]) == 3
    assert "no export that this version" in capfd.readouterr().out


def test_one_payers_workspace_is_exported_by_the_same_path(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    office = Office(tmp_path / "alone")
    (tmp_path / "alone").mkdir()
    ada = office.found()
    ada.story.approved("CS0001")
    path = tmp_path / "alone.csexport"
    export_to(ada, path)
    office.close()
    assert cli.main(["verify", str(path), "--json", "--trust", ada.device]) == 0
    report = json.loads(capfd.readouterr().out)
    assert [item["content"]["end_to_end_id"] for item in report["orders"]] == ["CS0001"]
