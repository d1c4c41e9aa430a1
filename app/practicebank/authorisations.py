"""Explicit, EMBEDDED authorisation: identify, password, method, challenge, answer, final.

The step machine of NextGenPSD2 for anything that wants authorising; what that is (a payment,
its cancellation, a consent) is behind :class:`Matter`.
"""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from practicebank.problems import Problem, format_error, unknown_resource, wrong_state
from practicebank.second_factors import (
    CODE_DIGITS,
    MAX_SENDS,
    SMS_LIFE_MS,
    SMS_METHOD,
    SecondFactors,
    bound_code,
)
from practicebank.store import Store

MAX_FAILURES = 5
FINAL = ("finalised", "failed", "exempted")


@dataclass(frozen=True, slots=True)
class Matter:
    """What somebody is asked to authorise.

    Attributes:
        psu_id: Who was named when it was asked for, if anybody.
        purpose: It in words, for the challenge and the text message.
        binding: It in bytes; a code fits these bytes only.
        granted: Carries it out.
        refused: Notes that an authorisation failed for good.
        exempt: Whether the password alone is enough.
    """

    psu_id: str | None
    purpose: str
    binding: bytes
    granted: Callable[[], None]
    refused: Callable[[], None]
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
        self.known(who)
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

    def get(self, purpose: str, subject_id: str, authorisation_id: str) -> Authorisation:
        """Return an authorisation of this matter, or refuse with RESOURCE_UNKNOWN."""
        row = self._store.one(
            "SELECT authorisation_id, purpose, subject_id, psu_id, status, method_id, failures,"
            " sends, code_key, sent_ms FROM authorisations"
            " WHERE authorisation_id = ? AND purpose = ? AND subject_id = ?",
            authorisation_id,
            purpose,
            subject_id,
        )
        if row is None:
            raise unknown_resource("There is no such authorisation.")
        return Authorisation(*row)

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
            self.known(psu_id)
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
            matter.granted()
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
        if method.method_id == SMS_METHOD:
            if current.sends >= MAX_SENDS:
                raise wrong_state("No more codes are sent for this authorisation.")
            key = self._factors.send_code(current.authorisation_id, matter.binding, matter.purpose)
            self._store.run(
                "UPDATE authorisations SET code_key = ?, sent_ms = ?, sends = sends + 1 WHERE authorisation_id = ?",
                key,
                self._now_ms(),
                current.authorisation_id,
            )
            hint = "We have sent a code to your practice phone. It authorises:"
        else:
            hint = "Enter the code of your authenticator app to authorise:"
        challenge: dict[str, object] = {
            "data": [matter.purpose],
            "otpMaxLength": CODE_DIGITS,
            "otpFormat": "integer",
            "additionalInformation": f"{hint} {matter.purpose}",
        }
        chosen = self._set(current, "scaMethodSelected", method_id=method.method_id)
        return Step(chosen, {"chosenScaMethod": method.describe(), "challengeData": challenge})

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
        done = self._set(counted, "finalised")
        matter.granted()
        return Step(done, {})

    def _fits(self, current: Authorisation, matter: Matter, given: str) -> bool:
        if current.method_id != SMS_METHOD:
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
