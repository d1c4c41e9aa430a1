"""The settings of ruff and mypy refuse what they are there to refuse."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.source import ROOT

HEAD: Final = '"""Planted."""\n\nfrom __future__ import annotations\n\n'

# rule, what stands after the head of a module of the program
PLANTED_FOR_RUFF: Final = (
    ("ANN001", "def _f(x) -> None:\n    del x\n"),
    ("B006", "def _f(x: list[int] = []) -> None:\n    del x\n"),
    ("BLE001", "try:\n    x = 1\nexcept Exception:\n    x = 2\n"),
    ("D103", "def f() -> None:\n    return\n"),
    ("DTZ001", "import datetime\n\nx = datetime.datetime(2026, 1, 1)\n"),
    ("F401", "import json\n"),
    ("FIX002", "x = 1  # TODO: later\n"),
    ("G004", "import logging\n\nx = 1\nlogging.getLogger(__name__).info(f'{x}')\n"),
    ("INT001", "def f(_, name):\n    return _(f'to {name}')\n"),
    ("PLR2004", "def _f(x: int) -> bool:\n    return x == 57\n"),
    ("S101", "x = 1\nassert x\n"),
    ("S102", "exec('x = 1')\n"),
    ("T201", "print('x')\n"),
    ("TID252", "from . import x\n"),
    ("TRY002", "raise Exception\n"),
)


def banned() -> list[str]:
    """Name everything under ruff's banned-api."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return sorted(settings["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"])


def ruff(source: str, name: str) -> list[str]:
    """Name the rules that ``source`` breaks where it lay at ``name``."""
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("ruff")),
            "check",
            "--no-cache",
            "--output-format=concise",
            f"--stdin-filename={name}",
            "-",
        ],
        input=source,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    return [line.split(": ", 1)[-1].split(" ")[0] for line in done.stdout.splitlines() if line.startswith(name)]


@pytest.mark.parametrize(("rule", "source"), PLANTED_FOR_RUFF)
def test_ruff_finds_what_is_planted(rule: str, source: str) -> None:
    found = [one.rpartition(":")[2] for one in ruff(HEAD + source, "app/countersign/domain/planted.py")]
    assert rule in found


@pytest.mark.parametrize("name", banned())
def test_ruff_knows_every_banned_thing(name: str) -> None:
    package, _, last = name.rpartition(".")
    use = f"import {name}\n\nprint({name})\n" if not package else f"from {package} import {last}\n\nprint({last})\n"
    if package.startswith("datetime."):  # a method of a class of a module
        use = f"import datetime\n\nprint({name}())\n"
    assert "TID251" in ruff(HEAD + use, "app/countersign/domain/planted.py")


def test_ruff_lets_the_wrappers_be() -> None:
    label = HEAD + "from PySide6.QtWidgets import QLabel\n\n__all__ = ['QLabel']\n"
    assert "TID251" not in ruff(label, "app/countersign/ui/widgets/labels.py")
    assert "TID251" in ruff(label, "app/countersign/ui/views/planted.py")


def test_every_ignored_rule_has_its_reason() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    begin = lines.index("ignore = [")
    ignored = lines[begin + 1 : lines.index("]", begin)]
    assert ignored
    assert [line for line in ignored if " # " not in line] == []


PLANTED_FOR_MYPY: Final = (
    ("no-untyped-def", "app/countersign/ui/planted.py", "def f(x):\n    return x\n"),
    ("explicit-any", "app/countersign/domain/planted.py", "from typing import Any\n\nx: Any = 1\n"),
    (
        "unreachable",
        "app/countersign/ui/planted.py",
        "def f(x: int) -> None:\n    if not isinstance(x, int):\n        x()\n",
    ),
    ("ignore-without-code", "tests/planted.py", "x: int = ''  # type: ignore\n"),
    ("import-not-found", "app/countersign/ui/planted.py", "import a_library_without_types\n"),
    (
        "no-any-return",
        "app/countersign/ui/planted.py",
        "import json\n\n\ndef f() -> int:\n    return json.loads('1')\n",
    ),
)


def test_mypy_finds_what_is_planted(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for folder in ("app/countersign/ui", "app/countersign/domain", "tests", "packaging/stubs"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    for package in ("app/countersign", "app/countersign/ui", "app/countersign/domain"):
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "packaging" / "script.py").touch()
    wanted = set()
    for place, (code, path, source) in enumerate(PLANTED_FOR_MYPY):
        name = path.replace("planted", f"planted_{place}")
        (tmp_path / name).write_text(source, encoding="utf-8")
        wanted.add((name, code))
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path / "cache")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    found = {(line.split(":")[0], line.rstrip("]").rpartition("[")[2]) for line in done.stdout.splitlines()}
    assert done.returncode == 1, done.stdout + done.stderr
    assert wanted <= found, done.stdout


def test_mypy_exempts_nobody() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert settings["strict"]
    loosening = {
        "ignore_errors",
        "ignore_missing_imports",
        "follow_imports",
        "disable_error_code",
        "follow_untyped_imports",
    }
    for place in (settings, *settings["overrides"]):
        assert not loosening & place.keys()
        assert all(value for key, value in place.items() if key.startswith(("disallow", "warn", "strict", "check")))
