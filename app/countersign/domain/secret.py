"""Text that must not be seen: it hides from ``repr``, from logs and from canonical bytes."""

from __future__ import annotations


class SecretText:
    """A passphrase, a code or a key on its way to where it is used."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text. Call it where it is used, and keep nothing."""
        return self._text

    def __bool__(self) -> bool:
        """Tell whether there is any text."""
        return bool(self._text)

    def __repr__(self) -> str:
        """Show nothing."""
        return "SecretText(<redacted>)"
