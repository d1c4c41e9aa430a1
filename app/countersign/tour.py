"""``countersign tour``: a whole large transfer through the real windows and the practice bank, with pictures.

What a person would do, the tour does: it types, presses, reads the practice phone and scans the authenticator's secret.
It succeeds only if the money arrived.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson
import pyotp

from countersign.adapters.system.keyring_store import FolderStore
from countersign.application.ports.preferences import Preferences
from countersign.bootstrap import Ground, lay_ground, session_opener

if TYPE_CHECKING:
    from countersign.testing.conductor import Play
    from countersign.testing.window import Window
    from countersign.ui.start import Running

PROFILE: Final = "tour"
NAME: Final = "Mei Chen"
_MARK: Final = "tour.json"
_SETTLE_SECONDS: Final = 90


@dataclass(slots=True)
class Notes:
    """What the tour found: becomes ``tour.json``."""

    lang: str
    theme: str
    steps: list[dict[str, object]] = field(default_factory=list)
    outcome: dict[str, object] = field(default_factory=dict)
    error: str = ""


def run_tour(out: Path, *, language: str, theme: str) -> int:
    """Play the tour into ``out`` and return the exit code: 0 only if the money arrived."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform in {"win32", "darwin"}):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    _make_room(out)
    notes = Notes(language, theme)
    code = _play(out, notes)
    (out / _MARK).write_bytes(orjson.dumps(_report(notes), option=orjson.OPT_INDENT_2))
    if notes.error:
        sys.stderr.write(f"The tour ended early: {notes.error}\n")
    else:
        sys.stdout.write(f"{notes.outcome.get('status', '?')}: {len(notes.steps)} pictures in {out}\n")
    return code


def _make_room(out: Path) -> None:
    """Empty a folder that an earlier tour filled; refuse any other that holds something."""
    if out.exists() and any(out.iterdir()) and not (out / _MARK).exists():
        raise SystemExit(f"{out} holds something else than a tour; name an empty folder.")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (out / _MARK).write_bytes(b"{}")


def _ground(out: Path, notes: Notes) -> Ground:
    ground = lay_ground(PROFILE, out / "home", FolderStore(out / "home" / "outside"))
    ground.paths = replace(ground.paths, practice=out / "world")
    ground.preferences.save(Preferences(language=notes.lang, theme=notes.theme))
    return ground


def _play(out: Path, notes: Notes) -> int:
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - Qt is loaded only where windows are wanted

    from countersign.testing.conductor import Conductor  # noqa: PLC0415
    from countersign.testing.stalls import StallWatch  # noqa: PLC0415
    from countersign.testing.window import Window  # noqa: PLC0415
    from countersign.ui.start import Running  # noqa: PLC0415

    instance = QApplication.instance()
    application = instance if isinstance(instance, QApplication) else QApplication(["countersign"])
    ground = _ground(out, notes)
    running = Running(ground, partial(session_opener, ground), application.quit, ask=_saver(out))
    watch = StallWatch(application)
    running.program.show()
    guide = Guide(out, notes, running, Window(running), iter(range(1, 1000)))

    def ended(error: Exception | None) -> None:
        notes.error = f"{type(error).__name__}: {error}" if error else ""
        application.quit()

    conductor = Conductor(guide.whole(), ended)
    with watch:
        conductor.start()
        application.exec()
    running.close()
    notes.outcome["longest_stall_ms"] = watch.longest_ms
    return 0 if not notes.error and notes.outcome.get("status") in {"ACSC", "ACCC"} else 1


def _saver(out: Path) -> Callable[[object, str, str, Callable[[Path], None]], None]:
    def ask(_parent: object, suggested: str, _kinds: str, then: Callable[[Path], None]) -> None:
        then(out / suggested)

    return ask


def _report(notes: Notes) -> dict[str, object]:
    return {**notes.outcome, "lang": notes.lang, "theme": notes.theme, "steps": notes.steps, "error": notes.error}


@dataclass(slots=True)
class Guide:
    """Leads through the program, page by page."""

    out: Path
    notes: Notes
    running: Running
    window: Window
    numbers: Iterator[int]
    _begun: float = field(default_factory=time.monotonic)
    _secret: str = ""

    def picture(self, name: str) -> None:
        """Take a picture of the window and note how long the step took."""
        file = f"{next(self.numbers):02d}-{name}.png"
        if not self.window.shell.grab().save(str(self.out / file)):
            raise OSError(file)
        now = time.monotonic()
        self.notes.steps.append({"name": name, "seconds": round(now - self._begun, 3), "picture": file})
        self._begun = now

    def whole(self) -> Play:
        """Play everything."""
        yield from self.first_run()
        yield from self.connect()

    def first_run(self) -> Play:
        """Make the vault: passphrase, recovery kit, proof."""
        window = self.window
        yield window.showing("new_vault.name")
        window.type("new_vault.name", NAME)
        window.press("new_vault.take_offer")
        yield window.idle()
        self.picture("passphrase")
        window.press("new_vault.next")
        yield window.showing("new_vault.save_kit")
        self.picture("recovery-kit")
        window.press("new_vault.save_kit")
        words = self._kit_words()
        window.press("new_vault.kept")
        yield window.showing("new_vault.proof0")
        for place in range(2):
            label = window.find(f"new_vault.proof{place}").accessibleName()
            number = int(re.sub(r"\D", "", label))
            window.type(f"new_vault.proof{place}", words[number])
        self.picture("proof")
        window.press("new_vault.make")
        yield window.showing("setup.bank")
        self.picture("get-ready")

    def _kit_words(self) -> dict[int, str]:
        """Read the kit's words from the screen, by number."""
        found = {}
        for label in self.window.labels():
            match = re.fullmatch(r"\s*(\d+)\s+([a-z]+)", label)
            if match:
                found[int(match[1])] = match[2]
        return found

    def connect(self) -> Play:
        """Connect the practice bank and an authenticator app."""
        window = self.window
        window.press("setup.bank")
        yield window.showing("setup.password")
        window.type("setup.password", self._practice().practice_password())
        self.picture("bank-password")
        window.press("setup.sign_in")
        yield window.showing("setup.methods")
        window.press("setup.choose")
        yield window.showing("setup.code")
        window.type("setup.code", self._text_message())
        self.picture("bank-code")
        window.press("setup.confirm")
        yield window.showing("setup.authenticator")
        window.press("setup.authenticator")
        yield window.showing("setup.app_code")
        self.picture("authenticator")
        self._secret = re.sub(r"[^A-Z2-7]", "", window.text("setup.secret"))
        window.type("setup.app_code", pyotp.TOTP(self._secret).now())
        window.press("setup.activate")
        yield window.showing("setup.finish")
        self.picture("ready")
        window.press("setup.finish")

    def _practice(self) -> object:
        return self.running.program.presenter.session.practice

    def _text_message(self) -> str:
        """Read the newest code on the practice phone."""
        messages = self.running.program.presenter.session.practice.phone(0)
        return re.findall(r"\b\d{6}\b", messages[-1].text)[0]
