"""``countersign tour``: a whole large transfer through the real windows and the practice bank, with pictures.

What a person would do, the tour does: it types, presses, reads the practice phone and scans the authenticator's secret.
It succeeds only if the money arrived.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import ClassVar, Final, TypeVar

import orjson
import pyotp
from PySide6.QtWidgets import QApplication

from countersign.application.ports.practice import PracticeWorld
from countersign.application.ports.preferences import Preferences
from countersign.application.session import Session
from countersign.bootstrap import session_opener
from countersign.domain.guidance import INTERVENTIONS, path_after
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order import last_digits
from countersign.testing.conductor import Conductor, Play, Until
from countersign.testing.stalls import StallWatch
from countersign.testing.window import Window
from countersign.tour_notes import MARK, Files, Notes, ground_in, make_room
from countersign.ui.start import Running
from countersign.ui.views.new_vault import NewVaultPage
from countersign.ui.widgets import ArmingButton, PhonePanel

T = TypeVar("T")

NAME: Final = "Mei Hartmann"  # the practice bank's customer
_SETTLE_SECONDS: Final = 90
_AFTER_THE_AMOUNT: Final = ("transfer.risk.answers", "transfer.risk.continue", "transfer.review.digits")


def run_tour(out: Path, *, language: str, theme: str, guide: type[Guide] | None = None) -> int:
    """Play a chapter of the tour into ``out`` and return the exit code: 0 only if the money arrived."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform in {"win32", "darwin"}):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    make_room(out)
    notes = Notes(language, theme)
    code = _play(out, notes, guide or Guide)
    (out / MARK).write_bytes(orjson.dumps(_report(notes), option=orjson.OPT_INDENT_2))
    if notes.error:
        sys.stderr.write(f"The tour ended early: {notes.error}\n")
    else:
        sys.stdout.write(f"{notes.outcome.get('status', '?')}: {len(notes.steps)} pictures in {out}\n")
    return code


def _play(out: Path, notes: Notes, chapter: type[Guide]) -> int:
    instance = QApplication.instance()
    application = instance if isinstance(instance, QApplication) else QApplication(["countersign"])
    ground = ground_in(out)
    ground.paths = replace(ground.paths, practice=out / chapter.world)
    ground.preferences.save(Preferences(language=notes.lang, theme=notes.theme))
    files = Files(out)
    opener = partial(session_opener, ground)
    running = Running(ground, opener, application.quit, files.where, files.which, files.folder)
    watch = StallWatch(application)
    running.program.show()
    guide = chapter(out, notes, running, chapter.sight(running), watch, iter(range(1, 1000)), files)

    def ended(error: Exception | None) -> None:
        if error:
            state = "at rest" if guide.window.quiet else "at work"
            notes.error = f"{type(error).__name__}: {error} ({state}; {', '.join(sorted(guide.window.names()))})"
            running.program.shell.grab().save(str(out / "stuck.png"))
        application.quit()

    conductor = Conductor(guide.whole(), ended)
    with watch:
        conductor.start()
        QApplication.exec()
    running.close()
    notes.outcome["longest_stall_ms"] = watch.longest_ms
    notes.outcome["stalls"] = [{"busy_ms": round(stall.own_ms), "where": stall.where} for stall in watch.stalls]
    return 0 if not notes.error and notes.outcome.get("status") in {"ACSC", "ACCC"} else 1


def _report(notes: Notes) -> dict[str, object]:
    return {**notes.outcome, "lang": notes.lang, "theme": notes.theme, "steps": notes.steps, "error": notes.error}


@dataclass(slots=True)
class Guide:
    """Leads through the program, page by page.

    Attributes:
        sight: How the window is looked at.
        world: Where the practice world is kept, seen from the pictures.
    """

    sight: ClassVar[type[Window]] = Window
    world: ClassVar[str] = "world"

    out: Path
    notes: Notes
    running: Running
    window: Window
    watch: StallWatch
    numbers: Iterator[int]
    files: Files
    _begun: float = field(default_factory=time.monotonic)
    _passphrase: str = ""
    _order: str = ""
    _opening: dict[str, int] = field(default_factory=dict)

    def picture(self, name: str) -> None:
        """Take a picture of the window and note how long the step took."""
        file = f"{next(self.numbers):02d}-{name}.png"
        with self.watch.looking_away():
            saved = self.window.shell.grab().save(str(self.out / file))
        if not saved:
            raise OSError(file)
        now = time.monotonic()
        self.notes.steps.append({"name": name, "seconds": round(now - self._begun, 3), "picture": file})
        self._begun = now

    def whole(self) -> Play:
        """Play everything."""
        yield from self.first_run()
        yield from self.connect()
        yield from self.home()
        yield from self.stopped()
        yield from self.prepare()
        yield from self.review()
        yield from self.confirm()
        yield from self.arrive()
        yield from self.look_around()

    def first_run(self, name: str = NAME, ready: str = "setup.bank") -> Play:
        """Make the vault: passphrase, recovery kit, proof; then ``ready`` is on screen."""
        window = self.window
        yield window.showing("new_vault.name")
        window.type("new_vault.name", name)
        self._passphrase = window.text("new_vault.offer")
        # So that the campaigns can open this vault: it holds practice money only.
        (self.out / "passphrase.txt").write_text(self._passphrase, "utf-8")
        window.press("new_vault.take_offer")
        yield window.idle()
        self.picture("passphrase")
        window.press("new_vault.next")
        yield window.showing("new_vault.save_kit")
        self.picture("recovery-kit")
        window.press("new_vault.save_kit")
        yield window.idle()
        words = window.find_as("new_vault.page", NewVaultPage).kit_words()
        window.press("new_vault.kept")
        yield window.showing("new_vault.proof0")
        for place in range(2):
            label = window.find(f"new_vault.proof{place}").accessibleName()
            number = int(re.sub(r"\D", "", label))
            window.type(f"new_vault.proof{place}", words[number - 1])
        self.picture("proof")
        window.press("new_vault.make")
        yield window.showing(ready)
        self.picture("get-ready")

    def connect(self) -> Play:
        """Connect the practice bank and an authenticator app."""
        window = self.window
        window.press("setup.bank")
        yield window.showing("setup.password")
        window.type("setup.password", (yield from self.ask(self.practice.practice_password)))
        self.picture("bank-password")
        window.press("setup.sign_in")
        yield window.showing("setup.methods")
        window.press("setup.choose")
        yield window.showing("setup.code")
        yield Until(
            lambda: bool(window.find_as("setup.phone", PhonePanel).messages()), "the code on the practice phone"
        )
        window.type("setup.code", (yield from self.ask(self._newest_code)))
        self.picture("bank-code")
        window.press("setup.confirm")
        yield window.showing("setup.authenticator")
        window.press("setup.authenticator")
        yield window.showing("setup.app_code")
        self.picture("authenticator")
        secret = re.sub(r"[^A-Z2-7]", "", window.text("setup.secret"))
        window.type("setup.app_code", pyotp.TOTP(secret).now())
        window.press("setup.activate")
        yield window.showing("setup.finish")
        self.picture("ready")
        window.press("setup.finish")

    def home(self) -> Play:
        """Look at what waits and where the money stands."""
        yield self.window.showing("home.new_transfer")
        self._opening = {row.iban: row.balance.minor for row in self.session.reader.accounts()}
        self.picture("home")

    def stopped(self) -> Play:
        """Try to pay the redirected invoice, and be stopped."""
        window = self.window
        yield from self._open_letter("invoice_redirected")
        self.picture("letter")
        window.press("transfer.payee.continue")
        yield window.showing("transfer.name_check.stop")
        self.picture("stopped")
        window.press("transfer.name_check.stop")
        yield window.idle()

    def prepare(self) -> Play:
        """Fill in the genuine payment: payee, name check, amount, risk check."""
        window = self.window
        yield from self._open_letter("contract")
        window.choose("transfer.payee.source", "contract")
        yield window.idle()
        self.picture("payee")
        window.press("transfer.payee.continue")
        yield window.showing("transfer.name_check.continue")
        self.picture("name-check")
        window.press("transfer.name_check.continue")
        yield window.showing("transfer.amount.continue")
        self.picture("amount")
        window.press("transfer.amount.continue")
        yield from self._past_the_risk()

    def _past_the_risk(self) -> Play:
        """Answer what the risk check asks, if it asks."""
        window = self.window
        yield Until(
            lambda: self.window.quiet and any(window.shows(name) for name in _AFTER_THE_AMOUNT),
            "the risk check or the review",
        )
        asked = 0
        while window.shows("transfer.risk.answers"):
            asked += 1
            self.picture(f"question-{asked}")
            window.choose("transfer.risk.answers", self._calm_answer())
            window.press("transfer.risk.answer")
            yield window.idle()
        if window.shows("transfer.risk.continue"):
            self.picture("risk")
            window.press("transfer.risk.continue")

    def _calm_answer(self) -> str:
        """Return the answer of somebody whom nobody presses: the one that lets the transfer go on."""
        panels = [name for name in self.window.names() if name.startswith("transfer.risk.interruption.")]
        code = panels[0].rsplit(".", 1)[1]
        answers = INTERVENTIONS[code].answers
        return next(answer.code for answer in answers if path_after(code, answer.code).may_continue)

    def review(self) -> Play:
        """Read everything back, and type the last digits from the contract."""
        window = self.window
        yield window.showing("transfer.review.digits")
        orders = self.session.reader.orders_in_flight()
        self._order = orders[0].content.order
        window.type("transfer.review.digits", last_digits(orders[0].content.payment.creditor_account))
        right = window.find_as("transfer.review.right", ArmingButton)
        yield Until(right.is_armed, "the final button to be ready")
        self.picture("review")
        window.press("transfer.review.right")

    def confirm(self, panel: str = "transfer.confirm") -> Play:
        """Confirm with the bank: password, method, code."""
        window = self.window
        ready = (f"{panel}.password", f"{panel}.begin")
        yield Until(lambda: self.window.quiet and any(window.shows(name) for name in ready), "the bank's question")
        if window.shows(f"{panel}.begin"):
            window.press(f"{panel}.begin")
            yield window.showing(f"{panel}.password")
        window.type(f"{panel}.password", (yield from self.ask(self.practice.practice_password)))
        window.press(f"{panel}.sign_in")
        yield window.showing(f"{panel}.method")
        self.picture("method")
        window.choose(f"{panel}.method", self._text_method())
        window.press(f"{panel}.choose")
        yield window.showing(f"{panel}.code")
        before = yield from self.ask(self._newest_code)
        window.type(f"{panel}.code", before)
        yield window.idle()
        self.picture("code")
        window.press(f"{panel}.confirm")

    def _text_method(self) -> str:
        """Return the way that sends a text message."""
        methods = self.session.submission(self._order).progress.methods
        return next(item.method for item in methods if item.kind == "SMS_OTP")

    def arrive(self) -> Play:
        """Watch the money arrive, and keep the receipt."""
        window = self.window
        yield window.showing("order.page")
        self.picture("on-its-way")
        yield Until(self._settled, "the money to arrive", _SETTLE_SECONDS)
        yield window.showing("order.receipt")
        self.picture("arrived")
        window.press("order.receipt")
        receipt = self.out / "receipt.pdf"
        yield Until(lambda: self.window.quiet and receipt.exists(), "the receipt")
        self.picture("receipt-saved")
        self._note_outcome(receipt)

    def _settled(self) -> bool:
        record = self._record() if self.window.quiet else None
        return record is not None and record.final

    def _record(self) -> OrderRecord | None:
        with self.watch.looking_away():
            return self.session.reader.order(self._order)

    def _note_outcome(self, receipt: Path) -> None:
        record = self._record()
        if record is None:
            return
        payment, fee = record.content.payment, record.fee or {}
        self.notes.outcome.update(
            {
                "status": record.status.value if record.status else "",
                "amount_minor": payment.instructed_amount.minor,
                "currency": payment.instructed_amount.currency,
                "fee_minor": fee.get("minor", 0),
                "debtor_account": payment.debtor_account,
                "creditor_account": payment.creditor_account,
                "end_to_end_id": payment.end_to_end_id,
                "payment_id": record.payment_id,
                "digest": record.digest,
                "opening_minor": self._opening.get(payment.debtor_account, 0),
                "receipt": receipt.name,
                "fingerprint": self.session.vault.identity.device,
            }
        )

    def look_around(self) -> Play:
        """Look at the other pages, lock, and unlock again."""
        window = self.window
        for page in ("home", "history", "learn", "settings"):
            window.press(f"shell.{page}")
            yield window.idle()
            if page == "settings":
                yield window.showing("settings.lock_minutes")  # its choices come in turns, this one last
            self.picture(f"page-{page}")
        window.press("shell.lock")
        yield window.showing("unlock.passphrase")
        self.picture("locked")
        window.type("unlock.passphrase", self._passphrase)
        window.press("unlock.open")
        yield window.showing("home.new_transfer")

    # — what a person has at hand —

    def _open_letter(self, kind: str) -> Play:
        """Begin a transfer from a letter of the practice mailbox."""
        window = self.window
        window.press("shell.transfer")
        yield window.showing("transfer.payee.continue")
        mailbox = yield from self.ask(self.practice.mailbox)
        letter = next(item.letter for item in mailbox if item.kind == kind)
        yield window.showing(f"transfer.payee.letter.{letter}")
        window.press(f"transfer.payee.letter.{letter}")
        yield window.idle()

    def ask(self, question: Callable[[], T]) -> Generator[Until, None, T]:
        """Look at the practice phone, say: what the person does beside the window is no work of the window's thread."""
        asked = Future[T]()

        def look() -> None:
            try:
                asked.set_result(question())
            except Exception as error:  # noqa: BLE001 - raised where it was asked
                asked.set_exception(error)

        threading.Thread(target=look, name="tour", daemon=True).start()
        yield Until(asked.done, "an answer from the practice world")
        return asked.result()

    @property
    def session(self) -> Session:
        """The session of the unlocked program."""
        return self.running.program.presenter.session

    @property
    def practice(self) -> PracticeWorld:
        """The practice world."""
        practice = self.session.practice
        if practice is None:
            raise LookupError("practice")
        return practice

    def _newest_code(self) -> str:
        """Read the newest code on the practice phone."""
        return str(re.findall(r"\b\d{6}\b", self.practice.phone(0)[-1].text)[0])
