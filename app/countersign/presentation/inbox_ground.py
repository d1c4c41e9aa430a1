"""What one look at the inbox stands on: the rules, who looks and when; and whether anything came since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from countersign.application.flows.script import Script, on_read, on_vault
from countersign.application.ports.vault import Identity, LocalSpace
from countersign.application.ports.workspace import ChainHead
from countersign.application.session import Session
from countersign.domain.ledger.rules import Rules


@dataclass(frozen=True, slots=True)
class Ground:
    """What all orders of one look at the inbox have in common."""

    rules: Rules
    me: Identity
    now: int
    may_sign: bool
    frozen: bool = False

    @property
    def alone(self) -> bool:
        """Whether nobody else belongs to the workspace."""
        return len(self.rules.governance.members) == 1


def read_ground(session: Session) -> Script[Ground]:
    """Read the ground of one look."""
    may_sign = yield from on_vault(lambda: session.vault.may_sign)
    rules = yield from on_read(session.reader.rules)
    return Ground(rules, session.vault.identity, session.clock.now_ms(), may_sign, rules.frozen)


def read_heads(session: Session) -> Script[Mapping[str, ChainHead] | None]:
    """Read how far every chain reaches; None where that can't be told. The same twice: nothing came between."""
    shared = session.shared
    if shared is None:
        return None
    heads = dict((yield from on_vault(shared.vault.heads)))
    lacking = yield from on_vault(partial(session.vault.local_keys, LocalSpace.DOCUMENT))
    return heads | {"documents": ChainHead(len(lacking), "")}  # one that arrives changes what may be signed
