"""What a vault in memory remembers of the parcels that it took from relays."""

from __future__ import annotations

from collections.abc import Collection, Sequence


class MemoryParcels:
    """That part of a ``WorkspaceVault``. It forgets at once what isn't listed: to read it again must change nothing.

    Attributes:
        taken: Relay and name of each.
    """

    taken: set[tuple[str, str]]

    def unknown_parcels(self, relay: str, names: Sequence[str]) -> Sequence[str]:
        """Return what was not taken."""
        return tuple(name for name in names if (relay, name) not in self.taken)

    def forget_parcels(self, relay: str, listed: Collection[str], after: str = "") -> str:  # noqa: ARG002 - all at once
        """Forget what a relay doesn't list."""
        self.taken = {(kept, name) for kept, name in self.taken if kept != relay or name in listed}
        return ""
