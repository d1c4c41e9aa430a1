"""Writes the table of third-party licences in ``docs/licences.md`` from what the installed packages say of themselves.

python packaging/licences.py write    write the table anew
python packaging/licences.py check    fail if the table is not what the environment says
"""

from __future__ import annotations

import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).resolve().parent.parent
TABLE: Final = ROOT / "docs" / "licences.md"
OLDEST: Final = (3, 11)
BEGIN: Final = "<!-- The table below is written by packaging/licences.py. -->\n"
PROGRAM: Final = "countersign-desktop"

LONGEST_NAME: Final = 60
"""Characters; what is longer in that field is a licence's text."""

# What a package's licence files say, where its metadata doesn't.
READ: Final = {"sqlcipher3": "Zlib; SQLCipher Community Edition: BSD-3-Clause; OpenSSL: Apache-2.0"}


def shipped() -> list[Distribution]:
    """Find everything that the program needs at run time, on this machine's Python and system, by name."""
    found: dict[str, Distribution] = {}
    waiting = [(PROGRAM, "")]  # a package, and one of its extras; without any, its own needs
    known = set(waiting)
    for name, extra in waiting:
        found[name] = distribution(name)
        for line in found[name].requires or ():
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                more = [(canonicalize_name(needed.name), one) for one in ("", *sorted(needed.extras))]
                waiting += [one for one in more if one not in known]
                known.update(more)
    del found[PROGRAM]
    return [found[name] for name in sorted(found)]


def licence(package: Distribution) -> str:
    """Say under which licence a package comes: its expression, or its classifier, or its field.

    Raises:
        LookupError: If the package says nothing, so that somebody has to read its files.
    """
    name = canonicalize_name(package.name)
    if name in READ:
        return READ[name]
    about = package.metadata
    if "License-Expression" in about:
        return about["License-Expression"]
    classified = [
        one.rpartition(" :: ")[2] for one in about.get_all("Classifier") or () if one.startswith("License ::")
    ]
    field = about["License"].strip() if "License" in about else ""
    if field and "\n" not in field and len(field) <= LONGEST_NAME:
        return field
    if classified:
        return ", ".join(classified)
    message = f"{package.name} doesn't say its licence: read its files and add it to READ"
    raise LookupError(message)


def table() -> str:
    """Give the table as Markdown."""
    rows = [f"| {package.name} | {licence(package)} |" for package in shipped()]
    return "\n".join(["| Package | Licence |", "|---|---|", *rows, ""])


def main(arguments: list[str]) -> int:
    """Do what the one argument says; give the exit code."""
    text = TABLE.read_text(encoding="utf-8")
    head, begin, _old = text.partition(BEGIN)
    fresh = f"{head}{begin}\n{table()}"
    match arguments:
        case ["write"]:
            TABLE.write_text(fresh, encoding="utf-8")
        case ["check"]:
            # On later Pythons a few backports are not needed; the table is that of the oldest.
            if text != fresh if sys.version_info[:2] == OLDEST else set(table().splitlines()) - set(text.splitlines()):
                print("docs/licences.md is stale: python packaging/licences.py write", file=sys.stderr)
                return 1
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
