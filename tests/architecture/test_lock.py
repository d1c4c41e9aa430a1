"""The lock names PyPI and nothing of the machine it was made on, and everything in it has a hash."""

from __future__ import annotations

import re
import tomllib
from typing import Final

from tests.architecture.source import ROOT

LOCK: Final = ROOT / "uv.lock"
BOOTSTRAP: Final = ROOT / "packaging" / "uv.txt"


def test_the_lock_holds_no_address_but_pypis() -> None:
    text = LOCK.read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[^/\"]+", text)) == {"https://pypi.org", "https://files.pythonhosted.org"}
    assert set(re.findall(r"\b\w+://", text)) == {"https://"}
    assert set(re.findall(r"registry = \"([^\"]+)\"", text)) == {"https://pypi.org/simple"}


def test_every_file_has_its_hash() -> None:
    packages = tomllib.loads(LOCK.read_text(encoding="utf-8"))["package"]
    files = [file for package in packages for file in (*package.get("wheels", ()), package.get("sdist"))]
    assert files
    assert [file for file in files if file and not file["hash"].startswith("sha256:")] == []
    assert [package["name"] for package in packages if "editable" in package["source"]] == ["countersign-desktop"]


def test_the_installer_is_the_locked_one() -> None:
    (locked,) = (one for one in tomllib.loads(LOCK.read_text(encoding="utf-8"))["package"] if one["name"] == "uv")
    text = BOOTSTRAP.read_text(encoding="utf-8")
    assert f"uv=={locked['version']} " in text
    files = (*locked["wheels"], locked["sdist"])
    assert set(re.findall(r"sha256:[0-9a-f]{64}", text)) == {file["hash"] for file in files}
