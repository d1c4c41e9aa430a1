"""Tolerant reading of what a bank sends: unknown fields are nobody's business, a missing one is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from countersign.domain.currencies import UnknownCurrencyError
from countersign.domain.errors import ConnectorError, FailureKind
from countersign.domain.money import Money, MoneyError
from countersign.domain.order_state import TransactionStatus
from countersign.domain.unicode_safety import refused_kind

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Body:
    """An object inside a reply. Untrusted.

    Attributes:
        value: What was parsed.
        kind: What it says of the payment when the reply can't be read.
    """

    value: object
    kind: FailureKind

    def unreadable(self, field: str) -> ConnectorError:
        """Return the error for a field that can't be read."""
        return ConnectorError(self.kind, "bank.reply_unreadable", field=field)

    def get(self, name: str) -> object:
        """Return a member, or None."""
        return self.value.get(name) if isinstance(self.value, dict) else None

    def text(self, name: str) -> str:
        """Return a member that must be text and not empty.

        Raises:
            ConnectorError: ``bank.reply_unreadable`` with ``field``.
        """
        found = self.get(name)
        if not isinstance(found, str) or not found:
            raise self.unreadable(name)
        return found

    def text_or_empty(self, name: str) -> str:
        """Return a member that is text, or nothing."""
        found = self.get(name)
        return found if isinstance(found, str) else ""

    def within(self, name: str) -> Body:
        """Return a member that should be an object."""
        return Body(self.get(name), self.kind)

    def each(self, name: str) -> Iterator[Body]:
        """Go through a member that should be a list of objects; what isn't an object is passed over."""
        found = self.get(name)
        for item in found if isinstance(found, list) else ():
            if isinstance(item, dict):
                yield Body(item, self.kind)

    def money(self) -> Money:
        """Read this object as the standard's ``amount``: currency and decimal text, exactly.

        Raises:
            ConnectorError: ``bank.reply_unreadable``.
        """
        try:
            return Money.from_plain(self.text("amount"), self.text("currency"))
        except (MoneyError, UnknownCurrencyError) as error:
            raise self.unreadable("amount") from error

    def account(self) -> str:
        """Read this object as the standard's ``accountReference``: an IBAN without spaces, or nothing."""
        return "".join(self.text_or_empty("iban").split()).upper()

    def transaction_status(self) -> TransactionStatus:
        """Read the payment's status.

        Raises:
            ConnectorError: ``bank.reply_unreadable``: none is given, or one that ISO 20022 doesn't have.
        """
        found = self.text("transactionStatus")
        if found not in TransactionStatus._value2member_map_:
            raise self.unreadable("transactionStatus")
        return TransactionStatus(found)


def shown(text: str, limit: int = 500) -> str:
    """Return a bank's words as one line that hides nothing: characters that may deceive are left out."""
    plain = "".join(" " if char.isspace() else char for char in text[: 4 * limit])
    return " ".join("".join(char for char in plain if not refused_kind(char)).split())[:limit]
