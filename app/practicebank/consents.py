"""Consents to read accounts: what may be read, until when, and how often without the person."""

from __future__ import annotations

import sqlite3
import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus

import orjson

from practicebank.clock import BankClock
from practicebank.problems import Problem
from practicebank.store import Store

# RTS 2018/389 art. 10a, as amended by 2022/2360: strong authentication again after 180 days.
_LONGEST = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent as the bank keeps it."""

    consent_id: str
    access: dict[str, object]
    recurring: bool
    valid_until: date
    frequency: int
    status: str
    psu_id: str | None
    last_action_date: date

    def covers(self, iban: str, kind: str) -> bool:
        """Return whether one account may be read.

        Args:
            iban: The account.
            kind: ``accounts``, ``balances`` or ``transactions``.
        """
        if "allPsd2" in self.access:
            return True
        if "availableAccountsWithBalance" in self.access:
            return kind in ("accounts", "balances")
        if "availableAccounts" in self.access:
            return kind == "accounts"
        kinds = ("accounts", "balances", "transactions") if kind == "accounts" else (kind,)
        return any(
            isinstance(reference, dict) and reference.get("iban") == iban
            for name in kinds
            for reference in _references(self.access.get(name))
        )


class Consents:
    """Keep consents and count their uses.

    Args:
        store: The bank's memory.
        clock: The bank's clock.
    """

    def __init__(self, store: Store, clock: BankClock) -> None:
        self._store = store
        self._clock = clock

    def create(
        self,
        access: dict[str, object],
        *,
        recurring: bool,
        valid_until: date,
        frequency: int,
        psu_id: str | None,
    ) -> Consent:
        """Write down a consent nobody has authorised yet."""
        consent_id = str(uuid.uuid4())
        today = self._clock.today()
        if all(_references(access.get(n)) == [] for n in ("accounts", "balances", "transactions")):
            named = ("allPsd2", "availableAccounts", "availableAccountsWithBalance")
            if not any(name in access for name in named):
                # Empty lists ask the bank to offer: it offers every account it has.
                access = {"allPsd2": "allAccounts"}
        self._store.run(
            "INSERT INTO consents (consent_id, access, recurring, valid_until, frequency, status,"
            " psu_id, created_ms, last_action_date) VALUES (?, ?, ?, ?, ?, 'received', ?, ?, ?)",
            consent_id,
            orjson.dumps(access).decode(),
            int(recurring),
            min(valid_until, today + _LONGEST).isoformat(),
            frequency,
            psu_id,
            self._clock.now_ms(),
            today.isoformat(),
        )
        found = self.find(consent_id)
        if found is None:
            raise KeyError(consent_id)
        return found

    def find(self, consent_id: str) -> Consent | None:
        """Return a consent, expired if its last day is over."""
        row = self._store.one("SELECT * FROM consents WHERE consent_id = ?", consent_id)
        return None if row is None else self._read(row)

    def _read(self, row: sqlite3.Row) -> Consent:
        valid_until = date.fromisoformat(row["valid_until"])
        status = row["status"]
        if status in ("received", "valid") and valid_until < self._clock.today():
            status = "expired"
        return Consent(
            consent_id=row["consent_id"],
            access=orjson.loads(row["access"]),
            recurring=bool(row["recurring"]),
            valid_until=valid_until,
            frequency=row["frequency"],
            status=status,
            psu_id=row["psu_id"],
            last_action_date=date.fromisoformat(row["last_action_date"]),
        )

    def set_status(self, consent_id: str, status: str) -> None:
        """Move a consent to another status of the standard."""
        self._store.run(
            "UPDATE consents SET status = ?, last_action_date = ? WHERE consent_id = ?",
            status,
            self._clock.today().isoformat(),
            consent_id,
        )

    def grant(self, consent_id: str, psu_id: str) -> None:
        """Make a consent valid, for the accounts of the person who authorised it."""
        self.set_status(consent_id, "valid")
        self._store.run("UPDATE consents SET psu_id = ? WHERE consent_id = ?", psu_id, consent_id)

    def use(self, consent_id: str, path: str, *, person_present: bool) -> Consent:
        """Check that accounts may be read under this consent now, and count the use.

        Raises:
            Problem: CONSENT_UNKNOWN, CONSENT_EXPIRED, CONSENT_INVALID, or ACCESS_EXCEEDED when
                it was used too often today without the person.
        """
        consent = self.find(consent_id)
        if consent is None:
            raise Problem(HTTPStatus.BAD_REQUEST, "CONSENT_UNKNOWN", "There is no such consent.")
        if consent.status == "expired":
            raise Problem(HTTPStatus.UNAUTHORIZED, "CONSENT_EXPIRED", "The consent is over.")
        if consent.status != "valid":
            raise Problem(HTTPStatus.UNAUTHORIZED, "CONSENT_INVALID", f"The consent is {consent.status}.")
        if not person_present:
            self._count(consent, path)
        return consent

    def _count(self, consent: Consent, path: str) -> None:
        day = self._clock.today().isoformat()
        self._store.run(
            "INSERT INTO consent_uses VALUES (?, ?, ?, 1)"
            " ON CONFLICT (consent_id, day, path) DO UPDATE SET uses = uses + 1",
            consent.consent_id,
            day,
            path,
        )
        row = self._store.one(
            "SELECT uses FROM consent_uses WHERE consent_id = ? AND day = ? AND path = ?",
            consent.consent_id,
            day,
            path,
        )
        if row is not None and row["uses"] > consent.frequency:
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS,
                "ACCESS_EXCEEDED",
                "The consent was used as often as it allows today.",
            )


def _references(value: object) -> list[object]:
    return value if isinstance(value, list) else []
