"""Where a profile's files are. Profiles keep several persons apart on one machine."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from platformdirs import PlatformDirs

from countersign.adapters.system.durable_file import make_folder
from countersign.domain.errors import UserFacingError

HOME_VARIABLE = "COUNTERSIGN_HOME"
DEFAULT_PROFILE = "default"

# No separators, no dots alone, no names that Windows keeps for devices.
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})


@dataclass(frozen=True, slots=True)
class ProfilePaths:
    """The folders of one profile; each exists and is open to its owner only.

    Attributes:
        vault: The vault, its attempts, its emergency stop.
        state: Window settings of the locked program, reports: nothing secret.
        practice: The practice bank's world.
    """

    profile: str
    vault: Path
    state: Path
    practice: Path

    @classmethod
    def of(cls, profile: str = DEFAULT_PROFILE, home: Path | None = None) -> ProfilePaths:
        """Name a profile's folders and make them.

        Args:
            profile: Lower-case letters, digits, ``-`` and ``_``; at most 32.
            home: Instead of the platform's own place; else the environment's ``COUNTERSIGN_HOME`` is asked.

        Raises:
            UserFacingError: ``profile.name``.
        """
        if not _NAME.fullmatch(profile) or profile in _RESERVED:
            raise UserFacingError("profile.name", name=profile)
        named = os.environ.get(HOME_VARIABLE)
        root = home or (Path(named) if named else PlatformDirs("Countersign", appauthor=False).user_data_path)
        base = root / "profiles" / profile
        paths = cls(profile, base / "vault", base / "state", base / "practice")
        for folder in (root, root / "profiles", base, paths.vault, paths.state, paths.practice):
            make_folder(folder)
        return paths
