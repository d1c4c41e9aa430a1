"""A further signature at the bank: somebody's authorisation of their own, of a payment that the bank already holds.

Source: NextGenPSD2 1.3 §5.1.4 (multilevel SCA); ISO 20022 ExternalPaymentTransactionStatus1Code, PATC: some of the
authentications that a payment needs have been performed, but not yet all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SigningState(StrEnum):
    """Where a further signature stands."""

    OPEN = "open"  # it waits for a code; nothing can have been signed by it
    SENT = "sent"  # the commit point is durable; the answer may be on its way
    UNKNOWN = "unknown"  # the bank may or may not have it; we ask and never send
    SIGNED = "signed"
    FAILED = "failed"  # the bank ended it


@dataclass(frozen=True, slots=True)
class BankSigning:
    """One further signature. It moves the order nowhere: only what the bank says of the payment does.

    Attributes:
        device: Where it was begun: only that device speaks of it.
        authorisation: The bank's name for the authorisation; empty while its start is on record as intended only: from
            then on the bank's own app may ask.
        at: When it was begun, milliseconds since the epoch.
        attempts: How many answers were intended.
        reason: Code of the newest refusal or loss.
    """

    device: str
    authorisation: str
    at: int
    state: SigningState = SigningState.OPEN
    attempts: int = 0
    reason: str = ""

    @property
    def starting(self) -> bool:
        """Whether nobody knows yet what came of its start."""
        return self.under_way and not self.authorisation

    @property
    def under_way(self) -> bool:
        """Whether an answer may be with the bank: until that is known, this device begins no other."""
        return self.state in {SigningState.SENT, SigningState.UNKNOWN}
