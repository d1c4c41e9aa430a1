"""What a tester may decide about the bank's answers: name checks, rejections, settlement."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from practicebank.store import Store

_SETTING = "outcomes"
VERDICTS = ("MTCH", "CMTC", "NMTC", "NOAP")
MOST_PENDING = 100
SCA_METHODS = ("SMS_OTP", "PHOTO_OTP", "PUSH_OTP", "PUSH_OTP_CODE", "ALDER_APP")
UPON_START = ("password", "app_asks", "app_approves")
EXEMPTIONS = ("off", "at_initiation", "after_password")
_CODE = re.compile(r"[A-Z0-9]{4}")
_LONGEST_WAIT = 366 * 86_400
_SWITCHES = (
    *("never_executes_unauthorised", "deduplicate", "cancellation_allowed"),
    *("refuse_duplicate_files", "file_name_check", "starts_itself"),
)


class OutcomeRefusedError(Exception):
    """Refuse a combination of outcomes that would make the bank's own profile a lie."""


class Outcomes:
    """Hold the switches of the control interface, durably.

    Args:
        store: Where they are kept.
        settle_seconds: Seconds of bank clock until an ordinary transfer is settled, by default.
    """

    def __init__(self, store: Store, settle_seconds: int) -> None:
        self._store = store
        self._defaults: dict[str, object] = {
            "name_check": {},
            "rejections": [],
            "name_check_pending": 0,
            "sca_methods": ["SMS_OTP"],
            "upon_start": "password",
            "starts_itself": False,
            "settle_seconds": settle_seconds,
            "exempt_from_sca": "off",
            "never_executes_unauthorised": True,
            "deduplicate": False,
            "cancellation_allowed": True,
            "refuse_duplicate_files": True,
            "file_name_check": False,
            "returns": [],
            "recall_answer": "pending",
        }

    def describe(self) -> dict[str, object]:
        """Return every switch as it stands."""
        return {**self._defaults, **cast("dict[str, object]", self._store.get(_SETTING, {}))}

    def change(self, wanted: Mapping[str, object]) -> dict[str, object]:
        """Merge new settings into the old ones.

        Raises:
            ValueError: A name or value this bank doesn't know.
            OutcomeRefusedError: Exemption asked for while the bank declares that it never executes
                a payment nobody authorised.
        """
        for name, value in wanted.items():
            _check(name, value)
        with self._store.transaction():
            merged = {**self.describe(), **wanted}
            if merged["exempt_from_sca"] != "off" and merged["never_executes_unauthorised"]:
                raise OutcomeRefusedError("the bank declares that it never executes unauthorised payments")
            self._store.put(_SETTING, merged)
        return merged

    def flag(self, name: str) -> bool:
        """Return one of the yes/no switches."""
        return bool(self.describe()[name])

    def exemption(self) -> str:
        """Return when payments need no second factor: off, at_initiation or after_password."""
        return str(self.describe()["exempt_from_sca"])

    def sca_methods(self) -> Sequence[str]:
        """Return the kinds of second factor the bank offers, besides authenticators."""
        return cast("list[str]", self.describe()["sca_methods"])

    def upon_start(self) -> str:
        """Return what begins an authorisation: the password, or the app, which asks or approves at once."""
        return str(self.describe()["upon_start"])

    def name_check_pending(self) -> int:
        """Return how many times a name check answers that it isn't done yet."""
        return cast("int", self.describe()["name_check_pending"])

    def settle_seconds(self) -> int | None:
        """Return the delay of settlement, or nothing when payments are never settled."""
        return cast("int | None", self.describe()["settle_seconds"])

    def verdict(self, iban: str) -> str | None:
        """Return the answer prescribed for a name check, if there is one."""
        checks = cast("dict[str, str]", self.describe()["name_check"])
        return checks.get(iban, checks.get("*"))

    def recall_answer(self) -> str:
        """Return what the payee's bank says to a recall: pending, accepted, or the code of a refusal."""
        return str(self.describe()["recall_answer"])

    def has_returns(self) -> bool:
        """Return whether any settled payment is to come back."""
        return bool(self.describe()["returns"])

    def returned(self, iban: str, amount_minor: int, end_to_end_id: str | None) -> tuple[str, int] | None:
        """Return why and after how many seconds a settled payment comes back; a ``next`` rule is used up."""
        settings = self.describe()
        rules = cast("list[dict[str, object]]", settings["returns"])
        facts = {"iban": iban, "amount_minor": amount_minor, "end_to_end_id": end_to_end_id}
        for rule in rules:
            if all(rule.get(name, fact) == fact for name, fact in facts.items()):
                if rule.get("next"):
                    self._store.put(_SETTING, {**settings, "returns": [r for r in rules if r is not rule]})
                return str(rule["code"]), cast("int", rule.get("after_seconds", 0))
        return None

    def rejection(self, iban: str, amount_minor: int, when: str) -> str | None:
        """Return the reason code prescribed for this payment; a ``next`` rule is used up."""
        settings = self.describe()
        rules = cast("list[dict[str, object]]", settings["rejections"])
        for rule in rules:
            if rule.get("when", "execution") != when:
                continue
            if rule.get("iban", iban) != iban or rule.get("amount_minor", amount_minor) != (amount_minor):
                continue
            if rule.get("next"):
                self._store.put(_SETTING, {**settings, "rejections": [r for r in rules if r is not rule]})
            return str(rule["code"])
        return None


def _check(name: str, value: object) -> None:
    is_good = _GOOD.get(name)
    good = isinstance(value, bool) and name in _SWITCHES if is_good is None else is_good(value)
    if not good:
        raise ValueError(f"outcome {name!r} can't be {value!r}")


def _is_code(value: object) -> bool:
    return isinstance(value, str) and bool(_CODE.fullmatch(value))


def _is_return(rule: object) -> bool:
    known = {"iban", "amount_minor", "end_to_end_id", "next", "code", "after_seconds"}
    if not isinstance(rule, dict) or not set(rule) <= known:
        return False
    after = rule.get("after_seconds", 0)
    return _is_code(rule.get("code")) and type(after) is int and 0 <= after <= _LONGEST_WAIT


def _is_rejection(rule: object) -> bool:
    if not isinstance(rule, dict) or not _is_code(rule.get("code")):
        return False
    known = {"iban", "amount_minor", "next", "code", "when"}
    return set(rule) <= known and rule.get("when", "execution") in ("initiation", "execution")


_GOOD: Mapping[str, Callable[[object], bool]] = {
    "exempt_from_sca": lambda value: value in EXEMPTIONS,
    "settle_seconds": lambda value: value is None or (type(value) is int and 0 <= value <= _LONGEST_WAIT),
    "upon_start": lambda value: value in UPON_START,
    "name_check_pending": lambda value: type(value) is int and 0 <= value <= MOST_PENDING,
    "sca_methods": lambda value: isinstance(value, list) and bool(value) and all(kind in SCA_METHODS for kind in value),
    "name_check": lambda value: isinstance(value, dict) and all(one in VERDICTS for one in value.values()),
    "recall_answer": lambda value: value in ("pending", "accepted") or _is_code(value),
    "returns": lambda value: isinstance(value, list) and all(_is_return(rule) for rule in value),
    "rejections": lambda value: isinstance(value, list) and all(_is_rejection(rule) for rule in value),
}
