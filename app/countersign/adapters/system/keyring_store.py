"""The operating system's keyring: where the device secret and the anchor are, outside the vault.

Only keyrings that the system protects are used. Where there is none, or it stays locked, that is said; nothing is ever
written to a plain file instead.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from countersign.adapters.system.durable_file import make_folder, remove_durably, write_durably

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "Countersign"

_PROTECTED = frozenset(
    {
        "keyring.backends.SecretService",
        "keyring.backends.libsecret",
        "keyring.backends.kwallet",
        "keyring.backends.macOS",
        "keyring.backends.Windows",
    }
)


class SecretStoreError(Exception):
    """The keyring is absent, locked, or did not keep what it was given."""


class SecretStore(Protocol):
    """A place outside the vault for a few short texts."""

    @property
    def protected(self) -> bool:
        """Whether others on this machine are kept out. False for the stand-in of practice worlds."""

    def available(self) -> bool:
        """Tell whether texts can be kept. May ask the system, and the system may ask the person."""

    def read(self, name: str) -> str | None:
        """Return a text; None where there is none.

        Raises:
            SecretStoreError: The keyring can't be asked.
        """

    def write(self, name: str, text: str) -> None:
        """Keep a text and read it back.

        Raises:
            SecretStoreError: It was not kept.
        """

    def remove(self, name: str) -> None:
        """Forget a text; nothing happens where there is none."""


def protected_backend(found: KeyringBackend) -> KeyringBackend | None:
    """Return the first keyring that the operating system protects, looking into a chain of them."""
    from keyring.backends import chainer  # noqa: PLC0415 - see SystemKeyring

    candidates = found.backends if isinstance(found, chainer.ChainerBackend) else (found,)
    return next((item for item in candidates if type(item).__module__ in _PROTECTED), None)


class SystemKeyring:
    """The keyring of the person who is logged in (Secret Service, KWallet, Keychain, Credential Locker).

    It is looked for when it is first asked: loading the library and asking the system both take their time.
    """

    protected = True

    def available(self) -> bool:
        """Tell whether there is an unlocked keyring."""
        try:
            self._required().get_password(SERVICE, "probe")
        except Exception:  # noqa: BLE001 - backends let exceptions of their own systems through
            return False
        return True

    def read(self, name: str) -> str | None:
        """Return a text; None where there is none."""
        try:
            return self._required().get_password(SERVICE, name)
        except SecretStoreError:
            raise
        except Exception as error:
            raise SecretStoreError(name) from error

    def write(self, name: str, text: str) -> None:
        """Keep a text and read it back: some backends drop it without a word."""
        try:
            backend = self._required()
            backend.set_password(SERVICE, name, text)
            kept = backend.get_password(SERVICE, name)
        except SecretStoreError:
            raise
        except Exception as error:
            raise SecretStoreError(name) from error
        if kept != text:
            raise SecretStoreError(name)

    def remove(self, name: str) -> None:
        """Forget a text."""
        from keyring.errors import KeyringError  # noqa: PLC0415 - as above

        try:
            self._required().delete_password(SERVICE, name)
        except (KeyringError, SecretStoreError):
            return

    @cached_property
    def _backend(self) -> KeyringBackend | None:
        import keyring  # noqa: PLC0415 - as above

        return protected_backend(keyring.get_keyring())

    def _required(self) -> KeyringBackend:
        if self._backend is None:
            raise SecretStoreError("no keyring")
        return self._backend


class FolderStore:
    """A stand-in for a keyring in practice worlds, the tour and tests: texts in a folder, in clear.

    The door refuses it for anything but practice.
    """

    protected = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def available(self) -> bool:
        """Make the folder, and say so."""
        make_folder(self._folder)
        return True

    def read(self, name: str) -> str | None:
        """Return a text; None where there is none."""
        try:
            return (self._folder / name).read_text("utf-8", errors="replace")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SecretStoreError(name) from error

    def write(self, name: str, text: str) -> None:
        """Keep a text."""
        try:
            make_folder(self._folder)
            write_durably(self._folder / name, text.encode(), point="keyring.write")
        except OSError as error:
            raise SecretStoreError(name) from error

    def remove(self, name: str) -> None:
        """Forget a text."""
        remove_durably(self._folder / name, point="keyring.remove")


class NoStore:
    """No keyring at all: the vault rests on its passphrase alone, and an older copy can't be noticed."""

    protected = True

    def available(self) -> bool:
        """Say no."""
        return False

    def read(self, name: str) -> str | None:
        """Raise."""
        raise SecretStoreError(name)

    def write(self, name: str, text: str) -> None:  # noqa: ARG002 - the port's shape
        """Raise."""
        raise SecretStoreError(name)

    def remove(self, name: str) -> None:
        """Do nothing."""
