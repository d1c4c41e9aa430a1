"""What the scripts of one order stand on: one at a time, and whatever fails, the ledger says where the order stands."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from countersign.application.flows.authorising_run import AuthorisingRun
from countersign.application.flows.progress import Phase, Progress
from countersign.application.flows.script import Script, on_network, on_vault
from countersign.application.ports.bank import Authorisation, AuthorisationState, Bank, SigningBaskets
from countersign.application.use_cases.record_submission import record_reply_refused
from countersign.domain.errors import CountersignError, UserFacingError
from countersign.domain.ledger.bank_signing import BankSigning
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order import BindingError, require_same
from countersign.domain.order_state import OrderState
from countersign.domain.payment import PaymentFields
from countersign.domain.secret import SecretText

OnScreen: TypeAlias = tuple[PaymentFields | None, str]
"""What a page shows of one order: its fields, and the digest of what they were made from."""


@dataclass(slots=True, kw_only=True)
class OrderRun(AuthorisingRun[OnScreen]):
    """One order, its bank, and what is under way.

    Attributes:
        find_bank: Returns under which name the vault knows the order's bank, and its connector.
        read: Reads the order from the vault. VAULT lane.
        bank_id: Under which name the vault knows the connection; empty until a script has run.
    """

    order: str
    find_bank: Callable[[OrderRecord], tuple[str, Bank]]
    read: Callable[[str], OrderRecord]
    bank_id: str = ""

    def choose(self, method: str, shown: PaymentFields | None = None, shown_digest: str = "") -> None:
        """Choose how to authorise; choosing again has the bank send another code.

        Where the bank's own app may decide, this is the commit point: what the page showed must be what was agreed.
        """
        self._chosen(method, (shown, shown_digest))

    def answer(self, code: SecretText, shown: PaymentFields, shown_digest: str) -> None:
        """Send the code: the commit point. What the page showed must be what was agreed."""
        self._answered(code, (shown, shown_digest))

    # — inside —

    def _order(self) -> Script[OrderRecord]:
        return (yield from on_vault(partial(self.read, self.order)))

    @abstractmethod
    def _phase_of(self, known: OrderRecord) -> Phase:
        """Return what is shown of an order as the ledger has it."""

    def _require_shown(self, seen: OnScreen) -> Script[None]:
        known, (shown, _digest) = (yield from self._order()), seen
        if shown is None:
            raise BindingError("binding.otp", field="payment", count=1)
        require_same(known.content.payment, shown, "otp")

    def _stands(self) -> Script[Authorisation]:
        known = yield from self._order()
        return (yield from on_network(partial(find_authorisation, self.bank, known, self._authorisation)))

    def _unheard(self) -> Script[tuple[str, ...]]:
        known = yield from self._order()
        listed = yield from on_network(partial(list_authorisations, self.bank, known))
        return tuple(name for name in listed if name not in known.authorisations)

    def _asks(self, found: Authorisation) -> Script[bool]:
        return asks_elsewhere((yield from self._order()), found)

    def _note_refused_reply(self, stage: str, error: BindingError) -> Script[None]:
        field_name = str(error.params["field"])
        yield from on_vault(partial(record_reply_refused, self.vault, self.order, stage, field_name))

    def _shown(self, phase: Phase, state: OrderState, error: CountersignError | None = None) -> Progress:
        found = Progress(phase, state, self.progress.stage)
        return self._with_error(found, error) if error else found

    def _now(self, phase: Phase) -> Script[Progress]:
        return self._shown(phase, (yield from self._order()).state)

    # — running —

    def _within(self, script: Script[Progress], stage: str) -> Script[Progress]:
        """Do as part of another flow's script what ``_run`` does by itself.

        Raises:
            UserFacingError: ``basket.busy``: something is under way with this order.
        """
        if self._busy:
            script.close()
            raise UserFacingError("basket.busy")
        self._busy = True
        before = self._working(stage)
        try:
            found = yield from self._truthful(script, before)
        except Exception:
            self._ended(replace(before, phase=Phase.UNKNOWN))
            raise
        self._ended(found)
        return found

    def _truthful(self, script: Script[Progress], before: Progress) -> Script[Progress]:
        signings: tuple[BankSigning, ...] = ()
        attempts = 0
        try:
            known = yield from self._order()
            signings, attempts = known.signings, known.attempts
            self.bank_id, self._bank = self.find_bank(known)
            return (yield from script)
        except CountersignError as error:
            known = yield from self._order()
            told_more = known.signings != signings or known.attempts > attempts  # a code may be on its way
            unchanged = known.state is before.state and not told_more
            if unchanged and before.phase is not Phase.NOT_SENT:
                return replace(before, error=error.code, error_params=error.params)
            return self._shown(self._phase_of(known), known.state, error)


def find_authorisation(bank: Bank, known: OrderRecord, authorisation: str) -> Authorisation:
    """Ask where an authorisation stands: of an order that is tied with others, the basket's. NETWORK lane.

    Raises:
        ConnectorError: As ``Bank.authorisation``.
        UserFacingError: ``basket.not_offered``: the bank is not asked for baskets any more.
    """
    product, cancels = known.content.payment.product, _cancels(known)
    if cancels or not known.basket:
        return bank.authorisation(known.payment_id, product, authorisation, cancels=cancels)
    return _baskets(bank).authorisation(known.basket, authorisation)


def list_authorisations(bank: Bank, known: OrderRecord) -> Sequence[str]:
    """List the authorisations among which the one is that ``find_authorisation`` asks for; raises as that."""
    product, cancels = known.content.payment.product, _cancels(known)
    if cancels or not known.basket:
        return bank.authorisations(known.payment_id, product, cancels=cancels)
    return _baskets(bank).authorisations(known.basket)


def _cancels(known: OrderRecord) -> bool:
    """Tell whether the open authorisation takes the payment back: those have a list of their own."""
    return known.state is OrderState.CANCELLING


def _baskets(bank: Bank) -> SigningBaskets:
    if bank.baskets is None:
        raise UserFacingError("basket.not_offered")
    return bank.baskets


def asks_elsewhere(known: OrderRecord, found: Authorisation) -> bool:
    """Tell whether the bank's own app may still be asking the person, so that nothing is known yet.

    After a restart nothing else tells it. Of a basket, words (psuMessage) are enough: better to wait than to claim.
    """
    return found.state is AuthorisationState.OPEN and (found.elsewhere or bool(known.basket and found.message))
