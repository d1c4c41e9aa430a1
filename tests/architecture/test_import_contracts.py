"""The contracts of import-linter hold, and each breaks on a planted import."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.source import ROOT

# contract, file that gets the import, the import, where what it imports is (made if absent)
PLANTED: Final = (
    ("layers", "countersign/domain/planted.py", "import countersign.application", None),
    ("layers", "countersign/application/planted.py", "import countersign.presentation", None),
    ("layers", "countersign/presentation/planted.py", "import countersign.adapters", None),
    ("layers", "countersign/adapters/planted.py", "import countersign.ui", None),
    ("layers", "countersign/ui/planted.py", "import countersign.adapters", None),
    ("layers", "countersign/ui/planted.py", "import countersign.testing", None),
    ("layers", "countersign/cellar.py", "", None),  # a new room without a floor
    ("qt-in-ui-only", "countersign/presentation/planted.py", "from PySide6.QtCore import QObject", None),
    ("qt-in-ui-only", "countersign/adapters/planted.py", "import shiboken6", None),
    ("qt-in-ui-only", "practicebank/planted.py", "import PySide6", None),
    ("command-line-without-qt", "countersign/cli.py", "import PySide6", None),
    ("adapters-without-presenters", "countersign/adapters/planted.py", "import countersign.presentation", None),
    *(
        ("inner-rooms-without-the-world", f"countersign/{room}/planted.py", f"import {foreign}", None)
        for room, foreign in (
            ("domain", "os.path"),
            ("domain", "cryptography.hazmat"),
            ("domain", "socket"),
            ("application", "sqlite3"),
            ("application", "threading"),
            ("application", "httpx"),
            ("application", "asyncio"),
            ("presentation", "ssl"),
            ("presentation", "subprocess"),
            ("presentation", "keyring"),
            ("presentation", "sqlcipher3"),
        )
    ),
    ("inner-rooms-without-the-world", "countersign/application/planted.py", "import httpcore", None),
    ("one-way-out", "countersign/adapters/banks/xs2a/planted.py", "import httpx", None),
    ("one-way-out", "countersign/adapters/practice/planted.py", "from httpcore import ConnectionPool", None),
    ("one-way-out", "countersign/bootstrap.py", "import httpx", None),
    ("one-way-out", "practicebank/planted.py", "import httpx", None),
    ("domain-is-pure", "countersign/domain/planted.py", "import time", None),
    ("domain-is-pure", "countersign/domain/planted.py", "from pathlib import Path", None),
    (
        "banks-independent",
        "countersign/adapters/banks/xs2a/planted.py",
        "import countersign.adapters.banks.files",
        "countersign/adapters/banks/files/__init__.py",
    ),
    (
        "views-independent",
        "countersign/ui/views/planted.py",
        "import countersign.ui.views.other",
        "countersign/ui/views/other.py",
    ),
    ("views-see-presentation-only", "countersign/ui/views/planted.py", "import countersign.domain", None),
    ("views-see-presentation-only", "countersign/ui/widgets/planted.py", "import countersign.application.ports", None),
    ("views-see-presentation-only", "countersign/ui/models/planted.py", "import countersign.domain", None),
    ("bank-knows-no-client", "practicebank/planted.py", "import countersign.domain", None),
    ("client-knows-no-bank", "countersign/testing/planted.py", "import practicebank", None),
    ("client-knows-no-bank", "countersign/adapters/banks/xs2a/planted.py", "import practicebank", None),
)  # fmt: skip


def contract_names() -> list[str]:
    """Name every contract of ``pyproject.toml``."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [contract["id"] for contract in settings["tool"]["importlinter"]["contracts"]]


def lint(place: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the packages in ``place``, which it finds before the installed ones."""
    named = [word for contract in contracts for word in ("--contract", contract)]
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--config", "pyproject.toml", *named],
        cwd=place,
        env=os.environ | {"PYTHONPATH": str(place), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def bare_rooms(place: Path) -> None:
    """Lay out every room, empty: the walls are tested, not the furniture."""
    shutil.copy(ROOT / "pyproject.toml", place)
    for package in (ROOT / "app").rglob("__init__.py"):
        copy = place / package.relative_to(ROOT / "app")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text('"""A room."""\n', encoding="utf-8")
    for module in ("countersign/cli.py", "countersign/bootstrap.py", "countersign/__main__.py"):
        (place / module).write_text('"""A door."""\n', encoding="utf-8")


def test_bare_rooms_keep_every_contract(tmp_path: Path) -> None:
    bare_rooms(tmp_path)
    done = lint(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Contracts: {len(contract_names())} kept, 0 broken." in done.stdout


@pytest.mark.parametrize(("contract", "file", "planted", "neighbour"), PLANTED)
def test_a_planted_import_breaks_its_contract(
    tmp_path: Path, contract: str, file: str, planted: str, neighbour: str | None
) -> None:
    bare_rooms(tmp_path)
    for path, text in ((neighbour, ""), (file, planted)):
        if path:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(f'"""Planted."""\n{text}\n', encoding="utf-8")
    done = lint(tmp_path, contract)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "0 kept, 1 broken" in done.stdout


def test_every_contract_is_planted() -> None:
    assert set(contract_names()) == {contract for contract, *_rest in PLANTED}


def test_the_command_line_may_start_the_practice_bank(tmp_path: Path) -> None:
    bare_rooms(tmp_path)
    (tmp_path / "countersign/cli.py").write_text(
        '"""A door."""\n\n\ndef bank() -> None:\n    import practicebank\n', encoding="utf-8"
    )
    done = lint(tmp_path, "client-knows-no-bank")
    assert done.returncode == 0, done.stdout + done.stderr
