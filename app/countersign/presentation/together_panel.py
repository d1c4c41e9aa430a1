"""The bank's questions about several payments at once: the same panel as for one, with the total beside the code."""

from __future__ import annotations

from collections.abc import Sequence

from countersign.application.flows.basket_run import BasketRun, Shown
from countersign.application.flows.basket_signing import BasketSigning
from countersign.application.flows.basket_submission import BasketSubmission
from countersign.application.flows.submission import Phase
from countersign.application.session import together_name
from countersign.domain.batch_digest import batch_digest
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.money import Money
from countersign.domain.order import last_digits
from countersign.domain.secret import SecretText
from countersign.presentation.formats import isolate, money_text
from countersign.presentation.inbox_batch import totals_of
from countersign.presentation.messages import _, language, ngettext
from countersign.presentation.together_state import BoundTogether
from countersign.presentation.transfer_confirm import Bound, ScaPanel, ScaState

_TAILS = 8


class TogetherPanel(ScaPanel):
    """Leads one person through the authorisation of several payments. It can only do what the run offers."""

    _run: BasketRun | None = None
    _shown: BoundTogether | None = None

    def lead(self, orders: Sequence[str], *, further: bool) -> None:
        """Take up the run of these orders; ``further``: a further signature on what another device handed in."""
        session = self._session
        self._forget()
        self._forget = session.submissions.listen(together_name(orders, further=further), self._heard)
        self._run = session.signing_together(orders) if further else session.together(orders)
        self._progress = self._run.progress
        self._read_password()

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders that the run signs now; none before it is taken up."""
        return self._run.orders if self._run is not None else ()

    @property
    def phase(self) -> Phase:
        """What the run waits for."""
        return self._progress.phase

    def show(self, records: Sequence[OrderRecord]) -> None:
        """Have the panel show these orders: a code counts for them and no others."""
        self._shown = bound_together(records) if records else None

    def begin(self) -> None:
        """Hand in, tie and open; or go on with that."""
        if isinstance(self._run, BasketSubmission):
            self._clear()
            self._run.begin()

    def sign(self, person: str) -> None:
        """Open an authorisation for somebody, by their user ID at the bank."""
        self._person = person.strip()
        if not self._person:
            self._complain(_("Type the user ID that the bank gave to whoever signs now."))
        elif isinstance(self._run, BasketSigning):
            self._clear()
            self._password, self._messages = "", ()
            self._run.begin(self._person)
            self._read_password()

    def untie(self) -> None:
        """Dissolve the basket."""
        if isinstance(self._run, BasketSubmission):
            self._clear()
            self._run.untie()

    def check_again(self) -> None:
        """Ask the bank. Nothing is sent again."""
        if self._run is not None:
            self._clear()
            self._run.reconcile()

    def look(self) -> None:
        """Ask quietly whether the bank's own app has decided."""
        if self._run is not None and not self._closed:
            self._run.look()

    def give_password(self, typed: str) -> None:
        """Say who is there."""
        password = SecretText(typed)
        if not password:
            self._complain(_("Type the password of your bank."))
        elif self._run is not None:
            self._clear()
            self._run.authenticate(password)

    def choose(self, method: str) -> None:
        """Choose how to confirm what is on screen."""
        if not method:
            self._complain(_("Choose how you want to confirm."))
        elif self._run is not None and self._shown is not None:
            self._clear()
            self._run.choose(method, self._shown.together)

    def send_code(self, on_screen: Bound, typed: str) -> None:
        """Send the code for what is on screen."""
        code = SecretText(typed)
        if not code:
            self._complain(_("Type the code that your bank sent you."))
        elif self._run is not None and isinstance(on_screen, BoundTogether):
            self._clear()
            self._run.answer(code, on_screen.together)

    def state(self) -> ScaState:
        """Say what is to be shown."""
        return self._state(self._shown)

    def _clear(self) -> None:
        self._problem = type(self._problem)()

    def _read_again(self) -> None:
        """Leave it: the page reads all of them."""


def bound_together(records: Sequence[OrderRecord]) -> BoundTogether:
    """Show what a code is asked for: made from the orders' own content."""
    payments = [record.content.payment for record in records]
    payees = tuple(dict.fromkeys(isolate(payment.creditor_name) for payment in payments))
    tails = [last_digits(payment.creditor_account) for payment in payments]
    more = len(tails) - _TAILS
    listed = _(", ").join(tails[:_TAILS])
    if more > 0:
        listed = ngettext("{listed} and {count} more", "{listed} and {count} more", more).format(
            listed=listed, count=more
        )
    count = ngettext("{count} payment", "{count} payments", len(records)).format(count=len(records))
    return BoundTogether(
        amount=_(", ").join(fact.text for fact in totals_of(payments)),
        payee=payees[0]
        if len(payees) == 1
        else _("{count} to {payees} payees").format(count=count, payees=len(payees)),
        tail=listed,
        fee=_fees(records),
        shown=payments[0],
        shown_digest=records[0].digest,
        together=Shown(
            {record.content.order: (record.content.payment, record.digest) for record in records},
            batch_digest(record.digest for record in records),
        ),
    )


def _fees(records: Sequence[OrderRecord]) -> str:
    """Add up per currency what the bank takes for them; empty where it didn't say of one."""
    sums: dict[str, int] = {}
    for record in records:
        fee = record.fee
        minor = fee.get("minor") if fee is not None else None
        if fee is None or not isinstance(minor, int):
            return ""
        currency = str(fee["currency"])
        sums[currency] = sums.get(currency, 0) + minor
    listed = (isolate(money_text(Money(minor, currency), language())) for currency, minor in sorted(sums.items()))
    return _(", ").join(listed)
