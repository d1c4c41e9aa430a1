"""The second factors: codes sent or shown, the person's authenticator, and the bank's own app."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyotp

from practicebank.clock import BankClock, iso
from practicebank.customers import Customers
from practicebank.photos import draw
from practicebank.store import Store
from practicebank.world.cast import PSU_ID

SMS_METHOD = "sms-1"
PHOTO_METHOD = "photo-1"
PUSH_METHOD = "push-1"
PUSH_CODE_METHOD = "push-code-1"
OWN_METHOD = "alder-app-1"
IN_APP = (PUSH_METHOD, OWN_METHOD)  # the app decides, and there is no code
WITH_CODE = (SMS_METHOD, PHOTO_METHOD, PUSH_CODE_METHOD)  # of the bank's making, each for one content
CODE_DIGITS = 6
SMS_LIFE_MS = 5 * 60 * 1000
MAX_SENDS = 5
_STEP_SECONDS = 30
_ISSUER = "Alder Practice Bank"
_MAX_WRONG_ACTIVATIONS = 5


@dataclass(frozen=True, slots=True)
class Method:
    """One way to authorise, as ``authenticationObject`` of the standard describes it."""

    method_id: str
    kind: str
    name: str
    explanation: str

    def describe(self) -> dict[str, object]:
        """Return the standard's object."""
        return {
            "authenticationType": self.kind,
            "authenticationMethodId": self.method_id,
            "name": self.name,
            "explanation": self.explanation,
        }


def bound_code(key: bytes, binding: bytes) -> str:
    """Return the code for exactly this content: RTS 2018/389 art. 5(1)(b) and (d).

    Args:
        key: Random bytes made for one authorisation and one message.
        binding: What is being authorised (amount, currency, payee), in bytes. Any change of it
            gives another code.
    """
    digest = hmac.new(key, binding, hashlib.sha256).digest()
    return str(int.from_bytes(digest[:8], "big") % 10**CODE_DIGITS).zfill(CODE_DIGITS)


class SecondFactors:
    """Send codes, hand out authenticator secrets, and check what comes back.

    Args:
        store: The bank's memory.
        clock: The bank's clock; codes age by it.
        customers: The people, each with a practice phone.
        offered: Tells which kinds of method the bank offers, besides authenticators: ``outcomes.SCA_METHODS``.
    """

    def __init__(
        self, store: Store, clock: BankClock, customers: Customers, offered: Callable[[], Sequence[str]]
    ) -> None:
        self._store = store
        self._clock = clock
        self._customers = customers
        self._offered = offered

    def methods(self, psu_id: str) -> list[Method]:
        """Return what this person can authorise with, SMS first."""
        person = self._customers.find(psu_id)
        phone = "" if person is None else person.phone
        known = {
            "SMS_OTP": Method(
                SMS_METHOD, "SMS_OTP", f"SMS to {phone}", "A six-digit code is sent to your practice phone."
            ),
            "PHOTO_OTP": Method(
                PHOTO_METHOD, "PHOTO_OTP", "Photo", "A picture is shown; your photo device reads a code from it."
            ),
            "PUSH_OTP": Method(
                PUSH_METHOD, "PUSH_OTP", "The bank's app", "The bank's app on your practice phone asks you to decide."
            ),
            "PUSH_OTP_CODE": Method(
                PUSH_CODE_METHOD,
                "PUSH_OTP",
                "Code in the bank's app",
                "The bank's app shows a code, or you decide there.",
            ),
            "ALDER_APP": Method(OWN_METHOD, "ALDER_APP", "Alder Key", "The app of this bank's own asks you to decide."),
        }
        offered = self._offered()
        found = [method for kind, method in known.items() if kind in offered]
        rows = self._store.all(
            "SELECT * FROM authenticators WHERE psu_id = ? AND status = 'active' ORDER BY rowid",
            psu_id,
        )
        found.extend(
            Method(
                row["authenticator_id"],
                "CHIP_OTP",
                row["label"],
                "Open your authenticator app and read the six-digit code.",
            )
            for row in rows
        )
        return found

    def send_code(self, authorisation_id: str, binding: bytes, purpose: str, psu_id: str) -> bytes:
        """Send a fresh code to the practice phone; return the key it was made with.

        Args:
            authorisation_id: The authorisation the code is for.
            binding: What it authorises, in bytes.
            purpose: The same in words: amount, payee, last digits of the account.
            psu_id: Whose phone it goes to.
        """
        key = secrets.token_bytes(32)
        code = bound_code(key, binding)
        text = f"{code} is your code to authorise: {purpose} Never read it to anyone."
        self._store.run(
            "INSERT INTO phone (at_ms, sender, text, code, authorisation_id, psu_id) VALUES (?, ?, ?, ?, ?, ?)",
            self._clock.now_ms(),
            _ISSUER,
            text,
            code,
            authorisation_id,
            psu_id,
        )
        return key

    def show_photo(self, authorisation_id: str, binding: bytes, purpose: str) -> tuple[bytes, str]:
        """Draw a fresh code as a picture; return the key it was made with, and the picture.

        Returns:
            The key, and a PNG in base64. The picture carries the amount, the last digits of the payee's
            account and the code, for a device that reads it.
        """
        key = secrets.token_bytes(32)
        code = bound_code(key, binding)
        text = f"{_ISSUER}\n{purpose}\nCode {code}"
        image = draw(text)
        self._store.run(
            "INSERT OR REPLACE INTO photos VALUES (?, ?, ?, ?)",
            hashlib.sha256(image).hexdigest(),
            text,
            code,
            authorisation_id,
        )
        return key, base64.b64encode(image).decode()

    def read_photo(self, image: bytes) -> dict[str, object] | None:
        """Return what a photo device makes of a picture of this bank's; nothing of any other picture."""
        row = self._store.one("SELECT * FROM photos WHERE image_hash = ?", hashlib.sha256(image).hexdigest())
        return None if row is None else {name: row[name] for name in ("text", "code", "authorisation_id")}

    def messages(self, after: int, psu_id: str = PSU_ID) -> list[dict[str, object]]:
        """Return the messages on a person's practice phone after a sequence number, oldest first."""
        # Messages of older worlds name nobody: they were all for the person of the world.
        rows = self._store.all(
            "SELECT * FROM phone WHERE seq > ? AND COALESCE(psu_id, ?) = ? ORDER BY seq", after, PSU_ID, psu_id
        )
        return [{**dict(row), "at": iso(row["at_ms"])} for row in rows]

    def enrol(self, psu_id: str, label: str) -> dict[str, object]:
        """Make a secret for the person's authenticator app; it counts once activated."""
        authenticator_id = f"chip-{secrets.token_hex(4)}"
        secret = pyotp.random_base32()
        self._store.run(
            "INSERT INTO authenticators (authenticator_id, psu_id, label, secret, status)"
            " VALUES (?, ?, ?, ?, 'pending')",
            authenticator_id,
            psu_id,
            label,
            secret,
        )
        uri = pyotp.TOTP(secret).provisioning_uri(name=psu_id, issuer_name=_ISSUER)
        return {
            "authenticator_id": authenticator_id,
            "secret": secret,
            "otpauth_uri": uri,
            "status": "pending",
        }

    def activate(self, authenticator_id: str, code: str) -> bool | None:
        """Activate an authenticator by one right code; nothing if it is unknown.

        Five wrong codes void a pending secret for good.
        """
        with self._store.transaction():
            row = self._store.one("SELECT wrong FROM authenticators WHERE authenticator_id = ?", authenticator_id)
            if row is None or row["wrong"] >= _MAX_WRONG_ACTIVATIONS:
                return None
            self._store.run(
                "UPDATE authenticators SET wrong = wrong + 1 WHERE authenticator_id = ? AND status = 'pending'",
                authenticator_id,
            )
            self._store.checkpoint()
            if not self.accepts(authenticator_id, code):
                return False
            self._store.run(
                "UPDATE authenticators SET status = 'active', wrong = 0 WHERE authenticator_id = ?",
                authenticator_id,
            )
        return True

    def authenticators(self) -> list[dict[str, object]]:
        """Return every authenticator, without its secret."""
        rows = self._store.all("SELECT authenticator_id, psu_id, label, status FROM authenticators ORDER BY rowid")
        return [dict(row) for row in rows]

    def accepts(self, authenticator_id: str, code: str) -> bool:
        """Check an authenticator's code (RFC 6238), one step of leeway, each step once."""
        row = self._store.one(
            "SELECT secret, last_step FROM authenticators WHERE authenticator_id = ?",
            authenticator_id,
        )
        if row is None:
            return False
        generator = pyotp.TOTP(row["secret"])
        current = self._clock.now_ms() // 1000 // _STEP_SECONDS
        for step in (current - 1, current, current + 1):
            fits = hmac.compare_digest(generator.generate_otp(step).encode(), code.encode("utf-8", "replace"))
            if fits and step > row["last_step"]:
                self._store.run(
                    "UPDATE authenticators SET last_step = ? WHERE authenticator_id = ?",
                    step,
                    authenticator_id,
                )
                return True
        return False
