"""Verification of payee (Regulation (EU) 2024/886 art. 5c): the four EPC outcomes."""

from __future__ import annotations

import orjson

from practicebank import ibans
from practicebank.clock import BankClock, iso
from practicebank.names import Likeness, compare_holders
from practicebank.outcomes import Outcomes
from practicebank.store import Store

_OUTCOMES = {Likeness.SAME: "MTCH", Likeness.CLOSE: "CMTC", Likeness.DIFFERENT: "NMTC"}
_REASONS = {
    "CMTC": "The name is nearly that of the account's holder.",
    "NMTC": "The name is not that of the account's holder.",
    "NOAP": "The payee's bank gives no answer for this account.",
}


class NameChecks:
    """Answer whether a name belongs to an account.

    Args:
        store: Holds the directory of accounts at all banks of this world.
        clock: The bank's clock.
        outcomes: Answers a tester prescribed.
    """

    def __init__(self, store: Store, clock: BankClock, outcomes: Outcomes) -> None:
        self._store = store
        self._clock = clock
        self._outcomes = outcomes

    def verify(self, name: str, iban: str, request_id: str) -> dict[str, object]:
        """Return the outcome, bound to the account by its hash."""
        row = self._store.one("SELECT holders FROM directory WHERE iban = ?", iban)
        holders: list[str] = [] if row is None else orjson.loads(row["holders"])
        outcome = self._outcomes.verdict(iban)
        if outcome is None and holders:
            outcome = _OUTCOMES[compare_holders(name, holders)]
        elif outcome is None:
            outcome = "NOAP"
        answer: dict[str, object] = {
            "requestId": request_id,
            "outcome": outcome,
            "creditorName": name,
            "creditorAccount": {"iban": iban},
            "accountHash": ibans.account_hash(iban),
            "checkedAt": iso(self._clock.now_ms()),
        }
        if outcome == "CMTC":
            # Only a close match may tell the holder's name; a mismatch never does.
            answer["matchedName"] = " & ".join(holders) or name
        if outcome in _REASONS:
            answer["reason"] = _REASONS[outcome]
        return answer
