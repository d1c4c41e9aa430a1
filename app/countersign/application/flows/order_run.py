"""What the scripts of one order stand on: one at a time, and whatever fails, the ledger says where the order stands."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from countersign.application.flows.basket_run import IN_APP
from countersign.application.flows.progress import Phase, Progress
from countersign.application.flows.script import Script, on_vault, run_script
from countersign.application.ports.bank import Authorisation, AuthorisationState, Bank
from countersign.application.ports.tasks import Tasks
from countersign.application.ports.vault import Vault
from countersign.domain.errors import CountersignError, UserFacingError
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order import BindingError, require_same
from countersign.domain.order_state import OrderState
from countersign.domain.payment import PaymentFields


@dataclass(slots=True)
class OrderRun(ABC):
    """One order, its bank, and what is under way.

    Attributes:
        find_bank: Returns under which name the vault knows the order's bank, and its connector.
        read: Reads the order from the vault. VAULT lane.
        changed: Called on the owner's thread whenever ``progress`` is new.
        bank_id: Under which name the vault knows the connection; empty until a script has run.
    """

    order: str
    find_bank: Callable[[OrderRecord], tuple[str, Bank]]
    vault: Vault
    tasks: Tasks
    read: Callable[[str], OrderRecord]
    changed: Callable[[Progress], None]
    progress: Progress = field(default_factory=Progress)
    bank_id: str = ""
    _bank: Bank | None = None
    _busy: bool = False

    @property
    def busy(self) -> bool:
        """Whether a record or an exchange is under way."""
        return self._busy

    @property
    def bank(self) -> Bank:
        """The order's bank.

        Raises:
            UserFacingError: ``bank.not_connected``.
        """
        if self._bank is None:
            raise UserFacingError("bank.not_connected")
        return self._bank

    def _order(self) -> Script[OrderRecord]:
        return (yield from on_vault(partial(self.read, self.order)))

    @abstractmethod
    def _phase_of(self, known: OrderRecord) -> Phase:
        """Return what is shown of an order as the ledger has it."""

    def _asks_app(self, method: str) -> bool:
        """Tell whether choosing this method is the commit point: the bank's own app decides (LEDGER 19)."""
        return any(item.method == method and item.kind == IN_APP for item in self.progress.methods)

    def _require_shown(self, shown: PaymentFields | None) -> Script[None]:
        known = yield from self._order()
        if shown is None:
            raise BindingError("binding.otp", field="payment", count=1)
        require_same(known.content.payment, shown, "otp")

    def _shown(self, phase: Phase, state: OrderState, error: CountersignError | None = None) -> Progress:
        found = Progress(phase, state, self.progress.stage)
        return self._with_error(found, error) if error else found

    @staticmethod
    def _with_error(progress: Progress, error: CountersignError) -> Progress:
        return replace(progress, error=error.code, error_params=error.params)

    def _run(self, script: Script[Progress], stage: str) -> None:
        if self._busy:
            script.close()
            return
        self._busy = True
        before = self.progress
        self.progress = replace(before, phase=Phase.WORKING, stage=stage, error="", error_params={})
        self.changed(self.progress)
        run_script(self.tasks, self._truthful(script, before), self._ended, partial(self._failed, before))

    def _within(self, script: Script[Progress], stage: str) -> Script[Progress]:
        """Do as part of another flow's script what ``_run`` does by itself.

        Raises:
            UserFacingError: ``basket.busy``: something is under way with this order.
        """
        if self._busy:
            script.close()
            raise UserFacingError("basket.busy")
        self._busy, before = True, self.progress
        self.progress = replace(before, phase=Phase.WORKING, stage=stage, error="", error_params={})
        self.changed(self.progress)
        try:
            found = yield from self._truthful(script, before)
        except Exception:
            self._ended(replace(before, phase=Phase.UNKNOWN))
            raise
        self._ended(found)
        return found

    def _truthful(self, script: Script[Progress], before: Progress) -> Script[Progress]:
        """Where a step fails, show what the ledger says: more may be on record than this step could say."""
        try:
            known = yield from self._order()
            self.bank_id, self._bank = self.find_bank(known)
            return (yield from script)
        except CountersignError as error:
            known = yield from self._order()
            if known.state is before.state and before.phase is not Phase.NOT_SENT:
                return replace(before, error=error.code, error_params=error.params)
            return self._shown(self._phase_of(known), known.state, error)

    def _ended(self, progress: Progress) -> None:
        self._busy = False
        self.progress = progress
        self.changed(progress)

    def _failed(self, before: Progress, error: Exception) -> None:
        """Not even the ledger could be asked, or there is a mistake in the program: claim nothing."""
        known = error if isinstance(error, CountersignError) else CountersignError("submission.unexpected")
        self._ended(replace(before, phase=Phase.UNKNOWN, error=known.code, error_params=known.params))
        if known is not error:
            raise error


def find_authorisation(bank: Bank, known: OrderRecord, authorisation: str) -> Authorisation:
    """Ask where an authorisation stands: of an order that is tied with others, the basket's. NETWORK lane.

    Raises:
        ConnectorError: As ``Bank.authorisation``.
        UserFacingError: ``basket.not_offered``: the bank is not asked for baskets any more.
    """
    if not known.basket:
        return bank.authorisation(known.payment_id, known.content.payment.product, authorisation)
    if bank.baskets is None:
        raise UserFacingError("basket.not_offered")
    return bank.baskets.authorisation(known.basket, authorisation)


def asks_elsewhere(known: OrderRecord, found: Authorisation) -> bool:
    """Tell whether the bank's own app may still be asking the person, so that nothing is known yet.

    After a restart nothing else tells it. Of a basket, words (psuMessage) are enough: better to wait than to claim.
    """
    return found.state is AuthorisationState.OPEN and (found.elsewhere or bool(known.basket and found.message))
