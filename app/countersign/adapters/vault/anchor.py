"""The anchor: how far the ledger was ever seen to reach, kept outside the vault (LEDGER rules 16, 17).

It is authenticated by a key from the vault's slots, so that only somebody who could open the vault can have made it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from countersign.adapters.system.keyring_store import SecretStore, SecretStoreError
from countersign.adapters.vault import cryptography_suite as suite
from countersign.application.failpoints import failpoint
from countersign.domain.canonical import Fields, Json, canonical_bytes, parse_canonical
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger.event import Chain

FORMAT: Final = 1


class AnchorState(StrEnum):
    """How the vault stands to its anchor."""

    AGREES = "agrees"
    BEHIND = "behind"  # the vault is newer: a crash came between commit and anchor
    AHEAD = "ahead"  # the vault is an older copy, or another branch of it
    DAMAGED = "damaged"  # the anchor is gone, or is not one of ours
    NONE = "none"  # the vault was made without a keyring


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one chain reaches: its count of events, and the last one's identifier (empty where there is none)."""

    size: int = 0
    head: str = ""


Reaches = Mapping[Chain, Reach]


def device_secret_name(vault: str) -> str:
    """Name the device secret in the keyring."""
    return f"{vault}.device"


def anchor_name(vault: str) -> str:
    """Name the anchor in the keyring."""
    return f"{vault}.anchor"


class Anchor:
    """The anchor of one open vault."""

    def __init__(self, store: SecretStore | None, vault: str, key: bytes) -> None:
        """Bind the anchor to where it is kept.

        Args:
            store: None for a vault that was made without a keyring.
            vault: The vault's identifier.
            key: From ``VaultKeys.anchor_key``.
        """
        self._store, self._vault, self._key = store, vault, key
        self._known: list[Reaches] | None = None  # what may stand there now; None before it was ever looked at

    def compare(self, reaches: Reaches, head_at: Callable[[Chain, int], str]) -> AnchorState:
        """Compare the vault with its anchor.

        Args:
            reaches: How far the vault's own chains reach.
            head_at: Returns the identifier of the event that makes a chain so many events long.
        """
        if self._store is None:
            return AnchorState.NONE
        anchored = self._read(self._store)
        if anchored is None:
            return AnchorState.DAMAGED
        if self._known is None:
            self._known = [dict(anchored)]
        for chain, reach in anchored.items():
            if reach.size > reaches[chain].size or (reach.size and head_at(chain, reach.size) != reach.head):
                return AnchorState.AHEAD
        return AnchorState.AGREES if dict(anchored) == dict(reaches) else AnchorState.BEHIND

    def advance(self, reaches: Reaches) -> None:
        """Put the anchor where the vault now reaches. Only after it may anything have an effect outside.

        An anchor that somebody else moved meanwhile is left alone: a copy of this vault, open at the same time, writes
        another branch of the ledger, and both would send.

        Raises:
            UserFacingError: ``vault.anchor_failed``. The events stay, and nothing may follow from them yet.
        """
        if self._store is None:
            return
        failpoint("vault.anchor.before")
        if self._known is not None and self._read(self._store) not in self._known:
            raise UserFacingError("vault.anchor_failed")
        following: Reaches = dict(reaches)
        try:
            self._store.write(anchor_name(self._vault), self._text(reaches))
        except SecretStoreError as error:
            # Perhaps it was kept, and could not be read back.
            self._known = [*(self._known or ()), following]
            raise UserFacingError("vault.anchor_failed") from error
        self._known = [following]
        failpoint("vault.anchor.after")

    def _unsigned(self, reaches: Reaches) -> dict[str, Json]:
        chains: dict[str, Json] = {
            chain.value: {"size": reach.size, "head": reach.head} for chain, reach in reaches.items()
        }
        return {"v": FORMAT, "vault": self._vault, "chains": chains}

    def _text(self, reaches: Reaches) -> str:
        unsigned = self._unsigned(reaches)
        signed = {**unsigned, "mac": suite.mac(self._key, canonical_bytes(unsigned)).hex()}
        return canonical_bytes(signed).decode()

    def _read(self, store: SecretStore) -> Reaches | None:
        try:
            text = store.read(anchor_name(self._vault))
            if text is None:
                return None
            fields = Fields(parse_canonical(text.encode()), "anchor")
            chains = Fields(fields.mapping("chains"), "chains")
            reaches = {chain: _reach(chains.mapping(chain.value)) for chain in Chain}
            claimed = fields.text("mac")
            genuine = suite.mac_agrees(self._key, canonical_bytes(self._unsigned(reaches)), bytes.fromhex(claimed))
            genuine = genuine and claimed == bytes.fromhex(claimed).hex()
            known = (fields.integer("v"), fields.text("vault")) == (FORMAT, self._vault)
            chains.end()
            fields.end()
        except (SecretStoreError, SecurityError, ValueError):
            return None
        return reaches if genuine and known else None


def _reach(value: Json) -> Reach:
    fields = Fields(value, "reach")
    reach = Reach(fields.integer("size"), fields.text("head"))
    fields.end()
    return reach
