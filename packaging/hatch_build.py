"""Build hook: compiles the message catalogues.

In a wheel they become ``countersign/_catalogues/LOCALE/LC_MESSAGES/countersign.mo``.
In an editable checkout they are written beside their sources under ``i18n/``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Hatchling loads this file by its path, so its neighbour must be made findable.
sys.path.append(str(Path(__file__).resolve().parent))

from catalogues import DOMAIN, compile_all


class CatalogueHook(BuildHookInterface[Any]):
    """Compiles the catalogues of the wheel or of the checkout being built."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and tell hatchling where the results belong.

        Args:
            version: ``standard`` for a wheel, ``editable`` for a checkout.
            build_data: Hatchling's own record of the build, extended in place.
        """
        if self.target_name != "wheel":
            return
        sources = Path(self.root, "i18n")
        if version == "editable":
            compile_all(sources, sources)
            return
        targets = Path(mkdtemp(prefix="countersign-catalogues-"))
        for target in compile_all(sources, targets):
            build_data["force_include"][str(target)] = f"{DOMAIN}/_catalogues/{target.relative_to(targets)}"
