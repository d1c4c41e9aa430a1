"""What can be done with orders of the inbox: each is checked, confirmed by the passphrase where it signs, and told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial

from countersign.application.flows.script import Script, on_vault, run_script
from countersign.application.ports.vault_door import VaultDoor
from countersign.application.session import Session
from countersign.application.use_cases.approve_batch import ShownOrder, approve_batch
from countersign.application.use_cases.approve_order import approve_order
from countersign.application.use_cases.confirm_order import confirm_order
from countersign.application.use_cases.confirm_person import confirm_person
from countersign.application.use_cases.look_at_order import record_call_back
from countersign.application.use_cases.reject_order import reject_order
from countersign.domain.errors import CountersignError
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order_state import OrderState
from countersign.domain.secret import SecretText
from countersign.presentation.error_texts import sentence
from countersign.presentation.inbox_state import Faults, Stage
from countersign.presentation.messages import _, ngettext
from countersign.presentation.read_back import ReadBack
from countersign.presentation.transfer_desk import Problem

PASSPHRASE_ERRORS = frozenset({"vault.passphrase_wrong", "vault.wait", "confirm.no_passphrase"})
_OF_NOTE = frozenset({"reject.no_note", "reject.long_note"})


class Deed(StrEnum):
    """What was done."""

    APPROVED = "approved"
    BATCH = "batch"
    STOPPED = "stopped"
    CALL_BACK = "call_back"


class Deeds:
    """Does one thing at a time, and says what became of it.

    Attributes:
        busy: What is being done, in words; empty when nothing is.
        problem: What went wrong last, where no field is to blame.
        faults: What is wrong with what was typed.
    """

    def __init__(
        self,
        session: Session,
        door: VaultDoor,
        changed: Callable[[], None],
        done: Callable[[Deed, str], None],
    ) -> None:
        self._session, self._door, self._changed, self._done = session, door, changed, done
        self.busy = ""
        self.problem = Problem()
        self.faults = Faults()

    def forget(self) -> None:
        """Forget what went wrong: something else is shown."""
        self.problem, self.faults = Problem(), Faults()

    def sign(self, on_screen: ReadBack, digits: str, passphrase: str, *, confirms: bool = False) -> None:
        """Approve one order; or confirm one's own, made on another device."""
        faults = Faults(
            digits="" if digits.strip() else _("Type the last four digits of the account from your own document."),
            passphrase="" if passphrase else _("Type the passphrase of your vault."),
        )
        shown = (on_screen.order, on_screen.shown, on_screen.shown_digest, digits)
        work = partial(confirm_order if confirms else approve_order, self._session.vault, *shown)
        said = (
            _("You approved it. Nothing more is missing: it can be sent."),
            _("You approved it. It waits for the others."),
        )
        if confirms:
            said = (
                _("You confirmed it. Nothing more is missing: it can be sent."),
                _("You confirmed it. It waits for the others."),
            )
        script = self._signed(on_screen.order, passphrase, work, said)
        self._run(Deed.APPROVED, faults, script, _("Signing…"))

    def approve_batch(self, orders: Sequence[OrderRecord], digest: str, passphrase: str) -> None:
        """Sign several, or none."""
        faults = Faults(passphrase="" if passphrase else _("Type the passphrase of your vault."))
        shown = [ShownOrder(item.content.order, item.content.payment, item.digest) for item in orders]
        count = len(shown)
        said = ngettext("You approved {count} payment.", "You approved {count} payments.", count).format(count=count)
        self._run(Deed.BATCH, faults, self._signed_all(shown, digest, passphrase, said), _("Signing…"))

    def stop(self, stage: Stage, order: str, digest: str, reason: str | None, note: str) -> None:
        """Reject an order, or return it."""
        faults = Faults(
            reason="" if reason else _("Choose a reason."),
            note="" if note.strip() else sentence("reject.no_note"),
        )
        said = _("Rejected. The requester sees why.")
        if stage is Stage.REPAIR:
            said = _("Returned for repair. The requester sees what to mend.")
        work = partial(reject_order, self._session.vault, order, digest, reason or "", note)
        self._run(Deed.STOPPED, faults, self._then(work, said), _("Writing it down…"))

    def call_back(self, order: str, digest: str, answer: str | None) -> None:
        """Put on record that the account was confirmed by voice or in person."""
        faults = Faults(reason="" if answer else _("Say how you confirmed the account."))
        work = partial(record_call_back, self._session.vault, order, digest, answer or "")
        self._run(Deed.CALL_BACK, faults, self._then(work, _("Your call-back is on record.")), _("Writing it down…"))

    # — inside —

    def _signed(self, order: str, passphrase: str, work: Callable[[], object], said: tuple[str, str]) -> Script[str]:
        yield from on_vault(partial(confirm_person, self._door, SecretText(passphrase)))
        yield from on_vault(work)
        record = yield from on_vault(partial(self._session.vault.order, order))
        done, waits = said
        return done if record is not None and record.state is OrderState.APPROVED else waits

    def _signed_all(self, shown: Sequence[ShownOrder], digest: str, passphrase: str, said: str) -> Script[str]:
        yield from on_vault(partial(confirm_person, self._door, SecretText(passphrase)))
        yield from on_vault(partial(approve_batch, self._session.vault, shown, digest))
        return said

    def _then(self, work: Callable[[], object], said: str) -> Script[str]:
        yield from on_vault(work)
        return said

    def _run(self, deed: Deed, faults: Faults, script: Script[str], busy: str) -> None:
        if self.busy:
            return
        self.problem, self.faults = Problem(), faults
        if faults != Faults():
            self._changed()
            return
        self.busy = busy
        self._changed()
        run_script(self._session.tasks, script, partial(self._ended, deed), self._failed)

    def _ended(self, deed: Deed, said: str) -> None:
        self.busy = ""
        if self._session.shared is not None:
            self._session.shared.tell_others()
        self._done(deed, said)

    def _failed(self, error: Exception) -> None:
        self.busy = ""
        if not isinstance(error, CountersignError):
            self._changed()
            raise error
        words = sentence(error.code, error.params)
        if error.code in PASSPHRASE_ERRORS:
            self.faults = Faults(passphrase=words)
        elif error.code in _OF_NOTE:
            self.faults = Faults(note=words)
        elif error.code == "review.digits_differ":
            self.faults = Faults(digits=words)
        else:
            self.problem = Problem.of(error)
        self._changed()
