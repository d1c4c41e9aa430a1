"""Reads the project's own sources for the rules of this folder."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
TEXT_SUFFIXES: Final = frozenset({".py", ".pyi", ".md", ".toml", ".txt", ".svg", ".qss", ".json", ".yaml", ".cfg", ""})


@dataclass(frozen=True)
class Module:
    """One Python file: where it is, from the project's root, and what it says."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The file as the compiler sees it."""
        return ast.parse(self.text, self.path)

    @property
    def dotted(self) -> str:
        """The name it is imported by, for files under ``app``."""
        parts = self.path.removesuffix(".py").removeprefix("app/").split("/")
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def is_in(self, *packages: str) -> bool:
        """Tell whether the module is one of ``packages`` or lies in one."""
        return any(self.dotted == one or self.dotted.startswith(f"{one}.") for one in packages)


@dataclass(frozen=True, order=True)
class Finding:
    """A place that breaks a rule, and what to do instead."""

    path: str
    line: int
    advice: str

    def __str__(self) -> str:
        """Say it the way editors can follow."""
        return f"{self.path}:{self.line}: {self.advice}"


@cache
def modules(folder: str) -> tuple[Module, ...]:
    """Read every Python file below a folder of the project.

    Files that vanish meanwhile (somebody is working) are left out.
    """
    return tuple(_read(sorted((ROOT / folder).rglob("*.py"))))


def _read(paths: list[Path]) -> Iterator[Module]:
    for path in paths:
        try:
            yield Module(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue


@cache
def texts() -> tuple[Module, ...]:
    """Read every text file under version control, or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return tuple(_read([ROOT / name for name in sorted(set(listed)) if Path(name).suffix in TEXT_SUFFIXES]))
