"""Make sure who is at the keyboard, just before something is signed."""

from __future__ import annotations

from countersign.application.ports.vault_door import VaultDoor
from countersign.domain.errors import UserFacingError
from countersign.domain.secret import SecretText


def confirm_person(door: VaultDoor, passphrase: SecretText) -> None:
    """Have the passphrase of the open vault typed once more. VAULT lane; takes about a second.

    Raises:
        UserFacingError: ``confirm.no_passphrase``, ``vault.passphrase_wrong`` (``attempts``, ``wait_ms``),
            ``vault.wait`` (``wait_ms``).
    """
    if not passphrase:
        raise UserFacingError("confirm.no_passphrase")
    door.confirm(passphrase)
