"""The hands at the practice bank: its portal and its app, as the person would use them. Practice only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

from countersign.application.flows.script import on_network, run_script
from countersign.application.ports.bank import Reach
from countersign.application.ports.practice import AppPayment, AppWish, PortalReason, PortalUpload, PracticeWorld
from countersign.application.session import Session
from countersign.domain.errors import CountersignError
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.payment import PaymentFields, PaymentProduct
from countersign.presentation.error_texts import sentence
from countersign.presentation.file_hands import FileHands
from countersign.presentation.formats import date_text, isolate
from countersign.presentation.messages import _, language
from countersign.presentation.return_reasons import reason_text

T = TypeVar("T")

STATEMENT = "camt.053.001.08"
_REPORT = "pain.002"


@dataclass(frozen=True, slots=True)
class PracticeState:
    """The practice card.

    Attributes:
        buttons: What can be done now: ``upload``, ``release``, ``type``, ``confirm``, ``report``, ``statement``.
        lines: What the practice bank shows.
        reference: The bank's reference, as its app shows it after confirming.
    """

    lead: str
    buttons: tuple[str, ...]
    lines: tuple[str, ...] = ()
    reference: str = ""
    busy: str = ""
    problem: str = ""


class PracticeHands:
    """Does at the practice bank what a person would do at theirs."""

    def __init__(self, session: Session, hands: FileHands | None, changed: Callable[[], None]) -> None:
        self._session, self._hands, self._changed = session, hands, changed
        self._upload: PortalUpload | None = None
        self._typed: AppPayment | None = None
        self._reference = ""
        self._busy = self._problem = ""
        self._saved: tuple[str, ...] = ()

    @property
    def exists(self) -> bool:
        """Whether there is a practice bank."""
        return self._session.practice is not None

    # — the portal —

    def upload(self, path: Path) -> None:
        """Upload the payment file."""
        self._run(_("The portal reads the file"), lambda practice: practice.upload(path.read_bytes()), self._uploaded)

    def release(self) -> None:
        """Release the file that was uploaded, with the portal's password."""
        held = self._upload
        if held is not None:
            self._run(_("The portal releases it"), lambda practice: practice.release(held.upload), self._uploaded)

    def _uploaded(self, upload: PortalUpload) -> None:
        self._upload = upload

    # — the app —

    def type_in_app(self, payment: PaymentFields) -> None:
        """Type the payment into the bank's own app."""
        wish = _wish(payment)
        self._run(_("The app asks the payee's bank"), lambda practice: practice.prepare_in_app(wish), self._typed_in)

    def confirm_in_app(self) -> None:
        """Confirm there."""
        typed = self._typed
        if typed is not None:
            self._run(_("The app confirms"), lambda practice: practice.confirm_in_app(typed.payment), self._confirmed)

    def _typed_in(self, payment: AppPayment) -> None:
        self._typed = payment

    def _confirmed(self, reference: str) -> None:
        self._reference = reference

    # — what comes back —

    def fetch_report(self) -> None:
        """Download the newest status report."""
        upload = self._upload.upload if self._upload else ""

        def newest(practice: PracticeWorld) -> tuple[str, bytes]:
            offers = [item for item in practice.downloads() if item.kind.startswith(_REPORT)]
            mine = [item for item in offers if not upload or item.upload == upload]
            if not mine:
                return "", b""
            return "status-report.xml", practice.download(mine[-1].download)

        self._run(_("Downloading"), newest, self._save)

    def fetch_statement(self, account: str) -> None:
        """Download the statement of an own account."""

        def statement(practice: PracticeWorld) -> tuple[str, bytes]:
            offers = [item for item in practice.downloads() if item.kind == STATEMENT and item.account == account]
            if not offers:
                return "", b""
            return "statement.xml", practice.download(offers[-1].download)

        self._run(_("Downloading"), statement, self._save)

    def _save(self, found: tuple[str, bytes]) -> None:
        name, data = found
        if not name:
            self._problem = _("There is nothing to download yet.")
        elif self._hands is not None:
            self._hands.save_file(name, _("XML (*.xml)"), partial(self._write, data))

    def _write(self, data: bytes, path: Path) -> None:
        def write(_practice: PracticeWorld) -> str:
            path.write_bytes(data)
            return path.name

        self._run(_("Saving"), write, self._written)

    def _written(self, name: str) -> None:
        self._saved = (*self._saved, _("Saved as {name}. Bring it in below.").format(name=isolate(name)))

    # — showing —

    def state(self, record: OrderRecord, reach: Reach) -> PracticeState | None:
        """Say what the card shows; None at a real bank."""
        if not self.exists:
            return None
        by_file = reach is Reach.FILES
        lead = (
            _("This card stands in for your bank's portal.")
            if by_file
            else _("This card stands in for your bank's app.")
        )
        lines = self._portal_lines() if by_file else self._app_lines()
        buttons = self._portal_buttons() if by_file else self._app_buttons()
        if record.handed_over_at:
            buttons = (("report",) if by_file else ()) + ("statement",)
        return PracticeState(
            lead=lead,
            buttons=buttons,
            lines=(*lines, *self._saved),
            reference=self._reference,
            busy=self._busy,
            problem=self._problem,
        )

    def _portal_buttons(self) -> tuple[str, ...]:
        if self._upload is None or self._upload.status == "refused":
            return ("upload",)
        return ("release",) if self._upload.status == "waiting" else ("report", "statement")

    def _app_buttons(self) -> tuple[str, ...]:
        if self._reference:
            return ("statement",)
        if self._typed is None or self._typed.status == "refused":
            return ("type",)
        return ("confirm",)

    def _portal_lines(self) -> tuple[str, ...]:
        held = self._upload
        if held is None:
            return ()
        words = {
            "waiting": _("The portal has read the file. It waits for its release."),
            "released": _("The portal has released the file. The bank carries it out."),
            "refused": _("The portal refused the file."),
        }
        lines = [words.get(held.status, held.status), *_reasons(held.reasons)]
        for item in held.transactions[:3]:
            checked = name_result(item.name_check, item.matched_name)
            lines += [f"{isolate(f'{item.currency} {item.amount}')} · {item.creditor_name}"]
            lines += [checked] if checked else []
            lines += _reasons(item.reasons)
        return tuple(lines)

    def _app_lines(self) -> tuple[str, ...]:
        typed = self._typed
        if typed is None:
            return ()
        if typed.status == "refused":
            return (_("The app refused it."), *_reasons(typed.reasons))
        day = isolate(date_text(typed.arrival, language(), "medium"))
        lines = [
            f"{isolate(f'{typed.currency} {typed.amount}')} · {typed.creditor_name}",
            name_result(typed.name_check, typed.matched_name),
            _("It arrives by {day}.").format(day=day),
        ]
        if typed.fee:
            lines.append(_("Fee: {fee}").format(fee=isolate(f"{typed.currency} {typed.fee}")))
        if self._reference:
            lines.append(_("Confirmed. The bank's reference: {reference}").format(reference=isolate(self._reference)))
        return tuple(line for line in lines if line)

    # — running —

    def _run(self, busy: str, ask: Callable[[PracticeWorld], T], done: Callable[[T], None]) -> None:
        practice = self._session.practice
        if practice is None or self._busy:
            return
        self._busy, self._problem = busy, ""

        def ended(found: T) -> None:
            self._busy = ""
            done(found)
            self._changed()

        self._changed()
        run_script(self._session.tasks, on_network(lambda: ask(practice)), ended, self._failed)

    def _failed(self, error: Exception) -> None:
        self._busy = ""
        if isinstance(error, OSError):
            self._problem = _("The file could not be read or written. Look whether it is still there.")
        elif isinstance(error, CountersignError):
            self._problem = sentence(error.code, error.params)
        else:
            raise error
        self._changed()


def name_result(check: str, matched: str) -> str:
    """Say what a bank's name check found (EPC Verification of Payee); empty for none."""
    return {
        "MTCH": _("Name check: it matches."),
        "CMTC": _("Name check: close match. The bank has {name}.").format(name=matched),
        "NMTC": _("Name check: no match."),
        "NOAP": _("Name check: not possible."),
    }.get(check, "")


def _reasons(reasons: tuple[PortalReason, ...]) -> list[str]:
    return [reason_text(item.code) or item.text for item in reasons]


def _wish(payment: PaymentFields) -> AppWish:
    amount, day = payment.instructed_amount, payment.requested_execution_date
    return AppWish(
        debtor_account=payment.debtor_account,
        creditor_name=payment.creditor_name,
        creditor_account=payment.creditor_account,
        amount=amount.plain(),
        currency=amount.currency,
        remittance=payment.remittance,
        execution_date=date.fromisoformat(day) if day else None,
        instant=payment.product is PaymentProduct.SEPA_INSTANT,
    )
