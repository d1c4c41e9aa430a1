"""The bank's own app: type a payment, look at what the bank will do, confirm with the password."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta

import orjson

from practicebank import amounts
from practicebank.bank import Bank
from practicebank.files.orders import NOT_PROVIDED, Order, judge
from practicebank.files.references import bank_reference
from practicebank.files.upload_rows import PortalRefusedError, right_password
from practicebank.files.xml_in import Reason
from practicebank.products import INSTANT, SCT
from practicebank.world import cast

_SERIAL = "app"
_WEEKEND = 5
_TEXTS = ("debtor_iban", "creditor_name", "creditor_iban", "amount", "currency")
_KNOWN = {*_TEXTS, "remittance", "execution_date", "instant"}
_LONGEST = 500


class AppPayments:
    """Take payments that somebody types into the app.

    Args:
        bank: The bank.
    """

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._store = bank.store

    def prepare(self, typed: Mapping[str, object]) -> dict[str, object]:
        """Return the page that says what the bank will do; nothing is carried out.

        Raises:
            ValueError: A field is missing, unknown or of another kind.
        """
        order = self._order(typed)
        day = order.execution_date or self._bank.clock.today()
        judged = judge(order, self._bank)
        page: dict[str, object] = {
            **{name: typed[name] for name in _TEXTS},
            "remittance": order.remittance,
            "execution_date": day.isoformat(),
            "product": order.product,
            "fee": "" if isinstance(judged, Reason) else amounts.to_written(judged.fee_minor or 0, order.currency),
            "arrival": _arrival(day, order.product).isoformat(),
            "name_check": "",
            "matched_name": "",
            "reasons": [judged.describe()] if isinstance(judged, Reason) else [],
        }
        if not isinstance(judged, Reason):
            answer = self._bank.name_checks.verify(order.creditor_name, order.creditor_account, "")
            page["name_check"] = answer["outcome"]
            page["matched_name"] = answer.get("matchedName", "")
        with self._store.transaction():
            row = self._store.one("SELECT COALESCE(MAX(seq), 0) + 1 AS next FROM app_payments")
            app_payment_id = f"A{0 if row is None else row['next']:06d}"
            self._store.run(
                "INSERT INTO app_payments (app_payment_id, created_ms, status, page) VALUES (?, ?, ?, ?)",
                app_payment_id,
                self._bank.clock.now_ms(),
                "refused" if isinstance(judged, Reason) else "waiting",
                orjson.dumps(page).decode(),
            )
            return self.get(app_payment_id)

    def confirm(self, app_payment_id: str, password: str) -> dict[str, object]:
        """Carry a payment out.

        Raises:
            KeyError: There is none.
            PortalRefusedError: ``password_wrong``, or ``not_waiting``: it was refused or confirmed before.
        """
        with self._store.transaction():
            page = self.get(app_payment_id)
            if not right_password(self._bank, password):
                raise PortalRefusedError("password_wrong")
            if page["status"] != "waiting":
                raise PortalRefusedError("not_waiting")
            judged = judge(self._order({name: page[name] for name in page if name in _KNOWN}, page), self._bank)
            if isinstance(judged, Reason):
                raise PortalRefusedError("not_waiting")
            payment = self._bank.payments.initiate(
                judged, cast.PSU_ID, f"app:{app_payment_id}", _SERIAL, hashlib.sha256(b"").hexdigest()
            )
            if payment.status == "RCVD":
                self._bank.payments.accept(payment)
            self._store.run(
                "UPDATE app_payments SET status = 'confirmed', payment_id = ? WHERE app_payment_id = ?",
                payment.payment_id,
                app_payment_id,
            )
            return self.get(app_payment_id)

    def get(self, app_payment_id: str) -> dict[str, object]:
        """Return a payment's page as it stands.

        Raises:
            KeyError: There is none.
        """
        row = self._store.one(
            "SELECT app_payments.*, payments.status AS payment_status, payments.reason_code FROM app_payments"
            " LEFT JOIN payments USING (payment_id) WHERE app_payment_id = ?",
            app_payment_id,
        )
        if row is None:
            raise KeyError(app_payment_id)
        return {
            "app_payment_id": app_payment_id,
            "status": row["status"],
            **orjson.loads(row["page"]),
            "payment_status": row["payment_status"] or "",
            "reason_code": row["reason_code"] or "",
            "bank_reference": bank_reference(row["payment_id"]) if row["payment_id"] else "",
        }

    def all(self) -> list[dict[str, object]]:
        """Return every payment that was typed, oldest first."""
        rows = self._store.all("SELECT app_payment_id FROM app_payments ORDER BY seq")
        return [self.get(row["app_payment_id"]) for row in rows]

    def _order(self, typed: Mapping[str, object], page: Mapping[str, object] | None = None) -> Order:
        if not set(typed) <= _KNOWN:
            raise ValueError(f"the app has no {', '.join(sorted(set(typed) - _KNOWN))[:_LONGEST]}")
        texts = {name: typed.get(name) for name in _TEXTS}
        texts["remittance"] = typed.get("remittance", "")
        strings = {name: text for name, text in texts.items() if isinstance(text, str) and len(text) <= _LONGEST}
        if len(strings) != len(texts):
            raise ValueError(f"text was expected for {', '.join(sorted(set(texts) - set(strings)))}")
        instant = typed.get("instant", False)
        if not isinstance(instant, bool):
            raise ValueError("instant is true or false")  # noqa: TRY004 - one error for the caller
        product = INSTANT if instant else SCT
        return Order(
            product=product if page is None else str(page["product"]),
            debtor_iban=strings["debtor_iban"].replace(" ", ""),
            creditor_name=strings["creditor_name"].strip(),
            creditor_account=strings["creditor_iban"].replace(" ", ""),
            amount=strings["amount"],
            currency=strings["currency"],
            end_to_end_id=NOT_PROVIDED,
            remittance=strings["remittance"],
            execution_date=_day(typed.get("execution_date")),
        )


def _day(typed: object) -> date | None:
    if typed is None:
        return None
    try:
        return date.fromisoformat(typed if isinstance(typed, str) else "")
    except ValueError as error:
        raise ValueError("a day like 2026-11-30 was expected") from error


def _arrival(day: date, product: str) -> date:
    """Return by the end of which day the money arrives: one business day later (SEPA SCT rulebook 4.2.3)."""
    if product == INSTANT:
        return day
    after = day + timedelta(days=1)
    while after.weekday() >= _WEEKEND:
        after += timedelta(days=1)
    return after
