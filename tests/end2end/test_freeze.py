"""``countersign freeze``: stops payments without a key, and never says so of a profile that nobody has."""

from __future__ import annotations

from pathlib import Path

import pytest

from countersign import cli
from countersign.adapters.system.paths import HOME_VARIABLE, ProfilePaths
from countersign.adapters.vault.emergency_stop import STOP_FILE
from countersign.adapters.vault.header import HEADER_FILE


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProfilePaths:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.setattr("countersign.bootstrap.harden_process", lambda: ())  # the tests' own process is left as it is
    return ProfilePaths.of("mei")


@pytest.mark.parametrize("header", [b"{}", b"whatever is left of it"])
def test_a_vault_is_stopped_even_where_its_header_is_damaged(
    paths: ProfilePaths, header: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (paths.vault / HEADER_FILE).write_bytes(header)
    for arguments in (["freeze", "--profile", "mei"], ["--profile", "mei", "freeze"]):
        assert cli.main(arguments) == 0
        assert capsys.readouterr().out
        assert (paths.vault / STOP_FILE).exists()
        (paths.vault / STOP_FILE).unlink()


def test_a_slip_in_the_profile_is_not_taken_for_a_stop(paths: ProfilePaths, capsys: pytest.CaptureFixture[str]) -> None:
    (paths.vault / HEADER_FILE).write_bytes(b"{}")
    assert cli.main(["freeze", "--profile", "mie"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err
    assert not list(paths.vault.parent.parent.rglob(STOP_FILE))
