"""Pay.UK's tables for the UK modulus check, from the files that Pay.UK publishes: ``valacdos*.txt``, ``scsubtab*.txt``.

They are Pay.UK's, so they are not shipped: whoever has them puts them into a folder.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from platformdirs import PlatformDirs

from countersign.adapters.system.paths import HOME_VARIABLE
from countersign.domain.errors import UserFacingError
from countersign.domain.national_accounts import ModulusTable, ModulusTableError, read_modulus_table

_FOLDER: Final = "tables"
_WEIGHTS: Final = "*valacdos*.txt"
_SUBSTITUTIONS: Final = "*scsubtab*.txt"
_LARGEST: Final = 4_000_000  # bytes; the table of 2026 has 104 000


def tables_folder() -> Path:
    """Name the folder where the tables are looked for: ``tables`` beside the profiles. It may not exist."""
    named = os.environ.get(HOME_VARIABLE)
    root = Path(named) if named else PlatformDirs("Countersign", appauthor=False).user_data_path
    return root / _FOLDER


def load_modulus_table(folder: Path) -> ModulusTable | None:
    """Read the newest tables of a folder (by their names, which carry versions); None where there are none.

    Raises:
        UserFacingError: ``modulus_table.unreadable`` (``name``, ``line``; 0 where the file can't be read at all).
    """
    weights = sorted(folder.glob(_WEIGHTS))
    substitutions = sorted(folder.glob(_SUBSTITUTIONS))
    if not weights:
        return None
    name = weights[-1].name
    try:
        return read_modulus_table(_text(weights[-1]), _text(substitutions[-1]) if substitutions else "")
    except ModulusTableError as error:
        raise UserFacingError("modulus_table.unreadable", name=name, line=error.line) from error
    except (OSError, UnicodeDecodeError) as error:
        raise UserFacingError("modulus_table.unreadable", name=name, line=0) from error


def _text(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_LARGEST).decode("ascii")
