"""The practice surroundings of a scripted bank, in memory: a phone, a mailbox, an authenticator, a portal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from countersign.application.ports.bank import Bank
from countersign.application.ports.practice import AuthenticatorOffer, Letter, PhoneMessage, PracticeCustomer
from countersign.domain.canonical import JsonObject
from countersign.domain.errors import UserFacingError
from countersign.domain.money import Money
from countersign.domain.order import BindingError
from countersign.domain.secret import SecretText
from countersign.testing.fake_bank import CODE, PASSWORD, ScriptedBank
from countersign.testing.fake_portal import FakePortal


@dataclass(slots=True)
class FakePractice(FakePortal):
    """Implements the ``PracticeWorld`` port around a ``ScriptedBank``."""

    bank: ScriptedBank
    letters: tuple[Letter, ...] = ()
    right_code: str = CODE
    activated: list[str] = field(default_factory=list)
    closed: bool = False

    def customers(self) -> Sequence[PracticeCustomer]:
        """List a private person and two of a company."""
        firm = "Kestrel & Vogt"
        return (
            PracticeCustomer("mei.hartmann", "Mei Hartmann"),
            PracticeCustomer("ines.vogt", "Ines Vogt", firm, alone_up_to=Money(5_000_000, "EUR")),
            PracticeCustomer("lena.sauber", "Lena Sauber", firm, may_sign=False, alone_up_to=Money(0, "EUR")),
        )

    def enrol(self, person: str = "") -> tuple[str, JsonObject]:
        """Enrol."""
        return "practice", {"certificate": "made up", "psu_id": person or "mei.hartmann"}

    def connect(self, credential: JsonObject) -> Bank:
        """Connect."""
        if "certificate" not in credential:
            raise BindingError("binding.reply", field="certificate")
        return self.bank

    def practice_password(self, person: str = "") -> str:  # noqa: ARG002 - the port's
        """Return the practice password: everybody has the same."""
        return PASSWORD

    def phone(self, after: int, person: str = "") -> Sequence[PhoneMessage]:  # noqa: ARG002 - the port's
        """List messages after a number; everybody uses one phone."""
        return tuple(message for message in self.bank.phone if message.seq > after)

    def mailbox(self) -> Sequence[Letter]:
        """List letters."""
        return self.letters

    def offer_authenticator(self, person: str = "") -> AuthenticatorOffer:  # noqa: ARG002 - the port's
        """Offer a secret."""
        secret = "JBSWY3DPEHPK3PXP"  # noqa: S105 - the usual example secret
        return AuthenticatorOffer("chip-1", SecretText(f"otpauth://totp/Alder:mei?secret={secret}"), SecretText(secret))

    def activate_authenticator(self, authenticator: str, code: SecretText) -> None:
        """Prove the app."""
        if code.reveal() != self.right_code:
            raise UserFacingError("authenticator.code_wrong")
        self.activated.append(authenticator)

    def close(self) -> None:
        """Give the lease back."""
        self.closed = True
