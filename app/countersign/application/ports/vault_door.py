"""Making, opening and closing the vault: VAULT lane, but for ``summary``, ``freeze`` and ``frozen`` (no key needed)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from countersign.application.ports.vault import Projections, Vault
from countersign.domain.ledger.governance import World
from countersign.domain.secret import SecretText


@dataclass(frozen=True, slots=True)
class VaultSummary:
    """What can be said of a vault without opening it.

    Attributes:
        keyring: Whether the device secret and the anchor are in an operating-system keyring. Without one the vault
            rests on its passphrase alone and an older copy can't be noticed: shown as unprotected. While there is no
            vault: whether there is a keyring that they could be in.
        wait_ms: How long the next attempt must wait.
        kit_proved: Whether the recovery kit was proved.
    """

    exists: bool
    name: str
    world: World
    keyring: bool
    wait_ms: int
    failed_attempts: int
    frozen: bool
    kit_proved: bool


@dataclass(frozen=True, slots=True)
class NewVault:
    """What is needed to make a vault."""

    member_name: str
    world: World
    passphrase: SecretText
    kit_words: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class JoinTicket:
    """What a vault that joins a workspace goes by: nothing but this very genesis begins its ledger."""

    workspace: str
    genesis: str
    world: World


class VaultDoor(Protocol):
    """The one vault of this profile."""

    def summary(self) -> VaultSummary:
        """Describe the vault without opening it."""

    def offer_passphrase(self) -> tuple[str, ...]:
        """Return six random words as an offer."""

    def new_kit(self) -> tuple[str, ...]:
        """Return the twelve words of a new recovery kit."""

    def create(self, new: NewVault) -> Vault:
        """Make a vault, write its genesis and leave it unlocked.

        Raises:
            UserFacingError: ``vault.exists``, ``vault.disk_full``, ``vault.in_use``.
        """

    def join(self, new: NewVault, invitation: JoinTicket) -> Vault:
        """Make a vault with keys and an empty ledger, which others will admit to their workspace; leave it unlocked.

        Raises:
            UserFacingError: As ``create``.
        """

    def unlock(self, passphrase: SecretText) -> Vault:
        """Open the vault. Attempts are counted durably before they are made, and slowed down.

        An older copy (its anchor is ahead) opens with ``may_sign`` false.

        Raises:
            UserFacingError: ``vault.passphrase_wrong`` (params ``attempts``, ``wait_ms``), ``vault.wait``
                (``wait_ms``), ``vault.in_use``, ``vault.device_secret_missing``.
            SecurityError: ``vault.damaged`` (params ``part``): header, slot or database don't authenticate.
        """

    def unlock_with_kit(self, words: Sequence[str]) -> Vault:
        """Open the vault's data with the recovery kit: never the signing key, so ``may_sign`` is false (LEDGER 17).

        Raises:
            UserFacingError: ``vault.kit_wrong``, ``vault.wait``, ``vault.in_use``.
            SecurityError: As ``unlock``.
        """

    def confirm(self, passphrase: SecretText) -> None:
        """Make sure that the person at the keyboard knows the passphrase of the open vault. Counted as attempts are.

        Raises:
            UserFacingError: ``vault.passphrase_wrong`` (params ``attempts``, ``wait_ms``), ``vault.wait``
                (``wait_ms``), ``vault.locked``, ``vault.device_secret_missing``.
        """

    def kit_signature(self, words: Sequence[str], message: bytes) -> bytes:
        """Sign 32 bytes with the recovery key that a kit's words hold (Ed25519), whether or not it opens this vault.

        Raises:
            UserFacingError: ``vault.kit_wrong``: not twelve words of the list; ``vault.locked``.
        """

    def projections(self) -> Projections:
        """Return the READ lane's view of the unlocked vault."""

    def verify(self, progress: Callable[[int, int], bool]) -> VerificationReport:
        """Verify every event against chains, signatures and anchor, and rebuild the projections to the same hashes.

        Args:
            progress: Called with (done, total); returns false to cancel.
        """

    def freeze(self) -> None:
        """Block every new intent of this workspace, durably, without a key."""

    def unfreeze(self) -> None:
        """Allow intents again: unlocked only."""

    def frozen(self) -> bool:
        """Tell whether intents are blocked."""

    def lock(self) -> None:
        """Close the connections, wipe the keys, and let another instance in."""


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """What a full verification found. ``faults`` is empty where all is well.

    Attributes:
        waiting: How many events of others wait for what lies before them.
        forks: Devices that signed two events for one place, with the place: proof against them, and no fault here.
    """

    events: int
    faults: tuple[str, ...]
    projections_equal: bool
    anchor: str  # "agrees", "behind" (the vault is newer: fine), "ahead" (the vault is an older copy), "none"
    waiting: int = 0
    forks: tuple[str, ...] = ()
