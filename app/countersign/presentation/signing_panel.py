"""The bank's questions to a further signer: the same panel as for paying, for one more person's own authorisation."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from countersign.application.flows.script import on_vault, run_script
from countersign.application.flows.signing import Signing
from countersign.application.flows.submission import Phase
from countersign.application.session import signing_of
from countersign.domain.errors import CountersignError
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.secret import SecretText
from countersign.presentation.messages import _
from countersign.presentation.transfer_confirm import Bound, ScaPanel
from countersign.presentation.transfer_desk import Problem


class SigningPanel(ScaPanel):
    """Leads one person through signing, at the bank, what another device sent there. It can send nothing itself."""

    _signing: Signing | None = None

    def open(self, order: str, then: Callable[[Phase], None]) -> None:
        """Show an order; ``then`` is told where it stands."""
        self._order = order
        try:
            signing = self._session.signing(order)
        except CountersignError as error:
            self._failed(error)
            return
        self._forget()
        self._forget = self._session.submissions.listen(signing_of(order), self._heard)
        self._signing, self._progress = signing, signing.progress

        def known(record: OrderRecord) -> None:
            self._record = record
            if not self._closed:
                then(self.phase)
                self._changed()

        run_script(self._session.tasks, on_vault(partial(self._session.read_order, order)), known, self._failed)

    def sign(self, person: str) -> None:
        """Open an authorisation for somebody, by their user ID at the bank."""
        self._person = person.strip()
        if not self._person:
            self._complain(_("Type the user ID that the bank gave to whoever signs now."))
            return
        self._password, self._messages = "", ()
        self._step(lambda signing: signing.begin(self._person))
        self._read_password()

    def give_password(self, typed: str) -> None:
        """Say who is there."""
        password = SecretText(typed)
        if not password:
            self._complain(_("Type the password of your bank."))
            return
        self._step(lambda signing: signing.authenticate(password))

    def choose(self, method: str) -> None:
        """Choose how to confirm."""
        if not method:
            self._complain(_("Choose how you want to confirm."))
            return
        shown = (self._record.content.payment, self._record.digest) if self._record else (None, "")
        self._step(lambda signing: signing.choose(method, *shown))

    def send_code(self, on_screen: Bound, typed: str) -> None:
        """Send the code for what is on screen."""
        code = SecretText(typed)
        if not code:
            self._complain(_("Type the code that your bank sent you."))
            return
        self._step(lambda signing: signing.answer(code, on_screen.shown, on_screen.shown_digest))

    def check_again(self) -> None:
        """Ask the bank about the signature. Nothing is sent again."""
        self._step(lambda signing: signing.reconcile())

    def look(self) -> None:
        """Ask quietly whether the bank's own app has decided."""
        if self._signing is not None and not self._closed:
            self._signing.look()

    def _step(self, act: Callable[[Signing], None]) -> None:
        self._problem = Problem()
        if self._signing is not None:
            act(self._signing)
