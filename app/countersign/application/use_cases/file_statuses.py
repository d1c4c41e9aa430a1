"""What status reports say of orders (pain.002, camt.029): put on record, or made a task where a person has to look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from countersign.application.ports.bank_files import GroupStatus, Party, PaymentStatus
from countersign.application.ports.vault import Vault, VaultTransaction
from countersign.application.use_cases.differences import drop_difference, note_difference
from countersign.application.use_cases.record_facts import Evidence, reason_of, record_status, refuses_a_copy
from countersign.application.use_cases.settle_entries import OrderNews, Settlement
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.settlement import AccountEntry, Code, Differs

_STATUSES_OF_ONE = 50  # a payment has some ten in its life; whatever a file adds would stay in the ledger for ever
_ENDINGS = frozenset({"RJCT", "CANC"})
_NOBODY = Party()


class StatusReports:
    """Takes what one file says of payments.

    An answer to a recall is told and moves nothing: whoever can send a file could forge it, and would have us believe
    that the money comes back. Only a statement shows that.

    Attributes:
        skipped: Payments that are no orders of this workspace, or of which enough was said.
    """

    def __init__(self, vault: Vault, evidence: Evidence, found: Settlement, *, answers_recall: bool = False) -> None:
        self._answers_recall = answers_recall
        self._vault, self._evidence, self._found = vault, evidence, found
        self._told = Counter[str]()
        self.skipped = 0

    def record(self, statuses: Sequence[PaymentStatus]) -> None:
        """Record some of a file's. VAULT lane."""
        vault = self._vault
        named = [(said, orders) for said in statuses if (orders := vault.orders_known_as(said.end_to_end_id))]
        self.skipped += len(statuses) - len(named)
        if not named:
            return
        with vault.transaction() as change:
            for said, orders in named:
                known = [change.order(order) for order in orders]
                record = next((item for item in known if item is not None and _is_about(said, item)), None)
                if record is None or self._told[record.content.order] >= _STATUSES_OF_ONE:
                    self.skipped += 1
                elif self._take_status(change, record, said):
                    self._told[record.content.order] += 1
                    payment = record.content.payment
                    news = OrderNews(
                        record.content.order,
                        payment.creditor_name,
                        payment.instructed_amount,
                        said.status,
                        reason_of(said),
                        self._rule(record),
                    )
                    self._found.news.append(news)

    def _take_status(self, change: VaultTransaction, record: OrderRecord, said: PaymentStatus) -> bool:
        """Record what is said, or ask a person. Returns whether it is news of the order.

        An order that has a door is moved by what its bank says there: a file about it is told, and no more.
        """
        if self._answers_recall or not record.by_hand:
            return bool(said.status or said.name_check)
        if refuses_a_copy(said):
            record_status(change, record, said, self._evidence)
            self._ask(change, _said_of(said, record, Code.HELD_ALREADY))
            return False
        refusal = _said_of(said, record, Code.REFUSED_UNSENT)
        handed_over = record.handed_over_at > 0 or record.status is not None
        if said.status in _ENDINGS and not handed_over and not record.final:
            self._ask(change, refusal)
            return False
        drop_difference(change, refusal)
        return record_status(change, record, said, self._evidence) or bool(said.name_check or said.status)

    def _rule(self, record: OrderRecord) -> str:
        if self._answers_recall:
            return "camt.029"
        return "pain.002" if record.by_hand else "pain.002.told"

    def _ask(self, change: VaultTransaction, found: Differs) -> None:
        noted = note_difference(change, found, self._evidence)
        if noted is not None:
            self._found.differences.append(noted)


def of_group(said: GroupStatus) -> Iterator[PaymentStatus]:
    """Read a refusal of a whole message as one of its payment: our files hold one, named like the message."""
    if said.status == "RJCT" and not said.payment_information:
        from_group = PaymentStatus(
            original_message=said.original_message,
            payment_information="",
            instruction_id="",
            end_to_end_id=said.original_message,
            status=said.status,
            reasons=said.reasons,
            amount=None,
            creditor=_NOBODY,
            debtor=_NOBODY,
        )
        yield from_group


def _is_about(said: PaymentStatus, record: OrderRecord) -> bool:
    """Hold a status to the order and to the message that it was laid out in, both named alike.

    Nobody may refuse a payment by naming its identification beside another amount, or within another message; and of
    what was typed at the bank there is no message that a report could be about.
    """
    payment = record.content.payment
    ours = bool(record.file) and said.original_message == payment.end_to_end_id
    return (
        record.bank != ""
        and (ours if record.by_hand else True)
        and (said.amount is None or said.amount == payment.instructed_amount)
        and said.creditor.account in {"", payment.creditor_account}
        and said.debtor.account in {"", payment.debtor_account}
    )


def _said_of(said: PaymentStatus, record: OrderRecord, code: Code) -> Differs:
    """Make a task of what a status report says of an order; it is no entry, and names its status where one is."""
    payment, reason = record.content.payment, reason_of(said)
    entry = AccountEntry(
        entry=f"{said.status}/{reason}",
        account=payment.debtor_account,
        amount=-payment.instructed_amount,
        booked_at=record.changed_at,
        counterparty=said.status,
        counterparty_account="",
        end_to_end_id=payment.end_to_end_id,
        remittance=reason,
        agent_member=payment.debtor_agent_member,
    )
    return Differs(code, record.content.order, entry, payment.instructed_amount)
