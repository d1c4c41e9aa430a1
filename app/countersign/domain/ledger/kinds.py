"""The kinds of events that this version writes, and which chain each belongs to (LEDGER rule 4)."""

from __future__ import annotations

from typing import Final

WORKSPACE_CREATED: Final = "workspace.created"  # genesis: epoch 0
GOVERNANCE_CHANGED: Final = "governance.changed"
DEVICE_ADDED: Final = "device.added"
DEVICE_CLOSED: Final = "device.closed"
WORKSPACE_FROZEN: Final = "workspace.frozen"
WORKSPACE_UNFROZEN: Final = "workspace.unfrozen"

BANK_CONNECTED: Final = "bank.connected"
ACCOUNT_ADDED: Final = "account.added"  # an own account that no connection lists by itself
PAYMENT_ELSEWHERE: Final = "payment.elsewhere"  # made in a branch, by phone, in the bank's own app
DIFFERENCE_CLOSED: Final = "difference.closed"  # between a statement and the orders: what a person made of it
STATEMENT_IMPORTED: Final = "statement.imported"  # balances and many entries of one account

PAYEE_ADDED: Final = "payee.added"
PAYEE_CHANGED: Final = "payee.changed"  # a new version; names what it supersedes
PAYEE_VERIFIED: Final = "payee.verified"  # the bank's name check, as evidence

ORDER_FROZEN: Final = "order.frozen"
ORDER_ASSESSED: Final = "order.assessed"
ORDER_INTERVENTION_ANSWERED: Final = "order.intervention_answered"
ORDER_APPROVED: Final = "order.approved"
ORDER_CONFIRMED: Final = "order.confirmed"  # by the requester, on another device of theirs: no approval
ORDER_STOPPED: Final = "order.stopped"  # a person or a hard stop ended it before anything was sent
ORDER_SUBMISSION_INTENDED: Final = "order.submission_intended"
ORDER_INITIATED: Final = "order.initiated"  # the bank holds it, nothing is authorised
ORDER_START_INTENDED: Final = "order.start_intended"  # of an authorisation: the bank's own app may ask upon it
ORDER_AUTHORISATION_STARTED: Final = "order.authorisation_started"
ORDER_ANSWER_INTENDED: Final = "order.answer_intended"  # the commit point is next
ORDER_ANSWER_REFUSED: Final = "order.answer_refused"  # the bank said so: the code was not accepted
ORDER_AUTHORISED: Final = "order.authorised"  # the bank says that the authorisation is final
ORDER_STATUS_CHANGED: Final = "order.status_changed"  # a bank fact
ORDER_OUTCOME_UNKNOWN: Final = "order.outcome_unknown"
ORDER_REPLY_REFUSED: Final = "order.reply_refused"  # an echo did not agree with the order
ORDER_ABANDONED: Final = "order.abandoned"  # given up where nothing can have been executed
ORDER_CALL_OFF_INTENDED: Final = "order.call_off_intended"  # before it is given up: the bank is to let go of it
ORDER_CANCELLATION_INTENDED: Final = "order.cancellation_intended"
ORDER_CANCELLATION_REFUSED: Final = "order.cancellation_refused"
ORDER_HANDED_OVER: Final = "order.handed_over"  # the person says that they carried it to the bank
ORDER_PROOF_ADDED: Final = "order.proof_added"  # a document of the bank's, kept with its hash
ORDER_RECALL_WRITTEN: Final = "order.recall_written"  # a request to call it off, which the person carries to the bank
ORDER_RETURNED: Final = "order.returned"  # the money came back after it had settled: a bank fact
ORDER_OPENED: Final = "order.opened"  # a member looked at what is to be approved
# Another signature that the bank wants: an authorisation of somebody's own, of what the bank already holds.
ORDER_SIGNING_START_INTENDED: Final = "order.signing_start_intended"  # as ORDER_START_INTENDED
ORDER_SIGNING_STARTED: Final = "order.signing_started"
ORDER_SIGNING_INTENDED: Final = "order.signing_intended"  # its commit point is next
ORDER_SIGNING_ENDED: Final = "order.signing_ended"  # what became of it: signed, refused, failed, or not known
# Tied with others at the bank, so that one authorisation counts for all; and that this is over.
ORDER_TYING_INTENDED: Final = "order.tying_intended"
ORDER_TIED: Final = "order.tied"
ORDER_UNTIED: Final = "order.untied"
ORDER_SENDER_RELEASED: Final = "order.sender_released"  # the sender hands the sending over (LEDGER rule 12)

BATCH_RESTRICTED: Final = "batch.restricted"  # before its orders: what each pays is not for everybody
BATCH_PREPARED: Final = "batch.prepared"
BATCH_OPENED: Final = "batch.opened"  # a member looked at totals and a list of what is to be approved together
TEMPLATE_KEPT: Final = "template.kept"
TEMPLATE_DROPPED: Final = "template.dropped"

GOVERNANCE_PROPOSED: Final = "governance.proposed"  # a change, with its first signature
GOVERNANCE_ENDORSED: Final = "governance.endorsed"  # another administrator's signature over it
GOVERNANCE_DECLINED: Final = "governance.declined"

DATA_ERASED: Final = "data.erased"
INCIDENT_RAISED: Final = "incident.raised"

VAULT_UNLOCKED: Final = "vault.unlocked"
UNLOCK_FAILED: Final = "vault.unlock_failed"
VAULT_LOCKED: Final = "vault.locked"
RECOVERY_KIT_PROVED: Final = "recovery_kit.proved"
AUTHENTICATOR_ENROLLED: Final = "authenticator.enrolled"
LESSON_FINISHED: Final = "lesson.finished"
RECEIPT_EXPORTED: Final = "receipt.exported"
WORKSPACE_EXPORTED: Final = "workspace.exported"  # the whole of it, for an audit
SETTING_CHANGED: Final = "setting.changed"

PRIVATE_KINDS: Final = frozenset(
    {
        VAULT_UNLOCKED,
        UNLOCK_FAILED,
        VAULT_LOCKED,
        RECOVERY_KIT_PROVED,
        AUTHENTICATOR_ENROLLED,
        LESSON_FINISHED,
        RECEIPT_EXPORTED,
        WORKSPACE_EXPORTED,
        SETTING_CHANGED,
    }
)
GOVERNANCE_KINDS: Final = frozenset({WORKSPACE_CREATED, GOVERNANCE_CHANGED, DEVICE_ADDED, DEVICE_CLOSED})

# Whatever is not private is shared; an erasure stands in the chain whose body it erased.
SHARED_KINDS: Final = GOVERNANCE_KINDS | frozenset(
    {
        WORKSPACE_FROZEN,
        WORKSPACE_UNFROZEN,
        BANK_CONNECTED,
        ACCOUNT_ADDED,
        PAYMENT_ELSEWHERE,
        DIFFERENCE_CLOSED,
        STATEMENT_IMPORTED,
        PAYEE_ADDED,
        PAYEE_CHANGED,
        PAYEE_VERIFIED,
        ORDER_FROZEN,
        ORDER_ASSESSED,
        ORDER_INTERVENTION_ANSWERED,
        ORDER_APPROVED,
        ORDER_CONFIRMED,
        ORDER_STOPPED,
        ORDER_SUBMISSION_INTENDED,
        ORDER_INITIATED,
        ORDER_START_INTENDED,
        ORDER_AUTHORISATION_STARTED,
        ORDER_ANSWER_INTENDED,
        ORDER_ANSWER_REFUSED,
        ORDER_AUTHORISED,
        ORDER_STATUS_CHANGED,
        ORDER_OUTCOME_UNKNOWN,
        ORDER_REPLY_REFUSED,
        ORDER_ABANDONED,
        ORDER_CALL_OFF_INTENDED,
        ORDER_CANCELLATION_INTENDED,
        ORDER_CANCELLATION_REFUSED,
        ORDER_HANDED_OVER,
        ORDER_PROOF_ADDED,
        ORDER_RECALL_WRITTEN,
        ORDER_RETURNED,
        ORDER_OPENED,
        ORDER_SENDER_RELEASED,
        ORDER_SIGNING_START_INTENDED,
        ORDER_SIGNING_STARTED,
        ORDER_SIGNING_INTENDED,
        ORDER_SIGNING_ENDED,
        ORDER_TYING_INTENDED,
        ORDER_TIED,
        ORDER_UNTIED,
        BATCH_RESTRICTED,
        BATCH_PREPARED,
        BATCH_OPENED,
        TEMPLATE_KEPT,
        TEMPLATE_DROPPED,
        GOVERNANCE_PROPOSED,
        GOVERNANCE_ENDORSED,
        GOVERNANCE_DECLINED,
        INCIDENT_RAISED,
    }
)
