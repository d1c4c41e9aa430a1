"""A bank's portal and app in memory: whatever is handed in is taken, and what comes down is set by the test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from countersign.application.ports.practice import (
    AppPayment,
    AppWish,
    PortalDownload,
    PortalReason,
    PortalUpload,
)
from countersign.domain.errors import ConnectorError, FailureKind

_TODAY = date(2026, 11, 22)


@dataclass(slots=True, kw_only=True)
class FakePortal:
    """The portal's half of the ``PracticeWorld`` port.

    Attributes:
        files: What was handed in, as it came.
        taken: The same as the portal shows it.
        refusal: Why the next file or payment is refused; empty: it isn't.
        documents: What can be fetched.
        statements: What comes for an account and a kind.
        app_payments: What was typed into the app.
    """

    files: list[bytes] = field(default_factory=list)
    taken: list[PortalUpload] = field(default_factory=list)
    refusal: tuple[PortalReason, ...] = ()
    documents: list[tuple[PortalDownload, bytes]] = field(default_factory=list)
    statements: dict[tuple[str, str], bytes] = field(default_factory=dict)
    app_payments: list[AppPayment] = field(default_factory=list)

    def upload(self, file: bytes) -> PortalUpload:
        """Take a file."""
        self.files.append(file)
        made = PortalUpload(
            upload=f"U{len(self.files):06d}",
            message="pain.001.001.09",
            message_id=f"M-{len(self.files)}",
            status="refused" if self.refusal else "waiting",
            uploaded_at=0,
            count=1,
            control_sum="",
            reasons=self.refusal,
            transactions=(),
        )
        self.taken.append(made)
        return made

    def uploads(self) -> Sequence[PortalUpload]:
        """List what was taken."""
        return tuple(self.taken)

    def uploaded(self, upload: str) -> PortalUpload:
        """Return one of them."""
        return self.taken[self._place(upload)]

    def release(self, upload: str) -> PortalUpload:
        """Release one."""
        place = self._place(upload)
        if self.taken[place].status != "waiting":
            raise ConnectorError(FailureKind.TERMINAL, "practice.not_waiting")
        self.taken[place] = replace(self.taken[place], status="released")
        return self.taken[place]

    def downloads(self) -> Sequence[PortalDownload]:
        """List what can be fetched."""
        return tuple(listed for listed, _ in self.documents)

    def download(self, identification: str) -> bytes:
        """Fetch one of them."""
        for listed, content in self.documents:
            if listed.download == identification:
                return content
        raise ConnectorError(FailureKind.TERMINAL, "practice.unknown")

    def statement(self, account: str, kind: str, first: date, last: date) -> bytes:
        """Fetch a statement, whatever the days."""
        if (account, kind) not in self.statements or first > last:
            raise ConnectorError(FailureKind.TERMINAL, "practice.unknown")
        return self.statements[account, kind]

    def prepare_in_app(self, wish: AppWish) -> AppPayment:
        """Type a payment."""
        day = wish.execution_date or _TODAY
        made = AppPayment(
            payment=f"A{len(self.app_payments) + 1:06d}",
            status="refused" if self.refusal else "waiting",
            debtor_account=wish.debtor_account,
            creditor_name=wish.creditor_name,
            creditor_account=wish.creditor_account,
            amount=wish.amount,
            currency=wish.currency,
            remittance=wish.remittance,
            execution_date=day,
            product="instant-sepa-credit-transfers" if wish.instant else "sepa-credit-transfers",
            fee="" if self.refusal else "0.35",
            arrival=day,
            name_check="" if self.refusal else "MTCH",
            matched_name="",
            reasons=self.refusal,
            bank_reference="",
        )
        self.app_payments.append(made)
        return made

    def confirm_in_app(self, payment: str) -> str:
        """Confirm it."""
        for place, made in enumerate(self.app_payments):
            if made.payment == payment:
                if made.status != "waiting":
                    raise ConnectorError(FailureKind.TERMINAL, "practice.not_waiting")
                reference = f"ALDREFERENCE{place + 1}"
                self.app_payments[place] = replace(made, status="confirmed", bank_reference=reference)
                return reference
        raise ConnectorError(FailureKind.TERMINAL, "practice.unknown")

    def _place(self, upload: str) -> int:
        for place, made in enumerate(self.taken):
            if made.upload == upload:
                return place
        raise ConnectorError(FailureKind.TERMINAL, "practice.unknown")
