"""What a connection to a NextGenPSD2 bank needs. Kept in the vault, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, replace

from countersign.domain.canonical import Fields, Json, JsonObject
from countersign.domain.secret import SecretText

CONNECTOR = "xs2a"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who we are to a bank, and how we know the bank.

    Attributes:
        api_url: Where the bank's interface begins: an https URL.
        certificate_pem: Ours, for TLS and for signatures.
        private_key_pem: The certificate's key: PKCS #8.
        ca_pem: The one issuer of the bank's certificate that is trusted.
        psu_id: The person's name at the bank.
        consent_id: The permission to read accounts; empty where there is none yet.
    """

    api_url: str
    certificate_pem: str
    private_key_pem: SecretText
    ca_pem: str
    psu_id: str
    consent_id: str = ""

    def __repr__(self) -> str:
        """Show where it leads, and nothing else."""
        return f"Credentials({self.api_url!r}, <redacted>)"

    def with_consent(self, consent_id: str) -> Credentials:
        """Return the same credentials with a permission to read accounts."""
        return replace(self, consent_id=consent_id)

    def to_canonical(self) -> dict[str, Json]:
        """Return a canonical object for the vault's ``CREDENTIAL`` room. It holds the private key."""
        return {
            "connector": CONNECTOR,
            "api_url": self.api_url,
            "certificate_pem": self.certificate_pem,
            "private_key_pem": self.private_key_pem.reveal(),
            "ca_pem": self.ca_pem,
            "psu_id": self.psu_id,
            "consent_id": self.consent_id,
        }

    @classmethod
    def from_canonical(cls, value: JsonObject) -> Credentials:
        """Read what ``to_canonical`` wrote. ``connector`` is for whoever chose this connector.

        Raises:
            NotCanonicalError: A field is missing, unknown or of another type.
        """
        fields = Fields(value, "credentials")
        fields.text("connector")
        found = cls(
            api_url=fields.text("api_url"),
            certificate_pem=fields.text("certificate_pem"),
            private_key_pem=SecretText(fields.text("private_key_pem")),
            ca_pem=fields.text("ca_pem"),
            psu_id=fields.text("psu_id"),
            consent_id=fields.text("consent_id"),
        )
        fields.end()
        return found
