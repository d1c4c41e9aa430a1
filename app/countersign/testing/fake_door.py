"""A vault's door without disk or keys: for tests of unlocking, first run and the shell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from countersign.application.ports.vault import Projections, Vault
from countersign.application.ports.vault_door import JoinTicket, NewVault, VaultSummary, VerificationReport
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger.governance import World as WorldKind
from countersign.domain.secret import SecretText
from countersign.testing.fake_workspace import MemoryWorkspace
from countersign.testing.fakes import World

PASSPHRASE = "correct horse battery staple seven"  # noqa: S105 - a fake door's
KIT = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet", "kilo", "lima")
WAIT_MS = 4_000
_FREE_ATTEMPTS = 2


@dataclass(slots=True)
class FakeDoor:
    """The door of a fake world's vault."""

    world: World
    exists: bool = True
    keyring: bool = True
    attempts: int = 0
    open: bool = False
    stopped: bool = False
    made: list[NewVault] = field(default_factory=list)
    joined: list[JoinTicket] = field(default_factory=list)
    fail_create: str = ""
    damaged: str = ""

    def summary(self) -> VaultSummary:
        """Describe the vault."""
        if self.damaged:
            raise SecurityError(self.damaged, part="header")
        wait_ms = WAIT_MS if self.attempts > _FREE_ATTEMPTS else 0
        name = "Mei Chen" if self.exists else ""
        return VaultSummary(
            self.exists, name, WorldKind.PRACTICE, self.keyring, wait_ms, self.attempts, self.stopped, self.exists
        )

    def offer_passphrase(self) -> tuple[str, ...]:
        """Return six words."""
        return ("silent", "copper", "meadow", "ladder", "violin", "harbour")

    def new_kit(self) -> tuple[str, ...]:
        """Return the kit's words."""
        return KIT

    def create(self, new: NewVault) -> Vault:
        """Make the vault."""
        if self.fail_create:
            raise UserFacingError(self.fail_create)
        self.made.append(new)
        self.exists = self.open = True
        return self.world.vault

    def join(self, new: NewVault, invitation: JoinTicket) -> Vault:
        """Make a vault for somebody else's workspace."""
        self.joined.append(invitation)
        return self.create(new)

    def unlock(self, passphrase: SecretText) -> Vault:
        """Open with the passphrase."""
        if passphrase.reveal() != PASSPHRASE:
            self.attempts += 1
            raise UserFacingError("vault.passphrase_wrong", attempts=self.attempts, wait_ms=self.summary().wait_ms)
        self.attempts, self.open = 0, True
        return self.world.vault

    def unlock_with_kit(self, words: Sequence[str]) -> Vault:
        """Open with the kit."""
        if tuple(words) != KIT:
            raise UserFacingError("vault.kit_wrong")
        self.open = True
        return self.world.vault

    def confirm(self, passphrase: SecretText) -> None:
        """Tell the passphrase from others."""
        if passphrase.reveal() != PASSPHRASE:
            self.attempts += 1
            raise UserFacingError("vault.passphrase_wrong", attempts=self.attempts, wait_ms=self.summary().wait_ms)
        self.attempts = 0

    def kit_signature(self, words: Sequence[str], message: bytes) -> bytes:
        """Sign with the fake kit of the vault's keys."""
        vault = self.world.vault
        if tuple(words) != KIT:
            raise UserFacingError("vault.kit_wrong")
        return vault.keys.kit_sign(message) if isinstance(vault, MemoryWorkspace) else bytes(64)

    def projections(self) -> Projections:
        """Return the readers' view."""
        return self.world.reader

    def verify(self, progress: Callable[[int, int], bool]) -> VerificationReport:
        """Find nothing wrong."""
        progress(1, 1)
        return VerificationReport(1, (), projections_equal=True, anchor="agrees")

    def freeze(self) -> None:
        """Stop payments."""
        self.stopped = True

    def unfreeze(self) -> None:
        """Allow payments."""
        self.stopped = False

    def frozen(self) -> bool:
        """Tell whether payments are stopped."""
        return self.stopped

    def lock(self) -> None:
        """Close."""
        self.open = False
