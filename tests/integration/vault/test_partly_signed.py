"""An order for which the bank wants another signature has a row of its own kind, and counts as nothing paid."""

from __future__ import annotations

from countersign.adapters.vault.door import FileVaultDoor
from countersign.application.ports.vault import HistoryQuery
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from tests.integration.vault.story import Story, go_on
from tests.integration.vault.test_elsewhere import shown


def test_what_wants_another_signature_is_not_shown_as_accepted(door: FileVaultDoor, story: Story) -> None:
    content = story.approved()
    story.carried(content)
    said: dict[str, Json] = {"payment_id": "", "authorised": True, "reason": "One more.", "source": "pain.002"}
    story.add(kinds.ORDER_STATUS_CHANGED, content.order, {**said, "transaction_status": "PATC"})
    assert (shown(door), door.projections().outgoing_minor("EUR")) == (["partly_signed"], ())
    found = door.projections().history(HistoryQuery(state="partly_signed")).rows
    assert [row.order for row in found] == [content.order]
    assert door.verify(go_on).projections_equal
    story.add(kinds.ORDER_STATUS_CHANGED, content.order, {**said, "transaction_status": "ACSP"})
    assert shown(door) == ["accepted"]
    assert door.verify(go_on).projections_equal
