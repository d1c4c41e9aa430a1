"""Start the program in a process of its own, and tell what was loaded where until nothing more is loaded.

Prints JSON: ``on_window`` what the window's thread loaded once the event loop turned, ``missing`` what pages and
presenters are made of and was not loaded by the end. Argument: a folder for the profile.
"""

from __future__ import annotations

import pkgutil
import sys
import threading
from collections.abc import Sequence
from functools import partial
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import ModuleType

import orjson
from PySide6.QtWidgets import QApplication

import countersign
from countersign.adapters.system.keyring_store import FolderStore
from countersign.adapters.vault.cryptography_suite import FLOOR
from countersign.application.ports.preferences import Preferences
from countersign.bootstrap import lay_ground, session_opener
from countersign.ui.start import Running


class Listener(MetaPathFinder):
    """Notes what is about to be loaded, and by whom."""

    def __init__(self) -> None:
        self.on_window: list[str] = []

    def find_spec(self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None) -> None:
        """Find nothing; whoever comes next does."""
        if threading.current_thread() is threading.main_thread():
            self.on_window.append(name)


def main(folder: Path) -> None:
    """Start, wait until all is loaded, and tell."""
    application = QApplication([])
    ground = lay_ground("test", folder / "home", FolderStore(folder / "outside"), FLOOR)
    ground.preferences.save(Preferences(language="en", theme="light"))
    running = Running(ground, partial(session_opener, ground), lambda: None)
    parts, listener = running.program._parts, Listener()  # noqa: SLF001 - what tells that all is loaded
    settled = parts.settled

    def end() -> None:
        settled()
        application.quit()

    parts.settled = end
    running.program.show()
    sys.meta_path.insert(0, listener)
    application.exec()
    sys.meta_path.remove(listener)
    needed = [one.name for one in pkgutil.walk_packages(countersign.__path__, "countersign.")]
    windows = [name for name in needed if name.startswith(("countersign.ui.views.", "countersign.ui.widgets."))]
    windows += [f"{page.replace('.ui.views.', '.presentation.')}" for page in windows if ".ui.views." in page]
    missing = [name for name in windows if name in needed and name not in sys.modules]
    running.close()
    sys.stdout.buffer.write(orjson.dumps({"on_window": listener.on_window, "missing": missing}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
