"""Explicit authorisation: identify, password, method, challenge, answer, final; or decided in the app.

The step machine of NextGenPSD2 for anything that wants authorising; what that is (a payment,
its cancellation, a consent, a basket) is behind :class:`Matter`.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from practicebank.problems import Problem, format_error, unknown_resource, wrong_state
from practicebank.second_factors import (
    CODE_DIGITS,
    IN_APP,
    MAX_SENDS,
    PHOTO_METHOD,
    PUSH_CODE_METHOD,
    PUSH_METHOD,
    SMS_LIFE_MS,
    WITH_CODE,
    SecondFactors,
    bound_code,
)
from practicebank.store import Store

MAX_FAILURES = 5
_COLUMNS = "authorisation_id, purpose, subject_id, psu_id, status, method_id, failures, sends, code_key, sent_ms"
FINAL = ("finalised", "failed", "exempted")


def _nobody_refused(_psu_id: str) -> None:
    """Let anybody authorise."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What somebody is asked to authorise.

    Attributes:
        psu_id: Who was named when it was asked for, if anybody.
        purpose: It in words, for the challenge and the text message.
        binding: It in bytes; a code fits these bytes only.
        granted: Carries it out for the person who authorised it.
        refused: Notes that an authorisation failed for good.
        check: Refuses a person who may not authorise it.
        exempt: Whether the password alone is enough.
    """

    psu_id: str | None
    purpose: str
    binding: bytes
    granted: Callable[[str], None]
    refused: Callable[[], None]
    check: Callable[[str], None] = _nobody_refused
    exempt: bool = False


@dataclass(frozen=True, slots=True)
class Authorisation:
    """One attempt to authorise one matter."""

    authorisation_id: str
    purpose: str
    subject_id: str
    psu_id: str | None
    status: str
    method_id: str | None
    failures: int
    sends: int
    code_key: bytes | None
    sent_ms: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """The bank's answer to a step: the authorisation now, and what the body adds."""

    authorisation: Authorisation
    extra: dict[str, object]


class Authorisations:
    """Run the step machine, durably.

    Args:
        store: The bank's memory.
        factors: Codes and authenticators.
        password_of: The password of a person, or nothing for somebody unknown.
        now_ms: The bank's clock.
    """

    def __init__(
        self,
        store: Store,
        factors: SecondFactors,
        password_of: Callable[[str], str | None],
        now_ms: Callable[[], int],
    ) -> None:
        self._store = store
        self._factors = factors
        self._password_of = password_of
        self._now_ms = now_ms

    def start(self, purpose: str, subject_id: str, matter: Matter, psu_id: str | None) -> Authorisation:
        """Create an authorisation for a matter."""
        who = psu_id or matter.psu_id
        self._admit(who, matter)
        authorisation_id = str(uuid.uuid4())
        self._store.run(
            "INSERT INTO authorisations (authorisation_id, purpose, subject_id, psu_id, status) VALUES (?, ?, ?, ?, ?)",
            authorisation_id,
            purpose,
            subject_id,
            who,
            "received" if who is None else "psuIdentified",
        )
        return self.get(purpose, subject_id, authorisation_id)

    def known(self, psu_id: str | None) -> None:
        """Refuse a PSU-ID this bank doesn't know."""
        if psu_id is not None and self._password_of(psu_id) is None:
            raise _credentials_wrong()

    def _admit(self, psu_id: str | None, matter: Matter) -> None:
        """Refuse a person this bank doesn't know, or who may not authorise this."""
        self.known(psu_id)
        if psu_id is not None:
            matter.check(psu_id)

    def get(self, purpose: str, subject_id: str, authorisation_id: str) -> Authorisation:
        """Return an authorisation of this matter, or refuse with RESOURCE_UNKNOWN."""
        found = self.find(authorisation_id)
        if found is None or (found.purpose, found.subject_id) != (purpose, subject_id):
            raise unknown_resource("There is no such authorisation.")
        return found

    def ids(self, purpose: str, subject_id: str) -> list[str]:
        """Return the identifiers of all authorisations of a matter, oldest first."""
        rows = self._store.all(
            "SELECT authorisation_id FROM authorisations WHERE purpose = ? AND subject_id = ? ORDER BY seq",
            purpose,
            subject_id,
        )
        return [row["authorisation_id"] for row in rows]

    def advance(self, current: Authorisation, matter: Matter, body: dict[str, object], psu_id: str | None) -> Step:
        """Take the step that ``body`` asks for."""
        if current.status in FINAL:
            raise wrong_state(f"This authorisation is {current.status}.")
        if current.failures >= MAX_FAILURES:
            # Tries cut short by a crash were counted before anybody looked at the answer.
            return self._fail(current, matter)
        if psu_id is not None and current.psu_id not in (None, psu_id):
            raise _credentials_wrong()
        if psu_id is not None and current.psu_id is None:
            self._admit(psu_id, matter)
            current = self._set(current, "psuIdentified", psu_id=psu_id)
        if "psuData" in body:
            return self._password(current, matter, body["psuData"])
        if "authenticationMethodId" in body:
            return self._choose(current, matter, body["authenticationMethodId"])
        if "scaAuthenticationData" in body:
            return self._answer(current, matter, body["scaAuthenticationData"])
        if body:
            raise format_error("This step of an authorisation is not known.")
        return Step(current, {})

    def _password(self, current: Authorisation, matter: Matter, given: object) -> Step:
        if current.psu_id is None:
            raise format_error("Name the person first.", "PSU-ID")
        if current.status != "psuIdentified":
            raise wrong_state("The password has been given already.")
        password = given.get("password") if isinstance(given, dict) else None
        if not isinstance(password, str):
            raise format_error("A password is missing.", "psuData.password")
        counted = self._count_try(current)
        expected = self._password_of(current.psu_id) or ""
        if not hmac.compare_digest(password.encode(), expected.encode()):
            return self._wrong(counted, matter, _credentials_wrong())
        self._forgive(counted)
        if matter.exempt:
            matter.check(current.psu_id)
            matter.granted(current.psu_id)
            return Step(self._set(counted, "exempted"), {})
        methods = [m.describe() for m in self._factors.methods(current.psu_id)]
        return Step(self._set(counted, "psuAuthenticated"), {"scaMethods": methods})

    def _choose(self, current: Authorisation, matter: Matter, wanted: object) -> Step:
        if current.status not in ("psuAuthenticated", "scaMethodSelected"):
            raise wrong_state("A method is chosen after the password.")
        methods = self._factors.methods(current.psu_id or "")
        method = next((m for m in methods if m.method_id == wanted), None)
        if method is None:
            raise Problem(
                HTTPStatus.BAD_REQUEST,
                "SCA_METHOD_UNKNOWN",
                "This method is not offered.",
                "authenticationMethodId",
            )
        if method.method_id in IN_APP:
            return self.push(current, matter, method.method_id)
        extra, hint = self._challenge(current, matter, method.method_id)
        challenge: dict[str, object] = {
            **extra,
            "data": [matter.purpose],
            "otpMaxLength": CODE_DIGITS,
            "otpFormat": "integer",
            "additionalInformation": f"{hint} {matter.purpose}",
        }
        chosen = self._set(current, "scaMethodSelected", method_id=method.method_id)
        return Step(chosen, {"chosenScaMethod": method.describe(), "challengeData": challenge})

    def _challenge(self, current: Authorisation, matter: Matter, method_id: str) -> tuple[dict[str, object], str]:
        """Send or show a code, where the method has one of the bank's; return what that adds, and a hint."""
        if method_id not in WITH_CODE:
            return {}, "Enter the code of your authenticator app to authorise:"
        self._check_sends(current)
        if method_id != PHOTO_METHOD:
            key = self._factors.send_code(
                current.authorisation_id, matter.binding, matter.purpose, current.psu_id or ""
            )
            self._sent(current, key)
            if method_id == PUSH_CODE_METHOD:
                return {}, "The bank's app shows a code, or decide there. It authorises:"
            return {}, "We have sent a code to your practice phone. It authorises:"
        key, image = self._factors.show_photo(current.authorisation_id, matter.binding, matter.purpose)
        self._sent(current, key)
        return {"image": image}, "Read the picture with your photo device and enter its code. It authorises:"

    def push(self, current: Authorisation, matter: Matter, method_id: str = PUSH_METHOD) -> Step:
        """Hand the decision to the bank's app on the person's phone: the decoupled approach."""
        self._check_sends(current)
        # What the app will be asked to approve is pinned here, and compared when it answers.
        self._sent(current, hashlib.sha256(matter.binding).digest())
        started = self._set(current, "started", method_id=method_id)
        method = next(m for m in self._factors.methods(current.psu_id or "") if m.method_id == method_id)
        told = f"Open the bank's app on your practice phone and decide there. It asks about: {matter.purpose}"
        return Step(started, {"chosenScaMethod": method.describe(), "psuMessage": told[:500]})

    def takes_push(self, current: Authorisation) -> bool:
        """Return whether this person can decide in the bank's app."""
        methods = self._factors.methods(current.psu_id or "")
        return current.psu_id is not None and any(method.method_id == PUSH_METHOD for method in methods)

    def decide(self, current: Authorisation, matter: Matter, *, approve: bool) -> Authorisation:
        """Take the decision that was made in the bank's app.

        Raises:
            Problem: STATUS_INVALID: nothing is asked any more, or something else than the app showed.
        """
        either = (current.status, current.method_id) == ("scaMethodSelected", PUSH_CODE_METHOD)
        if current.psu_id is None or not (current.status == "started" or either):
            raise wrong_state(f"This authorisation is {current.status}.")
        # Where a code may be typed instead nothing is pinned: it is made again from what would be carried out.
        if not either and not hmac.compare_digest(current.code_key or b"", hashlib.sha256(matter.binding).digest()):
            raise wrong_state("What is asked has changed since.")
        if not approve:
            matter.refused()
            return self._set(current, "failed")
        matter.check(current.psu_id)
        done = self._set(current, "finalised")
        matter.granted(current.psu_id)
        return done

    def undecided(self, psu_id: str) -> list[Authorisation]:
        """Return what a person is asked in the bank's app, oldest first."""
        asked = f"(status = 'started' OR (status = 'scaMethodSelected' AND method_id = '{PUSH_CODE_METHOD}'))"
        return self._where(f"{asked} AND psu_id = ?", psu_id)

    def find(self, authorisation_id: str) -> Authorisation | None:
        """Return an authorisation by its identifier alone."""
        return next(iter(self._where("authorisation_id = ?", authorisation_id)), None)

    def _where(self, condition: str, *values: object) -> list[Authorisation]:
        sql = f"SELECT {_COLUMNS} FROM authorisations WHERE {condition} ORDER BY seq"  # noqa: S608 - constants
        return [Authorisation(*row) for row in self._store.all(sql, *values)]

    def expire(self) -> None:
        """End what nobody decided in the bank's app in time."""
        oldest = self._now_ms() - SMS_LIFE_MS
        for one in self._where("status = 'started' AND sent_ms < ?", oldest):
            self._set(one, "failed")

    def _check_sends(self, current: Authorisation) -> None:
        if current.sends >= MAX_SENDS:
            raise wrong_state("No more codes are sent for this authorisation.")

    def _sent(self, current: Authorisation, key: bytes) -> None:
        self._store.run(
            "UPDATE authorisations SET code_key = ?, sent_ms = ?, sends = sends + 1 WHERE authorisation_id = ?",
            key,
            self._now_ms(),
            current.authorisation_id,
        )

    def _answer(self, current: Authorisation, matter: Matter, given: object) -> Step:
        if current.status != "scaMethodSelected" or current.method_id is None:
            raise wrong_state("An answer is given after a method is chosen.")
        if not isinstance(given, str) or not given:
            raise format_error("An answer is missing.", "scaAuthenticationData")
        counted = self._count_try(current)
        if not self._fits(counted, matter, given):
            problem = Problem(
                HTTPStatus.BAD_REQUEST,
                "SCA_INVALID",
                "The code is not right, or its time is over.",
                "scaAuthenticationData",
            )
            return self._wrong(counted, matter, problem)
        self._forgive(counted)
        matter.check(counted.psu_id or "")
        done = self._set(counted, "finalised")
        matter.granted(counted.psu_id or "")
        return Step(done, {})

    def _fits(self, current: Authorisation, matter: Matter, given: str) -> bool:
        if current.method_id not in WITH_CODE:
            return self._factors.accepts(current.method_id or "", given)
        if current.code_key is None or current.sent_ms is None:
            return False
        if not 0 <= self._now_ms() - current.sent_ms <= SMS_LIFE_MS:
            return False
        # The code is made again from what would be carried out now, not from what was once sent.
        expected = bound_code(current.code_key, matter.binding)
        return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))

    def _count_try(self, current: Authorisation) -> Authorisation:
        """Write a failure down, durably, before the answer is looked at."""
        self._store.run(
            "UPDATE authorisations SET failures = failures + 1 WHERE authorisation_id = ?",
            current.authorisation_id,
        )
        self._store.checkpoint()
        return self.get(current.purpose, current.subject_id, current.authorisation_id)

    def _forgive(self, current: Authorisation) -> None:
        self._store.run(
            "UPDATE authorisations SET failures = failures - 1 WHERE authorisation_id = ?",
            current.authorisation_id,
        )

    def _wrong(self, counted: Authorisation, matter: Matter, problem: Problem) -> Step:
        if counted.failures < MAX_FAILURES:
            raise problem
        return self._fail(counted, matter)

    def _fail(self, current: Authorisation, matter: Matter) -> Step:
        matter.refused()
        failed = self._set(current, "failed")
        return Step(failed, {"psuMessage": "Too many wrong answers. Start again from the payment."})

    def _set(
        self,
        current: Authorisation,
        status: str,
        *,
        psu_id: str | None = None,
        method_id: str | None = None,
    ) -> Authorisation:
        self._store.run(
            "UPDATE authorisations SET status = ?, psu_id = COALESCE(?, psu_id),"
            " method_id = COALESCE(?, method_id) WHERE authorisation_id = ?",
            status,
            psu_id,
            method_id,
            current.authorisation_id,
        )
        return self.get(current.purpose, current.subject_id, current.authorisation_id)


def _credentials_wrong() -> Problem:
    return Problem(HTTPStatus.UNAUTHORIZED, "PSU_CREDENTIALS_INVALID", "Person or password is not right.")
