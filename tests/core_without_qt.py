"""A pytest plugin under which PySide6 can't be imported: the inner rooms must not notice.

Used as ``python -m pytest -p no:pytest-qt -p tests.core_without_qt …`` (``make test-core``). It blocks the import
instead of uninstalling the package, so that both halves of the suite run in one environment.
"""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

BLOCKED = frozenset({"PySide6", "shiboken6"})


class QtBlocker(MetaPathFinder):
    """Refuses every import of Qt, before any other finder is asked."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Refuse what belongs to Qt, and leave the rest to the finders that follow.

        Raises:
            ModuleNotFoundError: For PySide6, shiboken6 and everything in them.
        """
        del path, target
        if fullname.partition(".")[0] in BLOCKED:
            message = f"{fullname} is blocked: this suite runs without Qt"
            raise ModuleNotFoundError(message, name=fullname)
        return None


def install() -> None:
    """Block Qt in this process, from its first import on.

    Raises:
        RuntimeError: If Qt has been imported already, so that blocking it would prove nothing.
    """
    loaded = BLOCKED & sys.modules.keys()
    if loaded:
        message = f"imported before the core suite began: {', '.join(sorted(loaded))}"
        raise RuntimeError(message)
    sys.meta_path.insert(0, QtBlocker())


install()
