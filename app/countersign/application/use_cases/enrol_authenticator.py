"""Remember that the person's own authenticator app was proved. Its secret is the bank's and the app's, never ours."""

from __future__ import annotations

from countersign.application.ports.clock import Entropy, new_identifier
from countersign.application.ports.vault import LocalSpace, Vault
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain, EventDraft

_KEY = "authenticator"


def record_authenticator(vault: Vault, entropy: Entropy) -> None:
    """Record that one code was right."""
    with vault.transaction() as change:
        change.append(
            EventDraft(kinds.AUTHENTICATOR_ENROLLED, new_identifier(entropy), {"proved": True}, chain=Chain.PRIVATE)
        )
        change.put(LocalSpace.SETTING, _KEY, {"enrolled_at": change.now_ms})


def authenticator_enrolled(vault: Vault) -> bool:
    """Tell whether an app was proved."""
    return _KEY in vault.local(LocalSpace.SETTING)
