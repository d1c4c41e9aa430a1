"""Trouble on demand: what may go wrong between a bank and its client, one rule at a time."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import orjson

from practicebank.store import Store

KINDS = (
    "latency",
    "drop_request",
    "drop_reply",
    "status_5xx",
    "duplicate_reply",
    "wrong_echo",
    "garbage",
    "huge_body",
    "slow_drip",
    "kill_self_before",
    "kill_self_after",
)
_NUMBERS = ("nth", "times", "ms", "status", "bytes", "ms_per_byte")
_TEXTS = ("method", "path", "body", "kind", "when", "field")
_OTHER_IBAN = "DE31999300100000987654"
_FOREIGN_LINK = "https://elsewhere.example/v1/payments"
# The names testers use, and the keys of the bodies they stand for, with a false value.
_ECHO: dict[str, tuple[tuple[str, ...], object]] = {
    "amount": (("amount",), "9.99"),
    "currency": (("currency",), "CHF"),
    "iban": (("iban",), _OTHER_IBAN),
    "name": (("creditorName", "matchedName"), "Somebody Else"),
    "id": (("paymentId", "consentId"), "00000000-0000-4000-8000-000000000000"),
    "authorisation_id": (("authorisationId",), "00000000-0000-4000-8000-000000000000"),
    "status": (("transactionStatus",), "ACSC"),
    "sca_status": (("scaStatus",), "finalised"),
    "end_to_end_id": (("endToEndIdentification", "endToEndId"), "NOT-WHAT-YOU-ASKED"),
    "link": (("href",), _FOREIGN_LINK),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule that fires for the request at hand."""

    kind: str
    rule: Mapping[str, object]

    def number(self, name: str, default: int) -> int:
        """Return one of the rule's figures."""
        value = self.rule.get(name, default)
        return value if isinstance(value, int) else default

    def is_after(self) -> bool:
        """Return whether the trouble comes after the commit."""
        return self.rule.get("when", "before") == "after"


class Faults:
    """Keep the rules and count what they match, durably.

    Counters are written before anything goes wrong: a rule that kills the bank once does not
    kill it again when it is started anew.

    Args:
        store: The bank's memory.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def replace(self, rules: object) -> None:
        """Replace all rules.

        Raises:
            ValueError: A rule isn't one of those this bank knows.
        """
        if not isinstance(rules, list):
            raise ValueError("rules must be a list")  # noqa: TRY004 - one error for the caller
        for rule in rules:
            _check(rule)
        with self._store.transaction() as db:
            db.execute("DELETE FROM faults")
            for position, rule in enumerate(rules):
                db.execute(
                    "INSERT INTO faults (position, rule) VALUES (?, ?)",
                    (position, orjson.dumps(rule).decode()),
                )

    def describe(self) -> dict[str, object]:
        """Return the rules with how often each was seen and has fired."""
        rows = self._store.all("SELECT * FROM faults ORDER BY position")
        return {"rules": [{**orjson.loads(r["rule"]), "seen": r["seen"], "fired": r["fired"]} for r in rows]}

    def plan(self, method: str, target: str, body: bytes) -> list[Fault]:
        """Return what goes wrong with this request, and count it."""
        if self._store.one("SELECT 1 FROM faults") is None:
            return []
        text = body.decode("utf-8", "replace")
        with self._store.transaction():
            rows = self._store.all("SELECT * FROM faults ORDER BY position")
            found = [self._count(row, method, target, text) for row in rows]
        return [fault for fault in found if fault is not None]

    def _count(self, row: sqlite3.Row, method: str, target: str, body: str) -> Fault | None:
        rule = cast("dict[str, object]", orjson.loads(row["rule"]))
        if rule.get("method", "*") not in ("*", method):
            return None
        if not re.search(str(rule.get("path", "")), target) or not re.search(str(rule.get("body", "")), body):
            return None
        fault = Fault(str(rule["kind"]), rule)
        seen = row["seen"] + 1
        times = fault.number("times", 1)
        fires = seen >= fault.number("nth", 1) and (times == 0 or row["fired"] < times)
        self._store.run(
            "UPDATE faults SET seen = ?, fired = fired + ? WHERE position = ?", seen, int(fires), row["position"]
        )
        return fault if fires else None


def kill_self() -> None:
    """End this process at once, with nothing tidied up."""
    if sys.platform == "win32":
        os._exit(137)
    os.kill(os.getpid(), signal.SIGKILL)


def falsify(body: object, fault: Fault) -> object:
    """Return a copy of a reply in which one field says something else than it should."""
    field = str(fault.rule.get("field", "amount"))
    keys, lie = _ECHO.get(field, ((field,), "not what it was"))
    lie = fault.rule.get("value", lie)
    return _falsified(body, keys, lie)


def _falsified(body: object, keys: tuple[str, ...], lie: object) -> object:
    if isinstance(body, dict):
        return {
            key: lie if key in keys and not isinstance(value, dict) else _falsified(value, keys, lie)
            for key, value in body.items()
        }
    if isinstance(body, list):
        return [_falsified(item, keys, lie) for item in body]
    return body


def _check(rule: object) -> None:
    if not isinstance(rule, dict) or rule.get("kind") not in KINDS:
        raise ValueError(f"a rule needs a kind out of {', '.join(KINDS)}")
    for name, value in rule.items():
        if name in _NUMBERS:
            good = type(value) is int and value >= 0
        elif name in _TEXTS:
            good = isinstance(value, str)
        else:
            good = name == "value"
        if not good:
            raise ValueError(f"{name!r} can't be {value!r}")
    if rule.get("when", "before") not in ("before", "after"):
        raise ValueError("'when' is before or after the commit")
    for name in ("path", "body"):
        try:
            re.compile(str(rule.get(name, "")))
        except re.error as error:
            raise ValueError(f"{name!r} is no regular expression: {error}") from error
