"""What a vault that joins a workspace keeps of itself: what it expects, before its ledger says anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from countersign.adapters.vault.database import Connection, database_damaged
from countersign.domain.canonical import Fields, canonical_bytes, parse_canonical
from countersign.domain.errors import SecurityError
from countersign.domain.ledger.governance import World

_SPACE: Final = "vault"  # no room of ``LocalSpace``: nobody else reads or writes it
_TICKET: Final = "ticket"
_ELSEWHERE: Final = "signed_elsewhere"


@dataclass(frozen=True, slots=True)
class Ticket:
    """The ledger that is expected: see ``JoinTicket``. ``recovery_public_key`` is of this vault's kit, in hex."""

    workspace: str
    genesis: str
    world: World
    recovery_public_key: str

    def write(self, connection: Connection) -> None:
        """Keep it."""
        content = {
            "workspace": self.workspace,
            "genesis": self.genesis,
            "world": self.world.value,
            "recovery_public_key": self.recovery_public_key,
        }
        _put(connection, _TICKET, canonical_bytes({**content}))

    @classmethod
    def read(cls, connection: Connection) -> Ticket | None:
        """Read it; None in a vault that began a workspace of its own.

        Raises:
            SecurityError: ``vault.damaged``.
        """
        content = _get(connection, _TICKET)
        if content is None:
            return None
        try:
            fields = Fields(parse_canonical(content), _TICKET)
            found = cls(
                fields.text("workspace"),
                fields.text("genesis"),
                World(fields.text("world")),
                fields.text("recovery_public_key"),
            )
            fields.end()
        except (SecurityError, ValueError) as error:
            raise database_damaged() from error
        return found


def signed_elsewhere(connection: Connection) -> bool:
    """Tell whether this device's key signed something that this vault did not: another copy of it is in use."""
    return _get(connection, _ELSEWHERE) is not None


def note_signed_elsewhere(connection: Connection) -> None:
    """Remember that; nothing is signed here any more (LEDGER rule 17)."""
    _put(connection, _ELSEWHERE, b"{}")


def _put(connection: Connection, key: str, value: bytes) -> None:
    connection.execute("INSERT OR REPLACE INTO local_items VALUES (?, ?, ?)", (_SPACE, key, value))


def _get(connection: Connection, key: str) -> bytes | None:
    asked = "SELECT value FROM local_items WHERE space = ? AND key = ?"
    row = connection.execute(asked, (_SPACE, key)).fetchone()
    return bytes(row[0]) if row else None
