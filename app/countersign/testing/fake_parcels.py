"""What a vault in memory remembers of the parcels that it took from relays."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

_AT_ONCE: Final = 20


class MemoryParcels:
    """That part of a ``WorkspaceVault``. It forgets at once what isn't listed: to read it again must change nothing.

    Attributes:
        taken: Relay and name of each.
    """

    taken: set[tuple[str, str]]

    def unknown_parcels(self, relay: str, names: Sequence[str]) -> Sequence[str]:
        """Return what was not taken."""
        return tuple(name for name in names if (relay, name) not in self.taken)

    def forget_parcels(self, relay: str, listed: Collection[str], after: str = "") -> str:
        """Forget what a relay doesn't list, a few at a time."""
        some = sorted(name for kept, name in self.taken if kept == relay and name > after)[:_AT_ONCE]
        self.taken -= {(relay, name) for name in some if name not in listed}
        return some[-1] if len(some) == _AT_ONCE else ""
