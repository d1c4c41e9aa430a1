"""The practice world as the program needs it: the port ``PracticeWorld``, over the bank's control port."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from countersign.adapters.banks.xs2a.connection import Xs2aBank
from countersign.adapters.banks.xs2a.credentials import Credentials
from countersign.adapters.practice import portal
from countersign.adapters.practice.control import PracticeControl
from countersign.adapters.practice.launcher import Lease, take_lease, wait_until_ended
from countersign.adapters.transport.exchange import Limits
from countersign.application.ports.clock import Clock, Entropy
from countersign.application.ports.practice import (
    AppPayment,
    AppWish,
    AuthenticatorOffer,
    Letter,
    PhoneMessage,
    PortalDownload,
    PortalUpload,
    PracticeCustomer,
)
from countersign.domain.canonical import Json, JsonObject
from countersign.domain.errors import ConnectorError, FailureKind, SecurityError, UserFacingError
from countersign.domain.money import Money
from countersign.domain.secret import SecretText

CONNECTION = "practice"
KEY_BITS = 3072  # BSI TR-02102-1: RSA keys in use beyond 2023


class PracticeBank:
    """A leased practice bank and its surroundings. NETWORK lane; several threads may use it.

    Args:
        lease: Takes a lease; called again by ``revive``.
        clock: Time.
        entropy: For the connector's request identifiers.
        limits: What one exchange of the connector may take.
    """

    def __init__(
        self, lease: Callable[[], Lease], clock: Clock, entropy: Entropy, limits: Limits | None = None
    ) -> None:
        self._take_lease = lease
        self._clock = clock
        self._entropy = entropy
        self._limits = limits
        self._lock = threading.Lock()
        self._lease = lease()

    @property
    def control(self) -> PracticeControl:
        """The control port, for tests and campaigns."""
        return self._lease.control

    @property
    def api_url(self) -> str:
        """Where the bank's interface is."""
        return self._lease.address.api_url

    @property
    def world_id(self) -> str:
        """Which world it is."""
        return self._lease.address.world

    def revive(self) -> bool:
        """Start the bank again if it has ended. Its world, ports and certificates are what they were.

        Returns:
            Whether it had to be started.

        Raises:
            ConnectorError: ``practice.not_started``.
        """
        with self._lock:
            if not self._lease.ended():
                return False
            self._lease.give_back()
            self._lease = self._take_lease()
            return True

    def enrol(self, person: str = "") -> tuple[str, JsonObject]:
        """Enrol this device: a key and a certificate. Returns the connection's name and what to keep in the vault.

        Raises:
            ConnectorError: The bank can't be reached, or refuses; ``practice.nobody``.
        """
        return CONNECTION, self.enrol_device(person).to_canonical()

    def enrol_device(self, person: str = "") -> Credentials:
        """Make a key, and have the bank certify it. Nothing may be read yet."""
        psu_id = _text(self._customer(person), "psu_id")
        key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Countersign")])
        request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
        code = _text(self.control.call("POST", "/enrolments", {}), "code")
        asked = {"code": code, "csr_pem": request.public_bytes(Encoding.PEM).decode()}
        granted = self.control.call("POST", "/enrolments/redeem", asked)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        certificate = _text(granted, "certificate_pem")
        if x509.load_pem_x509_certificate(certificate.encode()).public_key() != key.public_key():
            raise SecurityError("bank.credentials")
        return Credentials(
            api_url=_text(granted, "api_url"),
            certificate_pem=certificate,
            private_key_pem=SecretText(private.decode()),
            ca_pem=_text(granted, "ca_pem"),
            psu_id=psu_id,
        )

    def customers(self) -> Sequence[PracticeCustomer]:
        """List whose device one can be, the person of this world first."""
        listed = _list(self.control.call("GET", "/customers"), "customers")
        company = self.world().get("company")
        firm = company if isinstance(company, dict) else {}
        return tuple(_person(item, firm) for item in listed)

    def connect(self, credential: JsonObject) -> Xs2aBank:
        """Connect with what ``enrol`` returned, to a bank that is started again if it has ended.

        The port may have changed since; who is trusted hasn't.
        """
        return self.connect_with(Credentials.from_canonical(credential))

    def connect_with(self, credentials: Credentials) -> Xs2aBank:
        """Connect with credentials."""
        self.revive()
        here = replace(credentials, api_url=self.api_url)
        return Xs2aBank(here, self._clock, self._entropy, self._limits)

    def practice_password(self, person: str = "") -> str:
        """Return the practice password of a customer."""
        return _text(self._customer(person), "practice_password")

    def phone(self, after: int, person: str = "") -> Sequence[PhoneMessage]:
        """List messages on a customer's practice phone after number ``after``."""
        return tuple(
            PhoneMessage(_number(item, "seq"), _number(item, "at_ms"), _text(item, "sender"), _text(item, "text"))
            for item in self._messages(after, person)
        )

    def code_for(self, authorisation_id: str, person: str = "") -> str:
        """Return the newest code that a customer's practice phone got for an authorisation.

        Raises:
            ConnectorError: ``practice.no_code``: none came.
        """
        codes = [
            item.get("code") for item in self._messages(0, person) if item.get("authorisation_id") == authorisation_id
        ]
        newest = codes[-1] if codes else None
        if not isinstance(newest, str):
            raise ConnectorError(FailureKind.RETRYABLE, "practice.no_code")
        return newest

    def mailbox(self) -> Sequence[Letter]:
        """List the letters that wait."""
        return tuple(_letter(item) for item in _list(self.control.call("GET", "/mailbox"), "messages"))

    def world(self) -> Mapping[str, object]:
        """Return the world as the bank describes it: accounts, payees, mailbox."""
        return self.control.call("GET", "/world")

    def offer_authenticator(self, person: str = "") -> AuthenticatorOffer:
        """Ask the bank for a secret for a customer's own authenticator app."""
        offered = self.control.call("POST", "/authenticators", {"psu_id": person} if person else {})
        uri, secret = SecretText(_text(offered, "otpauth_uri")), SecretText(_text(offered, "secret"))
        return AuthenticatorOffer(_text(offered, "authenticator_id"), uri, secret)

    def activate_authenticator(self, authenticator: str, code: SecretText) -> None:
        """Prove the app with one code."""
        try:
            self.control.call("POST", f"/authenticators/{authenticator}/activate", {"code": code.reveal()})
        except ConnectorError as error:
            if error.code == "practice.code_wrong":
                raise UserFacingError("authenticator.code_wrong") from error
            raise

    def upload(self, file: bytes) -> PortalUpload:
        """Hand a file in at the bank's portal."""
        return portal.upload(self.control, file)

    def uploads(self) -> Sequence[PortalUpload]:
        """List what was handed in."""
        return portal.uploads(self.control)

    def uploaded(self, upload: str) -> PortalUpload:
        """Return a file that was handed in, as it stands now."""
        return portal.uploaded(self.control, upload)

    def release(self, upload: str) -> PortalUpload:
        """Release a file with the portal's password."""
        return portal.release(self.control, upload)

    def downloads(self) -> Sequence[PortalDownload]:
        """List what waits at the portal."""
        return portal.downloads(self.control)

    def download(self, identification: str) -> bytes:
        """Fetch one of them."""
        return portal.download(self.control, identification)

    def statement(self, account: str, kind: str, first: date, last: date) -> bytes:
        """Fetch an account's statement of certain days."""
        return portal.statement(self.control, account, kind, first, last)

    def prepare_in_app(self, wish: AppWish) -> AppPayment:
        """Type a payment into the bank's own app."""
        return portal.prepare_in_app(self.control, wish)

    def confirm_in_app(self, payment: str) -> str:
        """Confirm it with the app's password; return the bank's reference."""
        return portal.confirm_in_app(self.control, payment)

    def close(self) -> None:
        """Give the lease back. The bank ends some seconds after the last lease; nobody waits for that here."""
        with self._lock:
            self._lease.give_back()

    def close_and_wait(self, seconds: float) -> None:
        """Give the lease back, and wait for the bank to end.

        Raises:
            ConnectorError: ``practice.not_ended``.
        """
        self.close()
        wait_until_ended(seconds)

    def _messages(self, after: int, person: str) -> Sequence[Mapping[str, object]]:
        whose = f"&psu_id={quote(person, safe='')}" if person else ""
        return _list(self.control.call("GET", f"/phone/messages?after={after}{whose}"), "messages")

    def _customer(self, person: str) -> Mapping[str, object]:
        if not person:
            return self.control.call("GET", "/psu")
        customers = _list(self.control.call("GET", "/customers"), "customers")
        found = next((item for item in customers if item.get("psu_id") == person), None)
        if found is None:
            raise ConnectorError(FailureKind.TERMINAL, "practice.nobody")
        return found


def open_practice_bank(
    world: Path,
    clock: Clock,
    entropy: Entropy,
    command: Sequence[str] = (),
    options: Sequence[str] = (),
    limits: Limits | None = None,
) -> PracticeBank:
    """Start the practice bank of a world, or attach to it.

    Args:
        world: The world's directory.
        clock: Time.
        entropy: Randomness.
        command: How to start the bank; empty for this program's own way.
        options: More of the bank's options.
        limits: What one exchange of the connector may take.

    Raises:
        ConnectorError: ``practice.not_started``.
    """
    return PracticeBank(lambda: take_lease(world, clock, command, options), clock, entropy, limits)


def _person(item: Mapping[str, object], firm: Mapping[str, object]) -> PracticeCustomer:
    person, name = _text(item, "psu_id"), _text(item, "name")
    for account in _list(firm, "accounts"):
        for right in _list(account, "signatories"):
            if right.get("psu_id") == person:
                alone = Money(_number(right, "alone_minor"), _text(account, "currency"))
                return PracticeCustomer(person, name, _text(firm, "name"), right.get("may_sign") is True, alone)
    return PracticeCustomer(person, name)


def _letter(item: Mapping[str, object]) -> Letter:
    asks = item.get("asks")
    asked = asks if isinstance(asks, dict) else {}

    def wanted(name: str) -> str:
        found = asked.get(name)
        return found if isinstance(found, str) else ""

    return Letter(
        letter=_text(item, "message_id"),
        kind=_text(item, "kind"),
        sender_name=_text(item, "from_name"),
        sender_address=_text(item, "from_address"),
        date=_text(item, "date"),
        subject=_text(item, "subject"),
        text=_text(item, "text"),
        creditor_name=wanted("creditor_name"),
        creditor_account=wanted("iban"),
        creditor_agent=wanted("bic"),
        amount=wanted("amount"),
        currency=wanted("currency"),
        reference=wanted("reference"),
    )


def _text(reply: Mapping[str, object], name: str) -> str:
    found = reply.get(name)
    if not isinstance(found, str):
        raise ConnectorError(FailureKind.RETRYABLE, "practice.reply_unreadable", field=name)
    return found


def _number(reply: Mapping[str, object], name: str) -> int:
    found = reply.get(name)
    if type(found) is not int:
        raise ConnectorError(FailureKind.RETRYABLE, "practice.reply_unreadable", field=name)
    return found


def _list(reply: Mapping[str, object], name: str) -> list[dict[str, Json]]:
    found = reply.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
